//! Medicines as the rules see them: ingredients with their doses, whether they are on the draft, in hand or on another prescription.

use super::knowledge::{IngredientAt, Knowledge};
use super::{Draft, DraftItem, ResidentFacts};
use crate::dosage::Route;
use crate::formulary::{Drug, DrugId, Formulary};
use crate::runway::Lasts;

/// Doses are products of decimal numbers; a hair above the maximum is the maximum.
pub(super) const HAIR: f64 = 1.0 + 1e-9;

/// What a day brings of something, against the most that a rule allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Daily {
    /// More.
    Above,
    /// No more.
    Within,
    /// One dose is no more, and nobody said how many there may be.
    Unbounded,
}

/// Where a medicine is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Origin {
    /// A line of the draft.
    Line(u16),
    /// In the home, by the record.
    Hand,
    /// On another prescription; how long there is enough of it, in hand or still to come.
    Running(Option<Lasts>),
}

/// One medicine.
#[derive(Debug, Clone)]
pub(super) struct Course<'a> {
    pub origin: Origin,
    pub drug_id: Option<&'a DrugId>,
    pub name_zh: &'a str,
    pub name_en: &'a str,
    /// Empty when the knowledge does not cover it.
    pub parts: Vec<Part>,
    pub route: Option<Route>,
    /// Doses a day, where that is known: of what is taken when needed, the most that the prescriber allows.
    pub times: Option<u64>,
    pub drug: Option<&'a Drug>,
}

/// One ingredient of it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Part {
    pub at: IngredientAt,
    /// Single dose in the ingredient's unit, where the dose is known.
    pub single: Option<f64>,
}

impl Course<'_> {
    pub fn line(&self) -> Option<u16> {
        if let Origin::Line(no) = self.origin { Some(no) } else { None }
    }

    pub fn is_draft(&self) -> bool {
        matches!(self.origin, Origin::Line(_))
    }

    /// What a day brings where one dose brings `single`. Of what is taken when needed one dose is certain.
    pub fn daily(&self, single: f64, most: f64) -> Daily {
        let above = single * self.times.unwrap_or(1) as f64 > most * HAIR;
        match self.times {
            _ if above => Daily::Above,
            Some(_) => Daily::Within,
            None => Daily::Unbounded,
        }
    }

    /// The draft's own medicine, one in hand, one of another prescription: for the words of a finding.
    pub fn named(&self) -> (String, String) {
        match self.origin {
            Origin::Line(_) => (self.name_zh.to_owned(), self.name_en.to_owned()),
            Origin::Hand => (format!("在用的{}", self.name_zh), format!("{} (in hand)", self.name_en)),
            Origin::Running(Some(Lasts { last_day, .. })) => (
                format!("另一张处方的{}（至 {last_day}）", self.name_zh),
                format!("{} (another prescription, until {last_day})", self.name_en),
            ),
            Origin::Running(None) => {
                (format!("另一张处方的{}", self.name_zh), format!("{} (another prescription)", self.name_en))
            }
        }
    }
}

/// All medicines of the resident: the draft's first, then what is in hand, then what other prescriptions bring.
pub(super) fn courses<'a>(draft: &'a Draft, resident: &ResidentFacts<'a>, formulary: &'a Formulary) -> Vec<Course<'a>> {
    let of_item = |origin, item: &'a DraftItem| {
        let drug = formulary.drug(&item.drug_id);
        let strongest = item.strongest();
        Course {
            origin,
            drug_id: Some(&item.drug_id),
            name_zh: drug.map_or(item.drug_id.0.as_str(), |d| d.name_zh.as_str()),
            name_en: drug.map_or(item.drug_id.0.as_str(), |d| d.name_en.as_str()),
            parts: parts(drug, Some(strongest.dose.as_f64()), formulary.knowledge()),
            route: Some(item.route),
            times: item.times(),
            drug,
        }
    };
    let drafted = draft.items.iter().map(|item| of_item(Origin::Line(item.no), item));
    let in_hand = resident.medicines.iter().map(|medicine| {
        let drug = medicine.drug_id.as_ref().and_then(|id| formulary.drug(id));
        Course {
            origin: Origin::Hand,
            drug_id: medicine.drug_id.as_ref(),
            name_zh: drug.map_or(medicine.name.as_str(), |d| d.name_zh.as_str()),
            name_en: drug.map_or(medicine.name.as_str(), |d| d.name_en.as_str()),
            parts: parts(drug, None, formulary.knowledge()),
            route: None,
            times: None,
            drug,
        }
    });
    let running = resident.running.iter().map(|r| of_item(Origin::Running(r.lasts()), &r.item));
    drafted.chain(in_hand).chain(running).collect()
}

fn parts(drug: Option<&Drug>, dose: Option<f64>, knowledge: &Knowledge) -> Vec<Part> {
    let of = |part: &crate::formulary::Part| {
        Some(Part { at: knowledge.position(&part.key)?, single: dose.map(|dose| dose * part.amount) })
    };
    drug.map(|d| d.ingredients.iter().filter_map(of).collect()).unwrap_or_default()
}
