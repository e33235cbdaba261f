//! A signal in the nurse's words, in both languages.

use yunzhen_protocol::control::{RadioSignal, RadioTechnology};

/// Per cent from which on a signal is strong, and fair.
const STRONG: u8 = 55;
const FAIR: u8 = 30;

/// "5G，信号弱", "5G, signal weak".
pub fn words(signal: &RadioSignal) -> (String, String) {
    let technology = match signal.technology {
        RadioTechnology::Nr5g => "5G",
        RadioTechnology::Lte => "4G",
        RadioTechnology::Hspa | RadioTechnology::Umts => "3G",
        RadioTechnology::Gsm => "2G",
        RadioTechnology::Other => "",
    };
    let (zh, en) = match signal.quality_percent {
        STRONG.. => ("信号强", "signal strong"),
        FAIR.. => ("信号一般", "signal fair"),
        1.. => ("信号弱", "signal weak"),
        0 => ("没有信号", "no signal"),
    };
    if technology.is_empty() {
        return (zh.to_owned(), en.to_owned());
    }
    (format!("{technology}，{zh}"), format!("{technology}, {en}"))
}

#[cfg(test)]
mod tests {
    use super::*;

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
