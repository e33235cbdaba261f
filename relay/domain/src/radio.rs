//! How strong the radio signal of a home's modems is: by what network, how strong, in the words that nurse and specialist read. Pure.
//!
//! A [`Signal`] is checked: what a box says of its modems goes through [`Signal::checked`], and what cannot be is not taken.
//!
//! Not here: how a modem is asked (`clinic-agent`, `modem`), how well a path carries media, which is measured by what arrives.

use crate::machines::named_enum;
use std::sync::Arc;

named_enum! {
    /// What a modem is connected by, the better first.
    RadioTechnology {
        /// 5G.
        Nr5g = "nr5g",
        /// 4G.
        Lte = "lte",
        /// 3G with HSDPA, HSUPA or HSPA+.
        Hspa = "hspa",
        /// 3G.
        Umts = "umts",
        /// 2G.
        Gsm = "gsm",
        /// Anything else.
        Other = "other",
    }
}

impl RadioTechnology {
    /// As it stands on a phone; nothing for what has no such name.
    pub const fn generation(self) -> &'static str {
        match self {
            Self::Nr5g => "5G",
            Self::Lte => "4G",
            Self::Hspa | Self::Umts => "3G",
            Self::Gsm => "2G",
            Self::Other => "",
        }
    }
}

named_enum! {
    /// A signal in one word.
    RadioStrength {
        /// Enough for anything.
        Strong = "strong",
        /// Enough for most.
        Fair = "fair",
        /// Picture and sound may suffer.
        Weak = "weak",
        /// Nothing is received.
        None = "none",
    }
}

/// Per cent from which on a signal is strong, and fair.
const STRONG: u8 = 55;
const FAIR: u8 = 30;

impl RadioStrength {
    /// Of a modem's own judgement, 0–100.
    pub const fn of(quality_percent: u8) -> Self {
        match quality_percent {
            STRONG.. => Self::Strong,
            FAIR.. => Self::Fair,
            1.. => Self::Weak,
            0 => Self::None,
        }
    }

    /// Chinese, English.
    pub const fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Strong => ("信号强", "signal strong"),
            Self::Fair => ("信号一般", "signal fair"),
            Self::Weak => ("信号弱", "signal weak"),
            Self::None => ("没有信号", "no signal"),
        }
    }
}

/// Of the modems that a box tells of.
pub const MOST_SIGNALS: usize = 4;
/// Of the names that a home gives its paths, bytes.
pub const LONGEST_PATH: usize = 24;
/// What a radio can receive, dBm.
const WEAKEST_DBM: i16 = -150;
const STRONGEST_DBM: i16 = -20;

/// The radio signal of one modem.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signal {
    path: String,
    technology: RadioTechnology,
    quality_percent: u8,
    dbm: Option<i16>,
}

/// Those of one home, at most [`MOST_SIGNALS`]; cheap to clone.
pub type Signals = Arc<[Signal]>;

impl Signal {
    /// What a box says, as far as it can be: `None` for a quality above 100 %. A name is cut where it is too long and loses what is not shown; a strength that no radio
    /// has is not known.
    pub fn checked(path: &str, technology: RadioTechnology, quality_percent: u8, dbm: Option<i16>) -> Option<Self> {
        let dbm = dbm.filter(|dbm| (WEAKEST_DBM..=STRONGEST_DBM).contains(dbm));
        (quality_percent <= 100).then(|| Self { path: name(path), technology, quality_percent, dbm })
    }

    /// What the home calls the path that leaves by this modem; empty when it has no name.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// By what.
    pub const fn technology(&self) -> RadioTechnology {
        self.technology
    }

    /// As the modem judges it, 0–100.
    pub const fn quality_percent(&self) -> u8 {
        self.quality_percent
    }

    /// Received strength (RSRP, RSCP or RSSI, as the technology has it), where the modem tells it.
    pub const fn dbm(&self) -> Option<i16> {
        self.dbm
    }

    /// In one word.
    pub const fn strength(&self) -> RadioStrength {
        RadioStrength::of(self.quality_percent)
    }
}

/// A path's name as it is kept: whole characters, none of which controls anything.
fn name(path: &str) -> String {
    let mut name = String::new();
    for character in path.chars().filter(|character| !character.is_control()) {
        if name.len() + character.len_utf8() > LONGEST_PATH {
            break;
        }
        name.push(character);
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strength_in_one_word() {
        assert_eq!(
            [0, 1, 29, 30, 54, 55, 100].map(RadioStrength::of).map(RadioStrength::as_str),
            ["none", "weak", "weak", "fair", "fair", "strong", "strong"]
        );
        assert_eq!(
            RadioTechnology::ALL.iter().map(|one| one.generation()).collect::<Vec<_>>().join(" "),
            "5G 4G 3G 3G 2G "
        );
    }

    #[test]
    fn what_cannot_be_is_not_taken() {
        let checked = |quality, dbm| Signal::checked("5G", RadioTechnology::Nr5g, quality, dbm);
        assert_eq!(checked(101, None), None);
        assert_eq!(checked(255, Some(-90)), None);
        for absurd in [0, 10, -19, -151, i16::MIN, i16::MAX] {
            assert_eq!(checked(50, Some(absurd)).and_then(|signal| signal.dbm()), None, "{absurd}");
        }
        assert_eq!(checked(100, Some(-93)).and_then(|signal| signal.dbm()), Some(-93));
    }

    #[test]
    fn a_name_is_cut_between_characters_and_controls_nothing() {
        let named =
            |path: &str| Signal::checked(path, RadioTechnology::Lte, 1, None).map(|signal| signal.path().to_owned());
        assert_eq!(named("5\u{0}G\n").as_deref(), Some("5G"));
        assert_eq!(named(&"移动网络卡一二三四五".repeat(3)).as_deref(), Some("移动网络卡一二三"));
        assert_eq!(named("").as_deref(), Some(""));
    }
}
