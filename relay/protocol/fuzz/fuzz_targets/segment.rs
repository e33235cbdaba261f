//! Segments of recordings. What is taken can be written again.
#![no_main]

use bytes::Bytes;
use libfuzzer_sys::fuzz_target;
use yunzhen_protocol::segment::Segment;

fuzz_target!(|data: &[u8]| {
    if let Ok(segment) = Segment::decode(Bytes::copy_from_slice(data)) {
        assert_eq!(segment.encode(), data);
    }
});
