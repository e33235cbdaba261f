//! The rules, one small file each. Those of the law come first, in the order of the table in `domain.md` section 2; then those of the safety data.

mod allergy;
mod coverage;
mod dose;
mod duplicate;
mod elderly;
mod interaction;
mod legal;
mod load;
mod overlap;
mod renal;
mod route;
mod supply;

pub(super) use legal::{banned, decoction, eligibility, items, long_exclusion, validity};
pub(super) use supply::supply;

use super::check::Case;
use super::course::Course;
use super::knowledge::Rule;
use super::{Finding, FindingKind, Outcome, Severity};

/// The rules of the safety data.
pub(super) const OF_THE_DATA: [fn(&Case<'_>, &mut Vec<Finding>); 10] = [
    allergy::allergy,
    coverage::coverage,
    route::route,
    duplicate::duplicate,
    interaction::interaction,
    dose::dose,
    renal::renal,
    elderly::elderly,
    load::load,
    overlap::overlap,
];

/// A finding in the making: the words come pairwise, so that none is forgotten.
pub(super) fn finding(
    kind: FindingKind,
    outcome: Outcome,
    severity: Severity,
    item_no: Option<u16>,
    message: (String, String),
    source: (&str, &str),
    action: (&str, &str),
) -> Finding {
    Finding {
        outcome,
        severity,
        kind,
        item_no,
        message_zh: message.0,
        message_en: message.1,
        source: source.0.to_owned(),
        source_en: Some(source.1.to_owned()),
        action_zh: action.0.to_owned(),
        action_en: action.1.to_owned(),
        rule_id: None,
        rule_version: None,
        rule_date: None,
        creatinine_days: None,
    }
}

/// What a rule of the data says to the medicines named.
pub(super) fn found_by(rule: &dyn Rule, kind: FindingKind, item_no: Option<u16>, named: (String, String)) -> Finding {
    let about = rule.about();
    let words = (format!("{}：{}", named.0, about.message.0), format!("{}: {}", named.1, about.message.1));
    let found = finding(kind, Outcome::Alert, about.severity, item_no, words, about.source, about.action);
    by_rule(found, rule)
}

/// What to do where a day has no bound.
const ENTER_LIMIT: (&str, &str) = ("请填写每日最多次数", "Enter the most times a day");

/// The line is taken when needed and does not say how often at most: a rule on what a day brings has no answer to it.
fn unbounded(case: &Case<'_>, kind: FindingKind, line: &Course<'_>) -> Finding {
    let (zh, en) = line.named();
    let against = match kind {
        FindingKind::Renal => ("对照肾功能的每日剂量", "its daily dose for these kidneys"),
        FindingKind::Elderly => ("老年人的每日剂量", "its daily dose in old age"),
        _ => ("每日剂量", "its daily dose"),
    };
    let words = (
        format!("{zh}按需使用而未填写每日最多次数，{}未能核查", against.0),
        format!("{en} is taken when needed without a limit a day: {} was not checked", against.1),
    );
    finding(kind, Outcome::InputMissing, Severity::Warn, line.line(), words, case.source(), ENTER_LIMIT)
}

/// The same finding with the rule it comes from.
pub(super) fn by_rule(finding: Finding, rule: &dyn Rule) -> Finding {
    let about = rule.about();
    Finding {
        rule_id: Some(about.id.to_owned()),
        rule_version: Some(about.version.to_owned()),
        rule_date: Some(about.date),
        ..finding
    }
}

/// "Checked, nothing found" for a whole rule, unless it has spoken already.
pub(super) fn clear_if_silent(out: &mut Vec<Finding>, kind: FindingKind, zh: &str, en: &str, source: (&str, &str)) {
    if out.iter().any(|f| f.kind == kind) {
        return;
    }
    let words = (zh.to_owned(), en.to_owned());
    out.push(finding(kind, Outcome::Clear, Severity::Info, None, words, source, ("无需处理", "Nothing to do")));
}
