//! Diagnostic stills: asked for, kept once, failed in words, bounded; who may take and see them.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::SignedDuration;
use sha2::{Digest as _, Sha256};
use yunzhen_domain::audit::{EventKind, hex};
use yunzhen_domain::ids::{ConsultationId, HomeId};
use yunzhen_domain::machines::still::State;
use yunzhen_domain::records::{DocumentKind, STILL_AWAITED, STILLS_OF_CONSULTATION, StillCamera, StillFailure};
use yunzhen_relay::app::stills::{self, Brought};
use yunzhen_relay::app::views::documents::NewDocument;
use yunzhen_relay::app::views::stills::Still;
use yunzhen_relay::app::{AppError, documents};
use yunzhen_relay::rooms::CameraError;

use crate::registry::paths;
use crate::world::World;

fn png() -> Vec<u8> {
    [b"\x89PNG\r\n\x1a\n".as_slice(), &[7; 2000]].concat()
}

fn brought(w: &World, bytes: Vec<u8>) -> Brought {
    Brought { bytes, media_type: "image/png".into(), size: (1280, 720), taken_at: w.now() }
}

async fn asked(w: &World, id: ConsultationId, count: u8) -> Vec<Still> {
    let ctx = w.by(&w.specialist);
    stills::ask(&w.app, &ctx, id, count, Ok(StillCamera::CloseUp)).await.unwrap().items
}

async fn listed(w: &World, id: ConsultationId) -> Vec<Still> {
    stills::list(&w.app, &w.by(&w.specialist), id).await.unwrap().items
}

#[tokio::test]
async fn a_still_is_asked_for_once_and_becomes_a_document() {
    let w = World::new().await;
    let c = w.in_progress("赵德明").await;
    let (home, resident) = (c.resident.home_id, c.resident.id);
    let ctx = w.by(&w.specialist);
    let first = stills::ask(&w.app, &ctx, c.id, 2, Ok(StillCamera::CloseUp)).await.unwrap();
    // The second time under the same key: also when the box has gone meanwhile.
    let again = stills::ask(&w.app, &ctx, c.id, 2, Err(CameraError::NoBox)).await.unwrap();
    assert_eq!((first.items.len(), &first.items), (2, &again.items));
    assert_eq!(w.count(EventKind::ConsultationStillAsked).await, 2);
    assert_eq!(stills::owed(&w.app, home, w.now()).await.unwrap().len(), 2);

    let still = first.items[0].id;
    w.app.arriving.set(still.uuid(), 40);
    assert_eq!(listed(&w, c.id).await[0].arrived_percent, Some(40));
    for _ in 0..2 {
        stills::keep(&w.app, home, still, brought(&w, png()), w.now()).await.unwrap().unwrap();
    }
    let kept = listed(&w, c.id).await.remove(0);
    let document = kept.document.unwrap();
    assert_eq!((kept.state, kept.arrived_percent, kept.width, kept.height), (State::Kept, None, Some(1280), Some(720)));
    assert_eq!((document.kind, document.sha256.as_str()), (DocumentKind::Still, hex(&Sha256::digest(png())).as_str()));
    assert_eq!(w.count(EventKind::ConsultationStillKept).await, 1, "kept once");
    let of_resident = documents::list(&w.app, &w.by(&w.specialist), resident).await.unwrap().items;
    assert_eq!(of_resident, std::slice::from_ref(&document));
    let content = documents::content(&w.app, &w.by(&w.nurse), document.id).await.unwrap();
    assert!(content.bytes == png() && content.sha256 == document.sha256);
    assert_eq!(stills::owed(&w.app, home, w.now()).await.unwrap().len(), 1);
}

#[tokio::test]
async fn what_does_not_come_says_why() {
    let w = World::new().await;
    let c = w.in_progress("赵德明").await;
    let home = c.resident.home_id;
    let [off, none, late] = asked(&w, c.id, 3).await.try_into().unwrap();
    stills::fail(&w.app, home, off.id, StillFailure::CameraOff, w.now()).await.unwrap();
    stills::fail(&w.app, home, off.id, StillFailure::TooLarge, w.now()).await.unwrap();
    let refused = stills::keep(&w.app, home, none.id, brought(&w, b"<svg onload=1>".to_vec()), w.now()).await.unwrap();
    assert_eq!(refused, Err(StillFailure::NotAPicture));
    assert!(stills::keep(&w.app, home, none.id, brought(&w, png()), w.now()).await.is_err(), "it has failed");
    let failures = |all: Vec<Still>| all.into_iter().map(|still| still.failure).collect::<Vec<_>>();
    assert_eq!(
        failures(listed(&w, c.id).await),
        [Some(StillFailure::CameraOff), Some(StillFailure::NotAPicture), None]
    );
    assert_eq!(w.count(EventKind::ConsultationStillFailed).await, 2);
    let other = HomeId::from_uuid(uuid::Uuid::from_u128(9));
    assert!(stills::of_home(&w.app, other, late.id, w.now()).await.unwrap().is_none());
    assert!(matches!(stills::keep(&w.app, other, late.id, brought(&w, png()), w.now()).await, Err(AppError::NotFound)));
    let then = w.now() + STILL_AWAITED + SignedDuration::from_secs(1);
    let seen = stills::of_home(&w.app, home, late.id, then).await.unwrap().unwrap();
    assert_eq!((seen.state, seen.failure), (State::Failed, Some(StillFailure::Lost)));
    assert!(stills::owed(&w.app, home, then).await.unwrap().is_empty());

    let soon = late.asked_at.0 + STILL_AWAITED;
    assert_eq!(stills::give_up(&w.app, soon).await.unwrap(), 0, "it may still come");
    assert_eq!(stills::give_up(&w.app, then).await.unwrap(), 1);
    assert_eq!(stills::give_up(&w.app, then).await.unwrap(), 0, "once");
    assert_eq!(
        listed(&w, c.id).await[2].failure,
        Some(StillFailure::Lost),
        "in the record, at whatever time it is read"
    );
    assert_eq!(w.count(EventKind::ConsultationStillFailed).await, 3);
}

#[tokio::test]
async fn what_the_relay_cannot_store_says_so_until_it_can() {
    let w = World::new().await;
    let c = w.in_progress("赵德明").await;
    let [still] = asked(&w, c.id, 1).await.try_into().unwrap();
    let seen = async || listed(&w, c.id).await.remove(0);
    w.app.arriving.set(still.id.uuid(), 40);
    w.app.arriving.halt(still.id.uuid());
    let halted = seen().await;
    assert_eq!((halted.state, halted.arrived_percent, halted.halted), (State::Asked, Some(40), true));
    w.app.arriving.set(still.id.uuid(), 50);
    assert_eq!((seen().await.arrived_percent, seen().await.halted), (Some(50), false));
    w.app.arriving.halt(still.id.uuid());
    stills::keep(&w.app, c.resident.home_id, still.id, brought(&w, png()), w.now()).await.unwrap().unwrap();
    assert!(!seen().await.halted);
}

#[tokio::test]
async fn there_are_bounds_and_only_those_in_the_visit_take_and_see_stills() {
    let w = World::new().await;
    let waiting = w.waiting("王秀英").await;
    let camera = || Ok(StillCamera::Room);
    let early = stills::ask(&w.app, &w.by(&w.nurse), waiting.id, 1, camera()).await;
    assert!(matches!(early, Err(AppError::NotInProgress)), "{early:?}");
    w.begin(&w.specialist, waiting.id).await;
    let id = waiting.id;
    for count in [0, 6] {
        let wrong = stills::ask(&w.app, &w.by(&w.specialist), id, count, camera()).await;
        assert_eq!(paths(wrong), ["count"]);
    }
    let away = stills::ask(&w.app, &w.by(&w.specialist), id, 1, Err(CameraError::NoBox)).await;
    assert!(matches!(away, Err(AppError::Camera(CameraError::NoBox))), "{away:?}");
    for stranger in [&w.nurse_of_other_home, &w.pharmacist, &w.administrator] {
        let taken = stills::ask(&w.app, &w.by(stranger), id, 1, camera()).await;
        assert!(matches!(taken, Err(AppError::NotFound | AppError::Forbidden)), "{taken:?}");
        let seen = stills::list(&w.app, &w.by(stranger), id).await;
        assert!(matches!(seen, Err(AppError::NotFound | AppError::Forbidden)), "{seen:?}");
    }
    stills::ask(&w.app, &w.by(&w.nurse), id, 5, camera()).await.unwrap();
    for _ in 1..STILLS_OF_CONSULTATION / 5 {
        asked(&w, id, 5).await;
    }
    let more = stills::ask(&w.app, &w.by(&w.specialist), id, 1, camera()).await;
    assert!(matches!(more, Err(AppError::TooManyStills { .. })), "{more:?}");
    assert_eq!(listed(&w, id).await.len(), STILLS_OF_CONSULTATION);

    let typed = NewDocument {
        kind: DocumentKind::Still,
        consultation_id: None,
        body_site: None,
        title: "左足".into(),
        content_base64: STANDARD.encode(png()),
        taken_at: w.now().into(),
    };
    let typed = documents::add(&w.app, &w.by(&w.nurse), waiting.resident.id, typed).await;
    assert_eq!(paths(typed), ["kind"], "only a box brings a still");
}
