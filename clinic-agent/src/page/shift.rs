//! `/session/shift…`: the tablet that nurses share. The rules are in [`crate::shift`].

use super::session::{Holding, Nurse, as_known, forget, holding, with_cookies};
use super::{AppState, problems};
use crate::link::http::LinkDown;
use crate::link::relay::bearer;
use crate::shift::{self, HashError, ShiftPin};
use crate::spool::{Session, SpoolError, token_hash};
use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};
use std::fmt::Write as _;
use uuid::Uuid;
use yunzhen_domain::checked::Pin;
use yunzhen_runtime::clock;
use yunzhen_runtime::web::csrf;

/// Those of this tablet whose shift goes on and whose session this box has, with it.
async fn on_shift(app: &AppState, headers: &HeaderMap, now: Timestamp) -> Result<Vec<(ShiftPin, Session)>, SpoolError> {
    let Some(tablet) = app.cookies.tablet_of(headers) else { return Ok(Vec::new()) };
    let mut all = Vec::new();
    for pin in app.spool.shift_pins(token_hash(tablet)).await?.into_iter().filter(|pin| pin.until > now) {
        let session = app.spool.session(pin.session.clone()).await?;
        if let Some(session) = session.filter(|session| !session.signed_out && session.expires_at > now) {
            all.push((pin, session));
        }
    }
    Ok(all)
}

/// Whether locking leaves her a way back in: her PIN, or the link by which a password is checked. A tablet without the link on which she set no PIN stays open, because
/// nobody could write down anything any more.
pub async fn may_lock(
    app: &AppState,
    headers: &HeaderMap,
    session: &Session,
    now: Timestamp,
) -> Result<bool, SpoolError> {
    if app.link.status().borrow().is_connected() {
        return Ok(true);
    }
    let all = on_shift(app, headers, now).await?;
    Ok(all.iter().any(|(pin, _)| pin.staff_id == session.staff_id && pin.is_open()))
}

/// `GET /session/shift`: who can take this tablet over, and whether it is locked. Names of colleagues, on a tablet of theirs only.
pub async fn show(State(app): State<AppState>, headers: HeaderMap) -> Response {
    match shown(&app, &headers).await {
        Ok(document) => Json(document).into_response(),
        Err(error) => problems::of_spool(&error).answer(&headers),
    }
}

async fn shown(app: &AppState, headers: &HeaderMap) -> Result<Value, SpoolError> {
    let all = on_shift(app, headers, clock::now_timestamp()).await?;
    let (session, locked) = match holding(app, headers).await? {
        Holding::Nobody => (None, false),
        Holding::Locked(session) => (Some(session), true),
        Holding::Open(session) => (Some(session), false),
    };
    let held = session.as_ref().map(|session| token_hash(&session.token));
    let keeps_badge = held.is_some_and(|held| all.iter().any(|(pin, _)| pin.keeps_badge(&held)));
    let people = all
        .iter()
        .map(|(pin, session)| json!({ "staff_id": pin.staff_id, "name": session.staff["name"], "pin": pin.is_open(), "badge": pin.badge.is_some() }));
    Ok(json!({
        "people": people.collect::<Vec<_>>(),
        "idle_lock_seconds": app.shift.figures.idle.as_secs(),
        "holder": session.map(|session| session.staff_id),
        "locked": locked,
        "keeps_badge": keeps_badge,
    }))
}

/// A PIN for the rest of the shift, and the badge that goes with it. No `Debug`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewPin {
    pin: String,
    /// Hers, once more: whoever finds her tablet open sets no PIN in her name.
    password: String,
    /// Where her account asks for one.
    #[serde(default)]
    code: Option<String>,
    /// Left out: the one that she has shown in this session stays, if any; empty: none any more.
    #[serde(default)]
    badge: Option<String>,
}

/// `PUT /session/shift-pin`: the nurse who holds the tablet sets hers, or changes it.
pub async fn set_pin(
    State(app): State<AppState>,
    nurse: Nurse,
    headers: HeaderMap,
    body: Result<Json<NewPin>, JsonRejection>,
) -> Response {
    let Ok(Json(NewPin { pin, password, code, badge })) = body else { return problems::BAD_REQUEST.answer(&headers) };
    let Some(pin) = Pin::parse(&pin).ok().filter(|pin| !pin.is_trivial()) else {
        return problems::PIN_TRIVIAL.answer(&headers);
    };
    let shown = badge.as_deref().map(str::trim).filter(|code| !code.is_empty());
    let (drops, shown) = match shown.map(shift::badge_hash) {
        Some(None) => return problems::BADGE_UNREADABLE.answer(&headers),
        Some(hash) => (false, hash),
        None => (badge.is_some(), None),
    };
    if let Some(refused) = refusal(&app, &nurse, &headers, &json!({ "password": password, "code": code })).await {
        return refused;
    }
    let now = clock::now_timestamp();
    let own = app.cookies.tablet_of(&headers).map(str::to_owned);
    let here = match &own {
        Some(token) => app.spool.shift_pins(token_hash(token)).await,
        None => Ok(Vec::new()),
    };
    let here: Vec<ShiftPin> = match here {
        Ok(pins) => pins.into_iter().filter(|pin| pin.until > now).collect(),
        Err(error) => return problems::of_spool(&error).answer(&headers),
    };
    let session = token_hash(&nurse.session.token);
    let stays = here.iter().find(|kept| !drops && kept.keeps_badge(&session)).and_then(|kept| kept.badge.clone());
    let badge = shown.or(stays);
    let of_another = |kept: &ShiftPin| kept.staff_id != nurse.session.staff_id && kept.badge == badge;
    if badge.is_some() && here.iter().any(of_another) {
        return problems::BADGE_TAKEN.answer(&headers);
    }
    // Only a token that this box made for this shift: nobody gives a browser one that he knows.
    let token = own.filter(|_| !here.is_empty()).unwrap_or_else(new_token);
    let until = now.checked_add(app.shift.figures.shift).unwrap_or(now).min(nurse.session.expires_at);
    let salt = clock::random_bytes::<16>();
    let pin_hash = match blocking(move || shift::hash(&pin, &salt)).await {
        Ok(hash) => hash,
        Err(error) => return unhashed(&error, &headers),
    };
    let kept = ShiftPin {
        tablet: token_hash(&token),
        staff_id: nurse.session.staff_id,
        session,
        pin_hash,
        wrong: 0,
        until,
        badge,
        proved: now,
    };
    if let Err(error) = app.spool.keep_shift_pin(kept, now).await {
        return problems::of_spool(&error).answer(&headers);
    }
    let seconds = until.duration_since(now).as_secs().max(1);
    with_cookies(StatusCode::NO_CONTENT.into_response(), [app.cookies.tablet(&token, seconds)])
}

/// What the relay says against the person before the tablet: nothing where the password is hers. It counts wrong ones as at the sign-in.
async fn refusal(app: &AppState, nurse: &Nurse, headers: &HeaderMap, proof: &Value) -> Option<Response> {
    let mut asked = bearer(&nurse.session.token);
    asked.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    if let Some(language) = headers.get(header::ACCEPT_LANGUAGE) {
        asked.insert(header::ACCEPT_LANGUAGE, language.clone());
    }
    let path = "/api/sessions/current/authentication";
    match app.link.exchange(Method::POST, path, asked, proof.to_string().into_bytes()).await {
        Ok(answer) if answer.status().is_success() => None,
        Ok(refused) => {
            if refused.status() == StatusCode::UNAUTHORIZED {
                forget(app, &nurse.session.token).await;
            }
            Some(super::api::pass(refused.map(Body::from)))
        }
        Err(LinkDown) => Some(problems::LINK_DOWN_PIN.answer(headers)),
    }
}

/// Who takes the tablet over. No `Debug`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Switch {
    staff_id: Uuid,
    pin: String,
}

/// `POST /session/switch`: name and PIN, with or without the link; the tablet then holds her own session.
pub async fn switch(
    State(app): State<AppState>,
    headers: HeaderMap,
    body: Result<Json<Switch>, JsonRejection>,
) -> Response {
    let Ok(Json(Switch { staff_id, pin })) = body else { return problems::BAD_REQUEST.answer(&headers) };
    let _one_after_the_other = app.shift.checking.lock().await;
    match try_switch(&app, &headers, staff_id, &pin).await {
        Ok(answer) => answer,
        Err(error) => problems::of_spool(&error).answer(&headers),
    }
}

async fn try_switch(app: &AppState, headers: &HeaderMap, staff_id: Uuid, pin: &str) -> Result<Response, SpoolError> {
    let now = clock::now_timestamp();
    let found = on_shift(app, headers, now).await?.into_iter().find(|(kept, _)| kept.staff_id == staff_id);
    let Some((kept, _)) = found.filter(|(kept, _)| kept.is_open()) else {
        return Ok(problems::PIN_CLOSED.answer(headers));
    };
    // Counted before it is looked at: a cable that is pulled in between gives no free try.
    let counted = ShiftPin { wrong: kept.wrong + 1, ..kept };
    app.spool.keep_shift_pin(counted.clone(), now).await?;
    let right = match Pin::parse(pin) {
        Ok(pin) => {
            let hash = counted.pin_hash.clone();
            match blocking(move || shift::fits(&pin, &hash)).await {
                Ok(right) => right,
                Err(error) => return Ok(unhashed(&error, headers)),
            }
        }
        Err(_) => false,
    };
    if !right {
        if !counted.is_open() {
            tracing::warn!(%staff_id, "too many wrong PINs: it takes the password now");
            return Ok(problems::PIN_CLOSED.answer(headers));
        }
        return Ok(problems::wrong_pin(counted.left()).answer(headers));
    }
    hand_over(app, headers, ShiftPin { wrong: 0, proved: now, ..counted }, now).await
}

/// Who takes the tablet over by what she has. No `Debug`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ByBadge {
    badge: String,
}

/// `POST /session/switch-badge`: the tablet is hers, or (`pin_of`) it asks for her PIN. Nothing is counted: nobody guesses 130 bits.
pub async fn switch_by_badge(
    State(app): State<AppState>,
    headers: HeaderMap,
    body: Result<Json<ByBadge>, JsonRejection>,
) -> Response {
    let Ok(Json(ByBadge { badge })) = body else { return problems::BAD_REQUEST.answer(&headers) };
    let Some(hash) = shift::badge_hash(&badge) else { return problems::BADGE_UNREADABLE.answer(&headers) };
    let _one_after_the_other = app.shift.checking.lock().await;
    match try_badge(&app, &headers, &hash).await {
        Ok(answer) => answer,
        Err(error) => problems::of_spool(&error).answer(&headers),
    }
}

async fn try_badge(app: &AppState, headers: &HeaderMap, hash: &str) -> Result<Response, SpoolError> {
    let now = clock::now_timestamp();
    let all = on_shift(app, headers, now).await?;
    let found = all.into_iter().find(|(kept, _)| kept.is_open() && kept.badge.as_deref() == Some(hash));
    let Some((kept, _)) = found else { return Ok(problems::BADGE_CLOSED.answer(headers)) };
    if !kept.opens_by_badge(&app.shift.figures, now) {
        return Ok(Json(json!({ "pin_of": kept.staff_id })).into_response());
    }
    hand_over(app, headers, kept, now).await
}

/// The tablet is hers from now on, with what is kept of her PIN.
async fn hand_over(
    app: &AppState,
    headers: &HeaderMap,
    kept: ShiftPin,
    now: Timestamp,
) -> Result<Response, SpoolError> {
    // Her session may have ended meanwhile; it does not come back.
    let Some(session) = app.spool.lock_session(kept.session.clone(), false).await? else {
        return Ok(problems::PIN_CLOSED.answer(headers));
    };
    app.shift.touch(&kept.session, now);
    app.spool.keep_shift_pin(kept, now).await?;
    let seconds = session.expires_at.duration_since(now).as_secs().max(1);
    let cookies = [app.cookies.session(&session.token, seconds), app.cookies.csrf(&csrf::new_token())];
    Ok(with_cookies(Json(as_known(&session)).into_response(), cookies))
}

/// `POST /session/lock`: by the page, when nobody touched it, or by the nurse who goes.
pub async fn lock(State(app): State<AppState>, headers: HeaderMap) -> Response {
    match locked(&app, &headers).await {
        Ok(true) => StatusCode::NO_CONTENT.into_response(),
        Ok(false) => problems::LINK_DOWN_SIGN_IN.answer(&headers),
        Err(error) => problems::of_spool(&error).answer(&headers),
    }
}

/// False where nobody could open it again.
async fn locked(app: &AppState, headers: &HeaderMap) -> Result<bool, SpoolError> {
    let Holding::Open(session) = holding(app, headers).await? else { return Ok(true) };
    let now = clock::now_timestamp();
    if !may_lock(app, headers, &session, now).await? {
        return Ok(false);
    }
    app.spool.lock_session(token_hash(&session.token), true).await?;
    Ok(true)
}

/// `POST /session/touch`: somebody works at the page.
pub async fn touch(State(app): State<AppState>, nurse: Nurse) -> StatusCode {
    app.shift.touch(&token_hash(&nurse.session.token), clock::now_timestamp());
    StatusCode::NO_CONTENT
}

fn new_token() -> String {
    clock::random_bytes::<32>().iter().fold(String::with_capacity(64), |mut text, byte| {
        // Writing into a `String` cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, HashError> + Send + 'static,
) -> Result<T, HashError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(join) => std::panic::resume_unwind(join.into_panic()),
    }
}

fn unhashed(error: &HashError, headers: &HeaderMap) -> Response {
    tracing::error!(%error, "a PIN could not be checked");
    problems::PIN_CLOSED.answer(headers)
}
