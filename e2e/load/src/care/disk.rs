//! What the disk gives at best: appending one page and waiting until it is safe, again and again.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::Path;
use std::time::Duration;

use crate::now;

/// 4 KiB and an `fdatasync`, one after the other.
pub fn fsyncs_per_second(folder: &Path, duration: Duration) -> anyhow::Result<f64> {
    let path = folder.join("fsync-probe");
    let mut file = OpenOptions::new().create(true).write(true).truncate(true).open(&path)?;
    let page = [7_u8; 4096];
    let (began, mut count) = (now(), 0_u32);
    while began.elapsed() < duration {
        file.write_all(&page)?;
        file.sync_data()?;
        count += 1;
    }
    let rate = f64::from(count) / began.elapsed().as_secs_f64();
    drop(file);
    std::fs::remove_file(&path)?;
    Ok(rate)
}
