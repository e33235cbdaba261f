//! A box's media towards its room: datagrams in, whole RTP and RTCP packets out.
//!
//! No lock is taken per packet: the room that gets them changes through a watch channel that is looked at only when it changed.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::FutureExt as _;
use quinn::Connection;
use tokio::sync::watch;
use yunzhen_rtc::{Burst, ExternalHandle, Intake, MAX_BURST};

use crate::rooms::Rooms;
use crate::rooms::boxes::{BoxTicket, LinkSign};

/// Without a datagram for this long while media is wanted, the picture stands and people are told why.
const SILENCE: Duration = Duration::from_millis(1200);

/// Where a box's media goes now; `None` while its home is in no consultation.
pub type Target = Option<Arc<ExternalHandle>>;

/// Moves datagrams until the connection ends.
pub async fn run(connection: Connection, mut target: watch::Receiver<Target>, rooms: Rooms, ticket: BoxTicket) {
    let mut intake = Intake::default();
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
                    // What came with it is taken with it. An error is met again by the next turn.
                    let more = std::iter::from_fn(|| connection.read_datagram().now_or_never()?.ok());
                    let came = std::iter::once(datagram).chain(more).take(MAX_BURST);
                    match &current {
                        Some(room) => deliver(&room.burst(), &mut intake, came),
                        None => came.for_each(drop),
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

fn deliver(burst: &Burst<'_>, intake: &mut Intake, datagrams: impl Iterator<Item = Bytes>) {
    for datagram in datagrams {
        if intake.take(burst, datagram).is_err() {
            metrics::counter!("yunzhen_datagrams_refused_total").increment(1);
        }
    }
}
