//! WHIP (RFC 9725) and WHEP for standard clients: the same legs, a bearer token instead of a session, permissive CORS.
//!
//! The session URL names the leg; it cannot be guessed and is the client's authority for PATCH and DELETE, which also need a valid token.

use axum::Router;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS,
};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use axum::routing::{delete, post};
use uuid::Uuid;
use yunzhen_domain::ids::ConsultationId;
use yunzhen_protocol::room::{ParticipantId, ParticipantKind};
use yunzhen_rtc::{LegDirection, LegId, NewParticipant};
use yunzhen_runtime::clock;

use crate::app;
use crate::http::ApiState;
use crate::http::legs::may_offer;
use crate::http::problem::{self, Fault, Problem, status};
use crate::rooms::tokens::MediaGrant;
use crate::rooms::{Join, LegOwner};

/// The routes of the public media listener.
pub fn router(state: ApiState) -> Router {
    Router::new()
        .route("/whip/{id}", post(publish).options(options))
        .route("/whep/{id}", post(watch).options(options))
        .route("/whip/session/{leg}", delete(leave).patch(patch).options(options))
        .route("/whep/session/{leg}", delete(leave).patch(patch).options(options))
        .fallback(async || Problem::from(Fault::NoSuchPlace))
        .method_not_allowed_fallback(async || Problem::from(Fault::Method))
        .layer(DefaultBodyLimit::max(state.limits.offer_bytes))
        .layer(from_fn(problem::render))
        .layer(from_fn(cors))
        .with_state(state)
}

async fn publish(
    State(state): State<ApiState>,
    Path(id): Path<String>,
    headers: HeaderMap,
    offer: String,
) -> Result<Response, Problem> {
    connect(&state, &id, LegDirection::Publish, &headers, offer).await
}

async fn watch(
    State(state): State<ApiState>,
    Path(id): Path<String>,
    headers: HeaderMap,
    offer: String,
) -> Result<Response, Problem> {
    connect(&state, &id, LegDirection::Watch, &headers, offer).await
}

async fn connect(
    state: &ApiState,
    id: &str,
    direction: LegDirection,
    headers: &HeaderMap,
    offer: String,
) -> Result<Response, Problem> {
    let id: ConsultationId = id.parse().map_err(|_| Fault::NoSuchPlace)?;
    let token = super::extract::bearer(headers).ok_or(Fault::Unauthenticated)?;
    let grant = state.rooms.media_grant(token).await.ok_or(Fault::Unauthenticated)?;
    if grant.consultation_id != id || grant.direction != direction {
        return Err(Fault::NoSuchPlace.into());
    }
    if headers.get("Content-Type").is_none_or(|kind| !kind.as_bytes().starts_with(b"application/sdp")) {
        return Err(Fault::MediaType("application/sdp").into());
    }
    may_offer(state, grant.session)?;
    let call = app::consultations::active_one(&state.app, id).await?.ok_or(Fault::NoSuchPlace)?;
    let join = Join {
        consultation_id: id,
        home_id: call.home_id,
        participant: NewParticipant {
            id: ParticipantId(Uuid::from_bytes(clock::random_bytes())),
            kind: ParticipantKind::Observer,
            display_name: grant.display_name,
        },
        owner: LegOwner::Client,
        session: grant.session,
        offer,
        replaces: None,
        direction,
    };
    let answer = state.rooms.join(join).await.map_err(Fault::Connect)?;
    let kind = if direction == LegDirection::Publish { "whip" } else { "whep" };
    let mut response = status::answer(answer.sdp, &format!("/{kind}/session/{}", answer.leg), &answer.leg.to_string());
    // RFC 9725 section 4.3.1: the ETag identifies the ICE session that a PATCH is about.
    if let Ok(tag) = HeaderValue::from_str(&format!("\"{}\"", answer.leg)) {
        response.headers_mut().insert("ETag", tag);
        response.headers_mut().insert("Accept-Patch", HeaderValue::from_static("application/trickle-ice-sdpfrag"));
    }
    Ok(response)
}

async fn patch(
    State(state): State<ApiState>,
    Path(leg): Path<String>,
    headers: HeaderMap,
    fragment: String,
) -> Result<Response, Problem> {
    let leg: LegId = leg.parse().map_err(|_| Fault::NoSuchPlace)?;
    let grant = grant(&state, &headers).await?;
    let patched =
        state.rooms.patch(grant.consultation_id, leg, &LegOwner::Client, fragment).await.map_err(Fault::Patch)?;
    Ok(status::patched(patched))
}

async fn leave(
    State(state): State<ApiState>,
    Path(leg): Path<String>,
    headers: HeaderMap,
) -> Result<StatusCode, Problem> {
    let leg: LegId = leg.parse().map_err(|_| Fault::NoSuchPlace)?;
    let grant = grant(&state, &headers).await?;
    if state.rooms.leave(grant.consultation_id, leg, &LegOwner::Client).await {
        Ok(status::OK)
    } else {
        Err(Fault::NoSuchPlace.into())
    }
}

async fn options() -> StatusCode {
    status::DONE
}

/// Of whoever speaks for a leg that is there.
async fn grant(state: &ApiState, headers: &HeaderMap) -> Result<MediaGrant, Problem> {
    let token = super::extract::bearer(headers).ok_or(Fault::Unauthenticated)?;
    Ok(state.rooms.media_grant_of_leg(token).await.ok_or(Fault::Unauthenticated)?)
}

/// Players run on pages of other origins; the token, not a cookie, is what admits them.
async fn cors(request: axum::extract::Request, next: Next) -> Response {
    let preflight = request.method() == Method::OPTIONS;
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static("Location, ETag, Link, Accept-Patch"));
    if preflight {
        headers.insert(ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("POST, PATCH, DELETE, OPTIONS"));
        let allowed = HeaderValue::from_static("Authorization, Content-Type, If-Match");
        headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, allowed);
        headers.insert("Accept-Post", HeaderValue::from_static("application/sdp"));
    }
    response
}
