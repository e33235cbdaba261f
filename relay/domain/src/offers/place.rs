//! Where somebody is and when their doors are open. No road is known: distance is as the crow flies.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::schedule::{Weekday, Zone};

/// Mean radius of the earth.
const EARTH_METRES: f64 = 6_371_000.0;
/// Minutes of a day; doors that close then do not close at midnight.
const DAY: u16 = 24 * 60;

/// A point on the earth, in millionths of a degree: exact in every database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    latitude_e6: i32,
    longitude_e6: i32,
}

/// No such point, or no such hours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PlaceError {
    /// Not between -90 and 90.
    #[error("a latitude lies between -90 and 90")]
    Latitude,
    /// Not between -180 and 180.
    #[error("a longitude lies between -180 and 180")]
    Longitude,
}

impl Place {
    /// From degrees.
    pub fn from_degrees(latitude: f64, longitude: f64) -> Result<Self, PlaceError> {
        let e6 = |degrees: f64, bound: f64| {
            let inside = degrees.is_finite() && degrees.abs() <= bound;
            #[allow(clippy::cast_possible_truncation, reason = "at most 180 million")]
            inside.then(|| (degrees * 1e6).round() as i32)
        };
        Ok(Self {
            latitude_e6: e6(latitude, 90.0).ok_or(PlaceError::Latitude)?,
            longitude_e6: e6(longitude, 180.0).ok_or(PlaceError::Longitude)?,
        })
    }

    /// From what the store keeps.
    pub fn from_e6(latitude_e6: i64, longitude_e6: i64) -> Result<Self, PlaceError> {
        let within =
            |value: i64, bound: i32| i32::try_from(value).ok().filter(|v| v.unsigned_abs() <= bound.unsigned_abs());
        Ok(Self {
            latitude_e6: within(latitude_e6, 90_000_000).ok_or(PlaceError::Latitude)?,
            longitude_e6: within(longitude_e6, 180_000_000).ok_or(PlaceError::Longitude)?,
        })
    }

    /// For the store.
    pub const fn e6(self) -> (i32, i32) {
        (self.latitude_e6, self.longitude_e6)
    }

    /// In degrees.
    pub fn degrees(self) -> (f64, f64) {
        (f64::from(self.latitude_e6) / 1e6, f64::from(self.longitude_e6) / 1e6)
    }

    /// The way to another one over the sphere.
    pub fn metres_to(self, other: Self) -> u32 {
        let (a, b) = (self.degrees(), other.degrees());
        let (lat_a, lat_b) = (a.0.to_radians(), b.0.to_radians());
        let (dlat, dlon) = ((b.0 - a.0).to_radians(), (b.1 - a.1).to_radians());
        let h = (dlat / 2.0).sin().powi(2) + lat_a.cos() * lat_b.cos() * (dlon / 2.0).sin().powi(2);
        let metres = 2.0 * EARTH_METRES * h.clamp(0.0, 1.0).sqrt().asin();
        #[allow(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "half the earth is 20 million metres"
        )]
        let whole = metres.round() as u32;
        whole
    }
}

/// Doors that are open on one weekday, by minutes of the day. What goes beyond midnight is two of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct OpenHours {
    /// Which day.
    pub weekday: Weekday,
    /// From.
    pub opens: u16,
    /// Until, and not at it; at most 24 × 60.
    pub closes: u16,
}

impl OpenHours {
    /// The whole week, day and night.
    pub fn always() -> Vec<Self> {
        Weekday::ALL.iter().map(|&weekday| Self { weekday, opens: 0, closes: DAY }).collect()
    }

    /// Whether it is a time within one day.
    pub const fn is_one(self) -> bool {
        self.opens < self.closes && self.closes <= DAY
    }
}

/// Whether doors are open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Opening {
    /// Nobody said.
    Unknown,
    /// Open.
    Open,
    /// Closed until then.
    Opens(Timestamp),
}

/// Whether doors with these hours are open at `now`.
pub fn opening(hours: &[OpenHours], zone: &Zone, now: Timestamp) -> Opening {
    let today = zone.date(now);
    let mut opens = None;
    // Eight days: whoever opens once a week and has just closed opens in a week.
    for ahead in 0..=7 {
        let day = today.saturating_add(jiff::Span::new().days(ahead));
        for h in hours.iter().filter(|h| h.weekday == Weekday::of(day) && h.is_one()) {
            let Some(from) = instant(zone, day, h.opens) else { continue };
            let Some(until) = instant(zone, day, h.closes) else { continue };
            if from <= now && now < until {
                return Opening::Open;
            }
            if now < from && opens.is_none_or(|first| from < first) {
                opens = Some(from);
            }
        }
    }
    opens.map_or(Opening::Unknown, Opening::Opens)
}

fn instant(zone: &Zone, day: jiff::civil::Date, minute: u16) -> Option<Timestamp> {
    if minute >= DAY {
        return zone.instant(day.tomorrow().ok()?.at(0, 0, 0, 0));
    }
    zone.instant(day.at(0, 0, 0, 0).checked_add(SignedDuration::from_mins(i64::from(minute))).ok()?)
}
