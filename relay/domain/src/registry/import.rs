//! A file of residents: bytes to entries, each with its place in the file and either what it says or why it cannot be read. Never panics, whatever the bytes.
//! Not here: whether an entry is a legal record ([`super::check`]), and what is done with it.

use super::{Fault, Input};
use crate::machines::named_enum;

/// Bytes of one file: inside a JSON body it passes box and console, which let 1 MiB through.
pub const MOST_BYTES: usize = 720 * 1024;
/// Entries of one file: a large home several times over.
pub const MOST_ENTRIES: usize = 1000;

named_enum! {
    /// What kind of file.
    Format {
        /// Comma-separated values with a header, UTF-8.
        Csv = "csv",
        /// A FHIR R4 Bundle with Patient, AllergyIntolerance and Condition.
        Fhir = "fhir",
    }
}

/// One person of a file.
#[derive(Clone, PartialEq, Eq)]
pub struct Entry {
    /// Where: `line 3`, `Patient/p1`.
    pub place: String,
    /// What it says, or what of it cannot be read.
    pub input: Result<Input, Vec<Fault>>,
}

/// The entries of a file, in its order; or why the file as a whole cannot be read.
pub fn read(format: Format, bytes: &[u8]) -> Result<Vec<Entry>, Fault> {
    if bytes.len() > MOST_BYTES {
        return Err(Fault::new("content", "文件超过 720 KiB", "The file is larger than 720 KiB"));
    }
    let text = std::str::from_utf8(bytes).map_err(|_| {
        Fault::new("content", "文件不是 UTF-8 编码，请另存为 UTF-8", "The file is not UTF-8; save it as UTF-8")
    })?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let entries = match format {
        Format::Csv => super::csv::read(text)?,
        Format::Fhir => super::fhir::read(text)?,
    };
    if entries.is_empty() {
        return Err(Fault::new("content", "文件中没有住户", "There is no resident in the file"));
    }
    if entries.len() > MOST_ENTRIES {
        let (zh, en) = (format!("最多 {MOST_ENTRIES} 人"), format!("At most {MOST_ENTRIES} residents"));
        return Err(Fault::new("content", zh, en));
    }
    Ok(entries)
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..400)) {
            for format in Format::ALL {
                let _ = read(*format, &bytes);
            }
        }

        #[test]
        fn arbitrary_text_below_a_header_never_panics(body in "\\PC{0,200}", json in "[\\[\\]{}\",:a-zA-Z0-9 ]{0,200}") {
            let _ = read(Format::Csv, format!("name,id_number,bed,allergies,conditions,medicines\n{body}").as_bytes());
            let bundle = format!("{{\"resourceType\":\"Bundle\",\"entry\":[{{\"resource\":{json}}}]}}");
            let _ = read(Format::Fhir, bundle.as_bytes());
        }
    }

    #[test]
    fn files_that_are_none_are_refused_as_a_whole() {
        let large = vec![b'a'; MOST_BYTES + 1];
        for (format, bytes, part) in [
            (Format::Csv, &b"\xff\xfe"[..], "UTF-8"),
            (Format::Csv, &large[..], "larger"),
            (Format::Csv, &b""[..], "column"),
            (Format::Csv, &b"name,id_number,bed\n"[..], "no resident"),
            (Format::Csv, &b"name,id_number,bed,colour\n"[..], "colour"),
            (Format::Csv, &b"name,bed\n"[..], "id_number"),
            (Format::Fhir, &b"{"[..], "JSON"),
            (Format::Fhir, &b"[]"[..], "Bundle"),
            (Format::Fhir, &b"{\"resourceType\":\"Patient\"}"[..], "Bundle"),
            (Format::Fhir, &b"{\"resourceType\":\"Bundle\"}"[..], "no resident"),
        ] {
            let Err(fault) = read(format, bytes) else { panic!("{part}: taken") };
            assert!(fault.en.contains(part), "{fault:?}");
        }
    }
}
