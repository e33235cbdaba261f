//! Gives up diagnostic stills that nobody waits for any more: in the record, and what had arrived of them on this relay's disk.

use std::path::Path;

use jiff::Timestamp;
use yunzhen_domain::records::STILL_AWAITED;

use crate::app::{self, App, AppError};
use crate::quic::part;

/// Returns how many were given up.
pub async fn run(app: &App, bulk: &Path, now: Timestamp) -> Result<usize, AppError> {
    let given_up = app::stills::give_up(app, now).await?;
    part::sweep(bulk, STILL_AWAITED.unsigned_abs(), now).await;
    Ok(given_up)
}

#[cfg(test)]
mod tests {
    use std::fs::{self, File};
    use std::time::{Duration, SystemTime};

    use jiff::SignedDuration;

    use super::*;

    #[tokio::test]
    async fn parts_go_when_their_still_is_given_up_also_while_the_relay_runs() {
        let folder = tempfile::tempdir().unwrap();
        let app = crate::jobs::purge::tests::app(&folder).await;
        let bulk = folder.path().join("bulk");
        let now: Timestamp = "2026-11-29T08:00:00Z".parse().unwrap();
        let seconds = |at: Timestamp| Duration::from_secs(at.as_second().unsigned_abs());
        assert_eq!(run(&app, &bulk, now).await.unwrap(), 0, "no still has come yet: there is no folder");
        fs::create_dir(&bulk).unwrap();
        for (name, age) in [("old", STILL_AWAITED), ("young", STILL_AWAITED - SignedDuration::from_mins(1))] {
            let file = File::create(bulk.join(format!("{name}.part"))).unwrap();
            file.set_modified(SystemTime::UNIX_EPOCH + seconds(now - age)).unwrap();
        }
        run(&app, &bulk, now).await.unwrap();
        let left: Vec<_> = fs::read_dir(&bulk).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(left, ["young.part"]);
    }
}
