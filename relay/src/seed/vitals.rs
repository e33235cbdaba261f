//! Two weeks of vital signs: a level for each resident, a daily rhythm, noise, and what is happening to some of them. Pure: the same seed, the same readings.

use jiff::tz::{Offset, TimeZone};
use jiff::{SignedDuration, Timestamp, civil};
use yunzhen_domain::early_warning::{OXYGEN_FLOW, RESPONSIVENESS};
use yunzhen_domain::ids::ObservationId;
use yunzhen_domain::records::{Observation, ObservationSource, Resident};
use yunzhen_domain::vitals::{CREATININE, POTASSIUM, find};

use super::id;

const DAYS: i32 = 14;
const SYSTOLIC: &str = "8480-6";
const DIASTOLIC: &str = "8462-4";
const HEART_RATE: &str = "8867-4";
const RESPIRATION: &str = "9279-1";
const OXYGEN: &str = "59408-5";
const TEMPERATURE: &str = "8310-5";
const GLUCOSE: &str = "14743-9";
const WEIGHT: &str = "29463-7";
const PAIN: &str = "72514-3";

/// What is usual for a resident, in the order of the table in `people`.
struct Usual {
    systolic: f64,
    diastolic: f64,
    heart_rate: f64,
    respiration: f64,
    oxygen: f64,
    temperature: f64,
    glucose: Option<f64>,
    weight: f64,
    /// What changes towards today: measure and how much on the last day; it begins three days before.
    drift: &'static [(&'static str, f64)],
}

const fn usual(
    [systolic, diastolic, heart_rate, respiration, oxygen, temperature, weight]: [f64; 7],
    glucose: Option<f64>,
    drift: &'static [(&'static str, f64)],
) -> Usual {
    Usual { systolic, diastolic, heart_rate, respiration, oxygen, temperature, glucose, weight, drift }
}

const USUAL: [Usual; 10] = [
    usual([138.0, 78.0, 72.0, 17.0, 97.0, 36.5, 58.4], Some(7.6), &[(SYSTOLIC, 28.0), (DIASTOLIC, 14.0)]),
    usual(
        [128.0, 72.0, 84.0, 20.0, 94.5, 36.4, 61.0],
        None,
        &[(OXYGEN, -4.5), (RESPIRATION, 5.0), (HEART_RATE, 12.0), (OXYGEN_FLOW, 2.0)],
    ),
    usual([132.0, 74.0, 76.0, 16.0, 97.0, 36.5, 63.7], Some(9.6), &[(GLUCOSE, 4.2)]),
    usual([118.0, 68.0, 82.0, 18.0, 95.8, 36.3, 66.2], None, &[(WEIGHT, 1.2), (HEART_RATE, 16.0)]),
    usual([126.0, 72.0, 70.0, 16.0, 97.2, 36.5, 52.9], None, &[]),
    usual([140.0, 80.0, 74.0, 17.0, 97.0, 36.6, 70.5], None, &[]),
    usual([142.0, 80.0, 73.0, 16.0, 97.4, 36.5, 55.1], None, &[(PAIN, 2.6)]),
    usual([134.0, 70.0, 62.0, 17.0, 96.4, 36.2, 59.8], None, &[(HEART_RATE, -9.0)]),
    usual([116.0, 66.0, 75.0, 16.0, 97.0, 36.4, 50.3], None, &[]),
    usual([130.0, 74.0, 78.0, 17.0, 96.8, 36.6, 72.0], Some(8.1), &[(TEMPERATURE, 1.7), (HEART_RATE, 22.0)]),
];

/// Readings of the last two weeks until `now`, oldest first for each resident.
pub(super) fn two_weeks(residents: &[Resident], now: Timestamp, seed: u64) -> Vec<Observation> {
    let zone = TimeZone::fixed(Offset::constant(8));
    let today = zone.to_datetime(now).date();
    let mut random = SplitMix(seed);
    let mut readings = Vec::new();
    for (resident, usual) in residents.iter().zip(&USUAL) {
        for days_ago in (0..DAYS).rev() {
            let Ok(day) = today.checked_sub(SignedDuration::from_hours(24 * i64::from(days_ago))) else { continue };
            for hour in [7_i8, 11, 15, 19] {
                let minute = (random.unit() * 40.0) as i8;
                let Ok(at) = zone.to_timestamp(day.at(hour, minute, (random.unit() * 59.0) as i8, 0)) else { continue };
                if at > now {
                    continue;
                }
                for (code, value) in round(usual, days_ago, hour, day, &mut random) {
                    let Some(sign) = find(code) else { continue };
                    let (low, high) = sign.plausible;
                    readings.push(Observation {
                        id: ObservationId::from_uuid(id(7, u32::try_from(readings.len()).unwrap_or(u32::MAX))),
                        resident_id: resident.id,
                        code: code.to_owned(),
                        value: value.clamp(low, high),
                        unit: sign.unit.to_owned(),
                        measured_at: at,
                        received_at: at + SignedDuration::from_secs(2),
                        device: device(code).map(str::to_owned),
                        source: ObservationSource::Seed,
                        trace: None,
                    });
                }
            }
        }
    }
    readings.extend(laboratory(residents, now, readings.len()));
    readings.retain(|reading| reading.received_at <= now);
    readings
}

/// What a laboratory found: resident by number, measure, value, days ago. One creatinine is too old to dose by, and most residents have none.
const LABORATORY: &[(usize, &str, f64, i64)] = &[
    (0, CREATININE, 74.0, 12),
    (0, POTASSIUM, 4.3, 12),
    (2, CREATININE, 96.0, 40),
    (3, CREATININE, 118.0, 9),
    (3, POTASSIUM, 5.1, 9),
    (9, CREATININE, 121.0, 400),
];

fn laboratory(residents: &[Resident], now: Timestamp, before: usize) -> Vec<Observation> {
    let of = |(n, &(resident, code, value, days)): (usize, &(usize, &str, f64, i64))| {
        let measured_at = now - SignedDuration::from_hours(24 * days + 3);
        Some(Observation {
            id: ObservationId::from_uuid(id(7, u32::try_from(before + n).unwrap_or(u32::MAX))),
            resident_id: residents.get(resident)?.id,
            code: code.to_owned(),
            value,
            unit: find(code)?.unit.to_owned(),
            measured_at,
            received_at: measured_at + SignedDuration::from_hours(2),
            device: None,
            source: ObservationSource::Seed,
            trace: None,
        })
    };
    LABORATORY.iter().enumerate().filter_map(of).collect()
}

/// What is measured on one round, and what it shows.
fn round(usual: &Usual, days_ago: i32, hour: i8, day: civil::Date, random: &mut SplitMix) -> Vec<(&'static str, f64)> {
    // Nothing until three days ago, all of it today.
    let onset = f64::from(3 - days_ago.min(3)) / 3.0;
    let drift = |code| usual.drift.iter().find(|(c, _)| *c == code).map_or(0.0, |(_, full)| full * onset);
    let morning = f64::from(u8::from(hour == 7));
    let evening = f64::from(u8::from(hour == 19));
    let mut found = vec![];
    if hour != 11 {
        let swing = random.noise();
        found.push((SYSTOLIC, whole(usual.systolic + drift(SYSTOLIC) + 6.0 * morning + 7.0 * swing)));
        found.push((DIASTOLIC, whole(usual.diastolic + drift(DIASTOLIC) + 3.0 * morning + 4.0 * swing)));
        found.push((HEART_RATE, whole(usual.heart_rate + drift(HEART_RATE) + 4.0 * random.noise())));
        found.push((OXYGEN, whole((usual.oxygen + drift(OXYGEN) + 0.9 * random.noise()).min(100.0))));
        let temperature = usual.temperature + drift(TEMPERATURE) + 0.25 * evening + 0.12 * random.noise();
        found.push((TEMPERATURE, tenths(temperature)));
    }
    if hour == 7 || hour == 19 {
        found.push((RESPIRATION, whole(usual.respiration + drift(RESPIRATION) + 1.2 * random.noise())));
        found.push((OXYGEN_FLOW, whole(drift(OXYGEN_FLOW))));
        found.push((RESPONSIVENESS, 0.0));
    }
    if let Some(glucose) = usual.glucose.filter(|_| hour != 15) {
        let meal = if hour == 7 { -0.9 } else { 0.6 };
        found.push((GLUCOSE, tenths(glucose + drift(GLUCOSE) + meal + 0.7 * random.noise())));
    }
    if hour == 7 && (day.weekday() == civil::Weekday::Monday || days_ago == 0) {
        found.push((WEIGHT, tenths(usual.weight + drift(WEIGHT) + 0.2 * random.noise())));
    }
    if hour == 19 && usual.drift.iter().any(|(code, _)| *code == PAIN) {
        found.push((PAIN, whole((2.0 + drift(PAIN) + 0.8 * random.noise()).max(0.0))));
    }
    found
}

/// The demo's instruments by measure; what is absent is typed by the nurse.
fn device(code: &str) -> Option<&'static str> {
    match code {
        SYSTOLIC | DIASTOLIC | HEART_RATE => Some("血压计 BP-210"),
        OXYGEN => Some("血氧仪 SP-30"),
        GLUCOSE => Some("血糖仪 GM-5"),
        _ => None,
    }
}

fn whole(value: f64) -> f64 {
    value.round()
}

fn tenths(value: f64) -> f64 {
    (value * 10.0).round() / 10.0
}

/// SplitMix64 (Steele, Lea, Flood 2014): small, seeded, the same on every machine.
struct SplitMix(u64);

impl SplitMix {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// In `0.0..1.0`.
    fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// About normal with deviation 1, within ±3: the sum of twelve uniform numbers less six, cut.
    fn noise(&mut self) -> f64 {
        ((0..12).map(|_| self.unit()).sum::<f64>() - 6.0).clamp(-3.0, 3.0)
    }
}
