//! Invariants of absence (ARCHITECTURE.md): things that must not be found outside the one place that is theirs.

use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn rust_files(dir: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(dir).expect("a readable folder") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default().to_owned();
        if path.is_dir() {
            if !matches!(name.as_str(), "target" | "node_modules" | ".git" | "dist" | "demo-data") {
                rust_files(&path, found);
            }
        } else if name.ends_with(".rs") {
            found.push(path);
        }
    }
}

/// The product's Rust sources below `dirs`, as (path, text without test modules and comments).
fn sources(dirs: &[&str]) -> Vec<(PathBuf, String)> {
    let mut files = Vec::new();
    for dir in dirs {
        rust_files(&root().join(dir), &mut files);
    }
    assert!(!files.is_empty());
    files
        .into_iter()
        .filter(|path| !path.components().any(|part| part.as_os_str() == "tests" || part.as_os_str() == "fuzz"))
        .map(|path| {
            let text = fs::read_to_string(&path).expect("UTF-8");
            let product = text.split("#[cfg(test)]").next().unwrap_or_default();
            let code: String =
                product.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n");
            (path, code)
        })
        .collect()
}

#[test]
fn there_is_no_sql_outside_the_store() {
    let outside = [
        "relay/src",
        "relay/domain",
        "relay/protocol",
        "relay/media",
        "relay/rtc",
        "relay/runtime",
        "clinic-agent",
        "hospital-console",
        "certs",
    ];
    for (path, code) in sources(&outside) {
        for mark in ["sqlx::", "SELECT ", "INSERT INTO", "UPDATE ", "DELETE FROM"] {
            assert!(!code.contains(mark), "{} contains {mark:?}", path.display());
        }
    }
}

#[test]
fn there_is_no_status_code_outside_problem() {
    for (path, code) in sources(&["relay/src/app", "relay/domain", "relay/store"]) {
        assert!(!code.contains("StatusCode"), "{} knows a status code", path.display());
    }
}

/// Where C is called: all that `unsafe` is for. Each file says why; everything else is denied it by the workspace's lints.
const FOREIGN_CODE: [&str; 4] = [
    "clinic-agent/src/capture/device.rs",
    "clinic-agent/src/capture/h264.rs",
    "relay/src/recordings/mux.rs",
    "relay/store/src/ending.rs",
];

#[test]
fn unsafe_is_where_c_is_called_and_nowhere_else() {
    let everything = ["relay", "clinic-agent", "hospital-console", "certs", "e2e/src", "e2e/load", "e2e/netem"];
    for (path, code) in sources(&everything) {
        let path = path.strip_prefix(root()).expect("below the root").to_string_lossy().into_owned();
        let allowed = FOREIGN_CODE.contains(&path.as_str());
        let uses = ["unsafe {", "unsafe fn", "unsafe impl", "unsafe extern", "allow(unsafe_code", "expect(unsafe_code"];
        let uses = uses.iter().any(|mark| code.contains(mark)) || code.contains("allow(\n    unsafe_code");
        assert_eq!(uses, allowed, "{path}: unsafe code, and the list of the files that have it");
    }
    let manifest = fs::read_to_string(root().join("Cargo.toml")).expect("the workspace");
    assert!(manifest.contains("unsafe_code = \"deny\""), "the workspace denies it");
    for of in ["relay", "relay/domain", "relay/protocol", "relay/media", "relay/rtc", "relay/store", "relay/runtime"]
        .into_iter()
        .chain(["clinic-agent", "hospital-console", "certs", "e2e", "e2e/netem", "e2e/load"])
    {
        let manifest = fs::read_to_string(root().join(of).join("Cargo.toml")).expect("a manifest");
        assert!(manifest.contains("[lints]\nworkspace = true"), "{of} takes the workspace's lints");
    }
}

/// Parsers of bytes from outside, by the target that fuzzes each.
const FUZZED: [(&str, &str); 16] = [
    ("datagram", "relay/protocol/src/roq.rs"),
    ("control", "relay/protocol/src/control/mod.rs"),
    ("bulk", "relay/protocol/src/bulk.rs"),
    ("segment", "relay/protocol/src/segment.rs"),
    ("rtp", "relay/protocol/src/rtp.rs"),
    ("rtcp", "relay/protocol/src/rtcp.rs"),
    ("repair", "relay/protocol/src/repair.rs"),
    ("ecg", "relay/domain/src/ecg.rs"),
    ("sdp", "relay/rtc/src/sdp/offer.rs"),
    ("jws", "certs/src/jws.rs"),
    ("certificate", "certs/src/identity.rs"),
    ("csr", "certs/src/request.rs"),
    ("passkey", "relay/domain/src/passkeys.rs"),
    ("import", "relay/domain/src/registry/import.rs"),
    ("fhir_search", "relay/domain/src/fhir/search.rs"),
    ("files", "relay/domain/src/voice_file.rs"),
];

#[test]
fn every_parser_of_bytes_from_outside_is_fuzzed_from_seeds() {
    let fuzz = root().join("relay/protocol/fuzz");
    let manifest = fs::read_to_string(fuzz.join("Cargo.toml")).expect("the fuzz targets");
    for (target, parser) in FUZZED {
        assert!(root().join(parser).is_file(), "{parser}");
        assert!(fuzz.join(format!("fuzz_targets/{target}.rs")).is_file(), "{target}");
        assert!(manifest.contains(&format!("name = \"{target}\"")), "{target} is built");
        let golden = fuzz.join(format!("../tests/snapshots/golden__{target}.snap"));
        let corpus = fs::read_dir(fuzz.join("corpus").join(target)).is_ok_and(|mut seeds| seeds.next().is_some());
        assert!(corpus || golden.is_file(), "{target} has seeds");
    }
    let targets = fs::read_dir(fuzz.join("fuzz_targets")).expect("targets").count();
    assert!(targets >= FUZZED.len(), "a target that is gone");
    assert_eq!(manifest.matches("[[bin]]").count(), targets, "each is built");
}

/// Words in backquotes that read as the name of a test: most settings have fewer underscores, and metrics begin with the product's name.
fn tests_named_in(text: &str) -> impl Iterator<Item = &str> {
    let quoted = text.split('`').skip(1).step_by(2);
    quoted.filter(|word| {
        let is_name = word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
        is_name && word.matches('_').count() >= 4 && !word.starts_with("yunzhen_")
    })
}

#[test]
fn every_test_that_the_security_documents_name_is_there() {
    let mut files = Vec::new();
    for dir in ["relay", "clinic-agent", "hospital-console", "certs", "e2e"] {
        rust_files(&root().join(dir), &mut files);
    }
    let sources: Vec<String> = files.iter().map(|path| fs::read_to_string(path).expect("UTF-8")).collect();
    let examples = ["relay/relay", "clinic-agent/clinic-agent", "hospital-console/hospital-console"];
    let examples =
        examples.map(|of| fs::read_to_string(root().join(format!("{of}.example.toml"))).expect("an example"));
    let is_setting = |word: &str| examples.iter().any(|example| example.contains(&format!("{word} = ")));
    let mut named = 0;
    for entry in fs::read_dir(root().join("docs/security")).expect("the documents") {
        let path = entry.expect("an entry").path();
        let text = fs::read_to_string(&path).expect("UTF-8");
        for test in tests_named_in(&text).filter(|word| !is_setting(word)) {
            named += 1;
            let definition = format!("fn {test}(");
            assert!(sources.iter().any(|source| source.contains(&definition)), "{}: {test}", path.display());
        }
    }
    assert!(named > 50, "{named}");
}

#[test]
fn media_never_waits_for_the_database() {
    for (path, code) in sources(&["relay/media", "relay/rtc", "relay/protocol"]) {
        assert!(!code.contains("yunzhen_store"), "{} knows the store", path.display());
    }
    for file in ["uplink.rs", "downlink.rs"] {
        let code = fs::read_to_string(root().join("relay/src/quic").join(file)).expect("the file");
        assert!(!code.contains("app::") && !code.contains("store"), "{file} reaches for the care record");
    }
}

#[test]
fn no_example_of_the_documentation_is_rust_because_make_test_runs_none() {
    let mut files = Vec::new();
    rust_files(&root(), &mut files);
    for path in files {
        let text = fs::read_to_string(&path).expect("UTF-8");
        let docs = text.lines().map(str::trim_start).filter(|line| line.starts_with("///") || line.starts_with("//!"));
        let fences = docs.filter_map(|line| line[3..].trim_start().strip_prefix("```"));
        // Every second one closes.
        for opens in fences.step_by(2) {
            assert_eq!(opens, "text", "{}: a test belongs beside the code, where nextest runs it", path.display());
        }
    }
}
