//! A key management service: it has the key that wraps ours and never gives it away. Spoken to by a command that the operator names, or by HTTP in the way of Vault's transit engine.
//!
//! Each question is a few bytes, has a limit, and is asked on a thread with a runtime of its own: at the start, and by commands.

use std::io;
use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};
use std::sync::Arc;
use std::time::Duration;

use axum::http::{Request, header};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::process::Command;
use yunzhen_certs::tls;
use yunzhen_domain::Sensitive;

use super::KeyError;
use super::file::read_own;
use crate::outgoing::{AddressError, Reachable, Sender};

/// One question, from its beginning to the whole answer.
const TIMEOUT: Duration = Duration::from_secs(10);
/// An answer is no larger.
const MOST_BYTES: usize = 16 * 1024;
/// The longest name of a key of the service.
const MOST_NAME_CHARS: usize = 64;

/// Why the service gave no key.
#[derive(Debug, thiserror::Error)]
pub enum KmsError {
    /// It took too long.
    #[error("it did not answer within ten seconds")]
    Slow,
    /// A command, or what it is spoken to with.
    #[error("it cannot be asked: {0}")]
    Asking(#[from] io::Error),
    /// The command failed.
    #[error("the command of [kms] ended with {0}; what it said is above")]
    Failed(ExitStatus),
    /// The address is none that is asked.
    #[error("the address of [kms]: {0}")]
    Address(#[from] AddressError),
    /// Nothing came over the network.
    #[error("it cannot be reached ({0})")]
    Unreachable(&'static str),
    /// It refused.
    #[error("it answered with status {0}: see that the key is there and that the token may use it")]
    Refused(u16),
    /// What it is shown to prove who asks.
    #[error("the token of [kms]: {0}")]
    Token(#[source] Box<KeyError>),
    /// The authority of the settings.
    #[error("the authority of [kms]: {0}")]
    Authority(#[from] yunzhen_certs::CertsError),
    /// The answer is none.
    #[error("what it answered is no key")]
    NoKey,
}

/// Wraps and unwraps keys with one that it keeps to itself.
pub trait Kms: Send + Sync {
    /// The name of the key that wraps from now on.
    fn current(&self) -> &str;

    /// Wraps a key with the present one: one line of printable characters.
    ///
    /// # Errors
    /// When the service does not do it.
    fn wrap_key(&self, key: &[u8; 32]) -> Result<String, KmsError>;

    /// Unwraps what was wrapped with the key of this name.
    ///
    /// # Errors
    /// When the service does not do it, or what comes back is no key.
    fn unwrap_key(&self, wrapped_with: &str, wrapped: &str) -> Result<[u8; 32], KmsError>;
}

/// The service of the settings; without `command` and `address` there is none. Paths are relative to the settings file.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct KmsConfig {
    /// The name of the service's key that wraps ours.
    pub key: String,
    /// A program with its first arguments: it gets `wrap` or `unwrap` and the key's name behind them, one line on standard input, and answers with one.
    pub command: Vec<String>,
    /// Where Vault's transit engine is, or what speaks like it, such as `https://vault.example.org:8200/v1/transit`.
    pub address: Option<String>,
    /// The file with the token for it, for its owner alone.
    pub token: Option<PathBuf>,
    /// One more authority that its server may have its certificate from, PEM.
    pub authority: Option<PathBuf>,
}

impl KmsConfig {
    /// What these settings name, if anything.
    pub(super) fn service(&self) -> Result<Option<Arc<dyn Kms>>, KeyError> {
        let settings = |why| Err(KeyError::Settings(why));
        if self.command.is_empty() && self.address.is_none() {
            return match self.key.is_empty() {
                true => Ok(None),
                false => settings("`key` is given, and neither `command` nor `address`"),
            };
        }
        if !is_name(&self.key) {
            return settings("`key` names the key that wraps ours: letters, digits, - and _, 64 at most");
        }
        match (&self.command[..], &self.address, &self.token) {
            ([_, ..], Some(_), _) => settings("`command` and `address` are two services; name one"),
            ([program, first @ ..], None, _) => {
                Ok(Some(Arc::new(CommandKms::new(program.clone(), first.to_vec(), self.key.clone()))))
            }
            ([], Some(address), Some(token)) => Ok(Some(Arc::new(TransitKms {
                address: address.trim_end_matches('/').to_owned(),
                token: token.clone(),
                authority: self.authority.clone(),
                key: self.key.clone(),
            }))),
            ([], ..) => settings("`address` needs `token`, the file with what may use the key"),
        }
    }
}

/// A name that can stand in a path, on a command line and in front of a dot.
fn is_name(name: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
    !name.is_empty() && name.len() <= MOST_NAME_CHARS && name.bytes().all(plain)
}

/// What stands in a key file behind the name.
fn is_wrapped(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_graphic())
}

/// A key as the service gives it back: base64.
fn key_from(text: &str) -> Result<[u8; 32], KmsError> {
    let bytes = STANDARD.decode(text.trim()).map_err(|_| KmsError::NoKey)?;
    bytes.try_into().map_err(|_| KmsError::NoKey)
}

/// Runs one question on a thread of its own, from wherever it is asked.
fn asked<T: Send>(question: impl Future<Output = Result<T, KmsError>> + Send) -> Result<T, KmsError> {
    let run = move || -> Result<T, KmsError> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(async { tokio::time::timeout(TIMEOUT, question).await.unwrap_or(Err(KmsError::Slow)) })
    };
    let done = std::thread::scope(|scope| scope.spawn(run).join());
    done.unwrap_or_else(|_| Err(KmsError::Asking(io::Error::other("the thread that asked has stopped"))))
}

/// A service behind a command: `<command…> wrap <key>` gets a key as base64 and answers with what wraps it, `<command…> unwrap <key>` the other way round.
pub struct CommandKms {
    program: String,
    first: Vec<String>,
    key: String,
}

impl CommandKms {
    /// This program with these first arguments, and the name of the key.
    pub fn new(program: String, first: Vec<String>, key: String) -> Self {
        Self { program, first, key }
    }

    async fn run(&self, verb: &str, key: &str, line: &str) -> Result<Sensitive<String>, KmsError> {
        let mut command = Command::new(&self.program);
        command.args(&self.first).args([verb, key]).kill_on_drop(true);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        if let Some(mut stdin) = child.stdin.take() {
            stdin.write_all(format!("{line}\n").as_bytes()).await?;
            stdin.shutdown().await?;
        }
        let mut said = Vec::new();
        if let Some(stdout) = child.stdout.take() {
            stdout.take(MOST_BYTES as u64).read_to_end(&mut said).await?;
        }
        let status = child.wait().await?;
        if !status.success() {
            return Err(KmsError::Failed(status));
        }
        let said = String::from_utf8(said).map_err(|_| KmsError::NoKey)?;
        Ok(Sensitive::new(said.trim().to_owned()))
    }
}

impl Kms for CommandKms {
    fn current(&self) -> &str {
        &self.key
    }

    fn wrap_key(&self, key: &[u8; 32]) -> Result<String, KmsError> {
        let line = STANDARD.encode(key);
        let wrapped = asked(self.run("wrap", &self.key, &line))?.into_exposed();
        if is_wrapped(&wrapped) { Ok(wrapped) } else { Err(KmsError::NoKey) }
    }

    fn unwrap_key(&self, wrapped_with: &str, wrapped: &str) -> Result<[u8; 32], KmsError> {
        if !is_name(wrapped_with) {
            return Err(KmsError::NoKey);
        }
        key_from(asked(self.run("unwrap", wrapped_with, wrapped))?.expose())
    }
}

/// A service that speaks like Vault's transit engine: `POST <address>/encrypt/<key>` and `/decrypt/<key>`. By https, or by http on this machine.
pub struct TransitKms {
    address: String,
    token: PathBuf,
    authority: Option<PathBuf>,
    key: String,
}

impl TransitKms {
    /// Asks; tells a member of the answer's `data`.
    async fn exchange(&self, verb: &str, key: &str, body: Value, member: &str) -> Result<Sensitive<String>, KmsError> {
        let token = read_own(&self.token).map_err(|error| KmsError::Token(Box::new(error)))?;
        // Named by the operator and not by a stranger: it may be in the own network.
        let reachable = Reachable { loopback: true, private: true };
        let target = reachable.target(&format!("{}/{verb}/{key}", self.address))?;
        let sender = Sender::new(tls::outgoing_client(self.authority.as_deref())?, reachable);
        let stream = sender.open(&target).await.map_err(KmsError::Unreachable)?;
        let mut builder = http1::Builder::new();
        builder.max_buf_size(MOST_BYTES);
        let no_http = |_| KmsError::Unreachable("no_http");
        let (mut sender, connection) = builder.handshake(TokioIo::new(stream)).await.map_err(no_http)?;
        let request = Request::post(target.path())
            .header(header::HOST, target.authority())
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::CONNECTION, "close")
            .header("x-vault-token", token.trim())
            .body(Full::new(Bytes::from(body.to_string())))
            .map_err(|_| KmsError::Unreachable("token_is_no_header"))?;
        let answer = async move {
            let answer = sender.send_request(request).await.map_err(|_| KmsError::Unreachable("no_http"))?;
            let status = answer.status().as_u16();
            if status != 200 {
                return Err(KmsError::Refused(status));
            }
            let body = Limited::new(answer.into_body(), MOST_BYTES).collect().await.map_err(|_| KmsError::NoKey)?;
            let said: Value = serde_json::from_slice(&body.to_bytes()).map_err(|_| KmsError::NoKey)?;
            let said = said["data"][member].as_str().ok_or(KmsError::NoKey)?;
            Ok(Sensitive::new(said.to_owned()))
        };
        tokio::pin!(connection, answer);
        // The connection is driven until the whole answer is there.
        tokio::select! {
            answer = &mut answer => answer,
            _ = &mut connection => answer.await,
        }
    }
}

impl Kms for TransitKms {
    fn current(&self) -> &str {
        &self.key
    }

    fn wrap_key(&self, key: &[u8; 32]) -> Result<String, KmsError> {
        let body = json!({ "plaintext": STANDARD.encode(key) });
        let wrapped = asked(self.exchange("encrypt", &self.key, body, "ciphertext"))?.into_exposed();
        if is_wrapped(&wrapped) { Ok(wrapped) } else { Err(KmsError::NoKey) }
    }

    fn unwrap_key(&self, wrapped_with: &str, wrapped: &str) -> Result<[u8; 32], KmsError> {
        if !is_name(wrapped_with) {
            return Err(KmsError::NoKey);
        }
        let body = json!({ "ciphertext": wrapped });
        key_from(asked(self.exchange("decrypt", wrapped_with, body, "plaintext"))?.expose())
    }
}

#[cfg(test)]
mod tests;
