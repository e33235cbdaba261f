//! The ceiling: one thread that receives a UDP packet and sends it on, nothing else.

use std::io::{BufRead, ErrorKind, Write};
use std::net::{SocketAddr, UdpSocket};

use mio::{Events, Interest, Poll, Token};

/// Reads one line `[["address",…],…]` (a list per box), says where each box sends, then forwards until killed.
pub fn run() -> anyhow::Result<()> {
    let control = std::net::TcpListener::bind("127.0.0.1:0")?;
    let mut out = std::io::stdout().lock();
    writeln!(out, "READY {}", control.local_addr()?)?;
    out.flush()?;
    drop(out);
    let (mut stream, _) = control.accept()?;
    let mut line = String::new();
    std::io::BufReader::new(stream.try_clone()?).read_line(&mut line)?;
    let targets: Vec<Vec<SocketAddr>> = serde_json::from_str(&line)?;
    let mut poll = Poll::new()?;
    let mut sockets = Vec::with_capacity(targets.len());
    for index in 0..targets.len() {
        let socket = UdpSocket::bind("127.0.0.1:0")?;
        socket2::SockRef::from(&socket).set_recv_buffer_size(4 << 20)?;
        socket.set_nonblocking(true)?;
        let mut socket = mio::net::UdpSocket::from_std(socket);
        poll.registry().register(&mut socket, Token(index), Interest::READABLE)?;
        sockets.push(socket);
    }
    let addresses: Vec<SocketAddr> = sockets.iter().map(mio::net::UdpSocket::local_addr).collect::<Result<_, _>>()?;
    writeln!(stream, "{}", serde_json::to_string(&addresses)?)?;
    let outgoing = UdpSocket::bind("127.0.0.1:0")?;
    let mut events = Events::with_capacity(256);
    let mut buffer = [0u8; 2048];
    loop {
        poll.poll(&mut events, None)?;
        for event in &events {
            let index = event.token().0;
            loop {
                match sockets[index].recv(&mut buffer) {
                    Ok(len) => {
                        for target in &targets[index] {
                            outgoing.send_to(&buffer[..len], target)?;
                        }
                    }
                    Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                    Err(error) => return Err(error.into()),
                }
            }
        }
    }
}
