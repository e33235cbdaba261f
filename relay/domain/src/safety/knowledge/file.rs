//! The form of a data file: a version, and any of the tables. An unknown word is refused, so that a typing error is no silent gap.

use super::rule::{DosageForm, Duplicate, Elderly, Ingredient, Interaction, Load, MaxDose, Overlap, Renal};
use crate::formulary::AllergyGroup;
use serde::Deserialize;

/// A data file by name, not yet read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleFile {
    /// Its name, for messages.
    pub name: String,
    /// Its text.
    pub text: String,
}

impl RuleFile {
    /// A file of this name and text.
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Self {
        Self { name: name.into(), text: text.into() }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Tables {
    pub version: String,
    /// How many entries the file has. A file that was cut off between two entries would read well; its count does not.
    pub entries: usize,
    #[serde(default)]
    pub ingredient: Vec<Ingredient>,
    #[serde(default)]
    pub interaction: Vec<Interaction>,
    #[serde(default)]
    pub duplicate: Vec<Duplicate>,
    #[serde(default)]
    pub overlap: Vec<Overlap>,
    #[serde(default)]
    pub elderly: Vec<Elderly>,
    #[serde(default)]
    pub load: Vec<Load>,
    #[serde(default)]
    pub renal: Vec<Renal>,
    #[serde(default)]
    pub max_dose: Vec<MaxDose>,
    #[serde(default)]
    pub allergy_group: Vec<AllergyGroup>,
    #[serde(default)]
    pub form: Vec<DosageForm>,
}

impl Tables {
    pub fn found(&self) -> usize {
        self.ingredient.len()
            + self.interaction.len()
            + self.duplicate.len()
            + self.overlap.len()
            + self.elderly.len()
            + self.load.len()
            + self.renal.len()
            + self.max_dose.len()
            + self.allergy_group.len()
            + self.form.len()
    }
}
