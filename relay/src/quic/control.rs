//! The control stream of one box: whole messages in, whole messages out.

use quinn::{RecvStream, SendStream};
use yunzhen_protocol::control::{self, ControlError, Decoded, FrameReader, ToBox, ToRelay};

/// Why the control stream ended.
#[derive(Debug, thiserror::Error)]
pub enum ControlEnd {
    /// The box finished or cut it.
    #[error("the box closed its control stream")]
    Closed,
    /// The connection is gone.
    #[error("the link was lost: {0}")]
    Lost(String),
    /// What came is not a control message.
    #[error(transparent)]
    Malformed(#[from] ControlError),
}

/// Reads messages; unknown types are counted and skipped.
#[derive(Debug)]
pub struct ControlReader {
    stream: RecvStream,
    frames: FrameReader,
    chunk: Box<[u8; 4096]>,
}

impl ControlReader {
    /// Takes over the receiving side, past its type.
    pub fn new(stream: RecvStream) -> Self {
        Self { stream, frames: FrameReader::new(), chunk: Box::new([0; 4096]) }
    }

    /// The next message that this version knows. Cancelling it loses nothing.
    pub async fn next(&mut self) -> Result<ToRelay, ControlEnd> {
        loop {
            match self.frames.next_message::<ToRelay>()? {
                Some(Decoded::Message(message)) => return Ok(message),
                Some(Decoded::Unknown { kind }) => {
                    tracing::debug!(kind, "control message of an unknown type");
                    metrics::counter!("yunzhen_control_unknown_total").increment(1);
                }
                None => match self.stream.read(&mut self.chunk[..]).await {
                    Ok(Some(n)) => self.frames.push(&self.chunk[..n]),
                    Ok(None) => return Err(ControlEnd::Closed),
                    Err(error) => return Err(ControlEnd::Lost(error.to_string())),
                },
            }
        }
    }
}

/// Writes one message.
pub async fn write(stream: &mut SendStream, message: &ToBox) -> Result<(), ControlEnd> {
    let bytes = control::encode(message)?;
    stream.write_all(&bytes).await.map_err(|error| ControlEnd::Lost(error.to_string()))
}
