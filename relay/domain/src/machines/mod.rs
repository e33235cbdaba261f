//! State machines of the care plane. One machine, one file, one match; `Refused` is the only way to say no.
//! The records that carry these states are in [`crate::records`].

pub mod break_glass;
pub mod consent;
pub mod consultation;
pub mod delivery;
pub mod discrepancy;
pub mod dispense;
pub mod dose;
pub mod duplicate;
pub mod invitation;
pub mod legal_hold;
pub mod prescription;
pub mod recall;
pub mod recall_home;
pub mod recording;
pub mod referral;
pub mod refill;
pub mod signing_key;
pub mod still;
pub mod transport;
pub mod urgent_call;
pub mod visit;
pub mod visit_stop;

/// An event that the machine does not allow in the state it is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("`{event}` is not possible in state `{state}`")]
pub struct Refused {
    /// The state it is in.
    pub state: &'static str,
    /// The event that was refused.
    pub event: &'static str,
}

/// A Mermaid state diagram of a machine, printed from the code: every pair that is not refused.
pub(crate) fn mermaid<S: Copy + std::fmt::Display, E>(
    initial: S,
    states: &[S],
    events: &[E],
    name: impl Fn(&E) -> &'static str,
    apply: impl Fn(S, &E) -> Result<&'static str, Refused>,
    is_terminal: impl Fn(S) -> bool,
) -> String {
    use std::fmt::Write as _;
    // Writing into a String cannot fail.
    let mut out = format!("stateDiagram-v2\n    [*] --> {initial}\n");
    for from in states {
        for event in events {
            if let Ok(to) = apply(*from, event) {
                let _ = writeln!(out, "    {from} --> {to}: {}", name(event));
            }
        }
    }
    for state in states.iter().filter(|state| is_terminal(**state)) {
        let _ = writeln!(out, "    {state} --> [*]");
    }
    out
}

/// Declares a machine's state or event-name enum with its stored names.
macro_rules! named_enum {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $text:literal),+ $(,)? }) => {
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
        #[serde(rename_all = "snake_case")]
        $(#[$doc])*
        pub enum $name { $($(#[$vdoc])* $variant),+ }

        impl $name {
            /// Every value, in declaration order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];
            /// The name used in the store and in JSON.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::UnknownName;
            fn from_str(s: &str) -> Result<Self, $crate::UnknownName> {
                Self::ALL.iter().copied().find(|v| v.as_str() == s)
                    .ok_or_else(|| $crate::UnknownName { kind: stringify!($name), name: s.to_owned() })
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}
pub(crate) use named_enum;

/// All pairs of a machine as lines of text, for its snapshot.
#[cfg(test)]
fn table<S: Copy + std::fmt::Display, E>(
    states: &[S],
    events: &[E],
    name: impl Fn(&E) -> &'static str,
    apply: impl Fn(S, &E) -> Result<&'static str, Refused>,
) -> String {
    use std::fmt::Write as _;
    let mut out = String::new();
    for state in states {
        for event in events {
            let _ = match apply(*state, event) {
                Ok(next) => writeln!(out, "{state} + {} -> {next}", name(event)),
                Err(_) => writeln!(out, "{state} + {} refused", name(event)),
            };
        }
    }
    out
}
