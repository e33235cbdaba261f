//! A whole box on free ports, with devices of the tests' own.

use crate::relay::{FakeRelay, Pki, Wire};
use axum::Router;
use bytes::Bytes;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;
use tempfile::TempDir;
use yunzhen_certs::standing::Presents;
use yunzhen_certs::{Identity, Trust, tls};
use yunzhen_clinic_agent::agent::{self, Agent};
use yunzhen_clinic_agent::buttons::ButtonSettings;
use yunzhen_clinic_agent::capture::CaptureSettings;
use yunzhen_clinic_agent::config::{
    Config, IdentitySettings, LinkSettings, PageSettings, RelaySettings, SpoolSettings,
};
use yunzhen_clinic_agent::devices::DeviceSettings;
use yunzhen_clinic_agent::link::driver::Target;
use yunzhen_clinic_agent::modem::ModemSettings;
use yunzhen_clinic_agent::outbox::devices::{Captured, DeviceSink, Devices, NoPicture, Picture, StillOrder};
use yunzhen_clinic_agent::outbox::session::CapturePlan;
use yunzhen_domain::ids::{ConsultationId, HomeId};
use yunzhen_media::MediaKind;
use yunzhen_media::ladder::VideoTarget;
use yunzhen_media::ladder::sound::SoundTarget;
use yunzhen_media::layers::Layer;
use yunzhen_protocol::control::{AudioPlan, BoxCamera, ToBox, ToRelay, VideoPlan};
use yunzhen_protocol::payload_type;
use yunzhen_protocol::rtp::{RtpHeader, RtpPacket};
use yunzhen_runtime::telemetry::TelemetrySettings;
use yunzhen_runtime::{Lifecycle, clock};

pub const CONSULTATION: ConsultationId = ConsultationId::from_uuid(uuid::Uuid::from_u128(0xc0));
/// Of what the room camera of the tests gives in full.
pub const STILL_BYTES: usize = 200_000;
pub const VIDEO_SSRC: u32 = 0x1111;
pub const AUDIO_SSRC: u32 = 0x2222;

pub fn start_media() -> ToBox {
    start_media_of(CONSULTATION)
}

pub fn start_media_of(consultation_id: ConsultationId) -> ToBox {
    ToBox::StartMedia {
        consultation_id,
        video: VideoPlan {
            ssrc: VIDEO_SSRC,
            payload_type: payload_type::H264,
            bitrate_bps: 1_500_000,
            fps: 30,
            width: 1280,
            height: 720,
        },
        audio: AudioPlan { ssrc: AUDIO_SSRC, payload_type: payload_type::OPUS, bitrate_bps: 32_000 },
        hold_s: Some(600),
        low: None,
    }
}

pub struct World {
    pub life: Lifecycle,
    /// Kept: the relay runs as long as the world.
    pub _relay_life: Lifecycle,
    pub relay: FakeRelay,
    pub wire: Wire,
    pub agent: Agent,
    pub page: SocketAddr,
    pub config: Config,
    pub dir: TempDir,
}

pub fn config(dir: &TempDir, pki: &Pki, relay: SocketAddr) -> Config {
    let home = Identity::Box { home_id: HomeId::from_uuid(uuid::Uuid::from_u128(5)) };
    let issued = pki.authority.systems.issue_with_key(&home, &[], None, clock::now_timestamp()).unwrap();
    issued.write(dir.path(), "box").unwrap();
    std::fs::write(dir.path().join("systems.pem"), pki.authority.systems.pem()).unwrap();
    let loopback = IpAddr::V4(Ipv4Addr::LOCALHOST);
    Config {
        relay: RelaySettings { address: relay.to_string(), server_name: Some("localhost".into()), enrolment: None },
        identity: IdentitySettings {
            certificate: dir.path().join("box.pem"),
            key: dir.path().join("box.key.pem"),
            trust: dir.path().join("systems.pem"),
        },
        page: PageSettings {
            listen: SocketAddr::new(loopback, 0),
            media_addresses: vec![loopback],
            ..PageSettings::default()
        },
        link: LinkSettings::default(),
        spool: SpoolSettings { file: dir.path().join("spool.redb"), key: None },
        capture: CaptureSettings::default(),
        recording: Default::default(),
        devices: DeviceSettings::default(),
        buttons: ButtonSettings::default(),
        modem: ModemSettings::default(),
        limits: Default::default(),
        telemetry: TelemetrySettings::default(),
    }
}

/// A relay as a box without any device dials it.
pub fn bare(relay: &FakeRelay, own: &impl Presents, trust: &Trust) -> Target {
    Target {
        address: relay.address.to_string(),
        server_name: "localhost".into(),
        tls: tls::quic_client(own, trust).unwrap(),
        hello: ToRelay::Hello {
            protocol: 1,
            agent_version: "t".into(),
            cameras: vec![],
            microphone: false,
            arrivals: false,
            records: false,
            low_picture: false,
            instance: None,
        },
        paths: vec![],
    }
}

impl World {
    pub async fn new(router: Router, devices: Box<dyn Devices>) -> Self {
        Self::configured(router, devices, |_| {}).await
    }

    /// A box that has measuring devices.
    pub async fn with(router: Router, devices: Box<dyn Devices>, measuring: DeviceSettings) -> Self {
        Self::configured(router, devices, |config| config.devices = measuring).await
    }

    /// A box with a configuration of its own.
    pub async fn configured(router: Router, devices: Box<dyn Devices>, change: impl FnOnce(&mut Config)) -> Self {
        Self::prepared(router, devices, change, |_| {}).await
    }

    /// The same before a relay with ways of its own.
    pub async fn prepared(
        router: Router,
        devices: Box<dyn Devices>,
        change: impl FnOnce(&mut Config),
        prepare: impl FnOnce(&FakeRelay),
    ) -> Self {
        let (life, relay_life) = (Lifecycle::new(), Lifecycle::new());
        let pki = Pki::new();
        let relay = FakeRelay::start(&relay_life, &pki, router);
        prepare(&relay);
        let wire = Wire::to(relay.address).await;
        let dir = tempfile::tempdir().unwrap();
        let mut config = config(&dir, &pki, wire.address);
        change(&mut config);
        let agent = agent::start(&life, &config, devices).await.unwrap();
        let mut world = Self { life, _relay_life: relay_life, relay, wire, page: agent.bound.page, agent, config, dir };
        world.connected(true).await;
        world
    }

    /// Waits until the link is (not) connected; says how long it took.
    pub async fn connected(&mut self, wanted: bool) -> Duration {
        let begun = clock::now_instant();
        let mut status = self.agent.link.status();
        let waited = status.wait_for(|status| status.is_connected() == wanted);
        tokio::time::timeout(Duration::from_secs(20), waited).await.expect("in time").expect("link runs");
        clock::now_instant().saturating_duration_since(begun)
    }
}

/// A camera and a microphone that need no ffmpeg: packets with a counter, key frames on request.
#[derive(Clone, Default)]
pub struct TestDevices {
    pub keyframe: Arc<AtomicBool>,
    pub keyframes: Arc<AtomicU32>,
    pub bitrate: Arc<AtomicU32>,
    pub running: Arc<AtomicU32>,
    /// No pictures for now.
    pub held: Arc<AtomicBool>,
    /// Bytes of a picture; 900 when not set.
    pub picture_bytes: Option<usize>,
}

impl Devices for TestDevices {
    fn cameras(&self) -> Vec<BoxCamera> {
        vec![BoxCamera::Room, BoxCamera::CloseUp]
    }

    fn microphone(&self) -> bool {
        true
    }

    fn start(&mut self, plan: CapturePlan, sink: DeviceSink) {
        let run = self.running.fetch_add(1, Ordering::Relaxed) + 1;
        self.keyframe.store(true, Ordering::Relaxed);
        let this = self.clone();
        tokio::spawn(async move {
            let mut ticks = tokio::time::interval(Duration::from_millis(10));
            let (mut sequence, mut sound, mut timestamp) = (60_000u16, 60_000u16, 0u32);
            while this.running.load(Ordering::Relaxed) == run {
                ticks.tick().await;
                let key = this.keyframe.swap(false, Ordering::Relaxed);
                this.keyframes.fetch_add(u32::from(key), Ordering::Relaxed);
                let mut payload = vec![if key { 0x67 } else { 0x41 }; this.picture_bytes.unwrap_or(900)];
                payload[1..5].copy_from_slice(&timestamp.to_be_bytes());
                let header = RtpHeader {
                    marker: true,
                    payload_type: plan.video.payload_type,
                    sequence,
                    timestamp,
                    ssrc: plan.video.ssrc,
                };
                let video = RtpPacket { header, payload: Bytes::from(payload) };
                let audio = RtpPacket {
                    header: RtpHeader {
                        payload_type: plan.audio.payload_type,
                        ssrc: plan.audio.ssrc,
                        sequence: sound,
                        ..header
                    },
                    payload: Bytes::from_static(&[0xfc; 40]),
                };
                let taken_at = clock::now_instant();
                // As an encoder that is held: no picture, and no number.
                if this.picture_bytes.is_some() && this.held.load(Ordering::Relaxed) {
                    let packet = audio;
                    let _ = sink.packets.try_send(Captured {
                        kind: MediaKind::Audio,
                        layer: Layer::Main,
                        packet,
                        taken_at,
                    });
                    (sound, timestamp) = (sound.wrapping_add(1), timestamp.wrapping_add(900));
                    continue;
                }
                for (kind, packet) in [(MediaKind::Video, video), (MediaKind::Audio, audio)] {
                    let _ = sink.packets.try_send(Captured { kind, layer: Layer::Main, packet, taken_at });
                }
                (sequence, sound) = (sequence.wrapping_add(1), sound.wrapping_add(1));
                timestamp = timestamp.wrapping_add(900);
            }
        });
    }

    fn adjust(&mut self, _plan: CapturePlan) {
        self.keyframe.store(true, Ordering::Relaxed);
    }

    fn keyframe(&mut self) {
        self.keyframe.store(true, Ordering::Relaxed);
    }

    fn target(&mut self, target: VideoTarget) {
        self.bitrate.store(target.bitrate_bps, Ordering::Relaxed);
    }

    fn sound(&mut self, _target: SoundTarget) {}

    fn hold(&mut self, held: bool) {
        self.held.store(held, Ordering::Relaxed);
    }

    fn still(&mut self, order: StillOrder) {
        match order.camera {
            BoxCamera::Room => {
                let bytes = Bytes::from((0..STILL_BYTES).map(|n| (n % 251) as u8).collect::<Vec<_>>());
                let taken_at = clock::now_timestamp();
                let picture = Picture { bytes, media_type: "image/png", width: 1280, height: 720, taken_at };
                let _ = order.reply.send(Ok(picture));
            }
            BoxCamera::CloseUp => order.refuse(NoPicture::Failed),
        }
    }

    fn stop(&mut self) {
        self.running.fetch_add(1, Ordering::Relaxed);
    }
}
