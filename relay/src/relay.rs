//! Start-up order, in one place; `main` and the tests of the whole product call the same function.
//!
//! 1. Certificates and authorities are read: a wrong file is found before anything is opened.
//! 2. Every port is bound: a taken one is found before the record is touched.
//! 3. The shards start on theirs; no browser knows it yet.
//! 4. The care record is opened, encrypted where it is not yet, and brought to the newest schema.
//! 5. The session plane starts and reads which consultations are live.
//! 6. Jobs start.
//! 7. Listeners accept: operators first, then consoles and WHIP clients, then boxes, which come by themselves.
//!
//! Draining goes the other way by itself: listeners stop, calls are told. The record needs no goodbye: each commit is on disk before it is answered.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::middleware::from_fn_with_state;
use jiff::SignedDuration;
use metrics_exporter_prometheus::PrometheusHandle;
use serde::Serialize;
use yunzhen_certs::authority::IssuingAuthority;
use yunzhen_certs::profile::Issuing;
use yunzhen_certs::{CertsError, Credentials, Kind, Standing, Trust, tls};
use yunzhen_rtc::{Shards, ShardsConfig};
use yunzhen_runtime::clock;
use yunzhen_runtime::crowd::Crowd;
use yunzhen_runtime::lifecycle::Lifecycle;
use yunzhen_runtime::serve::{self, BindError, ServeOptions};
use yunzhen_runtime::web::headers::{self, Transport};
use yunzhen_store::StoreError;

use crate::app::boxes::{Enroller, RevokedList};
use crate::app::{App, AppError, pharmacy_systems, prescriptions, recordings, resealing, second_factors};
use crate::audit_heads::{AuditHeads, HeadsError};
use crate::certificates;
use crate::config::{Config, KeyApproval};
use crate::http::{self, ApiState};
use crate::keys::{KeyError, Keys};
use crate::openid::{OpenIdError, Providers};
use crate::outgoing::{Reachable, Sender};
use crate::print::Printer;
use crate::quic::bulk::Bulk;
use crate::quic::{endpoint, paths::Sessions, session::SessionContext};
use crate::record::{self, Record};
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
    /// The door for boxes that cannot come in yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enrolment: Option<SocketAddr>,
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
    /// A key of what lies at rest.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The keys of sealed secrets.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// Something in the record needs a key that is not there.
    #[error(transparent)]
    MissingKeys(#[from] resealing::MissingKeys),
    /// The key or the file of the audit log's heads.
    #[error(transparent)]
    Heads(#[from] HeadsError),
    /// Secrets of an older program could not be sealed.
    #[error("secrets cannot be sealed: {0}")]
    Sealing(#[from] AppError),
    /// Identity providers.
    #[error(transparent)]
    OpenId(#[from] OpenIdError),
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
    let own = Standing::new(Credentials::load(Kind::Relay, &identity.certificate, &identity.key, now)?)?;
    let systems = Trust::load(&identity.systems_authority)?;
    let enroller = enroller(config, &own)?;
    let signers = Trust::load(&identity.signers_authority)?;

    let api_listener = serve::bind_tcp("the API for consoles", config.listen.api).await?;
    let whip_listener = serve::bind_tcp("WHIP and WHEP", config.listen.whip).await?;
    let ops_listener = serve::bind_tcp("health and metrics", config.listen.ops).await?;
    let door_listener = match config.enrolment.listen {
        Some(address) => Some(serve::bind_tcp("enrolment of boxes", address).await?),
        None => None,
    };
    let box_socket = serve::bind_udp("the port for boxes", config.listen.boxes)?;

    let mut shards = ShardsConfig::new(config.listen.media)?;
    shards.advertised = config.advertised();
    shards.shards = config.media.shards;
    let limits = Arc::new(config.limits.clone());
    shards.limits.legs_per_room = limits.legs_per_consultation;
    shards.limits.offer.bytes = limits.offer_bytes;
    let shards = Shards::start(shards)?;
    let media = shards.local_addr();

    let formulary = setup::formulary(config.safety_rules.as_deref(), config.products.as_deref(), now)?;
    let keys = Keys::new(&config.kms)?;
    let Record { store, keys: opened_with } = record::open::<StartError>(config, &keys).await?;
    let (current, older) = match opened_with {
        Some(opened_with) => opened_with,
        None => {
            let holds_sealed = pharmacy_systems::holds_sealed(&store).await?
                || recordings::holds_sealed(&store).await?
                || prescriptions::secrets::holds_sealed(&store).await?
                || second_factors::holds_sealed(&store).await?;
            keys.sealing(&config.secrets_key, &config.keys.older, holds_sealed)?
        }
    };
    let vault = Vault::with_older(current, &older)?;
    resealing::check(&store, &vault, &config.keys.start_without).await??;

    let presence = Presence::default();
    let policy = setup::policy(config.policy.as_deref())?;
    let app = App::new(store, policy, formulary, signers, presence.clone(), vault);
    pharmacy_systems::seal_what_is_open(&app, now).await?;
    prescriptions::secrets::seal_what_is_open(&app, now).await?;
    let app = app.with_boxes(Trust::load(&identity.systems_authority)?);
    let app = app.with_printer(Printer::new(config.print.clone())).with_public_url(config.public_url.clone());
    let app = app.with_audit_heads(AuditHeads::at(&*keys.source(&config.audit.key), &config.audit.heads)?);
    let app = app.with_key_approval(config.signing_keys.approval);
    if config.signing_keys.approval == KeyApproval::AtOnce {
        tracing::warn!(
            "signing keys are approved at once where the licence is on record, without an administrator; this is for demonstrations only"
        );
    }
    let outgoing = tls::outgoing_client(config.openid.authority.as_deref())?;
    let providers = Providers::new(&config.openid, config.public_url.as_ref(), &outgoing)?;
    providers.watch(life);
    let app = app.with_providers(providers);
    let reachable = Reachable { loopback: config.webhooks.allow_loopback, private: config.webhooks.allow_private };
    let app = app.with_reachable(reachable);
    let sender = Sender::new(tls::outgoing_client(config.webhooks.authority.as_deref())?, reachable);
    let app = app.with_recordings(config.recordings.directory.clone()).with_enroller(enroller);
    certificates::watch(life, identity, own.clone(), systems.clone(), app.revoked.clone())?;
    let rooms = Rooms::start(life, shards, config.media.clone(), &limits, app.clone(), presence);
    jobs::spawn(life, app.clone(), config.media.bulk.clone());
    jobs::recordings::spawn(life, app.clone(), rooms.clone());
    jobs::spawn_queue(life, app.clone());
    jobs::webhooks::spawn(life, app.clone(), sender);

    let local = |listener: &tokio::net::TcpListener| {
        listener.local_addr().map_err(|error| StartError::Boxes(error.to_string()))
    };
    let whip = local(&whip_listener)?;
    let bulk = Bulk::new(app.clone(), config.media.bulk.clone());
    let door = app.clone();
    let grace = SignedDuration::from_hours(24 * i64::from(app.policy.box_renewal_grace_days));
    let state = ApiState { app, rooms: rooms.clone(), whip_url: config.whip_url(whip), limits: limits.clone() };
    let router = http::router(state.clone());

    let boxes_config = endpoint::server_config(tls::quic_server(&own, &systems)?, &limits)
        .map_err(|error| StartError::Boxes(error.to_string()))?;
    let boxes =
        endpoint::open(box_socket, boxes_config.clone()).map_err(|error| StartError::Boxes(error.to_string()))?;
    let addresses = Addresses {
        boxes: boxes.local_addr().map_err(|error| StartError::Boxes(error.to_string()))?,
        api: local(&api_listener)?,
        media,
        whip,
        ops: local(&ops_listener)?,
        enrolment: door_listener.as_ref().map(local).transpose()?,
    };

    let figures = limits.http();
    serve::spawn(life, ops_listener, None, http::ops_router(state.clone(), metrics), figures.options("ops"));
    let api = ServeOptions {
        max_connections: limits.api_connections,
        max_connections_per_address: limits.api_connections_per_address,
        ..figures.options("api")
    };
    let api_tls = Arc::new(tls::https_mtls_server(&own, &systems)?);
    let api_router = identified(router.clone(), door.revoked.clone());
    serve::spawn(life, api_listener, Some(api_tls), api_router, api);
    if let Some(listener) = door_listener {
        let tls = Arc::new(tls::enrolment_server(&own, &systems, grace)?);
        let options = ServeOptions {
            max_connections: limits.enrolment_connections,
            max_connections_per_address: limits.enrolment_connections_per_address,
            ..figures.options("enrolment")
        };
        let router = http::enrolment::router(door).layer(from_fn_with_state(Transport { tls: true }, headers::plain));
        serve::spawn(life, listener, Some(tls), router, options);
    }
    let whip_tls = match config.listen.whip_tls {
        true => Some(Arc::new(tls::page_server(&identity.certificate, &identity.key)?)),
        false => None,
    };
    let whip_options = ServeOptions {
        max_connections: limits.whip_connections,
        max_connections_per_address: limits.whip_connections_per_address,
        ..figures.options("whip")
    };
    let transport = Transport { tls: whip_tls.is_some() };
    let whip_router = http::whip::router(state).layer(from_fn_with_state(transport, headers::plain));
    serve::spawn(life, whip_listener, whip_tls, whip_router, whip_options);
    let (sessions, begun, crowd) = (Sessions::default(), clock::now_instant(), Crowd::new(limits.connections_per_box));
    let context = SessionContext { bulk, rooms, router, sessions, begun, limits, crowd };
    endpoint::spawn(life, boxes, boxes_config, context);
    Ok(addresses)
}

/// What enrols and renews boxes, where the settings have a key for it.
fn enroller(config: &Config, own: &Standing) -> Result<Option<Enroller>, CertsError> {
    let Some(key) = &config.enrolment.key else { return Ok(None) };
    let certificate = config.enrolment.authority.as_ref().unwrap_or(&config.identity.systems_authority);
    let authority = IssuingAuthority::load(Issuing::Systems, certificate, key)?;
    // What stands behind the relay's own certificate is what a box will see.
    let own = own.current();
    let shown = own.chain().get(1).unwrap_or_else(|| authority.der());
    let relay_authority_sha256 = tls::fingerprint(shown);
    Ok(Some(Enroller { relay_authority_sha256, address: config.enrolment.address.clone(), authority }))
}

/// Turns the certificate that TLS has checked into who the peer is. One that the authority's list revokes is nobody.
fn identified(router: Router, revoked: RevokedList) -> Router {
    use axum::extract::Request;
    use axum::middleware::{Next, from_fn};
    use yunzhen_certs::CertificateFacts;
    use yunzhen_runtime::serve::PeerCertificate;

    router.layer(from_fn(move |mut request: Request, next: Next| {
        let facts = match request.extensions().get::<PeerCertificate>() {
            Some(PeerCertificate(Some(der))) => CertificateFacts::from_der(der).ok(),
            _ => None,
        };
        if let Some(facts) = facts.filter(|facts| !revoked.holds(&facts.serial)) {
            request.extensions_mut().insert(facts.identity);
        }
        next.run(request)
    }))
}
