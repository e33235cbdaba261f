//! `/session/…`: the relay's token becomes a cookie that scripts cannot read. The box remembers the session, so that a nurse
//! who is signed in goes on working when the link is gone. Who shares the tablet with her: `shift`.

use super::{AppState, problems};
use crate::link::http::LinkDown;
use crate::link::relay::bearer;
use crate::spool::delivery::Relay as _;
use crate::spool::{Session, SpoolError, token_hash};
use axum::Json;
use axum::body::{Body, Bytes};
use axum::extract::{FromRequestParts, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use jiff::Timestamp;
use serde_json::{Value, json};
use std::time::Duration;
use uuid::Uuid;
use yunzhen_runtime::clock;
use yunzhen_runtime::web::csrf;

/// How often it is looked whether a stream may go on.
const LOOK: Duration = Duration::from_secs(1);

/// A nurse with a session that this box knows and that has not ended. Proves nothing to the relay, which looks for itself.
pub struct Nurse {
    /// Her session.
    pub session: Session,
}

impl FromRequestParts<AppState> for Nurse {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> Result<Self, Response> {
        match holding(app, &parts.headers).await {
            Ok(Holding::Open(session)) => Ok(Self { session }),
            Ok(Holding::Locked(_)) => Err(problems::TABLET_LOCKED.answer(&parts.headers)),
            Ok(Holding::Nobody) => Err(problems::SIGNED_OUT.answer(&parts.headers)),
            Err(error) => Err(problems::of_spool(&error).answer(&parts.headers)),
        }
    }
}

/// The nurse whose call goes on, also on a tablet that locked meanwhile; see [`crate::shift`].
pub struct InCall {
    /// Nobody has opened the tablet since: nothing new may be begun.
    pub locked: bool,
}

impl FromRequestParts<AppState> for InCall {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> Result<Self, Response> {
        match holding(app, &parts.headers).await {
            Ok(Holding::Open(_)) => Ok(Self { locked: false }),
            Ok(Holding::Locked(_)) => Ok(Self { locked: true }),
            Ok(Holding::Nobody) => Err(problems::SIGNED_OUT.answer(&parts.headers)),
            Err(error) => Err(problems::of_spool(&error).answer(&parts.headers)),
        }
    }
}

/// Who holds the tablet of a request.
pub enum Holding {
    /// No session that this box knows, or one that has ended.
    Nobody,
    /// Left alone: her PIN or her password opens it.
    Locked(Session),
    /// She may go on.
    Open(Session),
}

/// Who holds the tablet that this request comes from. What was left alone is locked here, for a page that does not say so any more.
pub async fn holding(app: &AppState, headers: &HeaderMap) -> Result<Holding, SpoolError> {
    let Some(token) = app.cookies.session_of(headers) else { return Ok(Holding::Nobody) };
    let (hash, now) = (token_hash(token), clock::now_timestamp());
    let session = app.spool.session(hash.clone()).await?;
    let Some(session) = session.filter(|session| !session.signed_out && session.expires_at > now) else {
        return Ok(Holding::Nobody);
    };
    if session.locked {
        return Ok(Holding::Locked(session));
    }
    if app.shift.is_left_alone(&hash, now) && super::shift::may_lock(app, headers, &session, now).await? {
        let locked = app.spool.lock_session(hash, true).await?;
        return Ok(locked.map_or(Holding::Nobody, Holding::Locked));
    }
    Ok(Holding::Open(session))
}

/// Ends when whoever holds the tablet of a request may listen no more: a stream that was let in before goes on for [`LOOK`] at most.
pub async fn until_closed(app: AppState, asked_with: HeaderMap, may_listen: fn(&Holding) -> bool) {
    loop {
        tokio::time::sleep(LOOK).await;
        match holding(&app, &asked_with).await {
            Ok(holding) if may_listen(&holding) => {}
            Ok(_) => return,
            Err(error) => {
                tracing::warn!(%error, "a stream ends: who holds the tablet could not be read");
                return;
            }
        }
    }
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
    let hash = token_hash(&session.token);
    app.shift.touch(&hash, now);
    if let Err(error) = app.spool.keep_session(hash, session, now).await {
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
    Some((Session { staff, staff_id, expires_at, token, signed_out: false, locked: false }, answer))
}

/// Who is signed in. With the link the relay decides; without it this box does.
pub async fn me(State(app): State<AppState>, headers: HeaderMap) -> Response {
    let session = match holding(&app, &headers).await {
        Ok(Holding::Open(session)) => session,
        Ok(Holding::Locked(_)) => return problems::TABLET_LOCKED.answer(&headers),
        Ok(Holding::Nobody) => {
            return with_cookies(problems::SIGNED_OUT.answer(&headers), [app.cookies.over(&headers)]);
        }
        Err(error) => return problems::of_spool(&error).answer(&headers),
    };
    let asked = app.link.exchange(Method::GET, "/api/sessions/current", bearer(&session.token), Vec::new()).await;
    match asked {
        Ok(answer) if answer.status() == StatusCode::UNAUTHORIZED => {
            forget(&app, &session.token).await;
            with_cookies(super::api::pass(answer.map(Body::from)), [app.cookies.over(&headers)])
        }
        Ok(answer) if answer.status().is_success() => super::api::pass(answer.map(Body::from)),
        // No link, or a relay in trouble: what this box knows is true until the session's own end.
        Ok(_) | Err(LinkDown) => Json(as_known(&session)).into_response(),
    }
}

/// Her session as this box knows it, in the form of the relay's answer.
pub fn as_known(session: &Session) -> Value {
    json!({ "staff": session.staff, "expires_at": format!("{:.3}", session.expires_at) })
}

/// Ends the session here at once, and at the relay as soon as nothing of this nurse waits for delivery any more.
pub async fn sign_out(State(app): State<AppState>, headers: HeaderMap) -> Response {
    // A tablet that is locked can be signed out too: whoever finds it lying does no harm by it.
    if let Ok(Holding::Open(session) | Holding::Locked(session)) = holding(&app, &headers).await {
        let (hash, author) = (token_hash(&session.token), session.staff_id);
        let waits =
            app.spool.entries().await.map_or(true, |entries| {
                entries.iter().any(|(_, entry)| entry.author == author && entry.state.is_open())
            });
        let ended = !waits && app.link.sign_out(&session.token).await.is_ok();
        let kept = if ended {
            app.spool.drop_session(hash).await
        } else {
            app.spool.keep_session(hash, Session { signed_out: true, ..session }, clock::now_timestamp()).await
        };
        let forgotten = app.spool.drop_shift_pins_of(author).await;
        if let Err(error) = kept.and(forgotten) {
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

pub fn with_cookies<const N: usize>(mut response: Response, cookies: [Option<HeaderValue>; N]) -> Response {
    for cookie in cookies.into_iter().flatten() {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}
