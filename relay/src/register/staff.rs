//! Accounts of staff: added, and changed when somebody leaves, comes back, forgets the password, or the number of a licence becomes known. Records of licences are made on the page *Staff*.

use jiff::Timestamp;
use jiff::civil::Date;
use yunzhen_domain::Role;
use yunzhen_domain::audit::EventKind;
use yunzhen_domain::checked::{Licence, text};
use yunzhen_domain::ids::{HomeId, PharmacyId, StaffId};
use yunzhen_domain::policy::Policy;
use yunzhen_domain::records::{EndedBy, Staff};
use yunzhen_runtime::clock::random_bytes;
use yunzhen_store::{Store, Tx, homes, pharmacies, sessions, staff};

use super::first_password::First;
use super::{RegisterError, Registered, checked, commit, commit_all, line, username};

/// A member of staff and the account.
#[derive(Debug, Clone)]
pub struct NewStaff {
    /// As what.
    pub role: Role,
    /// Sign-in name.
    pub username: String,
    /// Real name.
    pub person: String,
    /// Professional title.
    pub title: Option<String>,
    /// A nurse's home.
    pub home_id: Option<HomeId>,
    /// A pharmacy member's pharmacy.
    pub pharmacy_id: Option<PharmacyId>,
    /// Employer of a specialist or pharmacist.
    pub hospital: Option<String>,
    /// Number of the licence.
    pub licence: Option<String>,
    /// Since when a specialist practises.
    pub practising_since: Option<Date>,
}

/// What changes about an account; the rest stays.
#[derive(Debug, Clone, Default)]
pub struct StaffChange {
    /// Whose.
    pub username: String,
    /// Professional title.
    pub title: Option<String>,
    /// Employer.
    pub hospital: Option<String>,
    /// Number of the licence.
    pub licence: Option<String>,
    /// Since when a specialist practises.
    pub practising_since: Option<Date>,
    /// May sign in.
    pub active: Option<bool>,
    /// A new password of the person's own.
    pub password: Option<String>,
    /// The relay makes another first password.
    pub reset_password: bool,
}

/// Registers it; without a password the relay makes one. What a role needs is demanded here and nowhere guessed.
///
/// # Errors
/// When something is missing, wrong or of another role, the user name is taken, the password is not good enough, or the store cannot be written.
pub async fn register(
    store: &Store,
    new: &NewStaff,
    password: Option<&str>,
    policy: &Policy,
    now: Timestamp,
) -> Result<Registered<StaffId>, RegisterError> {
    let role = new.role;
    let (of_home, of_pharmacy) = (role == Role::Nurse, role == Role::Pharmacy);
    let of_hospital = matches!(role, Role::Specialist | Role::Pharmacist);
    fits(role, "home", of_home, new.home_id.is_some())?;
    fits(role, "pharmacy", of_pharmacy, new.pharmacy_id.is_some())?;
    fits(role, "hospital", of_hospital, new.hospital.is_some())?;
    // Who works in a pharmacy may have one.
    if !of_pharmacy {
        fits(role, "licence", of_hospital, new.licence.is_some())?;
    }
    fits(role, "practising-since", role == Role::Specialist, new.practising_since.is_some())?;
    let member = Staff {
        id: StaffId::new(now, random_bytes()),
        version: 1,
        username: username(&new.username)?,
        name: checked("person", text::name(&new.person))?,
        role,
        home_id: new.home_id,
        pharmacy_id: new.pharmacy_id,
        hospital: new.hospital.as_deref().map(|typed| line("hospital", typed, 60)).transpose()?,
        licence: new.licence.as_deref().map(|typed| licence(role, typed)).transpose()?,
        practising_since: new.practising_since.map(|day| past(day, now)).transpose()?,
        title: new.title.as_deref().map(|typed| line("title", typed, 60)).transpose()?,
        active: true,
    };
    let first = First::of(password, &member, policy, now).await?;
    let mut tx = store.write().await?;
    if staff::by_username(&mut tx, &member.username).await?.is_some() {
        return Err(RegisterError::UsernameTaken(member.username));
    }
    places_exist(&mut tx, &member).await?;
    staff::insert(&mut tx, &member, &first.credential(member.id)).await?;
    commit(tx, EventKind::StaffRegistered, member.id.uuid(), (member.home_id, member.pharmacy_id), now).await?;
    Ok(first.registered(member.id))
}

/// Changes it. Who may not sign in any more is signed out at the next press: sessions look at the account.
///
/// # Errors
/// When nobody is called so, nothing changes, something is wrong, or the store cannot be written.
pub async fn change(
    store: &Store,
    change: &StaffChange,
    policy: &Policy,
    now: Timestamp,
) -> Result<Registered<StaffId>, RegisterError> {
    let StaffChange { title, hospital, licence: number, practising_since, active, password, reset_password, .. } =
        change;
    let something = title.is_some() || hospital.is_some() || number.is_some() || practising_since.is_some();
    if !(something || active.is_some() || password.is_some() || *reset_password) {
        return Err(RegisterError::Nothing);
    }
    let username = username(&change.username)?;
    // Judging and hashing take a while: no transaction waits for them. What of the person may be guessed is known before.
    let first = match (password, *reset_password) {
        (Some(_), true) => return Err(RegisterError::TwoPasswords),
        (Some(password), false) => {
            let known = staff::by_username(&mut *store.read().await?, &username).await?;
            let known = known.ok_or_else(|| RegisterError::NobodyCalled(username.clone()))?;
            Some(First::typed(password, &known, policy).await?)
        }
        (None, true) => Some(First::made(policy, now).await?),
        (None, false) => None,
    };
    let mut tx = store.write().await?;
    let found = staff::by_username(&mut tx, &username).await?;
    let Some(mut member) = found else { return Err(RegisterError::NobodyCalled(username)) };
    let role = member.role;
    let of_hospital = matches!(role, Role::Specialist | Role::Pharmacist);
    if let Some(typed) = title {
        member.title = Some(line("title", typed, 60)?);
    }
    if let Some(typed) = hospital {
        fits(role, "hospital", of_hospital, true)?;
        member.hospital = Some(line("hospital", typed, 60)?);
    }
    if let Some(typed) = number {
        fits(role, "licence", of_hospital || role == Role::Pharmacy, true)?;
        member.licence = Some(licence(role, typed)?);
    }
    if let Some(day) = practising_since {
        fits(role, "practising-since", role == Role::Specialist, true)?;
        member.practising_since = Some(past(*day, now)?);
    }
    member.active = active.unwrap_or(member.active);
    member.version += 1;
    staff::update(&mut tx, &member).await?;
    let mut kinds = vec![EventKind::StaffChanged];
    if let Some(first) = &first {
        staff::set_credential(&mut tx, &first.credential(member.id)).await?;
        kinds.push(EventKind::PasswordReset);
    }
    // Whoever came in by the former password is out, and no session comes to life again with the account.
    if first.is_some() || *active == Some(false) {
        sessions::delete_of_staff(&mut tx, member.id, None, EndedBy::Administrator).await?;
    }
    commit_all(tx, &kinds, member.id.uuid(), (member.home_id, member.pharmacy_id), now).await?;
    Ok(match first {
        Some(first) => first.registered(member.id),
        None => Registered { id: member.id, handed: None },
    })
}

/// A role has it or has it not.
fn fits(role: Role, what: &'static str, has: bool, said: bool) -> Result<(), RegisterError> {
    let role = role.as_str();
    match (has, said) {
        (true, false) => Err(RegisterError::Missing { what, role }),
        (false, true) => Err(RegisterError::NotFor { what, role }),
        _ => Ok(()),
    }
}

/// A doctor's number has a form of its own; those of pharmacists differ by province.
fn licence(role: Role, typed: &str) -> Result<String, RegisterError> {
    if role != Role::Specialist {
        return line("licence", typed, 40);
    }
    let read = Licence::parse(typed);
    read.map(|licence| licence.as_str().to_owned())
        .map_err(|e| RegisterError::Text { what: "licence", why: e.to_string() })
}

fn past(day: Date, now: Timestamp) -> Result<Date, RegisterError> {
    if day <= Policy::local_date(now) {
        return Ok(day);
    }
    Err(RegisterError::Text { what: "practising-since", why: "the day cannot be after today".to_owned() })
}

async fn places_exist(tx: &mut Tx, member: &Staff) -> Result<(), RegisterError> {
    if let Some(id) = member.home_id
        && homes::get(tx, id).await?.is_none()
    {
        return Err(RegisterError::Unknown { what: "home" });
    }
    match member.pharmacy_id {
        Some(id) if pharmacies::get(tx, id).await?.is_none() => Err(RegisterError::Unknown { what: "pharmacy" }),
        _ => Ok(()),
    }
}
