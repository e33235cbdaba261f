//! What a program says about itself: tracing to stderr and a page of metrics. Never medical text, a name or a token.

use std::io::IsTerminal as _;

use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder, PrometheusHandle};
use serde::{Deserialize, Serialize};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::ParseError;

/// The `[telemetry]` section of every program.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TelemetrySettings {
    /// Lines for people or for machines.
    pub format: LogFormat,
    /// What to log, in the notation of `RUST_LOG`: `info,yunzhen_relay=debug`.
    pub filter: String,
}

/// Our own programs at `info`; the WebRTC libraries report each peer's daily life as warnings and are asked for less.
const DEFAULT_FILTER: &str = "info,webrtc=warn,rtc=warn,rtc_ice=warn,rtc_dtls=error,rtc_interceptor=warn";

impl Default for TelemetrySettings {
    fn default() -> Self {
        Self { format: LogFormat::Text, filter: DEFAULT_FILTER.into() }
    }
}

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    /// One readable line per event.
    Text,
    /// One JSON object per event.
    Json,
}

/// Why telemetry could not start.
#[derive(Debug, thiserror::Error)]
pub enum TelemetryError {
    /// The filter is not in the notation of `RUST_LOG`.
    #[error("telemetry.filter `{filter}` cannot be read ({cause}); write it like `info,yunzhen_relay=debug`")]
    Filter {
        /// What was written.
        filter: String,
        /// What is wrong with it.
        cause: ParseError,
    },
    /// Telemetry was started twice in one process.
    #[error("telemetry was started twice in this process: {0}")]
    Twice(Box<dyn std::error::Error + Send + Sync>),
    /// The recorder could not be made.
    #[error("the metrics recorder could not be started: {0}")]
    Metrics(#[from] BuildError),
}

/// Sends events to stderr as the settings say.
///
/// # Errors
/// When the filter cannot be read or a subscriber is there already.
pub fn init_logging(settings: &TelemetrySettings) -> Result<(), TelemetryError> {
    let filter = EnvFilter::try_new(&settings.filter)
        .map_err(|cause| TelemetryError::Filter { filter: settings.filter.clone(), cause })?;
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    // Colours are for people before a terminal, not for files.
    let builder = builder.with_ansi(std::io::stderr().is_terminal());
    match settings.format {
        LogFormat::Text => builder.try_init(),
        LogFormat::Json => builder.json().flatten_event(true).try_init(),
    }
    .map_err(TelemetryError::Twice)
}

/// Installs the recorder of this process; `handle.render()` is the body of `/metrics`.
///
/// Durations are histograms in seconds; their names end in `_seconds`.
///
/// # Errors
/// When a recorder is there already.
pub fn init_metrics() -> Result<PrometheusHandle, TelemetryError> {
    const SECONDS: [f64; 12] = [0.0005, 0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0];
    Ok(PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Suffix("_seconds".into()), &SECONDS)?
        .install_recorder()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_that_cannot_be_read_is_named() {
        let settings = TelemetrySettings { filter: "info,=:=".into(), ..TelemetrySettings::default() };
        let error = init_logging(&settings).expect_err("bad filter").to_string();
        assert!(error.contains("telemetry.filter `info,=:=`"), "{error}");
    }

    #[test]
    fn metrics_render_what_was_counted() {
        let handle = init_metrics().expect("first recorder");
        metrics::counter!("yunzhen_test_total").increment(2);
        metrics::histogram!("yunzhen_test_seconds").record(0.003);
        let page = handle.render();
        assert!(page.contains("yunzhen_test_total 2"), "{page}");
        assert!(page.contains("yunzhen_test_seconds_bucket{le=\"0.005\"} 1"), "{page}");
    }
}
