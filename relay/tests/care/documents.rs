//! Documents and photos.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use yunzhen_domain::audit::EventKind;
use yunzhen_domain::document_files::MOST_BYTES;
use yunzhen_domain::records::{BodySite, DocumentKind};
use yunzhen_relay::app::views::documents::NewDocument;
use yunzhen_relay::app::{AppError, documents};

use crate::registry::paths;
use crate::world::World;

fn photo(w: &World, bytes: &[u8]) -> NewDocument {
    NewDocument {
        kind: DocumentKind::Photo,
        body_site: Some(BodySite::LeftHeel),
        consultation_id: None,
        title: "左足".into(),
        content_base64: STANDARD.encode(bytes),
        taken_at: w.now().into(),
    }
}

fn png(size: usize) -> Vec<u8> {
    let mut bytes = b"\x89PNG\r\n\x1a\n".to_vec();
    bytes.resize(size, 7);
    bytes
}

#[tokio::test]
async fn a_photo_comes_back_as_it_was_kept() {
    let w = World::new().await;
    let id = w.resident("赵德明").await.id;
    let bytes = png(MOST_BYTES);
    let ctx = w.by(&w.nurse);
    let added = documents::add(&w.app, &ctx, id, photo(&w, &bytes)).await.unwrap();
    assert_eq!((added.media_type.as_str(), added.bytes), ("image/png", MOST_BYTES as u64));
    assert_eq!(added.body_site, Some(BodySite::LeftHeel));
    let again = documents::add(&w.app, &ctx, id, photo(&w, &bytes)).await.unwrap();
    assert_eq!(again.id, added.id, "a photo of the spool arrives once");
    let listed = documents::list(&w.app, &w.by(&w.specialist), id).await.unwrap().items;
    assert_eq!(listed, std::slice::from_ref(&added));
    let content = documents::content(&w.app, &w.by(&w.specialist), added.id).await.unwrap();
    assert!(content.bytes == bytes && content.sha256 == added.sha256);
    for stranger in [&w.nurse_of_other_home, &w.stranger, &w.pharmacist, &w.administrator] {
        assert!(matches!(documents::content(&w.app, &w.by(stranger), added.id).await, Err(AppError::NotFound)));
        assert!(matches!(
            documents::add(&w.app, &w.by(stranger), id, photo(&w, &bytes)).await,
            Err(AppError::NotFound)
        ));
    }
    assert!(matches!(
        documents::add(&w.app, &w.by(&w.specialist), id, photo(&w, &bytes)).await,
        Err(AppError::NotFound | AppError::Forbidden)
    ));
}

#[tokio::test]
async fn what_is_no_document_is_refused() {
    let w = World::new().await;
    let id = w.resident("赵德明").await.id;
    let good = || photo(&w, &png(100));
    let past = |text: &str| text.parse::<jiff::Timestamp>().unwrap().into();
    for (input, expected) in [
        (photo(&w, &png(MOST_BYTES + 1)), "content_base64"),
        (photo(&w, b""), "content_base64"),
        (photo(&w, b"<svg onload=alert(1)>"), "content_base64"),
        (NewDocument { content_base64: "***".into(), ..good() }, "content_base64"),
        (NewDocument { title: "足\u{202e}".into(), ..good() }, "title"),
        (NewDocument { kind: DocumentKind::Report, ..good() }, "body_site"),
        (NewDocument { title: String::new(), ..good() }, "title"),
        (NewDocument { taken_at: past("1900-01-01T00:00:00Z"), ..good() }, "taken_at"),
        (NewDocument { taken_at: past("2200-01-01T00:00:00Z"), ..good() }, "taken_at"),
    ] {
        assert_eq!(paths(documents::add(&w.app, &w.by(&w.nurse), id, input).await), [expected]);
    }
    assert!(documents::list(&w.app, &w.by(&w.nurse), id).await.unwrap().items.is_empty());
}

#[tokio::test]
async fn the_newest_portrait_is_the_residents_photo_whatever_the_order_of_arrival() {
    let w = World::new().await;
    let before = w.resident("赵德明").await;
    assert_eq!(before.photo_url, None);
    let portrait = |minutes: i64, size| NewDocument {
        kind: DocumentKind::Portrait,
        body_site: None,
        taken_at: (w.now() - jiff::SignedDuration::from_mins(minutes)).into(),
        ..photo(&w, &png(size))
    };
    let ctx = w.by(&w.nurse);
    let newer = documents::add(&w.app, &ctx, before.id, portrait(5, 100)).await.unwrap();
    documents::add(&w.app, &w.by(&w.nurse), before.id, portrait(60, 200)).await.unwrap();
    let after = w.resident("赵德明").await;
    assert_eq!(after.photo_url, Some(format!("/api/documents/{}/content", newer.id)));
    assert_eq!(w.count(EventKind::ResidentChanged).await, 1, "the older one changes nothing");
    documents::content(&w.app, &w.by(&w.specialist), newer.id).await.unwrap();
    assert_eq!(w.count(EventKind::DocumentsViewed).await, 0, "a face is part of the list that it stands in");
    let pdf = NewDocument { content_base64: STANDARD.encode(b"%PDF-1.7 a letter"), ..portrait(1, 100) };
    let refused = documents::add(&w.app, &w.by(&w.nurse), before.id, pdf).await;
    assert_eq!(paths(refused), ["content_base64"]);
}
