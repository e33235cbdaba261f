//! Drugs and diagnoses as data: types, parsing of the data files, search, English names of what a record codes.

mod parse;
mod recorded;
mod search;
mod types;

pub use parse::FormularyError;
pub use types::{AllergyGroup, Banned, Diagnosis, Drug, DrugId, Part, english_strength, english_unit};

use crate::safety::{Knowledge, RuleFile};
use std::collections::BTreeMap;

/// The knowledge of one installation, loaded once.
#[derive(Debug, Clone, PartialEq)]
pub struct Formulary {
    version: String,
    drugs: BTreeMap<DrugId, Drug>,
    knowledge: Knowledge,
    diagnoses: BTreeMap<String, Diagnosis>,
}

impl Formulary {
    /// The demo data that is compiled in.
    pub fn demo() -> Result<Self, FormularyError> {
        Self::with_rules(Vec::new())
    }

    /// The demo data, and rule files that the operator has the right to use.
    pub fn with_rules(more: Vec<RuleFile>) -> Result<Self, FormularyError> {
        let mut rules = Self::shipped_rules();
        rules.extend(more);
        Self::parse(include_str!("../data/drugs.toml"), include_str!("../data/diagnoses.toml"), &rules)
    }

    /// The rule files that are compiled in.
    pub fn shipped_rules() -> Vec<RuleFile> {
        let shipped = [
            ("ingredients.toml", include_str!("../data/ingredients.toml")),
            ("interactions.toml", include_str!("../data/interactions.toml")),
            ("elderly.toml", include_str!("../data/elderly.toml")),
            ("renal.toml", include_str!("../data/renal.toml")),
            ("max_doses.toml", include_str!("../data/max_doses.toml")),
            ("allergies.toml", include_str!("../data/allergies.toml")),
            ("forms.toml", include_str!("../data/forms.toml")),
        ];
        shipped.into_iter().map(|(name, text)| RuleFile::new(name, text)).collect()
    }

    /// What the safety engine knows.
    pub fn knowledge(&self) -> &Knowledge {
        &self.knowledge
    }

    /// Which edition of the drug file; the source of findings.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The same knowledge with other products.
    pub(crate) fn with_drugs(&self, drugs: impl Iterator<Item = Drug>) -> Self {
        Self { drugs: drugs.map(|d| (d.id.clone(), d)).collect(), ..self.clone() }
    }

    /// A drug by its code.
    pub fn drug(&self, id: &DrugId) -> Option<&Drug> {
        self.drugs.get(id)
    }

    /// A diagnosis by its ICD-10 code.
    pub fn diagnosis(&self, code: &str) -> Option<&Diagnosis> {
        self.diagnoses.get(code)
    }

    /// An allergy group by its key.
    pub fn group(&self, key: &str) -> Option<&AllergyGroup> {
        self.knowledge.group(key)
    }

    /// All groups.
    pub fn groups(&self) -> impl Iterator<Item = &AllergyGroup> {
        self.knowledge.groups()
    }

    /// All drugs in the order of their codes.
    pub fn drugs(&self) -> impl Iterator<Item = &Drug> {
        self.drugs.values()
    }

    /// All diagnoses in the order of their codes.
    pub fn diagnoses(&self) -> impl Iterator<Item = &Diagnosis> {
        self.diagnoses.values()
    }
}
