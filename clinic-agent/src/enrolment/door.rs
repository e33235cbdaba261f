//! One request to the relay's port for boxes that cannot come in: HTTPS, by TLS 1.3, one connection for each.

use axum::body::Body;
use axum::http::{Method, Request, header};
use http_body_util::{BodyExt as _, Limited};
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use serde::Deserialize;
use serde_json::Value;
use std::sync::Arc;
use std::time::Duration;
use yunzhen_runtime::web::problem::Language;

/// Answers are a certificate, or a problem.
const ANSWER_BYTES: usize = 64 * 1024;
/// From the first packet to the last byte.
const PATIENCE: Duration = Duration::from_secs(20);

/// One of two texts.
pub(super) fn in_language(language: Language, zh: &str, en: &str) -> String {
    match language {
        Language::Zh => zh.to_owned(),
        Language::En => en.to_owned(),
    }
}

/// Why there is no certificate.
#[derive(Debug, thiserror::Error)]
pub enum DoorError {
    /// No way to it.
    #[error("the relay cannot be reached at {address} ({cause}): check address and network; the port is TCP")]
    Unreachable {
        /// Where.
        address: String,
        /// Why.
        cause: String,
    },
    /// It is not the relay that the code, or this box's authority, means; or it does not believe this box.
    #[error(
        "no trusted connection to {address} ({cause}): check that the code is of this relay, and the clock of this box"
    )]
    NotTrusted {
        /// Where.
        address: String,
        /// Why.
        cause: String,
    },
    /// It said no.
    #[error("{words}")]
    Refused {
        /// HTTP status.
        status: u16,
        /// Stable name.
        code: String,
        /// In its words.
        words: String,
    },
    /// It said something else.
    #[error("the relay's answer cannot be read; is {0} its port for enrolment?")]
    Answer(String),
}

impl DoorError {
    /// For the page.
    pub fn words(&self, language: Language) -> String {
        let (zh, en) = match self {
            Self::Unreachable { .. } => {
                ("连接不上中心，请检查地址和网络", "The relay cannot be reached: check the address and the network")
            }
            Self::NotTrusted { .. } => (
                "无法确认中心的身份，请核对登记码、地址和本机时间",
                "The relay's identity could not be verified: check the code, the address and this box's clock",
            ),
            Self::Refused { words, .. } => return words.clone(),
            Self::Answer(_) => (
                "中心的答复无法识别，请核对地址和端口",
                "The relay's answer cannot be read: check the address and its port",
            ),
        };
        in_language(language, zh, en)
    }
}

/// Asks for a certificate; PEM, with its authority.
pub async fn ask(
    address: &str,
    server_name: &str,
    tls: rustls::ClientConfig,
    path: &'static str,
    body: &Value,
    language: Language,
) -> Result<String, DoorError> {
    let exchange = exchange(address, server_name, tls, path, body, language);
    let (status, answer) = match tokio::time::timeout(PATIENCE, exchange).await {
        Ok(answer) => answer?,
        Err(_) => return Err(unreachable(address, "no answer in time")),
    };
    if status == 200 {
        let certificate = answer.get("certificate").and_then(Value::as_str).map(str::to_owned);
        return certificate.ok_or_else(|| DoorError::Answer(address.to_owned()));
    }
    let said: Said = serde_json::from_value(answer).map_err(|_| DoorError::Answer(address.to_owned()))?;
    Err(DoorError::Refused { status, words: format!("{} {}", said.detail, said.action), code: said.code })
}

#[derive(Deserialize)]
struct Said {
    code: String,
    detail: String,
    action: String,
}

fn unreachable(address: &str, cause: impl ToString) -> DoorError {
    DoorError::Unreachable { address: address.to_owned(), cause: cause.to_string() }
}

async fn exchange(
    address: &str,
    server_name: &str,
    tls: rustls::ClientConfig,
    path: &'static str,
    body: &Value,
    language: Language,
) -> Result<(u16, Value), DoorError> {
    let distrust =
        |cause: &dyn ToString| DoorError::NotTrusted { address: address.to_owned(), cause: cause.to_string() };
    let tcp = tokio::net::TcpStream::connect(address).await.map_err(|error| unreachable(address, error))?;
    let name = ServerName::try_from(server_name.to_owned()).map_err(|error| distrust(&error))?;
    let connector = tokio_rustls::TlsConnector::from(Arc::new(tls));
    let stream = connector.connect(name, tcp).await.map_err(|error| distrust(&error))?;
    // What the relay thinks of this box's certificate arrives after the handshake is done here.
    let lost = |error: &hyper::Error| distrust(error);
    let (mut sender, connection) =
        hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.map_err(|error| lost(&error))?;
    let mut request = Request::new(Body::from(body.to_string()));
    *request.method_mut() = Method::POST;
    *request.uri_mut() = axum::http::Uri::from_static(path);
    let headers = request.headers_mut();
    headers.insert(header::HOST, header::HeaderValue::from_static("relay"));
    headers.insert(header::CONTENT_TYPE, header::HeaderValue::from_static("application/json"));
    let wanted = match language {
        Language::Zh => "zh",
        Language::En => "en",
    };
    headers.insert(header::ACCEPT_LANGUAGE, header::HeaderValue::from_static(wanted));
    let mut answering = std::pin::pin!(async {
        let answer = sender.send_request(request).await.map_err(|error| lost(&error))?;
        let status = answer.status().as_u16();
        let body = Limited::new(answer.into_body(), ANSWER_BYTES).collect().await;
        let body = body.map_err(|_| DoorError::Answer(address.to_owned()))?.to_bytes();
        let value: Value = serde_json::from_slice(&body).map_err(|_| DoorError::Answer(address.to_owned()))?;
        Ok::<(u16, Value), DoorError>((status, value))
    });
    let mut connection = std::pin::pin!(connection);
    tokio::select! {
        answer = &mut answering => answer,
        ended = &mut connection => {
            if let Err(error) = ended {
                tracing::debug!(%error, "the connection for enrolment ended");
            }
            answering.await
        }
    }
}
