//! `/session/…`: the relay's token becomes a cookie that scripts cannot read. The box remembers the session, so that a nurse
//! who is signed in goes on working when the link is gone.

use super::{AppState, problems};
use crate::link::http::LinkDown;
use crate::link::relay::bearer;
use crate::spool::delivery::Relay as _;
use crate::spool::{Session, token_hash};
use axum::Json;
use axum::body::{Body, Bytes};
use axum::extract::{FromRequestParts, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use jiff::Timestamp;
use serde_json::{Value, json};
use uuid::Uuid;
use yunzhen_runtime::clock;
use yunzhen_runtime::web::{cookies, csrf};

/// A nurse with a session that this box knows and that has not ended. Proves nothing to the relay, which looks for itself.
pub struct Nurse {
    /// Her session.
    pub session: Session,
}

impl FromRequestParts<AppState> for Nurse {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> Result<Self, Response> {
        match known(app, &parts.headers).await {
            Ok(Some(session)) => Ok(Self { session }),
            Ok(None) => Err(problems::SIGNED_OUT.answer(&parts.headers)),
            Err(error) => Err(problems::of_spool(&error).answer(&parts.headers)),
        }
    }
}

/// The session of the request's cookie, if this box knows it and it has not ended.
pub async fn known(app: &AppState, headers: &HeaderMap) -> Result<Option<Session>, crate::spool::SpoolError> {
    let Some(token) = cookies::read(headers, cookies::SESSION) else { return Ok(None) };
    let session = app.spool.session(token_hash(token)).await?;
    Ok(session.filter(|session| !session.signed_out && session.expires_at > clock::now_timestamp()))
}

/// Exchanges user name and password for a session. Needs the link: the accounts are the relay's.
pub async fn sign_in(State(app): State<AppState>, headers: HeaderMap, body: Bytes) -> Response {
    let mut asked = HeaderMap::from_iter([(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))]);
    if let Some(language) = headers.get(header::ACCEPT_LANGUAGE) {
        asked.insert(header::ACCEPT_LANGUAGE, language.clone());
    }
    let answer = match app.link.exchange(Method::POST, "/api/sessions", asked, body.to_vec()).await {
        Ok(answer) if answer.status().is_success() => answer,
        Ok(refused) => return super::api::pass(refused.map(Body::from)),
        Err(LinkDown) => return problems::LINK_DOWN_SIGN_IN.answer(&headers),
    };
    let Some((session, answer)) = read(answer.body()) else {
        tracing::error!("the relay's answer to a sign-in cannot be read");
        return problems::RELAY_ANSWER.answer(&headers);
    };
    let now = clock::now_timestamp();
    let seconds = session.expires_at.duration_since(now).as_secs().max(1);
    let (Some(cookie), csrf) = (app.cookies.session(&session.token, seconds), app.cookies.csrf(&csrf::new_token()))
    else {
        tracing::error!("the relay's token does not fit into a cookie");
        return problems::RELAY_ANSWER.answer(&headers);
    };
    if let Err(error) = app.spool.keep_session(token_hash(&session.token), session, now).await {
        return problems::of_spool(&error).answer(&headers);
    }
    with_cookies(Json(answer).into_response(), [Some(cookie), csrf])
}

/// The session in the relay's answer, and the answer without the token.
fn read(body: &[u8]) -> Option<(Session, Value)> {
    let mut answer: Value = serde_json::from_slice(body).ok()?;
    let Value::String(token) = answer.as_object_mut()?.remove("token")? else { return None };
    let staff = answer.get("staff")?.clone();
    let staff_id: Uuid = staff.get("id")?.as_str()?.parse().ok()?;
    let expires_at: Timestamp = answer.get("expires_at")?.as_str()?.parse().ok()?;
    Some((Session { staff, staff_id, expires_at, token, signed_out: false }, answer))
}

/// Who is signed in. With the link the relay decides; without it this box does.
pub async fn me(State(app): State<AppState>, headers: HeaderMap) -> Response {
    let session = match known(&app, &headers).await {
        Ok(Some(session)) => session,
        Ok(None) => return with_cookies(problems::SIGNED_OUT.answer(&headers), [app.cookies.end_session()]),
        Err(error) => return problems::of_spool(&error).answer(&headers),
    };
    let asked = app.link.exchange(Method::GET, "/api/sessions/current", bearer(&session.token), Vec::new()).await;
    match asked {
        Ok(answer) if answer.status() == StatusCode::UNAUTHORIZED => {
            forget(&app, &session.token).await;
            with_cookies(super::api::pass(answer.map(Body::from)), [app.cookies.end_session()])
        }
        Ok(answer) if answer.status().is_success() => super::api::pass(answer.map(Body::from)),
        // No link, or a relay in trouble: what this box knows is true until the session's own end.
        Ok(_) | Err(LinkDown) => {
            Json(json!({ "staff": session.staff, "expires_at": format!("{:.3}", session.expires_at) })).into_response()
        }
    }
}

/// Ends the session here at once, and at the relay as soon as nothing of this nurse waits for delivery any more.
pub async fn sign_out(State(app): State<AppState>, headers: HeaderMap) -> Response {
    if let Ok(Some(session)) = known(&app, &headers).await {
        let hash = token_hash(&session.token);
        let waits = app.spool.entries().await.map_or(true, |entries| {
            entries.iter().any(|(_, entry)| entry.author == session.staff_id && entry.state.is_open())
        });
        let ended = !waits && app.link.sign_out(&session.token).await.is_ok();
        let kept = if ended {
            app.spool.drop_session(hash).await
        } else {
            app.spool.keep_session(hash, Session { signed_out: true, ..session }, clock::now_timestamp()).await
        };
        if let Err(error) = kept {
            return problems::of_spool(&error).answer(&headers);
        }
    }
    with_cookies(StatusCode::NO_CONTENT.into_response(), [app.cookies.end_session()])
}

/// The relay no longer knows the session.
pub async fn forget(app: &AppState, token: &str) {
    if let Err(error) = app.spool.drop_session(token_hash(token)).await {
        tracing::error!(%error, "an ended session could not be forgotten");
    }
}

fn with_cookies<const N: usize>(mut response: Response, cookies: [Option<HeaderValue>; N]) -> Response {
    for cookie in cookies.into_iter().flatten() {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}
