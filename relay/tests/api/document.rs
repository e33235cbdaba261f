//! The API's document: the file in git is what the code says, and it describes every route with its action.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use serde_json::{Value, json};
use yunzhen_relay::http;

static DOCUMENT: LazyLock<Value> = LazyLock::new(http::openapi);

/// One operation of the document.
pub struct Operation {
    pub id: String,
    pub method: axum::http::Method,
    pub path: String,
    /// Content type and schema of the body.
    pub body: Option<(String, Value)>,
}

pub fn operations() -> Vec<Operation> {
    let mut found = vec![];
    for (path, item) in DOCUMENT["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let content = operation.pointer("/requestBody/content").and_then(Value::as_object);
            found.push(Operation {
                id: operation["operationId"].as_str().unwrap().to_owned(),
                method: method.to_uppercase().parse().unwrap(),
                path: path.clone(),
                body: content
                    .and_then(|c| c.iter().next())
                    .map(|(kind, media)| (kind.clone(), media["schema"].clone())),
            });
        }
    }
    found
}

/// The smallest value that the schema allows, with names that mean something filled in so that use cases take it.
pub fn sample(schema: &Value, name: &str) -> Value {
    let known = match name {
        "version" => Some(json!(0)),
        "drug_id" => Some(json!("amlodipine-5mg")),
        "diagnosis_code" => Some(json!("I10")),
        "readings.code" => Some(json!("8867-4")),
        "unit" => Some(json!("/min")),
        "value" => Some(json!(70)),
        _ => None,
    };
    if let Some(known) = known {
        return known;
    }
    if let Some(reference) = schema["$ref"].as_str() {
        return sample(DOCUMENT.pointer(reference.trim_start_matches('#')).unwrap(), name);
    }
    if let Some(values) = schema["enum"].as_array() {
        return values[0].clone();
    }
    if let Some(choices) = schema["oneOf"].as_array() {
        return sample(&choices[0], name);
    }
    match (schema["type"].as_str(), schema["format"].as_str()) {
        (Some("string"), Some("uuid")) => json!("00000000-0000-0000-0000-000000000063"),
        (Some("string"), Some("date-time")) => json!("2026-01-02T03:04:05.678Z"),
        (Some("string"), Some("date")) => json!("2099-12-31"),
        (Some("string"), _) => json!("x".repeat(schema["minLength"].as_u64().unwrap_or(1).max(1) as usize)),
        (Some("integer"), _) => json!(schema["minimum"].as_i64().unwrap_or(1).max(1)),
        (Some("number"), _) => json!(1),
        (Some("boolean"), _) => json!(false),
        (Some("array"), _) => json!([sample(&schema["items"], name)]),
        _ => {
            let required = schema["required"].as_array().cloned().unwrap_or_default();
            let fields = required.iter().map(|field| {
                let field = field.as_str().unwrap();
                let inner = if (name, field) == ("readings", "code") { "readings.code" } else { field };
                (field.to_owned(), sample(&schema["properties"][field], inner))
            });
            Value::Object(fields.collect())
        }
    }
}

#[test]
fn the_file_in_git_is_what_the_code_says() {
    let code = serde_json::to_string_pretty(&*DOCUMENT).unwrap() + "\n";
    let file = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/openapi.json")).unwrap();
    if code != file {
        let fresh = concat!(env!("CARGO_TARGET_TMPDIR"), "/openapi.json");
        std::fs::write(fresh, code).unwrap();
        panic!("relay/openapi.json has drifted; what the code says is in {fresh}, and `relay openapi` prints it");
    }
}

#[test]
fn it_is_openapi_3_1_without_loose_ends() {
    assert!(DOCUMENT["openapi"].as_str().unwrap().starts_with("3.1"));
    let mut references = BTreeSet::new();
    collect(&DOCUMENT, &mut references);
    for reference in references {
        assert!(DOCUMENT.pointer(reference.trim_start_matches('#')).is_some(), "{reference} leads nowhere");
    }
    let ids: Vec<_> = operations().into_iter().map(|operation| operation.id).collect();
    assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len(), "operationIds are unique");
}

#[test]
fn every_operation_is_in_the_access_table_and_the_other_way_round() {
    let described: BTreeSet<_> = operations().into_iter().map(|operation| operation.id).collect();
    let decided: BTreeSet<_> = http::TABLE.iter().map(|(id, _)| (*id).to_owned()).collect();
    assert_eq!(described, decided);
    assert_eq!(decided.len(), http::TABLE.len(), "no operation twice");
}

fn collect(value: &Value, references: &mut BTreeSet<String>) {
    match value {
        Value::Object(object) => {
            if let Some(Value::String(reference)) = object.get("$ref") {
                references.insert(reference.clone());
            }
            object.values().for_each(|inner| collect(inner, references));
        }
        Value::Array(items) => items.iter().for_each(|inner| collect(inner, references)),
        _ => {}
    }
}
