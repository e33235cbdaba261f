use super::*;
use crate::doses::tests::{at, delivery, item, prescription};
use crate::machines::delivery::State as D;
use crate::machines::prescription::State as P;
use crate::records::{Pack, Recall, TimelineStep};

mod ways;

fn step(name: &str, time: &str) -> TimelineStep {
    let at = at(&format!("2026-11-23T{time}:00Z"));
    TimelineStep { step: name.to_owned(), at, who: String::new(), who_id: None, why: None }
}

fn chain(p: &Prescription, d: Option<&Delivery>, first_dose: Option<&str>, now: &str) -> DoorToDose {
    let now = at(&format!("2026-11-23T{now}:00Z"));
    let first_dose = first_dose.map(|time| at(&format!("2026-11-23T{time}:00Z")));
    let parcel = d.map(|d| Parcel::new(d, &[], &[]));
    door_to_dose(p, parcel, CalledBack::default(), first_dose, &Policy::default(), now).unwrap()
}

fn written(state: P, steps: &[(&str, &str)]) -> Prescription {
    let timeline = steps.iter().map(|(name, time)| step(name, time)).collect();
    Prescription { state, timeline, ..prescription(vec![item(crate::dosage::Frequency::Qd, 7)]) }
}

fn done(chain: &DoorToDose) -> Vec<&'static str> {
    chain.steps.iter().filter(|step| step.at.is_some()).map(|step| step.stage.as_str()).collect()
}

#[test]
fn the_whole_way_with_what_was_late_on_it() {
    let steps = [
        ("sign", "02:00"),
        ("claim", "02:05"),
        ("approve", "02:20"),
        ("accept", "02:55"),
        ("dispense", "03:00"),
        ("pack", "03:30"),
        ("hand_over", "04:00"),
        ("deliver", "05:10"),
    ];
    let p = written(P::Delivered, &steps);
    let mut d = delivery(D::Received, None, Vec::new());
    d.timeline = vec![step("accept", "03:50"), step("pick_up", "04:00"), step("arrive", "05:00")];
    let open = chain(&p, Some(&d), None, "06:00");
    assert_eq!((open.turn, open.late), (Turn::Nurse, false));
    assert_eq!(done(&open), ["signed", "approved", "accepted", "packed", "handed_over", "at_the_door", "counted"]);
    let late: Vec<Stage> = open.steps.iter().filter(|step| step.late).map(|step| step.stage).collect();
    assert_eq!(late, [Stage::Accepted], "thirty-five minutes instead of thirty");
    let closed = chain(&p, Some(&d), Some("13:00"), "14:00");
    assert_eq!((closed.turn, closed.late, done(&closed).len()), (Turn::Nobody, false, 8));
}

#[test]
fn whose_turn_it_is_in_every_state() {
    let turns: Vec<String> = P::ALL
        .iter()
        .filter(|state| **state != P::Draft)
        .map(|state| format!("{state}: {}", chain(&written(*state, &[("sign", "02:00")]), None, None, "02:10").turn))
        .collect();
    insta::assert_snapshot!(turns.join("\n"));
    let on_the_road = written(P::InDelivery, &[("sign", "02:00")]);
    let turn = |state| chain(&on_the_road, Some(&delivery(state, None, Vec::new())), None, "02:10").turn;
    assert_eq!(
        (turn(D::InTransit), turn(D::AtDoor), turn(D::Quarantined)),
        (Turn::Courier, Turn::Nurse, Turn::Pharmacy)
    );
    let draft = Prescription { signed_at: None, ..written(P::Draft, &[]) };
    let none = CalledBack::default();
    assert_eq!(door_to_dose(&draft, None, none, None, &Policy::default(), at("2026-11-23T02:00:00Z")), None);
}

#[test]
fn only_the_open_step_is_late_and_nothing_is_once_it_ended() {
    let signed = |state| written(state, &[("sign", "02:00")]);
    assert!(!chain(&signed(P::Signed), None, None, "02:30").late);
    let late = chain(&signed(P::Signed), None, None, "02:31");
    assert!(late.late && late.steps.iter().filter(|step| step.late).count() == 1);
    assert!(!chain(&signed(P::Cancelled), None, None, "09:00").late);
}

#[test]
fn a_parcel_that_came_back_opens_its_steps_again_and_a_part_that_arrived_does_not() {
    let steps =
        [("sign", "02:00"), ("approve", "02:10"), ("accept", "02:20"), ("pack", "02:30"), ("hand_over", "02:40")];
    let back = [&steps[..], &[("return", "04:00")]].concat();
    let mut d = delivery(D::Returned, None, Vec::new());
    d.timeline = vec![step("arrive", "03:00")];
    let open = chain(&written(P::Returned, &back), Some(&d), None, "04:10");
    assert_eq!((done(&open), open.turn), (vec!["signed", "approved"], Turn::Pharmacy));
    assert!(open.late, "the pharmacies have had it since the approval");
    let part = [&steps[..], &[("deliver_part", "04:00"), ("pack", "05:00")]].concat();
    let open = chain(&written(P::Packed, &part), None, Some("04:30"), "05:10");
    assert_eq!((done(&open).len(), open.turn), (8, Turn::Courier), "the rest is on its way; the first dose was given");
}

/// The time at the door became that of the count once the rest was packed, and the courier of the rest had no time to come.
#[test]
fn the_parcel_of_the_rest_has_a_time_and_leaves_those_of_the_first_as_they_are() {
    let first = [
        ("sign", "02:00"),
        ("approve", "02:10"),
        ("accept", "02:20"),
        ("pack", "02:30"),
        ("hand_over", "02:40"),
        ("deliver_part", "03:10"),
    ];
    let packed = |more: &[(&str, &str)], state| written(state, &[&first[..], &[("pack", "04:00")], more].concat());
    let (waiting, moving) = (packed(&[], P::Packed), packed(&[("hand_over", "04:20")], P::InDelivery));
    let mut came = delivery(D::Discrepancy, None, Vec::new());
    came.timeline = vec![step("pick_up", "02:40"), step("arrive", "03:00"), step("receive_discrepancy", "03:10")];
    let rest = |state, timeline| Delivery {
        created_at: at("2026-11-23T04:00:00Z"),
        timeline,
        ..delivery(state, None, Vec::new())
    };
    let says = |p: &Prescription, rest: &Delivery, first_dose: Option<&str>, now: &str| {
        let time = |time: &str| at(&format!("2026-11-23T{time}:00Z"));
        let all = [came.clone(), rest.clone()];
        let parcel = Some(Parcel::new(rest, &all, &[]));
        let first_dose = first_dose.map(time);
        door_to_dose(p, parcel, CalledBack::default(), first_dose, &Policy::default(), time(now)).unwrap()
    };
    let policy = Policy::default();
    let pick_up = at("2026-11-23T04:00:00Z") + allowance(Stage::HandedOver, &policy);
    let door = at("2026-11-23T04:20:00Z") + allowance(Stage::AtTheDoor, &policy);
    let count = at("2026-11-23T05:00:00Z") + allowance(Stage::Counted, &policy);

    // The first dose is next, and the courier is expected beside it.
    let at_the_counter = rest(D::AwaitingCourier, Vec::new());
    let both = says(&waiting, &at_the_counter, None, "04:01");
    assert_eq!((both.turn, both.next, both.reason), (Turn::Nurse, Next::Give, Some(Reason::Part)));
    let expected = Rest { turn: Turn::Courier, next: Next::PickUp, due_by: Some(pick_up), late: false };
    assert_eq!((both.rest, both.in_a_line()), (Some(expected), (Turn::Nurse, false)));
    assert_eq!(both.steps[Stage::AtTheDoor as usize].at, Some(at("2026-11-23T03:00:00Z")), "not the count's 03:10");
    let overdue = says(&waiting, &at_the_counter, None, "10:00");
    assert_eq!((overdue.late, overdue.in_a_line()), (false, (Turn::Courier, true)), "only the courier is late");
    assert_eq!(both.becomes_late(), Some((pick_up, Turn::Courier)), "the first dose is due later");
    assert_eq!(overdue.becomes_late(), None);

    // Once it was given, there is only the courier.
    let alone = says(&waiting, &at_the_counter, Some("03:30"), "10:00");
    assert_eq!((alone.turn, alone.next, alone.rest), (Turn::Courier, Next::PickUp, None));
    assert_eq!((alone.due_by, alone.late), (Some(pick_up), true));
    let on_the_road = rest(D::InTransit, vec![step("pick_up", "04:20")]);
    let road = says(&moving, &on_the_road, Some("03:30"), "04:30");
    assert_eq!((road.next, road.due_by, road.late), (Next::Bring, Some(door), false));
    assert_eq!(road.becomes_late(), Some((door, Turn::Courier)));
    let there = rest(D::AtDoor, vec![step("pick_up", "04:20"), step("arrive", "05:00")]);
    let counting = says(&moving, &there, Some("03:30"), "05:01");
    assert_eq!((counting.turn, counting.next, counting.due_by), (Turn::Nurse, Next::Count, Some(count)));
    assert_eq!(counting.steps[Stage::AtTheDoor as usize].at, Some(at("2026-11-23T03:00:00Z")));

    // A courier of the first parcel who never said "arrived": the count says when, and no later parcel does.
    came.timeline.retain(|step| step.step != "arrive");
    let all = [came, there.clone()];
    let parcel = Some(Parcel::new(&there, &all, &[]));
    let now = at("2026-11-23T05:01:00Z");
    let silent = door_to_dose(&moving, parcel, CalledBack::default(), None, &policy, now).unwrap();
    assert_eq!(silent.steps[Stage::AtTheDoor as usize].at, Some(at("2026-11-23T03:10:00Z")));
}

fn words(text: &str) -> Option<Sensitive<String>> {
    Some(Sensitive::new(text.to_owned()))
}

/// The chain said "Courier's turn, at the door due by …" of a parcel that the nurse had sent back.
#[test]
fn a_parcel_that_the_nurse_refused_is_the_pharmacy_s_to_take_in() {
    let steps =
        [("sign", "02:00"), ("approve", "02:10"), ("accept", "02:20"), ("pack", "02:30"), ("hand_over", "02:40")];
    let p = written(P::InDelivery, &steps);
    let mut d = delivery(D::Refused, None, Vec::new());
    d.timeline = vec![step("pick_up", "02:40"), step("arrive", "03:00"), step("refuse", "03:05")];
    d.comment = Some("外包装破损".into());
    let refused = chain(&p, Some(&d), None, "06:00");
    assert_eq!((refused.turn, refused.next, refused.reason), (Turn::Pharmacy, Next::TakeBack, Some(Reason::Refused)));
    assert_eq!(refused.note, words("外包装破损"));
    assert_eq!(done(&refused), ["signed", "approved", "accepted", "packed", "handed_over", "at_the_door"]);
    assert_eq!(refused.current, None, "nobody brings it and nobody counts it");
    assert!(refused.steps.iter().all(|step| step.at.is_some() || step.due_by.is_none()));
    assert_eq!((refused.due_by, refused.late), (Some(at("2026-11-23T06:05:00Z")), false), "three hours to come back");
    assert!(chain(&p, Some(&d), None, "06:06").late);
    // Taken in: the next pharmacy reads why.
    let back = written(P::Returned, &[&steps[..], &[("return", "04:00")]].concat());
    d.state = D::Returned;
    let again = chain(&back, Some(&d), None, "04:10");
    assert_eq!((again.turn, again.next, again.current), (Turn::Pharmacy, Next::Accept, Some(Stage::Accepted)));
    assert_eq!((again.reason, again.note), (Some(Reason::Refused), words("外包装破损")));
}

/// The step of the count was drawn as the current one.
#[test]
fn a_parcel_that_was_withdrawn_at_the_door_is_counted_by_nobody() {
    let steps = [
        ("sign", "02:00"),
        ("approve", "02:10"),
        ("accept", "02:20"),
        ("pack", "02:30"),
        ("hand_over", "02:40"),
        ("cancel", "03:02"),
    ];
    let mut d = delivery(D::Recalled, None, Vec::new());
    d.timeline = vec![step("pick_up", "02:40"), step("arrive", "03:00"), step("cancel", "03:02")];
    let withdrawn = chain(&written(P::Cancelled, &steps), Some(&d), None, "03:10");
    assert_eq!((withdrawn.turn, withdrawn.next), (Turn::Pharmacy, Next::TakeBack));
    assert_eq!((withdrawn.reason, withdrawn.current), (Some(Reason::Withdrawn), None));
    d.state = D::Returned;
    d.timeline.push(step("take_back", "04:00"));
    let over = chain(&written(P::Cancelled, &steps), Some(&d), None, "09:00");
    assert_eq!((over.turn, over.next, over.late, over.due_by), (Turn::Nobody, Next::Nothing, false, None));
}

#[test]
fn a_failed_attempt_opens_the_door_again_and_says_why() {
    let steps =
        [("sign", "02:00"), ("approve", "02:10"), ("accept", "02:20"), ("pack", "02:30"), ("hand_over", "02:40")];
    let mut d = delivery(D::OnHold, None, Vec::new());
    d.timeline = vec![step("pick_up", "02:40"), step("arrive", "03:00"), step("fail_attempt", "03:10")];
    let (code, reason) = (crate::machines::delivery::AttemptCode::Nobody, Some("按了三次铃".to_owned()));
    d.attempts = vec![crate::records::Attempt { at: at("2026-11-23T03:10:00Z"), code, reason }];
    let again = chain(&written(P::InDelivery, &steps), Some(&d), None, "05:41");
    assert_eq!((again.turn, again.next, again.current), (Turn::Courier, Next::TryAgain, Some(Stage::AtTheDoor)));
    assert_eq!((again.reason, again.note.clone()), (Some(Reason::AttemptFailed), words("按了三次铃")));
    assert_eq!(again.attempt, Some(code), "the reader's language says it, the words only add to it");
    assert_eq!((again.due_by, again.late), (Some(at("2026-11-23T05:40:00Z")), true), "the time for the way is over");
    d.state = D::AtDoor;
    d.timeline.push(step("resume", "03:20"));
    d.timeline.push(step("arrive", "03:30"));
    let there = chain(&written(P::InDelivery, &steps), Some(&d), None, "03:40");
    assert_eq!((there.turn, there.current, there.reason), (Turn::Nurse, Some(Stage::Counted), None));
    assert_eq!(there.attempt, None);
    assert_eq!(there.steps[Stage::AtTheDoor as usize].at, Some(at("2026-11-23T03:30:00Z")));
}

#[test]
fn what_came_is_called_back_when_every_batch_of_it_is() {
    use crate::checked::Batch;
    use crate::formulary::DrugId;
    let drug = || DrugId("amlodipine-5mg".to_owned());
    let pack = |item_no: u16, batch: &str| Pack {
        item_no,
        name: String::new(),
        name_en: None,
        quantity: 7,
        unit: "片".to_owned(),
        batch: batch.to_owned(),
        expiry: jiff::civil::date(2028, 1, 31),
        drug_id: Some(drug()),
        substitution: None,
    };
    let counted = |item_no, quantity, damaged| crate::records::Count { item_no, quantity, damaged };
    let parcel = |packs: Vec<Pack>, counts| Delivery { packs, ..delivery(D::Received, None, counts) };
    let recall = Recall {
        id: crate::ids::RecallId::from_uuid(uuid::Uuid::nil()),
        version: 1,
        state: crate::machines::recall::State::Completed,
        drug_id: drug(),
        batch: Batch::parse("B1").unwrap(),
        level: crate::machines::recall::Level::First,
        reason: String::new(),
        authority: String::new(),
        announced_on: jiff::civil::date(2026, 11, 22),
        pharmacy_id: None,
        declared_by: crate::ids::StaffId::from_uuid(uuid::Uuid::nil()),
        declared_at: at("2026-11-23T02:00:00Z"),
        closed: None,
        withdrawn: None,
    };
    let recalls = [recall];
    let of = |parcels: &[Delivery]| CalledBack::of(parcels.last(), parcels, &recalls);
    let all = parcel(vec![pack(1, "B1")], vec![counted(1, 7, 0)]);
    assert_eq!(of(std::slice::from_ref(&all)), CalledBack { parcel: true, home: true });
    let other = parcel(vec![pack(1, "B1"), pack(2, "B2")], vec![counted(1, 7, 0), counted(2, 7, 0)]);
    assert_eq!(of(&[other]), CalledBack { parcel: true, home: false }, "the other line is given");
    let broken = parcel(vec![pack(1, "B1"), pack(2, "B2")], vec![counted(1, 7, 0), counted(2, 7, 7)]);
    assert!(of(&[broken]).home, "of the other line nothing came whole");
    let next = parcel(vec![pack(1, "B2")], Vec::new());
    assert_eq!(of(&[all, next]), CalledBack { parcel: false, home: true }, "what is on its way has not come");
    assert_eq!(CalledBack::of(None, &[], &recalls), CalledBack::default());
}
