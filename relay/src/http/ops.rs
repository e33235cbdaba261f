//! For operators and their monitoring, on a private port: alive, ready, metrics.

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use metrics_exporter_prometheus::PrometheusHandle;

use crate::app::App;

/// `/healthz`, `/readyz`, `/metrics`, `/audit-heads`.
pub fn router(app: App, metrics: PrometheusHandle) -> Router {
    Router::new()
        .route("/healthz", get(async || "ok\n"))
        .route("/audit-heads", get(audit_heads).with_state(app.clone()))
        .route("/readyz", get(ready).with_state(app))
        .route("/metrics", get(async move || metrics.render()))
}

/// The public key and the newest signed heads of the audit log, to be kept elsewhere.
async fn audit_heads(State(app): State<App>) -> (StatusCode, String) {
    let Some(heads) = app.audit_heads else { return (StatusCode::NOT_FOUND, "nothing is published\n".into()) };
    match crate::disk::blocking(move || heads.newest()).await {
        Ok(text) => (StatusCode::OK, text),
        Err(error) => (StatusCode::SERVICE_UNAVAILABLE, format!("the published heads cannot be read: {error}\n")),
    }
}

/// Ready means that the care record answers.
async fn ready(State(app): State<App>) -> (StatusCode, String) {
    match crate::app::events::newest(&app).await {
        Ok(_) => (StatusCode::OK, "ready\n".into()),
        Err(error) => (StatusCode::SERVICE_UNAVAILABLE, format!("the care record does not answer: {error}\n")),
    }
}
