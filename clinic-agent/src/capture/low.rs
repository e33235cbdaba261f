//! The low picture beside the main one: an encoder of its own, while it is asked for. One that fails ends the low picture and nothing else.
//!
//! Not here: who asks for it and when (the outbox), its numbers on the wire ([`super::picture`]).

use std::time::Instant;

use bytes::Bytes;
use ffmpeg_next::frame;
use yunzhen_media::ladder::VideoTarget;

use super::{error::CaptureError, picture::Maker};

/// See the module.
#[derive(Default)]
pub(super) struct Low {
    maker: Option<Maker>,
    /// It is not tried again until it is asked for anew.
    failed: bool,
}

impl Low {
    /// What it is to be; one that begins does so with a keyframe.
    pub(super) fn follow(&mut self, target: Option<VideoTarget>, keyframe: bool, source_fps: u32) {
        let Some(target) = target else {
            *self = Self::default();
            return;
        };
        if self.failed {
            return;
        }
        let followed = match &mut self.maker {
            Some(maker) => maker.follow(target, keyframe),
            None => Maker::new(target, source_fps).map(|maker| self.maker = Some(maker)),
        };
        if let Err(error) = followed {
            self.fail(&error);
        }
    }

    /// The access unit of a picture; `None` when there is no low picture, or this one is too many for its pace.
    pub(super) fn make(&mut self, picture: &mut frame::Video, taken_at: Instant, pts: i64) -> Option<Bytes> {
        match self.maker.as_mut()?.make(picture, taken_at, pts) {
            Ok(made) => made,
            Err(error) => {
                self.fail(&error);
                None
            }
        }
    }

    fn fail(&mut self, error: &CaptureError) {
        tracing::warn!(%error, "no low picture can be made; the main one goes on");
        *self = Self { maker: None, failed: true };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ffmpeg_next::format::Pixel;
    use std::time::Duration;
    use yunzhen_media::ladder::Motion;
    use yunzhen_runtime::clock;

    const TARGET: VideoTarget =
        VideoTarget { bitrate_bps: 150_000, width: 320, height: 180, fps: 15, motion: Motion::Moving };

    fn painted(number: u8) -> frame::Video {
        let mut picture = frame::Video::new(Pixel::YUV420P, 640, 360);
        for plane in 0..3 {
            picture.data_mut(plane).fill(if plane == 0 { number } else { 128 });
        }
        picture
    }

    /// Whether the picture of each thirtieth of a second was made, and was a keyframe.
    fn film(low: &mut Low, frames: std::ops::Range<u32>) -> Vec<Option<bool>> {
        let began = clock::now_instant();
        let made = frames.map(|number| {
            let taken_at = began + Duration::from_secs(u64::from(number)) / 30;
            let unit = low.make(&mut painted(number as u8), taken_at, i64::from(number) * 3000);
            unit.map(|unit| yunzhen_media::h264::starts_keyframe(&unit[4..]))
        });
        made.collect()
    }

    #[test]
    fn each_second_picture_is_made_while_it_is_asked_for_and_a_keyframe_when_asked() {
        let mut low = Low::default();
        low.follow(None, true, 30);
        assert_eq!(film(&mut low, 0..4), [None; 4], "nobody asks, and nothing is encoded");
        low.follow(Some(TARGET), false, 30);
        assert_eq!(film(&mut low, 4..8), [Some(true), None, Some(false), None]);
        low.follow(Some(TARGET), true, 30);
        assert_eq!(film(&mut low, 10..13), [Some(true), None, Some(false)]);
        low.follow(None, false, 30);
        assert_eq!(film(&mut low, 14..16), [None; 2]);
        low.follow(Some(TARGET), false, 30);
        assert_eq!(film(&mut low, 20..21), [Some(true)], "one that begins anew does so with a keyframe");
    }

    #[test]
    fn one_that_cannot_be_made_is_tried_again_when_it_is_asked_for_anew() {
        let mut low = Low::default();
        low.follow(Some(VideoTarget { width: 0, ..TARGET }), false, 30);
        assert!(low.failed && low.maker.is_none());
        low.follow(Some(TARGET), true, 30);
        assert!(low.failed, "not with each picture");
        low.follow(None, false, 30);
        low.follow(Some(TARGET), false, 30);
        assert_eq!(film(&mut low, 0..1), [Some(true)]);
    }
}
