//! The frame of every command: one transaction with its audit facts and its idempotency record. Dropped unfinished, nothing has happened.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;
use yunzhen_domain::access::{Action, Decision, Facts, asks_fresh_proof, decide, may_try};
use yunzhen_domain::audit::{AuditFact, EventKind, Purpose};
use yunzhen_domain::checked::text;
use yunzhen_domain::formulary::Formulary;
use yunzhen_domain::ids::{HomeId, PharmacyId, PharmacySystemId};
use yunzhen_domain::policy::Policy;
use yunzhen_domain::records::Resident;
use yunzhen_domain::{Actor, Sealed};
use yunzhen_store::{Tx, idempotency};

use super::relations::Ties;
use super::views::common::LanguageQuery;
use super::{App, AppError, Context};
use crate::vault::Vault;

/// Kept beside each answer; which status it had is known by the route that it is repeated on.
const REPLAYED: u16 = 200;

/// What a command meets first.
#[allow(clippy::large_enum_variant, reason = "taken apart where it is made, never kept")]
pub(super) enum Start<T> {
    /// The same command was done before: its answer.
    Replay(T),
    /// Do it.
    Fresh(Work),
}

/// A command in the making.
pub(super) struct Work {
    /// The transaction; all reads and writes of the command go through it.
    pub(super) tx: Tx,
    /// The numbers in force, for what follows from the command.
    pub(super) policy: Arc<Policy>,
    /// What drugs are, for the same.
    pub(super) formulary: Arc<Formulary>,
    vault: Vault,
    ctx: Context,
    facts: Vec<AuditFact>,
    secret: bool,
}

impl Work {
    /// Starts a command that must carry an idempotency key, unless the system itself gives it.
    pub(super) async fn command<T: DeserializeOwned>(app: &App, ctx: &Context) -> Result<Start<T>, AppError> {
        if ctx.idempotency.is_none() && ctx.actor != yunzhen_domain::Actor::System {
            return Err(AppError::IdempotencyKeyMissing);
        }
        Self::change(app, ctx).await
    }

    /// Starts a change that is guarded by a version or can only happen once, so that no key is demanded. Where one is given it counts as everywhere: after a
    /// lost reply the retry gets the first answer, not a refusal of its own doing.
    pub(super) async fn change<T: DeserializeOwned>(app: &App, ctx: &Context) -> Result<Start<T>, AppError> {
        let mut work = Self::with(app, ctx.clone()).await?;
        let Some(key) = &ctx.idempotency else { return Ok(Start::Fresh(work)) };
        let actor = ctx.actor.reference().to_string();
        match idempotency::look_up(&mut work.tx, &actor, &key.key, &key.request_sha256).await? {
            idempotency::Outcome::New => Ok(Start::Fresh(work)),
            idempotency::Outcome::Reused => Err(AppError::IdempotencyKeyReused),
            idempotency::Outcome::Replay { answer, .. } => {
                // The first answer may stand in a group that is not committed yet: nobody gets it before it is durable.
                work.tx.settle().await?;
                let answer = match Vault::is_sealed(&answer) {
                    true => work.vault.open(&place(&actor, &key.key), &Sealed::kept(answer))?,
                    false => answer,
                };
                Ok(Start::Replay(serde_json::from_str(&answer)?))
            }
        }
    }

    /// Starts what nobody repeats under a key: the rows of a read, a session, what the system does by itself. No answer is kept.
    pub(super) async fn unkeyed(app: &App, ctx: &Context) -> Result<Self, AppError> {
        Self::with(app, Context { idempotency: None, ..ctx.clone() }).await
    }

    async fn with(app: &App, ctx: Context) -> Result<Self, AppError> {
        let (policy, formulary, vault) = (app.policy.clone(), app.formulary.clone(), app.vault.clone());
        Ok(Self { tx: app.store.write().await?, policy, formulary, vault, ctx, facts: Vec::new(), secret: false })
    }

    /// Decides whether the actor may do this to a resource, and whether it is proved who does it where the action asks for that. Who may not hears that first.
    pub(super) fn authorize(&self, action: Action, facts: &Facts) -> Result<(), AppError> {
        authorize(&self.ctx, action, facts)?;
        if asks_fresh_proof(action) { recently_authenticated(&self.policy, &self.ctx) } else { Ok(()) }
    }

    /// The same for a resident: who sees the record is told that this is not theirs to do.
    pub(super) async fn authorize_for(&mut self, action: Action, resident: &Resident) -> Result<(), AppError> {
        let ties = Ties::to(&mut self.tx, &self.ctx, resident.id).await?;
        self.authorize(action, &ties.facts(resident))
    }

    /// Does this system itself ask?
    pub(super) fn is_of_system(&self, id: PharmacySystemId) -> bool {
        matches!(self.ctx.actor, yunzhen_domain::Actor::PharmacySystem { system_id, .. } if system_id == id)
    }

    /// When it is given.
    pub(super) const fn now(&self) -> Timestamp {
        self.ctx.now
    }

    /// Who gives the command.
    pub(super) const fn actor(&self) -> &Actor {
        &self.ctx.actor
    }

    /// Notes a fact for the audit log.
    pub(super) fn record(
        &mut self,
        kind: EventKind,
        entity_id: Uuid,
        home_id: Option<HomeId>,
        pharmacy_id: Option<PharmacyId>,
    ) {
        let (at, actor) = (self.ctx.now, self.ctx.actor.reference());
        self.facts.push(AuditFact { at, actor, kind, entity_id, home_id, pharmacy_id, purpose: None, sha256: None });
    }

    /// Notes a fact about a resident, with the purpose of use where it is not treatment.
    pub(super) fn record_for(
        &mut self,
        kind: EventKind,
        resident: Uuid,
        home: Option<HomeId>,
        purpose: Option<Purpose>,
    ) {
        self.record(kind, resident, home, None);
        if let Some(fact) = self.facts.last_mut() {
            fact.purpose = purpose;
        }
    }

    /// Notes a fact that vouches for a file outside of the record, by the file's digest.
    pub(super) fn record_file(&mut self, kind: EventKind, entity_id: Uuid, home_id: Option<HomeId>, sha256: &[u8; 32]) {
        self.record(kind, entity_id, home_id, None);
        if let Some(fact) = self.facts.last_mut() {
            fact.sha256 = Some(yunzhen_domain::audit::hex(sha256));
        }
    }

    /// Lets the fact of this kind vouch for words that the record keeps and the log does not, by their digest.
    pub(super) fn vouch_for(&mut self, kind: EventKind, words: &str) {
        let digest: [u8; 32] = Sha256::digest(words.as_bytes()).into();
        if let Some(fact) = self.facts.iter_mut().rfind(|fact| fact.kind == kind) {
            fact.sha256 = Some(yunzhen_domain::audit::hex(&digest));
        }
    }

    /// Notes what the system did in the same transaction, as a consequence.
    pub(super) fn record_by_system(&mut self, kind: EventKind, entity_id: Uuid, home_id: Option<HomeId>) {
        let (at, actor) = (self.ctx.now, yunzhen_domain::Actor::System.reference());
        self.facts.push(AuditFact {
            at,
            actor,
            kind,
            entity_id,
            home_id,
            pharmacy_id: None,
            purpose: None,
            sha256: None,
        });
    }

    /// The answer carries a secret that is shown once, such as a PIN or a link: it is kept for a repeated command, sealed and not for long.
    pub(super) const fn answers_with_a_secret(&mut self) {
        self.secret = true;
    }

    /// Keeps the answer for the same key, writes the audit rows, commits: all or nothing.
    pub(super) async fn finish<T: Serialize>(mut self, answer: T) -> Result<T, AppError> {
        self.keep(&answer).await?;
        self.tx.commit(self.facts).await?;
        Ok(answer)
    }

    /// The same where the command found nothing to do: its answer is kept all the same, for a retry that comes when there would be.
    pub(super) async fn finish_unchanged<T: Serialize>(mut self, answer: T, why: &'static str) -> Result<T, AppError> {
        self.keep(&answer).await?;
        self.tx.commit_bookkeeping(why).await?;
        Ok(answer)
    }

    /// Keeps what a refused command leaves behind, such as the count of wrong codes; there is no answer that a retry could get.
    pub(super) async fn finish_refused(self) -> Result<(), AppError> {
        self.tx.commit(self.facts).await?;
        Ok(())
    }

    async fn keep<T: Serialize>(&mut self, answer: &T) -> Result<(), AppError> {
        let Some(key) = &self.ctx.idempotency else { return Ok(()) };
        let actor = self.ctx.actor.reference().to_string();
        let mut text = serde_json::to_string(answer)?;
        if self.secret {
            text = self.vault.seal(&place(&actor, &key.key), &text)?.as_kept().to_owned();
        }
        idempotency::remember(&mut self.tx, &actor, &key.key, &key.request_sha256, REPLAYED, &text, self.ctx.now)
            .await?;
        if self.secret {
            idempotency::mark_secret(&mut self.tx, &actor, &key.key).await?;
        }
        Ok(())
    }
}

/// Where a sealed answer belongs.
fn place(actor: &str, key: &str) -> String {
    place_of_answer(format_args!("{actor}:{key}"))
}

/// The same by the name of its row, actor and key.
pub(super) fn place_of_answer(row: impl std::fmt::Display) -> String {
    format!("answer:{row}")
}

/// Decides whether the actor may do this to a resource.
pub(super) fn authorize(ctx: &Context, action: Action, facts: &Facts) -> Result<(), AppError> {
    match decide(&ctx.actor, action, facts) {
        Decision::Allow => Ok(()),
        Decision::Hide => Err(AppError::NotFound),
        Decision::Forbid => Err(AppError::Forbidden),
    }
}

/// Not the open page does it, but the person before it.
pub(super) fn recently_authenticated(policy: &Policy, ctx: &Context) -> Result<(), AppError> {
    let minutes = policy.reauthentication_minutes;
    let since = ctx.now.duration_since(ctx.authenticated_at);
    match since > SignedDuration::from_mins(i64::from(minutes)) {
        true => Err(AppError::Reauthenticate { minutes }),
        false => Ok(()),
    }
}

/// Decides before any resource is known; without any reach the whole class is hidden.
pub(super) fn may_list(ctx: &Context, action: Action) -> Result<(), AppError> {
    if may_try(&ctx.actor, action) { Ok(()) } else { Err(AppError::NotFound) }
}

/// The person decided on what is still so.
pub(super) const fn same_version(seen: i64, current: i64) -> Result<(), AppError> {
    if seen == current { Ok(()) } else { Err(AppError::Stale { seen, current }) }
}

/// A text that a person must give, within its bound.
pub(super) fn required(path: &str, text: &str, max_chars: usize) -> Result<String, AppError> {
    let text = text.trim();
    if text.is_empty() {
        return Err(AppError::invalid(path, "请填写", "Please fill this in"));
    }
    bounded(path, text, max_chars)
}

/// A text within its bound that hides and reorders nothing.
pub(super) fn bounded(path: &str, text: &str, max_chars: usize) -> Result<String, AppError> {
    text::lines(text, max_chars).map_err(|e| AppError::invalid(path, e.zh(), e.to_string()))?;
    Ok(text.to_owned())
}

/// A person's real name, by the same rule as in the registry: no mark that hides letters or turns them round.
pub(super) fn person_name(path: &str, name: &str) -> Result<String, AppError> {
    text::name(name).map_err(|e| AppError::invalid(path, e.zh(), e.to_string()))
}

/// One line that others read on their screens: what a company is called, or who a guest says to be. Digits and brackets are its own, hidden marks are not.
pub(super) fn line(path: &str, typed: &str, max_chars: usize) -> Result<String, AppError> {
    text::line(typed, max_chars).map_err(|e| AppError::invalid(path, e.zh(), e.to_string()))
}

/// The language of a paper in the name of its file: both may be kept side by side.
pub(super) const fn in_name(english: bool) -> &'static str {
    if english { "en" } else { "zh" }
}

/// Is English asked for; Chinese when nothing is said.
pub(super) fn english(query: &LanguageQuery) -> Result<bool, AppError> {
    match query.lang.as_deref() {
        None | Some("zh") => Ok(false),
        Some("en") => Ok(true),
        Some(_) => Err(AppError::invalid("lang", "语言为 zh 或 en", "The language is zh or en")),
    }
}
