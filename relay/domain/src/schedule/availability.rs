//! When a specialist can be booked: weekly rules in the hospital's own time, with days off and extra blocks.

use super::Zone;
use crate::ids::StaffId;
use crate::machines::named_enum;
use jiff::civil::{Date, Time};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Nothing shorter is published or planned in a round.
pub const SHORTEST_SLOT_MINUTES: u32 = 5;
/// Nothing longer is published or planned in a round, so that whatever touches a moment began at most so long before it.
pub const LONGEST_SLOT_MINUTES: u32 = 120;

named_enum! {
    /// A day of the week.
    Weekday {
        /// Monday.
        Monday = "monday",
        /// Tuesday.
        Tuesday = "tuesday",
        /// Wednesday.
        Wednesday = "wednesday",
        /// Thursday.
        Thursday = "thursday",
        /// Friday.
        Friday = "friday",
        /// Saturday.
        Saturday = "saturday",
        /// Sunday.
        Sunday = "sunday",
    }
}

impl Weekday {
    /// The weekday of a day.
    pub fn of(day: Date) -> Self {
        let from_monday = usize::try_from(day.weekday().to_monday_zero_offset()).unwrap_or(0);
        Self::ALL[from_monday % 7]
    }
}

/// A block of every such weekday.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// On which day of the week.
    pub weekday: Weekday,
    /// From this time on the clock of the zone.
    #[schema(value_type = String, examples("09:00:00"))]
    pub start: Time,
    /// Until this time; `00:00:00` is the end of the day.
    #[schema(value_type = String, examples("11:30:00"))]
    pub end: Time,
    /// Length of one appointment.
    #[schema(minimum = 5, maximum = 120)]
    pub slot_minutes: u32,
    /// First day it holds.
    #[schema(value_type = String, format = Date)]
    pub valid_from: Date,
    /// Last day it holds; open when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = Date)]
    pub valid_until: Option<Date>,
}

/// One day that differs from the rules.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Exception {
    /// No rule holds on this day.
    DayOff {
        /// Which.
        #[schema(value_type = String, format = Date)]
        date: Date,
    },
    /// A block beside the rules; it holds on a day off too.
    ExtraBlock {
        /// Which day.
        #[schema(value_type = String, format = Date)]
        date: Date,
        /// From.
        #[schema(value_type = String)]
        start: Time,
        /// Until; `00:00:00` is the end of the day.
        #[schema(value_type = String)]
        end: Time,
        /// Length of one appointment.
        #[schema(minimum = 5, maximum = 120)]
        slot_minutes: u32,
    },
}

/// What a specialist has published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Availability {
    /// Whose.
    pub specialist_id: StaffId,
    /// Version of the row; 0 before anything was published.
    pub version: i64,
    /// Where the clock hangs.
    pub zone: Zone,
    /// Every week.
    pub rules: Vec<Rule>,
    /// Single days.
    pub exceptions: Vec<Exception>,
}

/// Why an availability cannot be published: which line, and what is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AvailabilityError {
    /// More lines than a person has.
    #[error("at most {} rules and {} exceptions", Availability::MOST_RULES, Availability::MOST_EXCEPTIONS)]
    TooMany,
    /// The block ends before it begins.
    #[error("the block ends before it begins")]
    Empty {
        /// Path of the line.
        path: String,
    },
    /// Too short, too long, or longer than the block.
    #[error("an appointment lasts 5 to 120 minutes and fits into its block")]
    SlotMinutes {
        /// Path of the line.
        path: String,
    },
    /// `valid_until` is before `valid_from`.
    #[error("the last day is before the first")]
    Validity {
        /// Path of the line.
        path: String,
    },
}

impl Availability {
    /// Rules of one specialist.
    pub const MOST_RULES: usize = 50;
    /// Exceptions of one specialist.
    pub const MOST_EXCEPTIONS: usize = 400;

    /// Nothing published.
    pub const fn none(specialist_id: StaffId, zone: Zone) -> Self {
        Self { specialist_id, version: 0, zone, rules: Vec::new(), exceptions: Vec::new() }
    }

    /// Takes it as legal, or names the first wrong line.
    pub fn check(&self) -> Result<(), AvailabilityError> {
        if self.rules.len() > Self::MOST_RULES || self.exceptions.len() > Self::MOST_EXCEPTIONS {
            return Err(AvailabilityError::TooMany);
        }
        for (n, rule) in self.rules.iter().enumerate() {
            block(&format!("rules[{n}]"), rule.start, rule.end, rule.slot_minutes)?;
            if rule.valid_until.is_some_and(|last| last < rule.valid_from) {
                return Err(AvailabilityError::Validity { path: format!("rules[{n}].valid_until") });
            }
        }
        for (n, exception) in self.exceptions.iter().enumerate() {
            if let Exception::ExtraBlock { start, end, slot_minutes, .. } = exception {
                block(&format!("exceptions[{n}]"), *start, *end, *slot_minutes)?;
            }
        }
        Ok(())
    }
}

fn block(path: &str, start: Time, end: Time, slot_minutes: u32) -> Result<(), AvailabilityError> {
    let minutes = |time: Time| i64::from(time.hour()) * 60 + i64::from(time.minute());
    let end = if end == Time::midnight() { 24 * 60 } else { minutes(end) };
    let length = end - minutes(start);
    if length <= 0 {
        return Err(AvailabilityError::Empty { path: format!("{path}.end") });
    }
    if !(SHORTEST_SLOT_MINUTES..=LONGEST_SLOT_MINUTES).contains(&slot_minutes) || i64::from(slot_minutes) > length {
        return Err(AvailabilityError::SlotMinutes { path: format!("{path}.slot_minutes") });
    }
    Ok(())
}
