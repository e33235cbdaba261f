//! How the box comes to its certificate: by a code at a relay's door, and by renewal over a link that goes on.

use crate::http::Browser;
use crate::relay::{FakeRelay, Pki};
use crate::world::{bare, config};
use axum::Router;
use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use axum::routing::post;
use jiff::SignedDuration;
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::sync::mpsc;
use yunzhen_certs::request::read_request;
use yunzhen_certs::{Credentials, Identity, Kind, Standing, Trust, tls};
use yunzhen_clinic_agent::enrolment::door::DoorError;
use yunzhen_clinic_agent::enrolment::page::until_enrolled;
use yunzhen_clinic_agent::enrolment::renewal::Renewal;
use yunzhen_clinic_agent::enrolment::{EnrolmentError, enrol, told};
use yunzhen_clinic_agent::link::Link;
use yunzhen_clinic_agent::link::driver::Driver;
use yunzhen_domain::enrolment::Code;
use yunzhen_domain::ids::{BoxId, HomeId};
use yunzhen_runtime::serve::{ServeOptions, bind_tcp, spawn};
use yunzhen_runtime::web::problem::Language;
use yunzhen_runtime::{Lifecycle, clock};

fn home_id() -> HomeId {
    HomeId::from_uuid(uuid::Uuid::from_u128(5))
}

/// Issues for whatever is asked, and counts.
fn issues(pki: &Arc<Pki>, asked: &Arc<AtomicUsize>) -> impl Fn(String) -> String + Clone + Send + Sync + use<> {
    let (pki, asked) = (pki.clone(), asked.clone());
    move |body| {
        asked.fetch_add(1, Ordering::Relaxed);
        let body: Value = serde_json::from_str(&body).unwrap();
        let key = read_request(body["request"].as_str().unwrap(), &Identity::Box { home_id: home_id() }).unwrap();
        let (machine, now) = ((home_id(), BoxId::from_uuid(uuid::Uuid::from_u128(9))), clock::now_timestamp());
        let issued = pki.authority.systems.issue_box(machine, &[], &key, SignedDuration::from_hours(168), now).unwrap();
        json!({"certificate": issued.chain_pem, "valid_until": issued.facts.not_after.to_string()}).to_string()
    }
}

/// A route where a certificate is issued for whatever is asked.
fn issuing(path: &str, pki: &Arc<Pki>, asked: &Arc<AtomicUsize>) -> Router {
    let answers = issues(pki, asked);
    Router::new().route(path, post(move |body: String| async move { answers(body) }))
}

/// A door that answers with this.
async fn door(life: &Lifecycle, pki: &Pki, router: Router) -> SocketAddr {
    let tls = tls::enrolment_server(&pki.relay(), &pki.trust, SignedDuration::from_hours(24)).unwrap();
    let listener = bind_tcp("the door", "127.0.0.1:0".parse().unwrap()).await.unwrap();
    let address = listener.local_addr().unwrap();
    spawn(life, listener, Some(Arc::new(tls)), router, ServeOptions::new("door"));
    address
}

#[tokio::test]
async fn a_code_brings_key_certificate_and_authority_and_another_relay_never_reads_it() {
    let (life, pki, asked) = (Lifecycle::new(), Arc::new(Pki::new()), Arc::<AtomicUsize>::default());
    let router = issuing("/enrol", &pki, &asked);
    let address = door(&life, &pki, router).await.to_string();
    let dir = tempfile::tempdir().unwrap();
    let mut config = config(&dir, &pki, "127.0.0.1:1".parse().unwrap());
    config.identity.certificate = dir.path().join("new.pem");
    config.identity.key = dir.path().join("new.key.pem");
    config.identity.trust = dir.path().join("believed.pem");

    let other = Code::new([3; 12], &[0; 32]).to_string();
    let refused = enrol(&config, &address, &other, None, Language::En).await;
    assert!(matches!(refused, Err(EnrolmentError::Door(DoorError::NotTrusted { .. }))), "{refused:?}");
    assert_eq!(asked.load(Ordering::Relaxed), 0, "it did not hear the code");
    assert!(!config.identity.certificate.exists() && !config.identity.trust.exists());
    let typed = enrol(&config, &address, "1234", None, Language::En).await;
    assert!(matches!(typed, Err(EnrolmentError::Code(_))));

    let code = Code::new([3; 12], &tls::fingerprint(pki.authority.systems.der())).to_string();
    let facts = enrol(&config, &address, &code, None, Language::En).await.unwrap();
    let identity = &config.identity;
    let own = Credentials::load(Kind::Box, &identity.certificate, &identity.key, clock::now_timestamp()).unwrap();
    assert_eq!((own.facts(), &own.facts().identity), (&facts, &Identity::Box { home_id: home_id() }));
    let believed = Trust::load(&identity.trust).unwrap();
    assert_eq!(believed.anchors(), pki.trust.anchors());
    // A revoked box that runs was enrolled anew, and stayed revoked for want of this word.
    let said = told(&config, &facts);
    assert!(said.contains(&home_id().to_string()) && said.contains("restart it where it runs"), "{said}");
    life.stop().await.unwrap();
}

#[tokio::test]
async fn what_the_relay_refuses_is_told_in_its_words_and_replaces_nothing() {
    let (life, pki) = (Lifecycle::new(), Pki::new());
    let problem = json!({"code": "bad_enrolment_code", "detail": "It was used.", "action": "Ask for another one."});
    let router =
        Router::new().route("/enrol", post(move || async move { (StatusCode::FORBIDDEN, problem.to_string()) }));
    let address = door(&life, &pki, router).await.to_string();
    let dir = tempfile::tempdir().unwrap();
    let config = config(&dir, &pki, "127.0.0.1:1".parse().unwrap());
    let before = std::fs::read(&config.identity.certificate).unwrap();
    let code = Code::new([3; 12], &tls::fingerprint(pki.authority.systems.der())).to_string();
    let refused = enrol(&config, &address, &code, None, Language::En).await.unwrap_err();
    assert_eq!(refused.words(Language::En), "It was used. Ask for another one.");
    assert_eq!(std::fs::read(&config.identity.certificate).unwrap(), before);
    life.stop().await.unwrap();
}

#[tokio::test]
async fn a_box_without_a_certificate_shows_how_it_gets_one_until_it_has_it() {
    let (life, pki, asked) = (Lifecycle::new(), Arc::new(Pki::new()), Arc::<AtomicUsize>::default());
    let router = issuing("/enrol", &pki, &asked);
    let address = door(&life, &pki, router).await;
    let dir = tempfile::tempdir().unwrap();
    let mut config = config(&dir, &pki, "127.0.0.1:1".parse().unwrap());
    config.identity.certificate = dir.path().join("new.pem");
    config.identity.key = dir.path().join("new.key.pem");
    config.relay.enrolment = Some(address.to_string());
    let trust = config.identity.trust.clone();
    let prepared = std::fs::read(&trust).unwrap();
    let listener = bind_tcp("the page", config.page.listen).await.unwrap();
    let mut browser = Browser::new(listener.local_addr().unwrap());
    let certificate = config.identity.certificate.clone();
    let page = tokio::spawn(async move { until_enrolled(listener, &config).await.unwrap() });

    let mut ask = async |form: Option<String>| {
        let request = Request::builder().uri("/");
        let request = match form {
            Some(form) => request.method(Method::POST).body(Body::from(form)),
            None => request.body(Body::empty()),
        };
        let (status, headers, body) = browser.whole(request.unwrap()).await;
        if status == StatusCode::SEE_OTHER {
            return format!("see {}", headers["location"].to_str().unwrap());
        }
        assert_eq!(status, StatusCode::OK);
        String::from_utf8(body.to_vec()).unwrap()
    };
    let shown = ask(None).await;
    assert!(shown.contains("登记本机 · Enrol this box"), "{shown}");
    let token = shown.split("name=\"token\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    // Where the box goes to be enrolled is not the form's to say.
    let form =
        |token: &str, pin: [u8; 32]| format!("token={token}&relay=192.0.2.1:1&code={}", Code::new([3; 12], &pin));
    let right = tls::fingerprint(pki.authority.systems.der());
    assert!(ask(Some(form("forged", right))).await.contains("Please fill this in again"));
    let refused = ask(Some(form(&token, [0; 32]))).await;
    assert!(refused.contains("another relay"), "a code of somebody else's");
    let typed = Code::new([3; 12], &[0; 32]);
    assert!(refused.contains(&format!("value=\"{typed}\"")), "what was typed is there to be mended: {refused}");
    std::fs::remove_file(&trust).unwrap();
    for tried in [None, Some(form(&token, right)), Some(form(&token, [0; 32]))] {
        let shown = ask(tried).await;
        assert!(shown.contains("not told which relay to believe") && !shown.contains("<form"), "{shown}");
    }
    std::fs::write(&trust, &prepared).unwrap();
    assert!(!certificate.exists() && asked.load(Ordering::Relaxed) == 0);
    // Reloading the page that follows must not send the form again: the nurse's page knows no such form.
    for pressed in ["once", "twice"] {
        assert_eq!(ask(Some(form(&token, right))).await, "see /", "{pressed}");
    }
    assert_eq!(asked.load(Ordering::Relaxed), 1);
    assert!(ask(None).await.contains("Enrolled"));
    let enrolled = tokio::time::timeout(Duration::from_secs(20), page).await.expect("ends").unwrap();
    assert!(enrolled && certificate.exists());
    assert_eq!(std::fs::read(&trust).unwrap(), prepared, "whom it believes is what it was told");
    life.stop().await.unwrap();
}

#[tokio::test]
async fn nobody_on_the_home_s_network_enrols_the_box_with_a_relay_of_their_own() {
    let (life, pki, theirs) = (Lifecycle::new(), Pki::new(), Arc::new(Pki::new()));
    let asked = Arc::<AtomicUsize>::default();
    let router = issuing("/enrol", &theirs, &asked);
    // Also where they have bent the relay's name to their own machine.
    let address = door(&life, &theirs, router).await.to_string();
    let dir = tempfile::tempdir().unwrap();
    let mut config = config(&dir, &pki, "127.0.0.1:1".parse().unwrap());
    config.identity.certificate = dir.path().join("new.pem");
    let believed = Trust::load(&config.identity.trust).unwrap();
    let their_code = Code::new([3; 12], &tls::fingerprint(theirs.authority.systems.der())).to_string();
    let refused = enrol(&config, &address, &their_code, Some(&believed), Language::En).await;
    assert!(matches!(refused, Err(EnrolmentError::OtherRelay)), "{refused:?}");
    let our_code = Code::new([3; 12], &tls::fingerprint(pki.authority.systems.der())).to_string();
    let refused = enrol(&config, &address, &our_code, Some(&believed), Language::En).await;
    assert!(matches!(refused, Err(EnrolmentError::Door(DoorError::NotTrusted { .. }))), "{refused:?}");
    assert!(asked.load(Ordering::Relaxed) == 0 && !config.identity.certificate.exists());
    life.stop().await.unwrap();
}

/// A box whose certificate is in its second half, or over, beside a relay that renews.
struct Stage {
    life: Lifecycle,
    relay_life: Lifecycle,
    relay: FakeRelay,
    link: Link,
    own: Standing,
    config: yunzhen_clinic_agent::config::Config,
    _dir: tempfile::TempDir,
}

async fn stage(issued_before: SignedDuration) -> Stage {
    let (life, relay_life) = (Lifecycle::new(), Lifecycle::new());
    let (pki, asked) = (Arc::new(Pki::new()), Arc::<AtomicUsize>::default());
    let relay = FakeRelay::start(&relay_life, &pki, issuing("/api/box-certificates", &pki, &asked));
    let address = door(&relay_life, &pki, issuing("/renew", &pki, &asked)).await;
    let dir = tempfile::tempdir().unwrap();
    let mut config = config(&dir, &pki, relay.address);
    config.relay.enrolment = Some(address.to_string());
    let (home, now) = (Identity::Box { home_id: home_id() }, clock::now_timestamp());
    let week = Some(SignedDuration::from_hours(168));
    let issued = pki.authority.systems.issue_with_key(&home, &[], week, now - issued_before).unwrap();
    issued.write(dir.path(), "box").unwrap();
    let identity = &config.identity;
    let own = Credentials::load_late(Kind::Box, &identity.certificate, &identity.key, now).unwrap();
    let own = Standing::new(own).unwrap();
    let link = Link::new(life.clone(), now);
    let target = bare(&relay, &own, &pki.trust);
    let (events, mut listening) = mpsc::channel(8);
    let (downlink, mut packets) = mpsc::channel(8);
    life.spawn("link", Driver::new(link.clone(), target, events, downlink).unwrap().run());
    life.spawn("events", async move { while listening.recv().await.is_some() {} });
    life.spawn("packets", async move { while packets.recv().await.is_some() {} });
    let (identity, relay_settings, trust) = (config.identity.clone(), config.relay.clone(), pki.trust.clone());
    let renewal = Renewal { link: link.clone(), identity, relay: relay_settings, own: own.clone(), trust };
    life.spawn("certificate", renewal.run(life.soft().clone()));
    Stage { life, relay_life, relay, link, own, config, _dir: dir }
}

impl Stage {
    async fn renewed(&self, before: &str) {
        let renewed = async {
            while self.own.current().facts().serial == before {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(20), renewed).await.expect("renewed in time");
        let identity = &self.config.identity;
        let kept = Credentials::load(Kind::Box, &identity.certificate, &identity.key, clock::now_timestamp()).unwrap();
        assert_eq!(kept.facts(), self.own.current().facts(), "on disk as well");
    }

    async fn connected(&self) -> usize {
        let mut open = self.link.open();
        let open = tokio::time::timeout(Duration::from_secs(20), open.wait_for(Option::is_some)).await;
        open.expect("connected in time").unwrap().as_ref().unwrap().connection.stable_id()
    }

    async fn stop(self) {
        self.life.stop().await.unwrap();
        self.relay.stop();
        self.relay_life.stop().await.unwrap();
    }
}

#[tokio::test]
async fn at_half_of_its_time_the_certificate_is_renewed_and_the_link_goes_on() {
    let stage = stage(SignedDuration::from_hours(100)).await;
    let before = stage.own.current().facts().serial.clone();
    let connection = stage.connected().await;
    stage.renewed(&before).await;
    assert_eq!(stage.connected().await, connection, "the same connection");
    stage.stop().await;
}

#[tokio::test]
async fn a_box_that_was_away_past_the_end_renews_at_the_door_and_then_connects() {
    let stage = stage(SignedDuration::from_hours(180)).await;
    let before = stage.own.current().facts().serial.clone();
    stage.renewed(&before).await;
    stage.connected().await;
    stage.stop().await;
}
