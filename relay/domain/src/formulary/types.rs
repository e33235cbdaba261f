//! What the formulary knows about a drug and a diagnosis.

use crate::dosage::Route;
use crate::machines::named_enum;
use crate::safety::Example;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Stable code of a drug in the formulary, e.g. `amlodipine-5mg`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
#[schema(value_type = String)]
pub struct DrugId(pub String);

impl std::fmt::Display for DrugId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

named_enum! {
    /// Specially controlled classes that are never prescribed remotely.
    Banned {
        /// Not controlled.
        None = "none",
        /// Narcotic.
        Narcotic = "narcotic",
        /// Psychotropic, class I or II.
        Psychotropic = "psychotropic",
        /// Toxic for medical use.
        Toxic = "toxic",
        /// Radioactive.
        Radioactive = "radioactive",
    }
}

/// One drug in one form and strength.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Drug {
    /// Stable code.
    pub id: DrugId,
    /// Chinese name.
    pub name_zh: String,
    /// English name.
    pub name_en: String,
    /// Initials of the Chinese name, lower case.
    pub pinyin: String,
    /// ATC code.
    pub atc: String,
    /// Form, Chinese.
    pub form: String,
    /// By which ways it is given, the usual one first. Where its entry does not say, those of its form; left out where the form is not known either.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub routes: Vec<Route>,
    /// Strength of one unit, e.g. `5 mg`.
    pub strength: String,
    /// Unit that is counted and dosed, Chinese: 片, 粒, 支, 吸, 袋, 单位, g, mL.
    pub unit: String,
    /// Units of dose in one counted unit: 1 for tablets, 300 for a 3 mL insulin pen of 100 U/mL.
    #[serde(default = "one")]
    #[schema(required)]
    pub doses_per_unit: f64,
    /// Unit of the dose, when it differs from `unit`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dose_unit: Option<String>,
    /// Pharmacological class, English key.
    pub class: String,
    /// What is in one unit of dose; without it the safety engine answers `not_covered`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ingredients: Vec<Part>,
    /// Allergy group.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub allergy_group: Option<String>,
    /// Controlled class.
    #[serde(default = "not_banned")]
    #[schema(required)]
    pub banned: Banned,
    /// An anti-infective.
    #[serde(default)]
    #[schema(required)]
    pub anti_infective: bool,
    /// Must stay at 2–8 °C.
    #[serde(default)]
    #[schema(required)]
    pub cold_chain: bool,
    /// A piece for decoction of traditional medicine.
    #[serde(default)]
    #[schema(required)]
    pub decoction: bool,
    /// Largest single dose, in dose units.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_single_dose: Option<f64>,
    /// Largest daily dose, in dose units.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_daily_dose: Option<f64>,
}

const fn one() -> f64 {
    1.0
}

const fn not_banned() -> Banned {
    Banned::None
}

impl Drug {
    /// The unit in which a dose is written.
    pub fn dose_unit(&self) -> &str {
        self.dose_unit.as_deref().unwrap_or(&self.unit)
    }

    /// Both give something of the same: one product, or two with an ingredient in common.
    pub fn gives_the_same_as(&self, other: &Self) -> bool {
        let has = |part: &Part| other.ingredients.iter().any(|theirs| theirs.key == part.key);
        self.id == other.id || self.ingredients.iter().any(has)
    }
}

/// A diagnosis that can be chosen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Diagnosis {
    /// ICD-10.
    pub code: String,
    /// Chinese.
    pub display_zh: String,
    /// English.
    pub display_en: String,
    /// Initials of the Chinese name, lower case.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub pinyin: String,
}

/// An ingredient in one unit of dose.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Part {
    /// Key of the safety data.
    pub key: String,
    /// How much, in the ingredient's unit.
    pub amount: f64,
}

/// Drugs to which a body reacts alike.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AllergyGroup {
    /// Key, as in [`Drug::allergy_group`].
    pub key: String,
    /// Chinese.
    pub name_zh: String,
    /// English.
    pub name_en: String,
    /// Groups in which a reaction is possible as well.
    pub cross: Vec<String>,
    /// A reaction in those groups is possible and rare: it asks for a reason where it otherwise blocks.
    #[serde(default)]
    pub cross_is_rare: bool,
    /// Words by which an uncoded allergy is recognised, lower case.
    pub words: Vec<String>,
    /// What to know of it, Chinese.
    pub message_zh: String,
    /// What to know of it, English.
    pub message_en: String,
    /// What to do, Chinese.
    pub action_zh: String,
    /// What to do, English.
    pub action_en: String,
    /// On what it rests, Chinese.
    pub source: String,
    /// On what it rests, English.
    #[serde(default)]
    pub source_en: Option<String>,
    /// When it was written.
    pub date: Date,
    /// What it must find.
    pub hit: Example,
    /// What it must not find.
    pub miss: Example,
    /// Version of its file.
    #[serde(skip)]
    pub version: String,
}

/// A strength with its units in English, as the pages have it (`strengthIn`): `3 mL:300 单位` is `3 mL:300 units`.
pub fn english_strength(strength: &str) -> String {
    let is_han = |c: char| ('\u{4e00}'..='\u{9fff}').contains(&c);
    let (mut said, mut rest) = (String::with_capacity(strength.len()), strength);
    while let Some(at) = rest.find(is_han) {
        let (before, from) = rest.split_at(at);
        let (unit, after) = from.split_at(from.find(|c: char| !is_han(c)).unwrap_or(from.len()));
        let count = before.trim_end().rsplit(|c: char| !c.is_ascii_digit() && c != '.').next();
        let several = count.and_then(|count| count.parse::<f64>().ok()).is_some_and(|count| count > 1.0);
        said.push_str(before);
        match english_unit(unit).split_once('(') {
            Some((one, ending)) if several => said.extend([one, ending.trim_end_matches(')')]),
            Some((one, _)) => said.push_str(one),
            None => said.push_str(english_unit(unit)),
        }
        rest = after;
    }
    said.push_str(rest);
    said
}

/// Counted units have Chinese names in the formulary; the pages say the same in `relay/client/src/i18n/units.ts`.
pub fn english_unit(unit: &str) -> &str {
    match unit {
        "片" => "tablet(s)",
        "粒" => "capsule(s)",
        "支" => "piece(s)",
        "吸" | "揿" => "puff(s)",
        "喷" => "spray(s)",
        "袋" => "sachet(s)",
        "瓶" => "bottle(s)",
        "盒" => "box(es)",
        "贴" => "patch(es)",
        "单位" => "unit(s)",
        "丸" => "pill(s)",
        "滴" => "drop(s)",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_strength_is_said_in_the_language_of_its_reader() {
        assert_eq!(english_strength("3 mL:300 单位"), "3 mL:300 units");
        assert_eq!(english_strength("100 µg/揿, 200 揿"), "100 µg/puff, 200 puffs");
        assert_eq!(english_strength("1 单位"), "1 unit");
        assert_eq!(english_strength("5 mg"), "5 mg");
        let drugs = crate::formulary::Formulary::demo().unwrap();
        for drug in drugs.drugs() {
            let said = english_strength(&drug.strength);
            assert!(said.chars().all(|c| c.is_ascii() || c == 'µ'), "{}: {said}", drug.id);
        }
    }
}
