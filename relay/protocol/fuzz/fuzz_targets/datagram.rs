//! Datagrams and fragments. The input is a row of datagrams, each after a byte with its length.
#![no_main]

use bytes::Bytes;
use libfuzzer_sys::fuzz_target;
use yunzhen_protocol::{
    fragment::{Fragmenter, MAX_PACKET_BYTES, Reassembler},
    roq::{Datagram, Flow},
};

fuzz_target!(|data: &[u8]| {
    // As one datagram, so that the golden vectors are seeds.
    let _ = Datagram::decode(Bytes::copy_from_slice(data));
    let mut reassembler = Reassembler::new();
    let mut rest = data;
    while let [len, tail @ ..] = rest {
        let (one, next) = tail.split_at(usize::from(*len).min(tail.len()));
        rest = next;
        let Ok(datagram) = Datagram::decode(Bytes::copy_from_slice(one)) else { continue };
        assert_eq!(Flow::from_id(datagram.flow.id()), Some(datagram.flow));
        if datagram.is_fragment {
            if let Ok(Some(packet)) = reassembler.push(datagram.flow, datagram.packet) {
                assert!(packet.len() <= MAX_PACKET_BYTES);
                check_round_trip(datagram.flow, &packet);
            }
        }
    }
});

fn check_round_trip(flow: Flow, packet: &[u8]) {
    let Ok(datagrams) = Fragmenter::new().datagrams(flow, &[], packet, 600) else { return };
    let mut reassembler = Reassembler::new();
    for datagram in datagrams {
        let datagram = Datagram::decode(datagram).expect("own datagram");
        let whole = if datagram.is_fragment {
            reassembler.push(flow, datagram.packet).expect("own fragment")
        } else {
            Some(datagram.packet)
        };
        if let Some(whole) = whole {
            assert_eq!(whole, packet);
        }
    }
}
