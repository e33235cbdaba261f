//! The ways into a shard's thread, all bounded, with one wake-up for however many items wait.
//!
//! | queue | bound | when full |
//! |---|---|---|
//! | commands | 1024 | the caller waits |
//! | packets of boxes | 8192 | the newest is dropped and counted |
//! | datagrams handed over by other shards | 4096 | the newest is dropped and counted |

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use bytes::BytesMut;
use tokio::sync::{mpsc, oneshot, watch};
use uuid::Uuid;

use crate::error::Stopped;
use crate::external::ExternalPacket;
use crate::room::{RoomCommand, RoomEvents, RoomSnapshot};
use crate::shard::Seat;

const COMMANDS: usize = 1024;
const PACKETS: usize = 8192;
const HANDED: usize = 4096;

/// A request to a shard.
pub(crate) enum Command {
    OpenRoom { id: Uuid, reply: oneshot::Sender<Option<OpenedRoom>> },
    Room { id: Uuid, command: RoomCommand },
    Sizes { reply: oneshot::Sender<crate::Sizes> },
    Drain { reply: oneshot::Sender<()> },
}

pub(crate) struct OpenedRoom {
    pub state: watch::Receiver<Arc<RoomSnapshot>>,
    pub events: RoomEvents,
}

/// From shard to shard.
pub(crate) enum Handed {
    /// A datagram that arrived at the wrong socket.
    Datagram { via: u8, from: SocketAddr, to: Option<IpAddr>, bytes: BytesMut },
    /// The address is one of that shard's legs: what comes from it belongs there.
    Bound { address: SocketAddr, shard: u8 },
}

/// Wakes the shard once until it has looked.
pub(crate) struct Bell {
    waker: mio::Waker,
    rung: AtomicBool,
    stop: AtomicBool,
}

impl Bell {
    pub(crate) const fn new(waker: mio::Waker) -> Self {
        Self { waker, rung: AtomicBool::new(false), stop: AtomicBool::new(false) }
    }

    pub(crate) fn ring(&self) {
        if !self.rung.swap(true, Ordering::AcqRel)
            && let Err(error) = self.waker.wake()
        {
            // The eventfd can only fail when the shard is gone, which every answer channel tells.
            tracing::debug!(%error, "waking a shard");
        }
    }

    /// Whether the shard is to end.
    pub(crate) fn says_stop(&self) -> bool {
        self.stop.load(Ordering::Acquire)
    }

    /// The shard looks: whatever comes from now on rings again.
    pub(crate) fn answered(&self) {
        // A swap, not a store: a store may still be on its way while the queues are looked at, and a ring in between would be lost.
        self.rung.swap(false, Ordering::AcqRel);
    }
}

/// The sending ends.
#[derive(Clone)]
pub(crate) struct Commands {
    commands: mpsc::Sender<Command>,
    packets: SyncSender<ExternalPacket>,
    handed: SyncSender<Handed>,
    bell: Arc<Bell>,
    seat: Arc<Seat>,
    pub(crate) dropped: Arc<Dropped>,
}

/// What the bounded queues refused.
#[derive(Debug, Default)]
pub(crate) struct Dropped {
    pub packets: AtomicU64,
    pub handed: AtomicU64,
}

/// The receiving ends, on the shard's thread.
pub(crate) struct Inbox {
    pub commands: mpsc::Receiver<Command>,
    pub packets: Receiver<ExternalPacket>,
    pub handed: Receiver<Handed>,
    pub bell: Arc<Bell>,
    pub dropped: Arc<Dropped>,
}

pub(crate) fn channel(waker: mio::Waker, seat: Arc<Seat>) -> (Commands, Inbox) {
    let (commands, command_receiver) = mpsc::channel(COMMANDS);
    let (packets, packet_receiver) = sync_channel(PACKETS);
    let (handed, handed_receiver) = sync_channel(HANDED);
    let (bell, dropped) = (Arc::new(Bell::new(waker)), Arc::<Dropped>::default());
    let inbox = Inbox {
        commands: command_receiver,
        packets: packet_receiver,
        handed: handed_receiver,
        bell: bell.clone(),
        dropped: dropped.clone(),
    };
    (Commands { commands, packets, handed, bell, seat, dropped }, inbox)
}

impl Commands {
    pub(crate) async fn send(&self, command: Command) -> Result<(), Stopped> {
        self.commands.send(command).await.map_err(|_| Stopped)?;
        self.bell.ring();
        Ok(())
    }

    pub(crate) async fn room(&self, id: Uuid, command: RoomCommand) -> Result<(), Stopped> {
        self.send(Command::Room { id, command }).await
    }

    pub(crate) fn try_room(&self, id: Uuid, command: RoomCommand) {
        if self.commands.try_send(Command::Room { id, command }).is_ok() {
            self.bell.ring();
        }
    }

    /// Ends the shard, whatever waits.
    pub(crate) fn stop(&self) {
        self.bell.stop.store(true, Ordering::Release);
        self.bell.ring();
    }

    /// Takes a packet without waking the shard: [`Self::serve`] follows at the end of the burst.
    pub(crate) fn packet(&self, packet: ExternalPacket) -> bool {
        let taken = self.packets.try_send(packet).is_ok();
        if !taken {
            self.dropped.packets.fetch_add(1, Ordering::Relaxed);
        }
        taken
    }

    /// Sees to it that the packets are forwarded: here and now where that is short, else by the shard's thread.
    pub(crate) fn serve(&self) {
        if !self.seat.serve_as_guest() {
            self.bell.ring();
        }
    }

    pub(crate) fn hand(&self, handed: Handed) {
        if self.handed.try_send(handed).is_err() {
            self.dropped.handed.fetch_add(1, Ordering::Relaxed);
        }
        self.bell.ring();
    }
}
