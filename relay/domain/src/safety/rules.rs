//! The rules of the first day, one function each, in the order of the table in `domain.md` section 2.

mod allergy;
mod legal;
mod supply;

pub(super) use allergy::allergy;
pub(super) use legal::{banned, decoction, eligibility, items, long_exclusion, validity};
pub(super) use supply::supply;

use super::{Finding, FindingKind, Outcome, Severity};

/// A finding in the making: the words come pairwise, so that none is forgotten.
pub(super) fn finding(
    kind: FindingKind,
    outcome: Outcome,
    severity: Severity,
    item_no: Option<u16>,
    message: (String, String),
    source: &str,
    action: (&str, &str),
) -> Finding {
    Finding {
        outcome,
        severity,
        kind,
        item_no,
        message_zh: message.0,
        message_en: message.1,
        source: source.to_owned(),
        action_zh: action.0.to_owned(),
        action_en: action.1.to_owned(),
    }
}

/// "Checked, nothing found" for a whole rule, unless it has spoken already.
pub(super) fn clear_if_silent(out: &mut Vec<Finding>, kind: FindingKind, zh: &str, en: &str, source: &str) {
    if out.iter().any(|f| f.kind == kind) {
        return;
    }
    let words = (zh.to_owned(), en.to_owned());
    out.push(finding(kind, Outcome::Clear, Severity::Info, None, words, source, ("无需处理", "Nothing to do")));
}
