//! A tablet that the nurses of a shift share. Who signed in on it sets a PIN, with the password once more; from then on her name and the PIN open it, with or without the link,
//! until the shift is over, and what she writes is hers: each has a session of her own at the relay, and the tablet holds that of whoever took it last.
//!
//! What a PIN opens is bound four times: to the tablet that it was set on (a cookie of its own), to the session that the password opened, to the shift, and to five
//! wrong tries in a row; after any of them it takes the password. A tablet that nobody touched for the idle time is locked, by the page, and by the box where the
//! page does not say anything any more.
//!
//! **A badge** is a card with a 2D code of 130 random bits. It means nothing by itself: with PIN and password she shows hers, and for the shift it stands for her name on this
//! tablet. It is what she has, and can be lost: for a while after she proved herself by PIN or password it opens the tablet alone, then it asks for the PIN as well. What closes her
//! PIN closes it.
//!
//! **A running call** keeps its picture when the tablet locks: the nurse has her hands on the resident, looks at the doctor and touches nothing. Whoever passes by can at
//! most mute it or turn its camera off; nothing is turned on, no other camera is chosen, and nobody hangs up. Record, notes, measurements and all other pages are locked. So are the residents' calls, but for the bed that
//! calls: a locked tablet must ring.
//!
//! Not here: the accounts, which are the relay's; who may be signed out, which the relay says.

use crate::config::PageSettings;
use crate::spool::token_hash;
use argon2::password_hash::Error;
use argon2::{Argon2, PasswordHasher, PasswordVerifier};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use uuid::Uuid;
use yunzhen_domain::checked::Pin;

/// Wrong PINs in a row until only the password opens.
pub const WRONG_PINS: u8 = 5;
/// The page says at most so late that it was touched.
pub const TOUCH_SLACK: SignedDuration = SignedDuration::from_secs(60);
/// Sessions whose last touch is remembered; a home has a handful of tablets.
const TOUCHED_KEPT: usize = 1_000;

/// The policy of a home.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Figures {
    /// Without a touch.
    pub idle: SignedDuration,
    /// From the sign-in with the password.
    pub shift: SignedDuration,
    /// From her last PIN or password on, as long as a badge alone opens it.
    pub badge: SignedDuration,
}

impl Figures {
    /// From the settings.
    pub fn of(page: &PageSettings) -> Self {
        Self {
            idle: SignedDuration::from_mins(i64::from(page.idle_lock_minutes.0)),
            shift: SignedDuration::from_hours(i64::from(page.shift_hours.0)),
            badge: SignedDuration::from_mins(i64::from(page.badge_minutes.0)),
        }
    }
}

/// What the box keeps of one nurse on one tablet, for the shift. No `Debug`: the hash of six digits hides them from nobody who has time.
#[derive(Clone, Serialize, Deserialize)]
pub struct ShiftPin {
    /// Hash of the tablet's own token.
    pub tablet: String,
    /// Whose.
    pub staff_id: Uuid,
    /// Hash of the token of the session that her password opened.
    pub session: String,
    /// Argon2id.
    pub pin_hash: String,
    /// Wrong tries in a row, counted before each is looked at.
    pub wrong: u8,
    /// The end of the shift.
    pub until: Timestamp,
    /// See [`badge_hash`].
    #[serde(default)]
    pub badge: Option<String>,
    /// When she last proved herself here, by PIN or password.
    #[serde(default)]
    pub proved: Timestamp,
}

impl ShiftPin {
    /// Whether a PIN is asked for at all.
    pub const fn is_open(&self) -> bool {
        self.wrong < WRONG_PINS
    }

    /// Tries that are left.
    pub const fn left(&self) -> u8 {
        WRONG_PINS.saturating_sub(self.wrong)
    }

    /// Whether she who holds this session and sets her PIN anew keeps her badge without showing it. A PIN that was closed, and a session of before, have none to keep: it may have been
    /// lost then.
    pub fn keeps_badge(&self, session: &str) -> bool {
        self.badge.is_some() && self.is_open() && self.session == session
    }

    /// Whether her badge is enough now. A clock that was put back, and somebody who tried her PIN, make it ask.
    pub fn opens_by_badge(&self, figures: &Figures, now: Timestamp) -> bool {
        let since = now.duration_since(self.proved);
        self.wrong == 0 && !since.is_negative() && since < figures.badge
    }
}

/// How a badge's code begins.
const BADGE: &str = "YZB1";
/// Symbols of Crockford's alphabet that follow: 130 bits.
const BADGE_SYMBOLS: usize = 26;

/// What is kept of a badge's code as a scanner types it, whatever the case; `None`: it is none. Random bits need no slow hash.
pub fn badge_hash(code: &str) -> Option<String> {
    let code = code.trim().to_ascii_uppercase();
    let symbols = code.strip_prefix(BADGE)?;
    let is_symbol = |byte: u8| byte.is_ascii_digit() || (byte.is_ascii_uppercase() && !b"ILOU".contains(&byte));
    let is_badge = symbols.len() == BADGE_SYMBOLS && symbols.bytes().all(is_symbol);
    is_badge.then(|| token_hash(&code))
}

/// The hash could not be made or read: the library's own trouble, not a wrong PIN.
#[derive(Debug, thiserror::Error)]
#[error("PIN hash: {0}")]
pub struct HashError(String);

/// What is kept of a PIN. Takes tens of milliseconds: not on an async thread.
pub fn hash(pin: &Pin, salt: &[u8; 16]) -> Result<String, HashError> {
    let hashed = Argon2::default().hash_password_with_salt(pin.as_str().as_bytes(), salt);
    Ok(hashed.map_err(|error| HashError(error.to_string()))?.to_string())
}

/// Whether it is this one. As slow.
pub fn fits(pin: &Pin, hash: &str) -> Result<bool, HashError> {
    match Argon2::default().verify_password(pin.as_str().as_bytes(), hash) {
        Ok(()) => Ok(true),
        Err(Error::PasswordInvalid) => Ok(false),
        Err(error) => Err(HashError(error.to_string())),
    }
}

/// When the tablets were touched; clones are the same. In memory: a box that restarts asks nobody for a PIN because of it.
#[derive(Clone)]
pub struct Shift {
    /// The policy.
    pub figures: Figures,
    touched: Arc<Mutex<HashMap<String, Timestamp>>>,
    /// PINs are checked one after the other: those that are tried at once count like those that are tried in a row.
    pub checking: Arc<tokio::sync::Mutex<()>>,
}

impl Shift {
    /// Nothing was touched yet.
    pub fn new(figures: Figures) -> Self {
        Self { figures, touched: Arc::default(), checking: Arc::default() }
    }

    /// The nurse of this session (by the hash of its token) did something.
    pub fn touch(&self, session: &str, now: Timestamp) {
        let mut touched = self.touched.lock().unwrap_or_else(PoisonError::into_inner);
        if touched.len() >= TOUCHED_KEPT {
            // Whoever was left out this long ago is locked by now, or begins anew.
            let idle = self.figures.idle;
            touched.retain(|_, at| now.duration_since(*at) <= idle);
        }
        touched.insert(session.to_owned(), now);
    }

    /// Nobody did anything for longer than the page would have taken to say so. A session that is seen for the first time counts from now.
    pub fn is_left_alone(&self, session: &str, now: Timestamp) -> bool {
        let mut touched = self.touched.lock().unwrap_or_else(PoisonError::into_inner);
        let at = *touched.entry(session.to_owned()).or_insert(now);
        now.duration_since(at) > self.figures.idle + TOUCH_SLACK
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tablet_is_left_alone_after_the_idle_time_and_what_the_page_may_be_late() {
        let figures = figures();
        let (shift, start) = (Shift::new(figures), Timestamp::UNIX_EPOCH);
        let at = |seconds: i64| start + SignedDuration::from_secs(seconds);
        assert!(!shift.is_left_alone("a", at(0)), "seen for the first time");
        assert!(!shift.is_left_alone("a", at(360)) && shift.is_left_alone("a", at(361)));
        shift.touch("a", at(361));
        assert!(!shift.is_left_alone("a", at(700)));
        assert!(!shift.is_left_alone("b", at(700)), "another nurse's tablet");
    }

    fn figures() -> Figures {
        let (idle, badge) = (SignedDuration::from_mins(5), SignedDuration::from_mins(30));
        Figures { idle, shift: SignedDuration::from_hours(12), badge }
    }

    #[test]
    fn a_badge_alone_opens_for_a_while_after_the_pin_and_not_when_somebody_tried_it() {
        let at = |minutes: i64| Timestamp::UNIX_EPOCH + SignedDuration::from_mins(minutes);
        let kept = ShiftPin {
            tablet: "t".into(),
            staff_id: Uuid::nil(),
            session: "s".into(),
            pin_hash: "h".into(),
            wrong: 0,
            until: at(720),
            badge: None,
            proved: at(10),
        };
        let figures = figures();
        let opens = |minute: i64| kept.opens_by_badge(&figures, at(minute));
        assert!(opens(10) && opens(39) && !opens(40));
        assert!(!opens(9), "the clock was put back");
        assert!(!kept.opens_by_badge(&Figures { badge: SignedDuration::ZERO, ..figures }, at(10)), "never alone");
        assert!(!ShiftPin { wrong: 1, ..kept.clone() }.opens_by_badge(&figures, at(11)));
    }

    #[test]
    fn a_badge_is_kept_in_the_session_in_which_it_was_shown_while_its_pin_opens() {
        let kept = ShiftPin {
            tablet: "t".into(),
            staff_id: Uuid::nil(),
            session: "s".into(),
            pin_hash: "h".into(),
            wrong: WRONG_PINS - 1,
            until: Timestamp::UNIX_EPOCH,
            badge: Some("b".into()),
            proved: Timestamp::UNIX_EPOCH,
        };
        assert!(kept.keeps_badge("s") && !kept.keeps_badge("another"));
        assert!(!ShiftPin { wrong: WRONG_PINS, ..kept.clone() }.keeps_badge("s"), "closed");
        assert!(!ShiftPin { badge: None, ..kept }.keeps_badge("s"));
    }

    #[test]
    fn a_badge_is_a_code_of_ours_in_either_case_and_nothing_else() {
        let symbols = "0123456789ABCDEFGHJKMNPQRS";
        let kept = badge_hash(&format!("YZB1{symbols}")).unwrap();
        assert_eq!(badge_hash(&format!(" yzb1{}\n", symbols.to_lowercase())), Some(kept.clone()));
        assert!(!kept.contains("0123456789"));
        for none in ["", "YZB1", symbols, "YZB2", "(01)06901234567892"] {
            assert_eq!(badge_hash(none), None, "{none}");
        }
        assert_eq!(badge_hash(&format!("YZB1{symbols}0")), None);
        assert_eq!(badge_hash(&format!("YZB1U{}", &symbols[1..])), None);
    }

    #[test]
    fn only_the_pin_fits_its_hash() {
        let pin = |text: &str| Pin::parse(text).unwrap();
        let kept = hash(&pin("482915"), &[7; 16]).unwrap();
        assert!(kept.starts_with("$argon2id$") && !kept.contains("482915"));
        assert!(fits(&pin("482915"), &kept).unwrap() && !fits(&pin("482916"), &kept).unwrap());
        assert!(fits(&pin("482915"), "no hash").is_err(), "trouble is not a wrong PIN");
    }
}
