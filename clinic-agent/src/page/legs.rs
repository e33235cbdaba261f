//! `/page/consultations/…`: the tablet's WebRTC legs, in the form of the relay's own routes for browsers.

use super::session::{Holding, InCall, Nurse, until_closed};
use super::{AppState, problems};
use crate::outbox::session::Input;
use crate::playback::{LegError, LegId};
use axum::Json;
use axum::extract::rejection::{JsonRejection, StringRejection};
use axum::extract::{FromRequestParts, Path, Query, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse as _, Response};
use futures_util::StreamExt as _;
use serde::Deserialize;
use serde_json::{Value, json};
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{broadcast, watch};
use yunzhen_domain::ids::ConsultationId;
use yunzhen_protocol::control::{StopReason, ToRelay};
use yunzhen_protocol::room::{AudioState, Camera, EndReason, LinkLevel, RoomPhase, RoomState, VideoState};

const SDP: &str = "application/sdp";
const FRAGMENT: &str = "application/trickle-ice-sdpfrag";

/// Consultation and leg of the path; anything that is no id is not found.
pub struct Named<T>(pub T);

impl<T: serde::de::DeserializeOwned + Send> FromRequestParts<AppState> for Named<T> {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> Result<Self, Response> {
        match Path::<T>::from_request_parts(parts, app).await {
            Ok(Path(named)) => Ok(Self(named)),
            Err(_) => Err(problems::NOT_FOUND.answer(&parts.headers)),
        }
    }
}

/// `?rejoin=<leg>&preview=true`.
#[derive(Deserialize)]
pub struct Joining {
    rejoin: Option<String>,
    /// The last pair of the offer is for the box's own camera.
    #[serde(default)]
    preview: bool,
}

/// `POST …/legs`: an offer for an answer.
pub async fn join(
    State(app): State<AppState>,
    nurse: InCall,
    Named(consultation): Named<ConsultationId>,
    Query(Joining { rejoin, preview }): Query<Joining>,
    headers: HeaderMap,
    offer: Result<String, StringRejection>,
) -> Response {
    let live = app.outbox.shown().consultation_id == Some(consultation);
    let replaces = rejoin.and_then(|leg| leg.parse::<LegId>().ok());
    // What the running call lost comes back by itself; another call, or a first leg, takes the nurse.
    if nurse.locked && !(live && replaces.is_some()) {
        return problems::TABLET_LOCKED.answer(&headers);
    }
    if !is(&headers, SDP) {
        return problems::UNSUPPORTED_MEDIA_TYPE.answer(&headers);
    }
    let Ok(offer) = offer else { return problems::OFFER.answer(&headers) };
    if !live && !app.link.status().borrow().is_connected() {
        return problems::LINK_DOWN.answer(&headers);
    }
    match app.legs.join(consultation, offer, preview, replaces).await {
        Ok((leg, answer)) => {
            let location = format!("/page/consultations/{consultation}/legs/{leg}");
            let headers = [
                (header::CONTENT_TYPE, SDP.to_owned()),
                (header::LOCATION, location),
                (header::HeaderName::from_static("leg-id"), leg.to_string()),
            ];
            (StatusCode::CREATED, headers, answer).into_response()
        }
        Err(error) => refused(&error).answer(&headers),
    }
}

/// `PATCH …/legs/{leg}`: trickle, or an ICE restart.
pub async fn patch(
    State(app): State<AppState>,
    _nurse: InCall,
    Named((consultation, leg)): Named<(ConsultationId, LegId)>,
    headers: HeaderMap,
    fragment: Result<String, StringRejection>,
) -> Response {
    if !is(&headers, FRAGMENT) {
        return problems::UNSUPPORTED_MEDIA_TYPE.answer(&headers);
    }
    let Ok(fragment) = fragment else { return problems::OFFER.answer(&headers) };
    match app.legs.patch(consultation, leg, &fragment).await {
        Ok(None) => StatusCode::NO_CONTENT.into_response(),
        Ok(Some(answer)) => ([(header::CONTENT_TYPE, FRAGMENT)], answer).into_response(),
        Err(error) => refused(&error).answer(&headers),
    }
}

/// `DELETE …/legs/{leg}`: leaves; the others are told at once. A locked tablet hangs up for nobody; a leg that falls silent is noticed by itself.
pub async fn leave(
    State(app): State<AppState>,
    _nurse: Nurse,
    Named((consultation, leg)): Named<(ConsultationId, LegId)>,
    headers: HeaderMap,
) -> Response {
    match app.legs.leave(consultation, leg).await {
        Ok(()) => StatusCode::NO_CONTENT.into_response(),
        Err(error) => refused(&error).answer(&headers),
    }
}

/// What the nurse's buttons say.
#[derive(Deserialize)]
pub struct MediaState {
    audio: AudioState,
    video: VideoState,
}

/// `PUT …/media-state`: muted, camera off. On a locked tablet nothing is turned on that is off.
pub async fn media_state(
    State(app): State<AppState>,
    nurse: InCall,
    Named((consultation, leg)): Named<(ConsultationId, LegId)>,
    headers: HeaderMap,
    body: Result<Json<MediaState>, JsonRejection>,
) -> Response {
    let Ok(Json(MediaState { audio, video })) = body else { return problems::BAD_REQUEST.answer(&headers) };
    if let Err(error) = app.legs.get(consultation, leg) {
        return refused(&error).answer(&headers);
    }
    if nurse.locked && !app.outbox.shown().is_kept_quiet_by(audio, video) {
        return problems::TABLET_LOCKED.answer(&headers);
    }
    app.outbox.input(Input::MediaState { audio, video }).await;
    StatusCode::NO_CONTENT.into_response()
}

/// How the tablet receives.
#[derive(Deserialize)]
pub struct Quality {
    level: LinkLevel,
    rtt_ms: f64,
    loss_ratio: f64,
    freezes: f64,
}

/// `POST …/quality`: the last metres, passed on for the operator. What the others see of the home is the box's link.
pub async fn quality(
    State(app): State<AppState>,
    _nurse: InCall,
    Named((consultation, leg)): Named<(ConsultationId, LegId)>,
    headers: HeaderMap,
    body: Result<Json<Quality>, JsonRejection>,
) -> Response {
    let Ok(Json(Quality { level, rtt_ms, loss_ratio, freezes })) = body else {
        return problems::BAD_REQUEST.answer(&headers);
    };
    if let Err(error) = app.legs.get(consultation, leg) {
        return refused(&error).answer(&headers);
    }
    // Conversions saturate; a report without a link is of no use later.
    app.link.tell(ToRelay::LegQuality {
        level,
        rtt_ms: rtt_ms as u32,
        loss_ratio: loss_ratio as f32,
        freezes: freezes as u32,
    });
    StatusCode::NO_CONTENT.into_response()
}

/// The camera that the home sends.
#[derive(Deserialize)]
pub struct HomeCamera {
    camera: Camera,
}

/// `POST …/home-camera`.
pub async fn home_camera(
    State(app): State<AppState>,
    _nurse: Nurse,
    Named(consultation): Named<ConsultationId>,
    headers: HeaderMap,
    body: Result<Json<HomeCamera>, JsonRejection>,
) -> Response {
    let Ok(Json(HomeCamera { camera })) = body else { return problems::BAD_REQUEST.answer(&headers) };
    let shown = app.outbox.shown();
    if shown.consultation_id.is_some_and(|live| live != consultation) {
        return problems::NOT_FOUND.answer(&headers);
    }
    if !shown.cameras.contains(&camera) {
        return problems::NO_SUCH_CAMERA.answer(&headers);
    }
    app.outbox.input(Input::Choose(camera)).await;
    StatusCode::NO_CONTENT.into_response()
}

/// `GET …/events`: the room, whole at each change; `ended` once, as the last word.
pub async fn events(
    State(app): State<AppState>,
    _nurse: InCall,
    Named((consultation, leg)): Named<(ConsultationId, LegId)>,
    headers: HeaderMap,
) -> Response {
    // Subscribed before the look, so that an end between the two is not missed.
    let ended = app.legs.ended();
    let attending = match app.legs.get(consultation, leg) {
        Ok(leg) => leg.listen().await,
        Err(error) => return refused(&error).answer(&headers),
    };
    let mut room = app.outbox.watch_room();
    room.mark_changed();
    let listening = Some(Listening { consultation, leg, room, ended, _attending: attending });
    let stream = futures_util::stream::unfold(listening, |listening| async move {
        let mut listening = listening?;
        let (event, last) = listening.next().await?;
        Some((Ok::<Event, Infallible>(event), (!last).then_some(listening)))
    });
    // A page whose nurse signed out is told nothing more of who is in the room. One that is locked keeps its call.
    let stream = stream.take_until(until_closed(app, headers, |holding| !matches!(holding, Holding::Nobody)));
    Sse::new(stream).keep_alive(KeepAlive::new().interval(Duration::from_secs(15))).into_response()
}

struct Listening {
    consultation: ConsultationId,
    leg: LegId,
    room: watch::Receiver<Option<Arc<RoomState>>>,
    ended: broadcast::Receiver<(LegId, StopReason)>,
    /// Tells that the page listens, and with the stream's end that it does no more.
    _attending: crate::playback::Listening,
}

impl Listening {
    /// The next event, and whether it is the last.
    async fn next(&mut self) -> Option<(Event, bool)> {
        loop {
            tokio::select! {
                changed = self.room.changed() => {
                    changed.ok()?;
                    let room = self.room.borrow_and_update().clone();
                    if let Some(room) = room.filter(|room| room.consultation_id == self.consultation) {
                        return Some((event("room", &*room), false));
                    }
                }
                ended = self.ended.recv() => match ended {
                    Ok((leg, reason)) if leg == self.leg => return Some((event("ended", &self.last_word(reason)), true)),
                    Ok(_) | Err(broadcast::error::RecvError::Lagged(_)) => {}
                    Err(broadcast::error::RecvError::Closed) => return None,
                },
            }
        }
    }

    fn last_word(&self, reason: StopReason) -> Value {
        let reason = match reason {
            StopReason::HangUp => EndReason::HangUp,
            StopReason::Drain => EndReason::Drain,
            StopReason::Cancelled => EndReason::Cancelled,
            StopReason::Crash => EndReason::Crash,
            StopReason::Other => EndReason::Elsewhere,
        };
        let room = self.room.borrow().clone().filter(|room| room.consultation_id == self.consultation);
        match room {
            Some(room) => {
                let over = RoomState { state: RoomPhase::Ended, ended_reason: Some(reason), ..(*room).clone() };
                serde_json::to_value(over).unwrap_or_default()
            }
            None => json!({ "consultation_id": self.consultation, "state": "ended", "ended_reason": reason }),
        }
    }
}

fn event(name: &'static str, data: &impl serde::Serialize) -> Event {
    Event::default().event(name).json_data(data).unwrap_or_default()
}

fn is(headers: &HeaderMap, kind: &str) -> bool {
    let sent = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    sent.split(';').next().is_some_and(|sent| sent.trim().eq_ignore_ascii_case(kind))
}

fn refused(error: &LegError) -> yunzhen_runtime::web::problem::Problem {
    match error {
        LegError::Offer(why) | LegError::Fragment(why) => {
            tracing::info!(why, "session description refused");
            problems::OFFER
        }
        LegError::Busy => problems::BUSY,
        LegError::TooMany => problems::TOO_MANY_LEGS,
        LegError::Unknown => problems::NOT_FOUND,
        LegError::Peer(error) => {
            tracing::warn!(%error, "peer connection failed");
            problems::OFFER
        }
    }
}
