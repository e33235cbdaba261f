//! Every legal and security number, in one struct. A hospital may tighten any of them in a TOML file and loosen none.

use crate::actor::Role;
use crate::dosage::Frequency;
use crate::doses::Round;
use crate::media_timeline::Rung;
use crate::records::Supply;
use crate::throttle::Limits;
use jiff::civil::Date;
use jiff::tz::Offset;
use jiff::{SignedDuration, Timestamp};

/// Why a policy file is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PolicyError {
    /// No TOML.
    #[error("the policy file is not TOML: {0}")]
    Syntax(String),
    /// A key that means nothing.
    #[error("the policy has no number called `{0}`; it has: {1}")]
    UnknownKey(String, String),
    /// Not a number of the right size.
    #[error("`{0}` must be a whole number that is not negative")]
    NoNumber(String),
    /// The ladder ends before it.
    #[error("`{0}` = {1} names no rung; they are 1 (voice messages and photos) to 6 (the full picture)")]
    NoRung(&'static str, u32),
    /// The default is the law.
    #[error("`{key}` = {value} is looser than the default {default}; a policy can only be tightened")]
    Loosened {
        /// Which.
        key: &'static str,
        /// Asked for.
        value: u32,
        /// At most or at least.
        default: u32,
    },
}

macro_rules! policy {
    ($($(#[$doc:meta])* $direction:ident $name:ident = $default:literal;)+) => {
        /// The numbers in force.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub struct Policy { $($(#[$doc])* pub $name: u32),+ }

        impl Default for Policy {
            fn default() -> Self {
                Self { $($name: $default),+ }
            }
        }

        impl Policy {
            /// The names of all numbers.
            pub const KEYS: &'static [&'static str] = &[$(stringify!($name)),+];

            fn set(&mut self, key: &str, value: u32) -> Result<(), PolicyError> {
                match key {
                    $(stringify!($name) => {
                        if policy!(@loose $direction value, $default) {
                            return Err(PolicyError::Loosened { key: stringify!($name), value, default: $default });
                        }
                        self.$name = value;
                        Ok(())
                    })+
                    other => Err(PolicyError::UnknownKey(other.to_owned(), Self::KEYS.join(", "))),
                }
            }

            /// Each number by name, for screens.
            pub fn entries(&self) -> Vec<(&'static str, u32)> {
                vec![$((stringify!($name), self.$name)),+]
            }
        }
    };
    (@loose at_most $value:ident, $default:literal) => { $value > $default || $value == 0 };
    (@loose at_least $value:ident, $default:literal) => { u32::checked_sub($value, $default).is_none() };
}

policy! {
    /// A prescription is valid on the day of signing; the prescriber may extend it to this many days in all.
    at_most validity_days = 3;
    /// Supply of an ordinary prescription.
    at_most supply_ordinary_days = 7;
    /// Supply of an emergency prescription.
    at_most supply_emergency_days = 3;
    /// Supply of a chronic long prescription without further assessment.
    at_most supply_chronic_days = 28;
    /// Supply of a chronic long prescription with assessment and the resident's confirmation on record.
    at_most supply_chronic_assessed_days = 84;
    /// What is taken when needed counts as taken this often a day when its supply is measured.
    at_most when_needed_doses_per_day = 6;
    /// The least rung of the call by which a prescription is signed, by its number: 6 the full picture, 5 the smaller one, 4 the slow one (two frames a second at least), 3 stills and sound,
    /// 2 sound, 1 messages. Two frames a second is the least that shows a person breathe, move and answer; stills and voice alone may be of anybody, at any time.
    at_least least_rung_for_signing = 4;
    /// It counts when it was had for so long in all, anywhere in the consultation.
    at_least rung_held_seconds = 60;
    /// It counts when it was had within this time before now, or before the call ended.
    at_most rung_at_end_seconds = 10;
    /// The home must have been in the call for so long before a prescription is signed. 0: a consultation without a call is not judged by it, as when the doctor is in the room.
    at_least call_seconds_for_signing = 0;
    /// A home whose link is away goes on filming, and recording where it was asked to, for this long; then its devices close, and the call comes back with the link.
    at_most call_without_link_minutes = 10;
    /// What a nurse says so long before she asks for a consultation is of that consultation.
    at_most spoken_note_before_call_minutes = 60;
    /// 1: the nurse asks at the beginning of each consultation whether it may be recorded, and without a yes nothing is; a no holds nothing up. 0: the signed consent
    /// is enough, and it is recorded when the specialist asks for it.
    at_least recording_question = 0;
    /// Drugs on one prescription.
    at_most items = 5;
    /// Younger patients need a guardian present.
    at_least guardian_below_years = 6;
    /// Years of practice a specialist must have on record.
    at_least specialist_practice_years = 3;
    /// Medical record.
    at_least retention_record_years = 15;
    /// Recordings of a consultation.
    at_least retention_media_years = 3;
    /// Record of sale of a drug.
    at_least retention_sale_years = 5;
    /// Network logs.
    at_least retention_network_log_months = 6;
    /// A document to be signed is good for this long after it was prepared.
    at_most signing_document_minutes = 10;
    /// Who signs, and whoever decides who comes in, has proved who it is within this time: the password, not only the open page.
    at_most reauthentication_minutes = 5;
    /// The end of a licence is told so long before.
    at_least licence_warning_days = 30;
    /// A prescription can be written and signed for this long after its consultation was completed.
    at_most writing_after_end_hours = 24;
    /// A staff session lasts one long shift.
    at_most staff_session_hours = 12;
    /// A session of staff that nobody uses ends after this. Not one through a home's box: it works on without a link, and the tablet itself is locked.
    at_most session_idle_minutes = 60;
    /// 1: nurses sign in with a second factor, or a passkey; who has none can only set one up.
    at_least second_factor_of_nurses = 0;
    /// The same for specialists.
    at_least second_factor_of_specialists = 0;
    /// The same for pharmacists.
    at_least second_factor_of_pharmacists = 0;
    /// The same for members of pharmacies.
    at_least second_factor_of_pharmacies = 0;
    /// The same for administrators.
    at_least second_factor_of_administrators = 0;
    /// An authenticator app or a passkey is set up within this time, and a passkey is shown within it.
    at_most second_factor_setup_minutes = 10;
    /// Characters of a new password, at least.
    at_least password_chars = 12;
    /// A password that the relay made is good for so long, and only for setting an own one.
    at_most initial_password_hours = 72;
    /// A courier's session lasts as long as a delivery may take.
    at_most courier_session_hours = 48;
    /// An invitation of an observer.
    at_most invitation_hours = 24;
    /// The former secret of a pharmacy's system, and of its webhook, works for so long after a rotation.
    at_most pharmacy_secret_overlap_hours = 72;
    /// Tries of one event to a pharmacy's system, with growing waits in between.
    at_most webhook_tries = 16;
    /// An address that takes nothing for so long gets nothing more until somebody switches it on.
    at_most webhook_fails_for_hours = 72;
    /// Wrong passwords or PINs of one account or link that cost nothing.
    at_most free_tries_per_account = 5;
    /// Wrong passwords or PINs from one source that cost nothing; a home has many nurses behind one address.
    at_most free_tries_per_source = 20;
    /// First wait after too many wrong tries.
    at_least throttle_first_wait_seconds = 30;
    /// Wrong codes of one parcel; the last of them stops its hand-over until the pharmacy lets it go on.
    at_most wrong_parcel_codes = 5;
    /// A parcel of the cold chain is never colder, in degrees Celsius.
    at_least cold_chain_lowest_celsius = 2;
    /// A parcel of the cold chain is never warmer, in degrees Celsius.
    at_most cold_chain_highest_celsius = 8;
    /// A temperature or a count made where there was no link may arrive this late.
    at_most late_delivery_entry_hours = 72;
    /// What a nurse did longer ago than this when it arrives was done without a link, when nobody could tell her that it may not be; before that it is refused.
    at_most at_once_minutes = 2;
    /// Longest wait after too many wrong tries.
    at_least throttle_longest_wait_seconds = 900;
    /// A parameter of the early-warning score counts for this long after it was measured.
    at_most early_warning_hours = 24;
    /// Readings and notes made on the tablet without a link may arrive this late.
    at_most late_entry_days = 366;
    /// Reads of one record by one person in one session within this time are one audit event.
    at_most read_audit_minutes = 10;
    /// A record that was opened without a relation closes by itself.
    at_most break_glass_minutes = 60;
    /// A creatinine counts for a dose for this long.
    at_most creatinine_days = 180;
    /// A weight counts for the estimate of the kidneys' function for this long.
    at_most weight_days = 180;
    /// A potassium counts for the heart's rhythm for this long.
    at_most potassium_days = 30;
    /// Wrong tries are forgotten after this long.
    at_least throttle_forget_minutes = 60;
    /// A one-key call that nobody answers is put to the next ones after this long.
    at_most urgent_call_answer_seconds = 60;
    /// How far ahead a time is looked for after a technical failure.
    at_most rebooking_horizon_days = 14;
    /// How far ahead anything can be booked.
    at_most booking_horizon_days = 90;
    /// How far ahead a turn of duty is planned.
    at_most duty_horizon_days = 366;
    /// How far from today, before and after, a day of published times may lie: further is a typing error.
    at_most availability_horizon_days = 3653;
    /// The first reminder of an appointment, before it.
    at_most reminder_early_minutes = 1440;
    /// The last reminder of an appointment, before it.
    at_most reminder_late_minutes = 15;
    /// A dose may be given so long before its time.
    at_most dose_early_minutes = 60;
    /// A dose about which nothing was written so long after its time is missed.
    at_most dose_missed_minutes = 120;
    /// A dose that was recorded wrongly can be corrected for this long.
    at_most dose_correction_hours = 72;
    /// A stopped prescription is shown beside the doses that it ended for this long.
    at_least dose_stopped_shown_days = 3;
    /// So many days before a medicine runs out a refill is asked for.
    at_least runway_warn_days = 5;
    /// A review of which its pharmacist makes nothing for this long goes back to the others.
    at_most review_claim_minutes = 60;
    /// What the pharmacies that a prescription is offered to leave lying is offered to the next ones after this long.
    at_most offer_wave_minutes = 10;
    /// A code by which a box is enrolled is good for this long.
    at_most enrolment_code_minutes = 10;
    /// What a box gets by enrolment and renewal is valid for this long; it is renewed at half of it.
    at_most box_certificate_days = 7;
    /// A box that was away renews for this long after its certificate's end; later it is enrolled anew.
    at_most box_renewal_grace_days = 30;
    /// 1: a box comes in only with a certificate of this relay's own, by enrolment or renewal. 0: what the authority issued by hand is adopted when it is first shown.
    at_least only_enrolled_boxes = 0;
    /// Certificates that the box of one home gets in a day.
    at_most box_certificates_per_day = 24;
    /// From the prescriber's signature to the pharmacist's.
    at_most chain_approve_minutes = 30;
    /// From there until a pharmacy has it.
    at_most chain_accept_minutes = 30;
    /// From there until the parcel is closed.
    at_most chain_pack_minutes = 120;
    /// From there until the courier has it.
    at_most chain_hand_over_minutes = 60;
    /// From there to the home's door.
    at_most chain_door_minutes = 180;
    /// From there until the nurse has counted it.
    at_most chain_count_minutes = 15;
    /// From there to the first dose: one that is taken once a day comes within a day.
    at_most chain_first_dose_minutes = 1440;
}

impl Policy {
    /// The defaults, tightened by a TOML file of `key = number`.
    pub fn from_toml(text: &str) -> Result<Self, PolicyError> {
        let table: toml::Table =
            text.parse().map_err(|e: toml::de::Error| PolicyError::Syntax(e.message().to_owned()))?;
        let mut policy = Self::default();
        for (key, value) in table {
            let number = value.as_integer().and_then(|n| u32::try_from(n).ok());
            if !Self::KEYS.contains(&key.as_str()) {
                return Err(PolicyError::UnknownKey(key, Self::KEYS.join(", ")));
            }
            policy.set(&key, number.ok_or(PolicyError::NoNumber(key.clone()))?)?;
        }
        if Rung::of_number(policy.least_rung_for_signing).is_none() {
            return Err(PolicyError::NoRung("least_rung_for_signing", policy.least_rung_for_signing));
        }
        Ok(policy)
    }

    /// The least rung by which a prescription is signed. A number that names none, which no policy file can give, asks for the best.
    pub fn least_rung(&self) -> Rung {
        Rung::of_number(self.least_rung_for_signing).unwrap_or(Rung::Full)
    }

    /// Whether each consultation begins with the question whether it may be recorded.
    pub const fn asks_for_recording(&self) -> bool {
        self.recording_question > 0
    }

    /// The cap on days of supply that no reason can lift.
    pub const fn supply_days(&self, supply: Supply) -> u32 {
        match supply {
            Supply::Ordinary => self.supply_ordinary_days,
            Supply::Emergency => self.supply_emergency_days,
            Supply::Chronic => self.supply_chronic_assessed_days,
        }
    }

    /// Full hours of the day at which a medicine is given, in order; none for what is taken at once or when needed.
    pub const fn hours_of_day(frequency: Frequency) -> &'static [i8] {
        match frequency {
            Frequency::Qd | Frequency::Qod | Frequency::Tiw | Frequency::Biw | Frequency::Qw => &[8],
            Frequency::Bid => &[8, 18],
            Frequency::Tid => &[8, 12, 18],
            Frequency::Qid => &[8, 12, 17, 21],
            Frequency::Qn => &[21],
            Frequency::Qam => &[7],
            Frequency::Q4h => &[2, 6, 10, 14, 18, 22],
            Frequency::Q6h => &[0, 6, 12, 18],
            Frequency::Q8h => &[6, 14, 22],
            Frequency::Q12h => &[8, 20],
            Frequency::St | Frequency::Prn => &[],
        }
    }

    /// The medicine round that a full hour of the day belongs to.
    pub const fn round_at(hour: i8) -> Round {
        match hour {
            4..=10 => Round::Morning,
            11..=14 => Round::Noon,
            15..=19 => Round::Evening,
            _ => Round::Night,
        }
    }

    /// The calendar day at `at` by the legal time of the hospitals, UTC+8 without summer time: what is signed there is dated by it, and validity and supply are
    /// counted from it. Age, due doses, the planned day of a visit and days that a nurse types go by the home's own [`crate::schedule::Zone`].
    pub fn local_date(at: Timestamp) -> Date {
        Offset::constant(8).to_datetime(at).date()
    }

    /// Was it done without a link, as it reaches the relay only `now`?
    pub fn is_without_link(&self, done_at: Timestamp, now: Timestamp) -> bool {
        now.duration_since(done_at) > SignedDuration::from_mins(i64::from(self.at_once_minutes))
    }

    /// Is this temperature one that a parcel of the cold chain may have?
    pub fn is_cold_enough(&self, celsius: f64) -> bool {
        (f64::from(self.cold_chain_lowest_celsius)..=f64::from(self.cold_chain_highest_celsius)).contains(&celsius)
    }

    /// Does this role sign in with more than a password?
    pub const fn asks_second_factor(&self, role: Role) -> bool {
        let asks = match role {
            Role::Nurse => self.second_factor_of_nurses,
            Role::Specialist => self.second_factor_of_specialists,
            Role::Pharmacist => self.second_factor_of_pharmacists,
            Role::Pharmacy => self.second_factor_of_pharmacies,
            Role::Administrator => self.second_factor_of_administrators,
            Role::Courier | Role::Observer | Role::Box | Role::System | Role::PharmacySystem => 0,
        };
        asks > 0
    }

    /// How long nobody need use a session of staff.
    pub const fn session_idle(&self) -> SignedDuration {
        SignedDuration::from_mins(self.session_idle_minutes as i64)
    }

    /// Throttling of one account or link.
    pub fn account_limits(&self) -> Limits {
        self.limits(self.free_tries_per_account)
    }

    /// Throttling of one source address.
    pub fn source_limits(&self) -> Limits {
        self.limits(self.free_tries_per_source)
    }

    fn limits(&self, free: u32) -> Limits {
        Limits {
            free,
            first_wait: SignedDuration::from_secs(i64::from(self.throttle_first_wait_seconds)),
            longest_wait: SignedDuration::from_secs(i64::from(self.throttle_longest_wait_seconds)),
            forget_after: SignedDuration::from_mins(i64::from(self.throttle_forget_minutes)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn can_be_tightened_and_never_loosened() {
        let tight = Policy::from_toml("validity_days = 1\nretention_record_years = 30").unwrap();
        assert_eq!((tight.validity_days, tight.retention_record_years, tight.items), (1, 30, 5));
        let message = |text: &str| Policy::from_toml(text).unwrap_err().to_string();
        assert!(message("validity_days = 4").contains("only be tightened"));
        assert!(message("validity_days = 0").contains("only be tightened"));
        assert!(message("retention_record_years = 10").contains("only be tightened"));
        assert!(message("validty_days = 1").contains("no number called `validty_days`"));
        assert!(message("items = \"five\"").contains("whole number"));
        assert!(message("items = -1").contains("whole number"));
        assert!(message("items 5").contains("not TOML"));
    }

    #[test]
    fn a_hospital_may_ask_for_more_than_a_password() {
        let tight = Policy::from_toml("second_factor_of_administrators = 1\nsession_idle_minutes = 15").unwrap();
        assert!(tight.asks_second_factor(Role::Administrator) && !tight.asks_second_factor(Role::Nurse));
        assert!(!Policy::default().asks_second_factor(Role::Administrator));
        assert_eq!(tight.session_idle().as_secs(), 900);
        assert!(Policy::from_toml("session_idle_minutes = 61").is_err());
    }

    #[test]
    fn the_day_is_that_of_the_hospitals() {
        let at: Timestamp = "2026-11-23T16:30:00Z".parse().unwrap();
        assert_eq!(Policy::local_date(at), jiff::civil::date(2026, 11, 24));
    }
}
