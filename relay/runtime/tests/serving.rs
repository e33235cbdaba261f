//! The accept loop on real sockets: peers, TLS, limits, draining, a taken port.
#![allow(missing_docs)]

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::ConnectInfo;
use axum::http::header;
use axum::response::IntoResponse;
use axum::routing::get;
use axum::{Extension, response::Response};
use rustls_pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use yunzhen_runtime::Lifecycle;
use yunzhen_runtime::serve::{self, PeerCertificate, ServeOptions};

const LOCAL: &str = "127.0.0.1:0";

fn router() -> Router {
    let who = |Extension(peer): Extension<PeerCertificate>, ConnectInfo(address): ConnectInfo<SocketAddr>| async move {
        format!("certificate {} from {}", peer.0.is_some(), address.ip())
    };
    let slow = || async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        "done"
    };
    let events = || async {
        // One event, then silence for ever: what an idle event stream looks like.
        let first = futures_util::stream::iter([Ok::<_, Infallible>(Bytes::from("data: hello\n\n"))]);
        let body = futures_util::StreamExt::chain(first, futures_util::stream::pending());
        let response: Response = Body::from_stream(body).into_response();
        ([(header::CONTENT_TYPE, "text/event-stream")], response).into_response()
    };
    Router::new().route("/who", get(who)).route("/slow", get(slow)).route("/events", get(events)).route(
        "/panic",
        get(|| async {
            if true {
                panic!("a handler's mistake");
            }
        }),
    )
}

async fn start(life: &Lifecycle, tls: Option<Arc<rustls::ServerConfig>>, options: ServeOptions) -> SocketAddr {
    start_with(life, tls, router(), options).await
}

async fn start_with(
    life: &Lifecycle,
    tls: Option<Arc<rustls::ServerConfig>>,
    router: Router,
    options: ServeOptions,
) -> SocketAddr {
    let listener = serve::bind_tcp("the test", LOCAL.parse().expect("address")).await.expect("bound");
    let address = listener.local_addr().expect("address");
    serve::spawn(life, listener, tls, router, options);
    address
}

async fn get_all(mut stream: impl AsyncRead + AsyncWrite + Unpin, path: &str) -> String {
    let request = format!("GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.expect("sent");
    let mut text = String::new();
    stream.read_to_string(&mut text).await.expect("answer");
    text
}

#[tokio::test]
async fn plain_requests_know_their_peer_and_panics_stay_with_their_connection() {
    let life = Lifecycle::new();
    let address = start(&life, None, ServeOptions::new("test")).await;
    let mut broken = TcpStream::connect(address).await.expect("connects");
    broken.write_all(b"GET /panic HTTP/1.1\r\nhost: x\r\n\r\n").await.expect("sent");
    assert_eq!(broken.read_to_end(&mut Vec::new()).await.expect("closed"), 0);
    let answer = get_all(TcpStream::connect(address).await.expect("connects"), "/who").await;
    assert!(answer.ends_with("certificate false from 127.0.0.1"), "{answer}");
    life.stop().await.expect("no crash");
}

#[tokio::test]
async fn draining_finishes_the_request_under_way_and_ends_event_streams() {
    let life = Lifecycle::new();
    let address = start(&life, None, ServeOptions::new("test")).await;
    let slow =
        tokio::spawn(async move { get_all(TcpStream::connect(address).await.expect("connects"), "/slow").await });
    let mut events = TcpStream::connect(address).await.expect("connects");
    events.write_all(b"GET /events HTTP/1.1\r\nhost: x\r\n\r\n").await.expect("sent");
    let mut seen = vec![0; 4096];
    let mut got = String::new();
    while !got.contains("hello") {
        let n = events.read(&mut seen).await.expect("event");
        got.push_str(std::str::from_utf8(&seen[..n]).expect("text"));
    }
    life.drain();
    tokio::time::timeout(Duration::from_secs(5), life.stop()).await.expect("in time").expect("no crash");
    assert!(slow.await.expect("joined").ends_with("done"));
    // The stream ended with its final chunk, not in the middle.
    events.read_to_string(&mut got).await.expect("rest");
    assert!(got.ends_with("0\r\n\r\n"), "{got:?}");
    assert!(TcpStream::connect(address).await.is_err(), "nothing listens any more");
}

#[tokio::test]
async fn a_silent_peer_is_let_go() {
    let life = Lifecycle::new();
    let quick = ServeOptions { header_timeout: Duration::from_millis(50), ..ServeOptions::new("test") };
    let address = start(&life, None, quick).await;
    let mut silent = TcpStream::connect(address).await.expect("connects");
    silent.write_all(b"GET /who HTT").await.expect("sent");
    let mut rest = String::new();
    let ended = tokio::time::timeout(Duration::from_secs(5), silent.read_to_string(&mut rest)).await;
    ended.expect("let go").expect("closed");
}

#[tokio::test]
async fn a_head_that_has_no_end_is_given_up_and_another_one_is_read() {
    let life = Lifecycle::new();
    let small = ServeOptions { head_bytes: 8192, ..ServeOptions::new("test") };
    let address = start(&life, None, small).await;
    let mut endless = TcpStream::connect(address).await.expect("connects");
    let head = format!("GET /who HTTP/1.1\r\nhost: x\r\nlong: {}", "x".repeat(20_000));
    // Whether all of it is taken, and whether the refusal is still heard after that, is the kernel's affair.
    let _ = endless.write_all(head.as_bytes()).await;
    let mut said = Vec::new();
    let ended = tokio::time::timeout(Duration::from_secs(5), endless.read_to_end(&mut said)).await;
    let _ = ended.expect("given up, though it has not come to its end");
    assert!(said.is_empty() || said.starts_with(b"HTTP/1.1 431 "), "{}", String::from_utf8_lossy(&said));
    let answer = get_all(TcpStream::connect(address).await.expect("connects"), "/who").await;
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    life.stop().await.expect("no crash");
}

#[tokio::test]
async fn tls_shows_no_certificate_where_none_is_asked_for_and_slow_handshakes_end() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("certificate");
    let certificate: CertificateDer<'static> = made.cert.der().clone();
    let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).expect("key");
    let server = rustls::ServerConfig::builder().with_no_client_auth();
    let server = server.with_single_cert(vec![certificate.clone()], key).expect("config");
    let life = Lifecycle::new();
    let quick = ServeOptions { handshake_timeout: Duration::from_millis(100), ..ServeOptions::new("test") };
    let address = start(&life, Some(Arc::new(server)), quick).await;

    let mut silent = TcpStream::connect(address).await.expect("connects");
    let ended = tokio::time::timeout(Duration::from_secs(5), silent.read_to_end(&mut Vec::new())).await;
    ended.expect("let go").expect("closed");

    let mut roots = rustls::RootCertStore::empty();
    roots.add(certificate).expect("root");
    let client = rustls::ClientConfig::builder().with_root_certificates(roots).with_no_client_auth();
    let connector = tokio_rustls::TlsConnector::from(Arc::new(client));
    let stream = TcpStream::connect(address).await.expect("connects");
    let name = ServerName::try_from("localhost").expect("name");
    let answer = get_all(connector.connect(name, stream).await.expect("handshake"), "/who").await;
    assert!(answer.contains("certificate false from 127.0.0.1"), "{answer}");
    life.stop().await.expect("no crash");
}

#[tokio::test]
async fn connections_above_the_limit_wait_for_a_place() {
    let life = Lifecycle::new();
    let one = ServeOptions { max_connections: 1, ..ServeOptions::new("test") };
    let address = start(&life, None, one).await;
    let first = TcpStream::connect(address).await.expect("connects");
    let second =
        tokio::spawn(async move { get_all(TcpStream::connect(address).await.expect("connects"), "/who").await });
    // The first holds the only place until it leaves.
    let answer = get_all(first, "/who").await;
    assert!(answer.contains("certificate false"));
    let answer = tokio::time::timeout(Duration::from_secs(5), second).await.expect("in time").expect("joined");
    assert!(answer.contains("certificate false"));
    life.stop().await.expect("no crash");
}

#[tokio::test]
async fn an_address_with_too_many_connections_hurts_only_itself() {
    let life = Lifecycle::new();
    let one = ServeOptions { max_connections_per_address: 1, ..ServeOptions::new("test") };
    let address = start(&life, None, one).await;
    let mut first = TcpStream::connect(address).await.expect("connects");
    first.write_all(b"GET /who HTTP/1.1\r\nhost: x\r\n\r\n").await.expect("sent");
    let mut answer = [0; 12];
    first.read_exact(&mut answer).await.expect("served");
    // The first is still there: its address has no further place.
    let mut further = TcpStream::connect(address).await.expect("connects");
    let closed = tokio::time::timeout(Duration::from_secs(5), further.read(&mut answer)).await.expect("closed at once");
    assert_eq!(closed.unwrap_or(0), 0);
    // Another address does not notice.
    let elsewhere = tokio::net::TcpSocket::new_v4().expect("socket");
    elsewhere.bind("127.0.0.2:0".parse().expect("address")).expect("bound");
    let answer = get_all(elsewhere.connect(address).await.expect("connects"), "/who").await;
    assert!(answer.ends_with("from 127.0.0.2"), "{answer}");
    drop(first);
    life.stop().await.expect("no crash");
}

#[tokio::test]
async fn a_body_that_comes_a_byte_at_a_time_is_given_up() {
    let life = Lifecycle::new();
    let taken = |body: Result<Bytes, axum::extract::rejection::BytesRejection>| async move {
        body.map_or_else(|_| "given up".to_owned(), |body| format!("{} bytes", body.len()))
    };
    let router = Router::new().route("/body", axum::routing::post(taken));
    let (grace, rate) = (Duration::from_millis(100), 1_000_000);
    let quick = ServeOptions { body_grace: grace, body_bytes_per_second: rate, ..ServeOptions::new("test") };
    let address = start_with(&life, None, router, quick).await;
    let post = async |sent: usize| {
        let mut stream = TcpStream::connect(address).await.expect("connects");
        let head = "POST /body HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: 1000\r\n\r\n";
        stream.write_all(&[head.as_bytes(), &vec![b'x'; sent]].concat()).await.expect("sent");
        let mut text = String::new();
        let ended = tokio::time::timeout(Duration::from_secs(5), stream.read_to_string(&mut text)).await;
        ended.expect("in time").expect("answer");
        text
    };
    let slow = post(1).await;
    assert!(slow.ends_with("given up"), "{slow}");
    let whole = post(1000).await;
    assert!(whole.ends_with("1000 bytes"), "{whole}");
    life.stop().await.expect("no crash");
}

/// Tells when it is dropped.
struct Held(tokio::sync::mpsc::Sender<()>);

impl Drop for Held {
    fn drop(&mut self) {
        // Nobody waits for a second one.
        let _ = self.0.try_send(());
    }
}

#[tokio::test]
async fn who_does_not_read_an_endless_answer_is_let_go_and_a_quiet_stream_is_not() {
    let life = Lifecycle::new();
    let (sender, mut gone) = tokio::sync::mpsc::channel::<()>(1);
    let much = move || {
        let held = Held(sender.clone());
        let chunks = futures_util::stream::repeat_with(move || {
            // The stream lives as long as its connection, and this with it.
            let _ = &held;
            Ok::<_, Infallible>(Bytes::from_static(&[b'x'; 64 * 1024]))
        });
        async move { Body::from_stream(chunks).into_response() }
    };
    let router = Router::new().route("/much", get(much)).merge(router());
    let quick = ServeOptions { read_patience: Duration::from_millis(100), ..ServeOptions::new("test") };
    let address = start_with(&life, None, router, quick).await;
    let mut quiet = TcpStream::connect(address).await.expect("connects");
    quiet.write_all(b"GET /events HTTP/1.1\r\nhost: x\r\n\r\n").await.expect("sent");
    let mut event = String::new();
    let mut bytes = [0; 1024];
    while !event.contains("hello\n\n\r\n") {
        let n = quiet.read(&mut bytes).await.expect("event");
        event.push_str(std::str::from_utf8(&bytes[..n]).expect("text"));
    }
    let mut idle = TcpStream::connect(address).await.expect("connects");
    idle.write_all(b"GET /much HTTP/1.1\r\nhost: x\r\n\r\n").await.expect("sent");
    tokio::time::timeout(Duration::from_secs(20), gone.recv()).await.expect("let go though it never left");
    // What has nothing to say waits for nobody, and stays.
    assert_eq!(quiet.try_read(&mut bytes).map_err(|error| error.kind()), Err(std::io::ErrorKind::WouldBlock));
    drop((idle, quiet));
    life.stop().await.expect("no crash");
}

#[tokio::test]
async fn a_taken_port_is_one_sentence_that_says_what_to_do() {
    let taken = TcpListener::bind(LOCAL).await.expect("bound");
    let address = taken.local_addr().expect("address");
    let said = serve::bind_tcp("the console's page", address).await.expect_err("taken").to_string();
    let port = address.port();
    assert_eq!(
        said,
        format!(
            "the console's page cannot listen on {address} (tcp): tcp port {port} is taken by another program; \
             stop it (`ss -ltpn 'sport = :{port}'` names it) or set another port"
        )
    );
    let udp = std::net::UdpSocket::bind(LOCAL).expect("bound");
    let said = serve::bind_udp("media", udp.local_addr().expect("address")).expect_err("taken").to_string();
    assert!(said.contains("udp port") && said.contains("ss -lupn"), "{said}");
    let said = serve::bind_udp("media", "192.0.2.1:0".parse().expect("address")).expect_err("foreign").to_string();
    assert!(said.contains("this machine has no address 192.0.2.1"), "{said}");
}
