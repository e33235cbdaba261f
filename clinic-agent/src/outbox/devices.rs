//! The box's cameras and microphone, as the driver needs them: an interface, so that the driver can be tested without
//! ffmpeg. The real ones are [`crate::capture`].

use super::session::CapturePlan;
use crate::recordings::{RecordOrder, TapeTarget};
use bytes::Bytes;
use jiff::Timestamp;
use std::time::Instant;
use tokio::sync::{mpsc, oneshot};
use yunzhen_media::MediaKind;
use yunzhen_media::ladder::VideoTarget;
use yunzhen_media::ladder::sound::SoundTarget;
use yunzhen_media::layers::Layer;
use yunzhen_protocol::control::BoxCamera;
use yunzhen_protocol::rtp::RtpPacket;

/// Encoded packets that may wait for the driver: a key frame and then some. Newest are dropped when it is full.
pub const PACKET_QUEUE: usize = 512;

/// One encoded packet.
#[derive(Clone, Debug)]
pub struct Captured {
    /// Sound or picture.
    pub kind: MediaKind,
    /// Of which picture; each counts its packets by itself.
    pub layer: Layer,
    /// With the payload type of the plan.
    pub packet: RtpPacket,
    /// When what the packet's timestamp stands for was seen or heard; sound and picture are kept together by it.
    pub taken_at: Instant,
}

/// What devices report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DeviceEvent {
    /// Packets flow (again).
    Running,
    /// One sentence: what is wrong and what to do.
    Failed(String),
}

/// Where devices put what they make.
#[derive(Clone, Debug)]
pub struct DeviceSink {
    /// Encoded media.
    pub packets: mpsc::Sender<Captured>,
    /// What happens to the devices.
    pub events: mpsc::Sender<DeviceEvent>,
}

/// A camera's full picture, without loss.
#[derive(Clone, Debug)]
pub struct Picture {
    /// The file.
    pub bytes: Bytes,
    /// `image/png`.
    pub media_type: &'static str,
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
    /// When it was taken.
    pub taken_at: Timestamp,
}

/// Why there is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoPicture {
    /// This box is not in that consultation.
    NoCall,
    /// The camera is off.
    Off,
    /// It gave nothing.
    Failed,
}

/// A wish for a full picture. Dropped without a word it means that there is none.
#[derive(Debug)]
pub struct StillOrder {
    /// Of which camera.
    pub camera: BoxCamera,
    /// Where it goes.
    pub reply: oneshot::Sender<Result<Picture, NoPicture>>,
}

impl StillOrder {
    /// There is none.
    pub fn refuse(self, why: NoPicture) {
        // Nobody waits for it any more: it was given up.
        let _ = self.reply.send(Err(why));
    }
}

/// Cameras and microphone of one box. Calls return at once; failures come as [`DeviceEvent::Failed`].
pub trait Devices: Send {
    /// The cameras there are, preferred first.
    fn cameras(&self) -> Vec<BoxCamera>;
    /// Whether there is a microphone.
    fn microphone(&self) -> bool;
    /// Opens what the plan needs.
    fn start(&mut self, plan: CapturePlan, sink: DeviceSink);
    /// Changes camera and pauses.
    fn adjust(&mut self, plan: CapturePlan);
    /// The next frame is to be a key frame.
    fn keyframe(&mut self);
    /// New target of the video encoder. Another size begins with a key frame, another pace of a small picture does not; numbers and times go on.
    fn target(&mut self, target: VideoTarget);
    /// New target of the encoder of sound; numbers and times go on.
    fn sound(&mut self, target: SoundTarget);
    /// No frames are to be encoded for now, or again: what was made has not left the box.
    fn hold(&mut self, held: bool);
    /// Whether it can make a low picture beside the main one.
    fn makes_low(&self) -> bool {
        false
    }
    /// What the low picture is to be; `None`: there is none. It begins with a key frame; numbers and times go on through its pauses.
    fn low(&mut self, _target: Option<VideoTarget>) {}
    /// The next frame of the low picture is to be a key frame.
    fn low_keyframe(&mut self) {}
    /// Takes a full picture; the live one goes on.
    fn still(&mut self, order: StillOrder) {
        order.refuse(NoPicture::Off);
    }
    /// Whether it can record at full quality beside the call.
    fn records(&self) -> bool {
        false
    }
    /// Records what it films and hears from now on, whatever it is told of the link. One that records that already goes on.
    fn record(&mut self, _order: RecordOrder, _target: &TapeTarget) {}
    /// Records no more.
    fn stop_recording(&mut self) {}
    /// Closes everything.
    fn stop(&mut self);
}

/// A box without devices: the tablet is its only camera and microphone.
#[derive(Debug, Default)]
pub struct NoDevices;

impl Devices for NoDevices {
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
    fn stop(&mut self) {}
}
