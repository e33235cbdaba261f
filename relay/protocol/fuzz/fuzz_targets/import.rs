//! Residents from a file: CSV and FHIR bundles.
#![no_main]

use libfuzzer_sys::fuzz_target;
use yunzhen_domain::registry::import::{Format, read};

fuzz_target!(|data: &[u8]| {
    for format in Format::ALL {
        if let Ok(entries) = read(*format, data) {
            assert!(!entries.is_empty());
        }
    }
});
