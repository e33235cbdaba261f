//! Content of flow 3. What is taken can be written again.
#![no_main]

use bytes::Bytes;
use libfuzzer_sys::fuzz_target;
use yunzhen_protocol::{
    repair::{MAX_EARLIER, Repair, encode_parity, encode_sounds},
    rtp::RtpPacket,
};

fuzz_target!(|data: &[u8]| {
    let Ok(repair) = Repair::decode(Bytes::copy_from_slice(data)) else { return };
    match repair {
        Repair::Parity(parity) => {
            assert_eq!(encode_parity(parity.number, parity.block, parity.index, &parity.shard), data);
        }
        Repair::Sounds { newest, earlier } => {
            assert!(earlier.len() <= MAX_EARLIER);
            let newest = RtpPacket::parse(newest).expect("its header was read");
            let again = encode_sounds(&newest, earlier.iter(), usize::MAX);
            let Ok(Repair::Sounds { earlier: known, .. }) = Repair::decode(again) else { panic!("own bytes") };
            assert_eq!(known, earlier);
        }
    }
});
