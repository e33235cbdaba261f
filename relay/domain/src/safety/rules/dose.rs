//! Single and daily doses and how often, per ingredient in its own unit; else the product's own label, else `not_covered`. What is taken when needed and does not
//! say how often at most leaves a day without a bound: `input_missing`, also beside the other lines that it adds up with.

use super::{ENTER_LIMIT, by_rule, clear_if_silent, finding, found_by, unbounded};
use crate::checked::Dose;
use crate::formulary::Drug;
use crate::safety::check::Case;
use crate::safety::course::{Course, HAIR, Part};
use crate::safety::knowledge::{IngredientAt, MaxDose};
use crate::safety::{Finding, FindingKind, Outcome, Severity};

const KIND: FindingKind = FindingKind::Dose;

pub(super) fn dose(case: &Case<'_>, out: &mut Vec<Finding>) {
    for line in case.lines() {
        let mut unknown = line.parts.is_empty();
        for part in &line.parts {
            let fits = |r: &&MaxDose| r.of.has(part.at) && is_of_route(r, line);
            let mut rules = case.knowledge.max_doses.iter().filter(fits).peekable();
            unknown |= rules.peek().is_none();
            for rule in rules {
                let day = Day::of(case, part.at, rule);
                out.extend(above(case, line, part, &day, rule));
                ask(out, not_checked(case, line, &day, rule));
            }
        }
        if unknown {
            label(case, line, out);
        }
    }
    if case.lines_covered() {
        clear_if_silent(
            out,
            KIND,
            "剂量和频次在上限之内",
            "Doses and frequencies are within their maxima",
            case.source(),
        );
    }
}

/// Whether a rule speaks of the way by which this line is given.
fn is_of_route(rule: &MaxDose, line: &Course<'_>) -> bool {
    rule.route.is_none_or(|route| line.route == Some(route))
}

/// What a day brings of an ingredient by all lines of a rule's route: two products with one ingredient add up.
struct Day<'a> {
    /// What is certain: of what has no bound, one dose.
    least: f64,
    /// The lines that are taken when needed and do not say how often at most.
    unbounded: Vec<&'a Course<'a>>,
}

impl<'a> Day<'a> {
    fn of(case: &'a Case<'a>, ingredient: IngredientAt, rule: &MaxDose) -> Self {
        let once = |line: &Course<'_>| -> f64 {
            line.parts.iter().filter(|p| p.at == ingredient).filter_map(|p| p.single).sum()
        };
        let lines = || case.lines().filter(move |line| is_of_route(rule, line));
        Self {
            least: lines().map(|line| once(line) * line.times.unwrap_or(1) as f64).sum(),
            unbounded: lines()
                .filter(|line| line.times.is_none() && line.parts.iter().any(|p| p.at == ingredient))
                .collect(),
        }
    }
}

fn above(case: &Case<'_>, line: &Course<'_>, part: &Part, day: &Day<'_>, rule: &MaxDose) -> Option<Finding> {
    let ingredient = case.knowledge.ingredient(part.at);
    let unit = &ingredient.unit;
    let (mut zh, mut en) = (Vec::new(), Vec::new());
    let mut tell = |what: (&str, &str), is: f64, max: f64| {
        if is > max * HAIR {
            zh.push(format!("{} {} {unit}，上限 {max} {unit}", what.0, round(is)));
            en.push(format!("{} {} {unit}, at most {max} {unit}", what.1, round(is)));
        }
    };
    if let (Some(single), Some(max)) = (part.single, rule.single) {
        tell(("单次", "single dose"), single, max);
    }
    if let Some(max) = rule.daily {
        let bounded = day.unbounded.is_empty();
        let words = if bounded { ("每日合计", "in a day") } else { ("每日合计至少", "in a day at least") };
        tell(words, day.least, max);
    }
    if let (Some(times), Some(max)) = (line.times, rule.times)
        && times > max
    {
        zh.push(format!("每日 {times} 次，最多 {max} 次"));
        en.push(format!("{times} times a day, at most {max}"));
    }
    if zh.is_empty() {
        return None;
    }
    let (name_zh, name_en) = line.named();
    let named = (format!("{name_zh}（{}）", zh.join("；")), format!("{name_en} ({})", en.join("; ")));
    Some(found_by(rule, KIND, line.line(), named))
}

/// At most three decimals, as doses are written.
fn round(value: f64) -> f64 {
    (value * 1000.0).round() / 1000.0
}

/// What a rule on days could not answer. A sum that is above its maximum without what has no bound has been told already.
fn not_checked(case: &Case<'_>, line: &Course<'_>, day: &Day<'_>, rule: &MaxDose) -> Option<Finding> {
    let sum_is_open = rule.daily.map(|max| day.least <= max * HAIR);
    let found = match line.times {
        // Without a sum the rule still asks how often.
        None if sum_is_open.unwrap_or(rule.times.is_some()) => unbounded(case, KIND, line),
        Some(_) if sum_is_open == Some(true) && !day.unbounded.is_empty() => not_summed(case, line, &day.unbounded),
        _ => return None,
    };
    Some(by_rule(found, rule))
}

/// Asks once: rules on several ingredients of a product, and its label, miss the same limit of the same line.
fn ask(out: &mut Vec<Finding>, missing: Option<Finding>) {
    let Some(missing) = missing else { return };
    let is_said = |f: &Finding| {
        f.kind == missing.kind
            && f.outcome == missing.outcome
            && f.item_no == missing.item_no
            && f.message_zh == missing.message_zh
    };
    if !out.iter().any(is_said) {
        out.push(missing);
    }
}

/// The line says how often, and others with the same ingredient do not.
fn not_summed(case: &Case<'_>, line: &Course<'_>, others: &[&Course<'_>]) -> Finding {
    let (zh, en) = line.named();
    // Two lines of one product have one name.
    let (others_zh, others_en): (Vec<_>, Vec<_>) = others
        .iter()
        .map(|other| {
            let (no, (zh, en)) = (other.line().unwrap_or_default(), other.named());
            (format!("第 {no} 行的{zh}"), format!("{en} (line {no})"))
        })
        .unzip();
    let (others_zh, others_en) = (others_zh.join("、"), others_en.join(", "));
    finding(
        KIND,
        Outcome::InputMissing,
        Severity::Warn,
        line.line(),
        (
            format!("{zh}：{others_zh}按需使用而未填写每日最多次数，每日合计未能核查"),
            format!("{en}: the sum of a day was not checked, {others_en} is taken when needed without a limit a day"),
        ),
        case.source(),
        ENTER_LIMIT,
    )
}

/// The maxima of the product's own label, in its units of dose.
fn label(case: &Case<'_>, line: &Course<'_>, out: &mut Vec<Finding>) {
    let Some(drug) = line.drug else { return };
    let item = case.draft.items.iter().find(|i| Some(i.no) == line.line());
    let Some(item) = item else { return };
    let milli = |max: Option<f64>| max.and_then(|m| Dose::try_from(m).ok()).map(|m| m.milli());
    let (single, daily) = (milli(drug.max_single_dose), milli(drug.max_daily_dose));
    let strongest = item.strongest();
    let largest = item.steps().iter().map(|step| step.dose.milli()).max().unwrap_or_default();
    // One dose is certain of what is taken when needed.
    let in_a_day = strongest.dose.milli() * item.times().unwrap_or(1);
    let above_daily = daily.is_some_and(|max| in_a_day > max);
    if single.is_some_and(|max| largest > max) || above_daily {
        out.push(above_label(line, drug));
    }
    if daily.is_some() && item.times().is_none() && !above_daily {
        ask(out, Some(unbounded(case, KIND, line)));
    }
    if single.is_none() || daily.is_none() {
        let (zh, en) = line.named();
        out.push(finding(
            KIND,
            Outcome::NotCovered,
            Severity::Info,
            line.line(),
            (format!("{zh}的最大剂量未能全部核查"), format!("Not every maximum dose of {en} could be checked")),
            case.source(),
            ("请自行核对剂量", "Check the dose yourself"),
        ));
    }
}

fn above_label(line: &Course<'_>, drug: &Drug) -> Finding {
    let (single, daily) = (drug.max_single_dose.unwrap_or_default(), drug.max_daily_dose.unwrap_or_default());
    finding(
        KIND,
        Outcome::Alert,
        Severity::HardStop,
        line.line(),
        (
            format!("{}超过说明书上限：单次 {single}，每日 {daily} {}", drug.name_zh, drug.dose_unit()),
            format!("{} is above its label: {single} at once, {daily} a day", drug.name_en),
        ),
        ("药品说明书", "Product label"),
        ("请减少剂量或次数，或说明理由", "Reduce dose or frequency, or give a reason"),
    )
}
