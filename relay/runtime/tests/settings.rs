//! Settings: each mistake is one sentence that names the key and what to do.
#![allow(missing_docs)]

use std::io::Write as _;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use yunzhen_runtime::settings::{self, SettingsError};

#[derive(Debug, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
struct Example {
    listen: Listen,
    #[serde(default)]
    name: Option<String>,
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
struct Listen {
    address: SocketAddr,
    #[serde(default)]
    max_connections: u32,
}

fn load(text: &str) -> Result<Example, SettingsError> {
    let mut file = tempfile::NamedTempFile::new().expect("file");
    file.write_all(text.as_bytes()).expect("written");
    settings::load(file.path())
}

fn sentence(text: &str) -> String {
    load(text).expect_err("must be refused").to_string()
}

#[test]
fn reads_a_file() {
    let example = load("name = 'a'\n[listen]\naddress = '127.0.0.1:0'\nmax_connections = 4").expect("good");
    assert_eq!((example.name.as_deref(), example.listen.max_connections), (Some("a"), 4));
}

#[test]
fn an_unknown_key_is_named_with_its_nearest_neighbour() {
    let said = sentence("[listen]\naddress = '127.0.0.1:0'\nmax_conections = 4");
    assert!(said.contains("unknown key `listen.max_conections`"), "{said}");
    assert!(said.contains("did you mean `listen.max_connections`?"), "{said}");
    let said = sentence("zzzzzz = 1\n[listen]\naddress = '127.0.0.1:0'");
    assert!(said.contains("unknown key `zzzzzz`") && said.contains("known here: listen, name"), "{said}");
}

#[test]
fn missing_and_wrong_values_are_named() {
    let said = sentence("[listen]\nmax_connections = 4");
    assert!(said.contains("`listen.address` is missing"), "{said}");
    let said = sentence("[listen]\naddress = '127.0.0.1:0'\nmax_connections = 'many'");
    assert!(said.contains("`listen.max_connections`: invalid type"), "{said}");
    let said = sentence("[listen\naddress = 1");
    assert!(said.contains("TOML") || said.contains("expected"), "{said}");
}

#[test]
fn a_missing_file_is_one_sentence() {
    let said = settings::load::<Example>(Path::new("/nowhere/x.toml")).expect_err("missing").to_string();
    assert_eq!(
        said,
        "there is no configuration file at /nowhere/x.toml; copy the example configuration of this program there or pass --config <file>"
    );
}

#[test]
fn paths_are_relative_to_the_file() {
    let config = Path::new("/etc/yunzhen/relay.toml");
    assert_eq!(settings::resolve(config, Path::new("pki/a.pem")), PathBuf::from("/etc/yunzhen/pki/a.pem"));
    assert_eq!(settings::resolve(config, Path::new("/b.pem")), PathBuf::from("/b.pem"));
}

#[test]
fn the_environment_overrides_and_its_mistakes_are_named() {
    // A process of its own: variables of one test must not reach the others.
    if std::env::var_os("YUNZHEN_LISTEN__MAX_CONNECTIONS").is_some() {
        let example = load("[listen]\naddress = '127.0.0.1:0'\nmax_connections = 4").expect("good");
        assert_eq!(example.listen.max_connections, 9);
        return;
    }
    if std::env::var_os("YUNZHEN_LISTEN__ADRESS").is_some() {
        let said = sentence("[listen]\naddress = '127.0.0.1:0'");
        assert!(said.contains("`listen.adress` in the environment") && said.contains("`listen.address`"), "{said}");
        return;
    }
    for (key, value) in [("YUNZHEN_LISTEN__MAX_CONNECTIONS", "9"), ("YUNZHEN_LISTEN__ADRESS", "127.0.0.1:1")] {
        let output = std::process::Command::new(std::env::current_exe().expect("self"))
            .args(["--exact", "the_environment_overrides_and_its_mistakes_are_named", "--nocapture"])
            .env(key, value)
            .env("YUNZHEN_DEMO", "is not a setting")
            .output()
            .expect("runs");
        assert!(output.status.success(), "{key}: {}", String::from_utf8_lossy(&output.stdout));
    }
}
