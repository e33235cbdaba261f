//! One answer of one check.

use crate::machines::named_enum;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

named_enum! {
    /// What a check can answer. "Could not check" never reads as "nothing found".
    Outcome {
        /// Checked, nothing found.
        Clear = "clear",
        /// Checked, something found.
        Alert = "alert",
        /// The knowledge does not cover it.
        NotCovered = "not_covered",
        /// A fact that the check needs is missing.
        InputMissing = "input_missing",
    }
}

named_enum! {
    /// How much weight it has; the order is by weight.
    Severity {
        /// For information.
        Info = "info",
        /// To be read.
        Warn = "warn",
        /// Needs the prescriber's reason.
        HardStop = "hard_stop",
        /// Can never be signed.
        Block = "block",
    }
}

named_enum! {
    /// Which check.
    FindingKind {
        /// Seen in person for the diagnosis.
        Eligibility = "eligibility",
        /// Known allergies and their groups.
        Allergy = "allergy",
        /// Controlled classes.
        Banned = "banned",
        /// Days of validity.
        Validity = "validity",
        /// Days of supply and doses.
        Supply = "supply",
        /// Number and form of the lines.
        Items = "items",
        /// Decoction pieces apart.
        Decoction = "decoction",
        /// What a long prescription excludes.
        LongExclusion = "long_exclusion",
    }
}

/// One answer of one check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Finding {
    /// Answer.
    pub outcome: Outcome,
    /// Weight.
    pub severity: Severity,
    /// Check.
    pub kind: FindingKind,
    /// Line it is about; absent for the whole prescription.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub item_no: Option<u16>,
    /// Chinese.
    pub message_zh: String,
    /// English.
    pub message_en: String,
    /// On what it rests.
    pub source: String,
    /// What to do, Chinese.
    pub action_zh: String,
    /// What to do, English.
    pub action_en: String,
}
