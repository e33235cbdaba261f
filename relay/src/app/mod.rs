//! Use cases of the care plane, one file per feature. A command is one transaction: load, authorize, let the machine decide, guarded update, audit fact,
//! idempotency record, commit. A query reads and shows what its reader may see.
//!
//! Not here: SQL (`yunzhen-store`), rules (`yunzhen-domain`), statuses (`http::problem`).

pub mod admin;
pub mod appointments;
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
mod invitations;
pub mod joint_consultations;
pub mod media_timeline;
pub mod medication_sheet;
mod names;
pub mod offers;
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
pub mod residents;
pub mod retention;
pub mod rounds;
pub mod safety;
pub mod schedule;
pub mod sessions;
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
use yunzhen_domain::ids::HomeId;
use yunzhen_domain::policy::Policy;
use yunzhen_domain::records::OnDuty;
use yunzhen_domain::{Actor, Sensitive, UnknownName};
use yunzhen_store::{Cursor, Store};

use crate::config::PublicUrl;
use crate::outgoing::Reachable;
use crate::print::Printer;
use crate::recordings::Files;
use crate::rooms::presence::Presence;
use crate::rooms::timeline::Timeline;
use crate::vault::Vault;

pub use error::{AppError, Conflict, FieldError};
pub use passwords::hash as hash_password;

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
        }
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
    /// The token of the caller's session; empty for the system and for people who are just signing in.
    pub session_token: Sensitive<String>,
    /// Its key, if it carries one.
    pub idempotency: Option<Idempotency>,
    /// The pharmacist at the counter, where a pharmacy's own system asks for something that a person answers for.
    pub on_duty: Option<OnDuty>,
}

impl Context {
    /// An actor without session and key: the system, somebody signing in, a test.
    pub fn of(actor: Actor, now: Timestamp) -> Self {
        let (source, session_token) = (String::new(), Sensitive::default());
        Self { actor, now, source, through_box: None, session_token, idempotency: None, on_duty: None }
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
