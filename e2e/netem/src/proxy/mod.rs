//! The same link for real programs: a UDP proxy between those who move (each sender's address is a flow) and one address that stays.
//!
//! All flows share the link, as all sockets of a box share its radio; two boxes take two proxies. A new [`Address`] is a new socket for each flow. Sizes count
//! IP and UDP headers. Not here: ECN, which would need the IP header.

mod command;

use std::{
    collections::HashMap,
    io,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream, UdpSocket},
    sync::{mpsc, oneshot},
    task::{AbortHandle, JoinSet},
    time::Instant,
};

pub use command::{Command, CommandError};

use crate::{
    Outage,
    link::{Address, Change, Link, LinkConfig},
    path::Envelope,
};

const HEADERS: usize = 28;
const LONGEST: usize = 65_536;

/// Where a proxy stands and what it is like at first.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where those who move send to; port 0 for any.
    pub listen: SocketAddr,
    /// Who stays.
    pub target: SocketAddr,
    /// Its timeline begins when the proxy does.
    pub link: LinkConfig,
    /// Decides every choice.
    pub seed: u64,
}

impl Settings {
    /// A link that does nothing, on loopback.
    pub fn to(target: SocketAddr) -> Self {
        let listen = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        Self { listen, target, link: LinkConfig::default(), seed: 1 }
    }
}

/// A running proxy. It stops when this is dropped.
#[derive(Debug)]
pub struct Proxy {
    address: SocketAddr,
    commands: mpsc::Sender<(Command, oneshot::Sender<String>)>,
    task: AbortHandle,
}

impl Proxy {
    /// Opens its socket and begins.
    pub async fn start(settings: Settings) -> io::Result<Self> {
        let near = UdpSocket::bind(settings.listen).await?;
        let address = near.local_addr()?;
        let (commands, receiver) = mpsc::channel(16);
        let (from_far, far_receiver) = mpsc::channel(1024);
        let driver = Driver {
            near,
            target: settings.target,
            link: Link::new(settings.link.clone(), settings.seed),
            epoch: Instant::now(),
            dark: false,
            darkened: 0,
            flows: Vec::new(),
            by_address: HashMap::new(),
            far: HashMap::new(),
            readers: JoinSet::new(),
            from_far,
        };
        let task = tokio::spawn(driver.run(receiver, far_receiver)).abort_handle();
        Ok(Self { address, commands, task })
    }

    /// Where those who move send to.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Does it now; what the proxy has to say about it.
    pub async fn tell(&self, command: Command) -> String {
        tell(&self.commands, command).await
    }

    /// Serves the line protocol ([`Command::parse`]): a command a line, an answer a line, `ok …` or `error …`.
    pub async fn serve_control(&self, listener: TcpListener) -> io::Result<()> {
        let mut served = JoinSet::new();
        loop {
            let (stream, _) = listener.accept().await?;
            served.spawn(serve(stream, self.commands.clone()));
            while served.try_join_next().is_some() {}
        }
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

type Commands = mpsc::Sender<(Command, oneshot::Sender<String>)>;

async fn tell(commands: &Commands, command: Command) -> String {
    let (answer, answered) = oneshot::channel();
    match commands.send((command, answer)).await {
        Ok(()) => answered.await.unwrap_or_default(),
        Err(_) => String::new(),
    }
}

async fn serve(stream: TcpStream, commands: Commands) -> io::Result<()> {
    let (read, mut write) = stream.into_split();
    let mut lines = BufReader::new(read).lines();
    while let Some(line) = lines.next_line().await? {
        let answer = match Command::parse(&line) {
            Ok(command) => format!("ok {}", tell(&commands, command).await),
            Err(error) => format!("error {error}"),
        };
        write.write_all(format!("{}\n", answer.trim_end()).as_bytes()).await?;
    }
    Ok(())
}

/// A datagram of a flow.
type Datagram = (usize, Arc<[u8]>);

struct Driver {
    near: UdpSocket,
    target: SocketAddr,
    link: Link<Datagram>,
    epoch: Instant,
    /// Nothing passes either way.
    dark: bool,
    /// Dropped because of that.
    darkened: u64,
    /// Who sent, in order of coming.
    flows: Vec<SocketAddr>,
    by_address: HashMap<SocketAddr, usize>,
    /// As the other side sees each flow from each address. Those of old addresses stay open and unheard, as behind a radio.
    far: HashMap<(usize, Address), Arc<UdpSocket>>,
    readers: JoinSet<()>,
    from_far: mpsc::Sender<(usize, Address, Arc<[u8]>)>,
}

impl Driver {
    async fn run(
        mut self,
        mut commands: mpsc::Receiver<(Command, oneshot::Sender<String>)>,
        mut from_far: mpsc::Receiver<(usize, Address, Arc<[u8]>)>,
    ) {
        let mut buffer = vec![0; LONGEST];
        loop {
            let wakes = self.link.poll_timeout().map(|at| self.epoch + at);
            tokio::select! {
                received = self.near.recv_from(&mut buffer) => {
                    // An earlier datagram's ICMP answer is none of ours.
                    if let Ok((length, from)) = received {
                        self.heard_near(from, &buffer[..length]);
                    }
                }
                Some((flow, to, datagram)) = from_far.recv() => {
                    if self.dark {
                        self.darkened += 1;
                    } else {
                        let (now, envelope) = (self.now(), envelope(&datagram));
                        self.link.send_down(now, to, envelope, (flow, datagram));
                    }
                }
                command = commands.recv() => match command {
                    Some((command, answer)) => {
                        // Who asked may be gone.
                        let _ = answer.send(self.obey(command));
                    }
                    None => return,
                },
                () = tokio::time::sleep_until(wakes.unwrap_or_else(Instant::now)), if wakes.is_some() => {}
            }
            self.deliver().await;
        }
    }

    fn now(&self) -> Duration {
        self.epoch.elapsed()
    }

    fn heard_near(&mut self, from: SocketAddr, datagram: &[u8]) {
        let flow = *self.by_address.entry(from).or_insert_with(|| {
            self.flows.push(from);
            self.flows.len() - 1
        });
        if self.dark {
            self.darkened += 1;
        } else {
            let datagram: Arc<[u8]> = datagram.into();
            let (now, envelope) = (self.now(), envelope(&datagram));
            self.link.send_up(now, envelope, (flow, datagram));
        }
    }

    async fn deliver(&mut self) {
        let now = self.now();
        while let Some(arrival) = self.link.poll_up(now) {
            let (address, (flow, datagram)) = arrival.packet;
            if let Ok(socket) = self.far(flow, address).await {
                // Whoever stays may be away; datagrams to it are lost then.
                let _ = socket.send(&datagram).await;
            }
        }
        while let Some(arrival) = self.link.poll_down(now) {
            let (flow, datagram) = arrival.packet;
            let _ = self.near.send_to(&datagram, self.flows[flow]).await;
        }
    }

    async fn far(&mut self, flow: usize, address: Address) -> io::Result<Arc<UdpSocket>> {
        if let Some(socket) = self.far.get(&(flow, address)) {
            return Ok(socket.clone());
        }
        let socket = Arc::new(UdpSocket::bind((self.far_ip(address), 0)).await?);
        socket.connect(self.target).await?;
        let (reader, from_far) = (socket.clone(), self.from_far.clone());
        self.readers.spawn(async move {
            let mut buffer = vec![0; LONGEST];
            loop {
                // Refused while whoever stays is away: it may come back.
                let Ok(length) = reader.recv(&mut buffer).await else { continue };
                if from_far.send((flow, address, buffer[..length].into())).await.is_err() {
                    return;
                }
            }
        });
        self.far.insert((flow, address), socket.clone());
        Ok(socket)
    }

    /// On loopback each address is an IP address of its own, else the system chooses and only the port is new.
    fn far_ip(&self, address: Address) -> IpAddr {
        match self.target.ip() {
            IpAddr::V4(ip) if ip.is_loopback() => Ipv4Addr::new(127, 0, 0, 1 + (address.0 % 250) as u8).into(),
            IpAddr::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
            IpAddr::V6(_) => std::net::Ipv6Addr::UNSPECIFIED.into(),
        }
    }

    fn obey(&mut self, command: Command) -> String {
        let now = self.now();
        match command {
            Command::Link(config, seed) => {
                self.link = Link::new(*config, seed);
                self.epoch = Instant::now();
                // Addresses are counted anew, and what the other side knew by the old ones is gone.
                self.far.clear();
                self.readers.abort_all();
            }
            Command::Address { blackout } => self.link.change(now, Change::Address { blackout }),
            Command::Outage(length) => {
                let outage = Outage { from: now, to: now + length };
                let add = |mut config: crate::Config| {
                    config.outages.retain(|earlier| earlier.to > now);
                    config.outages = vec![config.outages.iter().fold(outage, |whole, other| Outage {
                        from: whole.from.min(other.from),
                        to: whole.to.max(other.to),
                    })];
                    config
                };
                let (up, down) = (add(self.link.up().config().clone()), add(self.link.down().config().clone()));
                self.link.change(now, Change::Up(up));
                self.link.change(now, Change::Down(down));
            }
            Command::Dark(dark) => self.dark = dark,
            Command::Up(tuning) => {
                let config = tuning.apply(self.link.up().config().clone());
                self.link.change(now, Change::Up(config));
            }
            Command::Down(tuning) => {
                let config = tuning.apply(self.link.down().config().clone());
                self.link.change(now, Change::Down(config));
            }
            Command::Stats => {
                let (up, down, link) = (self.link.up().counters(), self.link.down().counters(), self.link.counters());
                return format!("darkened {} up {up:?} down {down:?} {link:?}", self.darkened);
            }
        }
        String::new()
    }
}

fn envelope(datagram: &[u8]) -> Envelope {
    Envelope::of(datagram.len() + HEADERS)
}
