//! A still, or a segment of a recording, that has not arrived whole: a file whose length says where to go on, also after a restart of the relay.
//!
//! The name holds the id and the digest that was offered, so that bytes of one object never go on with those of another. Bytes are written at their own
//! place: a write that a broken connection left under way writes what its successor writes there. Not here: what the bytes are worth (`bulk`).

use std::fs::{DirBuilder, File, OpenOptions};
use std::io;
use std::os::unix::fs::{DirBuilderExt as _, FileExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use jiff::Timestamp;
use uuid::Uuid;

use crate::disk::blocking;

/// One file.
#[derive(Debug)]
pub struct Part {
    path: PathBuf,
    file: Arc<File>,
    len: u64,
    /// What was here when it was opened.
    found: u64,
}

impl Part {
    /// Opens what there is of it, or begins it.
    pub async fn open(folder: &Path, id: Uuid, sha256: &str) -> io::Result<Self> {
        let (folder, path) = (folder.to_owned(), folder.join(format!("{id}-{sha256}.part")));
        blocking(move || {
            DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
            let file = OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(&path)?;
            let len = file.metadata()?.len();
            Ok(Self { path, file: Arc::new(file), len, found: len })
        })
        .await
    }

    /// How much is here.
    pub const fn arrived(&self) -> u64 {
        self.len
    }

    /// Whether some of it came by an earlier stream.
    pub const fn goes_on(&self) -> bool {
        self.found > 0
    }

    /// More of it.
    pub async fn push(&mut self, bytes: Bytes) -> io::Result<()> {
        let (file, at, after) = (self.file.clone(), self.len, self.len + bytes.len() as u64);
        blocking(move || file.write_all_at(&bytes, at)).await?;
        self.len = after;
        Ok(())
    }

    /// All that is here.
    pub async fn read(&self) -> io::Result<Vec<u8>> {
        tokio::fs::read(&self.path).await
    }

    /// It is of no more use.
    pub async fn remove(self) {
        if let Err(error) = tokio::fs::remove_file(&self.path).await {
            tracing::warn!(%error, "a part of bulk could not be removed");
        }
    }
}

/// Removes parts that nothing was added to for so long. What cannot be looked at stays.
pub async fn sweep(folder: &Path, older_than: Duration, now: Timestamp) {
    let Ok(mut entries) = tokio::fs::read_dir(folder).await else { return };
    while let Ok(Some(entry)) = entries.next_entry().await {
        let path = entry.path();
        let modified = entry.metadata().await.and_then(|metadata| metadata.modified());
        let now = Duration::from_millis(now.as_millisecond().max(0).unsigned_abs());
        let old = modified.is_ok_and(|at| {
            at.duration_since(SystemTime::UNIX_EPOCH).is_ok_and(|at| now.saturating_sub(at) >= older_than)
        });
        if old
            && path.extension().is_some_and(|extension| extension == "part")
            && let Err(error) = tokio::fs::remove_file(&path).await
        {
            tracing::warn!(%error, "an old part of bulk could not be removed");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn it_goes_on_where_it_stopped_and_other_bytes_begin_anew() {
        let folder = tempfile::tempdir().unwrap();
        let id = Uuid::from_u128(7);
        let mut part = Part::open(folder.path(), id, "aa").await.unwrap();
        part.push(Bytes::from_static(b"ha")).await.unwrap();
        assert!(!part.goes_on());
        let mut next = Part::open(folder.path(), id, "aa").await.unwrap();
        assert_eq!((next.arrived(), next.goes_on()), (2, true));
        // What the broken connection left under way comes after all, before and after the same bytes of the next one.
        part.push(Bytes::from_static(b"l")).await.unwrap();
        next.push(Bytes::from_static(b"lf")).await.unwrap();
        part.push(Bytes::from_static(b"f")).await.unwrap();
        assert_eq!(next.read().await.unwrap(), b"half");
        assert_eq!(Part::open(folder.path(), id, "bb").await.unwrap().arrived(), 0);
        part.remove().await;
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
        let now = yunzhen_runtime::clock::now_timestamp();
        sweep(folder.path(), Duration::from_secs(3600), now).await;
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "young ones stay");
        sweep(folder.path(), Duration::ZERO, now + Duration::from_secs(1)).await;
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
