//! A room's media towards a box: RTP packets in, datagrams out, sized to the path.
//!
//! quinn drops the oldest datagram without a word when its buffer is full; so video is dropped here, newest first and counted, while there is
//! still room for sound.

use bytes::Bytes;
use quinn::Connection;
use tokio::sync::watch;
use yunzhen_protocol::fragment::Fragmenter;
use yunzhen_protocol::roq::Flow;
use yunzhen_rtc::{ExternalSink, MediaFlow};

use super::paths::{Connections, Path};

/// Room that is kept free for sound and feedback, bytes.
const KEPT_FOR_SOUND: usize = 2 * 1024;

/// The sink that a shard writes to; never blocks. Sound and feedback go by every path of the box, pictures by the one that [`Connections`] chose.
#[derive(Debug)]
pub struct Downlink {
    connections: Connections,
    list: watch::Receiver<Vec<Path>>,
    paths: Vec<(Path, Fragmenter)>,
}

impl Downlink {
    /// Towards one box.
    pub fn new(connections: Connections) -> Self {
        let mut list = connections.watch();
        let paths = list.borrow_and_update().iter().map(|path| (path.clone(), Fragmenter::new())).collect();
        Self { connections, list, paths }
    }

    /// Paths come and go rarely: this is a look at a number as long as none did.
    fn follow(&mut self) {
        if !self.list.has_changed().unwrap_or(false) {
            return;
        }
        let list = self.list.borrow_and_update();
        self.paths.retain(|(path, _)| list.iter().any(|listed| listed.number == path.number));
        for path in list.iter() {
            if !self.paths.iter().any(|(known, _)| known.number == path.number) {
                self.paths.push((path.clone(), Fragmenter::new()));
            }
        }
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
        self.follow();
        if !matches!(flow, Flow::SlotVideo(_)) {
            return self.paths.iter_mut().for_each(|(path, cut)| send(&path.connection, cut, flow, &packet));
        }
        let chosen = self.connections.picture();
        let place = self.paths.iter().position(|(path, _)| path.number == chosen).unwrap_or_default();
        if let Some((path, cut)) = self.paths.get_mut(place) {
            send(&path.connection, cut, flow, &packet);
        }
    }
}

fn send(connection: &Connection, fragmenter: &mut Fragmenter, flow: Flow, packet: &Bytes) {
    let Some(max) = connection.max_datagram_size() else { return };
    if matches!(flow, Flow::SlotVideo(_)) && connection.datagram_send_buffer_space() < packet.len() + KEPT_FOR_SOUND {
        metrics::counter!("yunzhen_downlink_dropped_total", "kind" => "video").increment(1);
        return;
    }
    let datagrams = match fragmenter.datagrams(flow, &[], packet, max) {
        Ok(datagrams) => datagrams,
        Err(error) => {
            tracing::debug!(%error, "packet does not fit the path");
            metrics::counter!("yunzhen_downlink_dropped_total", "kind" => "oversize").increment(1);
            return;
        }
    };
    for datagram in datagrams {
        // The path may have shrunk this instant, or the box may be gone: the next packet, or the next connection, will do.
        if connection.send_datagram(datagram).is_err() {
            metrics::counter!("yunzhen_downlink_dropped_total", "kind" => "path").increment(1);
        }
    }
}
