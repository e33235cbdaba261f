//! Offers of browsers and standard clients, and fragments of trickle ICE.
#![no_main]

use libfuzzer_sys::fuzz_target;
use yunzhen_protocol::sdpfrag::SdpFragment;
use yunzhen_rtc::sdp::{Offer, OfferLimits};

fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let limits = OfferLimits::default();
    if let Ok(offer) = Offer::parse(text, &limits) {
        assert!(text.len() <= limits.bytes && offer.lines.len() <= limits.media_lines);
    }
    let _ = SdpFragment::parse(text);
});
