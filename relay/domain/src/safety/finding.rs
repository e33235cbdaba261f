//! One answer of one check.

use crate::machines::named_enum;
use jiff::civil::Date;
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
        /// Medicines that the knowledge covers.
        Coverage = "coverage",
        /// The way of a line against the form of its product.
        Route = "route",
        /// The same ingredient or class twice.
        Duplicate = "duplicate",
        /// Medicines that do not go together.
        Interaction = "interaction",
        /// Single and daily doses, frequency.
        Dose = "dose",
        /// Doses at reduced kidney function.
        Renal = "renal",
        /// Inappropriate in old age, or with a disease then.
        Elderly = "elderly",
        /// Sum of anticholinergic weights.
        Anticholinergic = "anticholinergic",
        /// Sum of QT weights.
        Qt = "qt",
        /// More while enough is in hand.
        Overlap = "overlap",
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
    /// On what it rests, Chinese.
    pub source: String,
    /// On what it rests, English; absent in findings of before it was kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_en: Option<String>,
    /// What to do, Chinese.
    pub action_zh: String,
    /// What to do, English.
    pub action_en: String,
    /// Rule of the safety data; absent for rules of law.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule_id: Option<String>,
    /// Version of the file it is in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule_version: Option<String>,
    /// When the rule was written or last looked at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = Date)]
    pub rule_date: Option<Date>,
    /// Age of the creatinine that was used, or was too old to be used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub creatinine_days: Option<u32>,
}
