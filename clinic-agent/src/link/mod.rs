//! The box's one QUIC connection to the relay.
//!
//! | module | what |
//! |---|---|
//! | [`state`] | the machine: when to dial, when to wait; pure |
//! | [`words`] | the link's condition in the nurse's words; pure |
//! | [`silence`] | when a quiet path is given a new socket; pure |
//! | [`transport`] | quinn's settings and what its errors mean |
//! | [`driver`] | dials, serves, waits: does what the machine says |
//! | [`open`] | one connection from `welcome` to its end |
//! | [`bulk`] | what bulk may take beside a call |
//! | [`http`] | requests over the connection |
//! | [`relay`] | what the box itself asks of the relay |

pub mod bulk;
pub mod driver;
pub mod http;
pub mod open;
pub mod relay;
pub mod silence;
pub mod state;
pub mod transport;
pub mod words;

use bytes::Bytes;
use jiff::Timestamp;
use std::sync::Arc;
use tokio::sync::{Notify, mpsc, watch};
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
    /// The connection is gone.
    Down,
    /// A control message.
    Control(Box<ToBox>),
}

/// One packet from the relay.
#[derive(Clone, Debug)]
pub struct Downlink {
    /// What it is and on which slot.
    pub flow: Flow,
    /// RTP or RTCP.
    pub packet: Bytes,
}

/// The link's condition, as shown and logged.
#[derive(Clone, Debug, PartialEq)]
pub struct LinkStatus {
    /// The machine's state.
    pub state: state::State,
    /// Since when it has this name.
    pub since: Timestamp,
    /// Smoothed round trip, while connected.
    pub rtt_ms: Option<u32>,
    /// Share of packets lost in the last second, while connected.
    pub loss_ratio: f64,
    /// Bits sent in the last second.
    pub sent_bps: u64,
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

/// The open connection: who may send on it.
#[derive(Clone, Debug)]
pub struct Open {
    /// Datagrams and streams.
    pub connection: quinn::Connection,
    /// Whether the relay re-creates what is lost from what is sent for it.
    pub repair: bool,
    /// Whether the relay keeps a timeline of the call.
    pub timeline: bool,
    control: mpsc::Sender<ToRelay>,
}

/// A handle to the link; clones are the same link.
#[derive(Clone)]
pub struct Link {
    life: Lifecycle,
    open: watch::Sender<Option<Open>>,
    status: watch::Sender<LinkStatus>,
    rouse: Arc<Notify>,
    floor: Floor,
    bulk: bulk::Bulk,
}

impl Link {
    /// A link that has not dialled; [`driver::run`] brings it to life.
    pub fn new(life: Lifecycle, now: Timestamp) -> Self {
        Self {
            life,
            open: watch::Sender::new(None),
            status: watch::Sender::new(LinkStatus {
                state: state::State::initial(),
                since: now,
                rtt_ms: None,
                loss_ratio: 0.0,
                sent_bps: 0,
            }),
            rouse: Arc::new(Notify::new()),
            floor: Floor::default(),
            bulk: bulk::Bulk::default(),
        }
    }

    /// The condition and its changes.
    pub fn status(&self) -> watch::Receiver<LinkStatus> {
        self.status.subscribe()
    }

    /// The open connection, if there is one, and its changes.
    pub fn open(&self) -> watch::Receiver<Option<Open>> {
        self.open.subscribe()
    }

    /// Whether there is an open connection.
    pub fn is_open(&self) -> bool {
        self.open.borrow().is_some()
    }

    /// Dials at once instead of waiting for the retry (a person looks at the page).
    pub fn rouse(&self) {
        self.rouse.notify_one();
    }

    /// What media may have under way, whatever quinn thinks.
    pub const fn media_floor(&self) -> &Floor {
        &self.floor
    }

    /// What bulk may take beside a call.
    pub const fn bulk(&self) -> &bulk::Bulk {
        &self.bulk
    }

    /// Says something to the relay; `false` when there is no link or its queue is full.
    pub fn tell(&self, message: ToRelay) -> bool {
        match &*self.open.borrow() {
            Some(open) => open.control.try_send(message).is_ok(),
            None => false,
        }
    }
}
