//! What `relay audit verify` does: the log against itself, against a head that somebody kept, and against the published heads.
//!
//! Not here: how heads are published and believed ([`crate::audit_heads`]), and the walk over the chain (`yunzhen_store::audit`).

use std::path::{Path, PathBuf};
use std::{fmt, fs, io};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use yunzhen_store::audit::{self, Head};
use yunzhen_store::{Store, StoreError};

use crate::audit_heads::{self, HeadsError};

/// Why the log is not known to be whole.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// A file.
    #[error("{}: {cause}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        cause: io::Error,
    },
    /// With what published heads are verified.
    #[error("{} is no public key of published heads", .0.display())]
    NoKey(PathBuf),
    /// The published heads are not believed.
    #[error("{}: {cause}", path.display())]
    Heads {
        /// Which.
        path: PathBuf,
        /// Why.
        cause: HeadsError,
    },
    /// The record, or the log in it.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The published heads of one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Published {
    file: PathBuf,
    heads: Vec<Head>,
}

impl Published {
    /// Those of a copy that somebody kept: it must be there, and all of it is believed or nothing. Without `public` the key is the file beside it that ends in `.pub`.
    ///
    /// # Errors
    /// When a file cannot be read, or a line is not believed.
    pub fn kept(file: &Path, public: Option<&Path>) -> Result<Self, VerifyError> {
        Self::believed(file, public, &text(file)?)
    }

    /// Those that a relay with these settings publishes. Before its first hour there are none; a line that is being written, or was when the power went, is not published yet.
    ///
    /// # Errors
    /// As [`Published::kept`], but for a file that is not there.
    pub fn of_settings(file: &Path, public: Option<&Path>) -> Result<Self, VerifyError> {
        match text(file) {
            Ok(text) => {
                let whole = text.rfind('\n').map_or(0, |end| end + 1);
                Self::believed(file, public, &text[..whole])
            }
            Err(VerifyError::File { cause, .. }) if cause.kind() == io::ErrorKind::NotFound => {
                Ok(Self { file: file.to_owned(), heads: Vec::new() })
            }
            Err(error) => Err(error),
        }
    }

    fn believed(file: &Path, public: Option<&Path>, statements: &str) -> Result<Self, VerifyError> {
        let public = public.map_or_else(|| audit_heads::public_beside(file), Path::to_owned);
        let key = STANDARD.decode(text(&public)?.trim()).map_err(|_| VerifyError::NoKey(public))?;
        let heads =
            audit_heads::read(&key, statements).map_err(|cause| VerifyError::Heads { path: file.to_owned(), cause })?;
        Ok(Self { file: file.to_owned(), heads: heads.into_iter().map(|(_, head)| head).collect() })
    }
}

fn text(path: &Path) -> Result<String, VerifyError> {
    fs::read_to_string(path).map_err(|cause| VerifyError::File { path: path.to_owned(), cause })
}

/// A log that is whole, and what that was held against.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// The log's head now.
    pub head: Head,
    /// A head that an earlier run printed was given, and is in it.
    pub kept: bool,
    /// The published heads, each in it.
    pub published: Published,
}

/// Recomputes the whole log; a head that was kept and each that was published must be in it.
///
/// # Errors
/// The first row that was changed, moved or removed, or when the record cannot be read.
pub async fn verify(store: &Store, kept: Option<Head>, published: Published) -> Result<Verified, VerifyError> {
    let all: Vec<Head> = kept.into_iter().chain(published.heads.iter().copied()).collect();
    let mut read = store.read().await?;
    let head = audit::verify_against_all(&mut read, &all).await?;
    Ok(Verified { head, kept: kept.is_some(), published })
}

impl fmt::Display for Verified {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (rows, count, file) = (self.head.seq, self.published.heads.len(), self.published.file.display());
        write!(f, "the audit log is whole, {rows} rows; ")?;
        if self.kept {
            write!(f, "the head that was given is in it; ")?;
        }
        if count > 0 {
            return write!(f, "published heads checked: {count}, of {file}");
        }
        write!(f, "published heads checked: 0, {file} has none. WARNING: ")?;
        match self.kept {
            true => write!(f, "rows after the head that was given could have been cut off or written anew"),
            false => write!(f, "a log that was cut off or written anew together with its head looks the same"),
        }?;
        write!(f, "; give a kept copy of the published heads with --heads")
    }
}
