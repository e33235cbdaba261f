//! Input that cannot be taken is refused with a reason, in the reader's language; a repeated command gets its first answer.

use axum::body::Body;
use axum::http::{HeaderValue, Method, Request};
use serde_json::{Value, json};

use yunzhen_certs::Identity;
use yunzhen_relay::seed;

use crate::document::{operations, sample};
use crate::world::{Answer, World, console, nobody};

fn post(path: &str, key: Option<&str>, body: impl Into<Body>) -> Request<Body> {
    let mut request = Request::builder().method(Method::POST).uri(path).header("Authorization", "Bearer nurse1");
    if let Some(key) = key {
        request = request.header("Idempotency-Key", key);
    }
    request.body(body.into()).unwrap()
}

fn is_problem(answer: &Answer, status: u16, code: &str) {
    assert_eq!((answer.status, answer.code()), (status, code), "{answer:?}");
    assert_eq!(answer.kind, "application/problem+json");
    for part in ["type", "title", "detail", "action"] {
        assert!(answer.body[part].as_str().is_some_and(|text| !text.is_empty()), "{part}: {answer:?}");
    }
    assert_eq!(answer.body["status"], status);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn malformed_input_is_refused_with_a_reason() {
    let world = World::new().await;
    let notes = format!("/api/residents/{}/notes", world.resident.id);
    let observations = format!("/api/residents/{}/observations", world.resident.id);
    let note = |text: &str| json!({"text": text, "written_at": "2026-11-23T01:02:03Z", "kind": "nursing"});
    let key = Some("key-00000001");

    for broken in ["", "{", "[]", "null", "\u{0}", "{\"text\":1}"] {
        let answer = world.raw(post(&notes, key, broken.to_owned()), Some(console())).await;
        assert!([400, 422].contains(&answer.status), "{broken:?}: {answer:?}");
        is_problem(&answer, answer.status, answer.code());
    }
    let cut = world.raw(post(&notes, key, "{\n\"text\": ".to_owned()), Some(console())).await;
    is_problem(&cut, 400, "bad_request");
    assert!(cut.body["detail"].as_str().is_some_and(|detail| detail.contains("第 2 行")), "{cut:?}");
    let (mut unknown, mut missing, mut code) = (note("x"), note("x"), note("x"));
    unknown["colour"] = json!("red");
    missing.as_object_mut().unwrap().remove("kind");
    code["kind"] = json!("poem");
    for (wrong, path, zh, en) in [
        (unknown, "colour", "没有“colour”这一项", "There is no `colour`"),
        (missing, "kind", "缺少“kind”", "`kind` is missing"),
        (code, "kind", "取值须为以下之一：", "It must be one of: "),
    ] {
        for (language, words) in [("zh-CN", zh), ("en", en)] {
            let mut request = post(&notes, key, wrong.to_string());
            request.headers_mut().insert("Accept-Language", HeaderValue::from_static(language));
            let answer = world.raw(request, Some(console())).await;
            is_problem(&answer, 422, "invalid_input");
            let field = &answer.body["fields"][0];
            assert_eq!(field["path"], path, "{answer:?}");
            assert!(field["message"].as_str().is_some_and(|message| message.starts_with(words)), "{answer:?}");
        }
    }
    let answer = world.raw(post(&notes, key, note(&"字".repeat(100_000)).to_string()), Some(console())).await;
    is_problem(&answer, 413, "too_large");
    let answer = world.raw(post(&notes, key, note(&"字".repeat(10_000)).to_string()), Some(console())).await;
    assert_eq!(answer.status, 422, "{answer:?}");
    let answer = world.raw(post(&notes, None, note("x").to_string()), Some(console())).await;
    is_problem(&answer, 400, "idempotency_key_missing");

    let answer = world.raw(post(&notes, key, note("a\0b").to_string()), Some(console())).await;
    is_problem(&answer, 422, "invalid_input");
    assert_eq!(answer.body["fields"][0]["path"], "text", "{answer:?}");

    let reading = |value: f64, unit: &str| {
        json!({"readings": [
        {"code": "8867-4", "value": 72, "unit": "/min", "measured_at": "2026-11-23T01:02:03Z"},
        {"code": "8867-4", "value": value, "unit": unit, "measured_at": "2026-11-23T01:02:03Z"}]})
    };
    for bad in [reading(720.0, "/min"), reading(72.0, "bpm")] {
        let answer = world.raw(post(&observations, key, bad.to_string()), Some(console())).await;
        assert_eq!(answer.status, 422, "{answer:?}");
        let path = answer.body["fields"][0]["path"].as_str().unwrap();
        assert!(path.starts_with("readings[1]"), "{answer:?}");
    }

    let get =
        |path: &str| Request::builder().uri(path).header("Authorization", "Bearer nurse1").body(Body::empty()).unwrap();
    for nowhere in ["/api/nothing", "/elsewhere", "/api/residents/not-an-id", "/api/residents/%00"] {
        is_problem(&world.raw(get(nowhere), Some(console())).await, 404, "not_found");
    }
    for query in [
        "/api/residents?colour=red",
        "/api/residents?q=%00",
        "/api/residents?home_id=x",
        "/api/consultations?cursor=x",
        "/api/consultations?state=asleep",
    ] {
        let answer = world.raw(get(query), Some(console())).await;
        assert!([400, 422].contains(&answer.status), "{query}: {answer:?}");
    }
    let wrong_method = Request::builder().method(Method::DELETE).uri("/api/residents").body(Body::empty()).unwrap();
    is_problem(&world.raw(wrong_method, Some(console())).await, 405, "method_not_allowed");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn problems_are_in_the_language_of_the_reader() {
    let world = World::new().await;
    let ask = |language: &'static str| {
        let request = Request::builder().uri("/api/nothing").header("Accept-Language", language);
        request.body(Body::empty()).unwrap()
    };
    let english = world.raw(ask("en-GB,en;q=0.9"), Some(console())).await;
    let chinese = world.raw(ask("zh-CN"), Some(console())).await;
    assert!(english.body["title"].as_str().unwrap().is_ascii(), "{english:?}");
    assert!(!chinese.body["title"].as_str().unwrap().is_ascii(), "{chinese:?}");
    assert_eq!(english.body["code"], chinese.body["code"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_key_gets_the_first_answer_and_changes_nothing_again() {
    let world = World::new().await;
    let path = format!("/api/residents/{}/notes", world.resident.id);
    let note =
        |text: &str| json!({"text": text, "written_at": "2026-11-23T01:02:03Z", "kind": "complaint"}).to_string();
    let first = world.raw(post(&path, Some("the-same-key"), note("头晕")), Some(console())).await;
    assert_eq!(first.status, 201, "{first:?}");
    let again = world.raw(post(&path, Some("the-same-key"), note("头晕")), Some(console())).await;
    assert_eq!((again.status, &again.body), (201, &first.body));
    let other = world.raw(post(&path, Some("the-same-key"), note("不同")), Some(console())).await;
    is_problem(&other, 422, "idempotency_key_reused");
    let chart = world.send(Method::GET, &format!("/api/residents/{}", world.resident.id), Some("nurse1"), None).await;
    let written: Vec<&Value> =
        chart.body["notes"].as_array().unwrap().iter().filter(|note| note["kind"] == "complaint").collect();
    assert_eq!(written, [&first.body]);
}

/// Commands that keep nothing under a key: sessions, a box's next certificate (another key each time), a leg of a call (it lives in memory), and what only answers what would be.
const NOT_KEPT: [&str; 40] = [
    "createSession",
    "createCourierSession",
    "createObserverSession",
    "deleteCurrentSession",
    "deleteSession",
    "reauthenticate",
    "endOtherSessions",
    "endStaffSessions",
    "changePassword",
    "judgePassword",
    "seeAccessNotices",
    "beginSecondFactor",
    "confirmSecondFactor",
    "makeRecoveryCodes",
    "removeSecondFactor",
    "resetSecondFactor",
    "beginPasskeySession",
    "createPasskeySession",
    "beginPasskey",
    "registerPasskey",
    "renamePasskey",
    "removePasskey",
    "beginOpenidSession",
    "createOpenidSession",
    "beginOpenidAuthentication",
    "reauthenticateByOpenid",
    "bindIdentity",
    "unbindIdentity",
    "renewBoxCertificate",
    "createLeg",
    "patchLeg",
    "deleteLeg",
    "setMediaState",
    "reportQuality",
    "selectHomeCamera",
    "createMediaToken",
    "dryRunResidentImport",
    "previewFindings",
    "prepareSigningDocument",
    "prepareApprovalDocument",
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_command_looks_its_key_up_before_anything_else() {
    let world = World::new().await;
    let key = "a-key-of-a-note";
    let notes = format!("/api/residents/{}/notes", world.resident.id);
    let note = json!({"text": "头晕", "written_at": "2026-11-23T01:02:03Z", "kind": "complaint"});
    assert_eq!(world.raw(post(&notes, Some(key), note.to_string()), Some(console())).await.status, 201);
    // Some commands are hidden from a nurse before anything is looked up, so others have used the key as well.
    let specialist = world.actor("specialist1").staff_id().unwrap();
    let nothing = json!({"version": 0, "zone": "Asia/Shanghai", "rules": [], "exceptions": []});
    let switch = json!({"version": 0, "allowed": true, "reason": "院内有执业医师"});
    let send = async |method: &Method, path: &str, caller: &str, body: String| {
        let request = Request::builder()
            .method(method.clone())
            .uri(path)
            .header("Authorization", format!("Bearer {caller}"))
            .header("Idempotency-Key", key);
        world.raw(request.body(Body::from(body)).unwrap(), Some(console())).await
    };
    let published = format!("/api/availability/{specialist}");
    assert_eq!(send(&Method::PUT, &published, "specialist1", nothing.to_string()).await.status, 200);
    let home = format!("/api/homes/{}/joint-consultation", seed::HOME_1);
    assert_eq!(send(&Method::PUT, &home, "admin1", switch.to_string()).await.status, 200);
    let goods = json!({"drug_id": "amlodipine-5mg", "batch": "B-KEY", "expiry": "2028-01-31", "quantity": 7});
    assert_eq!(send(&Method::POST, "/api/stock", "pharmacy1", goods.to_string()).await.status, 201);
    let system = world.credential("system1");
    assert_eq!(send(&Method::POST, "/api/pharmacy/v1/stock", &system, goods.to_string()).await.status, 201);
    let mut passed_over = vec![];
    for operation in operations() {
        if operation.method == Method::GET || NOT_KEPT.contains(&operation.id.as_str()) {
            continue;
        }
        let body = match (operation.id.as_str(), &operation.body) {
            ("publishAvailability", _) => nothing.to_string(),
            (_, body) => body.as_ref().map_or_else(String::new, |(_, schema)| sample(schema, "").to_string()),
        };
        let in_sight = operation.path.starts_with("/api/consultations");
        let id = if in_sight { world.consultation.id.to_string() } else { nobody().to_string() };
        let path = operation.path.replace("{id}", &id).replace("{guest}", &nobody().to_string());
        let mut answers = vec![];
        let callers = if operation.path.starts_with("/api/pharmacy/v1/") {
            vec![system.as_str()]
        } else {
            vec!["nurse1", "specialist1", "admin1", "pharmacy1"]
        };
        for caller in callers {
            answers.push(send(&operation.method, &path, caller, body.clone()).await);
        }
        if !answers.iter().any(|answer| answer.code() == "idempotency_key_reused") {
            passed_over.push(format!("{}: {:?}", operation.id, answers[0]));
        }
    }
    assert!(passed_over.is_empty(), "{} do not:\n{}", passed_over.len(), passed_over.join("\n"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_reply_and_a_retry_give_the_first_answer_where_a_version_guards_too() {
    let world = World::new().await;
    let specialist = world.actor("specialist1").staff_id().unwrap();
    let content = json!({"urgency": "routine", "reason": "胸闷", "hospital": "", "department": ""});
    let draft = json!({"resident_id": world.resident.id, "consultation_id": world.consultation.id, "content": content});
    let draft = world.send(Method::POST, "/api/referrals", Some("specialist1"), Some(&draft)).await;
    assert_eq!(draft.status, 201, "{draft:?}");
    let referral = format!("/api/referrals/{}", draft.body["id"].as_str().unwrap());
    let plan = json!({"planned_on": world.visit.planned_on, "doctors": [specialist],
        "residents": [{"resident_id": world.resident.id, "diagnosis_codes": ["I10"]}]});
    let prescription = &world.prescriptions[0];
    let commands = [
        (
            Method::PUT,
            format!("/api/availability/{specialist}"),
            "specialist1",
            json!({"version": 0, "zone": "Asia/Shanghai", "rules": [], "exceptions": []}),
        ),
        (
            Method::PUT,
            format!("/api/visits/{}", world.visit.id),
            "specialist1",
            json!({"version": world.visit.version, "plan": plan}),
        ),
        (Method::PUT, referral, "specialist1", json!({"version": draft.body["version"], "content": content})),
        (
            Method::PUT,
            format!("/api/homes/{}/joint-consultation", seed::HOME_1),
            "admin1",
            json!({"version": 0, "allowed": true, "reason": "院内有执业医师"}),
        ),
        (
            Method::PUT,
            format!("/api/consultations/{}/note", world.consultation.id),
            "specialist1",
            json!({"version": 0, "text": "血压偏高"}),
        ),
        (
            Method::PUT,
            format!("/api/prescriptions/{}", prescription.id),
            "specialist1",
            json!({"version": prescription.version, "diagnosis_code": "I10", "supply": "ordinary", "valid_days": 1, "items": []}),
        ),
        (Method::DELETE, format!("/api/duty/{}", world.shift.id), "admin1", Value::Null),
        (Method::DELETE, format!("/api/calendars/{}", world.calendar.id), "nurse1", Value::Null),
    ];
    for (method, path, caller, body) in commands {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let send = async || {
            let request = Request::builder()
                .method(method.clone())
                .uri(&path)
                .header("Authorization", format!("Bearer {caller}"))
                .header("Idempotency-Key", format!("retry-{path}"));
            world.raw(request.body(Body::from(body.clone())).unwrap(), Some(console())).await
        };
        let first = send().await;
        assert_eq!(first.status, 200, "{method} {path}: {first:?}");
        let again = send().await;
        assert_eq!((again.status, &again.body), (200, &first.body), "{method} {path}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_press_that_was_heard_as_an_open_call_is_answered_with_it_after_that_call_ended() {
    let world = World::new().await;
    let press = async |key: &str| {
        let body = json!({"resident_id": world.neighbour.id}).to_string();
        world.raw(post("/api/urgent-calls", Some(key), body), Some(console())).await
    };
    let first = press("the-first-press").await;
    assert_eq!(first.status, 201, "{first:?}");
    let second = press("the-second-press").await;
    assert_eq!(second.body["id"], first.body["id"]);
    let call = format!("/api/urgent-calls/{}", first.body["id"].as_str().unwrap());
    let seen = json!({"version": 1});
    let answered = world.send(Method::POST, &format!("{call}/answer"), Some("nurse1"), Some(&seen)).await;
    assert_eq!(answered.status, 200, "{answered:?}");
    let end = format!("{call}/end");
    let ended =
        world.send(Method::POST, &end, Some("nurse1"), Some(&json!({"version": 2, "outcome": "false_alarm"}))).await;
    assert_eq!(ended.status, 200, "{ended:?}");
    assert_eq!(press("the-second-press").await.body, second.body, "a retry opens no new call");
    assert_ne!(press("the-third-press").await.body["id"], first.body["id"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_people_cannot_both_be_first() {
    let world = World::new().await;
    let ask = json!({"resident_id": world.resident.id.to_string(), "reason": "复诊", "urgency": "urgent"});
    let asked = world.send(Method::POST, "/api/consultations", Some("nurse1"), Some(&ask)).await;
    assert_eq!((asked.status, &asked.body["state"]), (201, &json!("waiting")), "{asked:?}");
    let begin = format!("/api/consultations/{}/begin", asked.body["id"].as_str().unwrap());
    let seen = json!({"version": asked.body["version"]});
    let (one, two) = tokio::join!(
        world.send(Method::POST, &begin, Some("specialist1"), Some(&seen)),
        world.send(Method::POST, &begin, Some("specialist2"), Some(&seen)),
    );
    let mut statuses = [one.status, two.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409], "{one:?} {two:?}");
    let late = if one.status == 409 { one } else { two };
    is_problem(&late, 409, "stale_version");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn guessing_a_password_becomes_slow() {
    let world = World::new().await;
    let sign_in = |password: &str| json!({"username": "nurse1", "password": password});
    let right = world.send(Method::POST, "/api/sessions", None, Some(&sign_in("demo-password"))).await;
    assert_eq!((right.status, &right.body["staff"]["name"]), (201, &json!("李梅")), "{right:?}");
    let mut last = 0;
    for _ in 0..20 {
        let answer = world.send(Method::POST, "/api/sessions", None, Some(&sign_in("wrong"))).await;
        last = answer.status;
        if last == 429 {
            is_problem(&answer, 429, "throttled");
            break;
        }
        is_problem(&answer, 401, "bad_credentials");
    }
    assert_eq!(last, 429);
    let even_right = world.send(Method::POST, "/api/sessions", None, Some(&sign_in("demo-password"))).await;
    assert_eq!(even_right.status, 429);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_button_needs_no_person_and_reaches_only_its_own_home() {
    let world = World::new().await;
    let press = |bed: &str| {
        Request::builder()
            .method(Method::POST)
            .uri("/api/urgent-calls")
            .header("Idempotency-Key", "button-00000001")
            .body(Body::from(json!({"bed": bed}).to_string()))
            .unwrap()
    };
    let own = Identity::Box { home_id: seed::HOME_1 };
    let other = Identity::Box { home_id: seed::HOME_2 };
    let heard = world.raw(press("302-1"), Some(own.clone())).await;
    assert_eq!((heard.status, heard.body["state"].as_str()), (201, Some("raised")), "{heard:?}");
    assert!(heard.body.get("resident").is_none(), "a button hears that it was heard, and no more");
    let again = world.raw(press("302-1"), Some(own)).await;
    assert_eq!(again.body["id"], heard.body["id"]);
    assert_eq!(world.raw(press("302-1"), Some(other)).await.status, 404);
    assert_eq!(world.raw(press("302-1"), Some(console())).await.status, 401, "a console speaks for people only");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn times_that_cannot_be_are_refused_with_their_field() {
    let world = World::new().await;
    let specialist = world.actor("specialist1").staff_id().unwrap();
    let path = format!("/api/availability/{specialist}");
    let rule = |start: &str, end: &str, minutes: i64| {
        json!({"version": 0, "zone": "Asia/Shanghai", "exceptions": [], "rules": [{"weekday": "monday", "start": start,
            "end": end, "slot_minutes": minutes, "valid_from": "2026-01-01"}]})
    };
    let mut zone = rule("09:00:00", "10:00:00", 20);
    zone["zone"] = json!("Mars/Olympus");
    for (body, field) in [
        (rule("25:00:00", "10:00:00", 20), "rules[0].start"),
        (rule("10:00:00", "09:00:00", 20), "rules[0].end"),
        (rule("09:00:00", "10:00:00", 1), "rules[0].slot_minutes"),
        (zone, "zone"),
    ] {
        let answer = world.send(Method::PUT, &path, Some("specialist1"), Some(&body)).await;
        assert_eq!(answer.status, 422, "{answer:?}");
        assert_eq!(answer.body["fields"][0]["path"], field, "{answer:?}");
    }
    let good = world.send(Method::PUT, &path, Some("specialist1"), Some(&rule("09:00:00", "10:00:00", 20))).await;
    assert_eq!((good.status, good.body["version"].as_i64()), (200, Some(1)), "{good:?}");
    let window = "from=2026-11-23T00:00:00Z&until=2100-01-01T00:00:00Z";
    let answer =
        world.send(Method::GET, &format!("/api/slots?specialist_id={specialist}&{window}"), Some("nurse1"), None).await;
    assert_eq!((answer.status, answer.body["fields"][0]["path"].as_str()), (422, Some("until")), "{answer:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bad_input_of_a_prescription_is_refused_in_words_and_counted_and_nothing_is_stored() {
    let metrics = crate::boxes::metrics();
    let world = World::new().await;
    let line = |field: &str, value: Value| {
        let mut line = json!({"drug_id": "amlodipine-5mg", "dose": 1, "frequency": "qd", "route": "oral", "days": 7, "instruction": ""});
        line[field] = value;
        line
    };
    let refused = || {
        let counter = "yunzhen_problems_total{code=\"invalid_input\"} ";
        let text = metrics.render();
        text.lines().find_map(|l| l.strip_prefix(counter)?.parse::<u64>().ok()).unwrap_or_default()
    };
    let listed = async || {
        let list = world.send(Method::GET, "/api/prescriptions", Some("specialist1"), None).await;
        list.body["items"].as_array().unwrap().len()
    };
    let path = format!("/api/consultations/{}/prescriptions", world.consultation.id);
    let (before, known) = (refused(), listed().await);
    let mut wrong = 0;
    for (field, value) in [
        ("drug_id", json!("unheard-of")),
        ("dose_unit", json!("克")),
        ("dose", json!(0)),
        ("dose", json!(-1)),
        ("dose", json!(1_000_000_000)),
        ("quantity", json!(0)),
        ("quantity", json!(-1)),
        ("quantity", json!(8)),
        ("quantity", json!(1_000_000_000)),
        ("days", json!(-1)),
        ("days", json!(1_000_000_000)),
    ] {
        let items = [line(field, value.clone())];
        let body = json!({"diagnosis_code": "I10", "supply": "ordinary", "valid_days": 1, "items": items});
        let mut words = vec![];
        for language in ["zh-CN", "en"] {
            let request = Request::builder()
                .method(Method::POST)
                .uri(&path)
                .header("Authorization", "Bearer specialist1")
                .header("Accept-Language", language)
                .header("Idempotency-Key", format!("bad-input-{wrong}"));
            let answer = world.raw(request.body(Body::from(body.to_string())).unwrap(), Some(console())).await;
            is_problem(&answer, 422, "invalid_input");
            let told = &answer.body["fields"][0];
            assert!(told["path"].as_str().is_some_and(|path| path.contains(field)), "{field} {value}: {answer:?}");
            words.push(told["message"].as_str().unwrap().to_owned());
            wrong += 1;
        }
        assert!(words[0] != words[1] && !words[0].is_ascii(), "{field} {value}: {words:?}");
    }
    assert_eq!(refused() - before, wrong, "each is counted");
    assert_eq!(listed().await, known, "nothing is stored");
}
