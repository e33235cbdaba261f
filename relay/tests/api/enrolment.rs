//! Boxes as machines, over real sockets: enrolment at the door, renewal over the live connection, revocation in the middle of a call, late renewal, copies.

use std::sync::Arc;
use std::time::Duration;

use http_body_util::{BodyExt as _, Full};
use hyper_util::rt::TokioIo;
use jiff::{SignedDuration, Timestamp};
use rustls::pki_types::ServerName;
use serde_json::{Value, json};
use yunzhen_certs::credentials::install;
use yunzhen_certs::request::KeyRequest;
use yunzhen_certs::{Credentials, Identity, Kind, Trust, revoked, tls};
use yunzhen_domain::audit::EventKind;
use yunzhen_domain::enrolment::Code;
use yunzhen_domain::ids::{EnrolmentCodeId, HomeId};
use yunzhen_domain::records::{BoxCertificate, CertificateSource, EnrolmentCode};
use yunzhen_protocol::VERSION;
use yunzhen_protocol::control::{RefusedCode, ToBox, ToRelay};
use yunzhen_protocol::stream::StreamType;
use yunzhen_relay::quic::close;
use yunzhen_relay::seed::{HOME_1, HOME_2};
use yunzhen_runtime::clock;
use yunzhen_store::boxes::BoxRecord;
use yunzhen_store::{Store, audit, box_certificates, boxes, enrolment_codes, staff};

use crate::boxes::{PATIENCE, Stage, TestBox, hello};

/// As another relay over the same record has it.
async fn store_of(stage: &Stage) -> Store {
    stage.database.open().await
}

/// A code as an administrator gets it.
async fn code_for(stage: &Stage, store: &Store, home_id: HomeId) -> Code {
    let now = clock::now_timestamp();
    let code = Code::new(clock::random_bytes(), &tls::fingerprint(stage.authority.systems.der()));
    let mut tx = store.write().await.unwrap();
    let made_by = staff::by_username(&mut tx, "admin1").await.unwrap().unwrap().id;
    let kept = EnrolmentCode {
        id: EnrolmentCodeId::new(now, clock::random_bytes()),
        home_id,
        secret_sha256: code.secret_sha256(),
        made_by,
        made_at: now,
        expires_at: now + SignedDuration::from_mins(10),
        used_at: None,
        withdrawn_at: None,
    };
    enrolment_codes::insert(&mut tx, &kept).await.unwrap();
    tx.commit_bookkeeping("test").await.unwrap();
    code
}

/// One POST to the door.
async fn post(stage: &Stage, tls: rustls::ClientConfig, path: &str, body: &Value) -> (u16, Value) {
    let address = stage.addresses.enrolment.expect("a door");
    let tcp = tokio::net::TcpStream::connect(address).await.unwrap();
    let name = ServerName::try_from("localhost").unwrap();
    let stream = tokio_rustls::TlsConnector::from(Arc::new(tls)).connect(name, tcp).await.unwrap();
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    let request = hyper::Request::post(path).header("Host", "relay").header("Accept-Language", "en");
    let request = request.body(Full::new(bytes::Bytes::from(body.to_string()))).unwrap();
    let answer = sender.send_request(request).await.unwrap();
    let status = answer.status().as_u16();
    let bytes = answer.into_body().collect().await.unwrap().to_bytes();
    (status, serde_json::from_slice(&bytes).unwrap())
}

fn pinned(stage: &Stage) -> rustls::ClientConfig {
    let pin = tls::fingerprint(stage.authority.systems.der());
    tls::enrolment_client(move |digest| *digest == pin).unwrap().0
}

/// Credentials of a box that was issued this for that key.
fn credentials(answer: &Value, key_pem: &str) -> Credentials {
    let folder = tempfile::tempdir().unwrap();
    let (certificate, key) = (folder.path().join("box.pem"), folder.path().join("box.key.pem"));
    install(&certificate, &key, answer["certificate"].as_str().unwrap(), key_pem).unwrap();
    Credentials::load(Kind::Box, &certificate, &key, clock::now_timestamp()).unwrap()
}

async fn enrolled(stage: &Stage, store: &Store, home: HomeId) -> Credentials {
    let code = code_for(stage, store, home).await;
    let made = KeyRequest::new(None).unwrap();
    let body = json!({"code": code.to_string(), "request": made.csr_pem});
    let (status, answer) = post(stage, pinned(stage), "/enrol", &body).await;
    assert_eq!(status, 200, "{answer}");
    credentials(&answer, &made.key_pem)
}

async fn welcomed(stage: &Stage, own: &Credentials, hello: &ToRelay) -> TestBox {
    let mut one = stage.silent_with(own).await;
    one.say(hello).await;
    let told = one.told().await;
    assert!(matches!(told, ToBox::Welcome { .. }), "{told:?}");
    one
}

/// A request of a box over its live connection.
async fn request(one: &TestBox, path: &str, body: &Value) -> (u16, Value) {
    let (mut send, recv) = one.connection.open_bi().await.unwrap();
    send.write_all(&StreamType::Http.encode()).await.unwrap();
    let io = TokioIo::new(tokio::io::join(recv, send));
    let (mut sender, connection) = hyper::client::conn::http1::handshake(io).await.unwrap();
    tokio::spawn(connection);
    let request = hyper::Request::post(path).header("Host", "relay").header("Accept-Language", "en");
    let request = request.body(Full::new(bytes::Bytes::from(body.to_string()))).unwrap();
    let answer = sender.send_request(request).await.unwrap();
    let status = answer.status().as_u16();
    let bytes = answer.into_body().collect().await.unwrap().to_bytes();
    (status, serde_json::from_slice(&bytes).unwrap())
}

/// What is on record of a certificate with which a box came.
pub fn known(own: &Credentials, revoked_at: Option<Timestamp>) -> BoxCertificate {
    let facts = own.facts();
    BoxCertificate {
        serial: facts.serial.clone(),
        home_id: HOME_1,
        box_id: facts.box_id,
        source: CertificateSource::ByHand,
        not_before: facts.not_before,
        not_after: facts.not_after,
        known_since: facts.not_before,
        revoked_at,
    }
}

/// Waits until the record has it so of the box of the first home.
async fn on_record(store: &Store, wanted: impl Fn(&BoxRecord) -> bool) {
    let waiting = async {
        loop {
            let mut db = store.read().await.unwrap();
            let known = boxes::get(&mut db, HOME_1).await.unwrap();
            drop(db);
            if known.is_some_and(|known| wanted(&known)) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(PATIENCE, waiting).await.expect("on record");
}

/// How often something is in the audit log.
async fn audited(store: &Store, kind: EventKind) -> usize {
    let mut db = store.read().await.unwrap();
    let filter = audit::Filter { kinds: Some(vec![kind]), ..audit::Filter::default() };
    audit::before(&mut db, &filter, None, 100).await.unwrap().len()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_box_is_enrolled_by_a_code_once_and_then_comes_in() {
    let stage = Stage::new().await;
    let store = store_of(&stage).await;
    let code = code_for(&stage, &store, HOME_1).await;
    let made = KeyRequest::new(None).unwrap();
    let body = json!({"code": code.to_string().to_lowercase(), "request": made.csr_pem});
    let (status, answer) = post(&stage, pinned(&stage), "/enrol", &body).await;
    assert_eq!(status, 200, "{answer}");
    let own = credentials(&answer, &made.key_pem);
    assert_eq!(own.facts().identity, Identity::Box { home_id: HOME_1 });
    assert!(own.facts().box_id.is_some() && own.facts().days_left(clock::now_timestamp()) <= 7);
    let mut one = welcomed(&stage, &own, &hello(VERSION)).await;
    one.told_until(|told| matches!(told, ToBox::StartMedia { .. })).await;

    // The same once more, word for word: the code is spent.
    let (status, answer) = post(&stage, pinned(&stage), "/enrol", &body).await;
    assert_eq!((status, answer["code"].as_str()), (403, Some("bad_enrolment_code")), "{answer}");
    // A box at the command line says the detail without the title.
    assert!(answer["detail"].as_str().is_some_and(|detail| detail.starts_with("The code is wrong")), "{answer}");
    assert_eq!(audited(&store, EventKind::BoxEnrolled).await, 1);
    assert_eq!(audited(&store, EventKind::BoxEnrolmentRefused).await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn wrong_codes_and_requests_enrol_nobody_and_whoever_guesses_waits() {
    let stage = Stage::new().await;
    let store = store_of(&stage).await;
    let code = code_for(&stage, &store, HOME_1).await.to_string();
    let foreign = KeyRequest::new(Some(&Identity::Box { home_id: HOME_2 })).unwrap().csr_pem;
    let rsa = include_str!("../../../certs/tests/data/rsa-2048.csr.pem");
    for request in [foreign.as_str(), rsa, "nothing"] {
        let (status, answer) = post(&stage, pinned(&stage), "/enrol", &json!({"code": code, "request": request})).await;
        assert_eq!((status, answer["code"].as_str()), (422, Some("bad_certificate_request")), "{answer}");
    }
    // None of it spent the code, or counted as a guess.
    let good = KeyRequest::new(None).unwrap().csr_pem;
    let mut statuses = Vec::new();
    for n in 0..7 {
        let guess = Code::new([n; 12], &[0; 32]).to_string();
        let guess = if n == 0 { "hello".to_owned() } else { guess };
        let body = json!({"code": guess, "request": good});
        statuses.push(post(&stage, pinned(&stage), "/enrol", &body).await.0);
    }
    assert_eq!(statuses, [403, 403, 403, 403, 403, 429, 429]);
    let (status, _) = post(&stage, pinned(&stage), "/enrol", &json!({"code": code, "request": good})).await;
    assert_eq!(status, 429, "also the right one among too many wrong ones");
    assert_eq!(audited(&store, EventKind::BoxEnrolled).await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_door_serves_nothing_else() {
    let stage = Stage::new().await;
    for path in ["/api/boxes", "/api/sessions", "/healthz"] {
        assert_eq!(post(&stage, pinned(&stage), path, &json!({})).await.0, 404, "{path}");
    }
    let (status, answer) = post(&stage, pinned(&stage), "/renew", &json!({"request": ""})).await;
    assert_eq!((status, answer["code"].as_str()), (401, Some("unauthenticated")));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_certificate_is_renewed_over_the_live_connection_which_goes_on() {
    let stage = Stage::new().await;
    let store = store_of(&stage).await;
    let own = enrolled(&stage, &store, HOME_1).await;
    let mut one = welcomed(&stage, &own, &hello(VERSION)).await;
    one.told_until(|told| matches!(told, ToBox::StartMedia { .. })).await;

    let made = KeyRequest::new(Some(&own.facts().identity)).unwrap();
    let (status, answer) = request(&one, "/api/box-certificates", &json!({"request": made.csr_pem})).await;
    assert_eq!(status, 200, "{answer}");
    let next = credentials(&answer, &made.key_pem);
    assert_eq!(next.facts().box_id, own.facts().box_id, "the same machine");
    assert_ne!(next.facts().serial, own.facts().serial);
    one.answers().await;

    let foreign = KeyRequest::new(Some(&Identity::Box { home_id: HOME_2 })).unwrap().csr_pem;
    let (status, answer) = request(&one, "/api/box-certificates", &json!({"request": foreign})).await;
    assert_eq!((status, answer["code"].as_str()), (422, Some("bad_certificate_request")));
    drop(one);
    let mut again = welcomed(&stage, &next, &hello(VERSION)).await;
    again.told_until(|told| matches!(told, ToBox::StartMedia { .. })).await;
    assert_eq!(audited(&store, EventKind::BoxCertificateRenewed).await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_box_that_is_revoked_elsewhere_is_gone_within_five_seconds_and_stays_out() {
    let stage = Stage::new().await;
    let store = store_of(&stage).await;
    let mut other = stage.connected(HOME_2).await;
    let own = enrolled(&stage, &store, HOME_1).await;
    let one = welcomed(&stage, &own, &hello(VERSION)).await;

    // What another relay over the same record writes when its administrator revokes.
    let now = clock::now_timestamp();
    let mut tx = store.write().await.unwrap();
    assert_eq!(box_certificates::revoke(&mut tx, HOME_1, now).await.unwrap(), 1);
    boxes::revoked(&mut tx, HOME_1, now).await.unwrap();
    tx.commit_bookkeeping("test").await.unwrap();
    let (code, sentence) = tokio::time::timeout(Duration::from_secs(5), one.closed()).await.expect("within 5 s");
    assert!(code == close::REVOKED && sentence.contains("was revoked"), "{code} {sentence}");

    let by_hand = stage.box_of(HOME_1);
    for known in [&own, &by_hand] {
        // What was issued by hand before, and never shown, is revoked with the rest.
        let mut back = stage.silent_with(known).await;
        back.say(&hello(VERSION)).await;
        let ToBox::Refused { code, .. } = back.told().await else { panic!("let in") };
        assert_eq!(code, RefusedCode::Revoked);
        assert_eq!(back.closed().await.0, close::REVOKED);
    }
    other.answers().await;
    let anew = enrolled(&stage, &store, HOME_1).await;
    welcomed(&stage, &anew, &hello(VERSION)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_box_of_which_cannot_be_read_whether_it_may_come_is_not_served_and_comes_again() {
    let stage = Stage::new().await;
    let store = store_of(&stage).await;
    let own = enrolled(&stage, &store, HOME_1).await;
    stage.database.tell("ALTER TABLE box_certificates RENAME TO certificates_lost").await;
    let mut one = stage.silent_with(&own).await;
    one.say(&hello(VERSION)).await;
    let ToBox::Refused { code, reason } = one.told().await else { panic!("let in") };
    assert!(code == RefusedCode::Busy && reason.contains("tries again by itself"), "{reason}");
    assert_eq!(one.closed().await.0, close::BUSY);
    stage.database.tell("ALTER TABLE certificates_lost RENAME TO box_certificates").await;
    let mut again = welcomed(&stage, &own, &hello(VERSION)).await;
    again.told_until(|told| matches!(told, ToBox::StartMedia { .. })).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_box_that_may_come_is_served_while_it_cannot_be_kept_that_it_came_and_that_is_kept_later() {
    let stage = Stage::new().await;
    let store = store_of(&stage).await;
    let own = enrolled(&stage, &store, HOME_1).await;
    let unnoted = stage.counted("yunzhen_boxes_unnoted_total");
    // What says whether it may come can be read; that it came cannot be kept.
    stage.database.tell("ALTER TABLE boxes RENAME TO boxes_lost").await;
    let mut one = welcomed(&stage, &own, &hello(VERSION)).await;
    one.told_until(|told| matches!(told, ToBox::StartMedia { .. })).await;
    stage.reaches("yunzhen_boxes_unnoted_total", unnoted + 1).await;
    stage.database.tell("ALTER TABLE boxes_lost RENAME TO boxes").await;
    on_record(&store, |known| known.connected).await;
    one.answers().await;

    // And it is let go like any other.
    let now = clock::now_timestamp();
    let mut tx = store.write().await.unwrap();
    assert_eq!(box_certificates::revoke(&mut tx, HOME_1, now).await.unwrap(), 1);
    boxes::revoked(&mut tx, HOME_1, now).await.unwrap();
    tx.commit_bookkeeping("test").await.unwrap();
    let (code, _) = tokio::time::timeout(Duration::from_secs(5), one.closed()).await.expect("within 5 s");
    assert_eq!(code, close::REVOKED);
    on_record(&store, |known| !known.connected).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_box_that_is_gone_before_it_was_welcomed_is_not_kept_as_here() {
    let stage = Stage::new().await;
    let store = store_of(&stage).await;
    let mut one = stage.deaf(HOME_1).await;
    one.say(&hello(VERSION)).await;
    on_record(&store, |known| known.connected).await;
    // Its welcome never becomes whole, and the time for hello is over.
    assert_eq!(one.closed().await.0, close::VERSION);
    on_record(&store, |known| !known.connected).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_path_that_joins_is_judged_by_what_it_shows_and_revoking_one_ends_all() {
    let stage = Stage::new().await;
    let store = store_of(&stage).await;
    let mut one = stage.silent_with(&stage.box_of(HOME_1)).await;
    one.say(&hello(VERSION)).await;
    let ToBox::Welcome { session: Some(session), .. } = one.told().await else { panic!("no session") };
    one.told_until(|told| matches!(told, ToBox::StartMedia { .. })).await;
    let join = async |own: &Credentials| {
        let mut path = stage.silent_with(own).await;
        let (session, path_name) = (session.clone(), "wired".to_owned());
        path.say(&ToRelay::Join { protocol: VERSION, session, path: path_name }).await;
        let answer = path.told().await;
        (path, answer)
    };

    let revoked = stage.box_of(HOME_1);
    let mut tx = store.write().await.unwrap();
    box_certificates::insert(&mut tx, &known(&revoked, Some(clock::now_timestamp()))).await.unwrap();
    tx.commit_bookkeeping("test").await.unwrap();
    let (path, answer) = join(&revoked).await;
    assert!(matches!(answer, ToBox::Refused { code: RefusedCode::Revoked, .. }), "{answer:?}");
    assert_eq!(path.closed().await.0, close::REVOKED);
    one.answers().await;

    let second = stage.box_of(HOME_1);
    let (path, answer) = join(&second).await;
    assert!(matches!(answer, ToBox::Joined {}), "{answer:?}");
    let serial = &second.facts().serial;
    stage.database.tell(&format!("UPDATE box_certificates SET revoked_at = 1 WHERE serial = '{serial}'")).await;
    for each in [&one, &path] {
        let (code, _) = tokio::time::timeout(Duration::from_secs(5), each.closed()).await.expect("within 5 s");
        assert_eq!(code, close::REVOKED);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_authority_s_list_counts_also_while_the_record_cannot_be_read() {
    let stage = Stage::new().await;
    let own = stage.box_of(HOME_1);
    let one = welcomed(&stage, &own, &hello(VERSION)).await;
    stage.database.tell("ALTER TABLE box_certificates RENAME TO certificates_lost").await;
    let list = stage.folder().join("systems.crl.pem");
    let serials = [own.facts().serial.clone()];
    revoked::revoke(&stage.authority.systems, &list, &serials, clock::now_timestamp()).unwrap();
    let (code, _) = tokio::time::timeout(Duration::from_secs(5), one.closed()).await.expect("within 5 s");
    assert_eq!(code, close::REVOKED);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_authority_s_own_list_counts_while_the_relay_runs() {
    let stage = Stage::new().await;
    let own = stage.box_of(HOME_1);
    let one = welcomed(&stage, &own, &hello(VERSION)).await;
    let list = stage.folder().join("systems.crl.pem");
    let serials = [own.facts().serial.clone()];
    revoked::revoke(&stage.authority.systems, &list, &serials, clock::now_timestamp()).unwrap();
    let (code, _) = tokio::time::timeout(Duration::from_secs(5), one.closed()).await.expect("within 5 s");
    assert_eq!(code, close::REVOKED);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_box_that_comes_late_renews_at_the_door_and_nothing_else() {
    let stage = Stage::new().await;
    let (now, hour) = (clock::now_timestamp(), SignedDuration::from_hours(1));
    let late = |days: i64| {
        let at = now - SignedDuration::from_hours(24 * days);
        let who = Identity::Box { home_id: HOME_1 };
        let issued = stage.authority.systems.issue_with_key(&who, &[], Some(hour), at).unwrap();
        Credentials::from_issued(&issued).unwrap()
    };
    let trust = Trust::new(vec![stage.authority.systems.der().clone()]);
    let client = |own: &Credentials| tls::https_mtls_client(own, &trust).unwrap();
    let expired = late(29);
    let made = KeyRequest::new(Some(&expired.facts().identity)).unwrap();
    // The authority made it, and no box ever came with it: nobody here knows who has it.
    let (status, answer) = post(&stage, client(&expired), "/renew", &json!({"request": made.csr_pem})).await;
    assert_eq!((status, answer["code"].as_str()), (403, Some("box_not_enrolled")), "{answer}");
    let store = store_of(&stage).await;
    let mut tx = store.write().await.unwrap();
    box_certificates::insert(&mut tx, &known(&expired, None)).await.unwrap();
    tx.commit_bookkeeping("test").await.unwrap();
    let (status, answer) = post(&stage, client(&expired), "/renew", &json!({"request": made.csr_pem})).await;
    assert_eq!(status, 200, "{answer}");
    welcomed(&stage, &credentials(&answer, &made.key_pem), &hello(VERSION)).await;

    let address = stage.addresses.enrolment.unwrap();
    let tcp = tokio::net::TcpStream::connect(address).await.unwrap();
    let connector = tokio_rustls::TlsConnector::from(Arc::new(client(&late(31))));
    let refused = async {
        let mut stream = connector.connect(ServerName::try_from("localhost").unwrap(), tcp).await?;
        // The client's side of the handshake is done before the relay has looked at its certificate.
        tokio::io::AsyncReadExt::read_u8(&mut stream).await
    };
    assert!(tokio::time::timeout(PATIENCE, refused).await.unwrap().is_err(), "31 days are too many");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_machines_with_one_identity_are_seen_and_alarmed_once() {
    let stage = Stage::new().await;
    let store = store_of(&stage).await;
    let own = stage.box_of(HOME_1);
    let start = |name: &str| {
        let mut hello = hello(VERSION);
        let ToRelay::Hello { instance, .. } = &mut hello else { unreachable!("it is hello") };
        *instance = Some(name.repeat(16));
        hello
    };
    // Comes, and is on record. Whoever it replaces is closed, and is kept here all the same: a connection that is dropped would be noted as gone.
    let comes = async |name: &str| {
        let after = clock::now_timestamp();
        let one = welcomed(&stage, &own, &start(name)).await;
        let waiting = async {
            loop {
                let mut db = store.read().await.unwrap();
                let known = boxes::get(&mut db, HOME_1).await.unwrap();
                let newest = |known: &BoxRecord| known.instances.to_kept().ends_with(&name.repeat(16));
                if known.is_some_and(|known| known.connected && known.since >= after && newest(&known)) {
                    return;
                }
                drop(db);
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        tokio::time::timeout(PATIENCE, waiting).await.expect("on record");
        one
    };
    let mut kept = Vec::new();
    // A restart is no copy, and neither is a reconnect.
    for name in ["1a", "1a", "2b"] {
        kept.push(comes(name).await);
    }
    assert_eq!(audited(&store, EventKind::BoxCloneSeen).await, 0);
    // A start that comes back after another one was here: both live.
    for name in ["1a", "2b", "1a"] {
        kept.push(comes(name).await);
    }
    assert_eq!(audited(&store, EventKind::BoxCloneSeen).await, 1, "told once in an hour");
    let mut db = store.read().await.unwrap();
    assert!(boxes::get(&mut db, HOME_1).await.unwrap().unwrap().clone_seen_at.is_some());
}
