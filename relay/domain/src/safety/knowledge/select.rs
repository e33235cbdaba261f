//! Which ingredients a rule is about: `warfarin` by key, `@nsaid` by class.

use super::Ingredient;
use super::IngredientAt;
use serde::Deserialize;

/// A set of ingredients.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Set(Vec<u64>);

impl Set {
    pub(super) fn insert(&mut self, at: usize) {
        if self.0.len() <= at / 64 {
            self.0.resize(at / 64 + 1, 0);
        }
        self.0[at / 64] |= 1 << (at % 64);
    }

    /// Is it in there?
    pub fn has(&self, at: IngredientAt) -> bool {
        let at = usize::from(at.0);
        self.0.get(at / 64).is_some_and(|word| word >> (at % 64) & 1 == 1)
    }
}

/// Keys and classes as written, and the ingredients they mean.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(from = "Vec<String>")]
pub struct Selector {
    /// As written.
    pub written: Vec<String>,
    set: Set,
}

impl From<Vec<String>> for Selector {
    fn from(written: Vec<String>) -> Self {
        Self { written, set: Set::default() }
    }
}

impl Selector {
    /// Is this ingredient meant?
    pub fn has(&self, at: IngredientAt) -> bool {
        self.set.has(at)
    }

    /// Finds what is meant; the word that means nothing otherwise.
    pub(super) fn resolve(&mut self, ingredients: &[Ingredient]) -> Result<(), String> {
        for word in &self.written {
            let mut found = false;
            for (at, ingredient) in ingredients.iter().enumerate() {
                let meant = match word.strip_prefix('@') {
                    Some(class) => ingredient.classes.iter().any(|c| c == class),
                    None => ingredient.key == *word,
                };
                if meant {
                    self.set.insert(at);
                    found = true;
                }
            }
            if !found {
                return Err(word.clone());
            }
        }
        if self.written.is_empty() { Err("(nothing)".to_owned()) } else { Ok(()) }
    }
}
