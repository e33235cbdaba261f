//! What can go wrong with devices: each as one sentence that says what to do.

use super::device::SILENCE;

/// See the module.
#[derive(Debug, thiserror::Error)]
pub enum CaptureError {
    /// A camera does not open.
    #[error(
        "the camera {device} cannot be opened ({cause}): plug it in, end the program that has it, or name another one under [capture] (see v4l2-ctl --list-devices)"
    )]
    CameraOpen {
        /// As configured.
        device: String,
        /// ffmpeg's word.
        cause: ffmpeg_next::Error,
    },
    /// A camera stopped giving pictures.
    #[error("the camera {device} stopped ({cause}): check its cable; it is tried again every two seconds")]
    CameraLost {
        /// As configured.
        device: String,
        /// ffmpeg's word.
        cause: ffmpeg_next::Error,
    },
    /// A microphone does not open.
    #[error(
        "the microphone {device} cannot be opened ({cause}): plug it in, end the program that has it, or name another one as capture.microphone (see arecord -L)"
    )]
    MicrophoneOpen {
        /// As configured.
        device: String,
        /// ffmpeg's word.
        cause: ffmpeg_next::Error,
    },
    /// A microphone stopped giving sound.
    #[error("the microphone {device} stopped ({cause}): check its cable; it is tried again every two seconds")]
    MicrophoneLost {
        /// As configured.
        device: String,
        /// ffmpeg's word.
        cause: ffmpeg_next::Error,
    },
    /// A camera or microphone is there and gives nothing.
    #[error("{device} has given nothing for {} seconds: check its cable; it is tried again every two seconds", SILENCE.as_secs())]
    Silent {
        /// As configured.
        device: String,
    },
    /// A file or a network camera does not open.
    #[error(
        "{source_name} cannot be opened ({cause}): check that it exists and can be read, or name another one under [capture]"
    )]
    Open {
        /// As configured.
        source_name: String,
        /// ffmpeg's word.
        cause: ffmpeg_next::Error,
    },
    /// A file or network stream broke.
    #[error("{source_name} cannot be read on ({cause}): it is tried again every two seconds")]
    Read {
        /// As configured.
        source_name: String,
        /// ffmpeg's word.
        cause: ffmpeg_next::Error,
    },
    /// A source has no such track.
    #[error("{source_name} has no {track}: name another one under [capture]")]
    NoTrack {
        /// As configured.
        source_name: String,
        /// picture or sound.
        track: &'static str,
    },
    /// A file is over and is not to be repeated.
    #[error("{source_name} has come to its end: set capture.repeat = true to play it again, or name another source")]
    Ended {
        /// As configured.
        source_name: String,
    },
    /// An encoder is not built into the ffmpeg libraries.
    #[error(
        "the ffmpeg libraries have no {codec} encoder: install Debian's libavcodec with {codec} support (libavcodec59 or libavcodec-extra59)"
    )]
    NoEncoder {
        /// libx264 or libopus.
        codec: &'static str,
    },
    /// An encoder does not take its settings.
    #[error("the {codec} encoder does not start ({cause}): check the size and rate that the relay asks for")]
    EncoderOpen {
        /// libx264 or libopus.
        codec: &'static str,
        /// ffmpeg's word.
        cause: ffmpeg_next::Error,
    },
    /// An encoder ignored an option: this program and the library do not fit.
    #[error(
        "the {codec} encoder does not know the option {option}: install the ffmpeg version that this program was built for"
    )]
    UnknownOption {
        /// libx264 or libopus.
        codec: &'static str,
        /// As given.
        option: String,
    },
    /// An encoder or converter failed on a frame.
    #[error("{what} failed ({cause}): the source is opened again in two seconds")]
    Convert {
        /// Which step.
        what: &'static str,
        /// ffmpeg's word.
        cause: ffmpeg_next::Error,
    },
    /// A frame has not the shape that was agreed; handing it to ffmpeg might read out of bounds.
    #[error("a frame of {0} came where another shape was agreed: the source is opened again in two seconds")]
    WrongFrame(String),
    /// The operating system gave no thread.
    #[error("no thread can be started for a device ({cause}): raise the limit of threads for this service")]
    Thread {
        /// The system's word.
        cause: std::io::Error,
    },
    /// ffmpeg was told to stop; not an error to show.
    #[error("interrupted")]
    Interrupted,
}
