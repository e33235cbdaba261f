//! Referrals: from the end of remote care to the report in the record, and every way that does not get there.

use jiff::{SignedDuration, Timestamp};
use yunzhen_domain::audit::EventKind;
use yunzhen_domain::machines::consultation::State as Visit;
use yunzhen_domain::machines::referral::State;
use yunzhen_domain::machines::transport::State as Ride;
use yunzhen_domain::records::{Carrier, NoteKind, TransportNeed, Urgency, Vehicle};
use yunzhen_relay::app::views::common::{ReasonBody, VersionBody};
use yunzhen_relay::app::views::referrals::{
    AcceptReferralBody, AnswerBody, NewReferral, QuestionBody, Referral, ReferralAppointment, ReferralContent,
    ReferralQuery, ReferralUpdate, ReportBody, StoppedConsultation,
};
use yunzhen_relay::app::views::residents::NewNote;
use yunzhen_relay::app::views::transports::{ConfirmTransportBody, NewTransport};
use yunzhen_relay::app::{AppError, consultations, referrals, residents, transports};
use yunzhen_store::audit;

use crate::world::World;

fn because(version: i64, reason: &str) -> ReasonBody {
    ReasonBody { version, reason: reason.to_owned() }
}

fn content() -> ReferralContent {
    ReferralContent {
        urgency: Urgency::Urgent,
        diagnosis_code: Some("I10".into()),
        reason: "血压 210/120，伴视物模糊".into(),
        hospital: String::new(),
        department: "心内科".into(),
    }
}

async fn stopped(w: &World) -> StoppedConsultation {
    let c = w.in_progress("王秀英").await;
    let reason = because(c.version, "血压 210/120，伴视物模糊");
    consultations::stop(&w.app, &w.by(&w.specialist), c.id, reason).await.unwrap()
}

async fn sent(w: &World) -> Referral {
    let opened = stopped(w).await.referral;
    let update = ReferralUpdate { version: opened.version, content: content() };
    let draft = referrals::change(&w.app, &w.by(&w.specialist), opened.id, update).await.unwrap();
    let body = VersionBody { version: draft.summary.version };
    referrals::send(&w.app, &w.by(&w.specialist), opened.id, body).await.unwrap()
}

fn appointment(at: Timestamp) -> ReferralAppointment {
    ReferralAppointment {
        at: at.into(),
        department: "心内科".into(),
        place: "门诊楼 3 层 12 诊室".into(),
        doctor: Some("陈建国".into()),
        instruction: Some("空腹，带既往心电图".into()),
    }
}

async fn accepted(w: &World) -> Referral {
    let r = sent(w).await.summary;
    let at = w.now() + SignedDuration::from_hours(20);
    let body = AcceptReferralBody { version: r.version, appointment: appointment(at) };
    referrals::accept(&w.app, &w.by(&w.other_specialist), r.id, body).await.unwrap()
}

async fn kinds(w: &World, prefixes: &[&str]) -> Vec<&'static str> {
    let mut db = w.app.store.read().await.unwrap();
    let rows = audit::after(&mut db, 0, 10_000).await.unwrap();
    let names = rows.iter().map(|row| row.fact.kind.as_str());
    names.filter(|name| prefixes.iter().any(|prefix| name.starts_with(prefix))).collect()
}

#[tokio::test]
async fn stopping_remote_care_opens_the_referral_in_the_same_transaction() {
    let w = World::new().await;
    let c = w.in_progress("王秀英").await;
    let empty = consultations::stop(&w.app, &w.by(&w.specialist), c.id, because(c.version, " ")).await;
    assert!(matches!(empty, Err(AppError::Invalid(_))));
    let none = referrals::list(&w.app, &w.by(&w.nurse), ReferralQuery::default()).await.unwrap();
    assert!(none.items.is_empty());
    let ctx = w.by(&w.specialist);
    let reason = || because(c.version, "血压 210/120");
    let done = consultations::stop(&w.app, &ctx, c.id, reason()).await.unwrap();
    let again = consultations::stop(&w.app, &ctx, c.id, reason()).await.unwrap();
    assert_eq!(done, again, "a retry opens no second referral");
    assert_eq!(done.consultation.state, Visit::StoppedInPerson);
    let r = &done.referral;
    assert_eq!((r.state, r.urgency, r.reason.as_str()), (State::Drafted, Urgency::Urgent, "血压 210/120"));
    assert_eq!(r.hospital, "云溪市第一人民医院");
    let seen = consultations::get(&w.app, &w.by(&w.nurse), c.id).await.unwrap();
    assert_eq!(seen.referrals.iter().map(|r| r.id).collect::<Vec<_>>(), [r.id]);
    assert_eq!(
        kinds(&w, &["consultation.stopped", "referral.drafted"]).await,
        ["consultation.stopped_in_person", "referral.drafted"]
    );
}

#[tokio::test]
async fn the_whole_way_there_and_back_into_the_record() {
    let w = World::new().await;
    let r = sent(&w).await;
    let id = r.summary.id;
    let hospital = || w.by(&w.other_specialist);
    let seen = referrals::see(&w.app, &hospital(), id, VersionBody { version: r.summary.version }).await.unwrap();
    let question = QuestionBody { version: seen.summary.version, question: "是否服用抗凝药？".into() };
    let asked = referrals::ask_information(&w.app, &hospital(), id, question).await.unwrap();
    assert_eq!(asked.summary.state, State::InformationRequested);
    let answer = AnswerBody { version: asked.summary.version, answer: "没有".into() };
    let told = referrals::answer_information(&w.app, &w.by(&w.nurse), id, answer).await.unwrap();
    assert_eq!((told.summary.state, told.questions[0].answer.as_deref()), (State::Seen, Some("没有")));
    let at = w.now() + SignedDuration::from_hours(20);
    let body = AcceptReferralBody { version: told.summary.version, appointment: appointment(at) };
    let booked = referrals::accept(&w.app, &hospital(), id, body).await.unwrap();

    let ride = NewTransport {
        resident_id: r.summary.resident.id,
        referral_id: Some(id),
        vehicle: Vehicle::Ambulance,
        destination: String::new(),
        pick_up_at: (w.now() + SignedDuration::from_hours(18)).into(),
        needs: vec![TransportNeed::Stretcher, TransportNeed::Oxygen, TransportNeed::Stretcher],
    };
    let ride = transports::request(&w.app, &w.by(&w.nurse), ride).await.unwrap();
    assert!(ride.summary.destination.contains("门诊楼 3 层"), "{}", ride.summary.destination);
    assert_eq!(ride.summary.needs.len(), 2);
    let carrier = Carrier { name: "云溪急救".into(), phone: "120".into(), plate: None };
    let body = ConfirmTransportBody { version: ride.summary.version, carrier };
    let ride = transports::confirm(&w.app, &w.by(&w.nurse), ride.summary.id, body).await.unwrap();
    let body = VersionBody { version: ride.summary.version };
    let ride = transports::depart(&w.app, &w.by(&w.nurse), ride.summary.id, body).await.unwrap();
    assert_eq!(ride.summary.state, Ride::UnderWay);
    let on_the_way = referrals::get(&w.app, &w.by(&w.nurse), id).await.unwrap();
    assert_eq!(on_the_way.summary.state, State::UnderWay, "the ride sets the referral out");
    assert_eq!(on_the_way.summary.version, booked.summary.version + 1);
    let body = VersionBody { version: ride.summary.version };
    transports::arrive(&w.app, &w.by(&w.nurse), ride.summary.id, body).await.unwrap();

    let report = ReportBody {
        version: on_the_way.summary.version,
        findings: "高血压急症，静脉降压后 150/85".into(),
        diagnosis_codes: vec!["I10".into()],
        advice: "氨氯地平加至 10 mg，三日后远程复诊".into(),
    };
    let done = referrals::report(&w.app, &hospital(), id, report).await.unwrap();
    assert_eq!((done.summary.state, done.allowed), (State::Done, Vec::new()));
    assert_eq!(done.report.unwrap().diagnoses[0].display_zh, "原发性高血压");
    let chart = residents::get(&w.app, &w.by(&w.nurse), r.summary.resident.id).await.unwrap();
    assert_eq!(chart.referrals[0].state, State::Done);
    let note = chart.notes.iter().find(|n| n.kind == NoteKind::ReferralReport).unwrap();
    assert!(note.text.contains("高血压急症") && note.text.contains("三日后"), "{}", note.text);
    insta::assert_snapshot!(kinds(&w, &["referral.", "transport."]).await.join("\n"));
}

#[tokio::test]
async fn what_the_hospital_needs_is_asked_for_before_it_is_sent() {
    let w = World::new().await;
    let opened = stopped(&w).await.referral;
    let bare = referrals::send(&w.app, &w.by(&w.specialist), opened.id, VersionBody { version: opened.version }).await;
    assert!(matches!(bare, Err(AppError::Invalid(f)) if f[0].path == "department"));
    let wrong = [
        (ReferralContent { diagnosis_code: Some("Z99.99".into()), ..content() }, "content.diagnosis_code"),
        (ReferralContent { reason: String::new(), ..content() }, "content.reason"),
        (ReferralContent { department: "科".repeat(101), ..content() }, "content.department"),
    ];
    for (content, path) in wrong {
        let update = ReferralUpdate { version: opened.version, content };
        let refused = referrals::change(&w.app, &w.by(&w.specialist), opened.id, update).await;
        assert!(matches!(refused, Err(AppError::Invalid(f)) if f[0].path == path), "{path}");
    }
}

#[tokio::test]
async fn a_nurse_drafts_and_a_specialist_answers_for_it() {
    let w = World::new().await;
    let resident_id = w.resident("周福生").await.id;
    let new = || NewReferral {
        resident_id,
        consultation_id: None,
        content: ReferralContent { hospital: "云溪市第一人民医院".into(), ..content() },
    };
    let foreign = referrals::draft(&w.app, &w.by(&w.nurse_of_other_home), new()).await;
    assert!(matches!(foreign, Err(AppError::NotFound)));
    let draft = referrals::draft(&w.app, &w.by(&w.nurse), new()).await.unwrap();
    assert!(draft.summary.specialist.is_none());
    let body = || VersionBody { version: draft.summary.version };
    let by_nurse = referrals::send(&w.app, &w.by(&w.nurse), draft.summary.id, body()).await;
    assert!(matches!(by_nurse, Err(AppError::Forbidden)));
    let sent = referrals::send(&w.app, &w.by(&w.specialist), draft.summary.id, body()).await.unwrap();
    assert_eq!(sent.summary.specialist.unwrap().name, "陈建国");
    let note =
        NewNote { kind: NoteKind::ReferralReport, text: "自己写的报告".into(), written_at: w.now().into() };
    let forged = residents::write_note(&w.app, &w.by(&w.nurse), resident_id, note).await;
    assert!(matches!(forged, Err(AppError::Invalid(f)) if f[0].path == "kind"));
}

#[tokio::test]
async fn only_the_hospital_decides_and_where_it_has_no_account_the_referring_specialist_notes_its_word() {
    let w = World::new().await;
    let resident_id = w.resident("王秀英").await.id;
    let content = ReferralContent { hospital: "省立医院".into(), ..content() };
    let new = NewReferral { resident_id, consultation_id: None, content };
    let draft = referrals::draft(&w.app, &w.by(&w.specialist), new).await.unwrap();
    let id = draft.summary.id;
    let body = VersionBody { version: draft.summary.version };
    let sent = referrals::send(&w.app, &w.by(&w.specialist), id, body).await.unwrap();
    let seen = || VersionBody { version: sent.summary.version };
    assert!(matches!(referrals::see(&w.app, &w.by(&w.nurse), id, seen()).await, Err(AppError::Forbidden)));
    assert!(matches!(referrals::see(&w.app, &w.by(&w.other_specialist), id, seen()).await, Err(AppError::Forbidden)));
    let noted = referrals::see(&w.app, &w.by(&w.specialist), id, seen()).await.unwrap();
    let no = because(noted.summary.version, "床位已满");
    let refused = referrals::refuse(&w.app, &w.by(&w.specialist), id, no).await.unwrap();
    assert_eq!((refused.summary.state, refused.end_reason.as_deref()), (State::Refused, Some("床位已满")));
}

#[tokio::test]
async fn who_did_not_come_gets_another_appointment() {
    let w = World::new().await;
    let r = accepted(&w).await.summary;
    let missed = || because(r.version, "老人拒绝外出");
    let early = referrals::miss_appointment(&w.app, &w.by(&w.nurse), r.id, missed()).await;
    assert!(matches!(early, Err(AppError::Invalid(_))));
    w.pass(SignedDuration::from_hours(21));
    let missed = referrals::miss_appointment(&w.app, &w.by(&w.nurse), r.id, missed()).await.unwrap();
    assert_eq!(missed.summary.state, State::DidNotAttend);
    let past =
        AcceptReferralBody { version: missed.summary.version, appointment: appointment(r.appointment.unwrap().at.0) };
    let past = referrals::accept(&w.app, &w.by(&w.specialist), r.id, past).await;
    assert!(matches!(past, Err(AppError::Invalid(f)) if f[0].path == "appointment.at"));
    let next = w.now() + SignedDuration::from_hours(48);
    let body = AcceptReferralBody { version: missed.summary.version, appointment: appointment(next) };
    let again = referrals::accept(&w.app, &w.by(&w.specialist), r.id, body).await.unwrap();
    assert_eq!(again.summary.state, State::Accepted);
    let back = because(again.summary.version, "症状缓解");
    let gone = referrals::withdraw(&w.app, &w.by(&w.specialist), r.id, back).await.unwrap();
    assert_eq!(gone.summary.state, State::Withdrawn);
}

#[tokio::test]
async fn two_appointments_at_once_have_one_winner() {
    let w = World::new().await;
    let r = sent(&w).await.summary;
    let at = w.now() + SignedDuration::from_hours(20);
    let body = || AcceptReferralBody { version: r.version, appointment: appointment(at) };
    let (one, two) = (w.by(&w.specialist), w.by(&w.other_specialist));
    let (one, two) =
        tokio::join!(referrals::accept(&w.app, &one, r.id, body()), referrals::accept(&w.app, &two, r.id, body()),);
    let lost = [&one, &two].into_iter().filter(|r| matches!(r, Err(AppError::Stale { .. }))).count();
    assert_eq!((lost, [one.is_ok(), two.is_ok()].into_iter().filter(|ok| *ok).count()), (1, 1));
}

#[tokio::test]
async fn a_ride_can_be_called_off_and_is_the_home_s_own() {
    let w = World::new().await;
    let resident_id = w.resident("王秀英").await.id;
    let new = |destination: &str, hours| NewTransport {
        resident_id,
        referral_id: None,
        vehicle: Vehicle::Taxi,
        destination: destination.into(),
        pick_up_at: (w.now() + SignedDuration::from_hours(hours)).into(),
        needs: Vec::new(),
    };
    for (body, path) in
        [(new("", 1), "destination"), (new("急诊", -2), "pick_up_at"), (new("急诊", 9000), "pick_up_at")]
    {
        let refused = transports::request(&w.app, &w.by(&w.nurse), body).await;
        assert!(matches!(refused, Err(AppError::Invalid(f)) if f[0].path == path), "{path}");
    }
    let ride = transports::request(&w.app, &w.by(&w.nurse), new("云溪市第一人民医院急诊", 1)).await.unwrap();
    let id = ride.summary.id;
    assert!(matches!(transports::get(&w.app, &w.by(&w.nurse_of_other_home), id).await, Err(AppError::NotFound)));
    let off = || because(ride.summary.version, "家属自驾");
    assert!(matches!(transports::cancel(&w.app, &w.by(&w.specialist), id, off()).await, Err(AppError::Forbidden)));
    let off = transports::cancel(&w.app, &w.by(&w.nurse), id, off()).await.unwrap();
    assert_eq!((off.summary.state, off.end_reason.as_deref()), (Ride::Cancelled, Some("家属自驾")));
    assert_eq!(
        kinds(&w, &["transport."]).await,
        [EventKind::TransportRequested, EventKind::TransportCancelled].map(|k| k.as_str())
    );
}
