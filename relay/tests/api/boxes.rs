//! Boxes as the relay meets them: the relay as `main` starts it, real QUIC, real certificates. Whatever one box does, the others go on.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use jiff::SignedDuration;
use metrics_exporter_prometheus::PrometheusHandle;
use quinn::crypto::rustls::QuicClientConfig;
use quinn::{
    ClientConfig, Connecting, Connection, ConnectionError, Endpoint, RecvStream, SendStream, TransportConfig, VarInt,
};
use tokio::net::UdpSocket;
use yunzhen_certs::authority::Authority;
use yunzhen_certs::refusal::explain_alert;
use yunzhen_certs::{Credentials, Identity, Kind, Trust, tls};
use yunzhen_domain::Role;
use yunzhen_domain::ids::{ConsultationId, HomeId};
use yunzhen_domain::records::Consultation;
use yunzhen_protocol::VERSION;
use yunzhen_protocol::ccfb::{Metric, StreamReport};
use yunzhen_protocol::control::{self, BoxCamera, Decoded, FrameReader, RefusedCode, ToBox, ToRelay};
use yunzhen_protocol::room::{AudioState, ParticipantKind, RoomState, VideoState};
use yunzhen_protocol::rtcp::{self, RtcpPacket};
use yunzhen_protocol::stream::{REFUSED_STREAM, StreamType};
use yunzhen_relay::config::{
    AuditConfig, Config, EnrolmentConfig, IdentityConfig, LimitsConfig, ListenConfig, MediaConfig, RecordingsConfig,
    StoreConfig,
};
use yunzhen_relay::keys::KeyPlace;
use yunzhen_relay::quic::close;
use yunzhen_relay::relay::{self, Addresses};
use yunzhen_relay::seed::{self, HOME_1, HOME_2};
use yunzhen_runtime::lifecycle::Lifecycle;
use yunzhen_runtime::{clock, telemetry};
use yunzhen_store::testing::TestDatabase;
use yunzhen_store::{Location, Tx, consultations, residents, staff};

use crate::world::{id, talk};

/// Longer than anything here takes; what does not come within it never does.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// One recorder for the process.
pub fn metrics() -> PrometheusHandle {
    static METRICS: OnceLock<PrometheusHandle> = OnceLock::new();
    METRICS.get_or_init(|| telemetry::init_metrics().unwrap()).clone()
}

/// The relay, with a consultation under way in each of the two homes, so that a box that comes is in a room.
pub struct Stage {
    pub addresses: Addresses,
    pub authority: Authority,
    metrics: PrometheusHandle,
    life: Lifecycle,
    pub database: TestDatabase,
    _folder: tempfile::TempDir,
}

impl Drop for Stage {
    fn drop(&mut self) {
        self.life.abort();
    }
}

/// The key of sealed secrets.
pub const SECRETS: [u8; 32] = [7; 32];

/// An authority of its own, and the settings of a relay whose files lie in this folder and whose ports are free ones.
pub fn settings(folder: &Path, location: Location, limits: LimitsConfig) -> (Authority, Config) {
    let now = clock::now_timestamp();
    let authority = Authority::create(now).unwrap();
    authority.write(folder).unwrap();
    let own = Identity::Relay { name: "test".into() };
    let issued = authority.systems.issue_with_key(&own, &["localhost".into()], None, now).unwrap();
    issued.write(folder, "relay").unwrap();
    let free = SocketAddr::from(([127, 0, 0, 1], 0));
    let config = Config {
        name: "test".into(),
        store: StoreConfig { url: Some(location), ..StoreConfig::default() },
        identity: IdentityConfig {
            certificate: folder.join("relay.pem"),
            key: folder.join("relay.key.pem"),
            systems_authority: folder.join("systems.pem"),
            signers_authority: folder.join("signers.pem"),
            revoked: Some(folder.join("systems.crl.pem")),
        },
        listen: ListenConfig { boxes: free, api: free, media: free, whip: free, ops: free, whip_tls: false },
        whip: Default::default(),
        media: MediaConfig { bulk: folder.join("bulk"), ..MediaConfig::default() },
        policy: None,
        safety_rules: None,
        products: None,
        secrets_key: KeyPlace::File(folder.join("secrets.key")),
        keys: Default::default(),
        kms: Default::default(),
        public_url: None,
        print: Default::default(),
        webhooks: Default::default(),
        signing_keys: Default::default(),
        audit: AuditConfig {
            key: KeyPlace::File(folder.join("audit-head.key")),
            heads: folder.join("audit-heads.jws"),
        },
        enrolment: EnrolmentConfig {
            key: Some(folder.join("systems.key.pem")),
            listen: Some(free),
            ..EnrolmentConfig::default()
        },
        recordings: RecordingsConfig { directory: folder.join("recordings") },
        openid: Default::default(),
        limits,
        telemetry: Default::default(),
    };
    // What tests seal beside the relay opens in it.
    let secrets_key = folder.join("secrets.key");
    std::fs::write(&secrets_key, STANDARD.encode(SECRETS)).unwrap();
    let own = std::os::unix::fs::PermissionsExt::from_mode(0o600);
    std::fs::set_permissions(&secrets_key, own).unwrap();
    (authority, config)
}

impl Stage {
    pub async fn new() -> Self {
        Self::with(async |_: &mut Tx, _: Vec<Consultation>| {}).await
    }

    /// The same with what `more` writes beside the consultations.
    pub async fn with(more: impl AsyncFnOnce(&mut Tx, Vec<Consultation>)) -> Self {
        Self::limited(LimitsConfig::default(), more).await
    }

    /// The same with other limits.
    pub async fn limited(limits: LimitsConfig, more: impl AsyncFnOnce(&mut Tx, Vec<Consultation>)) -> Self {
        let now = clock::now_timestamp();
        let database = TestDatabase::new().await;
        let store = database.open().await;
        seed::fill(&store, "demo-password", now).await.unwrap();
        let mut tx = store.write().await.unwrap();
        let members = staff::list(&mut tx).await.unwrap();
        let of = |role| members.iter().find(|member| member.role == role).unwrap().id;
        let mut calls = Vec::new();
        for (n, home) in [(1, HOME_1), (2, HOME_2)] {
            let resident = residents::list(&mut tx, Some(home), None).await.unwrap().remove(0);
            let call = talk(&resident, of(Role::Nurse), of(Role::Specialist), now);
            let call = Consultation { id: ConsultationId::from_uuid(id(n, now)), ..call };
            consultations::insert(&mut tx, &call).await.unwrap();
            calls.push(call);
        }
        more(&mut tx, calls).await;
        tx.commit_bookkeeping("test").await.unwrap();
        store.close().await;

        let folder = tempfile::tempdir().unwrap();
        let (authority, config) = settings(folder.path(), database.location(), limits);
        let (life, metrics) = (Lifecycle::new(), metrics());
        let addresses = relay::start(&config, &life, metrics.clone()).await.unwrap();
        Self { addresses, authority, metrics, life, database, _folder: folder }
    }

    /// The folder of its files.
    pub fn folder(&self) -> &std::path::Path {
        self._folder.path()
    }

    /// Where stills wait that have not arrived whole.
    pub fn bulk(&self) -> PathBuf {
        self._folder.path().join("bulk")
    }

    /// What a counter has come to, all its labels together.
    pub fn counted(&self, name: &str) -> u64 {
        let page = self.metrics.render();
        let rows = page.lines().filter(|line| line.starts_with(name));
        rows.filter_map(|line| line.rsplit_once(' ')?.1.parse::<u64>().ok()).sum()
    }

    /// Waits until a counter has come to something or more.
    pub async fn reaches(&self, name: &str, wanted: u64) {
        let counting = async {
            while self.counted(name) < wanted {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        let counted = tokio::time::timeout(PATIENCE, counting).await;
        assert!(counted.is_ok(), "{name} came to {} and not to {wanted}", self.counted(name));
    }

    /// Waits until a counter has come to something.
    pub async fn counts(&self, name: &str, wanted: u64) {
        self.reaches(name, wanted).await;
        assert_eq!(self.counted(name), wanted, "{name}");
    }

    /// Drains it, to its end.
    pub async fn stop(&self) {
        self.life.stop().await.unwrap();
    }

    pub fn box_of(&self, home_id: HomeId) -> Credentials {
        let issued =
            self.authority.systems.issue_with_key(&Identity::Box { home_id }, &[], None, clock::now_timestamp());
        Credentials::from_issued(&issued.unwrap()).unwrap()
    }

    pub async fn dial(&self, own: &Credentials) -> Result<Connection, ConnectionError> {
        self.dial_from([127, 0, 0, 1], own).await
    }

    async fn dial_from(&self, here: [u8; 4], own: &Credentials) -> Result<Connection, ConnectionError> {
        self.dial_with(here, own, TransportConfig::default()).await
    }

    async fn dial_with(
        &self,
        here: [u8; 4],
        own: &Credentials,
        transport: TransportConfig,
    ) -> Result<Connection, ConnectionError> {
        let (endpoint, config) = self.client(here, own, transport);
        let dialled = endpoint.connect_with(config, self.addresses.boxes, "localhost").unwrap();
        tokio::time::timeout(PATIENCE, dialled).await.unwrap()
    }

    /// What a box dials with, from an address of this machine.
    fn client(&self, here: [u8; 4], own: &Credentials, transport: TransportConfig) -> (Endpoint, ClientConfig) {
        let trust = Trust::new(vec![self.authority.systems.der().clone()]);
        let tls = QuicClientConfig::try_from(tls::quic_client(own, &trust).unwrap()).unwrap();
        let endpoint = Endpoint::client(SocketAddr::from((here, 0))).unwrap();
        let mut config = ClientConfig::new(Arc::new(tls));
        config.transport_config(Arc::new(transport));
        (endpoint, config)
    }

    /// A handshake that the relay has begun and whose box hears none of it, until it is dropped.
    pub async fn stalled(&self, home: HomeId) -> Stalled {
        let wire = UdpSocket::bind(("127.0.0.1", 0)).await.unwrap();
        let (endpoint, config) = self.client([127, 0, 0, 1], &self.box_of(home), TransportConfig::default());
        let dialled = endpoint.connect_with(config, wire.local_addr().unwrap(), "localhost").unwrap();
        let begun = async {
            let mut datagram = [0; 2048];
            let (n, _) = wire.recv_from(&mut datagram).await.unwrap();
            wire.send_to(&datagram[..n], self.addresses.boxes).await.unwrap();
            // What the box says again meanwhile goes nowhere; the relay's answer says that it has begun.
            while wire.recv_from(&mut datagram).await.unwrap().1 != self.addresses.boxes {}
        };
        tokio::time::timeout(PATIENCE, begun).await.expect("the relay answers");
        Stalled { _dialled: dialled, _wire: wire }
    }

    /// How a box fails that is refused before its handshake.
    pub async fn refused_from(&self, here: [u8; 4], home: HomeId) -> ConnectionError {
        self.dial_from(here, &self.box_of(home)).await.expect_err("refused")
    }

    /// What the box is told when the relay does not want its certificate: the TLS alert, in the words of its own program.
    async fn refusal_of(&self, own: &Credentials) -> String {
        // The client's side of the handshake is done before the relay has looked at its certificate.
        let error = match self.dial(own).await {
            Ok(connection) => tokio::time::timeout(PATIENCE, connection.closed()).await.unwrap(),
            Err(error) => error,
        };
        let ConnectionError::ConnectionClosed(told) = error else { panic!("not refused: {error}") };
        let alert = u8::try_from(u64::from(told.error_code) - 0x100).unwrap();
        explain_alert(alert, Kind::Box).unwrap()
    }

    /// A box that has shaken hands and opened no stream: it may be let go before it could.
    pub async fn at_the_door(&self, home: HomeId) -> Connection {
        self.dial(&self.box_of(home)).await.unwrap()
    }

    /// A box that is connected but has said nothing yet.
    pub async fn silent(&self, home: HomeId) -> TestBox {
        self.silent_with(&self.box_of(home)).await
    }

    /// The same with a certificate that it has.
    pub async fn silent_with(&self, own: &Credentials) -> TestBox {
        Self::silent_on(self.dial(own).await.unwrap()).await
    }

    /// The same from another address of this machine.
    pub async fn silent_from(&self, here: [u8; 4], home: HomeId) -> TestBox {
        Self::silent_on(self.dial_from(here, &self.box_of(home)).await.unwrap()).await
    }

    /// A box that takes sixteen bytes of each stream and reads none of them.
    pub async fn deaf(&self, home: HomeId) -> TestBox {
        self.narrow(home, 16).await
    }

    /// A box that takes so many bytes of each stream before it reads them.
    pub async fn narrow(&self, home: HomeId, bytes: u32) -> TestBox {
        let mut transport = TransportConfig::default();
        transport.stream_receive_window(VarInt::from_u32(bytes));
        let dialled = self.dial_with([127, 0, 0, 1], &self.box_of(home), transport).await;
        Self::silent_on(dialled.unwrap()).await
    }

    /// The same on a connection that it has.
    pub async fn silent_on(connection: Connection) -> TestBox {
        let (mut send, recv) = connection.open_bi().await.unwrap();
        send.write_all(&StreamType::Control.encode()).await.unwrap();
        TestBox { connection, send, recv, frames: FrameReader::new(), muted: false, room: None }
    }

    /// A box that was welcomed and is in its home's room.
    pub async fn connected(&self, home: HomeId) -> TestBox {
        self.connected_as(home, &hello(VERSION)).await
    }

    async fn connected_as(&self, home: HomeId, hello: &ToRelay) -> TestBox {
        self.welcomed(self.silent(home).await, home, hello).await
    }

    /// A box that says hello and is in its home's room.
    pub async fn welcomed(&self, mut one: TestBox, home: HomeId, hello: &ToRelay) -> TestBox {
        one.say(hello).await;
        let ToBox::Welcome { home_id, .. } = one.told().await else { panic!("not welcomed") };
        assert_eq!(home_id, home);
        one.told_until(|told| matches!(told, ToBox::StartMedia { .. })).await;
        one
    }
}

pub fn hello(protocol: u32) -> ToRelay {
    ToRelay::Hello {
        protocol,
        agent_version: "test".into(),
        cameras: vec![BoxCamera::Room],
        microphone: true,
        arrivals: false,
        records: true,
        low_picture: false,
        instance: None,
    }
}

/// The bytes of a control message whose body is this.
fn framed(body: &str) -> Vec<u8> {
    [&u32::try_from(body.len()).unwrap().to_be_bytes()[..], body.as_bytes()].concat()
}

/// See [`Stage::stalled`].
pub struct Stalled {
    _dialled: Connecting,
    _wire: UdpSocket,
}

pub struct TestBox {
    pub connection: Connection,
    send: SendStream,
    recv: RecvStream,
    frames: FrameReader,
    muted: bool,
    /// The newest state of its room.
    pub room: Option<RoomState>,
}

impl TestBox {
    pub async fn say(&mut self, message: &ToRelay) {
        self.send.write_all(&control::encode(message).unwrap()).await.unwrap();
    }

    async fn say_bytes(&mut self, bytes: &[u8]) {
        self.send.write_all(bytes).await.unwrap();
    }

    pub async fn told(&mut self) -> ToBox {
        let next = async {
            loop {
                if let Some(Decoded::Message(message)) = self.frames.next_message::<ToBox>().unwrap() {
                    if let ToBox::RoomState(room) = &message {
                        self.room = Some(room.clone());
                    }
                    return message;
                }
                let mut chunk = [0; 4096];
                let n = self.recv.read(&mut chunk).await.unwrap().expect("the relay goes on speaking");
                self.frames.push(&chunk[..n]);
            }
        };
        tokio::time::timeout(PATIENCE, next).await.expect("the relay says something")
    }

    pub async fn told_until(&mut self, wanted: impl Fn(&ToBox) -> bool) -> ToBox {
        loop {
            let told = self.told().await;
            if wanted(&told) {
                return told;
            }
        }
    }

    /// Its control stream works both ways: what it says of itself comes back in the state of its room.
    pub async fn answers(&mut self) {
        self.muted = !self.muted;
        let audio = if self.muted { AudioState::Muted } else { AudioState::On };
        self.say(&ToRelay::MediaState { audio, video: VideoState::On }).await;
        self.told_until(|told| {
            let ToBox::RoomState(room) = told else { return false };
            room.participants.iter().any(|one| one.kind == ParticipantKind::Home && one.audio == audio)
        })
        .await;
    }

    /// Says what comes back to it in the state of its room and reads none of that, until the relay closes.
    pub async fn talks_and_does_not_listen(&mut self) -> (u32, String) {
        let talking = async {
            for audio in [AudioState::Muted, AudioState::On].into_iter().cycle() {
                let said = control::encode(&ToRelay::MediaState { audio, video: VideoState::On }).unwrap();
                if self.send.write_all(&said).await.is_err() {
                    return;
                }
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(PATIENCE, talking).await.expect("the relay has had enough");
        self.closed().await
    }

    /// The code and the sentence with which the relay closes.
    pub async fn closed(&self) -> (u32, String) {
        let error = tokio::time::timeout(PATIENCE, self.connection.closed()).await.expect("the relay closes");
        let ConnectionError::ApplicationClosed(told) = error else { panic!("not closed by the relay: {error}") };
        (u32::try_from(told.error_code.into_inner()).unwrap(), String::from_utf8(told.reason.to_vec()).unwrap())
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_foreign_and_an_expired_certificate_are_refused_with_the_reason() {
    let stage = Stage::new().await;
    let mut other = stage.connected(HOME_1).await;
    let (who, now, hour) = (Identity::Box { home_id: HOME_2 }, clock::now_timestamp(), SignedDuration::from_hours(1));
    let before = stage.counted("yunzhen_boxes_refused_total");

    let elsewhere = Authority::create(now).unwrap();
    let foreign = elsewhere.systems.issue_with_key(&who, &[], None, now).unwrap();
    let said = stage.refusal_of(&Credentials::from_issued(&foreign).unwrap()).await;
    assert!(said.contains("authority that the other side does not trust"), "{said}");

    let expired = stage.authority.systems.issue_with_key(&who, &[], Some(hour), now - hour * 2).unwrap();
    let said = stage.refusal_of(&Credentials::from_issued(&expired).unwrap()).await;
    assert!(said.starts_with("the certificate of this box expired"), "{said}");

    let console = Identity::Console { name: "test".into() };
    let console = stage.authority.systems.issue_with_key(&console, &[], None, now).unwrap();
    let said = stage.refusal_of(&Credentials::from_issued(&console).unwrap()).await;
    assert!(said.contains("another kind of program"), "{said}");

    stage.counts("yunzhen_boxes_refused_total", before + 3).await;
    other.answers().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_unknown_home_and_another_protocol_are_refused_in_words() {
    let stage = Stage::new().await;
    let mut lost = stage.silent(HomeId::from_uuid(id(9, clock::now_timestamp()))).await;
    lost.say(&hello(VERSION)).await;
    let ToBox::Refused { code, reason } = lost.told().await else { panic!("not refused") };
    assert!(code == RefusedCode::UnknownHome && reason.contains("register the home first"), "{reason}");
    assert_eq!(lost.closed().await, (close::UNKNOWN_HOME, reason));

    let mut newer = stage.silent(HOME_1).await;
    newer.say(&hello(VERSION + 1)).await;
    let ToBox::Refused { code, reason } = newer.told().await else { panic!("not refused") };
    assert!(code == RefusedCode::ProtocolVersion && reason.contains("update the older one"), "{reason}");
    assert_eq!(newer.closed().await.0, close::VERSION);

    let mut rude = stage.silent(HOME_1).await;
    rude.say(&ToRelay::Bye { reason: "no".into() }).await;
    assert_eq!(rude.closed().await, (close::VERSION, "the first message must be hello".into()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_malformed_control_message_ends_that_connection_and_no_other() {
    let stage = Stage::new().await;
    let mut other = stage.connected(HOME_1).await;
    let mut counted = stage.counted("yunzhen_control_malformed_total");
    let oversized = [&65_537_u32.to_be_bytes()[..], b"{"].concat();
    let messages: [(&str, Vec<u8>, u32); 8] = [
        ("a length above the limit", oversized, 0x21),
        ("a length that is none", vec![0xff; 4], 0x21),
        ("nothing in a frame", framed(""), 0x22),
        ("garbage", [&4_u32.to_be_bytes()[..], &[0xde, 0xad, 0xbe, 0xef]].concat(), 0x22),
        ("JSON without a type", framed("{}"), 0x22),
        ("JSON that is no object", framed("[\"bye\"]"), 0x22),
        ("a known type without its members", framed(r#"{"type":"media_stats"}"#), 0x23),
        ("a member of another type", framed(r#"{"type":"keyframe_request","slot":-1}"#), 0x23),
    ];
    for (what, bytes, code) in messages {
        let mut one = stage.connected(HOME_2).await;
        one.say_bytes(&bytes).await;
        let (closed, reason) = one.closed().await;
        assert_eq!(closed, code, "{what}: {reason}");
        assert!(reason.starts_with("control message"), "{what}: {reason}");
        counted += 1;
        stage.counts("yunzhen_control_malformed_total", counted).await;
        other.answers().await;
    }
    // Before hello as well.
    let mut one = stage.silent(HOME_2).await;
    one.say_bytes(&framed("hello")).await;
    assert_eq!(one.closed().await.0, 0x22);
    stage.counts("yunzhen_control_malformed_total", counted + 1).await;
    // The home whose box said it is not shut out, and what a later version may say is no error.
    let mut one = stage.connected(HOME_2).await;
    one.say_bytes(&framed(r#"{"type":"teleport","to":"云溪"}"#)).await;
    one.answers().await;
    other.answers().await;
    stage.counts("yunzhen_control_malformed_total", counted + 1).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hello_twice_and_a_control_stream_that_ends_close_the_connection() {
    let stage = Stage::new().await;
    let mut other = stage.connected(HOME_1).await;
    let mut one = stage.connected(HOME_2).await;
    one.say(&hello(VERSION)).await;
    assert_eq!(one.closed().await, (close::VERSION, "hello is said once".into()));
    let mut one = stage.connected(HOME_2).await;
    // In the middle of a message.
    one.say_bytes(&framed(r#"{"type":"media_stats"}"#)[..9]).await;
    one.send.finish().unwrap();
    assert_eq!(one.closed().await, (close::BYE, "the control stream ended".into()));
    other.answers().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn malformed_datagrams_are_counted_and_disturb_nobody() {
    let stage = Stage::new().await;
    let (mut one, mut other) = (stage.connected(HOME_1).await, stage.connected(HOME_2).await);
    let before = stage.counted("yunzhen_datagrams_refused_total");
    let malformed: [&[u8]; 10] = [
        // No packet, a flow that names nothing, an id that breaks off, flows that only the relay sends, a fragment that is none.
        &[0],
        &[0x0b, 0x80, 0x60],
        &[0xc0, 0, 0],
        &[0x04, 0x80, 0x66, 0, 1],
        &[0x05, 0x80, 0x6f, 0, 1],
        &[0x80, 0x10, 0x00, 0x00, 0x00],
        // Repairs: of no kind, parity that ends early, of a block of 255 packets, sound that is none.
        &[0x03, 9, 9],
        &[0x03, 0, 0, 1],
        &[0x03, 0, 0, 1, 0, 2, 255, 255, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16],
        &[0x03, 1, 0, 2, 9, 9],
    ];
    for datagram in malformed {
        one.connection.send_datagram(Bytes::copy_from_slice(datagram)).unwrap();
    }
    stage.counts("yunzhen_datagrams_refused_total", before + malformed.len() as u64).await;
    // What only looks like RTP and RTCP is the room's to drop.
    for datagram in [&[0, 0xff][..], &[1, 0x80, 0x6f], &[2, 0x80, 0xc8, 0xff, 0xff], &[7, 0x80, 0x66]] {
        one.connection.send_datagram(Bytes::copy_from_slice(datagram)).unwrap();
    }
    one.answers().await;
    other.answers().await;
    assert!(one.connection.close_reason().is_none() && other.connection.close_reason().is_none());
    stage.counts("yunzhen_datagrams_refused_total", before + malformed.len() as u64).await;
}

/// A box says that packets arrived which the relay never sent, or says it in bytes that are no report.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn forged_reports_of_arrivals_are_counted_and_change_nothing() {
    let stage = Stage::new().await;
    let reports = ToRelay::Hello {
        protocol: VERSION,
        agent_version: "test".into(),
        cameras: vec![BoxCamera::Room],
        microphone: true,
        arrivals: true,
        records: false,
        low_picture: false,
        instance: None,
    };
    let mut one = stage.connected_as(HOME_1, &reports).await;
    let before = stage.counted("yunzhen_downlink_reports_refused_total");
    let streams = vec![StreamReport { ssrc: 9, begin: 1, metrics: vec![Metric::arrived(0, 0); 20] }];
    let report = rtcp::encode(&[RtcpPacket::Arrivals { sender: 0, streams, timestamp: 7 }]);
    for datagram in [[&[2][..], &report].concat(), vec![2, 0x8b, 205, 0, 9, 1]] {
        one.connection.send_datagram(datagram.into()).unwrap();
    }
    stage.counts("yunzhen_downlink_reports_refused_total", before + 2).await;
    one.answers().await;
    assert!(one.connection.close_reason().is_none());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn streams_that_name_nothing_are_refused_and_the_connection_goes_on() {
    let stage = Stage::new().await;
    let mut one = stage.connected(HOME_1).await;
    let before = stage.counted("yunzhen_streams_refused_total");
    for kind in [StreamType::Control, StreamType::Unknown(70_000)] {
        let (mut send, _recv) = one.connection.open_bi().await.unwrap();
        send.write_all(&kind.encode()).await.unwrap();
        let stopped = tokio::time::timeout(PATIENCE, send.stopped()).await.unwrap().unwrap();
        assert_eq!(stopped, Some(VarInt::from_u32(REFUSED_STREAM)), "{kind:?}");
    }
    let mut bulk = one.connection.open_uni().await.unwrap();
    bulk.write_all(&[9, 9, 9]).await.unwrap();
    let stopped = tokio::time::timeout(PATIENCE, bulk.stopped()).await.unwrap().unwrap();
    assert_eq!(stopped, Some(VarInt::from_u32(REFUSED_STREAM)));
    stage.counts("yunzhen_streams_refused_total", before + 3).await;
    one.answers().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_newest_connection_of_a_box_wins() {
    let stage = Stage::new().await;
    let (mut other, old) = (stage.connected(HOME_1).await, stage.connected(HOME_2).await);
    let mut new = stage.connected(HOME_2).await;
    assert_eq!(old.closed().await, (close::REPLACED, "a newer connection of this box took over".into()));
    // The old one's end takes nothing away from the new one.
    new.answers().await;
    other.answers().await;
    assert!(new.connection.close_reason().is_none());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_box_says_goodbye_and_so_does_the_relay() {
    let stage = Stage::new().await;
    let (mut stays, mut goes) = (stage.connected(HOME_1).await, stage.connected(HOME_2).await);
    goes.say(&ToRelay::Bye { reason: "the box is switched off".into() }).await;
    assert_eq!(goes.closed().await, (close::BYE, "bye".into()));
    stays.answers().await;
    stage.life.drain();
    let told = stays.told_until(|told| matches!(told, ToBox::Drain { .. })).await;
    let ToBox::Drain { reason } = told else { unreachable!() };
    assert!(reason.contains("reconnects by itself"), "{reason}");
    assert_eq!(stays.closed().await, (close::DRAINING, "the relay is being restarted".into()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_home_that_hung_up_on_two_consultations_is_filmed_for_neither() {
    let stage = Stage::with(async |tx, calls| {
        let other = residents::list(tx, Some(HOME_1), None).await.unwrap().remove(1);
        let second = ConsultationId::from_uuid(id(3, clock::now_timestamp()));
        let second = Consultation { id: second, resident_id: other.id, ..calls[0].clone() };
        consultations::insert(tx, &second).await.unwrap();
    })
    .await;
    let mut one = stage.silent(HOME_1).await;
    one.say(&hello(VERSION)).await;
    let mut begun = Vec::new();
    for _ in 0..2 {
        let started = one.told_until(|told| matches!(told, ToBox::StartMedia { .. })).await;
        let ToBox::StartMedia { consultation_id, .. } = started else { unreachable!() };
        one.say(&ToRelay::HangUp { consultation_id }).await;
        begun.push(consultation_id);
    }
    assert_ne!(begun[0], begun[1], "the other one has its turn");
    one.told_until(|told| matches!(told, ToBox::StopMedia { consultation_id, .. } if *consultation_id == begun[1]))
        .await;
    // Nor when the box comes back: what it films next is what the nurse joins again.
    let mut again = stage.silent(HOME_1).await;
    again.say(&hello(VERSION)).await;
    again.told_until(|told| matches!(told, ToBox::Welcome { .. })).await;
    again.say(&ToRelay::MediaJoined { consultation_id: begun[1], tablet: true }).await;
    let started = again.told_until(|told| matches!(told, ToBox::StartMedia { .. })).await;
    assert!(matches!(started, ToBox::StartMedia { consultation_id, .. } if consultation_id == begun[1]), "{started:?}");
}

/// Each says what it can, and goes on as before with one that says nothing.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_box_that_can_make_a_low_picture_is_told_what_it_is_and_one_of_before_is_not() {
    let stage = Stage::new().await;
    for can in [false, true] {
        let mut said = hello(VERSION);
        let ToRelay::Hello { low_picture, .. } = &mut said else { unreachable!("it is hello") };
        *low_picture = can;
        let mut one = stage.silent(HOME_1).await;
        one.say(&said).await;
        let started = one.told_until(|told| matches!(told, ToBox::StartMedia { .. })).await;
        let ToBox::StartMedia { video, audio, low, .. } = started else { unreachable!() };
        assert_eq!(low.is_some(), can);
        if let Some(low) = low {
            assert_eq!((low.width, low.height, low.fps, low.bitrate_bps), (320, 180, 15, 150_000));
            assert!(low.ssrc != 0 && low.ssrc != video.ssrc && low.ssrc != audio.ssrc);
        }
        one.answers().await;
        assert!(one.room.as_ref().is_some_and(|room| !room.send_low), "nobody weak watches");
    }
}
