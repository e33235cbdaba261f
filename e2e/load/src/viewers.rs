//! Who receives: WebRTC clients, or plain sockets for the raw forwarder. One thread turns them and the boxes.

use std::io::ErrorKind;
use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, Instant};

use mio::net::UdpSocket;
use mio::{Events, Interest, Poll, Token};
use yunzhen_rtc::client::{Client, Got};

use crate::source::{self, Source};

/// What a viewer understands.
pub enum Kind {
    Rtc(Box<Client>),
    Raw,
}

pub struct Viewer {
    kind: Kind,
    socket: UdpSocket,
    /// The box that this viewer watches.
    pub source: usize,
    received: u64,
    due: Option<Instant>,
}

/// A bound socket for a viewer.
pub fn socket(address: IpAddr) -> anyhow::Result<std::net::UdpSocket> {
    let socket = std::net::UdpSocket::bind((address, 0))?;
    socket2::SockRef::from(&socket).set_recv_buffer_size(4 << 20)?;
    socket.set_nonblocking(true)?;
    Ok(socket)
}

/// What a window of time showed.
#[derive(Debug, Clone, Default)]
pub struct Seen {
    pub expected: u64,
    pub received: u64,
    /// Nanoseconds, sorted.
    pub latencies: Vec<u64>,
}

impl Seen {
    pub fn percentile(&self, percent: f64) -> f64 {
        let at = ((self.latencies.len() as f64 * percent / 100.0) as usize).min(self.latencies.len().saturating_sub(1));
        self.latencies.get(at).map_or(f64::NAN, |nanoseconds| *nanoseconds as f64 / 1e6)
    }

    pub fn loss_percent(&self) -> f64 {
        100.0 * (1.0 - self.received as f64 / self.expected.max(1) as f64)
    }
}

pub struct Audience {
    poll: Poll,
    events: Events,
    epoch: Instant,
    pub viewers: Vec<Viewer>,
    pub sources: Vec<Source>,
    window: Option<Vec<std::ops::Range<u32>>>,
    latencies: Vec<u64>,
}

impl Audience {
    pub fn new(epoch: Instant) -> anyhow::Result<Self> {
        Ok(Self {
            poll: Poll::new()?,
            events: Events::with_capacity(1024),
            epoch,
            viewers: Vec::new(),
            sources: Vec::new(),
            window: None,
            latencies: Vec::new(),
        })
    }

    pub fn add(&mut self, kind: Kind, socket: std::net::UdpSocket, source: usize) -> anyhow::Result<()> {
        let mut socket = UdpSocket::from_std(socket);
        self.poll.registry().register(&mut socket, Token(self.viewers.len()), Interest::READABLE)?;
        self.viewers.push(Viewer { kind, socket, source, received: 0, due: None });
        Ok(())
    }

    /// Turns everything for a while, or until `done`.
    pub fn run(&mut self, limit: Duration, mut done: impl FnMut(&Self) -> bool) -> anyhow::Result<bool> {
        let end = crate::now() + limit;
        loop {
            let now = crate::now();
            if done(self) {
                return Ok(true);
            }
            if now >= end {
                return Ok(false);
            }
            self.sources.iter_mut().for_each(|source| source.turn(now));
            for index in 0..self.viewers.len() {
                if self.viewers[index].due.is_none_or(|due| due <= now) {
                    self.timer(index, now);
                }
            }
            let timers = self.viewers.iter().filter_map(|viewer| viewer.due);
            let next = timers.chain(self.sources.iter().map(Source::due)).min().unwrap_or(end).min(end);
            match self.poll.poll(&mut self.events, Some(next.saturating_duration_since(crate::now()))) {
                Err(error) if error.kind() != ErrorKind::Interrupted => return Err(error.into()),
                _ => {}
            }
            let ready: Vec<usize> = self.events.iter().map(|event| event.token().0).collect();
            ready.into_iter().for_each(|index| self.receive(index));
        }
    }

    fn timer(&mut self, index: usize, now: Instant) {
        let viewer = &mut self.viewers[index];
        let Kind::Rtc(client) = &mut viewer.kind else {
            viewer.due = Some(now + Duration::from_secs(3600));
            return;
        };
        // A client that failed receives nothing, which shows as loss.
        let _ = client.handle_timeout(now, |_| {});
        transmit(client, &viewer.socket);
        viewer.due =
            Some(client.poll_timeout().unwrap_or(now + Duration::from_secs(1)).max(now + Duration::from_millis(5)));
    }

    fn receive(&mut self, index: usize) {
        let Self { viewers, window, latencies, epoch, .. } = self;
        let viewer = &mut viewers[index];
        let mut buffer = [0u8; 2048];
        loop {
            let (len, from) = match viewer.socket.recv_from(&mut buffer) {
                Ok(received) => received,
                Err(error) if error.kind() == ErrorKind::WouldBlock => return,
                Err(_) => continue,
            };
            let arrived = source::stamp(*epoch);
            let range = window.as_ref().and_then(|window| window.get(viewer.source));
            let received = &mut viewer.received;
            let mut take = |payload: &[u8]| {
                if let (Some((left, number)), Some(range)) = (source::read(payload), range)
                    && range.contains(&number)
                {
                    *received += 1;
                    latencies.push(arrived.saturating_sub(left));
                }
            };
            match &mut viewer.kind {
                Kind::Raw => take(buffer.get(12..len).unwrap_or_default()),
                Kind::Rtc(client) => {
                    client.handle_datagram(crate::now(), from, &buffer[..len], |got| {
                        if let Got::Rtp { payload, .. } = got {
                            take(&payload);
                        }
                    });
                    if !client.is_connected() {
                        transmit(client, &viewer.socket);
                        viewer.due = None;
                    }
                }
            }
        }
    }

    pub fn all_connected(&self) -> bool {
        self.viewers.iter().all(|viewer| match &viewer.kind {
            Kind::Rtc(client) => client.is_connected(),
            Kind::Raw => true,
        })
    }

    /// Measures: counts the packets that leave in this time, and waits for the last of them.
    pub fn measure(&mut self, duration: Duration) -> anyhow::Result<Seen> {
        let from: Vec<u32> = self.sources.iter().map(Source::sent).collect();
        self.window = Some(from.iter().map(|from| *from..u32::MAX).collect());
        self.latencies.clear();
        self.viewers.iter_mut().for_each(|viewer| viewer.received = 0);
        self.run(duration, |_| false)?;
        let window: Vec<_> = from.iter().zip(&self.sources).map(|(from, source)| *from..source.sent()).collect();
        self.window = Some(window.clone());
        self.run(Duration::from_millis(500), |_| false)?;
        let expected =
            self.viewers.iter().map(|viewer| u64::from(window[viewer.source].end - window[viewer.source].start)).sum();
        let received = self.viewers.iter().map(|viewer| viewer.received).sum();
        let mut latencies = std::mem::take(&mut self.latencies);
        latencies.sort_unstable();
        self.window = None;
        Ok(Seen { expected, received, latencies })
    }
}

fn transmit(client: &mut Client, socket: &UdpSocket) {
    while let Some((to, datagram)) = client.poll_transmit() {
        let _: Result<usize, std::io::Error> = send(socket, &datagram, to);
    }
}

fn send(socket: &UdpSocket, datagram: &[u8], to: SocketAddr) -> std::io::Result<usize> {
    socket.send_to(datagram, to)
}
