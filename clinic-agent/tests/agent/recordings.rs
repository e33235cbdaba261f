//! Segments of recordings from the box's disk to the relay: in their order, on after an outage and a restart, forgotten when they are there, and the end told.

use std::time::Duration;

use axum::Router;
use sha2::{Digest as _, Sha256};
use yunzhen_clinic_agent::agent;
use yunzhen_clinic_agent::recordings::disk::{Disk, Waiting};
use yunzhen_domain::audit::hex;
use yunzhen_domain::ids::{RecordingId, SegmentId};
use yunzhen_protocol::bulk::{BulkHead, BulkKind};
use yunzhen_protocol::control::{SegmentRefusal, ToBox, ToRelay};
use yunzhen_protocol::stream::StreamType;
use yunzhen_runtime::Lifecycle;

use crate::relay::FakeRelay;
use crate::world::{TestDevices, World};

const RECORDING: RecordingId = RecordingId::from_uuid(uuid::Uuid::from_u128(0xa));

fn one(index: u32) -> Waiting {
    let segment = SegmentId::from_uuid(uuid::Uuid::from_u128(100 + u128::from(index)));
    Waiting { recording: RECORDING, index, segment }
}

fn sealed(index: u32) -> Vec<u8> {
    (0..30_000_u32).map(|n| ((n + index) % 251) as u8).collect()
}

/// The next offer: which place, and how many wait.
async fn offered(relay: &mut FakeRelay) -> (u32, u32) {
    relay
        .heard(|message| match message {
            ToRelay::SegmentOffer { segment_id, recording_id, index, waiting, bytes, sha256 } => {
                assert_eq!((*segment_id, *recording_id), (one(*index).segment, RECORDING));
                assert_eq!((*bytes, sha256), (30_000, &hex(&Sha256::digest(sealed(*index)))));
                Some((*index, *waiting))
            }
            _ => None,
        })
        .await
}

/// Reads a bulk stream up to a length, telling the box how far it came.
async fn read(relay: &FakeRelay, id: SegmentId, into: &mut Vec<u8>, to: usize) {
    let reading = async {
        let mut stream = relay.connection().accept_uni().await.unwrap();
        let mut head = Vec::new();
        let head = loop {
            let mut byte = [0];
            stream.read_exact(&mut byte).await.unwrap();
            head.push(byte[0]);
            let Some((StreamType::Bulk, at)) = StreamType::decode(&head) else { continue };
            if let Some((found, _)) = BulkHead::decode(&head[at..]).unwrap() {
                break found;
            }
        };
        assert_eq!((head.kind, head.id, head.offset), (BulkKind::Segment, id.uuid(), into.len() as u64));
        while into.len() < to {
            let Some(chunk) = stream.read_chunk(8192, true).await.unwrap() else { break };
            into.extend_from_slice(&chunk.bytes);
            relay.tell(ToBox::SegmentAt { segment_id: id, offset: into.len() as u64 });
        }
    };
    tokio::time::timeout(Duration::from_secs(60), reading).await.expect("a segment in time");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn segments_come_in_their_order_after_an_outage_and_a_restart_and_the_end_is_told() {
    let mut world = World::new(Router::new(), Box::new(TestDevices::default())).await;
    let disk = Disk::open(&world.config.spool.file.with_extension("recordings"), u64::MAX).unwrap();
    for index in [4, 5, 6] {
        disk.keep(one(index), &sealed(index)).unwrap();
    }
    // A relay that comes back asks for the rest of what was stopped.
    world.relay.tell(ToBox::StopRecording { recording_id: RECORDING });
    // It may be offered before the others are on the disk.
    assert_eq!(offered(&mut world.relay).await.0, 4);
    world.relay.tell(ToBox::SegmentAt { segment_id: one(4).segment, offset: 0 });
    let mut came = Vec::new();
    read(&world.relay, one(4).segment, &mut came, 10_000).await;

    world.wire.set(false);
    world.connected(false).await;
    world.wire.set(true);
    world.connected(true).await;
    assert_eq!(offered(&mut world.relay).await, (4, 3));
    world.relay.tell(ToBox::SegmentAt { segment_id: one(4).segment, offset: came.len() as u64 });
    read(&world.relay, one(4).segment, &mut came, 30_000).await;
    assert_eq!(came, sealed(4));
    world.relay.tell(ToBox::SegmentDone { segment_id: one(4).segment });
    assert_eq!(offered(&mut world.relay).await, (5, 2));
    assert_eq!(disk.waiting().unwrap(), [one(5), one(6)], "the relay has it");

    world.life.stop().await.unwrap();
    let World { _relay_life, mut relay, wire: _wire, agent, config, dir: _dir, .. } = world;
    drop(agent);
    while relay.control.try_recv().is_ok() {}
    let life = Lifecycle::new();
    let _agent = agent::start(&life, &config, Box::new(TestDevices::default())).await.unwrap();
    assert_eq!(offered(&mut relay).await, (5, 2));
    relay.tell(ToBox::SegmentDone { segment_id: one(5).segment });
    assert_eq!(offered(&mut relay).await, (6, 1));
    relay.tell(ToBox::StopRecording { recording_id: RECORDING });
    relay.tell(ToBox::SegmentRefused { segment_id: one(6).segment, reason: SegmentRefusal::NotAsked });
    relay
        .heard(|message| {
            matches!(message, ToRelay::RecordingOver { recording_id } if *recording_id == RECORDING).then_some(())
        })
        .await;
    assert!(disk.waiting().unwrap().is_empty(), "what is refused is forgotten");
    life.stop().await.unwrap();
}
