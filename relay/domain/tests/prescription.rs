//! The record of a prescription: questions, its place before the pharmacist.

#![allow(clippy::unwrap_used, reason = "a helper of a test fails as a test does")]

use jiff::Timestamp;
use yunzhen_domain::ids::{ConsultationId, HomeId, PrescriptionId, ResidentId, StaffId};
use yunzhen_domain::machines::prescription::{Event, State};
use yunzhen_domain::records::{Asker, Prescription, Supply, Urgency};

fn at(minute: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + minute * 60).unwrap()
}

fn signed(urgency: Urgency, minute: i64) -> Prescription {
    let nobody = uuid::Uuid::nil();
    let draft = Prescription {
        id: PrescriptionId::from_uuid(nobody),
        version: 1,
        state: State::Draft,
        consultation_id: ConsultationId::from_uuid(nobody),
        resident_id: ResidentId::from_uuid(nobody),
        home_id: HomeId::from_uuid(nobody),
        specialist_id: StaffId::from_uuid(nobody),
        diagnosis_code: "I10".into(),
        supply: Supply::Ordinary,
        urgency,
        valid_days: 1,
        valid_until: None,
        items: vec![],
        findings: vec![],
        hard_stop_reason: None,
        assessment: None,
        created_at: at(0),
        state_since: at(0),
        signed_at: None,
        signature: None,
        pharmacist_id: None,
        approved_at: None,
        approval: None,
        rejection: None,
        pharmacy_id: None,
        accept_secret: None,
        packs: vec![],
        delivery_id: None,
        offered: yunzhen_domain::offers::Offered::Everybody,
        supplied: vec![],
        questions: vec![],
        replaces: None,
        end_reason: None,
        timeline: vec![],
    };
    draft.apply(Event::Sign { specialist: StaffId::from_uuid(nobody) }, at(minute), ("陈立诚", None)).unwrap()
}

#[test]
fn urgent_stands_first_then_the_oldest_signature_and_nothing_where_nobody_reviews() {
    let mut queue = [
        signed(Urgency::Routine, 1),
        signed(Urgency::Urgent, 500_000),
        signed(Urgency::Routine, 2),
        signed(Urgency::Urgent, 3),
    ];
    queue.sort_by_key(Prescription::review_key);
    let order = queue.map(|p| (p.urgency, p.signed_at.unwrap()));
    assert_eq!(
        order,
        [
            (Urgency::Urgent, at(3)),
            (Urgency::Urgent, at(500_000)),
            (Urgency::Routine, at(1)),
            (Urgency::Routine, at(2))
        ]
    );
    let pharmacist = StaffId::from_uuid(uuid::Uuid::max());
    let p = signed(Urgency::Routine, 1);
    let place = p.review_key();
    let p = p.apply(Event::Claim { pharmacist }, at(9), ("周敏", None)).unwrap();
    assert_eq!(p.review_key(), place, "taking it does not make it younger");
    let p = p.apply(Event::Approve { pharmacist }, at(10), ("周敏", None)).unwrap();
    assert_eq!(p.review_key(), None);
}

#[test]
fn one_question_at_a_time_and_the_answer_belongs_to_the_last() {
    let pharmacist = StaffId::from_uuid(uuid::Uuid::max());
    let p = signed(Urgency::Routine, 1);
    assert!(p.clone().ask("早了".into(), at(2), "周敏", Asker::Staff(pharmacist)).is_err());
    let p = p.apply(Event::Claim { pharmacist }, at(2), ("周敏", None)).unwrap();
    let p = p.ask("一".into(), at(3), "周敏", Asker::Staff(pharmacist)).unwrap();
    assert!(p.clone().ask("二".into(), at(4), "周敏", Asker::Staff(pharmacist)).is_err());
    let p = p.answer("答一".into(), at(5), ("陈立诚", None)).unwrap();
    assert!(p.clone().answer("没人问".into(), at(6), ("陈立诚", None)).is_err());
    let p = p.ask("二".into(), at(7), "周敏", Asker::Staff(pharmacist)).unwrap();
    let said: Vec<_> = p.questions.iter().map(|q| (q.question.as_str(), q.answer.as_deref())).collect();
    assert_eq!(said, [("一", Some("答一")), ("二", None)]);
    assert_eq!((p.questions[0].answered_at, p.questions[1].asked_by), (Some(at(5)), Some(pharmacist)));
}
