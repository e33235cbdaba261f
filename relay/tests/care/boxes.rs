//! Codes and certificates of boxes as use cases: who may, how long, what stands on the fleet's page.

use std::sync::Arc;

use jiff::SignedDuration;
use yunzhen_certs::request::KeyRequest;
use yunzhen_certs::{CertificateFacts, Identity, read_chain};
use yunzhen_domain::Actor;
use yunzhen_domain::audit::EventKind;
use yunzhen_domain::policy::Policy;
use yunzhen_domain::records::BoxState;
use yunzhen_relay::app::boxes::{self, Admission, Came, Enroller};
use yunzhen_relay::app::views::boxes::{EnrolmentRequest, IssuedCertificate, RenewalRequest};
use yunzhen_relay::app::{AppError, Context, admin};
use yunzhen_relay::seed::HOME_1;

use crate::world::World;

/// A world whose relay enrols.
async fn world() -> World {
    let mut w = World::new().await;
    let authority = yunzhen_certs::authority::Authority::create(w.now()).unwrap().systems;
    let enroller = Enroller { authority, relay_authority_sha256: [7; 32], address: Some("relay.example:7448".into()) };
    w.app = w.app.clone().with_enroller(Some(enroller));
    w
}

async fn state(w: &World) -> BoxState {
    let page = admin::boxes(&w.app, &w.by(&w.administrator)).await.unwrap();
    page.items.into_iter().find(|one| one.home_id == HOME_1).unwrap().state
}

fn request() -> String {
    KeyRequest::new(None).unwrap().csr_pem
}

async fn enrol(w: &World, code: &str) -> Result<CertificateFacts, AppError> {
    let input = EnrolmentRequest { code: code.to_owned(), request: request() };
    boxes::enrol(&w.app, &w.entrance("192.0.2.9"), input).await.map(|issued| facts(&issued))
}

fn facts(issued: &IssuedCertificate) -> CertificateFacts {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("box.pem");
    std::fs::write(&file, &issued.certificate).unwrap();
    CertificateFacts::from_der(&read_chain(&file, "certificate", "certs").unwrap()[0]).unwrap()
}

async fn code(w: &World) -> String {
    boxes::ask_enrolment(&w.app, &w.by(&w.administrator), HOME_1).await.unwrap().code
}

#[tokio::test]
async fn a_code_is_good_for_ten_minutes_and_only_the_newest_counts() {
    let w = world().await;
    assert_eq!(state(&w).await, BoxState::Never);
    let asked = boxes::ask_enrolment(&w.app, &w.by(&w.administrator), HOME_1).await.unwrap();
    assert_eq!((asked.code.len(), asked.relay.as_deref()), (39, Some("relay.example:7448")));
    assert_eq!(state(&w).await, BoxState::Enrolling);
    w.pass(SignedDuration::from_mins(10));
    assert!(matches!(enrol(&w, &asked.code).await, Err(AppError::BadEnrolmentCode)), "expired");
    let (first, second) = (code(&w).await, code(&w).await);
    assert!(matches!(enrol(&w, &first).await, Err(AppError::BadEnrolmentCode)), "replaced");
    let own = enrol(&w, &second).await.unwrap();
    assert_eq!(own.identity, Identity::Box { home_id: HOME_1 });
    assert!(matches!(enrol(&w, &second).await, Err(AppError::BadEnrolmentCode)), "used");
    assert_eq!(state(&w).await, BoxState::Away, "enrolled, and not here yet");
    w.pass(SignedDuration::from_hours(24 * 8));
    assert_eq!(state(&w).await, BoxState::Expired);
}

#[tokio::test]
async fn a_retry_after_a_lost_reply_shows_the_same_code() {
    let w = world().await;
    let ctx = w.by(&w.administrator);
    let first = boxes::ask_enrolment(&w.app, &ctx, HOME_1).await.unwrap();
    assert_eq!(boxes::ask_enrolment(&w.app, &ctx, HOME_1).await.unwrap(), first);
}

#[tokio::test]
async fn enrolling_another_box_ends_the_former_and_revoking_ends_all() {
    let w = world().await;
    let first = enrol(&w, &code(&w).await).await.unwrap();
    let second = enrol(&w, &code(&w).await).await.unwrap();
    assert_ne!(first.box_id, second.box_id);
    let admission = async |facts: &CertificateFacts| boxes::admission(&w.app, HOME_1, facts, w.now()).await.unwrap();
    assert_eq!((admission(&first).await, admission(&second).await), (Admission::Revoked, Admission::Welcome));
    let status = boxes::revoke(&w.app, &w.by(&w.administrator), HOME_1).await.unwrap();
    assert_eq!(status.state, BoxState::Revoked);
    assert_eq!((admission(&second).await, state(&w).await), (Admission::Revoked, BoxState::Revoked));
    let of_box = Context { through_box: Some(HOME_1), ..w.of(Actor::Box { home_id: HOME_1 }) };
    let renewed = boxes::renew(&w.app, &of_box, &second, RenewalRequest { request: request() }).await;
    assert!(matches!(renewed, Err(AppError::BoxRevoked)));
}

#[tokio::test]
async fn a_box_renews_for_itself_and_not_without_end() {
    let w = world().await;
    let own = enrol(&w, &code(&w).await).await.unwrap();
    let of_box = || Context { through_box: Some(HOME_1), ..w.of(Actor::Box { home_id: HOME_1 }) };
    let mut serials = std::collections::HashSet::from([own.serial.clone()]);
    let mut refused = None;
    for _ in 0..30 {
        match boxes::renew(&w.app, &of_box(), &own, RenewalRequest { request: request() }).await {
            Ok(issued) => assert!(serials.insert(facts(&issued).serial)),
            Err(error) => {
                refused = Some(error);
                break;
            }
        }
    }
    assert!(matches!(refused, Some(AppError::Throttled { .. })), "{refused:?}");
    assert_eq!(serials.len(), usize::try_from(w.app.policy.box_certificates_per_day).unwrap());
    let nurse = boxes::renew(&w.app, &w.by(&w.nurse), &own, RenewalRequest { request: request() }).await;
    assert!(matches!(nurse, Err(AppError::NotFound)));
}

#[tokio::test]
async fn without_a_key_enrolment_and_renewal_are_off_in_words() {
    let w = World::new().await;
    let asked = boxes::ask_enrolment(&w.app, &w.by(&w.administrator), HOME_1).await;
    assert!(matches!(asked, Err(AppError::EnrolmentOff)));
    assert!(matches!(enrol(&w, "whatever").await, Err(AppError::EnrolmentOff)));
    let nurse = boxes::ask_enrolment(&w.app, &w.by(&w.nurse), HOME_1).await;
    assert!(matches!(nurse, Err(AppError::NotFound)));
}

#[tokio::test]
async fn what_is_known_of_a_box_outlives_its_connection() {
    let w = world().await;
    let certificate = enrol(&w, &code(&w).await).await.unwrap();
    let came = Came {
        home_id: HOME_1,
        at: w.now(),
        address: "192.0.2.7:1".into(),
        version: "0.9".into(),
        certificate,
        instance: Some("a".repeat(32)),
    };
    assert!(!boxes::came(&w.app, &came).await.unwrap());
    let gone = w.now();
    boxes::went(&w.app, HOME_1, came.at, gone).await.unwrap();
    let page = admin::boxes(&w.app, &w.by(&w.administrator)).await.unwrap();
    let status = page.items.into_iter().find(|one| one.home_id == HOME_1).unwrap();
    assert_eq!((status.state, status.version.as_deref()), (BoxState::Away, Some("0.9")));
    assert_eq!(status.last_seen, Some(gone.into()));
    assert_eq!(status.certificate_serial, Some(came.certificate.serial.clone()));
}

#[tokio::test]
async fn what_is_kept_late_of_a_connection_does_not_stand_for_a_newer_one() {
    let w = world().await;
    let certificate = enrol(&w, &code(&w).await).await.unwrap();
    let of_older = came_with(&w, &certificate);
    let newer = Came { version: "1.0".into(), ..came_with(&w, &certificate) };
    let known = async || {
        let mut db = w.app.store.read().await.unwrap();
        let known = yunzhen_store::boxes::get(&mut db, HOME_1).await.unwrap().unwrap();
        (known.agent_version, known.connected)
    };
    boxes::came_before(&w.app, &of_older).await.unwrap();
    assert_eq!(known().await, ("0.9".to_owned(), true), "kept late, and nothing newer is there");
    boxes::came(&w.app, &newer).await.unwrap();
    boxes::came_before(&w.app, &of_older).await.unwrap();
    assert_eq!(known().await, ("1.0".to_owned(), true));
    boxes::went(&w.app, HOME_1, of_older.at, w.now()).await.unwrap();
    assert_eq!(known().await, ("1.0".to_owned(), true), "the newer one is here");
}

/// One that the authority issued by hand, now.
fn by_hand(w: &World, serial: &str) -> CertificateFacts {
    CertificateFacts {
        identity: Identity::Box { home_id: HOME_1 },
        serial: serial.into(),
        not_before: w.now(),
        not_after: w.now() + SignedDuration::from_hours(24),
        box_id: None,
    }
}

fn came_with(w: &World, certificate: &CertificateFacts) -> Came {
    Came {
        home_id: HOME_1,
        at: w.now(),
        address: "192.0.2.7:1".into(),
        version: "0.9".into(),
        certificate: certificate.clone(),
        instance: None,
    }
}

#[tokio::test]
async fn what_is_revoked_between_admission_and_note_is_not_served() {
    let w = world().await;
    let certificate = by_hand(&w, "4a");
    let admission = async || boxes::admission(&w.app, HOME_1, &certificate, w.now()).await.unwrap();
    assert_eq!(admission().await, Admission::Welcome);
    w.pass(SignedDuration::from_secs(1));
    boxes::revoke(&w.app, &w.by(&w.administrator), HOME_1).await.unwrap();
    let noted = boxes::came(&w.app, &came_with(&w, &certificate)).await;
    assert!(matches!(noted, Err(AppError::BoxRevoked)), "{noted:?}");
    assert_eq!(admission().await, Admission::Revoked);
}

#[tokio::test]
async fn a_live_certificate_of_which_nothing_was_noted_is_revoked_like_any_other() {
    let w = world().await;
    let before = by_hand(&w, "4a");
    let live = |certificate: &CertificateFacts| [(HOME_1, certificate.clone())];
    assert!(boxes::revoked_among(&w.app, &live(&before)).await.unwrap().is_empty());
    w.pass(SignedDuration::from_secs(1));
    boxes::revoke(&w.app, &w.by(&w.administrator), HOME_1).await.unwrap();
    assert!(boxes::revoked_among(&w.app, &live(&before)).await.unwrap().contains("4a"), "no row says so");
    // What is enrolled at once after it begins before it, as certificates do, and stays.
    let anew = enrol(&w, &code(&w).await).await.unwrap();
    assert!(boxes::revoked_among(&w.app, &live(&anew)).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_certificate_by_hand_is_adopted_once_with_an_audit_row_or_refused_by_policy() {
    let mut w = world().await;
    let certificate = by_hand(&w, "4a");
    for _ in 0..2 {
        let admission = boxes::admission(&w.app, HOME_1, &certificate, w.now()).await.unwrap();
        assert_eq!(admission, Admission::Welcome);
    }
    assert_eq!(w.count(EventKind::BoxCertificateAdopted).await, 1);
    w.app.policy = Arc::new(Policy { only_enrolled_boxes: 1, ..Policy::default() });
    for shown in [&certificate, &by_hand(&w, "4b")] {
        let admission = boxes::admission(&w.app, HOME_1, shown, w.now()).await.unwrap();
        assert_eq!(admission, Admission::NotEnrolled);
    }
    let own = enrol(&w, &code(&w).await).await.unwrap();
    assert_eq!(boxes::admission(&w.app, HOME_1, &own, w.now()).await.unwrap(), Admission::Welcome);
    assert_eq!(w.count(EventKind::BoxCertificateAdopted).await, 1);
}

#[tokio::test]
async fn only_what_is_known_here_is_renewed() {
    let w = world().await;
    let certificate = by_hand(&w, "4a");
    let renew = async || {
        let of_box = Context { through_box: Some(HOME_1), ..w.of(Actor::Box { home_id: HOME_1 }) };
        boxes::renew(&w.app, &of_box, &certificate, RenewalRequest { request: request() }).await
    };
    let unknown = renew().await;
    assert!(matches!(unknown, Err(AppError::BoxNotEnrolled)), "{unknown:?}");
    boxes::admission(&w.app, HOME_1, &certificate, w.now()).await.unwrap();
    renew().await.unwrap();
}
