//! Reads the data files. A file that is empty, malformed or contradicts itself is refused as a whole: no check ever runs on half of it.

use super::{Diagnosis, Drug, Formulary};
use crate::safety::{Knowledge, KnowledgeError, RuleFile};
use serde::Deserialize;
use std::collections::BTreeMap;

/// Why the data files are refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FormularyError {
    /// No TOML of the expected form.
    #[error("{file}: {message}")]
    Malformed {
        /// Which file.
        file: &'static str,
        /// What the parser says.
        message: String,
    },
    /// Nothing in it.
    #[error("{0} is empty; no prescription can be checked against nothing")]
    Empty(&'static str),
    /// Twice the same code.
    #[error("`{0}` is there twice")]
    Duplicate(String),
    /// A value that makes no sense.
    #[error("`{id}`: {problem}")]
    Value {
        /// Of which entry.
        id: String,
        /// What.
        problem: &'static str,
    },
    /// An allergy group or an ingredient that is not declared.
    #[error("`{id}` names `{name}`, which is not declared")]
    Undeclared {
        /// Which entry.
        id: String,
        /// The name.
        name: String,
    },
    /// A file of the safety engine.
    #[error(transparent)]
    Knowledge(#[from] KnowledgeError),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DrugFile {
    version: String,
    #[serde(default)]
    drug: Vec<Drug>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DiagnosisFile {
    #[serde(default)]
    diagnosis: Vec<Diagnosis>,
}

/// What an operator adds.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MoreFile {
    version: String,
    #[serde(default)]
    drug: Vec<Drug>,
    #[serde(default)]
    diagnosis: Vec<Diagnosis>,
}

impl Formulary {
    /// The same with an operator's own products and diagnoses, judged like ours; one of a code that is known takes its place. Nothing is taken away: records name
    /// products by their codes.
    pub fn with_more(mut self, text: &str) -> Result<Self, FormularyError> {
        const FILE: &str = "the file of further products";
        let mut more: MoreFile = toml::from_str(text)
            .map_err(|e| FormularyError::Malformed { file: FILE, message: e.message().to_owned() })?;
        if more.drug.is_empty() && more.diagnosis.is_empty() {
            return Err(FormularyError::Empty(FILE));
        }
        for drug in &mut more.drug {
            declared(drug, &self.knowledge)?;
            routes_of_form(drug, &self.knowledge);
        }
        more.diagnosis.iter().try_for_each(check_diagnosis)?;
        self.drugs.extend(index(more.drug, |d| d.id.clone())?);
        self.diagnoses.extend(index(more.diagnosis, |d| d.code.clone())?);
        self.version = format!("{}, {}", self.version, more.version);
        Ok(self)
    }

    /// Reads a drug file, a diagnosis file and the files of the safety engine.
    pub fn parse(drugs: &str, diagnoses: &str, rules: &[RuleFile]) -> Result<Self, FormularyError> {
        let knowledge = Knowledge::parse(rules)?;
        let mut drug_file: DrugFile = toml::from_str(drugs)
            .map_err(|e| FormularyError::Malformed { file: "drug file", message: e.message().to_owned() })?;
        let diagnosis_file: DiagnosisFile = toml::from_str(diagnoses)
            .map_err(|e| FormularyError::Malformed { file: "diagnosis file", message: e.message().to_owned() })?;
        if drug_file.drug.is_empty() {
            return Err(FormularyError::Empty("the drug file"));
        }
        if diagnosis_file.diagnosis.is_empty() {
            return Err(FormularyError::Empty("the diagnosis file"));
        }
        for drug in &mut drug_file.drug {
            declared(drug, &knowledge)?;
            routes_of_form(drug, &knowledge);
        }
        diagnosis_file.diagnosis.iter().try_for_each(check_diagnosis)?;
        Ok(Self {
            version: drug_file.version,
            drugs: index(drug_file.drug, |d| d.id.clone())?,
            knowledge,
            diagnoses: index(diagnosis_file.diagnosis, |d| d.code.clone())?,
        })
    }
}

fn index<K: Ord + std::fmt::Display, V>(
    values: Vec<V>,
    key: impl Fn(&V) -> K,
) -> Result<BTreeMap<K, V>, FormularyError> {
    let mut map = BTreeMap::new();
    for value in values {
        let k = key(&value);
        let name = k.to_string();
        if map.insert(k, value).is_some() {
            return Err(FormularyError::Duplicate(name));
        }
    }
    Ok(map)
}

/// A product that makes sense by itself and names only what is declared.
fn declared(drug: &Drug, knowledge: &Knowledge) -> Result<(), FormularyError> {
    check_drug(drug)?;
    let undeclared = |name: &str| FormularyError::Undeclared { id: drug.id.0.clone(), name: name.to_owned() };
    if let Some(group) = drug.allergy_group.as_deref().filter(|g| knowledge.group(g).is_none()) {
        return Err(undeclared(group));
    }
    match drug.ingredients.iter().find(|p| knowledge.position(&p.key).is_none()) {
        Some(part) => Err(undeclared(&part.key)),
        None => Ok(()),
    }
}

/// A product whose entry names no way is given by those of its form.
fn routes_of_form(drug: &mut Drug, knowledge: &Knowledge) {
    if drug.routes.is_empty()
        && let Some(form) = knowledge.form(&drug.form)
    {
        drug.routes.clone_from(&form.routes);
    }
}

fn check_diagnosis(d: &Diagnosis) -> Result<(), FormularyError> {
    if d.display_zh.is_empty() || d.display_en.is_empty() || !is_icd10(&d.code) {
        return Err(FormularyError::Value { id: d.code.clone(), problem: "needs an ICD-10 code and both names" });
    }
    Ok(())
}

fn check_drug(drug: &Drug) -> Result<(), FormularyError> {
    let refuse = |problem| Err(FormularyError::Value { id: drug.id.0.clone(), problem });
    let slug = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    if drug.id.0.is_empty() || !drug.id.0.split(['-', '.']).all(slug) {
        return refuse("the code has lower-case letters and digits with dashes and dots between");
    }
    if [&drug.name_zh, &drug.name_en, &drug.form, &drug.strength, &drug.unit, &drug.class].iter().any(|s| s.is_empty())
    {
        return refuse("both names, form, strength, unit and class are needed");
    }
    if !slug(&drug.pinyin) {
        return refuse("the initials are lower-case letters");
    }
    if drug.atc.len() < 3 || !drug.atc.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit()) {
        return refuse("the ATC code has capital letters and digits");
    }
    let amounts = [Some(drug.doses_per_unit), drug.max_single_dose, drug.max_daily_dose];
    let parts = drug.ingredients.iter().map(|p| &p.amount);
    if amounts.iter().flatten().chain(parts).any(|n| !n.is_finite() || *n < 0.001 || *n > 100_000.0) {
        return refuse("amounts are positive numbers");
    }
    if drug.routes.iter().enumerate().any(|(at, route)| drug.routes[..at].contains(route)) {
        return refuse("a way is named twice");
    }
    if let (Some(single), Some(daily)) = (drug.max_single_dose, drug.max_daily_dose)
        && single > daily
    {
        return refuse("the largest single dose is above the largest daily dose");
    }
    Ok(())
}

fn is_icd10(code: &str) -> bool {
    let bytes = code.as_bytes();
    bytes.len() >= 3
        && bytes[0].is_ascii_uppercase()
        && bytes[1..3].iter().all(u8::is_ascii_digit)
        && (bytes.len() == 3 || (bytes[3] == b'.' && bytes.len() > 4))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dosage::Route;
    use crate::formulary::Banned;

    #[test]
    fn demo_data_is_sound_and_covers_what_the_rules_need() {
        let f = Formulary::demo().unwrap();
        assert!(f.drugs().count() >= 40 && f.diagnoses().count() >= 30);
        assert!(f.drugs().any(|d| d.banned == Banned::Narcotic) && f.drugs().any(|d| d.banned == Banned::Psychotropic));
        assert!(
            f.drugs().any(|d| d.anti_infective) && f.drugs().any(|d| d.cold_chain) && f.drugs().any(|d| d.decoction)
        );
        assert!(f.drugs().all(|d| d.max_single_dose.is_some()));
    }

    #[test]
    fn a_product_is_given_as_its_own_entry_says_and_else_as_its_form_is() {
        let f = Formulary::demo().unwrap();
        let routes = |f: &Formulary, id: &str| f.drug(&crate::formulary::DrugId(id.into())).unwrap().routes.clone();
        assert_eq!(routes(&f, "insulin-glargine-300u"), [Route::Subcutaneous]);
        assert_eq!(routes(&f, "nitroglycerin-0.5mg")[0], Route::Sublingual);
        assert!(f.drugs().all(|d| !d.routes.is_empty()), "every product of ours has a form that is known");
        let own = |form: &str, routes: &str| {
            format!(
                "version = \"own-1\"\n[[drug]]\nid = \"own\"\nname_zh = \"某药\"\nname_en = \"Own\"\npinyin = \"my\"\natc = \"A02\"\n\
                 form = \"{form}\"\nstrength = \"1 mg\"\nunit = \"片\"\nclass = \"own\"\n{routes}"
            )
        };
        let with = |form, routes| Formulary::demo().unwrap().with_more(&own(form, routes));
        assert_eq!(routes(&with("片剂", "").unwrap(), "own"), [Route::Oral]);
        let both = with("片剂", "routes = [\"sublingual\", \"oral\"]").unwrap();
        assert_eq!(routes(&both, "own"), [Route::Sublingual, Route::Oral]);
        assert!(routes(&with("外星剂", "").unwrap(), "own").is_empty());
        // A powder for injection may be for a vein: nothing is offered of itself.
        assert!(routes(&with("粉针剂", "").unwrap(), "own").is_empty());
        assert_eq!(routes(&with("粉针剂", "routes = [\"subcutaneous\"]").unwrap(), "own"), [Route::Subcutaneous]);
        assert!(with("片剂", "routes = [\"oral\", \"oral\"]").unwrap_err().to_string().contains("twice"));
    }

    #[test]
    fn empty_and_malformed_files_are_refused() {
        let dx = "[[diagnosis]]\ncode = \"I10\"\ndisplay_zh = \"高血压\"\ndisplay_en = \"Hypertension\"";
        let drugs = include_str!("../../data/drugs.toml");
        let rules = Formulary::shipped_rules();
        let message = |d: &str, x: &str| Formulary::parse(d, x, &rules).unwrap_err().to_string();
        assert!(message("version = \"1\"", dx).contains("empty"));
        assert!(message("", dx).contains("version"));
        assert!(message(drugs, "").contains("empty"));
        assert!(message(&format!("{drugs}\nnarcotc = true"), dx).contains("narcotc"));
        assert!(
            message(&drugs.replace("allergy_group = \"statins\"", "allergy_group = \"stains\""), dx).contains("stains")
        );
        assert!(message(&drugs.replace("key = \"amlodipine\"", "key = \"amlodipin\""), dx).contains("not declared"));
        assert!(message(drugs, &format!("{dx}\n{dx}")).contains("twice"));
        assert!(message(drugs, &dx.replace("I10", "高血压")).contains("ICD-10"));
    }
}
