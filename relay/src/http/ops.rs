//! For operators and their monitoring, on a private port: alive, ready, metrics.

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use metrics_exporter_prometheus::PrometheusHandle;

use crate::app::App;

/// `/healthz`, `/readyz`, `/metrics`.
pub fn router(app: App, metrics: PrometheusHandle) -> Router {
    Router::new()
        .route("/healthz", get(async || "ok\n"))
        .route("/readyz", get(ready).with_state(app))
        .route("/metrics", get(async move || metrics.render()))
}

/// Ready means that the care record answers.
async fn ready(State(app): State<App>) -> (StatusCode, String) {
    match crate::app::events::newest(&app).await {
        Ok(_) => (StatusCode::OK, "ready\n".into()),
        Err(error) => (StatusCode::SERVICE_UNAVAILABLE, format!("the care record does not answer: {error}\n")),
    }
}
