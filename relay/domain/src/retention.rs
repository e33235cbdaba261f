//! How long what is kept: one table of clocks (domain.md section 2), and the one decision made from it. A record goes as a whole, when the last of its clocks
//! has ended and no legal hold stands. Not here: which rows a record is made of (the store), and the logs of the network (the operator's).

use crate::machines::named_enum;
use crate::policy::Policy;
use jiff::Timestamp;
use jiff::tz::Offset;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

named_enum! {
    /// What a clock runs on.
    RecordKind {
        /// The medical record: from the last contact with the resident.
        MedicalRecord = "medical_record",
        /// Audio, video and chat of a consultation, and the seconds of its media timeline: from its end. Recordings are stored; chat is not.
        CallMedia = "call_media",
        /// The sale of a drug: from the day the home received it.
        DrugSale = "drug_sale",
        /// Logs of the network. Outside of the record, with the operator's logging; said here so that one table has them all.
        NetworkLog = "network_log",
    }
}

/// One line of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = RetentionClock)]
pub struct Clock {
    /// On what.
    pub kind: RecordKind,
    /// How long, in months.
    pub months: u32,
}

/// The table, by the policy in force. A prescription is a part of the medical record and kept as long.
pub const fn clocks(policy: &Policy) -> [Clock; 4] {
    [
        Clock { kind: RecordKind::MedicalRecord, months: policy.retention_record_years * 12 },
        Clock { kind: RecordKind::CallMedia, months: policy.retention_media_years * 12 },
        Clock { kind: RecordKind::DrugSale, months: policy.retention_sale_years * 12 },
        Clock { kind: RecordKind::NetworkLog, months: policy.retention_network_log_months },
    ]
}

/// When each clock of one record began last; `None` where it never did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LastOf {
    /// Anything that was written about the resident.
    pub contact: Timestamp,
    /// The end of a consultation.
    pub call: Option<Timestamp>,
    /// A parcel that reached the home.
    pub sale: Option<Timestamp>,
}

impl LastOf {
    /// The record may go from then on: the maximum of its clocks. `None` when that lies beyond every calendar.
    pub fn keep_until(&self, policy: &Policy) -> Option<Timestamp> {
        let began = |kind| match kind {
            RecordKind::MedicalRecord => Some(self.contact),
            RecordKind::CallMedia => self.call,
            RecordKind::DrugSale => self.sale,
            RecordKind::NetworkLog => None,
        };
        let mut latest = self.contact;
        for clock in clocks(policy) {
            let Some(began) = began(clock.kind) else { continue };
            latest = latest.max(after(began, clock.months)?);
        }
        Some(latest)
    }

    /// Every clock has ended. `held`: a legal hold stands, and then none has.
    pub fn is_over(&self, policy: &Policy, held: bool, now: Timestamp) -> bool {
        !held && self.keep_until(policy).is_some_and(|until| until <= now)
    }
}

/// The same moment so many calendar months later; the last day of a shorter month.
fn after(at: Timestamp, months: u32) -> Option<Timestamp> {
    let span = jiff::Span::new().try_months(i64::from(months)).ok()?;
    Offset::UTC.to_timestamp(Offset::UTC.to_datetime(at).checked_add(span).ok()?).ok()
}

/// Nothing whose last contact is after this can be over, whatever its other clocks say: for the search of what may be.
pub fn untouched_since(policy: &Policy, now: Timestamp) -> Option<Timestamp> {
    let span = jiff::Span::new().try_months(i64::from(policy.retention_record_years) * 12).ok()?;
    // A few days later: the last day of a shorter month stands for the days that it does not have.
    let days = jiff::SignedDuration::from_hours(24 * 4);
    Offset::UTC.to_timestamp(Offset::UTC.to_datetime(now).checked_sub(span).ok()?).ok()?.checked_add(days).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn the_longest_clock_decides_and_a_hold_stops_all() {
        let policy = Policy::default();
        let last = LastOf { contact: at("2026-02-28T09:00:00Z"), call: None, sale: None };
        assert_eq!(last.keep_until(&policy), Some(at("2041-02-28T09:00:00Z")));
        assert!(!last.is_over(&policy, false, at("2041-02-28T08:59:59Z")));
        assert!(last.is_over(&policy, false, at("2041-02-28T09:00:00Z")));
        assert!(!last.is_over(&policy, true, at("2099-01-01T00:00:00Z")));
    }

    #[test]
    fn a_policy_that_keeps_sales_longer_than_records_is_heeded() {
        let policy = Policy::from_toml("retention_sale_years = 20").unwrap();
        let sold = at("2026-03-01T00:00:00Z");
        let last = LastOf { contact: sold, call: Some(sold), sale: Some(sold) };
        assert_eq!(last.keep_until(&policy), Some(at("2046-03-01T00:00:00Z")));
    }

    #[test]
    fn a_leap_day_ends_on_the_last_of_february() {
        let last = LastOf { contact: at("2028-02-29T12:00:00Z"), call: None, sale: None };
        assert_eq!(last.keep_until(&Policy::default()), Some(at("2043-02-28T12:00:00Z")));
    }

    proptest::proptest! {
        #[test]
        fn the_search_leaves_out_nothing_that_is_over(contact in 0_i64..2_000_000_000, later in 0_i64..1_000_000_000) {
            let policy = Policy::default();
            let last = LastOf { contact: Timestamp::from_second(contact).unwrap(), call: None, sale: None };
            let now = Timestamp::from_second(contact + later).unwrap();
            if last.is_over(&policy, false, now) {
                proptest::prop_assert!(last.contact < untouched_since(&policy, now).unwrap());
            }
        }
    }
}
