//! Reads the data files and checks them as a whole.

use super::file::Tables;
use super::rule::{DosageForm, Rule};
use super::{Edition, IngredientAt, Knowledge, RuleFile};
use crate::safety::Severity;
use std::collections::{BTreeMap, BTreeSet};

/// Why a data file is refused; nothing is checked until it is whole.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KnowledgeError {
    /// No TOML of the expected form.
    #[error("safety data file {file}: {message}")]
    Malformed {
        /// Which file.
        file: String,
        /// What the parser says.
        message: String,
    },
    /// Nothing in it.
    #[error("safety data file {0} is empty; no prescription can be checked against nothing")]
    Empty(String),
    /// Fewer or more entries than it says it has.
    #[error("safety data file {file} says it has {said} entries and has {found}; it was cut off or changed by halves")]
    Count {
        /// Which file.
        file: String,
        /// By its own word.
        said: usize,
        /// In truth.
        found: usize,
    },
    /// A kind of rule is missing altogether.
    #[error("the safety data have no {0}; that check would answer without having checked")]
    KindMissing(&'static str),
    /// Twice the same identifier.
    #[error("safety data file {file}: `{id}` is there twice")]
    Duplicate {
        /// Which file.
        file: String,
        /// Which.
        id: String,
    },
    /// A name that leads nowhere.
    #[error("safety data file {file}: `{id}` names `{name}`, which is not declared")]
    Unknown {
        /// Which file.
        file: String,
        /// Of which entry.
        id: String,
        /// The name.
        name: String,
    },
    /// A value that makes no sense.
    #[error("safety data file {file}: `{id}`: {problem}")]
    Value {
        /// Which file.
        file: String,
        /// Of which entry.
        id: String,
        /// What.
        problem: &'static str,
    },
}

impl Knowledge {
    /// Reads all files, or refuses them all.
    ///
    /// # Errors
    /// The first thing that is wrong, with the file it is in.
    pub fn parse(files: &[RuleFile]) -> Result<Self, KnowledgeError> {
        let mut parsed = Vec::new();
        for RuleFile { name, text } in files {
            if text.trim().is_empty() {
                return Err(KnowledgeError::Empty(name.clone()));
            }
            let tables: Tables = toml::from_str(text)
                .map_err(|e| KnowledgeError::Malformed { file: name.clone(), message: e.message().to_owned() })?;
            let found = tables.found();
            if found == 0 {
                return Err(KnowledgeError::Empty(name.clone()));
            }
            if found != tables.entries {
                return Err(KnowledgeError::Count { file: name.clone(), said: tables.entries, found });
            }
            if tables.version.trim().is_empty() {
                return Err(value(name, "version", "a version is needed"));
            }
            parsed.push((name.clone(), tables));
        }
        let mut knowledge = Self::gather(parsed)?;
        knowledge.groups_are_known()?;
        knowledge.every_kind_is_there()?;
        knowledge.groups.values_mut().for_each(|g| g.words.iter_mut().for_each(|w| *w = w.to_lowercase()));
        Ok(knowledge)
    }

    fn gather(mut parsed: Vec<(String, Tables)>) -> Result<Self, KnowledgeError> {
        let (mut ingredients, mut positions) = (Vec::new(), BTreeMap::new());
        for (file, tables) in &mut parsed {
            for ingredient in tables.ingredient.drain(..) {
                let refuse = |problem| Err(value(file, &ingredient.key, problem));
                let slug = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
                if ingredient.key.is_empty() || !ingredient.key.bytes().all(slug) {
                    return refuse("the key has lower-case letters, digits and underscores");
                }
                if ingredient.name_zh.is_empty() || ingredient.name_en.is_empty() || ingredient.atc.len() < 3 {
                    return refuse("both names and an ATC code are needed");
                }
                if ingredient.classes.is_empty() || ingredient.forms.is_empty() {
                    return refuse("a class and a form are needed");
                }
                if ingredient.anticholinergic > 3 || ingredient.qt > 3 {
                    return refuse("weights go from 0 to 3");
                }
                let Ok(at) = u16::try_from(ingredients.len()) else { return refuse("too many ingredients") };
                if positions.insert(ingredient.key.clone(), IngredientAt(at)).is_some() {
                    return Err(KnowledgeError::Duplicate { file: file.clone(), id: ingredient.key });
                }
                ingredients.push(ingredient);
            }
        }
        let mut k = Self {
            editions: Vec::new(),
            ingredients,
            positions,
            interactions: Vec::new(),
            duplicates: Vec::new(),
            overlaps: Vec::new(),
            elderly: Vec::new(),
            loads: Vec::new(),
            renal: Vec::new(),
            max_doses: Vec::new(),
            groups: BTreeMap::new(),
            forms: Vec::new(),
            form_names: BTreeMap::new(),
        };
        let mut ids = BTreeSet::new();
        for (file, tables) in parsed {
            k.editions.push(Edition { file: file.clone(), version: tables.version.clone(), entries: tables.entries });
            let mut reader =
                Reader { file: &file, version: &tables.version, ingredients: &k.ingredients, ids: &mut ids };
            reader.take(tables.interaction, &mut k.interactions)?;
            reader.take(tables.duplicate, &mut k.duplicates)?;
            reader.take(tables.overlap, &mut k.overlaps)?;
            reader.take(tables.elderly, &mut k.elderly)?;
            reader.take(tables.load, &mut k.loads)?;
            reader.take(tables.renal, &mut k.renal)?;
            reader.take(tables.max_dose, &mut k.max_doses)?;
            let before = k.forms.len();
            reader.take(tables.form, &mut k.forms)?;
            index_forms(&file, &k.forms, before, &mut k.form_names)?;
            let mut groups = Vec::new();
            reader.take(tables.allergy_group, &mut groups)?;
            k.groups.extend(groups.into_iter().map(|g| (g.key.clone(), g)));
        }
        Ok(k)
    }

    fn groups_are_known(&self) -> Result<(), KnowledgeError> {
        let named = self.ingredients.iter().flat_map(|i| i.allergy_groups.iter().map(|g| (&i.key, g)));
        let crossed = self.groups.values().flat_map(|g| g.cross.iter().map(|c| (&g.key, c)));
        for (id, group) in named.chain(crossed) {
            if !self.groups.contains_key(group) {
                let file = "allergies.toml".to_owned();
                return Err(KnowledgeError::Unknown { file, id: id.clone(), name: group.clone() });
            }
        }
        Ok(())
    }

    /// A kind without a rule would answer "nothing found" to everything.
    fn every_kind_is_there(&self) -> Result<(), KnowledgeError> {
        let has = |load| self.loads.iter().any(|l| l.load == load);
        let kinds = [
            ("ingredients", !self.ingredients.is_empty()),
            ("interactions", !self.interactions.is_empty()),
            ("rules on duplicates", !self.duplicates.is_empty()),
            ("rules on overlap", !self.overlaps.is_empty()),
            ("rules on old age", !self.elderly.is_empty()),
            ("rules on the anticholinergic burden", has(super::LoadKind::Anticholinergic)),
            ("rules on QT prolongation", has(super::LoadKind::Qt)),
            ("rules on kidney function", !self.renal.is_empty()),
            ("maximum doses", !self.max_doses.is_empty()),
            ("allergy groups", !self.groups.is_empty()),
            ("dosage forms", !self.forms.is_empty()),
        ];
        match kinds.iter().find(|(_, there)| !there) {
            Some((kind, _)) => Err(KnowledgeError::KindMissing(kind)),
            None => Ok(()),
        }
    }
}

/// Finds the forms from `first` on by the names that products call them.
fn index_forms(
    file: &str,
    forms: &[DosageForm],
    first: usize,
    names: &mut BTreeMap<String, usize>,
) -> Result<(), KnowledgeError> {
    for (at, form) in forms.iter().enumerate().skip(first) {
        if form.names.is_empty() || form.routes.is_empty() && form.seldom.is_empty() {
            return Err(value(file, form.about().id, "a form has a name and a way by which it is given"));
        }
        if form.seldom.iter().any(|route| form.routes.contains(route)) {
            return Err(value(file, form.about().id, "a way cannot be usual and seldom"));
        }
        for name in &form.names {
            if names.insert(name.clone(), at).is_some() {
                return Err(KnowledgeError::Duplicate { file: file.to_owned(), id: name.clone() });
            }
        }
    }
    Ok(())
}

struct Reader<'a> {
    file: &'a str,
    version: &'a str,
    ingredients: &'a [super::Ingredient],
    ids: &'a mut BTreeSet<String>,
}

impl Reader<'_> {
    fn take<R: Rule>(&mut self, rules: Vec<R>, into: &mut Vec<R>) -> Result<(), KnowledgeError> {
        for mut rule in rules {
            rule.set_version(self.version);
            let about = rule.about();
            let id = about.id.to_owned();
            let refuse = |problem| Err(value(self.file, &id, problem));
            let pairs = [about.message, about.action, about.source];
            if pairs.iter().flat_map(|(zh, en)| [*zh, *en]).chain([about.id]).any(|words| words.trim().is_empty()) {
                return refuse("identifier, message, action and source are needed, in both languages");
            }
            if about.hit.draft.is_empty() || about.miss.draft.is_empty() {
                return refuse("an example that it finds and one that it does not find are needed");
            }
            if about.severity == Severity::Block {
                return refuse("only law and allergies block; everything else is the prescriber's decision");
            }
            if !self.ids.insert(id.clone()) {
                return Err(KnowledgeError::Duplicate { file: self.file.to_owned(), id });
            }
            for selector in rule.selectors() {
                selector.resolve(self.ingredients).map_err(|name| KnowledgeError::Unknown {
                    file: self.file.to_owned(),
                    id: id.clone(),
                    name,
                })?;
            }
            into.push(rule);
        }
        Ok(())
    }
}

fn value(file: &str, id: &str, problem: &'static str) -> KnowledgeError {
    KnowledgeError::Value { file: file.to_owned(), id: id.to_owned(), problem }
}
