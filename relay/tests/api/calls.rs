//! Calls through standard clients.

use axum::Router;
use axum::body::Body;
use axum::http::{Method, Request};
use tower::ServiceExt as _;

use crate::world::{Answer, World};

async fn without_a_body(router: &Router, method: Method, path: &str, token: Option<&str>) -> Answer {
    let mut request = Request::builder().method(method).uri(path);
    if let Some(token) = token {
        request = request.header("Authorization", format!("Bearer {token}"));
    }
    Answer::of(router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap()).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whip_says_in_words_what_is_not_there() {
    let world = World::new().await;
    let id = world.consultation.id;
    for (method, path, status, code) in [
        (Method::POST, "/".to_owned(), 404, "not_found"),
        (Method::GET, format!("/whip/{id}/more/than/that"), 404, "not_found"),
        (Method::GET, format!("/whip/{id}"), 405, "method_not_allowed"),
        (Method::PUT, format!("/whep/session/{id}"), 405, "method_not_allowed"),
    ] {
        let answer = without_a_body(&world.whip, method.clone(), &path, None).await;
        assert_eq!((answer.status, answer.kind.as_str()), (status, "application/problem+json"), "{method} {path}");
        assert_eq!(answer.code(), code, "{method} {path}");
        assert!(answer.body["action"].as_str().is_some_and(|text| !text.is_empty()), "{answer:?}");
    }
}
