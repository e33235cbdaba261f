//! RTCP compounds, and trickle fragments when the bytes are text.
#![no_main]

use libfuzzer_sys::fuzz_target;
use yunzhen_protocol::{rtcp, sdpfrag::SdpFragment};

fuzz_target!(|data: &[u8]| {
    if let Ok(packets) = rtcp::parse(data) {
        let encoded = rtcp::encode(&packets);
        let again = rtcp::parse(&encoded).expect("own bytes");
        assert_eq!(packets.len(), again.len());
    }
    if let Ok(text) = std::str::from_utf8(data) {
        let _ = SdpFragment::parse(text);
    }
});
