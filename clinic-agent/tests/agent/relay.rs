//! A relay that only speaks the protocol: certificates, control stream, requests on streams, datagrams. And the link to
//! it, a UDP proxy that can be cut.

use axum::Router;
use axum::http::Extensions;
use bytes::Bytes;
use std::collections::{HashMap, HashSet};
use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::net::UdpSocket;
use tokio::sync::{Notify, mpsc, watch};
use yunzhen_certs::authority::Authority;
use yunzhen_certs::{Credentials, Identity, Trust, tls};
use yunzhen_domain::ids::HomeId;
use yunzhen_media::MediaKind;
use yunzhen_media::congestion::arrivals::Arrivals;
use yunzhen_netem::{self as netem, Path};
use yunzhen_protocol::control::{self, Decoded, FrameReader, ToBox, ToRelay};
use yunzhen_protocol::repair::Repair;
use yunzhen_protocol::roq::{Datagram, Flow};
use yunzhen_protocol::rtcp;
use yunzhen_protocol::rtp::RtpView;
use yunzhen_runtime::serve::{ServeOptions, serve_io};
use yunzhen_runtime::{Lifecycle, clock};

/// Certificates of one installation.
pub struct Pki {
    pub authority: Authority,
    pub trust: Trust,
}

impl Pki {
    pub fn new() -> Self {
        let authority = Authority::create(clock::now_timestamp()).unwrap();
        let trust = Trust::new(vec![authority.systems.der().clone()]);
        Self { authority, trust }
    }

    pub fn relay(&self) -> Credentials {
        let identity = Identity::Relay { name: "test".into() };
        let issued = self.authority.systems.issue_with_key(&identity, &[], None, clock::now_timestamp()).unwrap();
        Credentials::from_issued(&issued).unwrap()
    }
}

/// What it calls its box's session.
const SESSION: &str = "the session";

/// What the relay saw.
pub struct FakeRelay {
    pub address: SocketAddr,
    pub control: mpsc::UnboundedReceiver<ToRelay>,
    pub datagrams: mpsc::UnboundedReceiver<(tokio::time::Instant, Datagram)>,
    connection: watch::Receiver<Option<(quinn::Connection, mpsc::UnboundedSender<ToBox>)>>,
    /// What is answered to `hello`; `None` is a welcome.
    pub refusal: Arc<Mutex<Option<ToBox>>>,
    /// Whether arrivals are reported.
    pub reports: Arc<AtomicBool>,
    /// Whether it says that it takes repairs.
    pub repairs: Arc<AtomicBool>,
    /// Whether it says that it takes reports of arrivals.
    pub takes_arrivals: Arc<AtomicBool>,
    /// Whether it takes several paths.
    pub sessions: Arc<AtomicBool>,
    endpoint: quinn::Endpoint,
}

impl FakeRelay {
    pub fn start(life: &Lifecycle, pki: &Pki, router: Router) -> Self {
        let tls = tls::quic_server(&pki.relay(), &pki.trust).unwrap();
        let crypto = quinn::crypto::rustls::QuicServerConfig::try_from(tls).unwrap();
        let mut config = quinn::ServerConfig::with_crypto(Arc::new(crypto));
        let mut transport = quinn::TransportConfig::default();
        transport.max_concurrent_bidi_streams(32u32.into()).datagram_receive_buffer_size(Some(1 << 20));
        config.transport_config(Arc::new(transport));
        let endpoint = quinn::Endpoint::server(config, SocketAddr::from(([127, 0, 0, 1], 0))).unwrap();
        let address = endpoint.local_addr().unwrap();
        let (control_tx, control) = mpsc::unbounded_channel();
        let (datagrams_tx, datagrams) = mpsc::unbounded_channel();
        let (connection_tx, connection) = watch::channel(None);
        let refusal: Arc<Mutex<Option<ToBox>>> = Arc::default();
        let reports: Arc<AtomicBool> = Arc::default();
        let repairs = Arc::new(AtomicBool::new(true));
        let takes_arrivals: Arc<AtomicBool> = Arc::default();
        let (life2, endpoint2, refusal2) = (life.clone(), endpoint.clone(), refusal.clone());
        let sessions: Arc<AtomicBool> = Arc::default();
        let says = Says { repairs: repairs.clone(), arrivals: takes_arrivals.clone(), sessions: sessions.clone() };
        let reports2 = reports.clone();
        life.spawn("fake relay", async move {
            while let Some(incoming) = endpoint2.accept().await {
                let (life, control, datagrams) = (life2.clone(), control_tx.clone(), datagrams_tx.clone());
                let (connections, router, refusal) = (connection_tx.clone(), router.clone(), refusal2.clone());
                let (reports, says) = (reports2.clone(), says.clone());
                tokio::spawn(async move {
                    if let Ok(connection) = incoming.await {
                        tokio::spawn(receive(connection.clone(), datagrams, reports));
                        serve(life, connection, control, connections, router, (refusal, says)).await;
                    }
                });
            }
        });
        Self { address, control, datagrams, connection, refusal, reports, repairs, takes_arrivals, sessions, endpoint }
    }

    pub fn tell(&self, message: ToBox) {
        let current = self.connection.borrow().clone();
        current.expect("connected").1.send(message).unwrap();
    }

    pub fn connection(&self) -> quinn::Connection {
        self.connection.borrow().clone().expect("connected").0
    }

    /// The next control message that `wanted` takes.
    pub async fn heard<T>(&mut self, mut wanted: impl FnMut(&ToRelay) -> Option<T>) -> T {
        let heard = async {
            loop {
                let message = self.control.recv().await.expect("relay runs");
                if let Some(found) = wanted(&message) {
                    return found;
                }
            }
        };
        tokio::time::timeout(Duration::from_secs(10), heard).await.expect("the box says it in time")
    }

    /// The next datagram on a flow.
    pub async fn datagram(&mut self, flow: Flow) -> (tokio::time::Instant, Bytes) {
        let arrived = async {
            loop {
                let (at, datagram) = self.datagrams.recv().await.expect("relay runs");
                if datagram.flow == flow {
                    return (at, datagram.packet);
                }
            }
        };
        tokio::time::timeout(Duration::from_secs(10), arrived).await.expect("a datagram in time")
    }

    pub fn stop(&self) {
        self.endpoint.close(0u32.into(), b"stopped");
    }
}

/// What it says in `welcome` that it takes.
#[derive(Clone)]
struct Says {
    repairs: Arc<AtomicBool>,
    arrivals: Arc<AtomicBool>,
    sessions: Arc<AtomicBool>,
}

async fn serve(
    life: Lifecycle,
    connection: quinn::Connection,
    control: mpsc::UnboundedSender<ToRelay>,
    connections: watch::Sender<Option<(quinn::Connection, mpsc::UnboundedSender<ToBox>)>>,
    router: Router,
    (refusal, says): (Arc<Mutex<Option<ToBox>>>, Says),
) {
    let Ok((mut send, mut recv)) = connection.accept_bi().await else { return };
    let mut kind = [0];
    if recv.read_exact(&mut kind).await.is_err() || kind != [0] {
        return;
    }
    let (orders_tx, mut orders) = mpsc::unbounded_channel::<ToBox>();
    let (connection2, refusal2) = (connection.clone(), refusal.clone());
    tokio::spawn(async move {
        let mut frames = FrameReader::new();
        while let Ok(Some(chunk)) = recv.read_chunk(65_536, true).await {
            frames.push(&chunk.bytes);
            while let Ok(Some(decoded)) = frames.next_message::<ToRelay>() {
                let Decoded::Message(message) = decoded else { continue };
                if matches!(message, ToRelay::Hello { .. }) {
                    let refusal = refusal2.lock().unwrap().clone();
                    let _ = orders_tx.send(refusal.clone().unwrap_or(ToBox::Welcome {
                        relay_version: "test".into(),
                        home_id: HomeId::from_uuid(uuid::Uuid::nil()),
                        server_time: clock::now_timestamp(),
                        repair: says.repairs.load(Ordering::Relaxed),
                        // A relay of before has neither.
                        timeline: says.repairs.load(Ordering::Relaxed),
                        arrivals: says.arrivals.load(Ordering::Relaxed),
                        signal: true,
                        session: says.sessions.load(Ordering::Relaxed).then(|| SESSION.to_owned()),
                    }));
                    if refusal.is_none() {
                        connections.send_replace(Some((connection2.clone(), orders_tx.clone())));
                    }
                }
                match &message {
                    ToRelay::Join { session, .. } => {
                        assert_eq!(session, SESSION);
                        let _ = orders_tx.send(ToBox::Joined {});
                    }
                    ToRelay::TakeControl { .. } => {
                        connections.send_replace(Some((connection2.clone(), orders_tx.clone())));
                    }
                    _ => {}
                }
                let _ = control.send(message);
            }
        }
    });
    tokio::spawn(async move {
        while let Some(order) = orders.recv().await {
            if send.write_all(&control::encode(&order).unwrap()).await.is_err() {
                return;
            }
        }
    });
    while let Ok((send, mut recv)) = connection.accept_bi().await {
        let (life, router) = (life.clone(), router.clone());
        tokio::spawn(async move {
            let mut kind = [0];
            if recv.read_exact(&mut kind).await.is_ok() && kind == [1] {
                let io = tokio::io::join(recv, send);
                serve_io(&life, io, router, Extensions::new(), &ServeOptions::new("fake relay")).await;
            }
        });
    }
}

/// Takes datagrams, and tells when they arrived as a relay does.
async fn receive(
    connection: quinn::Connection,
    datagrams: mpsc::UnboundedSender<(tokio::time::Instant, Datagram)>,
    reports: Arc<AtomicBool>,
) {
    let (begun, mut arrivals) = (clock::now_instant(), Arrivals::default());
    let at = || clock::now_instant().saturating_duration_since(begun);
    loop {
        let due = arrivals.due().map(|due| begun + due);
        tokio::select! {
            datagram = connection.read_datagram() => {
                let Ok(datagram) = datagram else { return };
                let Ok(datagram) = Datagram::decode(datagram) else { continue };
                if reports.load(Ordering::Relaxed) {
                    note(&mut arrivals, at(), &datagram);
                }
                let _ = datagrams.send((tokio::time::Instant::now(), datagram));
            }
            () = async {
                match due {
                    Some(due) => tokio::time::sleep_until(due.into()).await,
                    None => std::future::pending().await,
                }
            } => {}
        }
        if let Some(report) = arrivals.report(at()) {
            let _ = connection.send_datagram([vec![2], rtcp::encode(&[report])].concat().into());
        }
    }
}

fn note(arrivals: &mut Arrivals, at: Duration, datagram: &Datagram) {
    let header = |packet: &[u8]| RtpView::parse(packet).unwrap().header();
    match datagram.flow {
        Flow::Video => arrivals.arrived(at, MediaKind::Video, header(&datagram.packet)),
        Flow::Audio => arrivals.arrived(at, MediaKind::Audio, header(&datagram.packet)),
        Flow::LowVideo => arrivals.low_arrived(at, header(&datagram.packet)),
        Flow::Repair => match Repair::decode(datagram.packet.clone()).unwrap() {
            Repair::Parity(parity) => arrivals.parity_arrived(at, parity.number),
            Repair::Sounds { newest, .. } => arrivals.arrived(at, MediaKind::Audio, header(&newest)),
        },
        _ => {}
    }
}

/// A UDP link that can be cut, and shaped on its way up.
#[derive(Clone)]
pub struct Wire {
    pub address: SocketAddr,
    up: Arc<AtomicBool>,
    /// Addresses of the box whose path is dead.
    dead: Arc<Mutex<HashSet<IpAddr>>>,
    shape: Arc<Shape>,
}

/// The way up in netem's time; unlimited until it is told otherwise.
struct Shape {
    begun: std::time::Instant,
    path: Mutex<Path<(Arc<UdpSocket>, Vec<u8>)>>,
    news: Notify,
}

impl Shape {
    fn now(&self) -> Duration {
        clock::now_instant().saturating_duration_since(self.begun)
    }

    async fn carry(self: Arc<Self>) {
        loop {
            let next = self.path.lock().unwrap().poll_timeout();
            tokio::select! {
                () = self.news.notified() => {}
                () = async {
                    match next {
                        Some(at) => tokio::time::sleep_until((self.begun + at).into()).await,
                        None => std::future::pending().await,
                    }
                } => {}
            }
            loop {
                let Some((far, packet)) = self.path.lock().unwrap().poll(self.now()) else { break };
                let _ = far.send(&packet).await;
            }
        }
    }
}

impl Wire {
    pub async fn to(relay: SocketAddr) -> Self {
        let near = Arc::new(UdpSocket::bind("127.0.0.1:0").await.unwrap());
        let address = near.local_addr().unwrap();
        let up = Arc::new(AtomicBool::new(true));
        let dead: Arc<Mutex<HashSet<IpAddr>>> = Arc::default();
        let dead2 = dead.clone();
        let path = Mutex::new(Path::new(netem::Config::default(), 1));
        let shape = Arc::new(Shape { begun: clock::now_instant(), path, news: Notify::new() });
        tokio::spawn(shape.clone().carry());
        let (up2, shape2) = (up.clone(), shape.clone());
        tokio::spawn(async move {
            let mut peers: HashMap<SocketAddr, Arc<UdpSocket>> = HashMap::new();
            let mut buffer = vec![0; 65_536];
            while let Ok((len, peer)) = near.recv_from(&mut buffer).await {
                if !up2.load(Ordering::Relaxed) || dead2.lock().unwrap().contains(&peer.ip()) {
                    continue;
                }
                let far = match peers.get(&peer) {
                    Some(far) => far.clone(),
                    None => {
                        let far = Arc::new(UdpSocket::bind("127.0.0.1:0").await.unwrap());
                        far.connect(relay).await.unwrap();
                        peers.insert(peer, far.clone());
                        let (far2, near2, up3, dead3) = (far.clone(), near.clone(), up2.clone(), dead2.clone());
                        tokio::spawn(async move {
                            let mut buffer = vec![0; 65_536];
                            while let Ok(len) = far2.recv(&mut buffer).await {
                                if up3.load(Ordering::Relaxed) && !dead3.lock().unwrap().contains(&peer.ip()) {
                                    let _ = near2.send_to(&buffer[..len], peer).await;
                                }
                            }
                        });
                        far
                    }
                };
                // With the headers of UDP and IP.
                shape2.path.lock().unwrap().send(shape2.now(), len + 28, (far, buffer[..len].to_vec()));
                shape2.news.notify_one();
            }
        });
        Self { address, up, dead, shape }
    }

    pub fn set(&self, up: bool) {
        self.up.store(up, Ordering::Relaxed);
    }

    /// Kills the path of one of the box's addresses, without a word, or revives it.
    pub fn set_path(&self, address: IpAddr, up: bool) {
        let mut dead = self.dead.lock().unwrap();
        if up {
            dead.remove(&address)
        } else {
            dead.insert(address)
        };
    }

    /// What the way up is like from now on.
    pub fn shape(&self, config: netem::Config) {
        self.shape.path.lock().unwrap().reconfigure(config);
    }

    /// What became of the packets on the way up.
    pub fn counters(&self) -> netem::Counters {
        self.shape.path.lock().unwrap().counters()
    }
}
