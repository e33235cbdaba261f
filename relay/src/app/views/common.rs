//! Pieces that several views share.

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use utoipa::{IntoParams, ToSchema};

use super::codes::StaffId;

/// An instant, in JSON RFC 3339 UTC with milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, ToSchema)]
#[schema(value_type = String, format = DateTime, examples("2026-11-23T08:15:30.250Z"))]
pub struct Time(pub Timestamp);

impl From<Timestamp> for Time {
    fn from(at: Timestamp) -> Self {
        Self(at)
    }
}

impl Serialize for Time {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // Cut as the store cuts: a first answer shows the time that is read back later.
        let at = Timestamp::from_millisecond(self.0.as_millisecond()).unwrap_or(self.0);
        serializer.collect_str(&format_args!("{at:.3}"))
    }
}

impl<'de> Deserialize<'de> for Time {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Timestamp::deserialize(deserializer).map(Self)
    }
}

/// One page of a list; `next` is the cursor of the following page, `null` at the end.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Page<T> {
    /// The rows, in the list's stated order.
    pub items: Vec<T>,
    /// Pass as `cursor` to read on.
    #[schema(required)]
    pub next: Option<String>,
}

impl<T> Page<T> {
    /// A list that has no further page.
    pub fn whole(items: Vec<T>) -> Self {
        Self { items, next: None }
    }
}

/// A member of staff by name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct StaffRef {
    /// Staff id.
    pub id: StaffId,
    /// Name as shown.
    pub name: String,
}

/// One step of a prescription's or delivery's history, for a person to read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TimelineStep {
    /// Which step: the name of the state that was entered.
    pub step: String,
    /// When.
    pub at: Time,
    /// Who did it, by name (absent when the system did).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub who: Option<String>,
}

/// Body of a command that needs nothing but the version it was decided on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct VersionBody {
    /// The `version` that the person saw.
    pub version: i64,
}

/// Body of a command that needs a reason in words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReasonBody {
    /// The `version` that the person saw.
    pub version: i64,
    /// Why, as the person wrote it.
    #[schema(min_length = 1, max_length = 500)]
    pub reason: String,
}

/// Where to read a list on.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct CursorQuery {
    /// Where the last page ended.
    pub cursor: Option<String>,
}

/// The language of a printed page.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct LanguageQuery {
    /// `zh` or `en`; Chinese when left out.
    pub lang: Option<String>,
}
