//! The real program: its certificates, its settings, its start and its violent end.

use std::fs::OpenOptions;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::SocketAddr;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;
use yunzhen_certs::authority::Authority;
use yunzhen_certs::{Credentials, Identity, Trust, tls};
use yunzhen_runtime::clock;

use crate::database::Database;

pub const PASSWORD: &str = "crash-scenario-password";
/// What its record is encrypted with, and that as its key file has it.
pub const SECRET: [u8; 32] = [7; 32];
const SECRET_KEY_FILE: &str = "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=\n";

/// What a relay needs to start, again and again.
pub struct Installation {
    folder: TempDir,
    program: PathBuf,
    database_url: String,
    /// How a console reaches it.
    pub console: rustls::ClientConfig,
}

impl Installation {
    pub fn new(database: &Database) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let now = clock::now_timestamp();
        let authority = Authority::create(now).expect("an authority");
        authority.write(folder.path()).expect("written");
        let issue = |identity: &Identity| authority.systems.issue_with_key(identity, &[], None, now).expect("issued");
        issue(&Identity::Relay { name: "crash".into() }).write(folder.path(), "relay").expect("written");
        let console = issue(&Identity::Console { name: "crash".into() });
        let trust = Trust::load(&folder.path().join("systems.pem")).expect("the authority");
        let console = Credentials::from_issued(&console).expect("credentials");
        let console = tls::https_mtls_client(&console, &trust).expect("a TLS client");
        let settings = "[identity]\ncertificate = \"relay.pem\"\nkey = \"relay.key.pem\"\n\
                        systems_authority = \"systems.pem\"\nsigners_authority = \"signers.pem\"\n\
                        [listen]\nboxes = \"127.0.0.1:0\"\napi = \"127.0.0.1:0\"\nmedia = \"127.0.0.1:0\"\n\
                        whip = \"127.0.0.1:0\"\nops = \"127.0.0.1:0\"\n[telemetry]\nfilter = \"error\"\n";
        std::fs::write(folder.path().join("relay.toml"), settings).expect("written");
        let mut own = OpenOptions::new();
        let mut key =
            own.write(true).create_new(true).mode(0o600).open(folder.path().join("secrets.key")).expect("made");
        key.write_all(SECRET_KEY_FILE.as_bytes()).expect("written");
        Self { folder, program: program(), database_url: database.url(), console }
    }

    fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        command.arg("--config").arg(self.folder.path().join("relay.toml")).env("DATABASE_URL", &self.database_url);
        command
    }

    /// Fills the record with the demo's people.
    pub fn seed(&self) {
        let output = self.command().args(["seed", "--password", PASSWORD]).output().expect("the relay");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
}

impl Installation {
    /// `relay audit verify`, as an operator runs it: the head it prints, or what it says is wrong.
    pub fn verify_audit(&self, kept: Option<&str>) -> Result<String, String> {
        let mut command = self.command();
        command.args(["audit", "verify"]);
        if let Some(head) = kept {
            command.args(["--head", head]);
        }
        let output = command.output().expect("the relay");
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
        if output.status.success() { Ok(text(&output.stdout)) } else { Err(text(&output.stderr)) }
    }
}

/// The program of this build. `cargo test --workspace` has built it; alone, this test has it built.
fn program() -> PathBuf {
    let mine = std::env::current_exe().expect("a path");
    let folder = mine.parent().and_then(Path::parent).expect("target/<profile>/deps");
    let program = folder.join("relay");
    if !program.is_file() {
        let built =
            Command::new(env!("CARGO")).args(["build", "--package", "yunzhen-relay", "--bin", "relay"]).status();
        assert!(built.is_ok_and(|status| status.success()), "the relay cannot be built");
    }
    assert!(program.is_file(), "there is no relay at {}", program.display());
    program
}

/// A relay that serves.
pub struct Relay {
    child: Child,
    pub api: SocketAddr,
}

impl Relay {
    /// Starts it and waits until it says that it serves.
    pub async fn start(installation: &Installation) -> Self {
        let mut child = installation.command().stdout(Stdio::piped()).spawn().expect("the relay");
        let stdout = child.stdout.take().expect("piped");
        let line = tokio::task::spawn_blocking(move || {
            let mut line = String::new();
            BufReader::new(stdout).read_line(&mut line).map(|_| line)
        });
        let line = line.await.expect("a reader").expect("readable");
        let json = line.strip_prefix("READY ").unwrap_or_else(|| panic!("the relay did not start: {line:?}"));
        let addresses: serde_json::Value = serde_json::from_str(json).expect("JSON");
        let api = addresses["api"].as_str().expect("an address").parse().expect("an address");
        Self { child, api }
    }

    /// SIGKILL: no signal handler runs, nothing is flushed.
    pub fn kill(&mut self) {
        self.child.kill().expect("killed");
        self.child.wait().expect("gone");
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        // An error is a relay that is gone already.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
