//! Slots: a pure function of what was published, and what is still free of them.

use super::{Availability, Exception, Rule, Weekday, Zone};
use jiff::civil::{Date, Time};
use jiff::{SignedDuration, Timestamp};

/// A time that can be or is booked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Slot {
    /// From.
    pub starts_at: Timestamp,
    /// Until, exclusive.
    pub ends_at: Timestamp,
}

impl Slot {
    /// Do they share an instant.
    pub fn overlaps(&self, other: &Self) -> bool {
        self.starts_at < other.ends_at && other.starts_at < self.ends_at
    }

    /// Does it lie within `other`.
    pub fn within(&self, other: &Self) -> bool {
        other.starts_at <= self.starts_at && self.ends_at <= other.ends_at
    }
}

/// The blocks of availability that touch `from..until`, with the length of their appointments, earliest first. Length is real time: a block over the night on which
/// the clock is put forward is an hour shorter, one over the night on which it is put back an hour longer.
pub fn blocks(availability: &Availability, from: Timestamp, until: Timestamp) -> Vec<(Slot, SignedDuration)> {
    let window = Slot { starts_at: from, ends_at: until };
    let mut found = of_days(availability, from, until);
    found.retain(|(block, _)| block.overlaps(&window));
    found
}

/// The blocks of every local day that the window touches, whole: no block reaches into another day, so what one finds does not depend on where one looks from.
fn of_days(availability: &Availability, from: Timestamp, until: Timestamp) -> Vec<(Slot, SignedDuration)> {
    let zone = &availability.zone;
    let (mut day, last) = (zone.date(from), zone.date(until));
    let mut found = Vec::new();
    while day <= last {
        for (start, end, minutes) in of_day(availability, day) {
            if let Some(block) = on_clock(zone, day, start, end) {
                found.push((block, SignedDuration::from_mins(i64::from(minutes))));
            }
        }
        let Ok(next) = day.tomorrow() else { break };
        day = next;
    }
    found.sort();
    found
}

/// Every slot that starts in `from..until`, earliest first. Slots never overlap: where two blocks do, the earlier one's slots stand.
pub fn slots(availability: &Availability, from: Timestamp, until: Timestamp) -> Vec<Slot> {
    let mut found: Vec<Slot> = Vec::new();
    let mut busy_until = Timestamp::MIN;
    for (block, length) in of_days(availability, from, until) {
        let mut starts_at = block.starts_at;
        while let Ok(ends_at) = starts_at.checked_add(length)
            && ends_at <= block.ends_at
        {
            if starts_at >= busy_until {
                found.push(Slot { starts_at, ends_at });
                busy_until = ends_at;
            }
            starts_at = ends_at;
        }
    }
    found.retain(|slot| slot.starts_at >= from && slot.starts_at < until);
    found
}

/// The slots that nothing `taken` overlaps.
pub fn free(all: &[Slot], taken: &[Slot]) -> Vec<Slot> {
    all.iter().filter(|slot| !taken.iter().any(|other| slot.overlaps(other))).copied().collect()
}

/// The earliest free slot that starts in `from..until`.
pub fn first_free(availability: &Availability, taken: &[Slot], from: Timestamp, until: Timestamp) -> Option<Slot> {
    slots(availability, from, until).into_iter().find(|slot| !taken.iter().any(|other| slot.overlaps(other)))
}

fn of_day(availability: &Availability, day: Date) -> Vec<(Time, Time, u32)> {
    let off = availability.exceptions.iter().any(|e| matches!(e, Exception::DayOff { date } if *date == day));
    let holds = |rule: &&Rule| {
        !off && rule.weekday == Weekday::of(day)
            && rule.valid_from <= day
            && rule.valid_until.is_none_or(|last| day <= last)
    };
    let weekly = availability.rules.iter().filter(holds).map(|rule| (rule.start, rule.end, rule.slot_minutes));
    let extra = availability.exceptions.iter().filter_map(|exception| match exception {
        Exception::ExtraBlock { date, start, end, slot_minutes } if *date == day => Some((*start, *end, *slot_minutes)),
        _ => None,
    });
    weekly.chain(extra).collect()
}

/// A block between two times of the clock; `None` when the clock jumps over it whole.
fn on_clock(zone: &Zone, day: Date, start: Time, end: Time) -> Option<Slot> {
    let last_day = if end == Time::midnight() { day.tomorrow().ok()? } else { day };
    let starts_at = zone.instant(day.to_datetime(start))?;
    let ends_at = zone.instant(last_day.to_datetime(end))?;
    (starts_at < ends_at).then_some(Slot { starts_at, ends_at })
}
