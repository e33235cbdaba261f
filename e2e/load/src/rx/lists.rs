//! Every list of every screen, by whom it is shown to, and the pages that read what has become long, a chart among them. Several read at once, each time the page
//! after, and the first one again at the end; meanwhile a prescription goes through the chain every second.

use std::time::Duration;

use anyhow::Context as _;
use jiff::SignedDuration;
use serde_json::{Value, json};
use yunzhen_domain::Actor;
use yunzhen_domain::formulary::DrugId;
use yunzhen_domain::ids::{ConsultationId, PharmacySystemId, PrescriptionId, ResidentId, StockId};
use yunzhen_domain::machines::{delivery, prescription};
use yunzhen_relay::app::views::pharmacy_api::EventsQuery;
use yunzhen_relay::app::{self, App, Context};
use yunzhen_store::{Paging, deliveries, prescriptions, stock};

use super::chain;
use super::report::List;
use super::world::World;
use crate::care::world::request_by;
use crate::now;

/// How often something is prescribed while the lists are read.
const EVERY: Duration = Duration::from_secs(1);

/// Reads lists and keeps what it took.
struct Reader {
    database: &'static str,
    app: App,
    at_once: usize,
    reads: usize,
    lists: Vec<List>,
}

impl Reader {
    /// Reads one list. The first answer of each of those who read warms caches, as those of a relay that runs are.
    async fn read<F, A>(&mut self, route: &'static str, actor: Actor, query: Value, ask: F) -> anyhow::Result<()>
    where
        F: Fn(App, Context, Value) -> A + Clone + Send + 'static,
        A: Future<Output = anyhow::Result<Vec<u8>>> + Send,
    {
        let reads = self.reads.div_ceil(self.at_once);
        let running: Vec<_> = (0..self.at_once)
            .map(|_| {
                let (app, query, ask) = (self.app.clone(), query.clone(), ask.clone());
                tokio::spawn(async move {
                    let (mut cursor, mut latencies, mut size) = (None, Vec::with_capacity(reads), (0, 0));
                    for read in 0..=reads {
                        let mut with = query.clone();
                        if let (Some(cursor), Some(query)) = (cursor.take(), with.as_object_mut()) {
                            query.insert("cursor".to_owned(), cursor);
                        }
                        let sent = now();
                        let text = ask(app.clone(), request_by(actor), with).await?;
                        if read > 0 {
                            latencies.push(sent.elapsed());
                        }
                        let answer: Value = serde_json::from_slice(&text)?;
                        size = (size.0.max(answer["items"].as_array().map_or(0, Vec::len)), size.1.max(text.len()));
                        cursor = answer.get("next").filter(|next| next.is_string()).cloned();
                    }
                    anyhow::Ok((latencies, size))
                })
            })
            .collect();
        let (mut latencies, mut size) = (Vec::new(), (0, 0));
        for reader in running {
            let (own, (rows, bytes)) = reader.await?.with_context(|| format!("{route} of {actor:?}"))?;
            latencies.extend(own);
            size = (size.0.max(rows), size.1.max(bytes));
        }
        self.lists.push(List::new(self.database, route, actor.role().as_str(), size, latencies));
        Ok(())
    }
}

/// A list: its route, who reads it, what is asked for, and the use case, of which `app`, `ctx` and `query` are the caller's.
macro_rules! list {
    ($reader:ident, $route:literal, $who:expr, $query:tt, |$app:ident, $ctx:ident, $with:ident| $ask:expr) => {
        $reader
            .read($route, $who, json!($query), move |$app: App, $ctx: Context, $with: Value| async move {
                Ok(serde_json::to_vec(&$ask.await?)?)
            })
            .await?
    };
    ($reader:ident, $route:literal, $who:expr, $query:tt, $case:path) => {
        list!($reader, $route, $who, $query, |app, ctx, query| $case(&app, &ctx, serde_json::from_value(query)?))
    };
}

pub async fn measure(database: &'static str, world: &World, at_once: usize, reads: usize) -> anyhow::Result<Vec<List>> {
    let mut reader = Reader { database, app: world.app.clone(), at_once, reads, lists: Vec::new() };
    let beside = world.clone();
    let prescribing = tokio::spawn(async move {
        let mut turns = tokio::time::interval(EVERY);
        loop {
            turns.tick().await;
            if !chain::one(&beside, &mut chain::steps()).await? {
                return anyhow::Ok(());
            }
        }
    });
    all(&mut reader, world).await?;
    if prescribing.is_finished() {
        prescribing.await??;
        anyhow::bail!("the drafts ran out while lists were read");
    }
    prescribing.abort();
    Ok(reader.lists)
}

async fn all(reader: &mut Reader, world: &World) -> anyhow::Result<()> {
    let (nurse, doctor) = (&world.county.nurses[0], &world.county.specialists[0].member);
    let (pharmacist, shop) = (&world.county.pharmacists[0].member, &world.county.pharmacies[0]);
    let home_id = nurse.home_id.context("a nurse of no home")?;
    let pharmacy = shop.pharmacy_id.context("of no pharmacy")?;
    let doctor_id = doctor.id;
    let admin = world.administrator.actor();
    let system =
        Actor::PharmacySystem { system_id: PharmacySystemId::from_uuid(uuid::Uuid::nil()), pharmacy_id: pharmacy };
    let (nurse, doctor, pharmacist, shop) = (nurse.actor(), doctor.actor(), pharmacist.actor(), shop.actor());
    let found = Found::new(world).await?;

    list!(reader, "prescriptions?mine&newest", doctor, {"mine": true, "newest": true}, app::prescriptions::list);
    list!(reader, "prescriptions?mine&state=in_question,…", doctor, {"mine": true, "state": "in_question,on_hold"}, app::prescriptions::list);
    list!(reader, "prescriptions", doctor, {}, app::prescriptions::list);
    list!(reader, "prescriptions?review", pharmacist, {"review": true}, app::prescriptions::list);
    list!(reader, "prescriptions?mine&newest", pharmacist, {"mine": true, "newest": true}, app::prescriptions::list);
    list!(reader, "prescriptions?state=approved,…", shop, {"state": "approved,returned,dispensing,packed,in_delivery,on_hold"}, app::prescriptions::list);
    list!(reader, "prescriptions?state=delivered,…&newest", shop, {"state": "delivered,cancelled,stopped", "newest": true}, app::prescriptions::list);
    list!(reader, "prescriptions?newest", nurse, {"newest": true}, app::prescriptions::list);
    list!(reader, "partner: orders", system, {}, app::prescriptions::list);
    list!(reader, "partner: events", system, {}, |app, ctx, query| app::pharmacy_api::events(
        &app,
        &ctx,
        EventsQuery { after: query["cursor"].as_str().map(str::to_owned) }
    ));
    list!(reader, "prescriptions/{id}", doctor, {}, |app, ctx, _query| app::prescriptions::get(
        &app,
        &ctx,
        found.prescription
    ));
    list!(reader, "prescriptions/{id}/dispenses", shop, {}, |app, ctx, _query| app::dispenses::list(
        &app,
        &ctx,
        found.of_shop
    ));
    list!(reader, "review-facts", pharmacist, {}, |app, ctx, _query| app::prescriptions::review_facts(
        &app,
        &ctx,
        found.in_review
    ));
    list!(reader, "prescribing-facts", found.writer, {}, |app, ctx, _query| app::prescriptions::prescribing_facts(
        &app,
        &ctx,
        found.visit
    ));
    list!(reader, "deliveries", nurse, {}, app::deliveries::list);
    list!(reader, "deliveries", shop, {}, app::deliveries::list);
    list!(reader, "deliveries?state=…", shop, {"state": "awaiting_courier,accepted,in_transit,at_door,on_hold"}, app::deliveries::list);
    list!(reader, "deliveries", found.courier, {}, app::deliveries::list);
    list!(reader, "expected-parcels", Actor::Box { home_id }, {}, |app, ctx, _query| app::deliveries::expected(
        &app, &ctx
    ));
    list!(reader, "discrepancies", shop, {}, app::discrepancies::list);
    list!(reader, "discrepancies", nurse, {}, app::discrepancies::list);
    list!(reader, "doses", nurse, {}, app::doses::list);
    list!(reader, "refills?state=open,seen", doctor, {"state": "open,seen"}, app::refills::list);
    list!(reader, "refills?state=open,seen", nurse, {"state": "open,seen"}, app::refills::list);
    list!(reader, "stock", shop, {}, app::stock::list);
    list!(reader, "stock/{id}/moves", shop, {}, |app, ctx, query| app::stock::moves(
        &app,
        &ctx,
        found.batch,
        serde_json::from_value(query)?
    ));
    list!(reader, "residents", nurse, {}, app::residents::list);
    list!(reader, "residents", doctor, {}, app::residents::list);
    list!(reader, "residents?q=R1", doctor, {"q": "R1"}, app::residents::list);
    list!(reader, "residents?q=wxy", doctor, {"q": "wxy"}, app::residents::list);
    list!(reader, "residents/{id}", doctor, {}, |app, ctx, _query| app::residents::get(&app, &ctx, found.resident));
    list!(reader, "residents/{id}/observations", doctor, {}, |app, ctx, query| app::residents::observations(
        &app,
        &ctx,
        found.resident,
        serde_json::from_value(query)?
    ));
    list!(reader, "consultations", nurse, {}, app::consultations::list);
    list!(reader, "consultations?state=waiting,…", doctor, {"state": "waiting,in_progress"}, app::consultations::list);
    let at = request_by(doctor).now;
    let week = json!({"from": at.to_string(), "until": (at + SignedDuration::from_hours(7 * 24)).to_string()});
    list!(reader, "appointments (a week)", doctor, (week.clone()), app::appointments::list);
    list!(reader, "rounds (a week)", nurse, (week.clone()), app::rounds::list);
    list!(reader, "waitlist", doctor, {}, |app, ctx, _query| app::appointments::waitlist_of(&app, &ctx));
    list!(reader, "urgent-calls?open", doctor, {"open": true}, app::urgent_calls::list);
    list!(reader, "urgent-calls", admin, {"open": false}, app::urgent_calls::list);
    list!(reader, "referrals", doctor, {}, app::referrals::list);
    list!(reader, "referrals", nurse, {}, app::referrals::list);
    list!(reader, "transports", nurse, {}, app::transports::list);
    list!(reader, "visits", doctor, {}, app::visits::list);
    list!(reader, "duplicates", admin, {}, |app, ctx, _query| app::duplicates::list(&app, &ctx, None));
    list!(reader, "break-glass?all", admin, {"all": true}, app::break_glass::list);
    list!(reader, "legal-holds", admin, {}, app::retention::holds);
    list!(reader, "homes", admin, {}, |app, ctx, _query| app::homes::list(&app, &ctx));
    list!(reader, "pharmacies", admin, {}, |app, ctx, _query| app::pharmacies::list(&app, &ctx));
    list!(reader, "staff", admin, {}, |app, ctx, _query| app::admin::staff(&app, &ctx));
    list!(reader, "safety/overrides", admin, {}, app::safety::overrides);
    list!(reader, "audit", admin, {}, app::admin::audit);
    list!(reader, "audit?sort=reads", admin, {"sort": "reads"}, app::admin::audit);
    list!(reader, "audit?sort=changes", admin, {"sort": "changes"}, app::admin::audit);
    list!(reader, "audit?sort=sessions", admin, {"sort": "sessions"}, app::admin::audit);
    list!(reader, "audit?entity=resident", admin, {"entity": "resident"}, app::admin::audit);
    list!(reader, "audit?purpose=TREAT", admin, {"purpose": "TREAT"}, app::admin::audit);
    list!(reader, "audit?action=…", admin, {"action": "prescription.signed"}, app::admin::audit);
    let day = (at - SignedDuration::from_hours(24)).to_string();
    list!(reader, "audit?actor_id&from", admin, {"actor_id": doctor_id, "from": day}, app::admin::audit);
    let before = (at - SignedDuration::from_hours(5 * 365 * 24)).to_string();
    list!(reader, "audit?action&until (years ago)", admin, {"action": "prescription.signed", "until": before}, app::admin::audit);
    Ok(())
}

/// What pages of one thing are asked for: of each kind one that is there.
#[derive(Clone, Copy)]
struct Found {
    prescription: PrescriptionId,
    of_shop: PrescriptionId,
    in_review: PrescriptionId,
    visit: ConsultationId,
    writer: Actor,
    resident: ResidentId,
    courier: Actor,
    batch: StockId,
}

impl Found {
    async fn new(world: &World) -> anyhow::Result<Self> {
        use prescription::State;
        let mut db = world.app.store.read().await?;
        let county = &world.county;
        let pharmacy = county.pharmacies[0].pharmacy_id.context("of no pharmacy")?;
        let mut newest = async |filter: prescriptions::Filter| {
            let found = prescriptions::list(&mut db, &filter, Paging::newest(1)).await?.items;
            found.into_iter().next().context("no prescription")
        };
        let of_doctor =
            prescriptions::Filter { specialist: Some(county.specialists[0].member.id), ..Default::default() };
        let delivered = newest(prescriptions::Filter { states: vec![State::Delivered], ..of_doctor }).await?;
        let of_shop = newest(prescriptions::Filter { pharmacy: Some(pharmacy), ..Default::default() }).await?;
        let in_review = newest(prescriptions::Filter {
            states: vec![State::InReview],
            pharmacist: Some(county.pharmacists[0].member.id),
            ..Default::default()
        })
        .await?;
        let last = county.specialists.last().context("no specialist")?.member.clone();
        let draft = newest(prescriptions::Filter {
            states: vec![State::Draft],
            specialist: Some(last.id),
            ..Default::default()
        })
        .await?;
        let filter = deliveries::Filter {
            pharmacy: Some(pharmacy),
            states: vec![delivery::State::InTransit],
            ..Default::default()
        };
        let on_the_road = deliveries::list(&mut db, &filter, Paging::newest(1)).await?.items.into_iter().next();
        let run_id = on_the_road.context("nothing is on the road")?.run_id;
        let drug = DrugId(super::county::DRUG.to_owned());
        let batch = stock::list(&mut db, pharmacy, Some(&drug)).await?.into_iter().next().context("an empty shelf")?;
        Ok(Self {
            prescription: delivered.id,
            of_shop: of_shop.id,
            in_review: in_review.id,
            visit: draft.consultation_id,
            writer: last.actor(),
            resident: delivered.resident_id,
            courier: Actor::Courier { run_id },
            batch: batch.id,
        })
    }
}
