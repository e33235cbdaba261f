//! Registers a pharmacy with the account of its first member, for who installs: on the command line, since nobody of a hospital can vouch for a pharmacy's staff
//! on a page. Not here: where it is and when it is open, which the administrator says later.

use jiff::Timestamp;
use yunzhen_domain::audit::{AuditFact, EventKind};
use yunzhen_domain::checked::text;
use yunzhen_domain::ids::{PharmacyId, StaffId};
use yunzhen_domain::records::{Pharmacy, Staff, StaffCredential};
use yunzhen_domain::schedule::Zone;
use yunzhen_domain::{Actor, Role};
use yunzhen_runtime::clock::random_bytes;
use yunzhen_store::{Store, StoreError, pharmacies, staff};

use crate::app::{AppError, hash_password};

/// The shortest password.
const PASSWORD_CHARS: usize = 8;

/// A pharmacy and who works there first.
#[derive(Debug, Clone)]
pub struct NewPharmacy {
    /// Name.
    pub name: String,
    /// Address.
    pub address: String,
    /// Telephone.
    pub phone: String,
    /// User name of the first member.
    pub username: String,
    /// What that person is called.
    pub person: String,
}

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
    /// Somebody has that name.
    #[error("--username: somebody is called {0} already; choose another one")]
    UsernameTaken(String),
    /// Too short.
    #[error("the password needs at least {PASSWORD_CHARS} characters")]
    Password,
    /// Hashing it failed.
    #[error("the password cannot be hashed: {0}")]
    Hash(#[from] AppError),
    /// The store said no.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Registers it, with one audit row.
///
/// # Errors
/// When something is missing, the user name is taken, or the store cannot be written.
pub async fn pharmacy(
    store: &Store,
    new: &NewPharmacy,
    password: &str,
    now: Timestamp,
) -> Result<PharmacyId, RegisterError> {
    let line =
        |what, typed: &str, most| text::line(typed, most).map_err(|e| RegisterError::Text { what, why: e.to_string() });
    if password.chars().count() < PASSWORD_CHARS {
        return Err(RegisterError::Password);
    }
    let pharmacy = Pharmacy {
        id: PharmacyId::new(now, random_bytes()),
        version: 1,
        name: line("name", &new.name, 60)?,
        address: line("address", &new.address, 200)?,
        phone: line("phone", &new.phone, 30)?,
        zone: Zone::shanghai(),
        place: None,
        hours: Vec::new(),
        radius_metres: None,
    };
    let member = Staff {
        id: StaffId::new(now, random_bytes()),
        version: 1,
        username: line("username", &new.username, 60)?,
        name: text::name(&new.person).map_err(|e| RegisterError::Text { what: "person", why: e.to_string() })?,
        role: Role::Pharmacy,
        home_id: None,
        pharmacy_id: Some(pharmacy.id),
        hospital: None,
        licence: None,
        title: None,
        practising_since: None,
        active: true,
    };
    let password_hash = hash_password(password.to_owned()).await?;
    let mut tx = store.write().await?;
    if staff::by_username(&mut tx, &member.username).await?.is_some() {
        return Err(RegisterError::UsernameTaken(member.username));
    }
    pharmacies::insert(&mut tx, &pharmacy).await?;
    staff::insert(&mut tx, &member, &StaffCredential { staff_id: member.id, password_hash }).await?;
    let fact = AuditFact {
        at: now,
        actor: Actor::System.reference(),
        kind: EventKind::PharmacyRegistered,
        entity_id: pharmacy.id.uuid(),
        home_id: None,
        pharmacy_id: Some(pharmacy.id),
        purpose: None,
    };
    tx.commit(vec![fact]).await?;
    Ok(pharmacy.id)
}
