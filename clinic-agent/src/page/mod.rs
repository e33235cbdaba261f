//! The nurse's page on the home's own network: her browser talks to this box only.
//!
//! | module | what |
//! |---|---|
//! | [`session`] | signing in, cookies, who is asking; works offline for a session that is known |
//! | [`shift`] | whose PIN and badge open this tablet, the lock |
//! | [`api`] | `/api/*` over the link, with the last answer when there is no link |
//! | [`status`] | link, spool and media as the page shows them |
//! | [`spool`] | what the nurse writes |
//! | [`buttons`] | what the buttons at the beds are doing |
//! | [`devices`] | what measuring devices sent, until the nurse says whose it is |
//! | [`legs`] | the tablet's WebRTC legs |
//! | [`urgent_calls`] | a resident's button |
//! | [`receipts`] | a parcel that the nurse counted |
//! | [`problems`] | everything that can go wrong here, in words |

mod api;
mod buttons;
mod devices;
mod legs;
mod problems;
mod receipts;
mod session;
mod shift;
mod spool;
mod status;
mod urgent_calls;

pub use status::Health;

use crate::buttons::Buttons;
use crate::devices::Inbox;
use crate::link::Link;
use crate::modem::watching::Modems;
use crate::outbox::Outbox;
use crate::playback::Legs;
use crate::receipts::Receipts;
use crate::shift::Shift;
use crate::spool::Spool;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::{HeaderMap, Method, Uri};
use axum::middleware;
use axum::response::Response;
use axum::routing::{any, delete, get, post, put};
use yunzhen_runtime::web::cookies::CookiePolicy;
use yunzhen_runtime::web::headers::{self, Transport};
use yunzhen_runtime::web::{assets, csrf, moved};

/// What the handlers share.
#[derive(Clone)]
pub struct AppState {
    /// The relay.
    pub link: Link,
    /// What waits for it.
    pub spool: Spool,
    /// The home's part in a consultation.
    pub outbox: Outbox,
    /// The tablets.
    pub legs: Legs,
    /// The measuring devices.
    pub devices: Inbox,
    /// The buttons at the beds.
    pub buttons: Buttons,
    /// Parcels that are counted.
    pub receipts: Receipts,
    /// The radio signal.
    pub modems: Modems,
    /// How cookies are marked.
    pub cookies: CookiePolicy,
    /// What a person should know about this box.
    pub health: Health,
    /// Who shares the tablets of this shift.
    pub shift: Shift,
    /// Of the body of a request.
    pub body_bytes: usize,
}

/// All routes.
pub fn router(state: AppState) -> Router {
    let cookies = state.cookies;
    let leg = "/page/consultations/{consultation}/legs/{leg}";
    Router::new()
        .route("/session/sign-in", post(session::sign_in))
        .route("/session/sign-out", post(session::sign_out))
        .route("/session/me", get(session::me))
        .route("/session/shift", get(shift::show))
        .route("/session/shift-pin", put(shift::set_pin))
        .route("/session/switch", post(shift::switch))
        .route("/session/switch-badge", post(shift::switch_by_badge))
        .route("/session/lock", post(shift::lock))
        .route("/session/touch", post(shift::touch))
        .route("/session/{*rest}", any(nothing_here))
        .route("/page/status", get(status::status))
        .route("/page/status/events", get(status::events))
        .route("/page/spool", get(spool::list).post(spool::save))
        .route("/page/spool/{id}/dismiss", post(spool::dismiss))
        .route("/page/deliveries/{id}/receipt", post(receipts::receive))
        .route("/page/devices", get(devices::list))
        .route("/page/devices/recordings", post(devices::take_file))
        .route("/page/devices/readings/{id}/recording", get(devices::recording))
        .route("/page/devices/readings/{id}/confirm", post(devices::confirm))
        .route("/page/devices/readings/{id}/discard", post(devices::discard))
        .route("/page/buttons/calls/{id}/seen", post(buttons::seen))
        .route("/page/consultations/{consultation}/legs", post(legs::join))
        .route(leg, delete(legs::leave).patch(legs::patch))
        .route(&format!("{leg}/media-state"), put(legs::media_state))
        .route(&format!("{leg}/quality"), post(legs::quality))
        .route(&format!("{leg}/events"), get(legs::events))
        .route("/page/consultations/{consultation}/home-camera", post(legs::home_camera))
        .route("/page/urgent-calls", post(urgent_calls::raise))
        .route("/page/urgent-calls/{call}", get(urgent_calls::progress))
        .route("/page/{*rest}", any(nothing_here))
        .route("/api/{*rest}", any(api::forward))
        .route("/fhir", any(moved::below_api))
        .route("/fhir/{*rest}", any(moved::below_api))
        .route("/healthz", get(|| async { "ok" }))
        .fallback(page)
        .layer(DefaultBodyLimit::max(state.body_bytes))
        .layer(middleware::from_fn_with_state(cookies, csrf::guard))
        .layer(middleware::from_fn_with_state(Transport { tls: cookies.secure }, headers::secure))
        .with_state(state)
}

async fn nothing_here(request: HeaderMap) -> Response {
    problems::NOT_FOUND.answer(&request)
}

async fn page(method: Method, uri: Uri, request: HeaderMap) -> Response {
    if !matches!(method, Method::GET | Method::HEAD) {
        return problems::NOT_FOUND.answer(&request);
    }
    assets::serve::<Web>(uri.path(), &request)
}

/// The built web application.
#[derive(rust_embed::RustEmbed)]
#[folder = "web/dist"]
struct Web;
