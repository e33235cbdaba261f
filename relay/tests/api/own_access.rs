//! Signing in over HTTP: how long one who guesses has to wait, and what a browser says of itself.

use axum::body::Body;
use axum::http::{Method, Request, Response, header};
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use tower::ServiceExt as _;

use crate::world::{World, console};

const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0";

/// A sign-in as the console passes it on.
async fn knock(world: &World, body: Value, from: &str, more: &[(header::HeaderName, &str)]) -> Response<Body> {
    let mut request = Request::builder().method(Method::POST).uri("/api/sessions").header("X-Forwarded-For", from);
    for (name, value) in more {
        request = request.header(name, *value);
    }
    let mut request = request.body(Body::from(body.to_string())).unwrap();
    request.extensions_mut().insert(console());
    world.router.clone().oneshot(request).await.unwrap()
}

async fn body_of(answer: Response<Body>) -> Value {
    serde_json::from_slice(&answer.into_body().collect().await.unwrap().to_bytes()).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_guesses_waits_and_learns_nothing_about_who_exists() {
    let world = World::new().await;
    let mut answers = Vec::new();
    for (username, network) in [("nurse1", "198.51.100"), ("nobody", "203.0.113")] {
        let wrong = json!({"username": username, "password": "wrong"});
        for n in 0..5 {
            let refused = knock(&world, wrong.clone(), &format!("{network}.{n}"), &[]).await;
            assert_eq!(refused.status(), 401, "{username}, try {n}");
            answers.push(body_of(refused).await);
        }
        let english = [(header::ACCEPT_LANGUAGE, "en")];
        let blocked = knock(&world, wrong, &format!("{network}.9"), &english).await;
        assert_eq!(blocked.status(), 429, "{username}");
        let seconds: u64 = blocked.headers()[header::RETRY_AFTER].to_str().unwrap().parse().unwrap();
        assert!((1..=30).contains(&seconds), "{seconds}");
        let said = body_of(blocked).await;
        assert_eq!((said["code"].as_str(), said["title"].as_str()), (Some("throttled"), Some("Too many attempts")));
        assert!(said["action"].as_str().is_some_and(|text| !text.is_empty()));
    }
    assert!(answers.iter().all(|answer| answer == &answers[0]), "{answers:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_ipv6_network_is_one_source() {
    let world = World::new().await;
    for n in 0..20 {
        let wrong = json!({"username": format!("nobody{n}"), "password": "wrong"});
        assert_eq!(knock(&world, wrong, &format!("2001:db8:1:2::{n:x}"), &[]).await.status(), 401, "try {n}");
    }
    let right = json!({"username": "nurse1", "password": "demo-password"});
    assert_eq!(knock(&world, right.clone(), "2001:db8:1:2:ffff::1", &[]).await.status(), 429);
    assert_eq!(knock(&world, right, "2001:db8:1:3::1", &[]).await.status(), 201);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_is_listed_by_browser_and_address_and_the_one_before_it_ends() {
    let world = World::new().await;
    let right = json!({"username": "specialist1", "password": "demo-password"});
    let browser = [(header::USER_AGENT, FIREFOX)];
    let first = body_of(knock(&world, right.clone(), "198.51.100.7", &browser).await).await;
    let first = first["token"].as_str().unwrap().to_owned();
    let former = format!("Bearer {first}");
    let again = [(header::USER_AGENT, FIREFOX), (header::AUTHORIZATION, former.as_str())];
    let second = body_of(knock(&world, right, "198.51.100.7", &again).await).await;
    let second = second["token"].as_str().unwrap();
    assert_ne!(first, second);
    assert_eq!(world.send(Method::GET, "/api/sessions/current", Some(&first), None).await.status, 401);
    let list = world.send(Method::GET, "/api/sessions", Some(second), None).await;
    assert_eq!(list.status, 200, "{list:?}");
    let items = list.body["items"].as_array().unwrap();
    let mine: Vec<_> = items.iter().filter(|session| session["current"] == true).collect();
    assert_eq!(mine.len(), 1);
    assert_eq!(
        (mine[0]["device"].as_str(), mine[0]["address"].as_str()),
        (Some("Firefox · Linux"), Some("198.51.100.7"))
    );
    assert!(!list.body.to_string().contains(second), "no token is in a list");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn over_http_a_first_password_leads_to_an_own_one_and_nowhere_else() {
    let world = World::new().await;
    let account = json!({"role": "administrator", "username": "office", "name": "孙丽"});
    let made = world.send(Method::POST, "/api/staff", Some("admin1"), Some(&account)).await;
    assert_eq!((made.status, made.body["staff"]["username"].as_str()), (201, Some("office")));
    let first = made.body["initial_password"].as_str().unwrap();
    let sign_in = json!({"username": "office", "password": first});
    let session = body_of(knock(&world, sign_in, "198.51.100.7", &[]).await).await;
    assert_eq!(session["must_set_password"], true);
    let token = session["token"].as_str().unwrap();
    for path in ["/api/staff", "/api/audit", "/api/access-notices", "/api/events"] {
        let refused = world.send(Method::GET, path, Some(token), None).await;
        assert_eq!((refused.status, refused.code()), (403, "password_to_be_set"), "{path}");
    }
    let weak = json!({"password": first, "new_password": "password1234"});
    let refused = world.send(Method::POST, "/api/password", Some(token), Some(&weak)).await;
    assert_eq!((refused.status, refused.body["fields"][0]["path"].as_str()), (422, Some("new_password")));
    let draft = json!({"password": "slow green lantern walks"});
    let judged = world.send(Method::POST, "/api/password/judgement", Some(token), Some(&draft)).await;
    assert_eq!(judged.body, json!({"strength": "strong", "taken": true, "least_chars": 12}));
    let own = json!({"password": first, "new_password": "slow green lantern walks"});
    let renewed = world.send(Method::POST, "/api/password", Some(token), Some(&own)).await;
    assert_eq!(renewed.status, 200, "{renewed:?}");
    let token = renewed.body["token"].as_str().unwrap();
    assert_eq!(world.send(Method::GET, "/api/staff", Some(token), None).await.status, 200);
}
