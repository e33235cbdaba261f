//! The task that takes what devices send: decodes, places in time, and keeps on disk until a nurse decides. [`read`] decides, the
//! rest is its driver.

use super::gatt::{self, FILE, GLUCOSE_CONTEXT, Profile, Remark, glucose};
use super::placing::place;
use super::reading::{Reading, Recording, State, Value};
use super::source::{Arrival, Condition, Failure, Shown, Sink, Source};
use super::stream::Stream;
use crate::spool::{Spool, entry_id};
use jiff::tz::TimeZone;
use std::collections::HashMap;
use std::time::Duration;
use tokio::sync::{mpsc, watch};
use uuid::Uuid;
use yunzhen_domain::checked::RawFrame;
use yunzhen_domain::registry::Fault;
use yunzhen_domain::{ecg, vitals};
use yunzhen_runtime::{Lifecycle, clock};

/// How often readings that waited too long are looked for.
const LOOK: Duration = Duration::from_secs(60);
/// Devices whose streams are followed; a home has fewer.
const STREAMS: usize = 200;

/// What one frame means.
pub enum Meaning {
    /// A reading to keep.
    Reading(Box<Reading>),
    /// A remark on an earlier reading of the same device.
    Context {
        /// The number of that reading.
        sequence: u16,
        /// What it says.
        remark: Option<Remark>,
        /// The frame.
        raw_frame: RawFrame,
    },
    /// A measurement without a value.
    Failed(Vec<Remark>),
    /// One frame of a stream that is no reading of its own, or nothing that is known here.
    Nothing,
}

/// Reads a frame. `id` becomes the reading's own.
pub fn read(arrival: &Arrival, stream: &mut Stream, zone: &TimeZone, id: Uuid) -> Meaning {
    if arrival.characteristic == FILE {
        return match read_file(arrival, zone, id) {
            Ok(reading) => Meaning::Reading(Box::new(reading)),
            Err(_) => Meaning::Failed(vec![]),
        };
    }
    let Ok(raw_frame) = RawFrame::new(arrival.characteristic, &arrival.frame) else { return Meaning::Failed(vec![]) };
    if arrival.characteristic == GLUCOSE_CONTEXT {
        return match glucose::decode_context(&arrival.frame) {
            Ok((sequence, remark)) => Meaning::Context { sequence, remark, raw_frame },
            Err(_) => Meaning::Nothing,
        };
    }
    let Some(profile) = Profile::of(arrival.characteristic) else { return Meaning::Nothing };
    let Ok(measurement) = gatt::decode(profile, &arrival.frame) else { return Meaning::Failed(vec![]) };
    if profile.is_stream() && !stream.takes(&measurement, arrival.at) {
        return Meaning::Nothing;
    }
    if measurement.values.is_empty() {
        return Meaning::Failed(measurement.remarks);
    }
    let placed = place(measurement.stamp, arrival.clock, zone, arrival.at);
    let values = measurement.values.iter().filter_map(|value| {
        let unit = vitals::find(value.code)?.unit.to_owned();
        Some(Value { code: value.code.to_owned(), value: value.value, unit })
    });
    Meaning::Reading(Box::new(Reading {
        id,
        device: arrival.device.clone(),
        profile,
        arrived_at: arrival.at,
        measured_at: placed.measured_at,
        basis: placed.basis,
        stamp: measurement.stamp,
        clock_offset_ms: placed.clock_offset_ms,
        raw_frame: Some(raw_frame),
        sequence: measurement.sequence,
        values: values.collect(),
        recording: None,
        remarks: measurement.remarks,
        state: State::Waiting,
    }))
}

/// Reads a recorder's file, or names what is wrong with it.
pub fn read_file(arrival: &Arrival, zone: &TimeZone, id: Uuid) -> Result<Reading, Vec<Fault>> {
    let recorded = ecg::read_file(&arrival.frame)?;
    let stamp = Some(zone.to_datetime(recorded.recorded_at));
    let placed = place(stamp, arrival.clock, zone, arrival.at);
    Ok(Reading {
        id,
        device: arrival.device.clone(),
        profile: Profile::Ecg,
        arrived_at: arrival.at,
        measured_at: placed.measured_at,
        basis: placed.basis,
        stamp,
        clock_offset_ms: placed.clock_offset_ms,
        raw_frame: None,
        sequence: None,
        values: vec![],
        recording: Some(Recording::from(&recorded.waveform)),
        remarks: vec![],
        state: State::Waiting,
    })
}

/// What the page asks: how the devices stand. The readings themselves are in the spool's file.
#[derive(Clone)]
pub struct Inbox {
    shown: watch::Sender<Shown>,
}

impl Inbox {
    /// Starts the tasks of `source`; without one the box says that it has no devices.
    pub fn start(life: &Lifecycle, spool: Spool, source: Option<Box<dyn Source>>, zone: TimeZone) -> Self {
        let condition = if source.is_some() { Condition::Starting } else { Condition::Off };
        let shown = watch::Sender::new(Shown { condition, failure: None });
        if let Some(source) = source {
            let (sink, arrivals) = Sink::new(shown.clone());
            life.spawn("devices", source.run(sink, life.soft().clone()));
            let driver = Driver { spool, shown: shown.clone(), zone, streams: HashMap::new() };
            life.spawn("device readings", driver.run(life.clone(), arrivals));
        }
        Self { shown }
    }

    /// How the devices stand, and every change of it.
    pub fn watch(&self) -> watch::Receiver<Shown> {
        self.shown.subscribe()
    }

    /// How the devices stand.
    pub fn shown(&self) -> Shown {
        self.shown.borrow().clone()
    }
}

struct Driver {
    spool: Spool,
    shown: watch::Sender<Shown>,
    zone: TimeZone,
    streams: HashMap<(String, u16), Stream>,
}

impl Driver {
    async fn run(mut self, life: Lifecycle, mut arrivals: mpsc::Receiver<Arrival>) {
        let mut ticks = tokio::time::interval(LOOK);
        loop {
            let kept = tokio::select! {
                arrival = arrivals.recv() => match arrival {
                    Some(arrival) => self.take(arrival).await,
                    None => return,
                },
                _ = ticks.tick() => self.spool.drop_outdated(clock::now_timestamp()).await.map(drop),
                () = life.soft().cancelled() => return,
            };
            if let Err(error) = kept {
                // The device has shown the value to the nurse; the page says that it has to be typed.
                tracing::error!(%error, "a device's reading could not be kept");
                self.shown.send_modify(|shown| shown.condition = Condition::Failed);
            }
        }
    }

    async fn take(&mut self, arrival: Arrival) -> Result<(), crate::spool::SpoolError> {
        if self.streams.len() >= STREAMS {
            self.streams.clear();
        }
        let stream = self.streams.entry((arrival.device.address.clone(), arrival.characteristic)).or_default();
        let id = entry_id(arrival.at, &clock::random_bytes());
        match read(&arrival, stream, &self.zone, id) {
            Meaning::Reading(reading) => {
                let profile = reading.profile;
                let admission = self.spool.take_reading(*reading).await?;
                tracing::info!(?profile, ?admission, "a device sent a reading");
                metrics::counter!("yunzhen_device_readings_total").increment(1);
                self.failed(None);
            }
            Meaning::Context { sequence, remark, raw_frame } => {
                self.spool.explain_reading(arrival.device.address, sequence, remark, raw_frame).await?;
            }
            Meaning::Failed(remarks) => {
                tracing::info!(characteristic = arrival.characteristic, ?remarks, "a device measured without a value");
                self.failed(Some(Failure { device: arrival.device, at: arrival.at, remarks }));
            }
            Meaning::Nothing => {}
        }
        Ok(())
    }

    fn failed(&self, failure: Option<Failure>) {
        self.shown.send_if_modified(|shown| {
            let changed = shown.failure != failure;
            shown.failure = failure;
            changed
        });
    }
}

#[cfg(test)]
mod tests {
    use super::super::placing::Basis;
    use super::super::reading::DeviceName;
    use super::super::simulated::Devices;
    use super::*;
    use jiff::Timestamp;

    fn arrival(characteristic: u16, frame: &[u8], second: i64) -> Arrival {
        Arrival {
            device: DeviceName { address: "5C:31:3E:00:12:34".into(), name: "n".into() },
            characteristic,
            frame: frame.to_vec(),
            clock: None,
            at: Timestamp::from_second(second).expect("a time"),
        }
    }

    fn meaning(arrival: &Arrival, stream: &mut Stream) -> Meaning {
        read(arrival, stream, &TimeZone::fixed(jiff::tz::offset(8)), Uuid::from_u128(1))
    }

    #[test]
    fn a_simulated_measurement_is_a_reading_with_everything_kept() {
        let now = Timestamp::from_second(1_763_856_930).expect("a time");
        let measured = Devices::new(1).measure(now).remove(0);
        let Meaning::Reading(reading) = meaning(&measured, &mut Stream::default()) else { panic!("no reading") };
        assert_eq!(reading.values.len(), 4);
        assert!(reading.values.iter().all(|value| vitals::check(&value.code, &value.unit, value.value).is_ok()));
        assert_eq!((reading.basis, reading.clock_offset_ms), (Basis::Corrected, Some(-90_000)));
        assert_eq!(reading.measured_at, now, "its clock is 90 s slow, and that is known");
        let digits: String = measured.frame.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(reading.raw_frame.unwrap().as_str(), format!("2a35:{digits}"));
    }

    #[test]
    fn a_recorder_s_file_is_a_reading_with_its_curve_and_a_broken_one_is_none() {
        let now = Timestamp::from_second(1_763_856_930).expect("a time");
        let mut devices = Devices::new(1);
        let file = (0..6).map(|_| devices.measure(now).remove(0)).nth(5).expect("six");
        let Meaning::Reading(reading) = meaning(&file, &mut Stream::default()) else { panic!("no reading") };
        let body = reading.body();
        assert_eq!((reading.profile, reading.values.len()), (Profile::Ecg, 0));
        assert_eq!(body["recorded_at"], format!("{now:.3}"), "its clock is 90 s slow, and that is known");
        assert_eq!((&body["clock_offset_ms"], &body["leads"]), (&(-90_000).into(), &serde_json::json!(["i"])));
        assert!(body["data"].as_str().is_some_and(|data| data.split(' ').count() == 2500));
        let broken = Arrival { frame: b"{}".to_vec(), ..file };
        assert!(matches!(meaning(&broken, &mut Stream::default()), Meaning::Failed(_)));
    }

    #[test]
    fn what_is_no_reading() {
        let mut stream = Stream::default();
        assert!(
            matches!(meaning(&arrival(0x2a35, &[0x1e, 1], 0), &mut stream), Meaning::Failed(why) if why.is_empty())
        );
        let loose = arrival(0x2a35, &[0x00, 0xff, 0x07, 0xff, 0x07, 0xff, 0x07], 0);
        assert!(matches!(meaning(&loose, &mut stream), Meaning::Failed(why) if why == [Remark::NoValue]));
        assert!(matches!(meaning(&arrival(0x2a19, &[50], 0), &mut stream), Meaning::Nothing), "battery level");
        assert!(matches!(meaning(&arrival(0x2a35, &[], 0), &mut stream), Meaning::Failed(_)));
        assert!(matches!(meaning(&arrival(0x2a34, &[2], 0), &mut stream), Meaning::Nothing));
        let beat = |second| arrival(0x2a37, &[0x06, 72], second);
        assert!(matches!(meaning(&beat(0), &mut stream), Meaning::Nothing), "not settled");
        let kept = (1..60).filter(|second| matches!(meaning(&beat(*second), &mut stream), Meaning::Reading(_)));
        assert_eq!(kept.collect::<Vec<_>>(), [8]);
    }
}
