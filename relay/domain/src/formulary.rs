//! Drugs and diagnoses as data: types, parsing of the data files, search.

mod parse;
mod search;
mod types;

pub use parse::FormularyError;
pub use types::{AllergyGroup, Banned, Diagnosis, Drug, DrugId};

use std::collections::BTreeMap;

/// The knowledge of one installation, loaded once.
#[derive(Debug, Clone, PartialEq)]
pub struct Formulary {
    version: String,
    drugs: BTreeMap<DrugId, Drug>,
    groups: BTreeMap<String, AllergyGroup>,
    diagnoses: BTreeMap<String, Diagnosis>,
}

impl Formulary {
    /// The demo data that is compiled in.
    pub fn demo() -> Result<Self, FormularyError> {
        Self::parse(include_str!("../data/drugs.toml"), include_str!("../data/diagnoses.toml"))
    }

    /// Which edition of the drug file; the source of findings.
    pub fn version(&self) -> &str {
        &self.version
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
        self.groups.get(key)
    }

    /// All groups.
    pub fn groups(&self) -> impl Iterator<Item = &AllergyGroup> {
        self.groups.values()
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
