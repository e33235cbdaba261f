//! Data that the relay reads before it serves: the policy file and the formulary.

use std::path::{Path, PathBuf};

use yunzhen_domain::formulary::{Formulary, FormularyError};
use yunzhen_domain::policy::{Policy, PolicyError};

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

/// The formulary that ships with the program.
///
/// # Errors
/// When it is empty or malformed.
pub fn formulary() -> Result<Formulary, SetupError> {
    Ok(Formulary::demo()?)
}
