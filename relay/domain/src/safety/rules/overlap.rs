//! More of an ingredient while enough of it is still in hand.

use super::{by_rule, clear_if_silent, finding, found_by};
use crate::safety::check::Case;
use crate::safety::course::{Course, Origin};
use crate::safety::{Finding, FindingKind, Outcome, Severity};

const KIND: FindingKind = FindingKind::Overlap;

pub(super) fn overlap(case: &Case<'_>, out: &mut Vec<Finding>) {
    for line in case.lines() {
        let others = case.courses.iter().filter(|c| !c.is_draft() && shares(line, c));
        let (mut in_hand, mut lasts) = (false, None);
        for other in others {
            match other.origin {
                // Of what was called back, written off or used up nothing is in hand, and it does not count.
                Origin::Running(of_it) => lasts = lasts.max(of_it.map(|lasts| lasts.days)),
                _ => in_hand = true,
            }
        }
        if let Some(left) = lasts {
            for rule in case.knowledge.overlaps.iter().filter(|r| left > r.days_left) {
                let (zh, en) = line.named();
                let named = (format!("{zh}（还有 {left} 天）"), format!("{en} ({left} days left)"));
                out.push(found_by(rule, KIND, line.line(), named));
            }
        } else if let (true, Some(rule)) = (in_hand, case.knowledge.overlaps.first()) {
            out.push(by_rule(amount_unknown(case, line), rule));
        }
    }
    if case.all_covered() {
        clear_if_silent(out, KIND, "与在手药品无重叠", "Nothing overlaps with what is in hand", case.source());
    }
}

fn shares(line: &Course<'_>, other: &Course<'_>) -> bool {
    line.parts.iter().any(|a| other.parts.iter().any(|b| a.at == b.at))
}

/// The home's list says that it is taken and not how much is left.
fn amount_unknown(case: &Case<'_>, line: &Course<'_>) -> Finding {
    let (zh, en) = line.named();
    finding(
        KIND,
        Outcome::InputMissing,
        Severity::Info,
        line.line(),
        (format!("{zh}已在用，余量未知"), format!("{en} is being taken; how much is left is not known")),
        case.source(),
        ("请向护士核对余量", "Ask the nurse how much is left"),
    )
}
