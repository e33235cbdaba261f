//! What the safety engine knows: ingredients and rules, read from data files once and checked as a whole.
//!
//! There is no way to a [`Knowledge`] but through [`Knowledge::parse`], which refuses a file that is empty, cut off or contradicts itself. So no check
//! ever runs on nothing, and "nothing found" is only said by an engine that had its rules.

mod example;
mod file;
mod parse;
mod rule;
mod select;

pub use example::{Example, ExampleError};
pub use file::RuleFile;
pub use parse::KnowledgeError;
pub use rule::{
    About, DosageForm, Duplicate, Elderly, Ingredient, Interaction, Load, LoadKind, MaxDose, Overlap, Renal, Rule,
};

use crate::formulary::AllergyGroup;
use crate::records::AllergyRecord;
use std::collections::BTreeMap;

/// Position of an ingredient in the knowledge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct IngredientAt(pub(super) u16);

/// Ingredients and rules of one installation.
#[derive(Debug, Clone, PartialEq)]
pub struct Knowledge {
    editions: Vec<Edition>,
    ingredients: Vec<Ingredient>,
    positions: BTreeMap<String, IngredientAt>,
    pub(super) interactions: Vec<Interaction>,
    pub(super) duplicates: Vec<Duplicate>,
    pub(super) overlaps: Vec<Overlap>,
    pub(super) elderly: Vec<Elderly>,
    pub(super) loads: Vec<Load>,
    pub(super) renal: Vec<Renal>,
    pub(super) max_doses: Vec<MaxDose>,
    pub(super) groups: BTreeMap<String, AllergyGroup>,
    forms: Vec<DosageForm>,
    /// Where the form of each name is.
    form_names: BTreeMap<String, usize>,
}

/// One data file that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edition {
    /// Its name.
    pub file: String,
    /// Its version.
    pub version: String,
    /// How many rules and ingredients it brought.
    pub entries: usize,
}

impl Knowledge {
    /// Which files, in which version.
    pub fn editions(&self) -> &[Edition] {
        &self.editions
    }

    /// The versions of all files in one line.
    pub fn version(&self) -> String {
        let each = self.editions.iter().map(|e| format!("{} {}", e.file, e.version));
        each.collect::<Vec<_>>().join(", ")
    }

    /// All ingredients.
    pub fn ingredients(&self) -> &[Ingredient] {
        &self.ingredients
    }

    /// Where an ingredient is.
    pub fn position(&self, key: &str) -> Option<IngredientAt> {
        self.positions.get(key).copied()
    }

    /// The ingredient at a position of this knowledge.
    pub fn ingredient(&self, at: IngredientAt) -> &Ingredient {
        &self.ingredients[usize::from(at.0)]
    }

    /// An allergy group by its key.
    pub fn group(&self, key: &str) -> Option<&AllergyGroup> {
        self.groups.get(key)
    }

    /// All allergy groups.
    pub fn groups(&self) -> impl Iterator<Item = &AllergyGroup> {
        self.groups.values()
    }

    /// The form that products call so.
    pub(crate) fn form(&self, name: &str) -> Option<&DosageForm> {
        self.form_names.get(name).map(|&at| &self.forms[at])
    }

    /// Every name of a form, and the form.
    fn forms(&self) -> impl Iterator<Item = (&str, &DosageForm)> {
        self.form_names.iter().map(|(name, &at)| (name.as_str(), &self.forms[at]))
    }

    /// What an allergy is against, in English: the ingredient that is written, else the group with what is written of it. `None` where nobody coded it, or it is
    /// written in Latin letters.
    pub fn allergen_en(&self, allergy: &AllergyRecord) -> Option<String> {
        let group = self.group(allergy.group.as_deref()?)?;
        let written = allergy.substance.trim();
        if written.is_ascii() {
            return None;
        }
        if let Some(ingredient) = self.ingredients.iter().find(|i| i.name_zh == written) {
            return Some(ingredient.name_en.clone());
        }
        // 青霉素 and 青霉素类 are one name.
        let is_group = written.trim_end_matches('类') == group.name_zh.trim_end_matches('类');
        Some(if is_group { group.name_en.clone() } else { format!("{} ({written})", group.name_en) })
    }

    /// Every rule, whatever its kind.
    pub fn rules(&self) -> impl Iterator<Item = &dyn Rule> {
        fn each<R: Rule>(rules: &[R]) -> impl Iterator<Item = &dyn Rule> {
            rules.iter().map(|r| r as &dyn Rule)
        }
        each(&self.interactions)
            .chain(each(&self.duplicates))
            .chain(each(&self.overlaps))
            .chain(each(&self.elderly))
            .chain(each(&self.loads))
            .chain(each(&self.renal))
            .chain(each(&self.max_doses))
            .chain(self.groups.values().map(|g| g as &dyn Rule))
            .chain(each(&self.forms))
    }
}
