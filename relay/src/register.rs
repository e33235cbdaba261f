//! Registers homes, staff and pharmacies from the command line, for who installs: the first administrator cannot be let in by anybody on a page, and nobody of a
//! hospital can vouch there for a pharmacy's staff. Each is one transaction with one audit row; what is wrong is said in one sentence and nothing is stored.
//! Not here: what the administrator sets later on a page (places, hours, zones).

mod command;
mod first_password;
pub mod home;
pub mod pharmacy;
pub mod staff;

use jiff::Timestamp;
use uuid::Uuid;
use yunzhen_domain::Actor;
use yunzhen_domain::audit::{AuditFact, EventKind};
use yunzhen_domain::checked::text::{self, TextError};
use yunzhen_domain::ids::{HomeId, PharmacyId};
use yunzhen_store::{StoreError, Tx};

use crate::app::AppError;

pub use command::Register;
pub use first_password::{Handed, Registered};
pub use home::NewHome;
pub use pharmacy::NewPharmacy;
pub use staff::{NewStaff, StaffChange};

/// Why it was not registered; nothing was stored.
#[derive(Debug, thiserror::Error)]
pub enum RegisterError {
    /// A text that is empty or cannot be one.
    #[error("--{what}: {why}")]
    Text {
        /// Which.
        what: &'static str,
        /// What is wrong with it.
        why: String,
    },
    /// Needed for this role.
    #[error("--{what}: needed for a {role}")]
    Missing {
        /// Which.
        what: &'static str,
        /// For which role.
        role: &'static str,
    },
    /// It means nothing for this role.
    #[error("--{what}: a {role} has none; leave it out")]
    NotFor {
        /// Which.
        what: &'static str,
        /// For which role.
        role: &'static str,
    },
    /// There is no such record.
    #[error("--{what}: there is none with this identifier; `relay register-{what}` prints it")]
    Unknown {
        /// Which.
        what: &'static str,
    },
    /// Somebody has that name.
    #[error("--username: somebody is called {0} already; choose another one")]
    UsernameTaken(String),
    /// Nobody has that name.
    #[error("--username: nobody is called {0}")]
    NobodyCalled(String),
    /// Nothing to change was said.
    #[error("say what changes; `relay change-staff --help` lists it")]
    Nothing,
    /// Too short, too long, or tried first by who guesses.
    #[error("the password is not taken: {0}. Leave it out, and the relay makes one that the person replaces")]
    Password(String),
    /// Two ways to say which password it is.
    #[error("--new-password, --reset-password: say one of them")]
    TwoPasswords,
    /// Hashing it failed.
    #[error("the password cannot be hashed: {0}")]
    Hash(#[from] AppError),
    /// The store said no.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A line of text, or what is wrong with it.
fn line(what: &'static str, typed: &str, most: usize) -> Result<String, RegisterError> {
    checked(what, text::line(typed, most))
}

fn checked(what: &'static str, read: Result<String, TextError>) -> Result<String, RegisterError> {
    read.map_err(|e| RegisterError::Text { what, why: e.to_string() })
}

/// A user name: signing in knows no capitals.
fn username(typed: &str) -> Result<String, RegisterError> {
    Ok(line("username", typed, 60)?.to_lowercase())
}

/// Commits with the one row that says what was done.
async fn commit(
    tx: Tx,
    kind: EventKind,
    entity_id: Uuid,
    of: (Option<HomeId>, Option<PharmacyId>),
    at: Timestamp,
) -> Result<(), RegisterError> {
    commit_all(tx, &[kind], entity_id, of, at).await
}

/// The same where several things were done to one record.
async fn commit_all(
    tx: Tx,
    kinds: &[EventKind],
    entity_id: Uuid,
    (home_id, pharmacy_id): (Option<HomeId>, Option<PharmacyId>),
    at: Timestamp,
) -> Result<(), RegisterError> {
    let actor = Actor::System.reference();
    let fact = |kind| AuditFact { at, actor, kind, entity_id, home_id, pharmacy_id, purpose: None, sha256: None };
    tx.commit(kinds.iter().copied().map(fact).collect()).await?;
    Ok(())
}
