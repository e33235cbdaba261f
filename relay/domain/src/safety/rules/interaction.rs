//! Medicines that do not go together: within the draft, and with what is in hand or on another prescription.

use super::{clear_if_silent, found_by};
use crate::safety::check::Case;
use crate::safety::course::Course;
use crate::safety::knowledge::Interaction;
use crate::safety::{Finding, FindingKind};

const KIND: FindingKind = FindingKind::Interaction;

pub(super) fn interaction(case: &Case<'_>, out: &mut Vec<Finding>) {
    // A medicine in hand that is on the draft as well is told once.
    let mut told = Vec::new();
    for (i, one) in case.courses.iter().enumerate().take_while(|(_, c)| c.is_draft()) {
        for (j, other) in case.courses.iter().enumerate().skip(i + 1) {
            for (a, b) in one.parts.iter().flat_map(|a| other.parts.iter().map(move |b| (a.at, b.at))) {
                if a == b {
                    continue;
                }
                for (n, rule) in case.knowledge.interactions.iter().enumerate() {
                    let pair = (rule.a.has(a) && rule.b.has(b)) || (rule.a.has(b) && rule.b.has(a));
                    let key = (n, a.min(b), a.max(b));
                    if !pair || told.contains(&key) {
                        continue;
                    }
                    let Some(third) = third(case, rule, [i, j]) else { continue };
                    told.push(key);
                    let named = [Some(one), Some(other), third].into_iter().flatten().map(Course::named);
                    let (zh, en): (Vec<_>, Vec<_>) = named.unzip();
                    let line = other.line().or(one.line());
                    out.push(found_by(rule, KIND, line, (zh.join(" + "), en.join(" + "))));
                }
            }
        }
    }
    if case.all_covered() {
        clear_if_silent(out, KIND, "未发现相互作用", "No interaction found", case.source());
    }
}

/// The third medicine of a rule that needs one; `None` when it needs one and there is none.
fn third<'a, 'c>(case: &'a Case<'c>, rule: &Interaction, taken: [usize; 2]) -> Option<Option<&'a Course<'c>>> {
    let Some(with) = &rule.with else { return Some(None) };
    let others = case.courses.iter().enumerate().filter(|(n, _)| !taken.contains(n));
    others.map(|(_, c)| c).find(|c| c.parts.iter().any(|p| with.has(p.at))).map(Some)
}
