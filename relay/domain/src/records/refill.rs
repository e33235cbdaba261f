//! The request for a refill of a course that runs out, and how a prescription that was written for it can come to nothing.

use crate::access::Facts;
use crate::ids::{HomeId, PrescriptionId, RefillId, ResidentId, StaffId};
use crate::machines::prescription::{self, State as PrescriptionState};
use crate::machines::refill::{Event, State};
use crate::machines::{Refused, named_enum};
use crate::records::{Item, Prescription, Supply};
use crate::runway::RunsOut;
use crate::schedule::Zone;
use crate::sensitive::Sensitive;
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan as _};

named_enum! {
    /// How the prescription that was signed for a request ended without bringing what was asked for.
    RenewalEnd {
        /// The prescriber withdrew it before anything reached the home, wherever its parcel was.
        Withdrawn = "withdrawn",
        /// The prescriber withdrew it after something reached the home.
        Stopped = "stopped",
        /// The pharmacist refused it.
        Rejected = "rejected",
        /// No pharmacy took it in time, or its parcel came back and no pharmacy took it again.
        Expired = "expired",
        /// The pharmacy settled what was missing, and nothing had arrived whole.
        Unsupplied = "unsupplied",
    }
}

impl RenewalEnd {
    /// How this prescription came to nothing; none while the medicine may still come, or has come.
    pub fn of(p: &Prescription) -> Option<Self> {
        use PrescriptionState as P;
        match p.state {
            P::Rejected => Some(Self::Rejected),
            // What came of it is a course of its own, which is watched and asks again; an emergency supply is not watched.
            P::Expired if p.in_the_home() && p.supply != Supply::Emergency => None,
            P::Expired => Some(Self::Expired),
            P::Cancelled => {
                let unsupplied = prescription::Event::Close { supplied: false }.name();
                let settled = p.timeline.last().is_some_and(|last| last.step == unsupplied);
                Some(if settled { Self::Unsupplied } else { Self::Withdrawn })
            }
            P::Stopped => Some(Self::Stopped),
            P::Draft
            | P::Signed
            | P::InReview
            | P::InQuestion
            | P::Approved
            | P::Dispensing
            | P::OnHold
            | P::Packed
            | P::InDelivery
            | P::Delivered
            | P::Returned => None,
        }
    }
}

/// Why a request that was done is open again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reopened {
    /// Since when.
    pub at: Timestamp,
    /// How the prescription that was written for it ended.
    pub because: RenewalEnd,
    /// Which one.
    pub renewal: PrescriptionId,
}

/// A request. There is at most one for a course.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refill {
    /// Identifier.
    pub id: RefillId,
    /// Version of the row.
    pub version: i64,
    /// State.
    pub state: State,
    /// Which course.
    pub prescription_id: PrescriptionId,
    /// For whom.
    pub resident_id: ResidentId,
    /// Where.
    pub home_id: HomeId,
    /// Who wrote the prescription.
    pub specialist_id: StaffId,
    /// Lines that run out.
    pub item_nos: Vec<u16>,
    /// Last day with all doses.
    pub last_day: Date,
    /// Why it ends then.
    pub runs_out: RunsOut,
    /// When the system asked.
    pub asked_at: Timestamp,
    /// When it was decided.
    pub decided_at: Option<Timestamp>,
    /// The prescription that was written for it, while that one stands.
    pub renewed_by: Option<PrescriptionId>,
    /// Why it was asked anew, last.
    pub reopened: Option<Reopened>,
    /// Why the medicine ends.
    pub decline_reason: Option<Sensitive<String>>,
}

impl Refill {
    /// The record after `event`.
    pub fn apply(mut self, event: &Event, at: Timestamp) -> Result<Self, Refused> {
        let next = self.state.apply(event, at)?;
        self.state = next.state;
        self.version += 1;
        self.decided_at = self.state.is_decided().then_some(at);
        Ok(self)
    }

    /// The record after a prescription was signed for it.
    pub fn renew(self, by: PrescriptionId, at: Timestamp) -> Result<Self, Refused> {
        Ok(Self { renewed_by: Some(by), ..self.apply(&Event::Do, at)? })
    }

    /// Whether somebody has to be asked anew when what was signed for it ended like that. Nobody is where its own course was withdrawn: the medicine is not to be
    /// given. Where the new medicine had come and was stopped, that was decided at the bed; only while doses of the old course remain would they end unseen.
    pub fn is_open_again(&self, course: &Prescription, end: RenewalEnd, today: Date) -> bool {
        let withdrawn = matches!(course.state, PrescriptionState::Cancelled | PrescriptionState::Stopped);
        let still_taken = today <= self.last_day;
        self.state == State::Done && !withdrawn && (end != RenewalEnd::Stopped || still_taken)
    }

    /// The record after what was signed for it ended like that.
    pub fn reopen(self, renewal: PrescriptionId, because: RenewalEnd, at: Timestamp) -> Result<Self, Refused> {
        let refill = self.apply(&Event::Reopen, at)?;
        Ok(Self { renewed_by: None, reopened: Some(Reopened { at, because, renewal }), ..refill })
    }

    /// Whether it is one of the prescriptions that may renew it: signed since it was asked, by the same prescriber for the same home, and it stands. Whether it is for
    /// the same person is not known here.
    pub fn may_be_renewed_by(&self, p: &Prescription) -> bool {
        let own = p.home_id == self.home_id && p.specialist_id == self.specialist_id;
        let since = p.id != self.prescription_id && p.signed_at.is_some_and(|at| at >= self.asked_at);
        own && since && RenewalEnd::of(p).is_none()
    }

    /// The lines that none of these prescriptions renews: each is asked for until somebody signs the same medicine for longer than what runs out lasts. A supply that
    /// ends no later puts nothing off. `course` is the one that asks.
    pub fn not_renewed_by(&self, course: &Prescription, signed: &[&Prescription], zone: &Zone) -> Vec<u16> {
        let asked = course.items.iter().filter(|item| self.item_nos.contains(&item.no));
        let open = asked.filter(|item| !signed.iter().any(|p| self.is_outlasted_by(p, item, zone)));
        open.map(|item| item.no).collect()
    }

    /// Whether it renews one of the lines or more.
    pub fn is_renewed_in_part_by(&self, course: &Prescription, p: &Prescription, zone: &Zone) -> bool {
        self.not_renewed_by(course, &[], zone).len() > self.not_renewed_by(course, &[p], zone).len()
    }

    fn is_outlasted_by(&self, p: &Prescription, asked: &Item, zone: &Zone) -> bool {
        let Some(first) = p.signed_at.map(|at| zone.date(at)) else { return false };
        let last = |item: &Item| first.checked_add((i64::from(item.days) - 1).days());
        let same = p.items.iter().filter(|item| item.drug_id == asked.drug_id);
        same.map(last).any(|last| last.is_ok_and(|last| last > self.last_day))
    }

    /// What access decides on.
    pub fn facts(&self) -> Facts {
        Facts { home_id: Some(self.home_id), specialist_id: Some(self.specialist_id), ..Facts::default() }
    }

    /// The request after the home has less than it says: it asks for more lines, or for an earlier day. `None` where it says that already or is decided.
    pub fn sooner(mut self, item_nos: &[u16], last_day: Date, runs_out: RunsOut) -> Option<Self> {
        let more: Vec<u16> = item_nos.iter().copied().filter(|no| !self.item_nos.contains(no)).collect();
        let is_sooner = last_day < self.last_day;
        if self.state.is_decided() || (more.is_empty() && !is_sooner) {
            return None;
        }
        if is_sooner {
            (self.last_day, self.runs_out) = (last_day, runs_out);
        }
        self.item_nos.extend(more);
        self.item_nos.sort_unstable();
        self.version += 1;
        Some(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn asked(state: State) -> Refill {
        let at = Timestamp::UNIX_EPOCH;
        Refill {
            id: RefillId::new(at, [1; 10]),
            version: 1,
            state,
            prescription_id: PrescriptionId::new(at, [2; 10]),
            resident_id: ResidentId::new(at, [3; 10]),
            home_id: HomeId::new(at, [4; 10]),
            specialist_id: StaffId::new(at, [5; 10]),
            item_nos: vec![1],
            last_day: date(2026, 12, 21),
            runs_out: RunsOut::Validity,
            asked_at: at,
            decided_at: None,
            renewed_by: None,
            reopened: None,
            decline_reason: None,
        }
    }

    /// Since a request that is done can be open again, it was asked for more after its renewal was signed, though nobody reads it then.
    #[test]
    fn only_a_request_that_waits_for_somebody_asks_for_more() {
        let sooner = |state| asked(state).sooner(&[1, 2], date(2026, 12, 1), RunsOut::Stock);
        for state in [State::Open, State::Seen] {
            let more = sooner(state).expect("it waits");
            let said = (more.state, more.item_nos, more.last_day, more.runs_out, more.version);
            assert_eq!(said, (state, vec![1, 2], date(2026, 12, 1), RunsOut::Stock, 2));
        }
        for state in [State::Done, State::Declined, State::Lapsed] {
            assert_eq!(sooner(state), None, "{state:?}");
        }
        assert_eq!(asked(State::Open).sooner(&[1], date(2026, 12, 21), RunsOut::Stock), None, "it says that already");
    }

    /// One signature for one of two medicines, for three days, ended the request for both.
    #[test]
    fn each_line_is_asked_for_until_it_is_signed_for_longer() {
        use crate::dosage::Frequency;
        use crate::doses::tests::{at, item, prescription};
        let line = |no, drug: &str, days| Item {
            no,
            drug_id: crate::formulary::DrugId(drug.to_owned()),
            ..item(Frequency::Qd, days)
        };
        let (first, second) = ("amlodipine-5mg", "metformin-500mg");
        let course = prescription(vec![line(1, first, 28), line(2, second, 28), line(3, "vitamin-d", 28)]);
        let refill = Refill { item_nos: vec![1, 2], ..asked(State::Open) };
        let signed = |items| Prescription { signed_at: Some(at("2026-12-17T02:00:00Z")), ..prescription(items) };
        let zone = Zone::shanghai();
        let open = |signed: &[&Prescription]| refill.not_renewed_by(&course, signed, &zone);
        assert_eq!(open(&[]), [1, 2], "the third line is not asked for");
        let emergency = signed(vec![line(1, first, 3)]);
        assert_eq!(open(&[&emergency]), [1, 2], "it ends on 19 December, before what runs out");
        let as_long = signed(vec![line(1, first, 5)]);
        assert_eq!(open(&[&as_long]), [1, 2], "both end on 21 December");
        let one = signed(vec![line(1, first, 28)]);
        assert_eq!(open(&[&one]), [2]);
        let other = signed(vec![line(4, second, 6)]);
        assert_eq!(open(&[&one, &other]), [0_u16; 0]);
        let in_part = |p: &Prescription| refill.is_renewed_in_part_by(&course, p, &zone);
        assert!(in_part(&one) && in_part(&other) && !in_part(&as_long));
        assert!(!in_part(&signed(vec![line(1, "vitamin-d", 28)])));
    }
}
