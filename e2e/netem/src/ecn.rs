//! Explicit congestion notification: the two bits of the IP header.

/// What a packet says of ECN (RFC 3168).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Ecn {
    /// Its sender does not take part: congestion drops it.
    #[default]
    NotEct,
    /// It may be marked.
    Ect0,
    /// It may be marked; the sender says that it answers as RFC 9331 asks.
    Ect1,
    /// It met congestion.
    Ce,
}

impl Ecn {
    /// Whether congestion marks it in place of dropping it.
    pub const fn may_be_marked(self) -> bool {
        !matches!(self, Self::NotEct)
    }
}
