//! Browser legs of a call: one POST with an offer, PATCH, DELETE, the shape of WHIP.

use std::convert::Infallible;
use std::time::Duration;

use axum::Json;
use axum::extract::{FromRequestParts, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::Stream;
use jiff::SignedDuration;
use yunzhen_domain::actor::{Actor, Role};
use yunzhen_domain::ids::SessionId;
use yunzhen_domain::records::Consultation;
use yunzhen_protocol::room::{LinkLevel, ParticipantId, ParticipantKind, RoomPhase, RoomState};
use yunzhen_rtc::{ConnectError, LegDirection, LegId, Listening, NewParticipant};

use crate::app::views::codes::ConsultationId;
use crate::app::views::legs::{
    HomeCameraBody, LegQuery, MediaDirection, MediaState, MediaToken, NewMediaToken, QualityReport, ReceiveLevel,
};
use crate::app::{self, AppError, Context};
use crate::http::ApiState;
use crate::http::document::{CommandProblems, OfferProblems, ReadProblems};
use crate::http::extract::{Caller, Id, Input, Search, Text};
use crate::http::problem::{Fault, Problem, status};
use crate::rooms::{Join, LegOwner};

/// Keeps proxies and the box's link from closing a quiet stream.
const HEARTBEAT: Duration = Duration::from_secs(15);

/// An SDP offer or a trickle fragment of a signed-in person.
type Offer = Text;

/// Joins the call with an offer.
#[utoipa::path(
    post,
    path = "/consultations/{id}/legs",
    operation_id = "createLeg",
    tag = "legs",
    params(("id" = ConsultationId, Path), LegQuery),
    request_body(content = String, content_type = "application/sdp"),
    responses(
        (status = 201, description = "The answer, with all candidates.", content_type = "application/sdp", body = String,
         headers(("Location" = String, description = "The leg."), ("Leg-Id" = String, description = "The leg's id."))),
        OfferProblems,
    ),
)]
pub async fn create(
    State(state): State<ApiState>,
    Id(id): Id<ConsultationId>,
    Search(query): Search<LegQuery>,
    request: Offer,
) -> Result<Response, Problem> {
    let context = &request.context;
    let call = call(&state, context, id).await?;
    let session = session(context)?;
    may_offer(&state, session)?;
    let replaces = query.rejoin.as_deref().map(|leg| leg.parse::<LegId>()).transpose();
    let join = Join {
        consultation_id: call.id,
        home_id: call.home_id,
        participant: participant(&state, context).await?,
        owner: owner(&context.actor),
        session,
        offer: request.text,
        // A leg that cannot be named is gone already: joining anew is what the person wants.
        replaces: replaces.unwrap_or_default(),
        direction: LegDirection::Both,
    };
    let answer = state.rooms.join(join).await.map_err(Fault::Connect)?;
    let location = format!("/api/consultations/{id}/legs/{}", answer.leg);
    Ok(status::answer(answer.sdp, &location, &answer.leg.to_string()))
}

/// Adds candidates or restarts ICE.
#[utoipa::path(
    patch,
    path = "/consultations/{id}/legs/{leg}",
    operation_id = "patchLeg",
    tag = "legs",
    params(("id" = ConsultationId, Path), ("leg" = String, Path)),
    request_body(content = String, content_type = "application/trickle-ice-sdpfrag"),
    responses(
        (status = 200, description = "ICE restarted: the relay's new credentials.", content_type = "application/trickle-ice-sdpfrag", body = String),
        (status = 204, description = "Candidates taken."),
        CommandProblems,
    ),
)]
pub async fn patch(State(state): State<ApiState>, Leg { id, leg }: Leg, request: Offer) -> Result<Response, Problem> {
    let patched =
        state.rooms.patch(id, leg, &owner(&request.context.actor), request.text).await.map_err(Fault::Patch)?;
    Ok(status::patched(patched))
}

/// Leaves the call; the others are told at once.
#[utoipa::path(
    delete,
    path = "/consultations/{id}/legs/{leg}",
    operation_id = "deleteLeg",
    tag = "legs",
    params(("id" = ConsultationId, Path), ("leg" = String, Path)),
    responses((status = 204, description = "Left."), CommandProblems),
)]
pub async fn delete(
    State(state): State<ApiState>,
    Leg { id, leg }: Leg,
    caller: Caller,
) -> Result<StatusCode, Problem> {
    found(state.rooms.leave(id, leg, &owner(&caller.context.actor)).await)
}

/// Says whether sound and picture are on.
#[utoipa::path(
    put,
    path = "/consultations/{id}/legs/{leg}/media-state",
    operation_id = "setMediaState",
    tag = "legs",
    params(("id" = ConsultationId, Path), ("leg" = String, Path)),
    request_body = MediaState,
    responses((status = 204, description = "Told to the others."), CommandProblems),
)]
pub async fn set_media_state(
    State(state): State<ApiState>,
    Leg { id, leg }: Leg,
    input: Input<MediaState>,
) -> Result<StatusCode, Problem> {
    let MediaState { audio, video } = input.body;
    found(state.rooms.set_media_state(id, leg, &owner(&input.context.actor), audio, video).await)
}

/// Reports how well this browser receives.
#[utoipa::path(
    post,
    path = "/consultations/{id}/legs/{leg}/quality",
    operation_id = "reportQuality",
    tag = "legs",
    params(("id" = ConsultationId, Path), ("leg" = String, Path)),
    request_body = QualityReport,
    responses((status = 204, description = "Noted."), CommandProblems),
)]
pub async fn report_quality(
    State(state): State<ApiState>,
    Leg { id, leg }: Leg,
    input: Input<QualityReport>,
) -> Result<StatusCode, Problem> {
    let level = match input.body.level {
        ReceiveLevel::Good => LinkLevel::Good,
        ReceiveLevel::Weak => LinkLevel::Weak,
        ReceiveLevel::Poor => LinkLevel::Poor,
    };
    metrics::counter!("yunzhen_browser_freezes_total").increment(u64::from(input.body.freezes));
    found(state.rooms.report_quality(id, leg, &owner(&input.context.actor), level).await)
}

/// Room state, whole each time: `event: room` and `event: ended`.
#[utoipa::path(
    get,
    path = "/consultations/{id}/legs/{leg}/events",
    operation_id = "streamLegEvents",
    tag = "legs",
    params(("id" = ConsultationId, Path), ("leg" = String, Path)),
    responses((status = 200, description = "Stream of events; the schema is that of each `data`.", content_type = "text/event-stream", body = RoomState), ReadProblems),
)]
pub async fn events(
    State(state): State<ApiState>,
    Leg { id, leg }: Leg,
    caller: Caller,
) -> Result<impl IntoResponse, Problem> {
    let listening = state.rooms.watch(id, leg, &owner(&caller.context.actor)).await.ok_or(Fault::NoSuchPlace)?;
    Ok(Sse::new(room_events(listening, leg)).keep_alive(KeepAlive::new().interval(HEARTBEAT)))
}

/// Switches the home's camera.
#[utoipa::path(
    post,
    path = "/consultations/{id}/home-camera",
    operation_id = "selectHomeCamera",
    tag = "legs",
    params(("id" = ConsultationId, Path)),
    request_body = HomeCameraBody,
    responses((status = 204, description = "The home was told."), CommandProblems),
)]
pub async fn select_home_camera(
    State(state): State<ApiState>,
    Id(id): Id<ConsultationId>,
    input: Input<HomeCameraBody>,
) -> Result<StatusCode, Problem> {
    let call = app::consultations::get_for_camera(&state.app, &input.context, id).await?;
    state.rooms.select_camera(id, call.home_id, input.body.camera).await.map_err(Fault::Camera)?;
    Ok(status::DONE)
}

/// Makes a token for a standard WHIP or WHEP client.
#[utoipa::path(
    post,
    path = "/consultations/{id}/media-tokens",
    operation_id = "createMediaToken",
    tag = "legs",
    params(("id" = ConsultationId, Path)),
    request_body = NewMediaToken,
    responses((status = 201, description = "The token, shown once.", body = MediaToken), CommandProblems),
)]
pub async fn create_media_token(
    State(state): State<ApiState>,
    Id(id): Id<ConsultationId>,
    input: Input<NewMediaToken>,
) -> Result<(StatusCode, Json<MediaToken>), Problem> {
    call(&state, &input.context, id).await?;
    let name = app::people::display_name(&state.app, &input.context.actor).await?;
    let (direction, path) = match input.body.direction {
        MediaDirection::Publish => (LegDirection::Publish, "whip"),
        MediaDirection::Watch => (LegDirection::Watch, "whep"),
    };
    let session = session(&input.context)?;
    let (token, expires_at) = state.rooms.issue_media_token(id, direction, name, session).await;
    let url = format!("{}/{path}/{id}", state.whip_url);
    Ok((status::CREATED, Json(MediaToken { token, expires_at: expires_at.into(), url })))
}

/// A leg in the path. One that cannot be read names nothing: 404.
pub struct Leg {
    id: ConsultationId,
    leg: LegId,
}

impl FromRequestParts<ApiState> for Leg {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &ApiState) -> Result<Self, Problem> {
        let Id((id, leg)) = Id::<(ConsultationId, String)>::from_request_parts(parts, state).await?;
        Ok(Self { id, leg: leg.parse().map_err(|_| Fault::NoSuchPlace)? })
    }
}

/// The consultation that the caller may join, while it can have a call.
async fn call(state: &ApiState, context: &Context, id: ConsultationId) -> Result<Consultation, Problem> {
    let call = app::consultations::get_for_call(&state.app, context, id).await?;
    if app::consultations::has_call(&call) { Ok(call) } else { Err(Fault::Connect(ConnectError::Ended).into()) }
}

/// What the leg ends with: the session, whatever its token is by then.
fn session(context: &Context) -> Result<SessionId, Problem> {
    context.session.ok_or_else(|| AppError::Unauthenticated.into())
}

/// Counts an offer of a session that may join.
pub(super) fn may_offer(state: &ApiState, session: SessionId) -> Result<(), Problem> {
    state.rooms.may_offer(session).map_err(|wait| {
        let seconds = i64::try_from(wait.as_secs()).unwrap_or(i64::MAX).saturating_add(1);
        AppError::Throttled { retry_after: SignedDuration::from_secs(seconds) }.into()
    })
}

fn found(is_there: bool) -> Result<StatusCode, Problem> {
    if is_there { Ok(status::DONE) } else { Err(Fault::NoSuchPlace.into()) }
}

/// One participant per person, so that a reloaded page is the same one.
async fn participant(state: &ApiState, context: &Context) -> Result<NewParticipant, Problem> {
    let kind = match context.actor.role() {
        Role::Specialist => ParticipantKind::Specialist,
        _ => ParticipantKind::Observer,
    };
    let display_name = app::people::display_name(&state.app, &context.actor).await?;
    Ok(NewParticipant { id: ParticipantId(person(&context.actor)), kind, display_name })
}

fn owner(actor: &Actor) -> LegOwner {
    LegOwner::Person(person(actor))
}

fn person(actor: &Actor) -> uuid::Uuid {
    match actor {
        Actor::Staff { staff_id, .. } => staff_id.uuid(),
        Actor::Observer { invitation_id, .. } => invitation_id.uuid(),
        Actor::Courier { run_id } => run_id.uuid(),
        Actor::Box { home_id } => home_id.uuid(),
        Actor::PharmacySystem { system_id, .. } => system_id.uuid(),
        Actor::System => uuid::Uuid::nil(),
    }
}

/// The whole room at each change; `ended` once, as the last word.
fn room_events(listening: Listening, leg: LegId) -> impl Stream<Item = Result<Event, Infallible>> {
    let watching = listening.state();
    futures_util::stream::unfold(Some((listening, watching, true)), move |state| async move {
        let (listening, mut watching, first) = state?;
        if !first && watching.changed().await.is_err() {
            return None;
        }
        let snapshot = watching.borrow_and_update().clone();
        let Some(view) = snapshot.for_leg(leg) else {
            return Some((Ok(Event::default().event("ended").data("{}")), None));
        };
        let ended = view.state == RoomPhase::Ended;
        let event = Event::default().event(if ended { "ended" } else { "room" }).json_data(&view);
        Some((Ok(event.unwrap_or_default()), (!ended).then_some((listening, watching, false))))
    })
}
