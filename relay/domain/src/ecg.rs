//! An ECG as a recorder sends it (LOINC 11524-6, FHIR SampledData in mV): whole numbers of its converter, with what makes millivolts of them. The numbers are
//! kept as they came, so that a recording in doubt can be looked at again. Nothing here reads a rhythm out of it: that is a person's.
//! Not here: whose it is and when ([`crate::records::Ecg`]).

mod observation;

pub(crate) use observation::is_ecg;
pub use observation::{MDC, Recorded, read_file, read_observation};

use crate::machines::named_enum;

/// LOINC of a recording.
pub const CODE: &str = "11524-6";
/// Samples of one recording, all leads together: twelve leads for ten seconds at 500 Hz.
pub const MOST_SAMPLES: usize = 60_000;
/// Seconds: shorter shows no beat, longer is a Holter's.
pub const SECONDS: (f64, f64) = (1.0, 60.0);
/// Milliseconds between two samples: 2000 to 50 Hz.
pub const PERIOD_MS: (f64, f64) = (0.5, 20.0);
/// What electrodes on skin can hold, their own offset among it.
pub const MOST_MV: f64 = 300.0;
/// A converter has at most 24 bits.
const MOST_UNITS: i32 = 1 << 23;
/// Sign, seven digits and a space.
const MOST_BYTES: usize = MOST_SAMPLES * 9;

named_enum! {
    /// A lead. `unnamed`: the recorder does not say which.
    #[schema(as = EcgLead)]
    Lead {
        /// I.
        I = "i",
        /// II.
        Ii = "ii",
        /// III.
        Iii = "iii",
        /// aVR.
        Avr = "avr",
        /// aVL.
        Avl = "avl",
        /// aVF.
        Avf = "avf",
        /// V1.
        V1 = "v1",
        /// V2.
        V2 = "v2",
        /// V3.
        V3 = "v3",
        /// V4.
        V4 = "v4",
        /// V5.
        V5 = "v5",
        /// V6.
        V6 = "v6",
        /// Not said.
        Unnamed = "unnamed",
    }
}

impl Lead {
    /// As it is written on paper.
    pub const fn label(self) -> &'static str {
        match self {
            Self::I => "I",
            Self::Ii => "II",
            Self::Iii => "III",
            Self::Avr => "aVR",
            Self::Avl => "aVL",
            Self::Avf => "aVF",
            Self::V1 => "V1",
            Self::V2 => "V2",
            Self::V3 => "V3",
            Self::V4 => "V4",
            Self::V5 => "V5",
            Self::V6 => "V6",
            Self::Unnamed => "ECG",
        }
    }

    /// Code and reference id of ISO/IEEE 11073; the unnamed has none.
    pub const fn mdc(self) -> Option<(&'static str, &'static str)> {
        Some(match self {
            Self::I => ("131329", "MDC_ECG_ELEC_POTL_I"),
            Self::Ii => ("131330", "MDC_ECG_ELEC_POTL_II"),
            Self::Iii => ("131389", "MDC_ECG_ELEC_POTL_III"),
            Self::Avr => ("131390", "MDC_ECG_ELEC_POTL_AVR"),
            Self::Avl => ("131391", "MDC_ECG_ELEC_POTL_AVL"),
            Self::Avf => ("131392", "MDC_ECG_ELEC_POTL_AVF"),
            Self::V1 => ("131331", "MDC_ECG_ELEC_POTL_V1"),
            Self::V2 => ("131332", "MDC_ECG_ELEC_POTL_V2"),
            Self::V3 => ("131333", "MDC_ECG_ELEC_POTL_V3"),
            Self::V4 => ("131334", "MDC_ECG_ELEC_POTL_V4"),
            Self::V5 => ("131335", "MDC_ECG_ELEC_POTL_V5"),
            Self::V6 => ("131336", "MDC_ECG_ELEC_POTL_V6"),
            Self::Unnamed => return None,
        })
    }
}

/// One sample.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sample {
    /// In units of the converter.
    Value(i32),
    /// `E`: none, an electrode was off.
    Error,
    /// `U`: more than the converter can say.
    Above,
    /// `L`: less than it can say.
    Below,
}

/// Why numbers are no recording.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EcgError {
    /// None, too many, or one twice.
    #[error("name one to twelve leads, each once; several must all be named")]
    Leads,
    /// Time between samples.
    #[error("the period is between 0.5 and 20 ms")]
    Period,
    /// Millivolts per unit.
    #[error("the factor is more than 0 and at most 1 mV")]
    Factor,
    /// Millivolts at zero.
    #[error("the origin is between -300 and 300 mV")]
    Origin,
    /// Something between two spaces that is no sample.
    #[error("sample {0} is no whole number of a converter of 24 bits, and not E, U or L")]
    Sample(usize),
    /// Not as many of each lead.
    #[error("every lead has the same number of samples")]
    Uneven,
    /// Too short or too long.
    #[error("a recording lasts 1 to 60 seconds")]
    Duration,
    /// Too many samples.
    #[error("a recording has at most 60000 samples")]
    TooMany,
    /// No person has that.
    #[error("sample {0} is beyond 300 mV")]
    Range(usize),
}

impl EcgError {
    /// Which field of a recording is wrong.
    pub const fn field(self) -> &'static str {
        match self {
            Self::Leads => "leads",
            Self::Period => "period_ms",
            Self::Factor => "factor_mv",
            Self::Origin => "origin_mv",
            Self::Sample(_) | Self::Uneven | Self::Duration | Self::TooMany | Self::Range(_) => "data",
        }
    }

    /// The same in Chinese.
    pub fn zh(self) -> String {
        match self {
            Self::Leads => "请注明 1 至 12 个导联，不得重复；多个导联须全部注明".to_owned(),
            Self::Period => "采样间隔应在 0.5 至 20 毫秒之间".to_owned(),
            Self::Factor => "每单位毫伏数应大于 0，且不超过 1".to_owned(),
            Self::Origin => "零点应在 -300 至 300 毫伏之间".to_owned(),
            Self::Sample(at) => format!("第 {at} 个采样不是整数，也不是 E、U、L"),
            Self::Uneven => "各导联的采样数须相同".to_owned(),
            Self::Duration => "记录时长应在 1 至 60 秒之间".to_owned(),
            Self::TooMany => format!("最多 {MOST_SAMPLES} 个采样"),
            Self::Range(at) => format!("第 {at} 个采样超过 {MOST_MV} 毫伏"),
        }
    }
}

/// Reads SampledData's `data`: samples with one space between two. Never panics, whatever the text.
pub fn parse_data(text: &str) -> Result<Vec<Sample>, EcgError> {
    if text.len() > MOST_BYTES {
        return Err(EcgError::TooMany);
    }
    let mut samples = Vec::with_capacity((text.len() / 2).min(MOST_SAMPLES));
    for (at, word) in text.split(' ').enumerate() {
        if at >= MOST_SAMPLES {
            return Err(EcgError::TooMany);
        }
        samples.push(match word {
            "E" => Sample::Error,
            "U" => Sample::Above,
            "L" => Sample::Below,
            number => {
                let legal = number.strip_prefix('-').unwrap_or(number).bytes().all(|b| b.is_ascii_digit());
                let value =
                    number.parse::<i32>().ok().filter(|v| legal && v.unsigned_abs() <= MOST_UNITS.unsigned_abs());
                Sample::Value(value.ok_or(EcgError::Sample(at + 1))?)
            }
        });
    }
    Ok(samples)
}

/// Writes SampledData's `data`.
pub fn write_data(samples: impl IntoIterator<Item = Sample>) -> String {
    use std::fmt::Write as _;
    let mut text = String::new();
    for sample in samples {
        if !text.is_empty() {
            text.push(' ');
        }
        // Writing to a string cannot fail.
        let _ = match sample {
            Sample::Value(value) => write!(text, "{value}"),
            Sample::Error => write!(text, "E"),
            Sample::Above => write!(text, "U"),
            Sample::Below => write!(text, "L"),
        };
    }
    text
}

/// A recording that can be drawn. No `Debug`: it is medical data.
#[derive(Clone, PartialEq)]
pub struct Waveform {
    leads: Vec<Lead>,
    period_ms: f64,
    origin_mv: f64,
    factor_mv: f64,
    samples: Vec<Sample>,
}

impl Waveform {
    /// Takes numbers as a recording, or says the first thing that is wrong. `samples` go around the leads.
    pub fn new(
        leads: Vec<Lead>,
        period_ms: f64,
        origin_mv: f64,
        factor_mv: f64,
        samples: Vec<Sample>,
    ) -> Result<Self, EcgError> {
        let twice = leads.iter().enumerate().any(|(at, lead)| leads.iter().take(at).any(|other| other == lead));
        let unnamed = leads.len() > 1 && leads.contains(&Lead::Unnamed);
        if leads.is_empty() || twice || unnamed {
            return Err(EcgError::Leads);
        }
        // No range contains NaN.
        if !(PERIOD_MS.0..=PERIOD_MS.1).contains(&period_ms) {
            return Err(EcgError::Period);
        }
        if !(factor_mv > 0.0 && (..=1.0).contains(&factor_mv)) {
            return Err(EcgError::Factor);
        }
        if !(-MOST_MV..=MOST_MV).contains(&origin_mv) {
            return Err(EcgError::Origin);
        }
        if samples.len() > MOST_SAMPLES {
            return Err(EcgError::TooMany);
        }
        if !samples.len().is_multiple_of(leads.len()) {
            return Err(EcgError::Uneven);
        }
        let waveform = Self { leads, period_ms, origin_mv, factor_mv, samples };
        if !(SECONDS.0..=SECONDS.1).contains(&waveform.seconds()) {
            return Err(EcgError::Duration);
        }
        let beyond = |sample: &Sample| waveform.millivolts(*sample).is_some_and(|mv| mv.abs() > MOST_MV);
        match waveform.samples.iter().position(beyond) {
            Some(at) => Err(EcgError::Range(at + 1)),
            None => Ok(waveform),
        }
    }

    /// The same from the text of its samples.
    pub fn read(
        leads: Vec<Lead>,
        period_ms: f64,
        origin_mv: f64,
        factor_mv: f64,
        data: &str,
    ) -> Result<Self, EcgError> {
        Self::new(leads, period_ms, origin_mv, factor_mv, parse_data(data)?)
    }

    /// Which leads, in the order of the samples.
    pub fn leads(&self) -> &[Lead] {
        &self.leads
    }

    /// Milliseconds between two samples of a lead.
    pub const fn period_ms(&self) -> f64 {
        self.period_ms
    }

    /// Millivolts that a zero stands for.
    pub const fn origin_mv(&self) -> f64 {
        self.origin_mv
    }

    /// Millivolts of one unit.
    pub const fn factor_mv(&self) -> f64 {
        self.factor_mv
    }

    /// The samples as text, around the leads.
    pub fn data(&self) -> String {
        write_data(self.samples.iter().copied())
    }

    /// The samples of one lead as text.
    pub fn data_of(&self, lead: usize) -> String {
        write_data(self.samples.iter().skip(lead).step_by(self.leads.len()).copied())
    }

    /// How long it lasts.
    #[allow(clippy::cast_precision_loss)] // bounded, see `MOST_SAMPLES`
    pub fn seconds(&self) -> f64 {
        (self.samples.len() / self.leads.len().max(1)) as f64 * self.period_ms / 1000.0
    }

    /// A sample in millivolts; none where there is no number.
    pub fn millivolts(&self, sample: Sample) -> Option<f64> {
        match sample {
            Sample::Value(value) => Some(f64::from(value).mul_add(self.factor_mv, self.origin_mv)),
            Sample::Error | Sample::Above | Sample::Below => None,
        }
    }
}

#[cfg(test)]
mod tests;
