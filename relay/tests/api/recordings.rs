//! Recordings over the wire: segments as a box brings them over the real QUIC, beside stills of the same box; and the file as a player asks for it.

use std::time::Duration;

use axum::body::Body;
use axum::http::{Request, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http_body_util::BodyExt as _;
use quinn::SendStream;
use sha2::{Digest as _, Sha256};
use tower::ServiceExt as _;
use yunzhen_domain::audit::{EventKind, hex};
use yunzhen_domain::ids::{RecordingId, SegmentId};
use yunzhen_domain::machines::recording::State;
use yunzhen_domain::records::{Assembly, Recording, RecordingTrouble, SEGMENT_MOST_BYTES};
use yunzhen_protocol::bulk::{BulkHead, BulkKind};
use yunzhen_protocol::control::{RecordTrouble, SegmentLoss, SegmentRefusal, ToBox, ToRelay};
use yunzhen_protocol::segment::{After, Sample, SampleKind, Segment, place};
use yunzhen_protocol::stream::StreamType;
use yunzhen_relay::seed::{HOME_1, HOME_2};
use yunzhen_relay::vault::Vault;
use yunzhen_runtime::clock;
use yunzhen_runtime::sealed::SealingKey;
use yunzhen_store::{audit, recordings};

use crate::boxes::{PATIENCE, SECRETS, Stage, TestBox};
use crate::world::{World, console, id, watched};

const KEY: [u8; 32] = [3; 32];

/// A stage on which the first home is to record.
async fn stage() -> (Stage, RecordingId) {
    let now = clock::now_timestamp();
    let recording_id = RecordingId::from_uuid(id(1, now));
    let key = Vault::from_key(SECRETS).unwrap();
    let key = key.seal(&format!("recording:{recording_id}"), &STANDARD.encode(KEY)).unwrap();
    let stage = Stage::with(async |tx, calls| {
        let call = &calls[0];
        let recording = Recording {
            id: recording_id,
            version: 1,
            consultation_id: call.id,
            resident_id: call.resident_id,
            home_id: call.home_id,
            state: State::Asked,
            key,
            asked_at: now,
            asked_by: call.requested_by,
            began_at: None,
            stopped_at: None,
            stop_cause: None,
            trouble: None,
            troubles: Vec::new(),
            is_cut: false,
            assembly: Assembly::default(),
            ended_at: None,
            failure: None,
            movie: None,
        };
        recordings::insert(tx, &recording).await.unwrap();
    })
    .await;
    (stage, recording_id)
}

const fn segment_id(n: u128) -> SegmentId {
    SegmentId::from_uuid(uuid::Uuid::from_u128(n))
}

/// Four seconds of sound, with so many bytes more to be long.
fn sealed(recording: RecordingId, index: u32, more: usize) -> Vec<u8> {
    let sample = |at_us, len| Sample { kind: SampleKind::Sound, at_us, bytes: Bytes::from(vec![0xf8; len]) };
    let samples = vec![sample(0, 3 + more), sample(4_000_000, 3)];
    let begins_us = 1_800_000_000_000_000 + u64::from(index) * 4_000_000;
    let after = if index == 0 { After::Start } else { After::Segment };
    let segment = Segment { recording: recording.uuid(), index, begins_us, after, size: (0, 0), samples };
    let place = place(recording.uuid(), index);
    SealingKey::new(KEY).unwrap().seal(clock::random_bytes(), &place, segment.encode()).unwrap()
}

fn offer(segment_id: SegmentId, recording_id: RecordingId, index: u32, bytes: &[u8]) -> ToRelay {
    let (len, sha256) = (bytes.len() as u64, hex(&Sha256::digest(bytes)));
    ToRelay::SegmentOffer { segment_id, recording_id, index, waiting: 1, bytes: len, sha256 }
}

async fn bulk(one: &TestBox, id: SegmentId, offset: u64, bytes: &[u8]) -> SendStream {
    let mut stream = one.connection.open_uni().await.unwrap();
    let head = BulkHead { kind: BulkKind::Segment, id: id.uuid(), offset }.encode();
    stream.write_all(&[StreamType::Bulk.encode(), head, bytes.to_vec()].concat()).await.unwrap();
    stream
}

async fn at(one: &mut TestBox, id: SegmentId) -> u64 {
    let told = one.told_until(|told| matches!(told, ToBox::SegmentAt { segment_id, .. } if *segment_id == id)).await;
    let ToBox::SegmentAt { offset, .. } = told else { unreachable!() };
    offset
}

async fn done(one: &mut TestBox, id: SegmentId) {
    one.told_until(|told| matches!(told, ToBox::SegmentDone { segment_id } if *segment_id == id)).await;
}

async fn refused(one: &mut TestBox, id: SegmentId) -> SegmentRefusal {
    let told = one.told_until(|told| matches!(told, ToBox::SegmentRefused { segment_id, .. } if *segment_id == id));
    let ToBox::SegmentRefused { reason, .. } = told.await else { unreachable!() };
    reason
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_segment_goes_on_after_an_outage_and_a_box_that_comes_back_hears_where_to_begin() {
    let (stage, id) = stage().await;
    let mut one = stage.connected(HOME_1).await;
    let order = one.told_until(|told| matches!(told, ToBox::Record { .. })).await;
    let ToBox::Record { recording_id, key, next, .. } = order else { unreachable!() };
    assert_eq!((recording_id, STANDARD.decode(key.0).unwrap(), next), (id, KEY.to_vec(), 0));
    let bytes = sealed(id, 0, 100_000);
    one.say(&offer(segment_id(1), id, 0, &bytes)).await;
    assert_eq!(at(&mut one, segment_id(1)).await, 0);
    let stream = bulk(&one, segment_id(1), 0, &bytes[..60_000]).await;
    while at(&mut one, segment_id(1)).await < 50_000 {}
    // The link is gone in the middle.
    drop((stream, one));
    let mut one = stage.connected(HOME_1).await;
    one.say(&offer(segment_id(1), id, 0, &bytes)).await;
    let offset = at(&mut one, segment_id(1)).await;
    assert!((50_000..=60_000).contains(&offset), "{offset}");
    let _stream = bulk(&one, segment_id(1), offset, &bytes[offset as usize..]).await;
    done(&mut one, segment_id(1)).await;
    // A box that has not heard it offers again and brings nothing twice.
    one.say(&offer(segment_id(1), id, 0, &bytes)).await;
    done(&mut one, segment_id(1)).await;
    drop(one);
    let mut one = stage.connected(HOME_1).await;
    let order = one.told_until(|told| matches!(told, ToBox::Record { .. })).await;
    assert!(matches!(order, ToBox::Record { next: 1, .. }), "{order:?}");
    let store = stage.database.open().await;
    let stored = recordings::get(&mut store.read().await.unwrap(), id).await.unwrap().unwrap();
    assert_eq!(stored.state, State::Recording);
    one.answers().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_foreign_spoilt_out_of_order_or_too_large_is_refused_and_the_call_goes_on() {
    let (stage, id) = stage().await;
    let mut one = stage.connected(HOME_1).await;
    let mut other = stage.connected(HOME_2).await;
    let bytes = sealed(id, 0, 20_000);
    // Somebody else's consultation.
    other.say(&offer(segment_id(1), id, 0, &bytes)).await;
    assert_eq!(refused(&mut other, segment_id(1)).await, SegmentRefusal::NotAsked);
    other.say(&ToRelay::RecordingOver { recording_id: id }).await;
    // A wrong digest.
    one.say(&offer(segment_id(2), id, 0, &bytes)).await;
    at(&mut one, segment_id(2)).await;
    let forged = [&bytes[..bytes.len() - 1], b"!"].concat();
    let _stream = bulk(&one, segment_id(2), 0, &forged).await;
    assert_eq!(refused(&mut one, segment_id(2)).await, SegmentRefusal::WrongDigest);
    // A right digest of bytes that nobody sealed.
    one.say(&offer(segment_id(3), id, 0, &forged)).await;
    at(&mut one, segment_id(3)).await;
    let _stream = bulk(&one, segment_id(3), 0, &forged).await;
    assert_eq!(refused(&mut one, segment_id(3)).await, SegmentRefusal::Damaged);
    one.say(&offer(segment_id(4), id, 1, &sealed(id, 1, 0))).await;
    assert_eq!(refused(&mut one, segment_id(4)).await, SegmentRefusal::OutOfOrder);
    let ToRelay::SegmentOffer { sha256, .. } = offer(segment_id(5), id, 0, &bytes) else { unreachable!() };
    let (segment_id_5, bytes_of_it) = (segment_id(5), SEGMENT_MOST_BYTES + 1);
    one.say(&ToRelay::SegmentOffer {
        segment_id: segment_id_5,
        recording_id: id,
        index: 0,
        waiting: 1,
        bytes: bytes_of_it,
        sha256,
    })
    .await;
    assert_eq!(refused(&mut one, segment_id(5)).await, SegmentRefusal::TooLarge);
    let store = stage.database.open().await;
    let stored = recordings::get(&mut store.read().await.unwrap(), id).await.unwrap().unwrap();
    assert_eq!((stored.state, stored.version), (State::Asked, 1), "nothing of it counted");
    one.answers().await;
    other.answers().await;
}

/// The row, when it is as wanted.
async fn stored(stage: &Stage, id: RecordingId, wanted: impl Fn(&Recording) -> bool) -> Recording {
    let store = stage.database.open().await;
    let waiting = async {
        loop {
            let row = recordings::get(&mut store.read().await.unwrap(), id).await.unwrap().unwrap();
            if wanted(&row) {
                return row;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(PATIENCE, waiting).await.expect("it is written down in time")
}

/// What hinders the box, and that a still failed, was heard only when the segment beside it had come whole.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn words_of_a_box_are_heard_while_a_segment_comes() {
    let (stage, id) = stage().await;
    let mut one = stage.connected(HOME_1).await;
    let bytes = sealed(id, 0, 100_000);
    one.say(&offer(segment_id(1), id, 0, &bytes)).await;
    at(&mut one, segment_id(1)).await;
    let mut stream = bulk(&one, segment_id(1), 0, &bytes[..50_000]).await;
    while at(&mut one, segment_id(1)).await < 40_000 {}
    let say = |reason| ToRelay::RecordingTrouble { recording_id: id, reason };
    one.say(&say(None)).await;
    stored(&stage, id, |row| row.state == State::Recording).await;
    one.say(&say(Some(RecordTrouble::Other))).await;
    let troubled = stored(&stage, id, |row| row.trouble.is_some()).await;
    assert_eq!(troubled.trouble, Some(RecordingTrouble::Encoder), "a box that is too slow");
    // And what comes goes on coming.
    stream.write_all(&bytes[50_000..]).await.unwrap();
    done(&mut one, segment_id(1)).await;
    one.answers().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_box_that_gives_up_on_a_segment_hears_where_to_go_on() {
    let (stage, id) = stage().await;
    let mut one = stage.connected(HOME_1).await;
    let mut other = stage.connected(HOME_2).await;
    let lost = |index| ToRelay::SegmentLost {
        segment_id: segment_id(7),
        recording_id: id,
        index,
        reason: SegmentLoss::Unreadable,
    };
    other.say(&lost(0)).await;
    assert_eq!(refused(&mut other, segment_id(7)).await, SegmentRefusal::NotAsked, "somebody else's");
    one.say(&offer(segment_id(1), id, 2, &sealed(id, 2, 0))).await;
    assert_eq!(refused(&mut one, segment_id(1)).await, SegmentRefusal::OutOfOrder);
    one.say(&lost(1)).await;
    let told = one.told_until(|told| matches!(told, ToBox::RecordingNext { .. })).await;
    assert_eq!(told, ToBox::RecordingNext { recording_id: id, next: 2 });
    let bytes = sealed(id, 2, 1_000);
    one.say(&offer(segment_id(1), id, 2, &bytes)).await;
    assert_eq!(at(&mut one, segment_id(1)).await, 0);
    let _stream = bulk(&one, segment_id(1), 0, &bytes).await;
    done(&mut one, segment_id(1)).await;
    drop(one);
    let mut one = stage.connected(HOME_1).await;
    let order = one.told_until(|told| matches!(told, ToBox::Record { .. })).await;
    assert!(matches!(order, ToBox::Record { next: 3, .. }), "{order:?}");
}

async fn watch(world: &World, range: Option<&str>) -> Response<Body> {
    let mut request = Request::builder()
        .uri(format!("/api/recordings/{}/media", world.recording))
        .header("Authorization", "Bearer specialist1");
    if let Some(range) = range {
        request = request.header("Range", range);
    }
    let mut request = request.body(Body::empty()).unwrap();
    request.extensions_mut().insert(console());
    world.router.clone().oneshot(request).await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_player_seeks_by_ranges_and_the_log_has_one_row_for_its_opening() {
    let world = World::new().await;
    let bytes = watched();
    let total = bytes.len();
    for (range, expected, content_range) in [
        ("bytes=0-", 0..total, format!("bytes 0-{}/{total}", total - 1)),
        ("bytes=70000-130000", 70_000..130_001, format!("bytes 70000-130000/{total}")),
        ("bytes=-10", total - 10..total, format!("bytes {}-{}/{total}", total - 10, total - 1)),
    ] {
        let answer = watch(&world, Some(range)).await;
        assert_eq!(answer.status(), 206, "{range}");
        assert_eq!(answer.headers()["content-range"], content_range.as_str());
        assert_eq!(answer.headers()["content-type"], "video/mp4");
        let body = answer.into_body().collect().await.unwrap().to_bytes();
        assert!(body[..] == bytes[expected], "{range}");
    }
    let whole = watch(&world, None).await;
    assert_eq!((whole.status().as_u16(), whole.headers()["accept-ranges"].to_str().unwrap()), (200, "bytes"));
    assert!(whole.into_body().collect().await.unwrap().to_bytes()[..] == bytes[..]);
    let beyond = watch(&world, Some("bytes=200000-")).await;
    assert_eq!(
        (beyond.status().as_u16(), beyond.headers()["content-range"].to_str().unwrap()),
        (416, "bytes */200000")
    );

    let mut db = world.app.store.read().await.unwrap();
    let rows = audit::after(&mut db, 0, 10_000).await.unwrap();
    let views = rows.iter().filter(|row| row.fact.kind == EventKind::ConsultationRecordingViewed);
    assert_eq!(views.map(|row| row.fact.entity_id).collect::<Vec<_>>(), [world.consultation.id.uuid()]);
}
