//! The commands that are measured, each as the API's handler calls it.

use std::sync::atomic::{AtomicUsize, Ordering};

use yunzhen_domain::audit::{AuditFact, EventKind};
use yunzhen_domain::ids::ConsultationId;
use yunzhen_domain::machines::consultation::State;
use yunzhen_domain::records::{Consultation, Resident, Staff, Urgency};
use yunzhen_relay::app::views::common::VersionBody;
use yunzhen_relay::app::views::consultations::NewConsultation;
use yunzhen_relay::app::views::residents::{NewObservations, Reading};
use yunzhen_relay::app::{App, consultations, residents};
use yunzhen_runtime::clock;

use super::world::{World, request_of};

/// Consultations that wait for the case that begins them.
const WAITING: usize = 30_000;
/// Of them, how many are written in one transaction.
const BATCH: usize = 1000;

/// What is measured.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Command {
    /// A nurse asks for a consultation of a resident.
    Request,
    /// A specialist opens one that waits.
    Begin,
    /// A nurse records blood pressure and heart rate: three readings.
    Record,
}

/// What a case works on.
pub struct Work {
    app: App,
    nurse: Staff,
    specialist: Staff,
    residents: Vec<Resident>,
    waiting: Vec<ConsultationId>,
    next: AtomicUsize,
}

impl Command {
    pub const ALL: [Self; 3] = [Self::Request, Self::Begin, Self::Record];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Request => "request consultation",
            Self::Begin => "begin consultation",
            Self::Record => "record vital signs",
        }
    }

    pub async fn prepare(self, world: &World) -> anyhow::Result<Work> {
        let waiting = if self == Self::Begin { waiting(world).await? } else { Vec::new() };
        Ok(Work {
            app: world.app.clone(),
            nurse: world.nurse.clone(),
            specialist: world.specialist.clone(),
            residents: world.residents.clone(),
            waiting,
            next: AtomicUsize::new(0),
        })
    }

    /// One command, acknowledged. False when nothing is left to work on.
    pub async fn run(self, work: &Work) -> anyhow::Result<bool> {
        let n = work.next.fetch_add(1, Ordering::Relaxed);
        let resident_id = work.residents[n % work.residents.len()].id;
        match self {
            Self::Request => {
                let ask = NewConsultation { resident_id, reason: "血压偏高".to_owned(), urgency: Urgency::Routine };
                consultations::request(&work.app, &request_of(&work.nurse), ask).await?;
            }
            Self::Begin => {
                let Some(id) = work.waiting.get(n) else { return Ok(false) };
                let seen = VersionBody { version: 1 };
                consultations::begin(&work.app, &request_of(&work.specialist), *id, seen).await?;
            }
            Self::Record => {
                let ctx = request_of(&work.nurse);
                let reading = |code: &str, value: f64, unit: &str| Reading {
                    code: code.to_owned(),
                    value,
                    unit: unit.to_owned(),
                    measured_at: ctx.now.into(),
                    device: None,
                    clock_offset_ms: None,
                    raw_frame: None,
                };
                let readings = vec![
                    reading("8480-6", 138.0, "mm[Hg]"),
                    reading("8462-4", 82.0, "mm[Hg]"),
                    reading("8867-4", 71.0, "/min"),
                ];
                residents::record_observations(&work.app, &ctx, resident_id, NewObservations { readings }).await?;
            }
        }
        Ok(true)
    }
}

/// Residents who wait, written in bulk: they are not what is measured.
async fn waiting(world: &World) -> anyhow::Result<Vec<ConsultationId>> {
    let now = clock::now_timestamp();
    let mut all = Vec::with_capacity(WAITING);
    while all.len() < WAITING {
        let mut tx = world.app.store.write().await?;
        for n in 0..BATCH {
            let resident = &world.residents[n % world.residents.len()];
            let consultation = Consultation {
                id: ConsultationId::new(now, clock::random_bytes()),
                version: 1,
                state: State::Waiting,
                resident_id: resident.id,
                home_id: resident.home_id,
                reason: "血压偏高".into(),
                urgency: Urgency::Routine,
                requested_by: world.nurse.id,
                specialist_id: None,
                requested_at: now,
                scheduled_at: None,
                waiting_since: Some(now),
                began_at: None,
                ended_at: None,
                end_reason: None,
            };
            yunzhen_store::consultations::insert(&mut tx, &consultation).await?;
            all.push(consultation.id);
        }
        let actor = world.nurse.actor().reference();
        let (kind, entity_id) = (EventKind::ConsultationCheckedIn, all[all.len() - 1].uuid());
        let home_id = world.nurse.home_id;
        let fact = AuditFact { at: now, actor, kind, entity_id, home_id, pharmacy_id: None, purpose: None };
        tx.commit(vec![fact]).await?;
    }
    Ok(all)
}
