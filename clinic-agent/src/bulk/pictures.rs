//! The task's part of stills: what a camera gave goes to disk, the oldest that can be read goes next, and why there is none is told.

use super::{Bulk, FAILURES, Item, on_disk};
use crate::outbox::devices::{NoPicture, Picture};
use crate::stills::disk::{Disk as Stills, Facts, KeepError};
use sha2::{Digest as _, Sha256};
use std::collections::HashSet;
use yunzhen_domain::ids::StillId;
use yunzhen_domain::records::STILL_MOST_BYTES;
use yunzhen_protocol::control::{StillTrouble, ToRelay};

impl Bulk {
    pub(super) async fn taken(&mut self, id: StillId, picture: Result<Picture, NoPicture>) {
        self.ordered.remove(&id);
        let trouble = match picture {
            Ok(picture) if picture.bytes.len() as u64 > STILL_MOST_BYTES => StillTrouble::TooLarge,
            Ok(Picture { bytes, media_type, width, height, taken_at }) => {
                let kept = tokio::task::spawn_blocking({
                    let disk = self.stills.clone();
                    move || {
                        let sha256 = yunzhen_domain::audit::hex(&Sha256::digest(&bytes));
                        let facts = Facts { taken_at, media_type: media_type.to_owned(), width, height, sha256 };
                        disk.keep(id, &facts, &bytes)
                    }
                });
                match kept.await {
                    // The next turn of the loop offers it. What nobody waits for goes on after it, from where the relay says.
                    Ok(Ok(())) => {
                        self.failed.remove(&id);
                        self.unreadable.remove(&id);
                        self.current.take_if(|current| matches!(current.item, Item::Segment(_)));
                        return self.say_what_waits().await;
                    }
                    Ok(Err(KeepError::Full)) => StillTrouble::BoxFull,
                    Ok(Err(error @ KeepError::Disk(_))) => {
                        tracing::error!(%error, "no room for a still");
                        StillTrouble::BoxDisk
                    }
                    Err(_) => StillTrouble::Other,
                }
            }
            Err(NoPicture::Off) => StillTrouble::CameraOff,
            Err(NoPicture::Failed) => StillTrouble::CameraFailed,
            // The relay asks after the call why it has none.
            Err(NoPicture::NoCall) => self.failed.get(&id).copied().unwrap_or(StillTrouble::CallOver),
        };
        self.fail(id, trouble);
    }

    /// There is no picture, and why. Nothing acknowledges it, so it is remembered: the relay asks again when the link went before it heard.
    fn fail(&mut self, id: StillId, reason: StillTrouble) {
        self.failed.insert(id, reason);
        if self.failed.len() > FAILURES {
            self.failed.pop_first();
        }
        if !self.link.tell(ToRelay::StillFailed { still_id: id, reason }) {
            tracing::debug!("no link to say that there is no still; the relay asks again");
        }
    }

    /// The oldest still that waits and can be read.
    pub(super) async fn next_still(&mut self) -> Option<(StillId, Facts, Vec<u8>)> {
        loop {
            let id = stills_waiting(&self.stills, &self.unreadable).await.first().copied()?;
            match on_disk(&self.stills, move |disk| disk.read(id)).await {
                Some((facts, bytes)) => return Some((id, facts, bytes)),
                None => self.give_up(id).await,
            }
        }
    }

    /// One that the disk does not give. Whoever asked can press again, once told.
    async fn give_up(&mut self, id: StillId) {
        metrics::counter!("yunzhen_stills_unreadable_total").increment(1);
        if on_disk(&self.stills, move |disk| disk.remove(id)).await.is_none() {
            self.unreadable.insert(id);
        }
        self.fail(id, StillTrouble::BoxDisk);
    }
}

/// Stills that can be offered, oldest first.
pub(super) async fn stills_waiting(disk: &Stills, unreadable: &HashSet<StillId>) -> Vec<StillId> {
    let waiting = on_disk(disk, Stills::waiting).await.unwrap_or_default();
    waiting.into_iter().filter(|id| !unreadable.contains(id)).collect()
}
