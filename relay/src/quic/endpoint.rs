//! The UDP endpoint for boxes: transport settings, admission, and a clear end when the program drains.

use std::sync::Arc;
use std::time::Duration;

use quinn::crypto::rustls::{NoInitialCipherSuite, QuicServerConfig};
use quinn::{Endpoint, EndpointConfig, IdleTimeout, Incoming, TransportConfig, VarInt};
use tokio::sync::Semaphore;
use yunzhen_rtc::QuicRuntime;
use yunzhen_runtime::crowd::{Crowd, neighbourhood};
use yunzhen_runtime::floor::Floor;
use yunzhen_runtime::lifecycle::Lifecycle;

use super::close;
use super::session::{self, SessionContext};
use crate::config::LimitsConfig;

/// The transport as measured in media.md: BBR bears radio loss, a small datagram buffer keeps delay out of the queue, the first packets fit any path.
///
/// # Errors
/// When the TLS configuration offers no cipher suite for QUIC's first packets.
pub fn server_config(
    tls: rustls::ServerConfig,
    limits: &LimitsConfig,
) -> Result<quinn::ServerConfig, NoInitialCipherSuite> {
    let mut config = quinn::ServerConfig::with_crypto(Arc::new(QuicServerConfig::try_from(tls)?));
    config.transport_config(Arc::new(transport(Floor::default(), limits))).max_incoming(limits.handshakes);
    Ok(config)
}

/// `floor` is of one connection: what media to its box may have under way, whatever BBR thinks.
fn transport(floor: Floor, limits: &LimitsConfig) -> TransportConfig {
    let mut transport = TransportConfig::default();
    transport
        .congestion_controller_factory(Arc::new(floor))
        .initial_mtu(1200)
        .datagram_send_buffer_size(16 * 1024)
        .datagram_receive_buffer_size(Some(512 * 1024))
        .max_concurrent_bidi_streams(VarInt::from_u32(limits.streams_per_connection))
        .max_concurrent_uni_streams(VarInt::from_u32(limits.one_way_streams))
        .max_idle_timeout(Some(IdleTimeout::from(VarInt::from_u32(6_000))))
        .keep_alive_interval(Some(Duration::from_secs(1)));
    transport
}

/// Takes over a bound socket.
///
/// # Errors
/// When the runtime cannot watch the socket.
pub fn open(socket: std::net::UdpSocket, config: quinn::ServerConfig) -> std::io::Result<Endpoint> {
    Endpoint::new(EndpointConfig::default(), Some(config), socket, Arc::new(QuicRuntime))
}

/// Admits boxes until the program drains, then waits until each has been told.
pub fn spawn(life: &Lifecycle, endpoint: Endpoint, config: quinn::ServerConfig, context: SessionContext) {
    let life2 = life.clone();
    life.spawn_essential("boxes", async move {
        accept(&life2, &endpoint, &config, context).await;
        endpoint.wait_idle().await;
        Ok::<(), std::convert::Infallible>(())
    });
}

async fn accept(life: &Lifecycle, endpoint: &Endpoint, config: &quinn::ServerConfig, context: SessionContext) {
    let limits = context.limits.clone();
    let handshakes = Arc::new(Semaphore::new(limits.handshakes));
    let crowd = Crowd::new(limits.boxes_per_address);
    // A box that cannot finish within this tries again by itself.
    let patience = Duration::from_secs(limits.handshake_seconds.into());
    loop {
        let incoming = tokio::select! {
            incoming = endpoint.accept() => incoming,
            () = life.soft().cancelled() => return,
        };
        let Some(incoming) = incoming else { return };
        if endpoint.open_connections() >= limits.boxes {
            refuse(incoming, "full");
            continue;
        }
        let address = neighbourhood(incoming.remote_address().ip());
        let under_way = limits.handshakes.saturating_sub(handshakes.available_permits());
        let pressed = under_way >= limits.handshakes_unproven || crowd.count(address) * 4 >= limits.boxes_per_address;
        // Under pressure only who proves its address may go on; that costs it one round trip and us nothing, and nobody uses up what another address may have.
        if pressed && !incoming.remote_address_validated() {
            metrics::counter!("yunzhen_boxes_retried_total").increment(1);
            if incoming.retry().is_err() {
                metrics::counter!("yunzhen_boxes_refused_total", "reason" => "handshakes").increment(1);
            }
            continue;
        }
        let Some(place) = crowd.enter(address) else {
            refuse(incoming, "address");
            continue;
        };
        let Ok(slot) = handshakes.clone().try_acquire_owned() else {
            refuse(incoming, "handshakes");
            continue;
        };
        let (life2, context, floor) = (life.clone(), context.clone(), Floor::default());
        let mut own = config.clone();
        own.transport_config(Arc::new(transport(floor.clone(), &limits)));
        life.spawn_contained("box", async move {
            let _place = place;
            let address = incoming.remote_address();
            let connecting = match incoming.accept_with(Arc::new(own)) {
                Ok(connecting) => connecting,
                Err(error) => return refused(address, &error),
            };
            match tokio::time::timeout(patience, connecting).await {
                Ok(Ok(connection)) => {
                    drop(slot);
                    session::run(&life2, connection, floor, context).await;
                }
                Ok(Err(error)) => refused(address, &error),
                Err(_) => {
                    drop(slot);
                    metrics::counter!("yunzhen_boxes_refused_total", "reason" => "slow").increment(1);
                }
            }
        });
    }
}

/// Says no before anything was spent.
fn refuse(incoming: Incoming, reason: &'static str) {
    metrics::counter!("yunzhen_boxes_refused_total", "reason" => reason).increment(1);
    incoming.refuse();
}

fn refused(address: std::net::SocketAddr, error: &quinn::ConnectionError) {
    tracing::info!(peer = %address, reason = %error, "box refused in the handshake");
    metrics::counter!("yunzhen_boxes_refused_total", "reason" => "handshake").increment(1);
}

/// Closes a connection with a code of [`close`] and one sentence for the box's page.
pub(super) fn close_with(connection: &quinn::Connection, code: u32, sentence: &str) {
    debug_assert!(code >= close::FOREIGN);
    connection.close(VarInt::from_u32(code), sentence.as_bytes());
}
