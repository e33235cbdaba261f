//! Takes keyframe requests out of the RTCP that the tablet sends: `webrtc` delivers no RTCP to the application by itself,
//! and the request can only be answered by the source at the far end of the relay.

use rtc::interceptor::{Interceptor, Packet, StreamInfo, TaggedPacket};
use rtc::rtcp::payload_feedbacks::full_intra_request::FullIntraRequest;
use rtc::rtcp::payload_feedbacks::picture_loss_indication::PictureLossIndication;
use rtc::sansio::Protocol;
use rtc::shared::error::Error;
use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;
use tokio::sync::mpsc;

/// Where in the chain: behind everything that acts on RTCP itself.
pub const SLOT: usize = 14_000;

/// Passes everything on and reports the SSRC of each picture that could not be decoded.
pub struct KeyframeTap {
    wanted: mpsc::Sender<u32>,
    /// Set with whatever comes: the tablet's sign of life.
    heard: Arc<AtomicBool>,
    read: VecDeque<TaggedPacket>,
    write: VecDeque<TaggedPacket>,
}

impl KeyframeTap {
    /// Reports to `wanted`; requests beyond its capacity are dropped, the tablet repeats them.
    pub fn new(wanted: mpsc::Sender<u32>, heard: Arc<AtomicBool>) -> Self {
        Self { wanted, heard, read: VecDeque::new(), write: VecDeque::new() }
    }

    fn look(&self, packet: &dyn rtc::rtcp::Packet) {
        let any = packet.as_any();
        let mut wanted: Vec<u32> = Vec::new();
        if let Some(pli) = any.downcast_ref::<PictureLossIndication>() {
            wanted.push(pli.media_ssrc);
        } else if let Some(fir) = any.downcast_ref::<FullIntraRequest>() {
            wanted.extend(fir.fir.iter().map(|entry| entry.ssrc));
        }
        for ssrc in wanted {
            if self.wanted.try_send(ssrc).is_err() {
                metrics::counter!("yunzhen_playback_keyframe_requests_dropped_total").increment(1);
            }
        }
    }
}

impl Protocol<TaggedPacket, TaggedPacket, ()> for KeyframeTap {
    type Rout = TaggedPacket;
    type Wout = TaggedPacket;
    type Eout = ();
    type Error = Error;
    type Time = Instant;

    fn handle_read(&mut self, message: TaggedPacket) -> Result<(), Self::Error> {
        self.heard.store(true, Ordering::Relaxed);
        if let Packet::Rtcp(packets) = &message.message.packet {
            for packet in packets {
                self.look(packet.as_ref());
            }
        }
        self.read.push_back(message);
        Ok(())
    }

    fn poll_read(&mut self) -> Option<Self::Rout> {
        self.read.pop_front()
    }

    fn handle_write(&mut self, message: TaggedPacket) -> Result<(), Self::Error> {
        self.write.push_back(message);
        Ok(())
    }

    fn poll_write(&mut self) -> Option<Self::Wout> {
        self.write.pop_front()
    }
}

impl Interceptor for KeyframeTap {
    fn bind_local_stream(&mut self, _info: &StreamInfo) {}
    fn unbind_local_stream(&mut self, _info: &StreamInfo) {}
    fn bind_remote_stream(&mut self, _info: &StreamInfo) {}
    fn unbind_remote_stream(&mut self, _info: &StreamInfo) {}
}
