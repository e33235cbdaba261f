//! Days of supply and amounts against the legal cap.

use super::{clear_if_silent, finding};
use crate::formulary::{Drug, Formulary};
use crate::policy::Policy;
use crate::records::Supply;
use crate::safety::{Draft, DraftItem, Finding, FindingKind, Outcome, Severity, quantity};

const KIND: FindingKind = FindingKind::Supply;
const CAPS: &str = "处方管理办法；长期处方管理规范（试行）";

pub(crate) fn supply(draft: &Draft, formulary: &Formulary, policy: &Policy, out: &mut Vec<Finding>) {
    let cap = policy.supply_days(draft.supply);
    for item in &draft.items {
        days(item, draft.supply, cap, policy, out);
        if let Some(drug) = formulary.drug(&item.drug_id) {
            amount(item, drug, cap, out);
        }
    }
    clear_if_silent(out, KIND, "用药天数与总量在允许范围内", "Days of supply and amounts are within their caps", CAPS);
}

fn days(item: &DraftItem, supply: Supply, cap: u32, policy: &Policy, out: &mut Vec<Finding>) {
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
    } else if supply == Supply::Chronic && days > policy.supply_chronic_days {
        out.push(finding(
            KIND,
            Outcome::Alert,
            Severity::HardStop,
            Some(item.no),
            (
                format!("超过 {} 天的长期处方须经评估、记录，并由患者确认", policy.supply_chronic_days),
                format!(
                    "More than {} days need an assessment on record and the resident's confirmation",
                    policy.supply_chronic_days
                ),
            ),
            CAPS,
            ("请写明评估结果与患者确认，或减少天数", "Write down assessment and confirmation, or reduce the days"),
        ));
    }
}

/// The amount must not smuggle in more days than the cap; whole packs may be rounded up.
fn amount(item: &DraftItem, drug: &Drug, cap: u32, out: &mut Vec<Finding>) {
    if item.quantity == 0 {
        out.push(finding(
            KIND,
            Outcome::InputMissing,
            Severity::Block,
            Some(item.no),
            ("按需使用的药品须填写总量".into(), "A drug taken when needed must say how much is supplied".into()),
            CAPS,
            ("请填写总量", "Enter the quantity"),
        ));
        return;
    }
    let most = quantity(item.dose, item.frequency, u16::try_from(cap).unwrap_or(u16::MAX), drug.doses_per_unit);
    // Days above the cap have been named already; the amount that follows from them is no second fault.
    if u32::from(item.days) <= cap && most.is_some_and(|most| item.quantity > most) {
        out.push(finding(
            KIND,
            Outcome::Alert,
            Severity::Block,
            Some(item.no),
            (
                format!("总量 {} {} 超过 {cap} 天用量", item.quantity, drug.unit),
                format!("The quantity of {} is more than {cap} days need", item.quantity),
            ),
            CAPS,
            ("请减少总量", "Reduce the quantity"),
        ));
    }
    let needed = quantity(item.dose, item.frequency, item.days, drug.doses_per_unit);
    if needed.is_some_and(|needed| item.quantity < needed) {
        out.push(finding(
            KIND,
            Outcome::Alert,
            Severity::Warn,
            Some(item.no),
            ("总量不足以覆盖用药天数".into(), "The quantity does not last for the days".into()),
            CAPS,
            ("请核对总量", "Check the quantity"),
        ));
    }
}
