//! One reading of a device, and what may become of it. Pure: [`State::apply`] is the machine.
//!
//! ```text
//! waiting ── confirm ──▶ confirmed   the nurse said whose it is; it goes to the relay in her name
//!    ├───── discard ──▶ discarded   the nurse said why it is nobody's
//!    └───── drop ─────▶ dropped     too many, or too old to know whose it was
//! ```

use super::gatt::{Profile, Remark};
use super::placing::Basis;
use jiff::Timestamp;
use jiff::civil::DateTime;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use uuid::Uuid;
use yunzhen_domain::checked::RawFrame;
use yunzhen_domain::ecg::{Lead, Waveform};

/// Who sent it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct DeviceName {
    /// Bluetooth address.
    pub address: String,
    /// What the device calls itself.
    pub name: String,
}

impl DeviceName {
    /// As it stands in the record: the name and the address, at most 100 characters.
    pub fn label(&self) -> String {
        let name: String = self.name.chars().filter(|c| !c.is_control()).take(60).collect();
        format!("{name} {}", self.address).trim().chars().take(100).collect()
    }
}

/// One value in the unit of the record.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Value {
    /// LOINC.
    pub code: String,
    /// In `unit`.
    pub value: f64,
    /// UCUM.
    pub unit: String,
}

/// Why a nurse does not take a reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DiscardReason {
    /// Measured wrongly; it is measured again.
    MeasuredWrongly,
    /// Of a person who does not live here, or of no person.
    NotAResident,
    /// Nobody knows whose it is.
    Unknown,
    /// It stands in the record already.
    Repeated,
}

/// How far a reading has got.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum State {
    /// Nobody has said whose it is.
    Waiting,
    /// A nurse said whose it is.
    Confirmed {
        /// Whose.
        resident_id: Uuid,
    },
    /// A nurse said that it is nobody's.
    Discarded {
        /// Why.
        reason: DiscardReason,
    },
    /// The box let it go.
    Dropped,
}

/// What happens to a reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Event {
    /// A nurse says whose it is.
    Confirm {
        /// Whose.
        resident_id: Uuid,
    },
    /// A nurse says that it is nobody's.
    Discard {
        /// Why.
        reason: DiscardReason,
    },
    /// Too many wait, or it is too old.
    Drop,
}

/// What an event did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The state changed.
    Changed(State),
    /// The same was said before: a lost answer and a second press.
    Repeated,
}

/// An event that cannot happen to a decided reading: another tablet was faster.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the reading was decided before: {state:?}")]
pub struct Decided {
    /// How it was decided.
    pub state: State,
}

impl State {
    /// The one transition function.
    pub fn apply(self, event: Event) -> Result<Outcome, Decided> {
        match (self, event) {
            (Self::Waiting, Event::Confirm { resident_id }) => Ok(Outcome::Changed(Self::Confirmed { resident_id })),
            (Self::Waiting, Event::Discard { reason }) => Ok(Outcome::Changed(Self::Discarded { reason })),
            (Self::Waiting, Event::Drop) => Ok(Outcome::Changed(Self::Dropped)),
            (Self::Confirmed { resident_id: first }, Event::Confirm { resident_id }) if first == resident_id => {
                Ok(Outcome::Repeated)
            }
            // The first reason stays; both nurses wanted the same.
            (Self::Discarded { .. }, Event::Discard { .. }) => Ok(Outcome::Repeated),
            (Self::Confirmed { .. }, Event::Confirm { .. } | Event::Discard { .. } | Event::Drop)
            | (Self::Discarded { .. }, Event::Confirm { .. } | Event::Drop)
            | (Self::Dropped, Event::Confirm { .. } | Event::Discard { .. } | Event::Drop) => {
                Err(Decided { state: self })
            }
        }
    }

    /// Whether a nurse has yet to decide.
    pub const fn is_waiting(self) -> bool {
        matches!(self, Self::Waiting)
    }
}

/// An ECG as the recorder sent it. No `Debug`: it is medical data.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Recording {
    /// Which leads, in the order of the samples.
    pub leads: Vec<Lead>,
    /// Milliseconds between two samples of a lead.
    pub period_ms: f64,
    /// Millivolts that a zero stands for.
    pub origin_mv: f64,
    /// Millivolts of one unit.
    pub factor_mv: f64,
    /// The samples, around the leads.
    pub data: String,
}

impl From<&Waveform> for Recording {
    fn from(waveform: &Waveform) -> Self {
        Self {
            leads: waveform.leads().to_vec(),
            period_ms: waveform.period_ms(),
            origin_mv: waveform.origin_mv(),
            factor_mv: waveform.factor_mv(),
            data: waveform.data(),
        }
    }
}

/// What is written to disk. No `Debug`: its values are medical text once somebody says whose they are.
#[derive(Clone, Serialize, Deserialize)]
pub struct Reading {
    /// Its own id, ordered by arrival.
    pub id: Uuid,
    /// Who sent it.
    pub device: DeviceName,
    /// What was measured.
    pub profile: Profile,
    /// When the box received it.
    pub arrived_at: Timestamp,
    /// When it was measured, in the box's time.
    pub measured_at: Timestamp,
    /// What `measured_at` rests on.
    pub basis: Basis,
    /// What the device's clock said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stamp: Option<DateTime>,
    /// How far the device's clock is ahead of the box's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clock_offset_ms: Option<i64>,
    /// The frames that the device sent; a file has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub raw_frame: Option<RawFrame>,
    /// The device's number of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sequence: Option<u16>,
    /// What was read out of the frame; never empty but for a recording.
    pub values: Vec<Value>,
    /// The curve of an ECG, until a nurse has decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recording: Option<Recording>,
    /// What the device says about it.
    pub remarks: Vec<Remark>,
    /// How far it has got.
    #[serde(flatten)]
    pub state: State,
}

impl Reading {
    /// The key under which it goes to the relay: whoever confirms, and however often, it is one record.
    pub fn key(&self) -> String {
        format!("device-reading-{}", self.id)
    }

    /// The body of the relay's route for vital signs, or of that for ECGs.
    pub fn body(&self) -> Json {
        if let Some(recording) = &self.recording {
            let mut body = json!({
                "leads": recording.leads,
                "period_ms": recording.period_ms,
                "origin_mv": recording.origin_mv,
                "factor_mv": recording.factor_mv,
                "data": recording.data,
                "recorded_at": format!("{:.3}", self.measured_at),
                "device": self.device.label(),
            });
            if let Some(offset) = self.clock_offset_ms {
                body["clock_offset_ms"] = offset.into();
            }
            return body;
        }
        let readings: Vec<Json> = self
            .values
            .iter()
            .map(|value| {
                let mut one = json!({
                    "code": value.code,
                    "value": value.value,
                    "unit": value.unit,
                    "measured_at": format!("{:.3}", self.measured_at),
                    "device": self.device.label(),
                    "raw_frame": self.raw_frame,
                });
                if let Some(offset) = self.clock_offset_ms {
                    one["clock_offset_ms"] = offset.into();
                }
                one
            })
            .collect();
        json!({ "readings": readings })
    }

    /// Whether a frame is one that was received before: devices send what they keep again with each connection. Frames of a
    /// stream and frames without time and number look alike without being the same.
    pub fn repeats(&self, earlier: &Self) -> bool {
        let first = |reading: &Self| reading.raw_frame.as_ref()?.as_str().split(';').next().map(str::to_owned);
        self.device.address == earlier.device.address
            && self.profile == earlier.profile
            && (self.stamp.is_some() || self.sequence.is_some())
            && first(self) == first(earlier)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use std::fmt::Write as _;

    /// A blood pressure of 138/82, number `n`.
    pub(crate) fn reading(n: u128, arrived_second: i64) -> Reading {
        let at = Timestamp::from_second(arrived_second).expect("a time");
        let value = |code: &str, value: f64| Value { code: code.into(), value, unit: "mm[Hg]".into() };
        Reading {
            id: Uuid::from_u128(n),
            device: DeviceName { address: "5C:31:3E:00:12:34".into(), name: "血压计".into() },
            profile: Profile::BloodPressure,
            arrived_at: at,
            measured_at: at,
            basis: Basis::Arrival,
            stamp: None,
            clock_offset_ms: None,
            raw_frame: RawFrame::parse("2a35:008a0052006500").ok(),
            sequence: None,
            values: vec![value("8480-6", 138.0), value("8462-4", 82.0)],
            recording: None,
            remarks: vec![],
            state: State::Waiting,
        }
    }

    #[test]
    fn every_pair_of_state_and_event() {
        let (first, second) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let reasons = [DiscardReason::MeasuredWrongly, DiscardReason::NotAResident];
        let states = [
            State::Waiting,
            State::Confirmed { resident_id: first },
            State::Discarded { reason: reasons[0] },
            State::Dropped,
        ];
        let events = [
            Event::Confirm { resident_id: first },
            Event::Confirm { resident_id: second },
            Event::Discard { reason: reasons[0] },
            Event::Discard { reason: reasons[1] },
            Event::Drop,
        ];
        let short = |text: String| text.replace("00000000-0000-0000-0000-00000000000", "resident ");
        let mut table = String::new();
        for state in states {
            for event in events {
                let next = match state.apply(event) {
                    Ok(Outcome::Changed(next)) => format!("{next:?}"),
                    Ok(Outcome::Repeated) => "repeated".to_owned(),
                    Err(Decided { .. }) => "decided before".to_owned(),
                };
                writeln!(table, "{} + {} -> {}", short(format!("{state:?}")), short(format!("{event:?}")), short(next))
                    .unwrap();
            }
        }
        insta::assert_snapshot!(table);
    }

    #[test]
    fn what_goes_to_the_relay() {
        let sent = Reading { clock_offset_ms: Some(-90_000), ..reading(7, 1_760_000_000) };
        assert_eq!(sent.key(), "device-reading-00000000-0000-0000-0000-000000000007");
        assert_eq!(
            sent.body()["readings"][1],
            json!({
                "code": "8462-4", "value": 82.0, "unit": "mm[Hg]", "measured_at": "2025-10-09T08:53:20.000Z",
                "device": "血压计 5C:31:3E:00:12:34", "clock_offset_ms": -90_000, "raw_frame": "2a35:008a0052006500",
            })
        );
        assert!(reading(7, 0).body()["readings"][0].get("clock_offset_ms").is_none());
    }

    #[test]
    fn a_frame_with_a_time_is_the_same_measurement_and_one_without_is_not() {
        let stamp = Some(jiff::civil::date(2026, 11, 23).at(8, 15, 0, 0));
        let timed = |n| Reading { stamp, ..reading(n, 0) };
        assert!(timed(2).repeats(&timed(1)));
        assert!(!reading(2, 0).repeats(&reading(1, 0)));
        let other = DeviceName { address: "00:00:00:00:00:01".into(), name: String::new() };
        assert!(!Reading { device: other, ..timed(2) }.repeats(&timed(1)));
        // With its context it is still the same measurement.
        let with_context = RawFrame::parse("2a35:008a0052006500;2a34:0205").expect("frames");
        assert!(timed(2).repeats(&Reading { raw_frame: Some(with_context), ..timed(1) }));
    }

    #[test]
    fn a_device_s_name_cannot_break_the_record() {
        let long = DeviceName { address: "5C:31:3E:00:12:34".into(), name: format!("a\u{7}{}", "长".repeat(300)) };
        assert!(long.label().chars().count() <= 100 && long.label().ends_with("5C:31:3E:00:12:34"));
        assert_eq!(DeviceName { name: String::new(), ..long }.label(), "5C:31:3E:00:12:34");
    }

    #[test]
    fn what_is_written_is_read() {
        let state = State::Confirmed { resident_id: Uuid::from_u128(3) };
        let text = serde_json::to_string(&Reading { state, ..reading(1, 5) }).expect("json");
        let read: Reading = serde_json::from_str(&text).expect("a reading");
        assert_eq!((read.state, read.values, read.raw_frame), (state, reading(1, 5).values, reading(1, 5).raw_frame));
    }
}
