//! Guests: family, an interpreter, a colleague come in by a link that one device opens, and that somebody of the consultation lets in. They are in the call and see nothing of the record.

use jiff::SignedDuration;
use yunzhen_domain::Actor;
use yunzhen_domain::machines::invitation::State;
use yunzhen_domain::records::InvitationKind;
use yunzhen_relay::app::sessions::Errand;
use yunzhen_relay::app::views::codes::ConsultationId;
use yunzhen_relay::app::views::common::VersionBody;
use yunzhen_relay::app::views::consultations::{ConsultationQuery, Guest, NewInvitation};
use yunzhen_relay::app::views::sessions::{ObserverSession, ObserverSignIn};
use yunzhen_relay::app::{AppError, consultations, invitations, residents, sessions};

use crate::world::{Person, World};

const TELEPHONE: &str = "device-of-the-daughter-0001";
const TABLET: &str = "another-device-altogether-2";

fn hidden<T>(answer: Result<T, AppError>) {
    assert!(matches!(answer, Err(AppError::NotFound)), "not hidden");
}

/// Makes a link; its token.
async fn invited(w: &World, by: &Person, id: ConsultationId, kind: InvitationKind, name: &str) -> String {
    let input = NewInvitation { kind, display_name: name.into() };
    let made = consultations::invite(&w.app, &w.by(by), id, input).await.unwrap();
    made.link_path.strip_prefix("/join/").unwrap().to_owned()
}

async fn shows(w: &World, link_token: &str, device: &str) -> Result<ObserverSession, AppError> {
    let input = ObserverSignIn { link_token: link_token.to_owned(), device: device.to_owned() };
    // From an address of its own each time: what is wrong here is the link, not the number of tries.
    sessions::create_observer(&w.app, &w.entrance(&format!("home {}", w.now())), input).await
}

async fn actor(w: &World, session: &ObserverSession) -> Result<Actor, AppError> {
    sessions::authenticate(&w.app, &session.token, None, Errand::Work, w.now()).await
}

async fn only_guest(w: &World, by: &Person, id: ConsultationId) -> Guest {
    consultations::guests(&w.app, &w.by(by), id).await.unwrap().items.remove(0)
}

async fn admits(w: &World, by: &Person, id: ConsultationId) -> Guest {
    let guest = only_guest(w, by, id).await;
    let body = VersionBody { version: guest.version };
    consultations::admit(&w.app, &w.by(by), id, guest.id, body).await.unwrap()
}

#[tokio::test]
async fn a_guest_waits_to_be_let_in_and_is_then_in_the_call_and_nowhere_else() {
    let w = World::new().await;
    let (c, other) = (w.in_progress("王秀英").await, w.in_progress("赵德明").await);
    let link = invited(&w, &w.nurse, c.id, InvitationKind::Interpreter, "手语翻译").await;
    assert_eq!(only_guest(&w, &w.nurse, c.id).await.state, State::Open);
    let session = shows(&w, &link, TELEPHONE).await.unwrap();
    assert_eq!((session.consultation_id, session.display_name.as_str(), session.admitted), (c.id, "手语翻译", false));

    let waiting = actor(&w, &session).await.unwrap();
    let standing = invitations::standing(&w.app, &w.of(waiting)).await.unwrap();
    assert_eq!((standing.consultation_id, standing.admitted), (c.id, false));
    hidden(consultations::get_for_call(&w.app, &w.of(waiting), c.id).await);
    hidden(consultations::get(&w.app, &w.of(waiting), c.id).await);

    let admitted = admits(&w, &w.specialist, c.id).await;
    assert_eq!((admitted.state, admitted.kind), (State::Admitted, InvitationKind::Interpreter));
    let guest = actor(&w, &session).await.unwrap();
    assert!(invitations::standing(&w.app, &w.of(guest)).await.unwrap().admitted);
    consultations::get_for_call(&w.app, &w.of(guest), c.id).await.unwrap();
    // Another call, the record, what stands in lists, who else is invited: none of it exists.
    hidden(consultations::get_for_call(&w.app, &w.of(guest), other.id).await);
    hidden(consultations::get(&w.app, &w.of(guest), c.id).await);
    hidden(consultations::list(&w.app, &w.of(guest), ConsultationQuery::default()).await);
    hidden(consultations::get_for_camera(&w.app, &w.of(guest), c.id).await);
    hidden(consultations::guests(&w.app, &w.of(guest), c.id).await);
    hidden(residents::get(&w.app, &w.of(guest), c.resident.id).await);
    let body = VersionBody { version: admitted.version };
    hidden(consultations::admit(&w.app, &w.of(guest), c.id, admitted.id, body).await);

    // When the visit is over, the link is.
    let body = VersionBody { version: c.version };
    consultations::complete(&w.app, &w.by(&w.specialist), c.id, body).await.unwrap();
    assert!(matches!(shows(&w, &link, TELEPHONE).await, Err(AppError::BadCredentials)));
}

#[tokio::test]
async fn a_link_opens_on_the_first_device_again_and_on_no_other() {
    let w = World::new().await;
    let c = w.in_progress("王秀英").await;
    let link = invited(&w, &w.specialist, c.id, InvitationKind::Family, "女儿").await;
    for made_up in ["", "short", &"x".repeat(65)] {
        assert!(matches!(shows(&w, &link, made_up).await, Err(AppError::Invalid(_))), "{made_up}");
    }
    let first = shows(&w, &link, TELEPHONE).await.unwrap();
    assert!(matches!(shows(&w, &link, TABLET).await, Err(AppError::BadCredentials)), "forwarded to somebody else");
    admits(&w, &w.specialist, c.id).await;
    assert!(matches!(shows(&w, &link, TABLET).await, Err(AppError::BadCredentials)));
    // The page was loaded anew: no second admission.
    assert!(shows(&w, &link, TELEPHONE).await.unwrap().admitted);
    assert!(actor(&w, &first).await.is_ok(), "the page of before goes on");

    // Two devices at once: one of them is the guest.
    let link = invited(&w, &w.specialist, c.id, InvitationKind::Family, "儿子").await;
    let (one, two) = tokio::join!(shows(&w, &link, TELEPHONE), shows(&w, &link, TABLET));
    assert_eq!([one.is_ok(), two.is_ok()].iter().filter(|opened| **opened).count(), 1);
}

#[tokio::test]
async fn who_is_sent_away_or_comes_late_is_nobody() {
    let w = World::new().await;
    let c = w.in_progress("王秀英").await;
    let link = invited(&w, &w.specialist, c.id, InvitationKind::Family, "女儿").await;
    let session = shows(&w, &link, TELEPHONE).await.unwrap();
    let guest = admits(&w, &w.specialist, c.id).await;
    // Of another consultation, or with what was true before, nothing is decided.
    let other = w.in_progress("赵德明").await;
    let now = VersionBody { version: guest.version };
    hidden(consultations::revoke(&w.app, &w.by(&w.specialist), other.id, guest.id, now.clone()).await);
    hidden(consultations::revoke(&w.app, &w.by(&w.nurse_of_other_home), c.id, guest.id, now.clone()).await);
    let before = VersionBody { version: guest.version - 1 };
    let stale = consultations::revoke(&w.app, &w.by(&w.specialist), c.id, guest.id, before).await;
    assert!(stale.is_err() && actor(&w, &session).await.is_ok());

    let gone = consultations::revoke(&w.app, &w.by(&w.specialist), c.id, guest.id, now).await.unwrap();
    assert_eq!(gone.state, State::Revoked);
    assert!(
        matches!(actor(&w, &session).await, Err(AppError::Unauthenticated)),
        "the leg of this session ends with it"
    );
    assert!(matches!(shows(&w, &link, TELEPHONE).await, Err(AppError::BadCredentials)));
    assert!(consultations::guests(&w.app, &w.by(&w.specialist), c.id).await.unwrap().items.is_empty());

    let link = invited(&w, &w.specialist, c.id, InvitationKind::Family, "儿子").await;
    let session = shows(&w, &link, TELEPHONE).await.unwrap();
    w.pass(SignedDuration::from_hours(25));
    assert!(matches!(actor(&w, &session).await, Err(AppError::Unauthenticated)));
    assert!(matches!(shows(&w, &link, TELEPHONE).await, Err(AppError::BadCredentials)));
    assert!(matches!(shows(&w, "no such link", TELEPHONE).await, Err(AppError::BadCredentials)));
}

#[tokio::test]
async fn a_consultation_has_no_crowd() {
    let w = World::new().await;
    let c = w.in_progress("王秀英").await;
    for n in 0..12 {
        invited(&w, &w.specialist, c.id, InvitationKind::Family, &format!("客人{n}")).await;
    }
    let input = NewInvitation { kind: InvitationKind::Family, display_name: "又一位".into() };
    let full = consultations::invite(&w.app, &w.by(&w.specialist), c.id, input.clone()).await;
    assert!(matches!(full, Err(AppError::Invalid(_))));
    let guest = only_guest(&w, &w.specialist, c.id).await;
    let body = VersionBody { version: guest.version };
    consultations::revoke(&w.app, &w.by(&w.specialist), c.id, guest.id, body).await.unwrap();
    consultations::invite(&w.app, &w.by(&w.specialist), c.id, input).await.unwrap();
}
