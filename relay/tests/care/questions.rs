//! Questions to the prescriber, the queue of the pharmacists, and what they may know.

use jiff::SignedDuration;
use yunzhen_domain::audit::EventKind;
use yunzhen_domain::ids::PrescriptionId;
use yunzhen_domain::machines::prescription::State;
use yunzhen_domain::records::DeclineCode;
use yunzhen_domain::records::Urgency;
use yunzhen_relay::app::views::common::VersionBody;
use yunzhen_relay::app::views::consultations::NewConsultation;
use yunzhen_relay::app::views::dispenses::DeclineBody;
use yunzhen_relay::app::views::prescribing::{AnswerBody, AskBody};
use yunzhen_relay::app::views::prescriptions::{Accepted, Prescription, PrescriptionQuery};
use yunzhen_relay::app::{AppError, consultations, prescriptions};
use yunzhen_relay::jobs;

use crate::world::{Person, World, draft};

async fn ask(w: &World, by: &Person, p: &Prescription, question: &str) -> Result<Prescription, AppError> {
    let body = AskBody { version: p.version, question: question.into() };
    prescriptions::ask(&w.app, &w.by(by), p.id, body).await
}

async fn answer(w: &World, by: &Person, p: &Prescription, answer: &str) -> Result<Prescription, AppError> {
    let body = AnswerBody { version: p.version, answer: answer.into() };
    prescriptions::answer(&w.app, &w.by(by), p.id, body).await
}

fn may(p: &Prescription, command: &str) -> bool {
    p.allowed.iter().any(|allowed| allowed == command)
}

async fn seen_by(w: &World, person: &Person, id: PrescriptionId) -> Prescription {
    prescriptions::get(&w.app, &w.by(person), id).await.unwrap()
}

#[tokio::test]
async fn the_pharmacist_asks_the_prescriber_answers_and_the_review_goes_on() {
    let w = World::new().await;
    let p = w.claim(&w.signed().await).await;
    assert!(may(&p, "ask") && may(&p, "release"));
    let empty = ask(&w, &w.pharmacist, &p, "  ").await;
    assert!(matches!(empty, Err(AppError::Invalid(fields)) if fields[0].path == "question"));
    assert!(matches!(ask(&w, &w.other_pharmacist, &p, "?").await, Err(AppError::Forbidden)), "who reviews asks");
    assert!(matches!(ask(&w, &w.specialist, &p, "?").await, Err(AppError::Forbidden)), "nobody asks oneself");
    let p = ask(&w, &w.pharmacist, &p, "是否已停用原来的降压药？").await.unwrap();
    assert_eq!(p.state, State::InQuestion);
    // Nothing moves while it is open: no second question, no approval.
    assert!(matches!(ask(&w, &w.pharmacist, &p, "还有").await, Err(AppError::NotPossible(_))));
    let body = VersionBody { version: p.version };
    let signing = prescriptions::approval_document(&w.app, &w.by(&w.pharmacist), p.id, body).await;
    assert!(matches!(signing, Err(AppError::NotPossible(_))));
    assert!(matches!(answer(&w, &w.other_specialist, &p, "是").await, Err(AppError::Forbidden)));
    assert!(matches!(answer(&w, &w.pharmacist, &p, "是").await, Err(AppError::Forbidden)));
    assert!(may(&w.see(p.id).await, "answer"));
    let p = answer(&w, &w.specialist, &p, "已停用，仅服此药。").await.unwrap();
    assert_eq!((p.state, may(&p, "answer")), (State::InReview, false));
    let told = seen_by(&w, &w.pharmacist, p.id).await;
    assert_eq!(told.questions[0].answer.as_deref(), Some("已停用，仅服此药。"));
    // Again, and the pharmacist still sees the first one; the home sees none.
    let p = ask(&w, &w.pharmacist, &told, "剂量确认为 5 mg？").await.unwrap();
    let p = answer(&w, &w.specialist, &p, "确认。").await.unwrap();
    let told = seen_by(&w, &w.pharmacist, p.id).await;
    assert_eq!((told.questions.len(), told.questions[1].from_pharmacy), (2, false));
    assert_eq!(seen_by(&w, &w.nurse, p.id).await.questions, []);
    assert_eq!(w.approve(&told).await.state, State::Approved);
    assert_eq!((w.count(EventKind::PrescriptionAsked).await, w.count(EventKind::PrescriptionAnswered).await), (2, 2));
}

#[tokio::test]
async fn the_pharmacy_asks_on_its_own_and_reads_only_its_own() {
    let w = World::new().await;
    let p = w.claim(&w.signed().await).await;
    let p = ask(&w, &w.pharmacist, &p, "肾功能如何？").await.unwrap();
    let p = answer(&w, &w.specialist, &p, "稳定。").await.unwrap();
    let p = w.approve(&p).await;
    assert!(matches!(ask(&w, &w.pharmacy, &p, "?").await, Err(AppError::NotPossible(_))), "not taken yet");
    let accepted = w.accept(&p).await;
    let p = accepted.prescription.clone();
    assert!(may(&p, "ask"));
    assert!(
        matches!(ask(&w, &w.pharmacist, &p, "?").await, Err(AppError::NotPossible(_))),
        "not the pharmacist's any more"
    );
    let p = ask(&w, &w.pharmacy, &p, "同规格缺货，可否换 10 mg 半片？").await.unwrap();
    assert_eq!((p.state, p.questions.len()), (State::OnHold, 1));
    let held = Accepted { prescription: p.clone(), secret: accepted.secret.clone() };
    assert!(matches!(w.try_dispense(&held, 7).await, Err(AppError::NotPossible(_))));
    let body = DeclineBody { version: p.version, code: DeclineCode::OutOfStock, reason: None };
    let declined = prescriptions::decline(&w.app, &w.by(&w.pharmacy), p.id, body).await;
    assert!(matches!(declined, Err(AppError::NotPossible(_))), "the question is open");
    let p = answer(&w, &w.specialist, &p, "不换，等到货。").await.unwrap();
    assert_eq!((p.state, p.questions.len(), p.questions[1].from_pharmacy), (State::Dispensing, 2, true));
    let p = seen_by(&w, &w.pharmacy, p.id).await;
    assert_eq!(p.questions[0].answer.as_deref(), Some("不换，等到货。"));
    let accepted = w.accept(&p).await;
    w.dispense(&accepted).await;
}

#[tokio::test]
async fn a_review_given_back_is_anybody_s_again() {
    let w = World::new().await;
    let p = w.claim(&w.signed().await).await;
    let body = || VersionBody { version: p.version };
    let other = prescriptions::release(&w.app, &w.by(&w.other_pharmacist), p.id, body()).await;
    assert!(matches!(other, Err(AppError::Forbidden)));
    let ctx = w.by(&w.pharmacist);
    let free = prescriptions::release(&w.app, &ctx, p.id, body()).await.unwrap();
    assert_eq!((free.state, free.pharmacist.is_none()), (State::Signed, true));
    let again = prescriptions::release(&w.app, &ctx, p.id, body()).await.unwrap();
    assert_eq!(again, free, "the same key, the first answer");
    let body = VersionBody { version: free.version };
    let taken = prescriptions::claim(&w.app, &w.by(&w.other_pharmacist), p.id, body).await.unwrap();
    assert_eq!(taken.state, State::InReview);
}

#[tokio::test]
async fn the_queue_is_urgent_first_then_by_age_of_the_signature() {
    let w = World::new().await;
    let first = w.signed().await;
    let second = w.signed().await;
    let resident = w.resident("赵德明").await;
    let wish = NewConsultation { resident_id: resident.id, reason: "胸闷".into(), urgency: Urgency::Urgent };
    let c = consultations::request(&w.app, &w.by(&w.nurse), wish).await.unwrap();
    let body = VersionBody { version: c.version };
    consultations::begin(&w.app, &w.by(&w.specialist), c.id, body).await.unwrap();
    let code = yunzhen_relay::app::residents::get(&w.app, &w.by(&w.specialist), resident.id).await.unwrap().eligibility
        [0]
    .diagnosis_code
    .clone();
    let mut written = draft(&code, &[("amlodipine-5mg", 7)]);
    written.hard_stop_reason = Some("已评估".into());
    let p = w.draft(c.id, written).await;
    let urgent = w.try_sign(&p).await.unwrap();
    let queue = async || {
        let query = PrescriptionQuery { review: Some(true), ..Default::default() };
        let page = prescriptions::list(&w.app, &w.by(&w.pharmacist), query).await.unwrap();
        page.items.into_iter().map(|p| p.id).collect::<Vec<_>>()
    };
    assert_eq!(queue().await, [urgent.id, first.id, second.id]);
    // Taking one and asking about it does not make it younger.
    let claimed = w.claim(&first).await;
    ask(&w, &w.pharmacist, &claimed, "?").await.unwrap();
    assert_eq!(queue().await, [urgent.id, first.id, second.id]);
    w.approve(&w.claim(&urgent).await).await;
    assert_eq!(queue().await, [first.id, second.id]);
    let query = PrescriptionQuery { review: Some(true), ..Default::default() };
    let hidden = prescriptions::list(&w.app, &w.by(&w.pharmacy), query).await;
    assert!(matches!(hidden, Err(AppError::NotFound)), "a pharmacy has no queue of reviews");
}

/// A pharmacist whose window stayed open kept a prescription from all others, for as long as it was valid.
#[tokio::test]
async fn a_review_of_which_nothing_becomes_goes_back_and_another_pharmacist_takes_it() {
    let w = World::new().await;
    let p = w.signed().await;
    let claimed = w.claim(&p).await;
    let state = async || w.see(p.id).await.state;
    let turn = async |minutes| {
        w.pass(SignedDuration::from_mins(minutes));
        jobs::queue::run(&w.app, w.now()).await.unwrap();
    };
    turn(58).await;
    assert_eq!(state().await, State::InReview, "an hour is given");
    // Whoever asks and is answered has something made of it: the time begins anew.
    let asked = ask(&w, &w.pharmacist, &claimed, "?").await.unwrap();
    answer(&w, &w.specialist, &asked, "!").await.unwrap();
    turn(3).await;
    assert_eq!(state().await, State::InReview);
    turn(58).await;
    assert_eq!(state().await, State::Signed);
    assert_eq!(w.audited().await.last(), Some(&"prescription.released"));
    let body = VersionBody { version: w.see(p.id).await.version };
    let taken = prescriptions::claim(&w.app, &w.by(&w.other_pharmacist), p.id, body).await.unwrap();
    assert_eq!(taken.state, State::InReview);
    assert!(may(&taken, "approve"));
}

#[tokio::test]
async fn who_reviews_reads_the_safety_facts_and_the_read_is_audited() {
    let w = World::new().await;
    let running = w.approved().await;
    let p = w.signed().await;
    let look = async |person: &Person| prescriptions::review_facts(&w.app, &w.by(person), p.id).await;
    assert!(matches!(look(&w.pharmacist).await, Err(AppError::Forbidden)), "not taken for review yet");
    let claimed = w.claim(&p).await;
    let before = w.newest().await;
    let facts = look(&w.pharmacist).await.unwrap();
    assert!(facts.allergies_asked && !facts.allergies.is_empty() && !facts.conditions.is_empty(), "{facts:?}");
    assert!(facts.age > 70);
    let lasts = facts.medicines.iter().find(|m| m.until.is_some()).expect("the other prescription runs");
    assert_eq!((lasts.days_left, lasts.name.as_str()), (Some(7), running.items[0].drug.name_zh.as_str()));
    let audited = w.audited_of(facts_of(&w).await, before).await;
    assert_eq!(audited.iter().map(|f| f.kind).collect::<Vec<_>>(), [EventKind::ResidentSafetyFactsViewed]);
    assert!(matches!(look(&w.other_pharmacist).await, Err(AppError::Forbidden)));
    assert!(matches!(look(&w.pharmacy).await, Err(AppError::NotFound)));
    w.approve(&claimed).await;
    assert!(matches!(look(&w.pharmacist).await, Err(AppError::NotPossible(_))), "the review is over");
}

async fn facts_of(w: &World) -> yunzhen_domain::ids::ResidentId {
    w.resident("王秀英").await.id
}
