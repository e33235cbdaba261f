//! The dependency law of ARCHITECTURE.md, read from `cargo metadata`: who may use whom among the workspace's crates.

use std::collections::{BTreeMap, BTreeSet};

use cargo_metadata::{DependencyKind, MetadataCommand};

/// Every crate and the workspace crates it may use. Direct dependencies, other than those of tests.
const LAW: &[(&str, &[&str])] = &[
    ("yunzhen-domain", &[]),
    ("yunzhen-netem", &[]),
    ("yunzhen-runtime", &[]),
    ("yunzhen-protocol", &["yunzhen-domain"]),
    ("yunzhen-store", &["yunzhen-domain"]),
    ("yunzhen-certs", &["yunzhen-domain"]),
    ("yunzhen-media", &["yunzhen-protocol"]),
    ("yunzhen-rtc", &["yunzhen-media"]),
    (
        "yunzhen-relay",
        &[
            "yunzhen-certs",
            "yunzhen-domain",
            "yunzhen-media",
            "yunzhen-protocol",
            "yunzhen-rtc",
            "yunzhen-runtime",
            "yunzhen-store",
        ],
    ),
    (
        "yunzhen-clinic-agent",
        &["yunzhen-certs", "yunzhen-domain", "yunzhen-media", "yunzhen-protocol", "yunzhen-rtc", "yunzhen-runtime"],
    ),
    ("yunzhen-hospital-console", &["yunzhen-certs", "yunzhen-domain", "yunzhen-runtime"]),
];

/// These drive the whole product and may use all of it.
const FREE: &[&str] = &["yunzhen-e2e", "yunzhen-load"];

fn workspace_dependencies() -> BTreeMap<String, BTreeSet<String>> {
    let metadata = MetadataCommand::new()
        .manifest_path(concat!(env!("CARGO_MANIFEST_DIR"), "/../Cargo.toml"))
        .no_deps()
        .other_options(vec!["--offline".into()])
        .exec()
        .expect("cargo metadata");
    let names: BTreeSet<String> =
        metadata.workspace_packages().iter().map(|package| package.name.to_string()).collect();
    metadata
        .workspace_packages()
        .iter()
        .map(|package| {
            let uses = package
                .dependencies
                .iter()
                .filter(|dependency| dependency.kind != DependencyKind::Development && names.contains(&dependency.name))
                .map(|dependency| dependency.name.clone())
                .collect();
            (package.name.to_string(), uses)
        })
        .collect()
}

#[test]
fn every_crate_uses_only_what_the_law_allows() {
    let law: BTreeMap<&str, BTreeSet<&str>> =
        LAW.iter().map(|(name, allowed)| (*name, allowed.iter().copied().collect())).collect();
    for (name, uses) in workspace_dependencies() {
        if FREE.contains(&name.as_str()) {
            continue;
        }
        let allowed =
            law.get(name.as_str()).unwrap_or_else(|| panic!("{name} is not in the law: add it, with a reason"));
        for used in uses {
            assert!(allowed.contains(used.as_str()), "{name} must not use {used}");
        }
    }
}

#[test]
fn the_law_names_only_crates_that_exist() {
    let exist = workspace_dependencies();
    for (name, _) in LAW {
        assert!(exist.contains_key(*name), "{name} is in the law and not in the workspace");
    }
}
