//! A pharmacy's own system: its credentials, where its events are sent, and each of them on its way.

use crate::ids::{PharmacyId, PharmacySystemId, StaffId, WebhookDeliveryId};
use crate::machines::named_enum;
use crate::sensitive::Sealed;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Credentials of one pharmacy's system; only digests of its secrets are kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PharmacySystem {
    /// Identifier, the public half of the credential.
    pub id: PharmacySystemId,
    /// Whose.
    pub pharmacy_id: PharmacyId,
    /// What it is called.
    pub name: String,
    /// SHA-256 of the secret.
    pub secret_sha256: [u8; 32],
    /// SHA-256 of the secret before, and until when it works.
    pub previous: Option<([u8; 32], Timestamp)>,
    /// Who made it.
    pub made_by: StaffId,
    /// When.
    pub made_at: Timestamp,
    /// When it last asked for something, to a few minutes.
    pub last_used_at: Option<Timestamp>,
    /// Since when it works no more.
    pub revoked_at: Option<Timestamp>,
    /// Where its events are sent.
    pub webhook: Option<Webhook>,
}

impl PharmacySystem {
    /// Does this digest open the door at `now`?
    pub fn admits(&self, digest: &[u8; 32], now: Timestamp) -> bool {
        let former = self.previous.is_some_and(|(before, until)| before == *digest && now < until);
        self.revoked_at.is_none() && (self.secret_sha256 == *digest || former)
    }
}

/// Where a system's events are sent, and how they are signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Webhook {
    /// Address.
    pub url: String,
    /// Signs each message.
    pub secret: Sealed,
    /// Signs beside it, until then.
    pub previous: Option<(Sealed, Timestamp)>,
    /// The audit row up to which events are queued.
    pub queued_to: i64,
    /// Since when nothing arrives there.
    pub failing_since: Option<Timestamp>,
    /// Since when nothing is sent any more, because nothing arrived for too long.
    pub switched_off_at: Option<Timestamp>,
}

impl Webhook {
    /// The secrets that sign at `now`, the newest first.
    pub fn secrets(&self, now: Timestamp) -> impl Iterator<Item = &Sealed> {
        let former = self.previous.as_ref().filter(|(_, until)| now < *until).map(|(secret, _)| secret);
        std::iter::once(&self.secret).chain(former)
    }
}

named_enum! {
    /// How far an event has come.
    WebhookDeliveryState {
        /// Is sent, or sent again.
        Pending = "pending",
        /// The system took it.
        Delivered = "delivered",
        /// Given up after the last try.
        Dead = "dead",
    }
}

/// One event on its way to one system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhookDelivery {
    /// Identifier.
    pub id: WebhookDeliveryId,
    /// To which system.
    pub system_id: PharmacySystemId,
    /// The event: its audit row.
    pub seq: i64,
    /// Its name.
    pub kind: String,
    /// The prescription or parcel that it is about.
    pub entity_id: Uuid,
    /// When it happened.
    pub happened_at: Timestamp,
    /// How far it has come.
    pub state: WebhookDeliveryState,
    /// Tries since it was queued or replayed.
    pub attempts: u32,
    /// The next try.
    pub next_at: Timestamp,
    /// The last answer: a status, or what prevented one.
    pub last_answer: Option<String>,
    /// When that was.
    pub last_tried_at: Option<Timestamp>,
}

/// The pharmacist at the counter who answers for what a pharmacy's system sends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OnDuty {
    /// Name.
    pub name: String,
    /// Number of the licence to practise.
    pub licence: String,
}

impl OnDuty {
    /// As a timeline names them.
    pub fn title(&self) -> String {
        format!("{}（{}）", self.name, self.licence)
    }
}
