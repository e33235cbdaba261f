//! A record as a hospital has it after some years: the demo's people, a thousand residents, a long audit log.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use jiff::civil::Time;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;
use yunzhen_certs::Trust;
use yunzhen_domain::Actor;
use yunzhen_domain::audit::{AuditFact, EventKind};
use yunzhen_domain::checked::IdNumber;
use yunzhen_domain::formulary::Formulary;
use yunzhen_domain::ids::{ResidentId, StaffId};
use yunzhen_domain::policy::Policy;
use yunzhen_domain::records::{Resident, Staff, StaffCredential};
use yunzhen_domain::schedule::{Availability, Rule, Weekday, Zone};
use yunzhen_relay::app::{App, Context, Idempotency};
use yunzhen_relay::rooms::presence::Presence;
use yunzhen_relay::seed;
use yunzhen_relay::vault::Vault;
use yunzhen_runtime::clock;
use yunzhen_store::testing::options;
use yunzhen_store::{Location, Store, audit, availability, residents, staff};

/// Residents of the first home beside the demo's.
const RESIDENTS: u32 = 1000;
/// Specialists whose times are booked: those who want the same one's wait for one another.
const SPECIALISTS: usize = 100;
/// Facts of one transaction while the log is filled.
const BATCH: u64 = 5000;

pub struct World {
    pub app: App,
    pub nurse: Staff,
    pub specialist: Staff,
    pub residents: Vec<Resident>,
    pub schedule: Arc<Schedule>,
}

/// Free slots of many specialists, each handed out once.
pub struct Schedule {
    specialists: Vec<StaffId>,
    from: Timestamp,
    next: AtomicUsize,
}

impl Schedule {
    const SLOT: SignedDuration = SignedDuration::from_mins(5);

    /// The next one: specialist by specialist, then five minutes later.
    pub fn take(&self) -> anyhow::Result<(StaffId, Timestamp)> {
        let n = self.next.fetch_add(1, Ordering::Relaxed);
        let later = Self::SLOT * i32::try_from(n / self.specialists.len())?;
        Ok((self.specialists[n % self.specialists.len()], self.from.checked_add(later)?))
    }
}

impl World {
    pub async fn new(location: Location, audit_rows: u64) -> anyhow::Result<Self> {
        let now = clock::now_timestamp();
        let store = Store::open_at(location, &options()).await?;
        seed::fill(&store, "bench", now).await?;
        let residents = many_residents(&store, now).await?;
        let schedule = Arc::new(published(&store, now).await?);
        fill_audit(&store, audit_rows, now).await?;
        let mut db = store.read().await?;
        let member = async |db: &mut yunzhen_store::Read, name: &str| {
            anyhow::Ok(staff::by_username(db, name).await?.ok_or_else(|| anyhow::anyhow!("{name} is not there"))?)
        };
        let (nurse, specialist) = (member(&mut db, "nurse1").await?, member(&mut db, "specialist1").await?);
        drop(db);
        let app = App::new(
            store,
            Policy::default(),
            Formulary::demo()?,
            Trust::new(vec![]),
            Presence::default(),
            Vault::from_key([7; 32])?,
        );
        Ok(Self { app, nurse, specialist, residents, schedule })
    }

    pub async fn audit_rows(&self) -> anyhow::Result<i64> {
        let mut db = self.app.store.read().await?;
        Ok(audit::head(&mut db).await?.seq)
    }

    pub async fn close(self) -> anyhow::Result<()> {
        self.app.store.close().await;
        Ok(())
    }
}

/// A request of somebody, with a key of its own.
pub fn request_of(member: &Staff) -> Context {
    request_by(member.actor())
}

/// The same of somebody without an account.
pub fn request_by(actor: Actor) -> Context {
    let key = Uuid::from_bytes(clock::random_bytes());
    let mut request_sha256 = [0; 32];
    request_sha256[..16].copy_from_slice(key.as_bytes());
    let idempotency = Idempotency { key: key.to_string(), request_sha256 };
    Context { idempotency: Some(idempotency), ..Context::of(actor, clock::now_timestamp()) }
}

async fn many_residents(store: &Store, now: Timestamp) -> anyhow::Result<Vec<Resident>> {
    let mut tx = store.write().await?;
    let known = residents::list(&mut tx, Some(seed::HOME_1), None).await?;
    let like = known.into_iter().next().ok_or_else(|| anyhow::anyhow!("the demo has no residents"))?;
    let mut all = Vec::new();
    for n in 0..RESIDENTS {
        let digits = format!("33010619330101{n:03}");
        let id_number = IdNumber::complete(&digits).map_err(|error| anyhow::anyhow!("{digits}: {error}"))?;
        let id = ResidentId::new(now, clock::random_bytes());
        let resident = Resident { id, id_number, bed: format!("{}-{}", n / 10, n % 10), ..like.clone() };
        residents::insert(&mut tx, &resident).await?;
        all.push(resident);
    }
    tx.commit(vec![fact(EventKind::NoteWritten, now)]).await?;
    Ok(all)
}

/// Specialists who can be booked day and night, five minutes each.
async fn published(store: &Store, now: Timestamp) -> anyhow::Result<Schedule> {
    let mut tx = store.write().await?;
    let like = staff::by_username(&mut tx, "specialist1").await?;
    let like = like.ok_or_else(|| anyhow::anyhow!("the demo has no specialist"))?;
    let tomorrow = TimeZone::UTC.to_datetime(now).date().tomorrow()?;
    let rules: Vec<Rule> = Weekday::ALL
        .iter()
        .map(|weekday| Rule {
            weekday: *weekday,
            start: Time::midnight(),
            end: Time::midnight(),
            slot_minutes: 5,
            valid_from: tomorrow.yesterday().unwrap_or(tomorrow),
            valid_until: None,
        })
        .collect();
    let mut specialists = Vec::with_capacity(SPECIALISTS);
    for n in 0..SPECIALISTS {
        let id = StaffId::new(now, clock::random_bytes());
        let member = Staff { id, username: format!("bench{n}"), ..like.clone() };
        staff::insert(
            &mut tx,
            &member,
            &StaffCredential { staff_id: id, password_hash: String::new().into(), initial_until: None },
        )
        .await?;
        let times = Availability {
            specialist_id: id,
            version: 1,
            zone: Zone::shanghai(),
            rules: rules.clone(),
            exceptions: vec![],
        };
        availability::put(&mut tx, &times).await?;
        specialists.push(id);
    }
    tx.commit(vec![fact(EventKind::NoteWritten, now)]).await?;
    let from = TimeZone::UTC.to_timestamp(tomorrow.tomorrow()?.into())?;
    Ok(Schedule { specialists, from, next: AtomicUsize::new(0) })
}

/// A long log, as of years.
pub async fn fill_audit(store: &Store, rows: u64, now: Timestamp) -> anyhow::Result<()> {
    let mut left = rows;
    while left > 0 {
        let batch = left.min(BATCH);
        let facts = (0..batch).map(|_| fact(EventKind::ResidentViewed, now)).collect();
        store.write().await?.commit(facts).await?;
        left -= batch;
    }
    Ok(())
}

fn fact(kind: EventKind, at: Timestamp) -> AuditFact {
    AuditFact {
        at,
        actor: Actor::System.reference(),
        kind,
        entity_id: Uuid::from_bytes(clock::random_bytes()),
        home_id: Some(seed::HOME_1),
        pharmacy_id: None,
        purpose: None,
        sha256: None,
    }
}
