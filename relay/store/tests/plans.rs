//! How every list is read: along an index that ends in the list's order, so that a page costs the same whatever lies behind it. A list of the store that is not
//! here fails the test.
#![allow(clippy::unwrap_used)] // helpers of tests are tests

use std::collections::BTreeSet;

use jiff::Timestamp;
use uuid::Uuid;
use yunzhen_domain::audit::{EventKind, Purpose, Sort};
use yunzhen_domain::checked::Batch;
use yunzhen_domain::formulary::DrugId;
use yunzhen_domain::ids::{
    ConsultationId, CourierRunId, DeliveryId, HomeId, PharmacyId, PharmacySystemId, PrescriptionId, RecallId,
    ReferralId, ResidentId, RoundId, StaffId, StockId,
};
use yunzhen_domain::machines;
use yunzhen_store::audit::UsedFor;
use yunzhen_store::relations::Specialist;
use yunzhen_store::testing::{Plan, TestDatabase, plans};
use yunzhen_store::{
    Backend, Cursor, Paging, Store, appointments, audit, break_glass, consultations, courier_runs, deliveries,
    discrepancies, dispenses, doses, duplicates, ecgs, legal_holds, media_timeline, notes, observations,
    pharmacy_offers, prescriptions, rebookings, recalls, recordings, referrals, refills, relations, residents, rounds,
    stills, stock, temperatures, transports, urgent_calls, visits, webhook_deliveries,
};

/// What is shown to nobody page by page, and of what no hospital has more than a screen holds.
const SMALL: &[&str] = &[
    "boxes::list",
    "calendars::list",
    "duty::list",
    "homes::list",
    "pharmacies::list",
    "prescription_favourites::list",
    "staff::list",
    "licences::list",
    "signing_keys::list",
    "waitlist::list",
    "pharmacy_systems::list",
    // The whole registry at once, for imports and rounds in person; screens read `residents::page`.
    "residents::list",
    // One resident's, bounded by `observations::LIMIT`.
    "observations::list",
    // Jobs and their kin: what they look for is few, and no screen waits for them.
    "prescriptions::expiring",
    "prescriptions::open_secrets",
    "retention::untouched",
    // A command of the operator; it reads one column, each value once.
    "sealed::without_mark",
    "webhook_deliveries::claim",
];

/// A list as a screen asks for it, and the indexes that it must go along on SQLite. On PostgreSQL every read of it must be by an index condition or in order.
struct Pin {
    list: &'static str,
    along: &'static [&'static str],
    /// What its condition leaves is few enough to be sorted: the stops of a run, the batches of a pharmacy, the appointments of a week.
    sorts: bool,
}

const fn pin(list: &'static str, along: &'static [&'static str]) -> Pin {
    Pin { list, along, sorts: false }
}

const fn few(list: &'static str, along: &'static [&'static str]) -> Pin {
    Pin { list, along, sorts: true }
}

const PINS: &[Pin] = &[
    pin("prescriptions::list", &["prescriptions_by_state"]),
    pin("prescriptions::list of a home", &["prescriptions_of_home"]),
    pin("prescriptions::list of a specialist", &["prescriptions_by_specialist"]),
    pin("prescriptions::list of a pharmacist", &["prescriptions_of_pharmacist"]),
    pin("prescriptions::list of a pharmacy", &["prescriptions_of_pharmacy"]),
    pin("prescriptions::list within reach of a pharmacy", &["prescriptions_of_pharmacy"]),
    pin("prescriptions::history", &["prescriptions_by_creation"]),
    pin("prescriptions::history of a home", &["prescriptions_by_home_and_creation"]),
    pin("prescriptions::history of residents", &["prescriptions_by_resident"]),
    few("prescriptions::history within reach of a pharmacy", &["prescriptions_by_pharmacy_and_creation"]),
    pin("prescriptions::for_resident", &["prescriptions_by_resident"]),
    pin("prescriptions::review_queue", &["prescriptions_by_review"]),
    few("prescriptions::signed_since", &["prescriptions_by_resident_signed"]),
    few("prescriptions::all_signed_since", &["prescriptions_by_resident_signed"]),
    pin("prescriptions::approved", &["prescriptions_by_approval"]),
    pin("prescriptions::approved_by", &["prescriptions_approved_by"]),
    pin("prescriptions::approved_by in a state", &["prescriptions_approved_by_in_state"]),
    pin("prescriptions::approved_by for a resident", &["prescriptions_approved_for"]),
    few("prescriptions::replacing_all", &["prescriptions_by_replaced"]),
    pin("prescriptions::get_all", &[]),
    pin("deliveries::list of a home", &["deliveries_by_home"]),
    pin("deliveries::list of a home by state", &["deliveries_of_home"]),
    pin("deliveries::list of a pharmacy", &["deliveries_by_pharmacy"]),
    pin("deliveries::list of a pharmacy by state", &["deliveries_of_pharmacy"]),
    few("deliveries::list of a run", &["deliveries_by_run"]),
    pin("deliveries::list of residents", &["deliveries_by_resident"]),
    pin("deliveries::get_all", &[]),
    few("deliveries::by_prescriptions", &["deliveries_by_prescription"]),
    few("courier_runs::of_day", &["courier_runs_by_day"]),
    few("temperatures::of_deliveries", &["delivery_temperatures_by_delivery"]),
    pin("discrepancies::list of a home", &["discrepancies_of_home"]),
    pin("discrepancies::list of a pharmacy", &["discrepancies_of_pharmacy"]),
    pin("discrepancies::list of a pharmacy in any state", &["discrepancies_by_pharmacy"]),
    few("discrepancies::of_deliveries", &["discrepancies_by_delivery"]),
    few("doses::supplied", &["prescriptions_by_home_and_day"]),
    few("doses::of_prescriptions", &["dose_entries_in_order"]),
    pin("doses::page of a home", &["dose_entries_by_home"]),
    pin("doses::page of residents", &["dose_entries_by_resident"]),
    few("doses::first_given_of", &["dose_entries_in_order"]),
    few("pharmacy_offers::of_prescriptions", &[]),
    few("dispenses::of_prescriptions", &[]),
    pin("refills::list of a home", &["refills_of_home"]),
    pin("refills::list of a specialist", &["refills_of_specialist"]),
    pin("refills::of_prescriptions", &[]),
    few("refills::renewed_by", &["refills_by_renewal"]),
    few("stock::list", &["stock_there"]),
    few("stock::used_since", &["stock_moves_by_stock"]),
    pin("stock::moves", &["stock_moves_by_stock"]),
    pin("consultations::list", &["consultations_by_time"]),
    pin("consultations::list by state", &["consultations_by_state"]),
    pin("consultations::list of a home", &["consultations_by_home"]),
    pin("consultations::list of a home by state", &["consultations_of_home"]),
    pin("consultations::list of residents", &["consultations_by_resident"]),
    pin("consultations::for_resident", &["consultations_by_resident"]),
    pin("consultations::recent_lengths", &["consultations_by_state"]),
    pin("consultations::get_all", &[]),
    pin("rebookings::of_all_failed", &[]),
    few("appointments::list", &["appointments_by_time"]),
    few("appointments::list of a specialist", &["appointments_by_specialist"]),
    few("appointments::list of a home", &["appointments_by_home"]),
    few("rounds::list", &["rounds_by_time"]),
    pin("urgent_calls::list", &["urgent_calls_by_time"]),
    pin("urgent_calls::list that go on", &["urgent_calls_open"]),
    pin("urgent_calls::list of a home", &["urgent_calls_by_home"]),
    pin("referrals::list", &["referrals_by_time"]),
    pin("referrals::list by state", &["referrals_by_state"]),
    pin("referrals::list of a home", &["referrals_by_home"]),
    pin("referrals::list of a home by state", &["referrals_of_home"]),
    few("referrals::list of a resident", &["referrals_by_resident"]),
    few("referrals::list of a consultation", &["referrals_by_consultation"]),
    pin("transports::list", &["transports_by_time"]),
    pin("transports::list of a home by state", &["transports_of_home"]),
    few("transports::list of a referral", &["transports_by_referral"]),
    pin("visits::list", &["visits_by_day"]),
    pin("visits::history", &["visits_by_planning"]),
    pin("residents::page", &["residents_by_place"]),
    pin("residents::page of a home", &["residents_by_place"]),
    pin("residents::page of who is tied", &["residents_by_place", "consultations_by_tie"]),
    pin("residents::history", &[]),
    pin("residents::get_all", &[]),
    pin("relations::of_specialist", &["consultations_by_tie"]),
    few("observations::latest_of_all", &["observations_by_code"]),
    few("observations::page", &["observations_by_time"]),
    few("notes::for_resident", &["notes_by_resident"]),
    pin("break_glass::list", &["break_glass_by_time"]),
    pin("break_glass::list that nobody reviewed", &["break_glass_unreviewed"]),
    pin("break_glass::to_acknowledge", &["break_glass_to_acknowledge"]),
    pin("duplicates::list", &["duplicates_by_time"]),
    pin("legal_holds::list", &["legal_holds_by_time"]),
    few("ecgs::page of residents", &["ecgs_by_resident"]),
    pin("ecgs::heads", &["ecgs_by_resident"]),
    pin("media_timeline::of_consultation", &["sqlite_autoindex_media_timeline_1"]),
    few("recordings::of_consultation", &["recordings_of_consultation"]),
    pin("recordings::open_of", &["recordings_open"]),
    pin("recordings::under_way", &["recordings_under_way"]),
    few("stills::of_consultation", &["stills_of_consultation"]),
    pin("stills::asked_of", &["stills_asked"]),
    pin("stills::asked_before", &["stills_awaited"]),
    pin("webhook_deliveries::of_system", &["sqlite_autoindex_webhook_deliveries_2"]),
    pin("recalls::list", &["recalls_by_state"]),
    pin("recalls::list of a product", &["recalls_of_drug"]),
    pin("recalls::list of a home", &["recalls_by_state", "sqlite_autoindex_recall_homes_1"]),
    few("recalls::homes_of", &["sqlite_autoindex_recall_homes_1"]),
    few("recalls::barring", &["recalls_barring"]),
    few("recalls::shelves", &["stock_by_batch"]),
    few("recalls::orders", &["stock_by_batch", "stock_moves_by_stock"]),
    // A stretch of the log that its caller bounds.
    pin("audit::of_pharmacy", &[]),
    pin("audit::about", &["audit_by_entity"]),
    pin("audit::after", &[]),
    pin("audit::before", &[]),
    pin("audit::before of a kind", &["audit_by_kind"]),
    pin("audit::before of a sort", &["audit_by_kind"]),
    pin("audit::before of most kinds", &[]),
    pin("audit::before of a sort by somebody", &["audit_by_actor"]),
    pin("audit::before of treatment", &[]),
    pin("audit::before of a record", &["audit_by_entity"]),
    pin("audit::before of somebody", &["audit_by_actor"]),
    pin("audit::before of a purpose", &["audit_by_purpose"]),
    pin("audit::before in a window", &["audit_by_time"]),
];

/// Asks for a list in the middle of its pages.
async fn asked(store: &Store, list: &str) -> Vec<Vec<Plan>> {
    let id = Uuid::from_u128(7);
    let at = Timestamp::from_second(1_800_000_000).unwrap();
    let (home, pharmacy, staff) =
        (Some(HomeId::from_uuid(id)), Some(PharmacyId::from_uuid(id)), StaffId::from_uuid(id));
    let resident = ResidentId::from_uuid(id);
    let two = vec![resident, ResidentId::from_uuid(Uuid::from_u128(8))];
    let p = Paging::newest(100).after(Some(Cursor { at_ms: 1, id }));
    let oldest = Paging { oldest_first: true, ..p };
    let specialist = Specialist { id: staff, hospital: Some("县医院".into()), now: at };
    macro_rules! plans {
        ($db:ident => $ask:expr) => {
            plans(store, async |$db| $ask.await).await
        };
    }
    let prescribed = |f: prescriptions::Filter| prescriptions::Filter {
        states: vec![machines::prescription::State::Approved, machines::prescription::State::Delivered],
        ..f
    };
    let approvals = prescriptions::Approvals {
        pharmacist: staff,
        states: Vec::new(),
        resident: None,
        since: Some(at),
        until: Some(at),
    };
    let carried = |f: deliveries::Filter| deliveries::Filter {
        states: vec![machines::delivery::State::InTransit, machines::delivery::State::AtDoor],
        ..f
    };
    let seen = |f: consultations::Filter| consultations::Filter {
        states: vec![machines::consultation::State::Waiting, machines::consultation::State::InProgress],
        ..f
    };
    let referred =
        |f: referrals::Filter| referrals::Filter { states: machines::referral::State::ALL[..2].to_vec(), ..f };
    let differing =
        |f: discrepancies::Filter| discrepancies::Filter { states: vec![machines::discrepancy::State::Open], ..f };
    let wanted = |f: refills::Filter| refills::Filter { states: machines::refill::State::ALL[..2].to_vec(), ..f };
    match list {
        "prescriptions::list" => plans!(db => prescriptions::list(db, &Default::default(), oldest)),
        "prescriptions::list of a home" => {
            let f = prescriptions::Filter { home, ..Default::default() };
            plans!(db => prescriptions::list(db, &f, oldest))
        }
        "prescriptions::list of a specialist" => {
            let f = prescribed(prescriptions::Filter { specialist: Some(staff), ..Default::default() });
            plans!(db => prescriptions::list(db, &f, p))
        }
        "prescriptions::list of a pharmacist" => {
            let f = prescribed(prescriptions::Filter { pharmacist: Some(staff), ..Default::default() });
            plans!(db => prescriptions::list(db, &f, p))
        }
        "prescriptions::list of a pharmacy" => {
            let f = prescriptions::Filter { pharmacy, ..Default::default() };
            plans!(db => prescriptions::list(db, &f, p))
        }
        "prescriptions::list within reach of a pharmacy" => {
            let f = prescribed(prescriptions::Filter { within_reach_of: pharmacy, ..Default::default() });
            plans!(db => prescriptions::list(db, &f, oldest))
        }
        "prescriptions::history" => plans!(db => prescriptions::history(db, &Default::default(), p)),
        "prescriptions::history of a home" => {
            let f = prescriptions::Filter { home, ..Default::default() };
            plans!(db => prescriptions::history(db, &f, p))
        }
        "prescriptions::history of residents" => {
            let f = prescriptions::Filter { residents: two, ..Default::default() };
            plans!(db => prescriptions::history(db, &f, p))
        }
        "prescriptions::history within reach of a pharmacy" => {
            let f = prescriptions::Filter { within_reach_of: pharmacy, ..Default::default() };
            plans!(db => prescriptions::history(db, &f, p))
        }
        "pharmacy_offers::of_prescriptions" => {
            plans!(db => pharmacy_offers::of_prescriptions(db, [PrescriptionId::from_uuid(id)]))
        }
        "dispenses::of_prescriptions" => {
            plans!(db => dispenses::of_prescriptions(db, [PrescriptionId::from_uuid(id)]))
        }
        "doses::page of a home" => plans!(db => doses::page(db, home, &[], p)),
        "doses::page of residents" => plans!(db => doses::page(db, None, &[resident], p)),
        "ecgs::page of residents" => plans!(db => ecgs::page(db, &[resident], p)),
        "media_timeline::of_consultation" => {
            plans!(db => media_timeline::of_consultation(db, ConsultationId::from_uuid(id)))
        }
        "recordings::of_consultation" => {
            plans!(db => recordings::of_consultation(db, ConsultationId::from_uuid(id)))
        }
        "recordings::open_of" => plans!(db => recordings::open_of(db, HomeId::from_uuid(id), 20)),
        "recordings::under_way" => plans!(db => recordings::under_way(db, 20)),
        "stills::of_consultation" => plans!(db => stills::of_consultation(db, ConsultationId::from_uuid(id))),
        "stills::asked_of" => plans!(db => stills::asked_of(db, HomeId::from_uuid(id), at, 20)),
        "stills::asked_before" => plans!(db => stills::asked_before(db, at, 20)),
        "ecgs::heads" => plans!(db => ecgs::heads(db, resident, 20)),
        "webhook_deliveries::of_system" => {
            plans!(db => webhook_deliveries::of_system(db, PharmacySystemId::from_uuid(id), p))
        }
        "audit::of_pharmacy" => {
            let (kinds, others) = ([EventKind::PrescriptionApproved], EventKind::PrescriptionAccepted);
            plans!(db => audit::of_pharmacy(db, PharmacyId::from_uuid(id), &kinds, others, (1, 500), 100))
        }
        "prescriptions::for_resident" => plans!(db => prescriptions::for_resident(db, resident, 20)),
        "prescriptions::review_queue" => plans!(db => prescriptions::review_queue(db, oldest)),
        "prescriptions::signed_since" => plans!(db => prescriptions::signed_since(db, resident, at, 50)),
        "prescriptions::all_signed_since" => plans!(db => prescriptions::all_signed_since(db, [resident], at)),
        "prescriptions::approved" => plans!(db => prescriptions::approved(db, p)),
        "prescriptions::approved_by" => {
            let f = approvals.clone();
            plans!(db => prescriptions::approved_by(db, &f, p))
        }
        "prescriptions::approved_by in a state" => {
            let states = vec![machines::prescription::State::Cancelled, machines::prescription::State::Stopped];
            let f = prescriptions::Approvals { states, ..approvals.clone() };
            plans!(db => prescriptions::approved_by(db, &f, p))
        }
        "prescriptions::approved_by for a resident" => {
            let f = prescriptions::Approvals { resident: Some(resident), ..approvals.clone() };
            plans!(db => prescriptions::approved_by(db, &f, p))
        }
        "prescriptions::replacing_all" => {
            plans!(db => prescriptions::replacing_all(db, [PrescriptionId::from_uuid(id)]))
        }
        "prescriptions::get_all" => plans!(db => prescriptions::get_all(db, [PrescriptionId::from_uuid(id)])),
        "deliveries::list of a home" => {
            let f = deliveries::Filter { home, ..Default::default() };
            plans!(db => deliveries::list(db, &f, p))
        }
        "deliveries::list of a home by state" => {
            let f = carried(deliveries::Filter { home, ..Default::default() });
            plans!(db => deliveries::list(db, &f, p))
        }
        "deliveries::list of a pharmacy" => {
            let f = deliveries::Filter { pharmacy, ..Default::default() };
            plans!(db => deliveries::list(db, &f, p))
        }
        "deliveries::list of a pharmacy by state" => {
            let f = carried(deliveries::Filter { pharmacy, ..Default::default() });
            plans!(db => deliveries::list(db, &f, p))
        }
        "deliveries::list of a run" => {
            let f = deliveries::Filter { run: Some(CourierRunId::from_uuid(id)), ..Default::default() };
            plans!(db => deliveries::list(db, &f, p))
        }
        "deliveries::list of residents" => {
            let f = deliveries::Filter { residents: two, ..Default::default() };
            plans!(db => deliveries::list(db, &f, p))
        }
        "deliveries::get_all" => plans!(db => deliveries::get_all(db, [DeliveryId::from_uuid(id)])),
        "deliveries::by_prescriptions" => {
            plans!(db => deliveries::by_prescriptions(db, [PrescriptionId::from_uuid(id)]))
        }
        "courier_runs::of_day" => {
            plans!(db => courier_runs::of_day(db, PharmacyId::from_uuid(id), jiff::civil::date(2026, 11, 28)))
        }
        "temperatures::of_deliveries" => plans!(db => temperatures::of_deliveries(db, [DeliveryId::from_uuid(id)])),
        "discrepancies::list of a home" => {
            let f = differing(discrepancies::Filter { home, ..Default::default() });
            plans!(db => discrepancies::list(db, &f, p))
        }
        "discrepancies::list of a pharmacy" => {
            let f = differing(discrepancies::Filter { pharmacy, ..Default::default() });
            plans!(db => discrepancies::list(db, &f, p))
        }
        "discrepancies::list of a pharmacy in any state" => {
            let f = discrepancies::Filter { pharmacy, ..Default::default() };
            plans!(db => discrepancies::list(db, &f, p))
        }
        "discrepancies::of_deliveries" => {
            plans!(db => discrepancies::of_deliveries(db, [DeliveryId::from_uuid(id)]))
        }
        "doses::supplied" => plans!(db => doses::supplied(db, HomeId::from_uuid(id), None, at, |_, _| true)),
        "doses::of_prescriptions" => plans!(db => doses::of_prescriptions(db, [PrescriptionId::from_uuid(id)])),
        "doses::first_given_of" => plans!(db => doses::first_given_of(db, [PrescriptionId::from_uuid(id)])),
        "refills::list of a home" => {
            let f = wanted(refills::Filter { home, ..Default::default() });
            plans!(db => refills::list(db, &f, p))
        }
        "refills::list of a specialist" => {
            let f = wanted(refills::Filter { specialist: Some(staff), ..Default::default() });
            plans!(db => refills::list(db, &f, p))
        }
        "refills::of_prescriptions" => plans!(db => refills::of_prescriptions(db, [PrescriptionId::from_uuid(id)])),
        "refills::renewed_by" => plans!(db => refills::renewed_by(db, PrescriptionId::from_uuid(id))),
        "stock::list" => {
            let drug = DrugId("amlodipine-5mg".into());
            plans!(db => stock::list(db, PharmacyId::from_uuid(id), Some(&drug)))
        }
        "stock::used_since" => plans!(db => stock::used_since(db, PharmacyId::from_uuid(id), at)),
        "stock::moves" => plans!(db => stock::moves(db, StockId::from_uuid(id), p)),
        "recalls::list" => plans!(db => recalls::list(db, &Default::default(), p)),
        "recalls::list of a product" => {
            let (drug, batch) = (Some(DrugId("amlodipine-5mg".into())), Batch::parse("B1").ok());
            let f = recalls::Filter { drug, batch, ..Default::default() };
            plans!(db => recalls::list(db, &f, p))
        }
        "recalls::list of a home" => {
            let f = recalls::Filter { home, ..Default::default() };
            plans!(db => recalls::list(db, &f, p))
        }
        "recalls::homes_of" => plans!(db => recalls::homes_of(db, [RecallId::from_uuid(id)])),
        "recalls::barring" => plans!(db => recalls::barring(db, [DrugId("amlodipine-5mg".into())])),
        "recalls::shelves" => {
            let (drug, batch) = (DrugId("amlodipine-5mg".into()), Batch::parse("B1").unwrap());
            plans!(db => recalls::shelves(db, &drug, &batch))
        }
        "recalls::orders" => {
            let (drug, batch) = (DrugId("amlodipine-5mg".into()), Batch::parse("B1").unwrap());
            plans!(db => recalls::orders(db, &drug, &batch))
        }
        "consultations::list" => plans!(db => consultations::list(db, &Default::default(), p)),
        "consultations::list by state" => {
            let f = seen(consultations::Filter::default());
            plans!(db => consultations::list(db, &f, oldest))
        }
        "consultations::list of a home" => {
            let f = consultations::Filter { home, ..Default::default() };
            plans!(db => consultations::list(db, &f, p))
        }
        "consultations::list of a home by state" => {
            let f = seen(consultations::Filter { home, ..Default::default() });
            plans!(db => consultations::list(db, &f, p))
        }
        "consultations::list of residents" => {
            let f = consultations::Filter { residents: two, ..Default::default() };
            plans!(db => consultations::list(db, &f, p))
        }
        "consultations::for_resident" => plans!(db => consultations::for_resident(db, resident, 20)),
        "consultations::recent_lengths" => plans!(db => consultations::recent_lengths(db, 20)),
        "consultations::get_all" => plans!(db => consultations::get_all(db, [ConsultationId::from_uuid(id)])),
        "rebookings::of_all_failed" => plans!(db => rebookings::of_all_failed(db, [ConsultationId::from_uuid(id)])),
        "appointments::list" => {
            plans!(db => appointments::list(db, &Default::default(), at, at))
        }
        "appointments::list of a specialist" => {
            let f = appointments::Filter {
                specialist: Some(staff),
                round: Some(RoundId::from_uuid(id)),
                ..Default::default()
            };
            plans!(db => appointments::list(db, &f, at, at))
        }
        "appointments::list of a home" => {
            let f = appointments::Filter { home, ..Default::default() };
            plans!(db => appointments::list(db, &f, at, at))
        }
        "rounds::list" => plans!(db => rounds::list(db, home, at, at)),
        "urgent_calls::list" => plans!(db => urgent_calls::list(db, None, false, p)),
        "urgent_calls::list that go on" => plans!(db => urgent_calls::list(db, None, true, p)),
        "urgent_calls::list of a home" => plans!(db => urgent_calls::list(db, home, false, p)),
        "referrals::list" => plans!(db => referrals::list(db, &Default::default(), p)),
        "referrals::list by state" => {
            let f = referred(referrals::Filter::default());
            plans!(db => referrals::list(db, &f, p))
        }
        "referrals::list of a home" => {
            let f = referrals::Filter { home, ..Default::default() };
            plans!(db => referrals::list(db, &f, p))
        }
        "referrals::list of a home by state" => {
            let f = referred(referrals::Filter { home, ..Default::default() });
            plans!(db => referrals::list(db, &f, p))
        }
        "referrals::list of a resident" => {
            let f = referrals::Filter { resident: Some(resident), ..Default::default() };
            plans!(db => referrals::list(db, &f, p))
        }
        "referrals::list of a consultation" => {
            let f = referrals::Filter { consultation: Some(ConsultationId::from_uuid(id)), ..Default::default() };
            plans!(db => referrals::list(db, &f, p))
        }
        "transports::list" => plans!(db => transports::list(db, &Default::default(), p)),
        "transports::list of a home by state" => {
            let states = machines::transport::State::ALL[..2].to_vec();
            let f = transports::Filter { home, states, ..Default::default() };
            plans!(db => transports::list(db, &f, p))
        }
        "transports::list of a referral" => {
            let f = transports::Filter { referral: Some(ReferralId::from_uuid(id)), ..Default::default() };
            plans!(db => transports::list(db, &f, p))
        }
        "visits::list" => plans!(db => visits::list(db, &Default::default(), 100)),
        "visits::history" => plans!(db => visits::history(db, &Default::default(), p)),
        "residents::page" => plans!(db => residents::page(db, &Default::default(), Some(resident), 100)),
        "residents::page of a home" => {
            let f = residents::Filter { home, q: Some("王".into()), tied_to: None };
            plans!(db => residents::page(db, &f, Some(resident), 100))
        }
        "residents::page of who is tied" => {
            let f = residents::Filter { tied_to: Some(specialist), ..Default::default() };
            plans!(db => residents::page(db, &f, Some(resident), 100))
        }
        "residents::history" => plans!(db => residents::history(db, None, Some(resident), 100)),
        "residents::get_all" => plans!(db => residents::get_all(db, [resident])),
        "relations::of_specialist" => plans!(db => relations::of_specialist(db, &specialist, [resident])),
        "observations::latest_of_all" => plans!(db => observations::latest_of_all(db, two.clone())),
        "observations::page" => plans!(db => observations::page(db, &[resident], p)),
        "notes::for_resident" => plans!(db => notes::for_resident(db, resident, 20)),
        "break_glass::list" => plans!(db => break_glass::list(db, false, p)),
        "break_glass::list that nobody reviewed" => plans!(db => break_glass::list(db, true, p)),
        "break_glass::to_acknowledge" => {
            plans!(db => break_glass::to_acknowledge(db, HomeId::from_uuid(id), at, 100))
        }
        "duplicates::list" => plans!(db => duplicates::list(db, p)),
        "legal_holds::list" => plans!(db => legal_holds::list(db, p)),
        "audit::about" => {
            let kinds = [EventKind::PasswordReset, EventKind::PasskeyRegistered];
            plans!(db => audit::about(db, id, &kinds, 7, 20))
        }
        "audit::after" => plans!(db => audit::after(db, 7, 100)),
        of_audit => {
            let f = match of_audit {
                "audit::before" => audit::Filter::default(),
                "audit::before of a kind" => {
                    audit::Filter { kinds: Some(vec![EventKind::ResidentViewed]), ..Default::default() }
                }
                "audit::before of a sort" => audit::Filter { kinds: of_sort(Sort::Reads), ..Default::default() },
                "audit::before of most kinds" => audit::Filter { kinds: of_sort(Sort::Changes), ..Default::default() },
                "audit::before of a sort by somebody" => {
                    audit::Filter { kinds: of_sort(Sort::Reads), actor_id: Some(id), ..Default::default() }
                }
                "audit::before of treatment" => {
                    audit::Filter { purpose: Some(UsedFor::Treatment), ..Default::default() }
                }
                "audit::before of a record" => audit::Filter { entity_id: Some(id), ..Default::default() },
                "audit::before of somebody" => audit::Filter { actor_id: Some(id), ..Default::default() },
                "audit::before of a purpose" => {
                    let purpose = Some(UsedFor::Other(Purpose::BreakGlass));
                    audit::Filter { purpose, ..Default::default() }
                }
                "audit::before in a window" => audit::Filter { from: Some(at), until: Some(at), ..Default::default() },
                other => panic!("nobody knows how to ask for {other}"),
            };
            plans!(db => audit::before(db, &f, Some(7), 100))
        }
    }
}

fn of_sort(sort: Sort) -> Option<Vec<EventKind>> {
    Some(EventKind::ALL.iter().copied().filter(|kind| kind.sort() == sort).collect())
}

/// Results of parts of a statement, and tables that a screen holds whole.
fn is_small(name: &str) -> bool {
    let bare = name.trim_matches(|c: char| c == '(' || c == ')');
    bare.starts_with("walk")
        || bare.starts_with("subquery")
        || ["asked", "records", "codes", "bound", "staff", "page", "CONSTANT"].contains(&bare)
}

/// What is wrong with a plan of SQLite; puts the indexes that it goes along into `used`.
fn faults_of_sqlite(lines: &[Plan], sorts: bool, used: &mut BTreeSet<String>) -> Vec<String> {
    let mut faults = Vec::new();
    for line in lines {
        let words: Vec<&str> = line.text.split_whitespace().collect();
        if let Some(at) = words.iter().position(|word| *word == "INDEX") {
            used.extend(words.get(at + 1).map(|name| (*name).to_owned()));
        }
        let reads =
            |of: &Plan| of.parent == line.parent && (of.text.starts_with("SEARCH") || of.text.starts_with("SCAN"));
        let of_table = |of: &Plan| reads(of) && !of.text.split_whitespace().nth(1).is_some_and(is_small);
        let is_scan = line.text.starts_with("SCAN") && !words.get(1).is_some_and(|name| is_small(name));
        let sorted = lines.iter().any(|of| of.parent == line.parent && of.text == "USE TEMP B-TREE FOR ORDER BY");
        if is_scan && (!line.text.contains(" USING ") || sorted) {
            faults.push(format!("reads all of it: {}", line.text));
        }
        if line.text == "USE TEMP B-TREE FOR ORDER BY" && !sorts && lines.iter().any(of_table) {
            faults.push("sorts what it found, however much that is".to_owned());
        }
    }
    faults
}

/// The same of PostgreSQL, which was told not to read whole tables where there is another way.
fn faults_of_postgres(lines: &[Plan], sorts: bool) -> Vec<String> {
    let mut faults = Vec::new();
    let sorted = lines.iter().any(|line| line.text.contains("Sort  (") || line.text.contains("Incremental Sort"));
    for (n, line) in lines.iter().enumerate() {
        if let Some((_, table)) = line.text.split_once("Seq Scan on ") {
            let table = table.split_whitespace().next().unwrap_or_default();
            if !["staff", "homes"].contains(&table) {
                faults.push(format!("reads all of {table}"));
            }
        }
        if line.text.contains("Index Scan") || line.text.contains("Index Only Scan") {
            let own = lines[n + 1..].iter().take_while(|next| !next.text.contains("->"));
            let bounded = own.into_iter().any(|next| next.text.contains("Index Cond"));
            if !bounded && sorted && !sorts {
                faults.push(format!("goes through all of an index and sorts it: {}", line.text.trim()));
            }
        }
    }
    faults
}

#[tokio::test]
async fn every_list_goes_along_an_index_and_its_plan_is_pinned() {
    let database = TestDatabase::new().await;
    let store = database.open().await;
    let mut wrong = Vec::new();
    for Pin { list, along, sorts } in PINS {
        let statements = asked(&store, list).await;
        assert!(!statements.is_empty(), "{list} asked nothing that could be explained");
        let mut used = BTreeSet::new();
        let mut faults = Vec::new();
        for lines in &statements {
            faults.extend(match store.backend() {
                Backend::Sqlite => faults_of_sqlite(lines, *sorts, &mut used),
                Backend::Postgres => faults_of_postgres(lines, *sorts),
            });
        }
        if store.backend() == Backend::Sqlite {
            faults
                .extend(along.iter().filter(|index| !used.contains(**index)).map(|index| format!("not along {index}")));
        }
        if !faults.is_empty() {
            let plan: Vec<_> = statements.iter().flatten().map(|line| line.text.as_str()).collect();
            wrong.push(format!("{list}: {}\n  {}", faults.join("; "), plan.join("\n  ")));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A function of the store that takes a page or a limit, or is called `list`, is a list.
#[test]
fn a_list_without_a_pinned_plan_is_missed() {
    let mut missed = Vec::new();
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src");
    for file in std::fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        if path.is_dir() {
            // Databases of tests: no list of the product.
            continue;
        }
        let module = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let text = std::fs::read_to_string(&path).unwrap();
        for piece in text.split("\npub async fn ").skip(1) {
            let head = piece.split('{').next().unwrap();
            let name = head.split(['(', '<']).next().unwrap();
            let is_list = name == "list" || head.contains("paging: Paging") || head.contains("limit: u32");
            let list = format!("{module}::{name}");
            let of = |pin: &Pin| pin.list.split(' ').next() == Some(list.as_str());
            if is_list && !PINS.iter().any(of) && !SMALL.contains(&list.as_str()) {
                missed.push(list);
            }
        }
    }
    assert!(missed.is_empty(), "pin how these are read: {missed:?}");
}
