//! Drugs and diagnoses to choose from.

use serde::Deserialize;
use utoipa::IntoParams;

pub use yunzhen_domain::formulary::{Diagnosis, Drug};

/// A search.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct SearchQuery {
    /// Chinese, English, pinyin initials or code.
    pub q: Option<String>,
}
