//! An ECG of a resident.

use crate::ecg::Waveform;
use crate::ids::{ObservationId, ResidentId};
use crate::records::ObservationSource;
use jiff::Timestamp;

/// A recording with whose it is, when and by what. No `Debug`: it is medical data.
#[derive(Clone, PartialEq)]
pub struct Ecg {
    /// Identifier.
    pub id: ObservationId,
    /// Of whom.
    pub resident_id: ResidentId,
    /// The curve, as the recorder sent it.
    pub waveform: Waveform,
    /// Its first sample, by the clock of the home.
    pub recorded_at: Timestamp,
    /// By the clock of the relay.
    pub received_at: Timestamp,
    /// Which recorder.
    pub device: Option<String>,
    /// From where.
    pub source: ObservationSource,
    /// How far the recorder's clock was ahead of the box's, in milliseconds; unknown when it tells no time.
    pub clock_offset_ms: Option<i64>,
}

/// The same without the curve, for lists.
#[derive(Debug, Clone, PartialEq)]
pub struct EcgHead {
    /// Identifier.
    pub id: ObservationId,
    /// Of whom.
    pub resident_id: ResidentId,
    /// Which leads.
    pub leads: Vec<crate::ecg::Lead>,
    /// How long.
    pub seconds: f64,
    /// Its first sample.
    pub recorded_at: Timestamp,
    /// By the clock of the relay.
    pub received_at: Timestamp,
    /// Which recorder.
    pub device: Option<String>,
    /// From where.
    pub source: ObservationSource,
}

impl Ecg {
    /// The same without the curve.
    pub fn head(&self) -> EcgHead {
        EcgHead {
            id: self.id,
            resident_id: self.resident_id,
            leads: self.waveform.leads().to_vec(),
            seconds: self.waveform.seconds(),
            recorded_at: self.recorded_at,
            received_at: self.received_at,
            device: self.device.clone(),
            source: self.source,
        }
    }
}
