//! A browser's side of HTTP: cookies, the token against forged requests, event streams.

use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, Response, StatusCode, header};
use bytes::Bytes;
use http_body_util::BodyExt as _;
use hyper_util::rt::TokioIo;
use serde_json::Value;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Duration;

#[derive(Clone)]
pub struct Browser {
    pub page: SocketAddr,
    pub cookies: BTreeMap<String, String>,
}

impl Browser {
    pub fn new(page: SocketAddr) -> Self {
        Self { page, cookies: BTreeMap::new() }
    }

    pub async fn send(&mut self, mut request: Request<Body>) -> Response<hyper::body::Incoming> {
        let stream = tokio::net::TcpStream::connect(self.page).await.unwrap();
        let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.unwrap();
        tokio::spawn(connection);
        let headers = request.headers_mut();
        headers.insert(header::HOST, "page".parse().unwrap());
        headers.entry(header::ACCEPT_LANGUAGE).or_insert("en".parse().unwrap());
        let cookies: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        headers.insert(header::COOKIE, cookies.join("; ").parse().unwrap());
        if let Some(token) = self.cookies.get("yz_csrf") {
            headers.insert("x-csrf-token", token.parse().unwrap());
        }
        let answer = sender.send_request(request).await.unwrap();
        for cookie in answer.headers().get_all(header::SET_COOKIE) {
            let (name, rest) = cookie.to_str().unwrap().split_once('=').unwrap();
            let value = rest.split(';').next().unwrap();
            if value.is_empty() {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        answer
    }

    pub async fn whole(&mut self, request: Request<Body>) -> (StatusCode, HeaderMap, Bytes) {
        let (head, body) = self.send(request).await.into_parts();
        (head.status, head.headers, body.collect().await.unwrap().to_bytes())
    }

    pub async fn get(&mut self, path: &str) -> (StatusCode, HeaderMap, Value) {
        let request = Request::builder().uri(path).body(Body::empty()).unwrap();
        let (status, headers, body) = self.whole(request).await;
        (status, headers, serde_json::from_slice(&body).unwrap_or_default())
    }

    pub async fn json(&mut self, method: Method, path: &str, key: Option<&str>, body: &Value) -> (StatusCode, Value) {
        let mut request = Request::builder().method(method).uri(path).header(header::CONTENT_TYPE, "application/json");
        if let Some(key) = key {
            request = request.header("idempotency-key", key);
        }
        let (status, _, body) = self.whole(request.body(Body::from(body.to_string())).unwrap()).await;
        (status, serde_json::from_slice(&body).unwrap_or_default())
    }

    pub async fn sign_in(&mut self) -> (StatusCode, Value) {
        // The page itself brings the token.
        self.get("/session/me").await;
        let credentials = serde_json::json!({ "username": "nurse", "password": "right" });
        self.json(Method::POST, "/session/sign-in", None, &credentials).await
    }

    pub async fn events(&mut self, path: &str) -> Events {
        let request = Request::builder().uri(path).body(Body::empty()).unwrap();
        let answer = self.send(request).await;
        assert_eq!(answer.status(), StatusCode::OK, "{path}");
        Events { body: answer.into_body(), text: String::new() }
    }
}

/// A stream of events, read one by one.
pub struct Events {
    body: hyper::body::Incoming,
    text: String,
}

impl Events {
    /// The next event: name and data. `None` at the end.
    pub async fn next(&mut self) -> Option<(String, Value)> {
        loop {
            if let Some((event, rest)) = self.text.split_once("\n\n") {
                let field =
                    |name: &str| event.lines().find_map(|line| line.strip_prefix(name)).map(|v| v.trim().to_owned());
                let found = field("event:").zip(field("data:"));
                self.text = rest.to_owned();
                if let Some((name, data)) = found {
                    return Some((name, serde_json::from_str(&data).unwrap_or_default()));
                }
                continue;
            }
            let frame =
                tokio::time::timeout(Duration::from_secs(20), self.body.frame()).await.expect("an event in time");
            let data = frame?.ok()?.into_data().unwrap_or_default();
            self.text.push_str(std::str::from_utf8(&data).unwrap());
        }
    }

    /// The first event that `wanted` takes.
    pub async fn find(&mut self, mut wanted: impl FnMut(&str, &Value) -> bool) -> Value {
        loop {
            let (name, data) = self.next().await.expect("the stream goes on");
            if wanted(&name, &data) {
                return data;
            }
        }
    }
}
