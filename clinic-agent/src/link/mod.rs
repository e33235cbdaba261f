//! The box's link to the relay: one QUIC connection for each path (a 5G modem, a wire), one session over all of them.
//!
//! | module | what |
//! |---|---|
//! | [`state`] | the machine of one path: when to dial, when to wait; pure |
//! | [`session`] | which connection has the control stream; pure |
//! | [`words`] | the link's condition in the nurse's words; pure |
//! | [`silence`] | when a quiet path is given a new socket; pure |
//! | [`route`] | where a path leaves the box |
//! | [`transport`] | quinn's settings and what its errors mean |
//! | [`driver`] | dials, serves, waits: does what the machine says |
//! | [`open`] | one connection from `welcome` or `joined` to its end |
//! | [`joint`] | the paths' connections as everybody else sees them |
//! | [`bulk`] | what bulk may take beside a call |
//! | [`http`] | requests over the connection |
//! | [`relay`] | what the box itself asks of the relay |

pub mod bulk;
pub mod driver;
pub mod http;
pub mod joint;
pub mod open;
pub mod relay;
pub mod route;
pub mod session;
pub mod silence;
pub mod state;
pub mod transport;
pub mod words;

use bytes::Bytes;
use jiff::Timestamp;
use joint::Joint;
use std::sync::{Arc, Mutex};
use tokio::sync::{Notify, mpsc, watch};
use yunzhen_domain::ids::ConsultationId;
use yunzhen_protocol::control::{ToBox, ToRelay};
use yunzhen_protocol::roq::Flow;
use yunzhen_runtime::Lifecycle;
use yunzhen_runtime::floor::Floor;

/// Control messages that may wait for the control stream. They are small and rare; a full queue means a dead link, and
/// the message is dropped: after the reconnect the state is told anew.
pub(crate) const CONTROL_QUEUE: usize = 64;
/// Events that may wait for the media task; the reader of the control stream waits when it is full.
pub const EVENT_QUEUE: usize = 64;
/// Downlink packets that may wait for the tablet's leg; newest are dropped when it is full, and counted.
pub const DOWNLINK_QUEUE: usize = 1024;

/// What the link tells the rest of the program.
#[derive(Debug)]
pub enum LinkEvent {
    /// The relay welcomed this box.
    Up,
    /// All connections are gone.
    Down,
    /// The control stream goes on over another path; what was said last may be lost.
    Moved,
    /// A control message.
    Control(Box<ToBox>),
}

/// A path, by its place in the configuration.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PathId(pub u8);

/// One packet from the relay.
#[derive(Clone, Debug)]
pub struct Downlink {
    /// By which path.
    pub path: PathId,
    /// What it is and on which slot.
    pub flow: Flow,
    /// RTP or RTCP.
    pub packet: Bytes,
}

/// The link's condition, as shown and logged.
#[derive(Clone, Debug, PartialEq)]
pub struct LinkStatus {
    /// The machine's state; of several paths that of the best.
    pub state: state::State,
    /// Since when it has this name.
    pub since: Timestamp,
    /// Smoothed round trip, while connected; of several paths, on the one that carries the picture.
    pub rtt_ms: Option<u32>,
    /// Share of packets lost in the last second, while connected; likewise.
    pub loss_ratio: f64,
    /// Bits sent in the last second, by all paths.
    pub sent_bps: u64,
    /// Each path.
    pub paths: Vec<PathStatus>,
}

/// One path's condition.
#[derive(Clone, Debug, PartialEq)]
pub struct PathStatus {
    /// Which.
    pub path: PathId,
    /// What the home calls it; empty where there is one without a name.
    pub name: String,
    /// Its machine's state.
    pub state: state::State,
    /// Smoothed round trip, while connected.
    pub rtt_ms: Option<u32>,
    /// Share of packets lost in the last second, while connected.
    pub loss_ratio: f64,
    /// Bits sent in the last second.
    pub sent_bps: u64,
    /// Whether it carries the picture.
    pub carries_picture: bool,
    /// Nothing comes by it at present, though its connection was not given up yet.
    pub silent: bool,
}

impl LinkStatus {
    /// Whether requests and media can be sent.
    pub const fn is_connected(&self) -> bool {
        matches!(self.state, state::State::Connected { .. })
    }

    /// The sentence for people.
    pub fn words(&self) -> words::Words {
        words::words(&self.state, self.rtt_ms, self.loss_ratio)
    }
}

impl PathStatus {
    /// In a word for people.
    pub fn words(&self) -> words::Words {
        words::path(&self.state, self.silent, self.rtt_ms, self.loss_ratio)
    }
}

/// An open connection: who may send on it.
#[derive(Clone, Debug)]
pub struct Open {
    /// Of which path.
    pub path: PathId,
    /// Datagrams and streams.
    pub connection: quinn::Connection,
    /// Whether the relay re-creates what is lost from what is sent for it.
    pub repair: bool,
    /// Whether the relay keeps a timeline of the call.
    pub timeline: bool,
    /// Whether the relay wants to hear of the modems' signal.
    pub signal: bool,
    /// What media may have under way, whatever quinn thinks.
    pub floor: Floor,
    control: mpsc::Sender<ToRelay>,
}

/// A handle to the link; clones are the same link.
#[derive(Clone)]
pub struct Link {
    life: Lifecycle,
    open: watch::Sender<Option<Open>>,
    paths: watch::Sender<Vec<Open>>,
    status: watch::Sender<LinkStatus>,
    rouse: Arc<Notify>,
    bulk: bulk::Bulk,
    /// The path of the pictures, and what it takes.
    uplink: watch::Sender<Option<(PathId, u32)>>,
    joint: Arc<Mutex<Joint>>,
    /// Held by the connection that says its first words: the next one must know whether there is a session.
    gate: Arc<tokio::sync::Mutex<()>>,
}

impl Link {
    /// A link that has not dialled; [`driver::Driver::run`] brings it to life.
    pub fn new(life: Lifecycle, now: Timestamp) -> Self {
        Self {
            life,
            open: watch::Sender::new(None),
            paths: watch::Sender::new(Vec::new()),
            status: watch::Sender::new(LinkStatus {
                state: state::State::initial(),
                since: now,
                rtt_ms: None,
                loss_ratio: 0.0,
                sent_bps: 0,
                paths: Vec::new(),
            }),
            rouse: Arc::new(Notify::new()),
            bulk: bulk::Bulk::default(),
            uplink: watch::Sender::new(None),
            joint: Arc::default(),
            gate: Arc::default(),
        }
    }

    /// The condition and its changes.
    pub fn status(&self) -> watch::Receiver<LinkStatus> {
        self.status.subscribe()
    }

    /// The connection that has the control stream, if there is one, and its changes. Requests and bulk go on it.
    pub fn open(&self) -> watch::Receiver<Option<Open>> {
        self.open.subscribe()
    }

    /// Whether there is an open connection.
    pub fn is_open(&self) -> bool {
        self.open.borrow().is_some()
    }

    /// The connections of all paths, and their changes. Media go on them.
    pub fn paths(&self) -> watch::Receiver<Vec<Open>> {
        self.paths.subscribe()
    }

    /// Dials at once instead of waiting for the retry (a person looks at the page).
    pub fn rouse(&self) {
        let paths = self.status.borrow().paths.len();
        (0..paths.max(1)).for_each(|_| self.rouse.notify_one());
    }

    /// What bulk may take beside a call.
    pub const fn bulk(&self) -> &bulk::Bulk {
        &self.bulk
    }

    /// The path of the pictures, and what it takes in all, bits per second; `None` while no call runs.
    pub fn set_uplink(&self, uplink: Option<(PathId, u32)>) {
        self.uplink.send_if_modified(|known| std::mem::replace(known, uplink) != uplink);
    }

    /// What a path takes up, where that is known.
    pub fn uplink_bps(&self, path: PathId) -> Option<u32> {
        self.uplink.borrow().filter(|(of, _)| *of == path).map(|(_, bps)| bps)
    }

    /// Says something to the relay; `false` when there is no link or its queue is full.
    pub fn tell(&self, message: ToRelay) -> bool {
        match &*self.open.borrow() {
            Some(open) => open.control.try_send(message).is_ok(),
            None => false,
        }
    }

    /// The consultation that the box sends media of: the relay is told when another path takes over.
    pub fn set_call(&self, consultation: Option<ConsultationId>) {
        self.lock().call = consultation;
    }
}
