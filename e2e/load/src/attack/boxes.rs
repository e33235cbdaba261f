//! Certificates from the stack's authority, and a box that says what it is told to say.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use quinn::crypto::rustls::QuicClientConfig;
use quinn::{Connection, Endpoint, RecvStream, SendStream};
use serde_json::Value;
use tokio::time::timeout;
use yunzhen_certs::{Credentials, Kind, Trust, tls};
use yunzhen_protocol::control::MAX_MESSAGE_BYTES;
use yunzhen_protocol::stream::StreamType;
use yunzhen_runtime::clock;

use super::Stack;

/// What did not come within this does not come.
pub const PATIENCE: Duration = Duration::from_secs(5);
/// The largest answer that is read of a request.
const MOST_READ: usize = 1024 * 1024;

/// The relay's door for boxes.
pub struct Door {
    address: SocketAddr,
    trust: Trust,
    pki: PathBuf,
    certs: PathBuf,
    folder: tempfile::TempDir,
}

impl Door {
    pub fn new(stack: &Stack) -> anyhow::Result<Self> {
        Ok(Self {
            address: SocketAddr::from((Ipv4Addr::LOCALHOST, stack.ports.boxes)),
            trust: Trust::load(&stack.pki.join("systems.pem"))?,
            pki: stack.pki.clone(),
            certs: stack.bin.certs.clone(),
            folder: tempfile::tempdir()?,
        })
    }

    /// Where `certs` leaves what it issues.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Runs `certs`.
    pub fn certs(&self, arguments: &[&str]) -> anyhow::Result<String> {
        let done = Command::new(&self.certs).args(arguments).output().context("certs cannot be run")?;
        let said = String::from_utf8_lossy(&done.stderr);
        anyhow::ensure!(done.status.success(), "certs {}: {said}", arguments.join(" "));
        Ok(String::from_utf8_lossy(&done.stdout).into_owned())
    }

    /// Credentials from the stack's own authority.
    pub fn issue(&self, kind: &str, file: &str, more: &[&str]) -> anyhow::Result<Credentials> {
        self.issue_from(&self.pki, kind, file, more)
    }

    /// Credentials from an authority in a folder.
    pub fn issue_from(&self, authority: &Path, kind: &str, file: &str, more: &[&str]) -> anyhow::Result<Credentials> {
        let [authority, folder] = [authority, self.folder()].map(|path| path.to_string_lossy().into_owned());
        let arguments = ["issue", kind, "--dir", &authority, "--out", &folder, "--file", file];
        self.certs(&[&arguments[..], more].concat())?;
        let kind = match kind {
            "agent" => Kind::Box,
            "relay" => Kind::Relay,
            _ => Kind::Console,
        };
        let [certificate, key] = ["pem", "key.pem"].map(|end| self.folder().join(format!("{file}.{end}")));
        // Also one that has expired: it is loaded to be shown, not to be believed.
        Ok(Credentials::load_late(kind, &certificate, &key, clock::now_timestamp())?)
    }

    /// As a box of ours would greet.
    pub fn greeting(&self, own: &Credentials) -> anyhow::Result<rustls::ClientConfig> {
        Ok(tls::quic_client(own, &self.trust)?)
    }

    /// As somebody who has no certificate at all.
    pub fn greeting_of_nobody(&self) -> anyhow::Result<rustls::ClientConfig> {
        let mut roots = rustls::RootCertStore::empty();
        for anchor in self.trust.anchors() {
            roots.add(anchor.clone())?;
        }
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut config = rustls::ClientConfig::builder_with_provider(provider)
            .with_protocol_versions(&[&rustls::version::TLS13])?
            .with_root_certificates(roots)
            .with_no_client_auth();
        config.alpn_protocols = vec![yunzhen_protocol::ALPN.to_vec()];
        Ok(config)
    }

    pub async fn dial(&self, greeting: rustls::ClientConfig) -> anyhow::Result<Connection> {
        let crypto = QuicClientConfig::try_from(greeting)?;
        let endpoint = Endpoint::client(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))?;
        let dialled = endpoint.connect_with(quinn::ClientConfig::new(Arc::new(crypto)), self.address, "localhost")?;
        Ok(timeout(PATIENCE, dialled).await??)
    }

    /// A connection with its control stream, on which nothing was said yet.
    pub async fn silent(&self, greeting: rustls::ClientConfig) -> anyhow::Result<Enrolled> {
        let connection = self.dial(greeting).await?;
        let (mut send, recv) = connection.open_bi().await?;
        send.write_all(&StreamType::Control.encode()).await?;
        Ok(Enrolled { connection, send, recv })
    }

    /// A box that was welcomed.
    pub async fn enter(&self, own: &Credentials) -> anyhow::Result<Enrolled> {
        self.enter_as(self.greeting(own)?).await
    }

    async fn enter_as(&self, greeting: rustls::ClientConfig) -> anyhow::Result<Enrolled> {
        let mut one = self.silent(greeting).await?;
        one.say(&hello()).await?;
        anyhow::ensure!(one.told("welcome", PATIENCE).await.is_some(), "not welcomed");
        Ok(one)
    }

    /// Whether a box with these credentials gets in.
    pub async fn is_welcomed(&self, own: &Credentials) -> bool {
        self.enter(own).await.is_ok()
    }

    /// Whether who greets like this gets in.
    pub async fn lets_in(&self, greeting: rustls::ClientConfig) -> bool {
        self.enter_as(greeting).await.is_ok()
    }
}

/// The first message of a box that can everything.
pub fn hello() -> Vec<u8> {
    framed(
        r#"{"type":"hello","protocol":1,"agent_version":"attack","cameras":["room"],"microphone":true,"arrivals":true,"records":true}"#,
    )
}

/// The bytes of a control message whose body is this.
pub fn framed(body: &str) -> Vec<u8> {
    let length = u32::try_from(body.len()).unwrap_or(u32::MAX);
    [&length.to_be_bytes()[..], body.as_bytes()].concat()
}

/// A connection as a box.
pub struct Enrolled {
    pub connection: Connection,
    send: SendStream,
    recv: RecvStream,
}

impl Enrolled {
    pub async fn say(&mut self, bytes: &[u8]) -> anyhow::Result<()> {
        Ok(self.send.write_all(bytes).await?)
    }

    /// The next message of this type, if it comes in time. What is half read when the time is up is lost: nothing can be asked after that.
    pub async fn told(&mut self, wanted: &str, within: Duration) -> Option<Value> {
        let coming = async {
            loop {
                let message = self.next().await.ok()?;
                if message["type"] == wanted {
                    return Some(message);
                }
            }
        };
        timeout(within, coming).await.ok().flatten()
    }

    /// Everything that is said within some time; nothing can be asked after that.
    pub async fn heard(&mut self, within: Duration) -> Vec<Value> {
        let mut heard = Vec::new();
        let hearing = async {
            while let Ok(message) = self.next().await {
                heard.push(message);
            }
        };
        // The end of the time is the usual end.
        let _ = timeout(within, hearing).await;
        heard
    }

    async fn next(&mut self) -> anyhow::Result<Value> {
        let mut head = [0; 4];
        self.recv.read_exact(&mut head).await?;
        let length = usize::try_from(u32::from_be_bytes(head))?;
        anyhow::ensure!(length <= MAX_MESSAGE_BYTES, "the relay says too much at once");
        let mut body = vec![0; length];
        self.recv.read_exact(&mut body).await?;
        Ok(serde_json::from_slice(&body)?)
    }

    /// Whether the relay ends the connection within some time.
    pub async fn is_let_go(&self, within: Duration) -> bool {
        timeout(within, self.connection.closed()).await.is_ok()
    }

    /// The status that answers an HTTP request on a stream of its own, if one comes.
    pub async fn status_of(&self, request: &str) -> Option<u16> {
        let answer = self.ask(request).await.ok()?;
        String::from_utf8_lossy(&answer).split(' ').nth(1)?.parse().ok()
    }

    async fn ask(&self, request: &str) -> anyhow::Result<Vec<u8>> {
        let (mut send, mut recv) = self.connection.open_bi().await?;
        send.write_all(&StreamType::Http.encode()).await?;
        send.write_all(request.as_bytes()).await?;
        send.finish()?;
        Ok(timeout(PATIENCE, recv.read_to_end(MOST_READ)).await??)
    }
}
