//! A still that has not arrived whole: a file whose length says where to go on, also after a restart of the relay.
//!
//! The name holds the still and the digest that was offered, so that bytes of one picture never go on with those of another. Not here: what the bytes are
//! worth (`bulk`).

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use jiff::Timestamp;
use tokio::fs::{DirBuilder, File, OpenOptions};
use tokio::io::AsyncWriteExt as _;
use yunzhen_domain::ids::StillId;

/// One file, open at its end.
#[derive(Debug)]
pub struct Part {
    path: PathBuf,
    file: File,
    len: u64,
}

impl Part {
    /// Opens what there is of a still, or begins it.
    pub async fn open(folder: &Path, id: StillId, sha256: &str) -> std::io::Result<Self> {
        DirBuilder::new().recursive(true).mode(0o700).create(folder).await?;
        let path = folder.join(format!("{id}-{sha256}.part"));
        let file = OpenOptions::new().append(true).create(true).mode(0o600).open(&path).await?;
        let len = file.metadata().await?.len();
        Ok(Self { path, file, len })
    }

    /// How much is here.
    pub const fn arrived(&self) -> u64 {
        self.len
    }

    /// More of it.
    pub async fn push(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        self.file.write_all(bytes).await?;
        self.len += bytes.len() as u64;
        Ok(())
    }

    /// All that is here.
    pub async fn read(&mut self) -> std::io::Result<Vec<u8>> {
        self.file.flush().await?;
        tokio::fs::read(&self.path).await
    }

    /// It is of no more use.
    pub async fn remove(self) {
        if let Err(error) = tokio::fs::remove_file(&self.path).await {
            tracing::warn!(%error, "a part of a still could not be removed");
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
            tracing::warn!(%error, "an old part of a still could not be removed");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn it_goes_on_where_it_stopped_and_other_bytes_begin_anew() {
        let folder = tempfile::tempdir().unwrap();
        let id = StillId::from_uuid(uuid::Uuid::from_u128(7));
        let mut part = Part::open(folder.path(), id, "aa").await.unwrap();
        part.push(b"hal").await.unwrap();
        part.read().await.unwrap();
        drop(part);
        let mut part = Part::open(folder.path(), id, "aa").await.unwrap();
        assert_eq!(part.arrived(), 3);
        part.push(b"f").await.unwrap();
        assert_eq!(part.read().await.unwrap(), b"half");
        assert_eq!(Part::open(folder.path(), id, "bb").await.unwrap().len(), 0);
        part.remove().await;
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
        let now = yunzhen_runtime::clock::now_timestamp();
        sweep(folder.path(), Duration::from_secs(3600), now).await;
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "young ones stay");
        sweep(folder.path(), Duration::ZERO, now + Duration::from_secs(1)).await;
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
