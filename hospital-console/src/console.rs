//! Start-up order, in one place: certificates, relay client, listener.

use std::net::SocketAddr;
use std::sync::Arc;

use jiff::Timestamp;
use serde::Serialize;
use yunzhen_certs::authority::IssuingAuthority;
use yunzhen_certs::profile::Issuing;
use yunzhen_certs::{CertsError, Credentials, Kind, Trust, tls};
use yunzhen_runtime::Lifecycle;
use yunzhen_runtime::serve::{self, BindError, ServeOptions};
use yunzhen_runtime::web::cookies::CookiePolicy;

use crate::config::Config;
use crate::http;
use crate::relay_client::{AddressError, RelayClient};

/// A console that serves; also the JSON of its READY line.
#[derive(Debug, Clone, Serialize)]
pub struct Console {
    /// Where browsers find it.
    pub web: SocketAddr,
    /// Whether over TLS.
    pub tls: bool,
}

/// Why the console cannot start; each message says what to do.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// A certificate or key.
    #[error(transparent)]
    Certs(#[from] CertsError),
    /// The address for browsers.
    #[error(transparent)]
    Bind(#[from] BindError),
    /// The address of the relay.
    #[error(transparent)]
    Relay(#[from] AddressError),
    /// Half a TLS configuration.
    #[error("listen.tls_certificate and listen.tls_key belong together; set both or neither")]
    HalfTls,
    /// The listener has no address.
    #[error("the page's listener has no address: {0}")]
    Address(std::io::Error),
}

impl Console {
    /// Starts the console as tasks of `life`.
    ///
    /// # Errors
    /// One sentence that says what to do.
    pub async fn start(config: &Config, life: &Lifecycle, now: Timestamp) -> Result<Self, StartError> {
        let identity = &config.identity;
        let own = Credentials::load(Kind::Console, &identity.certificate, &identity.key, now)?;
        let days_left = own.facts().days_left(now);
        if days_left < 30 {
            tracing::warn!(
                days_left,
                "this console's certificate expires soon; issue a new one with `{}`",
                Kind::Console.issue_command()
            );
        }
        let trust = Trust::load(&identity.systems_authority)?;
        let relay = RelayClient::new(&config.relay, tls::https_mtls_client(&own, &trust)?)?;
        let signers = match &config.signers {
            Some(files) => Some(IssuingAuthority::load(Issuing::Signers, &files.certificate, &files.key)?),
            None => None,
        };
        let page_tls = match (&config.listen.tls_certificate, &config.listen.tls_key) {
            (Some(certificate), Some(key)) => Some(Arc::new(tls::page_server(certificate, key)?)),
            (None, None) => None,
            _ => return Err(StartError::HalfTls),
        };
        let tls = page_tls.is_some();
        let secure = tls || config.listen.behind_tls_proxy;
        let state = http::AppState {
            relay,
            signers: signers.map(Arc::new),
            behind_proxy: config.listen.behind_tls_proxy,
            cookies: CookiePolicy { secure },
        };
        let listener = serve::bind_tcp("the console's page", config.listen.web).await?;
        let web = listener.local_addr().map_err(StartError::Address)?;
        let options = ServeOptions { max_connections: config.listen.max_connections, ..ServeOptions::new("web") };
        serve::spawn(life, listener, page_tls, http::router(state), options);
        tracing::info!(%web, tls, relay = %config.relay.address, "console serves");
        Ok(Self { web, tls })
    }
}
