//! What of an identity provider's word about a person is believed: whom it may speak for, how long ago the person proved who it is, by how many factors.
//! Not here: the messages and their signatures (a library's, see the relay's `openid`), and who is bound to whom (`records::StaffIdentity`).

use jiff::{SignedDuration, Timestamp};

use crate::records::Staff;
use crate::sensitive::Sensitive;

/// How far the clocks of relay and provider may differ.
pub const CLOCKS_DIFFER: SignedDuration = SignedDuration::from_secs(60);

/// What a provider says of somebody, once its signature, issuer, audience, nonce and end are right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assertion {
    /// By what the provider knows the person.
    pub subject: Sensitive<String>,
    /// When the provider said so.
    pub issued_at: Timestamp,
    /// When the person proved to it who it is, where it says that.
    pub authenticated_at: Option<Timestamp>,
    /// By what: `acr` and `amr` together.
    pub means: Vec<String>,
}

/// What is asked of an assertion beyond being true.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Demand<'a> {
    /// The person has to have proved it since.
    pub proved_since: Option<Timestamp>,
    /// By one of these, any of which is more than a password.
    pub second_factor: Option<&'a [String]>,
}

/// Why a true assertion is not enough.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Shortfall {
    /// It comes from the future: the clocks differ.
    #[error("the provider's clock and the relay's differ")]
    Clock,
    /// The person was not asked again, or the provider does not say when.
    #[error("the person was not asked again")]
    NotFresh,
    /// One factor, or the provider does not say that there were two.
    #[error("the provider vouches for no second factor")]
    OneFactor,
}

impl Assertion {
    /// Holds the assertion against what is asked.
    ///
    /// # Errors
    /// What is missing.
    pub fn meets(&self, demand: Demand<'_>, now: Timestamp) -> Result<(), Shortfall> {
        let ahead = |at: Timestamp| at.duration_since(now) > CLOCKS_DIFFER;
        if ahead(self.issued_at) || self.authenticated_at.is_some_and(ahead) {
            return Err(Shortfall::Clock);
        }
        if let Some(since) = demand.proved_since
            && self.authenticated_at.is_none_or(|at| since.duration_since(at) > CLOCKS_DIFFER)
        {
            return Err(Shortfall::NotFresh);
        }
        match demand.second_factor {
            Some(enough) if !self.means.iter().any(|means| enough.contains(means)) => Err(Shortfall::OneFactor),
            _ => Ok(()),
        }
    }
}

/// Whether a provider may speak for an account: that of one hospital for its own staff, one that belongs to no hospital in particular for everybody's.
pub fn speaks_for(hospital: Option<&str>, staff: &Staff) -> bool {
    hospital.is_none_or(|hospital| staff.hospital.as_deref() == Some(hospital))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::actor::Role;
    use crate::ids::StaffId;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + second).unwrap()
    }

    fn said(authenticated_at: Option<Timestamp>, means: &[&str]) -> Assertion {
        let means = means.iter().map(|means| (*means).to_owned()).collect();
        Assertion { subject: "u1".into(), issued_at: at(0), authenticated_at, means }
    }

    #[test]
    fn a_proof_is_fresh_when_the_person_was_asked_since() {
        let since = Demand { proved_since: Some(at(0)), second_factor: None };
        for (proved, expected) in [
            (Some(at(5)), Ok(())),
            (Some(at(-60)), Ok(())),
            (Some(at(-61)), Err(Shortfall::NotFresh)),
            (None, Err(Shortfall::NotFresh)),
            (Some(at(71)), Err(Shortfall::Clock)),
        ] {
            assert_eq!(said(proved, &[]).meets(since, at(10)), expected, "{proved:?}");
        }
        assert_eq!(said(None, &[]).meets(Demand::default(), at(10)), Ok(()), "nobody asks when");
    }

    #[test]
    fn what_comes_from_the_future_tells_of_a_wrong_clock() {
        assert_eq!(said(None, &[]).meets(Demand::default(), at(-60)), Ok(()));
        assert_eq!(said(None, &[]).meets(Demand::default(), at(-61)), Err(Shortfall::Clock));
    }

    #[test]
    fn a_second_factor_is_one_that_the_hospital_named() {
        let enough = ["mfa".to_owned(), "phr".to_owned()];
        let two = Demand { proved_since: None, second_factor: Some(&enough) };
        assert_eq!(said(None, &["pwd", "mfa"]).meets(two, at(0)), Ok(()));
        for means in [&[][..], &["pwd"], &["MFA"]] {
            assert_eq!(said(None, means).meets(two, at(0)), Err(Shortfall::OneFactor), "{means:?}");
        }
        let nothing_named = Demand { proved_since: None, second_factor: Some(&[]) };
        assert_eq!(said(None, &["mfa"]).meets(nothing_named, at(0)), Err(Shortfall::OneFactor));
    }

    #[test]
    fn a_hospital_s_provider_speaks_for_its_own_staff_only() {
        let mut staff = Staff {
            id: StaffId::new(at(0), [1; 10]),
            version: 1,
            username: "specialist1".into(),
            name: "李医生".into(),
            role: Role::Specialist,
            home_id: None,
            pharmacy_id: None,
            hospital: Some("省人民医院".into()),
            licence: None,
            title: None,
            practising_since: None,
            active: true,
        };
        assert!(speaks_for(Some("省人民医院"), &staff) && speaks_for(None, &staff));
        assert!(!speaks_for(Some("另一医院"), &staff));
        staff.hospital = None;
        assert!(!speaks_for(Some("省人民医院"), &staff) && speaks_for(None, &staff));
    }
}
