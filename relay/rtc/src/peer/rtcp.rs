//! The library's RTCP packets ↔ the protocol's.

use crate::protocol::rtcp::{MAX_NACKED, ReportBlock, SenderInfo};
use rtc::rtcp::payload_feedbacks::full_intra_request::FullIntraRequest;
use rtc::rtcp::payload_feedbacks::picture_loss_indication::PictureLossIndication;
use rtc::rtcp::payload_feedbacks::receiver_estimated_maximum_bitrate::ReceiverEstimatedMaximumBitrate;
use rtc::rtcp::receiver_report::ReceiverReport;
use rtc::rtcp::reception_report::ReceptionReport;
use rtc::rtcp::sender_report::SenderReport;
use rtc::rtcp::transport_feedbacks::transport_layer_nack::TransportLayerNack;

/// What one inbound RTCP packet says that somebody behind the leg should know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Said {
    /// The publisher's clocks.
    Sent { ssrc: u32, info: SenderInfo },
    /// How a stream of ours arrives.
    Received(ReportBlock),
    /// Packets of ours that did not arrive.
    Lost { ssrc: u32, sequences: Vec<u16> },
    /// A picture of ours cannot be decoded.
    Keyframe { ssrc: u32 },
}

/// Reads one packet.
pub(super) fn read(packet: &dyn rtc::rtcp::Packet, mut say: impl FnMut(Said)) {
    let any = packet.as_any();
    if let Some(report) = any.downcast_ref::<ReceiverReport>() {
        report.reports.iter().for_each(|report| say(Said::Received(block(report))));
    } else if let Some(report) = any.downcast_ref::<SenderReport>() {
        let info = SenderInfo {
            ntp: report.ntp_time,
            rtp_timestamp: report.rtp_time,
            packets: report.packet_count,
            octets: report.octet_count,
        };
        say(Said::Sent { ssrc: report.ssrc, info });
        report.reports.iter().for_each(|report| say(Said::Received(block(report))));
    } else if let Some(nack) = any.downcast_ref::<TransportLayerNack>() {
        let sequences = nack.nacks.iter().flat_map(|pair| pair.packet_list()).take(MAX_NACKED).collect();
        say(Said::Lost { ssrc: nack.media_ssrc, sequences });
    } else if let Some(pli) = any.downcast_ref::<PictureLossIndication>() {
        say(Said::Keyframe { ssrc: pli.media_ssrc });
    } else if let Some(fir) = any.downcast_ref::<FullIntraRequest>() {
        fir.fir.iter().for_each(|entry| say(Said::Keyframe { ssrc: entry.ssrc }));
    }
}

fn block(report: &ReceptionReport) -> ReportBlock {
    ReportBlock {
        ssrc: report.ssrc,
        fraction_lost: report.fraction_lost,
        // 24 bits, signed.
        cumulative_lost: ((report.total_lost << 8) as i32) >> 8,
        highest_sequence: report.last_sequence_number,
        jitter: report.jitter,
        last_sr: report.last_sender_report,
        delay_since_last_sr: report.delay,
    }
}

/// A sender report for one of our streams.
pub(super) fn sender_report(ssrc: u32, info: &SenderInfo) -> Vec<Box<dyn rtc::rtcp::Packet>> {
    vec![Box::new(SenderReport {
        ssrc,
        ntp_time: info.ntp,
        rtp_time: info.rtp_timestamp,
        packet_count: info.packets,
        octet_count: info.octets,
        ..SenderReport::default()
    })]
}

/// A keyframe request for what the browser sends.
pub(super) fn keyframe_request(media_ssrc: u32) -> Vec<Box<dyn rtc::rtcp::Packet>> {
    vec![Box::new(PictureLossIndication { sender_ssrc: 0, media_ssrc })]
}

/// The most that the browser may send, sound and picture together (REMB, draft-alvestrand-rmcat-remb-03).
pub(super) fn limit(bps: u32, ssrcs: Vec<u32>) -> Vec<Box<dyn rtc::rtcp::Packet>> {
    vec![Box::new(ReceiverEstimatedMaximumBitrate { sender_ssrc: 0, bitrate: bps as f32, ssrcs })]
}

/// A request for packets that did not arrive.
pub(super) fn nack(media_ssrc: u32, sequences: &[u16]) -> Vec<Box<dyn rtc::rtcp::Packet>> {
    let nacks = rtc::rtcp::transport_feedbacks::transport_layer_nack::nack_pairs_from_sequence_numbers(sequences);
    vec![Box::new(TransportLayerNack { sender_ssrc: 0, media_ssrc, nacks })]
}
