//! Residents from files.

use yunzhen_domain::registry::duplicates::Likeness;
use yunzhen_domain::registry::import::Format;
use yunzhen_relay::app::views::resident_imports::ResidentImport;
use yunzhen_relay::app::views::residents::ResidentQuery;
use yunzhen_relay::app::{AppError, residents};
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
        format!("王秀英,{},301-1,", number("19410506", "888")),
        format!("{},{b},310-3,", "王".repeat(300)),
        "王\u{202e}五,110105194912310021,,".to_owned(),
        "短行".to_owned(),
    ]);
    let before = count(&w).await;
    let report = residents::dry_run_import(&w.app, &w.by(&w.nurse), file(content.clone())).await.unwrap();
    assert!(report.dry_run && report.total == 6);
    assert_eq!(report.registered.iter().map(|r| r.place.as_str()).collect::<Vec<_>>(), ["line 2"]);
    let duplicates: Vec<_> = report.duplicates.iter().map(|d| (d.place.as_str(), d.likeness)).collect();
    assert_eq!(duplicates, [("line 3", Likeness::IdNumber), ("line 4", Likeness::NameAndBirthDate)]);
    assert_eq!(report.duplicates[0].same_as_place.as_deref(), Some("line 2"));
    assert_eq!(report.duplicates[1].resident_id, Some(known.id));
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
    assert_eq!((done.registered.len(), count(&w).await), (1, before + 1));
    let again = residents::import(&w.app, &ctx, skipping.clone()).await.unwrap();
    assert_eq!(again, done, "a lost answer is answered again");
    let anew = paths(residents::import(&w.app, &w.by(&w.nurse), skipping).await);
    assert_eq!(anew, ["content"], "under another key everybody is known");
    assert_eq!(count(&w).await, before + 1);
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
