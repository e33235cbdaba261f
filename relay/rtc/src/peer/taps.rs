//! Our interceptor in the library's chain.
//!
//! The library's NACK generator is not in the chain: it would not see retransmissions (they are unwrapped behind it) and ask
//! again for what has just come; the room asks for what a publisher's packets lack, by the round trip.
//!
//! [`Feedback`] lets inbound RTCP through to the peer. By default the chain ends it; and the endpoint behind the chain routes
//! a compound by the first SSRC of its first packet only, so each packet travels alone and reports are cut down to the streams
//! we send under their main SSRC.

use std::collections::VecDeque;
use std::time::Instant;

use rtc::interceptor::{Attribute, Interceptor, Packet, StreamInfo, TaggedPacket};
use rtc::rtcp::receiver_report::ReceiverReport;
use rtc::rtcp::sender_report::SenderReport;
use rtc::sansio::Protocol;
use rtc::shared::error::Error;

/// See the module.
pub(crate) struct Feedback {
    ours: Option<Vec<u32>>,
    read: VecDeque<TaggedPacket>,
    write: VecDeque<TaggedPacket>,
}

impl Feedback {
    /// Where it sits: closer to the wire than everything that consumes RTCP.
    pub(crate) const SLOT: usize = 3_500;

    /// Lets reports about any stream through.
    pub(crate) fn all() -> Self {
        Self { ours: None, read: VecDeque::new(), write: VecDeque::new() }
    }

    /// `ours` are the SSRCs we send with, without those of retransmissions.
    pub(super) fn new(ours: Vec<u32>) -> Self {
        Self { ours: Some(ours), read: VecDeque::new(), write: VecDeque::new() }
    }

    fn reduce(&self, packet: Box<dyn rtc::rtcp::Packet>) -> Box<dyn rtc::rtcp::Packet> {
        let Some(ours) = &self.ours else { return packet };
        if let Some(report) = packet.as_any().downcast_ref::<ReceiverReport>() {
            let mut report = report.clone();
            report.reports.retain(|block| ours.contains(&block.ssrc));
            return Box::new(report);
        }
        if let Some(report) = packet.as_any().downcast_ref::<SenderReport>() {
            let mut report = report.clone();
            report.reports.retain(|block| ours.contains(&block.ssrc));
            return Box::new(report);
        }
        packet
    }
}

impl Protocol<TaggedPacket, TaggedPacket, ()> for Feedback {
    type Rout = TaggedPacket;
    type Wout = TaggedPacket;
    type Eout = ();
    type Error = Error;
    type Time = Instant;

    fn handle_read(&mut self, mut msg: TaggedPacket) -> Result<(), Error> {
        if let Packet::Rtcp(packets) = &mut msg.message.packet {
            let (now, transport) = (msg.now, msg.transport);
            for packet in std::mem::take(packets) {
                let message = Packet::Rtcp(vec![self.reduce(packet)]);
                let mut single = TaggedPacket { now, transport, message: message.into() };
                single.message.add(Attribute::DeliverToApplication);
                self.read.push_back(single);
            }
        } else {
            self.read.push_back(msg);
        }
        Ok(())
    }

    fn poll_read(&mut self) -> Option<TaggedPacket> {
        self.read.pop_front()
    }

    fn handle_write(&mut self, msg: TaggedPacket) -> Result<(), Error> {
        self.write.push_back(msg);
        Ok(())
    }

    fn poll_write(&mut self) -> Option<TaggedPacket> {
        self.write.pop_front()
    }
}

impl Interceptor for Feedback {
    fn bind_local_stream(&mut self, _: &StreamInfo) {}
    fn unbind_local_stream(&mut self, _: &StreamInfo) {}
    fn bind_remote_stream(&mut self, _: &StreamInfo) {}
    fn unbind_remote_stream(&mut self, _: &StreamInfo) {}
}
