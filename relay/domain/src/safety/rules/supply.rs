//! Days of supply and amounts against the legal cap.

use super::{clear_if_silent, finding};
use crate::formulary::{Drug, Formulary};
use crate::policy::Policy;
use crate::records::Supply;
use crate::safety::{Draft, DraftItem, Finding, FindingKind, Outcome, Severity, quantity, units};

const KIND: FindingKind = FindingKind::Supply;
const CAPS: (&str, &str) = (
    "处方管理办法；长期处方管理规范（试行）",
    "Prescription Administration Measures; Specification for the Management of Long-Term Prescriptions (trial)",
);

pub(crate) fn supply(draft: &Draft, formulary: &Formulary, policy: &Policy, out: &mut Vec<Finding>) {
    let cap = policy.supply_days(draft.supply);
    for item in &draft.items {
        days(item, draft, cap, policy, out);
        if let Some(drug) = formulary.drug(&item.drug_id) {
            amount(item, drug, policy, out);
        }
    }
    clear_if_silent(out, KIND, "用药天数与总量在允许范围内", "Days of supply and amounts are within their caps", CAPS);
}

fn days(item: &DraftItem, draft: &Draft, cap: u32, policy: &Policy, out: &mut Vec<Finding>) {
    let days = u32::from(item.days);
    if days == 0 || days > cap {
        out.push(finding(
            KIND,
            Outcome::Alert,
            Severity::Block,
            Some(item.no),
            (
                format!("此类处方每种药品须为 1 至 {cap} 天，现为 {days} 天"),
                format!("A prescription of this kind supplies 1 to {cap} days; this says {days}"),
            ),
            CAPS,
            ("请减少天数", "Reduce the days"),
        ));
    } else if draft.supply == Supply::Chronic && !draft.assessed && days > policy.supply_chronic_days {
        out.push(finding(
            KIND,
            Outcome::InputMissing,
            Severity::Block,
            Some(item.no),
            (
                format!("超过 {} 天的长期处方须经评估、记录，并由患者确认", policy.supply_chronic_days),
                format!(
                    "More than {} days need an assessment on record and the resident's confirmation",
                    policy.supply_chronic_days
                ),
            ),
            CAPS,
            ("请填写评估记录与确认人，或减少天数", "Fill in the assessment and who confirmed it, or reduce the days"),
        ));
    }
}

/// The amount is what dose, frequency and days come to. What is taken when needed has an amount of its own, which must not smuggle in more than its days can use.
fn amount(item: &DraftItem, drug: &Drug, policy: &Policy, out: &mut Vec<Finding>) {
    let blocked = |outcome, words: (String, String), action| {
        finding(KIND, outcome, Severity::Block, Some(item.no), words, CAPS, action)
    };
    let (given, unit, days) = (item.quantity, &drug.unit, item.days);
    if let Some(needed) = quantity(&item.steps(), drug.doses_per_unit) {
        if given != needed {
            let zh = format!("总量 {given} {unit} 与剂量、频次和 {days} 天用量（{needed} {unit}）不符");
            let en = format!("The quantity of {given} is not what dose, frequency and {days} days come to: {needed}");
            out.push(blocked(Outcome::Alert, (zh, en), ("请核对总量", "Check the quantity")));
        }
        return;
    }
    if given == 0 {
        let words =
            ("按需使用的药品须填写总量".into(), "A drug taken when needed must say how much is supplied".into());
        out.push(blocked(Outcome::InputMissing, words, ("请填写总量", "Enter the quantity")));
        return;
    }
    // Its own limit holds where it is the lower one.
    let a_day = item.most_per_day.unwrap_or(u32::MAX).min(policy.when_needed_doses_per_day);
    if units(item.dose, u64::from(a_day), days, drug.doses_per_unit).is_none_or(|most| given > most) {
        let zh = format!("总量 {given} {unit} 超过 {days} 天、每天 {a_day} 次的用量");
        let en = format!("The quantity of {given} is more than {days} days of {a_day} doses can use");
        out.push(blocked(Outcome::Alert, (zh, en), ("请减少总量", "Reduce the quantity")));
    }
}
