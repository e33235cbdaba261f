//! What a box says of stills and recordings that is no object: why there is no still, what hinders a recording, that it is over. Written down beside whatever comes.
//!
//! A word of a still is tried until it is written or the connection ends; one of a recording [`RECORDING_TRIES`] times, since the box says it again.

use std::time::Duration;

use tokio::sync::mpsc;
use yunzhen_domain::ids::{HomeId, StillId};
use yunzhen_domain::records::{RecordingTrouble, StillFailure};
use yunzhen_protocol::control::{RecordTrouble, StillTrouble, ToRelay};
use yunzhen_runtime::clock;

use super::Bulk;
use crate::app::{self, AppError};

/// A record that takes nothing is tried again after this.
const RETRY: Duration = Duration::from_secs(1);
/// A word of a recording is tried so often: that it is over is asked for again, and what hinders it is said with each connection.
const RECORDING_TRIES: u32 = 5;

impl Bulk {
    /// Words that are no object's.
    pub(super) async fn hear(&self, home: HomeId, mut words: mpsc::Receiver<ToRelay>) {
        while let Some(word) = words.recv().await {
            match word {
                ToRelay::StillFailed { still_id, reason } => self.still_failed(home, still_id, reason).await,
                word => self.recording_said(home, &word).await,
            }
        }
    }

    async fn recording_said(&self, home: HomeId, word: &ToRelay) {
        for _ in 0..RECORDING_TRIES {
            let (app, now) = (&self.app, clock::now_timestamp());
            let written = match *word {
                ToRelay::RecordingTrouble { recording_id, reason } => {
                    app::recordings::trouble(app, home, recording_id, reason.map(trouble), now).await
                }
                ToRelay::RecordingOver { recording_id } => app::recordings::over(app, home, recording_id, now).await,
                // `ToBulk::say` gives nothing else.
                _ => return,
            };
            match written {
                // Of another home, or of nobody: there is nothing to do.
                Ok(()) | Err(AppError::NotFound) => return,
                Err(error) => {
                    tracing::error!(home = %home, %error, "what a box says of a recording could not be written; trying again");
                    metrics::counter!("yunzhen_bulk_halted_total").increment(1);
                    tokio::time::sleep(RETRY).await;
                }
            }
        }
        tracing::error!(home = %home, "what a box says of a recording is dropped; the box says it again");
        metrics::counter!("yunzhen_bulk_words_dropped_total", "why" => "record").increment(1);
    }

    /// Written down once, however long the record takes nothing; the task ends with the connection, and the box is asked anew after that.
    async fn still_failed(&self, home: HomeId, id: StillId, reason: StillTrouble) {
        let failure = match reason {
            StillTrouble::CameraOff => StillFailure::CameraOff,
            StillTrouble::CameraFailed | StillTrouble::Other => StillFailure::CameraFailed,
            StillTrouble::CallOver => StillFailure::CallOver,
            StillTrouble::TooLarge => StillFailure::TooLarge,
            StillTrouble::BoxFull => StillFailure::BoxFull,
            StillTrouble::BoxDisk => StillFailure::BoxDisk,
        };
        loop {
            match app::stills::fail(&self.app, home, id, failure, clock::now_timestamp()).await {
                // Of another home, or of nobody: there is nothing to fail.
                Ok(()) | Err(AppError::NotFound) => return,
                // What is offered is offered again; what failed is said once.
                Err(error) => {
                    tracing::error!(home = %home, %error, "the end of a still could not be written; trying again");
                    metrics::counter!("yunzhen_stills_halted_total").increment(1);
                    tokio::time::sleep(RETRY).await;
                }
            }
        }
    }
}

/// What hinders a box, as the record has it.
const fn trouble(reason: RecordTrouble) -> RecordingTrouble {
    match reason {
        RecordTrouble::BoxDisk => RecordingTrouble::BoxDisk,
        RecordTrouble::BoxFull => RecordingTrouble::BoxFull,
        RecordTrouble::Tablet => RecordingTrouble::Tablet,
        RecordTrouble::Other => RecordingTrouble::Encoder,
    }
}
