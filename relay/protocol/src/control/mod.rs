//! Control messages: `u32` big-endian length, then that many bytes of JSON `{"type": "...", ...}`.
//!
//! Tolerant where growth happens (unknown fields are ignored, an unknown type is [`Decoded::Unknown`], to be counted and
//! skipped), strict where an attack happens (length above [`MAX_MESSAGE_BYTES`], nesting, broken JSON: the connection is
//! closed with [`ControlError::close_code`]).

mod to_box;
mod to_relay;

pub use to_box::{AudioPlan, RecordingKey, RefusedCode, SegmentRefusal, StillRefusal, StopReason, ToBox, VideoPlan};
pub use to_relay::{ActiveCamera, BoxCamera, RadioSignal, RecordTrouble, SegmentLoss, StillTrouble, ToRelay};
pub use yunzhen_domain::media_timeline::Rung;
pub use yunzhen_domain::radio::RadioTechnology;

use serde::{Serialize, de::DeserializeOwned};

/// The largest JSON body of one message.
pub const MAX_MESSAGE_BYTES: usize = 65_536;

/// Why a control stream cannot go on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ControlError {
    /// The announced length is above the limit.
    #[error("control message of {0} bytes is larger than {MAX_MESSAGE_BYTES}")]
    TooLarge(usize),
    /// Not JSON, or not an object with a string `type`.
    #[error("control message is not a JSON object with a type: {0}")]
    NotJson(String),
    /// A known type with missing or ill-typed fields.
    #[error("control message {kind:?} is malformed: {reason}")]
    Malformed {
        /// The message's type.
        kind: String,
        /// What serde found.
        reason: String,
    },
}

impl ControlError {
    /// The application error code with which the connection is closed.
    pub const fn close_code(&self) -> u32 {
        match self {
            Self::TooLarge(_) => 0x21,
            Self::NotJson(_) => 0x22,
            Self::Malformed { .. } => 0x23,
        }
    }
}

/// One message from the wire.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decoded<T> {
    /// A message this version knows.
    Message(T),
    /// A type from a newer peer: count it and go on.
    Unknown {
        /// The type, cut to 64 bytes so that it may be logged.
        kind: String,
    },
}

/// A set of messages in one direction.
pub trait Message: Serialize + DeserializeOwned {
    /// The names of all known types.
    const TYPES: &'static [&'static str];
}

/// Encodes one message with its length in front.
pub fn encode<T: Message>(message: &T) -> Result<Vec<u8>, ControlError> {
    let mut out = vec![0; 4];
    serde_json::to_writer(&mut out, message).map_err(|error| ControlError::NotJson(error.to_string()))?;
    let len = out.len() - 4;
    if len > MAX_MESSAGE_BYTES {
        return Err(ControlError::TooLarge(len));
    }
    out[..4].copy_from_slice(&(len as u32).to_be_bytes());
    Ok(out)
}

/// Decodes the JSON of one message (without its length).
pub fn decode<T: Message>(body: &[u8]) -> Result<Decoded<T>, ControlError> {
    #[derive(serde::Deserialize)]
    struct Envelope {
        #[serde(rename = "type")]
        kind: String,
    }
    if body.len() > MAX_MESSAGE_BYTES {
        return Err(ControlError::TooLarge(body.len()));
    }
    // serde would also take an array of the members.
    if body.iter().find(|byte| !byte.is_ascii_whitespace()) != Some(&b'{') {
        return Err(ControlError::NotJson("it does not begin with {".to_owned()));
    }
    let Envelope { kind } = serde_json::from_slice(body).map_err(|error| ControlError::NotJson(error.to_string()))?;
    if !T::TYPES.contains(&kind.as_str()) {
        return Ok(Decoded::Unknown { kind: cut(kind, 64) });
    }
    serde_json::from_slice(body)
        .map(Decoded::Message)
        .map_err(|error| ControlError::Malformed { kind, reason: error.to_string() })
}

/// Splits a byte stream into messages. Holds at most one message; feed it what the stream gives and drain it.
#[derive(Debug, Default)]
pub struct FrameReader {
    buffer: Vec<u8>,
    start: usize,
}

impl FrameReader {
    /// An empty reader.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes the next bytes of the stream. Drain with [`Self::next_message`] before the next call, or the buffer grows.
    pub fn push(&mut self, bytes: &[u8]) {
        if self.start > 0 {
            self.buffer.drain(..self.start);
            self.start = 0;
        }
        self.buffer.extend_from_slice(bytes);
    }

    /// The next whole message, or `None` when more bytes are needed.
    pub fn next_message<T: Message>(&mut self) -> Result<Option<Decoded<T>>, ControlError> {
        let rest = &self.buffer[self.start..];
        let Some((head, body)) = rest.split_first_chunk::<4>() else { return Ok(None) };
        let len = u32::from_be_bytes(*head) as usize;
        if len > MAX_MESSAGE_BYTES {
            return Err(ControlError::TooLarge(len));
        }
        let Some(body) = body.get(..len) else { return Ok(None) };
        let decoded = decode(body)?;
        self.start += 4 + len;
        Ok(Some(decoded))
    }

    /// Whether bytes of an unfinished message are held: a stream that ends now was cut.
    pub fn is_mid_message(&self) -> bool {
        self.start < self.buffer.len()
    }
}

fn cut(mut text: String, max: usize) -> String {
    if text.len() > max {
        let end = (0..=max).rev().find(|index| text.is_char_boundary(*index)).unwrap_or(0);
        text.truncate(end);
    }
    text
}
