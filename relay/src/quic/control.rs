//! The control stream of one box: whole messages in, whole messages out.

use bytes::{Buf as _, Bytes};
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

/// Writes messages one after the other. What a box does not read waits here, and holds up nothing else that is done for it.
#[derive(Debug)]
pub struct ControlWriter {
    stream: SendStream,
    unsent: Bytes,
}

impl ControlWriter {
    /// Takes over the sending side.
    pub fn new(stream: SendStream) -> Self {
        Self { stream, unsent: Bytes::new() }
    }

    /// Whether nothing waits.
    pub fn is_free(&self) -> bool {
        self.unsent.is_empty()
    }

    /// Takes a message that [`Self::flush`] sends; only while it is free.
    pub fn take(&mut self, message: &ToBox) -> Result<(), ControlEnd> {
        debug_assert!(self.is_free(), "one message at a time");
        self.unsent = control::encode(message)?.into();
        Ok(())
    }

    /// Sends what waits. Cancelling it loses nothing.
    pub async fn flush(&mut self) -> Result<(), ControlEnd> {
        while !self.unsent.is_empty() {
            let n = self.stream.write(&self.unsent).await.map_err(|error| ControlEnd::Lost(error.to_string()))?;
            self.unsent.advance(n);
        }
        Ok(())
    }

    /// Sends a message after what waits.
    pub async fn say(&mut self, message: &ToBox) -> Result<(), ControlEnd> {
        self.flush().await?;
        self.take(message)?;
        self.flush().await
    }

    /// Nothing more comes; waits until the box has it all.
    pub async fn finish(&mut self) {
        // A stream that is closed already has told its peer enough.
        let _ = self.stream.finish();
        let _ = self.stream.stopped().await;
    }
}
