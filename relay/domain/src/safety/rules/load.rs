//! Sums over all medicines: anticholinergic burden and QT prolongation, the latter with potassium where it is known.

use super::{by_rule, clear_if_silent, finding, found_by};
use crate::safety::check::Case;
use crate::safety::knowledge::{IngredientAt, Load, LoadKind, Rule as _};
use crate::safety::{Finding, FindingKind, Outcome, Severity};

pub(super) fn load(case: &Case<'_>, out: &mut Vec<Finding>) {
    for &load in LoadKind::ALL {
        let kind = match load {
            LoadKind::Anticholinergic => FindingKind::Anticholinergic,
            LoadKind::Qt => FindingKind::Qt,
        };
        let weigh = |at: IngredientAt| match load {
            LoadKind::Anticholinergic => u32::from(case.knowledge.ingredient(at).anticholinergic),
            LoadKind::Qt => u32::from(case.knowledge.ingredient(at).qt),
        };
        // What the draft does not add to is not the draft's matter.
        let adds = case.lines().any(|line| line.parts.iter().any(|p| weigh(p.at) > 0));
        if adds {
            sum_up(case, load, kind, &weigh, out);
        }
        if case.all_covered() {
            let (zh, en) = match load {
                LoadKind::Anticholinergic => ("抗胆碱能负荷不高", "The anticholinergic burden is low"),
                LoadKind::Qt => ("QT 延长风险不高", "The load on the QT interval is low"),
            };
            clear_if_silent(out, kind, zh, en, case.source());
        }
    }
}

fn sum_up(
    case: &Case<'_>,
    load: LoadKind,
    kind: FindingKind,
    weigh: &dyn Fn(IngredientAt) -> u32,
    out: &mut Vec<Finding>,
) {
    let mut weights: Vec<(IngredientAt, u32)> = Vec::new();
    for part in case.courses.iter().flat_map(|c| &c.parts) {
        if weigh(part.at) > 0 && !weights.iter().any(|(at, _)| *at == part.at) {
            weights.push((part.at, weigh(part.at)));
        }
    }
    let sum: u32 = weights.iter().map(|(_, weight)| weight).sum();
    let each = |name: &dyn Fn(IngredientAt) -> String| {
        weights.iter().map(|(at, weight)| format!("{} {weight}", name(*at))).collect::<Vec<_>>().join(" + ")
    };
    let named = (
        format!("{} = {sum}", each(&|at| case.knowledge.ingredient(at).name_zh.clone())),
        format!("{} = {sum}", each(&|at| case.knowledge.ingredient(at).name_en.clone())),
    );
    let rules = case.knowledge.loads.iter().filter(|r| r.load == load && sum >= r.at_least);
    // Of several thresholds the highest speaks.
    if let Some(rule) = rules.clone().filter(|r| r.potassium_below.is_none()).max_by_key(|r| r.at_least) {
        out.push(found_by(rule, kind, None, named.clone()));
    }
    for (rule, below) in rules.filter_map(|r| r.potassium_below.map(|below| (r, below))) {
        with_potassium(case, kind, rule, below, &named, out);
    }
}

fn with_potassium(
    case: &Case<'_>,
    kind: FindingKind,
    rule: &Load,
    below: f64,
    named: &(String, String),
    out: &mut Vec<Finding>,
) {
    let recent = case.resident.readings.potassium.filter(|r| r.age_days(case.now) <= case.policy.potassium_days);
    match recent {
        Some(potassium) if potassium.value < below => out.push(found_by(rule, kind, None, named.clone())),
        Some(_) => {}
        None => {
            let words = (
                format!("{}：没有近期血钾，未能核查", named.0),
                format!("{}: not checked without a recent potassium", named.1),
            );
            let action = ("请补测血钾", "Have the potassium measured");
            let found = finding(kind, Outcome::InputMissing, Severity::Info, None, words, rule.about().source, action);
            out.push(by_rule(found, rule));
        }
    }
}
