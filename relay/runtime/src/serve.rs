//! Accepts HTTP/1.1 connections for an axum router, with or without TLS, and lets them go when the program drains.
//!
//! Each request finds [`PeerCertificate`] and `ConnectInfo<SocketAddr>` among its extensions. What is behind the certificate is
//! for `yunzhen-certs` to say. [`serve_io`] serves a router on any byte stream, such as a QUIC stream.
//!
//! What one peer may cost is bounded here for every listener alike: connections of an address, the time for a handshake, for a head and for a body, and a peer that
//! does not read what it asked for (`pace`). How large a body may be is the router's to say.

mod limits;
mod pace;

use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{Extensions, HeaderValue, Request, Response, header};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream, UdpSocket};
use tokio::sync::Semaphore;
use tokio_rustls::TlsAcceptor;
use tower::ServiceExt as _;

pub use self::limits::HttpLimits;
use self::pace::{Paced, Timely};
use crate::crowd::{Crowd, neighbourhood};
use crate::lifecycle::Lifecycle;

/// The certificate that the peer proved to hold, DER; none on plain connections and where TLS did not ask for one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PeerCertificate(pub Option<Vec<u8>>);

/// Limits of a listener.
#[derive(Debug, Clone)]
pub struct ServeOptions {
    /// How the listener is called in logs and metrics.
    pub name: &'static str,
    /// Connections at once; further ones wait in the kernel's backlog.
    pub max_connections: usize,
    /// Of these, from one address; a further one is closed at once. Of IPv6 a /64 is one address.
    pub max_connections_per_address: usize,
    /// TLS must be through by then.
    pub handshake_timeout: Duration,
    /// The head of a request must be there by then; also how long an idle connection is kept.
    pub header_timeout: Duration,
    /// Of the head of a request, bytes; at least 8 KiB.
    pub head_bytes: usize,
    /// The body of a request must be there by then...
    pub body_grace: Duration,
    /// ... and has a second more for each so many bytes that came.
    pub body_bytes_per_second: u32,
    /// A peer that takes nothing of an answer for this long is let go. On a TCP connection only.
    pub read_patience: Duration,
    /// How long an event stream may still say something after draining began.
    pub stream_grace: Duration,
}

impl ServeOptions {
    /// The defaults, under a name.
    #[must_use]
    pub const fn new(name: &'static str) -> Self {
        HttpLimits::USUAL.options(name)
    }
}

/// Why an address could not be bound, and what to do.
#[derive(Debug, thiserror::Error)]
#[error("{what} cannot listen on {address} ({transport}): {}", bind_hint(.cause, .address, .transport))]
pub struct BindError {
    /// What wanted to listen, as a person calls it.
    pub what: String,
    /// Where.
    pub address: SocketAddr,
    /// `tcp` or `udp`.
    pub transport: &'static str,
    /// What the operating system said; part of the sentence, and so not its source.
    pub cause: std::io::Error,
}

fn bind_hint(source: &std::io::Error, address: &SocketAddr, transport: &str) -> String {
    let port = address.port();
    match source.kind() {
        std::io::ErrorKind::AddrInUse => format!(
            "{transport} port {port} is taken by another program; stop it (`ss -l{}pn 'sport = :{port}'` names it) or set another port",
            &transport[..1]
        ),
        std::io::ErrorKind::PermissionDenied => {
            format!("port {port} needs privileges; choose one above 1023 or grant CAP_NET_BIND_SERVICE")
        }
        std::io::ErrorKind::AddrNotAvailable => {
            format!("this machine has no address {}; use one of `ip -brief address` or 0.0.0.0", address.ip())
        }
        _ => source.to_string(),
    }
}

/// Binds a TCP listener.
///
/// # Errors
/// One sentence that says what to do.
pub async fn bind_tcp(what: &str, address: SocketAddr) -> Result<TcpListener, BindError> {
    let fail = |cause| BindError { what: what.into(), address, transport: "tcp", cause };
    TcpListener::bind(address).await.map_err(fail)
}

/// Binds a UDP socket, non-blocking, for quinn or a shard.
///
/// # Errors
/// One sentence that says what to do.
pub fn bind_udp(what: &str, address: SocketAddr) -> Result<std::net::UdpSocket, BindError> {
    let fail = |cause| BindError { what: what.into(), address, transport: "udp", cause };
    let socket = std::net::UdpSocket::bind(address).map_err(fail)?;
    socket.set_nonblocking(true).map_err(fail)?;
    Ok(socket)
}

/// Binds a UDP socket for tokio.
///
/// # Errors
/// One sentence that says what to do.
pub fn bind_udp_tokio(what: &str, address: SocketAddr) -> Result<UdpSocket, BindError> {
    let fail = |cause| BindError { what: what.into(), address, transport: "udp", cause };
    UdpSocket::from_std(bind_udp(what, address)?).map_err(fail)
}

/// Starts the accept loop as a task of the program; it ends when the program drains.
pub fn spawn(
    life: &Lifecycle,
    listener: TcpListener,
    tls: Option<Arc<rustls::ServerConfig>>,
    router: Router,
    options: ServeOptions,
) {
    let task = accept(life.clone(), listener, tls.map(TlsAcceptor::from), router, options.clone());
    life.spawn_essential(options.name, task);
}

async fn accept(
    life: Lifecycle,
    listener: TcpListener,
    tls: Option<TlsAcceptor>,
    router: Router,
    options: ServeOptions,
) -> Result<(), std::io::Error> {
    let slots = Arc::new(Semaphore::new(options.max_connections));
    let crowd = Crowd::new(options.max_connections_per_address);
    loop {
        let accepted = async {
            let slot = slots.clone().acquire_owned().await.map_err(std::io::Error::other)?;
            Ok::<_, std::io::Error>((slot, listener.accept().await?))
        };
        let accepted = tokio::select! {
            accepted = accepted => accepted,
            () = life.soft().cancelled() => return Ok(()),
        };
        match accepted {
            Ok((slot, (stream, address))) => {
                let Some(place) = crowd.enter(neighbourhood(address.ip())) else {
                    tracing::debug!(listener = options.name, peer = %address, "this address has as many connections as it may");
                    metrics::counter!("yunzhen_connections_refused_total", "listener" => options.name).increment(1);
                    continue;
                };
                let (life2, tls, router, options2) = (life.clone(), tls.clone(), router.clone(), options.clone());
                life.spawn_contained(options.name, async move {
                    connection(&life2, stream, address, tls, router, &options2).await;
                    drop((slot, place));
                });
            }
            // Out of descriptors, or the peer left before we came: wait a little instead of spinning, and go on.
            Err(error) => {
                tracing::warn!(listener = options.name, %error, "accepting failed");
                metrics::counter!("yunzhen_accept_errors_total", "listener" => options.name).increment(1);
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    }
}

async fn connection(
    life: &Lifecycle,
    stream: TcpStream,
    address: SocketAddr,
    tls: Option<TlsAcceptor>,
    router: Router,
    options: &ServeOptions,
) {
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(listener = options.name, %error, "no TCP_NODELAY");
    }
    let stream = Paced::new(stream, options.name, options.read_patience);
    let mut extensions = Extensions::new();
    extensions.insert(ConnectInfo(address));
    let Some(tls) = tls else {
        extensions.insert(PeerCertificate(None));
        return serve_io(life, stream, router, extensions, options).await;
    };
    let handshake = tokio::time::timeout(options.handshake_timeout, tls.accept(stream));
    let stream = tokio::select! {
        result = handshake => match result {
            Ok(Ok(stream)) => stream,
            Ok(Err(error)) => return refused(options.name, address, &error.to_string()),
            Err(_) => return refused(options.name, address, "the TLS handshake took too long"),
        },
        () = life.soft().cancelled() => return,
    };
    let certificate = stream.get_ref().1.peer_certificates().and_then(|chain| chain.first());
    extensions.insert(PeerCertificate(certificate.map(|leaf| leaf.to_vec())));
    serve_io(life, stream, router, extensions, options).await;
}

fn refused(listener: &'static str, address: SocketAddr, reason: &str) {
    tracing::info!(listener, peer = %address, reason, "peer refused");
    metrics::counter!("yunzhen_peers_refused_total", "listener" => listener).increment(1);
}

/// Serves HTTP/1.1 on one byte stream until it ends or the program drains. `extensions` are added to each request.
///
/// When the program drains, the request under way is finished, no further one is read, and event streams (`text/event-stream`)
/// end after [`ServeOptions::stream_grace`], in which they may still say why.
pub async fn serve_io<I>(life: &Lifecycle, io: I, router: Router, extensions: Extensions, options: &ServeOptions)
where
    I: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (life2, grace) = (life.clone(), options.stream_grace);
    let (name, body_grace, body_rate) = (options.name, options.body_grace, options.body_bytes_per_second);
    let service = hyper::service::service_fn(move |request: Request<hyper::body::Incoming>| {
        let timely = |body: hyper::body::Incoming| Body::new(Timely::new(body, name, body_grace, body_rate));
        let (router, life, mut request) = (router.clone(), life2.clone(), request.map(timely));
        request.extensions_mut().extend(extensions.clone());
        async move { router.oneshot(request).await.map(|response| drainable(response, &life, grace)) }
    });
    let connection = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .max_buf_size(options.head_bytes)
        .header_read_timeout(options.header_timeout)
        .serve_connection(TokioIo::new(io), service);
    let mut connection = std::pin::pin!(connection);
    let result = tokio::select! {
        result = connection.as_mut() => result,
        () = life.soft().cancelled() => {
            connection.as_mut().graceful_shutdown();
            tokio::select! {
                result = connection => result,
                () = life.hard().cancelled() => return,
            }
        }
    };
    if let Err(error) = result {
        // Peers that leave in the middle of something are daily life.
        tracing::debug!(listener = options.name, %error, "connection ended");
    }
}

fn drainable(response: Response<Body>, life: &Lifecycle, grace: Duration) -> Response<Body> {
    let is_stream = |value: &HeaderValue| value.as_bytes().starts_with(b"text/event-stream");
    if !response.headers().get(header::CONTENT_TYPE).is_some_and(is_stream) {
        return response;
    }
    let soft = life.soft().clone();
    let ends = Box::pin(async move {
        soft.cancelled_owned().await;
        tokio::time::sleep(grace).await;
    });
    response.map(|body| Body::new(Drainable { body, ends }))
}

/// A body that ends cleanly some time after draining began.
struct Drainable {
    body: Body,
    ends: Pin<Box<dyn Future<Output = ()> + Send>>,
}

impl http_body::Body for Drainable {
    type Data = <Body as http_body::Body>::Data;
    type Error = <Body as http_body::Body>::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<http_body::Frame<Self::Data>, Self::Error>>> {
        if let Poll::Ready(frame) = Pin::new(&mut self.body).poll_frame(cx) {
            return Poll::Ready(frame);
        }
        self.ends.as_mut().poll(cx).map(|()| None)
    }
}
