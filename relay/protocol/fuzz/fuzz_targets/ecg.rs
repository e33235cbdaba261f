//! A recorder's file, and the text of its samples.
#![no_main]

use libfuzzer_sys::fuzz_target;
use yunzhen_domain::ecg;

fuzz_target!(|data: &[u8]| {
    let _ = ecg::read_file(data);
    if let Ok(text) = std::str::from_utf8(data)
        && let Ok(samples) = ecg::parse_data(text)
    {
        // What was taken is written and taken again as the same.
        assert_eq!(ecg::parse_data(&ecg::write_data(samples.iter().copied())), Ok(samples));
    }
});
