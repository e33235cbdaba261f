//! A crowd of nurses' pages: each sends a command, and when no answer comes, the same again with the same key.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use http_body_util::{BodyExt as _, Full};
use hyper::body::Bytes;
use hyper::{Method, Request};
use hyper_rustls::HttpsConnector;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::{Value, json};
use tokio::sync::watch;
use tokio::task::JoinSet;
use uuid::Uuid;
use yunzhen_runtime::clock;

use crate::relay::{Installation, PASSWORD};

/// How every text that the crowd writes begins.
pub const MARK: &str = "crash-";
/// A page asks again when nothing came for so long.
const PATIENCE: Duration = Duration::from_secs(20);

/// A command and its first answer.
pub struct Acknowledged {
    pub mark: String,
    pub answer: Value,
    pub tries: usize,
    path: String,
    body: Value,
    key: Uuid,
}

/// Everybody.
pub struct Crowd {
    shared: Arc<Shared>,
    pages: Mutex<JoinSet<Vec<Acknowledged>>>,
}

struct Shared {
    tls: rustls::ClientConfig,
    /// Which relay serves, and connections to it.
    place: watch::Sender<Place>,
    token: String,
    residents: Vec<String>,
    next: AtomicUsize,
    answered: watch::Sender<usize>,
    finishing: AtomicBool,
}

#[derive(Clone)]
struct Place {
    api: SocketAddr,
    client: Client<HttpsConnector<HttpConnector>, Full<Bytes>>,
}

impl Place {
    fn new(tls: &rustls::ClientConfig, api: SocketAddr) -> Self {
        let mut tcp = HttpConnector::new();
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        let connector =
            hyper_rustls::HttpsConnectorBuilder::new().with_tls_config(tls.clone()).https_only().enable_http1();
        Self { api, client: Client::builder(TokioExecutor::new()).build(connector.wrap_connector(tcp)) }
    }

    /// The answer's status and JSON; None when there is none.
    async fn ask(
        &self,
        method: Method,
        path: &str,
        token: &str,
        key: Option<Uuid>,
        body: &Value,
    ) -> Option<(u16, Value)> {
        let mut request = Request::builder()
            .method(method)
            .uri(format!("https://localhost:{}{path}", self.api.port()))
            .header("Content-Type", "application/json");
        if !token.is_empty() {
            request = request.header("Authorization", format!("Bearer {token}"));
        }
        if let Some(key) = key {
            request = request.header("Idempotency-Key", key.to_string());
        }
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let request = request.body(Full::new(Bytes::from(body))).expect("a request");
        let answer = async {
            let answer = self.client.request(request).await.ok()?;
            let status = answer.status().as_u16();
            let bytes = answer.into_body().collect().await.ok()?.to_bytes();
            Some((status, serde_json::from_slice(&bytes).ok()?))
        };
        tokio::time::timeout(PATIENCE, answer).await.ok()?
    }
}

impl Crowd {
    /// A nurse signs in once; all pages are hers.
    pub async fn sign_in(installation: &Installation, api: SocketAddr) -> Self {
        let place = Place::new(&installation.console, api);
        let who = json!({ "username": "nurse1", "password": PASSWORD });
        let (status, session) = place.ask(Method::POST, "/api/sessions", "", None, &who).await.expect("an answer");
        assert_eq!(status, 201, "{session}");
        let token = session["token"].as_str().expect("a token").to_owned();
        let (_, list) = place.ask(Method::GET, "/api/residents", &token, None, &Value::Null).await.expect("an answer");
        let items = list["items"].as_array().expect("residents");
        let residents: Vec<_> = items.iter().map(|one| one["id"].as_str().expect("an id").to_owned()).collect();
        assert!(!residents.is_empty());
        let shared = Shared {
            tls: installation.console.clone(),
            place: watch::Sender::new(place),
            token,
            residents,
            next: AtomicUsize::new(0),
            answered: watch::Sender::new(0),
            finishing: AtomicBool::new(false),
        };
        Self { shared: Arc::new(shared), pages: Mutex::default() }
    }

    /// Lets `pages` pages send commands, each one after the other.
    pub fn start(&self, pages: usize) {
        let mut running = self.pages.lock().expect("no page panicked while it was started");
        for _ in 0..pages {
            running.spawn(self.shared.clone().page());
        }
    }

    /// Waits until so many more commands have been answered.
    pub async fn answered(&self, more: usize) {
        let mut answered = self.shared.answered.subscribe();
        let goal = *answered.borrow() + more;
        let enough = answered.wait_for(|count| *count >= goal);
        drop(tokio::time::timeout(Duration::from_secs(60), enough).await.expect("answers").expect("a crowd"));
    }

    /// Another relay serves now.
    pub fn turn_to(&self, api: SocketAddr) {
        self.shared.place.send_replace(Place::new(&self.shared.tls, api));
    }

    /// No new commands; those under way are asked until they are answered.
    pub async fn finish(&self) -> Vec<Acknowledged> {
        self.shared.finishing.store(true, Ordering::Relaxed);
        let pages = std::mem::take(&mut *self.pages.lock().expect("no page panicked while it was started"));
        pages.join_all().await.into_iter().flatten().collect()
    }

    /// Sends a command once more; the answer.
    pub async fn again(&self, command: &Acknowledged) -> Value {
        let place = self.shared.place.borrow().clone();
        let answer = place.ask(Method::POST, &command.path, &self.shared.token, Some(command.key), &command.body).await;
        answer.expect("an answer").1
    }
}

impl Shared {
    async fn page(self: Arc<Self>) -> Vec<Acknowledged> {
        let mut done = Vec::new();
        while !self.finishing.load(Ordering::Relaxed) {
            done.push(self.command().await);
            self.answered.send_modify(|count| *count += 1);
        }
        done
    }

    /// One command, until there is an answer.
    async fn command(&self) -> Acknowledged {
        let n = self.next.fetch_add(1, Ordering::Relaxed);
        let mark = format!("{MARK}{n}");
        let resident = &self.residents[n % self.residents.len()];
        let (path, body) = if n.is_multiple_of(2) {
            let at = clock::now_timestamp().to_string();
            (format!("/api/residents/{resident}/notes"), json!({ "text": mark, "kind": "nursing", "written_at": at }))
        } else {
            ("/api/consultations".into(), json!({ "resident_id": resident, "reason": mark, "urgency": "routine" }))
        };
        let key = Uuid::from_bytes(clock::random_bytes());
        let mut place = self.place.subscribe();
        let mut tries = 0;
        loop {
            tries += 1;
            let here = place.borrow_and_update().clone();
            match here.ask(Method::POST, &path, &self.token, Some(key), &body).await {
                Some((201, answer)) => return Acknowledged { mark, answer, tries, path, body, key },
                // Busy or going down: asked again.
                Some((500.., _)) | None => {}
                Some((status, answer)) => panic!("{path} was answered with {status}: {answer}"),
            }
            // A relay that was killed does not come back to its port: wait for the next one, or for a busy one to have room.
            drop(tokio::time::timeout(Duration::from_millis(500), place.changed()).await);
        }
    }
}
