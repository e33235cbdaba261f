//! Demo data: two homes with ten residents and one who was registered twice, staff of every role, one pharmacy, two weeks of vital signs.
//!
//! [`people`] and [`registry`] are tables to read, [`vitals`] a seeded generator; all are pure. [`run`] writes them through the store, once: where the first home is already,
//! nothing happens. Ids never change, so that box certificates made for [`HOME_1`] and [`HOME_2`] fit every demo database. All persons are invented; their
//! identity numbers are of a form that is checked, not of people.

mod people;
mod referrals;
mod registry;
mod schedule;
pub mod stock;
mod vitals;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use uuid::Uuid;
use yunzhen_domain::Actor;
use yunzhen_domain::audit::{AuditFact, EventKind, Purpose};
use yunzhen_domain::formulary::{Formulary, FormularyError};
use yunzhen_domain::ids::{HomeId, PharmacyId, StaffId};
use yunzhen_domain::records::{
    Eligibility, Home, Note, Observation, Pharmacy, Resident, Staff, StaffCredential, Stock, StockEntry,
};
use yunzhen_store::{
    Store, StoreError, Tx, appointments, availability, break_glass, consents, consultations, documents, duplicates,
    duty, eligibility, homes, licences, notes, observations, pharmacies, residents, rounds, staff,
};

use crate::app::{AppError, hash_password};

pub use registry::Registry;

/// The first demo home, where nurse1 works.
pub const HOME_1: HomeId = HomeId::from_uuid(id(1, 1));
/// The second demo home, where nurse2 works.
pub const HOME_2: HomeId = HomeId::from_uuid(id(1, 2));
/// The demo pharmacy.
pub const PHARMACY: PharmacyId = PharmacyId::from_uuid(id(2, 1));

/// A demo id: UUID v7 of the first moment of 2026, `kind` and `n` in place of randomness.
const fn id(kind: u16, n: u32) -> Uuid {
    const NEW_YEAR_2026_MS: u128 = 1_767_225_600_000;
    let bits = NEW_YEAR_2026_MS << 80 | 7 << 76 | 0b10 << 62 | (kind as u128) << 32 | n as u128;
    Uuid::from_u128(bits)
}

/// Why there is no demo data.
#[derive(Debug, thiserror::Error)]
pub enum SeedError {
    /// The store said no.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The formulary of the demo cannot be read.
    #[error(transparent)]
    Formulary(#[from] FormularyError),
    /// The demo names a drug or diagnosis that the formulary does not have, or an identity number that is none.
    #[error("the demo data are wrong: {0}")]
    Data(String),
    /// Hashing a password failed.
    #[error("the demo password cannot be hashed: {0}")]
    Hash(#[from] AppError),
}

/// What [`run`] did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The demo data are there now.
    Seeded {
        /// How many residents.
        residents: usize,
        /// How many readings.
        readings: usize,
    },
    /// They were there before; nothing was changed.
    AlreadyThere,
}

/// Everything the demo has, as records.
#[derive(Debug, Clone)]
pub struct Demo {
    /// Two homes.
    pub homes: Vec<Home>,
    /// One pharmacy.
    pub pharmacy: Pharmacy,
    /// One or two of every role.
    pub staff: Vec<Staff>,
    /// Ten residents.
    pub residents: Vec<Resident>,
    /// Their first visits.
    pub eligibility: Vec<Eligibility>,
    /// Two weeks of readings until `now`.
    pub observations: Vec<Observation>,
    /// A note for each resident.
    pub notes: Vec<Note>,
    /// What the pharmacy has.
    pub stock: Vec<(Stock, StockEntry)>,
    /// Consents, a record registered twice, a broken glass, a letter.
    pub registry: Registry,
}

/// The demo as of `now`. The same `seed` and `now` make the same data.
///
/// # Errors
/// When the tables name what the formulary does not have.
pub fn demo(now: Timestamp, seed: u64) -> Result<Demo, SeedError> {
    let formulary = Formulary::demo()?;
    let (residents, eligibility) = people::residents(&formulary, now)?;
    Ok(Demo {
        homes: people::homes(),
        pharmacy: people::pharmacy(),
        staff: people::staff(),
        observations: vitals::two_weeks(&residents, now, seed),
        notes: people::notes(now),
        stock: stock::stock(&formulary, now)?,
        registry: registry::registry(&residents, now)?,
        residents,
        eligibility,
    })
}

/// Who and what the demo has, for whoever starts it: homes, and accounts with their user names. No password.
pub fn summary() -> serde_json::Value {
    let homes = people::homes();
    let homes = homes.iter().map(|home| serde_json::json!({ "id": home.id, "name": home.name }));
    let staff = people::staff();
    let accounts = staff.iter().map(|member| {
        serde_json::json!({
            "username": member.username, "role": member.role, "name": member.name,
            "home_id": member.home_id, "pharmacy_id": member.pharmacy_id,
        })
    });
    serde_json::json!({ "homes": homes.collect::<Vec<_>>(), "accounts": accounts.collect::<Vec<_>>() })
}

/// Fills the record with everything of the demo, unless it is filled. Every account gets `password`.
///
/// # Errors
/// When the store cannot be written, or the demo data are wrong.
pub async fn run(store: &Store, password: &str, now: Timestamp) -> Result<Outcome, SeedError> {
    let outcome = fill(store, password, now).await?;
    if matches!(outcome, Outcome::Seeded { .. }) {
        fill_licences(store, now).await?;
        fill_schedule(store, now).await?;
        referrals::fill(store, now).await?;
    }
    Ok(outcome)
}

/// Records the licences of those who sign: no administrator approves a signing key without.
async fn fill_licences(store: &Store, now: Timestamp) -> Result<(), SeedError> {
    let mut tx = store.write().await?;
    let mut facts = Vec::new();
    for licence in people::licences(now) {
        licences::insert(&mut tx, &licence).await?;
        facts.push(AuditFact {
            at: now,
            actor: Actor::System.reference(),
            kind: EventKind::StaffLicenceRecorded,
            entity_id: licence.staff_id.uuid(),
            home_id: None,
            pharmacy_id: None,
            purpose: None,
            sha256: None,
        });
    }
    tx.commit(facts).await?;
    Ok(())
}

/// Gives a filled store its calendar: times, duty, appointments of today, a round of tomorrow.
///
/// # Errors
/// As [`run`].
pub async fn fill_schedule(store: &Store, now: Timestamp) -> Result<(), SeedError> {
    let mut tx = store.write().await?;
    let people = residents::list(&mut tx, None, None).await?;
    let day = schedule::schedule(&people, now).ok_or_else(|| SeedError::Data("the calendar".to_owned()))?;
    for published in &day.availability {
        availability::put(&mut tx, published).await?;
    }
    for shift in &day.duty {
        duty::insert(&mut tx, shift).await?;
    }
    let mut facts = Vec::new();
    let mut fact = |kind, entity_id, home_id| {
        let actor = Actor::System.reference();
        facts.push(AuditFact {
            at: now,
            actor,
            kind,
            entity_id,
            home_id,
            pharmacy_id: None,
            purpose: None,
            sha256: None,
        });
    };
    for published in &day.availability {
        fact(EventKind::AvailabilityPublished, published.specialist_id.uuid(), None);
    }
    for (consultation, appointment) in day.consultations.iter().zip(&day.appointments) {
        consultations::insert(&mut tx, consultation).await?;
        appointments::insert(&mut tx, appointment).await?;
        fact(EventKind::ConsultationBooked, consultation.id.uuid(), Some(consultation.home_id));
    }
    rounds::insert(&mut tx, &day.round).await?;
    fact(EventKind::RoundPlanned, day.round.id.uuid(), Some(day.round.home_id));
    tx.commit(facts).await?;
    Ok(())
}

/// Fills an open store, unless it is filled.
///
/// # Errors
/// As [`run`].
pub async fn fill(store: &Store, password: &str, now: Timestamp) -> Result<Outcome, SeedError> {
    let mut tx = store.write().await?;
    if homes::get(&mut tx, HOME_1).await?.is_some() {
        return Ok(Outcome::AlreadyThere);
    }
    let demo = demo(now, 2026)?;
    pharmacies::insert(&mut tx, &demo.pharmacy).await?;
    for home in &demo.homes {
        homes::insert(&mut tx, home).await?;
    }
    for (batch, entry) in &demo.stock {
        yunzhen_store::stock::insert(&mut tx, batch).await?;
        yunzhen_store::stock::insert_move(&mut tx, entry).await?;
    }
    // One password, which the demo prints, and one hash of it: a hash takes as long as all the rest.
    let password_hash = hash_password(password.to_owned()).await?;
    for member in &demo.staff {
        let credential =
            StaffCredential { staff_id: member.id, password_hash: password_hash.clone(), initial_until: None };
        staff::insert(&mut tx, member, &credential).await?;
    }
    for resident in &demo.residents {
        residents::insert(&mut tx, resident).await?;
    }
    for fact in &demo.eligibility {
        eligibility::insert(&mut tx, fact).await?;
    }
    observations::insert_many(&mut tx, &demo.observations).await?;
    for note in &demo.notes {
        notes::insert(&mut tx, note).await?;
    }
    fill_registry(&mut tx, &demo.registry).await?;
    let fact = |kind, resident: &Resident| AuditFact {
        at: now,
        actor: Actor::System.reference(),
        kind,
        entity_id: resident.id.uuid(),
        home_id: Some(resident.home_id),
        pharmacy_id: None,
        purpose: None,
        sha256: None,
    };
    let facts = demo
        .residents
        .iter()
        .flat_map(|resident| [fact(EventKind::ObservationsRecorded, resident), fact(EventKind::NoteWritten, resident)]);
    let received = demo.stock.iter().map(|(batch, _)| AuditFact {
        at: now,
        actor: Actor::System.reference(),
        kind: EventKind::StockReceived,
        entity_id: batch.id.uuid(),
        home_id: None,
        pharmacy_id: Some(batch.pharmacy_id),
        purpose: None,
        sha256: None,
    });
    let registry = &demo.registry;
    let others = [
        (EventKind::ResidentRegistered, registry.twin.id.uuid(), registry.twin.home_id, None),
        (EventKind::DuplicateSuspected, registry.pair.id.uuid(), registry.twin.home_id, None),
        (EventKind::BreakGlassOpened, registry.glass.id.uuid(), registry.glass.home_id, Some(Purpose::BreakGlass)),
        (EventKind::DocumentAdded, registry.letter.0.resident_id.uuid(), registry.letter.0.home_id, None),
    ];
    let others = others.map(|(kind, entity_id, home_id, purpose)| AuditFact {
        entity_id,
        home_id: Some(home_id),
        purpose,
        ..fact(kind, &registry.twin)
    });
    tx.commit(received.chain(facts).chain(others).collect()).await?;
    tracing::info!(residents = demo.residents.len(), readings = demo.observations.len(), "demo data written");
    Ok(Outcome::Seeded { residents: demo.residents.len(), readings: demo.observations.len() })
}

async fn fill_registry(tx: &mut Tx, registry: &Registry) -> Result<(), SeedError> {
    residents::insert(tx, &registry.twin).await?;
    for consent in &registry.consents {
        consents::insert(tx, consent).await?;
    }
    duplicates::insert(tx, &registry.pair).await?;
    break_glass::insert(tx, &registry.glass).await?;
    let (letter, bytes) = &registry.letter;
    documents::insert(tx, letter, &STANDARD.encode(bytes)).await?;
    Ok(())
}

const fn staff_id(n: u32) -> StaffId {
    StaffId::from_uuid(id(3, n))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use yunzhen_domain::vitals::{check, find};
    use yunzhen_domain::{Role, formulary::DrugId};
    use yunzhen_store::testing::options;

    use super::*;

    fn now() -> Timestamp {
        "2026-11-23T07:41:00Z".parse().unwrap()
    }

    #[test]
    fn ids_are_version_seven_and_constant() {
        assert_eq!(HOME_1.to_string(), "019b76da-a800-7000-8000-000100000001");
        assert_eq!(HOME_1.uuid().get_version_num(), 7);
        assert_eq!(HOME_1.uuid().get_variant(), uuid::Variant::RFC4122);
    }

    #[test]
    fn the_demo_has_what_the_issue_asks() {
        let demo = demo(now(), 2026).unwrap();
        assert_eq!((demo.homes.len(), demo.residents.len()), (2, 10));
        let formulary = Formulary::demo().unwrap();
        assert!(formulary.drugs().count() >= 40);
        for role in Role::ALL.into_iter().filter(|role| role.has_account()) {
            assert!(demo.staff.iter().any(|member| member.role == role), "{role:?}");
        }
        assert!(demo.residents.iter().filter(|resident| !resident.allergies.is_empty()).count() >= 5);
        for resident in &demo.residents {
            assert_eq!(resident.id_number.birth_date(), resident.birth_date);
            assert_eq!(resident.id_number.sex(), resident.sex);
            assert!(!resident.conditions.is_empty() && !resident.medicines.is_empty() && !resident.contacts.is_empty());
            for allergy in &resident.allergies {
                assert!(allergy.group.as_deref().is_none_or(|key| formulary.group(key).is_some()), "{allergy:?}");
            }
            for medicine in &resident.medicines {
                let known: Option<&DrugId> = medicine.drug_id.as_ref();
                assert!(known.is_none_or(|drug| formulary.drug(drug).is_some()));
            }
            assert!(demo.eligibility.iter().any(|fact| fact.resident_id == resident.id));
        }
    }

    #[test]
    fn readings_are_plausible_several_a_day_and_some_out_of_range() {
        let demo = demo(now(), 2026).unwrap();
        let mut per_day: BTreeMap<_, usize> = BTreeMap::new();
        let mut out = 0;
        for reading in &demo.observations {
            check(&reading.code, &reading.unit, reading.value).unwrap();
            assert!(reading.measured_at <= now() && reading.measured_at <= reading.received_at);
            *per_day
                .entry((reading.resident_id, reading.code.clone(), reading.measured_at.as_second() / 86_400))
                .or_default() += 1;
            out += usize::from(find(&reading.code).unwrap().is_out_of_range(reading.value));
        }
        let days = |code: &str| per_day.iter().filter(|((_, c, _), n)| c == code && **n >= 2).count();
        assert!(days("8480-6") >= 10 * 12, "{}", days("8480-6"));
        let share = out as f64 / demo.observations.len() as f64;
        assert!((0.02..0.25).contains(&share), "{share}");
        assert_eq!(demo.observations, super::demo(now(), 2026).unwrap().observations);
        assert_ne!(demo.observations, super::demo(now(), 2027).unwrap().observations);
    }

    #[test]
    fn there_is_a_day_of_appointments_at_every_hour() {
        for hour in 0..24 {
            let now = now() + jiff::SignedDuration::from_hours(hour);
            let people = demo(now, 2026).unwrap().residents;
            let day = schedule::schedule(&people, now).unwrap();
            assert_eq!((day.appointments.len(), day.round.order.len()), (6, 3), "{hour}");
            assert_eq!(yunzhen_domain::schedule::on_duty(&day.duty, now).len(), 2);
            for (n, one) in day.appointments.iter().enumerate() {
                let same = |other: &&yunzhen_domain::records::Appointment| {
                    other.specialist_id == one.specialist_id && other.slot.overlaps(&one.slot)
                };
                assert_eq!(day.appointments.iter().filter(same).count(), 1, "{hour}: {n}");
                let published = day.availability.iter().find(|a| a.specialist_id == one.specialist_id).unwrap();
                let of_day = yunzhen_domain::schedule::slots(published, one.slot.starts_at, one.slot.ends_at);
                assert!(one.round_id.is_some() || of_day.contains(&one.slot), "{hour}: {n}");
            }
        }
    }

    #[tokio::test]
    async fn a_demo_that_is_run_has_a_round_to_come_and_a_referral_under_way() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("care.db");
        let store = Store::open(&path, &options()).await.unwrap();
        assert!(matches!(run(&store, "demo-password", now()).await, Ok(Outcome::Seeded { .. })));
        assert_eq!(run(&store, "demo-password", now()).await.unwrap(), Outcome::AlreadyThere);
        let mut read = store.read().await.unwrap();
        let rounds = yunzhen_store::visits::list(&mut read, &Default::default(), 10).await.unwrap();
        assert_eq!((rounds.len(), rounds[0].stops.len()), (1, 4));
        let newest = yunzhen_store::Paging::newest(10);
        let referrals = yunzhen_store::referrals::list(&mut read, &Default::default(), newest).await.unwrap();
        let rides = yunzhen_store::transports::list(&mut read, &Default::default(), newest).await.unwrap();
        assert_eq!((referrals.items.len(), rides.items[0].referral_id), (1, Some(referrals.items[0].id)));
        assert!(yunzhen_store::audit::verify(&mut read).await.unwrap() > 28);
    }

    #[tokio::test]
    async fn filling_twice_changes_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("care.db"), &options()).await.unwrap();
        let first = fill(&store, "demo-password", now()).await.unwrap();
        assert!(matches!(first, Outcome::Seeded { residents: 10, .. }), "{first:?}");
        assert_eq!(fill(&store, "other", now()).await.unwrap(), Outcome::AlreadyThere);
        let mut read = store.read().await.unwrap();
        assert_eq!(residents::list(&mut read, Some(HOME_1), None).await.unwrap().len(), 6);
        assert_eq!(residents::list(&mut read, None, Some("wxy")).await.unwrap().len(), 1);
        assert_eq!(yunzhen_store::audit::verify(&mut read).await.unwrap(), 85);
        let nurse = staff::by_username(&mut read, "nurse1").await.unwrap().unwrap();
        assert_eq!(nurse.home_id, Some(HOME_1));
        drop(read);
        fill_schedule(&store, now()).await.unwrap();
        let mut read = store.read().await.unwrap();
        assert_eq!(duty::at(&mut read, now()).await.unwrap().len(), 2);
    }
}
