//! The cases, each with a fresh process under test.

use std::io::{BufRead, BufReader, Write};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpStream, UdpSocket};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context;
use quinn::crypto::rustls::QuicClientConfig;
use quinn::{AckFrequencyConfig, Endpoint, TransportConfig, VarInt};
use yunzhen_media::MediaKind;
use yunzhen_rtc::DtlsCertificate;
use yunzhen_rtc::client::Client;
use yunzhen_rtc::sdp::Direction;

use crate::janus::Janus;
use crate::machine::{self, Pinned};
use crate::media_side::{Ready, Reply, Request};
use crate::report::{Report, Row};
use crate::source::{Source, Way};
use crate::viewers::{self, Audience, Kind};

const TESTED_CORE: usize = 0;
const LOAD_CORE: usize = 1;
const LOOPBACK: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
const SETTLE: Duration = Duration::from_secs(2);
const WATCH: [(MediaKind, Direction); 2] =
    [(MediaKind::Audio, Direction::RecvOnly), (MediaKind::Video, Direction::RecvOnly)];

#[derive(Clone, Copy)]
struct Case {
    boxes: usize,
    viewers_per_box: usize,
}

impl Case {
    fn name(self) -> String {
        match self {
            Self { boxes: 1, viewers_per_box: 1 } => "1 one-to-one".to_owned(),
            Self { boxes: 1, viewers_per_box } => format!("1 to {viewers_per_box}"),
            Self { boxes, .. } => format!("{boxes} one-to-one"),
        }
    }

    fn viewers(self) -> impl Iterator<Item = usize> {
        (0..self.boxes).flat_map(move |index| std::iter::repeat_n(index, self.viewers_per_box))
    }
}

pub fn run(duration: Duration, json: Option<&Path>, with_janus: bool) -> anyhow::Result<()> {
    machine::pin_myself(LOAD_CORE)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    let certificate = DtlsCertificate::generate()?;
    let cases = [(1, 1), (10, 1), (50, 1), (1, 50)].map(|(boxes, viewers_per_box)| Case { boxes, viewers_per_box });
    let mut report = Report {
        machine: machine::describe(),
        command: std::env::args().collect::<Vec<_>>().join(" "),
        seconds_per_case: duration.as_secs(),
        rows: Vec::new(),
        verdicts: Vec::new(),
    };
    for case in cases {
        say(&format!("raw udp, {} …", case.name()))?;
        report.rows.push(raw(case, duration)?);
        say(&format!("relay, {} …", case.name()))?;
        report.rows.push(relay(&runtime, &certificate, case, duration)?);
        if with_janus {
            say(&format!("janus, {} …", case.name()))?;
            match janus(&certificate, case, duration)? {
                Some(row) => report.rows.push(row),
                None => say("Janus is not installed (apt-get install -y --no-install-recommends janus); left out")?,
            }
        }
    }
    report.conclude();
    say(&format!("\n{}", report.table()))?;
    if let Some(path) = json {
        std::fs::write(path, serde_json::to_string_pretty(&report)?)
            .with_context(|| format!("cannot write {}", path.display()))?;
    }
    Ok(())
}

fn say(line: &str) -> anyhow::Result<()> {
    Ok(writeln!(std::io::stdout().lock(), "{line}")?)
}

/// Settles, measures, and puts the figures together.
fn measure(
    program: &'static str,
    case: Case,
    process: u32,
    empty: u64,
    audience: &mut Audience,
    duration: Duration,
) -> anyhow::Result<Row> {
    audience.run(SETTLE, |_| false)?;
    let (cpu, start) = (machine::cpu_nanoseconds(process)?, crate::now());
    let seen = audience.measure(duration)?;
    let (spent, elapsed) = (machine::cpu_nanoseconds(process)? - cpu, start.elapsed());
    // Sources go on while the last packets are waited for, so the CPU of the whole time is shared by the packets of the whole time.
    let packets = seen.expected as f64 * elapsed.as_secs_f64() / duration.as_secs_f64();
    let memory = machine::resident_bytes(process)?.saturating_sub(empty) as f64 / f64::from(1 << 20);
    Ok(Row {
        program,
        case: case.name(),
        boxes: case.boxes,
        viewers: audience.viewers.len(),
        packets_out_per_second: seen.expected as f64 / duration.as_secs_f64(),
        cpu_microseconds_per_packet: spent as f64 / 1000.0 / packets,
        core_percent: 100.0 * spent as f64 / elapsed.as_nanos() as f64,
        latency_p50_milliseconds: seen.percentile(50.0),
        latency_p99_milliseconds: seen.percentile(99.0),
        loss_percent: seen.loss_percent(),
        memory_mebibytes_per_consultation: memory / case.boxes as f64,
        times_raw_udp: None,
    })
}

fn plain_source(
    video: SocketAddr,
    audio: SocketAddr,
    epoch: Instant,
    index: usize,
    of: usize,
) -> anyhow::Result<Source> {
    Ok(Source::new(Way::Udp { socket: UdpSocket::bind("127.0.0.1:0")?, video, audio }, epoch, index, of))
}

fn raw(case: Case, duration: Duration) -> anyhow::Result<Row> {
    let epoch = crate::now();
    let (process, control) = Pinned::myself(TESTED_CORE, "serve-udp")?;
    let mut audience = Audience::new(epoch)?;
    let mut targets: Vec<Vec<SocketAddr>> = vec![Vec::new(); case.boxes];
    for index in case.viewers() {
        let socket = viewers::socket(LOOPBACK)?;
        targets[index].push(socket.local_addr()?);
        audience.add(Kind::Raw, socket, index)?;
    }
    let empty = machine::resident_bytes(process.id())?;
    let mut stream = TcpStream::connect(control)?;
    writeln!(stream, "{}", serde_json::to_string(&targets)?)?;
    let mut line = String::new();
    BufReader::new(stream).read_line(&mut line)?;
    for (index, way) in serde_json::from_str::<Vec<SocketAddr>>(&line)?.into_iter().enumerate() {
        audience.sources.push(plain_source(way, way, epoch, index, case.boxes)?);
    }
    measure("raw udp", case, process.id(), empty, &mut audience, duration)
}

struct Control {
    read: BufReader<TcpStream>,
    write: TcpStream,
}

impl Control {
    fn ask(&mut self, request: &Request) -> anyhow::Result<Reply> {
        writeln!(self.write, "{}", serde_json::to_string(request)?)?;
        let mut line = String::new();
        self.read.read_line(&mut line)?;
        let reply: Reply = serde_json::from_str(&line)?;
        match reply.error {
            Some(error) => anyhow::bail!("{error}"),
            None => Ok(reply),
        }
    }
}

fn relay(
    runtime: &tokio::runtime::Runtime,
    certificate: &DtlsCertificate,
    case: Case,
    duration: Duration,
) -> anyhow::Result<Row> {
    let epoch = crate::now();
    let (process, ready) = Pinned::myself(TESTED_CORE, "serve-media")?;
    let ready: Ready = serde_json::from_str(&ready)?;
    let empty = machine::resident_bytes(process.id())?;
    let write = TcpStream::connect(ready.control)?;
    let mut control = Control { read: BufReader::new(write.try_clone()?), write };
    let endpoint = runtime.block_on(async { endpoint() })?;
    let mut audience = Audience::new(epoch)?;
    let mut rooms = Vec::with_capacity(case.boxes);
    for index in 0..case.boxes {
        let room = control.ask(&Request::Room)?.room.context("no room")?;
        let connection = runtime.block_on(connect(&endpoint, ready.quic, &room.to_string()))?;
        audience.sources.push(Source::new(Way::Quic(connection), epoch, index, case.boxes));
        rooms.push(room);
    }
    for index in case.viewers() {
        let socket = viewers::socket(LOOPBACK)?;
        let (mut client, sdp) = Client::offer(crate::now(), socket.local_addr()?, certificate, &WATCH, false)?;
        let answer = control.ask(&Request::Offer { room: rooms[index], sdp })?.sdp.context("no answer")?;
        client.answer(crate::now(), &answer)?;
        audience.add(Kind::Rtc(Box::new(client)), socket, index)?;
    }
    connected(&mut audience)?;
    let row = measure("relay", case, process.id(), empty, &mut audience, duration)?;
    endpoint.close(VarInt::from_u32(0), b"done");
    Ok(row)
}

fn connected(audience: &mut Audience) -> anyhow::Result<()> {
    let all = audience.run(Duration::from_secs(30), Audience::all_connected)?;
    anyhow::ensure!(all, "not every viewer connected within 30 s");
    Ok(())
}

fn janus(certificate: &DtlsCertificate, case: Case, duration: Duration) -> anyhow::Result<Option<Row>> {
    let epoch = crate::now();
    let Some(janus) = Janus::start(TESTED_CORE)? else { return Ok(None) };
    let empty = machine::resident_bytes(janus.process())?;
    let mut audience = Audience::new(epoch)?;
    for (index, (video, audio)) in janus.mountpoints(case.boxes)?.into_iter().enumerate() {
        audience.sources.push(plain_source(video, audio, epoch, index, case.boxes)?);
    }
    for index in case.viewers() {
        let watch = janus.watch(index)?;
        let socket = viewers::socket(watch.address()?)?;
        let (client, answer) = Client::accept(crate::now(), socket.local_addr()?, certificate, &watch.offer)?;
        janus.start_watch(&watch, &answer)?;
        audience.add(Kind::Rtc(Box::new(client)), socket, index)?;
        // Handshakes go on while the next is set up, as with the relay.
        audience.run(Duration::from_millis(20), |_| false)?;
    }
    connected(&mut audience)?;
    Ok(Some(measure("janus", case, janus.process(), empty, &mut audience, duration)?))
}

async fn connect(endpoint: &Endpoint, to: SocketAddr, room: &str) -> anyhow::Result<quinn::Connection> {
    let connection = endpoint.connect(to, "relay")?.await?;
    let (mut send, mut receive) = connection.open_bi().await?;
    send.write_all(room.as_bytes()).await?;
    send.finish()?;
    let answer = receive.read_to_end(16).await?;
    anyhow::ensure!(answer == b"in", "the box was not let in");
    Ok(connection)
}

/// Transport as in the agent.
fn endpoint() -> anyhow::Result<Endpoint> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut tls = rustls::ClientConfig::builder_with_provider(provider.clone())
        .with_protocol_versions(&[&rustls::version::TLS13])?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(Anyone(provider)))
        .with_no_client_auth();
    tls.alpn_protocols = vec![yunzhen_protocol::ALPN.to_vec()];
    let mut acks = AckFrequencyConfig::default();
    acks.ack_eliciting_threshold(VarInt::from_u32(24)).max_ack_delay(Some(Duration::from_millis(100)));
    let mut transport = TransportConfig::default();
    transport
        .congestion_controller_factory(Arc::new(quinn::congestion::BbrConfig::default()))
        .initial_mtu(1200)
        .datagram_send_buffer_size(16 * 1024)
        .ack_frequency_config(Some(acks))
        .keep_alive_interval(Some(Duration::from_secs(1)));
    let mut config = quinn::ClientConfig::new(Arc::new(QuicClientConfig::try_from(tls)?));
    config.transport_config(Arc::new(transport));
    let mut endpoint = Endpoint::client(SocketAddr::from(([127, 0, 0, 1], 0)))?;
    endpoint.set_default_client_config(config);
    Ok(endpoint)
}

/// The throw-away certificate is not what is measured.
#[derive(Debug)]
struct Anyone(Arc<rustls::crypto::CryptoProvider>);

impl rustls::client::danger::ServerCertVerifier for Anyone {
    fn verify_server_cert(
        &self,
        _: &rustls::pki_types::CertificateDer<'_>,
        _: &[rustls::pki_types::CertificateDer<'_>],
        _: &rustls::pki_types::ServerName<'_>,
        _: &[u8],
        _: rustls::pki_types::UnixTime,
    ) -> Result<rustls::client::danger::ServerCertVerified, rustls::Error> {
        Ok(rustls::client::danger::ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &rustls::pki_types::CertificateDer<'_>,
        signature: &rustls::DigitallySignedStruct,
    ) -> Result<rustls::client::danger::HandshakeSignatureValid, rustls::Error> {
        rustls::crypto::verify_tls12_signature(
            message,
            certificate,
            signature,
            &self.0.signature_verification_algorithms,
        )
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &rustls::pki_types::CertificateDer<'_>,
        signature: &rustls::DigitallySignedStruct,
    ) -> Result<rustls::client::danger::HandshakeSignatureValid, rustls::Error> {
        rustls::crypto::verify_tls13_signature(
            message,
            certificate,
            signature,
            &self.0.signature_verification_algorithms,
        )
    }

    fn supported_verify_schemes(&self) -> Vec<rustls::SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
