//! The shard's socket on the shared port.

use std::io;
use std::net::{IpAddr, SocketAddr, SocketAddrV6};

use socket2::{Domain, Protocol, Socket, Type};

/// A second of 50 legs at 2 Mbit/s; the kernel may give less.
const BUFFER_BYTES: usize = 8 << 20;

/// Binds one socket; with `shared`, others may bind the same port and the kernel spreads peers over them.
pub(crate) fn bind(address: SocketAddr, shared: bool) -> io::Result<std::net::UdpSocket> {
    let socket = Socket::new(Domain::for_address(address), Type::DGRAM, Some(Protocol::UDP))?;
    if address.is_ipv6() && address.ip().is_unspecified() {
        socket.set_only_v6(false)?;
    }
    socket.set_reuse_port(shared)?;
    socket.set_nonblocking(true)?;
    socket.set_recv_buffer_size(BUFFER_BYTES)?;
    socket.set_send_buffer_size(BUFFER_BYTES)?;
    socket.bind(&address.into())?;
    Ok(socket.into())
}

/// An IPv4 address as such, however the socket shows it.
pub(super) fn canonical(address: SocketAddr) -> SocketAddr {
    SocketAddr::new(address.ip().to_canonical(), address.port())
}

/// The form that the socket sends to.
pub(super) fn for_socket(address: SocketAddr, socket_is_v6: bool) -> SocketAddr {
    match address {
        SocketAddr::V4(v4) if socket_is_v6 => SocketAddrV6::new(v4.ip().to_ipv6_mapped(), v4.port(), 0, 0).into(),
        other => other,
    }
}

/// The source address to answer with: only where the port is bound to all of them does it need saying.
pub(super) fn source(bound: SocketAddr, arrived_at: Option<IpAddr>) -> Option<IpAddr> {
    arrived_at.filter(|_| bound.ip().is_unspecified())
}
