//! Where a path leaves the box: the sockets of a configured path, and whether the kernel has another address for it.

use serde::Deserialize;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};

/// `[[link.path]]`: one way to the relay.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PathSettings {
    /// What the home calls it, as the nurse's page shows it.
    pub name: String,
    /// The local address that it leaves from.
    #[serde(default)]
    pub address: Option<IpAddr>,
    /// The network interface that it leaves by.
    #[serde(default)]
    pub interface: Option<String>,
}

/// Where the sockets of a path are bound; nowhere in particular when there is one path.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Binding {
    address: Option<IpAddr>,
    interface: Option<String>,
}

impl From<&PathSettings> for Binding {
    fn from(settings: &PathSettings) -> Self {
        Self { address: settings.address, interface: settings.interface.clone() }
    }
}

impl Binding {
    /// Whether the kernel chooses the way.
    pub const fn is_free(&self) -> bool {
        self.address.is_none() && self.interface.is_none()
    }

    /// A fresh socket on any port: dual stack where the kernel has IPv6 and no address is named.
    pub fn socket(&self) -> io::Result<UdpSocket> {
        match self.address {
            Some(address) => self.bound(address),
            None => self.bound(Ipv6Addr::UNSPECIFIED.into()).or_else(|_| self.bound(Ipv4Addr::UNSPECIFIED.into())),
        }
    }

    /// A fresh socket on this address, by the interface of the path.
    pub fn bound(&self, address: IpAddr) -> io::Result<UdpSocket> {
        let address = SocketAddr::new(address, 0);
        let socket = socket2::Socket::new(
            socket2::Domain::for_address(address),
            socket2::Type::DGRAM.nonblocking().cloexec(),
            Some(socket2::Protocol::UDP),
        )?;
        if address.is_ipv6() {
            socket.set_only_v6(false)?;
        }
        if let Some(interface) = &self.interface {
            socket.bind_device(Some(interface.as_bytes()))?;
        }
        socket.bind(&address.into())?;
        Ok(socket.into())
    }

    /// The address that the kernel sends from towards `remote` now; `None`: there is no way.
    pub fn source(&self, remote: SocketAddr) -> Option<IpAddr> {
        let any = if remote.is_ipv6() { Ipv6Addr::UNSPECIFIED.into() } else { Ipv4Addr::UNSPECIFIED.into() };
        let socket = self.bound(self.address.unwrap_or(any)).ok()?;
        // Nothing is sent: a datagram socket that is connected has chosen its route.
        socket.connect(remote).ok()?;
        socket.local_addr().ok().map(|local| local.ip())
    }
}

/// Whether two addresses of the way tell of a change; a moment without any is none, silence sees to that.
#[derive(Clone, Copy, Debug, Default)]
pub struct Source(Option<IpAddr>);

impl Source {
    /// The address as it is now; `true`: it is another one than the last.
    pub fn observe(&mut self, now: Option<IpAddr>) -> bool {
        match now {
            Some(now) => self.0.replace(now).is_some_and(|before| before != now),
            None => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kernel_s_choice_follows_address_and_interface() {
        let remote = SocketAddr::from(([127, 0, 0, 1], 9));
        let loopback = IpAddr::V4(Ipv4Addr::LOCALHOST);
        assert_eq!(Binding::default().source(remote), Some(loopback));
        let other = IpAddr::V4(Ipv4Addr::new(127, 0, 0, 9));
        assert_eq!(Binding { address: Some(other), interface: None }.source(remote), Some(other));
        assert_eq!(Binding { address: None, interface: Some("lo".into()) }.source(remote), Some(loopback));
        let missing = Binding { address: None, interface: Some("nosuch0".into()) };
        assert_eq!(missing.source(remote), None);
        assert!(missing.socket().is_err());
    }

    #[test]
    fn a_change_is_another_address_and_not_a_gap() {
        let address = |last| Some(IpAddr::V4(Ipv4Addr::new(10, 0, 0, last)));
        let mut source = Source::default();
        let seen = [address(1), address(1), None, address(1), None, address(2), address(2)];
        assert_eq!(seen.map(|now| source.observe(now)), [false, false, false, false, false, true, false]);
    }
}
