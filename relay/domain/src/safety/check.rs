//! The one entry: all rules of a draft, worst first.

use super::{Finding, Severity, rules};
use crate::checked::Dose;
use crate::formulary::{DrugId, Formulary};
use crate::policy::Policy;
use crate::records::{AllergyRecord, Eligibility, Frequency, Item, Prescription, Resident, Route, Supply};
use jiff::Timestamp;

/// A prescription as it is written, before anything was checked.
#[derive(Debug, Clone, PartialEq)]
pub struct Draft {
    /// ICD-10.
    pub diagnosis_code: String,
    /// What for.
    pub supply: Supply,
    /// Days of validity.
    pub valid_days: u8,
    /// Lines.
    pub items: Vec<DraftItem>,
}

/// One line of a draft.
#[derive(Debug, Clone, PartialEq)]
pub struct DraftItem {
    /// 1, 2, …
    pub no: u16,
    /// What.
    pub drug_id: DrugId,
    /// Single dose.
    pub dose: Dose,
    /// How often.
    pub frequency: Frequency,
    /// By which way.
    pub route: Route,
    /// For how long.
    pub days: u16,
    /// How much; 0 when nobody said and it cannot be computed.
    pub quantity: u32,
}

/// What the rules need to know about the resident.
#[derive(Debug, Clone, Copy)]
pub struct ResidentFacts<'a> {
    /// Completed years.
    pub age: u16,
    /// Somebody asked about allergies.
    pub allergies_asked: bool,
    /// Known allergies.
    pub allergies: &'a [AllergyRecord],
    /// Visits in person.
    pub eligibility: &'a [Eligibility],
    /// The hospital of the prescriber.
    pub hospital: Option<&'a str>,
    /// Name of the home's own licensed doctor who is present, where the home's switch for joint consultations is on.
    pub present_doctor: Option<&'a str>,
}

impl<'a> ResidentFacts<'a> {
    /// From the record.
    pub fn of(
        resident: &'a Resident,
        eligibility: &'a [Eligibility],
        hospital: Option<&'a str>,
        present_doctor: Option<&'a str>,
        now: Timestamp,
    ) -> Self {
        Self {
            age: resident.age(Policy::local_date(now)),
            allergies_asked: resident.allergies_asked,
            allergies: &resident.allergies,
            eligibility,
            hospital,
            present_doctor,
        }
    }
}

impl From<&Prescription> for Draft {
    fn from(p: &Prescription) -> Self {
        Self {
            diagnosis_code: p.diagnosis_code.clone(),
            supply: p.supply,
            valid_days: p.valid_days,
            items: p.items.iter().map(DraftItem::from).collect(),
        }
    }
}

impl From<&Item> for DraftItem {
    fn from(i: &Item) -> Self {
        Self {
            no: i.no,
            drug_id: i.drug_id.clone(),
            dose: i.dose,
            frequency: i.frequency,
            route: i.route,
            days: i.days,
            quantity: i.quantity,
        }
    }
}

/// Every answer of every rule, worst first. Each rule answers even when it found nothing, so that "checked" can be told from "not checked".
pub fn check(
    draft: &Draft,
    resident: &ResidentFacts<'_>,
    formulary: &Formulary,
    policy: &Policy,
    now: Timestamp,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    rules::eligibility(draft, resident, formulary, now, &mut findings);
    rules::allergy(draft, resident, formulary, &mut findings);
    rules::banned(draft, resident, formulary, policy, &mut findings);
    rules::validity(draft, policy, &mut findings);
    rules::supply(draft, formulary, policy, &mut findings);
    rules::items(draft, formulary, policy, &mut findings);
    rules::decoction(draft, formulary, &mut findings);
    rules::long_exclusion(draft, formulary, &mut findings);
    findings.sort_by_key(|f| (std::cmp::Reverse(f.severity), f.item_no));
    findings
}

/// The heaviest answer that is not `clear`.
pub fn worst(findings: &[Finding]) -> Option<Severity> {
    findings.iter().filter(|f| f.outcome != super::Outcome::Clear).map(|f| f.severity).max()
}
