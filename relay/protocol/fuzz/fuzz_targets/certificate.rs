//! Certificates that peers show, as the handshake has them.
#![no_main]

use libfuzzer_sys::fuzz_target;
use yunzhen_certs::{CertificateFacts, Identity};

fuzz_target!(|data: &[u8]| {
    let identity = Identity::from_der(data);
    if let Ok(facts) = CertificateFacts::from_der(data) {
        assert_eq!(identity.ok(), Some(facts.identity));
    }
});
