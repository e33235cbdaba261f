//! Residents from files.

use yunzhen_domain::records::ObservationSource;
use yunzhen_domain::registry::duplicates::Likeness;
use yunzhen_domain::registry::import::Format;
use yunzhen_relay::app::views::resident_imports::ResidentImport;
use yunzhen_relay::app::views::residents::ResidentQuery;
use yunzhen_relay::app::{AppError, duplicates, residents};
use yunzhen_relay::seed;

use crate::registry::{number, paths};
use crate::world::World;

fn file(content: String) -> ResidentImport {
    ResidentImport { format: Format::Csv, content, home_id: None, skip_bad: false }
}

fn lines(rows: &[String]) -> String {
    format!("姓名,身份证号,床位,过敏\n{}\n", rows.join("\n"))
}

async fn count(w: &World) -> usize {
    residents::list(&w.app, &w.by(&w.nurse), ResidentQuery::default()).await.unwrap().items.len()
}

#[tokio::test]
async fn a_dry_run_lists_everything_and_keeps_nothing() {
    let w = World::new().await;
    let known = residents::get(&w.app, &w.by(&w.nurse), w.resident("王秀英").await.id).await.unwrap();
    let (a, b) = (number("19400229", "101"), number("19410301", "102"));
    let content = lines(&[
        format!("吉田,{a},310-1,无"),
        format!("吉田,{a},310-2,无"),
        format!("王秀英,{},310-4,", number("19410506", "888")),
        format!("{},{b},310-3,", "王".repeat(300)),
        "王\u{202e}五,110105194912310021,,".to_owned(),
        "短行".to_owned(),
    ]);
    let before = count(&w).await;
    let report = residents::dry_run_import(&w.app, &w.by(&w.nurse), file(content.clone())).await.unwrap();
    assert!(report.dry_run && report.total == 6);
    let registered: Vec<_> =
        report.registered.iter().map(|r| (r.place.as_str(), r.twin.as_ref().map(|t| t.resident_id))).collect();
    assert_eq!(registered, [("line 2", None), ("line 4", Some(Some(known.id)))], "a name and a birth date may be two");
    let duplicates: Vec<_> = report.duplicates.iter().map(|d| (d.place.as_str(), d.likeness)).collect();
    assert_eq!(duplicates, [("line 3", Likeness::IdNumber)]);
    assert_eq!(report.duplicates[0].same_as_place.as_deref(), Some("line 2"));
    let bad: Vec<(&str, Vec<&str>)> =
        report.bad.iter().map(|b| (b.place.as_str(), b.reasons.iter().map(|r| r.field.as_str()).collect())).collect();
    assert_eq!(bad, [("line 5", vec!["name"]), ("line 6", vec!["name", "bed", "id_number"]), ("line 7", vec![""])]);
    assert_eq!(count(&w).await, before);
    let refused = paths(residents::import(&w.app, &w.by(&w.nurse), file(content.clone())).await);
    assert_eq!(refused[0], "line 5: name");
    assert_eq!(count(&w).await, before, "one bad line and nothing is kept");
    let skipping = ResidentImport { skip_bad: true, ..file(content) };
    let ctx = w.by(&w.nurse);
    let done = residents::import(&w.app, &ctx, skipping.clone()).await.unwrap();
    assert_eq!((done.registered.len(), count(&w).await), (2, before + 2));
    let again = residents::import(&w.app, &ctx, skipping.clone()).await.unwrap();
    assert_eq!(again, done, "a lost answer is answered again");
    let anew = paths(residents::import(&w.app, &w.by(&w.nurse), skipping).await);
    assert_eq!(anew, ["content"], "under another key everybody is known");
    assert_eq!(count(&w).await, before + 2);
}

#[tokio::test]
async fn twins_of_a_file_and_of_the_record_are_registered_and_an_administrator_is_asked() {
    let w = World::new().await;
    let pairs = async || duplicates::list(&w.app, &w.by(&w.administrator), None).await.unwrap().items;
    let before = pairs().await.len();
    let content = lines(&[
        format!("吉田,{},310-1,无", number("19400229", "101")),
        format!("吉 田,{},310-2,无", number("19400229", "303")),
        format!("王秀英,{},310-3,无", number("19410506", "888")),
    ]);
    let dry = residents::dry_run_import(&w.app, &w.by(&w.nurse), file(content.clone())).await.unwrap();
    assert_eq!((dry.registered.len(), pairs().await.len()), (3, before), "a dry run asks nobody");
    let ctx = w.by(&w.nurse);
    let done = residents::import(&w.app, &ctx, file(content.clone())).await.unwrap();
    let places: Vec<_> = done.registered.iter().map(|r| r.twin.as_ref().map(|t| t.same_as_place.as_deref())).collect();
    assert_eq!(places, [None, Some(Some("line 2")), Some(None)]);
    let found = pairs().await;
    assert_eq!(found.len(), before + 2);
    let ids: Vec<_> = done.registered.iter().map(|r| r.id.unwrap()).collect();
    let of = |id| found.iter().filter(|p| p.residents.iter().any(|r| r.id == id)).collect::<Vec<_>>();
    assert!(of(ids[0]).len() == 1 && of(ids[0])[0].id == of(ids[1])[0].id, "the two of the file");
    assert!(of(ids[2])[0].residents.iter().any(|r| r.id != ids[2]), "and who was there before");
    residents::import(&w.app, &ctx, file(content)).await.unwrap();
    assert_eq!(pairs().await.len(), before + 2, "a lost answer asks nobody twice");
}

#[tokio::test]
async fn a_bundle_brings_medicines_and_vital_signs_or_nothing_at_all() {
    let w = World::new().await;
    let bundle = |unit: &str| {
        let subject = serde_json::json!({"reference": "Patient/p1"});
        let content = serde_json::json!({"resourceType": "Bundle", "entry": [
            {"resource": {"resourceType": "Patient", "id": "p1", "name": [{"text": "吉田"}], "identifier": [{"value": number("19400229", "101")}]}},
            {"resource": {"resourceType": "MedicationStatement", "status": "active", "subject": subject, "effectiveDateTime": "2025-03-01",
                "medicationCodeableConcept": {"coding": [{"system": "https://yunzhen.dev/fhir/drug", "code": "amlodipine-5mg"}]}}},
            {"resource": {"resourceType": "Observation", "status": "final", "subject": subject, "effectiveDateTime": "2026-11-20T08:00:00+08:00",
                "code": {"coding": [{"system": "http://loinc.org", "code": "8867-4"}]}, "valueQuantity": {"value": 88, "code": unit}}},
            {"resource": {"resourceType": "Observation", "status": "final", "subject": subject, "effectiveDateTime": "2026-11-20T08:00:00+08:00",
                "code": {"coding": [{"system": "http://loinc.org", "code": "85354-9"}]}, "component": [
                    {"code": {"coding": [{"system": "http://loinc.org", "code": "8480-6"}]}, "valueQuantity": {"value": 142, "code": "mm[Hg]"}}]}},
        ]});
        ResidentImport { format: Format::Fhir, content: content.to_string(), home_id: None, skip_bad: true }
    };
    let before = count(&w).await;
    let report = residents::dry_run_import(&w.app, &w.by(&w.nurse), bundle("1/d")).await.unwrap();
    let bad: Vec<_> = report.bad.iter().map(|b| (b.place.as_str(), b.reasons[0].field.as_str())).collect();
    assert_eq!(bad, [("Patient/p1", "observations[0].unit")]);
    let nobody = paths(residents::import(&w.app, &w.by(&w.nurse), bundle("1/d")).await);
    assert_eq!((nobody, count(&w).await), (vec!["content".to_owned()], before), "nobody is half there");
    let done = residents::import(&w.app, &w.by(&w.nurse), bundle("/min")).await.unwrap();
    assert_eq!((done.registered[0].medicines, done.registered[0].observations), (1, 2));
    let chart = residents::get(&w.app, &w.by(&w.nurse), done.registered[0].id.unwrap()).await.unwrap();
    assert_eq!(chart.medicines[0].drug_id.as_ref().map(|d| d.0.as_str()), Some("amlodipine-5mg"));
    let mut signs: Vec<_> = chart.last_observations.iter().map(|o| (o.code.as_str(), o.source)).collect();
    signs.sort_unstable_by_key(|sign| sign.0);
    assert_eq!(signs, [("8480-6", ObservationSource::Import), ("8867-4", ObservationSource::Import)]);
    let measured = chart.last_observations[0].measured_at.0;
    assert_eq!(measured, "2026-11-20T00:00:00Z".parse().unwrap(), "when it was measured, not when it came");
}

#[tokio::test]
async fn a_bundle_and_a_home_for_the_administrator() {
    let w = World::new().await;
    let bundle = serde_json::json!({"resourceType": "Bundle", "entry": [
        {"resource": {"resourceType": "Patient", "id": "p1", "name": [{"text": "吉田"}], "gender": "male",
            "identifier": [{"value": number("19400229", "101")}]}},
        {"resource": {"resourceType": "AllergyIntolerance", "patient": {"reference": "Patient/p1"}, "code": {"text": "青霉素"}}},
    ]});
    let import =
        |home_id| ResidentImport { format: Format::Fhir, content: bundle.to_string(), home_id, skip_bad: false };
    assert_eq!(paths(residents::import(&w.app, &w.by(&w.administrator), import(None)).await), ["home_id"]);
    let done = residents::import(&w.app, &w.by(&w.administrator), import(Some(seed::HOME_2))).await.unwrap();
    let id = done.registered[0].id.unwrap();
    let chart = residents::get(&w.app, &w.by(&w.nurse_of_other_home), id).await.unwrap();
    assert_eq!((chart.allergies, chart.bed.as_str()), (vec!["青霉素".to_owned()], "待分配"));
    assert_eq!(paths(residents::import(&w.app, &w.by(&w.nurse), import(Some(seed::HOME_2))).await), ["home_id"]);
    let doctor = residents::import(&w.app, &w.by(&w.specialist), import(None)).await;
    assert!(matches!(doctor, Err(AppError::NotFound)));
}
