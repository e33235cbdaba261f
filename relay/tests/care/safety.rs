//! The safety checks on a real record: what is in hand, prescribed elsewhere and measured counts, and what is signed past is counted.

use jiff::SignedDuration;
use yunzhen_domain::safety::{Finding, FindingKind as Kind, Outcome, Severity};
use yunzhen_relay::app::views::prescriptions::{Prescription, PrescriptionDraft, PrescriptionDraftUpdate};
use yunzhen_relay::app::views::safety::{SafetyOverride, SafetyOverrideQuery};
use yunzhen_relay::app::{AppError, prescriptions, safety};

use crate::world::{Person, World, draft};

/// Heart failure, atrial fibrillation, kidneys of stage 3; takes rivaroxaban, furosemide, spironolactone.
const ZHOU: &str = "周福生";
const WANG: &str = "王秀英";

async fn rewrite(w: &World, p: &Prescription, written: PrescriptionDraft, reason: Option<&str>) -> Prescription {
    let PrescriptionDraft { diagnosis_code, supply, valid_days, items, .. } = written;
    let hard_stop_reason = reason.map(str::to_owned);
    let version = p.version;
    let assessment = None;
    let update =
        PrescriptionDraftUpdate { version, diagnosis_code, supply, valid_days, items, hard_stop_reason, assessment };
    prescriptions::update(&w.app, &w.by(&w.specialist), p.id, update).await.unwrap()
}

async fn report(w: &World, person: &Person) -> Vec<SafetyOverride> {
    let query = SafetyOverrideQuery { days: None };
    safety::overrides(&w.app, &w.by(person), query).await.unwrap().items
}

fn by_rule<'a>(p: &'a Prescription, rule: &str) -> &'a Finding {
    p.findings
        .iter()
        .find(|f| f.rule_id.as_deref() == Some(rule))
        .unwrap_or_else(|| panic!("{rule}: {:#?}", p.findings))
}

#[tokio::test]
async fn the_record_s_medicines_diseases_and_kidneys_speak_and_the_pharmacist_hears() {
    let w = World::new().await;
    let c = w.in_progress(ZHOU).await;
    let ibuprofen = || draft("I50.9", &[("ibuprofen-sr-300mg", 7)]);
    let p = w.draft(c.id, ibuprofen()).await;
    let bleeding = by_rule(&p, "ix-anticoagulant-nsaid");
    assert_eq!((bleeding.severity, bleeding.kind, bleeding.item_no), (Severity::HardStop, Kind::Interaction, Some(1)));
    assert!(bleeding.message_zh.contains("在用的利伐沙班片") && bleeding.rule_version.is_some());
    assert_eq!(by_rule(&p, "hf-nsaid").kind, Kind::Elderly);
    let kidneys = by_rule(&p, "renal-nsaid-caution");
    assert_eq!((kidneys.kind, kidneys.creatinine_days), (Kind::Renal, Some(9)));
    assert!(kidneys.message_en.contains("Cockcroft–Gault"), "{}", kidneys.message_en);

    assert!(matches!(w.try_sign(&p).await, Err(AppError::ReasonNeeded(found)) if found.len() >= 3));
    let p = rewrite(&w, &p, ibuprofen(), Some("短期使用，已与家属沟通")).await;
    let signed = w.try_sign(&p).await.unwrap();
    let seen = prescriptions::get(&w.app, &w.by(&w.pharmacist), signed.id).await.unwrap();
    assert_eq!(seen.hard_stop_reason.as_deref(), Some("短期使用，已与家属沟通"));
    assert_eq!(by_rule(&seen, "ix-anticoagulant-nsaid").severity, Severity::HardStop);

    for person in [&w.administrator, &w.pharmacist] {
        let rows = report(&w, person).await;
        let row = rows.iter().find(|r| r.rule_id == "ix-anticoagulant-nsaid").unwrap();
        assert_eq!((row.spoke, row.overridden, row.severity), (1, 1, Severity::HardStop));
        assert!(row.message_zh.as_deref().is_some_and(|m| m.contains("出血")));
    }
    for person in [&w.nurse, &w.specialist, &w.pharmacy] {
        let refused = safety::overrides(&w.app, &w.by(person), SafetyOverrideQuery::default()).await;
        assert!(matches!(refused, Err(AppError::NotFound)), "hidden");
    }
    for days in [0, 367] {
        let query = SafetyOverrideQuery { days: Some(days) };
        let refused = safety::overrides(&w.app, &w.by(&w.administrator), query).await;
        assert!(matches!(refused, Err(AppError::Invalid(_))), "{days}");
    }
    w.pass(SignedDuration::from_hours(24 * 100));
    assert!(report(&w, &w.administrator).await.is_empty(), "a window of ninety days");
}

#[tokio::test]
async fn a_rule_that_was_heeded_counts_as_heeded_and_only_once_signed() {
    let w = World::new().await;
    let c = w.in_progress(ZHOU).await;
    let p = w.draft(c.id, draft("I50.9", &[("ibuprofen-sr-300mg", 7)])).await;
    let p = rewrite(&w, &p, draft("I50.9", &[("paracetamol-500mg", 7)]), None).await;
    assert!(report(&w, &w.administrator).await.is_empty(), "nothing is signed yet");
    w.try_sign(&p).await.unwrap();
    let rows = report(&w, &w.administrator).await;
    let row = rows.iter().find(|r| r.rule_id == "ix-anticoagulant-nsaid").unwrap();
    assert_eq!((row.spoke, row.overridden), (1, 0));
    assert!(rows.iter().all(|r| r.overridden == 0), "{rows:#?}");
}

#[tokio::test]
async fn another_prescription_that_still_lasts_is_seen_until_it_is_withdrawn() {
    let w = World::new().await;
    let signed = w.signed().await;
    let c = w.in_progress(WANG).await;
    let amlodipine = || draft("I10", &[("amlodipine-5mg", 7)]);
    let p = w.draft(c.id, amlodipine()).await;
    let overlap = by_rule(&p, "overlap-running");
    assert_eq!((overlap.outcome, overlap.severity), (Outcome::Alert, Severity::Warn));
    assert!(overlap.message_en.contains("7 days left"), "{}", overlap.message_en);
    let p = rewrite(&w, &p, amlodipine(), None).await;
    assert!(p.findings.iter().any(|f| f.kind == Kind::Overlap && f.outcome == Outcome::Alert));
    w.cancel(signed.id, signed.version).await.unwrap();
    let p = rewrite(&w, &p, amlodipine(), None).await;
    let overlaps: Vec<_> = p.findings.iter().filter(|f| f.kind == Kind::Overlap).map(|f| f.outcome).collect();
    // She takes it, by the home's list; how much is left nobody has said.
    assert_eq!(overlaps, [Outcome::InputMissing]);
}

#[tokio::test]
async fn a_creatinine_of_last_year_is_no_creatinine() {
    let w = World::new().await;
    // Of the other home; sitagliptin depends on the kidneys.
    let c = w.in_progress("高振华").await;
    let p = w.draft(c.id, draft("E11.9", &[("sitagliptin-100mg", 7)])).await;
    let renal: Vec<_> = p.findings.iter().filter(|f| f.kind == Kind::Renal).collect();
    assert_eq!(renal.len(), 1);
    assert_eq!((renal[0].outcome, renal[0].severity), (Outcome::InputMissing, Severity::Warn));
    assert!(renal[0].creatinine_days.is_some_and(|days| days > 365));
}

#[tokio::test]
async fn ordinary_care_of_the_demo_meets_no_hard_stop() {
    let w = World::new().await;
    // What the scenarios in the browser prescribe, to everybody who has been seen for it.
    for name in [WANG, "赵德明", "郑国强", "冯淑华", "陈阿福"] {
        let c = w.in_progress(name).await;
        let p = w.draft(c.id, draft("I10", &[("amlodipine-5mg", 7)])).await;
        let heavy: Vec<_> = p.findings.iter().filter(|f| f.severity >= Severity::HardStop).collect();
        assert!(heavy.is_empty(), "{name}: {heavy:#?}");
    }
}
