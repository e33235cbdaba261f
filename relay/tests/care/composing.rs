//! What is typed on a line: every frequency, steps, units, bad numbers; favourites; the assessment of a long supply.

use yunzhen_domain::audit::EventKind;
use yunzhen_domain::dosage::Frequency;
use yunzhen_domain::machines::prescription::State;
use yunzhen_domain::records::{Assessment, ConsentGiver, Supply};
use yunzhen_domain::safety::{FindingKind as Kind, Outcome};
use yunzhen_relay::app::views::prescribing::{DraftStep, NewFavourite};
use yunzhen_relay::app::views::prescriptions::{DraftItem, PrescriptionDraft};
use yunzhen_relay::app::{AppError, favourites, prescriptions};

use crate::world::{World, draft};

fn line(change: impl FnOnce(&mut DraftItem)) -> PrescriptionDraft {
    let mut written = draft("I10", &[("amlodipine-5mg", 7)]);
    change(&mut written.items[0]);
    written
}

fn step(dose: f64, frequency: Frequency, days: u32) -> DraftStep {
    DraftStep { dose, frequency, days }
}

/// Two a day for three days, one and a half for three, every other day one for four.
fn tapered() -> PrescriptionDraft {
    line(|item| {
        (item.dose, item.days) = (2.0, 10);
        item.taper = vec![step(2.0, Frequency::Qd, 3), step(1.5, Frequency::Qd, 3), step(1.0, Frequency::Qod, 4)];
    })
}

#[tokio::test]
async fn bad_input_is_refused_in_words_and_nothing_is_stored() {
    let w = World::new().await;
    let c = w.in_progress("王秀英").await;
    let refused = async |written: PrescriptionDraft, field: &str| {
        let said = prescriptions::create(&w.app, &w.by(&w.specialist), c.id, written).await;
        let Err(AppError::Invalid(fields)) = said else { panic!("{field}: {said:?}") };
        assert_eq!(fields[0].path, format!("items[0].{field}"), "{fields:?}");
        assert!(!fields[0].message_zh.is_empty() && !fields[0].message_en.is_empty());
    };
    for dose in [0.0, -1.0, 1e9, 0.000_4, f64::NAN, f64::INFINITY] {
        refused(line(|i| i.dose = dose), "dose").await;
    }
    refused(line(|i| i.drug_id.0 = "unheard-of".into()), "drug_id").await;
    refused(line(|i| i.dose_unit = Some("克".into())), "dose_unit").await;
    refused(line(|i| i.quantity = Some(14)), "quantity").await;
    refused(line(|i| (i.frequency, i.quantity) = (Frequency::Prn, Some(1_000_000_000))), "quantity").await;
    refused(line(|i| i.most_per_day = Some(3)), "most_per_day").await;
    for most in [0, 7] {
        let when_needed = line(|i| (i.frequency, i.most_per_day) = (Frequency::Prn, Some(most)));
        refused(when_needed, "most_per_day").await;
    }
    for days in [0, 1_000_000_000] {
        refused(line(|i| i.days = days), "days").await;
    }
    refused(line(|i| i.hours_apart = Some(4)), "hours_apart").await;
    for hours in [0, 25] {
        let when_needed = line(|i| (i.frequency, i.quantity, i.hours_apart) = (Frequency::Prn, Some(7), Some(hours)));
        refused(when_needed, "hours_apart").await;
    }
    refused(line(|i| i.taper = vec![step(1.0, Frequency::Qd, 7)]), "taper").await;
    refused(line(|i| i.taper = vec![step(1.0, Frequency::Qd, 3), step(0.5, Frequency::Qd, 3)]), "days").await;
    refused(line(|i| i.taper = vec![step(2.0, Frequency::Qd, 3), step(0.5, Frequency::Qd, 4)]), "taper").await;
    refused(line(|i| i.taper = vec![step(1.0, Frequency::Qd, 7), step(0.0, Frequency::Qd, 4)]), "taper[1].dose").await;
    refused(line(|i| i.taper = vec![step(1.0, Frequency::Qd, 7), step(1.0, Frequency::Qd, 0)]), "taper[1].days").await;
    refused(line(|i| i.taper = [step(1.0, Frequency::Prn, 7)].repeat(2)), "taper[0].frequency").await;
    let never = PrescriptionDraft { valid_days: 0, ..line(|_| ()) };
    let said = prescriptions::create(&w.app, &w.by(&w.specialist), c.id, never).await;
    assert!(matches!(&said, Err(AppError::Invalid(fields)) if fields[0].path == "valid_days"), "{said:?}");
    assert_eq!(w.count(EventKind::PrescriptionDrafted).await, 0);
    let right = line(|i| (i.dose_unit, i.quantity) = (Some("片".into()), Some(7)));
    assert_eq!(w.draft(c.id, right).await.items[0].quantity, 7);
}

/// What had no limit a day counted as nothing, and the composer said nothing of the sum.
#[tokio::test]
async fn the_composer_asks_for_the_limit_of_a_day_that_a_sum_lacks() {
    let w = World::new().await;
    let c = w.in_progress("王秀英").await;
    let with = |most| {
        let mut written = draft("I10", &[("paracetamol-500mg", 7), ("paracetamol-500mg", 7)]);
        (written.items[1].frequency, written.items[1].quantity) = (Frequency::Prn, Some(7));
        written.items[1].most_per_day = most;
        written
    };
    let dose = async |most| {
        let findings = w.draft(c.id, with(most)).await.findings.into_iter();
        findings.filter(|f| f.kind == Kind::Dose && f.outcome != Outcome::Clear).collect::<Vec<_>>()
    };
    let asked = dose(None).await;
    let lines: Vec<_> = asked.iter().map(|f| (f.outcome, f.item_no)).collect();
    assert_eq!(lines, [(Outcome::InputMissing, Some(1)), (Outcome::InputMissing, Some(2))]);
    assert!(asked.iter().all(|f| f.message_zh.contains("对乙酰氨基酚片") && f.action_zh == "请填写每日最多次数"));
    assert!(dose(Some(2)).await.is_empty(), "1.5 g of the 2 g that a day may have");
}

#[tokio::test]
async fn every_frequency_is_counted_live_and_stored_as_it_was_counted() {
    let w = World::new().await;
    let c = w.in_progress("王秀英").await;
    let p = w.draft(c.id, line(|_| ())).await;
    for &frequency in Frequency::ALL {
        let written = line(|i| i.frequency = frequency);
        let preview =
            prescriptions::preview_findings(&w.app, &w.by(&w.specialist), p.id, written.clone()).await.unwrap();
        let stored = w.draft(c.id, written).await;
        let expected = frequency.pattern().map_or(0, |pattern| u32::try_from(pattern.doses(7)).unwrap());
        assert_eq!((&preview.quantities[..], stored.items[0].quantity), (&[expected][..], expected), "{frequency}");
    }
}

#[tokio::test]
async fn a_taper_is_counted_once_judged_by_its_strongest_step_and_signed_in_full() {
    let w = World::new().await;
    let c = w.in_progress("王秀英").await;
    let p = w.draft(c.id, PrescriptionDraft { supply: Supply::Chronic, ..tapered() }).await;
    assert_eq!((p.items[0].quantity, p.items[0].taper.len()), (13, 3), "6 + 4.5 + 2, rounded up once");
    // The line looks harmless by its last step; its first brings more than the label allows.
    let mut strong = tapered();
    (strong.items[0].dose, strong.items[0].taper[0].dose) = (4.0, 4.0);
    let preview = prescriptions::preview_findings(&w.app, &w.by(&w.specialist), p.id, strong).await.unwrap();
    let dose = preview.findings.iter().find(|f| f.kind == Kind::Dose && f.outcome == Outcome::Alert);
    assert!(dose.is_some(), "{:#?}", preview.findings);
    let signed = w.try_sign(&p).await.unwrap();
    let verified = yunzhen_certs::jws::verify(&signed.signature.unwrap().jws, &w.app.signers, w.now()).unwrap();
    assert!(verified.payload.contains("\"taper\":["), "{}", verified.payload);
}

#[tokio::test]
async fn more_than_four_weeks_need_an_assessment_that_is_signed_and_shown() {
    let w = World::new().await;
    let c = w.in_progress("王秀英").await;
    let mut long = PrescriptionDraft { supply: Supply::Chronic, ..draft("I10", &[("amlodipine-5mg", 56)]) };
    long.hard_stop_reason = Some("患者路远".into());
    let p = w.draft(c.id, long.clone()).await;
    let refused = w.try_sign(&p).await;
    assert!(matches!(&refused, Err(AppError::Blocked(found)) if found[0].kind == Kind::Supply), "{refused:?}");
    let assessed = |name: &str| Assessment {
        assessed: "近三月血压、依从性、肾功能".into(),
        result: "控制平稳，可续长期处方".into(),
        confirmed_by: ConsentGiver::Surrogate,
        confirmed_name: name.into(),
    };
    long.assessment = Some(assessed(" "));
    let refused = prescriptions::create(&w.app, &w.by(&w.specialist), c.id, long.clone()).await;
    assert!(matches!(refused, Err(AppError::Invalid(fields)) if fields[0].path == "assessment.confirmed_name"));
    long.assessment = Some(assessed("王明"));
    let p = w.draft(c.id, long).await;
    let signed = w.try_sign(&p).await.unwrap();
    assert_eq!(signed.state, State::Signed);
    let verified = yunzhen_certs::jws::verify(&signed.signature.unwrap().jws, &w.app.signers, w.now()).unwrap();
    assert!(verified.payload.contains("\"confirmed_name\":\"王明\""), "{}", verified.payload);
    let seen = prescriptions::get(&w.app, &w.by(&w.pharmacist), p.id).await.unwrap();
    assert_eq!(seen.assessment, Some(assessed("王明")));
}

#[tokio::test]
async fn the_composer_hears_the_policy_in_force_and_what_still_lasts() {
    let w = World::new().await;
    w.approved().await;
    let c = w.in_progress("王秀英").await;
    let facts = prescriptions::prescribing_facts(&w.app, &w.by(&w.specialist), c.id).await.unwrap();
    assert_eq!((facts.limits.items, facts.limits.supply_chronic_days), (5, 28));
    assert_eq!(facts.medicines.iter().filter_map(|m| m.days_left).collect::<Vec<_>>(), [7]);
    let prescribed = facts.medicines.iter().find(|m| m.until.is_some()).unwrap();
    assert!(prescribed.to_come, "what is approved is not in hand");
    assert!(facts.medicines.iter().any(|m| m.dose_text.is_some()), "what the record says is taken: {facts:?}");
    let other = prescriptions::prescribing_facts(&w.app, &w.by(&w.other_specialist), c.id).await;
    assert!(matches!(other, Err(AppError::Forbidden)));
    let tight = yunzhen_domain::policy::Policy::from_toml("supply_ordinary_days = 5").unwrap();
    let mut app = w.app.clone();
    app.policy = std::sync::Arc::new(tight);
    let facts = prescriptions::prescribing_facts(&app, &w.by(&w.specialist), c.id).await.unwrap();
    assert_eq!(facts.limits.supply_ordinary_days, 5);
}

#[tokio::test]
async fn a_favourite_is_kept_used_and_dropped_by_its_owner_only() {
    let w = World::new().await;
    let new = |name: &str| {
        let written = tapered();
        NewFavourite { name: name.into(), diagnosis_code: Some("I10".into()), supply: None, items: written.items }
    };
    let ctx = w.by(&w.specialist);
    let kept = favourites::save(&w.app, &ctx, new("降压递减")).await.unwrap();
    assert_eq!(favourites::save(&w.app, &ctx, new("降压递减")).await.unwrap(), kept, "the same key, the first answer");
    let twice = favourites::save(&w.app, &w.by(&w.specialist), new(" 降压递减 ")).await;
    assert!(matches!(twice, Err(AppError::Invalid(fields)) if fields[0].path == "name"));
    let nameless = favourites::save(&w.app, &w.by(&w.specialist), new("")).await;
    assert!(matches!(nameless, Err(AppError::Invalid(fields)) if fields[0].path == "name"));
    favourites::save(&w.app, &w.by(&w.other_specialist), new("降压递减")).await.unwrap();
    assert!(matches!(favourites::save(&w.app, &w.by(&w.nurse), new("x")).await, Err(AppError::NotFound)));
    let list = favourites::list(&w.app, &w.by(&w.specialist)).await.unwrap().items;
    assert_eq!((list.len(), list[0].items[0].taper.len(), list[0].unknown), (1, 3, 0));
    let other = favourites::delete(&w.app, &w.by(&w.other_specialist), kept.id).await;
    assert!(matches!(other, Err(AppError::NotFound)), "another's does not exist");
    favourites::delete(&w.app, &w.by(&w.specialist), kept.id).await.unwrap();
    assert_eq!(favourites::list(&w.app, &w.by(&w.specialist)).await.unwrap().items, []);
}
