//! Messages to pharmacies' systems over HTTP/1.1: one request, one status, nothing more.
//!
//! The address is a stranger's wish, so it is looked up here, every address that it leads to is judged, and the connection goes to the address that was judged
//! and not to the name again. No redirect is followed, no body of an answer is read, and the whole exchange has a limit.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::http::{Request, Uri, header};
use bytes::Bytes;
use http_body_util::Full;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use tokio::net::{TcpStream, lookup_host};
use tokio_rustls::TlsConnector;

use crate::app::webhooks::{Answer, Message};

/// From looking up the name to the head of the answer.
const TIMEOUT: Duration = Duration::from_secs(10);
/// The head of an answer is no larger.
const MOST_HEAD_BYTES: usize = 16 * 1024;
/// The longest address.
const MOST_URL_CHARS: usize = 500;

/// Which addresses messages may go to. By default https to public addresses only.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Reachable {
    /// The machine itself, also by plain http: for demonstrations and tests.
    pub loopback: bool,
    /// Private networks, by https.
    pub private: bool,
}

/// Why an address is not taken; the words are for a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// No address.
    #[error("write the whole address, such as https://pharmacy.example.org/yunzhen")]
    NoAddress,
    /// Plain http, or another scheme.
    #[error("the address must begin with https://")]
    NotHttps,
    /// A name or password in it.
    #[error("the address must not contain a name or password")]
    WithCredentials,
    /// An address of the machine or of a private network.
    #[error("the address leads into a private network")]
    Private,
}

impl AddressError {
    /// Chinese.
    pub const fn zh(self) -> &'static str {
        match self {
            Self::NoAddress => "请填写完整地址，如 https://pharmacy.example.org/yunzhen",
            Self::NotHttps => "地址须以 https:// 开头",
            Self::WithCredentials => "地址中不能包含用户名或密码",
            Self::Private => "地址指向内部网络",
        }
    }
}

/// An address taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    host: String,
    port: u16,
    tls: bool,
    path: String,
    authority: String,
}

impl Target {
    /// What is asked for there.
    pub(crate) fn path(&self) -> &str {
        &self.path
    }

    /// Host and port as they were written.
    pub(crate) fn authority(&self) -> &str {
        &self.authority
    }
}

impl Reachable {
    /// Takes an address apart and judges what can be judged without looking up its name.
    ///
    /// # Errors
    /// When nothing is ever sent there.
    pub fn target(self, url: &str) -> Result<Target, AddressError> {
        if url.len() > MOST_URL_CHARS || url.contains(char::is_whitespace) || url.contains('#') {
            return Err(AddressError::NoAddress);
        }
        let uri: Uri = url.parse().map_err(|_| AddressError::NoAddress)?;
        let (Some(scheme), Some(authority)) = (uri.scheme_str(), uri.authority()) else {
            return Err(AddressError::NoAddress);
        };
        if authority.as_str().contains('@') {
            return Err(AddressError::WithCredentials);
        }
        let tls = match scheme {
            "https" => true,
            "http" => false,
            _ => return Err(AddressError::NotHttps),
        };
        let host = authority.host().trim_start_matches('[').trim_end_matches(']').to_owned();
        if host.is_empty() {
            return Err(AddressError::NoAddress);
        }
        let target = Target {
            port: authority.port_u16().unwrap_or(if tls { 443 } else { 80 }),
            tls,
            path: uri.path_and_query().map_or_else(|| "/".to_owned(), |path| path.as_str().to_owned()),
            authority: authority.as_str().to_owned(),
            host,
        };
        if !tls && !self.loopback {
            return Err(AddressError::NotHttps);
        }
        match target.host.parse::<IpAddr>() {
            Ok(ip) => self.may_go_to(ip, tls)?,
            Err(_) if !tls && target.host != "localhost" => return Err(AddressError::NotHttps),
            Err(_) => {}
        }
        Ok(target)
    }

    fn may_go_to(self, ip: IpAddr, tls: bool) -> Result<(), AddressError> {
        let ip = unmapped(ip);
        if ip.is_loopback() {
            return if self.loopback { Ok(()) } else { Err(AddressError::Private) };
        }
        if !tls {
            return Err(AddressError::NotHttps);
        }
        if is_public(ip) || (self.private && is_private(ip)) { Ok(()) } else { Err(AddressError::Private) }
    }
}

fn unmapped(ip: IpAddr) -> IpAddr {
    match ip {
        IpAddr::V6(v6) => v6.to_ipv4_mapped().map_or(ip, IpAddr::V4),
        IpAddr::V4(_) => ip,
    }
}

/// A network of one's own: what an operator may open by the setting.
const fn is_private(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => ip.is_private() || is_shared(ip),
        IpAddr::V6(ip) => ip.segments()[0] & 0xfe00 == 0xfc00,
    }
}

/// Carriers' NAT, 100.64.0.0/10.
const fn is_shared(ip: Ipv4Addr) -> bool {
    let [a, b, ..] = ip.octets();
    a == 100 && b & 0xc0 == 64
}

/// Somewhere in the world: not this machine, its networks, clouds' metadata, multicast, or ranges that carry other addresses inside.
const fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => {
            let [a, b, c, _] = ip.octets();
            !(a == 0
                || a >= 224
                || ip.is_private()
                || ip.is_loopback()
                || ip.is_link_local()
                || is_shared(ip)
                || ip.is_documentation()
                || (a == 192 && b == 0 && c == 0)
                || (a == 192 && b == 88 && c == 99)
                || (a == 198 && b & 0xfe == 18))
        }
        IpAddr::V6(ip) => is_public_v6(ip),
    }
}

/// Global unicast without tunnels, documentation and what translates into IPv4.
const fn is_public_v6(ip: Ipv6Addr) -> bool {
    let segments = ip.segments();
    segments[0] & 0xe000 == 0x2000
        && segments[0] != 0x2002
        && !(segments[0] == 0x2001 && (segments[1] < 0x0200 || segments[1] == 0x0db8))
        && segments[0] != 0x3fff
}

/// A connection, with TLS or without.
pub(crate) trait Stream: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin + Send {}

impl<S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin + Send> Stream for S {}

/// Sends messages.
#[derive(Clone)]
pub struct Sender {
    tls: TlsConnector,
    reachable: Reachable,
}

impl Sender {
    /// Believes the servers that `tls` believes.
    pub fn new(tls: ClientConfig, reachable: Reachable) -> Self {
        Self { tls: TlsConnector::from(Arc::new(tls)), reachable }
    }

    /// Sends one message; never an error, since whatever happens is the answer.
    pub async fn send(&self, message: &Message) -> Answer {
        match tokio::time::timeout(TIMEOUT, self.exchange(message)).await {
            Ok(Ok(status)) => Answer::Status(status),
            Ok(Err(why)) => Answer::Failed(why),
            Err(_) => Answer::Failed("timeout"),
        }
    }

    async fn exchange(&self, message: &Message) -> Result<u16, &'static str> {
        let target = self.reachable.target(&message.url).map_err(|_| "address_refused")?;
        post(self.open(&target).await?, &target, message).await
    }

    /// A connection to an address that may be reached, with TLS where it asks for that.
    pub(crate) async fn open(&self, target: &Target) -> Result<Box<dyn Stream>, &'static str> {
        let stream = self.connect(target).await?;
        if !target.tls {
            return Ok(Box::new(stream));
        }
        let name = ServerName::try_from(target.host.clone()).map_err(|_| "address_refused")?;
        Ok(Box::new(self.tls.connect(name, stream).await.map_err(|_| "tls_failed")?))
    }

    /// Every address of the name has to be one that may be reached: a name with one inner address is not half good.
    async fn connect(&self, target: &Target) -> Result<TcpStream, &'static str> {
        let found: Vec<SocketAddr> =
            lookup_host((target.host.as_str(), target.port)).await.map_err(|_| "name_unknown")?.collect();
        if found.is_empty() {
            return Err("name_unknown");
        }
        if found.iter().any(|address| self.reachable.may_go_to(address.ip(), target.tls).is_err()) {
            return Err("address_refused");
        }
        for address in found {
            if let Ok(stream) = TcpStream::connect(address).await {
                return Ok(stream);
            }
        }
        Err("unreachable")
    }
}

async fn post(stream: Box<dyn Stream>, target: &Target, message: &Message) -> Result<u16, &'static str> {
    let mut builder = http1::Builder::new();
    builder.max_buf_size(MOST_HEAD_BYTES);
    let (mut sender, connection) = builder.handshake(TokioIo::new(stream)).await.map_err(|_| "no_http")?;
    let request = Request::post(&target.path)
        .header(header::HOST, &target.authority)
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::USER_AGENT, "yunzhen-webhooks/1")
        .header(header::CONNECTION, "close")
        .header("webhook-id", &message.event_id)
        .header("webhook-timestamp", message.timestamp.to_string())
        .header("webhook-signature", &message.signature)
        .body(Full::new(Bytes::from(message.body.clone())))
        .map_err(|_| "address_refused")?;
    let exchange = sender.send_request(request);
    tokio::pin!(connection, exchange);
    // The connection is driven until the head of the answer is there; its body is nobody's.
    let answer = tokio::select! {
        answer = &mut exchange => answer,
        _ = &mut connection => exchange.await,
    };
    answer.map(|answer| answer.status().as_u16()).map_err(|_| "no_http")
}

#[cfg(test)]
mod tests {
    use super::*;

    const STRICT: Reachable = Reachable { loopback: false, private: false };
    const DEMO: Reachable = Reachable { loopback: true, private: false };
    const HOUSE: Reachable = Reachable { loopback: false, private: true };

    #[test]
    fn addresses_into_the_own_networks_are_refused() {
        for inner in [
            "127.0.0.1",
            "10.0.0.1",
            "172.16.3.4",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "224.0.0.1",
            "255.255.255.255",
            "198.18.0.1",
            "192.0.0.8",
            "[::1]",
            "[::]",
            "[fe80::1]",
            "[fc00::1]",
            "[fd00:ec2::254]",
            "[::ffff:10.0.0.1]",
            "[::ffff:127.0.0.1]",
            "[64:ff9b::a00:1]",
            "[2002:a00:1::]",
            "[2001::1]",
            "[ff02::1]",
        ] {
            assert_eq!(STRICT.target(&format!("https://{inner}/hook")), Err(AddressError::Private), "{inner}");
        }
        for outer in ["8.8.8.8", "[2400:3200::1]", "pharmacy.example.org"] {
            assert!(STRICT.target(&format!("https://{outer}/hook")).is_ok(), "{outer}");
        }
    }

    #[test]
    fn http_goes_to_the_machine_itself_only_and_only_where_the_settings_say_so() {
        assert_eq!(STRICT.target("http://8.8.8.8/"), Err(AddressError::NotHttps));
        assert_eq!(STRICT.target("http://127.0.0.1/"), Err(AddressError::NotHttps));
        assert!(DEMO.target("http://127.0.0.1:9/x").is_ok() && DEMO.target("http://localhost/x").is_ok());
        assert_eq!(DEMO.target("http://8.8.8.8/"), Err(AddressError::NotHttps));
        assert_eq!(DEMO.target("http://pharmacy.example.org/"), Err(AddressError::NotHttps));
        assert_eq!(DEMO.target("https://10.0.0.1/"), Err(AddressError::Private));
        assert!(HOUSE.target("https://10.0.0.1/").is_ok());
        assert_eq!(HOUSE.target("https://169.254.169.254/"), Err(AddressError::Private));
    }

    #[test]
    fn what_is_no_address_is_told_so() {
        for (url, error) in [
            ("", AddressError::NoAddress),
            ("pharmacy.example.org", AddressError::NoAddress),
            ("https:///x", AddressError::NoAddress),
            ("ftp://pharmacy.example.org/", AddressError::NotHttps),
            ("https://a:b@pharmacy.example.org/", AddressError::WithCredentials),
            ("https://pharmacy.example.org/#x", AddressError::NoAddress),
        ] {
            assert_eq!(STRICT.target(url), Err(error), "{url}");
        }
    }

    #[tokio::test]
    async fn a_name_that_leads_inside_is_refused_when_it_is_looked_up() {
        let tls = yunzhen_certs::tls::outgoing_client(None).unwrap();
        let message = Message {
            delivery: yunzhen_domain::ids::WebhookDeliveryId::from_uuid(uuid::Uuid::nil()),
            url: "https://localhost:9/".to_owned(),
            event_id: "evt_1".to_owned(),
            timestamp: 1,
            signature: String::new(),
            body: "{}".to_owned(),
        };
        assert_eq!(Sender::new(tls, STRICT).send(&message).await, Answer::Failed("address_refused"));
    }
}
