//! A signal in the nurse's words, in both languages.

use yunzhen_domain::radio::RadioStrength;
use yunzhen_protocol::control::RadioSignal;

/// "5G，信号弱", "5G, signal weak".
pub fn words(signal: &RadioSignal) -> (String, String) {
    let (zh, en) = RadioStrength::of(signal.quality_percent).words();
    match signal.technology.generation() {
        "" => (zh.to_owned(), en.to_owned()),
        generation => (format!("{generation}，{zh}"), format!("{generation}, {en}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use yunzhen_protocol::control::RadioTechnology;

    #[test]
    fn technology_and_strength_in_a_few_words() {
        let said = |technology, quality_percent| {
            words(&RadioSignal { path: String::new(), technology, quality_percent, dbm: None }).1
        };
        assert_eq!(said(RadioTechnology::Nr5g, 12), "5G, signal weak");
        assert_eq!(said(RadioTechnology::Lte, 30), "4G, signal fair");
        assert_eq!(said(RadioTechnology::Hspa, 100), "3G, signal strong");
        assert_eq!(said(RadioTechnology::Gsm, 0), "2G, no signal");
        assert_eq!(said(RadioTechnology::Other, 55), "signal strong");
    }
}
