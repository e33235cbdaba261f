//! Safety rules: their files, and how often they are overridden.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use yunzhen_domain::safety::Edition;

use super::codes::Severity;
use super::common::Time;

/// Over how long.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct SafetyOverrideQuery {
    /// The last so many days; 90 when absent, 366 at most.
    #[param(minimum = 1, maximum = 366)]
    pub days: Option<u32>,
}

/// What became of the rules that spoke.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SafetyOverrides {
    /// Signed from.
    pub since: Time,
    /// Signed until.
    pub until: Time,
    /// The rule files in force.
    pub files: Vec<SafetyFile>,
    /// Rules that spoke, the most overridden first.
    pub items: Vec<SafetyOverride>,
}

/// A rule file in force.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SafetyFile {
    /// Its name.
    pub file: String,
    /// Its version.
    pub version: String,
    /// Rules and ingredients in it.
    pub entries: u64,
}

impl From<&Edition> for SafetyFile {
    fn from(e: &Edition) -> Self {
        Self { file: e.file.clone(), version: e.version.clone(), entries: e.entries as u64 }
    }
}

/// A rule that spoke on signed prescriptions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SafetyOverride {
    /// Rule.
    pub rule_id: String,
    /// Version of its file then.
    pub rule_version: String,
    /// How loudly it spoke.
    pub severity: Severity,
    /// What it says, Chinese; absent when the rule is no more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message_zh: Option<String>,
    /// What it says, English.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message_en: Option<String>,
    /// On what it rests, Chinese.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// On what it rests, English.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source_en: Option<String>,
    /// Signed prescriptions on which it spoke, at signing or before.
    pub spoke: u64,
    /// Of these, signed although it spoke.
    pub overridden: u64,
}
