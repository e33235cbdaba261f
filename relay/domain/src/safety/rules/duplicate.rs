//! The same ingredient twice, or two of a class of which one is enough. Within a draft it weighs what the rule says; beside something in hand it may be a
//! change of medicine, so it is to be read and no more. The same product again is a repeat, which `overlap` looks at.

use super::{clear_if_silent, found_by};
use crate::safety::check::Case;
use crate::safety::course::Course;
use crate::safety::knowledge::{Duplicate, Rule as _};
use crate::safety::{Finding, FindingKind, Severity};

const KIND: FindingKind = FindingKind::Duplicate;

pub(super) fn duplicate(case: &Case<'_>, out: &mut Vec<Finding>) {
    let mut told = Vec::new();
    for (i, one) in case.lines().enumerate() {
        for other in case.courses.iter().skip(i + 1) {
            let repeat = !other.is_draft() && one.drug_id == other.drug_id;
            if repeat {
                continue;
            }
            for (n, rule) in case.knowledge.duplicates.iter().enumerate() {
                let Some(key) = same(rule, one, other).map(|(a, b)| (n, i, a, b)) else { continue };
                if told.contains(&key) {
                    continue;
                }
                told.push(key);
                let ((zh, en), (zh2, en2)) = (one.named(), other.named());
                let line = other.line().or(one.line());
                let mut found = found_by(rule, KIND, line, (format!("{zh} + {zh2}"), format!("{en} + {en2}")));
                if !other.is_draft() {
                    found.severity = rule.about().severity.min(Severity::Warn);
                }
                out.push(found);
            }
        }
    }
    if case.all_covered() {
        clear_if_silent(out, KIND, "无重复用药", "No duplicate", case.source());
    }
}

type Pair = (crate::safety::knowledge::IngredientAt, crate::safety::knowledge::IngredientAt);

/// Which ingredients are the same by this rule.
fn same(rule: &Duplicate, one: &Course<'_>, other: &Course<'_>) -> Option<Pair> {
    let pairs = one.parts.iter().flat_map(|a| other.parts.iter().map(move |b| (a.at, b.at)));
    pairs.into_iter().find(|&(a, b)| match &rule.of {
        None => a == b,
        Some(class) => a != b && class.has(a) && class.has(b),
    })
}
