//! What README says about the machines is what the code does.

use yunzhen_domain::machines::{
    break_glass, consent, consultation, delivery, discrepancy, dose, duplicate, invitation, legal_hold, prescription,
    recall, recall_home, recording, referral, refill, signing_key, still, transport, urgent_call, visit, visit_stop,
};

#[test]
fn the_diagrams_are_those_of_the_machines() {
    let readme = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../README.md")).expect("README.md");
    for (name, diagram) in [
        ("consultation", consultation::diagram()),
        ("prescription", prescription::diagram()),
        ("delivery", delivery::diagram()),
        ("discrepancy", discrepancy::diagram()),
        ("consent", consent::diagram()),
        ("duplicate", duplicate::diagram()),
        ("break-glass", break_glass::diagram()),
        ("visit", visit::diagram()),
        ("visit stop", visit_stop::diagram()),
        ("referral", referral::diagram()),
        ("transport", transport::diagram()),
        ("urgent call", urgent_call::diagram()),
        ("legal hold", legal_hold::diagram()),
        ("recording", recording::diagram()),
        ("still", still::diagram()),
        ("invitation", invitation::diagram()),
        ("dose", dose::diagram()),
        ("refill", refill::diagram()),
        ("signing key", signing_key::diagram()),
        ("recall", recall::diagram()),
        ("home in a recall", recall_home::diagram()),
    ] {
        assert!(
            readme.contains(diagram.trim_end()),
            "README.md shows another {name}; this is what the code does:\n{diagram}"
        );
    }
}
