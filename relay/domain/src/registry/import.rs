//! A file of residents: bytes to entries, each with its place in the file and either what it says or why it cannot be read. Never panics, whatever the bytes.
//! Not here: whether an entry is a legal record ([`super::check`]), and what is done with it.

use super::{Fault, Input};
use crate::ecg::Recorded;
use crate::machines::named_enum;
use crate::vitals::{self, ReadingError};
use jiff::Timestamp;

/// Bytes of one file: inside a JSON body it passes box and console, which let 1 MiB through.
pub const MOST_BYTES: usize = 720 * 1024;
/// Entries of one file: a large home several times over.
pub const MOST_ENTRIES: usize = 1000;

named_enum! {
    /// What kind of file.
    Format {
        /// Comma-separated values with a header, UTF-8.
        Csv = "csv",
        /// A FHIR R4 Bundle with Patient, AllergyIntolerance, Condition, MedicationStatement and Observation.
        Fhir = "fhir",
    }
}

/// One person of a file.
#[derive(Clone, PartialEq)]
pub struct Entry {
    /// Where: `line 3`, `Patient/p1`.
    pub place: String,
    /// What it says, or what of it cannot be read.
    pub input: Result<Input, Vec<Fault>>,
    /// Vital signs that came with it.
    pub readings: Vec<ReadingInput>,
    /// ECGs that came with it.
    pub ecgs: Vec<Recorded>,
}

impl Entry {
    /// What cannot be read at all.
    pub const fn bad(place: String, faults: Vec<Fault>) -> Self {
        Self { place, input: Err(faults), readings: Vec::new(), ecgs: Vec::new() }
    }
}

/// A vital sign as the file says it.
#[derive(Clone, PartialEq)]
pub struct ReadingInput {
    /// LOINC.
    pub code: String,
    /// In `unit`.
    pub value: f64,
    /// UCUM.
    pub unit: String,
    /// RFC 3339, with the time of day and the zone.
    pub measured_at: String,
}

/// A vital sign that can be kept.
#[derive(Clone, PartialEq)]
pub struct Reading {
    /// LOINC.
    pub code: &'static str,
    /// In `unit`.
    pub value: f64,
    /// UCUM.
    pub unit: &'static str,
    /// When.
    pub measured_at: Timestamp,
}

/// Takes the vital signs of somebody whose life began at `born`, or names every field that is wrong.
pub fn readings(inputs: &[ReadingInput], born: Timestamp, now: Timestamp) -> Result<Vec<Reading>, Vec<Fault>> {
    let (mut taken, mut faults) = (Vec::with_capacity(inputs.len()), Vec::new());
    for (i, input) in inputs.iter().enumerate() {
        let mut wrong =
            |field: &str, zh: String, en: String| faults.push(Fault::new(format!("observations[{i}].{field}"), zh, en));
        // A day alone says nothing on a chart of hours, and a time without a zone is another time elsewhere.
        let at = input.measured_at.parse::<Timestamp>().ok();
        match at {
            None => wrong(
                "measured_at",
                "时间应写作 2026-11-23T08:15:00+08:00 的形式".into(),
                "A time is written as 2026-11-23T08:15:00+08:00".into(),
            ),
            Some(at) if at > now => wrong("measured_at", "时间在未来".into(), "The time is in the future".into()),
            Some(at) if at < born => {
                wrong("measured_at", "时间早于出生日期".into(), "The time is before the birth date".into());
            }
            Some(_) => {}
        }
        match vitals::check(&input.code, &input.unit, input.value) {
            Ok(sign) => taken.extend(at.map(|measured_at| Reading {
                code: sign.code,
                value: input.value,
                unit: sign.unit,
                measured_at,
            })),
            Err(error) => {
                let en = match &error {
                    // What stands in the file is shown cut and plain: it may be anything.
                    ReadingError::UnknownCode(code) => {
                        ReadingError::UnknownCode(code.chars().filter(|c| c.is_ascii_graphic()).take(20).collect())
                            .to_string()
                    }
                    known => known.to_string(),
                };
                wrong(error.field(), error.zh(), en);
            }
        }
    }
    if faults.is_empty() { Ok(taken) } else { Err(faults) }
}

/// Whether the ECGs of somebody whose life began at `born` can be of that life, or every one that cannot.
pub fn ecgs(recorded: &[Recorded], born: Timestamp, now: Timestamp) -> Result<(), Vec<Fault>> {
    let fault = |(i, one): (usize, &Recorded)| {
        let path = || format!("ecgs[{i}].measured_at");
        if one.recorded_at > now {
            return Some(Fault::new(path(), "时间在未来", "The time is in the future"));
        }
        (one.recorded_at < born).then(|| Fault::new(path(), "时间早于出生日期", "The time is before the birth date"))
    };
    let faults: Vec<Fault> = recorded.iter().enumerate().filter_map(fault).collect();
    if faults.is_empty() { Ok(()) } else { Err(faults) }
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
        return Err(Fault::new("content", "文件中没有住民", "There is no resident in the file"));
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
    fn a_vital_sign_is_taken_with_its_time_or_named_with_what_is_wrong() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let (born, now) = (at("1941-05-05T16:00:00Z"), at("2028-02-29T04:00:00Z"));
        let input = |code: &str, value, unit: &str, measured_at: &str| ReadingInput {
            code: code.into(),
            value,
            unit: unit.into(),
            measured_at: measured_at.into(),
        };
        let good = input("8867-4", 72.0, "/min", "2028-02-29T08:00:00+08:00");
        let taken = readings(std::slice::from_ref(&good), born, now).ok().unwrap();
        assert_eq!(
            (taken[0].code, taken[0].unit, taken[0].measured_at),
            ("8867-4", "/min", at("2028-02-29T00:00:00Z"))
        );
        let all = [
            good,
            input("1-8", 1.0, "/min", "2028-02-29T08:00:00+08:00"),
            input("8310-5", 98.6, "[degF]", "2028-02-29T08:00:00Z"),
            input("8867-4", 720.0, "/min", "2028-02-28T00:00:00Z"),
            input("8867-4", 72.0, "/min", "2028-02-28"),
            input("8867-4", 72.0, "/min", "2027-02-29T00:00:00Z"),
            input("8867-4", 72.0, "/min", "1940-01-01T00:00:00Z"),
        ];
        let faults = readings(&all, born, now).err().unwrap();
        assert!(faults.iter().all(|f| !f.zh.is_ascii() && f.en.chars().all(|c| c.is_ascii() || c == '°')));
        let paths: Vec<_> = faults.iter().map(|f| f.path.trim_start_matches("observations")).collect();
        let expected = [
            "[1].code",
            "[2].measured_at",
            "[2].unit",
            "[3].value",
            "[4].measured_at",
            "[5].measured_at",
            "[6].measured_at",
        ];
        assert_eq!(paths, expected);
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
