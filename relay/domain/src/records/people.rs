//! Homes, pharmacies, staff and their sessions.

use crate::actor::{Actor, Role};
use crate::ids::{ConsultationId, CourierRunId, HomeId, InvitationId, PharmacyId, StaffId};
use crate::offers::{OpenHours, Place};
use crate::schedule::Zone;
use crate::sensitive::Sensitive;
use jiff::Timestamp;
use jiff::civil::Date;

/// A nursing home.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Home {
    /// Identifier.
    pub id: HomeId,
    /// Version of the row.
    pub version: i64,
    /// Name.
    pub name: String,
    /// Where parcels go.
    pub address: String,
    /// The nurses' station.
    pub phone: String,
    /// The clock on its wall: its days and its calendar go by it.
    pub zone: Zone,
    /// Where it is.
    pub place: Option<Place>,
    /// Whom it asks first.
    pub preferred_pharmacy_id: Option<PharmacyId>,
}

/// A pharmacy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pharmacy {
    /// Identifier.
    pub id: PharmacyId,
    /// Version of the row.
    pub version: i64,
    /// Name.
    pub name: String,
    /// Where couriers collect.
    pub address: String,
    /// Counter.
    pub phone: String,
    /// The clock on its wall.
    pub zone: Zone,
    /// Where it is.
    pub place: Option<Place>,
    /// When its doors are open; empty when nobody said.
    pub hours: Vec<OpenHours>,
    /// How far it delivers.
    pub radius_metres: Option<u32>,
}

impl Pharmacy {
    /// Whether anything is known that it could be ranked by.
    pub const fn tells_of_itself(&self) -> bool {
        self.place.is_some() || !self.hours.is_empty() || self.radius_metres.is_some()
    }
}

/// A member of staff.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Staff {
    /// Identifier.
    pub id: StaffId,
    /// Optimistic version.
    pub version: i64,
    /// Sign-in name, lower case.
    pub username: String,
    /// Real name.
    pub name: String,
    /// An account role.
    pub role: Role,
    /// A nurse's home.
    pub home_id: Option<HomeId>,
    /// A pharmacy member's pharmacy.
    pub pharmacy_id: Option<PharmacyId>,
    /// Employer of a specialist or pharmacist.
    pub hospital: Option<String>,
    /// Licence number.
    pub licence: Option<String>,
    /// Professional title.
    pub title: Option<String>,
    /// Since when a specialist has practised, as an administrator recorded it.
    pub practising_since: Option<Date>,
    /// May sign in.
    pub active: bool,
}

impl Staff {
    /// The actor this member of staff is once signed in.
    pub const fn actor(&self) -> Actor {
        Actor::Staff { staff_id: self.id, role: self.role, home_id: self.home_id, pharmacy_id: self.pharmacy_id }
    }
}

/// The secret side of an account, loaded only to check a password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StaffCredential {
    /// Whose.
    pub staff_id: StaffId,
    /// PHC string of argon2id.
    pub password_hash: Sensitive<String>,
}

/// For whom a session speaks. Roles and homes are read again at each use, so a change of staff takes effect at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SessionSubject {
    /// An account.
    Staff(StaffId),
    /// A courier link.
    Courier(CourierRunId),
    /// An invitation.
    Observer(ConsultationId, InvitationId),
}

/// A session; its token is known only to its holder, the store keeps the SHA-256.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// SHA-256 of the token.
    pub token_sha256: [u8; 32],
    /// For whom.
    pub subject: SessionSubject,
    /// The box it was opened through: it works only through that box.
    pub through_box: Option<HomeId>,
    /// Opened.
    pub created_at: Timestamp,
    /// Over at.
    pub expires_at: Timestamp,
}
