//! A console before a fake relay that really speaks mutual TLS, and a browser that keeps cookies.
#![allow(dead_code)]

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, delete, get, post};
use axum::{Json, Router};
use futures_util::StreamExt as _;
use http_body_util::BodyExt as _;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::{Value, json};
use tokio::sync::broadcast;
use yunzhen_certs::authority::Authority;
use yunzhen_certs::{Credentials, Identity, Trust, tls};
use yunzhen_hospital_console::{Config, Console};
use yunzhen_runtime::serve::{self, PeerCertificate, ServeOptions};
use yunzhen_runtime::{Lifecycle, clock};

pub const SPECIALIST: &str = "0192f0c1-2345-7abc-8def-0123456789cd";
pub const TOKEN: &str = "tok_specialist-1";

/// The caller's signing keys as the relay lists them.
pub type Keys = Arc<Mutex<Vec<Value>>>;

/// Everything of one test.
pub struct World {
    pub authority: Authority,
    pub console: Console,
    pub console_life: Lifecycle,
    pub relay_life: Lifecycle,
    /// Where the relay is.
    pub relay: String,
    /// What the relay's event stream says next.
    pub events: broadcast::Sender<String>,
    /// What the relay says of the caller's signing keys.
    pub keys: Keys,
    pub dir: tempfile::TempDir,
}

pub async fn world() -> World {
    let dir = tempfile::tempdir().expect("dir");
    let authority = Authority::create(clock::now_timestamp()).expect("authority");
    authority.write(dir.path()).expect("written");
    let now = clock::now_timestamp();
    let console = Identity::Console { name: "main".into() };
    let issued = authority.systems.issue_with_key(&console, &[], None, now).expect("issued");
    issued.write(dir.path(), "console").expect("written");

    let (events, _) = broadcast::channel(16);
    let relay_life = Lifecycle::new();
    let keys = Keys::default();
    let relay = start_relay(&authority, &relay_life, events.clone(), keys.clone()).await;
    let console_life = Lifecycle::new();
    let relay = relay.to_string().replace("127.0.0.1", "localhost");
    let console = start_console(&dir, &relay, &console_life).await;
    World { authority, console, console_life, relay_life, relay, events, keys, dir }
}

pub async fn start_console(dir: &tempfile::TempDir, relay: &str, life: &Lifecycle) -> Console {
    start_console_with(dir, relay, life, "").await
}

/// A console with more lines under `[listen]`.
pub async fn start_console_with(dir: &tempfile::TempDir, relay: &str, life: &Lifecycle, listen: &str) -> Console {
    let file = dir.path().join("console.toml");
    let text = format!(
        "[listen]\nweb = '127.0.0.1:0'\n{listen}\n[relay]\naddress = '{relay}'\n[identity]\ncertificate = 'console.pem'\n\
         key = 'console.key.pem'\nsystems_authority = 'systems.pem'\n[signers]\ncertificate = 'signers.pem'\nkey = 'signers.key.pem'\n"
    );
    std::fs::write(&file, text).expect("written");
    let config = Config::load(&file).expect("config");
    Console::start(&config, life, clock::now_timestamp()).await.expect("console")
}

async fn start_relay(
    authority: &Authority,
    life: &Lifecycle,
    events: broadcast::Sender<String>,
    keys: Keys,
) -> SocketAddr {
    let identity = Identity::Relay { name: "main".into() };
    let issued = authority.systems.issue_with_key(&identity, &[], None, clock::now_timestamp()).expect("issued");
    let own = Credentials::from_issued(&issued).expect("credentials");
    let trust = Trust::new(vec![authority.systems.der().clone()]);
    let config = tls::https_mtls_server(&own, &trust).expect("tls");
    let listener = serve::bind_tcp("fake relay", "127.0.0.1:0".parse().expect("address")).await.expect("bound");
    let address = listener.local_addr().expect("address");
    serve::spawn(life, listener, Some(Arc::new(config)), relay_routes(events, keys), ServeOptions::new("relay"));
    address
}

fn relay_routes(events: broadcast::Sender<String>, keys: Keys) -> Router {
    let signing_keys = move || {
        let items = keys.lock().expect("keys").clone();
        std::future::ready(Json(json!({"items": items, "next": null})))
    };
    let stream = move || {
        let first = futures_util::stream::iter([Ok::<_, Infallible>(Bytes::from(": here\n\n"))]);
        let rest = futures_util::stream::unfold(events.subscribe(), |mut receiver| async move {
            let text = receiver.recv().await.ok()?;
            Some((Ok(Bytes::from(text)), receiver))
        });
        std::future::ready(
            ([(header::CONTENT_TYPE, "text/event-stream")], Body::from_stream(first.chain(rest))).into_response(),
        )
    };
    Router::new()
        .route("/api/events", get(stream))
        .route("/api/sessions", post(sign_in))
        .route("/api/courier-sessions", post(|| async { Json(json!({"token": "tok_courier", "delivery_id": "d"})) }))
        .route(
            "/api/observer-sessions",
            post(|| async { Json(json!({"token": "bad token;", "consultation_id": "c"})) }),
        )
        .route(
            "/api/second-factor/confirm",
            post(|| async { Json(json!({"token": "tok_renewed", "recovery_codes": ["a"]})) }),
        )
        .route("/api/openid-sessions/begin", post(|| async { begun("flow-of-a-sign-in") }))
        .route("/api/openid-sessions", post(openid_sign_in))
        .route(
            "/api/sessions/current/openid-authentication/begin",
            post(|| async { begun("a flow that would break out;") }),
        )
        .route("/api/password", post(|| async { Json(json!({"token": "tok_password"})) }))
        .route("/api/sessions/end-others", post(end_others))
        .route("/api/sessions/current", get(current))
        .route("/api/sessions/current", delete(|| async { StatusCode::NO_CONTENT }))
        .route("/api/signing-keys", get(signing_keys))
        .route("/api/slow", get(|| async { std::future::pending::<()>().await }))
        .route("/api/consultations/c/legs", post(leg))
        .route("/api/{*rest}", any(echo))
}

async fn sign_in(headers: HeaderMap, Json(body): Json<Value>) -> Response {
    if body["password"] != "right" {
        let problem = json!({"code": "bad_credentials", "title": "用户名或密码不正确", "status": 401});
        let kind = [(header::CONTENT_TYPE, "application/problem+json")];
        return (StatusCode::UNAUTHORIZED, kind, problem.to_string()).into_response();
    }
    let staff = json!({"id": SPECIALIST, "name": "李医生", "role": "specialist"});
    let source = headers.get("x-forwarded-for").and_then(|value| value.to_str().ok()).unwrap_or_default();
    let expires = clock::now_timestamp() + jiff::SignedDuration::from_hours(12);
    let session = json!({"token": TOKEN, "expires_at": expires, "staff": staff, "source": source});
    (StatusCode::CREATED, Json(session)).into_response()
}

fn begun(flow: &str) -> Json<Value> {
    let expires = clock::now_timestamp() + jiff::SignedDuration::from_mins(10);
    Json(json!({"url": "https://id.example.org/auth?state=s", "flow": flow, "expires_at": expires}))
}

async fn openid_sign_in(Json(body): Json<Value>) -> Response {
    if body != json!({"flow": "flow-of-a-sign-in", "code": "c", "state": "s"}) {
        return (StatusCode::UNAUTHORIZED, Json(json!({"code": "openid_refused"}))).into_response();
    }
    let expires = clock::now_timestamp() + jiff::SignedDuration::from_hours(12);
    let staff = json!({"id": SPECIALIST, "name": "李医生", "role": "specialist"});
    (StatusCode::CREATED, Json(json!({"token": TOKEN, "expires_at": expires, "staff": staff}))).into_response()
}

async fn current(headers: HeaderMap) -> Response {
    let role = match headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()) {
        Some("Bearer tok_specialist-1") => "specialist",
        Some("Bearer tok_nurse") => "nurse",
        Some("Bearer tok_ended") => {
            return (StatusCode::UNAUTHORIZED, Json(json!({"code": "session_revoked"}))).into_response();
        }
        _ => return (StatusCode::UNAUTHORIZED, Json(json!({"code": "unauthenticated"}))).into_response(),
    };
    Json(json!({"staff": {"id": SPECIALIST, "role": role, "name": "李医生"}, "expires_at": "2026-11-24T00:00:00Z"}))
        .into_response()
}

async fn end_others(headers: HeaderMap) -> Response {
    match headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()) {
        Some("Bearer tok_specialist-1") => Json(json!({"ended": 2})).into_response(),
        _ => (StatusCode::UNAUTHORIZED, Json(json!({"code": "unauthenticated"}))).into_response(),
    }
}

async fn leg(body: String) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "application/sdp"),
        (header::LOCATION, "/api/consultations/c/legs/leg-1"),
        (header::ETAG, "\"e1\""),
    ];
    let mut response = (StatusCode::CREATED, headers, format!("answer to {body}")).into_response();
    response.headers_mut().insert("leg-id", HeaderValue::from_static("leg-1"));
    response.headers_mut().insert(header::SET_COOKIE, HeaderValue::from_static("evil=1"));
    response
}

/// Says what reached the relay.
async fn echo(request: Request) -> Response {
    let certificate = request.extensions().get::<PeerCertificate>().and_then(|peer| peer.0.clone());
    let identity = certificate.and_then(|der| Identity::from_der(&der).ok()).map(|identity| identity.to_string());
    let headers: serde_json::Map<String, Value> = request
        .headers()
        .iter()
        .map(|(name, value)| (name.to_string(), Value::String(String::from_utf8_lossy(value.as_bytes()).into())))
        .collect();
    let (method, uri) = (request.method().to_string(), request.uri().to_string());
    let body = request.into_body().collect().await.map(|body| body.to_bytes().len()).unwrap_or_default();
    Json(json!({"method": method, "uri": uri, "headers": headers, "body_bytes": body, "identity": identity}))
        .into_response()
}

/// A browser: keeps cookies, repeats the token as the page's scripts do.
#[derive(Clone)]
pub struct Browser {
    client: Client<HttpConnector, Body>,
    address: SocketAddr,
    pub cookies: Arc<std::sync::Mutex<std::collections::BTreeMap<String, String>>>,
    pub language: &'static str,
}

pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {:?}", self.body))
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().expect("text"))
    }
}

impl Browser {
    pub fn new(console: &Console) -> Self {
        let client = Client::builder(TokioExecutor::new()).build_http();
        Self { client, address: console.web, cookies: Arc::default(), language: "zh-CN" }
    }

    /// A browser that has opened the page and signed in.
    pub async fn signed_in(console: &Console) -> Self {
        let browser = Self::new(console);
        browser.get("/").await;
        let answer = browser.post("/session/sign-in", json!({"username": "li", "password": "right"})).await;
        assert_eq!(answer.status, StatusCode::OK, "{:?}", answer.body);
        browser
    }

    pub fn cookie(&self, name: &str) -> Option<String> {
        self.cookies.lock().expect("cookies").get(name).cloned()
    }

    pub fn set_cookie(&self, name: &str, value: &str) {
        self.cookies.lock().expect("cookies").insert(name.into(), value.into());
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, &[], Body::empty()).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        let json = ("content-type", "application/json");
        self.send(Method::POST, path, &[json], Body::from(body.to_string())).await
    }

    pub async fn send(&self, method: Method, path: &str, headers: &[(&'static str, &str)], body: Body) -> Answer {
        let response = self.open(method, path, headers, body).await;
        let (head, body) = response.into_parts();
        let body = body.collect().await.expect("body").to_bytes();
        Answer { status: head.status, headers: head.headers, body }
    }

    pub async fn open(
        &self,
        method: Method,
        path: &str,
        headers: &[(&'static str, &str)],
        body: Body,
    ) -> Response<hyper::body::Incoming> {
        let mut request = Request::builder().method(method).uri(format!("http://{}{path}", self.address));
        let cookies: Vec<String> =
            self.cookies.lock().expect("cookies").iter().map(|(name, value)| format!("{name}={value}")).collect();
        request = request.header(header::COOKIE, cookies.join("; ")).header(header::ACCEPT_LANGUAGE, self.language);
        if let Some(token) = self.cookie("__Host-yz_csrf").or_else(|| self.cookie("yz_csrf")) {
            request = request.header("x-csrf-token", token);
        }
        for (name, value) in headers {
            let built = request.headers_mut().expect("request");
            built.insert(*name, HeaderValue::try_from(*value).expect("header"));
        }
        let response = self.client.request(request.body(body).expect("request")).await.expect("console answers");
        for line in response.headers().get_all(header::SET_COOKIE) {
            let line = line.to_str().expect("text");
            let (name, value) = line.split(';').next().and_then(|pair| pair.split_once('=')).expect("cookie");
            let mut cookies = self.cookies.lock().expect("cookies");
            if line.contains("Max-Age=0") {
                cookies.remove(name);
            } else {
                cookies.insert(name.into(), value.into());
            }
        }
        response
    }
}
