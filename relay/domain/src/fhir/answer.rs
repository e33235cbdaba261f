//! What an answer is wrapped in: the Bundle of a search, and the OperationOutcome of one that says no.

use super::types::{CodeableConcept, Coding, OURS, fhir};
use super::{Kind, Resource};

fhir! {
    /// The page of a search.
    Bundle { resource_type: &'static str, #[serde(rename = "type")] kind: &'static str, link: Vec<Link>, entry: Vec<Entry> }
    /// Where this page is, and the next.
    Link { relation: &'static str, url: String }
    /// A resource that was asked for.
    Entry { full_url: String, resource: Resource, search: Mode }
    /// Why it is in the page.
    Mode { mode: &'static str }
    /// What went wrong.
    OperationOutcome { resource_type: &'static str, issue: Vec<Issue> }
    /// One thing that went wrong.
    Issue {
        severity: &'static str,
        code: &'static str,
        details: CodeableConcept,
        diagnostics: Option<String>,
        expression: Vec<String>
    }
}

impl super::types::Absent for Resource {}

impl Bundle {
    /// A page of a search; `address` makes the whole address of a path below the interface.
    pub fn searchset(found: Vec<Resource>, own: &str, next: Option<&str>, address: impl Fn(&str) -> String) -> Self {
        let link = |relation, path: &str| Link { relation, url: address(path) };
        let entry = |resource: Resource| Entry {
            full_url: address(&format!("{}/{}", resource.kind.name(), resource.id)),
            resource,
            search: Mode { mode: "match" },
        };
        Self {
            resource_type: "Bundle",
            kind: "searchset",
            link: std::iter::once(link("self", own)).chain(next.map(|path| link("next", path))).collect(),
            entry: found.into_iter().map(entry).collect(),
        }
    }
}

impl OperationOutcome {
    /// The answer that says no: the standard's code, our code, the words for a person, and which parameters are meant.
    pub fn refusal(issue: &'static str, ours: &str, text: String, what: Vec<(String, String)>) -> Self {
        let one = |diagnostics, expression| Issue {
            severity: "error",
            code: issue,
            details: CodeableConcept {
                coding: vec![Coding::new(format!("{OURS}/CodeSystem/problem"), ours, None)],
                text: Some(text.clone()),
            },
            diagnostics,
            expression,
        };
        let issue = if what.is_empty() {
            vec![one(None, Vec::new())]
        } else {
            what.into_iter().map(|(name, words)| one(Some(words), vec![format!("http.{name}")])).collect()
        };
        Self { resource_type: "OperationOutcome", issue }
    }
}

/// Kinds are told by name.
impl super::types::Absent for Kind {}
