//! libopus for speech: mono, with in-band repair for lossy links. Bits and length of a packet are set when it opens: ffmpeg has no way to change them later.

use bytes::Bytes;
use ffmpeg_next::{
    ChannelLayout, Dictionary, Packet, Rational, codec, encoder,
    format::{Sample, sample::Type},
    frame,
};

use super::{error::CaptureError, h264::open, voice::RATE};

use yunzhen_media::ladder::sound::SoundTarget;

const CODEC: &str = "libopus";

/// See the module.
pub(super) struct Opus {
    encoder: encoder::audio::Encoder,
    packet: Packet,
    pts: i64,
    samples: usize,
}

impl Opus {
    /// An encoder of such packets: 20, 40 or 60 ms.
    pub(super) fn new(SoundTarget { bitrate_bps, packet }: SoundTarget) -> Result<Self, CaptureError> {
        let codec = encoder::find_by_name(CODEC).ok_or(CaptureError::NoEncoder { codec: CODEC })?;
        let audio = codec::Context::new_with_codec(codec).encoder().audio();
        let mut audio = audio.map_err(|cause| CaptureError::EncoderOpen { codec: CODEC, cause })?;
        audio.set_rate(RATE as i32);
        audio.set_format(Sample::I16(Type::Packed));
        audio.set_channel_layout(ChannelLayout::MONO);
        audio.set_time_base(Rational(1, RATE as i32));
        audio.set_bit_rate(bitrate_bps.clamp(6_000, 128_000) as usize);
        let duration = packet.as_millis().to_string();
        let options: Dictionary<'_> =
            [("application", "voip"), ("frame_duration", duration.as_str()), ("fec", "1"), ("packet_loss", "5")]
                .into_iter()
                .collect();
        open(&mut audio, CODEC, options)?;
        let samples = (packet.as_micros() * u128::from(RATE) / 1_000_000) as usize;
        Ok(Self { encoder: encoder::audio::Encoder(audio), packet: Packet::empty(), pts: 0, samples })
    }

    /// Samples in a packet.
    pub(super) const fn samples(&self) -> usize {
        self.samples
    }

    /// Encodes one packet's samples.
    pub(super) fn encode(&mut self, samples: &[i16]) -> Result<Option<Bytes>, CaptureError> {
        if samples.len() != self.samples {
            return Err(CaptureError::WrongFrame(format!("{} samples", samples.len())));
        }
        let mut sound = frame::Audio::new(Sample::I16(Type::Packed), samples.len(), ChannelLayout::MONO);
        sound.set_rate(RATE);
        sound.set_pts(Some(self.pts));
        self.pts += samples.len() as i64;
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
