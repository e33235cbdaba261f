//! Medicines that are inappropriate in old age, or with a disease in old age. Where that depends on the dose of a day, what is taken when needed without a limit a
//! day is `input_missing`.

use super::{by_rule, clear_if_silent, found_by, unbounded};
use crate::safety::check::Case;
use crate::safety::course::{Course, Daily};
use crate::safety::knowledge::Elderly;
use crate::safety::{Finding, FindingKind};

const KIND: FindingKind = FindingKind::Elderly;

pub(super) fn elderly(case: &Case<'_>, out: &mut Vec<Finding>) {
    for line in case.lines() {
        for rule in &case.knowledge.elderly {
            if case.resident.age < rule.from_age {
                continue;
            }
            match in_a_day(line, rule) {
                Daily::Above if has_disease(case, rule) => out.push(found_by(rule, KIND, line.line(), line.named())),
                Daily::Unbounded if has_disease(case, rule) => out.push(by_rule(unbounded(case, KIND, line), rule)),
                _ => {}
            }
        }
    }
    if case.lines_covered() {
        clear_if_silent(out, KIND, "未发现老年人不适当用药", "Nothing inappropriate for the age", case.source());
    }
}

/// By the heaviest of the parts that the rule is about; a rule without a dose is broken by the first.
fn in_a_day(line: &Course<'_>, rule: &Elderly) -> Daily {
    let mut of = line.parts.iter().filter(|p| rule.of.has(p.at));
    match rule.above_daily {
        None if of.next().is_some() => Daily::Above,
        None => Daily::Within,
        Some(most) => {
            let heaviest = of.filter_map(|p| p.single).reduce(f64::max);
            heaviest.map_or(Daily::Within, |single| line.daily(single, most))
        }
    }
}

/// On the problem list, or what the prescription itself is for.
fn has_disease(case: &Case<'_>, rule: &Elderly) -> bool {
    let listed = case.resident.conditions.iter().map(|c| c.code.as_str());
    let mut codes = listed.chain([case.draft.diagnosis_code.as_str()]);
    rule.with.is_empty() || codes.any(|code| rule.with.iter().any(|prefix| code.starts_with(prefix.as_str())))
}
