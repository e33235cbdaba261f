//! Voice messages: left in a consultation by both sides, kept as documents; what is none, and what is somebody else's.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::SignedDuration;
use yunzhen_domain::audit::EventKind;
use yunzhen_domain::document_files::MOST_BYTES;
use yunzhen_domain::ids::{ConsultationId, DocumentId};
use yunzhen_domain::records::DocumentKind;
use yunzhen_relay::app::views::documents::NewDocument;
use yunzhen_relay::app::{AppError, documents};

use crate::registry::paths;
use crate::world::World;

/// Opus in Ogg that lasts so many seconds and has at least so many bytes.
fn spoken(seconds: u64, bytes: usize) -> Vec<u8> {
    let page = |position: u64, body: &[u8]| {
        let lacing: Vec<u8> = body.chunks(255).map(|chunk| chunk.len() as u8).collect();
        let head = [&b"OggS\0\0"[..], &position.to_le_bytes(), &[7, 0, 0, 0], &[0; 8], &[lacing.len() as u8]].concat();
        [&head[..], &lacing, body].concat()
    };
    let mut file = [page(0, b"OpusHead"), page(0, b"OpusTags")].concat();
    while file.len() < bytes {
        file.extend(page(48_000, &[5; 10_000]));
    }
    file.extend(page(48_000 * seconds, b"sound"));
    file
}

fn message(w: &World, consultation_id: Option<ConsultationId>, bytes: &[u8]) -> NewDocument {
    NewDocument {
        kind: DocumentKind::VoiceMessage,
        body_site: None,
        consultation_id,
        title: "语音留言 0:42".into(),
        content_base64: STANDARD.encode(bytes),
        taken_at: w.now().into(),
    }
}

#[tokio::test]
async fn both_sides_leave_messages_in_the_same_consultation_and_hear_each_other() {
    let w = World::new().await;
    let c = w.in_progress("赵德明").await;
    let resident = c.resident.id;
    let bytes = spoken(42, 1000);
    let seeded = w.count(EventKind::DocumentAdded).await;
    let nurse = w.by(&w.nurse);
    let left = documents::add(&w.app, &nurse, resident, message(&w, Some(c.id), &bytes)).await.unwrap();
    assert_eq!((left.media_type.as_str(), left.consultation_id), ("audio/ogg", Some(c.id)));
    let again = documents::add(&w.app, &nurse, resident, message(&w, Some(c.id), &bytes)).await.unwrap();
    assert_eq!(again.id, left.id, "what the spool sends twice arrives once");
    let answer = documents::add(&w.app, &w.by(&w.specialist), resident, message(&w, Some(c.id), &bytes)).await.unwrap();
    assert_eq!(w.count(EventKind::DocumentAdded).await - seeded, 2, "audited, and live");
    for reader in [&w.nurse, &w.specialist] {
        let all = documents::list(&w.app, &w.by(reader), resident).await.unwrap().items;
        let ids: Vec<_> = all.iter().filter(|d| d.consultation_id == Some(c.id)).map(|d| d.id).collect();
        assert!(ids.contains(&left.id) && ids.contains(&answer.id));
        assert!(documents::content(&w.app, &w.by(reader), left.id).await.unwrap().bytes == bytes);
    }
    // Before a call there is no consultation to leave it in.
    let before = documents::add(&w.app, &w.by(&w.nurse), resident, message(&w, None, &bytes)).await.unwrap();
    assert_eq!(before.consultation_id, None);
    // A photo is left in the same way.
    let photo = NewDocument { kind: DocumentKind::Photo, ..message(&w, Some(c.id), b"\x89PNG\r\n\x1a\n and so on") };
    let photo = documents::add(&w.app, &w.by(&w.nurse), resident, photo).await.unwrap();
    assert_eq!(photo.consultation_id, Some(c.id));
}

/// The note that was spoken before a call that nobody had booked was in the record, and not beside the picture.
#[tokio::test]
async fn the_note_spoken_before_an_unbooked_call_is_of_that_consultation() {
    let w = World::new().await;
    let resident = w.resident("赵德明").await.id;
    let add = async |taken_at: jiff::Timestamp| {
        let input = NewDocument { taken_at: taken_at.into(), ..message(&w, None, &spoken(42, 0)) };
        documents::add(&w.app, &w.by(&w.nurse), resident, input).await.unwrap().id
    };
    let long_ago = add(w.now() - SignedDuration::from_mins(90)).await;
    let before = add(w.now() - SignedDuration::from_mins(3)).await;
    let photo = NewDocument { kind: DocumentKind::Photo, ..message(&w, None, b"\x89PNG\r\n\x1a\n and so on") };
    let photo = documents::add(&w.app, &w.by(&w.nurse), resident, photo).await.unwrap().id;
    // The link was slow: it arrives when the call is made already.
    let spoken_at = w.now();
    let c = w.in_progress("赵德明").await;
    let late = add(spoken_at).await;
    let after = add(w.now()).await;
    w.pass(SignedDuration::from_mins(20));
    let next = w.waiting("赵德明").await;
    let of = {
        let all = documents::list(&w.app, &w.by(&w.specialist), resident).await.unwrap().items;
        move |id: DocumentId| all.iter().find(|one| one.id == id).unwrap().consultation_id
    };
    assert_eq!([before, late].map(&of), [Some(c.id); 2], "beside the picture");
    assert_eq!([long_ago, photo].map(&of), [None; 2], "in the record");
    assert_eq!(of(after), Some(next.id), "the next call's");
    let adopted = w.count(EventKind::DocumentAdopted).await;
    assert_eq!(adopted, 2, "one row each of those that were there before their call; the late one came in as its own");
}

#[tokio::test]
async fn what_is_no_voice_message_or_is_of_another_consultation_is_refused() {
    let w = World::new().await;
    let c = w.in_progress("赵德明").await;
    let other = w.waiting("孙桂兰").await;
    let id = c.resident.id;
    let good = || message(&w, Some(c.id), &spoken(42, 0));
    let text = |bytes: &[u8]| message(&w, Some(c.id), bytes);
    for (input, expected) in [
        (text(b"\x89PNG\r\n\x1a\n"), "content_base64"),
        (text(b"\x1a\x45\xdf\xa3 no webm"), "content_base64"),
        (text(b""), "content_base64"),
        (text(&spoken(130, 0)), "content_base64"),
        (text(&spoken(42, MOST_BYTES + 1)), "content_base64"),
        (message(&w, Some(other.id), &spoken(42, 0)), "consultation_id"),
        (NewDocument { kind: DocumentKind::Photo, ..good() }, "content_base64"),
    ] {
        assert_eq!(paths(documents::add(&w.app, &w.by(&w.nurse), id, input).await), [expected]);
    }
    let report = NewDocument { kind: DocumentKind::Report, content_base64: STANDARD.encode(b"%PDF-1.7 x"), ..good() };
    assert_eq!(paths(documents::add(&w.app, &w.by(&w.nurse), id, report).await), ["consultation_id"]);
    assert!(documents::list(&w.app, &w.by(&w.nurse), id).await.unwrap().items.is_empty());
}

#[tokio::test]
async fn nobody_but_the_home_and_the_consultations_own_specialist_leaves_one() {
    let w = World::new().await;
    let c = w.in_progress("赵德明").await;
    let id = c.resident.id;
    let add = async |person, input| documents::add(&w.app, &w.by(person), id, input).await;
    for stranger in [&w.nurse_of_other_home, &w.stranger, &w.pharmacist, &w.administrator] {
        let refused = add(stranger, message(&w, Some(c.id), &spoken(5, 0))).await;
        assert!(matches!(refused, Err(AppError::NotFound)));
    }
    let of_colleague = add(&w.other_specialist, message(&w, Some(c.id), &spoken(5, 0))).await;
    assert!(matches!(of_colleague, Err(AppError::NotFound | AppError::Forbidden)));
    let outside = add(&w.specialist, message(&w, None, &spoken(5, 0))).await;
    assert!(matches!(outside, Err(AppError::Forbidden)), "an answer belongs to a consultation");
    let png = NewDocument { kind: DocumentKind::Photo, ..message(&w, Some(c.id), b"\x89PNG\r\n\x1a\n") };
    assert_eq!(paths(add(&w.specialist, png).await), ["kind"]);
}
