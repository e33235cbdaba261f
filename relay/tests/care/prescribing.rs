//! What can be signed, by whom, for how long.

use jiff::SignedDuration;
use yunzhen_domain::documents::DocumentError;
use yunzhen_domain::dosage::Route;
use yunzhen_domain::machines::Refused;
use yunzhen_domain::machines::prescription::State;
use yunzhen_domain::records::{InvitationKind, RejectionCode, Supply, WRITE_OVER};
use yunzhen_domain::safety::{FindingKind as Kind, Severity};
use yunzhen_relay::app::views::calendars::ShareCalendar;
use yunzhen_relay::app::views::common::VersionBody;
use yunzhen_relay::app::views::consultations::NewInvitation;
use yunzhen_relay::app::views::prescriptions::{
    PrescriptionDraft, PrescriptionDraftUpdate, RejectBody, SignBody, SigningDocument,
};
use yunzhen_relay::app::{AppError, calendars, consultations, prescriptions};
use yunzhen_store::idempotency;

use crate::world::{World, draft};

async fn blocked_by(w: &World, resident: &str, written: PrescriptionDraft) -> Vec<Kind> {
    let c = w.in_progress(resident).await;
    let p = w.draft(c.id, written).await;
    match w.try_sign(&p).await {
        Err(AppError::Blocked(found)) => {
            assert!(found.iter().all(|f| f.severity == Severity::Block && !f.message_zh.is_empty()));
            // The draft says so as well, and going around the document does not help.
            assert!(p.findings.iter().any(|f| f.severity == Severity::Block));
            let body = SignBody { version: p.version, jws: w.specialist.sign("{}") };
            let direct = prescriptions::sign(&w.app, &w.by(&w.specialist), p.id, body).await;
            assert!(matches!(direct, Err(AppError::Blocked(_))));
            found.iter().map(|f| f.kind).collect()
        }
        other => panic!("not blocked: {other:?}"),
    }
}

#[tokio::test]
async fn unlawful_prescriptions_are_refused_with_their_reason() {
    let w = World::new().await;
    let wang = "王秀英";
    assert_eq!(blocked_by(&w, wang, draft("M81.0", &[("calcium-d3-600mg", 7)])).await, [Kind::Eligibility]);
    assert_eq!(blocked_by(&w, wang, draft("I10", &[("morphine-sr-10mg", 1)])).await, [Kind::Banned]);
    assert_eq!(blocked_by(&w, wang, draft("I10", &[("zolpidem-10mg", 1)])).await, [Kind::Banned]);
    assert_eq!(blocked_by(&w, wang, draft("I10", &[("amoxicillin-500mg", 5)])).await, [Kind::Allergy]);
    assert_eq!(blocked_by(&w, wang, draft("I10", &[("cefuroxime-250mg", 5)])).await, [Kind::Allergy]);
    assert_eq!(blocked_by(&w, wang, draft("I10", &[("amlodipine-5mg", 8)])).await, [Kind::Supply]);
    assert_eq!(blocked_by(&w, wang, draft("I10", &[])).await, [Kind::Items]);
    let valid_days = 4;
    let long = PrescriptionDraft { valid_days, ..draft("I10", &[("amlodipine-5mg", 7)]) };
    assert_eq!(blocked_by(&w, wang, long).await, [Kind::Validity]);
    let chronic = PrescriptionDraft { supply: Supply::Chronic, ..draft("I10", &[("insulin-glargine-300u", 28)]) };
    assert_eq!(blocked_by(&w, wang, chronic).await, [Kind::LongExclusion]);
    // Insulin by mouth was signed: the way was held against nothing.
    for (drug, route) in [("insulin-glargine-300u", Route::Oral), ("amlodipine-5mg", Route::Subcutaneous)] {
        let mut wrong = draft("I10", &[(drug, 7)]);
        wrong.items[0].route = route;
        assert_eq!(blocked_by(&w, wang, wrong).await, [Kind::Route], "{drug}");
    }
}

#[tokio::test]
async fn a_hard_stop_needs_a_reason_that_the_pharmacist_sees() {
    let w = World::new().await;
    let c = w.in_progress("王秀英").await;
    let twice = draft("I10", &[("amlodipine-5mg", 7), ("amlodipine-5mg", 7)]);
    let p = w.draft(c.id, twice.clone()).await;
    assert!(matches!(w.try_sign(&p).await, Err(AppError::ReasonNeeded(found)) if found[0].kind == Kind::Items));
    let PrescriptionDraft { diagnosis_code, supply, valid_days, items, assessment, .. } = twice;
    let hard_stop_reason = Some("早晚分开服用".to_owned());
    let version = p.version;
    let update =
        PrescriptionDraftUpdate { version, diagnosis_code, supply, valid_days, items, hard_stop_reason, assessment };
    let p2 = prescriptions::update(&w.app, &w.by(&w.specialist), p.id, update.clone()).await.unwrap();
    assert_eq!(p2.version, version + 1);
    let stale = prescriptions::update(&w.app, &w.by(&w.specialist), p.id, update.clone()).await;
    assert!(matches!(stale, Err(AppError::Stale { seen: 1, current: 2 })));
    let signed = w.try_sign(&p2).await.unwrap();
    let over = PrescriptionDraftUpdate { version: signed.version, ..update };
    let over = prescriptions::update(&w.app, &w.by(&w.specialist), p.id, over).await;
    assert!(matches!(over, Err(AppError::NotPossible(Refused { event: WRITE_OVER, .. }))), "{over:?}");
    let seen = prescriptions::get(&w.app, &w.by(&w.pharmacist), signed.id).await.unwrap();
    assert_eq!(seen.hard_stop_reason.as_deref(), Some("早晚分开服用"));
}

#[tokio::test]
async fn only_the_prescriber_s_own_signature_over_exactly_this_prescription() {
    let w = World::new().await;
    let c = w.in_progress("王秀英").await;
    let p = w.draft(c.id, draft("I10", &[("amlodipine-5mg", 7)])).await;
    let body = || VersionBody { version: p.version };
    let SigningDocument { document } =
        prescriptions::signing_document(&w.app, &w.by(&w.specialist), p.id, body()).await.unwrap();
    let try_with = async |jws: String| {
        let body = SignBody { version: p.version, jws };
        prescriptions::sign(&w.app, &w.by(&w.specialist), p.id, body).await
    };
    assert!(matches!(try_with(w.other_specialist.sign(&document)).await, Err(AppError::NotSigner)));
    assert!(matches!(try_with(w.pharmacist.sign(&document)).await, Err(AppError::NotSigner)));
    assert!(matches!(try_with("a.b.c".into()).await, Err(AppError::Signature(_))));
    let doubled = document.replace("\"quantity\":7", "\"quantity\":14");
    assert_ne!(doubled, document);
    let refused = try_with(w.specialist.sign(&doubled)).await;
    assert!(matches!(refused, Err(AppError::Document(DocumentError::Differs))));
    let other = prescriptions::signing_document(&w.app, &w.by(&w.other_specialist), p.id, body()).await;
    assert!(matches!(other, Err(AppError::Forbidden)));
    w.pass(SignedDuration::from_mins(11));
    assert!(matches!(try_with(w.specialist.sign(&document)).await, Err(AppError::Document(DocumentError::TooOld))));
    assert_eq!(w.see(p.id).await.state, State::Draft);
    // What is signed is what is stored, for anyone to verify.
    let signed = w.try_sign(&p).await.unwrap();
    let jws = &signed.signature.unwrap().jws;
    let verified = yunzhen_certs::jws::verify(jws, &w.app.signers, w.now()).unwrap();
    assert!(verified.payload.contains("\"quantity\":7") && verified.payload.contains("王秀英"));
}

#[tokio::test]
async fn only_who_claimed_it_reviews_it() {
    let w = World::new().await;
    let p = w.claim(&w.signed().await).await;
    let body = || VersionBody { version: p.version };
    let other = prescriptions::approval_document(&w.app, &w.by(&w.other_pharmacist), p.id, body()).await;
    assert!(matches!(other, Err(AppError::Forbidden)));
    let reject = RejectBody { version: p.version, code: RejectionCode::Dose, comment: "剂量偏大".into() };
    let other = prescriptions::reject(&w.app, &w.by(&w.other_pharmacist), p.id, reject.clone()).await;
    assert!(matches!(other, Err(AppError::Forbidden)));
    let rejected = prescriptions::reject(&w.app, &w.by(&w.pharmacist), p.id, reject).await.unwrap();
    assert_eq!((rejected.state, rejected.rejection.unwrap().code), (State::Rejected, RejectionCode::Dose));
}

#[tokio::test]
async fn past_its_last_day_it_is_worthless_with_or_without_the_job() {
    let w = World::new().await;
    let (approved, taken) = (w.approved().await, w.approved().await);
    let taken = w.accept(&taken).await;
    assert_eq!(prescriptions::expire(&w.app, w.now()).await.unwrap(), 0);
    w.pass(SignedDuration::from_hours(24));
    let body = VersionBody { version: approved.version };
    let late = prescriptions::accept(&w.app, &w.by(&w.pharmacy), approved.id, body).await;
    assert!(matches!(late, Err(AppError::Expired)));
    assert_eq!(prescriptions::expire(&w.app, w.now()).await.unwrap(), 1);
    assert_eq!(prescriptions::expire(&w.app, w.now()).await.unwrap(), 0);
    assert_eq!(w.see(approved.id).await.state, State::Expired);
    // What a pharmacy took in time it may finish.
    assert_eq!(w.see(taken.prescription.id).await.state, State::Dispensing);
    w.dispense(&taken).await;
}

#[tokio::test]
async fn nothing_is_prescribed_outside_of_a_consultation() {
    let w = World::new().await;
    let c = w.waiting("王秀英").await;
    let early = prescriptions::create(&w.app, &w.by(&w.specialist), c.id, draft("I10", &[])).await;
    assert!(matches!(early, Err(AppError::Forbidden)), "it is not this specialist's yet");
    let body = VersionBody { version: c.version };
    let c = consultations::begin(&w.app, &w.by(&w.specialist), c.id, body).await.unwrap();
    let p = w.draft(c.id, draft("I10", &[("amlodipine-5mg", 7)])).await;
    let reason = "须当面检查".to_owned();
    let stop = yunzhen_relay::app::views::common::ReasonBody { version: c.version, reason };
    consultations::stop(&w.app, &w.by(&w.specialist), c.id, stop).await.unwrap();
    assert!(matches!(w.try_sign(&p).await, Err(AppError::NotInProgress)));
}

#[tokio::test]
async fn answers_with_a_pin_a_secret_or_a_link_are_known_as_such() {
    let w = World::new().await;
    w.packed().await;
    calendars::share(&w.app, &w.by(&w.nurse), ShareCalendar {}).await.unwrap();
    let c = w.waiting("赵德明").await;
    let input = NewInvitation { kind: InvitationKind::Family, display_name: "王明（长子）".into() };
    consultations::invite(&w.app, &w.by(&w.nurse), c.id, input).await.unwrap();
    let later = w.now();
    let mut tx = w.app.store.write().await.unwrap();
    let secrets = idempotency::delete_secrets_older(&mut tx, later).await.unwrap();
    assert_eq!(secrets, 4, "acceptance, parcel, calendar, invitation; and no other answer");
}
