//! Payloads of redundant audio. What is taken is written again as the same bytes.
#![no_main]

use bytes::Bytes;
use libfuzzer_sys::fuzz_target;
use yunzhen_protocol::red::{MAX_EARLIER, MAX_LENGTH, MAX_TICKS, Red, encode};

fuzz_target!(|data: &[u8]| {
    let Ok(red) = Red::decode(Bytes::copy_from_slice(data)) else { return };
    assert!(red.earlier.len() <= MAX_EARLIER);
    assert!(red.earlier.iter().all(|sound| sound.ticks <= MAX_TICKS && sound.payload.len() <= MAX_LENGTH));
    assert_eq!(encode(red.payload_type, &red.own, &red.earlier), data);
});
