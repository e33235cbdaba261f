//! A prescription that OpenSSL signed with SM2 and SM3 (GM/T 0003, signer's identifier 1234567812345678), by a certificate of a P-256 authority. Believed by a program
//! that was built with the feature `sm2`, refused by every other.
#![allow(missing_docs)]

use std::path::Path;

use yunzhen_certs::Trust;
use yunzhen_certs::jws::JwsError;
use yunzhen_certs::verify::{VerifyError, document};

const SIGNED: &str = include_str!("data/sm2-prescription.jws");

fn trust() -> Trust {
    Trust::load(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/sm2-authority.pem"))).expect("authority")
}

#[cfg(not(feature = "sm2"))]
#[test]
fn a_suite_that_is_not_built_in_is_refused_by_name() {
    let refused = document(SIGNED, &trust(), None, None);
    assert!(
        matches!(&refused, Err(VerifyError::Jws(JwsError::Header(said))) if said.contains("SM2SM3")),
        "{refused:?}"
    );
}

#[cfg(feature = "sm2")]
#[test]
fn a_suite_that_is_built_in_is_believed_and_takes_only_its_own() {
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;

    let report = document(SIGNED, &trust(), None, None).expect("believed");
    assert_eq!(report.signer_name.as_deref(), Some("陈立诚"));
    let text = SIGNED.trim();
    let (signed, signature) = text.rsplit_once('.').expect("parts");
    let mut changed = URL_SAFE_NO_PAD.decode(signature).expect("base64");
    changed[40] ^= 1;
    let changed = format!("{signed}.{}", URL_SAFE_NO_PAD.encode(changed));
    assert_eq!(document(&changed, &trust(), None, None), Err(VerifyError::Jws(JwsError::Signature)));
    // The same key under the other suite's name: refused before anything is computed with it.
    let (header, payload) = signed.split_once('.').expect("parts");
    let header = String::from_utf8(URL_SAFE_NO_PAD.decode(header).expect("base64")).expect("text");
    let renamed = URL_SAFE_NO_PAD.encode(header.replace("SM2SM3", "ES256"));
    let renamed = format!("{renamed}.{payload}.{signature}");
    assert_eq!(document(&renamed, &trust(), None, None), Err(VerifyError::Jws(JwsError::Signature)));
}
