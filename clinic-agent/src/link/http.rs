//! HTTP/1.1 over the link: one bidirectional stream per request, streaming bodies both ways.

use super::Link;
use axum::body::Body;
use hyper_util::rt::TokioIo;
use std::time::Duration;
use yunzhen_protocol::stream::StreamType;

/// A stream is opened and the answer's head arrives within this time, or the link counts as down for this request.
pub(super) const HEAD: Duration = Duration::from_secs(10);

/// The request got no answer. Whether the relay acted on it is unknown: repeat it with the same idempotency key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the relay cannot be reached now")]
pub struct LinkDown;

impl Link {
    /// Sends one request and returns the head of the answer; the body streams. Dropping the body ends the stream.
    pub async fn request(&self, request: axum::http::Request<Body>) -> Result<axum::http::Response<Body>, LinkDown> {
        self.request_within(HEAD, request).await
    }

    /// The same, of a request whose body takes this long at most.
    pub async fn request_within(
        &self,
        patience: Duration,
        mut request: axum::http::Request<Body>,
    ) -> Result<axum::http::Response<Body>, LinkDown> {
        let Some(open) = self.open().borrow().clone() else { return Err(LinkDown) };
        // The relay's router needs a host; the path is all that matters.
        request.headers_mut().insert(axum::http::header::HOST, axum::http::HeaderValue::from_static("relay"));
        let answered = async {
            let (mut send, recv) = open.connection.open_bi().await.map_err(gone)?;
            send.write_all(&StreamType::Http.encode()).await.map_err(gone)?;
            let io = TokioIo::new(tokio::io::join(recv, send));
            let (mut sender, connection) = hyper::client::conn::http1::handshake(io).await.map_err(gone)?;
            self.life.spawn_contained("request to the relay", async move {
                if let Err(error) = connection.await {
                    tracing::debug!(%error, "request stream ended");
                }
            });
            sender.send_request(request).await.map_err(gone)
        };
        let response = tokio::time::timeout(patience, answered).await.map_err(|_| LinkDown)??;
        Ok(response.map(Body::new))
    }
}

fn gone(error: impl std::fmt::Display) -> LinkDown {
    tracing::debug!(%error, "request to the relay failed");
    LinkDown
}
