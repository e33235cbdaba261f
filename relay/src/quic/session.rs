//! One box from handshake to drain.
//!
//! Order: the certificate says which home; the first stream is the control stream and its first message is `hello`; then requests, media and
//! commands run side by side until the session ends. The newest session of a box wins, because a box that lost its link comes back long
//! before the old connection times out here. A connection that begins with `join` is one more path of a session ([`super::paths`]): it carries media and
//! requests, and its control stream can become the session's. Both are judged alike, by what the record says. That a box came is kept there by a task of its own, which also keeps that it went,
//! however far the connection got; a record that can be read and not written keeps no box out.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use quinn::{Connection, RecvStream, SendStream};
use tokio::sync::{mpsc, oneshot, watch};
use tokio_util::sync::{CancellationToken, DropGuard};
use yunzhen_certs::{CertificateFacts, Identity};
use yunzhen_domain::ids::HomeId;
use yunzhen_protocol::VERSION;
use yunzhen_protocol::control::{BoxCamera, ControlError, RefusedCode, ToBox, ToRelay};
use yunzhen_protocol::stream::StreamType;
use yunzhen_runtime::allowance::Allowance;
use yunzhen_runtime::clock;
use yunzhen_runtime::crowd::{Crowd, Place};
use yunzhen_runtime::floor::Floor;
use yunzhen_runtime::lifecycle::Lifecycle;

use super::bulk::{self, Bulk};
use super::control::{self, ControlEnd, ControlReader, ControlWriter};
use super::downlink::{self, Downlink};
use super::endpoint::close_with;
use super::paths::{self, Connections, Held, Session, Sessions, Taken};
use super::{close, requests, uplink};
use crate::app::AppError;
use crate::app::boxes::{Admission, Came};
use crate::config::LimitsConfig;
use crate::rooms::Rooms;
use crate::rooms::boxes::BoxConnection;
use crate::rooms::timeline::Counted;

/// The record has this long to keep that a box came, then the box is served meanwhile. Never more than half of what the box has to say hello.
const NOTED_WITHIN: Duration = Duration::from_secs(2);
/// A box that is told to drain has this long to read it.
const GOODBYE: Duration = Duration::from_millis(500);
/// When the control stream is gone and other paths live, one of them takes over within this, or the box is gone.
const RESUME: Duration = Duration::from_secs(5);
/// What a box is told whose certificate was revoked, at the door or in the middle.
const REVOKED: &str = "the certificate of this box was revoked; an administrator enrols it anew";
/// What a box is told whose certificate was issued by hand, where only enrolled ones count.
const NOT_ENROLLED: &str = "this relay takes only boxes that were enrolled with it; an administrator enrols this one";
/// Of the name of a path in the log, characters.
const LONGEST_NAME: usize = 40;

/// What every session needs.
#[derive(Clone)]
pub struct SessionContext {
    /// What stills and recordings come to.
    pub bulk: Bulk,
    /// The session plane.
    pub rooms: Rooms,
    /// Answers boxes' requests.
    pub router: Router,
    /// What further paths join.
    pub sessions: Sessions,
    /// When this relay began: arrivals are told on a clock that goes on when a box connects anew.
    pub begun: std::time::Instant,
    /// What one box may cost.
    pub limits: Arc<LimitsConfig>,
    /// The connections of each home's box.
    pub crowd: Crowd<HomeId>,
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
/// `floor` is the connection's.
pub async fn run(life: &Lifecycle, connection: Connection, floor: Floor, context: SessionContext) {
    let address = connection.remote_address();
    let patience = Duration::from_secs(context.limits.hello_seconds.into());
    let (admitted, _place) = match tokio::time::timeout(patience, admit(life, &connection, &context)).await {
        Ok(Ok(admitted)) => admitted,
        Ok(Err(refusal)) => {
            tracing::info!(peer = %address, reason = %refusal, "box refused");
            metrics::counter!("yunzhen_boxes_refused_total", "reason" => "session").increment(1);
            return close_with(&connection, refusal.close, &refusal.sentence);
        }
        // A box says hello at once; what does not is none.
        Err(_) => {
            metrics::counter!("yunzhen_boxes_refused_total", "reason" => "slow").increment(1);
            return close_with(&connection, close::VERSION, "the box did not say hello in time");
        }
    };
    match admitted {
        First::Hello(admitted) => {
            let home_id = admitted.home_id;
            tracing::info!(home = %home_id, peer = %address, "box connected");
            metrics::gauge!("yunzhen_boxes_connected").increment(1.0);
            let end = serve(life, &connection, floor, &context, *admitted).await;
            metrics::gauge!("yunzhen_boxes_connected").decrement(1.0);
            tracing::info!(home = %home_id, peer = %address, reason = %end, "box disconnected");
        }
        First::Join(session, certificate, name, held) => {
            let home_id = session.home_id;
            tracing::info!(home = %home_id, peer = %address, path = %name, "path joined");
            listen(life, &session, *held);
            carry(life, &context, &session, &connection, *certificate, floor).await;
            tracing::info!(home = %home_id, peer = %address, path = %name, "path ended");
        }
    }
}

/// How a connection begins.
enum First {
    /// A box.
    Hello(Box<Admitted>),
    /// One more path of a box that is here, the certificate that it showed, what the home calls it, and its control stream.
    Join(Box<Session>, Box<CertificateFacts>, String, Box<Held>),
}

struct Admitted {
    home_id: HomeId,
    certificate: CertificateFacts,
    hello: Hello,
    /// The session's name towards the box.
    token: String,
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
    /// It can send a low picture.
    low_picture: bool,
    /// As long as it is held, the record has the box here.
    here: DropGuard,
}

async fn admit(
    life: &Lifecycle,
    connection: &Connection,
    context: &SessionContext,
) -> Result<(First, Place<HomeId>), Refusal> {
    let foreign = |sentence: String| Refusal { close: close::FOREIGN, code: RefusedCode::Other, sentence };
    let certificate = peer_facts(connection).map_err(foreign)?;
    let Identity::Box { home_id } = certificate.identity else {
        return Err(foreign("this certificate is not a box's; issue one with `certs issue agent`".into()));
    };
    // Before it has said anything: a box that opens connections and says nothing takes no more than its share.
    let place = context.crowd.enter(home_id).ok_or_else(|| Refusal {
        close: close::BUSY,
        code: RefusedCode::Busy,
        sentence: format!(
            "this box has {} connections already; it waits until some have ended",
            context.limits.connections_per_box
        ),
    })?;
    let lost = |error: String| Refusal { close: close::VERSION, code: RefusedCode::OutOfTurn, sentence: error };
    let (mut send, mut recv): (SendStream, RecvStream) =
        connection.accept_bi().await.map_err(|error| lost(error.to_string()))?;
    if requests::read_type(&mut recv).await != Some(StreamType::Control) {
        return Err(lost("the first stream must be the control stream".into()));
    }
    let mut reader = ControlReader::new(recv);
    let first = reader.next().await.map_err(|end| match end {
        ControlEnd::Malformed(error) => {
            let (close, sentence) = malformed(&error);
            Refusal { close, code: RefusedCode::OutOfTurn, sentence }
        }
        end => lost(end.to_string()),
    })?;
    let checked = match first {
        ToRelay::Join { protocol, session, path } => {
            check_join(protocol, &session, context, home_id, &certificate).await.map(|session| {
                let held =
                    |reader, send| Held { connection: connection.clone(), reader, writer: ControlWriter::new(send) };
                (ToBox::Joined {}, Begun::Join(session, short(path), held))
            })
        }
        hello => check_hello(hello, life, context, connection, home_id, &certificate).await.map(|hello| {
            let token = paths::token();
            let welcome = ToBox::Welcome {
                relay_version: env!("CARGO_PKG_VERSION").into(),
                home_id,
                server_time: clock::now_timestamp(),
                repair: true,
                timeline: true,
                arrivals: true,
                signal: true,
                session: Some(token.clone()),
            };
            (welcome, Begun::Hello(hello, token))
        }),
    };
    match checked {
        Ok((answer, begun)) => {
            control::write(&mut send, &answer).await.map_err(|error| lost(error.to_string()))?;
            let first = match begun {
                Begun::Hello(hello, token) => {
                    First::Hello(Box::new(Admitted { home_id, certificate, hello, token, reader, send }))
                }
                Begun::Join(session, name, held) => {
                    First::Join(Box::new(session), Box::new(certificate), name, Box::new(held(reader, send)))
                }
            };
            Ok((first, place))
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

/// What a first message began, before its answer is written.
enum Begun<H> {
    Hello(Hello, String),
    Join(Session, String, H),
}

/// A name of the home's own choice, for the log.
fn short(name: String) -> String {
    name.chars().filter(|char| !char.is_control()).take(LONGEST_NAME).collect()
}

async fn check_join(
    protocol: u32,
    session: &str,
    context: &SessionContext,
    home_id: HomeId,
    certificate: &CertificateFacts,
) -> Result<Session, Refusal> {
    check_version(protocol)?;
    may_come(context, home_id, certificate).await?;
    let session = context.sessions.find(session, home_id).ok_or_else(|| Refusal {
        close: close::BUSY,
        code: RefusedCode::UnknownSession,
        sentence: "there is no such session of this box; it says hello".into(),
    })?;
    if session.connections.count() >= paths::MAX_PATHS {
        return Err(Refusal {
            close: close::BUSY,
            code: RefusedCode::Busy,
            sentence: format!("a box has at most {} paths", paths::MAX_PATHS),
        });
    }
    Ok(session)
}

fn check_version(protocol: u32) -> Result<(), Refusal> {
    if protocol == VERSION {
        return Ok(());
    }
    Err(Refusal {
        close: close::VERSION,
        code: RefusedCode::ProtocolVersion,
        sentence: format!("the box speaks protocol {protocol} and this relay speaks {VERSION}; update the older one"),
    })
}

async fn check_hello(
    hello: ToRelay,
    life: &Lifecycle,
    context: &SessionContext,
    connection: &Connection,
    home_id: HomeId,
    certificate: &CertificateFacts,
) -> Result<Hello, Refusal> {
    let ToRelay::Hello { protocol, agent_version, cameras, microphone, arrivals, records, low_picture, instance } =
        hello
    else {
        return Err(Refusal {
            close: close::VERSION,
            code: RefusedCode::OutOfTurn,
            sentence: "the first message must be hello".into(),
        });
    };
    check_version(protocol)?;
    may_come(context, home_id, certificate).await?;
    let came = Came {
        home_id,
        at: clock::now_timestamp(),
        address: connection.remote_address().to_string(),
        version: agent_version.clone(),
        certificate: certificate.clone(),
        instance,
    };
    let over = CancellationToken::new();
    let (told, may_stay) = oneshot::channel();
    life.spawn_contained("box on record", context.rooms.clone().keep_on_record(came, over.clone(), told));
    let here = over.drop_guard();
    let within = NOTED_WITHIN.min(Duration::from_secs(context.limits.hello_seconds.into()) / 2);
    match tokio::time::timeout(within, may_stay).await {
        Ok(Ok(true)) => {}
        Ok(Ok(false)) => return Err(no_longer(REVOKED)),
        Ok(Err(_)) => return Err(busy()),
        // It may come, as was read a moment ago; should it be revoked meanwhile, it is let go as every other that is here.
        Err(_) => tracing::warn!(home = %home_id, "the record is slow to keep that a box came; it is served meanwhile"),
    }
    Ok(Hello { version: agent_version, cameras, microphone, arrivals, records, low_picture, here })
}

/// The same question for a box's first connection and for each further one.
async fn may_come(context: &SessionContext, home_id: HomeId, certificate: &CertificateFacts) -> Result<(), Refusal> {
    match context.rooms.admission(home_id, certificate).await {
        Ok(Admission::Welcome) => Ok(()),
        Ok(Admission::Revoked) => Err(no_longer(REVOKED)),
        Ok(Admission::NotEnrolled) => Err(no_longer(NOT_ENROLLED)),
        Ok(Admission::UnknownHome) => Err(Refusal {
            close: close::UNKNOWN_HOME,
            code: RefusedCode::UnknownHome,
            sentence: "this relay does not know the home that the box's certificate names; register the home first"
                .into(),
        }),
        Err(error) => Err(unreadable(home_id, &error)),
    }
}

fn no_longer(sentence: &str) -> Refusal {
    Refusal { close: close::REVOKED, code: RefusedCode::Revoked, sentence: sentence.into() }
}

/// Whether it may come could not be read: it is not served.
fn unreadable(home_id: HomeId, error: &AppError) -> Refusal {
    tracing::error!(home = %home_id, %error, "the care record could not be asked about a box");
    busy()
}

/// It comes again by itself, later each time.
fn busy() -> Refusal {
    Refusal {
        close: close::BUSY,
        code: RefusedCode::Busy,
        sentence: "the relay cannot use its records at the moment; the box tries again by itself".into(),
    }
}

async fn serve(
    life: &Lifecycle,
    connection: &Connection,
    floor: Floor,
    context: &SessionContext,
    admitted: Admitted,
) -> String {
    let Admitted { home_id, certificate, hello, token, reader, send } = admitted;
    let Hello { version, cameras, microphone, arrivals, records, low_picture, here } = hello;
    let (commands, orders) = mpsc::channel(context.limits.commands_unread.get() as usize);
    let (uplink, target) = watch::channel(None);
    let [unread, replaced, revoked] = std::array::from_fn(|_| CancellationToken::new());
    let connections = Connections::default();
    let counted = Arc::<Counted>::default();
    let (towards, measured, shown) = (connections.clone(), connections.clone(), connections.clone());
    let first = certificate.clone();
    let ticket = context
        .rooms
        .box_connected(BoxConnection {
            home_id,
            address: connection.remote_address(),
            version,
            certificate_not_after: certificate.not_after,
            // The one that the session was opened with counts also when its path is gone.
            certificates: Box::new(move || std::iter::once(first.clone()).chain(shown.certificates()).collect()),
            cameras,
            microphone,
            records,
            low_picture,
            commands: commands.clone(),
            counted: counted.clone(),
            round_trip: Box::new(move || measured.round_trip()),
            uplink,
            unread: unread.clone(),
            replaced: replaced.clone(),
            revoked: revoked.clone(),
            sink: Box::new(move || downlink::sink(&towards)),
        })
        .await;

    let (bulk, from_box) = bulk::queue();
    let (take, taken) = mpsc::channel(paths::MAX_PATHS);
    let ends = CancellationToken::new();
    let (ends2, over) = (ends.clone(), Arc::default());
    let datagrams = Arc::new(Allowance::new(context.limits.datagrams_per_second, Duration::from_secs(1)));
    let session =
        Session { home_id, ticket, connections, target, bulk, counted, datagrams, arrivals, take, ends: ends2, over };
    spawn_until(life, "box bulk", &ends, context.bulk.clone().serve(home_id, records, from_box, commands));
    spawn_until(life, "box paths", &ends, session.connections.clone().choose(context.begun));
    let (life2, context2, session2, connection2) = (life.clone(), context.clone(), session.clone(), connection.clone());
    life.spawn_contained("box path", async move {
        carry(&life2, &context2, &session2, &connection2, certificate, floor).await;
    });
    let listed = context.sessions.open(&token, session.clone());

    let held = Held { connection: connection.clone(), reader, writer: ControlWriter::new(send) };
    let end = converse(life, context, &session, held, Inbox { orders, taken, unread, replaced, revoked }).await;
    drop(listed);
    ends.cancel();
    drop(here);
    context.rooms.box_disconnected(ticket).await;
    end
}

/// Moves media and requests of one path until its connection or its session ends.
async fn carry(
    life: &Lifecycle,
    context: &SessionContext,
    session: &Session,
    connection: &Connection,
    certificate: CertificateFacts,
    floor: Floor,
) {
    let downlink = Downlink::new(connection.clone(), session.arrivals.then_some(floor));
    let Some(number) = session.connections.add(connection.clone(), certificate.clone(), downlink.clone()) else {
        return close_with(connection, close::BUSY, "this box has as many paths as it may");
    };
    metrics::gauge!("yunzhen_box_paths").increment(1.0);
    let ends = session.ends.child_token();
    let (begun, rooms) = (context.begun, context.rooms.clone());
    let media = uplink::run(connection.clone(), begun, rooms, session.clone(), downlink.clone());
    spawn_until(life, "box media", &ends, media);
    let down = downlink.run(number, session.connections.clone(), session.target.clone());
    spawn_until(life, "media to a box", &ends, down);
    let (life2, connection2, router) = (life.clone(), connection.clone(), context.router.clone());
    let bulk = session.bulk.clone();
    let limits = context.limits.clone();
    spawn_until(life, "box requests", &ends, async move {
        requests::serve(&life2, &connection2, certificate, router, bulk, &limits).await;
    });
    tokio::select! {
        _ = connection.closed() => {}
        () = session.ends.cancelled() => {
            let (code, sentence) = session.over.get().copied().unwrap_or((close::BYE, "the session is over"));
            close_with(connection, code, sentence);
        }
    }
    ends.cancel();
    session.connections.remove(number);
    metrics::gauge!("yunzhen_box_paths").decrement(1.0);
}

/// Reads a control stream that is not the session's: all that counts on it is that it becomes the session's, or that the box goes.
fn listen(life: &Lifecycle, session: &Session, held: Held) {
    let (ends, take) = (session.ends.clone(), session.take.clone());
    spawn_until(life, "box path control", &ends, async move {
        let Held { connection, mut reader, writer } = held;
        loop {
            match reader.next().await {
                Ok(ToRelay::TakeControl { turn, consultation_id }) => {
                    let held = Held { connection, reader, writer };
                    if take.send(Taken { turn, consultation_id, held }).await.is_err() {
                        tracing::debug!("a control stream was offered to a session that is over");
                    }
                    return;
                }
                Ok(ToRelay::Bye { .. }) => return close_with(&connection, close::BYE, "bye"),
                Ok(ToRelay::Hello { .. } | ToRelay::Join { .. }) => {
                    return close_with(&connection, close::VERSION, "hello is said once");
                }
                // Said before another path took over.
                Ok(_) => metrics::counter!("yunzhen_control_stale_total").increment(1),
                Err(ControlEnd::Malformed(error)) => {
                    let (code, sentence) = malformed(&error);
                    return close_with(&connection, code, &sentence);
                }
                Err(_) => return close_with(&connection, close::BYE, "the control stream ended"),
            }
        }
    });
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

/// What comes to the task of a session.
struct Inbox {
    /// For the box.
    orders: mpsc::Receiver<ToBox>,
    /// Control streams that are to be the session's.
    taken: mpsc::Receiver<Taken>,
    /// The box leaves more unread than it may.
    unread: CancellationToken,
    /// A newer session of the box.
    replaced: CancellationToken,
    /// Its certificate was revoked.
    revoked: CancellationToken,
}

/// What happened to a session.
enum Next {
    Said(Result<ToRelay, ControlEnd>),
    Order(ToBox),
    /// What the box was told is on its way, or cannot be.
    Told(Result<(), ControlEnd>),
    Taken(Taken),
    /// The control stream is gone, and no living path took it over in time.
    Late,
    Unread,
    Replaced,
    Revoked,
    Drains,
}

/// Speaks with a box, over whichever path its control stream is on.
async fn converse(
    life: &Lifecycle,
    context: &SessionContext,
    session: &Session,
    held: Held,
    mut inbox: Inbox,
) -> String {
    let (mut held, mut turn, mut late, mut why) = (Some(held), 0, None, String::new());
    loop {
        let is_free = held.as_ref().is_some_and(|held| held.writer.is_free());
        let (reader, writer) = held.as_mut().map(|held| (&mut held.reader, &mut held.writer)).unzip();
        let next = tokio::select! {
            said = heard(reader) => Next::Said(said),
            told = sent(writer), if !is_free => Next::Told(told),
            Some(order) = inbox.orders.recv(), if is_free => Next::Order(order),
            Some(taken) = inbox.taken.recv() => Next::Taken(taken),
            () = clock::until(late) => Next::Late,
            () = inbox.unread.cancelled() => Next::Unread,
            () = inbox.replaced.cancelled() => Next::Replaced,
            () = inbox.revoked.cancelled() => Next::Revoked,
            () = life.soft().cancelled() => Next::Drains,
        };
        let lost = match next {
            Next::Said(said) => match (said, &held) {
                (Ok(ToRelay::Bye { reason }), Some(held)) => {
                    close_with(&held.connection, close::BYE, "bye");
                    return format!("the box said bye: {reason}");
                }
                (Ok(ToRelay::Hello { .. } | ToRelay::Join { .. }), Some(held)) => {
                    close_with(&held.connection, close::VERSION, "hello is said once");
                    return "hello out of turn".into();
                }
                (Err(ControlEnd::Malformed(error)), Some(held)) => {
                    let (code, sentence) = malformed(&error);
                    close_with(&held.connection, code, &sentence);
                    return sentence;
                }
                (Err(end), _) => Some(end.to_string()),
                (
                    Ok(
                        message @ (ToRelay::StillOffer { .. }
                        | ToRelay::StillFailed { .. }
                        | ToRelay::SegmentOffer { .. }
                        | ToRelay::SegmentLost { .. }
                        | ToRelay::RecordingTrouble { .. }
                        | ToRelay::RecordingOver { .. }),
                    ),
                    _,
                ) => {
                    // A box that talks of more than it may have offers it again.
                    if !session.bulk.say(message) {
                        metrics::counter!("yunzhen_bulk_refused_total").increment(1);
                    }
                    None
                }
                // It has control already.
                (Ok(ToRelay::TakeControl { turn: said, .. }), _) => {
                    turn = turn.max(said);
                    None
                }
                (Ok(message), _) => {
                    context.rooms.box_said(session.ticket, message).await;
                    None
                }
            },
            Next::Order(order) => {
                held.as_mut().and_then(|held| held.writer.take(&order).err()).map(|end| end.to_string())
            }
            Next::Told(told) => told.err().map(|end| end.to_string()),
            Next::Taken(taken) if taken.turn <= turn => {
                listen(life, session, taken.held);
                None
            }
            Next::Taken(taken) => {
                (turn, late) = (taken.turn, None);
                if let Some(before) = held.replace(taken.held) {
                    listen(life, session, before);
                }
                tracing::info!(home = %session.home_id, "another path took over the control stream");
                metrics::counter!("yunzhen_control_moved_total").increment(1);
                context.rooms.box_moved(session.ticket, taken.consultation_id).await;
                None
            }
            Next::Late => return why,
            Next::Unread => {
                let over = (close::BUSY, "the box does not read what it is told");
                return finish(session, held.as_ref(), over, "it does not read what it is told");
            }
            Next::Replaced => {
                let over = (close::REPLACED, "a newer connection of this box took over");
                return finish(session, held.as_ref(), over, "replaced by a newer connection");
            }
            Next::Revoked => {
                return finish(session, held.as_ref(), (close::REVOKED, REVOKED), "its certificate was revoked");
            }
            Next::Drains => {
                // The first who says why the session is over is right.
                let _ = session.over.set((close::DRAINING, "the relay is being restarted"));
                return match &mut held {
                    Some(held) => goodbye(&held.connection, &mut held.writer, &mut inbox.orders).await,
                    None => "the relay drains".into(),
                };
            }
        };
        if let Some(end) = lost
            && let Some(before) = held.take()
        {
            close_with(&before.connection, close::BYE, "the control stream ended");
            if session.connections.beside(&before.connection) == 0 {
                return end;
            }
            // The other paths go on; one of them takes over.
            why = end;
            late = Some(clock::now_instant() + RESUME);
        }
    }
}

/// The next message of the control stream, while there is one.
async fn heard(reader: Option<&mut ControlReader>) -> Result<ToRelay, ControlEnd> {
    match reader {
        Some(reader) => reader.next().await,
        None => std::future::pending().await,
    }
}

/// The box takes what it was told, while there is a control stream.
async fn sent(writer: Option<&mut ControlWriter>) -> Result<(), ControlEnd> {
    match writer {
        Some(writer) => writer.flush().await,
        None => std::future::pending().await,
    }
}

fn finish(session: &Session, held: Option<&Held>, over: (u32, &'static str), why: &str) -> String {
    // The first who says why the session is over is right.
    let _ = session.over.set(over);
    if let Some(held) = held {
        close_with(&held.connection, over.0, over.1);
    }
    why.into()
}

/// Counts what is no control message; the close code and the sentence for it.
fn malformed(error: &ControlError) -> (u32, String) {
    metrics::counter!("yunzhen_control_malformed_total").increment(1);
    (error.close_code(), error.to_string())
}

/// Tells the box what was still to be said and that the relay stops, and lets it read that.
async fn goodbye(connection: &Connection, writer: &mut ControlWriter, orders: &mut mpsc::Receiver<ToBox>) -> String {
    let drain = ToBox::Drain { reason: "the relay is being restarted; the box reconnects by itself".into() };
    let told = async {
        // Rooms end with the drain; their last words to the box arrive here within moments.
        while let Ok(Some(order)) = tokio::time::timeout(Duration::from_millis(200), orders.recv()).await {
            writer.say(&order).await?;
        }
        writer.say(&drain).await?;
        writer.finish().await;
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
