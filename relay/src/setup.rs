//! Data that the relay reads before it serves: the policy file, the formulary and the rules of the safety checks.

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use yunzhen_domain::formulary::{Formulary, FormularyError};
use yunzhen_domain::policy::{Policy, PolicyError};
use yunzhen_domain::safety::{ExampleError, RuleFile};

/// Why the relay cannot work with the data it was given.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    /// The policy file is not there or cannot be read.
    #[error("the policy file {} cannot be read: {source}; remove `policy` from the settings to use the defaults", path.display())]
    PolicyFile {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The policy file says something that cannot be.
    #[error("the policy file {}: {source}", path.display())]
    Policy {
        /// Which.
        path: PathBuf,
        /// What.
        source: PolicyError,
    },
    /// The formulary that ships with the program is empty or malformed: without it no prescription could be checked.
    #[error("the formulary cannot be used: {0}")]
    Formulary(#[from] FormularyError),
    /// A rule does not do what its own examples say.
    #[error("the safety checks cannot be used: {0}")]
    Rule(#[from] ExampleError),
    /// A file of the operator's rules, or their folder.
    #[error("the safety rules at {} cannot be read: {source}; remove `safety_rules` from the settings to use those that ship with the program", path.display())]
    RuleFile {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The operator's products.
    #[error("the products at {} cannot be read: {source}; remove `products` from the settings to use those that ship with the program", path.display())]
    ProductFile {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A folder without rules.
    #[error("there is no rule file (*.toml) in {}; remove `safety_rules` from the settings to use those that ship with the program", .0.display())]
    NoRuleFile(PathBuf),
}

/// The defaults, tightened by a file when there is one.
///
/// # Errors
/// When the file is there and cannot be used; a policy is never guessed.
pub fn policy(path: Option<&Path>) -> Result<Policy, SetupError> {
    let Some(path) = path else { return Ok(Policy::default()) };
    let text =
        std::fs::read_to_string(path).map_err(|source| SetupError::PolicyFile { path: path.to_owned(), source })?;
    Policy::from_toml(&text).map_err(|source| SetupError::Policy { path: path.to_owned(), source })
}

/// The formulary that ships with the program, with the rule files of `folder` and the hospital's own `products`; every rule is proved by its own examples.
///
/// # Errors
/// When any file is empty, cut off or malformed, or a rule does not do what its examples say: no prescription is checked on half of the rules.
pub fn formulary(folder: Option<&Path>, products: Option<&Path>, now: Timestamp) -> Result<Formulary, SetupError> {
    let more = folder.map(rule_files).transpose()?.unwrap_or_default();
    let mut formulary = Formulary::with_rules(more)?;
    if let Some(path) = products {
        let unreadable = |source| SetupError::ProductFile { path: path.to_owned(), source };
        formulary = formulary.with_more(&std::fs::read_to_string(path).map_err(unreadable)?)?;
    }
    let rules = formulary.prove_rules(now)?;
    tracing::info!(rules, versions = formulary.knowledge().version(), "safety rules proved");
    Ok(formulary)
}

/// The rule files of a folder by name; a folder without any is a mistake, not a wish.
fn rule_files(folder: &Path) -> Result<Vec<RuleFile>, SetupError> {
    let unreadable = |path: &Path| {
        let path = path.to_owned();
        move |source| SetupError::RuleFile { path, source }
    };
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(unreadable(folder))? {
        let path = entry.map_err(unreadable(folder))?.path();
        if path.extension().is_some_and(|extension| extension == "toml") {
            paths.push(path);
        }
    }
    paths.sort();
    if paths.is_empty() {
        return Err(SetupError::NoRuleFile(folder.to_owned()));
    }
    let read = |path: &PathBuf| {
        let text = std::fs::read_to_string(path).map_err(unreadable(path))?;
        Ok(RuleFile::new(path.display().to_string(), text))
    };
    paths.iter().map(read).collect()
}

#[cfg(test)]
mod tests {
    use yunzhen_domain::formulary::DrugId;

    use super::*;

    fn now() -> Timestamp {
        "2026-11-23T06:00:00Z".parse().unwrap()
    }

    #[test]
    fn the_start_ends_at_an_operator_s_file_that_cannot_be_used() {
        assert!(formulary(None, None, now()).is_ok());
        let folder = tempfile::tempdir().unwrap();
        let said = || formulary(Some(folder.path()), None, now()).unwrap_err().to_string();
        assert!(said().contains("no rule file"));
        let file = folder.path().join("licensed.toml");
        std::fs::write(&file, "").unwrap();
        assert!(said().contains("licensed.toml is empty"), "{}", said());
        std::fs::write(&file, [0xff, 0xfe, 0x00]).unwrap();
        assert!(said().contains("licensed.toml"), "{}", said());
        std::fs::write(&file, "version = \"1\"\nentries = 2\n").unwrap();
        assert!(said().contains("licensed.toml"), "{}", said());
        std::fs::remove_file(&file).unwrap();
        assert!(formulary(Some(&folder.path().join("gone")), None, now()).is_err());
    }

    #[test]
    fn a_hospital_adds_its_own_products_and_a_file_that_is_wrong_ends_the_start() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("products.toml");
        let with = |text: &str| {
            std::fs::write(&file, text).unwrap();
            formulary(None, Some(&file), now())
        };
        let product = r#"version = "hospital-1"
[[drug]]
id = "amlodipine-10mg"
name_zh = "苯磺酸氨氯地平片"
name_en = "Amlodipine besilate tablets"
pinyin = "bhsaldpp"
atc = "C08CA01"
form = "片剂"
strength = "10 mg"
unit = "片"
class = "dihydropyridine"
ingredients = [{ key = "amlodipine", amount = 10.0 }]
max_single_dose = 1.0
max_daily_dose = 1.0
[[diagnosis]]
code = "N18.4"
display_zh = "慢性肾脏病 4 期"
display_en = "Chronic kidney disease, stage 4"
pinyin = "mxszb"
"#;
        let own = with(product).unwrap();
        let (ours, theirs) = ("amlodipine-5mg", "amlodipine-10mg");
        assert!([ours, theirs].iter().all(|id| own.drug(&DrugId((*id).to_owned())).is_some()));
        assert!(own.diagnosis("N18.4").is_some() && own.version().ends_with("hospital-1"));
        let said = |text: &str| with(text).unwrap_err().to_string();
        assert!(said("version = \"1\"").contains("empty"));
        assert!(said(&product.replace("key = \"amlodipine\"", "key = \"amlodipin\"")).contains("amlodipin"));
        assert!(said(&product.replace("max_daily_dose = 1.0", "max_daily_dose = 0.5")).contains("largest"));
        assert!(said(&product.replace("strength", "strenght")).contains("strenght"));
        assert!(formulary(None, Some(&folder.path().join("gone")), now()).is_err());
    }
}
