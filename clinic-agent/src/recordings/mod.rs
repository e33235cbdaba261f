//! The home's side of a consultation, recorded at full quality beside the call, whatever the link gives.
//!
//! On the relay's order the box encodes its cameras a second time at a fixed rate (`capture::tape`), cuts that into segments of a few seconds and seals each with
//! the key that came with the order. The key is in memory only: what lies on this disk opens nowhere but at the relay, also when the box is stolen.
//! [`crate::bulk`] brings segments to the relay; each goes from here when it is there.
//!
//! | module | what |
//! |---|---|
//! | [`cutter`] | samples → segments; pure |
//! | [`disk`] | what waits, with its bounds |
//! | [`pace`] | whether the box is too slow; pure |
//!
//! The tablet's own camera and sound are not recorded: the relay is told, and says so in words.

pub mod cutter;
pub mod disk;
pub mod pace;

use crate::bulk::BulkEvent;
use serde::Deserialize;
use tokio::sync::mpsc;
use yunzhen_domain::ids::RecordingId;
use yunzhen_protocol::control::{RecordTrouble, RecordingKey};

/// The `[recording]` table.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RecordingSettings {
    /// Whether this box records when the hospital asks for it and the resident has consented. A box that is too slow for a second encoder does not.
    pub enabled: bool,
    /// Of the picture, bits per second, whatever the link gives.
    pub video_bitrate_bps: u32,
    /// Segments wait for the link up to so many bytes.
    pub most_bytes: u64,
}

impl Default for RecordingSettings {
    fn default() -> Self {
        Self { enabled: true, video_bitrate_bps: 1_500_000, most_bytes: 8 * 1024 * 1024 * 1024 }
    }
}

/// Where what is recorded goes.
#[derive(Clone, Debug)]
pub struct TapeTarget {
    /// How it is recorded.
    pub settings: RecordingSettings,
    /// Where segments wait.
    pub disk: disk::Disk,
    /// Who brings them to the relay.
    pub events: mpsc::Sender<BulkEvent>,
}

/// An order to record.
#[derive(Debug)]
pub struct RecordOrder {
    /// Which recording.
    pub recording_id: RecordingId,
    /// What seals it.
    pub key: RecordingKey,
    /// The first segment that the relay does not have.
    pub next: u32,
}

/// What becomes of a recording on this box.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TapeEvent {
    /// It runs.
    Opened,
    /// A segment is on disk.
    Kept,
    /// What hinders it; nothing any more.
    Trouble(Option<RecordTrouble>),
    /// The tablet's own camera is shown, or no longer.
    Tablet(bool),
    /// Its last segment is on disk.
    Closed,
}
