//! Every route × every kind of person against the access table; who is hidden from what, who is forbidden, who is nobody.

use std::fmt::Write as _;

use axum::body::Body;
use axum::http::{Method, Request};
use jiff::SignedDuration;
use serde_json::{Value, json};
use yunzhen_certs::Identity;
use yunzhen_domain::access::{Action, Decision, Facts, asks_fresh_proof, decide, may_try};
use yunzhen_domain::ids::StaffId;
use yunzhen_domain::records::{Prescription, Session};
use yunzhen_domain::{Actor, Role};
use yunzhen_relay::http::TABLE;
use yunzhen_relay::seed;
use yunzhen_runtime::clock;
use yunzhen_store::sessions;

use crate::document::{Operation, operations, sample};
use crate::world::{Answer, CALLERS, World, console, nobody, session};

/// Operations on a leg answer only to the person who made it; nobody has one here.
const ON_A_LEG: [&str; 5] = ["patchLeg", "deleteLeg", "setMediaState", "reportQuality", "streamLegEvents"];

/// Whatever is about a resident's record is asked for with a tie, commands too; a round in person with the hospital.
const OF_A_RECORD: [&str; 7] =
    ["/residents/", "/ecgs/", "/consents/", "/eligibility/", "/referrals", "/visits/", "/transports"];

/// What ends sessions of an account is tried on that of who is not signed in here: whoever asks goes on being signed in.
const OF_AN_ACCOUNT: [&str; 6] =
    ["endStaffSessions", "resetSecondFactor", "unbindIdentity", "closeStaff", "reopenStaff", "resetStaffPassword"];

/// Operations that name a resident in the body and tie nobody to them.
const OF_A_RESIDENT: [&str; 3] = ["joinVisit", "draftReferral", "requestTransport"];
/// The same of those that may tie a specialist to the resident.
const FOR_A_RESIDENT: [&str; 4] = ["requestConsultation", "bookAppointment", "joinWaitlist", "raiseUrgentCall"];

/// Whoever asks for a pharmacy: what is in the pool here is offered to all of them.
fn of_a_pharmacy() -> Actor {
    let staff_id = StaffId::from_uuid(seed::PHARMACY.uuid());
    Actor::Staff { staff_id, role: Role::Pharmacy, home_id: None, pharmacy_id: Some(seed::PHARMACY) }
}

/// What an operation is tried on: the ids in its path, and what access knows of it. `None`: a list, or something that is about the caller only.
fn targets(world: &World, operation: &Operation) -> Vec<(&'static str, String, Option<Facts>)> {
    let [draft, review, open, mine] = &world.prescriptions;
    let one = |id: String, facts| {
        let path = operation.path.replace("{id}", &id).replace("{leg}", "00000000-0000-7000-8000-000000000001");
        vec![("", path.replace("{guest}", &world.invitation.to_string()), facts)]
    };
    match operation.path.split('/').nth(2) {
        Some("fhir") if operation.path.contains("{id}") => {
            let (id, facts) = of_fhir(world, operation.path.split('/').nth(3).unwrap());
            one(id, Some(facts))
        }
        Some("fhir") if operation.path.ends_with("/Observation") => {
            vec![("", format!("{}?patient={}", operation.path, world.resident.id), None)]
        }
        Some("residents") if operation.path.contains("{id}") => {
            one(world.resident.id.to_string(), Some(world.resident.facts()))
        }
        Some("consents") => one(world.consent.id.to_string(), Some(world.consent.facts())),
        Some("ecgs") => one(world.ecg.to_string(), Some(world.resident.facts())),
        Some("documents") => one(world.document.id.to_string(), Some(world.resident.facts())),
        Some("duplicates") if operation.path.contains("{id}") => one(world.pair.id.to_string(), Some(Facts::default())),
        Some("break-glass") if operation.path.contains("{id}") => {
            one(world.glass.id.to_string(), Some(world.glass.facts()))
        }
        Some("consultations") if operation.path.contains("{id}") => {
            one(world.consultation.id.to_string(), Some(world.consultation.facts()))
        }
        Some("recordings") => one(world.recording.to_string(), Some(world.consultation.facts())),
        Some("deliveries") if operation.path.contains("{id}") => {
            one(world.delivery.id.to_string(), Some(world.delivery.facts()))
        }
        Some("courier-runs") => one(world.run.id.to_string(), Some(world.run.facts())),
        Some("discrepancies") if operation.path.contains("{id}") => {
            one(world.discrepancy.id.to_string(), Some(world.discrepancy.facts()))
        }
        Some("recalls") if operation.path.contains("{id}") => {
            one(world.recall.id.to_string(), Some(Facts { home_id: Some(seed::HOME_1), ..Facts::default() }))
        }
        Some("prescriptions") if operation.path.contains("{id}") => {
            [("draft", draft), ("in review", review), ("approved", open), ("dispensing", mine)]
                .into_iter()
                .map(|(state, p)| {
                    (state, operation.path.replace("{id}", &p.id.to_string()), Some(p.facts(&of_a_pharmacy())))
                })
                .collect()
        }
        Some("boxes") if operation.path.contains("{id}") => one(seed::HOME_1.to_string(), Some(Facts::default())),
        // Each has own ones; ending what is not there is no error.
        Some("sessions" | "passkeys") if operation.path.contains("{id}") => {
            vec![("", operation.path.replace("{id}", &nobody().to_string()), None)]
        }
        _ if OF_AN_ACCOUNT.contains(&operation.id.as_str()) => {
            one(StaffId::from_uuid(uuid::Uuid::from_u128(10)).to_string(), Some(Facts::default()))
        }
        Some("staff") if operation.path.contains("{id}") => {
            one(world.consultation.specialist_id.unwrap().to_string(), Some(Facts::default()))
        }
        Some("pharmacies") if operation.path.contains("{id}") => {
            one(seed::PHARMACY.to_string(), Some(Facts::default()))
        }
        Some("signing-keys") if operation.path.contains("{id}") => {
            one(world.signing_key.id.to_string(), Some(world.signing_key.facts()))
        }
        Some("legal-holds") if operation.path.contains("{id}") => {
            one(world.legal_hold.id.to_string(), Some(Facts::default()))
        }
        Some("stock") if operation.path.contains("{id}") => {
            let facts = Facts { pharmacy_id: Some(seed::PHARMACY), ..Facts::default() };
            one(world.batch.to_string(), Some(facts))
        }
        Some("homes") if operation.path.contains("{id}") => {
            let facts = Facts { home_id: Some(seed::HOME_1), ..Facts::default() };
            one(seed::HOME_1.to_string(), Some(facts))
        }
        // Asked for one resident, named in the body.
        _ if OF_A_RESIDENT.contains(&operation.id.as_str()) => {
            one(world.visit.id.to_string(), Some(world.resident.facts()))
        }
        Some("visits") if operation.path.contains("{id}") => {
            let facts = Facts { home_id: Some(seed::HOME_1), ..Facts::default() };
            one(world.visit.id.to_string(), Some(facts))
        }
        Some("referrals") if operation.path.contains("{id}") => {
            one(world.referral.id.to_string(), Some(world.referral.facts()))
        }
        Some("transports") if operation.path.contains("{id}") => {
            one(world.transport.id.to_string(), Some(world.transport.facts()))
        }
        Some("refills") if operation.path.contains("{id}") => {
            one(world.refill.id.to_string(), Some(world.refill.facts()))
        }
        Some("eligibility") => one(world.first_visit.to_string(), Some(world.resident.facts())),
        Some("availability") => {
            let id = world.consultation.specialist_id.unwrap();
            one(id.to_string(), Some(Facts { specialist_id: Some(id), ..Facts::default() }))
        }
        Some("duty") if operation.id != "listDuty" => one(world.shift.id.to_string(), Some(Facts::default())),
        Some("rounds") if operation.id == "planRound" => one(String::new(), Some(world.round.facts())),
        Some("rounds") if operation.path.contains("{id}") => one(world.round.id.to_string(), Some(world.round.facts())),
        Some("urgent-calls") if operation.path.contains("{id}") => {
            one(world.urgent_call.id.to_string(), Some(world.urgent_call.facts()))
        }
        Some("calendars") if operation.path.contains("{id}") => {
            one(world.calendar.id.to_string(), Some(world.calendar.facts()))
        }
        Some("pharmacy-systems") if operation.path.contains("{id}") => {
            // One that is revoked answers nothing else any more.
            let last = operation.id == "revokePharmacySystem";
            let system = if last { &world.third_system } else { &world.system };
            one(system.id.to_string(), Some(Facts { pharmacy_id: Some(system.pharmacy_id), ..Facts::default() }))
        }
        Some("webhook-deliveries") => {
            let facts = Facts { pharmacy_id: Some(world.system.pharmacy_id), ..Facts::default() };
            one(world.message.id.to_string(), Some(facts))
        }
        Some("pharmacy") => of_pharmacy(world, operation),
        Some("prescription-favourites") if operation.path.contains("{id}") => {
            one(world.favourite.id.to_string(), Some(world.favourite.facts()))
        }
        Some("slots" | "appointments" | "rounds") if operation.method == Method::GET => {
            let with = world.consultation.specialist_id.unwrap();
            let of = if operation.id == "listSlots" { format!("&specialist_id={with}") } else { String::new() };
            let window = "from=2026-11-23T00:00:00Z&until=2026-11-24T00:00:00Z";
            vec![("", format!("{}?{window}{of}", operation.path), None)]
        }
        // Asked for one resident, named in the body.
        _ if FOR_A_RESIDENT.contains(&operation.id.as_str()) => {
            vec![("", operation.path.clone(), Some(world.neighbour.facts()))]
        }
        _ => vec![("", operation.path.clone(), None)],
    }
}

/// What a pharmacy's own system asks for.
fn of_pharmacy(world: &World, operation: &Operation) -> Vec<(&'static str, String, Option<Facts>)> {
    let one = |id: String, facts| vec![("", operation.path.replace("{id}", &id), Some(facts))];
    match operation.path.split('/').nth(4) {
        _ if !operation.path.contains("{id}") => vec![("", operation.path.clone(), None)],
        Some("orders") => {
            let states = ["draft", "in review", "approved", "dispensing"].into_iter().zip(&world.prescriptions);
            let path = |p: &Prescription| operation.path.replace("{id}", &p.id.to_string());
            states.map(|(state, p)| (state, path(p), Some(p.facts(&of_a_pharmacy())))).collect()
        }
        Some("parcels") => one(world.delivery.id.to_string(), world.delivery.facts()),
        Some("recalls") => one(world.recall.id.to_string(), Facts::default()),
        Some("stock") => one(world.batch.to_string(), Facts { pharmacy_id: Some(seed::PHARMACY), ..Facts::default() }),
        other => panic!("{other:?} is tried on nothing"),
    }
}

/// Asked for by pharmacies' systems only, with a credential and not with a session.
fn is_of_pharmacy_api(operation: &Operation) -> bool {
    operation.path.starts_with("/api/pharmacy/v1/")
}

/// An id of a kind of resource, and what access knows of the record beneath.
fn of_fhir(world: &World, kind: &str) -> (String, Facts) {
    let mine = &world.prescriptions[3];
    let of_consultation = || world.consultation.facts();
    match kind {
        "Patient" => (world.resident.id.to_string(), world.resident.facts()),
        "Observation" => (world.reading.to_string(), world.resident.facts()),
        "Encounter" => (world.consultation.id.to_string(), of_consultation()),
        "ServiceRequest" => (format!("{}-consultation", world.consultation.id), of_consultation()),
        "Appointment" => (world.booked.id.to_string(), world.booked.facts()),
        "SupplyDelivery" => (format!("{}-1", world.delivery.id), world.delivery.facts()),
        "MedicationAdministration" => (world.dose.to_string(), world.resident.facts()),
        "MedicationRequest" => (format!("{}-1", mine.id), mine.facts(&of_a_pharmacy())),
        "MedicationDispense" => (format!("{}-1-1-1", mine.id), mine.facts(&of_a_pharmacy())),
        "Task" => (format!("{}-fulfill", mine.id), mine.facts(&of_a_pharmacy())),
        "Provenance" => (format!("{}-prescriber", mine.id), mine.facts(&of_a_pharmacy())),
        other => panic!("{other} is tried on nothing"),
    }
}

fn body(world: &World, operation: &Operation) -> Option<Value> {
    let (kind, schema) = operation.body.as_ref()?;
    if kind != "application/json" {
        return Some(json!("v=0"));
    }
    let mut body = sample(schema, "");
    if FOR_A_RESIDENT.contains(&operation.id.as_str()) {
        body["resident_id"] = json!(world.neighbour.id.to_string());
    } else if OF_A_RESIDENT.contains(&operation.id.as_str()) {
        body["resident_id"] = json!(world.resident.id.to_string());
    }
    if operation.id == "planRound" {
        body["home_id"] = json!(world.round.home_id);
        body["specialist_id"] = json!(world.round.specialist_id);
    }
    if operation.id == "publishAvailability" {
        body = json!({"version": 0, "zone": "Asia/Shanghai", "rules": [], "exceptions": []});
    }
    Some(body)
}

/// What ties a specialist to the resident of these tests: the first two are of the hospital that has seen her, the third is not.
fn tied(caller: &str, operation: &Operation, facts: Facts) -> Facts {
    let in_path = |part: &str| operation.path.contains(part);
    let related = match operation.id.as_str() {
        // The nurse comes first, and then her neighbour waits for everybody.
        "requestConsultation" | "joinWaitlist" | "raiseUrgentCall" => true,
        "bookAppointment" | "moveAppointment" => caller != "specialist3",
        _ if in_path("/rounds") => caller == "specialist1",
        // Commands on consultations and prescriptions are refused in sight; a read, and whatever is about the record, asks for the tie.
        _ if operation.method == Method::GET || OF_A_RECORD.iter().any(|part| in_path(part)) => caller != "specialist3",
        _ => facts.related,
    };
    Facts { related, ..facts }
}

fn expected(operation: &str, actor: &Actor, action: Action, facts: Option<&Facts>) -> Decision {
    // A session of a link has no account to show, and nobody without an account begins anything.
    let without_account = actor.staff_id().is_none() && ["getCurrentSession", "beginConsultation"].contains(&operation);
    // Nobody here has a passkey that could be called otherwise.
    if ON_A_LEG.contains(&operation) || without_account || operation == "renamePasskey" {
        return Decision::Hide;
    }
    match facts {
        Some(facts) => decide(actor, action, facts),
        None if may_try(actor, action) => Decision::Allow,
        // That a kind of resource is served is public: whoever never reads it hears so.
        None if operation.starts_with("searchFhir") => Decision::Forbid,
        None => Decision::Hide,
    }
}

fn said(answer: &Answer) -> Decision {
    match answer.status {
        404 => Decision::Hide,
        403 => Decision::Forbid,
        401 => panic!("a signed-in caller is not unknown: {answer:?}"),
        405 | 500.. => panic!("{answer:?}"),
        _ => Decision::Allow,
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_route_answers_every_person_as_the_table_says() {
    let world = World::new().await;
    let mut matrix = format!("{:<28}{:<12}", "operation", "on");
    for caller in CALLERS {
        let _ = write!(matrix, "{caller:<12}");
    }
    matrix.push('\n');
    let mut wrong = vec![];
    for operation in operations() {
        let action = TABLE.iter().find(|(id, _)| *id == operation.id).unwrap().1;
        let Some(action) = action.filter(|_| !is_of_pharmacy_api(&operation)) else { continue };
        for (state, path, facts) in targets(&world, &operation) {
            let _ = write!(matrix, "{:<28}{state:<12}", operation.id);
            for caller in CALLERS {
                // Ending a session ends it for the rest of the test.
                let token =
                    if operation.id == "deleteCurrentSession" { format!("{caller}-end") } else { caller.to_owned() };
                let answer =
                    world.send(operation.method.clone(), &path, Some(&token), body(&world, &operation).as_ref()).await;
                let facts = facts.map(|facts| tied(caller, &operation, facts));
                let expected = expected(&operation.id, &world.actor(caller), action, facts.as_ref());
                let said = said(&answer);
                if said != expected {
                    wrong.push(format!("{} {state} as {caller}: {answer:?}, not {expected:?}", operation.id));
                }
                // What the document calls a body, the route can read.
                if said == Decision::Allow && answer.status == 400 && answer.code() == "bad_request" {
                    wrong
                        .push(format!("{} cannot read the body that its document describes: {answer:?}", operation.id));
                }
                let word = match said {
                    Decision::Allow => "yes",
                    Decision::Forbid => "forbidden",
                    Decision::Hide => "-",
                };
                let _ = write!(matrix, "{word:<12}");
            }
            matrix.push('\n');
        }
    }
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong.join("\n"));
    insta::assert_snapshot!(matrix.lines().map(str::trim_end).collect::<Vec<_>>().join("\n"));
}

/// Every route of the pharmacies' API × the systems of two pharmacies; and no system gets anywhere else, no session in here.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_route_answers_a_pharmacy_s_system_as_the_table_says() {
    let world = World::new().await;
    let mut matrix = format!("{:<28}{:<12}{:<12}{:<12}\n", "operation", "on", "system1", "system2");
    let mut wrong = vec![];
    for operation in operations().iter().filter(|operation| is_of_pharmacy_api(operation)) {
        let action = TABLE.iter().find(|(id, _)| *id == operation.id).unwrap().1.unwrap();
        for (state, path, facts) in targets(&world, operation) {
            let _ = write!(matrix, "{:<28}{state:<12}", operation.id);
            for (caller, system) in [("system1", &world.system), ("system2", &world.other_system)] {
                let actor = Actor::PharmacySystem { system_id: system.id, pharmacy_id: system.pharmacy_id };
                let body = body(&world, operation);
                let answer =
                    world.send(operation.method.clone(), &path, Some(&world.credential(caller)), body.as_ref()).await;
                let expected = expected(&operation.id, &actor, action, facts.as_ref());
                // A webhook that was removed is rotated by nobody.
                let gone = answer.status == 404 && operation.path.contains("/webhook/");
                let said = if gone { expected } else { said(&answer) };
                if said != expected {
                    wrong.push(format!("{} {state} as {caller}: {answer:?}, not {expected:?}", operation.id));
                }
                let word = match said {
                    Decision::Allow => "yes",
                    Decision::Forbid => "forbidden",
                    Decision::Hide => "-",
                };
                let _ = write!(matrix, "{word:<12}");
            }
            matrix.push('\n');
        }
    }
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong.join("\n"));
    insta::assert_snapshot!(matrix.lines().map(str::trim_end).collect::<Vec<_>>().join("\n"));
    for operation in operations() {
        let open = TABLE.iter().find(|(id, _)| *id == operation.id).unwrap().1.is_none();
        let own = is_of_pharmacy_api(&operation);
        let tokens = if own { CALLERS.map(str::to_owned).to_vec() } else { vec![world.credential("system1")] };
        for token in tokens.iter().filter(|_| !open) {
            for (_, path, _) in targets(&world, &operation).into_iter().take(1) {
                let body = body(&world, &operation);
                let answer = world.send(operation.method.clone(), &path, Some(token), body.as_ref()).await;
                // Who tries too often here waits.
                let closed = answer.status == 401 || (own && answer.status == 429);
                assert!(closed, "{} with {token}: {answer:?}", operation.id);
            }
        }
    }
}

/// Every operation whose action asks for it, so that a new one cannot forget it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_finds_an_administrator_s_page_open_does_nothing_grave_with_it() {
    let world = World::new().await;
    let now = clock::now_timestamp();
    let left = session("left", world.subject("admin1"), None, now);
    let left = Session { authenticated_at: now - SignedDuration::from_mins(6), ..left };
    let mut tx = world.app.store.write().await.unwrap();
    sessions::insert(&mut tx, &left).await.unwrap();
    tx.commit_bookkeeping("test").await.unwrap();
    let mut asked = 0;
    for operation in operations() {
        let action = TABLE.iter().find(|(id, _)| *id == operation.id).unwrap().1;
        if !action.is_some_and(asks_fresh_proof) {
            continue;
        }
        for (_, path, _) in targets(&world, &operation) {
            let answer =
                world.send(operation.method.clone(), &path, Some("left"), body(&world, &operation).as_ref()).await;
            assert_eq!((answer.status, answer.code()), (403, "reauthenticate"), "{}: {answer:?}", operation.id);
            assert!(answer.body["action"].as_str().is_some_and(|text| !text.is_empty()), "{answer:?}");
            asked += 1;
        }
    }
    assert!(asked >= 18, "{asked}");
    // What is not grave goes on, and the password opens the rest.
    assert_eq!(world.send(Method::GET, "/api/staff", Some("left"), None).await.status, 200);
    let proof = json!({"password": "demo-password"});
    let proved = world.send(Method::POST, "/api/sessions/current/authentication", Some("left"), Some(&proof)).await;
    assert_eq!(proved.status, 200, "{proved:?}");
    let id = world.actor("specialist1").staff_id().unwrap();
    let done = world.send(Method::POST, &format!("/api/staff/{id}/end-sessions"), Some("left"), None).await;
    assert_eq!((done.status, &done.body["ended"]), (200, &json!(2)));
    // Who has the token of one that was ended is told so; the page then keeps nothing on the screen.
    let told = world.send(Method::GET, "/api/sessions/current", Some("specialist1"), None).await;
    assert_eq!((told.status, told.code()), (401, "session_revoked"), "{told:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_session_every_route_is_closed() {
    let world = World::new().await;
    for operation in operations() {
        let action = TABLE.iter().find(|(id, _)| *id == operation.id).unwrap().1;
        let open = action.is_none();
        for (_, path, _) in targets(&world, &operation) {
            for token in [None, Some("made-up"), Some("nurse1-over")] {
                let body = body(&world, &operation);
                let answer = world.send(operation.method.clone(), &path, token, body.as_ref()).await;
                match operation.id.as_str() {
                    "getOpenapi" | "getFhirMetadata" => assert_eq!(answer.status, 200),
                    // The secret is in the path; without it there is nothing.
                    "getCalendarFeed" => assert_eq!(answer.status, 404),
                    // What a passkey is to sign is no secret; these settings name no address that there could be one for.
                    "beginPasskeySession" => assert_eq!((answer.status, answer.code()), (409, "passkeys_off")),
                    // Which providers there are is on the sign-in page; these settings have none.
                    "listIdentityProviders" => assert_eq!(answer.status, 200),
                    "beginOpenidSession" | "createOpenidSession" => {
                        assert_eq!((answer.status, answer.code()), (409, "openid_off"));
                    }
                    _ if open || is_of_pharmacy_api(&operation) => {
                        assert!([401, 429].contains(&answer.status), "{}: {answer:?}", operation.id)
                    }
                    _ => assert_eq!(
                        (answer.status, answer.code()),
                        (401, "unauthenticated"),
                        "{} {token:?}",
                        operation.id
                    ),
                }
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_works_only_through_the_kind_of_program_it_was_opened_through() {
    let world = World::new().await;
    let own_box = Identity::Box { home_id: seed::HOME_1 };
    let other_box = Identity::Box { home_id: seed::HOME_2 };
    let relay = Identity::Relay { name: "r".into() };
    let signer = Identity::Signer { role: Role::Specialist, staff_id: world.actor("specialist1").staff_id().unwrap() };
    let cases = [
        ("nurse1", Some(console()), 200),
        ("nurse1", Some(own_box.clone()), 401),
        ("nurse1", Some(other_box.clone()), 401),
        ("nurse1", Some(relay), 401),
        ("nurse1", Some(signer), 401),
        ("nurse1", None, 401),
        ("nurse1-box", Some(own_box), 200),
        ("nurse1-box", Some(other_box), 401),
        ("nurse1-box", Some(console()), 401),
    ];
    for (token, peer, status) in cases {
        let request = Request::builder().uri("/api/residents").header("Authorization", format!("Bearer {token}"));
        let answer = world.raw(request.body(Body::empty()).unwrap(), peer.clone()).await;
        assert_eq!(answer.status, status, "{token} through {peer:?}: {answer:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_hidden_cannot_be_told_from_what_does_not_exist() {
    let world = World::new().await;
    let hidden = world.send(Method::GET, &format!("/api/residents/{}", world.resident.id), Some("nurse2"), None).await;
    let missing = world.send(Method::GET, &format!("/api/residents/{}", nobody()), Some("nurse2"), None).await;
    assert_eq!((hidden.status, &hidden.body), (404, &missing.body));
    let lists = [
        ("/api/residents", "nurse2", "王秀英"),
        ("/api/consultations", "nurse2", "王秀英"),
        ("/api/prescriptions", "pharmacy2", "王秀英"),
    ];
    for (path, caller, name) in lists {
        let answer = world.send(Method::GET, path, Some(caller), None).await;
        assert_eq!(answer.status, 200);
        let open_to_all = caller == "pharmacy2";
        let text = answer.body.to_string();
        if open_to_all {
            // Only what is approved and with nobody is in every pharmacy's reach.
            let ids: Vec<_> =
                answer.body["items"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap()).collect();
            assert_eq!(ids, [world.prescriptions[2].id.to_string()]);
        } else {
            assert!(!text.contains(name), "{path}: {text}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_courier_sees_a_parcel_and_no_patient() {
    let world = World::new().await;
    let answer = world.send(Method::GET, "/api/deliveries", Some("courier"), None).await;
    let items = answer.body["items"].as_array().unwrap();
    assert_eq!(items.len(), 1, "{answer:?}");
    assert!(items[0]["parcel_code"].is_string() && items[0]["home"]["address"].is_string());
    for secret in ["resident", "packs", "prescription_id"] {
        assert!(items[0].get(secret).is_none(), "{secret}: {answer:?}");
    }
    let nurse = world.send(Method::GET, "/api/deliveries", Some("nurse1"), None).await;
    assert!(nurse.body["items"][0].get("parcel_code").is_none(), "the nurse reads the code from the parcel");
    assert_eq!(nurse.body["items"][0]["resident"]["name"], "王秀英");
}
