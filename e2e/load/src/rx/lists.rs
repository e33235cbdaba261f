//! Every list of every screen, by whom it is shown to: read again and again, each time the page after, and the first one again at the end.

use serde_json::{Value, json};
use yunzhen_domain::Actor;
use yunzhen_domain::records::Staff;
use yunzhen_relay::app;
use yunzhen_store::{deliveries, stock};

use super::report::List;
use super::world::World;
use crate::care::world::{request_by, request_of};
use crate::now;

/// Reads a list so often. `$ask` gives the answer to a query; its cursor goes into the next.
macro_rules! read {
    ($lists:ident, $database:ident, $reads:ident, $route:literal, $reader:literal, $query:tt, |$with:ident| $ask:expr) => {{
        let (mut cursor, mut latencies, mut size) = (None::<String>, Vec::with_capacity($reads), (0, 0));
        for _ in 0..=$reads {
            let mut $with = json!($query);
            if let (Some(cursor), Some(query)) = (&cursor, $with.as_object_mut()) {
                query.insert("cursor".to_owned(), json!(cursor));
            }
            let sent = now();
            let text = serde_json::to_vec(&$ask.await?)?;
            latencies.push(sent.elapsed());
            let answer: Value = serde_json::from_slice(&text)?;
            let rows = answer["items"].as_array().map_or(0, Vec::len);
            size = (size.0.max(rows), size.1.max(text.len()));
            cursor = answer["next"].as_str().map(str::to_owned);
        }
        // The first one warms caches, as those of a relay that runs are.
        latencies.remove(0);
        $lists.push(List::new($database, $route, $reader, size, latencies));
    }};
}

pub async fn measure(database: &'static str, world: &World, reads: usize) -> anyhow::Result<Vec<List>> {
    let mut lists = Vec::new();
    let app = &world.app;
    let (nurse, doctor) = (&world.nurses[0], &world.specialists[0].member);
    let (pharmacist, shop) = (&world.pharmacists[0].member, &world.pharmacies[0].member);
    let admin = &world.administrator;
    let by = |member: &Staff| request_of(member);
    macro_rules! list {
        ($route:literal, $reader:literal, $who:expr, $query:tt, $case:path) => {
            read!(lists, database, reads, $route, $reader, $query, |query| $case(
                app,
                &by($who),
                serde_json::from_value(query)?
            ))
        };
    }
    list!("prescriptions?mine&newest", "specialist", doctor, {"mine": true, "newest": true}, app::prescriptions::list);
    list!("prescriptions?mine&state=in_question,…", "specialist", doctor, {"mine": true, "state": "in_question,on_hold"}, app::prescriptions::list);
    list!("prescriptions", "specialist", doctor, {}, app::prescriptions::list);
    list!("prescriptions?review", "pharmacist", pharmacist, {"review": true}, app::prescriptions::list);
    list!("prescriptions?mine&newest", "pharmacist", pharmacist, {"mine": true, "newest": true}, app::prescriptions::list);
    list!("prescriptions?state=approved,…", "pharmacy", shop, {"state": "approved,returned,dispensing,packed,in_delivery,on_hold"}, app::prescriptions::list);
    list!("prescriptions?state=delivered,…&newest", "pharmacy", shop, {"state": "delivered,cancelled,stopped", "newest": true}, app::prescriptions::list);
    list!("prescriptions?newest", "nurse", nurse, {"newest": true}, app::prescriptions::list);
    list!("deliveries", "nurse", nurse, {}, app::deliveries::list);
    list!("deliveries", "pharmacy", shop, {}, app::deliveries::list);
    list!("deliveries?state=…", "pharmacy", shop, {"state": "awaiting_courier,accepted,in_transit,at_door,on_hold"}, app::deliveries::list);
    let run_id = {
        let mut db = app.store.read().await?;
        let filter = deliveries::Filter {
            pharmacy: shop.pharmacy_id,
            states: vec![yunzhen_domain::machines::delivery::State::InTransit],
            ..Default::default()
        };
        let found = deliveries::list(&mut db, &filter, yunzhen_store::Paging::newest(1)).await?.items;
        found.into_iter().next().ok_or_else(|| anyhow::anyhow!("nothing is on the road"))?.run_id
    };
    read!(lists, database, reads, "deliveries", "courier", {}, |query| app::deliveries::list(
        app,
        &request_by(Actor::Courier { run_id }),
        serde_json::from_value(query)?
    ));
    let home_id = nurse.home_id.ok_or_else(|| anyhow::anyhow!("a nurse of no home"))?;
    read!(lists, database, reads, "expected-parcels", "box", {}, |_query| app::deliveries::expected(
        app,
        &request_by(Actor::Box { home_id })
    ));
    list!("discrepancies", "pharmacy", shop, {}, app::discrepancies::list);
    list!("discrepancies", "nurse", nurse, {}, app::discrepancies::list);
    list!("doses", "nurse", nurse, {}, app::doses::list);
    list!("refills?state=open,seen", "specialist", doctor, {"state": "open,seen"}, app::refills::list);
    list!("refills?state=open,seen", "nurse", nurse, {"state": "open,seen"}, app::refills::list);
    list!("stock", "pharmacy", shop, {}, app::stock::list);
    let batch = {
        let mut db = app.store.read().await?;
        let pharmacy = shop.pharmacy_id.ok_or_else(|| anyhow::anyhow!("of no pharmacy"))?;
        let drug = yunzhen_domain::formulary::DrugId("amlodipine-5mg".to_owned());
        let found = stock::list(&mut db, pharmacy, Some(&drug)).await?;
        found.into_iter().next().ok_or_else(|| anyhow::anyhow!("an empty shelf"))?.id
    };
    read!(lists, database, reads, "stock/{id}/moves", "pharmacy", {}, |query| app::stock::moves(
        app,
        &by(shop),
        batch,
        serde_json::from_value(query)?
    ));
    list!("residents", "nurse", nurse, {}, app::residents::list);
    list!("residents", "specialist", doctor, {}, app::residents::list);
    list!("residents?q=R1", "specialist", doctor, {"q": "R1"}, app::residents::list);
    list!("consultations", "nurse", nurse, {}, app::consultations::list);
    list!("consultations?state=waiting,…", "specialist", doctor, {"state": "waiting,in_progress"}, app::consultations::list);
    let at = by(doctor).now;
    let week = json!({"from": at.to_string(), "until": (at + jiff::SignedDuration::from_hours(7 * 24)).to_string()});
    read!(lists, database, reads, "appointments (a week)", "specialist", {}, |_query| app::appointments::list(
        app,
        &by(doctor),
        serde_json::from_value(week.clone())?
    ));
    read!(lists, database, reads, "rounds (a week)", "nurse", {}, |_query| app::rounds::list(
        app,
        &by(nurse),
        serde_json::from_value(week.clone())?
    ));
    read!(lists, database, reads, "waitlist", "specialist", {}, |_query| app::appointments::waitlist_of(
        app,
        &by(doctor)
    ));
    list!("urgent-calls?open", "specialist", doctor, {"open": true}, app::urgent_calls::list);
    list!("urgent-calls", "administrator", admin, {"open": false}, app::urgent_calls::list);
    list!("referrals", "specialist", doctor, {}, app::referrals::list);
    list!("referrals", "nurse", nurse, {}, app::referrals::list);
    list!("transports", "nurse", nurse, {}, app::transports::list);
    list!("visits", "specialist", doctor, {}, app::visits::list);
    list!("break-glass?all", "administrator", admin, {"all": true}, app::break_glass::list);
    list!("legal-holds", "administrator", admin, {}, app::retention::holds);
    list!("audit", "administrator", admin, {}, app::admin::audit);
    list!("audit?action=…", "administrator", admin, {"action": "prescription.signed"}, app::admin::audit);
    let day = (at - jiff::SignedDuration::from_hours(24)).to_string();
    let narrow = |mut query: Value| {
        query["actor_id"] = json!(doctor.id);
        query["from"] = json!(day);
        serde_json::from_value(query)
    };
    read!(lists, database, reads, "audit?actor_id&from", "administrator", {}, |query| app::admin::audit(
        app,
        &by(admin),
        narrow(query)?
    ));
    Ok(lists)
}
