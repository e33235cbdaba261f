//! Signing in by a hospital's identity provider: who is bound comes in, what a provider or somebody between says wrongly opens nothing.

mod provider;

use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use jiff::SignedDuration;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use yunzhen_domain::audit::EventKind;
use yunzhen_domain::policy::Policy;
use yunzhen_domain::records::{EndedBy, SignInMethod};
use yunzhen_relay::app::sessions::Errand;
use yunzhen_relay::app::views::admin::AuditQuery;
use yunzhen_relay::app::views::openid::{IdentityEnd, NewIdentity, OpenIdAsk, OpenIdRequest, OpenIdSignIn};
use yunzhen_relay::app::views::second_factors::Proof;
use yunzhen_relay::app::views::sessions::{Session, SignIn};
use yunzhen_relay::app::{AppError, Context, Entrance, access_notices, admin, openid, sessions, staff_accounts};
use yunzhen_relay::config::PublicUrl;
use yunzhen_relay::openid::{OpenIdConfig, OpenIdError, ProviderConfig, Providers};

use crate::world::{PASSWORD, Person, World};
use provider::{CLIENT, SECRET, Signing, TestProvider, param};

const SUBJECT: &str = "u-10086";

/// What a provider says otherwise than it should.
type Lie = fn(&mut Value);

fn settings(issuer: String) -> ProviderConfig {
    ProviderConfig {
        id: "hospital".into(),
        hospital: None,
        name_zh: "医院统一身份认证".into(),
        name_en: "Hospital sign-in".into(),
        issuer,
        client_id: CLIENT.into(),
        client_secret: None,
        scopes: Vec::new(),
        claim: "sub".into(),
        acr_values: Vec::new(),
        second_factor: vec!["mfa".into()],
        only: false,
    }
}

fn providers(settings: Vec<ProviderConfig>) -> Result<Providers, OpenIdError> {
    let public_url = PublicUrl::try_from("https://clinic.example.org".to_owned()).unwrap();
    let tls = yunzhen_certs::tls::outgoing_client(None).unwrap();
    Providers::new(&OpenIdConfig { providers: settings, authority: None }, Some(&public_url), &tls)
}

async fn world_with(change: impl FnOnce(&mut ProviderConfig)) -> (World, TestProvider) {
    let provider = TestProvider::start().await;
    let mut settings = settings(provider.issuer());
    change(&mut settings);
    let mut w = World::new().await;
    w.app.providers = providers(vec![settings]).unwrap();
    (w, provider)
}

async fn world() -> (World, TestProvider) {
    world_with(|_| ()).await
}

async fn bind(w: &World, person: &Person, subject: &str) -> Result<(), AppError> {
    let id = person.actor.staff_id().unwrap();
    let input = NewIdentity { provider: "hospital".into(), subject: subject.into() };
    openid::bind(&w.app, &w.by(&w.administrator), id, input).await.map(|_| ())
}

fn ask() -> OpenIdAsk {
    OpenIdAsk { provider: "hospital".into() }
}

fn back(request: &OpenIdRequest, code: String) -> OpenIdSignIn {
    OpenIdSignIn { flow: request.flow.clone(), code, state: param(&request.url, "state").unwrap(), iss: None }
}

/// Begins, and the provider says what `lie` makes of the truth.
async fn said(
    w: &World,
    provider: &TestProvider,
    subject: &str,
    signing: Signing,
    lie: impl FnOnce(&mut Value),
) -> (Entrance, OpenIdSignIn) {
    let origin = w.entrance("desk");
    let request = openid::begin(&w.app, &origin, ask()).await.unwrap();
    let mut claims = provider.claims(&request.url, subject, origin.now);
    lie(&mut claims);
    let code = provider.grants(&request.url, &claims, signing);
    (origin, back(&request, code))
}

async fn signed_in(w: &World, provider: &TestProvider, subject: &str) -> Result<Session, AppError> {
    let (origin, input) = said(w, provider, subject, Signing::Own, |_| ()).await;
    openid::sign_in(&w.app, &origin, input).await
}

fn under(w: &World, person: &Person, token: &str) -> Context {
    Context { session_token: token.to_owned().into(), ..w.by(person) }
}

#[tokio::test]
async fn who_is_bound_comes_in_and_nobody_else() {
    let (w, provider) = world().await;
    let unknown = signed_in(&w, &provider, SUBJECT).await;
    let Err(AppError::OpenIdUnknown { subject }) = unknown else { panic!("somebody came in") };
    assert_eq!(subject.expose(), SUBJECT, "the person can tell the administrator");
    bind(&w, &w.specialist, SUBJECT).await.unwrap();
    let session = signed_in(&w, &provider, SUBJECT).await.unwrap();
    assert_eq!(Some(session.staff.id), w.specialist.actor.staff_id());
    assert!(!session.must_enrol);
    let ctx = under(&w, &w.specialist, &session.token);
    let told = access_notices::list(&w.app, &ctx).await.unwrap().items;
    assert_eq!((told.len(), told[0].action.as_str(), told[0].own), (1, "staff.identity_bound", false));
    assert_eq!(sessions::list(&w.app, &ctx).await.unwrap().items[0].method, SignInMethod::OpenId);
    let own = openid::own(&w.app, &ctx).await.unwrap().items;
    assert!(own[0].provider.as_deref() == Some("hospital") && own[0].last_used_at.is_some(), "{own:?}");
    // One of theirs is one of ours, and the other way round.
    assert!(matches!(bind(&w, &w.other_specialist, SUBJECT).await, Err(AppError::Invalid(_))));
    assert!(matches!(bind(&w, &w.specialist, "u-2").await, Err(AppError::Invalid(_))));
    let own_hand = openid::bind(
        &w.app,
        &ctx,
        session.staff.id,
        NewIdentity { provider: "hospital".into(), subject: "u-3".into() },
    );
    assert!(matches!(own_hand.await, Err(AppError::NotFound)), "only an administrator binds");
    let end = IdentityEnd { issuer: provider.issuer() };
    let ended = openid::unbind(&w.app, &w.by(&w.administrator), session.staff.id, end).await.unwrap();
    assert_eq!(ended.ended, 1);
    let over = sessions::authenticate(&w.app, &session.token, None, Errand::Work, w.now()).await;
    assert!(matches!(over, Err(AppError::SessionRevoked(EndedBy::Administrator))));
    assert!(matches!(signed_in(&w, &provider, SUBJECT).await, Err(AppError::OpenIdUnknown { .. })));
    for (event, times) in [
        (EventKind::IdentityBound, 1),
        (EventKind::IdentityUnbound, 1),
        (EventKind::SessionOpened, 1),
        (EventKind::SessionRefused, 2),
    ] {
        assert_eq!(w.count(event).await, times, "{event:?}");
    }
}

#[tokio::test]
async fn a_closed_account_that_is_tried_by_the_provider_is_named_in_the_audit_log() {
    let (w, provider) = world().await;
    bind(&w, &w.other_specialist, SUBJECT).await.unwrap();
    let id = w.other_specialist.actor.staff_id().unwrap();
    staff_accounts::close(&w.app, &w.by(&w.administrator), id).await.unwrap();
    for subject in [SUBJECT, "somebody"] {
        assert!(matches!(signed_in(&w, &provider, subject).await, Err(AppError::OpenIdUnknown { .. })), "{subject}");
    }
    let query = AuditQuery { action: Some("session.refused".into()), ..Default::default() };
    let rows = admin::audit(&w.app, &w.by(&w.administrator), query).await.unwrap().items;
    let about: Vec<_> = rows.iter().map(|row| row.entity_id).collect();
    assert_eq!(about, [uuid::Uuid::nil(), id.uuid()], "newest first");
}

#[tokio::test]
async fn an_address_or_a_name_binds_nobody() {
    let (w, provider) = world().await;
    bind(&w, &w.specialist, SUBJECT).await.unwrap();
    let (origin, input) = said(&w, &provider, "somebody", Signing::Own, |claims| {
        claims["email"] = json!(SUBJECT);
        claims["email_verified"] = json!(true);
        claims["preferred_username"] = json!("specialist1");
    })
    .await;
    assert!(matches!(openid::sign_in(&w.app, &origin, input).await, Err(AppError::OpenIdUnknown { .. })));
}

#[tokio::test]
async fn a_hospital_s_provider_speaks_for_its_own_staff() {
    let (w, provider) = world_with(|settings| settings.hospital = Some("另一家医院".into())).await;
    assert!(matches!(bind(&w, &w.specialist, SUBJECT).await, Err(AppError::Invalid(_))));
    assert!(matches!(signed_in(&w, &provider, SUBJECT).await, Err(AppError::OpenIdUnknown { .. })));
}

#[tokio::test]
async fn who_is_known_by_another_claim_is_found_by_that() {
    let (w, provider) = world_with(|settings| settings.claim = "employee_number".into()).await;
    bind(&w, &w.specialist, "4711").await.unwrap();
    let (origin, input) =
        said(&w, &provider, SUBJECT, Signing::Own, |claims| claims["employee_number"] = json!(4711)).await;
    openid::sign_in(&w.app, &origin, input).await.unwrap();
    let (origin, input) = said(&w, &provider, "4711", Signing::Own, |_| ()).await;
    let without = openid::sign_in(&w.app, &origin, input).await;
    assert!(matches!(without, Err(AppError::OpenIdRefused)), "{:?}", without.err());
}

#[tokio::test]
async fn what_is_said_wrongly_opens_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("openid.secret");
    let mut file = std::fs::File::create(&path).unwrap();
    writeln!(file, "{SECRET}").unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
    let (w, provider) = world_with(|settings| settings.client_secret = Some(path)).await;
    bind(&w, &w.specialist, SUBJECT).await.unwrap();
    let lies: [(&str, Signing, Lie); 10] = [
        ("nonce", Signing::Own, |claims| claims["nonce"] = json!("another")),
        ("no nonce", Signing::Own, |claims| claims["nonce"] = Value::Null),
        ("audience", Signing::Own, |claims| claims["aud"] = json!("another")),
        ("one more audience", Signing::Own, |claims| claims["aud"] = json!([CLIENT, "another"])),
        ("party", Signing::Own, |claims| claims["azp"] = json!("another")),
        ("issuer", Signing::Own, |claims| claims["iss"] = json!("http://127.0.0.1:9")),
        ("another's key", Signing::Foreign, |_| ()),
        ("changed", Signing::Changed, |_| ()),
        ("none", Signing::None, |_| ()),
        ("the client's secret", Signing::Secret, |_| ()),
    ];
    for (what, signing, lie) in lies {
        let (origin, input) = said(&w, &provider, SUBJECT, signing, lie).await;
        let answer = openid::sign_in(&w.app, &origin, input).await;
        assert!(matches!(answer, Err(AppError::OpenIdRefused)), "{what}: {:?}", answer.err());
    }
    let clocks: [(&str, Lie); 2] = [
        ("over", |claims| claims["exp"] = json!(claims["iat"].as_i64().unwrap() - 1)),
        ("of tomorrow", |claims| claims["iat"] = json!(claims["iat"].as_i64().unwrap() + 86_400)),
    ];
    for (what, lie) in clocks {
        let (origin, input) = said(&w, &provider, SUBJECT, Signing::Own, lie).await;
        let answer = openid::sign_in(&w.app, &origin, input).await;
        assert!(matches!(answer, Err(AppError::OpenIdClock)), "{what}: {:?}", answer.err());
    }
    signed_in(&w, &provider, SUBJECT).await.unwrap();
    assert_eq!(w.count(EventKind::SessionOpened).await, 1);
}

#[tokio::test]
async fn an_answer_counts_once_in_the_browser_that_asked_and_in_time() {
    let (w, provider) = world().await;
    bind(&w, &w.specialist, SUBJECT).await.unwrap();
    let (origin, input) = said(&w, &provider, SUBJECT, Signing::Own, |_| ()).await;
    openid::sign_in(&w.app, &origin, input.clone()).await.unwrap();
    let asked = provider.asked();
    let refused = async |origin: &Entrance, input: OpenIdSignIn, what: &str| {
        let answer = openid::sign_in(&w.app, origin, input).await;
        assert!(matches!(answer, Err(AppError::OpenIdRefused)), "{what}: {:?}", answer.err());
        assert_eq!(provider.asked(), asked, "{what}: nobody asked the provider");
    };
    refused(&origin, input, "the same once more").await;
    let (origin, right) = said(&w, &provider, SUBJECT, Signing::Own, |_| ()).await;
    let another = openid::begin(&w.app, &origin, ask()).await.unwrap();
    let (flow, state) = (another.flow.clone(), param(&another.url, "state").unwrap());
    refused(&origin, OpenIdSignIn { state, ..right.clone() }, "another state").await;
    refused(&origin, OpenIdSignIn { flow, ..right.clone() }, "another browser").await;
    refused(&origin, OpenIdSignIn { flow: "x".into(), ..right.clone() }, "no flow").await;
    let iss = Some("https://id.example.org".to_owned());
    refused(&origin, OpenIdSignIn { iss, ..right.clone() }, "another provider").await;
    w.pass(SignedDuration::from_hours(1));
    refused(&w.entrance("desk"), right, "too late").await;
    // A code of another sign-in: the provider knows another challenge for it.
    let (_, first) = said(&w, &provider, SUBJECT, Signing::Own, |_| ()).await;
    let (origin, second) = said(&w, &provider, SUBJECT, Signing::Own, |_| ()).await;
    let stolen = OpenIdSignIn { code: first.code, ..second };
    assert!(matches!(openid::sign_in(&w.app, &origin, stolen).await, Err(AppError::OpenIdRefused)));
}

#[tokio::test]
async fn what_is_signed_asks_for_a_proof_of_now() {
    let (w, provider) = world().await;
    bind(&w, &w.specialist, SUBJECT).await.unwrap();
    bind(&w, &w.other_specialist, "u-2").await.unwrap();
    // The provider knew the person since this morning: the session stands, and proves nothing that is fresh.
    let (origin, input) = said(&w, &provider, SUBJECT, Signing::Own, |claims| {
        claims["auth_time"] = json!(claims["iat"].as_i64().unwrap() - 4 * 3600);
    })
    .await;
    let session = openid::sign_in(&w.app, &origin, input).await.unwrap();
    let proved = async || {
        let known = sessions::known(&w.app, &session.token, None, Errand::Work, w.now()).await;
        known.unwrap().authenticated_at
    };
    assert_eq!(proved().await.as_second(), origin.now.as_second() - 4 * 3600);
    let again = async |subject: &str, lie: Lie| {
        let ctx = under(&w, &w.specialist, &session.token);
        let request = openid::begin_proof(&w.app, &ctx, ask()).await.unwrap();
        assert_eq!(param(&request.url, "prompt").as_deref(), Some("login"));
        assert_eq!(param(&request.url, "max_age").as_deref(), Some("0"));
        let mut claims = provider.claims(&request.url, subject, ctx.now);
        lie(&mut claims);
        let code = provider.grants(&request.url, &claims, Signing::Own);
        (ctx, back(&request, code))
    };
    let (ctx, input) =
        again(SUBJECT, |claims| claims["auth_time"] = json!(claims["iat"].as_i64().unwrap() - 3600)).await;
    assert!(matches!(openid::prove(&w.app, &ctx, input).await, Err(AppError::OpenIdNotFresh)));
    let (ctx, input) = again(SUBJECT, |claims| claims["auth_time"] = Value::Null).await;
    assert!(matches!(openid::prove(&w.app, &ctx, input).await, Err(AppError::OpenIdNotFresh)));
    let (ctx, input) = again("u-2", |_| ()).await;
    assert!(matches!(openid::prove(&w.app, &ctx, input).await, Err(AppError::OpenIdSomebodyElse)));
    // A proof is no sign-in, and a sign-in no proof.
    let (_, input) = again(SUBJECT, |_| ()).await;
    let answer = openid::sign_in(&w.app, &w.entrance("desk"), input).await;
    assert!(matches!(answer, Err(AppError::OpenIdRefused)));
    let (_, input) = said(&w, &provider, SUBJECT, Signing::Own, |_| ()).await;
    let ctx = under(&w, &w.specialist, &session.token);
    assert!(matches!(openid::prove(&w.app, &ctx, input).await, Err(AppError::OpenIdRefused)));
    let (ctx, input) = again(SUBJECT, |_| ()).await;
    openid::prove(&w.app, &ctx, input).await.unwrap();
    assert_eq!(proved().await, ctx.now);
    assert_eq!(w.count(EventKind::SessionReauthenticated).await, 1);
}

#[tokio::test]
async fn where_the_policy_asks_for_a_second_factor_the_provider_vouches_for_one() {
    let (mut w, provider) = world().await;
    w.app.policy = Arc::new(Policy::from_toml("second_factor_of_specialists = 1").unwrap());
    bind(&w, &w.specialist, SUBJECT).await.unwrap();
    assert!(matches!(signed_in(&w, &provider, SUBJECT).await, Err(AppError::OpenIdOneFactor)));
    let (origin, input) =
        said(&w, &provider, SUBJECT, Signing::Own, |claims| claims["amr"] = json!(["pwd", "mfa"])).await;
    assert!(!openid::sign_in(&w.app, &origin, input).await.unwrap().must_enrol);
    let (origin, input) = said(&w, &provider, SUBJECT, Signing::Own, |claims| claims["acr"] = json!("mfa")).await;
    openid::sign_in(&w.app, &origin, input).await.unwrap();
}

#[tokio::test]
async fn who_comes_in_by_the_provider_only_is_refused_with_the_password() {
    let (w, provider) = world_with(|settings| settings.only = true).await;
    let password = |username: &str| SignIn { username: username.into(), password: PASSWORD.into(), code: None };
    let before = sessions::create(&w.app, &w.entrance("desk"), password("specialist1")).await.unwrap();
    bind(&w, &w.specialist, SUBJECT).await.unwrap();
    let refused = sessions::create(&w.app, &w.entrance("desk"), password("specialist1")).await;
    assert!(matches!(refused, Err(AppError::OpenIdOnly)), "{:?}", refused.err());
    let wrong = SignIn { password: "wrong".into(), ..password("specialist1") };
    let refused = sessions::create(&w.app, &w.entrance("desk"), wrong).await;
    assert!(matches!(refused, Err(AppError::BadCredentials)), "who guesses is not told");
    let proof = Proof { password: PASSWORD.into(), code: None };
    let ctx = under(&w, &w.specialist, &before.token);
    assert!(matches!(sessions::reauthenticate(&w.app, &ctx, proof).await, Err(AppError::OpenIdOnly)));
    sessions::create(&w.app, &w.entrance("desk"), password("specialist2")).await.unwrap();
    signed_in(&w, &provider, SUBJECT).await.unwrap();
    // Whose password opens nothing has none to set, though an administrator made a first one.
    let id = w.specialist.actor.staff_id().unwrap();
    let first = staff_accounts::reset_password(&w.app, &w.by(&w.administrator), id).await.unwrap().initial_password;
    let first = SignIn { password: first, ..password("specialist1") };
    let refused = sessions::create(&w.app, &w.entrance("desk"), first).await;
    assert!(matches!(refused, Err(AppError::OpenIdOnly)));
    let session = signed_in(&w, &provider, SUBJECT).await.unwrap();
    assert!(!session.must_set_password && !session.must_enrol);
    sessions::authenticate(&w.app, &session.token, None, Errand::Work, w.now()).await.unwrap();
}

#[tokio::test]
async fn on_a_home_s_tablet_the_password_opens_to_who_comes_in_by_the_provider_only() {
    let (w, _provider) = world_with(|settings| settings.only = true).await;
    bind(&w, &w.nurse, SUBJECT).await.unwrap();
    let password = || SignIn { username: "nurse1".into(), password: PASSWORD.into(), code: None };
    let through_box = Some(yunzhen_relay::seed::HOME_1);
    let tablet = Entrance { through_box, ..w.entrance("box") };
    let session = sessions::create(&w.app, &tablet, password()).await.unwrap();
    let ctx = Context { through_box, ..under(&w, &w.nurse, &session.token) };
    let proof = Proof { password: PASSWORD.into(), code: None };
    sessions::reauthenticate(&w.app, &ctx, proof).await.unwrap();
    let desk = sessions::create(&w.app, &w.entrance("desk"), password()).await;
    assert!(matches!(desk, Err(AppError::OpenIdOnly)), "the rule holds where a provider is reached: {:?}", desk.err());
}

#[tokio::test]
async fn a_new_key_is_fetched_and_a_provider_that_is_down_is_told() {
    let (w, provider) = world().await;
    bind(&w, &w.specialist, SUBJECT).await.unwrap();
    assert!(!openid::list(&w.app).items[0].available, "nobody has looked yet");
    signed_in(&w, &provider, SUBJECT).await.unwrap();
    let listed = openid::list(&w.app).items;
    assert!(listed[0].available);
    let out = listed[0].sign_out_url.clone().unwrap();
    assert!(out.starts_with(&provider.issuer()) && out.contains("post_logout_redirect_uri="), "{out}");
    assert!(!out.contains("id_token"), "{out}");
    provider.change_key();
    signed_in(&w, &provider, SUBJECT).await.unwrap();
    let gone = TestProvider::start().await;
    let issuer = gone.issuer();
    drop(gone);
    let mut w = w;
    w.app.providers = providers(vec![settings(issuer)]).unwrap();
    let down = openid::begin(&w.app, &w.entrance("desk"), ask()).await;
    assert!(matches!(down, Err(AppError::OpenIdDown)), "{:?}", down.err());
    assert!(!openid::list(&w.app).items[0].available);
}

/// A world whose provider is whoever listens here.
async fn world_before(listener: &TcpListener) -> World {
    let mut w = World::new().await;
    let issuer = format!("http://{}", listener.local_addr().unwrap());
    w.app.providers = providers(vec![settings(issuer)]).unwrap();
    w
}

#[tokio::test]
async fn a_provider_that_did_not_answer_is_not_asked_for_everybody_who_comes() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let w = world_before(&listener).await;
    let asked = Arc::new(AtomicUsize::new(0));
    let counted = asked.clone();
    let server = tokio::spawn(async move {
        // Who asks is hung up on at once.
        while listener.accept().await.is_ok() {
            counted.fetch_add(1, Ordering::Relaxed);
        }
    });
    let begin = async || openid::begin(&w.app, &w.entrance("desk"), ask()).await;
    for _ in 0..20 {
        assert!(matches!(begin().await, Err(AppError::OpenIdDown)));
    }
    assert_eq!(asked.load(Ordering::Relaxed), 1);
    // It is asked again soon, so that it is found when it comes back.
    let again = async {
        while asked.load(Ordering::Relaxed) < 2 {
            assert!(matches!(begin().await, Err(AppError::OpenIdDown)));
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(5), again).await.expect("asked again");
    server.abort();
}

#[tokio::test]
async fn who_comes_while_a_provider_hangs_is_told_and_does_not_stand_in_a_line() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let w = world_before(&listener).await;
    let (app, origin) = (w.app.clone(), w.entrance("desk"));
    let first = tokio::spawn(async move { openid::begin(&app, &origin, ask()).await.map(|_| ()) });
    let (_hangs, _) = listener.accept().await.unwrap();
    let origin = w.entrance("desk");
    let others = async {
        let begin = || openid::begin(&w.app, &origin, ask());
        tokio::join!(begin(), begin(), begin())
    };
    let (a, b, c) = tokio::time::timeout(Duration::from_secs(6), others).await.expect("not one after the other");
    for other in [a, b, c] {
        assert!(matches!(other, Err(AppError::OpenIdDown)), "{:?}", other.err());
    }
    assert!(!first.is_finished(), "the first still waits for the provider");
    first.abort();
}

#[tokio::test]
async fn without_a_provider_or_through_a_box_nobody_signs_in_so() {
    let (w, _provider) = world().await;
    let tablet = Entrance { through_box: Some(yunzhen_relay::seed::HOME_1), ..w.entrance("box") };
    assert!(matches!(openid::begin(&w.app, &tablet, ask()).await, Err(AppError::OpenIdOff)));
    let nobody = OpenIdAsk { provider: "elsewhere".into() };
    assert!(matches!(openid::begin(&w.app, &w.entrance("desk"), nobody).await, Err(AppError::OpenIdOff)));
    let without = World::new().await;
    assert!(openid::list(&without.app).items.is_empty());
    assert!(matches!(openid::begin(&without.app, &without.entrance("desk"), ask()).await, Err(AppError::OpenIdOff)));
}

#[test]
fn settings_that_would_let_in_the_wrong_ones_start_no_relay() {
    let good = || settings("https://id.example.org".into());
    assert!(providers(vec![good()]).is_ok());
    let plain = settings("http://id.example.org".into());
    assert!(matches!(providers(vec![plain]), Err(OpenIdError::Issuer { .. })));
    let by_address = ProviderConfig { claim: "email".into(), ..good() };
    assert!(matches!(providers(vec![by_address]), Err(OpenIdError::Claim { .. })));
    let odd = ProviderConfig { id: "Our Hospital".into(), ..good() };
    assert!(matches!(providers(vec![odd]), Err(OpenIdError::Id(_))));
    let second = ProviderConfig { id: "second".into(), hospital: Some("另一家医院".into()), ..good() };
    assert!(matches!(providers(vec![good(), second.clone()]), Err(OpenIdError::NoHospital(_))));
    let first = ProviderConfig { hospital: Some("省人民医院".into()), ..good() };
    assert!(providers(vec![first.clone(), second]).is_ok());
    let twice = ProviderConfig { hospital: Some("另一家医院".into()), ..first.clone() };
    assert!(matches!(providers(vec![first, twice]), Err(OpenIdError::Id(_))));
    let missing = ProviderConfig { client_secret: Some("/nowhere/openid.secret".into()), ..good() };
    assert!(matches!(providers(vec![missing]), Err(OpenIdError::Secret(_))));
    let tls = yunzhen_certs::tls::outgoing_client(None).unwrap();
    let config = OpenIdConfig { providers: vec![good()], authority: None };
    assert!(matches!(Providers::new(&config, None, &tls), Err(OpenIdError::NoPublicUrl)));
}
