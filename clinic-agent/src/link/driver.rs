//! Does what the machine of each path says: dials, serves, waits, and keeps the status that everyone reads.

use super::joint::Offers;
use super::open::{Control, End, Served, rebind, serve};
use super::route::{Binding, PathSettings};
use super::session::{Entry, Event as Entered};
use super::state::{Effect, Event, Refusal, State};
use super::transport::{self, CLOSE_BYE};
use super::{CONTROL_QUEUE, Downlink, Link, LinkEvent, Open, PathId, PathStatus};
use futures_util::future::join_all;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::{OwnedMutexGuard, mpsc};
use yunzhen_protocol::control::{ToBox, ToRelay};
use yunzhen_runtime::clock;
use yunzhen_runtime::floor::Floor;

/// Most attempts are given up early, so that a new one begins soon after a gap; each fourth has time for a slow path.
const ATTEMPT: Duration = Duration::from_millis(1500);
const LONG_ATTEMPT: Duration = Duration::from_millis(3000);

/// Where and as whom to dial.
#[derive(Clone)]
pub struct Target {
    /// `host:port`.
    pub address: String,
    /// The name that the relay's certificate must carry.
    pub server_name: String,
    /// TLS with this box's certificate.
    pub tls: rustls::ClientConfig,
    /// The first message of every session.
    pub hello: ToRelay,
    /// The ways to it; none: one, as the kernel chooses.
    pub paths: Vec<PathSettings>,
}

/// Why the link cannot even start.
#[derive(Debug, thiserror::Error)]
pub enum LinkError {
    /// No UDP socket.
    #[error("no UDP socket for the link to the relay: {0}")]
    Socket(std::io::Error),
    /// The TLS configuration has no cipher suite for QUIC.
    #[error("the TLS configuration cannot be used for QUIC: {0}")]
    Tls(#[from] quinn::crypto::rustls::NoInitialCipherSuite),
    /// More ways than a relay takes of one box.
    #[error("[[link.path]] stands there {0} times; at most {MOST_PATHS} paths are used at once: take some out")]
    Paths(usize),
}

/// What a relay takes of one box.
const MOST_PATHS: usize = 4;

/// The diallers of one link, one for each path.
pub struct Driver(Vec<PathDriver>);

/// The dialler of one path.
struct PathDriver {
    link: Link,
    path: PathId,
    name: String,
    target: Arc<Target>,
    binding: Binding,
    config: quinn::ClientConfig,
    floor: Floor,
    /// `None` until the path's interface is there.
    endpoint: Option<quinn::Endpoint>,
    events: mpsc::Sender<LinkEvent>,
    downlink: mpsc::Sender<Downlink>,
    state: State,
    begun: Instant,
}

/// A connection that was welcomed, or that joined.
struct Welcomed {
    control: Control,
    open: Open,
    outgoing: mpsc::Receiver<ToRelay>,
    /// The relay takes reports of arrivals.
    takes_arrivals: bool,
    entered: Entered,
    /// The next one may speak when this one is known to everybody.
    gate: OwnedMutexGuard<()>,
}

impl Driver {
    /// Binds the socket; those of named paths when they are dialled.
    pub fn new(
        link: Link,
        target: Target,
        events: mpsc::Sender<LinkEvent>,
        downlink: mpsc::Sender<Downlink>,
    ) -> Result<Self, LinkError> {
        if target.paths.len() > MOST_PATHS {
            return Err(LinkError::Paths(target.paths.len()));
        }
        let target = Arc::new(target);
        let ways: Vec<(String, Binding)> = match &target.paths[..] {
            [] => vec![(String::new(), Binding::default())],
            paths => paths.iter().map(|path| (path.name.clone(), path.into())).collect(),
        };
        let mut drivers = Vec::new();
        for (place, (name, binding)) in (0..).zip(ways) {
            let (path, floor) = (PathId(place), Floor::default());
            link.list_path(path, &name);
            let config = transport::client_config(target.tls.clone(), floor.clone())?;
            let mut driver = PathDriver {
                link: link.clone(),
                path,
                name,
                target: target.clone(),
                binding,
                config,
                floor,
                endpoint: None,
                events: events.clone(),
                downlink: downlink.clone(),
                state: State::initial(),
                begun: clock::now_instant(),
            };
            if driver.binding.is_free() {
                driver.bind().map_err(LinkError::Socket)?;
            }
            drivers.push(driver);
        }
        Ok(Self(drivers))
    }

    /// Runs until the program drains.
    pub async fn run(self) {
        join_all(self.0.into_iter().map(PathDriver::run)).await;
    }
}

impl PathDriver {
    /// The endpoint, made or given a new socket: an interface that was away and came back is another one.
    fn bind(&mut self) -> std::io::Result<quinn::Endpoint> {
        match &self.endpoint {
            Some(endpoint) if self.binding.is_free() => Ok(endpoint.clone()),
            Some(endpoint) => rebind(endpoint, &self.binding).map(|()| endpoint.clone()),
            None => {
                let socket = self.binding.socket()?;
                let runtime = Arc::new(quinn::TokioRuntime);
                let mut endpoint = quinn::Endpoint::new(quinn::EndpointConfig::default(), None, socket, runtime)?;
                endpoint.set_default_client_config(self.config.clone());
                Ok(self.endpoint.insert(endpoint).clone())
            }
        }
    }

    async fn run(mut self) {
        let soft = self.link.life.soft().clone();
        let mut welcomed: Option<Welcomed> = None;
        loop {
            let event = match self.state {
                State::Offline { retry_at, .. } => {
                    let wait = retry_at.saturating_sub(self.now());
                    tokio::select! {
                        () = soft.cancelled() => Event::Stop,
                        () = self.link.rouse.notified() => Event::Roused,
                        () = tokio::time::sleep(wait) => Event::RetryDue,
                    }
                }
                State::Connecting { attempt, .. } => {
                    let limit = if attempt % 4 == 3 { LONG_ATTEMPT } else { ATTEMPT };
                    tokio::select! {
                        () = soft.cancelled() => Event::Stop,
                        outcome = tokio::time::timeout(limit, self.dial()) => match outcome {
                            Ok(Ok(connection)) => {
                                welcomed = Some(connection);
                                Event::Welcomed
                            }
                            Ok(Err(end)) => self.ended(end),
                            Err(_) => self.ended(End::Lost("no answer".into())),
                        }
                    }
                }
                State::Connected { .. } => match (welcomed.take(), &self.endpoint) {
                    (Some(Welcomed { control, open, outgoing, takes_arrivals, gate, .. }), Some(endpoint)) => {
                        drop(gate);
                        let connection = open.connection;
                        let served = Served {
                            link: &self.link,
                            path: self.path,
                            endpoint,
                            binding: &self.binding,
                            events: &self.events,
                            reports: takes_arrivals,
                            downlink: &self.downlink,
                        };
                        let end = tokio::select! {
                            end = serve(&served, control, outgoing, &soft) => end,
                            () = self.measure(&connection) => End::Lost("not measured".into()),
                        };
                        connection.close(quinn::VarInt::from_u32(CLOSE_BYE), b"");
                        self.ended(end)
                    }
                    (_, _) => Event::Lost,
                },
                State::Draining => break,
            };
            if !self.apply(event, welcomed.as_ref()).await {
                break;
            }
        }
        if let Some(endpoint) = &self.endpoint {
            endpoint.close(quinn::VarInt::from_u32(CLOSE_BYE), b"stopped");
            // At most a moment: the close frame leaves, nobody waits for its answer.
            let _ = tokio::time::timeout(Duration::from_millis(300), endpoint.wait_idle()).await;
        }
    }

    fn now(&self) -> Duration {
        clock::now_instant().saturating_duration_since(self.begun)
    }

    /// Applies an event and its effects; `false` ends the driver.
    async fn apply(&mut self, event: Event, welcomed: Option<&Welcomed>) -> bool {
        let before = self.state;
        let effects = match before.apply(event, self.now(), clock::random_fraction()) {
            Ok((next, effects)) => {
                self.state = next;
                effects
            }
            Err(misplaced) => {
                tracing::error!(%misplaced, "link event out of place");
                return true;
            }
        };
        if before.name() != self.state.name() {
            tracing::info!(path = %self.name, from = before.name(), to = self.state.name(), "link");
        }
        // The connection before the status: who reads that there is none finds none.
        let mut events = Vec::new();
        for effect in effects {
            match (effect, welcomed) {
                (Effect::Announce, Some(Welcomed { open, entered, .. })) => {
                    events.extend(self.link.enter(open.clone(), entered.clone()));
                }
                (Effect::Withdraw, _) => events.extend(self.link.leave(self.path)),
                // Dialling, waiting and saying goodbye are what the states themselves do in `run`.
                (Effect::Announce | Effect::Dial | Effect::Wait | Effect::Bye, _) => {}
            }
        }
        self.show(|_| {});
        for event in events {
            if self.events.send(event).await.is_err() && self.state != State::Draining {
                return false;
            }
        }
        true
    }

    fn show(&self, change: impl FnOnce(&mut PathStatus)) {
        let (state, now) = (self.state, clock::now_timestamp());
        self.link.show_path(self.path, Some(now), |status| {
            if status.state.name() != state.name() {
                (status.rtt_ms, status.loss_ratio, status.sent_bps, status.silent) = (None, 0.0, 0, false);
            }
            status.state = state;
            change(status);
        });
    }

    /// Says why, and turns the end into an event.
    fn ended(&self, end: End) -> Event {
        match end {
            End::Lost(reason) => {
                if matches!(self.state, State::Connected { .. }) {
                    tracing::info!(reason, "link lost");
                } else {
                    tracing::debug!(reason, "attempt failed");
                }
                metrics::counter!("yunzhen_link_lost_total").increment(1);
                Event::Lost
            }
            End::Refused(refusal, reason) => {
                tracing::warn!(reason, "{}", super::words::refused(refusal).en);
                metrics::counter!("yunzhen_link_refused_total").increment(1);
                Event::Refused(refusal)
            }
            End::Stopped => Event::Stop,
        }
    }

    async fn dial(&mut self) -> Result<Welcomed, End> {
        let taken = || End::Lost("the relay takes one connection of a box".into());
        if self.link.entry() == Entry::Stay {
            return Err(taken());
        }
        let connection = self.connect().await?;
        let gate = self.link.gate.clone().lock_owned().await;
        let entry = self.link.entry();
        let first = match &entry {
            Entry::Hello => self.target.hello.clone(),
            Entry::Join(session) => {
                ToRelay::Join { protocol: yunzhen_protocol::VERSION, session: session.clone(), path: self.name.clone() }
            }
            Entry::Stay => return Err(taken()),
        };
        let mut control = Control::open(&connection, &first).await?;
        let (offers, entered) = match (control.answered().await?, entry) {
            (
                ToBox::Welcome { relay_version, server_time, repair, timeline, arrivals, signal, session, .. },
                Entry::Hello,
            ) => {
                let skew = clock::now_timestamp().duration_since(server_time).as_secs();
                if skew.abs() > 60 {
                    tracing::warn!(
                        skew_seconds = skew,
                        "this box's clock differs from the relay's; check its time service"
                    );
                }
                tracing::info!(path = %self.name, relay_version, "welcomed by the relay");
                let offers = Offers { repair, timeline, arrivals, signal };
                self.link.set_offers(offers);
                (offers, Entered::Welcomed(self.path, session))
            }
            (ToBox::Joined {}, Entry::Join(session)) => (self.link.offers(), Entered::Joined(self.path, session)),
            _ => return Err(End::Lost("the relay answered something else".into())),
        };
        let (control_tx, outgoing) = mpsc::channel(CONTROL_QUEUE);
        let Offers { repair, timeline, arrivals, signal } = offers;
        let (path, floor) = (self.path, self.floor.clone());
        let open = Open { path, connection, repair, timeline, signal, floor, control: control_tx };
        Ok(Welcomed { control, open, outgoing, takes_arrivals: arrivals, entered, gate })
    }

    async fn connect(&mut self) -> Result<quinn::Connection, End> {
        let endpoint = self.bind().map_err(|error| End::Lost(format!("no socket for the path: {error}")))?;
        let lookup = tokio::net::lookup_host(&self.target.address).await;
        let addresses: Vec<SocketAddr> = lookup.map_err(|error| End::Lost(format!("{error}")))?.collect();
        let local_is_v6 = endpoint.local_addr().is_ok_and(|local| local.is_ipv6());
        let address = addresses.iter().find(|address| address.is_ipv4()).or_else(|| addresses.first());
        let Some(mut address) = address.copied() else {
            return Err(End::Lost(format!("{} has no address", self.target.address)));
        };
        if let (SocketAddr::V4(v4), true) = (address, local_is_v6) {
            address = SocketAddr::from((v4.ip().to_ipv6_mapped(), v4.port()));
        }
        match endpoint.connect(address, &self.target.server_name) {
            Ok(connecting) => Ok(connecting.await?),
            Err(error @ (quinn::ConnectError::InvalidServerName(_) | quinn::ConnectError::UnsupportedVersion)) => {
                Err(End::Refused(Refusal::RelayNotTrusted, error.to_string()))
            }
            Err(error) => Err(End::Lost(error.to_string())),
        }
    }

    /// Measures the path once a second for the page and for `media_stats`; never ends by itself.
    async fn measure(&self, connection: &quinn::Connection) {
        let mut last = connection.stats();
        let mut seconds = tokio::time::interval(Duration::from_secs(1));
        seconds.tick().await;
        loop {
            seconds.tick().await;
            let stats = connection.stats();
            let sent = stats.path.sent_packets.saturating_sub(last.path.sent_packets);
            let lost = stats.path.lost_packets.saturating_sub(last.path.lost_packets);
            let bytes = stats.udp_tx.bytes.saturating_sub(last.udp_tx.bytes);
            last = stats;
            self.show(|status| {
                status.rtt_ms = Some(u32::try_from(stats.path.rtt.as_millis()).unwrap_or(u32::MAX));
                // A handful of packets a second says nothing about loss.
                status.loss_ratio = if sent >= 20 { lost as f64 / sent as f64 } else { 0.0 };
                status.sent_bps = bytes * 8;
            });
        }
    }
}
