//! What a resident's record names by a code, in English. What nobody coded stays as it was written; so does what somebody wrote in Latin letters.

use super::{Formulary, english_strength};
use crate::records::{AllergyRecord, Medicine};

impl Formulary {
    /// A medicine of the record in English, with its strength.
    pub fn medicine_en(&self, medicine: &Medicine) -> Option<String> {
        let drug = self.drug(medicine.drug_id.as_ref()?)?;
        Some(format!("{} {}", drug.name_en, english_strength(&drug.strength)))
    }

    /// What an allergy is against, in English ([`crate::safety::Knowledge::allergen_en`]).
    pub fn allergen_en(&self, allergy: &AllergyRecord) -> Option<String> {
        self.knowledge.allergen_en(allergy)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formulary::DrugId;
    use crate::records::AllergySeverity;

    /// English pages of the record named medicines in Chinese: the record keeps one name, and a code.
    #[test]
    fn what_is_coded_has_an_english_name_and_free_text_stays_as_written() {
        let formulary = Formulary::demo().unwrap();
        let medicine = |drug: Option<&str>| {
            let drug_id = drug.map(|id| DrugId(id.to_owned()));
            let since = jiff::civil::date(2026, 1, 1);
            let taken = Medicine { drug_id, name: "络活喜".to_owned(), dose_text: String::new(), since };
            formulary.medicine_en(&taken)
        };
        assert_eq!(medicine(Some("amlodipine-5mg")).as_deref(), Some("Amlodipine besilate tablets 5 mg"));
        assert_eq!((medicine(None), medicine(Some("no-longer-sold"))), (None, None));
        let allergy = |substance: &str, group: Option<&str>| {
            formulary.allergen_en(&AllergyRecord {
                substance: substance.to_owned(),
                group: group.map(ToOwned::to_owned),
                reaction: "皮疹".to_owned(),
                severity: AllergySeverity::Mild,
            })
        };
        let penicillins = Some("penicillins");
        assert_eq!(allergy("青霉素", penicillins).as_deref(), Some("Penicillins"));
        assert_eq!(allergy("阿莫西林", penicillins).as_deref(), Some("Amoxicillin"));
        assert_eq!(allergy("某青霉素针", penicillins).as_deref(), Some("Penicillins (某青霉素针)"));
        assert_eq!((allergy("penicillin", penicillins), allergy("花生", None)), (None, None));
    }
}
