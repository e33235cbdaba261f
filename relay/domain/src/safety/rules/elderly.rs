//! Medicines that are inappropriate in old age, or with a disease in old age.

use super::{clear_if_silent, found_by};
use crate::safety::check::Case;
use crate::safety::course::Course;
use crate::safety::knowledge::Elderly;
use crate::safety::{Finding, FindingKind};

const KIND: FindingKind = FindingKind::Elderly;

pub(super) fn elderly(case: &Case<'_>, out: &mut Vec<Finding>) {
    for line in case.lines() {
        for rule in &case.knowledge.elderly {
            if case.resident.age >= rule.from_age && is_taken(line, rule) && has_disease(case, rule) {
                out.push(found_by(rule, KIND, line.line(), line.named()));
            }
        }
    }
    if case.lines_covered() {
        clear_if_silent(out, KIND, "未发现老年人不适当用药", "Nothing inappropriate for the age", case.source());
    }
}

fn is_taken(line: &Course<'_>, rule: &Elderly) -> bool {
    let times = line.times.unwrap_or(1) as f64;
    line.parts.iter().filter(|p| rule.of.has(p.at)).any(|part| match (rule.above_daily, part.single) {
        (None, _) => true,
        (Some(most), Some(single)) => single * times > most * (1.0 + 1e-9),
        (Some(_), None) => false,
    })
}

/// On the problem list, or what the prescription itself is for.
fn has_disease(case: &Case<'_>, rule: &Elderly) -> bool {
    let listed = case.resident.conditions.iter().map(|c| c.code.as_str());
    let mut codes = listed.chain([case.draft.diagnosis_code.as_str()]);
    rule.with.is_empty() || codes.any(|code| rule.with.iter().any(|prefix| code.starts_with(prefix.as_str())))
}
