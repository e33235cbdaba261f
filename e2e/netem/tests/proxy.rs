//! The proxy on real sockets: both ways, several flows, new addresses, darkness, a rate, and its line protocol.

use std::{collections::BTreeSet, net::SocketAddr, time::Duration};

use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream, UdpSocket},
    time::{Instant, timeout},
};
use yunzhen_netem::proxy::{Command, Proxy, Settings};

const LONG: Duration = Duration::from_secs(10);

async fn socket() -> UdpSocket {
    UdpSocket::bind("127.0.0.1:0").await.expect("socket")
}

async fn hear(socket: &UdpSocket) -> (Vec<u8>, SocketAddr) {
    let mut buffer = [0; 2000];
    let (length, from) = timeout(LONG, socket.recv_from(&mut buffer)).await.expect("in time").expect("a datagram");
    (buffer[..length].to_vec(), from)
}

async fn world() -> (Proxy, UdpSocket) {
    let server = socket().await;
    let proxy = Proxy::start(Settings::to(server.local_addr().expect("address"))).await.expect("proxy");
    (proxy, server)
}

#[tokio::test]
async fn each_sender_is_a_flow_that_is_answered_on_its_own() {
    let (proxy, server) = world().await;
    let mut seen = BTreeSet::new();
    for number in 0..5u8 {
        let client = socket().await;
        client.send_to(&[number], proxy.address()).await.expect("sent");
        let (heard, from) = hear(&server).await;
        assert_eq!(heard, [number]);
        assert!(seen.insert(from), "its own address");
        server.send_to(&[number, 1], from).await.expect("sent");
        assert_eq!(hear(&client).await, (vec![number, 1], proxy.address()));
    }
}

#[tokio::test]
async fn after_an_address_change_the_server_sees_another_and_the_old_one_is_dead() {
    let (proxy, server) = world().await;
    let client = socket().await;
    client.send_to(b"a", proxy.address()).await.expect("sent");
    let (_, old) = hear(&server).await;
    proxy.tell(Command::Address { blackout: Duration::ZERO }).await;
    server.send_to(b"to the old", old).await.expect("sent");
    client.send_to(b"b", proxy.address()).await.expect("sent");
    let (heard, new) = hear(&server).await;
    assert_eq!(heard, b"b");
    assert_ne!(old.ip(), new.ip());
    server.send_to(b"to the new", new).await.expect("sent");
    assert_eq!(hear(&client).await.0, b"to the new");
}

#[tokio::test]
async fn a_rate_takes_its_time() {
    let (proxy, server) = world().await;
    let client = socket().await;
    proxy.tell(Command::parse("up rate 160000").expect("command")).await;
    let begun = Instant::now();
    for _ in 0..20 {
        client.send_to(&[0; 972], proxy.address()).await.expect("sent");
    }
    for _ in 0..20 {
        hear(&server).await;
    }
    assert!(begun.elapsed() >= Duration::from_millis(990), "{:?}", begun.elapsed());
}

#[tokio::test]
async fn lines_tell_it_what_to_do() {
    let (proxy, server) = world().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("listener");
    let control = listener.local_addr().expect("address");
    let address = proxy.address();
    let serving = tokio::spawn(async move { proxy.serve_control(listener).await });
    let (read, mut write) = TcpStream::connect(control).await.expect("control").into_split();
    let mut lines = BufReader::new(read).lines();
    let mut ask = async |line: &str| {
        write.write_all(format!("{line}\n").as_bytes()).await.expect("told");
        timeout(LONG, lines.next_line()).await.expect("in time").expect("a line").expect("an answer")
    };
    assert_eq!(ask("dark on").await, "ok");
    let client = socket().await;
    client.send_to(b"into the dark", address).await.expect("sent");
    while !ask("stats").await.starts_with("ok darkened 1 up") {}
    assert!(ask("nonsense").await.starts_with("error not a command"));
    assert_eq!(ask("case steady-3m 4").await, "ok");
    assert_eq!(ask("dark off").await, "ok");
    client.send_to(b"into the light", address).await.expect("sent");
    assert_eq!(hear(&server).await.0, b"into the light");
    serving.abort();
}
