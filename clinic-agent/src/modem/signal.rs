//! What the properties of a modem say of its signal. Pure. The numbers are those of ModemManager's D-Bus reference (`MMModemAccessTechnology`, `MMModemState`,
//! `MMModemPortType`).

use yunzhen_protocol::control::{RadioSignal, RadioTechnology};

/// Bits of `AccessTechnologies`, the better first.
const TECHNOLOGIES: [(u32, RadioTechnology); 5] = [
    (1 << 15, RadioTechnology::Nr5g),
    // LTE, LTE Cat-M, NB-IoT.
    (1 << 14 | 1 << 16 | 1 << 17, RadioTechnology::Lte),
    // HSDPA, HSUPA, HSPA, HSPA+.
    (1 << 6 | 1 << 7 | 1 << 8 | 1 << 9, RadioTechnology::Hspa),
    // UMTS; 1xRTT and EV-DO are of the same age.
    (1 << 5 | 1 << 10 | 1 << 11 | 1 << 12 | 1 << 13, RadioTechnology::Umts),
    // GSM, compact GSM, GPRS, EDGE.
    (1 << 1 | 1 << 2 | 1 << 3 | 1 << 4, RadioTechnology::Gsm),
];
/// `State` from which on the modem is registered in a network.
const REGISTERED: i32 = 8;
/// What a radio can receive, dBm; other values mean "not known".
const POSSIBLE_DBM: std::ops::Range<f64> = -150.0..-20.0;

/// Properties of one modem, as they were read.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Properties {
    /// `Modem.State`.
    pub state: i32,
    /// `Modem.AccessTechnologies`.
    pub access_technologies: u32,
    /// `Modem.SignalQuality`, per cent.
    pub quality_percent: Option<u32>,
    /// Network interfaces among `Modem.Ports`.
    pub interfaces: Vec<String>,
    /// `Modem.Signal.Nr5g` → `rsrp`.
    pub nr5g_rsrp_dbm: Option<f64>,
    /// `Modem.Signal.Lte` → `rsrp`.
    pub lte_rsrp_dbm: Option<f64>,
    /// `Modem.Signal.Umts` → `rscp`, or `rssi` where that is not told.
    pub umts_dbm: Option<f64>,
    /// `Modem.Signal.Gsm` → `rssi`.
    pub gsm_rssi_dbm: Option<f64>,
}

impl Properties {
    /// The signal of the modem, named by the path that it is; `None`: it is in no network, or does not say which.
    pub fn signal(&self, path: String) -> Option<RadioSignal> {
        if self.state < REGISTERED {
            return None;
        }
        let has = |bits: u32| self.access_technologies & bits != 0;
        let technology = TECHNOLOGIES.iter().find(|(bits, _)| has(*bits)).map(|(_, technology)| *technology)?;
        let dbm = match technology {
            RadioTechnology::Nr5g => self.nr5g_rsrp_dbm,
            RadioTechnology::Lte => self.lte_rsrp_dbm,
            RadioTechnology::Hspa | RadioTechnology::Umts => self.umts_dbm,
            RadioTechnology::Gsm => self.gsm_rssi_dbm,
            RadioTechnology::Other => None,
        };
        let dbm = dbm.filter(|dbm| POSSIBLE_DBM.contains(dbm)).map(|dbm| dbm.round() as i16);
        let quality_percent = self.quality_percent?.min(100) as u8;
        Some(RadioSignal { path, technology, quality_percent, dbm })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A modem on 5G beside LTE, in the units of ModemManager's reference.
    fn on_5g() -> Properties {
        Properties {
            state: 11,
            access_technologies: 1 << 14 | 1 << 15,
            quality_percent: Some(67),
            interfaces: vec!["wwan0".into()],
            nr5g_rsrp_dbm: Some(-93.0),
            lte_rsrp_dbm: Some(-101.0),
            ..Properties::default()
        }
    }

    fn told(properties: &Properties) -> Option<(RadioTechnology, u8, Option<i16>)> {
        properties.signal("5G".into()).map(|signal| (signal.technology, signal.quality_percent, signal.dbm))
    }

    #[test]
    fn the_best_technology_counts_and_its_own_strength() {
        assert_eq!(told(&on_5g()), Some((RadioTechnology::Nr5g, 67, Some(-93))));
        let lte = Properties { access_technologies: 1 << 14, ..on_5g() };
        assert_eq!(told(&lte), Some((RadioTechnology::Lte, 67, Some(-101))));
        let hspa = Properties { access_technologies: 1 << 9 | 1 << 5, umts_dbm: Some(-88.4), ..on_5g() };
        assert_eq!(told(&hspa), Some((RadioTechnology::Hspa, 67, Some(-88))));
        let edge = Properties { access_technologies: 1 << 4, ..on_5g() };
        assert_eq!(told(&edge), Some((RadioTechnology::Gsm, 67, None)));
    }

    #[test]
    fn what_cannot_be_is_not_told() {
        // ModemManager's "unknown" is the least double; some firmware says 0.
        for impossible in [f64::MIN, 0.0, f64::NAN, -32_768.0] {
            let properties = Properties { nr5g_rsrp_dbm: Some(impossible), ..on_5g() };
            assert_eq!(told(&properties), Some((RadioTechnology::Nr5g, 67, None)), "{impossible}");
        }
        assert_eq!(told(&Properties { quality_percent: Some(4000), ..on_5g() }).map(|told| told.1), Some(100));
        for silent in [
            Properties { state: 7, ..on_5g() },
            Properties { access_technologies: 0, ..on_5g() },
            Properties { quality_percent: None, ..on_5g() },
            Properties::default(),
        ] {
            assert_eq!(told(&silent), None, "{silent:?}");
        }
    }
}
