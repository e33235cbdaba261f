//! Each rule's own examples: a prescription that it must find, and one that it must not. They run through the whole engine, not through the rule alone, so
//! that a rule which is read and never asked is found out.

use crate::checked::Dose;
use crate::dosage::{Frequency, Route};
use crate::formulary::{Drug, DrugId, Formulary, Part};
use crate::policy::Policy;
use crate::records::{AllergyRecord, AllergySeverity, Condition, Medicine, Sex, Supply};
use crate::runway::Lasts;
use crate::safety::{
    Draft, DraftItem, Finding, Hand, Outcome, Reading, Readings, ResidentFacts, Running, Taken, check,
};
use jiff::civil::Date;
use jiff::{SignedDuration, Span, Timestamp};
use serde::Deserialize;

/// A prescription and the resident, in few words. Medicines are `ingredient dose frequency route`, from the second word on as far as it matters; the dose is
/// in the ingredient's unit. The name of a dosage form stands for a product of that form with nothing in it.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Example {
    /// On the draft.
    pub draft: Vec<String>,
    /// In hand, by ingredient.
    #[serde(default)]
    pub hand: Vec<String>,
    /// On another prescription.
    #[serde(default)]
    pub running: Vec<String>,
    /// For so many more days.
    #[serde(default)]
    pub running_days: u16,
    /// Completed years.
    #[serde(default = "eighty")]
    pub age: u16,
    /// A man.
    #[serde(default)]
    pub male: bool,
    /// ICD-10.
    #[serde(default)]
    pub conditions: Vec<String>,
    /// µmol/L, of today.
    #[serde(default)]
    pub creatinine: Option<f64>,
    /// mmol/L, of today.
    #[serde(default)]
    pub potassium: Option<f64>,
    /// kg, of today.
    #[serde(default)]
    pub weight: Option<f64>,
    /// What an uncoded allergy says.
    #[serde(default)]
    pub allergy: Option<String>,
}

const fn eighty() -> u16 {
    80
}

/// Why a rule cannot be trusted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ExampleError {
    /// It misses what it is there for.
    #[error("safety rule `{0}` does not find its own example; the engine would be silent where it must speak")]
    Missed(String),
    /// It finds what it must not.
    #[error("safety rule `{0}` speaks where its own example says it must not")]
    Spoke(String),
    /// The example says what cannot be read.
    #[error("safety rule `{id}`: its example says `{word}`, which cannot be read")]
    Unreadable {
        /// Of which rule.
        id: String,
        /// What.
        word: String,
    },
}

impl Formulary {
    /// Runs the examples of every rule through the engine; how many rules were proved.
    ///
    /// # Errors
    /// The first rule that does not keep its word.
    pub fn prove_rules(&self, now: Timestamp) -> Result<usize, ExampleError> {
        let single = self.of_single_ingredients();
        let mut proved = 0;
        for rule in self.knowledge().rules() {
            let about = rule.about();
            let by = |example: &Example| {
                let findings = example.check(&single, now);
                findings.map_err(|word| ExampleError::Unreadable { id: about.id.to_owned(), word })
            };
            let speaks = |f: &Finding| f.outcome == Outcome::Alert && f.rule_id.as_deref() == Some(about.id);
            if !by(about.hit)?.iter().any(speaks) {
                return Err(ExampleError::Missed(about.id.to_owned()));
            }
            if by(about.miss)?.iter().any(speaks) {
                return Err(ExampleError::Spoke(about.id.to_owned()));
            }
            proved += 1;
        }
        Ok(proved)
    }

    /// A product for every ingredient, one unit of it in each unit of dose, for there are more ingredients than products; and one for every name of a form.
    fn of_single_ingredients(&self) -> Self {
        let blank = |name: &str| Drug {
            id: DrugId(name.to_owned()),
            name_zh: name.to_owned(),
            name_en: name.to_owned(),
            pinyin: String::new(),
            atc: String::new(),
            form: String::new(),
            routes: Vec::new(),
            strength: String::new(),
            unit: String::new(),
            doses_per_unit: 1.0,
            dose_unit: None,
            class: String::new(),
            ingredients: Vec::new(),
            allergy_group: None,
            banned: crate::formulary::Banned::None,
            anti_infective: false,
            cold_chain: false,
            decoction: false,
            max_single_dose: None,
            max_daily_dose: None,
        };
        let of_ingredient = |ingredient: &super::Ingredient| Drug {
            name_zh: ingredient.name_zh.clone(),
            name_en: ingredient.name_en.clone(),
            atc: ingredient.atc.clone(),
            unit: ingredient.unit.clone(),
            ingredients: vec![Part { key: ingredient.key.clone(), amount: 1.0 }],
            anti_infective: ingredient.anti_infective,
            cold_chain: ingredient.cold_chain,
            ..blank(&ingredient.key)
        };
        let of_form = |(name, form): (&str, &super::DosageForm)| Drug {
            form: name.to_owned(),
            routes: form.routes.clone(),
            ..blank(name)
        };
        let knowledge = self.knowledge();
        let forms = knowledge.forms().map(of_form);
        self.with_drugs(knowledge.ingredients().iter().map(of_ingredient).chain(forms))
    }
}

impl Example {
    /// What the engine says to it; the word that cannot be read.
    fn check(&self, formulary: &Formulary, now: Timestamp) -> Result<Vec<Finding>, String> {
        let today = Policy::local_date(now);
        let items = self.draft.iter().zip(1..).map(|(words, no)| item(words, no, formulary));
        let running = self.running.iter().map(|words| {
            let until = today.checked_add(Span::new().days(i64::from(self.running_days)));
            let lasts = Some(Lasts::between(today, until.map_err(|e| e.to_string())?));
            let hand = Hand::Left { milli: 1000, lasts };
            let item = item(words, 0, formulary)?;
            Ok(Running { taken: Taken::from_the_first(&item), item, hand, rest: None, hours_apart: None })
        });
        let running = running.collect::<Result<Vec<_>, String>>()?;
        let medicines: Vec<_> =
            self.hand.iter().map(|key| medicine(key, formulary, today)).collect::<Result<_, _>>()?;
        let conditions: Vec<_> = self.conditions.iter().map(|code| condition(code, today)).collect();
        let allergy = |substance: &String| AllergyRecord {
            substance: substance.clone(),
            group: None,
            reaction: "皮疹".to_owned(),
            severity: AllergySeverity::Moderate,
        };
        let allergies: Vec<_> = self.allergy.iter().map(allergy).collect();
        let of_today =
            |value: Option<f64>| value.map(|value| Reading { value, measured_at: now - SignedDuration::from_hours(1) });
        let facts = ResidentFacts {
            age: self.age,
            sex: if self.male { Sex::Male } else { Sex::Female },
            allergies_asked: true,
            allergies: &allergies,
            conditions: &conditions,
            medicines: &medicines,
            running: &running,
            readings: Readings {
                creatinine: of_today(self.creatinine),
                potassium: of_today(self.potassium),
                weight: of_today(self.weight),
            },
            eligibility: &[],
            hospital: None,
            present_doctor: None,
        };
        let draft = Draft {
            assessed: false,
            diagnosis_code: String::new(),
            supply: Supply::Ordinary,
            valid_days: 1,
            items: items.collect::<Result<_, String>>()?,
        };
        Ok(check(&draft, &facts, formulary, &Policy::default(), now))
    }
}

fn item(words: &str, no: u16, formulary: &Formulary) -> Result<DraftItem, String> {
    let mut each = words.split_whitespace();
    let drug_id = known(each.next().unwrap_or_default(), formulary)?;
    let dose = each.next().map_or(Ok(1.0), str::parse).map_err(|_| words.to_owned())?;
    let frequency: Option<Frequency> = each.next().map(str::parse).transpose().map_err(|_| words.to_owned())?;
    let route: Option<Route> = each.next().map(str::parse).transpose().map_err(|_| words.to_owned())?;
    Ok(DraftItem {
        no,
        drug_id,
        dose: Dose::try_from(dose).map_err(|_| words.to_owned())?,
        frequency: frequency.unwrap_or(Frequency::Qd),
        route: route.unwrap_or(Route::Oral),
        days: 7,
        quantity: 7,
        taper: Vec::new(),
        most_per_day: None,
    })
}

fn known(key: &str, formulary: &Formulary) -> Result<DrugId, String> {
    let id = DrugId(key.to_owned());
    if formulary.drug(&id).is_some() { Ok(id) } else { Err(key.to_owned()) }
}

fn medicine(key: &str, formulary: &Formulary, since: Date) -> Result<Medicine, String> {
    Ok(Medicine { drug_id: Some(known(key, formulary)?), name: key.to_owned(), dose_text: String::new(), since })
}

fn condition(code: &str, since: Date) -> Condition {
    Condition { code: code.to_owned(), display_zh: String::new(), display_en: String::new(), since }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::safety::FindingKind;

    #[test]
    fn no_rule_on_kidneys_is_clear_without_a_creatinine() {
        let formulary = Formulary::demo().unwrap();
        let single = formulary.of_single_ingredients();
        let now: Timestamp = "2026-11-23T06:00:00Z".parse().unwrap();
        for rule in &formulary.knowledge().renal {
            let about = crate::safety::Rule::about(rule);
            let blind = Example { creatinine: None, ..about.hit.clone() };
            let all = blind.check(&single, now).unwrap();
            let renal: Vec<_> = all.iter().filter(|f| f.kind == FindingKind::Renal).map(|f| f.outcome).collect();
            assert_eq!(renal, [Outcome::InputMissing], "{}", about.id);
        }
    }

    #[test]
    fn an_example_that_cannot_be_read_is_named() {
        let formulary = Formulary::demo().unwrap().of_single_ingredients();
        let now = Timestamp::UNIX_EPOCH;
        for (word, said) in [
            ("moonstone 1", "moonstone"),
            ("warfarin much", "warfarin much"),
            ("warfarin 1 hourly", "warfarin 1 hourly"),
        ] {
            let example = Example { draft: vec![word.to_owned()], age: 80, ..Example::default() };
            assert_eq!(example.check(&formulary, now), Err(said.to_owned()));
        }
    }
}
