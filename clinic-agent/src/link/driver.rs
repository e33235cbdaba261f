//! Does what the machine says: dials, serves, waits, and keeps the status that everyone reads.

use super::open::{Control, End, serve};
use super::state::{Effect, Event, Refusal, State};
use super::transport::{self, CLOSE_BYE};
use super::{CONTROL_QUEUE, Downlink, Link, LinkEvent, LinkStatus, Open};
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::{Duration, Instant};
use tokio::sync::mpsc;
use yunzhen_protocol::control::{ToBox, ToRelay};
use yunzhen_runtime::clock;

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
    /// The first message of every connection.
    pub hello: ToRelay,
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
}

/// The dialler of one link.
pub struct Driver {
    link: Link,
    target: Target,
    endpoint: quinn::Endpoint,
    events: mpsc::Sender<LinkEvent>,
    downlink: mpsc::Sender<Downlink>,
    state: State,
    begun: Instant,
}

/// A connection that was welcomed.
struct Welcomed {
    control: Control,
    open: Open,
    outgoing: mpsc::Receiver<ToRelay>,
    /// The relay takes reports of arrivals.
    takes_arrivals: bool,
}

impl Driver {
    /// Binds the socket.
    pub fn new(
        link: Link,
        target: Target,
        events: mpsc::Sender<LinkEvent>,
        downlink: mpsc::Sender<Downlink>,
    ) -> Result<Self, LinkError> {
        // Dual stack where the kernel has IPv6, else IPv4.
        let any6 = SocketAddr::from((Ipv6Addr::UNSPECIFIED, 0));
        let any4 = SocketAddr::from((Ipv4Addr::UNSPECIFIED, 0));
        let mut endpoint =
            quinn::Endpoint::client(any6).or_else(|_| quinn::Endpoint::client(any4)).map_err(LinkError::Socket)?;
        endpoint.set_default_client_config(transport::client_config(target.tls.clone(), link.media_floor().clone())?);
        Ok(Self { link, target, endpoint, events, downlink, state: State::initial(), begun: clock::now_instant() })
    }

    /// Runs until the program drains.
    pub async fn run(mut self) {
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
                State::Connected { .. } => match welcomed.take() {
                    Some(Welcomed { control, open, outgoing, takes_arrivals }) => {
                        let connection = open.connection;
                        let serving = serve(
                            &self.endpoint,
                            control,
                            outgoing,
                            &self.events,
                            (&self.downlink, takes_arrivals),
                            &soft,
                        );
                        let end = tokio::select! {
                            end = serving => end,
                            () = self.measure(&connection) => End::Lost("not measured".into()),
                        };
                        connection.close(quinn::VarInt::from_u32(CLOSE_BYE), b"");
                        self.ended(end)
                    }
                    None => Event::Lost,
                },
                State::Draining => break,
            };
            if !self.apply(event, welcomed.as_ref()).await {
                break;
            }
        }
        self.endpoint.close(quinn::VarInt::from_u32(CLOSE_BYE), b"stopped");
        // At most a moment: the close frame leaves, nobody waits for its answer.
        let _ = tokio::time::timeout(Duration::from_millis(300), self.endpoint.wait_idle()).await;
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
            tracing::info!(from = before.name(), to = self.state.name(), "link");
        }
        // The connection before the status: who reads that there is none finds none.
        for effect in effects {
            match effect {
                Effect::Announce => drop(self.link.open.send_replace(welcomed.map(|welcomed| welcomed.open.clone()))),
                Effect::Withdraw => drop(self.link.open.send_replace(None)),
                Effect::Dial | Effect::Wait | Effect::Bye => {}
            }
        }
        self.show(|_| {});
        for effect in effects {
            let told = match effect {
                Effect::Announce => {
                    metrics::gauge!("yunzhen_link_connected").set(1.0);
                    self.events.send(LinkEvent::Up).await
                }
                Effect::Withdraw => {
                    metrics::gauge!("yunzhen_link_connected").set(0.0);
                    self.events.send(LinkEvent::Down).await
                }
                // Dialling, waiting and saying goodbye are what the states themselves do in `run`.
                Effect::Dial | Effect::Wait | Effect::Bye => Ok(()),
            };
            if told.is_err() && self.state != State::Draining {
                return false;
            }
        }
        true
    }

    fn show(&self, change: impl FnOnce(&mut LinkStatus)) {
        let (state, now) = (self.state, clock::now_timestamp());
        self.link.status.send_modify(|status| {
            if status.state.name() != state.name() {
                status.since = now;
                (status.rtt_ms, status.loss_ratio, status.sent_bps) = (None, 0.0, 0);
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

    async fn dial(&self) -> Result<Welcomed, End> {
        let connection = self.connect().await?;
        let mut control = Control::open(&connection, &self.target.hello).await?;
        let (mut takes_repairs, mut keeps_timeline, mut takes_arrivals) = (false, false, false);
        if let ToBox::Welcome { relay_version, server_time, repair, timeline, arrivals, .. } = control.welcomed().await? {
            (takes_repairs, keeps_timeline, takes_arrivals) = (repair, timeline, arrivals);
            let skew = clock::now_timestamp().duration_since(server_time).as_secs();
            if skew.abs() > 60 {
                tracing::warn!(
                    skew_seconds = skew,
                    "this box's clock differs from the relay's; check its time service"
                );
            }
            tracing::info!(relay_version, "welcomed by the relay");
        }
        let (control_tx, outgoing) = mpsc::channel(CONTROL_QUEUE);
        let open = Open { connection, repair: takes_repairs, timeline: keeps_timeline, control: control_tx };
        Ok(Welcomed { control, open, outgoing, takes_arrivals })
    }

    async fn connect(&self) -> Result<quinn::Connection, End> {
        let lookup = tokio::net::lookup_host(&self.target.address).await;
        let addresses: Vec<SocketAddr> = lookup.map_err(|error| End::Lost(format!("{error}")))?.collect();
        let local_is_v6 = self.endpoint.local_addr().is_ok_and(|local| local.is_ipv6());
        let address = addresses.iter().find(|address| address.is_ipv4()).or_else(|| addresses.first());
        let Some(mut address) = address.copied() else {
            return Err(End::Lost(format!("{} has no address", self.target.address)));
        };
        if let (SocketAddr::V4(v4), true) = (address, local_is_v6) {
            address = SocketAddr::from((v4.ip().to_ipv6_mapped(), v4.port()));
        }
        match self.endpoint.connect(address, &self.target.server_name) {
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
