//! One object of a box on its way: what it is, how far it has come, whether an offer of it makes sense, and the head of the stream that brings it.

use jiff::Timestamp;
use quinn::RecvStream;
use uuid::Uuid;
use yunzhen_domain::ids::{RecordingId, SegmentId, StillId};
use yunzhen_protocol::bulk::{BulkHead, BulkKind, MAX_HEAD_BYTES};
use yunzhen_protocol::control::ToBox;

use super::super::part::Part;
use crate::app::App;

/// Pixels to a side.
const LONGEST_SIDE: u32 = 8192;

/// An offer that is on its way.
pub(super) struct Incoming {
    pub(super) object: Object,
    pub(super) bytes: u64,
    pub(super) sha256: String,
    pub(super) part: Part,
}

/// What a box offered.
pub(super) enum Object {
    Still(StillId, Picture),
    Segment(SegmentId, RecordingId, u32),
}

/// What a box says of a still.
pub(super) struct Picture {
    pub(super) taken_at: Timestamp,
    pub(super) media_type: String,
    pub(super) size: (u32, u32),
}

impl Object {
    pub(super) const fn uuid(&self) -> Uuid {
        match self {
            Self::Still(id, _) => id.uuid(),
            Self::Segment(id, ..) => id.uuid(),
        }
    }

    pub(super) const fn kind(&self) -> BulkKind {
        match self {
            Self::Still(..) => BulkKind::Still,
            Self::Segment(..) => BulkKind::Segment,
        }
    }

    /// By which its arrival is shown.
    pub(super) const fn shown_as(&self) -> Uuid {
        match self {
            Self::Still(id, _) => id.uuid(),
            Self::Segment(_, recording_id, _) => recording_id.uuid(),
        }
    }

    pub(super) const fn at(&self, offset: u64) -> ToBox {
        match *self {
            Self::Still(still_id, _) => ToBox::StillAt { still_id, offset },
            Self::Segment(segment_id, ..) => ToBox::SegmentAt { segment_id, offset },
        }
    }
}

impl Incoming {
    pub(super) const fn is_whole(&self) -> bool {
        self.part.arrived() >= self.bytes
    }

    /// How far a still has come. A recording's progress is counted in segments.
    pub(super) fn show(&self, app: &App) {
        if let Object::Still(id, _) = self.object {
            let percent = u8::try_from(self.part.arrived() * 100 / self.bytes.max(1)).unwrap_or(100);
            app.arriving.set(id.uuid(), percent);
        }
    }
}

impl Picture {
    pub(super) fn is_sensible(&self) -> bool {
        let side = |pixels| (1..=LONGEST_SIDE).contains(&pixels);
        side(self.size.0) && side(self.size.1) && ["image/png", "image/jpeg"].contains(&self.media_type.as_str())
    }
}

/// It becomes part of a file's name.
pub(super) fn is_digest(sha256: &str) -> bool {
    sha256.len() == 64 && sha256.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// Reads the head of a bulk stream; `None` when it ends before, or carries something unknown.
pub(super) async fn read_head(stream: &mut RecvStream) -> Option<BulkHead> {
    let mut bytes = [0; MAX_HEAD_BYTES];
    for len in 1..=bytes.len() {
        stream.read_exact(&mut bytes[len - 1..len]).await.ok()?;
        if let Some((head, _)) = BulkHead::decode(&bytes[..len]).ok()? {
            return Some(head);
        }
    }
    None
}
