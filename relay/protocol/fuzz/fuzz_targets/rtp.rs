//! RTP packets.
#![no_main]

use bytes::Bytes;
use libfuzzer_sys::fuzz_target;
use yunzhen_protocol::rtp::{RtpPacket, RtpView, is_rtcp};

fuzz_target!(|data: &[u8]| {
    let _ = is_rtcp(data);
    let Ok(view) = RtpView::parse(data) else { return };
    let extension = view.extension().map_or(0, |extension| 4 + extension.data.len());
    assert!(12 + 4 * view.csrcs().count() + extension + view.payload().len() <= data.len());
    let packet = RtpPacket::parse(Bytes::copy_from_slice(data)).expect("parsed once");
    assert_eq!((packet.header, &packet.payload[..]), (view.header(), view.payload()));
    // What is forwarded is the plain form, and says the same.
    assert_eq!(RtpPacket::parse(packet.to_bytes()), Ok(packet));
});
