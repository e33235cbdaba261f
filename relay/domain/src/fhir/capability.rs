//! The CapabilityStatement, made from the table of kinds: what is not routed is not claimed.

use super::kind::{Compare, Kind};
use super::types::fhir;
use serde::Serialize;

fhir! {
    /// What this server can do.
    CapabilityStatement {
        resource_type: &'static str,
        status: &'static str,
        date: &'static str,
        kind: &'static str,
        software: Software,
        implementation: Implementation,
        fhir_version: &'static str,
        format: Vec<&'static str>,
        rest: Vec<Rest>
    }
    /// The program.
    Software { name: &'static str, version: &'static str }
    /// Where it runs.
    Implementation { description: &'static str, url: Option<String> }
    /// The interface.
    Rest { mode: &'static str, documentation: &'static str, security: Security, resource: Vec<Served> }
    /// How people are known.
    Security { description: &'static str }
    /// One kind.
    Served {
        #[serde(rename = "type")] kind: Name,
        documentation: Option<&'static str>,
        interaction: Vec<Interaction>,
        versioning: &'static str,
        search_param: Vec<SearchParam>
    }
    /// What can be done with it.
    Interaction { code: &'static str }
    /// A search parameter.
    SearchParam { name: &'static str, #[serde(rename = "type")] kind: &'static str }
}

/// The name of a kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Name(Kind);

impl super::types::Absent for Name {}

const ACCESS: &str = "Read only. What a reader sees is what the access table gives the role; what is out of reach does not exist. A search for \
what the role never reads is refused with 403. Searches are strict: an unknown parameter is refused.";

/// The statement of this program; `base` is the address of the API where the installation knows it.
pub fn statement(version: &'static str, base: Option<String>) -> CapabilityStatement {
    let served = Kind::ALL.into_iter().map(|kind| Served {
        kind: Name(kind),
        documentation: kind.needs_patient().then_some("A search names the resident."),
        interaction: vec![Interaction { code: "read" }, Interaction { code: "search-type" }],
        versioning: "no-version",
        search_param: kind
            .parameters()
            .iter()
            .map(|p| SearchParam {
                name: p.name,
                kind: match p.compare {
                    Compare::Id | Compare::Status | Compare::Code => "token",
                    Compare::Patient => "reference",
                    Compare::Time => "date",
                },
            })
            .collect(),
    });
    CapabilityStatement {
        resource_type: "CapabilityStatement",
        status: "active",
        date: "2026-11-28",
        kind: "instance",
        software: Software { name: "Yunzhen relay", version },
        implementation: Implementation { description: "Yunzhen relay", url: base },
        fhir_version: "4.0.1",
        format: vec!["application/fhir+json", "json"],
        rest: vec![Rest {
            mode: "server",
            documentation: ACCESS,
            security: Security {
                description: "The session of the console or the box: nobody reads without being signed in.",
            },
            resource: served.collect(),
        }],
    }
}
