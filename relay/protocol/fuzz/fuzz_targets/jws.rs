//! Signed documents and what they claim. Nobody is believed here, so nothing may verify.
#![no_main]

use libfuzzer_sys::fuzz_target;
use yunzhen_certs::proof::PublicKeyJwk;
use yunzhen_certs::{Kind, Trust, jws};

fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let nobody = Trust::new(Vec::new());
    for kind in [Kind::Signer, Kind::Box] {
        assert!(jws::verify_as(kind, text, &nobody, jiff::Timestamp::UNIX_EPOCH).is_err());
    }
    let _ = jws::claimed_time(text);
    let _ = jws::claimed_kind(text);
    let _ = serde_json::from_str::<PublicKeyJwk>(text);
    if let Ok(canonical) = yunzhen_domain::canonical::canonicalize(text) {
        // What is canonical stays as it is: the signed bytes are exactly defined.
        assert_eq!(yunzhen_domain::canonical::canonicalize(&canonical).ok(), Some(canonical));
    }
});
