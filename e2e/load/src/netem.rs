//! The link emulator as a program: a UDP proxy that is told what to do by lines. Prints where it is as JSON and runs until it is killed.

use std::io::Write as _;
use std::net::{Ipv4Addr, SocketAddr};

use tokio::net::TcpListener;
use yunzhen_netem::proxy::{Command, Proxy, Settings};

#[derive(clap::Args)]
pub struct Arguments {
    /// Who stays, such as the relay's QUIC port.
    #[arg(long)]
    target: SocketAddr,
    /// Where those who move send to.
    #[arg(long, default_value = "127.0.0.1:0")]
    listen: SocketAddr,
    /// Told at once, as on the control port: `case rural-morning 1`, `up rate 150000`, …
    #[arg(long)]
    tell: Vec<String>,
}

pub fn run(arguments: Arguments) -> anyhow::Result<()> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(serve(arguments))
}

async fn serve(Arguments { target, listen, tell }: Arguments) -> anyhow::Result<()> {
    let proxy = Proxy::start(Settings { listen, ..Settings::to(target) }).await?;
    for line in tell {
        proxy.tell(Command::parse(&line)?).await;
    }
    let control = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let ready = serde_json::json!({ "udp": proxy.address(), "control": control.local_addr()? });
    writeln!(std::io::stdout().lock(), "{ready}")?;
    Ok(proxy.serve_control(control).await?)
}
