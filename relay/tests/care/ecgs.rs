//! ECGs: kept once, as the recorder sent them, and read by whoever reads the chart.

use serde_json::json;
use yunzhen_domain::audit::EventKind;
use yunzhen_domain::ecg::{CODE, Lead, MDC};
use yunzhen_domain::fhir::{Kind, search::Search};
use yunzhen_domain::records::ObservationSource;
use yunzhen_domain::registry::import::Format;
use yunzhen_relay::app::views::ecgs::NewEcg;
use yunzhen_relay::app::views::resident_imports::ResidentImport;
use yunzhen_relay::app::{AppError, ecgs, fhir, residents};

use crate::registry::{number, paths};
use crate::world::World;

fn recording(w: &World) -> NewEcg {
    NewEcg {
        leads: vec![Lead::I, Lead::Ii],
        period_ms: 4.0,
        origin_mv: 0.0,
        factor_mv: 0.005,
        data: (0..500).map(|n| (n % 200).to_string()).collect::<Vec<_>>().join(" "),
        recorded_at: w.now().into(),
        device: "模拟心电仪".into(),
        clock_offset_ms: Some(-90_000),
    }
}

#[tokio::test]
async fn a_recording_arrives_once_and_comes_back_as_it_was_kept() {
    let w = World::new().await;
    let id = w.resident("王秀英").await.id;
    let sent = recording(&w);
    let ctx = w.by(&w.nurse);
    let start = w.newest().await;
    let kept = ecgs::record(&w.app, &ctx, id, sent.clone()).await.unwrap();
    let again = ecgs::record(&w.app, &ctx, id, sent.clone()).await.unwrap();
    assert_eq!(again, kept, "a lost answer and a retry are one record");
    let told = w.audited_of(id, start).await;
    assert_eq!(told.iter().filter(|f| f.kind == EventKind::ObservationsRecorded).count(), 1);
    assert_eq!((&kept.data, kept.clock_offset_ms), (&sent.data, Some(-90_000)));
    let listed = ecgs::list(&w.app, &w.by(&w.specialist), id).await.unwrap().items;
    assert_eq!(listed, std::slice::from_ref(&kept.summary));
    assert_eq!((listed[0].seconds, listed[0].source), (1.0, ObservationSource::Device));
    assert_eq!(ecgs::get(&w.app, &w.by(&w.specialist), kept.summary.id).await.unwrap(), kept);
    for stranger in [&w.nurse_of_other_home, &w.stranger, &w.pharmacist, &w.administrator] {
        assert!(matches!(ecgs::get(&w.app, &w.by(stranger), kept.summary.id).await, Err(AppError::NotFound)));
        assert!(matches!(ecgs::record(&w.app, &w.by(stranger), id, sent.clone()).await, Err(AppError::NotFound)));
    }

    // The same in FHIR, found among the vital signs and by its own code.
    let found = async |query: &str| {
        let query = [("patient".to_owned(), id.to_string()), ("code".to_owned(), query.to_owned())];
        let search = Search::parse(Kind::Observation, &query).unwrap();
        fhir::search(&w.app, &w.by(&w.nurse), Kind::Observation, &search).await.unwrap().resources
    };
    let resources = found(CODE).await;
    assert_eq!(resources.len(), 1);
    assert!(!found("8867-4").await.is_empty());
    let one = fhir::read(&w.app, &w.by(&w.nurse), Kind::Observation, &resources[0].id).await.unwrap();
    let one = serde_json::to_value(one).unwrap();
    assert_eq!(one["component"][1]["code"]["coding"][0]["code"], "131330");
    let data = one["component"][1]["valueSampledData"]["data"].as_str().unwrap();
    assert!(data.starts_with("1 3 5 7 ") && data.split(' ').count() == 250);
}

#[tokio::test]
async fn what_is_no_recording_is_refused_with_its_fields_and_nothing_is_kept() {
    let w = World::new().await;
    let id = w.resident("王秀英").await.id;
    let good = || recording(&w);
    for (bad, fields) in [
        (NewEcg { leads: vec![], ..good() }, vec!["leads"]),
        (NewEcg { period_ms: f64::INFINITY, ..good() }, vec!["period_ms"]),
        (NewEcg { factor_mv: 0.0, ..good() }, vec!["factor_mv"]),
        (NewEcg { origin_mv: 1e9, ..good() }, vec!["origin_mv"]),
        (NewEcg { data: "1 x".into(), ..good() }, vec!["data"]),
        (NewEcg { data: "1".into(), ..good() }, vec!["data"]),
        (NewEcg { clock_offset_ms: Some(i64::MIN), ..good() }, vec!["clock_offset_ms"]),
        (NewEcg { device: "\u{202e}".into(), data: String::new(), ..good() }, vec!["device", "data"]),
        (
            NewEcg { recorded_at: "2200-01-01T00:00:00Z".parse::<jiff::Timestamp>().unwrap().into(), ..good() },
            vec!["recorded_at"],
        ),
    ] {
        assert_eq!(paths(ecgs::record(&w.app, &w.by(&w.nurse), id, bad).await), fields);
    }
    assert!(ecgs::list(&w.app, &w.by(&w.nurse), id).await.unwrap().items.is_empty());
}

#[tokio::test]
async fn a_bundle_brings_ecgs_and_a_dry_run_names_every_bad_one() {
    let w = World::new().await;
    let ecg = |patient: &str, at: &str, data: String| {
        json!({"resource": {"resourceType": "Observation", "status": "final", "subject": {"reference": patient},
            "effectiveDateTime": at, "code": {"coding": [{"system": "http://loinc.org", "code": CODE}]},
            "component": [{"code": {"coding": [{"system": MDC, "code": "131329"}]}, "valueSampledData": {
                "origin": {"value": 0, "code": "mV"}, "period": 4, "factor": 0.005, "dimensions": 1, "data": data}}]}})
    };
    let person = |id: &str, name: &str, day: &str| json!({"resource": {"resourceType": "Patient", "id": id, "name": [{"text": name}], "identifier": [{"value": number(day, "101")}]}});
    let curve = || vec!["7"; 250].join(" ");
    let past = "2026-11-01T08:00:00+08:00";
    let file = |entries: Vec<serde_json::Value>| ResidentImport {
        format: Format::Fhir,
        content: json!({"resourceType": "Bundle", "entry": entries}).to_string(),
        home_id: None,
        skip_bad: false,
    };
    let bad = file(vec![
        person("a", "吉田", "19400229"),
        ecg("Patient/a", past, "7 x".into()),
        person("b", "和田", "19410301"),
        ecg("Patient/b", "2200-01-01T00:00:00Z", curve()),
        ecg("Patient/c", past, curve()),
    ]);
    let report = residents::dry_run_import(&w.app, &w.by(&w.nurse), bad).await.unwrap();
    let faults: Vec<_> = report
        .bad
        .iter()
        .map(|b| (b.place.as_str(), b.reasons.iter().map(|r| r.field.as_str()).collect::<Vec<_>>()))
        .collect();
    let expected = [
        ("Patient/a", vec!["ecgs[0].component[0].valueSampledData.data"]),
        ("Patient/b", vec!["ecgs[0].measured_at"]),
        ("entry[4]", vec!["reference"]),
    ];
    assert_eq!(faults, expected);
    let good = file(vec![person("a", "吉田", "19400229"), ecg("Patient/a", past, curve())]);
    let done = residents::import(&w.app, &w.by(&w.nurse), good).await.unwrap();
    let id = done.registered[0].id.unwrap();
    assert_eq!(done.registered[0].observations, 1);
    let kept = ecgs::list(&w.app, &w.by(&w.nurse), id).await.unwrap().items.remove(0);
    assert_eq!(kept.source, ObservationSource::Import);
    assert_eq!(ecgs::get(&w.app, &w.by(&w.nurse), kept.id).await.unwrap().data, curve());
}
