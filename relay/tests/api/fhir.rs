//! FHIR as its readers meet it: media type, links, refusals.

use axum::http::Method;
use serde_json::{Value, json};

use crate::world::{Answer, World};

async fn get(world: &World, path: &str, caller: Option<&str>) -> Answer {
    world.send(Method::GET, path, caller, None).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_statement_claims_what_the_routes_answer() {
    let world = World::new().await;
    let statement = get(&world, "/api/fhir/metadata", None).await;
    assert_eq!((statement.status, statement.kind.as_str()), (200, "application/fhir+json"));
    assert_eq!(statement.body["fhirVersion"], "4.0.1");
    let resources = statement.body["rest"][0]["resource"].as_array().unwrap();
    assert_eq!(resources.len(), 11);
    for resource in resources {
        let kind = resource["type"].as_str().unwrap();
        // Each parameter that is claimed is taken, one that is not is refused.
        for parameter in resource["searchParam"].as_array().unwrap() {
            let name = parameter["name"].as_str().unwrap();
            let value = match parameter["type"].as_str().unwrap() {
                // One that every kind has.
                "token" if name == "status" => "entered-in-error".to_owned(),
                "date" => "ge2026-01-01".to_owned(),
                "reference" => format!("Patient/{}", world.resident.id),
                _ => "x".to_owned(),
            };
            let of = if kind == "Observation" && !["patient", "subject"].contains(&name) {
                format!("patient={}&", world.resident.id)
            } else {
                String::new()
            };
            let answer = get(&world, &format!("/api/fhir/{kind}?{of}{name}={value}"), Some("nurse1")).await;
            assert_eq!(answer.status, 200, "{kind} {name}: {answer:?}");
            assert_eq!(answer.kind, "application/fhir+json");
        }
        let answer = get(&world, &format!("/api/fhir/{kind}?colour=red"), Some("nurse1")).await;
        assert_eq!((answer.status, answer.kind.as_str()), (400, "application/fhir+json"), "{kind}");
        let issue = &answer.body["issue"][0];
        assert_eq!(json!([issue["code"], issue["expression"]]), json!(["invalid", ["http.colour"]]), "{kind}");
        assert!(issue["diagnostics"].as_str().unwrap().contains("colour"), "{answer:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn next_leads_to_the_rest_and_entries_to_themselves() {
    let world = World::new().await;
    let whole = get(&world, "/api/fhir/Patient?_count=100", Some("nurse1")).await;
    let all = whole.body["entry"].as_array().unwrap();
    let (mut path, mut found) = ("/api/fhir/Patient?_count=2&_format=json".to_owned(), Vec::<Value>::new());
    loop {
        let page = get(&world, &path, Some("nurse1")).await;
        assert_eq!(json!([page.body["resourceType"], page.body["type"]]), json!(["Bundle", "searchset"]));
        assert_eq!(page.body["link"][0]["url"].as_str().unwrap(), path);
        found.extend(page.body["entry"].as_array().unwrap().clone());
        match page.body["link"].get(1) {
            Some(next) => next["url"].as_str().unwrap().clone_into(&mut path),
            None => break,
        }
    }
    assert_eq!(&found, all);
    assert!(found.len() > 2);
    for entry in found.iter().take(3) {
        assert_eq!(entry["search"]["mode"], "match");
        let itself = get(&world, entry["fullUrl"].as_str().unwrap(), Some("nurse1")).await;
        assert_eq!((itself.status, &itself.body), (200, &entry["resource"]));
    }
    let empty = get(&world, "/api/fhir/Patient?_id=nobody", Some("nurse1")).await;
    assert_eq!((empty.status, empty.body.get("entry")), (200, None));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn refusals_are_outcomes_with_the_codes_of_the_standard() {
    let world = World::new().await;
    let hidden = format!("/api/fhir/Patient/{}", world.resident.id);
    for (path, caller, status, code) in [
        (hidden.as_str(), None, 401, "login"),
        (hidden.as_str(), Some("nurse2"), 404, "not-found"),
        ("/api/fhir/Patient/nobody", Some("nurse1"), 404, "not-found"),
        ("/api/fhir/Composition", Some("nurse1"), 404, "not-found"),
        ("/api/fhir", Some("nurse1"), 404, "not-found"),
        ("/api/fhir/Patient", Some("courier"), 403, "forbidden"),
        ("/api/fhir/SupplyDelivery", Some("specialist1"), 403, "forbidden"),
        ("/api/fhir/MedicationAdministration", Some("specialist1"), 403, "forbidden"),
        ("/api/fhir/SupplyDelivery/nobody", Some("specialist1"), 404, "not-found"),
        ("/api/fhir/Task?_page=7", Some("nurse1"), 400, "invalid"),
        ("/api/fhir/Task?_id=%00", Some("nurse1"), 400, "invalid"),
        ("/api/fhir/Observation?status=final", Some("nurse1"), 400, "invalid"),
        ("/api/fhir/Task?status=bogus", Some("nurse1"), 400, "invalid"),
        ("/api/fhir/MedicationRequest?status=active,delivered", Some("nurse1"), 400, "invalid"),
    ] {
        let answer = get(&world, path, caller).await;
        assert_eq!((answer.status, answer.kind.as_str()), (status, "application/fhir+json"), "{path}: {answer:?}");
        let issue = &answer.body["issue"][0];
        assert_eq!(answer.body["resourceType"], "OperationOutcome");
        assert_eq!(json!([issue["severity"], issue["code"]]), json!(["error", code]), "{path}");
        assert!(!issue["details"]["text"].as_str().unwrap().trim().is_empty());
    }
    let written = world.send(Method::POST, "/api/fhir/Patient", Some("nurse1"), None).await;
    assert_eq!((written.status, written.body["issue"][0]["code"].as_str()), (405, Some("not-supported")));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_interface_is_found_at_the_root_too() {
    let world = World::new().await;
    for (path, leads_to) in [
        ("/fhir/metadata", "/api/fhir/metadata"),
        ("/fhir/Task?_count=2", "/api/fhir/Task?_count=2"),
        ("/fhir", "/api/fhir"),
    ] {
        let answer = get(&world, path, None).await;
        assert_eq!((answer.status, answer.location.as_deref()), (308, Some(leads_to)), "{path}");
    }
}
