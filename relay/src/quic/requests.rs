//! HTTP/1.1 requests of a box, one per bidirectional stream, answered by the same router as the consoles'.

use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::extract::ConnectInfo;
use axum::http::Extensions;
use quinn::{Connection, RecvStream, SendStream, VarInt};
use yunzhen_certs::CertificateFacts;
use yunzhen_protocol::stream::{REFUSED_STREAM, StreamType};
use yunzhen_runtime::crowd::{Crowd, Place};
use yunzhen_runtime::lifecycle::Lifecycle;
use yunzhen_runtime::serve::{self, ServeOptions};

use super::bulk::ToBulk;
use crate::config::LimitsConfig;

/// Serves what the box opens after its control stream, until the connection ends. QUIC lets a stream wait that is one too many until another one ends.
pub async fn serve(
    life: &Lifecycle,
    connection: &Connection,
    certificate: CertificateFacts,
    router: Router,
    bulk: ToBulk,
    limits: &LimitsConfig,
) {
    let (most, most_one_way) = (limits.streams_per_connection as usize, limits.one_way_streams as usize);
    let (requests, brought) = (Crowd::new(most), Crowd::new(most_one_way));
    let mut extensions = Extensions::new();
    extensions.insert(certificate.identity.clone());
    extensions.insert(certificate);
    extensions.insert(ConnectInfo::<SocketAddr>(connection.remote_address()));
    let options = ServeOptions {
        body_grace: Duration::from_secs(limits.box_body_seconds.into()),
        body_bytes_per_second: limits.box_body_bytes_per_second,
        ..limits.http().options("box request")
    };
    loop {
        tokio::select! {
            stream = connection.accept_bi() => {
                let Ok((send, recv)) = stream else { return };
                let (life2, router) = (life.clone(), router.clone());
                let (extensions, options) = (extensions.clone(), options.clone());
                let place = requests.enter(());
                // The control stream is one of them.
                if requests.count(()) + 1 >= most {
                    metrics::counter!("yunzhen_streams_full_total").increment(1);
                }
                life.spawn_contained("box request", async move {
                    let _place = place;
                    one(&life2, send, recv, router, extensions, &options).await;
                });
            }
            stream = connection.accept_uni() => {
                let Ok(recv) = stream else { return };
                let bulk = bulk.clone();
                let place = brought.enter(());
                if brought.count(()) >= most_one_way {
                    metrics::counter!("yunzhen_streams_full_total").increment(1);
                }
                life.spawn_contained("box bulk", async move { one_way(recv, place, &bulk).await });
            }
        }
    }
}

async fn one(
    life: &Lifecycle,
    mut send: SendStream,
    mut recv: RecvStream,
    router: Router,
    extensions: Extensions,
    options: &ServeOptions,
) {
    match read_type(&mut recv).await {
        Some(StreamType::Http) => {
            serve::serve_io(life, tokio::io::join(recv, send), router, extensions, options).await;
        }
        Some(StreamType::Control | StreamType::Bulk | StreamType::Unknown(_)) => {
            metrics::counter!("yunzhen_streams_refused_total").increment(1);
            // Either side may be closed already: nothing left to refuse.
            let _ = recv.stop(VarInt::from_u32(REFUSED_STREAM));
            let _ = send.reset(VarInt::from_u32(REFUSED_STREAM));
        }
        None => {}
    }
}

/// Hands a bulk stream on; whatever else came in one direction is refused, and so is one too many.
async fn one_way(mut recv: RecvStream, place: Option<Place<()>>, bulk: &ToBulk) {
    let refused = match read_type(&mut recv).await {
        Some(StreamType::Bulk) => bulk.bring(recv, place),
        Some(StreamType::Control | StreamType::Http | StreamType::Unknown(_)) => Some(recv),
        None => None,
    };
    if let Some(mut recv) = refused {
        metrics::counter!("yunzhen_streams_refused_total").increment(1);
        // Already finished by the box: nothing left to refuse.
        let _ = recv.stop(VarInt::from_u32(REFUSED_STREAM));
    }
}

/// Reads the type that opens a stream; `None` when the stream ends before it.
pub(super) async fn read_type(recv: &mut RecvStream) -> Option<StreamType> {
    let mut bytes = [0; 8];
    for len in 1..=bytes.len() {
        recv.read_exact(&mut bytes[len - 1..len]).await.ok()?;
        if let Some((kind, _)) = StreamType::decode(&bytes[..len]) {
            return Some(kind);
        }
    }
    None
}
