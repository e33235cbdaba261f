//! Stills as a box brings them over the real QUIC: whole or in pieces over two connections, with a wrong digest, too large, unasked. The call goes on.

use std::time::Duration;

use quinn::{SendStream, VarInt};
use sha2::{Digest as _, Sha256};
use yunzhen_domain::audit::hex;
use yunzhen_domain::ids::{ConsultationId, StillId};
use yunzhen_domain::machines::consultation::State as Care;
use yunzhen_domain::machines::still::State;
use yunzhen_domain::records::{Consultation, STILL_MOST_BYTES, Still, StillCamera, StillFailure};
use yunzhen_protocol::bulk::{BulkHead, BulkKind, REFUSED_BULK};
use yunzhen_protocol::control::{BoxCamera, StillRefusal, StillTrouble, ToBox, ToRelay};
use yunzhen_protocol::stream::StreamType;
use yunzhen_relay::seed::{HOME_1, HOME_2};
use yunzhen_runtime::clock;
use yunzhen_store::{consultations, documents, stills};

use crate::boxes::{PATIENCE, Stage, TestBox};
use crate::world::id;

/// A still that was asked for in a call.
fn asked(id: StillId, call: &Consultation) -> Still {
    Still {
        id,
        consultation_id: call.id,
        resident_id: call.resident_id,
        home_id: call.home_id,
        camera: StillCamera::Room,
        state: State::Asked,
        asked_at: call.requested_at,
        asked_by: call.requested_by,
        ended_at: None,
        failure: None,
        size: None,
        document_id: None,
    }
}

/// A stage on which the first home owes three stills and the second one.
async fn stage() -> (Stage, [StillId; 3], StillId) {
    let now = clock::now_timestamp();
    let ids = [1, 2, 3, 4].map(|n| StillId::from_uuid(id(n, now)));
    let stage = Stage::with(async |tx, calls| {
        for (n, still) in ids.iter().enumerate() {
            stills::insert(tx, &asked(*still, &calls[n / 3])).await.unwrap();
        }
    })
    .await;
    (stage, [ids[0], ids[1], ids[2]], ids[3])
}

fn picture(len: usize) -> Vec<u8> {
    let mut bytes = b"\x89PNG\r\n\x1a\n".to_vec();
    bytes.extend((0..len - bytes.len()).map(|n| (n % 251) as u8));
    bytes
}

fn offer(still_id: StillId, bytes: &[u8]) -> ToRelay {
    ToRelay::StillOffer {
        still_id,
        taken_at: clock::now_timestamp(),
        media_type: "image/png".into(),
        width: 1280,
        height: 720,
        bytes: bytes.len() as u64,
        sha256: hex(&Sha256::digest(bytes)),
    }
}

async fn bulk(one: &TestBox, still_id: StillId, offset: u64, bytes: &[u8]) -> SendStream {
    let mut stream = one.connection.open_uni().await.unwrap();
    let head = BulkHead { kind: BulkKind::Still, id: still_id.uuid(), offset }.encode();
    stream.write_all(&[StreamType::Bulk.encode(), head, bytes.to_vec()].concat()).await.unwrap();
    stream
}

async fn at(one: &mut TestBox, id: StillId) -> u64 {
    let told = one.told_until(|told| matches!(told, ToBox::StillAt { still_id, .. } if *still_id == id)).await;
    let ToBox::StillAt { offset, .. } = told else { unreachable!() };
    offset
}

async fn refused(one: &mut TestBox, id: StillId) -> StillRefusal {
    let told = one.told_until(|told| matches!(told, ToBox::StillRefused { still_id, .. } if *still_id == id)).await;
    let ToBox::StillRefused { reason, .. } = told else { unreachable!() };
    reason
}

async fn stored(stage: &Stage, id: StillId) -> Still {
    let store = stage.database.open().await;
    let still = stills::get(&mut store.read().await.unwrap(), id).await.unwrap().unwrap();
    store.close().await;
    still
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_still_goes_on_after_an_outage_and_is_kept_as_it_was_taken() {
    let (stage, [first, second, _], _) = stage().await;
    let mut one = stage.connected(HOME_1).await;
    let asked = one.told_until(|told| matches!(told, ToBox::TakeStill { .. })).await;
    assert!(matches!(asked, ToBox::TakeStill { still_id, camera: BoxCamera::Room, .. } if still_id == first));
    let bytes = picture(100_000);
    one.say(&offer(first, &bytes)).await;
    assert_eq!(at(&mut one, first).await, 0);
    let stream = bulk(&one, first, 0, &bytes[..60_000]).await;
    while at(&mut one, first).await < 50_000 {}
    // The link is gone in the middle.
    drop((stream, one));
    let mut one = stage.connected(HOME_1).await;
    one.say(&offer(first, &bytes)).await;
    let offset = at(&mut one, first).await;
    assert!((50_000..=60_000).contains(&offset), "{offset}");
    let _stream = bulk(&one, first, offset, &bytes[offset as usize..]).await;
    one.told_until(|told| matches!(told, ToBox::StillDone { still_id } if *still_id == first)).await;
    // A box that has not heard it offers again and brings nothing twice.
    one.say(&offer(first, &bytes)).await;
    one.told_until(|told| matches!(told, ToBox::StillDone { still_id } if *still_id == first)).await;

    let still = stored(&stage, first).await;
    assert_eq!((still.state, still.size), (State::Kept, Some((1280, 720))));
    let store = stage.database.open().await;
    let mut db = store.read().await.unwrap();
    let document = documents::get(&mut db, still.document_id.unwrap()).await.unwrap().unwrap();
    assert_eq!((document.bytes, hex(&document.sha256)), (100_000, hex(&Sha256::digest(&bytes))));
    assert_eq!(stored(&stage, second).await.state, State::Asked);
    one.answers().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_not_what_was_offered_is_refused_and_the_call_goes_on() {
    let (stage, [first, second, third], foreign) = stage().await;
    let mut one = stage.connected(HOME_1).await;
    let mut other = stage.connected(HOME_2).await;
    let bytes = picture(30_000);

    // A wrong digest.
    one.say(&offer(first, &bytes)).await;
    at(&mut one, first).await;
    let forged = [&bytes[..29_999], b"!"].concat();
    let _stream = bulk(&one, first, 0, &forged).await;
    assert_eq!(refused(&mut one, first).await, StillRefusal::WrongDigest);
    assert_eq!(stored(&stage, first).await.failure, Some(StillFailure::WrongDigest));
    one.answers().await;

    // More than was offered.
    one.say(&offer(second, &bytes)).await;
    at(&mut one, second).await;
    let _stream = bulk(&one, second, 0, &[&forged[..], &[0; 10_000]].concat()).await;
    assert_eq!(refused(&mut one, second).await, StillRefusal::WrongDigest);

    // Another place, another still, and a stream without an offer: stopped.
    one.say(&offer(third, &bytes)).await;
    at(&mut one, third).await;
    for (id, offset) in [(third, 5), (first, 0), (foreign, 0)] {
        let stream = bulk(&one, id, offset, b"bytes").await;
        let stopped = tokio::time::timeout(PATIENCE, stream.stopped()).await.unwrap().unwrap();
        assert_eq!(stopped, Some(VarInt::from_u32(REFUSED_BULK)));
    }
    // Too large, of another home, of nobody, given up.
    let ToRelay::StillOffer { still_id, taken_at, media_type, width, height, sha256, .. } = offer(third, &bytes) else {
        unreachable!()
    };
    let bytes_of_it = STILL_MOST_BYTES + 1;
    let large = ToRelay::StillOffer { still_id, taken_at, media_type, width, height, sha256, bytes: bytes_of_it };
    one.say(&large).await;
    assert_eq!(refused(&mut one, third).await, StillRefusal::TooLarge);
    one.say(&offer(foreign, &bytes)).await;
    assert_eq!(refused(&mut one, foreign).await, StillRefusal::NotAsked);
    one.say(&offer(first, &bytes)).await;
    assert_eq!(refused(&mut one, first).await, StillRefusal::NotTaken);
    assert_eq!(stored(&stage, foreign).await.state, State::Asked, "nobody fails another home's still");
    one.answers().await;
    other.answers().await;
}

/// A relay that lost power may find zeros where bytes had come.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_had_come_and_was_spoilt_comes_once_more() {
    let (stage, [first, ..], _) = stage().await;
    let bytes = picture(20_000);
    std::fs::create_dir(stage.bulk()).unwrap();
    let part = stage.bulk().join(format!("{first}-{}.part", hex(&Sha256::digest(&bytes))));
    std::fs::write(&part, [0; 9_000]).unwrap();
    let mut one = stage.connected(HOME_1).await;
    one.say(&offer(first, &bytes)).await;
    assert_eq!(at(&mut one, first).await, 9_000);
    let _spoilt = bulk(&one, first, 9_000, &bytes[9_000..]).await;
    let forgotten = async {
        while part.exists() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(PATIENCE, forgotten).await.expect("forgotten");
    one.say(&offer(first, &bytes)).await;
    while at(&mut one, first).await > 0 {}
    let _stream = bulk(&one, first, 0, &bytes).await;
    one.told_until(|told| matches!(told, ToBox::StillDone { still_id } if *still_id == first)).await;
    assert_eq!(stored(&stage, first).await.state, State::Kept);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_disk_that_takes_nothing_costs_time_and_not_the_call() {
    let (stage, [first, ..], _) = stage().await;
    // A file stands where the folder is to be: nothing can be written, as on a full disk.
    std::fs::write(stage.bulk(), b"").unwrap();
    let mut one = stage.connected(HOME_1).await;
    let bytes = picture(20_000);
    let before = stage.counted("yunzhen_bulk_halted_total");
    one.say(&offer(first, &bytes)).await;
    stage.counts("yunzhen_bulk_halted_total", before + 1).await;
    one.answers().await;
    assert_eq!(stored(&stage, first).await.state, State::Asked);

    std::fs::remove_file(stage.bulk()).unwrap();
    one.say(&offer(first, &bytes)).await;
    assert_eq!(at(&mut one, first).await, 0);
    let _stream = bulk(&one, first, 0, &bytes).await;
    one.told_until(|told| matches!(told, ToBox::StillDone { still_id } if *still_id == first)).await;
    assert_eq!(stored(&stage, first).await.state, State::Kept);
}

/// The still of a call that is over, whose box failed to take it while the link was away.
async fn stage_after_a_call() -> (Stage, ConsultationId, StillId) {
    let now = clock::now_timestamp();
    let (over, still) = (ConsultationId::from_uuid(id(9, now)), StillId::from_uuid(id(1, now)));
    let stage = Stage::with(async |tx, calls| {
        let call = Consultation { id: over, state: Care::Completed, ended_at: Some(now), ..calls[0].clone() };
        consultations::insert(tx, &call).await.unwrap();
        stills::insert(tx, &asked(still, &call)).await.unwrap();
    })
    .await;
    (stage, over, still)
}

async fn ended(stage: &Stage, id: StillId) -> Still {
    let ending = async {
        loop {
            match stored(stage, id).await {
                still if still.state == State::Asked => tokio::time::sleep(Duration::from_millis(5)).await,
                still => return still,
            }
        }
    };
    tokio::time::timeout(PATIENCE, ending).await.expect("the still ends")
}

async fn counted_more(stage: &Stage, name: &str, before: u64) {
    let counting = async {
        while stage.counted(name) <= before {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(PATIENCE, counting).await.expect(name);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_box_that_returns_after_the_call_is_asked_what_became_of_its_stills() {
    let (stage, over, still) = stage_after_a_call().await;
    let mut one = stage.connected(HOME_1).await;
    // It may believe that it is in that call yet: it is told first that it is not.
    one.told_until(|told| matches!(told, ToBox::StopMedia { consultation_id, .. } if *consultation_id == over)).await;
    one.told_until(|told| matches!(told, ToBox::TakeStill { still_id, consultation_id, .. } if (*still_id, *consultation_id) == (still, over))).await;
    one.say(&ToRelay::StillFailed { still_id: still, reason: StillTrouble::CameraFailed }).await;
    let failed = ended(&stage, still).await;
    assert_eq!((failed.state, failed.failure), (State::Failed, Some(StillFailure::CameraFailed)));
    one.answers().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_record_that_cannot_be_reached_for_a_while_loses_neither_the_question_nor_the_answer() {
    let (stage, _, still) = stage_after_a_call().await;
    let retries = stage.counted("yunzhen_rooms_retries_total");
    stage.database.tell("ALTER TABLE stills RENAME TO stills_away").await;
    let mut one = stage.connected(HOME_1).await;
    counted_more(&stage, "yunzhen_rooms_retries_total", retries).await;
    stage.database.tell("ALTER TABLE stills_away RENAME TO stills").await;
    one.told_until(|told| matches!(told, ToBox::TakeStill { still_id, .. } if *still_id == still)).await;

    let halted = stage.counted("yunzhen_stills_halted_total");
    stage.database.tell("ALTER TABLE stills RENAME TO stills_away").await;
    one.say(&ToRelay::StillFailed { still_id: still, reason: StillTrouble::BoxFull }).await;
    counted_more(&stage, "yunzhen_stills_halted_total", halted).await;
    stage.database.tell("ALTER TABLE stills_away RENAME TO stills").await;
    assert_eq!(ended(&stage, still).await.failure, Some(StillFailure::BoxFull));
}
