//! Segments of recordings from the box's disk to the relay: in their order, on after an outage and a restart, forgotten when they are there, and the end told.

use std::time::Duration;

use axum::Router;
use sha2::{Digest as _, Sha256};
use yunzhen_clinic_agent::agent;
use yunzhen_clinic_agent::link::Link;
use yunzhen_clinic_agent::outbox::devices::{DeviceSink, Devices};
use yunzhen_clinic_agent::outbox::driver::Driver;
use yunzhen_clinic_agent::outbox::session::CapturePlan;
use yunzhen_clinic_agent::recordings::disk::{Disk, Waiting};
use yunzhen_domain::audit::hex;
use yunzhen_domain::ids::{RecordingId, SegmentId};
use yunzhen_media::ladder::VideoTarget;
use yunzhen_media::ladder::sound::SoundTarget;
use yunzhen_protocol::bulk::{BulkHead, BulkKind};
use yunzhen_protocol::control::{BoxCamera, SegmentLoss, SegmentRefusal, ToBox, ToRelay};
use yunzhen_protocol::stream::StreamType;
use yunzhen_runtime::{Lifecycle, clock};

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

/// A box with these segments on its disk, before it is started.
async fn with_segments(prepare: impl FnOnce(&Disk, &std::path::Path)) -> (World, Disk) {
    let mut kept = None;
    let world = World::configured(Router::new(), Box::new(TestDevices::default()), |config| {
        let folder = config.spool.file.with_extension("recordings");
        let disk = Disk::open(&folder, u64::MAX).unwrap();
        prepare(&disk, &folder);
        kept = Some(disk);
    })
    .await;
    (world, kept.unwrap())
}

/// What the box gives up: up to which place, and why.
async fn lost(relay: &mut FakeRelay) -> (SegmentId, u32, SegmentLoss) {
    relay
        .heard(|message| match message {
            ToRelay::SegmentLost { segment_id, recording_id, index, reason } => {
                assert_eq!(*recording_id, RECORDING);
                Some((*segment_id, *index, *reason))
            }
            _ => None,
        })
        .await
}

/// The disk did not give the oldest one, and all behind it waited for ever.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_unreadable_segment_is_given_up_in_words_and_holds_up_none_behind_it() {
    let (mut world, disk) = with_segments(|disk, folder| {
        // Neither read nor removed: a folder where the file should be.
        let name = format!("{RECORDING}_{:06}_{}.segment", 3, one(3).segment);
        std::fs::create_dir(folder.join(name)).unwrap();
        disk.keep(one(4), &sealed(4)).unwrap();
    })
    .await;
    world.relay.tell(ToBox::StopRecording { recording_id: RECORDING });
    assert_eq!(lost(&mut world.relay).await, (one(3).segment, 3, SegmentLoss::Unreadable));
    world.relay.tell(ToBox::RecordingNext { recording_id: RECORDING, next: 4 });
    assert_eq!(offered(&mut world.relay).await, (4, 1), "what is given up waits no more");
    world.relay.tell(ToBox::SegmentDone { segment_id: one(4).segment });
    world
        .relay
        .heard(|message| {
            matches!(message, ToRelay::RecordingOver { recording_id } if *recording_id == RECORDING).then_some(())
        })
        .await;
    assert_eq!(disk.waiting().unwrap(), [one(3)], "the disk does not let go of it, and it is told of no more");
    world.life.stop().await.unwrap();
}

/// One file was gone: the next was refused as out of its order, forgotten, and so all that came after.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_segment_that_is_gone_costs_none_behind_it() {
    let (mut world, disk) = with_segments(|disk, _| {
        for index in [4, 5] {
            disk.keep(one(index), &sealed(index)).unwrap();
        }
    })
    .await;
    assert_eq!(offered(&mut world.relay).await, (4, 2));
    world.relay.tell(ToBox::SegmentRefused { segment_id: one(4).segment, reason: SegmentRefusal::OutOfOrder });
    assert_eq!(lost(&mut world.relay).await, (one(4).segment, 3, SegmentLoss::Missing));
    assert_eq!(disk.waiting().unwrap(), [one(4), one(5)], "nothing is forgotten");
    world.relay.tell(ToBox::RecordingNext { recording_id: RECORDING, next: 4 });
    assert_eq!(offered(&mut world.relay).await, (4, 2));
    world.relay.tell(ToBox::SegmentDone { segment_id: one(4).segment });
    assert_eq!(offered(&mut world.relay).await, (5, 1));
    world.life.stop().await.unwrap();
}

/// Devices whose end takes until somebody else has had a turn.
struct SlowDevices {
    closing: Option<tokio::sync::oneshot::Sender<()>>,
    closed: std::sync::mpsc::Receiver<()>,
}

impl Devices for SlowDevices {
    fn cameras(&self) -> Vec<BoxCamera> {
        Vec::new()
    }

    fn microphone(&self) -> bool {
        false
    }

    fn start(&mut self, _plan: CapturePlan, _sink: DeviceSink) {}
    fn adjust(&mut self, _plan: CapturePlan) {}
    fn keyframe(&mut self) {}
    fn target(&mut self, _target: VideoTarget) {}
    fn sound(&mut self, _target: SoundTarget) {}
    fn hold(&mut self, _held: bool) {}

    fn stop(&mut self) {
        self.closing.take().unwrap().send(()).unwrap();
        self.closed.recv_timeout(Duration::from_secs(20)).expect("everything else goes on meanwhile");
    }
}

/// The end of what is recorded was waited for on a thread that others need: on a slow disk the whole drain stood still.
#[tokio::test]
async fn a_drain_waits_for_the_end_of_what_is_recorded_and_holds_up_nothing_else() {
    let (closing, began) = tokio::sync::oneshot::channel();
    let (release, closed) = std::sync::mpsc::channel();
    let life = Lifecycle::new();
    let link = Link::new(life.clone(), clock::now_timestamp());
    let devices = SlowDevices { closing: Some(closing), closed };
    let (driver, _outbox) = Driver::new(life.clone(), link, Box::new(devices));
    let (_events, events) = tokio::sync::mpsc::channel(1);
    life.spawn("media", driver.run(events));
    // On the one thread there is.
    let other = tokio::spawn(async move {
        began.await.unwrap();
        release.send(()).unwrap();
    });
    life.stop().await.unwrap();
    assert!(other.is_finished(), "the drain waited for the devices");
    other.await.unwrap();
}
