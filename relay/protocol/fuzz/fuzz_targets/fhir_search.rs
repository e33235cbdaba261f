//! The query of a FHIR search, on every kind of resource.
#![no_main]

use libfuzzer_sys::fuzz_target;
use yunzhen_domain::fhir::kind::Kind;
use yunzhen_domain::fhir::search::Search;

fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let query: Vec<(String, String)> = text
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    for kind in Kind::ALL {
        let _ = Search::parse(kind, &query);
    }
});
