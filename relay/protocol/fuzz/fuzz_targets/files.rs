//! Files that people hand in: voice messages, photos and scans.
#![no_main]

use libfuzzer_sys::fuzz_target;
use yunzhen_domain::{document_files, voice_file};

fuzz_target!(|data: &[u8]| {
    let _ = voice_file::read(data);
    let _ = document_files::media_type(data);
});
