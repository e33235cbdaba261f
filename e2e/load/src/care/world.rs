//! A record as a hospital has it after some years: the demo's people, a thousand residents, a long audit log.

use jiff::Timestamp;
use uuid::Uuid;
use yunzhen_certs::Trust;
use yunzhen_domain::Actor;
use yunzhen_domain::audit::{AuditFact, EventKind};
use yunzhen_domain::checked::IdNumber;
use yunzhen_domain::formulary::Formulary;
use yunzhen_domain::ids::ResidentId;
use yunzhen_domain::policy::Policy;
use yunzhen_domain::records::{Resident, Staff};
use yunzhen_relay::app::{App, Context, Idempotency};
use yunzhen_relay::rooms::presence::Presence;
use yunzhen_relay::seed;
use yunzhen_runtime::clock;
use yunzhen_store::{Location, Options, Store, audit, residents, staff};

/// Residents of the first home beside the demo's.
const RESIDENTS: u32 = 1000;
/// Facts of one transaction while the log is filled.
const BATCH: u64 = 5000;

pub struct World {
    pub app: App,
    pub nurse: Staff,
    pub specialist: Staff,
    pub residents: Vec<Resident>,
}

impl World {
    pub async fn new(location: Location, audit_rows: u64) -> anyhow::Result<Self> {
        let now = clock::now_timestamp();
        let store = Store::open_at(location, &Options::default()).await?;
        seed::fill(&store, "bench", now).await?;
        let residents = many_residents(&store, now).await?;
        fill_audit(&store, audit_rows, now).await?;
        let mut db = store.read().await?;
        let member = async |db: &mut yunzhen_store::Read, name: &str| {
            anyhow::Ok(staff::by_username(db, name).await?.ok_or_else(|| anyhow::anyhow!("{name} is not there"))?)
        };
        let (nurse, specialist) = (member(&mut db, "nurse1").await?, member(&mut db, "specialist1").await?);
        drop(db);
        let app = App::new(store, Policy::default(), Formulary::demo()?, Trust::new(vec![]), Presence::default());
        Ok(Self { app, nurse, specialist, residents })
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
    let key = Uuid::from_bytes(clock::random_bytes());
    let mut request_sha256 = [0; 32];
    request_sha256[..16].copy_from_slice(key.as_bytes());
    let idempotency = Idempotency { key: key.to_string(), request_sha256 };
    Context { idempotency: Some(idempotency), ..Context::of(member.actor(), clock::now_timestamp()) }
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

async fn fill_audit(store: &Store, rows: u64, now: Timestamp) -> anyhow::Result<()> {
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
    }
}
