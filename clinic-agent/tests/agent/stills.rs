//! Stills from order to receipt: digest, resumption after an outage and a restart, refusals, and live frames that go on meanwhile.

use std::time::Duration;

use axum::Router;
use sha2::{Digest as _, Sha256};
use yunzhen_clinic_agent::agent;
use yunzhen_clinic_agent::config::Config;
use yunzhen_clinic_agent::outbox::session::Shown;
use yunzhen_domain::audit::hex;
use yunzhen_domain::ids::{ConsultationId, StillId};
use yunzhen_protocol::bulk::BulkHead;
use yunzhen_protocol::control::{BoxCamera, StillRefusal, StillTrouble, StopReason, ToBox, ToRelay};
use yunzhen_protocol::roq::Flow;
use yunzhen_protocol::stream::StreamType;
use yunzhen_runtime::Lifecycle;

use crate::relay::FakeRelay;
use crate::world::{CONSULTATION, STILL_BYTES, TestDevices, World, start_media};

const fn still(number: u128) -> StillId {
    StillId::from_uuid(uuid::Uuid::from_u128(number))
}

fn take(still_id: StillId, camera: BoxCamera) -> ToBox {
    ToBox::TakeStill { still_id, consultation_id: CONSULTATION, camera }
}

async fn in_call() -> World {
    let world = World::new(Router::new(), Box::new(TestDevices::default())).await;
    world.relay.tell(start_media());
    let mut shown = world.agent.outbox.watch_shown();
    let running = shown.wait_for(|shown: &Shown| shown.consultation_id == Some(CONSULTATION));
    tokio::time::timeout(Duration::from_secs(10), running).await.expect("in time").expect("runs");
    world
}

/// The next offer: which still, how many bytes, their digest.
async fn offered(relay: &mut FakeRelay) -> (StillId, u64, String) {
    relay
        .heard(|message| match message {
            ToRelay::StillOffer { still_id, bytes, sha256, .. } => Some((*still_id, *bytes, sha256.clone())),
            _ => None,
        })
        .await
}

async fn failed(relay: &mut FakeRelay) -> (StillId, StillTrouble) {
    relay
        .heard(|message| match message {
            ToRelay::StillFailed { still_id, reason } => Some((*still_id, *reason)),
            _ => None,
        })
        .await
}

/// Reads a bulk stream up to a length, telling the box how far it came.
async fn read(relay: &FakeRelay, id: StillId, into: &mut Vec<u8>, to: usize) {
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
        assert_eq!((head.id, head.offset), (id.uuid(), into.len() as u64));
        while into.len() < to {
            let Some(chunk) = stream.read_chunk(8192, true).await.unwrap() else { break };
            into.extend_from_slice(&chunk.bytes);
            relay.tell(ToBox::StillAt { still_id: id, offset: into.len() as u64 });
        }
    };
    tokio::time::timeout(Duration::from_secs(60), reading).await.expect("a still in time");
}

fn files(config: &Config) -> usize {
    std::fs::read_dir(config.spool.file.with_extension("stills")).unwrap().count()
}

async fn forgotten(config: &Config) {
    let gone = async {
        while files(config) > 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), gone).await.expect("the box forgets it");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_still_goes_on_after_an_outage_beside_the_live_picture() {
    let mut world = in_call().await;
    let id = still(1);
    world.relay.tell(take(id, BoxCamera::Room));
    let (offered_id, bytes, sha256) = offered(&mut world.relay).await;
    assert_eq!((offered_id, bytes), (id, STILL_BYTES as u64));
    world.relay.tell(ToBox::StillAt { still_id: id, offset: 0 });
    let mut came = Vec::new();
    read(&world.relay, id, &mut came, STILL_BYTES / 2).await;
    world.relay.datagram(Flow::Video).await;

    world.wire.set(false);
    world.connected(false).await;
    world.wire.set(true);
    world.connected(true).await;
    // Asked again, as a relay does after a reconnect: what is on disk is not taken again.
    world.relay.tell(start_media());
    world.relay.tell(take(id, BoxCamera::Room));
    assert_eq!(offered(&mut world.relay).await, (id, bytes, sha256.clone()));
    world.relay.tell(ToBox::StillAt { still_id: id, offset: came.len() as u64 });
    read(&world.relay, id, &mut came, STILL_BYTES).await;
    assert_eq!(hex(&Sha256::digest(&came)), sha256);
    world.relay.datagram(Flow::Video).await;
    assert_eq!(files(&world.config), 1, "until the relay has it");
    world.relay.tell(ToBox::StillDone { still_id: id });
    forgotten(&world.config).await;
    world.life.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_waits_survives_a_restart_of_the_box_and_what_is_refused_is_forgotten() {
    let world = in_call().await;
    for number in [2, 1] {
        world.relay.tell(take(still(number), BoxCamera::Room));
    }
    let kept = async {
        while files(&world.config) < 2 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), kept).await.expect("both are on disk");
    world.life.stop().await.unwrap();
    let World { _relay_life, mut relay, wire: _wire, agent, config, dir: _dir, .. } = world;
    drop(agent);
    while relay.control.try_recv().is_ok() {}

    let life = Lifecycle::new();
    let _agent = agent::start(&life, &config, Box::new(TestDevices::default())).await.unwrap();
    assert_eq!(offered(&mut relay).await.0, still(1), "the oldest first");
    relay.tell(ToBox::StillRefused { still_id: still(1), reason: StillRefusal::WrongDigest });
    assert_eq!(offered(&mut relay).await.0, still(2));
    relay.tell(ToBox::StillDone { still_id: still(2) });
    forgotten(&config).await;
    life.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_camera_that_fails_another_consultation_and_a_disk_that_takes_nothing_give_no_still() {
    let mut world = in_call().await;
    world.relay.tell(take(still(1), BoxCamera::CloseUp));
    assert_eq!(failed(&mut world.relay).await, (still(1), StillTrouble::CameraFailed));
    let elsewhere = ConsultationId::from_uuid(uuid::Uuid::from_u128(0xd0));
    world.relay.tell(ToBox::TakeStill { still_id: still(2), consultation_id: elsewhere, camera: BoxCamera::Room });
    assert_eq!(failed(&mut world.relay).await, (still(2), StillTrouble::CallOver));
    assert_eq!(files(&world.config), 0);
    // Nothing can be written, as on a full disk; live frames go on.
    std::fs::remove_dir(world.config.spool.file.with_extension("stills")).unwrap();
    world.relay.tell(take(still(3), BoxCamera::Room));
    assert_eq!(failed(&mut world.relay).await, (still(3), StillTrouble::BoxDisk));
    world.relay.datagram(Flow::Video).await;
    world.life.stop().await.unwrap();
}

/// One file that the disk does not give must not keep the others, or the part of the link that is theirs.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_that_cannot_be_read_is_told_and_does_not_hold_up_those_after_it() {
    let world = in_call().await;
    for number in [1, 2] {
        world.relay.tell(take(still(number), BoxCamera::Room));
    }
    let kept = async {
        while files(&world.config) < 2 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), kept).await.expect("both are on disk");
    world.life.stop().await.unwrap();
    let World { _relay_life, mut relay, wire: _wire, agent, config, dir: _dir, .. } = world;
    drop(agent);
    while relay.control.try_recv().is_ok() {}
    let folder = config.spool.file.with_extension("stills");
    let kept = std::fs::read_dir(&folder).unwrap().next().unwrap().unwrap().path();
    let file = |number| folder.join(still(number).to_string()).with_extension(kept.extension().unwrap());
    // The oldest can be neither read nor removed, the newest is no still that this box sealed.
    std::fs::remove_file(file(1)).unwrap();
    std::fs::create_dir(file(1)).unwrap();
    std::fs::write(file(3), "{}").unwrap();

    let life = Lifecycle::new();
    let agent = agent::start(&life, &config, Box::new(TestDevices::default())).await.unwrap();
    assert_eq!(failed(&mut relay).await, (still(1), StillTrouble::BoxDisk));
    assert_eq!(offered(&mut relay).await.0, still(2));
    relay.tell(ToBox::StillDone { still_id: still(2) });
    assert_eq!(failed(&mut relay).await, (still(3), StillTrouble::BoxDisk));
    let free = async {
        while agent.link.bulk().presses() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), free).await.expect("the live picture has the whole link again");
    assert!(!file(3).exists() && file(1).exists());
    life.stop().await.unwrap();
}

/// Nothing acknowledges a failure: a relay that was away when it was said asks again, also after the call.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_relay_that_asks_after_the_call_is_told_what_failed_in_it() {
    let mut world = in_call().await;
    world.relay.tell(take(still(1), BoxCamera::CloseUp));
    assert_eq!(failed(&mut world.relay).await, (still(1), StillTrouble::CameraFailed));
    world.wire.set(false);
    world.connected(false).await;
    world.wire.set(true);
    world.connected(true).await;
    world.relay.tell(ToBox::StopMedia { consultation_id: CONSULTATION, reason: StopReason::Other });
    world.relay.tell(take(still(1), BoxCamera::CloseUp));
    assert_eq!(failed(&mut world.relay).await, (still(1), StillTrouble::CameraFailed));
    world.relay.tell(take(still(2), BoxCamera::Room));
    assert_eq!(failed(&mut world.relay).await, (still(2), StillTrouble::CallOver), "nothing is taken after the call");
    assert_eq!(files(&world.config), 0);
    world.life.stop().await.unwrap();
}
