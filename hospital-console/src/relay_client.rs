//! The console's connections to the relay: HTTP/1.1 over mutual TLS, pooled.

use std::time::Duration;

use axum::body::Body;
use axum::http::uri::{Authority, PathAndQuery, Scheme};
use axum::http::{HeaderMap, HeaderValue, Method, Request, Response, Uri};
use bytes::Bytes;
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use hyper::body::Incoming;
use hyper_rustls::HttpsConnector;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};

use crate::config::RelayConfig;

/// No answer that the console reads itself is larger.
const MAX_ANSWER: usize = 1024 * 1024;
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);

/// Speaks to one relay. Clones share the connections.
#[derive(Clone)]
pub struct RelayClient {
    client: Client<HttpsConnector<HttpConnector>, Body>,
    authority: Authority,
    answer_timeout: Duration,
    body_bytes: usize,
}

/// The relay's address cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("relay.address `{0}` is not host:port, such as relay.example:7444")]
pub struct AddressError(String);

/// Why there is no answer of the relay.
#[derive(Debug, thiserror::Error)]
pub enum RelayError {
    /// Nothing was delivered.
    #[error("the relay cannot be reached: {0}")]
    Unreachable(String),
    /// Delivered, perhaps carried out, but no answer.
    #[error("the relay did not answer in time")]
    Timeout,
    /// The browser sends more than the limit.
    #[error("the body is larger than `limits.body_bytes`")]
    TooLarge,
    /// An answer that is none.
    #[error("the relay's answer cannot be read: {0}")]
    Malformed(String),
}

impl RelayClient {
    /// Dials nothing yet. `body_bytes` is what a browser's request may bring.
    ///
    /// # Errors
    /// When the address is none.
    pub fn new(config: &RelayConfig, body_bytes: usize, tls: rustls::ClientConfig) -> Result<Self, AddressError> {
        let bad = || AddressError(config.address.clone());
        let authority: Authority = config.address.parse().map_err(|_| bad())?;
        if authority.port_u16().is_none() || config.address.contains('@') {
            return Err(bad());
        }
        let mut tcp = HttpConnector::new();
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        tcp.set_connect_timeout(Some(CONNECT_TIMEOUT));
        let connector = hyper_rustls::HttpsConnectorBuilder::new().with_tls_config(tls).https_only().enable_http1();
        let client = Client::builder(TokioExecutor::new())
            .timer(TokioTimer::new())
            .pool_timer(TokioTimer::new())
            // Shorter than the relay keeps an idle connection, so that a request seldom meets one that is being closed.
            .pool_idle_timeout(Duration::from_secs(15))
            .build(connector.wrap_connector(tcp));
        let answer_timeout = Duration::from_secs(config.answer_timeout_seconds);
        Ok(Self { client, authority, answer_timeout, body_bytes })
    }

    /// What the body of a request may have.
    pub const fn body_bytes(&self) -> usize {
        self.body_bytes
    }

    /// Sends one request; the answer's body streams.
    ///
    /// # Errors
    /// When there is no answer.
    pub async fn send(
        &self,
        method: Method,
        path: PathAndQuery,
        headers: HeaderMap,
        body: Body,
    ) -> Result<Response<Incoming>, RelayError> {
        let uri = Uri::builder().scheme(Scheme::HTTPS).authority(self.authority.clone()).path_and_query(path).build();
        let uri = uri.map_err(|error| RelayError::Malformed(error.to_string()))?;
        let body = Body::new(Limited::new(body, self.body_bytes));
        let mut request = Request::new(body);
        (*request.method_mut(), *request.uri_mut(), *request.headers_mut()) = (method, uri, headers);
        let answer = tokio::time::timeout(self.answer_timeout, self.client.request(request)).await;
        match answer {
            Ok(Ok(response)) => Ok(response),
            Ok(Err(error)) => {
                let error = classify(&error);
                tracing::warn!(%error, "no answer of the relay");
                Err(error)
            }
            Err(_) => Err(RelayError::Timeout),
        }
    }

    /// Sends JSON, or nothing, and reads the whole answer.
    ///
    /// # Errors
    /// When there is no answer, or it is too large.
    pub async fn exchange(
        &self,
        method: Method,
        path: &'static str,
        mut headers: HeaderMap,
        json: Option<Vec<u8>>,
    ) -> Result<Response<Bytes>, RelayError> {
        let body = match json {
            Some(json) => {
                headers.insert(axum::http::header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
                Body::from(json)
            }
            None => Body::empty(),
        };
        let response = self.send(method, PathAndQuery::from_static(path), headers, body).await?;
        let (head, body) = response.into_parts();
        let whole = tokio::time::timeout(self.answer_timeout, Limited::new(body, MAX_ANSWER).collect()).await;
        let whole = whole.map_err(|_| RelayError::Timeout)?;
        let whole = whole.map_err(|error| RelayError::Malformed(error.to_string()))?;
        Ok(Response::from_parts(head, whole.to_bytes()))
    }
}

fn classify(error: &hyper_util::client::legacy::Error) -> RelayError {
    let mut chain = Vec::new();
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(error) = cause {
        if error.is::<LengthLimitError>() {
            return RelayError::TooLarge;
        }
        chain.push(error.to_string());
        cause = error.source();
    }
    RelayError::Unreachable(chain.join(": "))
}
