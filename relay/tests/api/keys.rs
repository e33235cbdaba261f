//! A relay that misses a key says so and does not start; nothing of the record is changed by that.

use jiff::SignedDuration;
use yunzhen_domain::records::SecondFactor;
use yunzhen_relay::config::{Config, LimitsConfig};
use yunzhen_relay::keys::{KeyError, KeyFile, KeyPlace, key_id};
use yunzhen_relay::relay::{self, StartError};
use yunzhen_relay::{keys, seed, vault::Vault};
use yunzhen_runtime::clock;
use yunzhen_runtime::lifecycle::Lifecycle;
use yunzhen_store::testing::TestDatabase;
use yunzhen_store::{FileKeys, Location, Options, StoreError, second_factors, staff};

use crate::boxes::{SECRETS, metrics, settings};

/// Starts a relay and drains it to its end, so that the next one finds nothing of it at work.
async fn start(config: &Config) -> Result<(), StartError> {
    let life = Lifecycle::new();
    let started = relay::start(config, &life, metrics()).await;
    life.stop().await.unwrap();
    started.map(|_| ())
}

#[tokio::test]
async fn a_relay_that_misses_a_key_does_not_start_and_says_what_needs_it() {
    let database = TestDatabase::new().await;
    let now = clock::now_timestamp();
    let store = database.open().await;
    seed::fill(&store, "demo-password", now).await.unwrap();
    let mut tx = store.write().await.unwrap();
    let id = staff::list(&mut tx).await.unwrap()[0].id;
    let secret = Vault::from_key(SECRETS).unwrap().seal(&format!("second-factor:{id}"), "c2VjcmV0").unwrap();
    let made_at = now - SignedDuration::from_hours(1);
    second_factors::put(&mut tx, &SecondFactor { staff_id: id, secret, made_at, last_step: 0 }).await.unwrap();
    tx.commit_bookkeeping("test").await.unwrap();
    store.close().await;

    let folder = tempfile::tempdir().unwrap();
    let (_, mut config) = settings(folder.path(), database.location(), LimitsConfig::default());
    let old = config.secrets_key.clone();
    config.secrets_key = KeyPlace::File(folder.path().join("newer.key"));
    // It is not made where something is sealed already.
    assert!(matches!(start(&config).await, Err(StartError::Key(KeyError::Gone(_)))));
    let newer = KeyFile::new(&folder.path().join("newer.key"), None).make().unwrap();
    if let Location::File(file) = database.location() {
        // Nothing of an encrypted file is seen without its key, and nothing of it is changed.
        let before = std::fs::read(&file).unwrap();
        let Err(StartError::Store(refused)) = start(&config).await else { panic!("it started") };
        let said = refused.to_string();
        assert!(matches!(refused, StoreError::WrongKey { .. }) && said.contains("[keys] older"), "{said}");
        assert!(before == std::fs::read(&file).unwrap());
    }

    // With the old one beside it the relay starts, and the file is encrypted with the new one; what is sealed in it still needs the old one.
    config.keys.older = vec![old.clone()];
    start(&config).await.unwrap();
    config.keys.older.clear();
    let Err(StartError::MissingKeys(missing)) = start(&config).await else { panic!("it started") };
    let said = missing.to_string();
    let needed = format!("secrets of authenticator apps: 1 sealed with the key {}", key_id(&SECRETS));
    assert!(said.contains(&needed) && said.contains("relay keys rotate"), "{said}");

    // Sealed anew it needs the new one alone.
    config.keys.older = vec![old];
    let both = Vault::with_older(newer, &[SECRETS]).unwrap();
    let file_keys = Some(FileKeys::new(&newer, &[SECRETS]));
    let store = database.open_with(&Options { keys: file_keys, ..Options::default() }).await;
    assert_eq!(store.older_key(), None, "the start encrypted the file anew");
    keys::rotate(&store, &both, clock::now_timestamp, |_| {}).await.unwrap();
    store.close().await;
    config.keys.older.clear();
    start(&config).await.unwrap();
}

#[tokio::test]
async fn a_file_that_another_program_has_open_keeps_its_older_key_until_the_next_start_and_that_is_said() {
    let database = TestDatabase::in_file();
    let running = database.open().await;
    let newer = [9; 32];
    let options = Options { keys: Some(FileKeys::new(&newer, &[SECRETS])), ..Options::default() };
    let both = Vault::with_older(newer, &[SECRETS]).unwrap();
    let beside = database.open_with(&options).await;
    let mut lines = Vec::new();
    let left = keys::rotate(&beside, &both, clock::now_timestamp, |_| {}).await.unwrap_err().to_string();
    assert!(left.contains("the record's file") && left.contains(&key_id(&SECRETS)), "{left}");
    keys::status(&beside, &both, |line| lines.push(line)).await.unwrap();
    assert!(lines.contains(&format!("key {} is still needed", key_id(&SECRETS))), "{lines:?}");
    beside.close().await;
    running.close().await;

    let alone = database.open_with(&options).await;
    keys::rotate(&alone, &both, clock::now_timestamp, |_| {}).await.unwrap();
    lines.clear();
    keys::status(&alone, &both, |line| lines.push(line)).await.unwrap();
    assert!(lines.contains(&format!("key {} is not needed any more", key_id(&SECRETS))), "{lines:?}");
    alone.close().await;
}
