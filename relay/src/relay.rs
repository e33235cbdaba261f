//! Start-up order, in one place; `main` and the tests of the whole product call the same function.
//!
//! 1. Certificates and authorities are read: a wrong file is found before anything is opened.
//! 2. Every port is bound: a taken one is found before the record is touched.
//! 3. The shards start on theirs; no browser knows it yet.
//! 4. The care record is opened and brought to the newest schema.
//! 5. The session plane starts and reads which consultations are live.
//! 6. Jobs start.
//! 7. Listeners accept: operators first, then consoles and WHIP clients, then boxes, which come by themselves.
//!
//! Draining goes the other way by itself: listeners stop, calls are told. The record needs no goodbye: each commit is on disk before it is answered.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use metrics_exporter_prometheus::PrometheusHandle;
use serde::Serialize;
use yunzhen_certs::{CertsError, Credentials, Kind, Trust, tls};
use yunzhen_rtc::{Shards, ShardsConfig};
use yunzhen_runtime::clock;
use yunzhen_runtime::lifecycle::Lifecycle;
use yunzhen_runtime::serve::{self, BindError, ServeOptions};
use yunzhen_store::{Store, StoreError};

use crate::app::{App, AppError, pharmacy_systems, recordings};
use crate::config::Config;
use crate::http::{self, ApiState};
use crate::outgoing::{Reachable, Sender};
use crate::print::Printer;
use crate::quic::bulk::Bulk;
use crate::quic::{endpoint, paths::Sessions, session::SessionContext};
use crate::rooms::Rooms;
use crate::rooms::presence::Presence;
use crate::vault::{Vault, VaultError};
use crate::{jobs, setup};

/// Where the relay listens, for the READY line and the tests.
#[derive(Debug, Clone, Serialize)]
pub struct Addresses {
    /// Boxes, QUIC.
    pub boxes: SocketAddr,
    /// Consoles, HTTPS.
    pub api: SocketAddr,
    /// Browsers' media, UDP.
    pub media: SocketAddr,
    /// WHIP and WHEP.
    pub whip: SocketAddr,
    /// Health and metrics.
    pub ops: SocketAddr,
}

/// Why the relay did not start; each one sentence that says what to do.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// A certificate, key or authority.
    #[error(transparent)]
    Certs(#[from] CertsError),
    /// A port.
    #[error(transparent)]
    Bind(#[from] BindError),
    /// The care record.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Data that ships with the program, or the policy file.
    #[error(transparent)]
    Setup(#[from] setup::SetupError),
    /// The key of sealed secrets.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// Secrets of an older program could not be sealed.
    #[error("secrets cannot be sealed: {0}")]
    Sealing(#[from] AppError),
    /// The shards.
    #[error("browsers' media cannot be served: {0}")]
    Shards(#[from] yunzhen_rtc::StartError),
    /// The QUIC endpoint.
    #[error("boxes cannot be served: {0}")]
    Boxes(String),
}

/// Starts everything as tasks of `life`. Draining `life` stops it.
pub async fn start(config: &Config, life: &Lifecycle, metrics: PrometheusHandle) -> Result<Addresses, StartError> {
    let now = clock::now_timestamp();
    let identity = &config.identity;
    let own = Credentials::load(Kind::Relay, &identity.certificate, &identity.key, now)?;
    let systems = Trust::load(&identity.systems_authority)?;
    let signers = Trust::load(&identity.signers_authority)?;

    let api_listener = serve::bind_tcp("the API for consoles", config.listen.api).await?;
    let whip_listener = serve::bind_tcp("WHIP and WHEP", config.listen.whip).await?;
    let ops_listener = serve::bind_tcp("health and metrics", config.listen.ops).await?;
    let box_socket = serve::bind_udp("the port for boxes", config.listen.boxes)?;

    let mut shards = ShardsConfig::new(config.listen.media)?;
    shards.advertised = config.advertised();
    shards.shards = config.media.shards;
    let shards = Shards::start(shards)?;
    let media = shards.local_addr();

    let formulary = setup::formulary(config.safety_rules.as_deref(), config.products.as_deref(), now)?;
    let store = Store::open_at(config.store.location(), &yunzhen_store::Options::default()).await?;

    let holds_sealed = pharmacy_systems::holds_sealed(&store).await? || recordings::holds_sealed(&store).await?;
    let vault = Vault::at(&config.secrets_key, holds_sealed)?;

    let presence = Presence::default();
    let policy = setup::policy(config.policy.as_deref())?;
    let app = App::new(store, policy, formulary, signers, presence.clone(), vault);
    pharmacy_systems::seal_what_is_open(&app, now).await?;
    let app = app.with_boxes(Trust::load(&identity.systems_authority)?);
    let app = app.with_printer(Printer::new(config.print.clone())).with_public_url(config.public_url.clone());
    let reachable = Reachable { loopback: config.webhooks.allow_loopback, private: config.webhooks.allow_private };
    let app = app.with_reachable(reachable);
    let sender = Sender::new(tls::outgoing_client(config.webhooks.authority.as_deref())?, reachable);
    let app = app.with_recordings(config.recordings.directory.clone());
    let rooms = Rooms::start(life, shards, config.media.clone(), app.clone(), presence);
    jobs::spawn(life, app.clone(), config.media.bulk.clone());
    jobs::recordings::spawn(life, app.clone(), rooms.clone());
    jobs::spawn_queue(life, app.clone());
    jobs::webhooks::spawn(life, app.clone(), sender);

    let local = |listener: &tokio::net::TcpListener| {
        listener.local_addr().map_err(|error| StartError::Boxes(error.to_string()))
    };
    let whip = local(&whip_listener)?;
    let bulk = Bulk::new(app.clone(), config.media.bulk.clone());
    let state = ApiState { app, rooms: rooms.clone(), whip_url: config.whip_url(whip) };
    let router = http::router(state.clone());

    let boxes_config = endpoint::server_config(tls::quic_server(&own, &systems)?)
        .map_err(|error| StartError::Boxes(error.to_string()))?;
    let boxes =
        endpoint::open(box_socket, boxes_config.clone()).map_err(|error| StartError::Boxes(error.to_string()))?;
    let addresses = Addresses {
        boxes: boxes.local_addr().map_err(|error| StartError::Boxes(error.to_string()))?,
        api: local(&api_listener)?,
        media,
        whip,
        ops: local(&ops_listener)?,
    };

    serve::spawn(life, ops_listener, None, http::ops_router(state.clone(), metrics), ServeOptions::new("ops"));
    let api_tls = Arc::new(tls::https_mtls_server(&own, &systems)?);
    serve::spawn(life, api_listener, Some(api_tls), identified(router.clone()), ServeOptions::new("api"));
    let whip_tls = match config.listen.whip_tls {
        true => Some(Arc::new(tls::page_server(&identity.certificate, &identity.key)?)),
        false => None,
    };
    serve::spawn(life, whip_listener, whip_tls, http::whip::router(state), ServeOptions::new("whip"));
    let (sessions, begun) = (Sessions::default(), clock::now_instant());
    endpoint::spawn(life, boxes, boxes_config, SessionContext { bulk, rooms, router, sessions, begun });
    Ok(addresses)
}

/// Turns the certificate that TLS has checked into who the peer is.
fn identified(router: Router) -> Router {
    use axum::extract::Request;
    use axum::middleware::{Next, from_fn};
    use yunzhen_certs::Identity;
    use yunzhen_runtime::serve::PeerCertificate;

    router.layer(from_fn(async |mut request: Request, next: Next| {
        let identity = match request.extensions().get::<PeerCertificate>() {
            Some(PeerCertificate(Some(der))) => Identity::from_der(der).ok(),
            _ => None,
        };
        if let Some(identity) = identity {
            request.extensions_mut().insert(identity);
        }
        next.run(request).await
    }))
}
