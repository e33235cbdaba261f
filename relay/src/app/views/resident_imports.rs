//! Residents from a file: what it would do, what it did.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::codes::{Format, HomeId, Likeness, ResidentId};

/// A file of residents.
#[derive(Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ResidentImport {
    /// What kind of file.
    pub format: Format,
    /// The file as text, at most 720 KiB.
    pub content: String,
    /// Into which home; a nurse's own when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = "uuid")]
    pub home_id: Option<HomeId>,
    /// Take the good entries and leave the bad ones; otherwise one bad entry refuses the file.
    #[serde(default)]
    pub skip_bad: bool,
}

/// What came of a file, entry by entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ImportReport {
    /// Nothing was kept: this is what would happen.
    pub dry_run: bool,
    /// Entries of the file.
    pub total: u32,
    /// Registered, or would be.
    pub registered: Vec<ImportedResident>,
    /// Known already by their identity number: listed, not created.
    pub duplicates: Vec<ImportDuplicate>,
    /// Cannot be taken, with every reason.
    pub bad: Vec<BadEntry>,
}

/// An entry that became a record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ImportedResident {
    /// Where in the file.
    pub place: String,
    /// The new record; absent in a dry run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = "uuid")]
    pub id: Option<ResidentId>,
    /// Name.
    pub name: String,
    /// Room and bed.
    pub bed: String,
    /// Medicines in hand that came with it.
    pub medicines: u32,
    /// Vital signs that came with it.
    pub observations: u32,
    /// Looks like the same person as another by name and birth date: an administrator is asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub twin: Option<ImportTwin>,
}

/// Whom an entry looks like.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ImportTwin {
    /// The record, when it is one and the caller may see it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = "uuid")]
    pub resident_id: Option<ResidentId>,
    /// The entry of the same file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub same_as_place: Option<String>,
}

/// An entry that is a person already known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ImportDuplicate {
    /// Where in the file.
    pub place: String,
    /// Name in the file.
    pub name: String,
    /// Why it is the same person.
    pub likeness: Likeness,
    /// The record, when the caller may see it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = "uuid")]
    pub resident_id: Option<ResidentId>,
    /// The entry of the same file that is the same person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub same_as_place: Option<String>,
}

/// An entry that cannot be taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BadEntry {
    /// Where in the file: `line 3`, `Patient/p1`.
    pub place: String,
    /// Every reason.
    pub reasons: Vec<BadField>,
}

/// One field that cannot be taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BadField {
    /// Which field; empty for the entry as a whole.
    pub field: String,
    /// Chinese.
    pub message_zh: String,
    /// English.
    pub message_en: String,
}
