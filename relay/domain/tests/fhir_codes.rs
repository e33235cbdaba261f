//! The codes of every state: printed into the documentation, written for the value sets of R4 (`relay/client/tests/fhir.test.ts`), and the law that no state
//! is without its code.
#![allow(clippy::unwrap_used)] // helpers of tests are tests

mod fhir_world;

use std::fmt::Write as _;
use std::path::Path;

use fhir_world::{golden, writes};
use proptest::prelude::*;
use serde_json::{Value, json};
use yunzhen_domain::fhir::{self, Kind};
use yunzhen_domain::machines::{consultation, delivery, dose, prescription, referral, visit_stop};

/// An element and its code, where there is one.
type Code = (&'static str, Option<&'static str>);

/// Machine, state, and the code of each element.
fn maps() -> Vec<(&'static str, &'static str, Vec<Code>)> {
    let mut rows = Vec::new();
    for s in prescription::State::ALL {
        for acted_on in [false, true] {
            let c = fhir::prescription(*s, acted_on, acted_on);
            rows.push((
                if acted_on {
                    "prescription, accepted by a pharmacy and still valid"
                } else {
                    "prescription, not accepted or past its validity"
                },
                s.as_str(),
                vec![
                    ("MedicationRequest.status", Some(c.medication_request)),
                    ("Task.status (approve)", c.approve),
                    ("Task.status (fulfill)", c.fulfill),
                    ("MedicationDispense.status", c.dispense),
                ],
            ));
        }
    }
    for s in delivery::State::ALL {
        let c = fhir::delivery(*s);
        rows.push((
            "delivery",
            s.as_str(),
            vec![
                ("Task.status", Some(c.task)),
                ("SupplyDelivery.status", c.supply_delivery),
                ("MedicationDispense.status", Some(fhir::dispense(*s))),
            ],
        ));
    }
    for s in consultation::State::ALL {
        let c = fhir::consultation(*s, true, false);
        rows.push((
            "consultation",
            s.as_str(),
            vec![
                ("ServiceRequest.status", Some(c.service_request)),
                ("Appointment.status", Some(fhir::appointment(*s, false))),
                ("Encounter.status", c.encounter),
                ("Task.status", c.task),
            ],
        ));
    }
    for s in referral::State::ALL {
        rows.push((
            "referral",
            s.as_str(),
            vec![("ServiceRequest.status", Some(fhir::referral(*s, true).service_request))],
        ));
    }
    for s in visit_stop::State::ALL {
        rows.push(("stop of a round in person", s.as_str(), vec![("Encounter.status", Some(fhir::visit_stop(*s)))]));
    }
    for s in dose::State::ALL.iter().filter(|state| state.is_recorded()) {
        let of = |superseded| fhir::dose(*s, superseded);
        let element = "MedicationAdministration.status";
        rows.push((
            "dose that a nurse wrote about",
            s.as_str(),
            vec![(element, of(false)), ("MedicationAdministration.status (put right later)", of(true))],
        ));
    }
    rows.sort_by_key(|row| row.0);
    rows
}

/// The tables of the documentation, printed from the code.
fn tables() -> String {
    let mut out = String::new();
    let mut machine = "";
    for (of, state, codes) in maps() {
        if of != machine {
            machine = of;
            let heads: Vec<_> = codes.iter().map(|(element, _)| *element).collect();
            let _ =
                write!(out, "\n### {of}\n\n| state | {} |\n|---|{}\n", heads.join(" | "), "---|".repeat(heads.len()));
        }
        let cells: Vec<_> =
            codes.iter().map(|(_, code)| code.map_or(String::new(), |code| format!("`{code}`"))).collect();
        let _ = writeln!(out, "| `{state}` | {} |", cells.join(" | "));
    }
    out += "\n### What is served\n\n| resource | search parameters |\n|---|---|\n";
    for kind in Kind::ALL {
        let names: Vec<_> = kind.parameters().iter().map(|p| format!("`{}`", p.name)).collect();
        let _ = writeln!(out, "| {} | {} |", kind.name(), names.join(", "));
    }
    out
}

#[test]
fn the_documentation_prints_the_tables_of_the_code() {
    const BEGIN: &str = "<!-- printed by relay/domain/tests/fhir_codes.rs -->\n";
    const END: &str = "<!-- end -->";
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/fhir.md");
    let text = std::fs::read_to_string(&path).unwrap();
    let (before, rest) = text.split_once(BEGIN).unwrap();
    let (_, after) = rest.split_once(END).unwrap();
    let fresh = format!("{before}{BEGIN}{}\n{END}{after}", tables());
    if writes() {
        std::fs::write(&path, &fresh).unwrap();
    }
    assert_eq!(std::fs::read_to_string(&path).unwrap(), fresh, "INSTA_UPDATE=always prints the tables");
}

/// The test of the web side looks each of these up in the value set that R4 requires.
#[test]
fn every_code_of_every_state_for_the_value_sets_of_r4() {
    let codes: Vec<Value> = maps()
        .into_iter()
        .flat_map(|(machine, state, codes)| {
            codes.into_iter().filter_map(move |(element, code)| {
                let element = element.split(' ').next().unwrap();
                code.map(|code| json!({ "machine": machine, "state": state, "element": element, "code": code }))
            })
        })
        .collect();
    golden("codes", &codes);
}

#[rustfmt::skip]
const REQUEST: [&str; 7] = ["draft", "active", "on-hold", "revoked", "completed", "entered-in-error", "unknown"];
#[rustfmt::skip]
const MEDICATION_REQUEST: [&str; 8] = ["active", "on-hold", "cancelled", "completed", "entered-in-error", "stopped", "draft", "unknown"];
#[rustfmt::skip]
const TASK: [&str; 12] = ["draft", "requested", "received", "accepted", "rejected", "ready", "cancelled", "in-progress", "on-hold", "failed", "completed", "entered-in-error"];
#[rustfmt::skip]
const DISPENSE: [&str; 9] = ["preparation", "in-progress", "cancelled", "on-hold", "completed", "entered-in-error", "stopped", "declined", "unknown"];
#[rustfmt::skip]
const SUPPLY: [&str; 4] = ["in-progress", "completed", "abandoned", "entered-in-error"];
#[rustfmt::skip]
const ADMINISTRATION: [&str; 7] = ["in-progress", "not-done", "on-hold", "completed", "entered-in-error", "stopped", "unknown"];
#[rustfmt::skip]
const ENCOUNTER: [&str; 9] = ["planned", "arrived", "triaged", "in-progress", "onleave", "finished", "cancelled", "entered-in-error", "unknown"];
#[rustfmt::skip]
const APPOINTMENT: [&str; 10] = ["proposed", "pending", "booked", "arrived", "fulfilled", "cancelled", "noshow", "entered-in-error", "checked-in", "waitlist"];

fn walk<S: Copy, E>(from: S, events: &[E], steps: &[usize], apply: impl Fn(S, &E) -> Option<S>) -> S {
    steps.iter().fold(from, |state, step| apply(state, &events[step % events.len()]).unwrap_or(state))
}

proptest! {
    /// Wherever a walk through the machine ends, and whatever else holds, the codes are of the sets that R4 requires.
    #[test]
    fn wherever_a_machine_stands_its_codes_are_of_the_required_sets(
        steps in proptest::collection::vec(0_usize..64, 0..30), a in any::<bool>(), b in any::<bool>()
    ) {
        let now = jiff::Timestamp::UNIX_EPOCH;
        let p = walk(prescription::State::Draft, &prescription::sample_events(), &steps, |s, e| s.apply(e, now).ok().map(|n| n.state));
        let c = fhir::prescription(p, a, b);
        prop_assert!(MEDICATION_REQUEST.contains(&c.medication_request));
        prop_assert!(c.approve.into_iter().chain(c.fulfill).all(|code| TASK.contains(&code)));
        prop_assert!(c.dispense.is_none_or(|code| DISPENSE.contains(&code)));
        let d = walk(delivery::State::AwaitingCourier, &delivery::sample_events(), &steps, |s, e| s.apply(e, now).ok().map(|n| n.state));
        let c = fhir::delivery(d);
        prop_assert!(TASK.contains(&c.task) && c.supply_delivery.is_none_or(|code| SUPPLY.contains(&code)));
        prop_assert!(DISPENSE.contains(&fhir::dispense(d)));
        let v = walk(consultation::State::Requested, &consultation::sample_events(), &steps, |s, e| s.apply(e, now).ok().map(|n| n.state));
        let c = fhir::consultation(v, a, b);
        prop_assert!(REQUEST.contains(&c.service_request) && c.task.is_none_or(|code| TASK.contains(&code)));
        prop_assert!(c.encounter.is_none_or(|code| ENCOUNTER.contains(&code)));
        prop_assert!(APPOINTMENT.contains(&fhir::appointment(v, a)));
        let r = walk(referral::State::Drafted, &referral::sample_events(), &steps, |s, e| s.apply(e, now).ok().map(|n| n.state));
        prop_assert!(REQUEST.contains(&fhir::referral(r, a).service_request));
        let t = walk(dose::State::Due, &dose::sample_events(), &steps, |s, e| s.apply(*e).ok());
        prop_assert!(fhir::dose(t, a).is_none_or(|code| ADMINISTRATION.contains(&code)));
    }
}

#[test]
fn nothing_is_served_to_whom_the_records_beneath_are_closed() {
    use yunzhen_domain::Role;
    use yunzhen_domain::access::{Action, Scope, scope};
    for kind in Kind::ALL {
        for action in kind.actions() {
            for role in [Role::Courier, Role::Observer, Role::Administrator, Role::Box] {
                assert_eq!(scope(role, action), Scope::None, "{} for {role:?}", kind.name());
            }
        }
    }
    for role in Role::ALL {
        let (supply, parcel) = (scope(role, Action::ViewSupply), scope(role, Action::ViewDelivery));
        assert!(
            supply == parcel || supply == Scope::None,
            "{role:?} reads no more of a parcel as FHIR than on the screen"
        );
    }
}
