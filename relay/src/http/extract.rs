//! What a handler gets: who is calling, with what. Each refusal is a problem a person can read.
//!
//! The peer's certificate says which program speaks (a console, or the box of a home); the bearer token says which person. Both are needed.
//! [`Entrance`] is for those who are not signed in yet.

use std::net::{IpAddr, SocketAddr};

use axum::RequestExt as _;
use axum::extract::{ConnectInfo, FromRequest, FromRequestParts, Path, Query, Request};
use axum::http::HeaderMap;
use axum::http::header::{AUTHORIZATION, USER_AGENT};
use axum::http::request::Parts;
use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_json::error::Category;
use sha2::{Digest as _, Sha256};
use yunzhen_certs::{CertificateFacts, Identity};
use yunzhen_domain::ids::HomeId;
use yunzhen_domain::{Actor, Sensitive};
use yunzhen_runtime::clock;
use yunzhen_runtime::crowd::neighbourhood;

use super::ApiState;
use super::problem::{Fault, Problem};
use crate::app::sessions::Errand;
use crate::app::{self, AppError, Context, Entrance, Idempotency, Visitor};

/// A signed-in person.
pub struct Caller {
    /// Who, through which program, when.
    pub context: Context,
}

/// A command of a signed-in person, with the key that makes a retry harmless.
pub struct Command<T> {
    /// Who, and the key.
    pub context: Context,
    /// What.
    pub body: T,
}

/// A command whose body carries a file.
pub struct FileCommand<T> {
    /// Who, and the key.
    pub context: Context,
    /// What.
    pub body: T,
}

/// Input of a signed-in person that carries a file and keeps nothing.
pub struct FileInput<T> {
    /// Who.
    pub context: Context,
    /// What.
    pub body: T,
}

/// A command of a signed-in person, or of the box itself when nobody is signed in: a resident's button.
pub struct BoxOrPerson<T> {
    /// Who, and the key.
    pub context: Context,
    /// What.
    pub body: T,
}

/// A command of a box about itself. Whoever else comes is somebody who may not do it, which the use case says.
pub struct BoxCommand<T> {
    /// Which box.
    pub context: Context,
    /// The certificate of its connection.
    pub certificate: Option<CertificateFacts>,
    /// What.
    pub body: T,
}

/// A small JSON body, where nobody is asked who sends it.
pub struct Parsed<T>(pub T);

/// Of such a body.
const MAX_PARSED_BYTES: usize = 16 * 1024;

/// A signed-in person, or the box itself when nobody is signed in.
pub struct BoxOrCaller {
    /// Who.
    pub context: Context,
}

/// Input of a signed-in person that demands no key: it is guarded by a version, or keeps nothing.
pub struct Input<T> {
    /// Who; a key is taken when it is given.
    pub context: Context,
    /// What.
    pub body: T,
}

/// A command of a signed-in person without a body.
pub struct Deed {
    /// Who; a key is taken when it is given.
    pub context: Context,
}

/// A pharmacy's own system.
pub struct System {
    /// Which.
    pub context: Context,
}

/// A command of a pharmacy's own system, with the key that makes a retry harmless.
pub struct SystemCommand<T> {
    /// Which, and the key.
    pub context: Context,
    /// What.
    pub body: T,
}

/// The same without a body.
pub struct SystemDeed {
    /// Which, and the key.
    pub context: Context,
}

/// Somebody who is not signed in yet.
pub struct Knock<T> {
    /// From where.
    pub context: Entrance,
    /// What.
    pub body: T,
}

/// An id in the path. One that cannot be read names nothing: 404.
pub struct Id<T>(pub T);

/// The query.
pub struct Search<T>(pub T);

impl<T: DeserializeOwned + Send> FromRequestParts<ApiState> for Id<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &ApiState) -> Result<Self, Problem> {
        let path = Path::<T>::from_request_parts(parts, state).await;
        path.map(|Path(id)| Self(id)).map_err(|_| Problem::from(Fault::NoSuchPlace))
    }
}

impl<T: DeserializeOwned> FromRequestParts<ApiState> for Search<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &ApiState) -> Result<Self, Problem> {
        if parts.uri.query().is_some_and(|query| query.contains("%00")) {
            return Err(Problem::from(Fault::Query("a NUL character is no text".into())));
        }
        let query = Query::<T>::from_request_parts(parts, state).await;
        query.map(|Query(query)| Self(query)).map_err(|error| {
            let text = error.body_text();
            let what = text.strip_prefix("Failed to deserialize query string: ").unwrap_or(&text);
            Problem::from(Fault::Query(what.to_owned()))
        })
    }
}

impl FromRequestParts<ApiState> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &ApiState) -> Result<Self, Problem> {
        context(parts, state, None).await.map(|context| Self { context })
    }
}

impl FromRequestParts<ApiState> for Deed {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &ApiState) -> Result<Self, Problem> {
        context(parts, state, idempotency(parts, &[])).await.map(|context| Self { context })
    }
}

impl<T: DeserializeOwned> FromRequest<ApiState> for Command<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &ApiState) -> Result<Self, Problem> {
        let (context, body) = command(request, state, state.limits.body_bytes).await?;
        Ok(Self { context, body })
    }
}

impl<T: DeserializeOwned> FromRequest<ApiState> for FileCommand<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &ApiState) -> Result<Self, Problem> {
        let (context, body) = command(request, state, state.limits.file_body_bytes).await?;
        Ok(Self { context, body })
    }
}

impl<T: DeserializeOwned> FromRequest<ApiState> for FileInput<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &ApiState) -> Result<Self, Problem> {
        let (parts, bytes) = read_most(request, state.limits.file_body_bytes).await?;
        let context = context(&parts, state, None).await?;
        Ok(Self { context, body: parse(&bytes)? })
    }
}

async fn command<T: DeserializeOwned>(
    request: Request,
    state: &ApiState,
    most: usize,
) -> Result<(Context, T), Problem> {
    let (parts, bytes) = read_most(request, most).await?;
    // Who is asked first: a stranger learns nothing about what a command needs.
    let context = context(&parts, state, idempotency(&parts, &bytes)).await?;
    if context.idempotency.is_none() {
        return Err(Problem::from(Fault::KeyMissing));
    }
    Ok((context, parse(&bytes)?))
}

impl FromRequestParts<ApiState> for BoxOrCaller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &ApiState) -> Result<Self, Problem> {
        box_or_person(parts, state, None).await.map(|context| Self { context })
    }
}

impl FromRequestParts<ApiState> for System {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &ApiState) -> Result<Self, Problem> {
        of_system(parts, state, None).await.map(|context| Self { context })
    }
}

impl<T: DeserializeOwned> FromRequest<ApiState> for SystemCommand<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &ApiState) -> Result<Self, Problem> {
        let (parts, bytes) = read(request, state).await?;
        let context = with_key(of_system(&parts, state, idempotency(&parts, &bytes)).await?)?;
        Ok(Self { context, body: parse(&bytes)? })
    }
}

impl FromRequestParts<ApiState> for SystemDeed {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &ApiState) -> Result<Self, Problem> {
        let context = of_system(parts, state, idempotency(parts, &[])).await?;
        with_key(context).map(|context| Self { context })
    }
}

fn with_key(context: Context) -> Result<Context, Problem> {
    if context.idempotency.is_some() { Ok(context) } else { Err(Problem::from(Fault::KeyMissing)) }
}

/// Who asks by the credential of a pharmacy's system, through a console: the console has the address that the world knows.
async fn of_system(parts: &Parts, state: &ApiState, key: Option<Idempotency>) -> Result<Context, Problem> {
    let peer = Peer::of(parts)?;
    let credential = bearer(&parts.headers).filter(|_| peer.through_box.is_none());
    let credential = credential.ok_or_else(|| Problem::from(Fault::Unauthenticated))?;
    let (now, source) = (clock::now_timestamp(), peer.source);
    let origin = Entrance { now, source, through_box: None, visitor: Visitor::default() };
    let actor = app::pharmacy_systems::authenticate(&state.app, credential, &origin).await?;
    let session_token = Sensitive::new(credential.to_owned());
    Ok(Context { source: origin.source, session_token, idempotency: key, ..Context::of(actor, origin.now) })
}

async fn box_or_person(parts: &Parts, state: &ApiState, key: Option<Idempotency>) -> Result<Context, Problem> {
    match (bearer(&parts.headers), Peer::of(parts)?.through_box) {
        (None, Some(home_id)) => {
            let source = format!("box {home_id}");
            let of_box = Context::of(Actor::Box { home_id }, clock::now_timestamp());
            Ok(Context { source, through_box: Some(home_id), idempotency: key, ..of_box })
        }
        _ => context(parts, state, key).await,
    }
}

impl<T: DeserializeOwned> FromRequest<ApiState> for BoxOrPerson<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &ApiState) -> Result<Self, Problem> {
        let (parts, bytes) = read(request, state).await?;
        let key = idempotency(&parts, &bytes);
        let context = box_or_person(&parts, state, key).await?;
        if context.idempotency.is_none() {
            return Err(Problem::from(Fault::KeyMissing));
        }
        Ok(Self { context, body: parse(&bytes)? })
    }
}

impl<T: DeserializeOwned> FromRequest<ApiState> for BoxCommand<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &ApiState) -> Result<Self, Problem> {
        let (parts, bytes) = read(request, state).await?;
        let context = box_or_person(&parts, state, None).await?;
        let certificate = parts.extensions.get::<CertificateFacts>().cloned();
        Ok(Self { context, certificate, body: parse(&bytes)? })
    }
}

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Parsed<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        let (_, bytes) = read_most(request, MAX_PARSED_BYTES).await?;
        parse(&bytes).map(Self)
    }
}

impl<T: DeserializeOwned> FromRequest<ApiState> for Input<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &ApiState) -> Result<Self, Problem> {
        let (parts, bytes) = read(request, state).await?;
        let context = context(&parts, state, idempotency(&parts, &bytes)).await?;
        Ok(Self { context, body: parse(&bytes)? })
    }
}

impl<T: DeserializeOwned> FromRequest<ApiState> for Knock<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &ApiState) -> Result<Self, Problem> {
        let (parts, bytes) = read(request, state).await?;
        let peer = Peer::of(&parts)?;
        let visitor = visitor(&parts, &peer);
        let Peer { source, through_box, .. } = peer;
        let context = Entrance { now: clock::now_timestamp(), source, through_box, visitor };
        Ok(Self { context, body: parse(&bytes)? })
    }
}

/// A text body of a signed-in person: SDP.
pub struct Text {
    /// Who.
    pub context: Context,
    /// What.
    pub text: String,
}

impl FromRequest<ApiState> for Text {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &ApiState) -> Result<Self, Problem> {
        let (parts, bytes) = read_most(request, state.limits.offer_bytes).await?;
        let context = context(&parts, state, None).await?;
        let text = String::from_utf8(bytes.into()).map_err(|_| Fault::Body("the body is not UTF-8 text".into()))?;
        Ok(Self { context, text })
    }
}

/// What is known of a browser before somebody is signed in. A box says nothing of its tablets, and ends their sessions itself when nothing waits for delivery any more.
fn visitor(parts: &Parts, peer: &Peer) -> Visitor {
    if peer.through_box.is_some() {
        return Visitor::default();
    }
    let user_agent = parts.headers.get(USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    Visitor {
        device: yunzhen_domain::device::words(user_agent),
        address: peer.address.clone().map(Sensitive::new),
        former: bearer(&parts.headers).unwrap_or_default().into(),
    }
}

/// Said by a page that asks by itself while nobody touches it. Whoever lies with it could as well ask now and then: it keeps no stranger out, it lets a desk that
/// was left end.
const UNATTENDED: &str = "Unattended";

/// What a request is about, as far as its session is concerned.
fn errand(parts: &Parts) -> Errand {
    let of_path = errand_of(parts.uri.path());
    if parts.headers.contains_key(UNATTENDED) { of_path.unattended() } else { of_path }
}

/// By the path alone; what is not known is work.
fn errand_of(path: &str) -> Errand {
    let path = path.strip_prefix("/api").unwrap_or(path);
    match path.split('/').nth(1) {
        // What is told of changed ways in is asked for by a page that is left open as well.
        Some("events" | "access-notices") => Errand::Watching,
        Some("sessions" | "second-factor" | "passkeys" | "password") => Errand::OwnAccess,
        _ => Errand::Work,
    }
}

/// As far as wrong tries are counted together: a household or an office has 2^64 addresses of its own in IPv6.
fn network(address: &str) -> String {
    let parsed = address.parse::<IpAddr>();
    parsed.map_or_else(|_| address.to_owned(), |address| neighbourhood(address).to_string())
}

/// The program that speaks.
struct Peer {
    source: String,
    /// Of the browser, where a console says so.
    address: Option<String>,
    through_box: Option<HomeId>,
}

impl Peer {
    fn of(parts: &Parts) -> Result<Self, Problem> {
        match parts.extensions.get::<Identity>() {
            Some(Identity::Box { home_id }) => {
                Ok(Self { source: format!("box {home_id}"), address: None, through_box: Some(*home_id) })
            }
            // A console speaks for browsers; it says from where, and it is believed because it is a console.
            Some(Identity::Console { name }) => {
                let browser = parts.headers.get("X-Forwarded-For").and_then(|value| value.to_str().ok());
                let address = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip().to_string());
                let from: String = browser.map(|text| text.chars().take(64).collect()).or(address).unwrap_or_default();
                let source = format!("console {name} {}", network(&from));
                Ok(Self { source, address: Some(from).filter(|from| !from.is_empty()), through_box: None })
            }
            _ => Err(Problem::from(Fault::Unauthenticated)),
        }
    }
}

async fn context(parts: &Parts, state: &ApiState, idempotency: Option<Idempotency>) -> Result<Context, Problem> {
    let peer = Peer::of(parts)?;
    let token = bearer(&parts.headers).ok_or_else(|| Problem::from(Fault::Unauthenticated))?;
    let now = clock::now_timestamp();
    let errand = errand(parts);
    let known = app::sessions::known(&state.app, token, peer.through_box, errand, now)
        .await
        .map_err(|error| Problem::from(Fault::App(error)))?;
    Ok(Context {
        actor: known.actor,
        now,
        source: peer.source,
        through_box: peer.through_box,
        session: Some(known.session),
        session_token: Sensitive::new(token.to_owned()),
        authenticated_at: known.authenticated_at,
        idempotency,
        on_duty: None,
    })
}

/// The bearer token of a request.
pub(super) fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then(|| token.trim())
}

/// A key of another length is no key.
fn idempotency(parts: &Parts, body: &[u8]) -> Option<Idempotency> {
    let key = parts.headers.get("Idempotency-Key")?.to_str().ok().filter(|key| (8..=100).contains(&key.len()))?;
    let mut digest = Sha256::new();
    for part in [parts.method.as_str().as_bytes(), parts.uri.path().as_bytes(), body] {
        digest.update((part.len() as u64).to_be_bytes());
        digest.update(part);
    }
    Some(Idempotency { key: key.to_owned(), request_sha256: digest.finalize().into() })
}

async fn read(request: Request, state: &ApiState) -> Result<(Parts, axum::body::Bytes), Problem> {
    read_most(request, state.limits.body_bytes).await
}

async fn read_most(mut request: Request, most: usize) -> Result<(Parts, axum::body::Bytes), Problem> {
    let parts = request.extract_parts::<Parts>().await.unwrap_or_else(|never| match never {});
    let (_, body) = request.into_parts();
    match axum::body::to_bytes(body, most).await {
        Ok(bytes) => Ok((parts, bytes)),
        Err(error) => {
            let fault = if std::error::Error::source(&error)
                .is_some_and(|cause| cause.is::<http_body_util::LengthLimitError>())
            {
                Fault::TooLarge
            } else {
                Fault::Body("the body broke off".into())
            };
            Err(Problem::from(fault))
        }
    }
}

fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    if let Some(path) = nul_in(bytes) {
        let (zh, en) = ("含有不可用的字符，请重新输入", "It has a character that is no text; please type it again");
        return Err(Problem::from(Fault::App(AppError::invalid(path, zh, en))));
    }
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let path = error.path().to_string();
        let error = error.into_inner();
        Problem::from(match error.classify() {
            Category::Data => Fault::Field { path: named(path, &error), message: error.to_string() },
            Category::Syntax | Category::Eof | Category::Io => {
                Fault::Malformed { line: error.line(), column: error.column() }
            }
        })
    })
}

/// Of a field that is not there serde tells the place where it should be, and its name in the message.
fn named(place: String, error: &serde_json::Error) -> String {
    let message = error.to_string();
    match message.strip_prefix("missing field `").and_then(|rest| rest.split_once('`')) {
        Some((name, _)) if place == "." => name.to_owned(),
        Some((name, _)) => format!("{place}.{name}"),
        None => place,
    }
}

/// The member whose text has a NUL character: no keyboard makes one, and PostgreSQL has no text with it. In JSON it can only be written as an escape.
fn nul_in(bytes: &[u8]) -> Option<String> {
    if !bytes.windows(6).any(|six| six.eq_ignore_ascii_case(br"\u0000")) {
        return None;
    }
    // What is no JSON is refused by the parser that knows where.
    nul_below(&serde_json::from_slice(bytes).ok()?, String::new())
}

fn nul_below(value: &Value, path: String) -> Option<String> {
    match value {
        Value::String(text) => text.contains('\0').then_some(path),
        Value::Array(items) => items.iter().enumerate().find_map(|(n, item)| nul_below(item, format!("{path}[{n}]"))),
        Value::Object(members) => members.iter().find_map(|(name, member)| {
            let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
            nul_below(member, path)
        }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_household_is_one_source_and_two_are_two() {
        assert_eq!(network("2001:db8:1:2:aaaa::1"), network("2001:db8:1:2:bbbb::2"));
        assert_ne!(network("2001:db8:1:2::1"), network("2001:db8:1:3::1"));
        assert_eq!(network("198.51.100.7"), "198.51.100.7");
        assert_eq!(network("::ffff:198.51.100.7"), "198.51.100.7");
        assert_eq!(network("who knows"), "who knows");
    }

    #[test]
    fn what_may_be_done_before_a_second_factor_is_there() {
        for own in ["/sessions", "/sessions/current", "/api/second-factor/begin", "/passkeys", "/api/password"] {
            assert_eq!(errand_of(own), Errand::OwnAccess, "{own}");
        }
        for work in ["/residents", "/staff/1/end-sessions", "/residents/sessions", "/", ""] {
            assert_eq!(errand_of(work), Errand::Work, "{work}");
        }
        assert_eq!(errand_of("/api/events"), Errand::Watching);
    }

    #[test]
    fn what_a_page_asks_with_nobody_before_it_is_no_use_of_the_session() {
        let asked = |path: &str, header: Option<&str>| {
            let request =
                header.into_iter().fold(Request::builder().uri(path), |request, name| request.header(name, "1"));
            errand(&request.body(()).unwrap().into_parts().0)
        };
        assert_eq!(asked("/api/urgent-calls?open=true", None), Errand::Work);
        assert_eq!(asked("/api/urgent-calls?open=true", Some("unattended")), Errand::Watching);
        assert_eq!(asked("/api/sessions/current", Some("unattended")), Errand::WatchingOwnAccess);
        assert_eq!(asked("/api/events", Some("unattended")), Errand::Watching);
    }
}
