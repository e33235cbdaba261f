//! Start-up order, in one place: certificates, relay client, listener.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use serde::Serialize;
use tokio::time::MissedTickBehavior;
use yunzhen_certs::authority::IssuingAuthority;
use yunzhen_certs::profile::Issuing;
use yunzhen_certs::standing::Watched;
use yunzhen_certs::{CertsError, Credentials, Kind, Standing, Trust, tls};
use yunzhen_runtime::serve::{self, BindError, ServeOptions};
use yunzhen_runtime::web::cookies::CookiePolicy;
use yunzhen_runtime::{Lifecycle, clock};

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
        let own = Standing::new(Credentials::load(Kind::Console, &identity.certificate, &identity.key, now)?)?;
        let days_left = own.current().facts().days_left(now);
        if days_left < 30 {
            tracing::warn!(
                days_left,
                "this console's certificate expires soon; issue a new one with `{}`",
                Kind::Console.issue_command()
            );
        }
        let trust = Trust::load(&identity.systems_authority)?;
        let files = Watched::new(Kind::Console, &identity.certificate, &identity.key);
        life.spawn_contained("certificate", watch(files, own.clone(), life.clone()));
        let relay = RelayClient::new(&config.relay, config.limits.body_bytes, tls::https_mtls_client(&own, &trust)?)?;
        let signers = match &config.signers {
            Some(files) => Some(IssuingAuthority::load(Issuing::Signers, &files.certificate, &files.key)?),
            None => None,
        };
        let mut anchors = trust.anchors().to_vec();
        anchors.extend(signers.iter().map(|signers| signers.der().clone()));
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
            documents: Arc::new(Trust::new(anchors)),
            behind_proxy: config.listen.behind_tls_proxy,
            cookies: CookiePolicy { secure },
        };
        let listener = serve::bind_tcp("the console's page", config.listen.web).await?;
        let web = listener.local_addr().map_err(StartError::Address)?;
        let max_connections = config.listen.max_connections;
        let options = ServeOptions {
            max_connections,
            max_connections_per_address: match config.listen.behind_tls_proxy {
                true => max_connections,
                false => config.listen.max_connections_per_address,
            },
            ..config.limits.options("web")
        };
        serve::spawn(life, listener, page_tls, http::router(state), options);
        tracing::info!(%web, tls, relay = %config.relay.address, "console serves");
        Ok(Self { web, tls })
    }
}

/// How often the files of the console's certificate are looked at.
const LOOK: Duration = Duration::from_secs(2);

/// Takes over a certificate that was renewed (`certs renew`): requests and streams that are under way go on, the next connection to the relay shows it.
async fn watch(mut files: Watched, own: Standing, life: Lifecycle) {
    let mut turns = tokio::time::interval(LOOK);
    turns.set_missed_tick_behavior(MissedTickBehavior::Delay);
    while life.soft().run_until_cancelled(turns.tick()).await.is_some() {
        match files.look(&own, clock::now_timestamp()) {
            Ok(false) => {}
            Ok(true) => {
                let until = own.current().facts().not_after;
                tracing::info!(%until, "the console's certificate was renewed; it is shown from now on");
            }
            Err(error) => {
                tracing::error!(%error, "the console's new certificate cannot be used; the one before goes on")
            }
        }
    }
}
