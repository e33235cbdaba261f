//! Starting and stopping the threads, and placing rooms on them.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::JoinHandle;

use tokio::sync::oneshot;
use uuid::Uuid;

use crate::config::ShardsConfig;
use crate::error::{StartError, Stopped};
use crate::queue::{self, Command, Commands};
use crate::room::{RoomEvents, RoomHandle};
use crate::shard::{self, Seat, Shard, ShardStart};

/// How much a shard holds; for the test that nothing is left behind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Sizes {
    /// Rooms.
    pub rooms: usize,
    /// Browser legs and boxes.
    pub legs: usize,
    /// ICE user names.
    pub names: usize,
    /// Remote addresses.
    pub addresses: usize,
    /// Timers, the outdated included.
    pub timers: usize,
}

/// The media threads. Dropping it stops them without a goodbye; [`Self::drain`] first says one.
pub struct Shards {
    local_addr: SocketAddr,
    queues: Arc<[Commands]>,
    next: AtomicUsize,
    threads: Vec<JoinHandle<()>>,
}

impl std::fmt::Debug for Shards {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Shards").field("local_addr", &self.local_addr).field("shards", &self.queues.len()).finish()
    }
}

impl Shards {
    /// Binds the port and starts the threads.
    pub fn start(config: ShardsConfig) -> Result<Self, StartError> {
        let count = config.shards;
        if !(1..=64).contains(&count) {
            return Err(StartError::Shards(count));
        }
        let in_use = |address: SocketAddr| move |source| StartError::Bind { address, source };
        let first = shard::bind(config.bind, count > 1).map_err(in_use(config.bind))?;
        let bound = first.local_addr().map_err(in_use(config.bind))?;
        let mut sockets = vec![first];
        for _ in 1..count {
            sockets.push(shard::bind(bound, true).map_err(in_use(bound))?);
        }
        let candidates = candidates(&config, bound)?;
        let mut made = Vec::with_capacity(count);
        for _ in 0..count {
            let (poll, waker) = shard::poll()?;
            let seat = Arc::<Seat>::default();
            let (commands, inbox) = queue::channel(waker, seat.clone());
            made.push((poll, seat, commands, inbox));
        }
        let queues: Arc<[Commands]> = made.iter().map(|(_, _, commands, _)| commands.clone()).collect();
        let mut threads = Vec::with_capacity(count);
        for (id, ((poll, seat, _, inbox), socket)) in (0u8..).zip(made.into_iter().zip(sockets)) {
            let start = ShardStart {
                id,
                config: config.clone(),
                candidates: candidates.clone(),
                bound,
                socket,
                inbox,
                // A lone shard holds no queue of its own, so that dropping `Shards` ends it.
                peers: if count > 1 { queues.to_vec() } else { Vec::new() },
            };
            seat.take(Shard::new(start, &poll)?);
            let thread = std::thread::Builder::new().name(format!("rtc-{id}"));
            threads.push(thread.spawn(move || shard::run(&seat, poll)).map_err(StartError::Thread)?);
        }
        Ok(Self { local_addr: bound, queues, next: AtomicUsize::new(0), threads })
    }

    /// The one UDP port.
    pub const fn local_addr(&self) -> SocketAddr {
        self.local_addr
    }

    /// Opens a room on the next shard in turn. Refused (as if stopped) when the id is open already or the shard is full.
    /// Dropping the events ends the room.
    pub async fn open_room(&self, id: Uuid) -> Result<(RoomHandle, RoomEvents), Stopped> {
        let shard = self.next.fetch_add(1, Ordering::Relaxed) % self.queues.len();
        self.open_room_on(shard, id).await
    }

    /// Opens a room on a certain shard.
    pub async fn open_room_on(&self, shard: usize, id: Uuid) -> Result<(RoomHandle, RoomEvents), Stopped> {
        let commands = self.queues.get(shard).ok_or(Stopped)?.clone();
        let (reply, answer) = oneshot::channel();
        commands.send(Command::OpenRoom { id, reply }).await?;
        let opened = answer.await.ok().flatten().ok_or(Stopped)?;
        Ok((RoomHandle { id, commands, state: opened.state }, opened.events))
    }

    /// Ends every room with [`yunzhen_media::protocol::room::EndReason::Drain`] and returns when the goodbyes are sent.
    pub async fn drain(&self) {
        for commands in self.queues.iter() {
            let (reply, answer) = oneshot::channel();
            if commands.send(Command::Drain { reply }).await.is_ok() {
                // An answer that never comes is a shard that has stopped: drained as well.
                let _ = answer.await;
            }
        }
    }

    /// How much each shard holds.
    pub async fn sizes(&self) -> Vec<Sizes> {
        let mut sizes = Vec::with_capacity(self.queues.len());
        for commands in self.queues.iter() {
            let (reply, answer) = oneshot::channel();
            if commands.send(Command::Sizes { reply }).await.is_ok()
                && let Ok(size) = answer.await
            {
                sizes.push(size);
            }
        }
        sizes
    }
}

impl Drop for Shards {
    fn drop(&mut self) {
        self.queues.iter().for_each(Commands::stop);
        for thread in self.threads.drain(..) {
            if thread.join().is_err() {
                tracing::error!("a media thread had panicked");
            }
        }
    }
}

fn candidates(config: &ShardsConfig, bound: SocketAddr) -> Result<Vec<SocketAddr>, StartError> {
    let fits =
        |ip: &std::net::IpAddr| ip.is_ipv4() == bound.is_ipv4() || bound.ip().is_unspecified() && bound.is_ipv6();
    let given = if config.advertised.is_empty() { vec![bound.ip()] } else { config.advertised.clone() };
    let candidates: Vec<SocketAddr> = given
        .into_iter()
        .filter(|ip| fits(ip) && !ip.is_unspecified())
        .map(|ip| SocketAddr::new(ip, bound.port()))
        .collect();
    if candidates.is_empty() { Err(StartError::Advertised(bound)) } else { Ok(candidates) }
}
