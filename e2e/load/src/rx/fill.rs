//! What a county prescribed in fifteen years. Nearly all of it is closed; some hundreds are open, and drafts wait for the clients of the chain.
//!
//! A few prescriptions of each state go through the use cases with real signatures; the rest are copies of them ([`yunzhen_store::testing::years`]). A database that
//! is kept is not filled again, and a filling that was broken off goes on.

use anyhow::Context as _;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use yunzhen_certs::Trust;
use yunzhen_certs::authority::Authority;
use yunzhen_domain::Actor;
use yunzhen_domain::audit::{AuditFact, EventKind};
use yunzhen_domain::formulary::Formulary;
use yunzhen_domain::policy::Policy;
use yunzhen_relay::app::App;
use yunzhen_relay::seed;
use yunzhen_relay::vault::Vault;
use yunzhen_runtime::clock;
use yunzhen_store::testing::options;
use yunzhen_store::testing::years::{Copies, Filling, Years};
use yunzhen_store::{Location, Store, audit};

use super::Arguments;
use super::county::{County, asked_together};
use super::patterns::Patterns;
use crate::care::say;

/// Over which the copies are spread.
const YEARS_MS: i64 = 15 * 365 * 24 * 3_600_000;
/// Drafts for the clients of the chain.
const DRAFTS: u64 = 6000;
/// Readings of each resident.
const READINGS: u64 = 100;
/// Facts of one transaction while the log is filled.
const FACTS: u64 = 5000;

/// What is to be there: kept in the database, so that it is known again.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Plan {
    prescriptions: u64,
    audit_rows: u64,
    people: u64,
    at: Timestamp,
    copies: Vec<Copies>,
}

/// Fills the database, or finds it filled.
pub async fn fill(name: &str, location: &Location, arguments: &Arguments) -> anyhow::Result<()> {
    let plan = match Years::filling(location).await {
        Some(Filling { plan, whole }) => {
            let plan: Plan = serde_json::from_str(&plan).context("the plan of what is there")?;
            let same = plan.prescriptions == arguments.prescriptions && plan.audit_rows == arguments.audit_rows;
            anyhow::ensure!(
                same,
                "{name} holds {} prescriptions and {} audit rows: give another folder, or empty this one",
                plan.prescriptions,
                plan.audit_rows
            );
            say(&format!("{name}: {}", if whole { "filled by a former run" } else { "the filling goes on" }))?;
            if whole {
                return Ok(());
            }
            plan
        }
        None => begin(name, location, arguments).await?,
    };
    facts(name, location, &plan).await?;
    let mut years = Years::go_on(location).await;
    for copies in &plan.copies {
        let mut said = Ok(());
        let progress = |done| {
            if done % 100_000 == 0 || done == copies.count {
                said = say(&format!("{name}: {} prescriptions", copies.first - 1 + done));
            }
        };
        years.copy(copies, plan.people, progress).await;
        said?;
    }
    say(&format!("{name}: readings"))?;
    years.readings(READINGS, plan.at).await;
    let mut said = Ok(());
    years.end(|step| said = say(&format!("{name}: {step}"))).await;
    said
}

/// The people, and one prescription of each state.
async fn begin(name: &str, location: &Location, arguments: &Arguments) -> anyhow::Result<Plan> {
    say(&format!("{name}: the county"))?;
    Years::clear(location).await;
    let at = clock::now_timestamp();
    let store = Store::open_at(location.clone(), &options()).await?;
    seed::fill(&store, "bench", at).await?;
    asked_together(&store).await?;
    let residents = County::settle(&store, at).await?;
    let authority = Authority::create(at)?;
    let county = County::find(&store, &authority, at).await?;
    let trust = Trust::new(vec![authority.signers.der().clone()]);
    let app = App::new(
        store.clone(),
        Policy::default(),
        Formulary::demo()?,
        trust,
        Default::default(),
        Vault::from_key([7; 32])?,
    );
    let expiry = seed::stock::expiry(at);
    county.stock(&app, expiry).await?;
    let patterns = Patterns::make(&app, &county, &residents, expiry).await?;
    let people = county.people(&app, &residents).await?;
    store.close().await;
    drop(app);
    let plan = Plan {
        prescriptions: arguments.prescriptions,
        audit_rows: arguments.audit_rows,
        people: u64::try_from(people.len())?,
        at,
        copies: copies(&patterns, arguments.prescriptions, at),
    };
    Years::begin(location, &people, &patterns.all(), &serde_json::to_string(&plan)?).await;
    Ok(plan)
}

fn copies(patterns: &Patterns, prescriptions: u64, at: Timestamp) -> Vec<Copies> {
    let yesterday = at - SignedDuration::from_hours(48);
    let closed = |of, hundredths: u64| {
        let count = prescriptions * hundredths / 100;
        let apart_ms = YEARS_MS / i64::try_from(count.max(1)).unwrap_or(i64::MAX);
        Copies { of, first: 0, count, newest: yesterday, apart_ms, slim: true }
    };
    let minutes_ago = at - SignedDuration::from_mins(5);
    let open = |of, count| Copies { of, first: 0, count, newest: minutes_ago, apart_ms: 30_000, slim: false };
    let all = [
        closed(patterns.delivered, 82),
        closed(patterns.asked_again, 10),
        closed(patterns.short, 1),
        closed(patterns.cancelled, 7),
        open(patterns.signed, 60),
        open(patterns.in_review, 20),
        open(patterns.approved, 100),
        open(patterns.dispensing, 40),
        open(patterns.packed, 60),
        open(patterns.on_the_road, 80),
        Copies { apart_ms: 1000, ..open(patterns.draft, DRAFTS.min(prescriptions)) },
    ];
    let mut first = 1;
    all.into_iter()
        .map(|copies| {
            let copies = Copies { first, ..copies };
            first += copies.count;
            copies
        })
        .collect()
}

/// A long log, as of years: what is written most, by those who write it, over the whole time. Its rows are chained, so they are made one after the other.
async fn facts(name: &str, location: &Location, plan: &Plan) -> anyhow::Result<()> {
    const KINDS: [EventKind; 8] = [
        EventKind::ResidentViewed,
        EventKind::ResidentListed,
        EventKind::PrescriptionSigned,
        EventKind::PrescriptionApproved,
        EventKind::PrescriptionDispensed,
        EventKind::PrescriptionPacked,
        EventKind::DeliveryCreated,
        EventKind::ResidentListed,
    ];
    let store = Store::open_at(location.clone(), &options()).await?;
    let county = County::find(&store, &Authority::create(plan.at)?, plan.at).await?;
    let began = plan.at - SignedDuration::from_millis(YEARS_MS);
    let apart = YEARS_MS / i64::try_from(plan.audit_rows.max(1))?;
    let fact = |n: u64| {
        let index = usize::try_from(n).unwrap_or_default();
        let kind = KINDS[index % KINDS.len()];
        let by = match kind {
            EventKind::PrescriptionSigned => &county.specialists[index / 8 % county.specialists.len()].member,
            EventKind::PrescriptionApproved => &county.pharmacists[index / 8 % county.pharmacists.len()].member,
            EventKind::PrescriptionDispensed | EventKind::PrescriptionPacked | EventKind::DeliveryCreated => {
                &county.pharmacies[index / 8 % county.pharmacies.len()]
            }
            _ => &county.nurses[index / 8 % county.nurses.len()],
        };
        AuditFact {
            at: began + SignedDuration::from_millis(apart * i64::try_from(n).unwrap_or_default()),
            actor: Actor::reference(&by.actor()),
            kind,
            entity_id: Uuid::from_bytes(clock::random_bytes()),
            home_id: by.home_id,
            pharmacy_id: by.pharmacy_id,
            purpose: None,
            sha256: None,
        }
    };
    let head = async || anyhow::Ok(u64::try_from(audit::head(&mut *store.read().await?).await?.seq)?);
    let mut done = head().await?;
    while done < plan.audit_rows {
        let until = plan.audit_rows.min(done + FACTS);
        store.write().await?.commit((done..until).map(fact).collect()).await?;
        done = head().await?;
        if done % 100_000 < FACTS {
            say(&format!("{name}: {done} audit rows"))?;
        }
    }
    store.close().await;
    Ok(())
}
