//! How strong the radio signal is, where a modem tells it: shown on the nurse's page in words and told to the relay.
//!
//! | module | what |
//! |---|---|
//! | [`signal`] | what a modem's properties say; pure |
//! | [`words`] | the same in the nurse's words; pure |
//! | [`manager`] | ModemManager over D-Bus |
//! | [`watching`] | asks every few seconds, shows and tells |
//!
//! Not here: how well the path carries media, which is measured by what arrives ([`crate::outbox::rate`]).

pub mod manager;
pub mod signal;
pub mod watching;
pub mod words;

use serde::Deserialize;

/// The `[modem]` table.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ModemSettings {
    /// `none` or `modemmanager`.
    pub source: SourceKind,
    /// Address of the D-Bus; the system's when absent.
    pub bus: Option<String>,
}

/// Who tells of the modem.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SourceKind {
    /// Nobody.
    #[default]
    None,
    /// ModemManager.
    ModemManager,
}
