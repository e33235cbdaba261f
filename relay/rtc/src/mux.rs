//! One port, who is who.
//!
//! A STUN check names its leg: the first part of USERNAME is the ICE user name that the leg was answered with, and its first
//! two characters are the shard. Everything else is known by its remote address, which is bound to a leg only after the core
//! accepted a check from there, so nobody takes over an address by knowing a user name.

use std::collections::HashMap;
use std::net::SocketAddr;

/// STUN's magic cookie (RFC 8489).
const MAGIC: [u8; 4] = [0x21, 0x12, 0xa4, 0x42];
const USERNAME: u16 = 0x0006;
const USE_CANDIDATE: u16 = 0x0025;

/// What a datagram is, by its first bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind<'a> {
    /// A connectivity check of the leg with this user name.
    Check { ufrag: &'a str, nominates: bool },
    /// DTLS, SRTP or SRTCP, or a STUN answer: by address.
    Session,
    /// None of these.
    Malformed,
}

/// Looks at a datagram (RFC 7983).
pub(crate) fn classify(datagram: &[u8]) -> Kind<'_> {
    match datagram {
        [0..=3, ..] => classify_stun(datagram),
        [20..=63, _, ..] if datagram.len() >= 13 => Kind::Session,
        [128..=191, _, ..] if datagram.len() >= 8 => Kind::Session,
        _ => Kind::Malformed,
    }
}

fn classify_stun(datagram: &[u8]) -> Kind<'_> {
    let Some((head, attributes)) = datagram.split_at_checked(20) else { return Kind::Malformed };
    let length = usize::from(u16::from_be_bytes([head[2], head[3]]));
    if head[4..8] != MAGIC || length != attributes.len() || length % 4 != 0 {
        return Kind::Malformed;
    }
    match [head[0], head[1]] {
        [0x00, 0x01] => {}
        // Answers to what the core itself asked.
        [0x01, 0x01] | [0x01, 0x11] => return Kind::Session,
        _ => return Kind::Malformed,
    }
    let (mut rest, mut ufrag, mut nominates) = (attributes, None, false);
    while let [a, b, c, d, tail @ ..] = rest {
        let length = usize::from(u16::from_be_bytes([*c, *d]));
        let Some(value) = tail.get(..length) else { return Kind::Malformed };
        match u16::from_be_bytes([*a, *b]) {
            USERNAME if ufrag.is_none() => {
                ufrag = std::str::from_utf8(value).ok().and_then(|name| name.split_once(':')).map(|(ours, _)| ours);
            }
            USE_CANDIDATE => nominates = true,
            _ => {}
        }
        rest = tail.get(length.next_multiple_of(4)..).unwrap_or_default();
    }
    ufrag.map_or(Kind::Malformed, |ufrag| Kind::Check { ufrag, nominates })
}

/// A user name for a leg of a shard.
pub(crate) fn ufrag(shard: u8, random: [u8; 8]) -> String {
    let mut name = format!("{shard:02x}");
    random.iter().for_each(|byte| name.push_str(&format!("{byte:02x}")));
    name
}

/// The shard that a user name belongs to.
pub(crate) fn shard_of(ufrag: &str) -> Option<u8> {
    u8::from_str_radix(ufrag.get(..2)?, 16).ok()
}

/// Who a remote address belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Owner {
    /// A leg of this shard.
    Leg(u64),
    /// Another shard.
    Shard(u8),
}

/// Most addresses of other shards that are remembered; beyond, an old one is forgotten until its next check.
const MAX_FOREIGN: usize = 16 * 1024;

/// Names and addresses of a shard.
#[derive(Debug, Default)]
pub(crate) struct Mux {
    names: HashMap<String, u64>,
    addresses: HashMap<SocketAddr, Owner>,
    foreign: usize,
}

impl Mux {
    pub(crate) fn name(&mut self, ufrag: String, leg: u64) {
        self.names.insert(ufrag, leg);
    }

    pub(crate) fn forget_name(&mut self, ufrag: &str) {
        self.names.remove(ufrag);
    }

    pub(crate) fn by_name(&self, ufrag: &str) -> Option<u64> {
        self.names.get(ufrag).copied()
    }

    pub(crate) fn by_address(&self, address: SocketAddr) -> Option<Owner> {
        self.addresses.get(&address).copied()
    }

    /// Binds an address; whoever had it before loses it.
    pub(crate) fn bind(&mut self, address: SocketAddr, owner: Owner) {
        let is_foreign = |owner: &Owner| matches!(owner, Owner::Shard(_));
        if is_foreign(&owner) && self.foreign >= MAX_FOREIGN {
            self.addresses.retain(|_, owner| !is_foreign(owner));
            self.foreign = 0;
        }
        let before = self.addresses.insert(address, owner);
        self.foreign += usize::from(is_foreign(&owner));
        self.foreign -= usize::from(before.as_ref().is_some_and(is_foreign)).min(self.foreign);
    }

    /// Forgets an address, unless somebody else has it by now.
    pub(crate) fn unbind(&mut self, address: SocketAddr, leg: u64) {
        if self.addresses.get(&address) == Some(&Owner::Leg(leg)) {
            self.addresses.remove(&address);
        }
    }

    /// Names and addresses held, for the test that nothing is left behind.
    pub(crate) fn sizes(&self) -> (usize, usize) {
        (self.names.len(), self.addresses.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(name: &str, nominate: bool) -> Vec<u8> {
        let mut attributes = vec![0, 6, 0, name.len() as u8];
        attributes.extend_from_slice(name.as_bytes());
        attributes.resize(attributes.len().next_multiple_of(4), 0);
        if nominate {
            attributes.extend_from_slice(&[0, 0x25, 0, 0]);
        }
        let mut out = vec![0, 1, 0, attributes.len() as u8];
        out.extend_from_slice(&MAGIC);
        out.extend_from_slice(&[7; 12]);
        out.extend_from_slice(&attributes);
        out
    }

    #[test]
    fn a_check_names_its_leg_and_its_shard() {
        let name = ufrag(3, [0xab; 8]);
        let datagram = check(&format!("{name}:theirs"), true);
        assert_eq!(classify(&datagram), Kind::Check { ufrag: &name, nominates: true });
        assert_eq!(shard_of(&name), Some(3));
    }

    #[test]
    fn an_address_belongs_to_the_last_who_proved_it() {
        let mut mux = Mux::default();
        let address = SocketAddr::from(([127, 0, 0, 1], 9));
        mux.bind(address, Owner::Leg(1));
        mux.bind(address, Owner::Leg(2));
        mux.unbind(address, 1);
        assert_eq!(mux.by_address(address), Some(Owner::Leg(2)));
        mux.unbind(address, 2);
        assert_eq!(mux.by_address(address), None);
    }

    proptest! {
        #[test]
        fn any_bytes_are_classified(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = classify(&bytes);
        }

        #[test]
        fn a_mutated_check_never_panics(at in 0usize..40, value in any::<u8>()) {
            let mut datagram = check("00aa:bb", false);
            let at = at % datagram.len();
            datagram[at] = value;
            let _ = classify(&datagram);
        }
    }
}
