//! The boxes in homes as machines: the codes by which they are enrolled, the certificates that they have.

use crate::ids::{BoxId, EnrolmentCodeId, HomeId, StaffId};
use crate::machines::named_enum;
use jiff::Timestamp;

named_enum! {
    /// How a box came to a certificate.
    CertificateSource {
        /// By a code.
        Enrolled = "enrolled",
        /// By the one before.
        Renewed = "renewed",
        /// Issued outside of the relay; known since the box first showed it.
        ByHand = "by_hand",
    }
}

named_enum! {
    /// How a home's box stands, for whoever looks after all of them.
    BoxState {
        /// Nothing was ever heard of a box there.
        Never = "never",
        /// A code is open.
        Enrolling = "enrolling",
        /// The link is up.
        Connected = "connected",
        /// It has been there and is not now.
        Away = "away",
        /// It is not there, and its certificate has ended.
        Expired = "expired",
        /// It may not come any more.
        Revoked = "revoked",
    }
}

/// A code, of which only the digest is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnrolmentCode {
    /// Identifier.
    pub id: EnrolmentCodeId,
    /// For the box of which home.
    pub home_id: HomeId,
    /// See [`crate::enrolment::Code::secret_sha256`].
    pub secret_sha256: [u8; 32],
    /// Which administrator asked for it.
    pub made_by: StaffId,
    /// When.
    pub made_at: Timestamp,
    /// It opens nothing from here on.
    pub expires_at: Timestamp,
    /// A box was enrolled by it.
    pub used_at: Option<Timestamp>,
    /// A newer one took its place.
    pub withdrawn_at: Option<Timestamp>,
}

/// Why a code enrols nobody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SpentCode {
    /// It enrolled a box.
    #[error("the code was used")]
    Used,
    /// Another one was made for the same home.
    #[error("the code was replaced by a newer one")]
    Withdrawn,
    /// Its time is over.
    #[error("the code has expired")]
    Expired,
}

impl EnrolmentCode {
    /// Whether a box may be enrolled by it now.
    ///
    /// # Errors
    /// Why not.
    pub fn check(&self, now: Timestamp) -> Result<(), SpentCode> {
        match (self.used_at, self.withdrawn_at) {
            (Some(_), _) => Err(SpentCode::Used),
            (None, Some(_)) => Err(SpentCode::Withdrawn),
            (None, None) if now >= self.expires_at => Err(SpentCode::Expired),
            (None, None) => Ok(()),
        }
    }
}

/// A certificate of a box, as far as it is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BoxCertificate {
    /// Lower-case hexadecimal.
    pub serial: String,
    /// Of the box of which home.
    pub home_id: HomeId,
    /// Which machine; old ones do not say.
    pub box_id: Option<BoxId>,
    /// How it came to it.
    pub source: CertificateSource,
    /// Valid from.
    pub not_before: Timestamp,
    /// Valid until.
    pub not_after: Timestamp,
    /// Since when it is known.
    pub known_since: Timestamp,
    /// It is not to be believed any more.
    pub revoked_at: Option<Timestamp>,
}

/// The starts of a box's program, by the names that it gave itself, newest last. A program that was started anew has another name and the one before is never heard of again;
/// a name that comes back after another one means two programs that live at once: the box and a copy of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Instances(Vec<String>);

/// So many starts are remembered.
const INSTANCES: usize = 8;
/// Of one name, characters.
const INSTANCE_CHARS: usize = 64;

impl Instances {
    /// As they were kept.
    pub fn kept(text: &str) -> Self {
        Self(text.split_whitespace().map(str::to_owned).collect())
    }

    /// To be kept.
    pub fn to_kept(&self) -> String {
        self.0.join(" ")
    }

    /// One came. `true`: another one has been here since it was first heard of. A name that is none is not remembered.
    pub fn came(&mut self, name: &str) -> bool {
        let is_name =
            (8..=INSTANCE_CHARS).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_alphanumeric());
        if !is_name || self.0.last().is_some_and(|last| last == name) {
            return false;
        }
        let before = self.0.len();
        self.0.retain(|known| known != name);
        let came_back = self.0.len() < before;
        self.0.push(name.to_owned());
        let surplus = self.0.len().saturating_sub(INSTANCES);
        self.0.drain(..surplus);
        came_back
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_box_that_is_started_anew_is_one_and_a_name_that_comes_back_is_two() {
        let (box_1, box_2, copy) = ("a".repeat(32), "b".repeat(32), "c".repeat(32));
        let mut seen = Instances::default();
        assert!(!seen.came(&box_1) && !seen.came(&box_1), "a reconnect");
        assert!(!seen.came(&box_2), "a restart");
        assert!(!seen.came(&copy), "the first that is heard of a copy cannot be told from a restart");
        let mut seen = Instances::kept(&seen.to_kept());
        assert!(seen.came(&box_2) && seen.came(&copy), "and then they take turns");
        assert!(!seen.came("x") && !seen.came("with space and more"));
        for n in 0..100 {
            assert!(!seen.came(&format!("{n:032}")), "no more than restarts");
        }
        assert_eq!(Instances::kept(&seen.to_kept()).0.len(), INSTANCES);
    }

    #[test]
    fn a_code_is_good_once_and_for_its_time() {
        let at = |second| Timestamp::from_second(second).unwrap();
        let code = EnrolmentCode {
            id: EnrolmentCodeId::new(at(0), [0; 10]),
            home_id: HomeId::new(at(0), [1; 10]),
            secret_sha256: [0; 32],
            made_by: StaffId::new(at(0), [2; 10]),
            made_at: at(0),
            expires_at: at(600),
            used_at: None,
            withdrawn_at: None,
        };
        assert_eq!(code.check(at(599)), Ok(()));
        assert_eq!(code.check(at(600)), Err(SpentCode::Expired));
        let withdrawn = EnrolmentCode { withdrawn_at: Some(at(5)), ..code.clone() };
        assert_eq!(withdrawn.check(at(6)), Err(SpentCode::Withdrawn));
        assert_eq!(EnrolmentCode { used_at: Some(at(7)), ..withdrawn }.check(at(8)), Err(SpentCode::Used));
    }
}
