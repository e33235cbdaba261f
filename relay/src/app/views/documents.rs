//! Documents and photos of a resident.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::codes::{BodySite, ConsultationId, DocumentId, DocumentKind, ResidentId};
use super::common::Time;

/// A document without its bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Document {
    /// Document id.
    pub id: DocumentId,
    /// Of whom.
    pub resident_id: ResidentId,
    /// What it is.
    pub kind: DocumentKind,
    /// Where on the body, of a photo of a finding.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body_site: Option<BodySite>,
    /// The consultation that it belongs to: of a still, and of a voice message or a photo that was left in one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consultation_id: Option<ConsultationId>,
    /// In words.
    pub title: String,
    /// As its bytes say: `image/jpeg`, `image/png`, `image/webp`, `application/pdf`, or of a voice message `audio/webm` or `audio/ogg`.
    pub media_type: String,
    /// How many bytes.
    pub bytes: u64,
    /// SHA-256 of the bytes, hexadecimal.
    pub sha256: String,
    /// When it was made.
    pub taken_at: Time,
    /// When it reached the relay.
    pub received_at: Time,
    /// Who added it.
    pub author_name: String,
}

/// A document to keep.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewDocument {
    /// What it is.
    pub kind: DocumentKind,
    /// Where on the body; of a photo only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body_site: Option<BodySite>,
    /// The consultation in which a voice message or a photo is left.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consultation_id: Option<ConsultationId>,
    /// In words.
    #[schema(min_length = 1, max_length = 100)]
    pub title: String,
    /// The bytes in base64, at most 720 KiB before encoding: JPEG, PNG, WebP or PDF; of a voice message Opus in WebM or Ogg, at most two minutes.
    pub content_base64: String,
    /// When it was made (offline photos arrive later).
    pub taken_at: Time,
}
