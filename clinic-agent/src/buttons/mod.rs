//! Buttons at the beds that are wired to this box: a key of an input device opens a resident's call, as the button on the page
//! does. Nobody stands before a screen, so a press is kept on disk and repeated until the relay has answered or a nurse has seen it.
//!
//! Not here: the button on a tablet ([`crate::page`]), what becomes of a call (the relay).
//!
//! | module | what |
//! |---|---|
//! | [`press`] | which key events are a press, and of which bed; pure |
//! | [`calls`] | a press until it is answered or seen; pure |
//! | [`source`] | where key events come from: an interface |
//! | [`input`] | real devices: Linux input events |
//! | [`simulated`] | invented buttons that bounce and repeat as real ones |
//! | [`caller`] | the task that takes events and calls the relay, and what the page asks it |
//! | [`words`] | how the buttons stand, in both languages |
//! | [`settings`] | the `[buttons]` table |

pub mod caller;
pub mod calls;
pub mod input;
pub mod press;
pub mod settings;
pub mod simulated;
pub mod source;
pub mod words;

pub use caller::Buttons;
pub use settings::{Bed, ButtonSettings, Key, SourceKind};
pub use source::{Condition, Shown, Sink, Source};

/// The source that the configuration names; none when the box has no buttons.
pub fn source(settings: &ButtonSettings) -> Option<Box<dyn Source>> {
    match settings.source {
        SourceKind::None => None,
        SourceKind::Input => Some(Box::new(input::Input::new(settings.inputs()))),
        SourceKind::Simulated => Some(Box::new(simulated::Simulated::new(settings.keys(), settings.every()))),
    }
}
