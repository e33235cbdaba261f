//! Recorded voice messages, as a page sends them: WebM and Ogg of anybody's making.
#![no_main]

use libfuzzer_sys::fuzz_target;
use yunzhen_domain::voice_file::{self, LONGEST};

fuzz_target!(|data: &[u8]| {
    let read = voice_file::read(data);
    if let Ok(file) = read {
        assert!(file.length <= LONGEST);
        let media_type = if data.starts_with(b"OggS") { "audio/ogg" } else { "audio/webm" };
        assert_eq!(file.media_type, media_type);
    }
    // What it is does not depend on when it is asked.
    assert_eq!(voice_file::read(data), read);
});
