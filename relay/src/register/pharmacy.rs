//! A pharmacy with the account of its first member.

use jiff::Timestamp;
use yunzhen_domain::Role;
use yunzhen_domain::audit::EventKind;
use yunzhen_domain::checked::text;
use yunzhen_domain::ids::{PharmacyId, StaffId};
use yunzhen_domain::policy::Policy;
use yunzhen_domain::records::{Pharmacy, Staff};
use yunzhen_domain::schedule::Zone;
use yunzhen_runtime::clock::random_bytes;
use yunzhen_store::{Store, pharmacies, staff};

use super::first_password::First;
use super::{RegisterError, Registered, checked, commit, line, username};

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

/// Registers it; without a password the relay makes one.
///
/// # Errors
/// When something is missing, the user name is taken, the password is not good enough, or the store cannot be written.
pub async fn register(
    store: &Store,
    new: &NewPharmacy,
    password: Option<&str>,
    policy: &Policy,
    now: Timestamp,
) -> Result<Registered<PharmacyId>, RegisterError> {
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
        username: username(&new.username)?,
        name: checked("person", text::name(&new.person))?,
        role: Role::Pharmacy,
        home_id: None,
        pharmacy_id: Some(pharmacy.id),
        hospital: None,
        licence: None,
        practising_since: None,
        title: None,
        active: true,
    };
    let first = First::of(password, &member, policy, now).await?;
    let mut tx = store.write().await?;
    if staff::by_username(&mut tx, &member.username).await?.is_some() {
        return Err(RegisterError::UsernameTaken(member.username));
    }
    pharmacies::insert(&mut tx, &pharmacy).await?;
    staff::insert(&mut tx, &member, &first.credential(member.id)).await?;
    commit(tx, EventKind::PharmacyRegistered, pharmacy.id.uuid(), (None, Some(pharmacy.id)), now).await?;
    Ok(first.registered(pharmacy.id))
}
