//! Signing in: throttled, bound to a box, over when it is over.

use jiff::SignedDuration;
use yunzhen_domain::Actor;
use yunzhen_domain::audit::EventKind;
use yunzhen_relay::app::sessions::Errand;
use yunzhen_relay::app::views::admin::AuditQuery;
use yunzhen_relay::app::views::sessions::{CourierSignIn, Session, SignIn};
use yunzhen_relay::app::{AppError, Context, Entrance, admin, sessions};
use yunzhen_relay::seed;

use crate::world::{PASSWORD, World};

fn with(username: &str, password: &str) -> SignIn {
    SignIn { username: username.into(), password: password.into(), code: None }
}

async fn sign_in(w: &World, entrance: &Entrance, username: &str, password: &str) -> Result<Session, AppError> {
    sessions::create(&w.app, entrance, with(username, password)).await
}

#[tokio::test]
async fn signed_in_out_and_over() {
    let w = World::new().await;
    let session = sign_in(&w, &w.entrance("a"), " Nurse1 ", PASSWORD).await.unwrap();
    assert_eq!(session.staff.home_name.as_deref(), Some("松鹤养老院"));
    let actor = sessions::authenticate(&w.app, &session.token, None, Errand::Work, w.now()).await.unwrap();
    assert_eq!(actor, w.nurse.actor);
    let mut ctx = Context::of(actor, w.now());
    ctx.session_token = session.token.clone().into();
    assert_eq!(sessions::current(&w.app, &ctx).await.unwrap().staff.name, "李梅");
    sessions::end(&w.app, &ctx).await.unwrap();
    let over = |answer| assert!(matches!(answer, Err(AppError::Unauthenticated)));
    over(sessions::authenticate(&w.app, &session.token, None, Errand::Work, w.now()).await);
    over(sessions::authenticate(&w.app, "made up", None, Errand::Work, w.now()).await);

    let session = sign_in(&w, &w.entrance("a"), "nurse1", PASSWORD).await.unwrap();
    w.pass(SignedDuration::from_hours(12));
    over(sessions::authenticate(&w.app, &session.token, None, Errand::Work, w.now()).await);
}

#[tokio::test]
async fn a_box_lets_in_only_nurses_of_its_home() {
    let w = World::new().await;
    let through = |home| Entrance { through_box: Some(home), ..w.entrance("box") };
    let session = sign_in(&w, &through(seed::HOME_1), "nurse1", PASSWORD).await.unwrap();
    let at = |home| sessions::authenticate(&w.app, &session.token, home, Errand::Work, w.now());
    assert_eq!(at(Some(seed::HOME_1)).await.unwrap(), w.nurse.actor);
    assert!(matches!(at(None).await, Err(AppError::Unauthenticated)), "a stolen token is worthless elsewhere");
    assert!(matches!(at(Some(seed::HOME_2)).await, Err(AppError::Unauthenticated)));
    for (home, username) in [(seed::HOME_2, "nurse1"), (seed::HOME_1, "specialist1"), (seed::HOME_1, "admin1")] {
        let refused = sign_in(&w, &through(home), username, PASSWORD).await;
        assert!(matches!(refused, Err(AppError::BadCredentials)), "{username}");
    }
}

#[tokio::test]
async fn wrong_passwords_cost_more_and_more_time() {
    let w = World::new().await;
    for n in 0..5 {
        let refused = sign_in(&w, &w.entrance(&format!("source {n}")), "specialist1", "wrong").await;
        assert!(matches!(refused, Err(AppError::BadCredentials)), "try {n}");
    }
    // Even the right one waits now, from wherever; another account does not.
    let blocked = sign_in(&w, &w.entrance("elsewhere"), "specialist1", PASSWORD).await;
    let Err(AppError::Throttled { retry_after }) = blocked else { panic!("not throttled") };
    assert!((1..=30).contains(&retry_after.as_secs()), "{retry_after:?}");
    sign_in(&w, &w.entrance("elsewhere"), "specialist2", PASSWORD).await.unwrap();
    w.pass(retry_after);
    sign_in(&w, &w.entrance("elsewhere"), "specialist1", PASSWORD).await.unwrap();
}

#[tokio::test]
async fn a_refused_sign_in_is_about_the_account_that_was_tried_and_about_nobody_where_there_is_none() {
    let w = World::new().await;
    let through_other = Entrance { through_box: Some(seed::HOME_2), ..w.entrance("box") };
    for (entrance, username) in
        [(w.entrance("a"), " Specialist1 "), (w.entrance("a"), "my-password-by-mistake"), (through_other, "nurse1")]
    {
        let refused = sign_in(&w, &entrance, username, "guess").await;
        assert!(matches!(refused, Err(AppError::BadCredentials)), "{username}");
    }
    let query = AuditQuery { sort: Some("sessions".into()), ..Default::default() };
    let rows = admin::audit(&w.app, &w.by(&w.administrator), query).await.unwrap().items;
    let about: Vec<_> = rows.iter().map(|row| (row.entity_id, row.home_id)).collect();
    let of = |actor: Actor| actor.staff_id().unwrap().uuid();
    let expected = [(of(w.nurse.actor), Some(seed::HOME_2)), (uuid::Uuid::nil(), None), (of(w.specialist.actor), None)];
    assert_eq!(about, expected, "newest first; the home is that of the box");
    assert!(
        rows.iter().all(|row| row.action == "session.refused" && row.actor_name.is_none()),
        "who guessed is not known"
    );
    assert!(!serde_json::to_string(&rows).unwrap().contains("by-mistake"), "what was typed is kept nowhere");
}

#[tokio::test]
async fn one_source_trying_many_accounts_is_throttled() {
    let w = World::new().await;
    for n in 0..20 {
        let refused = sign_in(&w, &w.entrance("attacker"), &format!("nobody{n}"), "guess").await;
        assert!(matches!(refused, Err(AppError::BadCredentials)), "try {n}");
    }
    let blocked = sign_in(&w, &w.entrance("attacker"), "nurse1", PASSWORD).await;
    assert!(matches!(blocked, Err(AppError::Throttled { .. })));
    sign_in(&w, &w.entrance("home"), "nurse1", PASSWORD).await.unwrap();
}

#[tokio::test]
async fn a_courier_s_pin_cannot_be_guessed() {
    let w = World::new().await;
    let packed = w.packed().await;
    let link_token = packed.courier_link_path.as_deref().unwrap().strip_prefix("/courier/").unwrap().to_owned();
    let right = packed.courier_pin.clone().unwrap();
    let knock = |pin: &str| CourierSignIn { link_token: link_token.clone(), pin: pin.to_owned() };
    let wrong = if right == "000000" { "000001" } else { "000000" };
    for pin in [wrong, "", "abcdef", "12345", wrong] {
        let refused = sessions::create_courier(&w.app, &w.entrance("phone"), knock(pin)).await;
        assert!(matches!(refused, Err(AppError::BadCredentials)), "{pin}");
    }
    for sixth in [wrong, right.as_str()] {
        let blocked = sessions::create_courier(&w.app, &w.entrance("phone"), knock(sixth)).await;
        assert!(matches!(blocked, Err(AppError::Throttled { .. })), "{sixth}");
    }
    assert_eq!((w.count(EventKind::SessionRefused).await, w.count(EventKind::SessionOpened).await), (5, 0));
    w.pass(SignedDuration::from_secs(30));
    sessions::create_courier(&w.app, &w.entrance("phone"), knock(&right)).await.unwrap();
}
