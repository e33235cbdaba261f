//! The door for boxes that cannot come in yet: enrolment by a code, renewal by a certificate that has ended lately. Nothing else is served here, so that what an expired certificate
//! opens is one route.
//!
//! A listener of its own (`[enrolment] listen`), TLS 1.3 with the relay's certificate; what a box must show is in PROTOCOL.md section 1.2.

use std::net::SocketAddr;

use axum::extract::{ConnectInfo, FromRequestParts, State};
use axum::http::request::Parts;
use axum::middleware::from_fn;
use axum::routing::post;
use axum::{Json, Router};
use yunzhen_certs::{CertificateFacts, Identity};
use yunzhen_domain::Actor;
use yunzhen_runtime::clock;
use yunzhen_runtime::crowd::neighbourhood;
use yunzhen_runtime::serve::PeerCertificate;

use crate::app::views::boxes::{EnrolmentRequest, IssuedCertificate, RenewalRequest};
use crate::app::{self, App, Context, Entrance, Visitor};
use crate::http::extract::Parsed;
use crate::http::problem::{self, Fault, Problem};

/// The routes of the door.
pub fn router(app: App) -> Router {
    Router::new()
        .route("/enrol", post(enrol))
        .route("/renew", post(renew))
        .fallback(async || Problem::from(Fault::NoSuchPlace))
        .method_not_allowed_fallback(async || Problem::from(Fault::Method))
        .layer(from_fn(problem::render))
        .with_state(app)
}

/// Who stands there.
struct AtTheDoor {
    origin: Entrance,
    /// What TLS has checked: a box's, valid or ended within the grace.
    certificate: Option<CertificateFacts>,
}

impl FromRequestParts<App> for AtTheDoor {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Problem> {
        let address =
            parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|info| neighbourhood(info.0.ip()).to_string());
        let source = address.ok_or_else(|| Problem::from(Fault::Unauthenticated))?;
        let certificate = match parts.extensions.get::<PeerCertificate>() {
            Some(PeerCertificate(Some(der))) => CertificateFacts::from_der(der).ok(),
            Some(PeerCertificate(None)) | None => None,
        };
        let now = clock::now_timestamp();
        let origin = Entrance { now, source, through_box: None, visitor: Visitor::default() };
        Ok(Self { origin, certificate })
    }
}

async fn enrol(
    State(app): State<App>,
    visitor: AtTheDoor,
    Parsed(input): Parsed<EnrolmentRequest>,
) -> Result<Json<IssuedCertificate>, Problem> {
    Ok(Json(app::boxes::enrol(&app, &visitor.origin, input).await?))
}

async fn renew(
    State(app): State<App>,
    visitor: AtTheDoor,
    Parsed(input): Parsed<RenewalRequest>,
) -> Result<Json<IssuedCertificate>, Problem> {
    let shown = visitor.certificate.ok_or_else(|| Problem::from(Fault::Unauthenticated))?;
    let Identity::Box { home_id } = shown.identity else { return Err(Problem::from(Fault::Unauthenticated)) };
    let of_box = Context::of(Actor::Box { home_id }, visitor.origin.now);
    let ctx = Context { source: visitor.origin.source, through_box: Some(home_id), ..of_box };
    Ok(Json(app::boxes::renew(&app, &ctx, &shown, input).await?))
}
