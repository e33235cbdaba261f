//! How this box comes to its certificate: by a code that an administrator reads out, once; then by itself, at half of each certificate's time.
//!
//! | module | what |
//! |---|---|
//! | [`renewal`] | when and how it is renewed |
//! | [`page`] | the page of a box that has no certificate yet |
//! | [`door`] | HTTPS to the relay's port for boxes that cannot come in |
//!
//! The key is made here and never leaves this disk. Nothing is replaced before what takes its place has been checked.

pub mod door;
pub mod page;
pub mod renewal;

use crate::config::Config;
use door::DoorError;
use serde_json::json;
use std::path::PathBuf;
use yunzhen_certs::request::KeyRequest;
use yunzhen_certs::{CertificateFacts, CertsError, Credentials, Identity, Kind, Trust, credentials, tls};
use yunzhen_domain::enrolment::{Code, NoCode};
use yunzhen_runtime::web::problem::Language;

/// Why this box was not enrolled; each message says what to do.
#[derive(Debug, thiserror::Error)]
pub enum EnrolmentError {
    /// What was typed.
    #[error("{0}; read it again from the console's page \"Boxes\"")]
    Code(#[from] NoCode),
    /// It names an authority that whoever prepared this box did not put here.
    #[error("the code is of another relay than the one that this box was prepared for")]
    OtherRelay,
    /// The relay, or the way to it.
    #[error(transparent)]
    Door(#[from] DoorError),
    /// What it answered, or the files of this box.
    #[error(transparent)]
    Certs(#[from] CertsError),
    /// The file of the authority.
    #[error("{}: {cause}", path.display())]
    Trust {
        /// Which.
        path: PathBuf,
        /// Why.
        cause: std::io::Error,
    },
}

impl EnrolmentError {
    /// The same for the page.
    pub fn words(&self, language: Language) -> String {
        let (zh, en) = match self {
            Self::Code(_) => (
                "登记码应为 32 个字母和数字，请核对会诊台“设备”页上的登记码",
                "The code has 32 letters and digits; read it again from the console's page “Boxes”",
            ),
            Self::OtherRelay => (
                "这个登记码属于另一个中心，不是本机配置的中心；请核对登记码，或联系准备本机的人",
                "The code is of another relay than the one that this box was prepared for: check it, or ask who prepared the box",
            ),
            Self::Door(error) => return error.words(language),
            Self::Certs(_) | Self::Trust { .. } => (
                "证书未能保存在本机，请检查配置中 [identity] 的文件夹是否可写",
                "The certificate could not be kept here: check that the folder in [identity] of the configuration can be written",
            ),
        };
        door::in_language(language, zh, en)
    }
}

/// Enrols this box at `relay` (`host:port`) by a code: who it is from now on. A certificate that it has is replaced. The authority that the code names is believed from then on;
/// where the box was told beforehand whom to believe (`believed`), the code must name one of those.
pub async fn enrol(
    config: &Config,
    relay: &str,
    code: &str,
    believed: Option<&Trust>,
    language: Language,
) -> Result<CertificateFacts, EnrolmentError> {
    let code: Code = code.parse()?;
    let is_meant = |trust: &Trust| trust.anchors().iter().any(|der| code.means(&tls::fingerprint(der)));
    if believed.is_some_and(|trust| !is_meant(trust)) {
        return Err(EnrolmentError::OtherRelay);
    }
    let made = KeyRequest::new(None)?;
    let meant = code.clone();
    let (tls, authority) = tls::enrolment_client(move |digest| meant.means(digest))?;
    let body = json!({ "code": code.to_string(), "request": made.csr_pem });
    let name = config.relay.server_name_at(relay);
    let chain_pem = door::ask(relay, &name, tls, "/enrol", &body, language).await?;
    let own = Credentials::from_pem(Kind::Box, &chain_pem, &made.key_pem)?;
    let identity = &config.identity;
    if let Some(authority) = authority.get().filter(|_| believed.is_none()) {
        // The relay that was believed by the code is believed from now on, and nobody besides.
        let trust = Trust::new(vec![authority.clone()]);
        let failed = |cause| EnrolmentError::Trust { path: identity.trust.clone(), cause };
        std::fs::write(&identity.trust, trust.to_pem()).map_err(failed)?;
    }
    credentials::install(&identity.certificate, &identity.key, &chain_pem, &made.key_pem)?;
    Ok(own.facts().clone())
}

/// What somebody at the command line reads once it is done. A box that runs does not read its files again, so one that was revoked stays out until it is restarted.
pub fn told(config: &Config, facts: &CertificateFacts) -> String {
    format!(
        "enrolled as the box of home {}\ncertificate {} until {}; it renews by itself\n\
         now start this box, or restart it where it runs: until then it shows what it had, and stays out where that was revoked",
        home_of(facts),
        config.identity.certificate.display(),
        facts.not_after
    )
}

/// The home of a certificate, for messages.
pub fn home_of(facts: &CertificateFacts) -> String {
    match facts.identity {
        Identity::Box { home_id } => home_id.to_string(),
        Identity::Relay { .. } | Identity::Console { .. } | Identity::Signer { .. } => facts.identity.to_string(),
    }
}
