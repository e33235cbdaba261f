//! How many of one kind are here at once: connections of one address, of one box. Who leaves makes room by being dropped.
//!
//! Not here: how often somebody comes ([`crate::allowance`]).

use std::collections::HashMap;
use std::hash::Hash;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Who is here; clones are the same crowd.
#[derive(Debug)]
pub struct Crowd<K: Eq + Hash + Copy>(Arc<Inner<K>>);

#[derive(Debug)]
struct Inner<K> {
    most: usize,
    here: Mutex<HashMap<K, usize>>,
}

impl<K: Eq + Hash + Copy> Clone for Crowd<K> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

/// A place in the crowd, until it is dropped.
#[derive(Debug)]
pub struct Place<K: Eq + Hash + Copy> {
    crowd: Crowd<K>,
    of: K,
}

impl<K: Eq + Hash + Copy> Crowd<K> {
    /// At most so many of each.
    #[must_use]
    pub fn new(most: usize) -> Self {
        Self(Arc::new(Inner { most, here: Mutex::default() }))
    }

    /// One more; `None`: there are as many of it as may be.
    #[must_use]
    pub fn enter(&self, of: K) -> Option<Place<K>> {
        let mut here = self.here();
        let many = here.entry(of).or_default();
        if *many >= self.0.most {
            // Only where none may come at all is there an entry of nobody.
            if *many == 0 {
                here.remove(&of);
            }
            return None;
        }
        *many += 1;
        drop(here);
        Some(Place { crowd: self.clone(), of })
    }

    /// How many of it are here.
    #[must_use]
    pub fn count(&self, of: K) -> usize {
        self.here().get(&of).copied().unwrap_or_default()
    }

    fn here(&self) -> MutexGuard<'_, HashMap<K, usize>> {
        self.0.here.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<K: Eq + Hash + Copy> Drop for Place<K> {
    fn drop(&mut self) {
        let mut here = self.crowd.here();
        if let Some(many) = here.get_mut(&self.of) {
            *many -= 1;
            if *many == 0 {
                here.remove(&self.of);
            }
        }
    }
}

/// Whom an address is counted as: itself; of IPv6 the /64, of which a single household has all addresses.
#[must_use]
pub fn neighbourhood(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & (u128::MAX << 64))),
        v4 => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_free_again_when_its_holder_is_gone_and_the_others_never_notice() {
        let crowd = Crowd::new(2);
        let (first, second) = (crowd.enter('a').unwrap(), crowd.enter('a').unwrap());
        assert!(crowd.enter('a').is_none());
        let other = crowd.enter('b').unwrap();
        drop(first);
        assert_eq!((crowd.count('a'), crowd.count('b')), (1, 1));
        let third = crowd.enter('a').unwrap();
        assert!(crowd.enter('a').is_none());
        drop((second, third, other));
        assert!(crowd.here().is_empty(), "nothing is kept of who is gone");
        assert!(Crowd::new(0).enter('a').is_none());
    }

    #[test]
    fn one_household_is_one_source_whatever_address_it_takes() {
        let of = |text: &str| neighbourhood(text.parse().unwrap()).to_string();
        assert_eq!(of("192.0.2.7"), "192.0.2.7");
        assert_eq!(of("::ffff:192.0.2.7"), "192.0.2.7");
        assert_eq!(of("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::");
        assert_ne!(of("2001:db8:1:2::1"), of("2001:db8:1:3::1"));
    }
}
