//! Days of supply against the legal cap, and doses against the label.

use super::{clear_if_silent, finding};
use crate::checked::Dose;
use crate::formulary::{Drug, Formulary};
use crate::policy::Policy;
use crate::records::Supply;
use crate::safety::{Draft, DraftItem, Finding, FindingKind, Outcome, Severity, per_day, quantity};

const KIND: FindingKind = FindingKind::Supply;
const CAPS: &str = "处方管理办法；长期处方管理规范（试行）";

pub(crate) fn supply(draft: &Draft, formulary: &Formulary, policy: &Policy, out: &mut Vec<Finding>) {
    let cap = policy.supply_days(draft.supply);
    for item in &draft.items {
        days(item, draft.supply, cap, policy, out);
        if let Some(drug) = formulary.drug(&item.drug_id) {
            amount(item, drug, cap, out);
            doses(item, drug, formulary.version(), out);
        }
    }
    clear_if_silent(out, KIND, "用药天数与剂量在允许范围内", "Days of supply and doses are within their caps", CAPS);
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

fn doses(item: &DraftItem, drug: &Drug, version: &str, out: &mut Vec<Finding>) {
    let source = format!("药品说明书（目录 {version}）");
    let over = |dose: u64, max: Option<f64>| max.and_then(|m| Dose::try_from(m).ok()).map(|m| dose > m.milli());
    let single = over(item.dose.milli(), drug.max_single_dose);
    let daily = per_day(item.frequency).map(|n| over(item.dose.milli() * n, drug.max_daily_dose));
    if single == Some(true) {
        out.push(finding(
            KIND,
            Outcome::Alert,
            Severity::HardStop,
            Some(item.no),
            (
                format!("单次剂量超过说明书上限 {} {}", drug.max_single_dose.unwrap_or_default(), drug.dose_unit()),
                format!("Single dose above the label's {}", drug.max_single_dose.unwrap_or_default()),
            ),
            &source,
            ("请减少剂量，或说明理由", "Reduce the dose, or give a reason"),
        ));
    }
    if daily == Some(Some(true)) {
        out.push(finding(
            KIND,
            Outcome::Alert,
            Severity::HardStop,
            Some(item.no),
            (
                format!("每日剂量超过说明书上限 {} {}", drug.max_daily_dose.unwrap_or_default(), drug.dose_unit()),
                format!("Daily dose above the label's {}", drug.max_daily_dose.unwrap_or_default()),
            ),
            &source,
            ("请减少剂量或次数，或说明理由", "Reduce dose or frequency, or give a reason"),
        ));
    }
    // No maximum known, or the daily dose depends on need.
    if single.is_none() || !matches!(daily, Some(Some(_))) {
        out.push(finding(
            KIND,
            Outcome::NotCovered,
            Severity::Info,
            Some(item.no),
            ("最大剂量未能全部核查".into(), "Not every maximum dose could be checked".into()),
            &source,
            ("请自行核对剂量", "Check the dose yourself"),
        ));
    }
}
