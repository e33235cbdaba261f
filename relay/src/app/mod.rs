//! Use cases of the care plane, one file per feature. A command is one transaction: load, authorize, let the machine decide, guarded update, audit fact,
//! idempotency record, commit. A query reads and shows what its reader may see.
//!
//! Not here: SQL (`yunzhen-store`), rules (`yunzhen-domain`), statuses (`http::problem`).

pub mod access_notices;
pub mod admin;
pub mod appointments;
pub mod boxes;
pub mod break_glass;
pub mod calendars;
pub mod consents;
pub mod consultations;
mod courier_pins;
pub mod courier_runs;
pub mod deliveries;
pub mod discrepancies;
pub mod dispenses;
pub mod documents;
pub mod doses;
pub mod duplicates;
pub mod ecgs;
pub mod eligibility;
mod error;
pub mod events;
pub mod favourites;
pub mod fhir;
pub mod formulary;
pub mod homes;
pub mod invitations;
pub mod joint_consultations;
pub mod licences;
pub mod media_timeline;
pub mod medication_sheet;
mod names;
pub mod offers;
pub mod openid;
pub mod own_password;
pub mod passkeys;
mod passwords;
pub mod people;
pub mod pharmacies;
pub mod pharmacy_api;
pub mod pharmacy_systems;
pub mod prescriptions;
pub(crate) mod queue;
mod reads;
pub mod recalls;
pub mod recording_question;
pub mod recordings;
pub mod referrals;
pub mod refills;
mod relations;
pub(crate) mod reminders;
pub mod resealing;
pub mod residents;
pub mod retention;
pub mod rounds;
pub mod safety;
pub mod schedule;
pub mod second_factors;
pub mod sessions;
mod signing;
pub mod signing_keys;
pub mod staff_accounts;
pub mod stills;
pub mod stock;
mod tokens;
pub mod transports;
pub mod urgent_calls;
pub mod views;
pub mod visits;
pub mod webhooks;
mod work;

use std::sync::Arc;

use jiff::Timestamp;
use tokio::sync::watch;
use yunzhen_certs::Trust;
use yunzhen_domain::formulary::Formulary;
use yunzhen_domain::ids::{HomeId, SessionId};
use yunzhen_domain::policy::Policy;
use yunzhen_domain::records::OnDuty;
use yunzhen_domain::{Actor, Sensitive, UnknownName};
use yunzhen_store::{Cursor, Store};

use crate::audit_heads::AuditHeads;
use crate::config::{KeyApproval, PublicUrl};
use crate::openid::Providers;
use crate::outgoing::Reachable;
use crate::print::Printer;
use crate::recordings::Files;
use crate::rooms::presence::Presence;
use crate::rooms::timeline::Timeline;
use crate::vault::Vault;

pub use error::{AppError, Conflict, FieldError};
pub use passwords::hash as hash_password;
pub(crate) use passwords::{Initial, initial as initial_password, judge as judge_password, strength};

/// What every use case works with. Cheap to clone.
#[derive(Clone)]
pub struct App {
    /// Records.
    pub store: Store,
    /// Numbers in force.
    pub policy: Arc<Policy>,
    /// Drugs and diagnoses.
    pub formulary: Arc<Formulary>,
    /// Who may issue certificates of signers.
    pub signers: Arc<Trust>,
    /// Who may issue certificates of boxes, which sign what a nurse counted; without it no receipt is believed.
    pub boxes: Arc<Trust>,
    /// Who is there right now.
    pub presence: Presence,
    /// How far stills and recordings have come.
    pub arriving: stills::Arriving,
    /// How calls go, as far as it is not stored yet.
    pub timeline: Timeline,
    /// Where recordings lie.
    pub recordings: Files,
    /// Which reads the audit log has lately been told.
    reads: reads::Told,
    /// Makes PDFs.
    pub printer: Printer,
    /// Where people's devices reach the console, for links that leave the pages.
    pub public_url: Option<PublicUrl>,
    /// Which addresses events may be sent to.
    pub reachable: Reachable,
    /// Seals secrets that have to be read again.
    pub vault: Vault,
    /// Enrols and renews boxes; none: that is off.
    pub enroller: Option<Arc<boxes::Enroller>>,
    /// What the authority's own list revokes.
    pub revoked: boxes::RevokedList,
    /// Who lets a key sign.
    pub key_approval: KeyApproval,
    /// Where the audit log's head is published; nowhere in tests of use cases.
    pub audit_heads: Option<AuditHeads>,
    /// Identity providers of hospitals.
    pub providers: Providers,
}

impl App {
    /// Puts the parts together.
    pub fn new(
        store: Store,
        policy: Policy,
        formulary: Formulary,
        signers: Trust,
        presence: Presence,
        vault: Vault,
    ) -> Self {
        Self {
            store,
            policy: Arc::new(policy),
            formulary: Arc::new(formulary),
            signers: Arc::new(signers),
            boxes: Arc::new(Trust::new(Vec::new())),
            presence,
            arriving: Default::default(),
            timeline: Default::default(),
            recordings: Files::new("recordings".into()),
            reads: Default::default(),
            printer: Printer::default(),
            public_url: None,
            reachable: Reachable::default(),
            vault,
            enroller: None,
            revoked: boxes::RevokedList::default(),
            key_approval: KeyApproval::default(),
            audit_heads: None,
            providers: Providers::default(),
        }
    }

    /// The same with what enrols and renews boxes.
    #[must_use]
    pub fn with_enroller(self, enroller: Option<boxes::Enroller>) -> Self {
        Self { enroller: enroller.map(Arc::new), ..self }
    }

    /// The same with the authority of the boxes.
    #[must_use]
    pub fn with_boxes(self, boxes: Trust) -> Self {
        Self { boxes: Arc::new(boxes), ..self }
    }

    /// The same with the folder of recordings.
    #[must_use]
    pub fn with_recordings(self, folder: std::path::PathBuf) -> Self {
        Self { recordings: Files::new(folder), ..self }
    }

    /// The same with the address of the settings.
    #[must_use]
    pub fn with_public_url(self, public_url: Option<PublicUrl>) -> Self {
        Self { public_url, ..self }
    }

    /// The same with the place where heads are published.
    #[must_use]
    pub fn with_audit_heads(self, heads: AuditHeads) -> Self {
        Self { audit_heads: Some(heads), ..self }
    }

    /// The same with identity providers.
    #[must_use]
    pub fn with_providers(self, providers: Providers) -> Self {
        Self { providers, ..self }
    }

    /// The same with the settings' word on who lets a key sign.
    #[must_use]
    pub fn with_key_approval(self, key_approval: KeyApproval) -> Self {
        Self { key_approval, ..self }
    }

    /// The same with the settings' rules for addresses that events are sent to.
    #[must_use]
    pub fn with_reachable(self, reachable: Reachable) -> Self {
        Self { reachable, ..self }
    }

    /// The same with the fonts of the settings.
    #[must_use]
    pub fn with_printer(self, printer: Printer) -> Self {
        Self { printer, ..self }
    }

    /// Wakes at each committed change, with the sequence number of its last audit row.
    pub fn changes(&self) -> watch::Receiver<i64> {
        self.store.audit_head()
    }
}

/// On whose behalf, when, from where, and with which idempotency key.
#[derive(Debug, Clone)]
pub struct Context {
    /// The authenticated caller.
    pub actor: Actor,
    /// The time of the request.
    pub now: Timestamp,
    /// Address or box, for throttling.
    pub source: String,
    /// The box it comes through, if any.
    pub through_box: Option<HomeId>,
    /// The caller's session, which goes on under another token when a way in changes; none for the system and for people who are just signing in.
    pub session: Option<SessionId>,
    /// Its token; empty for the same.
    pub session_token: Sensitive<String>,
    /// When the person last proved who it is: by signing in, or by the password once more.
    pub authenticated_at: Timestamp,
    /// Its key, if it carries one.
    pub idempotency: Option<Idempotency>,
    /// The pharmacist at the counter, where a pharmacy's own system asks for something that a person answers for.
    pub on_duty: Option<OnDuty>,
}

impl Context {
    /// An actor without session and key: the system, somebody signing in, a test.
    pub fn of(actor: Actor, now: Timestamp) -> Self {
        let (source, session_token) = (String::new(), Sensitive::default());
        Self {
            actor,
            now,
            source,
            through_box: None,
            session: None,
            session_token,
            authenticated_at: now,
            idempotency: None,
            on_duty: None,
        }
    }

    /// Scheduled work of the relay itself.
    pub fn system(now: Timestamp) -> Self {
        Self::of(Actor::System, now)
    }
}

/// Where somebody who is not signed in comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entrance {
    /// The time of the request.
    pub now: Timestamp,
    /// Address or box, for throttling.
    pub source: String,
    /// The box it comes through: it lets in only nurses of its home, and the session works only through it.
    pub through_box: Option<HomeId>,
    /// What else is known of the browser.
    pub visitor: Visitor,
}

/// What a console says of the browser of somebody who is signing in. Shown to that person in the list of sessions; nothing is decided by it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Visitor {
    /// Browser and system in words.
    pub device: String,
    /// Its address.
    pub address: Option<Sensitive<String>>,
    /// The token of a session that the browser had until now: it ends, so that none goes on under the next person.
    pub former: Sensitive<String>,
}

/// An idempotency key and what it was sent with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Idempotency {
    /// Chosen by the client.
    pub key: String,
    /// SHA-256 over method, path and body.
    pub request_sha256: [u8; 32],
}

/// A fresh identifier of any kind, from the time and the system's randomness.
fn fresh<I>(make: fn(Timestamp, [u8; 10]) -> I, now: Timestamp) -> I {
    make(now, yunzhen_runtime::clock::random_bytes())
}

/// States of a query, separated by commas; none means any.
fn parse_states<S: std::str::FromStr<Err = UnknownName>>(text: Option<&str>) -> Result<Vec<S>, AppError> {
    let names = text.unwrap_or_default().split(',').map(str::trim).filter(|name| !name.is_empty());
    let states: Result<Vec<S>, UnknownName> = names.map(str::parse).collect();
    states.map_err(|e| AppError::invalid("state", format!("没有“{}”这个状态", e.name), e.to_string()))
}

/// The cursor of a query.
fn parse_cursor(text: Option<&str>) -> Result<Option<Cursor>, AppError> {
    text.map(str::parse).transpose().map_err(|_| AppError::BadCursor)
}
