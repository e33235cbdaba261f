//! A box's media towards its room: datagrams in, whole RTP and RTCP packets out.
//!
//! No lock is taken per packet: the room that gets them changes through a watch channel that is looked at only when it changed. When packets
//! arrived is told back to the box, which decides its rate by it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use futures_util::FutureExt as _;
use quinn::Connection;
use yunzhen_protocol::{roq, rtcp};
use yunzhen_rtc::{Burst, ExternalHandle, Intake, MAX_BURST};
use yunzhen_runtime::allowance::Allowance;
use yunzhen_runtime::clock;

use super::downlink::Downlink;
use super::paths::Session;
use crate::rooms::Rooms;
use crate::rooms::boxes::LinkSign;

/// Without a datagram for this long while media is wanted, the picture stands and people are told why.
const SILENCE: Duration = Duration::from_millis(1200);

/// Where a box's media goes now; `None` while its home is in no consultation.
pub type Target = Option<Arc<ExternalHandle>>;

/// Moves one path's datagrams until its connection ends. `begun` is the origin of the clock that arrivals are told on. Silence is that of all paths of the
/// `session`. What the box says of arrivals goes to `downlink`, which is of the same connection.
pub async fn run(connection: Connection, begun: Instant, rooms: Rooms, session: Session, downlink: Downlink) {
    let Session { mut target, ticket, connections, counted, datagrams, .. } = session;
    let mut intake = Intake::sharing(connections.seen());
    let heard = connections.heard();
    let mut current: Target = target.borrow_and_update().clone();
    let now = || clock::now_instant().saturating_duration_since(begun);
    heard.wait_from(now());
    loop {
        let due = intake.arrivals().due();
        let late = heard.last() + SILENCE;
        let wake = if heard.is_silent() { due } else { Some(due.map_or(late, |due| due.min(late))) };
        let wake = wake.map(|at| begun + at);
        tokio::select! {
            biased;
            changed = target.changed() => {
                if changed.is_err() {
                    return;
                }
                current = target.borrow_and_update().clone();
                heard.wait_from(now());
            }
            datagram = connection.read_datagram() => match datagram {
                Ok(datagram) => {
                    let at = now();
                    if heard.came(at) {
                        rooms.box_link(ticket, LinkSign::Returned).await;
                    }
                    // What came with it is taken with it. An error is met again by the next turn.
                    let more = std::iter::from_fn(|| connection.read_datagram().now_or_never()?.ok());
                    let came = std::iter::once(datagram).chain(more).take(MAX_BURST).filter(|_| is_allowed(&datagrams, at));
                    match &current {
                        Some(room) => {
                            deliver(&room.burst(), &mut intake, at, came, |report| {
                                downlink.arrived(report, connections.count() < 2);
                            });
                            counted.put(intake.totals());
                        }
                        None => came.for_each(drop),
                    }
                    report(&connection, begun, &mut intake);
                }
                Err(_) => return,
            },
            () = clock::until(wake) => {
                report(&connection, begun, &mut intake);
                if !heard.is_silent() && now().saturating_sub(heard.last()) >= SILENCE {
                    if current.is_none() {
                        heard.wait_from(now());
                    } else if heard.is_first_silent() {
                        rooms.box_link(ticket, LinkSign::Silent).await;
                    }
                }
            }
        }
    }
}

/// Whether one more may come now. What a box sends beyond it ends here, before the room that others are in.
fn is_allowed(datagrams: &Allowance, at: Duration) -> bool {
    let allowed = datagrams.take(at);
    if !allowed {
        metrics::counter!("yunzhen_datagrams_refused_total", "why" => "rate").increment(1);
    }
    allowed
}

fn deliver(
    burst: &Burst<'_>,
    intake: &mut Intake,
    at: Duration,
    datagrams: impl Iterator<Item = Bytes>,
    arrived: impl Fn(&[u8]),
) {
    for datagram in datagrams {
        match intake.take(burst, at, datagram) {
            Ok(None) => {}
            Ok(Some(report)) => arrived(&report),
            Err(refused) => {
                tracing::trace!(%refused, "datagram refused");
                metrics::counter!("yunzhen_datagrams_refused_total", "why" => refused.name()).increment(1);
            }
        }
    }
}

/// Tells the box when its packets arrived, if that is due. A report that is lost is repeated by the next.
fn report(connection: &Connection, begun: Instant, intake: &mut Intake) {
    let now = clock::now_instant().saturating_duration_since(begun);
    let Some(report) = intake.arrivals().report(now) else { return };
    let mut datagram = Vec::with_capacity(256);
    roq::write_flow_id(roq::Flow::Feedback, &mut datagram);
    rtcp::write(&report, &mut datagram);
    if connection.send_datagram(datagram.into()).is_err() {
        metrics::counter!("yunzhen_downlink_dropped_total", "kind" => "path").increment(1);
    }
}
