//! The demo's day: times that specialists publish, a duty roster of two weeks, appointments of today, a round of tomorrow. Pure, from `now`.

use jiff::civil::{Date, Time};
use jiff::{SignedDuration, Timestamp};
use yunzhen_domain::ids::{ConsultationId, RoundId, ShiftId, StaffId};
use yunzhen_domain::machines::consultation::State;
use yunzhen_domain::records::{Appointment, Consultation, Resident, Round, Urgency};
use yunzhen_domain::schedule::{Availability, Rule, Shift, Slot, Weekday, Zone, slots};

use super::{id, staff_id};

/// Length of one appointment.
const MINUTES: u32 = 20;
/// Days of the roster.
const DAYS: u32 = 14;
/// Beds that have an appointment today, with whom, and why. Who is seen in the walk through the product has none.
const TODAY: &[(&str, u32, &str)] =
    &[("303-1", 3, "夜间徘徊，复诊"), ("303-2", 4, "饮水呛咳，康复评估"), ("101", 3, "双膝关节疼痛")];
/// Beds of tomorrow's round.
const ROUND: &[&str] = &["301-2", "302-2", "303-2"];

/// What the demo's calendar has.
#[derive(Debug, Clone)]
pub(super) struct Schedule {
    pub(super) availability: Vec<Availability>,
    pub(super) duty: Vec<Shift>,
    pub(super) consultations: Vec<Consultation>,
    pub(super) appointments: Vec<Appointment>,
    pub(super) round: Round,
}

pub(super) fn schedule(residents: &[Resident], now: Timestamp) -> Option<Schedule> {
    let zone = Zone::shanghai();
    let today = zone.date(now);
    let availability: Vec<Availability> = [3, 4].map(|n| published(staff_id(n), &zone, today)).into();
    let mut out = Schedule {
        duty: roster(&zone, today)?,
        consultations: Vec::new(),
        appointments: Vec::new(),
        round: Round {
            id: RoundId::from_uuid(id(8, 1)),
            version: 1,
            home_id: super::HOME_1,
            specialist_id: staff_id(4),
            planned_by: staff_id(1),
            starts_at: zone.instant(today.tomorrow().ok()?.at(14, 0, 0, 0))?,
            minutes: MINUTES,
            order: Vec::new(),
        },
        availability,
    };
    let of_bed = |bed: &str| residents.iter().find(|resident| resident.bed == bed);
    for (n, (bed, specialist, reason)) in (1_u32..).zip(TODAY) {
        let resident = of_bed(bed)?;
        let published = out.availability.iter().find(|a| a.specialist_id == staff_id(*specialist))?;
        let soon = now.checked_add(SignedDuration::from_mins(45)).ok()?;
        let until = soon.checked_add(SignedDuration::from_hours(48)).ok()?;
        let taken: Vec<Slot> = out.appointments.iter().map(|a| a.slot).collect();
        let slot = slots(published, soon, until).into_iter().find(|slot| !taken.iter().any(|t| t.overlaps(slot)))?;
        out.book(n, resident, staff_id(*specialist), slot, reason, None, now);
    }
    for (n, bed) in (0_u32..).zip(ROUND) {
        let minutes = |n: u32| SignedDuration::from_mins(i64::from(n * MINUTES));
        let starts_at = out.round.starts_at.checked_add(minutes(n)).ok()?;
        let slot = Slot { starts_at, ends_at: starts_at.checked_add(minutes(1)).ok()? };
        let (round_id, specialist) = (out.round.id, out.round.specialist_id);
        let booked = out.book(20 + n, of_bed(bed)?, specialist, slot, "每周查房", Some(round_id), now);
        out.round.order.push(booked);
    }
    Some(out)
}

impl Schedule {
    #[allow(clippy::too_many_arguments, reason = "a line of a table")]
    fn book(
        &mut self,
        n: u32,
        resident: &Resident,
        specialist: StaffId,
        slot: Slot,
        reason: &str,
        round_id: Option<RoundId>,
        now: Timestamp,
    ) -> ConsultationId {
        let consultation_id = ConsultationId::from_uuid(id(7, n));
        self.consultations.push(Consultation {
            id: consultation_id,
            version: 2,
            state: State::Scheduled,
            resident_id: resident.id,
            home_id: resident.home_id,
            reason: reason.into(),
            urgency: Urgency::Routine,
            requested_by: if resident.home_id == super::HOME_1 { staff_id(1) } else { staff_id(2) },
            specialist_id: Some(specialist),
            requested_at: now,
            scheduled_at: Some(slot.starts_at),
            waiting_since: None,
            began_at: None,
            ended_at: None,
            end_reason: None,
        });
        self.appointments.push(Appointment {
            consultation_id,
            specialist_id: specialist,
            home_id: resident.home_id,
            slot,
            held: true,
            sequence: 0,
            changed_at: now,
            round_id,
        });
        consultation_id
    }
}

/// Every day from seven to ten in the evening, so that a demo at any hour has times.
fn published(specialist_id: StaffId, zone: &Zone, today: Date) -> Availability {
    let rule = |weekday: &Weekday| Rule {
        weekday: *weekday,
        start: Time::constant(7, 0, 0, 0),
        end: Time::constant(22, 0, 0, 0),
        slot_minutes: MINUTES,
        valid_from: today,
        valid_until: None,
    };
    let rules = Weekday::ALL.iter().map(rule).collect();
    Availability { specialist_id, version: 1, zone: zone.clone(), rules, exceptions: Vec::new() }
}

/// Two lines of duty, around the clock, who is first changes each day.
fn roster(zone: &Zone, today: Date) -> Option<Vec<Shift>> {
    let mut turns = Vec::new();
    let mut day = today;
    for n in 0..DAYS {
        let next = day.tomorrow().ok()?;
        let starts_at = zone.instant(day.at(0, 0, 0, 0))?;
        let ends_at = zone.instant(next.at(0, 0, 0, 0))?;
        for line in [1, 2] {
            let specialist_id = staff_id(3 + (n + line + 1) % 2);
            turns.push(Shift { id: ShiftId::from_uuid(id(9, n * 2 + line)), specialist_id, line, starts_at, ends_at });
        }
        day = next;
    }
    Some(turns)
}
