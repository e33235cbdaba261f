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
