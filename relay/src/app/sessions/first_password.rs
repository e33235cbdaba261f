//! Whoever comes with a password that the relay made: within its time, not on a tablet, and into a session that opens nothing but the setting of an own one.

use yunzhen_domain::Sensitive;
use yunzhen_domain::ids::StaffId;
use yunzhen_domain::records::{SignInMethod, Staff};
use yunzhen_store::{Db, staff};

use crate::app::{AppError, Entrance};

/// A password that the relay made lets in within its time, and only where an own one can be set. The one that was checked is still the one of the account: it may have
/// been changed while it was.
pub(super) async fn first_password_may(
    db: &mut Db,
    member: &Staff,
    checked: Option<&Sensitive<String>>,
    origin: &Entrance,
) -> Result<(), AppError> {
    let standing = staff::credential(db, member.id).await?;
    let standing = standing.filter(|known| checked == Some(&known.password_hash)).ok_or(AppError::BadCredentials)?;
    match standing.initial_until {
        Some(until) if until <= origin.now => Err(AppError::InitialPasswordOver),
        Some(_) if origin.through_box.is_some() => Err(AppError::PasswordToBeSet),
        _ => Ok(()),
    }
}

/// Whether somebody came in by a password that the relay made.
pub(super) async fn is_initial(db: &mut Db, staff_id: StaffId, method: SignInMethod) -> Result<bool, AppError> {
    use SignInMethod as By;
    if !matches!(method, By::Password | By::PasswordAndCode | By::RecoveryCode) {
        return Ok(false);
    }
    Ok(staff::credential(db, staff_id).await?.is_some_and(|known| known.initial_until.is_some()))
}
