//! Licences: who signs must have one that is good on the day. Not here: years of practice ([`crate::practice`]).

use crate::Role;
use crate::ids::StaffId;
use crate::policy::Policy;
use jiff::Timestamp;
use jiff::civil::Date;

/// What is on record of a person's licence, as an administrator entered it; each entry is kept, the newest is in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Licence {
    /// Whose.
    pub staff_id: StaffId,
    /// 1, 2, … of this person.
    pub version: i64,
    /// Its number.
    pub number: String,
    /// The hospital or pharmacy that it is registered with.
    pub hospital: String,
    /// In what the person practises.
    pub specialty: String,
    /// The last day on which it is good. A physician's licence has none by itself; a pharmacist's registration does.
    pub valid_until: Option<Date>,
    /// When it was entered.
    pub recorded_at: Timestamp,
    /// By whom.
    pub recorded_by: StaffId,
}

/// How a licence stands on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Good, and no end is near.
    Good,
    /// Good, and over soon.
    Ends {
        /// The last day.
        on: Date,
    },
    /// Over.
    Over {
        /// The last day it was good.
        on: Date,
    },
}

impl Licence {
    /// How it stands on the hospital's day at `now`; an end counts as near `days` before.
    pub fn standing(&self, days: u32, now: Timestamp) -> Standing {
        let Some(on) = self.valid_until else { return Standing::Good };
        let today = Policy::local_date(now);
        if on < today {
            return Standing::Over { on };
        }
        let near = jiff::Span::new().try_days(days).ok().and_then(|span| today.checked_add(span).ok());
        if near.is_none_or(|near| on <= near) { Standing::Ends { on } } else { Standing::Good }
    }
}

/// What is missing of a licence before a signing key of its holder is let in, and before its holder signs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LicenceGap {
    /// There is no record; at most a number is known.
    #[error("no licence is on record")]
    Nothing,
    /// The registration of a pharmacist ends, and when is not on record.
    #[error("no end of the licence is on record")]
    NoEnd,
    /// It is over.
    #[error("the licence was good until {on}")]
    Over {
        /// The last day it was good.
        on: Date,
    },
}

/// May somebody with this licence on record sign at `now`, and a signing key of theirs be let in? One answer for both: its facts are to be on record, whoever let
/// the key in and whenever. What has no end on record would sign for ever; a physician's licence has none by itself.
pub fn complete(role: Role, licence: Option<&Licence>, now: Timestamp) -> Result<(), LicenceGap> {
    let licence = licence.ok_or(LicenceGap::Nothing)?;
    match licence.standing(0, now) {
        Standing::Over { on } => Err(LicenceGap::Over { on }),
        _ if licence.valid_until.is_none() && role != Role::Specialist => Err(LicenceGap::NoEnd),
        _ => Ok(()),
    }
}

/// What keeps somebody in this role from signing at `now`, said before they try; `None` also of those who sign nothing at all.
pub fn gap(role: Role, licence: Option<&Licence>, now: Timestamp) -> Option<LicenceGap> {
    if role.signs() { complete(role, licence, now).err() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn until(day: &str) -> Licence {
        let now = Timestamp::UNIX_EPOCH;
        Licence {
            staff_id: StaffId::new(now, [1; 10]),
            version: 1,
            number: "110330000000001".into(),
            hospital: "市一院".into(),
            specialty: "心内科".into(),
            valid_until: Some(day.parse().unwrap()),
            recorded_at: now,
            recorded_by: StaffId::new(now, [2; 10]),
        }
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn the_last_day_is_a_whole_day_of_the_hospital() {
        let licence = until("2026-11-23");
        let on = jiff::civil::date(2026, 11, 23);
        for role in [Role::Specialist, Role::Pharmacist] {
            assert_eq!(complete(role, Some(&licence), at("2026-11-23T15:59:59Z")), Ok(()));
            assert_eq!(complete(role, Some(&licence), at("2026-11-23T16:00:00Z")), Err(LicenceGap::Over { on }));
        }
        let unending = Licence { valid_until: None, ..licence };
        assert_eq!(complete(Role::Specialist, Some(&unending), at("2099-01-01T00:00:00Z")), Ok(()));
    }

    #[test]
    fn a_key_is_let_in_and_signs_only_for_a_licence_whose_facts_are_on_record() {
        let now = at("2026-11-23T12:00:00Z");
        let (good, over) = (until("2031-11-23"), until("2026-11-22"));
        let unending = Licence { valid_until: None, ..good.clone() };
        for role in [Role::Specialist, Role::Pharmacist] {
            assert_eq!(complete(role, None, now), Err(LicenceGap::Nothing));
            assert_eq!(complete(role, Some(&good), now), Ok(()));
            let on = jiff::civil::date(2026, 11, 22);
            assert_eq!(complete(role, Some(&over), now), Err(LicenceGap::Over { on }));
        }
        assert_eq!(complete(Role::Specialist, Some(&unending), now), Ok(()));
        assert_eq!(complete(Role::Pharmacist, Some(&unending), now), Err(LicenceGap::NoEnd));
    }

    #[test]
    fn a_gap_is_told_of_those_who_sign_and_of_nobody_else() {
        let now = at("2026-11-23T12:00:00Z");
        let over = until("2026-11-22");
        let on = jiff::civil::date(2026, 11, 22);
        for role in Role::ALL {
            let signs = matches!(role, Role::Specialist | Role::Pharmacist);
            assert_eq!(gap(role, None, now), signs.then_some(LicenceGap::Nothing), "{role:?}");
            assert_eq!(gap(role, Some(&over), now), signs.then_some(LicenceGap::Over { on }), "{role:?}");
            assert_eq!(gap(role, Some(&until("2031-11-23")), now), None, "{role:?}");
        }
    }

    #[test]
    fn an_end_is_told_before() {
        let licence = until("2026-12-23");
        let on = jiff::civil::date(2026, 12, 23);
        assert_eq!(licence.standing(30, at("2026-11-22T12:00:00Z")), Standing::Good);
        assert_eq!(licence.standing(30, at("2026-11-23T12:00:00Z")), Standing::Ends { on });
        assert_eq!(licence.standing(30, at("2026-12-24T00:00:00Z")), Standing::Over { on });
    }
}
