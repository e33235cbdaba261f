//! A box's media towards its room: datagrams in, whole RTP and RTCP packets out.
//!
//! No lock is taken per packet: the room that gets them changes through a watch channel that is looked at only when it changed.

use std::sync::Arc;
use std::time::Duration;

use quinn::Connection;
use tokio::sync::watch;
use yunzhen_protocol::fragment::Reassembler;
use yunzhen_protocol::roq::{Datagram, Flow};
use yunzhen_rtc::{ExternalHandle, MediaFlow};

use crate::rooms::Rooms;
use crate::rooms::boxes::{BoxTicket, LinkSign};

/// Without a datagram for this long while media is wanted, the picture stands and people are told why.
const SILENCE: Duration = Duration::from_millis(1200);

/// Where a box's media goes now; `None` while its home is in no consultation.
pub type Target = Option<Arc<ExternalHandle>>;

/// Moves datagrams until the connection ends.
pub async fn run(connection: Connection, mut target: watch::Receiver<Target>, rooms: Rooms, ticket: BoxTicket) {
    let mut reassembler = Reassembler::new();
    let mut current: Target = target.borrow_and_update().clone();
    let mut silent = false;
    loop {
        tokio::select! {
            biased;
            changed = target.changed() => {
                if changed.is_err() {
                    return;
                }
                current = target.borrow_and_update().clone();
            }
            datagram = tokio::time::timeout(SILENCE, connection.read_datagram()) => match datagram {
                Ok(Ok(datagram)) => {
                    if std::mem::take(&mut silent) {
                        rooms.box_link(ticket, LinkSign::Returned).await;
                    }
                    if let Some(room) = &current {
                        deliver(room, &mut reassembler, datagram);
                    }
                }
                Ok(Err(_)) => return,
                Err(_) if current.is_some() && !silent => {
                    silent = true;
                    rooms.box_link(ticket, LinkSign::Silent).await;
                }
                Err(_) => {}
            }
        }
    }
}

fn deliver(room: &ExternalHandle, reassembler: &mut Reassembler, datagram: bytes::Bytes) {
    let malformed = || metrics::counter!("yunzhen_datagrams_refused_total").increment(1);
    let Ok(datagram) = Datagram::decode(datagram) else { return malformed() };
    let packet = if datagram.is_fragment {
        match reassembler.push(datagram.flow, datagram.packet) {
            Ok(Some(packet)) => packet,
            Ok(None) => return,
            Err(_) => return malformed(),
        }
    } else {
        datagram.packet
    };
    let (slot, flow) = match datagram.flow {
        Flow::Video => (None, MediaFlow::Video),
        Flow::Audio => (None, MediaFlow::Audio),
        Flow::Feedback => (None, MediaFlow::Rtcp),
        Flow::SlotFeedback(slot) => (Some(slot), MediaFlow::Rtcp),
        Flow::SlotVideo(_) | Flow::SlotAudio(_) => return malformed(),
    };
    // A full queue drops the packet and counts it: a late picture is worth nothing.
    room.push(slot, flow, packet);
}
