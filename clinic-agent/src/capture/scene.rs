//! The synthetic camera: a room, or a near view, with something that moves, a clock, the frame number in words and in squares.

use ffmpeg_next::{format::Pixel, frame};
use yunzhen_protocol::control::BoxCamera;

use super::{
    glyphs,
    pattern::{self, Row},
};

/// See the module.
pub(super) struct Scene {
    camera: BoxCamera,
    background: frame::Video,
    number: u32,
}

impl Scene {
    pub(super) fn new(camera: BoxCamera, width: u32, height: u32) -> Self {
        let mut background = frame::Video::new(Pixel::YUV420P, width, height);
        let (top, bottom, u, v) = match camera {
            BoxCamera::Room => (150, 70, 136, 120),
            BoxCamera::CloseUp => (110, 160, 116, 142),
        };
        let (height, stride) = (height as usize, background.stride(0));
        for (y, line) in background.data_mut(0).chunks_exact_mut(stride).enumerate() {
            let luma = (top + (bottom - top) * y as i32 / height as i32) as u8;
            line.fill(luma);
        }
        background.data_mut(1).fill(u);
        background.data_mut(2).fill(v);
        Self { camera, background, number: 0 }
    }

    /// The next picture, taken at `unix_ms`; `clock` is what the clock on the wall shows.
    pub(super) fn paint(&mut self, unix_ms: u64, clock: &str) -> frame::Video {
        let (width, height) = (self.background.width() as usize, self.background.height() as usize);
        let mut picture = frame::Video::new(Pixel::YUV420P, width as u32, height as u32);
        for plane in 0..3 {
            picture.data_mut(plane).copy_from_slice(self.background.data(plane));
        }
        let stride = picture.stride(0);
        let number = self.number;
        let luma = picture.data_mut(0);
        grain(luma, stride, width, height, number);
        ball(luma, stride, width, height, number);
        let cell = pattern::cell(width);
        pattern::paint(luma, stride, width, Row::FrameNumber, number);
        pattern::paint(luma, stride, width, Row::Time, unix_ms as u32);
        let name = match self.camera {
            BoxCamera::Room => "ROOM",
            BoxCamera::CloseUp => "CLOSE-UP",
        };
        let scale = (cell / 4).max(1);
        glyphs::write(luma, stride, (cell, 5 * cell), scale, &format!("{name} {number:05}"));
        glyphs::write(luma, stride, (cell, 8 * cell), 2 * scale, clock);
        self.number = self.number.wrapping_add(1);
        picture
    }
}

/// A patch with fine structure that drifts, so that the encoder has something to do as with a real picture.
fn grain(luma: &mut [u8], stride: usize, width: usize, height: usize, number: u32) {
    let (from_x, from_y) = (width / 2, height / 2);
    let drift = number as usize * 3;
    for y in from_y..height {
        let line = &mut luma[y * stride + from_x..y * stride + width];
        for (x, value) in line.iter_mut().enumerate() {
            let (u, v) = ((x + drift) >> 2, (y + drift / 2) >> 2);
            let hash = (u.wrapping_mul(0x9e37_79b1) ^ v.wrapping_mul(0x85eb_ca77)).wrapping_mul(0xc2b2_ae3d) >> 24;
            *value = 70 + (hash & 0x7f) as u8;
        }
    }
}

/// A ball that goes to and fro.
fn ball(luma: &mut [u8], stride: usize, width: usize, height: usize, number: u32) {
    let radius = height / 12;
    let path = width.saturating_sub(2 * radius + 2).max(1);
    let along = number as usize * 6 % (2 * path);
    let x = radius + if along < path { along } else { 2 * path - along };
    let y = height - height / 6;
    for dy in 0..=radius {
        let half = ((radius * radius - dy * dy) as f64).sqrt() as usize;
        for row in [y - dy, y + dy] {
            if let Some(line) = luma.get_mut(row * stride + x - half..row * stride + x + half) {
                line.fill(220);
            }
        }
    }
}
