//! Years of practice: whoever sees people remotely must have practised for some, on record. Not here: whose licence is whose, and until when it is good.

use crate::policy::Policy;
use crate::records::Staff;
use jiff::Timestamp;
use jiff::civil::Date;

/// Why a doctor may not see anybody remotely.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TooLittlePractice {
    /// Nobody has recorded since when.
    #[error("since when the specialist has practised is not on record")]
    NotRecorded {
        /// So many years are asked for.
        years: u32,
    },
    /// Not long enough.
    #[error("the specialist has not practised for {years} years")]
    TooShort {
        /// So many years are asked for.
        years: u32,
        /// From this day on it is.
        from: Date,
    },
}

impl TooLittlePractice {
    /// Chinese, English.
    pub fn words(&self) -> (String, String) {
        match self {
            Self::NotRecorded { years } => (
                format!("没有登记执业起始日期；远程会诊须有 {years} 年以上执业经历。"),
                format!("Since when you have practised is not on record; remote care asks for {years} years."),
            ),
            Self::TooShort { years, from } => (
                format!("远程会诊须有 {years} 年以上执业经历，自 {from} 起符合要求。"),
                format!("Remote care asks for {years} years of practice, which are reached on {from}."),
            ),
        }
    }
}

/// May this specialist see people remotely on the hospital's day at `now`.
pub fn enough(specialist: &Staff, policy: &Policy, now: Timestamp) -> Result<(), TooLittlePractice> {
    let years = policy.specialist_practice_years;
    let Some(since) = specialist.practising_since else { return Err(TooLittlePractice::NotRecorded { years }) };
    // Who began on a leap day has the anniversary on the last day of February. No calendar goes on so long as a number of years without one.
    let span = jiff::Span::new().try_years(years).unwrap_or_default();
    let from = since.checked_add(span).unwrap_or(Date::MAX);
    match Policy::local_date(now) < from {
        true => Err(TooLittlePractice::TooShort { years, from }),
        false => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Role;
    use crate::ids::StaffId;

    fn since(practising_since: Option<&str>, now: &str) -> Result<(), TooLittlePractice> {
        let now: Timestamp = now.parse().unwrap();
        let specialist = Staff {
            id: StaffId::new(now, [1; 10]),
            version: 1,
            username: "s".into(),
            name: "陈".into(),
            role: Role::Specialist,
            home_id: None,
            pharmacy_id: None,
            hospital: None,
            licence: None,
            title: None,
            practising_since: practising_since.map(|day| day.parse().unwrap()),
            active: true,
        };
        enough(&specialist, &Policy::default(), now)
    }

    #[test]
    fn three_years_on_record_by_the_hospitals_day() {
        assert_eq!(since(None, "2026-11-23T02:00:00Z"), Err(TooLittlePractice::NotRecorded { years: 3 }));
        let short = TooLittlePractice::TooShort { years: 3, from: jiff::civil::date(2026, 11, 24) };
        assert_eq!(since(Some("2023-11-24"), "2026-11-23T15:59:59Z"), Err(short));
        assert_eq!(since(Some("2023-11-24"), "2026-11-23T16:00:00Z"), Ok(()), "midnight in the hospital");
        assert!(short.words().0.contains("2026-11-24") && short.words().1.contains("3 years"));
    }

    #[test]
    fn a_leap_day_has_its_anniversary() {
        assert!(since(Some("2024-02-29"), "2027-02-27T04:00:00Z").is_err());
        assert_eq!(since(Some("2024-02-29"), "2027-02-28T04:00:00Z"), Ok(()));
    }
}
