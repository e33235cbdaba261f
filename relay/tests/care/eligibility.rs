//! First visits: what the ledger proves, what may stand in for it, and how long after a consultation one may still prescribe.

use jiff::SignedDuration;
use jiff::civil::date;
use yunzhen_domain::audit::EventKind;
use yunzhen_domain::safety::{FindingKind, Severity};
use yunzhen_relay::app::views::common::VersionBody;
use yunzhen_relay::app::views::eligibility::{
    EligibilityQuery, JointConsultationUpdate, NewEligibilityFact, NewPresentDoctor, RevokeBody, Standing,
};
use yunzhen_relay::app::views::prescriptions::PrescriptionDraftUpdate;
use yunzhen_relay::app::{AppError, consultations, eligibility, joint_consultations, prescriptions};
use yunzhen_relay::seed;
use yunzhen_store::audit;

use crate::world::{World, draft};

/// What the ledger says of osteoporosis, which nobody saw 王秀英 for in person.
async fn bones(w: &World) -> Standing {
    let resident = w.resident("王秀英").await;
    let hospital = Some("云溪市第一人民医院".into());
    let query = EligibilityQuery { diagnosis_code: Some("M81.0".into()), hospital, ..Default::default() };
    let ledger = eligibility::get(&w.app, &w.by(&w.nurse), resident.id, query).await.unwrap();
    ledger.standings.into_iter().find(|s| s.diagnosis_code == "M81.0").unwrap()
}

fn seen() -> NewEligibilityFact {
    NewEligibilityFact {
        diagnosis_code: "M81.0".into(),
        seen_on: date(2026, 11, 20),
        evidence: "骨密度 T 值 -2.8".into(),
    }
}

async fn kinds(w: &World) -> Vec<EventKind> {
    let mut db = w.app.store.read().await.unwrap();
    audit::after(&mut db, 0, 10_000).await.unwrap().into_iter().map(|row| row.fact.kind).collect()
}

#[tokio::test]
async fn a_visit_in_person_opens_what_its_revocation_closes_again() {
    let w = World::new().await;
    let resident = w.resident("王秀英").await;
    let before = bones(&w).await;
    assert!(!before.eligible);
    let missing = before.missing.unwrap();
    assert_eq!(missing.kind, "visit");
    assert!(missing.message_zh.contains("（M81.0）") && missing.message_en.contains("M81.0"), "{missing:?}");

    let fact = eligibility::record(&w.app, &w.by(&w.specialist), resident.id, seen()).await.unwrap();
    assert_eq!((fact.clinician.as_str(), fact.hospital.as_str()), ("陈建国", "云溪市第一人民医院"));
    let open = bones(&w).await;
    assert!(open.eligible && open.seen_on == Some(date(2026, 11, 20)), "{open:?}");
    let c = w.in_progress("王秀英").await;
    let p = w.draft(c.id, draft("M81.0", &[("calcium-d3-600mg", 7)])).await;

    let reason = || RevokeBody { reason: "登记错了人".into() };
    let revoked = eligibility::revoke(&w.app, &w.by(&w.specialist), fact.id, reason()).await.unwrap();
    assert_eq!(revoked.revoked.unwrap().reason, "登记错了人");
    assert!(matches!(w.try_sign(&p).await, Err(AppError::Blocked(f)) if f[0].message_zh.contains("已被撤销")));
    assert_eq!(bones(&w).await.missing.unwrap().kind, "revoked");
    let twice = eligibility::revoke(&w.app, &w.by(&w.specialist), fact.id, reason()).await;
    assert!(matches!(twice, Err(AppError::NotPossible(_))));
    // The ledger keeps what was taken back.
    let query = EligibilityQuery::default();
    let ledger = eligibility::get(&w.app, &w.by(&w.nurse), resident.id, query).await.unwrap();
    assert_eq!(ledger.facts.iter().filter(|f| f.revoked.is_some()).map(|f| f.id).collect::<Vec<_>>(), [fact.id]);
    let audited = kinds(&w).await;
    for kind in [EventKind::EligibilityRecorded, EventKind::EligibilityRevoked] {
        assert_eq!(audited.iter().filter(|k| **k == kind).count(), 1, "{kind:?}");
    }
}

#[tokio::test]
async fn a_fact_counts_for_its_own_hospital_only() {
    let w = World::new().await;
    let resident = w.resident("王秀英").await;
    let query = EligibilityQuery { hospital: Some("云溪市中医院".into()), ..Default::default() };
    let ledger = eligibility::get(&w.app, &w.by(&w.nurse), resident.id, query).await.unwrap();
    let pressure = ledger.standings.iter().find(|s| s.diagnosis_code == "I10").unwrap();
    let missing = pressure.missing.as_ref().unwrap();
    assert_eq!(missing.kind, "visit_by_this_hospital");
    assert!(missing.message_zh.contains("云溪市第一人民医院") && missing.message_zh.contains("云溪市中医院"));
}

#[tokio::test]
async fn what_cannot_be_a_visit_is_refused_with_its_field() {
    let w = World::new().await;
    let resident = w.resident("王秀英").await;
    let wrong = [
        (NewEligibilityFact { diagnosis_code: "Z99.99".into(), ..seen() }, "diagnosis_code"),
        (NewEligibilityFact { seen_on: date(2026, 11, 24), ..seen() }, "seen_on"),
        (NewEligibilityFact { seen_on: date(1900, 1, 1), ..seen() }, "seen_on"),
        (NewEligibilityFact { evidence: "  ".into(), ..seen() }, "evidence"),
        (NewEligibilityFact { evidence: "字".repeat(2001), ..seen() }, "evidence"),
    ];
    for (body, path) in wrong {
        let refused = eligibility::record(&w.app, &w.by(&w.specialist), resident.id, body).await;
        let Err(AppError::Invalid(fields)) = refused else { panic!("{path} was taken") };
        assert_eq!(fields[0].path, path);
    }
    assert!(!bones(&w).await.eligible);
    assert!(matches!(
        eligibility::record(&w.app, &w.by(&w.nurse), resident.id, seen()).await,
        Err(AppError::Forbidden)
    ));
}

#[tokio::test]
async fn a_joint_consultation_needs_the_switch_and_a_doctor_in_the_room() {
    let w = World::new().await;
    let c = w.in_progress("王秀英").await;
    let p = w.draft(c.id, draft("M81.0", &[("calcium-d3-600mg", 7)])).await;
    let doctor = || NewPresentDoctor { name: "林医生".into(), licence: "110330100009999".into() };
    let off = joint_consultations::name_doctor(&w.app, &w.by(&w.nurse), c.id, doctor()).await;
    assert!(matches!(off, Err(AppError::JointConsultationOff)));

    let on = |version, allowed| JointConsultationUpdate { version, allowed, reason: "内设医务室许可证".into() };
    let home = seed::HOME_1;
    let by_nurse = joint_consultations::set(&w.app, &w.by(&w.nurse), home, on(0, true)).await;
    assert!(matches!(by_nurse, Err(AppError::Forbidden)));
    let switch = joint_consultations::set(&w.app, &w.by(&w.administrator), home, on(0, true)).await.unwrap();
    assert_eq!((switch.version, switch.allowed, switch.changed_by.unwrap().name.as_str()), (1, true, "孙磊"));
    let late = joint_consultations::set(&w.app, &w.by(&w.administrator), home, on(0, false)).await;
    assert!(matches!(late, Err(AppError::Stale { seen: 0, current: 1 })));
    assert!(matches!(w.try_sign(&p).await, Err(AppError::Blocked(_))), "the switch alone lifts nothing");

    let no_licence = NewPresentDoctor { licence: "11033010000999X".into(), ..doctor() };
    let refused = joint_consultations::name_doctor(&w.app, &w.by(&w.nurse), c.id, no_licence).await;
    assert!(matches!(refused, Err(AppError::Invalid(f)) if f[0].path == "licence"));
    let named = joint_consultations::name_doctor(&w.app, &w.by(&w.nurse), c.id, doctor()).await.unwrap();
    assert_eq!(named.institution, "松鹤养老院");
    let signed = w.try_sign(&p).await.unwrap();
    let said = signed.findings.iter().find(|f| f.kind == FindingKind::Eligibility).unwrap();
    assert_eq!(said.severity, Severity::Warn);
    assert!(said.message_zh.contains("林医生"), "the pharmacist reads who was there: {said:?}");

    // Off again, the same doctor lifts nothing.
    let p = w.draft(c.id, draft("M81.0", &[("calcium-d3-600mg", 7)])).await;
    joint_consultations::set(&w.app, &w.by(&w.administrator), home, on(1, false)).await.unwrap();
    assert!(matches!(w.try_sign(&p).await, Err(AppError::Blocked(_))));
    let audited = kinds(&w).await;
    for kind in
        [EventKind::JointConsultationAllowed, EventKind::JointConsultationForbidden, EventKind::PresentDoctorNamed]
    {
        assert_eq!(audited.iter().filter(|k| **k == kind).count(), 1, "{kind:?}");
    }
}

#[tokio::test]
async fn a_consultation_shows_which_proof_is_missing() {
    let w = World::new().await;
    let c = w.in_progress("王秀英").await;
    let seen = consultations::get(&w.app, &w.by(&w.specialist), c.id).await.unwrap();
    let shown = seen.eligibility.unwrap();
    assert_eq!(shown.standings[0].diagnosis_code, "M81.0", "missing proofs come first");
    assert_eq!(shown.standings.iter().filter(|s| s.eligible).count(), 3);
    assert!(!shown.joint_consultation_allowed && shown.present_doctors.is_empty());
}

#[tokio::test]
async fn a_day_after_its_end_nothing_more_is_written_or_signed() {
    let w = World::new().await;
    let c = w.in_progress("王秀英").await;
    let written = draft("I10", &[("amlodipine-5mg", 7)]);
    let p = w.draft(c.id, written.clone()).await;
    let done = VersionBody { version: c.version };
    consultations::complete(&w.app, &w.by(&w.specialist), c.id, done).await.unwrap();
    w.pass(SignedDuration::from_hours(23));
    let second = w.draft(c.id, written.clone()).await;
    assert!(second.allowed.contains(&"sign".to_owned()));
    w.pass(SignedDuration::from_hours(1));
    let late = |e: AppError| assert!(matches!(e, AppError::WritingTimeOver { hours: 24 }), "{e}");
    late(w.try_sign(&p).await.unwrap_err());
    late(prescriptions::create(&w.app, &w.by(&w.specialist), c.id, written.clone()).await.unwrap_err());
    let update = PrescriptionDraftUpdate {
        version: second.version,
        diagnosis_code: written.diagnosis_code,
        supply: written.supply,
        valid_days: written.valid_days,
        items: written.items,
        hard_stop_reason: None,
        assessment: None,
    };
    late(prescriptions::update(&w.app, &w.by(&w.specialist), second.id, update).await.unwrap_err());
    assert!(w.see(p.id).await.allowed.iter().all(|name| name != "sign" && name != "edit"));
    let seen = consultations::get(&w.app, &w.by(&w.specialist), c.id).await.unwrap();
    assert!(!seen.allowed.contains(&"prescriptions".to_owned()));
}
