//! Settings of a program: a TOML file, then the environment (`YUNZHEN_<SECTION>__<KEY>`), as one typed value.
//!
//! Every struct of the settings carries `#[serde(deny_unknown_fields)]`, so that a misspelt key is an error that names it and the nearest known one.
//! Environment variables without a double underscore are not settings and are left alone.

use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};

use figment::Figment;
use figment::error::Kind;
use figment::providers::{Env, Format as _, Toml};
use serde::de::DeserializeOwned;

/// Why settings could not be used; each message says what to do.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// No such file.
    #[error("there is no configuration file at {}; copy the example configuration of this program there or pass --config <file>", .0.display())]
    Missing(PathBuf),
    /// The file is there but cannot be read.
    #[error("the configuration file {} cannot be read: {cause}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The cause.
        cause: std::io::Error,
    },
    /// A key that the program does not know.
    #[error("unknown key `{key}` in {origin}{}", nearest_hint(.nearest.as_deref(), .known))]
    UnknownKey {
        /// The whole key with its section.
        key: String,
        /// File or environment.
        origin: String,
        /// The known key most like it.
        nearest: Option<String>,
        /// All known keys of that section.
        known: Vec<String>,
    },
    /// A required key is missing.
    #[error("the key `{key}` is missing in {origin}; the example configuration explains it")]
    MissingKey {
        /// The whole key with its section.
        key: String,
        /// File or environment.
        origin: String,
    },
    /// Anything else: a wrong type, a value out of range, broken TOML.
    #[error("{}{message} in {origin}", key_prefix(.key))]
    Invalid {
        /// The whole key with its section, empty when the file as a whole is broken.
        key: String,
        /// What is wrong.
        message: String,
        /// File or environment.
        origin: String,
    },
}

/// Reads the settings of a program.
///
/// # Errors
/// See [`SettingsError`]; the first problem only, as one sentence.
pub fn load<T: DeserializeOwned>(path: &Path) -> Result<T, SettingsError> {
    if !path.is_file() {
        return Err(SettingsError::Missing(path.to_owned()));
    }
    let text =
        std::fs::read_to_string(path).map_err(|cause| SettingsError::Unreadable { path: path.to_owned(), cause })?;
    let environment = Env::prefixed("YUNZHEN_").filter(|key| key.as_str().contains("__")).split("__");
    let figment = Figment::new().merge(Toml::string(&text)).merge(environment);
    figment.extract().map_err(|error| explain(&error, path))
}

/// A path of the settings as the file means it: relative to the folder of the file.
#[must_use]
pub fn resolve(config: &Path, path: &Path) -> PathBuf {
    config.parent().unwrap_or_else(|| Path::new("")).join(path)
}

/// Refuses a figure with which the program cannot work.
///
/// # Errors
/// One sentence that names the key, its bounds and the figure.
pub fn within(file: &Path, key: &str, figure: u64, bounds: RangeInclusive<u64>) -> Result<(), SettingsError> {
    if bounds.contains(&figure) {
        return Ok(());
    }
    Err(SettingsError::Invalid {
        key: key.to_owned(),
        message: format!("must be from {} to {}, not {figure},", bounds.start(), bounds.end()),
        origin: format!("{} or the environment variables YUNZHEN_*", file.display()),
    })
}

fn explain(error: &figment::Error, file: &Path) -> SettingsError {
    let origin = match &error.metadata {
        Some(metadata) if metadata.name.contains("environment") => "the environment variables YUNZHEN_*".to_owned(),
        _ => file.display().to_string(),
    };
    let section = error.path.join(".");
    match &error.kind {
        Kind::UnknownField(field, known) => {
            // figment's path of an unknown field ends in the field itself.
            let section = match error.path.split_last() {
                Some((last, rest)) if last == field => rest.join("."),
                _ => section,
            };
            SettingsError::UnknownKey {
                key: joined(&section, field),
                origin,
                nearest: nearest(field, known).map(|name| joined(&section, name)),
                known: known.iter().map(|name| joined(&section, name)).collect(),
            }
        }
        Kind::MissingField(field) => SettingsError::MissingKey { key: joined(&section, field), origin },
        kind => SettingsError::Invalid { key: section, message: kind.to_string().trim().to_owned(), origin },
    }
}

fn joined(section: &str, key: &str) -> String {
    if section.is_empty() { key.to_owned() } else { format!("{section}.{key}") }
}

fn key_prefix(key: &str) -> String {
    if key.is_empty() { String::new() } else { format!("`{key}`: ") }
}

fn nearest_hint(nearest: Option<&str>, known: &[String]) -> String {
    match nearest {
        Some(name) => format!("; did you mean `{name}`?"),
        None => format!("; known here: {}", known.join(", ")),
    }
}

fn nearest<'a>(written: &str, known: &[&'a str]) -> Option<&'a str> {
    known
        .iter()
        .map(|name| (distance(written, name), *name))
        .filter(|(distance, name)| *distance <= 1 + name.len().max(written.len()) / 3)
        .min()
        .map(|(_, name)| name)
}

/// Levenshtein's distance, on one row.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, y) in b.iter().enumerate() {
            let substituted = diagonal + usize::from(x != *y);
            diagonal = row[j + 1];
            row[j + 1] = substituted.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}
