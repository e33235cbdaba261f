//! Who may sign, with which key, how long after proving who it is; and that what was signed for one is worth nothing for another.

use jiff::SignedDuration;
use yunzhen_certs::proof::Claim;
use yunzhen_certs::sign::DocumentKey;
use yunzhen_domain::audit::EventKind;
use yunzhen_domain::documents::DocumentError;
use yunzhen_domain::licence::LicenceGap;
use yunzhen_domain::machines::prescription::State;
use yunzhen_domain::machines::signing_key::State as KeyState;
use yunzhen_relay::app::licences::Watched;
use yunzhen_relay::app::views::common::{ReasonBody, VersionBody};
use yunzhen_relay::app::views::licences::{LicenceGap as ToldGap, LicenceStanding, LicenceUpdate};
use yunzhen_relay::app::views::prescriptions::{Prescription, SignBody, SigningDocument};
use yunzhen_relay::app::views::second_factors::Proof;
use yunzhen_relay::app::views::sessions::SignIn;
use yunzhen_relay::app::views::signing_keys::{CertificateBody, NewSigningKey, PublicKeyJwk, SigningKey};
use yunzhen_relay::app::{AppError, Context, admin, licences, prescriptions, sessions, signing_keys, staff_accounts};
use yunzhen_relay::config::KeyApproval;

use crate::registry::paths;
use crate::world::{PASSWORD, Person, World, draft};

/// What a browser sends for a key that it has just made.
fn enrolment(w: &World, person: &Person, key: &DocumentKey) -> NewSigningKey {
    let claim = Claim::new(person.actor.staff_id().unwrap(), w.now());
    let jwk = key.public_jwk();
    NewSigningKey {
        public_key_jwk: PublicKeyJwk { kty: jwk.kty, crv: jwk.crv, x: jwk.x, y: jwk.y },
        proof_jws: key.proof(&claim).unwrap(),
        device: "门诊二号机 Chrome".to_owned(),
    }
}

async fn asked(w: &World, person: &Person, key: &DocumentKey) -> SigningKey {
    signing_keys::request(&w.app, &w.by(person), enrolment(w, person, key)).await.unwrap()
}

async fn written(w: &World, resident: &str) -> Prescription {
    let c = w.in_progress(resident).await;
    w.draft(c.id, draft("I10", &[("amlodipine-5mg", 7)])).await
}

async fn to_sign(w: &World, p: &Prescription) -> String {
    let seen = VersionBody { version: p.version };
    let SigningDocument { document } =
        prescriptions::signing_document(&w.app, &w.by(&w.specialist), p.id, seen).await.unwrap();
    document
}

#[tokio::test]
async fn a_key_signs_from_the_administrator_s_approval_to_its_revocation() {
    let w = World::new().await;
    let key = DocumentKey::generate().unwrap();
    let waiting = asked(&w, &w.specialist, &key).await;
    assert_eq!((waiting.state, waiting.fingerprint.len()), (KeyState::Requested, 39));
    assert_eq!(asked(&w, &w.specialist, &key).await.id, waiting.id, "the same key is one request");
    assert_eq!(w.count(EventKind::SigningKeyRequested).await, 1);

    // Nobody approves the own key, and nobody sees another's.
    let seen = VersionBody { version: waiting.version };
    let own = signing_keys::approve(&w.app, &w.by(&w.specialist), waiting.id, seen.clone()).await;
    assert!(matches!(own, Err(AppError::Forbidden)), "{own:?}");
    let other = signing_keys::approve(&w.app, &w.by(&w.pharmacist), waiting.id, seen.clone()).await;
    assert!(matches!(other, Err(AppError::NotFound)), "{other:?}");
    let of_another = signing_keys::list(&w.app, &w.by(&w.other_specialist)).await.unwrap().items;
    assert!(of_another.iter().all(|key| key.id != waiting.id));

    // The number of a licence is no record, and no key is let in by it.
    w.forget_licence(&w.specialist).await;
    let early = signing_keys::approve(&w.app, &w.by(&w.administrator), waiting.id, seen.clone()).await;
    assert!(matches!(early, Err(AppError::LicenceIncomplete(LicenceGap::Nothing))), "{early:?}");
    let update = LicenceUpdate {
        version: 0,
        number: "110330000000001".to_owned(),
        hospital: "市第一人民医院".to_owned(),
        specialty: "心血管内科".to_owned(),
        valid_until: None,
    };
    let id = w.specialist.actor.staff_id().unwrap();
    licences::record(&w.app, &w.by(&w.administrator), id, update).await.unwrap();
    let approved = signing_keys::approve(&w.app, &w.by(&w.administrator), waiting.id, seen).await.unwrap();
    assert_eq!((approved.state, approved.key_sha256.clone()), (KeyState::Approved, key.public_jwk().sha256().unwrap()));
    assert!(approved.request.unwrap().contains("proof_jws"), "the file for `certs sign-request`");

    let before = w.signed().await;
    // The key of the world's specialist is revoked by the person: what was signed stays, nothing more is signed.
    let mine = signing_keys::list(&w.app, &w.by(&w.specialist)).await.unwrap().items;
    let mine = mine.into_iter().find(|key| key.id != waiting.id).unwrap();
    let why = ReasonBody { version: mine.version, reason: "换了电脑".to_owned() };
    let revoked = signing_keys::revoke(&w.app, &w.by(&w.specialist), mine.id, why).await.unwrap();
    assert_eq!(revoked.state, KeyState::Revoked);
    let p = written(&w, "赵德明").await;
    let after = w.try_sign(&p).await;
    assert!(matches!(after, Err(AppError::SigningKeyNotInForce(Some(KeyState::Revoked)))), "{after:?}");
    assert_eq!(w.see(before.id).await.state, State::Signed);
    let list = signing_keys::revoked(&w.app, &w.by(&w.administrator)).await.unwrap();
    assert_eq!(list.keys.iter().map(|key| &key.key_sha256).collect::<Vec<_>>(), [&revoked.key_sha256]);
    assert_eq!(Some(list.keys[0].revoked_at), revoked.revoked_at);
}

#[tokio::test]
async fn a_certificate_of_an_offline_authority_is_kept_for_its_own_key_only() {
    let w = World::new().await;
    let mine = signing_keys::list(&w.app, &w.by(&w.specialist)).await.unwrap().items.remove(0);
    let bring = async |by: &Person, key: &SigningKey, pem: String| {
        let body = CertificateBody { version: key.version, certificate_chain_pem: pem };
        signing_keys::certify(&w.app, &w.by(by), key.id, body).await
    };
    let own = bring(&w.specialist, &mine, w.specialist.chain_pem()).await;
    assert!(matches!(own, Err(AppError::Forbidden)), "{own:?}");
    for wrong in ["no certificate".to_owned(), w.other_specialist.chain_pem(), w.pharmacist.chain_pem()] {
        assert_eq!(paths(bring(&w.administrator, &mine, wrong).await), ["certificate_chain_pem"]);
    }
    let waiting = asked(&w, &w.specialist, &DocumentKey::generate().unwrap()).await;
    let early = bring(&w.administrator, &waiting, w.specialist.chain_pem()).await;
    assert_eq!(paths(early), ["certificate_chain_pem"], "of another key, and not approved");
    let certified = bring(&w.administrator, &mine, w.specialist.chain_pem()).await.unwrap().certificate.unwrap();
    assert_eq!(certified.x5c.len(), 2);
    assert_eq!(w.count(EventKind::SigningKeyCertified).await, 1);
}

#[tokio::test]
async fn only_who_holds_the_key_may_ask_for_it() {
    let w = World::new().await;
    let (key, other) = (DocumentKey::generate().unwrap(), DocumentKey::generate().unwrap());
    let good = enrolment(&w, &w.specialist, &key);
    let jwk = other.public_jwk();
    let stolen = NewSigningKey {
        public_key_jwk: PublicKeyJwk { kty: jwk.kty, crv: jwk.crv, x: jwk.x, y: jwk.y },
        ..good.clone()
    };
    assert_eq!(paths(signing_keys::request(&w.app, &w.by(&w.specialist), stolen).await), ["proof_jws"]);
    let of_another = signing_keys::request(&w.app, &w.by(&w.other_specialist), good.clone()).await;
    assert_eq!(paths(of_another), ["proof_jws"]);
    let mut curve = good.clone();
    curve.public_key_jwk.crv = "P-384".to_owned();
    assert_eq!(paths(signing_keys::request(&w.app, &w.by(&w.specialist), curve).await), ["proof_jws"]);
    for nobody in [&w.nurse, &w.administrator] {
        let refused = signing_keys::request(&w.app, &w.by(nobody), good.clone()).await;
        assert!(matches!(refused, Err(AppError::NotFound)), "{refused:?}");
    }
    w.pass(SignedDuration::from_mins(11));
    assert_eq!(paths(signing_keys::request(&w.app, &w.by(&w.specialist), good).await), ["proof_jws"]);
    for _ in 0..3 {
        asked(&w, &w.specialist, &DocumentKey::generate().unwrap()).await;
    }
    let fourth = enrolment(&w, &w.specialist, &DocumentKey::generate().unwrap());
    assert_eq!(paths(signing_keys::request(&w.app, &w.by(&w.specialist), fourth).await), ["public_key_jwk"]);
}

#[tokio::test]
async fn where_nobody_compares_fingerprints_a_key_signs_at_once_and_the_log_says_so() {
    let mut w = World::new().await;
    w.app = w.app.clone().with_key_approval(KeyApproval::AtOnce);
    let key = asked(&w, &w.specialist, &DocumentKey::generate().unwrap()).await;
    assert_eq!((key.state, key.decided_by), (KeyState::Approved, None));
    assert_eq!(w.count(EventKind::SigningKeyApproved).await, 1);
}

#[tokio::test]
async fn a_key_that_is_let_in_by_nobody_waits_as_well_until_the_licence_is_on_record() {
    let mut w = World::new().await;
    w.app = w.app.clone().with_key_approval(KeyApproval::AtOnce);
    w.forget_licence(&w.specialist).await;
    let key = asked(&w, &w.specialist, &DocumentKey::generate().unwrap()).await;
    assert_eq!((key.state, key.decided_by), (KeyState::Requested, None));
    assert_eq!(w.count(EventKind::SigningKeyApproved).await, 0);
    let seen = VersionBody { version: key.version };
    let early = signing_keys::approve(&w.app, &w.by(&w.administrator), key.id, seen).await;
    assert!(matches!(early, Err(AppError::LicenceIncomplete(LicenceGap::Nothing))), "{early:?}");
}

#[tokio::test]
async fn a_key_says_what_the_licence_of_its_holder_lacks_as_the_relay_judges_it() {
    let w = World::new().await;
    let told = async || {
        let items = signing_keys::list(&w.app, &w.by(&w.administrator)).await.unwrap().items;
        let of = |person: &Person| {
            let id = person.actor.staff_id().unwrap();
            items.iter().find(|key| key.staff.id == id).unwrap().licence_gap
        };
        (of(&w.specialist), of(&w.pharmacist))
    };
    assert_eq!(told().await, (None, None));
    w.forget_licence(&w.specialist).await;
    let pharmacist = w.pharmacist.actor.staff_id().unwrap();
    let of_pharmacist =
        |end: &str| format!("UPDATE staff_licences SET valid_until = {end} WHERE staff_id = '{pharmacist}'");
    w.behind_its_back(&of_pharmacist("NULL")).await;
    assert_eq!(told().await, (Some(ToldGap::Nothing), Some(ToldGap::NoEnd)), "a pharmacist's registration has an end");
    w.behind_its_back(&of_pharmacist("'2026-01-01'")).await;
    assert_eq!(told().await.1, Some(ToldGap::Over));
}

#[tokio::test]
async fn a_key_that_was_approved_before_licences_were_recorded_signs_nothing_without_one() {
    let w = World::new().await;
    let claimed = w.claim(&w.signed().await).await;
    let p = written(&w, "赵德明").await;
    let document = to_sign(&w, &p).await;
    w.forget_licence(&w.specialist).await;
    let direct = SignBody { version: p.version, jws: w.specialist.sign(&document) };
    let refused = prescriptions::sign(&w.app, &w.by(&w.specialist), p.id, direct).await;
    assert!(matches!(refused, Err(AppError::Licence(LicenceGap::Nothing))), "{refused:?}");
    let prepared = w.try_sign(&p).await;
    assert!(matches!(prepared, Err(AppError::Licence(LicenceGap::Nothing))), "said before it is signed: {prepared:?}");
    assert_eq!(w.see(p.id).await.state, State::Draft);

    // The end of a pharmacist's registration is one of the facts.
    let id = w.pharmacist.actor.staff_id().unwrap();
    w.behind_its_back(&format!("UPDATE staff_licences SET valid_until = NULL WHERE staff_id = '{id}'")).await;
    let seen = VersionBody { version: claimed.version };
    let unending = prescriptions::approval_document(&w.app, &w.by(&w.pharmacist), claimed.id, seen).await;
    assert!(matches!(unending, Err(AppError::Licence(LicenceGap::NoEnd))), "{unending:?}");
}

#[tokio::test]
async fn who_signs_without_a_licence_on_record_is_told_before_the_signature_fails() {
    let w = World::new().await;
    let (specialist, pharmacist) = (w.specialist.actor.staff_id().unwrap(), w.pharmacist.actor.staff_id().unwrap());
    let told = async || {
        let all = admin::staff(&w.app, &w.by(&w.administrator)).await.unwrap().items;
        let of = |id| all.iter().find(|member| member.id == id).unwrap().licence_gap;
        (of(specialist), of(pharmacist), all.iter().filter(|member| member.licence_gap.is_some()).count())
    };
    assert_eq!(told().await, (None, None, 0), "the others sign nothing");
    assert_eq!(licences::watch(&w.app, w.now()).await.unwrap(), Watched::default());

    w.forget_licence(&w.specialist).await;
    w.behind_its_back(&format!("UPDATE staff_licences SET valid_until = NULL WHERE staff_id = '{pharmacist}'")).await;
    assert_eq!(told().await, (Some(ToldGap::Nothing), Some(ToldGap::NoEnd), 2));
    assert_eq!(licences::watch(&w.app, w.now()).await.unwrap(), Watched { missing: 2, ..Watched::default() });
    let with = SignIn { username: "specialist1".into(), password: PASSWORD.into(), code: None };
    let session = sessions::create(&w.app, &w.entrance("a"), with).await.unwrap();
    assert_eq!(session.staff.licence_gap, Some(ToldGap::Nothing), "as soon as they sign in");
    let by_session = Context { session_token: session.token.clone().into(), ..w.by(&w.specialist) };
    let own = sessions::current(&w.app, &by_session).await.unwrap().staff;
    assert_eq!(own.licence_gap, Some(ToldGap::Nothing));

    // What is over counts as that and not as missing; a closed account misses nothing.
    let update = LicenceUpdate {
        version: 0,
        number: "110330000000001".to_owned(),
        hospital: "市第一人民医院".to_owned(),
        specialty: "心血管内科".to_owned(),
        valid_until: Some("2026-11-22".parse().unwrap()),
    };
    licences::record(&w.app, &w.by(&w.administrator), specialist, update).await.unwrap();
    staff_accounts::close(&w.app, &w.by(&w.administrator), pharmacist).await.unwrap();
    assert_eq!(told().await, (Some(ToldGap::Over), None, 1));
    assert_eq!(licences::watch(&w.app, w.now()).await.unwrap(), Watched { over: 1, ..Watched::default() });
}

#[tokio::test]
async fn a_signature_five_minutes_after_the_last_proof_of_identity_asks_for_the_password() {
    let w = World::new().await;
    let with = SignIn { username: "specialist1".into(), password: PASSWORD.into(), code: None };
    let session = sessions::create(&w.app, &w.entrance("a"), with).await.unwrap();
    let p = written(&w, "王秀英").await;
    w.pass(SignedDuration::from_mins(5));
    let document = to_sign(&w, &p).await;
    // The page sends the very same command again, under the same key, once the password was right.
    let command = w.by(&w.specialist);
    let jws = w.specialist.sign(&document);
    let send = async || {
        let now = w.now();
        let known = sessions::known(&w.app, &session.token, None, sessions::Errand::Work, now).await.unwrap();
        let ctx = Context { now, authenticated_at: known.authenticated_at, ..command.clone() };
        prescriptions::sign(&w.app, &ctx, p.id, SignBody { version: p.version, jws: jws.clone() }).await
    };
    let asked = send().await;
    assert!(matches!(asked, Err(AppError::Reauthenticate { minutes: 5 })), "{asked:?}");

    let by_session = || Context { session_token: session.token.clone().into(), ..w.by(&w.specialist) };
    let prove = async |password: &str| {
        sessions::reauthenticate(&w.app, &by_session(), Proof { password: password.to_owned(), code: None }).await
    };
    assert_eq!(paths(prove("wrong").await), ["password"]);
    assert!(matches!(send().await, Err(AppError::Reauthenticate { .. })), "a wrong password proves nothing");
    prove(PASSWORD).await.unwrap();
    assert_eq!(w.count(EventKind::SessionReauthenticated).await, 1);
    let signed = send().await.unwrap();
    assert_eq!(signed.state, State::Signed);
    assert_eq!(send().await.unwrap().version, signed.version, "a retry gets the first answer");
}

#[tokio::test]
async fn wrong_passwords_before_a_signature_are_throttled_as_those_of_signing_in() {
    let w = World::new().await;
    let with = SignIn { username: "specialist1".into(), password: PASSWORD.into(), code: None };
    let session = sessions::create(&w.app, &w.entrance("a"), with).await.unwrap();
    let wrong = async || {
        let ctx = Context { session_token: session.token.clone().into(), ..w.by(&w.specialist) };
        sessions::reauthenticate(&w.app, &ctx, Proof { password: "wrong".to_owned(), code: None }).await
    };
    let mut tries = 0;
    while !matches!(wrong().await, Err(AppError::Throttled { .. })) {
        tries += 1;
        assert!(tries < 10, "nobody stops it");
    }
    assert!(tries >= 5);
}

#[tokio::test]
async fn a_licence_that_is_over_signs_nothing_and_its_history_is_kept() {
    let w = World::new().await;
    let id = w.specialist.actor.staff_id().unwrap();
    w.forget_licence(&w.specialist).await;
    let enter = async |by: &Person, version: i64, until: Option<&str>| {
        let update = LicenceUpdate {
            version,
            number: "110330000000001".to_owned(),
            hospital: "市第一人民医院".to_owned(),
            specialty: "心血管内科".to_owned(),
            valid_until: until.map(|day| day.parse().unwrap()),
        };
        licences::record(&w.app, &w.by(by), id, update).await
    };
    for nobody in [&w.specialist, &w.nurse] {
        assert!(matches!(enter(nobody, 0, None).await, Err(AppError::NotFound)));
    }
    let first = enter(&w.administrator, 0, Some("2026-11-23")).await.unwrap();
    assert_eq!((first.version, first.standing), (1, LicenceStanding::Ends));
    assert!(matches!(enter(&w.administrator, 0, None).await, Err(AppError::Stale { .. })));
    let p = written(&w, "王秀英").await;
    let document = to_sign(&w, &p).await;
    let all = admin::staff(&w.app, &w.by(&w.administrator)).await.unwrap().items;
    let shown = all.into_iter().find(|member| member.id == id).unwrap().licence_record.unwrap();
    assert_eq!(shown.standing, LicenceStanding::Ends, "told before it ends");
    assert_eq!(licences::watch(&w.app, w.now()).await.unwrap(), Watched { ending: 1, ..Watched::default() });

    // The hospital's midnight ends it.
    w.clock_to("2026-11-23T16:00:00Z");
    let direct = SignBody { version: p.version, jws: w.specialist.sign(&document) };
    let refused = prescriptions::sign(&w.app, &w.by(&w.specialist), p.id, direct).await;
    assert!(matches!(refused, Err(AppError::Licence(LicenceGap::Over { .. }))), "{refused:?}");
    let again = w.try_sign(&p).await;
    assert!(matches!(again, Err(AppError::Licence(LicenceGap::Over { .. }))), "said before it is signed: {again:?}");
    assert_eq!(licences::watch(&w.app, w.now()).await.unwrap(), Watched { over: 1, ..Watched::default() });
    let second = enter(&w.administrator, 1, Some("2031-11-23")).await.unwrap();
    assert_eq!(second.standing, LicenceStanding::Good);
    assert_eq!(w.try_sign(&p).await.unwrap().state, State::Signed);
    let history = licences::history(&w.app, &w.by(&w.administrator), id).await.unwrap().items;
    assert_eq!(history.iter().map(|licence| licence.version).collect::<Vec<_>>(), [2, 1]);
    assert_eq!(w.count(EventKind::StaffLicenceRecorded).await, 2);
}

#[tokio::test]
async fn the_list_of_keys_says_the_same_of_a_licence_as_the_list_of_staff() {
    let w = World::new().await;
    let by = || w.by(&w.administrator);
    let id = w.specialist.actor.staff_id().unwrap();
    w.forget_licence(&w.specialist).await;
    let recorded = async || {
        let staff = admin::staff(&w.app, &by()).await.unwrap().items;
        let keys = signing_keys::list(&w.app, &by()).await.unwrap().items;
        for key in &keys {
            let member = staff.iter().find(|member| member.id == key.staff.id).unwrap();
            assert_eq!((&key.licence_number, &key.licence), (&member.licence, &member.licence_record));
            assert_eq!(key.licence_gap, member.licence_gap);
        }
        let key = keys.into_iter().find(|key| key.staff.id == id).unwrap();
        (key.licence_number, key.licence.map(|licence| licence.number))
    };
    let (number, record) = recorded().await;
    assert!(number.is_some(), "its number is known");
    assert_eq!(record, None, "and nothing else");
    let update = LicenceUpdate {
        version: 0,
        number: "110330000000001".to_owned(),
        hospital: "市第一人民医院".to_owned(),
        specialty: "心血管内科".to_owned(),
        valid_until: None,
    };
    licences::record(&w.app, &by(), id, update).await.unwrap();
    let both = Some("110330000000001".to_owned());
    assert_eq!(recorded().await, (both.clone(), both));
}

#[tokio::test]
async fn what_was_signed_for_one_resident_is_nothing_for_another() {
    let w = World::new().await;
    let (wang, zhao) = (written(&w, "王秀英").await, written(&w, "赵德明").await);
    let jws = w.specialist.sign(&to_sign(&w, &wang).await);
    let body = SignBody { version: zhao.version, jws };
    let replayed = prescriptions::sign(&w.app, &w.by(&w.specialist), zhao.id, body).await;
    assert!(matches!(replayed, Err(AppError::Document(DocumentError::Differs))), "{replayed:?}");
    assert_eq!(w.see(zhao.id).await.state, State::Draft);
}

#[tokio::test]
async fn the_signed_bytes_hold_what_the_prescription_rests_on() {
    let w = World::new().await;
    let p = written(&w, "王秀英").await;
    let document: serde_json::Value = serde_json::from_str(&to_sign(&w, &p).await).unwrap();
    assert_eq!(document["type"], "yunzhen.prescription.v2");
    assert_eq!(document["prescription_id"], p.id.to_string());
    assert_eq!(document["resident"]["name"], "王秀英");
    assert_eq!(document["items"][0]["drug_id"], "amlodipine-5mg");
    assert!(document["items"][0].get("most_per_day").is_none(), "as it was signed before there was one");
    assert!(document["eligibility"]["first_visit_id"].is_string(), "{}", document["eligibility"]);
    assert_eq!(document["safety"]["rules"], w.app.formulary.knowledge().version());
    assert!(document["safety"]["clear"].as_u64().unwrap() > 0);
    assert!(document["safety"]["answers"].is_array());
    assert!(document["prepared_at"].is_string());
}
