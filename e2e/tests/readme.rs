//! What README says about the machines is what the code does.

use yunzhen_domain::machines::{consultation, delivery, prescription, urgent_call};

#[test]
fn the_diagrams_are_those_of_the_machines() {
    let readme = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../README.md")).expect("README.md");
    for (name, diagram) in [
        ("consultation", consultation::diagram()),
        ("prescription", prescription::diagram()),
        ("delivery", delivery::diagram()),
        ("urgent call", urgent_call::diagram()),
    ] {
        assert!(
            readme.contains(diagram.trim_end()),
            "README.md shows another {name}; this is what the code does:\n{diagram}"
        );
    }
}
