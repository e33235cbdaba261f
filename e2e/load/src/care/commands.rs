//! The commands that are measured, each as the API's handler calls it.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use yunzhen_domain::audit::{AuditFact, EventKind};
use yunzhen_domain::ids::ConsultationId;
use yunzhen_domain::machines::consultation::State;
use yunzhen_domain::records::{Consultation, Resident, Staff, Urgency};
use yunzhen_relay::app::views::appointments::NewAppointment;
use yunzhen_relay::app::views::common::VersionBody;
use yunzhen_relay::app::views::residents::{NewObservations, Reading};
use yunzhen_relay::app::{App, appointments, consultations, residents};
use yunzhen_runtime::clock;

use super::world::{Schedule, World, request_of};

/// Booked consultations for the case that checks them in.
const WAITING: usize = 30_000;
/// Of them, how many are written in one transaction.
const BATCH: usize = 1000;

/// What is measured.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Command {
    /// A nurse books a free slot of a specialist for a resident.
    Book,
    /// A nurse checks a booked resident in.
    CheckIn,
    /// A nurse records blood pressure and heart rate: three readings.
    Record,
}

/// What a case works on.
pub struct Work {
    app: App,
    nurse: Staff,
    schedule: Arc<Schedule>,
    residents: Vec<Resident>,
    booked: Vec<ConsultationId>,
    next: AtomicUsize,
}

impl Command {
    pub const ALL: [Self; 3] = [Self::Book, Self::CheckIn, Self::Record];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Book => "book appointment",
            Self::CheckIn => "check in",
            Self::Record => "record vital signs",
        }
    }

    pub async fn prepare(self, world: &World) -> anyhow::Result<Work> {
        let booked = if self == Self::CheckIn { booked(world).await? } else { Vec::new() };
        Ok(Work {
            app: world.app.clone(),
            nurse: world.nurse.clone(),
            schedule: world.schedule.clone(),
            residents: world.residents.clone(),
            booked,
            next: AtomicUsize::new(0),
        })
    }

    /// One command, acknowledged. False when nothing is left to work on.
    pub async fn run(self, work: &Work) -> anyhow::Result<bool> {
        let n = work.next.fetch_add(1, Ordering::Relaxed);
        let resident_id = work.residents[n % work.residents.len()].id;
        match self {
            Self::Book => {
                let (specialist_id, starts_at) = work.schedule.take()?;
                let reason = "血压偏高".to_owned();
                let wish = NewAppointment { resident_id, specialist_id, starts_at: starts_at.into(), reason };
                appointments::book(&work.app, &request_of(&work.nurse), wish).await?;
            }
            Self::CheckIn => {
                let Some(id) = work.booked.get(n) else { return Ok(false) };
                let seen = VersionBody { version: 1 };
                consultations::check_in(&work.app, &request_of(&work.nurse), *id, seen).await?;
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

/// Residents who have an appointment, written in bulk: they are not what is measured.
async fn booked(world: &World) -> anyhow::Result<Vec<ConsultationId>> {
    let now = clock::now_timestamp();
    let mut all = Vec::with_capacity(WAITING);
    while all.len() < WAITING {
        let mut tx = world.app.store.write().await?;
        for n in 0..BATCH {
            let resident = &world.residents[n % world.residents.len()];
            let consultation = Consultation {
                id: ConsultationId::new(now, clock::random_bytes()),
                version: 1,
                state: State::Scheduled,
                resident_id: resident.id,
                home_id: resident.home_id,
                reason: "血压偏高".into(),
                urgency: Urgency::Routine,
                requested_by: world.nurse.id,
                specialist_id: Some(world.specialist.id),
                requested_at: now,
                scheduled_at: Some(now),
                waiting_since: None,
                began_at: None,
                ended_at: None,
                end_reason: None,
            };
            yunzhen_store::consultations::insert(&mut tx, &consultation).await?;
            all.push(consultation.id);
        }
        let actor = world.nurse.actor().reference();
        let (kind, entity_id) = (EventKind::ConsultationBooked, all[all.len() - 1].uuid());
        let home_id = world.nurse.home_id;
        let fact =
            AuditFact { at: now, actor, kind, entity_id, home_id, pharmacy_id: None, purpose: None, sha256: None };
        tx.commit(vec![fact]).await?;
    }
    Ok(all)
}
