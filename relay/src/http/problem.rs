//! What the API says when it says no: RFC 9457, with what the person can do.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// `application/problem+json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = Problem)]
pub struct ProblemBody {
    /// `https://yunzhen.dev/problems/<code>`.
    #[serde(rename = "type")]
    pub kind: String,
    /// What went wrong, in a few words of the reader's language.
    pub title: String,
    /// HTTP status.
    pub status: u16,
    /// What went wrong here.
    pub detail: String,
    /// Stable code for programs.
    pub code: String,
    /// What the person can do.
    pub action: String,
    /// Which fields are wrong.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<FieldProblem>,
}

/// One wrong field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FieldProblem {
    /// Path into the body, as `readings[0].value`.
    pub path: String,
    /// What is wrong with it.
    pub message: String,
}
