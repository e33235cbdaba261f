//! Credentials of pharmacies' systems and their webhooks, for the administrator and for the pharmacy itself.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use yunzhen_domain::ids::{PharmacySystemId, WebhookDeliveryId};
use yunzhen_domain::pharmacy_events;
use yunzhen_domain::records::{Webhook as Kept, WebhookDelivery, WebhookDeliveryState};

use super::codes::PharmacyId;
use super::common::{StaffRef, Time};
use super::prescriptions::PharmacyRef;

/// The systems that the caller may see.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PharmacySystems {
    /// The newest first.
    pub items: Vec<PharmacySystem>,
    /// Every pharmacy, for a new one; none for who makes none.
    pub pharmacies: Vec<PharmacyRef>,
}

/// A pharmacy's own system.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PharmacySystem {
    /// Credential id.
    pub id: PharmacySystemId,
    /// What it is called.
    pub name: String,
    /// Whose.
    pub pharmacy: PharmacyRef,
    /// Who made it.
    pub made_by: StaffRef,
    /// When.
    pub made_at: Time,
    /// When it was last there, to a few minutes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_used_at: Option<Time>,
    /// Until when the secret before works too.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub former_secret_until: Option<Time>,
    /// Since when it opens nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revoked_at: Option<Time>,
    /// Where its events are sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub webhook: Option<Webhook>,
}

/// Where events are sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = PharmacyWebhook)]
pub struct Webhook {
    /// Address.
    pub url: String,
    /// Since when nothing arrives.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failing_since: Option<Time>,
    /// Since when nothing is sent, because nothing arrived for too long.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub switched_off_at: Option<Time>,
}

impl From<Kept> for Webhook {
    fn from(kept: Kept) -> Self {
        Self {
            url: kept.url,
            failing_since: kept.failing_since.map(Into::into),
            switched_off_at: kept.switched_off_at.map(Into::into),
        }
    }
}

/// A system that gets credentials.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPharmacySystem {
    /// Whose.
    pub pharmacy_id: PharmacyId,
    /// What it is called.
    #[schema(min_length = 1, max_length = 60)]
    pub name: String,
}

/// A credential, shown once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = PharmacyCredential)]
pub struct Credential {
    /// The system.
    pub id: PharmacySystemId,
    /// What it sends as bearer token.
    pub credential: String,
    /// Until when the one before works too.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub former_secret_until: Option<Time>,
}

impl Credential {
    /// Of an id and its secret.
    pub fn new(id: PharmacySystemId, secret: &str, former_until: Option<Timestamp>) -> Self {
        Self { id, credential: format!("{id}.{secret}"), former_secret_until: former_until.map(Into::into) }
    }
}

/// It works no more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = PharmacySystemRevoked)]
pub struct Revoked {
    /// Always.
    pub revoked: bool,
}

/// Where events are to be sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WebhookAddress {
    /// Beginning with `https://`.
    #[schema(min_length = 1, max_length = 500)]
    pub url: String,
}

/// Where events are sent, with the signing secret when it is new.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WebhookSecret {
    /// Address.
    pub url: String,
    /// Shown once, when the webhook is new or its secret was rotated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret: Option<String>,
    /// Until when the one before signs as well.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub former_secret_until: Option<Time>,
}

/// From where on events are sent once more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReplayFrom {
    /// The first event.
    #[schema(min_length = 1, max_length = 40)]
    pub from: String,
}

/// What is sent once more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Replayed {
    /// Events that had been queued before; older ones are found in the log again.
    pub queued_again: u64,
}

/// One event on its way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = WebhookDelivery)]
pub struct Delivery {
    /// Identifier.
    pub id: WebhookDeliveryId,
    /// The event.
    pub event_id: String,
    /// What happened.
    pub kind: String,
    /// When it happened.
    pub happened_at: Time,
    /// How far it has come.
    pub state: WebhookDeliveryState,
    /// Tries since it was queued or replayed.
    pub attempts: u32,
    /// The next try, while it is on its way.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_at: Option<Time>,
    /// The last answer: a status, or why there was none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_answer: Option<String>,
    /// When that was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_tried_at: Option<Time>,
}

impl From<WebhookDelivery> for Delivery {
    fn from(d: WebhookDelivery) -> Self {
        Self {
            id: d.id,
            event_id: pharmacy_events::id(d.seq),
            kind: d.kind,
            happened_at: d.happened_at.into(),
            next_at: (d.state == WebhookDeliveryState::Pending).then(|| d.next_at.into()),
            state: d.state,
            attempts: d.attempts,
            last_answer: d.last_answer,
            last_tried_at: d.last_tried_at.map(Into::into),
        }
    }
}
