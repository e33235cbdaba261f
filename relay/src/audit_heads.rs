//! The head of the audit log, signed and published every hour in a file of its own: whoever keeps a copy of the file elsewhere can prove later that a row was
//! changed or cut off, also when the database and its head were written over together. Each statement names the one before by its digest, so that none can be
//! left out. The key signs nothing else; whoever has it can forge statements from then on, and none that somebody kept before.
//!
//! Not here: the chain itself (`yunzhen_domain::audit`), and signatures of people (`app::signing`).

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jiff::Timestamp;
use ring::signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use yunzhen_domain::audit::hex;
use yunzhen_domain::canonical;
use yunzhen_store::audit::Head;

use crate::keys::{KeyError, KeySource};

/// The protected header of every statement; another one is refused, so there is no algorithm to choose.
const HEADER: &str = r#"{"alg":"EdDSA","typ":"yunzhen+audit-head"}"#;
/// Names the statement.
const KIND: &str = "yunzhen.audit-head.v1";
/// Statements that the endpoint shows: two days.
const SHOWN: usize = 48;

/// Why a statement is not made or not believed.
#[derive(Debug, thiserror::Error)]
pub enum HeadsError {
    /// A file.
    #[error("{}: {source}; `[audit]` in the settings says where it is", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The key.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// Signed with another key, or changed.
    #[error("line {line}: the signature does not fit the statement")]
    Signature {
        /// Which.
        line: usize,
    },
    /// Not in the one form that statements have.
    #[error("line {line}: this is no statement about the audit log")]
    Form {
        /// Which.
        line: usize,
    },
    /// A line before it was removed, put in or changed.
    #[error("line {line}: it does not follow from the line before, or the log was shorter then")]
    Order {
        /// Which.
        line: usize,
    },
}

/// That the log ended there, then.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Statement {
    /// Names the statement; no other is read.
    #[serde(rename = "type")]
    pub kind: String,
    /// When.
    pub at: Timestamp,
    /// The head as `relay audit verify` prints it.
    pub head: String,
    /// SHA-256 of the line before, hexadecimal; empty in the first.
    pub previous: String,
}

/// The key that signs heads.
pub struct HeadKey(Ed25519KeyPair);

impl HeadKey {
    /// With the key of its place; one that is not there is made, readable by its owner alone.
    ///
    /// # Errors
    /// When it cannot be read or made, others may read it, or it holds no key.
    pub fn of(source: &dyn KeySource) -> Result<Self, HeadsError> {
        let seed = source.key(false)?;
        let no_key = |_| KeyError::NoKey("the key of the audit log's heads".to_owned());
        Ok(Self(Ed25519KeyPair::from_seed_unchecked(&seed).map_err(no_key)?))
    }

    /// The public half, base64: what statements are verified with.
    pub fn public(&self) -> String {
        STANDARD.encode(self.0.public_key().as_ref())
    }

    /// Signs a statement: one line.
    pub fn sign(&self, statement: &Statement) -> String {
        let payload = canonical::to_string(statement);
        let signed = format!("{}.{}", URL_SAFE_NO_PAD.encode(HEADER), URL_SAFE_NO_PAD.encode(payload));
        let signature = self.0.sign(signed.as_bytes());
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
    }
}

/// Reads published statements, each signed with this key and following from the one before; returns the heads in their order.
///
/// # Errors
/// The first line that is not believed.
pub fn read(public: &[u8], text: &str) -> Result<Vec<(Timestamp, Head)>, HeadsError> {
    let key = UnparsedPublicKey::new(&ED25519, public);
    let mut heads: Vec<(Timestamp, Head)> = Vec::new();
    let mut previous = String::new();
    for (number, text) in text.lines().enumerate() {
        let line = number + 1;
        let form = || HeadsError::Form { line };
        let (signed, signature) = text.rsplit_once('.').ok_or_else(form)?;
        let (header, payload) = signed.split_once('.').ok_or_else(form)?;
        let decoded = |part: &str| URL_SAFE_NO_PAD.decode(part).map_err(|_| HeadsError::Form { line });
        if decoded(header)? != HEADER.as_bytes() {
            return Err(form());
        }
        let (payload, signature) = (decoded(payload)?, decoded(signature)?);
        key.verify(signed.as_bytes(), &signature).map_err(|_| HeadsError::Signature { line })?;
        let statement: Statement = serde_json::from_slice(&payload).map_err(|_| form())?;
        let head: Head = statement.head.parse().map_err(|_| form())?;
        if statement.kind != KIND {
            return Err(form());
        }
        let shorter = heads.last().is_some_and(|(_, before)| head.seq < before.seq);
        if statement.previous != previous || shorter {
            return Err(HeadsError::Order { line });
        }
        previous = digest(text);
        heads.push((statement.at, head));
    }
    Ok(heads)
}

fn digest(line: &str) -> String {
    hex(&Sha256::digest(line.as_bytes()))
}

/// Where statements are published. Cheap to clone.
#[derive(Clone)]
pub struct AuditHeads(Arc<Inner>);

struct Inner {
    key: HeadKey,
    file: PathBuf,
}

impl AuditHeads {
    /// With this key and this file. The public key is written beside the statements, with `.pub` behind the name.
    ///
    /// # Errors
    /// As [`HeadKey::of`], or when the public key cannot be written.
    pub fn at(key: &dyn KeySource, file: &Path) -> Result<Self, HeadsError> {
        let key = HeadKey::of(key)?;
        let public = public_beside(file);
        fs::write(&public, format!("{}\n", key.public()))
            .map_err(|source| HeadsError::File { path: public, source })?;
        Ok(Self(Arc::new(Inner { key, file: file.to_owned() })))
    }

    /// Publishes a head, on disk when it returns. What a power cut left of a line is taken away first.
    ///
    /// # Errors
    /// When the file cannot be read or written.
    pub fn publish(&self, head: Head, at: Timestamp) -> Result<(), HeadsError> {
        let path = &self.0.file;
        self.append(head, at).map_err(|source| HeadsError::File { path: path.clone(), source })
    }

    fn append(&self, head: Head, at: Timestamp) -> io::Result<()> {
        let mut file = OpenOptions::new().create(true).read(true).append(true).open(&self.0.file)?;
        let before = io::read_to_string(&mut file)?;
        let whole = before.rfind('\n').map_or(0, |end| end + 1);
        if whole < before.len() {
            file.set_len(whole as u64)?;
        }
        let previous = before[..whole].lines().last().map(digest).unwrap_or_default();
        let statement = Statement { kind: KIND.to_owned(), at, head: head.to_string(), previous };
        file.write_all(format!("{}\n", self.0.key.sign(&statement)).as_bytes())?;
        file.sync_all()
    }

    /// The newest statements, oldest first, after the public key: for whoever keeps copies elsewhere.
    ///
    /// # Errors
    /// When the file is there and cannot be read.
    pub fn newest(&self) -> io::Result<String> {
        let text = match fs::read_to_string(&self.0.file) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
            read => read?,
        };
        let lines: Vec<&str> = text.lines().collect();
        let shown = lines[lines.len().saturating_sub(SHOWN)..].join("\n");
        Ok(format!("{}\n{shown}\n", self.0.key.public()))
    }
}

/// The file of the public key.
pub fn public_beside(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".pub");
    name.into()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;
    use crate::keys::KeyFile;

    fn head(seq: i64) -> Head {
        Head { seq, hash: [u8::try_from(seq).unwrap(); 32] }
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + second).unwrap()
    }

    /// Three statements, and with what they are verified.
    fn three() -> (tempfile::TempDir, Vec<u8>, String) {
        let folder = tempfile::tempdir().unwrap();
        let (key, file) = (folder.path().join("head.key"), folder.path().join("heads.jws"));
        let heads = AuditHeads::at(&KeyFile::new(&key, None), &file).unwrap();
        for n in 1..=3 {
            heads.publish(head(10 * n), at(3600 * n)).unwrap();
        }
        let public = STANDARD.decode(fs::read_to_string(public_beside(&file)).unwrap().trim()).unwrap();
        let text = fs::read_to_string(&file).unwrap();
        (folder, public, text)
    }

    #[test]
    fn what_is_published_is_read_and_a_start_later_goes_on() {
        let (folder, public, text) = three();
        let seqs = |text: &str| read(&public, text).unwrap().iter().map(|(_, head)| head.seq).collect::<Vec<_>>();
        assert_eq!(seqs(&text), [10, 20, 30]);
        let (key, file) = (folder.path().join("head.key"), folder.path().join("heads.jws"));
        // A power cut left half a line.
        fs::write(&file, format!("{text}eyJhbGciOi")).unwrap();
        let heads = AuditHeads::at(&KeyFile::new(&key, None), &file).unwrap();
        heads.publish(head(30), at(4 * 3600)).unwrap();
        assert_eq!(seqs(&fs::read_to_string(&file).unwrap()), [10, 20, 30, 30]);
        assert_eq!(heads.newest().unwrap().lines().count(), 5);
    }

    #[test]
    fn a_statement_that_was_changed_left_out_or_moved_is_found() {
        let (_folder, public, text) = three();
        let lines: Vec<&str> = text.lines().collect();
        let refused = |lines: &[&str]| read(&public, &lines.join("\n")).unwrap_err().to_string();
        assert!(refused(&[lines[0], lines[2]]).starts_with("line 2: it does not follow"));
        assert!(refused(&lines[1..]).starts_with("line 1: it does not follow"));
        assert!(refused(&[lines[0], lines[2], lines[1]]).starts_with("line 2: it does not follow"));
        let (signed, _) = lines[1].rsplit_once('.').unwrap();
        let of_another = format!("{signed}.{}", lines[0].rsplit_once('.').unwrap().1);
        assert_eq!(refused(&[lines[0], &of_another]), "line 2: the signature does not fit the statement");
        let none = format!("{}.{}.", URL_SAFE_NO_PAD.encode(r#"{"alg":"none"}"#), signed.split_once('.').unwrap().1);
        assert!(refused(&[lines[0], &none]).starts_with("line 2: this is no statement"));
        let (_other, foreign, _) = three();
        assert!(read(&foreign, &text).is_err(), "another relay's key");
    }

    #[test]
    fn a_key_that_others_may_read_is_refused_with_what_to_do() {
        let (folder, ..) = three();
        let key = folder.path().join("head.key");
        assert_eq!(fs::metadata(&key).unwrap().permissions().mode() & 0o777, 0o600);
        fs::set_permissions(&key, fs::Permissions::from_mode(0o644)).unwrap();
        let said = HeadKey::of(&KeyFile::new(&key, None)).err().unwrap().to_string();
        assert!(said.contains("chmod 600"), "{said}");
    }
}
