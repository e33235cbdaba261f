//! The paths of one box's session: its connections, which of them carries the picture down, and by what name further ones join.
//!
//! A session begins with a `hello` and lives as long as its box's control stream can move to a living path; it is the legs' owner, not any one connection. What a path
//! brings up goes to the same room ([`super::uplink`]), what came twice is dropped ([`SharedSeen`]).

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use quinn::Connection;
use sha2::{Digest as _, Sha256};
use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;
use yunzhen_certs::CertificateFacts;
use yunzhen_domain::audit::hex;
use yunzhen_domain::ids::{ConsultationId, HomeId};
use yunzhen_rtc::SharedSeen;
use yunzhen_rtc::paths::{Choice, View};
use yunzhen_runtime::allowance::Allowance;
use yunzhen_runtime::clock;

use super::bulk::ToBulk;
use super::control::{ControlReader, ControlWriter};
use super::downlink::Downlink;
use super::uplink::Target;
use crate::rooms::boxes::BoxTicket;
use crate::rooms::timeline::Counted;

/// Connections of one box at once.
pub const MAX_PATHS: usize = 4;
/// How often the paths down are looked at.
const LOOK: Duration = Duration::from_millis(50);
/// A path that brought [`BUSY`] datagrams in the last second is dead when it brings none for this long.
const UNHEARD: Duration = Duration::from_millis(300);
/// One on which only the box's keep-alive comes (four times a second) is, after this.
const UNHEARD_IDLE: Duration = Duration::from_millis(800);
const BUSY: u64 = 20;

/// One connection.
#[derive(Debug, Clone)]
pub struct Path {
    /// Of this session; never used twice.
    pub number: u64,
    /// quinn's.
    pub connection: Connection,
    /// What the box showed on it.
    pub certificate: CertificateFacts,
    /// What leaves by it.
    pub downlink: Downlink,
}

/// The connections of a session; clones are the same.
#[derive(Debug, Clone, Default)]
pub struct Connections(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    list: watch::Sender<Vec<Path>>,
    numbers: AtomicU64,
    /// The number of the path that carries pictures down.
    picture: AtomicU64,
    seen: SharedSeen,
    heard: Heard,
}

/// When anything came last, by any path.
#[derive(Debug, Default)]
pub struct Heard {
    at_ms: AtomicU64,
    silent: AtomicBool,
}

impl Heard {
    /// Silence counts from here, if it has not begun.
    pub fn wait_from(&self, at: Duration) {
        self.at_ms.fetch_max(at.as_millis() as u64, Ordering::Relaxed);
    }

    /// Something came; `true` when nothing had for long.
    pub fn came(&self, at: Duration) -> bool {
        self.wait_from(at);
        self.silent.load(Ordering::Relaxed) && self.silent.swap(false, Ordering::Relaxed)
    }

    /// When.
    pub fn last(&self) -> Duration {
        Duration::from_millis(self.at_ms.load(Ordering::Relaxed))
    }

    /// Nothing came for long; `true` for the first who says so.
    pub fn is_first_silent(&self) -> bool {
        !self.silent.swap(true, Ordering::Relaxed)
    }

    /// Whether that was said.
    pub fn is_silent(&self) -> bool {
        self.silent.load(Ordering::Relaxed)
    }
}

impl Connections {
    /// One more; `None`: there are as many as may be.
    pub fn add(&self, connection: Connection, certificate: CertificateFacts, downlink: Downlink) -> Option<u64> {
        let number = self.0.numbers.fetch_add(1, Ordering::Relaxed);
        let added = self.0.list.send_if_modified(|list| {
            let room = list.len() < MAX_PATHS;
            if room {
                list.push(Path { number, connection, certificate, downlink });
            }
            room
        });
        if self.count() > 1 {
            self.0.seen.begin();
        }
        added.then_some(number)
    }

    /// One is gone.
    pub fn remove(&self, number: u64) {
        self.0.list.send_modify(|list| list.retain(|path| path.number != number));
    }

    /// What the box showed on them.
    pub fn certificates(&self) -> Vec<CertificateFacts> {
        self.0.list.borrow().iter().map(|path| path.certificate.clone()).collect()
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.0.list.borrow().len()
    }

    /// How many there are beside this one.
    pub fn beside(&self, connection: &Connection) -> usize {
        let this = connection.stable_id();
        self.0.list.borrow().iter().filter(|path| path.connection.stable_id() != this).count()
    }

    /// All, and their changes.
    pub fn watch(&self) -> watch::Receiver<Vec<Path>> {
        self.0.list.subscribe()
    }

    /// The path that carries pictures down.
    pub fn picture(&self) -> u64 {
        self.0.picture.load(Ordering::Relaxed)
    }

    /// Whether a path carries pictures down.
    pub fn carries(&self, number: u64) -> bool {
        self.carrying().is_none_or(|path| path.number == number)
    }

    /// Round trip of the path that carries pictures down.
    pub fn round_trip(&self) -> Duration {
        self.carrying().map_or(Duration::ZERO, |path| path.connection.rtt())
    }

    /// The chosen path; the first, when that is gone.
    fn carrying(&self) -> Option<Path> {
        let (chosen, list) = (self.picture(), self.0.list.borrow());
        list.iter().find(|path| path.number == chosen).or_else(|| list.first()).cloned()
    }

    /// What came by any of them.
    pub fn seen(&self) -> SharedSeen {
        self.0.seen.clone()
    }

    /// When something came by any of them.
    pub fn heard(&self) -> &Heard {
        &self.0.heard
    }

    /// Chooses the path for pictures, again and again, until it is dropped. `begun` is the origin of its clock.
    pub async fn choose(self, begun: Instant) {
        let (mut choice, mut known) = (Choice::default(), HashMap::<u64, Sign>::new());
        let mut list = self.watch();
        let mut ticks = tokio::time::interval(LOOK);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            if list.borrow_and_update().len() < 2 {
                // With one path there is nothing to choose: the sink takes the one that is there.
                known.clear();
                choice = Choice::default();
                if list.changed().await.is_err() {
                    return;
                }
                continue;
            }
            ticks.tick().await;
            let now = clock::now_instant().saturating_duration_since(begun);
            let paths = list.borrow_and_update().clone();
            known.retain(|number, _| paths.iter().any(|path| path.number == *number));
            let views: Vec<View> = paths
                .iter()
                .map(|path| {
                    let stats = path.connection.stats();
                    let sign = known.entry(path.number).or_insert_with(|| Sign::new(now));
                    View {
                        path: path.number,
                        alive_since: sign.observe(now, stats.udp_rx.datagrams),
                        rate_bps: None,
                        round_trip: stats.path.rtt,
                        loss: 0.0,
                    }
                })
                .collect();
            if let Some(moved) = choice.look(now, &views)
                && let Some(path) = paths.iter().find(|path| path.number == moved.to)
            {
                self.0.picture.store(path.number, Ordering::Relaxed);
                paths.iter().for_each(|path| path.downlink.moved());
                metrics::counter!("yunzhen_downlink_path_moves_total", "why" => moved.why.name()).increment(1);
            }
        }
    }
}

/// What comes by a path, to tell whether it is alive.
#[derive(Debug, Clone, Copy)]
struct Sign {
    received: u64,
    at: Duration,
    alive_since: Option<Duration>,
    /// Since when this second runs, with what count, and how much came in the last whole one.
    second: (Duration, u64, u64),
}

impl Sign {
    fn new(now: Duration) -> Self {
        Self { received: 0, at: now, alive_since: Some(now), second: (now, 0, 0) }
    }

    fn observe(&mut self, now: Duration, received: u64) -> Option<Duration> {
        if now >= self.second.0 + Duration::from_secs(1) {
            self.second = (now, received, received - self.second.1.min(received));
        }
        let busy = self.second.2 >= BUSY;
        if received != self.received {
            (self.received, self.at) = (received, now);
            self.alive_since.get_or_insert(now);
        } else if now.saturating_sub(self.at) > if busy { UNHEARD } else { UNHEARD_IDLE } {
            self.alive_since = None;
        }
        self.alive_since
    }
}

/// A control stream that is to be the session's.
pub struct Taken {
    /// See `take_control`.
    pub turn: u32,
    /// What the box sends.
    pub consultation_id: Option<ConsultationId>,
    /// The stream.
    pub held: Held,
}

/// A control stream.
pub struct Held {
    /// Of which connection.
    pub connection: Connection,
    /// From the box.
    pub reader: ControlReader,
    /// To the box.
    pub writer: ControlWriter,
}

/// What a further path needs of the session that it joins; clones are the same.
#[derive(Clone)]
pub struct Session {
    /// Whose box.
    pub home_id: HomeId,
    /// Of the session plane.
    pub ticket: BoxTicket,
    /// Its paths.
    pub connections: Connections,
    /// Where media go.
    pub target: watch::Receiver<Target>,
    /// Where stills and recordings go.
    pub bulk: ToBulk,
    /// What comes, counted.
    pub counted: Arc<Counted>,
    /// How many datagrams may come, by all paths together.
    pub datagrams: Arc<Allowance>,
    /// The box reports when packets arrive.
    pub arrivals: bool,
    /// Where a control stream is offered that is to be the session's.
    pub take: mpsc::Sender<Taken>,
    /// Cancelled when the session is over.
    pub ends: CancellationToken,
    /// How its connections are closed then: code and sentence.
    pub over: Arc<OnceLock<(u32, &'static str)>>,
}

/// The sessions of all boxes, by the digest of their token.
#[derive(Clone, Default)]
pub struct Sessions(Arc<Mutex<HashMap<[u8; 32], Session>>>);

/// What names a session towards its box: 256 random bits.
pub fn token() -> String {
    hex(&clock::random_bytes::<32>())
}

fn digest(token: &str) -> [u8; 32] {
    Sha256::digest(token).into()
}

impl Sessions {
    /// From now on further paths may join, until the guard is dropped.
    pub fn open(&self, token: &str, session: Session) -> Listed {
        let digest = digest(token);
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(digest, session);
        Listed { sessions: self.clone(), digest }
    }

    /// The session of this home by this name.
    pub fn find(&self, token: &str, home_id: HomeId) -> Option<Session> {
        let sessions = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        sessions.get(&digest(token)).filter(|session| session.home_id == home_id).cloned()
    }
}

/// A session that can be joined.
pub struct Listed {
    sessions: Sessions,
    digest: [u8; 32],
}

impl Drop for Listed {
    fn drop(&mut self) {
        self.sessions.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.digest);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_dead_soon_when_media_come_by_it_and_later_when_only_keep_alives_do() {
        let ms = Duration::from_millis;
        for (every, dead_after) in [(20, 350), (250, 850)] {
            let mut sign = Sign::new(ms(0));
            let (mut received, mut died) = (0, None);
            for at in (0..5000).step_by(50) {
                if at < 3000 {
                    received = at / every + 1;
                }
                if sign.observe(ms(at), received).is_none() {
                    died = Some(at);
                    break;
                }
            }
            let died = died.expect("dies");
            assert!(died > 3000 && died <= 2950 + dead_after, "{every}: {died}");
            assert!(sign.observe(ms(6000), received + 1).is_some(), "and comes back");
        }
    }

    #[test]
    fn silence_is_told_once() {
        let heard = Heard::default();
        assert!(!heard.came(Duration::from_millis(5)) && heard.is_first_silent() && !heard.is_first_silent());
        assert!(heard.came(Duration::from_millis(9)) && !heard.came(Duration::from_millis(7)));
        assert_eq!(heard.last(), Duration::from_millis(9));
    }
}
