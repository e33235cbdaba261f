//! Heads of bulk streams.
#![no_main]

use libfuzzer_sys::fuzz_target;
use yunzhen_protocol::bulk::{BulkHead, MAX_HEAD_BYTES};

fuzz_target!(|data: &[u8]| {
    if let Ok(Some((head, len))) = BulkHead::decode(data) {
        assert!(len <= data.len() && len <= MAX_HEAD_BYTES);
        let bytes = head.encode();
        assert_eq!(BulkHead::decode(&bytes), Ok(Some((head, bytes.len()))));
    }
});
