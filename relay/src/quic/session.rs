//! One box from handshake to drain.
//!
//! Order: the certificate says which home; the first stream is the control stream and its first message is `hello`; then requests, media and
//! commands run side by side until the connection ends. The newest connection of a box wins, because a box that lost its link comes back long
//! before the old connection times out here.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use quinn::{Connection, RecvStream, SendStream};
use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;
use yunzhen_certs::{CertificateFacts, Identity};
use yunzhen_domain::ids::HomeId;
use yunzhen_protocol::VERSION;
use yunzhen_protocol::control::{BoxCamera, ControlError, RefusedCode, ToBox, ToRelay};
use yunzhen_protocol::stream::StreamType;
use yunzhen_runtime::clock;
use yunzhen_runtime::floor::Floor;
use yunzhen_runtime::lifecycle::Lifecycle;

use super::bulk::{self, Bulk, FromBox};
use super::control::{self, ControlEnd, ControlReader};
use super::downlink::Downlink;
use super::endpoint::close_with;
use super::{close, requests, uplink};
use crate::rooms::Rooms;
use crate::rooms::boxes::{BoxConnection, BoxTicket};
use crate::rooms::timeline::Counted;

/// A box says hello at once; one that does not is not a box.
const HELLO_TIMEOUT: Duration = Duration::from_secs(5);
/// Commands that wait for a box's control stream. A box that leaves so many unread is stuck and is disconnected.
const COMMAND_QUEUE: usize = 128;
/// A box that is told to drain has this long to read it.
const GOODBYE: Duration = Duration::from_millis(500);

/// What every session needs.
#[derive(Clone)]
pub struct SessionContext {
    /// What stills and recordings come to.
    pub bulk: Bulk,
    /// The session plane.
    pub rooms: Rooms,
    /// Answers boxes' requests.
    pub router: Router,
    /// When this relay began: arrivals are told on a clock that goes on when a box connects anew.
    pub begun: std::time::Instant,
}

/// Why a box is not served: close code, control code, sentence.
#[derive(Debug, thiserror::Error)]
#[error("{sentence}")]
struct Refusal {
    close: u32,
    code: RefusedCode,
    sentence: String,
}

/// Serves one connection until it ends.
pub async fn run(life: &Lifecycle, connection: Connection, floor: Floor, context: SessionContext) {
    let address = connection.remote_address();
    let admitted = match tokio::time::timeout(HELLO_TIMEOUT, admit(&connection, &context)).await {
        Ok(Ok(admitted)) => admitted,
        Ok(Err(refusal)) => {
            tracing::info!(peer = %address, reason = %refusal, "box refused");
            metrics::counter!("yunzhen_boxes_refused_total", "reason" => "session").increment(1);
            return close_with(&connection, refusal.close, &refusal.sentence);
        }
        Err(_) => return close_with(&connection, close::VERSION, "the box did not say hello in time"),
    };
    let home_id = admitted.home_id;
    tracing::info!(home = %home_id, peer = %address, "box connected");
    metrics::gauge!("yunzhen_boxes_connected").increment(1.0);
    let end = serve(life, &connection, floor, &context, admitted).await;
    metrics::gauge!("yunzhen_boxes_connected").decrement(1.0);
    tracing::info!(home = %home_id, peer = %address, reason = %end, "box disconnected");
}

struct Admitted {
    home_id: HomeId,
    certificate: CertificateFacts,
    hello: Hello,
    reader: ControlReader,
    send: SendStream,
}

/// What a box says of itself.
struct Hello {
    version: String,
    cameras: Vec<BoxCamera>,
    microphone: bool,
    /// It reports when packets arrive.
    arrivals: bool,
    /// It records when it is told to.
    records: bool,
}

async fn admit(connection: &Connection, context: &SessionContext) -> Result<Admitted, Refusal> {
    let foreign = |sentence: String| Refusal { close: close::FOREIGN, code: RefusedCode::Other, sentence };
    let certificate = peer_facts(connection).map_err(foreign)?;
    let Identity::Box { home_id } = certificate.identity else {
        return Err(foreign("this certificate is not a box's; issue one with `certs issue agent`".into()));
    };
    let lost = |error: String| Refusal { close: close::VERSION, code: RefusedCode::OutOfTurn, sentence: error };
    let (mut send, mut recv): (SendStream, RecvStream) =
        connection.accept_bi().await.map_err(|error| lost(error.to_string()))?;
    if requests::read_type(&mut recv).await != Some(StreamType::Control) {
        return Err(lost("the first stream must be the control stream".into()));
    }
    let mut reader = ControlReader::new(recv);
    let hello = reader.next().await.map_err(|end| match end {
        ControlEnd::Malformed(error) => {
            let (close, sentence) = malformed(&error);
            Refusal { close, code: RefusedCode::OutOfTurn, sentence }
        }
        end => lost(end.to_string()),
    })?;
    let checked = check_hello(hello, context, home_id).await;
    match checked {
        Ok(hello) => {
            let welcome = ToBox::Welcome {
                relay_version: env!("CARGO_PKG_VERSION").into(),
                home_id,
                server_time: clock::now_timestamp(),
                repair: true,
                timeline: true,
                arrivals: true,
            };
            control::write(&mut send, &welcome).await.map_err(|error| lost(error.to_string()))?;
            Ok(Admitted { home_id, certificate, hello, reader, send })
        }
        Err(refusal) => {
            let told = ToBox::Refused { code: refusal.code, reason: refusal.sentence.clone() };
            // The close code that follows says the same.
            if control::write(&mut send, &told).await.is_ok() && send.finish().is_ok() {
                let _ = tokio::time::timeout(GOODBYE, send.stopped()).await;
            }
            Err(refusal)
        }
    }
}

async fn check_hello(hello: ToRelay, context: &SessionContext, home_id: HomeId) -> Result<Hello, Refusal> {
    let ToRelay::Hello { protocol, agent_version, cameras, microphone, arrivals, records } = hello else {
        return Err(Refusal {
            close: close::VERSION,
            code: RefusedCode::OutOfTurn,
            sentence: "the first message must be hello".into(),
        });
    };
    if protocol != VERSION {
        return Err(Refusal {
            close: close::VERSION,
            code: RefusedCode::ProtocolVersion,
            sentence: format!(
                "the box speaks protocol {protocol} and this relay speaks {VERSION}; update the older one"
            ),
        });
    }
    match context.rooms.home_is_known(home_id).await {
        Ok(true) => Ok(Hello { version: agent_version, cameras, microphone, arrivals, records }),
        Ok(false) => Err(Refusal {
            close: close::UNKNOWN_HOME,
            code: RefusedCode::UnknownHome,
            sentence: "this relay does not know the home that the box's certificate names; register the home first"
                .into(),
        }),
        Err(error) => {
            tracing::error!(%error, "the care record could not be asked for a home");
            Err(Refusal {
                close: close::BUSY,
                code: RefusedCode::Busy,
                sentence: "the relay cannot read its records at the moment; the box tries again by itself".into(),
            })
        }
    }
}

async fn serve(
    life: &Lifecycle,
    connection: &Connection,
    floor: Floor,
    context: &SessionContext,
    admitted: Admitted,
) -> String {
    let Admitted { home_id, certificate, hello, mut reader, mut send } = admitted;
    let (commands, mut orders) = mpsc::channel(COMMAND_QUEUE);
    let (target, uplink_target) = watch::channel(None);
    let replaced = CancellationToken::new();
    let measured = connection.clone();
    let counted = Arc::<Counted>::default();
    let Hello { version, cameras, microphone, arrivals, records } = hello;
    let downlink = Downlink::new(connection.clone(), arrivals.then_some(floor));
    let to_room = downlink.clone();
    let downlink_target = uplink_target.clone();
    let ticket = context
        .rooms
        .box_connected(BoxConnection {
            home_id,
            address: connection.remote_address(),
            version,
            certificate_not_after: certificate.not_after,
            cameras,
            microphone,
            records,
            commands: commands.clone(),
            counted: counted.clone(),
            round_trip: Box::new(move || measured.rtt()),
            uplink: target,
            replaced: replaced.clone(),
            sink: Box::new(move || to_room.sink()),
        })
        .await;

    let ends = CancellationToken::new();
    let (begun, rooms) = (context.begun, context.rooms.clone());
    let media = uplink::run(connection.clone(), begun, uplink_target, rooms, ticket, counted, downlink.clone());
    spawn_until(life, "box media", &ends, media);
    spawn_until(life, "media to a box", &ends, downlink.run(downlink_target));
    let (bulk, from_box) = mpsc::channel(bulk::QUEUE);
    spawn_until(life, "box bulk", &ends, context.bulk.clone().serve(home_id, records, from_box, commands));
    let (life2, connection2, router, streams) =
        (life.clone(), connection.clone(), context.router.clone(), bulk.clone());
    spawn_until(life, "box requests", &ends, async move {
        requests::serve(&life2, &connection2, Identity::Box { home_id }, router, streams).await;
    });

    let end = converse(life, connection, context, ticket, &mut reader, &mut send, &mut orders, &replaced, &bulk).await;
    ends.cancel();
    context.rooms.box_disconnected(ticket).await;
    end
}

fn spawn_until(
    life: &Lifecycle,
    name: &'static str,
    ends: &CancellationToken,
    task: impl Future<Output = ()> + Send + 'static,
) {
    let ends = ends.clone();
    life.spawn_contained(name, async move {
        ends.run_until_cancelled(task).await;
    });
}

#[expect(clippy::too_many_arguments, reason = "the parts of one session, used in this one place")]
async fn converse(
    life: &Lifecycle,
    connection: &Connection,
    context: &SessionContext,
    ticket: BoxTicket,
    reader: &mut ControlReader,
    send: &mut SendStream,
    orders: &mut mpsc::Receiver<ToBox>,
    replaced: &CancellationToken,
    bulk: &mpsc::Sender<FromBox>,
) -> String {
    loop {
        tokio::select! {
            said = reader.next() => match said {
                Ok(ToRelay::Bye { reason }) => {
                    close_with(connection, close::BYE, "bye");
                    return format!("the box said bye: {reason}");
                }
                Ok(ToRelay::Hello { .. }) => {
                    close_with(connection, close::VERSION, "hello is said once");
                    return "hello out of turn".into();
                }
                Ok(
                    message @ (ToRelay::StillOffer { .. }
                    | ToRelay::StillFailed { .. }
                    | ToRelay::SegmentOffer { .. }
                    | ToRelay::RecordingTrouble { .. }
                    | ToRelay::RecordingOver { .. }),
                ) => {
                    // A box that talks of more than it may have offers it again.
                    if bulk.try_send(FromBox::Said(message)).is_err() {
                        metrics::counter!("yunzhen_bulk_refused_total").increment(1);
                    }
                }
                Ok(message) => context.rooms.box_said(ticket, message).await,
                Err(ControlEnd::Malformed(error)) => {
                    let (code, sentence) = malformed(&error);
                    close_with(connection, code, &sentence);
                    return sentence;
                }
                Err(end) => {
                    close_with(connection, close::BYE, "the control stream ended");
                    return end.to_string();
                }
            },
            Some(order) = orders.recv() => {
                if let Err(error) = control::write(send, &order).await {
                    return error.to_string();
                }
            }
            () = replaced.cancelled() => {
                close_with(connection, close::REPLACED, "a newer connection of this box took over");
                return "replaced by a newer connection".into();
            }
            () = life.soft().cancelled() => return goodbye(connection, send, orders).await,
        }
    }
}

/// Counts what is no control message; the close code and the sentence for it.
fn malformed(error: &ControlError) -> (u32, String) {
    metrics::counter!("yunzhen_control_malformed_total").increment(1);
    (error.close_code(), error.to_string())
}

/// Tells the box what was still to be said and that the relay stops, and lets it read that.
async fn goodbye(connection: &Connection, send: &mut SendStream, orders: &mut mpsc::Receiver<ToBox>) -> String {
    let drain = ToBox::Drain { reason: "the relay is being restarted; the box reconnects by itself".into() };
    let told = async {
        // Rooms end with the drain; their last words to the box arrive here within moments.
        while let Ok(Some(order)) = tokio::time::timeout(Duration::from_millis(200), orders.recv()).await {
            control::write(send, &order).await?;
        }
        control::write(send, &drain).await?;
        // A stream that is closed already has told its peer enough.
        let _ = send.finish();
        let _ = send.stopped().await;
        Ok::<(), ControlEnd>(())
    };
    let result = tokio::time::timeout(GOODBYE + Duration::from_secs(1), told).await;
    if !matches!(result, Ok(Ok(()))) {
        tracing::debug!("the box did not read the goodbye");
    }
    close_with(connection, close::DRAINING, "the relay is being restarted");
    "the relay drains".into()
}

fn peer_facts(connection: &Connection) -> Result<CertificateFacts, String> {
    let chain = connection
        .peer_identity()
        .and_then(|identity| identity.downcast::<Vec<rustls::pki_types::CertificateDer<'static>>>().ok())
        .ok_or("the box showed no certificate")?;
    let leaf = chain.first().ok_or("the box showed no certificate")?;
    CertificateFacts::from_der(leaf).map_err(|error| error.to_string())
}
