//! Passkeys: registered, shown, copied, removed. The authenticator of these tests signs for real.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::SignedDuration;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair as _};
use serde_json::json;
use sha2::{Digest as _, Sha256};
use yunzhen_domain::audit::EventKind;
use yunzhen_domain::policy::Policy;
use yunzhen_domain::records::EndedBy;
use yunzhen_relay::app::sessions::Errand;
use yunzhen_relay::app::views::passkeys::{NewPasskey, Passkey, PasskeyName, PasskeySignIn, RemovePasskey};
use yunzhen_relay::app::views::second_factors::Proof;
use yunzhen_relay::app::views::sessions::{Session, SignIn};
use yunzhen_relay::app::{AppError, Context, Entrance, passkeys, sessions};
use yunzhen_relay::config::PublicUrl;

use crate::world::{PASSWORD, Person, World};

const ORIGIN: &str = "https://clinic.example.org";
const HOST: &str = "clinic.example.org";

async fn world() -> World {
    let mut w = World::new().await;
    w.app.public_url = Some(PublicUrl::try_from(format!("{ORIGIN}/")).unwrap());
    w
}

/// A telephone that has one passkey, and the page that it is shown to.
struct Authenticator {
    key: EcdsaKeyPair,
    count: u32,
    origin: &'static str,
    host: &'static str,
    /// Present and verified.
    flags: u8,
}

impl Authenticator {
    fn new() -> Self {
        let random = SystemRandom::new();
        let pkcs8 = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &random).unwrap();
        let key = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, pkcs8.as_ref(), &random).unwrap();
        Self { key, count: 1, origin: ORIGIN, host: HOST, flags: 0x05 }
    }

    fn credential_id(&self) -> Vec<u8> {
        Sha256::digest(self.key.public_key().as_ref())[..16].to_vec()
    }

    fn said(&self, kind: &str, challenge: &str) -> String {
        json!({"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": false}).to_string()
    }

    fn data(&self, more: u8) -> Vec<u8> {
        let mut data = Sha256::digest(self.host.as_bytes()).to_vec();
        data.push(self.flags | more);
        data.extend(self.count.to_be_bytes());
        data
    }

    fn makes(&self, challenge: &str, name: &str) -> NewPasskey {
        let mut data = self.data(0x40);
        data.extend([0; 16]);
        data.extend([0, 16]);
        data.extend(self.credential_id());
        let point = self.key.public_key().as_ref();
        data.extend([0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20]);
        data.extend(&point[1..33]);
        data.extend([0x22, 0x58, 0x20]);
        data.extend(&point[33..]);
        let mut object = b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x58".to_vec();
        object.push(u8::try_from(data.len()).unwrap());
        object.extend(data);
        NewPasskey {
            name: name.into(),
            client_data: URL_SAFE_NO_PAD.encode(self.said("webauthn.create", challenge)),
            attestation_object: URL_SAFE_NO_PAD.encode(object),
        }
    }

    fn shows(&mut self, challenge: &str) -> PasskeySignIn {
        self.count += 1;
        let (said, data) = (self.said("webauthn.get", challenge), self.data(0));
        let signed = [&data[..], &Sha256::digest(said.as_bytes())[..]].concat();
        let signature = self.key.sign(&SystemRandom::new(), &signed).unwrap();
        PasskeySignIn {
            credential_id: URL_SAFE_NO_PAD.encode(self.credential_id()),
            client_data: URL_SAFE_NO_PAD.encode(said),
            authenticator_data: URL_SAFE_NO_PAD.encode(data),
            signature: URL_SAFE_NO_PAD.encode(signature.as_ref()),
            user_handle: None,
        }
    }
}

async fn with_password(w: &World, username: &str) -> Session {
    let input = SignIn { username: username.into(), password: PASSWORD.into(), code: None };
    sessions::create(&w.app, &w.entrance("desk"), input).await.unwrap()
}

fn under(w: &World, person: &Person, token: &str) -> Context {
    Context { session_token: token.to_owned().into(), ..w.by(person) }
}

async fn begun(w: &World, person: &Person, token: &str) -> String {
    let proof = Proof { password: PASSWORD.into(), code: None };
    passkeys::begin(&w.app, &under(w, person, token), proof).await.unwrap().challenge
}

/// Signs in with the password and registers a passkey; the session goes on under the token that is given back.
async fn registered(w: &World, person: &Person, username: &str) -> (Authenticator, Passkey, String) {
    let session = with_password(w, username).await;
    let telephone = Authenticator::new();
    let challenge = begun(w, person, &session.token).await;
    let input = telephone.makes(&challenge, "我的手机");
    let made = passkeys::register(&w.app, &under(w, person, &session.token), input).await.unwrap();
    (telephone, made.passkey, made.token)
}

fn removal(passkey: &Passkey, password: &str) -> RemovePasskey {
    RemovePasskey { id: passkey.id, password: password.into(), code: None }
}

fn called(name: &str, password: &str) -> PasskeyName {
    PasskeyName { name: name.into(), password: password.into(), code: None }
}

fn ask(w: &World) -> String {
    passkeys::ask(&w.app, &w.entrance("desk")).unwrap().challenge
}

async fn show(w: &World, input: PasskeySignIn) -> Result<Session, AppError> {
    passkeys::sign_in(&w.app, &w.entrance("desk"), input).await
}

fn bad(answer: Result<Session, AppError>) {
    assert!(matches!(answer, Err(AppError::BadPasskey)), "{:?}", answer.err());
}

#[tokio::test]
async fn a_passkey_alone_signs_in_until_it_is_removed() {
    let w = world().await;
    let (mut telephone, passkey, token) = registered(&w, &w.specialist, "specialist1").await;
    let session = show(&w, telephone.shows(&ask(&w))).await.unwrap();
    assert_eq!(Some(session.staff.id), w.specialist.actor.staff_id());
    sessions::authenticate(&w.app, &session.token, None, Errand::Work, w.now()).await.unwrap();
    let ctx = || under(&w, &w.specialist, &token);
    let listed = passkeys::list(&w.app, &ctx()).await.unwrap();
    assert!(listed.available && listed.items[0].last_used_at.is_some(), "{listed:?}");
    let renamed = passkeys::rename(&w.app, &ctx(), passkey.id, called("值班室电脑", PASSWORD)).await;
    assert_eq!(renamed.unwrap().name, "值班室电脑");
    // Nobody else's hands are on it.
    let other = with_password(&w, "specialist2").await;
    let theirs = under(&w, &w.other_specialist, &other.token);
    let not_theirs = passkeys::remove(&w.app, &theirs, removal(&passkey, PASSWORD)).await;
    assert!(matches!(not_theirs, Err(AppError::Invalid(_))), "{:?}", not_theirs.err());
    let by_it = show(&w, telephone.shows(&ask(&w))).await.unwrap();
    let renewed = passkeys::remove(&w.app, &ctx(), removal(&passkey, PASSWORD)).await.unwrap();
    // Whoever was in by it is out, and this session goes on under another token.
    let answer = sessions::authenticate(&w.app, &by_it.token, None, Errand::Work, w.now()).await;
    assert!(matches!(answer, Err(AppError::SessionRevoked(EndedBy::Person))), "{answer:?}");
    let answer = sessions::authenticate(&w.app, &token, None, Errand::Work, w.now()).await;
    assert!(matches!(answer, Err(AppError::Unauthenticated)), "{answer:?}");
    let here = under(&w, &w.specialist, &renewed.token);
    sessions::authenticate(&w.app, &renewed.token, None, Errand::Work, w.now()).await.unwrap();
    let twice = passkeys::remove(&w.app, &here, removal(&passkey, PASSWORD)).await;
    assert!(matches!(twice, Err(AppError::Invalid(_))), "{:?}", twice.err());
    bad(show(&w, telephone.shows(&ask(&w))).await);
    let events = [EventKind::PasskeyRegistered, EventKind::PasskeyRenamed, EventKind::PasskeyRemoved];
    for event in events {
        assert_eq!(w.count(event).await, 1, "{event:?}");
    }
}

#[tokio::test]
async fn a_stolen_session_removes_and_renames_no_passkey_and_its_guesses_are_counted() {
    let w = world().await;
    let (mut telephone, passkey, token) = registered(&w, &w.specialist, "specialist1").await;
    let ctx = || under(&w, &w.specialist, &token);
    let mut tries = 0;
    loop {
        let removed = passkeys::remove(&w.app, &ctx(), removal(&passkey, "guess")).await.err();
        let renamed = passkeys::rename(&w.app, &ctx(), passkey.id, called("x", "guess")).await.err();
        match (removed, renamed) {
            (Some(AppError::Throttled { .. }), Some(AppError::Throttled { .. })) => break,
            (Some(AppError::Invalid(_)), Some(AppError::Invalid(_) | AppError::Throttled { .. })) => tries += 1,
            other => panic!("{other:?}"),
        }
        assert!(tries < 10, "nobody stops it");
    }
    // The same counter as at the door: the right password waits as well.
    let waits = passkeys::remove(&w.app, &ctx(), removal(&passkey, PASSWORD)).await;
    assert!(matches!(waits, Err(AppError::Throttled { .. })), "{:?}", waits.err());
    assert_eq!(passkeys::list(&w.app, &ctx()).await.unwrap().items[0].name, passkey.name);
    show(&w, telephone.shows(&ask(&w))).await.unwrap();
}

#[tokio::test]
async fn who_signs_in_while_the_passkey_is_renamed_or_removed_writes_back_nothing_old() {
    let w = world().await;
    let (mut telephone, passkey, token) = registered(&w, &w.specialist, "specialist1").await;
    // At the panel of the account, while the telephone is shown at the door.
    let panel = under(&w, &w.specialist, &token);
    let (shown, renamed) = tokio::join!(
        show(&w, telephone.shows(&ask(&w))),
        passkeys::rename(&w.app, &panel, passkey.id, called("值班室电脑", PASSWORD))
    );
    assert!(shown.is_ok() && renamed.is_ok(), "{:?} {:?}", shown.err(), renamed.err());
    let listed = passkeys::list(&w.app, &panel).await.unwrap().items.remove(0);
    assert_eq!((listed.name.as_str(), listed.last_used_at.is_some()), ("值班室电脑", true));
    let (shown, removed) = tokio::join!(
        show(&w, telephone.shows(&ask(&w))),
        passkeys::remove(&w.app, &panel, removal(&passkey, PASSWORD))
    );
    assert!(removed.is_ok(), "{:?}", removed.err());
    match shown {
        // It was first, and is out by the removal.
        Ok(session) => {
            let answer = sessions::authenticate(&w.app, &session.token, None, Errand::Work, w.now()).await;
            assert!(matches!(answer, Err(AppError::SessionRevoked(EndedBy::Person))), "{answer:?}");
        }
        Err(error) => assert!(matches!(error, AppError::BadPasskey), "{error:?}"),
    }
}

#[tokio::test]
async fn what_was_shown_elsewhere_to_another_question_or_changed_opens_nothing() {
    let w = world().await;
    let (mut telephone, ..) = registered(&w, &w.specialist, "specialist1").await;
    let once = telephone.shows(&ask(&w));
    show(&w, once.clone()).await.unwrap();
    bad(show(&w, once).await);
    let of_registration = {
        let session = with_password(&w, "specialist1").await;
        begun(&w, &w.specialist, &session.token).await
    };
    bad(show(&w, telephone.shows(&of_registration)).await);
    telephone.origin = "https://clinic.example.org.evil.example";
    bad(show(&w, telephone.shows(&ask(&w))).await);
    (telephone.origin, telephone.host) = (ORIGIN, "evil.example");
    bad(show(&w, telephone.shows(&ask(&w))).await);
    // The throttle does not tell a telephone that goes wrong from one who guesses.
    w.pass(SignedDuration::from_hours(2));
    (telephone.host, telephone.flags) = (HOST, 0x01);
    bad(show(&w, telephone.shows(&ask(&w))).await);
    telephone.flags = 0x05;
    let mut changed = telephone.shows(&ask(&w));
    changed.user_handle = Some(URL_SAFE_NO_PAD.encode([7; 16]));
    bad(show(&w, changed).await);
    let mut forged = telephone.shows(&ask(&w));
    forged.signature = Authenticator::new().shows("x").signature;
    bad(show(&w, forged).await);
    let late = ask(&w);
    w.pass(SignedDuration::from_hours(2));
    bad(show(&w, telephone.shows(&late)).await);
    show(&w, telephone.shows(&ask(&w))).await.unwrap();
}

#[tokio::test]
async fn a_passkey_that_counts_less_than_before_is_told_and_opens_nothing_more() {
    let w = world().await;
    let (mut telephone, _, token) = registered(&w, &w.specialist, "specialist1").await;
    show(&w, telephone.shows(&ask(&w))).await.unwrap();
    telephone.count = 1;
    let copied = show(&w, telephone.shows(&ask(&w))).await;
    assert!(matches!(copied, Err(AppError::PasskeyCopied)), "{:?}", copied.err());
    // The one that counted on is no better: nobody knows which of the two it is.
    telephone.count = 100;
    let stopped = show(&w, telephone.shows(&ask(&w))).await;
    assert!(matches!(stopped, Err(AppError::PasskeyCopied)), "{:?}", stopped.err());
    let listed = passkeys::list(&w.app, &under(&w, &w.specialist, &token)).await.unwrap().items;
    assert!(listed[0].count_fell_at.is_some());
    assert_eq!(w.count(EventKind::PasskeyCountFell).await, 2);
    with_password(&w, "specialist1").await;
}

#[tokio::test]
async fn is_registered_by_a_verified_person_who_said_the_password_and_only_once() {
    let w = world().await;
    let session = with_password(&w, "specialist1").await;
    let ctx = || under(&w, &w.specialist, &session.token);
    let wrong = Proof { password: "wrong".into(), code: None };
    assert!(matches!(passkeys::begin(&w.app, &ctx(), wrong).await, Err(AppError::Invalid(_))));
    let mut telephone = Authenticator::new();
    let challenge = begun(&w, &w.specialist, &session.token).await;
    let refused = async |input: NewPasskey| {
        let answer = passkeys::register(&w.app, &ctx(), input).await;
        assert!(matches!(answer, Err(AppError::Invalid(_))), "{:?}", answer.err());
    };
    telephone.flags = 0x01;
    refused(telephone.makes(&challenge, "x")).await;
    telephone.flags = 0x05;
    telephone.host = "evil.example";
    refused(telephone.makes(&challenge, "x")).await;
    telephone.host = HOST;
    refused(telephone.makes(&ask(&w), "x")).await;
    refused(telephone.makes(&challenge, " ")).await;
    let made = passkeys::register(&w.app, &ctx(), telephone.makes(&challenge, "x")).await.unwrap();
    // The same challenge, and the same passkey to another one.
    let again = under(&w, &w.specialist, &made.token);
    let twice = passkeys::register(&w.app, &again, telephone.makes(&challenge, "x")).await;
    assert!(matches!(twice, Err(AppError::Invalid(_))));
    let challenge = begun(&w, &w.specialist, &made.token).await;
    let twice = passkeys::register(&w.app, &again, telephone.makes(&challenge, "x")).await;
    assert!(matches!(twice, Err(AppError::Invalid(_))));
}

#[tokio::test]
async fn a_passkey_is_a_second_factor_by_itself() {
    let mut w = world().await;
    w.app.policy = Arc::new(Policy { second_factor_of_specialists: 1, ..Policy::default() });
    assert!(with_password(&w, "specialist1").await.must_enrol);
    let (mut telephone, passkey, token) = registered(&w, &w.specialist, "specialist1").await;
    sessions::authenticate(&w.app, &token, None, Errand::Work, w.now()).await.unwrap();
    assert!(!show(&w, telephone.shows(&ask(&w))).await.unwrap().must_enrol);
    let kept = passkeys::remove(&w.app, &under(&w, &w.specialist, &token), removal(&passkey, PASSWORD)).await;
    assert!(matches!(kept, Err(AppError::Invalid(_))), "the last one stays: {:?}", kept.err());
}

#[tokio::test]
async fn a_stolen_password_sets_up_no_second_factor_beside_a_passkey() {
    let mut w = world().await;
    w.app.policy = Arc::new(Policy { second_factor_of_specialists: 1, ..Policy::default() });
    let (mut telephone, ..) = registered(&w, &w.specialist, "specialist1").await;
    let knock = async || {
        let input = SignIn { username: "specialist1".into(), password: PASSWORD.into(), code: None };
        sessions::create(&w.app, &w.entrance("desk"), input).await
    };
    let alone = knock().await;
    assert!(matches!(alone, Err(AppError::PasskeyNeeded)), "{:?}", alone.err());
    assert!(!show(&w, telephone.shows(&ask(&w))).await.unwrap().must_enrol);
    // A passkey that opens nothing any more is none: its owner sets up another one.
    telephone.count = 1;
    let copied = show(&w, telephone.shows(&ask(&w))).await;
    assert!(matches!(copied, Err(AppError::PasskeyCopied)), "{:?}", copied.err());
    assert!(knock().await.unwrap().must_enrol);
}

#[tokio::test]
async fn on_this_machine_each_person_s_host_has_passkeys_of_its_own() {
    let mut w = World::new().await;
    w.app.public_url = Some(PublicUrl::try_from("http://localhost:8080".to_owned()).unwrap());
    let session = with_password(&w, "specialist1").await;
    let (origin, host) = ("http://specialist.localhost:8080", "specialist.localhost");
    let mut telephone = Authenticator { origin, host, ..Authenticator::new() };
    let challenge = begun(&w, &w.specialist, &session.token).await;
    let ctx = under(&w, &w.specialist, &session.token);
    passkeys::register(&w.app, &ctx, telephone.makes(&challenge, "x")).await.unwrap();
    show(&w, telephone.shows(&ask(&w))).await.unwrap();
    // What was made for one host is shown to no other, nor to another port.
    for origin in ["http://nurse.localhost:8080", "http://localhost:8080", "http://specialist.localhost:8081"] {
        telephone.origin = origin;
        bad(show(&w, telephone.shows(&ask(&w))).await);
    }
}

#[tokio::test]
async fn there_are_none_without_an_address_nor_through_a_box() {
    let mut w = world().await;
    let (mut telephone, ..) = registered(&w, &w.nurse, "nurse1").await;
    let other_home = Entrance { through_box: w.nurse_of_other_home.actor.home_id(), ..w.entrance("box") };
    let input = telephone.shows(&ask(&w));
    bad(passkeys::sign_in(&w.app, &other_home, input).await);
    w.app.public_url = None;
    assert!(matches!(passkeys::ask(&w.app, &w.entrance("desk")), Err(AppError::PasskeysOff)));
}
