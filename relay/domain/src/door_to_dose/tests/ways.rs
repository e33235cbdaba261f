//! Every pair of prescription and parcel that their machines can reach together, as the relay moves them: what the chain says of each.

use super::*;
use crate::ids::{DeliveryId, PharmacyId, StaffId};
use crate::machines::delivery::QuarantineReason;
use crate::machines::delivery::{self, Event as Of};
use crate::machines::discrepancy::Cause;
use crate::machines::prescription::{self, Event};
use crate::records::Supplied;
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

const WHO: (&str, Option<Uuid>) = ("", None);
/// Of the twenty-eight tablets.
const ARRIVED: [u32; 3] = [28, 14, 0];

#[derive(Clone)]
struct Way {
    p: Prescription,
    d: Option<Delivery>,
    now: Timestamp,
}

impl Way {
    fn signed() -> Self {
        let p = prescription(vec![item(crate::dosage::Frequency::Qd, 28)]);
        let p = Prescription { state: P::Draft, supplied: Vec::new(), ..p };
        let signed = Event::Sign { specialist: StaffId::from_uuid(Uuid::nil()) };
        let now = at("2026-11-23T02:00:00Z");
        Self { p: p.apply(signed, now, WHO).unwrap(), d: None, now }
    }

    fn counted(&self) -> bool {
        self.p.timeline.iter().any(|step| step.step.starts_with("deliver"))
    }

    fn next(&self) -> Vec<Self> {
        let now = self.now + SignedDuration::from_mins(1);
        [self.of_the_prescription(now), self.withdrawn(now), self.of_the_parcel(now)].concat()
    }

    /// What people do to the prescription itself.
    fn of_the_prescription(&self, now: Timestamp) -> Vec<Self> {
        let own = prescription::sample_events().into_iter().filter(|event| match event {
            Event::Sign { .. } | Event::HandOver | Event::Deliver { .. } | Event::Return => false,
            Event::Cancel { .. } | Event::Stop { .. } => false,
            Event::Close { supplied } => self.counted() && *supplied == self.p.in_the_home(),
            _ => true,
        });
        own.filter_map(|event| {
            let packed = matches!(event, Event::Pack { .. });
            let p = self.p.clone().apply(event, now, WHO).ok()?;
            let d = if packed { Some(parcel_of(now)) } else { self.d.clone() };
            Some(Self { p, d, now })
        })
        .collect()
    }

    /// The prescriber ends it, and its parcel is called back.
    fn withdrawn(&self, now: Timestamp) -> Vec<Self> {
        let event = self.p.withdrawal(String::new());
        let Ok(p) = self.p.clone().apply(event, now, WHO) else { return Vec::new() };
        let d = self.d.clone().map(|d| {
            let stays = d.state.is_terminal() || d.state == D::Recalled;
            if stays { d } else { d.apply(Of::Cancel, now, WHO).unwrap() }
        });
        vec![Self { p, d, now }]
    }

    /// What happens to the parcel, and moves the prescription.
    fn of_the_parcel(&self, now: Timestamp) -> Vec<Self> {
        let Some(d) = &self.d else { return Vec::new() };
        let stops = QuarantineReason::ALL.iter().map(|reason| Of::Quarantine { reason: *reason });
        let events = delivery::sample_events().into_iter().filter(|event| *event != Of::Cancel).chain(stops);
        events
            .filter_map(|event| Some((event.clone(), d.clone().apply(event, now, WHO).ok()?)))
            .flat_map(|(event, d)| {
                let moved = self.follows(&event, now);
                moved.into_iter().map(move |p| Self { p, d: Some(d.clone()), now })
            })
            .collect()
    }

    fn follows(&self, event: &Of, now: Timestamp) -> Vec<Prescription> {
        let over = matches!(self.p.state, P::Cancelled | P::Stopped);
        let moved = |event| vec![self.p.clone().apply(event, now, WHO).unwrap()];
        match event {
            Of::PickUp if !over => moved(Event::HandOver),
            Of::TakeBack { .. } | Of::Lose if !over => moved(Event::Return),
            Of::Receive { .. } | Of::ReceiveStopped => {
                let whole = matches!(event, Of::Receive { complete: true });
                let arrived = ARRIVED.into_iter().filter(|quantity| (*quantity > 0) || !whole);
                arrived.map(|quantity| self.delivered(quantity, over, now)).collect()
            }
            _ => vec![self.p.clone()],
        }
    }

    fn delivered(&self, quantity: u32, over: bool, now: Timestamp) -> Prescription {
        let arrived = vec![Supplied { item_no: 1, quantity, instead: Vec::new(), closed: 0 }];
        if over {
            return self.p.clone().reached_after_withdrawal(arrived);
        }
        let mut p = self.p.clone();
        let complete = p.supply(arrived);
        p.apply(Event::Deliver { complete }, now, WHO).unwrap()
    }

    /// What may be open about what the home has.
    fn opens(&self) -> Vec<Option<Cause>> {
        match self.d.as_ref().map(|d| d.state) {
            Some(D::Received) => vec![None, Some(Cause::Temperature)],
            Some(D::Discrepancy) => std::iter::once(None).chain(Cause::ALL.iter().copied().map(Some)).collect(),
            _ => vec![None],
        }
    }

    fn says(&self, open: Option<Cause>, given: bool, now: Timestamp) -> DoorToDose {
        self.says_of(CalledBack::default(), open, given, now)
    }

    fn says_of(&self, called_back: CalledBack, open: Option<Cause>, given: bool, now: Timestamp) -> DoorToDose {
        let parcel = self.d.as_ref().map(|delivery| Parcel { delivery, all: &[], open, surplus: false });
        door_to_dose(&self.p, parcel, called_back, given.then_some(now), &Policy::default(), now).unwrap()
    }
}

fn let_go_on() -> Of {
    Of::Release { code: delivery::DecisionCode::Other, words: String::new() }
}

fn parcel_of(now: Timestamp) -> Delivery {
    Delivery {
        created_at: now,
        timeline: Vec::new(),
        ..crate::doses::tests::delivery(D::AwaitingCourier, None, Vec::new())
    }
}

fn or<T: ToString>(value: Option<T>, else_: &str) -> String {
    value.map_or_else(|| else_.to_owned(), |value| value.to_string())
}

/// Every way that the machines allow, one of each kind: by the states, what the home has, and what the chain says.
fn all() -> Vec<Way> {
    let mut seen = BTreeMap::new();
    let mut open = vec![Way::signed()];
    while let Some(way) = open.pop() {
        let parcel = way.d.as_ref().map(|d| {
            let given_back = d.timeline.iter().any(|step| step.step == "give_back");
            (d.state, d.quarantine, d.turned_back().is_some(), given_back)
        });
        let says = [false, true].map(|given| {
            let says = way.says(None, given, way.now);
            (says.next, says.reason, says.current)
        });
        let key = (way.p.state, parcel, way.p.in_the_home(), way.counted(), says);
        if let Entry::Vacant(first) = seen.entry(key) {
            open.extend(way.next());
            first.insert(way);
        }
    }
    seen.into_values().collect()
}

#[test]
fn whose_turn_what_next_and_why_for_every_prescription_with_every_parcel() {
    let mut rows = BTreeSet::new();
    for way in all() {
        for open in way.opens() {
            for given in [false, true].into_iter().take(1 + usize::from(way.p.in_the_home())) {
                let says = way.says(open, given, way.now);
                let parcel = or(way.d.as_ref().map(|d| d.state), "no parcel");
                let home = if given {
                    "given"
                } else if way.p.in_the_home() {
                    "at home"
                } else {
                    "nothing came"
                };
                let (open, reason, current) = (or(open, "-"), or(says.reason, "-"), or(says.current, "-"));
                let left = format!("{} / {parcel} / {home} / open {open}", way.p.state);
                rows.insert(format!("{left}: {}, {}, {reason}; now {current}", says.turn, says.next));
            }
        }
    }
    insta::assert_snapshot!(rows.into_iter().collect::<Vec<_>>().join("\n"));
}

#[test]
fn nobody_is_asked_for_what_the_machines_refuse() {
    for way in all() {
        for open in way.opens() {
            for given in [false, true].into_iter().take(1 + usize::from(way.p.in_the_home())) {
                let says = way.says(open, given, way.now);
                let d = way.d.as_ref().map(|d| d.state);
                let told = format!("{} {d:?} {open:?} {given}: {says:?}", way.p.state);
                let takes = |event: &Event| way.p.state.apply(event, way.now).is_ok();
                let lets = |event: &Of| d.is_some_and(|d| d.apply(event, way.now).is_ok());
                let (turn, may) = match says.next {
                    Next::Review => {
                        (Turn::Pharmacist, takes(&prescription::sample_events()[1]) || takes(&Event::Release))
                    }
                    Next::Answer => (Turn::Prescriber, takes(&Event::Answer)),
                    Next::Accept => {
                        (Turn::Pharmacy, takes(&Event::Accept { pharmacy: PharmacyId::from_uuid(Uuid::nil()) }))
                    }
                    Next::Fill => {
                        (Turn::Pharmacy, takes(&Event::Pack { delivery: DeliveryId::from_uuid(Uuid::nil()) }))
                    }
                    Next::PickUp => (Turn::Courier, lets(&Of::Accept) || lets(&Of::PickUp)),
                    Next::Bring => (Turn::Courier, lets(&Of::Arrive)),
                    Next::TryAgain => (Turn::Courier, lets(&Of::Resume)),
                    Next::BringBack => (Turn::Courier, lets(&Of::GiveBack)),
                    Next::Decide => (Turn::Pharmacy, lets(&let_go_on())),
                    Next::TakeBack => {
                        (Turn::Pharmacy, lets(&Of::TakeBack { destroyed: false }) && says.current.is_none())
                    }
                    Next::Count => (Turn::Nurse, d == Some(D::AtDoor) && lets(&Of::Receive { complete: true })),
                    Next::Give => {
                        let ended = matches!(way.p.state, P::Cancelled | P::Stopped);
                        let unfit = matches!(open, Some(Cause::Recalled | Cause::Temperature));
                        (Turn::Nurse, way.p.in_the_home() && !given && !ended && !unfit)
                    }
                    Next::Settle => (Turn::Pharmacy, open.is_some()),
                    Next::Nothing => (Turn::Nobody, open.is_none() && (given || way.p.state != P::Delivered)),
                };
                assert!(may && says.turn == turn, "{told}");
                let first_open = says.steps.iter().find(|step| step.at.is_none()).map(|step| step.stage);
                assert!(says.current.is_none() || says.current == first_open, "{told}");
                for step in says.steps.iter().filter(|step| step.at.is_none() && Some(step.stage) != says.current) {
                    assert!(step.due_by.is_none() && !step.late, "{told}");
                }
                assert!(says.turn != Turn::Nobody || (says.current.is_none() && !says.late), "{told}");
            }
        }
    }
}

/// The chain said "nurse's turn" while the pharmacy owed the rest or had to settle what differed.
#[test]
fn what_the_pharmacy_owes_or_settles_is_its_turn_and_the_first_dose_stands_beside_it() {
    let mut nexts = BTreeSet::new();
    for way in all() {
        for open in way.opens() {
            for given in [false, true].into_iter().take(1 + usize::from(way.p.in_the_home())) {
                let says = way.says(open, given, way.now);
                let told = format!("{} {open:?} {given}: {says:?}", way.p.state);
                let owes = matches!(way.p.state, P::Approved | P::Dispensing | P::Returned);
                let settles = matches!(way.p.state, P::Delivered | P::Expired) && open.is_some();
                let owed = [Next::Accept, Next::Fill, Next::Settle];
                if owes || settles {
                    assert!(says.turn == Turn::Pharmacy && owed.contains(&says.next), "{told}");
                }
                let unfit = matches!(open, Some(Cause::Recalled | Cause::Temperature));
                let to_give = way.p.in_the_home() && way.counted() && !given && !unfit;
                let beside = says.rest.filter(|rest| rest.next == Next::Give);
                assert_eq!(beside.is_some(), (owes || settles) && to_give, "{told}");
                if let Some(beside) = beside {
                    assert_eq!((beside.turn, says.current), (Turn::Nurse, Some(Stage::FirstDose)), "{told}");
                    assert!(beside.due_by.is_some() && !beside.late && says.due_by.is_none(), "{told}");
                    let later = way.says(open, given, way.now + SignedDuration::from_hours(72));
                    assert_eq!((later.late, later.in_a_line()), (false, (Turn::Nurse, true)), "{told}");
                    nexts.insert(says.next.as_str());
                }
            }
        }
    }
    assert_eq!(nexts.len(), 3, "accept, fill and settle, each beside a first dose: {nexts:?}");
}

/// The chain sent the courier for a parcel at the counter, and the nurse to give what the home had set apart.
#[test]
fn what_was_called_back_goes_nowhere_but_back_and_is_not_given() {
    let mut nexts = BTreeSet::new();
    for way in all() {
        for open in way.opens() {
            for given in [false, true].into_iter().take(1 + usize::from(way.p.in_the_home())) {
                let says = way.says_of(CalledBack { parcel: true, home: true }, open, given, way.now);
                let d = way.d.as_ref().map(|d| d.state);
                let told = format!("{} {d:?} {open:?} {given}: {says:?}", way.p.state);
                let lets = |event: &Of| d.is_some_and(|d| d.apply(event, way.now).is_ok());
                let on = [Next::PickUp, Next::Bring, Next::TryAgain, Next::Decide, Next::Count, Next::Give];
                assert!(!on.contains(&says.next), "{told}");
                match says.next {
                    Next::TakeBack => {
                        assert!(says.turn == Turn::Pharmacy && lets(&Of::TakeBack { destroyed: false }), "{told}")
                    }
                    Next::BringBack => {
                        assert!(says.turn == Turn::Courier && lets(&Of::GiveBack), "{told}");
                        assert_eq!(says.reason, Some(Reason::Recall), "{told}");
                    }
                    Next::Nothing => assert!(says.turn == Turn::Nobody && open.is_none(), "{told}"),
                    _ => {}
                }
                let at_the_counter = matches!(d, Some(D::AwaitingCourier | D::Accepted));
                let moving = matches!(way.p.state, P::Packed | P::InDelivery);
                if moving && at_the_counter {
                    assert_eq!((says.next, says.reason, says.late), (Next::TakeBack, Some(Reason::Recall), false));
                }
                if way.p.state == P::Delivered && !given && open.is_none() {
                    assert_eq!((says.next, says.reason), (Next::Nothing, Some(Reason::Recall)), "{told}");
                }
                nexts.insert(says.next.as_str());
            }
        }
    }
    for next in [Next::TakeBack, Next::BringBack, Next::Nothing, Next::Settle] {
        assert!(nexts.contains(next.as_str()), "no way came to {next}");
    }
}
