//! What the box itself asks of the relay's API, besides what it passes through for the page.

use super::Link;
use super::bulk::{Bulk, LEAST_BPS};
use super::http::{HEAD, LinkDown};
use crate::spool::Entry;
use crate::spool::delivery::{NoAnswer, Relay};
use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, Method, Request, Response, header};
use http_body_util::BodyExt as _;
use http_body_util::Limited;
use serde_json::Value;
use std::convert::Infallible;
use std::time::Duration;

/// Answers that the box reads itself are small.
const ANSWER_BYTES: usize = 256 * 1024;

impl Link {
    /// One exchange with whole bodies.
    pub async fn exchange(
        &self,
        method: Method,
        path: &str,
        headers: HeaderMap,
        body: Vec<u8>,
    ) -> Result<Response<Bytes>, LinkDown> {
        self.exchange_within(HEAD, method, path, headers, Body::from(body)).await
    }

    /// The same with a body that takes this long at most.
    async fn exchange_within(
        &self,
        patience: Duration,
        method: Method,
        path: &str,
        headers: HeaderMap,
        body: Body,
    ) -> Result<Response<Bytes>, LinkDown> {
        let mut request = Request::new(body);
        *request.method_mut() = method;
        *request.uri_mut() = path.parse().map_err(|_| LinkDown)?;
        *request.headers_mut() = headers;
        let (head, body) = self.request_within(patience, request).await?.into_parts();
        let body = Limited::new(body, ANSWER_BYTES).collect().await.map_err(|error| {
            tracing::debug!(%error, "the relay's answer broke off");
            LinkDown
        })?;
        Ok(Response::from_parts(head, body.to_bytes()))
    }
}

/// Bytes that leave together, of what yields to live media.
const PIECE: usize = 1024;

/// A body that leaves no faster than bulk may: a call beside it keeps its sound and picture.
fn paced(bytes: Vec<u8>, bulk: Bulk) -> Body {
    let pieces = futures_util::stream::unfold((Bytes::from(bytes), bulk), |(mut rest, bulk)| async move {
        if rest.is_empty() {
            return None;
        }
        let piece = rest.split_to(PIECE.min(rest.len()));
        tokio::time::sleep(Duration::from_secs_f64(piece.len() as f64 * 8.0 / f64::from(bulk.bps().max(1)))).await;
        Some((Ok::<_, Infallible>(piece), (rest, bulk)))
    });
    Body::from_stream(pieces)
}

/// What a body of so many bytes takes at the least that bulk has, which it may share with a still.
fn patience(bytes: usize) -> Duration {
    HEAD + Duration::from_secs_f64(bytes as f64 * 8.0 / f64::from(LEAST_BPS / 2))
}

/// Headers of a request in a nurse's name.
pub fn bearer(token: &str) -> HeaderMap {
    let mut headers = HeaderMap::new();
    if let Ok(mut value) = header::HeaderValue::try_from(format!("Bearer {token}")) {
        value.set_sensitive(true);
        headers.insert(header::AUTHORIZATION, value);
    }
    headers
}

impl Relay for Link {
    async fn deliver(&self, entry: &Entry, token: &str) -> Result<(u16, Option<Value>), NoAnswer> {
        let mut headers = bearer(token);
        headers.insert(header::CONTENT_TYPE, header::HeaderValue::from_static("application/json"));
        let key = header::HeaderValue::try_from(&entry.key).map_err(|_| NoAnswer)?;
        headers.insert("idempotency-key", key);
        if let Some(language) = entry.language.as_ref().and_then(|tag| header::HeaderValue::try_from(tag).ok()) {
            headers.insert(header::ACCEPT_LANGUAGE, language);
        }
        let body = serde_json::to_vec(&entry.body).map_err(|_| NoAnswer)?;
        let answer = if entry.kind.is_long() {
            let bulk = self.bulk();
            let _carried = bulk.carry();
            headers.insert(header::CONTENT_LENGTH, body.len().into());
            let patience = patience(body.len());
            let body = paced(body, bulk.clone());
            self.exchange_within(patience, Method::POST, &entry.path(), headers, body).await
        } else {
            self.exchange(Method::POST, &entry.path(), headers, body).await
        };
        let answer = answer.map_err(|LinkDown| NoAnswer)?;
        let problem = if answer.status().is_success() { None } else { serde_json::from_slice(answer.body()).ok() };
        Ok((answer.status().as_u16(), problem))
    }

    async fn sign_out(&self, token: &str) -> Result<(), NoAnswer> {
        let answer = self.exchange(Method::DELETE, "/api/sessions/current", bearer(token), Vec::new()).await;
        match answer {
            // 401: it had ended already.
            Ok(answer) if answer.status().is_success() || answer.status().as_u16() == 401 => Ok(()),
            Ok(_) | Err(LinkDown) => Err(NoAnswer),
        }
    }
}
