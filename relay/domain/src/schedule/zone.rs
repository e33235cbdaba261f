//! A time zone by its IANA name, from the rules that are built into the program: the same answer on every machine, whatever its system has.

use jiff::civil::{Date, DateTime};
use jiff::tz::{AmbiguousOffset, TimeZone, TimeZoneDatabase};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// A zone that exists.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Zone(TimeZone, String);

/// A name that no zone has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("there is no such time zone; use an IANA name as Asia/Shanghai")]
pub struct ZoneError;

impl Zone {
    /// Where the homes of China are.
    pub fn shanghai() -> Self {
        Self::parse("Asia/Shanghai").unwrap_or_else(|_| Self(TimeZone::UTC, "UTC".to_owned()))
    }

    /// Looks a name up.
    pub fn parse(name: &str) -> Result<Self, ZoneError> {
        let zone = TimeZoneDatabase::bundled().get(name).map_err(|_| ZoneError)?;
        let name = zone.iana_name().ok_or(ZoneError)?.to_owned();
        Ok(Self(zone, name))
    }

    /// The IANA name.
    pub fn name(&self) -> &str {
        &self.1
    }

    /// Its rules.
    pub const fn rules(&self) -> &TimeZone {
        &self.0
    }

    /// The day at `at`.
    pub fn date(&self, at: Timestamp) -> Date {
        self.0.to_datetime(at).date()
    }

    /// The first instant at which a clock on the wall shows `local` or later on the same run: a time that the clock jumps over is the moment of the jump, a time
    /// that comes twice is its first coming.
    pub fn instant(&self, local: DateTime) -> Option<Timestamp> {
        let ambiguous = self.0.to_ambiguous_timestamp(local);
        match ambiguous.offset() {
            AmbiguousOffset::Gap { .. } => {
                // The first minute that is jumped over leads to the jump itself, which must be found too.
                let after = ambiguous.later().ok()?.checked_add(SignedDuration::from_millis(1)).ok()?;
                self.0.preceding(after).next().map(|jump| jump.timestamp())
            }
            AmbiguousOffset::Unambiguous { .. } | AmbiguousOffset::Fold { .. } => ambiguous.earlier().ok(),
        }
    }
}

impl std::fmt::Debug for Zone {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.1)
    }
}

impl std::fmt::Display for Zone {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.1)
    }
}

impl std::str::FromStr for Zone {
    type Err = ZoneError;
    fn from_str(name: &str) -> Result<Self, ZoneError> {
        Self::parse(name)
    }
}

impl TryFrom<String> for Zone {
    type Error = ZoneError;
    fn try_from(name: String) -> Result<Self, ZoneError> {
        Self::parse(&name)
    }
}

impl From<Zone> for String {
    fn from(zone: Zone) -> Self {
        zone.1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_real_zones_are_taken() {
        assert_eq!(Zone::parse("Asia/Shanghai").unwrap().name(), "Asia/Shanghai");
        assert_eq!(Zone::shanghai().name(), "Asia/Shanghai");
        for name in ["", "Asia/Atlantis", "+08:00", "../etc/passwd"] {
            assert_eq!(Zone::parse(name), Err(ZoneError), "{name}");
        }
        assert_eq!(serde_json::to_string(&Zone::shanghai()).unwrap(), "\"Asia/Shanghai\"");
    }

    #[test]
    fn a_jump_and_a_repeated_hour() {
        let berlin = Zone::parse("Europe/Berlin").unwrap();
        let at = |text: &str| berlin.instant(text.parse().unwrap()).unwrap().to_string();
        assert_eq!(at("2026-03-29T02:00"), "2026-03-29T01:00:00Z", "the first minute that is not there");
        assert_eq!(at("2026-03-29T02:30"), "2026-03-29T01:00:00Z", "02:00 jumps to 03:00");
        assert_eq!(at("2026-03-29T03:00"), "2026-03-29T01:00:00Z");
        assert_eq!(at("2026-10-25T02:30"), "2026-10-25T00:30:00Z", "the first of two");
    }
}
