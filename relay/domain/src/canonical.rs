//! Canonical JSON of RFC 8785, the form in which documents are signed and audit rows hashed.

use serde::Serialize;

/// Canonical JSON of a value made of strings, finite numbers, lists and string-keyed maps.
///
/// # Panics
/// If `value` is none of these (a map with other keys, or NaN): a mistake in this crate, found by its tests.
#[allow(clippy::expect_used)]
pub fn to_string<T: Serialize>(value: &T) -> String {
    serde_json_canonicalizer::to_string(value).expect("plain values have a canonical form")
}

/// The same document in canonical form, or why it is no JSON.
pub fn canonicalize(text: &str) -> Result<String, serde_json::Error> {
    let value: serde_json::Value = serde_json::from_str(text)?;
    serde_json_canonicalizer::to_string(&value)
}
