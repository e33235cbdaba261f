//! The keys of an SQLite record's file. SQLCipher encrypts every page of the file and of its write-ahead log (AES-256-CBC, each page with a nonce of its own and authenticated by
//! HMAC-SHA512); it is told the key itself, so that no password is stretched at every connection.
//!
//! Each key is derived from a secret that seals other things too, by HKDF-Expand (RFC 5869, one block of SHA-256) with what it is for: neither says anything about the other. Not
//! here: where secrets come from (the relay), and files (`file.rs`).

use ring::hmac;
use sqlx::{AnyConnection, AssertSqlSafe};
use yunzhen_domain::Sensitive;
use yunzhen_domain::audit::hex;

use crate::ending;

/// What a record's key is derived for. Changed, no file of before opens.
const RECORD: &[u8] = b"yunzhen/record-file/1";
/// What the key of a copy within a backup is derived for. Changed, no backup of before can be restored.
const BACKUP: &[u8] = b"yunzhen/record-in-backup/1";

/// A key of one file, in no log and no error.
#[derive(Debug, Clone)]
pub struct FileKey(Sensitive<[u8; 32]>);

impl FileKey {
    /// Of the record itself, by the secret that seals values in it.
    pub fn of_record(secret: &[u8; 32]) -> Self {
        Self::derived(secret, RECORD)
    }

    /// Of the copy within a backup, by the backup's secret.
    pub fn of_backup(secret: &[u8; 32]) -> Self {
        Self::derived(secret, BACKUP)
    }

    fn derived(secret: &[u8; 32], purpose: &[u8]) -> Self {
        let mut block = hmac::Context::with_key(&hmac::Key::new(hmac::HMAC_SHA256, secret));
        block.update(purpose);
        block.update(&[1]);
        let mut key = [0; 32];
        key.copy_from_slice(block.sign().as_ref());
        Self(key.into())
    }

    /// As SQLCipher takes a key that is one already: 64 digits in the form of a blob.
    pub(crate) fn literal(&self) -> Sensitive<String> {
        format!("x'{}'", hex(self.0.expose())).into()
    }

    /// Tells a new connection its key, before anything else. The connection must not log statements: this one is the key.
    pub(crate) async fn tell(&self, conn: &mut AnyConnection) -> Result<(), sqlx::Error> {
        ending::before_the_libraries();
        // What the library has to say comes as an error; its own log goes to standard error, and a key that is tried is no fault.
        sqlx::raw_sql("PRAGMA cipher_log_level = NONE").execute(&mut *conn).await?;
        let statement = format!("PRAGMA key = \"{}\"", self.literal().expose());
        sqlx::raw_sql(AssertSqlSafe(statement)).execute(&mut *conn).await?;
        Ok(())
    }
}

/// The keys with which a record's file may be encrypted: the present one, and older ones that it is opened with once more and then encrypted anew.
#[derive(Debug, Clone)]
pub struct FileKeys {
    current: FileKey,
    older: Vec<FileKey>,
}

impl FileKeys {
    /// Derived from the present secret and from older ones.
    pub fn new(current: &[u8; 32], older: &[[u8; 32]]) -> Self {
        Self { current: FileKey::of_record(current), older: older.iter().map(FileKey::of_record).collect() }
    }

    /// And the one of a copy that comes out of a backup with this secret.
    #[must_use]
    pub fn and_of_backup(mut self, secret: &[u8; 32]) -> Self {
        self.older.push(FileKey::of_backup(secret));
        self
    }

    pub(crate) const fn current(&self) -> &FileKey {
        &self.current
    }

    /// The older ones, counted from 1: the present one is number 0.
    pub(crate) fn older(&self) -> impl Iterator<Item = (usize, &FileKey)> {
        (1..).zip(&self.older)
    }

    pub(crate) fn all(&self) -> impl Iterator<Item = &FileKey> {
        std::iter::once(&self.current).chain(&self.older)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_derived_for_one_purpose_and_never_printed() {
        let (record, backup) = (FileKey::of_record(&[7; 32]), FileKey::of_backup(&[7; 32]));
        let literal = record.literal().into_exposed();
        assert_eq!(literal.len(), 67);
        assert_eq!(literal, FileKey::of_record(&[7; 32]).literal().into_exposed(), "the same at every start");
        assert_ne!(literal, backup.literal().into_exposed());
        assert_ne!(literal, FileKey::of_record(&[8; 32]).literal().into_exposed());
        assert!(!literal.contains(&hex(&[7; 32])));
        let printed = format!("{:?}", FileKeys::new(&[7; 32], &[[8; 32]]));
        assert!(!printed.contains(&literal[2..10]) && printed.contains("redacted"), "{printed}");
    }
}
