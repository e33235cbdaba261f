//! Datagrams out: those of one burst to one address leave in one system call where the kernel can split them (UDP_SEGMENT).
//!
//! Order per address is kept. Segments of one call have one size, but for the last, which may be shorter; so a frame's equal
//! packets and its shorter last one are a call. Where offload fails, the kernel's answer switches it off for good and the same
//! datagrams leave one by one.

use std::io;
use std::net::{IpAddr, SocketAddr};

use quinn_udp::{Transmit, UdpSocketState};

/// The kernel takes at most this in one call.
const MAX_BYTES: usize = 60_000;

/// What was sent.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct SendCounters {
    pub datagrams: u64,
    pub bytes: u64,
    pub calls: u64,
    pub dropped_full: u64,
    pub failed: u64,
}

pub(crate) struct Batch {
    buffer: Vec<u8>,
    to: Option<(SocketAddr, Option<IpAddr>)>,
    segment: usize,
    count: usize,
    closed: bool,
    offload: bool,
    pub(crate) counters: SendCounters,
}

impl Batch {
    pub(crate) fn new(offload: bool) -> Self {
        Self {
            buffer: Vec::with_capacity(MAX_BYTES),
            to: None,
            segment: 0,
            count: 0,
            closed: false,
            offload,
            counters: SendCounters::default(),
        }
    }

    /// Adds a datagram; what cannot go with it leaves first.
    pub(crate) fn push(
        &mut self,
        socket: &mio::net::UdpSocket,
        state: &UdpSocketState,
        to: SocketAddr,
        source: Option<IpAddr>,
        bytes: &[u8],
    ) {
        let fits = self.to == Some((to, source))
            && self.offload
            && !self.closed
            && bytes.len() <= self.segment
            && self.count < state.max_gso_segments()
            && self.buffer.len() + bytes.len() <= MAX_BYTES;
        if !fits {
            self.flush(socket, state);
            self.to = Some((to, source));
            self.segment = bytes.len();
        }
        self.closed = bytes.len() < self.segment;
        self.count += 1;
        self.buffer.extend_from_slice(bytes);
    }

    /// Sends what is held.
    pub(crate) fn flush(&mut self, socket: &mio::net::UdpSocket, state: &UdpSocketState) {
        let Some((destination, src_ip)) = self.to.take() else { return };
        let segment_size = (self.count > 1).then_some(self.segment);
        let transmit = Transmit { destination, ecn: None, contents: &self.buffer, segment_size, src_ip };
        self.counters.calls += 1;
        match state.try_send(socket.into(), &transmit) {
            Ok(()) => {
                self.counters.datagrams += self.count as u64;
                self.counters.bytes += self.buffer.len() as u64;
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => self.counters.dropped_full += self.count as u64,
            Err(_) if segment_size.is_some() => self.one_by_one(socket, state, destination, src_ip),
            Err(error) => {
                self.counters.failed += 1;
                tracing::debug!(%error, %destination, "a datagram could not be sent");
            }
        }
        self.buffer.clear();
        self.count = 0;
        self.closed = false;
    }

    fn one_by_one(
        &mut self,
        socket: &mio::net::UdpSocket,
        state: &UdpSocketState,
        destination: SocketAddr,
        src_ip: Option<IpAddr>,
    ) {
        for contents in self.buffer.chunks(self.segment.max(1)) {
            self.counters.calls += 1;
            match state
                .try_send(socket.into(), &Transmit { destination, ecn: None, contents, segment_size: None, src_ip })
            {
                Ok(()) => {
                    self.counters.datagrams += 1;
                    self.counters.bytes += contents.len() as u64;
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => self.counters.dropped_full += 1,
                Err(_) => self.counters.failed += 1,
            }
        }
    }
}
