//! Invented devices for tests and demonstrations: frames as real ones send them, through the same decoders. The same seed, the
//! same values.

use super::gatt::medfloat::{to_float, to_sfloat};
use super::gatt::{GLUCOSE_CONTEXT, Profile};
use super::reading::DeviceName;
use super::source::{Arrival, Condition, Sink, Source};
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use std::time::Duration;
use tokio_util::sync::CancellationToken;
use yunzhen_domain::ecg;
use yunzhen_runtime::clock;

/// The devices measure in this order.
const ROUND: [Profile; 6] = [
    Profile::BloodPressure,
    Profile::SpotOximeter,
    Profile::Thermometer,
    Profile::Glucose,
    Profile::Weight,
    Profile::Ecg,
];
/// One beat of the simulated recorder: milliseconds from its start and units of 5 microvolts, straight between two points.
const BEAT: [(i32, i32); 12] = [
    (0, 0),
    (60, 0),
    (90, 25),
    (120, 0),
    (160, 0),
    (172, -15),
    (190, 220),
    (208, -50),
    (220, 0),
    (300, 4),
    (370, 55),
    (440, 0),
];
/// Milliseconds between two samples of it, and how many there are.
const EACH_MS: i32 = 4;
const SAMPLES: i32 = 2500;
/// The clocks of the simulated blood pressure meter and of the recorder are this slow, and can be read.
const SLOW: SignedDuration = SignedDuration::from_secs(90);
/// Zone of the simulated clocks.
fn zone() -> TimeZone {
    TimeZone::fixed(jiff::tz::offset(8))
}

/// The invented devices. Pure: [`Self::measure`] makes the next measurement.
#[derive(Debug)]
pub struct Devices {
    state: u64,
    count: u16,
}

impl Devices {
    /// Devices with a seed.
    pub const fn new(seed: u64) -> Self {
        Self { state: seed, count: 0 }
    }

    /// The next measurement, taken at `now`: one frame, or two when there is a context.
    pub fn measure(&mut self, now: Timestamp) -> Vec<Arrival> {
        let profile = ROUND[usize::from(self.count) % ROUND.len()];
        self.count = self.count.wrapping_add(1);
        let local = zone().to_datetime(now);
        let (name, frame) = match profile {
            Profile::BloodPressure => ("模拟血压计 Demo BP", self.blood_pressure(behind(local))),
            Profile::SpotOximeter => ("模拟血氧仪 Demo SpO2", self.oximeter()),
            Profile::Thermometer => ("模拟体温计 Demo Thermometer", self.thermometer(local)),
            Profile::Glucose => ("模拟血糖仪 Demo Glucose", self.glucose(local)),
            Profile::Ecg => ("模拟心电仪 Demo ECG", self.ecg(now.saturating_sub(SLOW).unwrap_or(now))),
            Profile::Weight | Profile::ContinuousOximeter | Profile::HeartRate => {
                ("模拟体重秤 Demo Scale", self.weight(local))
            }
        };
        let address = format!("02:00:00:00:{:02X}:{:02X}", profile.service() >> 8, profile.service() & 0xff);
        let arrival = Arrival {
            device: DeviceName { address, name: name.to_owned() },
            characteristic: profile.characteristic(),
            frame,
            clock: matches!(profile, Profile::BloodPressure | Profile::Ecg).then(|| (behind(local), now)),
            at: now,
        };
        let context = (profile == Profile::Glucose).then(|| {
            let mut frame = vec![0x02];
            frame.extend(self.count.to_le_bytes());
            frame.push(2);
            Arrival { characteristic: GLUCOSE_CONTEXT, frame, ..arrival.clone() }
        });
        std::iter::once(arrival).chain(context).collect()
    }

    fn blood_pressure(&mut self, local: DateTime) -> Vec<u8> {
        let diastolic = self.within(62, 92);
        let systolic = diastolic + self.within(38, 66);
        let mean = diastolic + (systolic - diastolic) / 3;
        let mut frame = vec![0x06];
        for pressure in [systolic, diastolic, mean] {
            frame.extend(short(pressure, 0));
        }
        frame.extend(stamp(local));
        frame.extend(short(self.within(58, 96), 0));
        frame
    }

    fn oximeter(&mut self) -> Vec<u8> {
        let mut frame = vec![0x00];
        frame.extend(short(self.within(93, 99), 0));
        frame.extend(short(self.within(58, 96), 0));
        frame
    }

    fn thermometer(&mut self, local: DateTime) -> Vec<u8> {
        let mut frame = vec![0x06];
        let tenths = self.within(361, 376);
        frame.extend(to_float(tenths.into(), -1).unwrap_or_default().to_le_bytes());
        frame.extend(stamp(local));
        // In the ear.
        frame.push(3);
        frame
    }

    fn glucose(&mut self, local: DateTime) -> Vec<u8> {
        // Concentration in mol/L, a context follows.
        let mut frame = vec![0x16];
        frame.extend(self.count.to_le_bytes());
        frame.extend(stamp(local));
        frame.extend(short(self.within(48, 124), -4));
        // Capillary whole blood, from a finger.
        frame.push(0x11);
        frame
    }

    fn weight(&mut self, local: DateTime) -> Vec<u8> {
        let mut frame = vec![0x02];
        // In steps of five grams.
        let steps = self.within(9_600, 14_800).cast_unsigned();
        frame.extend(steps.to_le_bytes());
        frame.extend(stamp(local));
        frame
    }

    /// Ten seconds of lead I as a recorder's file.
    fn ecg(&mut self, begin: Timestamp) -> Vec<u8> {
        let (mut beat, mut length) = (0, 800);
        let mut data = Vec::new();
        for at in (0..SAMPLES).map(|n| n * EACH_MS) {
            if at >= beat + length {
                beat += length;
                length = i32::from(self.within(185, 215)) * EACH_MS;
            }
            let noise = i32::from(self.within(-2, 2));
            data.push((height(at - beat) + noise).to_string());
        }
        let file = serde_json::json!({
            "resourceType": "Observation",
            "status": "final",
            "code": { "coding": [{ "system": "http://loinc.org", "code": ecg::CODE }] },
            "effectiveDateTime": format!("{begin:.3}"),
            "component": [{
                "code": { "coding": [{ "system": ecg::MDC, "code": "131329" }] },
                "valueSampledData": {
                    "origin": { "value": 0, "unit": "mV", "system": "http://unitsofmeasure.org", "code": "mV" },
                    "period": EACH_MS,
                    "factor": 0.005,
                    "dimensions": 1,
                    "data": data.join(" "),
                },
            }],
        });
        file.to_string().into_bytes()
    }

    /// A number from `low` to `high`, by SplitMix64 (Steele, Lea, Flood 2014).
    fn within(&mut self, low: i16, high: i16) -> i16 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^= z >> 31;
        let span = u64::from(high.abs_diff(low)) + 1;
        low + i16::try_from(z % span).unwrap_or_default()
    }
}

/// The curve so many milliseconds into a beat.
fn height(at: i32) -> i32 {
    let part = BEAT.windows(2).find(|part| matches!(part, [(begin, _), (end, _)] if (*begin..*end).contains(&at)));
    match part {
        Some([(begin, from), (end, to)]) => from + (to - from) * (at - begin) / (end - begin),
        _ => 0,
    }
}

fn behind(local: DateTime) -> DateTime {
    local.saturating_sub(SLOW)
}

fn short(mantissa: i16, exponent: i8) -> [u8; 2] {
    to_sfloat(mantissa, exponent).unwrap_or_default().to_le_bytes()
}

fn stamp(local: DateTime) -> [u8; 7] {
    let [low, high] = local.year().to_le_bytes();
    let parts = [local.month(), local.day(), local.hour(), local.minute(), local.second()].map(i8::cast_unsigned);
    [low, high, parts[0], parts[1], parts[2], parts[3], parts[4]]
}

/// The invented devices as a source: a whole round at once, then one measurement in each interval.
pub struct Simulated {
    devices: Devices,
    every: Duration,
}

impl Simulated {
    /// Devices with a seed that measure so often.
    pub const fn new(seed: u64, every: Duration) -> Self {
        Self { devices: Devices::new(seed), every }
    }
}

#[async_trait::async_trait]
impl Source for Simulated {
    async fn run(mut self: Box<Self>, sink: Sink, stop: CancellationToken) {
        sink.report(Condition::Simulated);
        let mut at_once = ROUND.len();
        let mut ticks = tokio::time::interval(self.every);
        ticks.tick().await;
        loop {
            if at_once > 0 {
                at_once -= 1;
            } else {
                tokio::select! {
                    _ = ticks.tick() => {}
                    () = stop.cancelled() => return,
                }
            }
            for arrival in self.devices.measure(clock::now_timestamp()) {
                if !sink.deliver(arrival).await {
                    return;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::gatt::{self, Remark};
    use super::*;

    fn now() -> Timestamp {
        "2026-11-23T00:15:30Z".parse().expect("a time")
    }

    #[test]
    fn the_same_seed_the_same_frames() {
        let frames = |seed| {
            let mut devices = Devices::new(seed);
            (0..20).flat_map(|_| devices.measure(now())).map(|arrival| arrival.frame).collect::<Vec<_>>()
        };
        assert_eq!(frames(7), frames(7));
        assert_ne!(frames(7), frames(8));
    }

    #[test]
    fn every_frame_is_a_whole_plausible_measurement() {
        for seed in 0..200 {
            let mut devices = Devices::new(seed);
            for profile in ROUND {
                let arrivals = devices.measure(now());
                if profile == Profile::Ecg {
                    let recorded = ecg::read_file(&arrivals[0].frame).map_err(|faults| faults.len());
                    assert_eq!(recorded.map(|r| r.waveform.seconds()), Ok(10.0));
                    continue;
                }
                let measured = &arrivals[0];
                let profile = Profile::of(measured.characteristic).expect("a measurement");
                let measurement = gatt::decode(profile, &measured.frame).expect("a whole frame");
                let values = if profile == Profile::BloodPressure {
                    4
                } else if profile == Profile::SpotOximeter {
                    2
                } else {
                    1
                };
                assert_eq!((measurement.values.len(), &measurement.remarks[..]), (values, &[][..]), "{profile:?}");
                if let Some(context) = arrivals.get(1) {
                    let told = gatt::glucose::decode_context(&context.frame);
                    assert_eq!(told, Ok((measurement.sequence.expect("a number"), Some(Remark::AfterMeal))));
                }
            }
        }
    }
}
