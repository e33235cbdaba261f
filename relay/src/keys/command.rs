//! `relay keys …`: makes keys, changes the one that seals, and says which are still needed.

use std::path::PathBuf;

use clap::Subcommand;
use jiff::Timestamp;
use yunzhen_runtime::clock;
use yunzhen_store::{Store, StoreError};

use super::{KeyError, Keys, key_id};
use crate::app::AppError;
use crate::app::resealing::{self, Standing};
use crate::config::Config;
use crate::record;
use crate::vault::{Vault, VaultError};

/// The keys that seal what lies at rest.
#[derive(Debug, Subcommand)]
pub enum KeysCommand {
    /// Makes a key in a new file, for its owner alone; wrapped, where the settings name a key management service. Prints its name.
    New {
        /// A file that is not there yet.
        #[arg(long)]
        out: PathBuf,
    },
    /// Wraps the key in a file with the present key of the key management service. The key itself stays the same, and so does what is sealed with it.
    Wrap {
        /// The file, with a key in clear or wrapped before.
        file: PathBuf,
    },
    /// Seals everything in the record anew with `secrets_key` that another key sealed. May run beside the relays, and be stopped and begun again. First every relay must know
    /// both keys.
    Rotate,
    /// Says which keys the record needs, and which can be taken out of the settings.
    Status,
}

/// Why it was not done, or not wholly.
#[derive(Debug, thiserror::Error)]
pub enum KeysCommandError {
    /// A key.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The keys together.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The record.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Sealing.
    #[error(transparent)]
    Sealing(#[from] AppError),
    /// Not all was sealed anew.
    #[error("not everything is sealed with the present key: {0}")]
    Left(String),
}

impl KeysCommand {
    /// Does it; `say` gets lines for the operator.
    ///
    /// # Errors
    /// See [`KeysCommandError`]. What was done before one stays done.
    pub async fn run(self, config: &Config, mut say: impl FnMut(String)) -> Result<(), KeysCommandError> {
        let keys = Keys::new(&config.kms)?;
        match self {
            Self::New { out } => {
                let key = keys.file(&out).make()?;
                say(format!("key {} is in {}", key_id(&key), out.display()));
                Ok(())
            }
            Self::Wrap { file } => {
                let key = keys.file(&file).wrap_again()?;
                say(format!("key {} is wrapped with {} in {}", key_id(&key), config.kms.key, file.display()));
                Ok(())
            }
            Self::Rotate => on_record(config, &keys, true, say).await,
            Self::Status => on_record(config, &keys, false, say).await,
        }
    }
}

async fn on_record(
    config: &Config,
    keys: &Keys,
    rotates: bool,
    say: impl FnMut(String),
) -> Result<(), KeysCommandError> {
    // A key that is not there yet is not made here: it would be nobody's.
    let (current, older) = keys.sealing(&config.secrets_key, &config.keys.older, true)?;
    let vault = Vault::with_older(current, &older)?;
    let options = record::options(Some(&(current, older)));
    let store = Store::open_at(config.store.location(), &options).await?;
    let done = match rotates {
        true => rotate(&store, &vault, clock::now_timestamp, say).await,
        false => status(&store, &vault, say).await,
    };
    store.close().await;
    done
}

/// Seals everything anew and looks whether that was all.
pub async fn rotate(
    store: &Store,
    vault: &Vault,
    now: impl Fn() -> Timestamp,
    mut say: impl FnMut(String),
) -> Result<(), KeysCommandError> {
    let done = resealing::rotate(store, vault, now, |so_far| say(format!("{} sealed anew", so_far.resealed))).await?;
    if done.closed > 0 {
        say(format!("{} are opened by none of the keys and stay as they are", done.closed));
    }
    let needs = resealing::needs(store, vault).await?;
    let mut left: Vec<String> =
        needs.iter().filter(|need| need.standing != Standing::Current).map(ToString::to_string).collect();
    if let Some(id) = older_key_of_file(store, vault) {
        left.push(format!("the record's file: encrypted with the key {id} until the relay is started anew"));
    }
    if left.is_empty() {
        say("everything is sealed with the present key: `[keys] older` of the settings can be emptied".to_owned());
        return Ok(());
    }
    let left = left.join("; ");
    Err(KeysCommandError::Left(format!(
        "{left}. A relay that still seals with an older key is started anew before this is run again; what no key opens needs the key that sealed it"
    )))
}

/// The older key that the record's file is still encrypted with, because the relay has it open.
fn older_key_of_file<'a>(store: &Store, vault: &'a Vault) -> Option<&'a str> {
    store.older_key().and_then(|number| vault.key_ids().nth(number))
}

/// Says what needs which key.
pub async fn status(store: &Store, vault: &Vault, mut say: impl FnMut(String)) -> Result<(), KeysCommandError> {
    let needs = resealing::needs(store, vault).await?;
    for need in &needs {
        let standing = match need.standing {
            Standing::Current => "the present one",
            Standing::Older => "an older one",
            Standing::Missing => "NOT IN THE SETTINGS",
        };
        say(format!("{need} ({standing})"));
    }
    let of_file = older_key_of_file(store, vault);
    if let Some(id) = of_file {
        say(format!("the record's file: encrypted with the key {id} (an older one) until the relay is started anew"));
    }
    let nameless = needs.iter().any(|need| need.key_id.is_none());
    for (n, id) in vault.key_ids().enumerate() {
        let needed = of_file == Some(id) || needs.iter().any(|need| need.key_id.as_deref() == Some(id));
        match (n, needed) {
            (0, _) => say(format!("key {id} seals")),
            (_, true) => say(format!("key {id} is still needed")),
            (_, false) if nameless => {
                say(format!(
                    "key {id} may be needed by what was sealed before keys had names: run `relay keys rotate`"
                ));
            }
            (_, false) => say(format!("key {id} is not needed any more")),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_key_is_made_and_taken_over_and_none_is_made_by_the_way() {
        let folder = tempfile::tempdir().unwrap();
        let settings = folder.path().join("relay.toml");
        let identity =
            ["certificate", "key", "systems_authority", "signers_authority"].map(|key| format!("{key} = \"x\""));
        let identity = identity.join("\n");
        let text = |keys: &str| format!("{keys}\n[identity]\n{identity}\n");
        std::fs::write(&settings, text("secrets_key = \"new.key\"\nkeys.older = [\"old.key\"]")).unwrap();
        let config = Config::load(&settings).unwrap();
        let mut lines = Vec::new();
        let refused = KeysCommand::Rotate.run(&config, |line| lines.push(line)).await;
        assert!(matches!(refused, Err(KeysCommandError::Key(KeyError::Gone(_)))), "{refused:?}");
        assert!(!folder.path().join("new.key").exists() && lines.is_empty());
        for name in ["old.key", "new.key"] {
            let out = folder.path().join(name);
            KeysCommand::New { out: out.clone() }.run(&config, |line| lines.push(line)).await.unwrap();
            let again = KeysCommand::New { out }.run(&config, |line| lines.push(line)).await;
            assert!(matches!(again, Err(KeysCommandError::Key(KeyError::Exists(_)))), "{again:?}");
        }
        let [old, new] = [0, 1].map(|n: usize| lines[n].split(' ').nth(1).unwrap().to_owned());
        assert_ne!(old, new);
        lines.clear();
        KeysCommand::Rotate.run(&config, |line| lines.push(line)).await.unwrap();
        KeysCommand::Status.run(&config, |line| lines.push(line)).await.unwrap();
        assert!(lines[0].contains("can be emptied"), "{lines:?}");
        assert_eq!(lines[1..], [format!("key {new} seals"), format!("key {old} is not needed any more")]);
        let wrapped = KeysCommand::Wrap { file: folder.path().join("old.key") }.run(&config, |_| {}).await;
        assert!(matches!(wrapped, Err(KeysCommandError::Key(KeyError::Settings(_)))), "{wrapped:?}");
    }
}
