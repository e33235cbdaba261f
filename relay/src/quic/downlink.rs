//! A room's media towards a box: RTP packets in, datagrams out, sized to the path.
//!
//! quinn drops the oldest datagram without a word when its buffer is full; so video is dropped here, newest first and counted, while there is
//! still room for sound.

use bytes::Bytes;
use quinn::Connection;
use yunzhen_protocol::fragment::Fragmenter;
use yunzhen_protocol::roq::Flow;
use yunzhen_rtc::{ExternalSink, MediaFlow};

/// Room that is kept free for sound and feedback, bytes.
const KEPT_FOR_SOUND: usize = 2 * 1024;

/// The sink that a shard writes to; never blocks.
#[derive(Debug)]
pub struct Downlink {
    connection: Connection,
    fragmenter: Fragmenter,
}

impl Downlink {
    /// Towards one box.
    pub fn new(connection: Connection) -> Self {
        Self { connection, fragmenter: Fragmenter::new() }
    }
}

impl ExternalSink for Downlink {
    fn packet(&mut self, slot: Option<u8>, flow: MediaFlow, packet: Bytes) {
        let flow = match (slot, flow) {
            (Some(slot), MediaFlow::Video) => Flow::SlotVideo(slot),
            (Some(slot), MediaFlow::Audio) => Flow::SlotAudio(slot),
            (Some(slot), MediaFlow::Rtcp) => Flow::SlotFeedback(slot),
            (None, _) => Flow::Feedback,
        };
        let Some(max) = self.connection.max_datagram_size() else { return };
        if matches!(flow, Flow::SlotVideo(_))
            && self.connection.datagram_send_buffer_space() < packet.len() + KEPT_FOR_SOUND
        {
            metrics::counter!("yunzhen_downlink_dropped_total", "kind" => "video").increment(1);
            return;
        }
        let datagrams = match self.fragmenter.datagrams(flow, &[], &packet, max) {
            Ok(datagrams) => datagrams,
            Err(error) => {
                tracing::debug!(%error, "packet does not fit the path");
                metrics::counter!("yunzhen_downlink_dropped_total", "kind" => "oversize").increment(1);
                return;
            }
        };
        for datagram in datagrams {
            // The path may have shrunk this instant, or the box may be gone: the next packet, or the next connection, will do.
            if self.connection.send_datagram(datagram).is_err() {
                metrics::counter!("yunzhen_downlink_dropped_total", "kind" => "path").increment(1);
            }
        }
    }
}
