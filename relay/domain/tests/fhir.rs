//! Every resource in every state as JSON files, which `relay/client/tests/fhir.test.ts` holds against the definitions of R4. `INSTA_UPDATE=always` writes
//! files that have changed.
#![allow(clippy::unwrap_used)] // helpers of tests are tests

mod fhir_world;

use fhir_world::*;
use proptest::prelude::*;
use serde_json::Value;
use yunzhen_domain::dosage::Frequency;
use yunzhen_domain::ecg::Lead;
use yunzhen_domain::fhir::{self, Bundle, DoseContext, Kind, OperationOutcome, Resource, capability};
use yunzhen_domain::ids::{DispenseId, DoseEntryId};
use yunzhen_domain::machines::{consultation, delivery, dispense, dose, prescription, referral, visit_stop};
use yunzhen_domain::records::{
    Appointment, Count, DeclineCode, Dispense, DoseEntry, NeedReason, NotGivenReason, Observation, Pack, Supplied,
};
use yunzhen_domain::schedule::Slot;

/// One file for all resources of a state.
fn all(name: &str, resources: &[Resource]) {
    let kind = name.split('-').next().unwrap();
    for resource in resources {
        assert_eq!(resource.kind.name(), kind);
        assert!(
            resource.id.len() <= 64 && resource.id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-'),
            "{}",
            resource.id
        );
        let json = serde_json::to_value(resource).unwrap();
        assert_eq!(json["id"], resource.id.as_str());
        assert_eq!(json["status"].as_str(), resource.status);
        assert!(resource.status.is_none_or(|status| resource.kind.statuses().contains(&status)), "{}", resource.id);
    }
    golden(name, &resources);
}

#[test]
fn a_prescription_in_every_state() {
    let cast = cast();
    for state in prescription::State::ALL {
        let p = prescription_in(*state);
        let deliveries = parcels(&p);
        let of = cast.prescription(&p, &deliveries);
        all(&format!("MedicationRequest-{state}"), &fhir::medication_requests_of(of));
        all(&format!("MedicationDispense-{state}"), &fhir::dispenses_of(of));
        all(&format!("Task-prescription-{state}"), &fhir::tasks_of_prescription(of));
        all(&format!("Provenance-{state}"), &fhir::provenances_of(of));
    }
}

#[test]
fn what_is_taken_when_needed_says_the_most_of_a_day() {
    let cast = cast();
    let mut p = prescription_in(prescription::State::Approved);
    p.items.truncate(1);
    (p.items[0].frequency, p.items[0].most_per_day) = (Frequency::Prn, Some(3));
    all("MedicationRequest-when_needed", &fhir::medication_requests_of(cast.prescription(&p, &[])));
}

/// Whoever read it elsewhere knew how often in a day, and not how soon again.
#[test]
fn what_is_taken_when_needed_says_the_hours_apart() {
    let cast = cast();
    let mut p = prescription_in(prescription::State::Approved);
    (p.items[0].frequency, p.items[0].hours_apart) = (Frequency::Prn, Some(4));
    let line = serde_json::to_value(&fhir::medication_requests_of(cast.prescription(&p, &[]))[0]).unwrap();
    let dosage = &line["dosageInstruction"][0];
    assert_eq!(dosage["asNeededBoolean"], true);
    let repeat = &dosage["timing"]["repeat"];
    assert_eq!(repeat["frequency"], 1);
    assert_eq!(repeat["period"], 4);
    assert_eq!(repeat["periodUnit"], "h");
}

#[test]
fn a_prescription_that_replaces_one_and_one_as_a_pharmacy_reads_it() {
    let cast = cast();
    let prior = prescription_in(prescription::State::Rejected);
    let p = yunzhen_domain::records::Prescription {
        id: prescription_id(9),
        replaces: Some(prior.id),
        ..prescription_in(prescription::State::Approved)
    };
    let of = fhir::PrescriptionContext { prior: Some(&prior), ..cast.prescription(&p, &[]) };
    let resources = fhir::medication_requests_of(of);
    all("MedicationRequest-replacing", &resources);
    let line = serde_json::to_value(&resources[0]).unwrap();
    assert_eq!(line["priorPrescription"]["reference"], format!("MedicationRequest/{}-1", prior.id));
    let group: Vec<Value> =
        resources.iter().map(|r| serde_json::to_value(r).unwrap()["groupIdentifier"].clone()).collect();
    assert!(group.len() > 1 && group.iter().all(|g| *g == group[0]), "one group for all lines");
    let minimum = fhir::PrescriptionContext { only: Some(cast.pharmacies[1].id), ..cast.prescription(&p, &[]) };
    for line in fhir::medication_requests_of(minimum) {
        assert!(
            serde_json::to_value(&line).unwrap().get("encounter").is_none(),
            "a pharmacy learns nothing of the consultation"
        );
    }
}

#[test]
fn a_part_that_reached_the_home_and_the_rest_that_another_pharmacy_prepares() {
    let cast = cast();
    let mut p = prescription_in(prescription::State::Dispensing);
    let mut first = parcel(&p, 1, delivery::State::Received);
    first.packs[0].quantity = 4;
    first.packs.truncate(1);
    p.supply(vec![Supplied { item_no: 1, quantity: 4, instead: vec![], closed: 0 }]);
    p.pharmacy_id = Some(cast.pharmacies[1].id);
    let parcels = [first];
    let found = fhir::dispenses_of(cast.prescription(&p, &parcels));
    all("MedicationDispense-part", &found);
    let told: Vec<_> = found
        .iter()
        .map(|d| {
            let json = serde_json::to_value(d).unwrap();
            let id = d.id.strip_prefix(&p.id.to_string()).unwrap().to_owned();
            (id, d.status.unwrap(), json["type"]["coding"][0]["code"].as_str().unwrap().to_owned())
        })
        .collect();
    let expected = [("-1-1-1", "completed", "FFP"), ("-1-2-1", "preparation", "RFC"), ("-2-2-1", "preparation", "FFC")];
    assert_eq!(told, expected.map(|(id, status, code)| (id.to_owned(), status, code.to_owned())));
    let of = fhir::PrescriptionContext { only: p.pharmacy_id, ..cast.prescription(&p, &parcels) };
    assert_eq!(fhir::dispenses_of(of).len(), 2, "what another pharmacy did is not told to this one");
}

#[test]
fn what_a_pharmacy_gave_back_is_told_with_its_reason_for_each_line_that_was_owed() {
    let cast = cast();
    let p = prescription_in(prescription::State::Approved);
    let mut first = parcel(&p, 1, delivery::State::Received);
    first.packs.retain(|pack| pack.item_no == 1);
    let given_back = |number: u8, code, at: &str| {
        let id = DispenseId::from_uuid(uuid::Uuid::from_u128(number.into()));
        let pharmacy = cast.pharmacies[usize::from(number) % 2].id;
        Dispense {
            state: dispense::State::Declined,
            declined: Some(code),
            ..Dispense::begin(id, p.id, pharmacy, number.into(), at.parse().unwrap())
        }
    };
    let declined = [
        given_back(1, DeclineCode::OutOfStock, "2026-11-22T00:00:00Z"),
        given_back(3, DeclineCode::CannotDeliver, "2026-12-01T00:00:00Z"),
    ];
    let parcels = [first];
    let of = fhir::PrescriptionContext { declined: &declined, ..cast.prescription(&p, &parcels) };
    let found: Vec<Resource> = fhir::dispenses_of(of).into_iter().filter(|d| d.status == Some("declined")).collect();
    let ids: Vec<_> = found.iter().map(|d| d.id.strip_prefix(&p.id.to_string()).unwrap()).collect();
    assert_eq!(ids, ["-1-declined-1", "-2-declined-1", "-2-declined-3"], "the first line had arrived by then");
    let json = serde_json::to_value(&found[0]).unwrap();
    assert_eq!(json["statusReasonCodeableConcept"]["coding"][0]["code"], "outofstock");
    all("MedicationDispense-declined", &found);
    let other = fhir::PrescriptionContext { only: Some(cast.pharmacies[0].id), ..of };
    assert!(
        fhir::dispenses_of(other).iter().all(|d| d.status != Some("declined")),
        "another pharmacy's is not its own"
    );
}

#[test]
fn a_parcel_on_the_road_ends_with_its_prescription() {
    let cast = cast();
    for (state, status) in [
        (prescription::State::InDelivery, "in-progress"),
        (prescription::State::Returned, "cancelled"),
        (prescription::State::Stopped, "stopped"),
    ] {
        let p = yunzhen_domain::records::Prescription { timeline: vec![], ..prescription_in(state) };
        let road = [parcel(&p, 1, delivery::State::Recalled)];
        let found = fhir::dispenses_of(cast.prescription(&p, &road));
        assert_eq!(found.iter().map(|d| d.status).collect::<Vec<_>>(), [Some(status); 2], "{state}");
    }
    let p = prescription_in(prescription::State::Returned);
    let arrived = [parcel(&p, 1, delivery::State::Received)];
    let found = fhir::dispenses_of(cast.prescription(&p, &arrived));
    assert!(found.iter().all(|d| d.status == Some("completed")), "what arrived stays so");
}

#[test]
fn a_parcel_in_every_state() {
    let cast = cast();
    for state in delivery::State::ALL {
        let p = prescription_in(prescription::State::InDelivery);
        let mut d = parcel(&p, 1, *state);
        if matches!(state, delivery::State::Discrepancy) {
            d.counts =
                vec![Count { item_no: 1, quantity: 6, damaged: 1 }, Count { item_no: 2, quantity: 10, damaged: 0 }];
        }
        all(&format!("Task-delivery-{state}"), &[fhir::task_of_delivery(cast.delivery(&d, &p))]);
        let supplies = fhir::supplies_of(cast.delivery(&d, &p));
        if matches!(state, delivery::State::Discrepancy) {
            assert_eq!(serde_json::to_value(&supplies[0]).unwrap()["suppliedItem"]["quantity"]["value"], 5);
        }
        all(&format!("SupplyDelivery-{state}"), &supplies);
    }
}

#[test]
fn a_dose_in_every_way_that_it_is_written_about() {
    let cast = cast();
    let p = prescription_in(prescription::State::Delivered);
    let entry = |n: u8, item_no, state| DoseEntry {
        id: DoseEntryId::from_uuid(uuid::Uuid::from_u128(n.into())),
        prescription_id: p.id,
        item_no,
        resident_id: p.resident_id,
        home_id: p.home_id,
        due_at: at("2026-11-24T00:00:00Z"),
        sequence: 1,
        state,
        dose: p.items[usize::from(item_no) - 1].dose,
        at: at("2026-11-24T00:05:00Z"),
        recorded_at: at("2026-11-24T00:06:00Z"),
        author: cast.nurse.id,
        not_given: None,
        need: None,
        batch: None,
        note: None,
        scanned: true,
    };
    let of = |entry: &DoseEntry, superseded| {
        let (prescription, resident, author) = (&p, &cast.resident, &cast.nurse);
        let formulary = &cast.formulary;
        fhir::administration_of(DoseContext { entry, superseded, prescription, resident, author, formulary })
    };
    let given = entry(1, 1, dose::State::Given);
    let needed = DoseEntry { need: Some(NeedReason::Pain), ..entry(2, 2, dose::State::Given) };
    let found = [of(&given, false).unwrap(), of(&needed, false).unwrap()];
    let json = serde_json::to_value(&found[0]).unwrap();
    assert_eq!(json["request"]["reference"], format!("MedicationRequest/{}-1", p.id));
    assert_eq!((found[0].status, found[0].at), (Some("completed"), Some(given.at)));
    all("MedicationAdministration-given", &found);
    let refused = DoseEntry {
        not_given: Some(NotGivenReason::Unwilling),
        note: Some("说恶心，不想吃".to_owned().into()),
        ..entry(3, 1, dose::State::Refused)
    };
    let found = of(&refused, false).unwrap();
    let json = serde_json::to_value(&found).unwrap();
    let codes: Vec<_> =
        json["statusReason"].as_array().unwrap().iter().map(|r| r["coding"][0]["code"].clone()).collect();
    assert_eq!((found.status, codes), (Some("not-done"), vec!["refused".into(), "unwilling".into()]));
    assert!(json.get("dosage").is_none(), "nothing was taken");
    all("MedicationAdministration-refused", &[found]);
    let held = DoseEntry { not_given: Some(NotGivenReason::ALL[1]), ..entry(4, 1, dose::State::Held) };
    all("MedicationAdministration-held", &[of(&held, false).unwrap()]);
    let wrong = of(&given, true).unwrap();
    assert_eq!(wrong.status, Some("entered-in-error"));
    all("MedicationAdministration-put_right", &[wrong]);
    assert_eq!(of(&entry(5, 1, dose::State::Due), false), None, "what only takes another back");
    assert_eq!(of(&DoseEntry { item_no: 9, ..given.clone() }, false), None, "a line that is not there");
}

#[test]
fn a_consultation_in_every_state() {
    let cast = cast();
    let (start, end) = (at("2026-11-23T06:00:00Z"), at("2026-11-23T06:20:00Z"));
    for state in consultation::State::ALL {
        let c = consultation_in(*state);
        let held = (!matches!(state, consultation::State::Requested | consultation::State::AwaitingAcceptance))
            .then_some(Appointment {
                consultation_id: c.id,
                specialist_id: cast.specialist.id,
                home_id: cast.home.id,
                slot: Slot { starts_at: start, ends_at: end },
                held: true,
                sequence: 0,
                changed_at: start,
                round_id: None,
            });
        let who = c.specialist_id.map(|_| &cast.specialist);
        let (resident, home) = (&cast.resident, &cast.home);
        let of = |vitals_in| fhir::encounter_of_consultation(&c, vitals_in, held.is_some(), resident, home, who);
        all(&format!("Encounter-{state}"), &of(false).into_iter().collect::<Vec<_>>());
        let appointment = fhir::appointment_of(&c, held.as_ref(), false, resident, home, who);
        all(&format!("Appointment-{state}"), &appointment.into_iter().collect::<Vec<_>>());
        all(
            &format!("ServiceRequest-consultation-{state}"),
            &[fhir::request_of_consultation(&c, resident, &cast.nurse, who)],
        );
        let task = fhir::task_of_consultation(&c, resident, &cast.nurse, who);
        assert_eq!(task.is_some(), *state == consultation::State::FailedTechnical, "{state}");
        if let Some(task) = task {
            all(&format!("Task-consultation-{state}"), &[task]);
        }
        if *state == consultation::State::Waiting {
            all("Encounter-waiting-measured", &of(true).into_iter().collect::<Vec<_>>());
        }
        if *state == consultation::State::Requested {
            let waits = fhir::appointment_of(&c, None, true, resident, home, who);
            all("Appointment-waitlist", &waits.into_iter().collect::<Vec<_>>());
        }
    }
    let walk_in = consultation_in(consultation::State::Waiting);
    assert_eq!(
        fhir::appointment_of(&walk_in, None, false, &cast.resident, &cast.home, None),
        None,
        "no time, no Appointment"
    );
}

#[test]
fn a_referral_and_a_stop_in_every_state() {
    let cast = cast();
    for state in referral::State::ALL {
        let r = referral_in(*state);
        all(
            &format!("ServiceRequest-referral-{state}"),
            &[fhir::request_of_referral(&r, &cast.resident, &cast.specialist, &cast.formulary)],
        );
    }
    for state in visit_stop::State::ALL {
        let visit = visit_in(*state);
        let doctors = [cast.specialist.clone()];
        let of =
            fhir::encounter_of_stop(&visit, &visit.stops[0], &cast.resident, &cast.home, &doctors, &cast.formulary);
        assert_eq!(of.id.len(), 64);
        all(&format!("Encounter-stop-{state}"), &[of]);
    }
}

#[test]
fn an_ecg_with_and_without_named_leads() {
    let cast = cast();
    let named = ecg(vec![Lead::I, Lead::Ii]);
    let found = fhir::observation_of_ecg(&named, &cast.resident);
    let json = serde_json::to_value(&found).unwrap();
    // What we write, we read: the same numbers of the same leads.
    let again = yunzhen_domain::ecg::read_observation(&json).ok().unwrap();
    assert!(again.waveform == named.waveform && again.recorded_at == named.recorded_at);
    all("Observation-ecg", &[found, fhir::observation_of_ecg(&ecg(vec![Lead::Unnamed]), &cast.resident)]);
}

#[test]
fn every_vital_sign_and_the_panel_of_blood_pressure() {
    let cast = cast();
    let mut found = Vec::new();
    for (n, sign) in (1_u8..).zip(yunzhen_domain::vitals::ALL) {
        if fhir::BLOOD_PRESSURE.contains(&sign.code) {
            continue;
        }
        let reading = reading(n, sign.code, sign.plausible.0 + 0.5, sign.unit);
        found.extend(fhir::observation_of(&reading, &[], &cast.resident));
    }
    all("Observation-readings", &found);
    let pair = [
        reading(101, "8462-4", 92.0, "mm[Hg]"),
        reading(102, "8478-0", 119.0, "mm[Hg]"),
        reading(103, "8480-6", 172.0, "mm[Hg]"),
    ];
    let panel = |readings: &[Observation]| -> Vec<Resource> {
        readings.iter().filter_map(|reading| fhir::observation_of(reading, readings, &cast.resident)).collect()
    };
    let found = panel(&pair);
    assert_eq!(
        found.iter().map(|o| o.id.clone()).collect::<Vec<_>>(),
        [pair[2].id.to_string()],
        "one panel, by its systolic reading"
    );
    assert_eq!(found[0].codes[0], "85354-9");
    all("Observation-pressure", &found);
    let alone = panel(&pair[..1]);
    assert_eq!(
        serde_json::to_value(&alone[0]).unwrap()["component"][0]["dataAbsentReason"]["coding"][0]["code"],
        "unknown"
    );
    all("Observation-pressure-diastolic-only", &alone);
    all("Observation-pressure-mean-only", &panel(&pair[1..2]));
    let second = [pair[2].clone(), reading(104, "8480-6", 168.0, "mm[Hg]")];
    let found = panel(&second);
    assert_eq!(found.len(), 2, "no reading is lost when two came at once");
    assert_eq!(found[1].codes[0], "8480-6");
}

#[test]
fn a_resident_with_a_masked_number_and_a_record_that_was_merged() {
    let cast = cast();
    let resource = fhir::patient_of(&cast.resident, &cast.home, &[resident_id(77)]);
    let text = serde_json::to_string(&resource).unwrap();
    assert!(!text.contains(cast.resident.id_number.as_str()) && text.contains(&cast.resident.id_number.masked()));
    all("Patient-resident", &[resource]);
    let mut merged = cast.resident.clone();
    (merged.id, merged.merged_into) = (resident_id(77), Some(cast.resident.id));
    all("Patient-merged", &[fhir::patient_of(&merged, &cast.home, &[])]);
}

#[test]
fn what_answers_are_wrapped_in_and_what_the_server_says_of_itself() {
    let cast = cast();
    let patient = fhir::patient_of(&cast.resident, &cast.home, &[]);
    let address = |path: &str| format!("https://clinic.example.org/api/fhir/{path}");
    golden(
        "Bundle-page",
        &Bundle::searchset(vec![patient], "Patient?_count=1", Some("Patient?_count=1&_page=0.0"), address),
    );
    golden("Bundle-empty", &Bundle::searchset(vec![], "Patient", None, address));
    let what = vec![("name".to_owned(), "Patient 不支持查询参数“name”".to_owned())];
    golden(
        "OperationOutcome-parameter",
        &OperationOutcome::refusal("invalid", "bad_parameter", "查询条件有误。".to_owned(), what),
    );
    golden(
        "OperationOutcome-hidden",
        &OperationOutcome::refusal("not-found", "not_found", "没有找到。".to_owned(), vec![]),
    );
    let statement =
        serde_json::to_value(capability::statement("0.1.0", Some("https://clinic.example.org/api/fhir".to_owned())))
            .unwrap();
    let claimed: Vec<_> = statement["rest"][0]["resource"]
        .as_array()
        .unwrap()
        .iter()
        .map(|r| r["type"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(claimed, Kind::ALL.map(|kind| kind.name().to_owned()));
    golden("CapabilityStatement", &statement);
}

proptest! {
    /// A resource never says more of a supply than the parcels had.
    #[test]
    fn what_is_dispensed_adds_up(quantities in proptest::collection::vec(1_u32..9, 1..5)) {
        let cast = cast();
        let p = prescription_in(prescription::State::InDelivery);
        let parcels: Vec<_> = (1_u8..).zip(&quantities).map(|(n, quantity)| {
            let mut d = parcel(&p, n, delivery::State::Received);
            let pack = d.packs[0].clone();
            d.packs = vec![Pack { quantity: *quantity, ..pack.clone() }, Pack { batch: "B2".to_owned(), ..pack }];
            d.packs[1].quantity = 1;
            d
        }).collect();
        let found = fhir::dispenses_of(cast.prescription(&p, &parcels));
        let told: i64 = found.iter().map(|d| serde_json::to_value(d).unwrap()["quantity"]["value"].as_i64().unwrap()).sum();
        prop_assert_eq!(told, i64::from(quantities.iter().sum::<u32>()) + i64::try_from(parcels.len()).unwrap());
        let mut ids: Vec<_> = found.iter().map(|d| d.id.clone()).collect();
        ids.dedup();
        prop_assert_eq!(ids.len(), found.len(), "each batch has an id of its own");
    }
}
