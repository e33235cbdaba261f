//! The console between a browser and a relay: sessions, forged requests, the proxy, streams, a relay that is down, draining.
#![allow(missing_docs)]

mod world;

use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::{Method, StatusCode};
use http_body_util::BodyExt as _;
use serde_json::json;
use world::{Browser, SPECIALIST, TOKEN, start_console, start_console_with, world};
use yunzhen_certs::proof::Claim;
use yunzhen_certs::sign::DocumentKey;
use yunzhen_certs::{Trust, jws};
use yunzhen_runtime::{Lifecycle, clock};

const SOON: Duration = Duration::from_secs(5);

#[tokio::test]
async fn signing_in_keeps_the_token_from_scripts_and_signing_out_ends_it() {
    let w = world().await;
    let browser = Browser::new(&w.console);
    assert_eq!(browser.get("/session/me").await.status, StatusCode::UNAUTHORIZED);
    let before = browser.cookie("yz_csrf").expect("a first token");

    let wrong = browser.post("/session/sign-in", json!({"username": "li", "password": "wrong"})).await;
    assert_eq!((wrong.status, wrong.json()["code"].as_str()), (StatusCode::UNAUTHORIZED, Some("bad_credentials")));
    assert_eq!(wrong.header("content-type"), "application/problem+json");
    assert_eq!(browser.cookie("yz_session"), None);

    let right = browser.post("/session/sign-in", json!({"username": "li", "password": "right"})).await;
    assert_eq!((right.status, right.json()["staff"]["id"].as_str()), (StatusCode::OK, Some(SPECIALIST)));
    assert!(!String::from_utf8_lossy(&right.body).contains(TOKEN), "the token must not be readable by scripts");
    assert_eq!(right.json()["source"], "127.0.0.1");
    let cookies: Vec<&str> = right.headers.get_all("set-cookie").iter().map(|c| c.to_str().expect("text")).collect();
    let session = cookies.iter().find(|c| c.starts_with("yz_session=")).expect("session cookie");
    assert!(
        session.contains("HttpOnly") && session.contains("SameSite=Strict") && session.contains("Max-Age=43"),
        "{session}"
    );
    assert!(!session.contains("Secure"), "plain HTTP on this machine");
    assert_ne!(browser.cookie("yz_csrf"), Some(before), "a new token at each sign-in");

    assert_eq!(browser.get("/session/me").await.json()["staff"]["id"], SPECIALIST);
    let out = browser.post("/session/sign-out", json!({})).await;
    assert_eq!((out.status, browser.cookie("yz_session")), (StatusCode::NO_CONTENT, None));
}

#[tokio::test]
async fn a_session_that_ran_out_keeps_its_token_until_somebody_ends_it() {
    let w = world().await;
    let browser = Browser::new(&w.console);
    // The page that still shows what it read asks on with it: without it nobody could tell that page that the session was ended.
    browser.set_cookie("yz_session", "tok_ran_out");
    let ran_out = browser.get("/session/me").await;
    assert_eq!((ran_out.status, ran_out.json()["code"].as_str()), (StatusCode::UNAUTHORIZED, Some("unauthenticated")));
    assert_eq!(browser.cookie("yz_session").as_deref(), Some("tok_ran_out"));

    browser.set_cookie("yz_session", "tok_ended");
    let ended = browser.get("/session/me").await;
    assert_eq!((ended.status, ended.json()["code"].as_str()), (StatusCode::UNAUTHORIZED, Some("session_revoked")));
    let after = browser.get("/session/me").await;
    assert_eq!((after.status, after.json()["code"].as_str()), (StatusCode::UNAUTHORIZED, Some("unauthenticated")));
}

#[tokio::test]
async fn a_late_answer_that_a_session_was_ended_leaves_the_next_one_of_the_browser_alone() {
    let w = world().await;
    let late = Browser::new(&w.console);
    late.set_cookie("yz_session", "tok_ended");
    let ended = late.get("/session/me").await;
    assert_eq!(ended.json()["code"].as_str(), Some("session_revoked"));
    // It comes after the next person has signed in: what it sets is kept beside her session.
    let browser = Browser::signed_in(&w.console).await;
    let set: Vec<&str> = ended.headers.get_all("set-cookie").iter().map(|c| c.to_str().expect("text")).collect();
    assert!(!set.is_empty());
    for cookie in set {
        let (name, rest) = cookie.split_once('=').expect("a pair");
        browser.set_cookie(name, rest.split(';').next().unwrap_or_default());
    }
    assert_eq!(browser.get("/session/me").await.json()["staff"]["id"], SPECIALIST);
}

#[tokio::test]
async fn links_open_sessions_and_a_token_that_would_break_out_of_the_cookie_is_refused() {
    let w = world().await;
    let browser = Browser::new(&w.console);
    browser.get("/").await;
    let answer = browser.post("/session/courier", json!({"link_token": "x", "pin": "123456"})).await;
    assert_eq!((answer.status, answer.json()), (StatusCode::OK, json!({"delivery_id": "d"})));
    assert_eq!(browser.cookie("yz_session").as_deref(), Some("tok_courier"));
    let answer = browser.post("/session/observer", json!({"link_token": "x"})).await;
    assert_eq!(answer.status, StatusCode::BAD_GATEWAY);
}

#[tokio::test]
async fn a_sign_in_at_a_provider_stays_in_the_browser_that_began_it() {
    let w = world().await;
    let browser = Browser::new(&w.console);
    browser.get("/").await;
    let brought = json!({"code": "c", "state": "s"});
    let begun = browser.post("/session/openid/begin", json!({"provider": "hospital"})).await;
    assert_eq!((begun.status, begun.json()), (StatusCode::OK, json!({"url": "https://id.example.org/auth?state=s"})));
    let cookies: Vec<&str> = begun.headers.get_all("set-cookie").iter().map(|c| c.to_str().expect("text")).collect();
    let flow = cookies.iter().find(|c| c.starts_with("yz_openid=flow-of-a-sign-in")).expect("the flow's cookie");
    assert!(flow.contains("HttpOnly") && flow.contains("SameSite=Strict") && !flow.contains("Max-Age=0"), "{flow}");

    let another = Browser::new(&w.console);
    another.get("/").await;
    let refused = another.post("/session/openid", brought.clone()).await;
    assert_eq!((refused.status, refused.json()["code"].as_str()), (StatusCode::UNAUTHORIZED, Some("openid_refused")));

    let answer = browser.post("/session/openid", brought.clone()).await;
    assert_eq!((answer.status, answer.json()["staff"]["id"].as_str()), (StatusCode::OK, Some(SPECIALIST)));
    assert_eq!((browser.cookie("yz_session").as_deref(), browser.cookie("yz_openid")), (Some(TOKEN), None));
    let again = browser.post("/session/openid", brought).await;
    assert_eq!(again.status, StatusCode::UNAUTHORIZED, "there is nothing left to bring an answer to");
    // A link to the callback is a page like any other: it signs nobody in.
    assert_eq!(browser.get("/openid/callback?code=c&state=s").await.header("content-type"), "text/html; charset=utf-8");
    let odd = browser.post("/session/openid/proof/begin", json!({"provider": "hospital"})).await;
    assert_eq!((odd.status, browser.cookie("yz_openid")), (StatusCode::BAD_GATEWAY, None));
}

#[tokio::test]
async fn a_session_that_is_renewed_goes_on_in_the_cookie_and_ends_everywhere_at_once() {
    let w = world().await;
    let browser = Browser::signed_in(&w.console).await;
    let csrf = browser.cookie("yz_csrf");
    let answer = browser.post("/session/second-factor", json!({"setup": "x", "code": "1"})).await;
    assert_eq!((answer.status, answer.json()), (StatusCode::OK, json!({"recovery_codes": ["a"]})));
    assert_eq!(browser.cookie("yz_session").as_deref(), Some("tok_renewed"));
    assert_ne!(browser.cookie("yz_csrf"), csrf);
    let answer = browser.post("/session/password", json!({"password": "a", "new_password": "b"})).await;
    assert_eq!((answer.status, answer.json()), (StatusCode::OK, json!({})));
    assert_eq!(browser.cookie("yz_session").as_deref(), Some("tok_password"));
    // What the relay does not end is not forgotten here either.
    let refused = browser.post("/session/sign-out-everywhere", json!({})).await;
    assert_eq!((refused.status, browser.cookie("yz_session").is_some()), (StatusCode::UNAUTHORIZED, true));
    browser.set_cookie("yz_session", TOKEN);
    let out = browser.post("/session/sign-out-everywhere", json!({})).await;
    assert_eq!((out.status, browser.cookie("yz_session")), (StatusCode::NO_CONTENT, None));
}

#[tokio::test]
async fn unsafe_requests_without_the_token_change_nothing() {
    let w = world().await;
    let browser = Browser::signed_in(&w.console).await;
    for method in [Method::POST, Method::PUT, Method::PATCH, Method::DELETE] {
        for forged in [("x-csrf-token", "0123"), ("x-csrf-token", "")] {
            let answer = browser.send(method.clone(), "/api/residents/r/notes", &[forged], Body::empty()).await;
            assert_eq!(
                (answer.status, answer.json()["code"].as_str()),
                (StatusCode::FORBIDDEN, Some("csrf")),
                "{method}"
            );
            assert!(answer.json()["action"].as_str().is_some_and(|text| text.contains("刷新页面")));
        }
        let own = browser.send(method, "/api/residents/r/notes", &[], Body::empty()).await;
        assert_eq!(own.status, StatusCode::OK);
    }
    let stranger = Browser::new(&w.console);
    let answer = stranger.post("/session/sign-in", json!({"username": "li", "password": "right"})).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN, "also the sign-in of another site's form");
}

#[tokio::test]
async fn the_relay_sees_the_console_s_certificate_and_the_person_s_token_and_no_cookie() {
    let w = world().await;
    let browser = Browser::signed_in(&w.console).await;
    let extra = [
        ("idempotency-key", "k1"),
        ("last-event-id", "7"),
        ("x-forwarded-for", "6.6.6.6"),
        ("authorization", "Bearer mine"),
    ];
    let answer =
        browser.send(Method::PUT, "/api/prescriptions/p?x=%E4%B8%AD&y=1", &extra, Body::from("{}")).await.json();
    assert_eq!(
        (answer["method"].as_str(), answer["uri"].as_str()),
        (Some("PUT"), Some("/api/prescriptions/p?x=%E4%B8%AD&y=1"))
    );
    assert_eq!(answer["identity"], "urn:yunzhen:console:main");
    let headers = &answer["headers"];
    assert_eq!(headers["authorization"], format!("Bearer {TOKEN}"));
    assert_eq!((&headers["idempotency-key"], &headers["last-event-id"]), (&json!("k1"), &json!("7")));
    assert_eq!((&headers["accept-language"], &headers["x-forwarded-for"]), (&json!("zh-CN"), &json!("127.0.0.1")));
    assert!(headers.get("cookie").is_none() && headers.get("x-csrf-token").is_none(), "{headers}");
    assert_eq!(answer["body_bytes"], 2);
}

/// A pharmacy's own system has no cookie and repeats no token; and a browser's session opens nothing there.
#[tokio::test]
async fn a_pharmacy_s_system_passes_with_its_credential_and_a_browser_s_cookie_does_not() {
    let w = world().await;
    let path = "/api/pharmacy/v1/orders/p/accept";
    let extra = [("authorization", "Bearer id.secret"), ("idempotency-key", "k1")];
    let stranger = Browser::new(&w.console);
    let answer = stranger.send(Method::POST, path, &extra, Body::from("{}")).await.json();
    let headers = &answer["headers"];
    assert_eq!((answer["uri"].as_str(), answer["method"].as_str()), (Some(path), Some("POST")));
    assert_eq!(
        (&headers["authorization"], &headers["idempotency-key"], &headers["x-forwarded-for"]),
        (&json!("Bearer id.secret"), &json!("k1"), &json!("127.0.0.1"))
    );
    let browser = Browser::signed_in(&w.console).await;
    let answer = browser.send(Method::POST, path, &[], Body::from("{}")).await.json();
    assert!(answer["headers"].get("authorization").is_none() && answer["headers"].get("cookie").is_none(), "{answer}");
}

#[tokio::test]
async fn behind_a_proxy_the_relay_is_told_where_the_browser_is_and_not_where_the_proxy_is() {
    let w = world().await;
    let console = start_console_with(&w.dir, &w.relay, &w.console_life, "behind_tls_proxy = true").await;
    let browser = Browser::new(&console);
    let extra = [("x-forwarded-for", "6.6.6.6, 198.51.100.7")];
    let answer = browser.send(Method::GET, "/api/consultations", &extra, Body::empty()).await.json();
    assert_eq!(answer["headers"]["x-forwarded-for"], "198.51.100.7");
    browser.get("/").await;
    let credentials = json!({"username": "li", "password": "right"}).to_string();
    let signed_in = [("x-forwarded-for", "198.51.100.8"), ("content-type", "application/json")];
    let answer = browser.send(Method::POST, "/session/sign-in", &signed_in, Body::from(credentials)).await;
    assert_eq!((answer.status, &answer.json()["source"]), (StatusCode::OK, &json!("198.51.100.8")));
}

#[tokio::test]
async fn session_descriptions_pass_with_their_location_and_large_bodies_do_not() {
    let w = world().await;
    let browser = Browser::signed_in(&w.console).await;
    let sdp = [("content-type", "application/sdp")];
    let answer = browser.send(Method::POST, "/api/consultations/c/legs", &sdp, Body::from("v=0")).await;
    assert_eq!((answer.status, &answer.body[..]), (StatusCode::CREATED, &b"answer to v=0"[..]));
    assert_eq!(answer.header("location"), "/api/consultations/c/legs/leg-1");
    assert_eq!((answer.header("leg-id"), answer.header("etag")), ("leg-1", "\"e1\""));
    assert_eq!((answer.header("set-cookie"), answer.header("cache-control")), ("", "no-store"));

    let large = vec![b'x'; 1024 * 1024 + 1];
    let answer = browser.send(Method::POST, "/api/x", &[], Body::from(large.clone())).await;
    assert_eq!(
        (answer.status, answer.json()["code"].as_str()),
        (StatusCode::PAYLOAD_TOO_LARGE, Some("body_too_large"))
    );
    // The same without a length in advance.
    let chunks =
        large.chunks(64 * 1024).map(|chunk| Ok::<_, std::io::Error>(Bytes::copy_from_slice(chunk))).collect::<Vec<_>>();
    let answer = browser.send(Method::POST, "/api/x", &[], Body::from_stream(futures_util::stream::iter(chunks))).await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
    let fits = browser.send(Method::POST, "/api/x", &[], Body::from(vec![b'x'; 1024 * 1024])).await;
    assert_eq!(fits.json()["body_bytes"], 1024 * 1024);
}

#[tokio::test]
async fn a_body_may_have_what_the_settings_say_and_who_sends_more_is_served_on() {
    let w = world().await;
    let life = Lifecycle::new();
    let console = start_console_with(&w.dir, &w.relay, &life, "[limits]\nbody_bytes = 131072").await;
    let browser = Browser::signed_in(&console).await;
    let large = browser.send(Method::POST, "/api/x", &[], Body::from(vec![b'x'; 131_073])).await;
    assert_eq!(large.status, StatusCode::PAYLOAD_TOO_LARGE);
    let fits = browser.send(Method::POST, "/api/x", &[], Body::from(vec![b'x'; 131_072])).await;
    assert_eq!(fits.json()["body_bytes"], 131_072);
}

#[test]
fn a_limit_with_which_nobody_is_served_starts_no_console_and_is_named() {
    let example = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("hospital-console.example.toml");
    let text = std::fs::read_to_string(example).expect("example").replace("reader_seconds = 30", "reader_seconds = 0");
    let folder = tempfile::tempdir().expect("dir");
    let file = folder.path().join("console.toml");
    std::fs::write(&file, text).expect("written");
    let said = yunzhen_hospital_console::Config::load(&file).expect_err("refused").to_string();
    assert!(said.starts_with("`limits.reader_seconds`: must be from 1 to 600, not 0, in "), "{said}");
}

#[tokio::test]
async fn events_stream_and_end_with_the_console() {
    let w = world().await;
    let browser = Browser::signed_in(&w.console).await;
    let mut stream = browser.open(Method::GET, "/api/events", &[], Body::empty()).await.into_body();
    let first = tokio::time::timeout(SOON, stream.frame()).await.expect("at once").expect("frame").expect("good");
    assert_eq!(first.into_data().expect("data"), ": here\n\n");
    for text in ["data: 1\n\n", "data: 2\n\n"] {
        // The relay subscribes while it answers; a send before that has no receiver.
        while w.events.send(text.to_owned()).is_err() {
            tokio::task::yield_now().await;
        }
        let frame =
            tokio::time::timeout(SOON, stream.frame()).await.expect("not held back").expect("frame").expect("good");
        assert_eq!(frame.into_data().expect("data"), text);
    }
    let stopped = w.console_life.clone();
    let stopping = tokio::spawn(async move { stopped.stop().await });
    let end = tokio::time::timeout(SOON, stream.frame()).await.expect("ends");
    assert!(end.is_none(), "ended cleanly");
    tokio::time::timeout(SOON, stopping).await.expect("in time").expect("joined").expect("no crash");
}

#[tokio::test]
async fn a_relay_that_is_down_is_said_in_the_reader_s_language_and_its_return_needs_nothing() {
    let w = world().await;
    let mut browser = Browser::signed_in(&w.console).await;
    w.relay_life.stop().await.expect("stopped");
    let answer = browser.get("/api/consultations").await;
    assert_eq!(
        (answer.status, answer.json()["code"].as_str()),
        (StatusCode::SERVICE_UNAVAILABLE, Some("relay_unreachable"))
    );
    assert_eq!((answer.json()["title"].as_str(), answer.header("retry-after")), (Some("暂时无法连接云诊中继"), "2"));
    browser.language = "en";
    assert_eq!(browser.get("/api/consultations").await.json()["title"], "The relay cannot be reached");
    assert_eq!(browser.get("/session/me").await.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(browser.cookie("yz_session").is_some(), "nobody is signed out because the relay is down");
    let out = browser.post("/session/sign-out", json!({})).await;
    assert_eq!((out.status, browser.cookie("yz_session")), (StatusCode::NO_CONTENT, None));
}

#[tokio::test]
async fn a_relay_of_another_authority_is_not_believed() {
    let w = world().await;
    let other = world().await;
    let address = format!("localhost:{}", {
        // The other world's relay, seen through its console's configuration.
        let text = std::fs::read_to_string(other.dir.path().join("console.toml")).expect("config");
        text.split("localhost:").nth(1).and_then(|rest| rest.split('\'').next()).expect("port").to_owned()
    });
    let life = Lifecycle::new();
    let console = start_console(&w.dir, &address, &life).await;
    let answer = Browser::new(&console).get("/api/consultations").await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
}

#[tokio::test]
async fn a_specialist_gets_a_certificate_for_the_key_of_this_browser() {
    let w = world().await;
    let browser = Browser::signed_in(&w.console).await;
    let key = DocumentKey::generate().expect("key");
    let claim = Claim::new(SPECIALIST.parse().expect("id"), clock::now_timestamp());
    let ask = json!({"public_key_jwk": key.public_jwk(), "proof_jws": key.proof(&claim).expect("proof")});
    // Only for a key that an administrator let in.
    let standing = |state: &str| json!({"key_sha256": key.public_jwk().sha256().expect("on P-256"), "state": state});
    for (keys, code) in [
        (vec![], "signing_key_unknown"),
        (vec![standing("requested")], "signing_key_waiting"),
        (vec![standing("refused")], "signing_key_revoked"),
        (vec![standing("revoked")], "signing_key_revoked"),
    ] {
        *w.keys.lock().expect("keys") = keys;
        let refused = browser.post("/session/signing-certificate", ask.clone()).await;
        assert_eq!((refused.status, refused.json()["code"].as_str()), (StatusCode::CONFLICT, Some(code)));
    }
    *w.keys.lock().expect("keys") = vec![standing("approved")];
    let answer = browser.post("/session/signing-certificate", ask.clone()).await;
    assert_eq!(answer.status, StatusCode::OK, "{:?}", answer.body);
    let answer = answer.json();
    let der = |n: usize| {
        let text = answer["x5c"][n].as_str().expect("x5c");
        rustls_pki_types::CertificateDer::from(
            base64::Engine::decode(&base64::engine::general_purpose::STANDARD, text).expect("base64"),
        )
    };
    let document = r#"{"a":1}"#;
    let signed = key.sign(&[der(0), der(1)], document).expect("signed");
    let trust = Trust::load(&w.dir.path().join("signers.pem")).expect("signers");
    let verified = jws::verify(&signed, &trust, clock::now_timestamp()).expect("verifies");
    assert_eq!(verified.identity.to_string(), format!("urn:yunzhen:signer:specialist:{SPECIALIST}"));
    assert_eq!(answer["serial"], verified.certificate_serial);

    let other = DocumentKey::generate().expect("key");
    let approved = json!({"key_sha256": other.public_jwk().sha256().expect("on P-256"), "state": "approved"});
    w.keys.lock().expect("keys").push(approved);
    let stolen = json!({"public_key_jwk": other.public_jwk(), "proof_jws": ask["proof_jws"]});
    let refused = browser.post("/session/signing-certificate", stolen).await;
    assert_eq!(
        (refused.status, refused.json()["code"].as_str()),
        (StatusCode::UNPROCESSABLE_ENTITY, Some("proof_refused"))
    );
    let odd = browser.post("/session/signing-certificate", json!({"public_key_jwk": 1})).await;
    assert_eq!(odd.status, StatusCode::BAD_REQUEST);
    browser.set_cookie("yz_session", "tok_nurse");
    let nurse = browser.post("/session/signing-certificate", ask.clone()).await;
    assert_eq!((nurse.status, nurse.json()["code"].as_str()), (StatusCode::FORBIDDEN, Some("may_not_sign")));
    browser.set_cookie("yz_session", "gone");
    assert_eq!(browser.post("/session/signing-certificate", ask).await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_document_is_verified_without_the_relay() {
    let w = world().await;
    let browser = Browser::signed_in(&w.console).await;
    w.relay_life.stop().await.expect("stopped");
    let now = clock::now_timestamp();
    let identity = "urn:yunzhen:signer:specialist:".to_owned() + SPECIALIST;
    let identity: yunzhen_certs::Identity = identity.parse().expect("identity");
    let issued = w.authority.signers.issue_with_key(&identity, &[], None, now).expect("issued");
    let key = DocumentKey::from_pem(&issued.key_pem).expect("key");
    let prescription = json!({
        "type": "yunzhen.prescription.v2", "prepared_at": now, "specialist": {"id": SPECIALIST, "name": "李医生"},
    });
    let text = yunzhen_certs::sign::canonical_json(&prescription).expect("json");
    let signed = key.sign(&issued.issued.chain, &text).expect("signed");
    let answer = browser.post("/session/verification", json!({"jws": signed})).await.json();
    assert_eq!((answer["verdict"].as_str(), &answer["revocation_checked"]), (Some("valid"), &json!(false)), "{answer}");
    assert_eq!(answer["report"]["signer_name"], "李医生");
    let key_sha256 = key.public_jwk().sha256();
    let revoked = json!({"as_of": now, "keys": [{"key_sha256": key_sha256, "revoked_at": now}]});
    let answer = browser.post("/session/verification", json!({"jws": signed, "revoked": revoked})).await.json();
    assert_eq!(answer["verdict"], "not_valid", "{answer}");
    assert_eq!((&answer["code"], &answer["at"]), (&json!("key_revoked"), &json!(now)), "{answer}");
    let answer = browser.post("/session/verification", json!({"jws": format!("{signed}A")})).await.json();
    assert_eq!(answer["verdict"], "not_valid", "{answer}");
    let odd = browser.post("/session/verification", json!({"jws": 1})).await;
    assert_eq!(odd.status, StatusCode::BAD_REQUEST);
    let nobody = Browser::new(&w.console).post("/session/verification", json!({"jws": signed})).await;
    assert!(!nobody.status.is_success(), "{}", nobody.status);
}

#[tokio::test]
async fn the_page_is_served_for_every_path_of_the_application_with_its_headers() {
    let w = world().await;
    let browser = Browser::new(&w.console);
    let page = browser.get("/").await;
    assert_eq!((page.status, page.header("content-type")), (StatusCode::OK, "text/html; charset=utf-8"));
    assert_eq!(browser.get("/courier/some-token").await.body, page.body, "the application's own paths are the page");
    let moved = browser.get("/fhir/Patient?_count=2").await;
    assert_eq!(
        (moved.status, moved.header("location")),
        (StatusCode::PERMANENT_REDIRECT, "/api/fhir/Patient?_count=2")
    );
    assert_eq!(browser.get("/assets/none.js").await.status, StatusCode::NOT_FOUND);
    assert_eq!(browser.get("/session/none").await.status, StatusCode::NOT_FOUND);
    let again = browser.send(Method::GET, "/", &[("if-none-match", page.header("etag"))], Body::empty()).await;
    assert_eq!((again.status, again.header("cache-control")), (StatusCode::NOT_MODIFIED, "no-cache"));
    for path in ["/", "/api/x", "/session/me"] {
        let answer = browser.get(path).await;
        assert!(answer.header("content-security-policy").contains("script-src 'self';"), "{path}");
        assert!(answer.header("content-security-policy").contains("frame-ancestors 'none'"), "{path}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        assert_eq!(answer.header("referrer-policy"), "no-referrer");
        assert!(answer.header("permissions-policy").contains("camera=(self), microphone=(self)"));
    }
}

#[tokio::test]
async fn a_browser_that_leaves_ends_its_stream_at_the_relay() {
    let w = world().await;
    let browser = Browser::signed_in(&w.console).await;
    let mut stream = browser.open(Method::GET, "/api/events", &[], Body::empty()).await.into_body();
    stream.frame().await.expect("frame").expect("good");
    while w.events.receiver_count() == 0 {
        tokio::task::yield_now().await;
    }
    drop(stream);
    drop(browser);
    let gone = async {
        // A write is what finds out that nobody reads any more.
        while w.events.receiver_count() > 0 {
            let _ = w.events.send("data: x\n\n".into());
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(SOON, gone).await.expect("the relay learns of it");
}

#[tokio::test]
async fn over_tls_cookies_are_marked_and_browsers_told_to_insist() {
    let w = world().await;
    let file = w.dir.path().join("console.toml");
    let text = std::fs::read_to_string(&file).expect("config");
    let tls_lines = "web = '127.0.0.1:0'\ntls_certificate = 'console.pem'\ntls_key = 'console.key.pem'";
    std::fs::write(&file, text.replace("web = '127.0.0.1:0'", tls_lines)).expect("written");
    let config = yunzhen_hospital_console::Config::load(&file).expect("config");
    let life = Lifecycle::new();
    let console =
        yunzhen_hospital_console::Console::start(&config, &life, clock::now_timestamp()).await.expect("console");
    assert!(console.tls);
    // A browser that trusts the demo's root; `page_server` sends the authority along.
    let mut roots = rustls::RootCertStore::empty();
    let root: rustls_pki_types::CertificateDer<'static> =
        rustls_pki_types::pem::PemObject::from_pem_slice(w.authority.root_pem.as_bytes()).expect("root");
    roots.add(root).expect("root");
    let provider = std::sync::Arc::new(rustls::crypto::ring::default_provider());
    let client =
        rustls::ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().expect("versions");
    let connector = hyper_rustls::HttpsConnectorBuilder::new()
        .with_tls_config(client.with_root_certificates(roots).with_no_client_auth())
        .https_only()
        .enable_http1()
        .build();
    let client =
        hyper_util::client::legacy::Client::builder(hyper_util::rt::TokioExecutor::new()).build::<_, Body>(connector);
    let uri = format!("https://localhost:{}/session/me", console.web.port()).parse().expect("uri");
    let answer = client.get(uri).await.expect("answers");
    let cookie = answer.headers()["set-cookie"].to_str().expect("text");
    assert!(cookie.starts_with("__Host-yz_csrf=") && cookie.ends_with("; Secure"), "{cookie}");
    assert_eq!(answer.headers()["strict-transport-security"], "max-age=31536000");
    let half = text.replace("web = '127.0.0.1:0'", "web = '127.0.0.1:0'\ntls_key = 'console.key.pem'");
    std::fs::write(&file, half).expect("written");
    let config = yunzhen_hospital_console::Config::load(&file).expect("config");
    let said =
        yunzhen_hospital_console::Console::start(&config, &life, clock::now_timestamp()).await.expect_err("half");
    assert!(said.to_string().contains("belong together"), "{said}");
}

#[test]
fn the_example_configuration_is_one() {
    let example = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("hospital-console.example.toml");
    let config = yunzhen_hospital_console::Config::load(&example).expect("loads");
    assert_eq!(config.relay.address, "localhost:7444");
    assert!(config.identity.key.ends_with("hospital-console/pki/console.key.pem"));
}
