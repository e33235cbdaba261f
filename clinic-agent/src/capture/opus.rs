//! libopus for speech: 20 ms a packet, mono, with in-band repair for lossy links.

use bytes::Bytes;
use ffmpeg_next::{
    ChannelLayout, Dictionary, Packet, Rational, codec, encoder,
    format::{Sample, sample::Type},
    frame,
};

use super::{error::CaptureError, h264::open, voice::RATE};

const CODEC: &str = "libopus";
/// Samples in a packet: 20 ms.
pub(super) const FRAME: usize = 960;

/// See the module.
pub(super) struct Opus {
    encoder: encoder::audio::Encoder,
    packet: Packet,
    pts: i64,
}

impl Opus {
    pub(super) fn new(bitrate_bps: u32) -> Result<Self, CaptureError> {
        let codec = encoder::find_by_name(CODEC).ok_or(CaptureError::NoEncoder { codec: CODEC })?;
        let audio = codec::Context::new_with_codec(codec).encoder().audio();
        let mut audio = audio.map_err(|cause| CaptureError::EncoderOpen { codec: CODEC, cause })?;
        audio.set_rate(RATE as i32);
        audio.set_format(Sample::I16(Type::Packed));
        audio.set_channel_layout(ChannelLayout::MONO);
        audio.set_time_base(Rational(1, RATE as i32));
        audio.set_bit_rate(bitrate_bps.clamp(6_000, 128_000) as usize);
        let options: Dictionary<'_> =
            [("application", "voip"), ("frame_duration", "20"), ("fec", "1"), ("packet_loss", "5")]
                .into_iter()
                .collect();
        open(&mut audio, CODEC, options)?;
        Ok(Self { encoder: encoder::audio::Encoder(audio), packet: Packet::empty(), pts: 0 })
    }

    /// Encodes one packet's samples.
    pub(super) fn encode(&mut self, samples: &[i16; FRAME]) -> Result<Option<Bytes>, CaptureError> {
        let mut sound = frame::Audio::new(Sample::I16(Type::Packed), FRAME, ChannelLayout::MONO);
        sound.set_rate(RATE);
        sound.set_pts(Some(self.pts));
        self.pts += FRAME as i64;
        sound.plane_mut::<i16>(0).copy_from_slice(samples);
        let failed = |cause| CaptureError::Convert { what: "encoding Opus", cause };
        self.encoder.send_frame(&sound).map_err(failed)?;
        match self.encoder.receive_packet(&mut self.packet) {
            Ok(()) => Ok(self.packet.data().map(Bytes::copy_from_slice)),
            Err(ffmpeg_next::Error::Other { errno }) if errno == ffmpeg_next::error::EAGAIN => Ok(None),
            Err(cause) => Err(failed(cause)),
        }
    }
}
