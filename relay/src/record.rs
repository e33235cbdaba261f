//! The record of the settings, with the keys that it needs. An SQLite file is encrypted with a key that is derived from `secrets_key`; one that an older key opens is encrypted anew when
//! the record is opened (`yunzhen_store::file`).
//!
//! A key is made where nothing needs one yet, and never where that would lock something up. Not here: where keys come from (`keys`), and what is sealed in the record (`vault`).

use yunzhen_store::{FileKeys, Location, Options, Store, StoreError, file};

use crate::config::Config;
use crate::keys::{KeyError, Keys};

/// The key that seals, and the older ones that still open.
pub type SealingKeys = ([u8; 32], Vec<[u8; 32]>);

/// A record that is open.
pub struct Record {
    /// The record.
    pub store: Store,
    /// What was read to open it; a server's database needs nothing.
    pub keys: Option<SealingKeys>,
}

/// Opens the record of the settings to serve it; an SQLite file is made where there is none, and its key with it.
///
/// # Errors
/// A key that is needed and not there, or the store's.
pub async fn open<E: From<KeyError> + From<StoreError>>(config: &Config, keys: &Keys) -> Result<Record, E> {
    let keys = sealing_keys::<E>(config, keys, false).await?;
    let serving = Options { beside: false, ..options(keys.as_ref()) };
    let store = Store::open_at(config.store.location(), &serving).await?;
    Ok(Record { store, keys })
}

/// The same for a command, which may run beside the relay.
///
/// # Errors
/// As [`open`].
pub async fn open_beside<E: From<KeyError> + From<StoreError>>(config: &Config, keys: &Keys) -> Result<Store, E> {
    let keys = sealing_keys::<E>(config, keys, false).await?;
    Ok(Store::open_at(config.store.location(), &options(keys.as_ref())).await?)
}

/// The keys that the record of the settings is opened with; none, where it is a server's database. Asked before the record is open in this program.
///
/// # Errors
/// A key that `must_be_there`, or that something in the record needs, and that is not; or the file cannot be read.
pub async fn sealing_keys<E: From<KeyError> + From<StoreError>>(
    config: &Config,
    keys: &Keys,
    must_be_there: bool,
) -> Result<Option<SealingKeys>, E> {
    let Location::File(path) = config.store.location() else { return Ok(None) };
    let must_be_there = must_be_there || file::needs_its_key(&path).await?;
    Ok(Some(keys.sealing(&config.secrets_key, &config.keys.older, must_be_there)?))
}

/// How a command opens a record with these keys.
pub fn options(keys: Option<&SealingKeys>) -> Options {
    let keys = keys.map(|(current, older)| FileKeys::new(current, older));
    Options { keys, beside: true, ..Options::default() }
}
