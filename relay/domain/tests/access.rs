//! The access table as a whole, and the difference between hidden and forbidden.

#![allow(clippy::unwrap_used, reason = "a helper of a test fails as a test does")]

use jiff::Timestamp;
use yunzhen_domain::access::{Action, Class, Decision, Facts, Scope, asks_fresh_proof, decide, scope};
use yunzhen_domain::ids::{ConsultationId, CourierRunId, DeliveryId, HomeId, InvitationId, PharmacyId, StaffId};
use yunzhen_domain::{Actor, Role};

#[test]
fn whole_table() {
    let mut out = String::new();
    for action in Action::ALL {
        let reach: Vec<String> = Role::ALL
            .into_iter()
            .filter(|r| scope(*r, *action) != Scope::None)
            .map(|r| format!("{}:{:?}", r.as_str(), scope(r, *action)))
            .collect();
        out += &format!("{action} = {}\n", reach.join(" "));
    }
    insta::assert_snapshot!(out);
}

/// What lets somebody in, takes somebody out or gives a secret away is done by a person who proves it; nobody reaches it who has nothing to prove it by.
#[test]
fn grave_deeds_ask_for_a_fresh_proof_and_only_of_who_can_give_one() {
    let grave: Vec<Action> = Action::ALL.iter().copied().filter(|action| asks_fresh_proof(*action)).collect();
    let expected = [
        Action::HoldRecord,
        Action::KeepStaff,
        Action::DecideSigningKey,
        Action::RevokeSigningKey,
        Action::KeepBoxes,
        Action::KeepPharmacySystems,
    ];
    assert_eq!(grave.len(), expected.len(), "{grave:?}");
    for action in expected {
        assert!(asks_fresh_proof(action), "{action}");
        for role in [Role::Courier, Role::Observer, Role::Box, Role::System, Role::PharmacySystem] {
            assert_eq!(scope(role, action), Scope::None, "{action} by {role:?}");
        }
    }
}

fn staff(role: Role, n: u8, home: Option<u8>, pharmacy: Option<u8>) -> Actor {
    let t = Timestamp::UNIX_EPOCH;
    Actor::Staff {
        staff_id: StaffId::new(t, [n; 10]),
        role,
        home_id: home.map(|h| HomeId::new(t, [h; 10])),
        pharmacy_id: pharmacy.map(|p| PharmacyId::new(t, [p; 10])),
    }
}

#[test]
fn hidden_out_of_reach_forbidden_in_sight() {
    let t = Timestamp::UNIX_EPOCH;
    let facts = Facts {
        home_id: Some(HomeId::new(t, [1; 10])),
        specialist_id: Some(StaffId::new(t, [7; 10])),
        pharmacist_id: Some(StaffId::new(t, [8; 10])),
        pharmacy_id: Some(PharmacyId::new(t, [5; 10])),
        consultation_id: Some(ConsultationId::new(t, [9; 10])),
        delivery_id: Some(DeliveryId::new(t, [4; 10])),
        run_id: Some(CourierRunId::new(t, [2; 10])),
        related: true,
        ..Facts::default()
    };
    use Action as A;
    use Decision::{Allow, Forbid, Hide};
    let rows = [
        (staff(Role::Nurse, 1, Some(1), None), A::ViewPrescription, Allow),
        (staff(Role::Nurse, 1, Some(2), None), A::ViewPrescription, Hide),
        (staff(Role::Nurse, 1, Some(1), None), A::SignPrescription, Forbid),
        (staff(Role::Nurse, 1, None, None), A::ViewPrescription, Hide),
        (staff(Role::Specialist, 7, None, None), A::SignPrescription, Allow),
        (staff(Role::Specialist, 6, None, None), A::SignPrescription, Forbid),
        (staff(Role::Pharmacist, 8, None, None), A::ReviewPrescription, Allow),
        (staff(Role::Pharmacist, 3, None, None), A::ReviewPrescription, Forbid),
        (staff(Role::Pharmacy, 3, None, Some(5)), A::DispensePrescription, Allow),
        (staff(Role::Pharmacy, 3, None, Some(6)), A::DispensePrescription, Hide),
        (staff(Role::Pharmacy, 3, None, Some(5)), A::SignPrescription, Forbid),
        (staff(Role::Administrator, 3, None, None), A::ViewPrescription, Hide),
        (Actor::Courier { run_id: CourierRunId::new(t, [2; 10]) }, A::CarryDelivery, Allow),
        (Actor::Courier { run_id: CourierRunId::new(t, [3; 10]) }, A::CarryDelivery, Hide),
        (Actor::Courier { run_id: CourierRunId::new(t, [2; 10]) }, A::ReceiveDelivery, Forbid),
    ];
    for (actor, action, expected) in rows {
        assert_eq!(decide(&actor, action, &facts), expected, "{actor:?} {action}");
    }
    let observer = |n, admitted| Actor::Observer {
        consultation_id: ConsultationId::new(t, [n; 10]),
        invitation_id: InvitationId::new(t, [1; 10]),
        admitted,
    };
    assert_eq!(decide(&observer(9, true), A::JoinCall, &facts), Allow);
    assert_eq!(decide(&observer(9, false), A::JoinCall, &facts), Hide, "waits to be let in");
    assert_eq!(decide(&observer(8, true), A::JoinCall, &facts), Hide);
    for action in A::ALL.iter().filter(|action| !matches!(action.class(), Class::Common)) {
        let expected = if *action == A::JoinCall { Allow } else { Hide };
        assert_eq!(
            decide(&observer(9, true), *action, &facts),
            expected,
            "a guest is in the call and nowhere else: {action}"
        );
        assert_eq!(decide(&observer(9, false), *action, &facts), Hide, "{action}");
    }

    let untied = Facts { related: false, ..facts };
    for action in [A::ListResidents, A::ViewResident, A::ViewConsents, A::ViewDocuments, A::ViewConsultation] {
        assert_eq!(decide(&staff(Role::Specialist, 6, None, None), action, &facts), Allow, "{action}");
        assert_eq!(decide(&staff(Role::Specialist, 6, None, None), action, &untied), Hide, "{action}");
        assert_eq!(decide(&staff(Role::Nurse, 1, Some(1), None), action, &untied), Allow, "{action}");
    }

    let unsigned = Facts { unsigned: true, open_to_pharmacies: false, ..facts };
    assert_eq!(decide(&staff(Role::Pharmacist, 8, None, None), A::ViewPrescription, &unsigned), Hide);
    assert_eq!(decide(&staff(Role::Nurse, 1, Some(1), None), A::ViewPrescription, &unsigned), Hide);
    assert_eq!(decide(&staff(Role::Nurse, 1, Some(1), None), A::CancelPrescription, &unsigned), Hide);
    assert_eq!(decide(&staff(Role::Specialist, 6, None, None), A::ViewPrescription, &unsigned), Allow);
    let open = Facts { open_to_pharmacies: true, pharmacy_id: None, ..facts };
    assert_eq!(decide(&staff(Role::Pharmacy, 3, None, Some(6)), A::AcceptPrescription, &open), Allow);
}
