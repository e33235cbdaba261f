//! Which product may go out instead of the one that was prescribed, where the prescriber allows another one: the same substances in the same form, in a
//! smaller strength of which a whole number makes one prescribed unit, so that nothing has to be broken and every dose is still a number of units.
//! Not here: whether the line allows it ([`Item::substitution`]) and what is on a shelf.

use crate::checked::Dose;
use crate::dosage::TaperStep;
use crate::formulary::{Banned, Drug, DrugId, Formulary};
use crate::machines::named_enum;
use crate::records::Item;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// More than this many of a smaller strength for one unit is no supply but a mistake.
const MOST_FOR_ONE: u32 = 4;

named_enum! {
    /// Why another product goes out.
    SubstitutionReason {
        /// The prescribed one is not there.
        OutOfStock = "out_of_stock",
        /// What there is of it expires before the treatment ends.
        ShortDated = "short_dated",
        /// It is called back.
        Recalled = "recalled",
        /// The resident cannot take the prescribed one as it is, e.g. too large to swallow.
        Handling = "handling",
    }
}

impl SubstitutionReason {
    /// HL7 `v3-ActReason`, where it has a word for it.
    pub const fn fhir(self) -> Option<&'static str> {
        match self {
            Self::OutOfStock | Self::Recalled => Some("OS"),
            Self::ShortDated | Self::Handling => None,
        }
    }
}

/// A line that was filled with another product.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Substitution {
    /// What was prescribed.
    pub prescribed: DrugId,
    /// Units of the product that make one prescribed unit.
    pub factor: u32,
    /// Why.
    pub reason: SubstitutionReason,
}

/// A product that may take the place of a prescribed one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Substitute<'a> {
    /// What it is.
    pub drug: &'a Drug,
    /// How many of its units make one prescribed unit.
    pub factor: u32,
}

/// All products that may take the place of `of`, the fewest units first.
pub fn substitutes<'a>(of: &Drug, formulary: &'a Formulary) -> Vec<Substitute<'a>> {
    let found = formulary.drugs().filter_map(|drug| Some(Substitute { drug, factor: factor(of, drug)? }));
    let mut found: Vec<_> = found.collect();
    found.sort_by(|a, b| (a.factor, &a.drug.id).cmp(&(b.factor, &b.drug.id)));
    found
}

/// How many units of `other` make one of `of`; `None` when they are not the same in all that matters, or no whole number of them does.
fn factor(of: &Drug, other: &Drug) -> Option<u32> {
    let counted = |drug: &Drug| drug.dose_unit.is_none() && (drug.doses_per_unit - 1.0).abs() < f64::EPSILON;
    let same = of.id != other.id
        && of.atc == other.atc
        && of.form == other.form
        && of.unit == other.unit
        && of.class == other.class
        && of.allergy_group == other.allergy_group
        && of.cold_chain == other.cold_chain
        && other.banned == Banned::None
        && !of.decoction
        && !other.decoction
        && counted(of)
        && counted(other)
        && of.ingredients.len() == other.ingredients.len();
    let ratio = |part: &crate::formulary::Part| {
        let less = other.ingredients.iter().find(|o| o.key == part.key)?;
        Some(part.amount / less.amount)
    };
    let first = ratio(of.ingredients.first()?).filter(|_| same)?;
    let all = of.ingredients.iter().all(|part| ratio(part).is_some_and(|r| (r - first).abs() < 1e-9));
    (1..=MOST_FOR_ONE).find(|n| all && (f64::from(*n) - first).abs() < 1e-9)
}

impl Item {
    /// The line in units of another product: every dose and the quantity `factor` times. `None` where a dose would leave the range of doses.
    pub fn given_as(&self, drug: &DrugId, factor: u32) -> Option<Self> {
        let times = |dose: Dose| Dose::try_from(dose.as_f64() * f64::from(factor)).ok();
        let taper = self.taper.iter().map(|step| Some(TaperStep { dose: times(step.dose)?, ..*step }));
        Some(Self {
            drug_id: drug.clone(),
            dose: times(self.dose)?,
            taper: taper.collect::<Option<_>>()?,
            quantity: self.quantity.checked_mul(factor)?,
            ..self.clone()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::records::prescribed_units;

    fn names(id: &str) -> Vec<(String, u32)> {
        let formulary = Formulary::demo().unwrap();
        let of = formulary.drug(&DrugId(id.into())).unwrap();
        substitutes(of, &formulary).into_iter().map(|s| (s.drug.id.0.clone(), s.factor)).collect()
    }

    #[test]
    fn two_of_half_the_strength_stand_for_one() {
        assert_eq!(names("atorvastatin-20mg"), [("atorvastatin-10mg".to_owned(), 2)]);
        assert_eq!(names("metformin-500mg"), [("metformin-250mg".to_owned(), 2)]);
    }

    #[test]
    fn odd_batches_of_a_smaller_strength_make_whole_units_together() {
        let pack = |quantity, batch: &str| crate::records::Pack {
            item_no: 1,
            name: String::new(),
            name_en: None,
            quantity,
            unit: "片".into(),
            batch: batch.into(),
            expiry: jiff::civil::date(2028, 1, 31),
            drug_id: Some(DrugId("atorvastatin-10mg".into())),
            substitution: Some(Substitution {
                prescribed: DrugId("atorvastatin-20mg".into()),
                factor: 2,
                reason: SubstitutionReason::OutOfStock,
            }),
        };
        let packs = [pack(5, "A"), pack(9, "B")];
        assert_eq!((prescribed_units(&packs, 1), prescribed_units(&packs, 2)), (7, 0));
    }

    #[test]
    fn nothing_is_broken_in_two() {
        assert_eq!(names("atorvastatin-10mg"), []);
    }

    #[test]
    fn another_form_class_or_substance_is_another_medicine() {
        let formulary = Formulary::demo().unwrap();
        let of = formulary.drug(&DrugId("atorvastatin-20mg".into())).unwrap();
        let same = formulary.drug(&DrugId("atorvastatin-10mg".into())).unwrap();
        type Change = fn(&mut Drug);
        let changes: [Change; 9] = [
            |d| d.form = "胶囊剂".into(),
            |d| d.unit = "粒".into(),
            |d| d.class = "other".into(),
            |d| d.allergy_group = None,
            |d| d.cold_chain = true,
            |d| d.banned = Banned::Toxic,
            |d| d.ingredients.clear(),
            |d| d.ingredients[0].amount = 15.0,
            |d| d.dose_unit = Some("mg".into()),
        ];
        for (index, change) in changes.into_iter().enumerate() {
            let mut other = same.clone();
            change(&mut other);
            assert_eq!(factor(of, &other), None, "{index}");
        }
        assert_eq!(factor(of, same), Some(2));
    }

    #[test]
    fn every_substitute_of_the_formulary_brings_the_same_amount_of_every_substance() {
        let formulary = Formulary::demo().unwrap();
        for of in formulary.drugs() {
            for Substitute { drug, factor } in substitutes(of, &formulary) {
                for part in &of.ingredients {
                    let less = drug.ingredients.iter().find(|o| o.key == part.key).unwrap();
                    assert!((less.amount * f64::from(factor) - part.amount).abs() < 1e-9, "{} {}", of.id, drug.id);
                }
            }
        }
    }
}
