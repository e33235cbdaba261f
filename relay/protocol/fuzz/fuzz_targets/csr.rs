//! Requests for certificates, as a box that is enrolled or renewed sends them.
#![no_main]

use libfuzzer_sys::fuzz_target;
use yunzhen_certs::Identity;
use yunzhen_certs::request::{RequestError, read_der, read_request};

fuzz_target!(|data: &[u8]| {
    let Ok(holder) = "urn:yunzhen:box:0192f0c1-2345-7abc-8def-0123456789ab".parse::<Identity>() else { return };
    // Who asks for somebody else's name gets as far as a request without a name, and no further.
    let other = Identity::Relay { name: "main".into() };
    match (read_der(data, &holder), read_der(data, &other)) {
        (Ok(_), said) => assert!(matches!(said, Ok(_) | Err(RequestError::Name))),
        (Err(RequestError::Name), _) => {}
        (Err(error), said) => assert_eq!(said.err(), Some(error)),
    }
    if let Ok(text) = std::str::from_utf8(data) {
        let _ = read_request(text, &holder);
    }
});
