//! quinn's settings for a radio link, and what its errors mean for this box.

use super::silence::KEEP_ALIVE;
use super::state::Refusal;
use quinn::{AckFrequencyConfig, ConnectionError, IdleTimeout, TransportConfig, VarInt};
use std::sync::Arc;
use std::time::Duration;
use yunzhen_protocol::control::RefusedCode;
use yunzhen_runtime::floor::Floor;

/// A connection on which nothing arrives for this long is given up and dialled anew.
pub const IDLE: Duration = Duration::from_millis(2000);
/// quinn drops the oldest datagram silently when its buffer is full: keep it at some 13 packets and drop above it,
/// where pictures and sound can be told apart ([`crate::outbox::queue`]).
pub const DATAGRAM_BUFFER: usize = 16 * 1024;
/// Every path takes this much; quinn finds out when more fits.
const INITIAL_MTU: u16 = 1200;

/// Application error code of a close by this box that is being stopped.
pub const CLOSE_BYE: u32 = 0;
/// Application error code of a close for a control message that cannot be read.
pub const CLOSE_PROTOCOL: u32 = 0x20;

/// The client configuration for one TLS configuration.
pub fn client_config(
    tls: rustls::ClientConfig,
    floor: Floor,
) -> Result<quinn::ClientConfig, quinn::crypto::rustls::NoInitialCipherSuite> {
    let crypto = quinn::crypto::rustls::QuicClientConfig::try_from(tls)?;
    let mut config = quinn::ClientConfig::new(Arc::new(crypto));
    config.transport_config(Arc::new(transport(floor)));
    Ok(config)
}

fn transport(floor: Floor) -> TransportConfig {
    let mut acks = AckFrequencyConfig::default();
    // While pictures or sound arrive the relay reports every 30 ms, and quinn's acknowledgement travels in the report's packet. One of its own is for what
    // comes faster than that: a keyframe. (quinn lets nobody wait longer than a round trip or 25 ms from the first packet after the last
    // acknowledgement, which with a packet every 20 ms is later than the next report.) A gap is told at once all the same.
    acks.ack_eliciting_threshold(VarInt::from_u32(24)).max_ack_delay(Some(Duration::from_millis(100)));
    let mut transport = TransportConfig::default();
    transport
        // Random loss is the radio's nature; BBR does not take it for congestion (media.md: 3.8 % lost against 37 %).
        .congestion_controller_factory(Arc::new(floor))
        .initial_mtu(INITIAL_MTU)
        // Handshake probes go out at 0, 0.3, 0.9, 2.1 s, so that a dial that began in a gap succeeds soon after it.
        .initial_rtt(Duration::from_millis(100))
        .datagram_send_buffer_size(DATAGRAM_BUFFER)
        .datagram_receive_buffer_size(Some(512 * 1024))
        .keep_alive_interval(Some(KEEP_ALIVE))
        .max_idle_timeout(IdleTimeout::try_from(IDLE).ok())
        .ack_frequency_config(Some(acks))
        // The relay opens no streams towards a box in this version.
        .max_concurrent_bidi_streams(VarInt::from_u32(0))
        .max_concurrent_uni_streams(VarInt::from_u32(0));
    transport
}

/// What an ended connection means: a refusal that a person has to mend, or just a lost link.
pub fn refusal(error: &ConnectionError) -> Option<Refusal> {
    match error {
        // The relay's TLS alert about our certificate arrives as a close with 0x100 + alert.
        ConnectionError::ConnectionClosed(close) => alert(u64::from(close.error_code)).map(|alert| match alert {
            44 | 45 => Refusal::ExpiredCertificate,
            120 => Refusal::Version,
            _ => Refusal::ForeignCertificate,
        }),
        // Our own verifier did not believe the relay.
        ConnectionError::TransportError(error) => alert(u64::from(error.code)).map(|alert| match alert {
            120 => Refusal::Version,
            _ => Refusal::RelayNotTrusted,
        }),
        ConnectionError::VersionMismatch => Some(Refusal::Version),
        ConnectionError::ApplicationClosed(close) => match u64::from(close.error_code) {
            1 => Some(Refusal::ForeignCertificate),
            2 => Some(Refusal::UnknownHome),
            3 => Some(Refusal::Version),
            4 | 7 => Some(Refusal::Draining),
            5 => Some(Refusal::Replaced),
            8 => Some(Refusal::Revoked),
            _ => None,
        },
        ConnectionError::Reset
        | ConnectionError::TimedOut
        | ConnectionError::LocallyClosed
        | ConnectionError::CidsExhausted => None,
    }
}

const fn alert(code: u64) -> Option<u64> {
    match code {
        0x100..=0x1ff => Some(code - 0x100),
        _ => None,
    }
}

/// What the relay's `refused` means.
pub const fn refused(code: RefusedCode) -> Refusal {
    match code {
        RefusedCode::ProtocolVersion => Refusal::Version,
        RefusedCode::UnknownHome => Refusal::UnknownHome,
        RefusedCode::Replaced => Refusal::Replaced,
        RefusedCode::Revoked => Refusal::Revoked,
        RefusedCode::Busy => Refusal::Draining,
        RefusedCode::OutOfTurn | RefusedCode::UnknownSession | RefusedCode::Other => Refusal::Other,
    }
}
