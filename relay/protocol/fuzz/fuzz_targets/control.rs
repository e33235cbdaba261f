//! Control streams, in both directions.
#![no_main]

use libfuzzer_sys::fuzz_target;
use yunzhen_protocol::control::{self, Decoded, FrameReader, Message, ToBox, ToRelay};

fuzz_target!(|data: &[u8]| {
    read::<ToRelay>(data);
    read::<ToBox>(data);
});

fn read<T: Message>(data: &[u8]) {
    let _ = control::decode::<T>(data);
    let mut reader = FrameReader::new();
    // In uneven pieces, as a stream comes.
    for piece in data.chunks(7) {
        reader.push(piece);
        loop {
            match reader.next_message::<T>() {
                Ok(Some(Decoded::Message(message))) => {
                    let _ = control::encode(&message);
                }
                Ok(Some(Decoded::Unknown { kind })) => assert!(kind.len() <= 64),
                Ok(None) => break,
                Err(error) => {
                    assert!(error.close_code() > 0x20);
                    return;
                }
            }
        }
    }
}
