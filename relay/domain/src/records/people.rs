//! Homes, pharmacies, staff and their sessions.

use crate::actor::{Actor, Role};
use crate::ids::{ConsultationId, CourierRunId, HomeId, InvitationId, PasskeyId, PharmacyId, SessionId, StaffId};
use crate::machines::named_enum;
use crate::offers::{OpenHours, Place};
use crate::schedule::Zone;
use crate::sensitive::{Sealed, Sensitive};
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};

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
    /// Until when it is good, where the relay made it: only for setting an own one. The person's own has no end.
    pub initial_until: Option<Timestamp>,
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

named_enum! {
    /// By what somebody came in.
    SignInMethod {
        /// User name and password.
        Password = "password",
        /// The same and a code of the authenticator app.
        PasswordAndCode = "password_and_code",
        /// The same and one of the codes on paper.
        RecoveryCode = "recovery_code",
        /// A passkey, which asked for finger, face or PIN.
        Passkey = "passkey",
        /// The identity provider of the person's hospital.
        OpenId = "openid",
        /// A courier's link with its PIN, or an invitation.
        Link = "link",
    }
}

named_enum! {
    /// Who ended a session before its time; who signed out of it is not told.
    EndedBy {
        /// Its own person: from another device, or by changing a way in.
        Person = "person",
        /// An administrator.
        Administrator = "administrator",
    }
}

/// A session; its token is known only to its holder, the store keeps the SHA-256.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Identifier, for lists.
    pub id: SessionId,
    /// SHA-256 of the token.
    pub token_sha256: [u8; 32],
    /// For whom.
    pub subject: SessionSubject,
    /// The box it was opened through: it works only through that box.
    pub through_box: Option<HomeId>,
    /// By what it was opened.
    pub method: SignInMethod,
    /// Browser and system, as [`crate::device::words`] has them.
    pub device: String,
    /// The address of the browser that opened it, where a console said so.
    pub address: Option<Sensitive<String>>,
    /// Opened.
    pub created_at: Timestamp,
    /// Last seen in use, at most [`Session::seen_every`] too early.
    pub last_used_at: Timestamp,
    /// When the person last proved who it is.
    pub authenticated_at: Timestamp,
    /// Over at.
    pub expires_at: Timestamp,
    /// Opens nothing but the setting up of a second factor, which the policy asks of this person.
    pub enrols_only: bool,
    /// Opened by a password that the relay made: opens nothing but the setting of an own one.
    pub sets_password: bool,
}

impl Session {
    /// When it ends by itself if nobody uses it; a courier drives, an observer listens, and a box works on without a link.
    pub fn idle_at(&self, idle: SignedDuration) -> Option<Timestamp> {
        let idles = matches!(self.subject, SessionSubject::Staff(_)) && self.through_box.is_none();
        idles.then(|| self.last_used_at.checked_add(idle).unwrap_or(self.expires_at))
    }

    /// Is it neither over nor left alone for too long?
    pub fn stands(&self, idle: SignedDuration, now: Timestamp) -> bool {
        now < self.expires_at && self.idle_at(idle).is_none_or(|at| now < at)
    }

    /// Uses within this time are one: what is written down is early, so that a session may end so much before its idle time, and never after.
    pub fn seen_every(idle: SignedDuration) -> SignedDuration {
        (idle / 12).max(SignedDuration::from_secs(30))
    }

    /// Is this use to be written down?
    pub fn is_seen_anew(&self, idle: SignedDuration, now: Timestamp) -> bool {
        self.idle_at(idle).is_some() && now.duration_since(self.last_used_at) >= Self::seen_every(idle)
    }
}

/// A member of staff's authenticator app.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecondFactor {
    /// Whose.
    pub staff_id: StaffId,
    /// What app and relay share; only the relay's key opens it.
    pub secret: Sealed,
    /// Set up.
    pub made_at: Timestamp,
    /// The step of the last code that counted.
    pub last_step: i64,
}

/// A passkey of a member of staff.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passkey {
    /// Identifier.
    pub id: PasskeyId,
    /// Whose.
    pub staff_id: StaffId,
    /// What its authenticator knows it by.
    pub credential_id: Vec<u8>,
    /// Its public key as it came, see [`crate::passkeys::PublicKey::from_cose`].
    pub public_key: Vec<u8>,
    /// What its authenticator counted; 0 where it counts nothing.
    pub sign_count: u32,
    /// As its owner calls it.
    pub name: String,
    /// Registered.
    pub made_at: Timestamp,
    /// Last shown.
    pub last_used_at: Option<Timestamp>,
    /// Since when its count is not to be believed: it fell, so there may be two of it.
    pub count_fell_at: Option<Timestamp>,
}

/// By what the identity provider of a hospital knows a member of staff: an administrator entered it, and nothing else (no name, no e-mail address) ties the two.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StaffIdentity {
    /// Whose.
    pub staff_id: StaffId,
    /// The provider.
    pub issuer: String,
    /// What it says of the person, and of nobody else.
    pub subject: Sensitive<String>,
    /// Who entered it.
    pub bound_by: StaffId,
    /// When.
    pub bound_at: Timestamp,
    /// When somebody last came in by it.
    pub last_used_at: Option<Timestamp>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn session(subject: SessionSubject, through_box: Option<HomeId>) -> Session {
        let at = Timestamp::from_second(1_800_000_000).unwrap();
        Session {
            id: SessionId::new(at, [1; 10]),
            token_sha256: [0; 32],
            subject,
            through_box,
            method: SignInMethod::Password,
            device: String::new(),
            address: None,
            created_at: at,
            last_used_at: at,
            authenticated_at: at,
            expires_at: at + SignedDuration::from_hours(12),
            enrols_only: false,
            sets_password: false,
        }
    }

    #[test]
    fn ends_when_it_is_left_alone_and_in_any_case_in_the_end() {
        let idle = SignedDuration::from_mins(60);
        let at = Timestamp::from_second(1_800_000_000).unwrap();
        let staff = SessionSubject::Staff(StaffId::new(at, [2; 10]));
        let mut desk = session(staff, None);
        let after = |minutes| at + SignedDuration::from_mins(minutes);
        assert!(desk.stands(idle, after(59)) && !desk.stands(idle, after(60)));
        assert!(!desk.is_seen_anew(idle, after(4)) && desk.is_seen_anew(idle, after(5)));
        desk.last_used_at = after(719);
        assert!(desk.stands(idle, after(719)) && !desk.stands(idle, after(720)), "used to the last minute");
        let tablet = session(staff, Some(HomeId::new(at, [3; 10])));
        let courier = session(SessionSubject::Courier(CourierRunId::new(at, [4; 10])), None);
        for alone in [tablet, courier] {
            assert!(alone.stands(idle, after(719)) && !alone.stands(idle, after(720)), "{alone:?}");
            assert!(!alone.is_seen_anew(idle, after(700)));
        }
    }
}
