//! HTTP to identity providers, as the library asks for it: one connection for one request, no redirect followed, bodies and time bounded. Addresses are the
//! settings' and what the provider there names, so private networks are open; plain HTTP is spoken with this machine only.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use axum::http::{HeaderValue, Request, Uri, header};
use bytes::Bytes;
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use openidconnect::{HttpRequest, HttpResponse};
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

/// From looking up the name to the end of the answer.
const TIMEOUT: Duration = Duration::from_secs(8);
/// The head of an answer is no larger.
const MOST_HEAD_BYTES: usize = 16 * 1024;
/// Its body is no larger: metadata and keys are a few kilobytes.
const MOST_BODY_BYTES: usize = 256 * 1024;

/// Why there is no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FetchError {
    /// Nothing is ever sent there.
    #[error("the address is neither https nor on this machine")]
    Address,
    /// Nobody listens there.
    #[error("the provider cannot be reached")]
    Unreachable,
    /// Somebody else listens there.
    #[error("the provider's certificate is not believed")]
    Tls,
    /// No HTTP, or too much of it.
    #[error("the provider's answer breaks off or is too large")]
    Answer,
    /// Not in time.
    #[error("the provider does not answer in time")]
    Timeout,
}

/// What the library waits for.
pub type Exchange = Pin<Box<dyn Future<Output = Result<HttpResponse, FetchError>> + Send>>;

/// Sends requests. Cheap to clone.
#[derive(Clone)]
pub struct Fetcher(TlsConnector);

/// Where a request goes.
#[derive(Debug, PartialEq, Eq)]
struct Target {
    host: String,
    port: u16,
    tls: bool,
    authority: String,
    path: String,
}

impl Fetcher {
    /// Believes the servers that `tls` believes.
    pub fn new(tls: ClientConfig) -> Self {
        Self(TlsConnector::from(Arc::new(tls)))
    }

    /// Sends one request.
    pub fn fetch(&self, request: HttpRequest) -> Exchange {
        let fetcher = self.clone();
        Box::pin(async move {
            tokio::time::timeout(TIMEOUT, fetcher.exchange(request)).await.unwrap_or(Err(FetchError::Timeout))
        })
    }

    async fn exchange(self, request: HttpRequest) -> Result<HttpResponse, FetchError> {
        let (mut head, body) = request.into_parts();
        let target = target(&head.uri)?;
        head.uri = target.path.parse().map_err(|_| FetchError::Address)?;
        let authority = HeaderValue::try_from(&target.authority).map_err(|_| FetchError::Address)?;
        head.headers.insert(header::HOST, authority);
        head.headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
        let request = Request::from_parts(head, Full::new(Bytes::from(body)));
        let address = (target.host.as_str(), target.port);
        let stream = TcpStream::connect(address).await.map_err(|_| FetchError::Unreachable)?;
        if !target.tls {
            return talk(stream, request).await;
        }
        let name = ServerName::try_from(target.host).map_err(|_| FetchError::Address)?;
        let stream = self.0.connect(name, stream).await.map_err(|_| FetchError::Tls)?;
        talk(stream, request).await
    }
}

/// Whether an address is one that people or the relay may be sent to.
pub fn is_fit(address: &str) -> bool {
    address.parse().is_ok_and(|uri: Uri| target(&uri).is_ok())
}

fn target(uri: &Uri) -> Result<Target, FetchError> {
    let authority = uri.authority().filter(|authority| !authority.as_str().contains('@')).ok_or(FetchError::Address)?;
    let host = authority.host().trim_start_matches('[').trim_end_matches(']').to_owned();
    let here = host == "localhost" || host.parse().is_ok_and(|ip: std::net::IpAddr| ip.is_loopback());
    let tls = match uri.scheme_str() {
        Some("https") => true,
        Some("http") if here => false,
        _ => return Err(FetchError::Address),
    };
    Ok(Target {
        port: authority.port_u16().unwrap_or(if tls { 443 } else { 80 }),
        tls,
        authority: authority.as_str().to_owned(),
        path: uri.path_and_query().map_or_else(|| "/".to_owned(), |path| path.as_str().to_owned()),
        host,
    })
}

async fn talk<S>(stream: S, request: Request<Full<Bytes>>) -> Result<HttpResponse, FetchError>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let mut builder = http1::Builder::new();
    builder.max_buf_size(MOST_HEAD_BYTES);
    let (mut sender, connection) =
        builder.handshake(TokioIo::new(stream)).await.map_err(|_| FetchError::Unreachable)?;
    let exchange = async move {
        let answer = sender.send_request(request).await.map_err(|_| FetchError::Answer)?;
        let (head, body) = answer.into_parts();
        let body = Limited::new(body, MOST_BODY_BYTES).collect().await.map_err(|_| FetchError::Answer)?;
        Ok::<_, FetchError>(HttpResponse::from_parts(head, body.to_bytes().to_vec()))
    };
    tokio::pin!(connection, exchange);
    // The connection is driven until the whole answer is there.
    tokio::select! {
        answer = &mut exchange => answer,
        _ = &mut connection => exchange.await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_http_goes_to_this_machine_only() {
        for fit in ["https://id.example.org/token", "https://10.0.0.7:8443/", "http://localhost:9/x", "http://[::1]:9/"]
        {
            assert!(is_fit(fit), "{fit}");
        }
        for unfit in [
            "http://id.example.org/",
            "http://10.0.0.7/",
            "javascript:alert(1)",
            "https://a:b@id.example.org/",
            "ftp://localhost/",
            "/token",
            "",
        ] {
            assert!(!is_fit(unfit), "{unfit}");
        }
    }

    #[test]
    fn an_address_is_taken_apart() {
        let found = target(&"https://id.example.org/realms/h?x=1".parse().unwrap()).unwrap();
        let expected = Target {
            host: "id.example.org".into(),
            port: 443,
            tls: true,
            authority: "id.example.org".into(),
            path: "/realms/h?x=1".into(),
        };
        assert_eq!(found, expected);
    }
}
