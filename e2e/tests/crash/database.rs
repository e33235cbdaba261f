//! Where the record of the scenario is, as durable as in a hospital.

use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;
use yunzhen_store::Location;

/// A database that outlives its relays and goes away with the scenario.
pub enum Database {
    File(TempDir),
    Server { folder: PathBuf, url: String },
}

fn script() -> Command {
    Command::new(Path::new(env!("CARGO_MANIFEST_DIR")).join("../scripts/postgres.sh"))
}

impl Database {
    pub fn file() -> Self {
        Self::File(tempfile::tempdir().expect("a folder"))
    }

    /// A private server with fsync.
    pub fn server() -> Self {
        let folder = tempfile::Builder::new().prefix("yunzhen-crash-").tempdir().expect("a folder").keep();
        let output = script().arg("start").arg(&folder).output().expect("bash");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let url = String::from_utf8(output.stdout).expect("a URL").trim().to_owned();
        Self::Server { folder, url }
    }

    pub const fn name(&self) -> &'static str {
        match self {
            Self::File(_) => "SQLite",
            Self::Server { .. } => "PostgreSQL",
        }
    }

    pub fn url(&self) -> String {
        match self {
            Self::File(folder) => format!("sqlite:{}", folder.path().join("care.db").display()),
            Self::Server { url, .. } => url.clone(),
        }
    }

    pub fn location(&self) -> Location {
        self.url().parse().expect("a location")
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        if let Self::Server { folder, .. } = self {
            let stopped = script().arg("stop").arg(&*folder).status();
            if !stopped.is_ok_and(|status| status.success()) {
                eprintln!("the server in {} was not stopped", folder.display());
            }
        }
    }
}
