//! Single and daily doses and how often, per ingredient in its own unit; else the product's own label, else `not_covered`.

use super::{by_rule, clear_if_silent, finding, found_by};
use crate::checked::Dose;
use crate::formulary::Drug;
use crate::safety::check::Case;
use crate::safety::course::{Course, Part};
use crate::safety::knowledge::MaxDose;
use crate::safety::{Finding, FindingKind, Outcome, Severity};

const KIND: FindingKind = FindingKind::Dose;
/// Doses are products of decimal numbers; a hair above the maximum is the maximum.
const HAIR: f64 = 1.0 + 1e-9;

pub(super) fn dose(case: &Case<'_>, out: &mut Vec<Finding>) {
    for line in case.lines() {
        let mut unknown = line.parts.is_empty();
        for part in &line.parts {
            let fits = |r: &&MaxDose| r.of.has(part.at) && r.route.is_none_or(|route| line.route == Some(route));
            let mut rules = case.knowledge.max_doses.iter().filter(fits).peekable();
            unknown |= rules.peek().is_none();
            for rule in rules {
                out.extend(above(case, line, part, rule));
                if rule.daily.is_some() && line.times.is_none() {
                    out.push(by_rule(depends_on_need(case, line), rule));
                }
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

fn above(case: &Case<'_>, line: &Course<'_>, part: &Part, rule: &MaxDose) -> Option<Finding> {
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
    if let (Some(_), Some(max)) = (line.times, rule.daily) {
        tell(("每日合计", "in a day"), daily_of_all_lines(case, part), max);
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

/// Two products with one ingredient add up.
fn daily_of_all_lines(case: &Case<'_>, part: &Part) -> f64 {
    let of_line = |line: &Course<'_>| {
        let times = line.times.unwrap_or(0) as f64;
        line.parts.iter().filter(|p| p.at == part.at).filter_map(|p| p.single).sum::<f64>() * times
    };
    case.lines().map(of_line).sum()
}

/// At most three decimals, as doses are written.
fn round(value: f64) -> f64 {
    (value * 1000.0).round() / 1000.0
}

fn depends_on_need(case: &Case<'_>, line: &Course<'_>) -> Finding {
    let (zh, en) = line.named();
    finding(
        KIND,
        Outcome::NotCovered,
        Severity::Info,
        line.line(),
        (
            format!("{zh}按需使用，每日剂量未能核查"),
            format!("{en} is taken when needed: its daily dose was not checked"),
        ),
        case.source(),
        ("请填写每日最多次数", "Enter the most times a day"),
    )
}

/// The maxima of the product's own label, in its units of dose.
fn label(case: &Case<'_>, line: &Course<'_>, out: &mut Vec<Finding>) {
    let Some(drug) = line.drug else { return };
    let item = case.draft.items.iter().find(|i| Some(i.no) == line.line());
    let Some(item) = item else { return };
    let over = |dose: u64, max: Option<f64>| max.and_then(|m| Dose::try_from(m).ok()).map(|m| dose > m.milli());
    let strongest = item.strongest();
    let largest = item.steps().iter().map(|step| step.dose.milli()).max().unwrap_or_default();
    let single = over(largest, drug.max_single_dose);
    let daily = item.times().and_then(|n| over(strongest.dose.milli() * n, drug.max_daily_dose));
    if single == Some(true) || daily == Some(true) {
        out.push(above_label(line, drug));
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
