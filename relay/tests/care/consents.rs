//! Consents on the tablet: given, in force, missing, taken back.

use yunzhen_domain::audit::EventKind;
use yunzhen_domain::policy::Policy;
use yunzhen_domain::records::{ConsentGiver, ConsentKind, ConsentLack, RecordingAnswer, Signature, StopCause};
use yunzhen_relay::app::views::common::ReasonBody;
use yunzhen_relay::app::views::consents::{ConsentState, NewConsent, NewRecordingAnswer, RecordingQuestion};
use yunzhen_relay::app::{AppError, consents, consultations, recording_question, recordings, residents};

use crate::registry::paths;
use crate::world::World;

fn signed(w: &World, kind: ConsentKind) -> NewConsent {
    NewConsent {
        kind,
        text_version: 1,
        giver: ConsentGiver::Resident,
        giver_name: "赵德明".into(),
        giver_relation: None,
        signature: Signature::SvgPath("M10 10L20 20l5 5".into()),
        given_at: w.now().into(),
    }
}

fn of(states: &[ConsentState], kind: ConsentKind) -> bool {
    states.iter().find(|s| s.kind == kind).unwrap().in_force
}

#[tokio::test]
async fn a_visit_shows_what_is_missing_until_it_is_signed_and_after_it_is_taken_back() {
    let w = World::new().await;
    let c = w.waiting("赵德明").await;
    let id = c.resident.id;
    let missing = async || consultations::get(&w.app, &w.by(&w.specialist), c.id).await.unwrap().missing_consents;
    assert_eq!(missing().await, [ConsentKind::TeleConsultation]);
    let ctx = w.by(&w.nurse);
    let input = signed(&w, ConsentKind::TeleConsultation);
    let given = consents::give(&w.app, &ctx, id, input.clone()).await.unwrap();
    let again = consents::give(&w.app, &ctx, id, input).await.unwrap();
    assert_eq!(again.id, given.id, "a repeated signature of the spool is one consent");
    assert!(missing().await.is_empty());
    let listed = consents::list(&w.app, &w.by(&w.specialist), id).await.unwrap();
    assert!(of(&listed.now, ConsentKind::TeleConsultation));
    assert!(!of(&listed.now, ConsentKind::Recording), "each kind by itself");
    let revoke = |version| ReasonBody { version, reason: "不愿意再远程看病".into() };
    let stale = consents::revoke(&w.app, &w.by(&w.nurse), given.id, revoke(9)).await;
    assert!(matches!(stale, Err(AppError::Stale { .. })));
    let hidden = consents::revoke(&w.app, &w.by(&w.nurse_of_other_home), given.id, revoke(1)).await;
    assert!(matches!(hidden, Err(AppError::NotFound)));
    let revoked = consents::revoke(&w.app, &w.by(&w.nurse), given.id, revoke(1)).await.unwrap();
    assert!(revoked.revoked_at.is_some());
    assert_eq!(missing().await, [ConsentKind::TeleConsultation]);
    let twice = consents::revoke(&w.app, &w.by(&w.nurse), given.id, revoke(2)).await;
    assert!(matches!(twice, Err(AppError::NotPossible(_))));
    // A new signature is a new consent; the history keeps both.
    consents::give(&w.app, &w.by(&w.nurse), id, signed(&w, ConsentKind::TeleConsultation)).await.unwrap();
    let chart = residents::get(&w.app, &w.by(&w.nurse), id).await.unwrap();
    assert!(of(&chart.consents, ConsentKind::TeleConsultation));
    let history = consents::list(&w.app, &w.by(&w.nurse), id).await.unwrap().history;
    assert_eq!(history.iter().filter(|c| c.revoked_at.is_some()).count(), 1);
    assert_eq!((history.len(), history[0].witness_name.as_str()), (2, "李梅"));
}

#[tokio::test]
async fn who_lets_family_in_is_told_that_it_is_not_consented_to_or_was_taken_back() {
    let w = World::new().await;
    let c = w.waiting("赵德明").await;
    let id = c.resident.id;
    let lack = async || {
        let nurse_and_specialist = [w.by(&w.nurse), w.by(&w.specialist)];
        let mut told = Vec::new();
        for ctx in &nurse_and_specialist {
            told.push(consultations::get(&w.app, ctx, c.id).await.unwrap().family_consent_lack);
        }
        told
    };
    assert_eq!(lack().await, [Some(ConsentLack::NotGiven); 2]);
    let given = consents::give(&w.app, &w.by(&w.nurse), id, signed(&w, ConsentKind::FamilyPresent)).await.unwrap();
    assert_eq!(lack().await, [None::<ConsentLack>; 2]);
    let revoke = ReasonBody { version: given.version, reason: "不愿意家属在场".into() };
    consents::revoke(&w.app, &w.by(&w.nurse), given.id, revoke).await.unwrap();
    assert_eq!(lack().await, [Some(ConsentLack::Revoked); 2]);
}

#[tokio::test]
async fn what_is_wrong_with_a_consent_is_named() {
    let w = World::new().await;
    let id = w.resident("赵德明").await.id;
    let good = || signed(&w, ConsentKind::Recording);
    let past = |text: &str| text.parse::<jiff::Timestamp>().unwrap().into();
    for (input, expected) in [
        (NewConsent { text_version: 7, ..good() }, "text_version"),
        (NewConsent { giver_name: "王\u{202e}".into(), ..good() }, "giver_name"),
        (NewConsent { giver: ConsentGiver::Surrogate, ..good() }, "giver_relation"),
        (NewConsent { signature: Signature::SvgPath(String::new()), ..good() }, "signature"),
        (NewConsent { signature: Signature::SvgPath("<script>".into()), ..good() }, "signature"),
        (NewConsent { given_at: past("2200-01-01T00:00:00Z"), ..good() }, "given_at"),
        (NewConsent { given_at: past("1900-01-01T00:00:00Z"), ..good() }, "given_at"),
    ] {
        assert_eq!(paths(consents::give(&w.app, &w.by(&w.nurse), id, input).await), [expected]);
    }
    let seen = consents::list(&w.app, &w.by(&w.nurse), id).await.unwrap();
    assert!(seen.history.is_empty() && seen.now.len() == ConsentKind::ALL.len());
}

#[tokio::test]
async fn where_the_hospital_always_asks_nothing_is_recorded_without_a_yes_and_a_no_holds_nothing_up() {
    let mut w = World::new().await;
    w.app.policy = std::sync::Arc::new(Policy::from_toml("recording_question = 1").unwrap());
    let c = w.in_progress("赵德明").await;
    let question =
        async |w: &World| consultations::get(&w.app, &w.by(&w.nurse), c.id).await.unwrap().recording_question;
    assert_eq!(question(&w).await, Some(RecordingQuestion::default()), "it is to be asked");
    let say = |answer| NewRecordingAnswer { answer };
    let start = async |w: &World| recordings::start(&w.app, &w.by(&w.specialist), c.id, Ok(())).await;

    let unsigned = recording_question::answer(&w.app, &w.by(&w.nurse), c.id, say(RecordingAnswer::Agreed)).await;
    assert!(matches!(unsigned, Err(AppError::NoRecordingConsent)), "{unsigned:?}");
    consents::give(&w.app, &w.by(&w.nurse), c.resident.id, signed(&w, ConsentKind::Recording)).await.unwrap();
    assert!(matches!(start(&w).await, Err(AppError::NoRecordingConsent)), "signed, and not asked yet");

    let no = recording_question::answer(&w.app, &w.by(&w.nurse), c.id, say(RecordingAnswer::Refused)).await.unwrap();
    assert_eq!((no.answer, no.answered_by_name.as_deref()), (Some(RecordingAnswer::Refused), Some("李梅")));
    assert_eq!(question(&w).await, Some(no));
    assert!(matches!(start(&w).await, Err(AppError::NoRecordingConsent)));
    assert_eq!(w.count(EventKind::ConsultationRecordingRefused).await, 1);

    recording_question::answer(&w.app, &w.by(&w.nurse), c.id, say(RecordingAnswer::Agreed)).await.unwrap();
    let recording = start(&w).await.unwrap();
    recording_question::answer(&w.app, &w.by(&w.nurse), c.id, say(RecordingAnswer::Refused)).await.unwrap();
    recordings::settle(&w.app, w.now(), false).await.unwrap();
    let stopped = recordings::list(&w.app, &w.by(&w.specialist), c.id).await.unwrap();
    assert_eq!(stopped.items[0].id, recording.id);
    assert_eq!(stopped.items[0].stop_cause, Some(StopCause::ConsentRevoked));
    // Only who cares for the resident asks.
    for (who, hidden) in [(&w.nurse_of_other_home, true), (&w.specialist, false)] {
        let refused = recording_question::answer(&w.app, &w.by(who), c.id, say(RecordingAnswer::Refused)).await;
        assert!(matches!(refused, Err(AppError::NotFound)) == hidden && refused.is_err(), "{refused:?}");
    }
}

#[tokio::test]
async fn where_the_hospital_does_not_ask_the_signed_consent_is_enough_and_a_no_still_counts() {
    let w = World::new().await;
    let c = w.in_progress("赵德明").await;
    let read = consultations::get(&w.app, &w.by(&w.nurse), c.id).await.unwrap();
    assert_eq!(read.recording_question, None);
    consents::give(&w.app, &w.by(&w.nurse), c.resident.id, signed(&w, ConsentKind::Recording)).await.unwrap();
    let no = NewRecordingAnswer { answer: RecordingAnswer::Refused };
    recording_question::answer(&w.app, &w.by(&w.nurse), c.id, no).await.unwrap();
    let refused = recordings::start(&w.app, &w.by(&w.specialist), c.id, Ok(())).await;
    assert!(matches!(refused, Err(AppError::NoRecordingConsent)), "{refused:?}");
}
