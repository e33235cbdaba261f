//! Causes by name. The relay turns them into problems; the texts say what to do.

use std::net::SocketAddr;

use crate::sdp::OfferError;

/// The shards could not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The UDP port cannot be had.
    #[error("cannot use UDP {address} for browsers' media: {source}; is another program using the port?")]
    Bind {
        /// Which.
        address: SocketAddr,
        /// Why.
        source: std::io::Error,
    },
    /// The loop's poll or thread cannot be made.
    #[error("cannot start a media thread: {0}")]
    Thread(std::io::Error),
    /// No DTLS certificate.
    #[error("cannot make the certificate for DTLS: {0}")]
    Certificate(String),
    /// A number out of its range.
    #[error("the number of media threads must be between 1 and 64, not {0}")]
    Shards(usize),
    /// An advertised address of another family than the port's.
    #[error("no advertised address fits UDP {0}; set `media.advertise` to addresses of the same family")]
    Advertised(SocketAddr),
}

/// A leg could not join.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConnectError {
    /// The offer cannot be answered; the reason is for the client's developer.
    #[error("{reason}")]
    Offer {
        /// Why.
        reason: String,
    },
    /// The offer is larger than allowed.
    #[error("the offer is larger than {limit} bytes")]
    TooLarge {
        /// What is allowed.
        limit: usize,
    },
    /// No more legs in this room.
    #[error("the room is full")]
    RoomFull,
    /// The room is over.
    #[error("the room has ended")]
    Ended,
    /// The leg to be replaced belongs to somebody else.
    #[error("no such leg")]
    UnknownLeg,
    /// The relay is stopping.
    #[error("the relay is stopping")]
    Stopped,
}

impl From<OfferError> for ConnectError {
    fn from(error: OfferError) -> Self {
        match error {
            OfferError::TooLarge { limit, .. } => Self::TooLarge { limit },
            other => Self::Offer { reason: other.to_string() },
        }
    }
}

/// A fragment could not be applied.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PatchError {
    /// No such leg in this room.
    #[error("no such leg")]
    UnknownLeg,
    /// The fragment is malformed, or its credentials are.
    #[error("{reason}")]
    Fragment {
        /// Why.
        reason: String,
    },
    /// The relay is stopping.
    #[error("the relay is stopping")]
    Stopped,
}

/// The shards were stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the relay's media threads have stopped")]
pub struct Stopped;
