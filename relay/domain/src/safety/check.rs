//! The one entry: all rules of a draft, worst first.

use super::course::{Course, courses};
use super::knowledge::Knowledge;
use super::per_day;
use super::{Finding, ResidentFacts, Severity, rules};
use crate::checked::Dose;
use crate::dosage::{Frequency, Route, TaperStep, steps};
use crate::formulary::{DrugId, Formulary};
use crate::policy::Policy;
use crate::records::{Item, Prescription, Supply};
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
    /// The assessment that a long supply needs is on record.
    pub assessed: bool,
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
    /// Every step of a dose that changes; empty for a steady one.
    pub taper: Vec<TaperStep>,
    /// Where it is taken when needed: the most times within a day.
    pub most_per_day: Option<u32>,
    /// How much; 0 when nobody said and it cannot be computed.
    pub quantity: u32,
}

impl From<&Prescription> for Draft {
    fn from(p: &Prescription) -> Self {
        Self {
            diagnosis_code: p.diagnosis_code.clone(),
            supply: p.supply,
            valid_days: p.valid_days,
            items: p.items.iter().map(DraftItem::from).collect(),
            assessed: p.assessment.is_some(),
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
            taper: i.taper.clone(),
            most_per_day: i.most_per_day,
            quantity: i.quantity,
        }
    }
}

impl DraftItem {
    /// The dose over time: one step when it is steady.
    pub fn steps(&self) -> Vec<TaperStep> {
        steps(self.dose, self.frequency, self.days, &self.taper)
    }

    /// The step that brings most on one day; a step that depends on need counts as none.
    pub fn strongest(&self) -> TaperStep {
        let daily = |step: &TaperStep| step.dose.milli() * per_day(step.frequency).unwrap_or(0);
        let steady = TaperStep { dose: self.dose, frequency: self.frequency, days: self.days };
        self.steps().into_iter().max_by_key(daily).unwrap_or(steady)
    }

    /// Doses on the day with most of them: what is taken when needed has as many as the prescriber allows; `None` where nobody said.
    pub fn times(&self) -> Option<u64> {
        per_day(self.strongest().frequency).or(self.most_per_day.map(u64::from))
    }
}

/// Everything that a rule of the safety data looks at.
pub(super) struct Case<'a> {
    pub draft: &'a Draft,
    pub resident: &'a ResidentFacts<'a>,
    pub knowledge: &'a Knowledge,
    pub policy: &'a Policy,
    pub now: Timestamp,
    /// The draft's medicines first.
    pub courses: Vec<Course<'a>>,
    /// On what an answer rests that no single rule gave, Chinese and English.
    pub source: (String, String),
}

impl<'a> Case<'a> {
    /// On what an answer rests that no single rule gave, Chinese and English.
    pub fn source(&self) -> (&str, &str) {
        (&self.source.0, &self.source.1)
    }

    /// The lines of the draft.
    pub fn lines(&self) -> impl Iterator<Item = &Course<'a>> {
        self.courses.iter().take_while(|c| c.is_draft())
    }

    /// Every line of the draft is known with its ingredients: a rule on single lines may say "nothing found".
    pub fn lines_covered(&self) -> bool {
        self.lines().all(|c| !c.parts.is_empty())
    }

    /// So is everything else that the resident takes: a rule on several medicines may say "nothing found".
    pub fn all_covered(&self) -> bool {
        self.courses.iter().all(|c| !c.parts.is_empty())
    }
}

/// Every answer of every rule, worst first. Each check answers even when it found nothing, so that "checked" can be told from "not checked".
pub fn check(
    draft: &Draft,
    resident: &ResidentFacts<'_>,
    formulary: &Formulary,
    policy: &Policy,
    now: Timestamp,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    rules::eligibility(draft, resident, formulary, now, &mut findings);
    rules::banned(draft, resident, formulary, policy, &mut findings);
    rules::validity(draft, policy, &mut findings);
    rules::supply(draft, formulary, policy, &mut findings);
    rules::items(draft, formulary, policy, &mut findings);
    rules::decoction(draft, formulary, &mut findings);
    rules::long_exclusion(draft, formulary, &mut findings);
    let knowledge = formulary.knowledge();
    let version = knowledge.version();
    let case = Case {
        draft,
        resident,
        knowledge,
        policy,
        now,
        courses: courses(draft, resident, formulary),
        source: (format!("用药安全数据（{version}）"), format!("Medication safety data ({version})")),
    };
    for rule in rules::OF_THE_DATA {
        rule(&case, &mut findings);
    }
    let rank = |f: &Finding| (std::cmp::Reverse(f.severity), f.item_no, f.kind, f.outcome, f.rule_id.clone());
    findings.sort_by_cached_key(|f| (rank(f), f.message_en.clone()));
    findings
}

/// The heaviest answer that is not `clear`.
pub fn worst(findings: &[Finding]) -> Option<Severity> {
    findings.iter().filter(|f| f.outcome != super::Outcome::Clear).map(|f| f.severity).max()
}
