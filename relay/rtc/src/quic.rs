//! quinn on tokio with fewer wake-ups: [`QuicRuntime`] goes where `quinn::TokioRuntime` would.
//!
//! quinn's own socket is registered for both directions, so that each acknowledgement that leaves wakes the runtime a moment later to
//! tell that there is room for another; and it reads once more after every burst to be told that nothing is left. With few boxes
//! these are a good part of what a burst costs. Here the socket is watched for arrivals only, room is asked for only after the kernel
//! had none, and a read that came back with room to spare ends the burst.

use std::future::Future;
use std::io::{self, ErrorKind, IoSliceMut};
use std::net::{SocketAddr, UdpSocket};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Instant;

use quinn::udp::{RecvMeta, Transmit, UdpSocketState};
use quinn::{AsyncTimer, AsyncUdpSocket, Runtime, TokioRuntime, UdpPoller};
use tokio::io::Interest;
use tokio::io::unix::AsyncFd;

/// tokio, with a socket of our own.
#[derive(Debug, Default)]
pub struct QuicRuntime;

impl Runtime for QuicRuntime {
    fn new_timer(&self, due: Instant) -> Pin<Box<dyn AsyncTimer>> {
        TokioRuntime.new_timer(due)
    }

    fn spawn(&self, future: Pin<Box<dyn Future<Output = ()> + Send>>) {
        TokioRuntime.spawn(future);
    }

    fn wrap_udp_socket(&self, socket: UdpSocket) -> io::Result<Arc<dyn AsyncUdpSocket>> {
        let state = UdpSocketState::new((&socket).into())?;
        let io = watched(socket, Interest::READABLE)?;
        Ok(Arc::new(Socket { io, state, is_full: AtomicBool::new(false) }))
    }

    fn now(&self) -> Instant {
        TokioRuntime.now()
    }
}

/// Its replacement is an unsafe function because a type may lend a descriptor that it does not keep. A socket of the standard library
/// keeps the one it lends.
#[expect(deprecated, reason = "sound for this type, and unsafe code is not allowed here")]
fn watched(socket: UdpSocket, interest: Interest) -> io::Result<AsyncFd<UdpSocket>> {
    AsyncFd::with_interest(socket, interest)
}

#[derive(Debug)]
struct Socket {
    io: AsyncFd<UdpSocket>,
    state: UdpSocketState,
    /// The kernel had no room at the last try.
    is_full: AtomicBool,
}

impl AsyncUdpSocket for Socket {
    fn create_io_poller(self: Arc<Self>) -> Pin<Box<dyn UdpPoller>> {
        Box::pin(Room { socket: self, watch: None })
    }

    fn try_send(&self, transmit: &Transmit<'_>) -> io::Result<()> {
        let sent = self.state.send(self.io.get_ref().into(), transmit);
        if sent.as_ref().is_err_and(|error| error.kind() == ErrorKind::WouldBlock) {
            self.is_full.store(true, Ordering::Release);
        }
        sent
    }

    fn poll_recv(
        &self,
        context: &mut Context<'_>,
        buffers: &mut [IoSliceMut<'_>],
        metas: &mut [RecvMeta],
    ) -> Poll<io::Result<usize>> {
        loop {
            let mut arrived = ready!(self.io.poll_read_ready(context))?;
            match self.state.recv(self.io.get_ref().into(), buffers, metas) {
                Ok(count) => {
                    // Forgets this arrival only: what comes during the read is told anew (the registration is edge-triggered).
                    if count < buffers.len() {
                        arrived.clear_ready();
                    }
                    return Poll::Ready(Ok(count));
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => arrived.clear_ready(),
                Err(error) => return Poll::Ready(Err(error)),
            }
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.io.get_ref().local_addr()
    }

    fn max_transmit_segments(&self) -> usize {
        self.state.max_gso_segments()
    }

    fn max_receive_segments(&self) -> usize {
        self.state.gro_segments()
    }

    fn may_fragment(&self) -> bool {
        self.state.may_fragment()
    }
}

/// Waits for room in the socket's buffer, for one task.
#[derive(Debug)]
struct Room {
    socket: Arc<Socket>,
    /// While there is none: the socket under a second descriptor, which can be watched and let go of without touching the first.
    watch: Option<AsyncFd<UdpSocket>>,
}

impl UdpPoller for Room {
    fn poll_writable(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        if !self.socket.is_full.load(Ordering::Acquire) {
            self.watch = None;
            return Poll::Ready(Ok(()));
        }
        if self.watch.is_none() {
            let second = self.socket.io.get_ref().try_clone()?;
            self.watch = Some(watched(second, Interest::WRITABLE)?);
        }
        let Some(watch) = &self.watch else { return Poll::Ready(Ok(())) };
        let told = ready!(watch.poll_write_ready(context)).map(drop);
        self.socket.is_full.store(false, Ordering::Release);
        self.watch = None;
        Poll::Ready(told)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn runtime_socket() -> Arc<dyn AsyncUdpSocket> {
        let socket = UdpSocket::bind("127.0.0.1:0").expect("a socket");
        QuicRuntime.wrap_udp_socket(socket).expect("wrapped")
    }

    async fn receive(socket: &Arc<dyn AsyncUdpSocket>) -> Vec<Vec<u8>> {
        let mut storage = vec![vec![0u8; 64 * 1024]; 4];
        let mut metas = vec![RecvMeta::default(); 4];
        let mut buffers: Vec<IoSliceMut<'_>> = storage.iter_mut().map(|buffer| IoSliceMut::new(buffer)).collect();
        let count =
            std::future::poll_fn(|context| socket.poll_recv(context, &mut buffers, &mut metas)).await.expect("read");
        let taken = metas.iter().zip(&buffers).take(count);
        taken.flat_map(|(meta, buffer)| buffer[..meta.len].chunks(meta.stride).map(<[u8]>::to_vec)).collect()
    }

    #[tokio::test]
    async fn every_arrival_is_told_whether_or_not_a_read_found_the_end() {
        let socket = runtime_socket();
        let to = socket.local_addr().expect("an address");
        let sender = UdpSocket::bind("127.0.0.1:0").expect("a socket");
        // Fewer, as many and more than a read takes.
        for count in [1u8, 3, 4, 5, 9] {
            (0..count).for_each(|number| assert_eq!(sender.send_to(&[number], to).expect("sent"), 1));
            let mut got = Vec::new();
            while got.len() < usize::from(count) {
                let more = tokio::time::timeout(Duration::from_secs(5), receive(&socket)).await;
                got.extend(more.expect("an arrival was not told"));
            }
            assert_eq!(got, (0..count).map(|number| vec![number]).collect::<Vec<_>>());
        }
    }

    #[tokio::test]
    async fn what_is_sent_arrives_and_nothing_is_watched_for_room() {
        let inner = UdpSocket::bind("127.0.0.1:0").expect("a socket");
        let socket = QuicRuntime.wrap_udp_socket(inner).expect("wrapped");
        let to = socket.local_addr().expect("an address");
        let contents = [7u8; 1000];
        let transmit = Transmit { destination: to, ecn: None, contents: &contents, segment_size: None, src_ip: None };
        socket.try_send(&transmit).expect("sent");
        assert_eq!(receive(&socket).await, vec![contents.to_vec()]);
        let mut room = socket.clone().create_io_poller();
        let mut context = Context::from_waker(std::task::Waker::noop());
        assert!(matches!(room.as_mut().poll_writable(&mut context), Poll::Ready(Ok(()))));
    }

    #[tokio::test]
    async fn a_full_socket_is_watched_until_it_has_room() {
        let inner = UdpSocket::bind("127.0.0.1:0").expect("a socket");
        let state = UdpSocketState::new((&inner).into()).expect("state");
        let io = watched(inner, Interest::READABLE).expect("registered");
        let socket = Arc::new(Socket { io, state, is_full: AtomicBool::new(true) });
        let mut room = socket.clone().create_io_poller();
        let told = std::future::poll_fn(|context| room.as_mut().poll_writable(context));
        tokio::time::timeout(Duration::from_secs(5), told).await.expect("woken").expect("room");
        assert!(!socket.is_full.load(Ordering::Acquire));
    }
}
