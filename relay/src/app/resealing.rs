//! Sealing keys change: everything sealed in the record is sealed anew with the present key, and what still needs an older one is said before anybody misses it.
//!
//! A recording is sealed with a key of its own, which lies sealed in the record: only that one is sealed anew, and its file stays as it is. Bounded in each step: values are found and sealed
//! beside the writer, and put in their places in one transaction with its audit row. What is done names the present key, so that who begins again after a stop goes on where it
//! stopped. Not here: where keys come from (`keys`), and backups, which keep the key that they were made with.

use std::collections::BTreeSet;
use std::fmt;

use jiff::Timestamp;
use uuid::Uuid;
use yunzhen_domain::Actor;
use yunzhen_domain::audit::{AuditFact, EventKind, hex};
use yunzhen_store::Store;
use yunzhen_store::sealed::{self, Part, Value};

use super::prescriptions::secrets;
use super::{AppError, pharmacy_systems, recordings, second_factors, work};
use crate::vault::Vault;

/// Values in one transaction.
const AT_ONCE: u32 = 200;
/// What the settings call the key of before keys had names.
const NAMELESS: &str = "nameless";

/// What sealing anew has come to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Progress {
    /// Values that name the present key now and did not before.
    pub resealed: u64,
    /// Values that none of the keys opens: they stay as they are.
    pub closed: u64,
}

/// Which values need which key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// The present one.
    Current,
    /// One that the settings name among the older ones.
    Older,
    /// One that the settings do not name.
    Missing,
}

/// Values of one part that need one key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Need {
    /// What they are.
    pub part: Part,
    /// The key's name; none: they are from before keys had names.
    pub key_id: Option<String>,
    /// How many.
    pub values: u64,
    /// Whether it is there.
    pub standing: Standing,
}

impl Need {
    /// What `[keys] start_without` calls the key.
    fn key_name(&self) -> &str {
        self.key_id.as_deref().unwrap_or(NAMELESS)
    }
}

impl fmt::Display for Need {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key = self.key_id.as_deref().unwrap_or("of before keys had names");
        write!(f, "{}: {} sealed with the key {key}", words(self.part), self.values)
    }
}

/// What is needed and not there; the words of a start that does not happen.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "sealed values of the record need keys that the settings do not name: {}. Name the file of each key in `[keys] older`; `relay keys rotate` then seals all with the present key, and it can go. Where a key is lost for good, `[keys] start_without = [{}]` starts the relay without it, and what it sealed stays shut",
    listed(.0.as_slice()),
    names(.0.as_slice())
)]
pub struct MissingKeys(pub Vec<Need>);

fn listed(needs: &[Need]) -> String {
    needs.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

/// The keys, each once, as the settings write them.
fn names(needs: &[Need]) -> String {
    let names: BTreeSet<&str> = needs.iter().map(Need::key_name).collect();
    names.into_iter().map(|name| format!("{name:?}")).collect::<Vec<_>>().join(", ")
}

/// Where a value of a part belongs.
fn place(part: Part, row: &str) -> String {
    match part {
        Part::Recording => recordings::place(row),
        Part::Order => secrets::place(row),
        Part::SecondFactor => second_factors::place(row),
        Part::Webhook | Part::FormerWebhook => pharmacy_systems::place(row),
        Part::Answer => work::place_of_answer(row),
    }
}

/// What the values of a part are, for the operator.
const fn words(part: Part) -> &'static str {
    match part {
        Part::Recording => "keys of recordings",
        Part::Order => "secrets of orders",
        Part::SecondFactor => "secrets of authenticator apps",
        Part::Webhook => "secrets of webhooks",
        Part::FormerWebhook => "former secrets of webhooks",
        Part::Answer => "answers kept for a retry",
    }
}

/// Which keys the record needs, and whether they are there.
pub async fn needs(store: &Store, vault: &Vault) -> Result<Vec<Need>, AppError> {
    let ids: Vec<&str> = vault.key_ids().collect();
    let mut db = store.read().await?;
    let mut needs = Vec::new();
    for part in Part::ALL {
        for sealed::Need { key_id, values } in sealed::needs(&mut db, part).await? {
            let standing = match &key_id {
                Some(id) if ids.first() == Some(&id.as_str()) => Standing::Current,
                Some(id) if ids.contains(&id.as_str()) => Standing::Older,
                Some(_) => Standing::Missing,
                // They name no key. All that one program left are sealed with one, so one that opens shows that it is there, and one that was damaged shows nothing.
                None => {
                    let some = sealed::nameless(&mut db, part).await?;
                    let opens = |one: &Value| vault.open(&place(part, &one.row), &one.sealed).is_ok();
                    if some.is_empty() || some.iter().any(opens) { Standing::Older } else { Standing::Missing }
                }
            };
            needs.push(Need { part, key_id, values, standing });
        }
    }
    Ok(needs)
}

/// Sees at the start that every key is there that the record needs. `start_without` names those that are lost for good. Answers that wait a day for a retry keep no relay
/// from starting: the retry is refused, and whoever asked sees what became of it. What stays shut is told and counted.
///
/// # Errors
/// [`MissingKeys`] inside, where one is not; or the store's.
pub async fn check(
    store: &Store,
    vault: &Vault,
    start_without: &[String],
) -> Result<Result<(), MissingKeys>, AppError> {
    let (mut missing, mut shut) = (Vec::new(), 0);
    for need in needs(store, vault).await? {
        if need.standing != Standing::Missing {
            continue;
        }
        if need.part == Part::Answer || start_without.iter().any(|name| name == need.key_name()) {
            tracing::error!(%need, "sealed values stay shut: the settings do not name the key that they need");
            shut += need.values;
        } else {
            missing.push(need);
        }
    }
    metrics::gauge!("yunzhen_sealed_values_shut").set(shut as f64);
    Ok(if missing.is_empty() { Ok(()) } else { Err(MissingKeys(missing)) })
}

/// Seals everything anew that does not name the present key, and tells how far it has come after each step. May run beside relays that know both keys, and be stopped and begun again.
pub async fn rotate(
    store: &Store,
    vault: &Vault,
    now: impl Fn() -> Timestamp,
    mut told: impl FnMut(Progress),
) -> Result<Progress, AppError> {
    let mut progress = Progress::default();
    for part in Part::ALL {
        let mut after = String::new();
        loop {
            let mut db = store.read().await?;
            let some = sealed::without_mark(&mut db, part, vault.mark(), &after, AT_ONCE).await?;
            drop(db);
            let Some(last) = some.last() else { break };
            after = last.sealed.as_kept().to_owned();
            let step = step(store, vault, part, &some, now()).await?;
            progress.resealed += step.resealed;
            progress.closed += step.closed;
            told(progress);
        }
    }
    Ok(progress)
}

/// Seals some values of one part anew, all or none.
async fn step(store: &Store, vault: &Vault, part: Part, some: &[Value], now: Timestamp) -> Result<Progress, AppError> {
    let mut progress = Progress::default();
    let mut anew = Vec::with_capacity(some.len());
    for value in some {
        let place = place(part, &value.row);
        match vault.open(&place, &value.sealed) {
            Ok(secret) => anew.push((value, vault.seal(&place, &secret)?)),
            Err(_) => progress.closed += 1,
        }
    }
    if anew.is_empty() {
        return Ok(progress);
    }
    let mut tx = store.write().await?;
    for (value, sealed) in &anew {
        // What was changed meanwhile was sealed by a relay: if it knows the present key it is done, else the next run finds it.
        progress.resealed += u64::from(sealed::replace(&mut tx, part, value, sealed).await?);
    }
    if progress.resealed == 0 {
        tx.commit_bookkeeping("nothing was left to seal anew").await?;
        return Ok(progress);
    }
    tx.commit(vec![fact(vault, now)]).await?;
    Ok(progress)
}

/// That values were sealed anew with the present key, which its digest names.
fn fact(vault: &Vault, at: Timestamp) -> AuditFact {
    let fingerprint = vault.fingerprint();
    let mut id = [0; 16];
    id.copy_from_slice(&fingerprint[..16]);
    AuditFact {
        at,
        actor: Actor::System.reference(),
        kind: EventKind::SealingKeyTaken,
        entity_id: Uuid::from_bytes(id),
        home_id: None,
        pharmacy_id: None,
        purpose: None,
        sha256: Some(hex(&fingerprint)),
    }
}
