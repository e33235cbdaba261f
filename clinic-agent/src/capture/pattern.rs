//! Frame number and capture time painted as squares, so that a machine can read them from any picture of the synthetic camera, however
//! often it was encoded. A cell is a fortieth of the width, a whole number of pixels.
//!
//! ```text
//! row 0 (y = 1 cell):  white black | 16 bits of the frame number, most significant first | parity | white
//! row 1 (y = 3 cells): white black | 32 bits of unix time in ms, modulo 2^32              | parity | white
//! ```
//!
//! Rows begin one cell from the left. White is 1. The parity square makes the number of white squares among bits and parity even. A reader
//! compares the middle of each square with the mean of the first two, and refuses a row whose first two do not differ clearly, whose parity is
//! wrong or which does not end in white.

/// Luma of a white square.
pub const WHITE: u8 = 235;
/// Luma of a black square.
pub const BLACK: u8 = 16;
/// Cells in the picture's width.
pub const CELLS: usize = 40;

/// What a row holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Row {
    /// 16 bits.
    FrameNumber,
    /// 32 bits.
    Time,
}

impl Row {
    /// Bits of the value.
    pub const fn bits(self) -> usize {
        match self {
            Self::FrameNumber => 16,
            Self::Time => 32,
        }
    }

    const fn top(self) -> usize {
        match self {
            Self::FrameNumber => 1,
            Self::Time => 3,
        }
    }
}

/// Side of a square.
pub const fn cell(width: usize) -> usize {
    width / CELLS
}

/// Paints a row into a luma plane.
pub fn paint(luma: &mut [u8], stride: usize, width: usize, row: Row, value: u32) {
    let side = cell(width);
    for (index, white) in squares(row, value).enumerate() {
        let left = (index + 1) * side;
        for y in row.top() * side..(row.top() + 1) * side {
            if let Some(line) = luma.get_mut(y * stride + left..y * stride + left + side) {
                line.fill(if white { WHITE } else { BLACK });
            }
        }
    }
}

/// Reads a row from a luma plane.
pub fn read(luma: &[u8], stride: usize, width: usize, row: Row) -> Option<u32> {
    let side = cell(width);
    let mean = |index: usize| -> Option<u32> {
        let (left, top) = ((index + 1) * side, row.top() * side);
        let (mut sum, mut count) = (0, 0);
        for y in top + side / 4..top + side - side / 4 {
            for luma in luma.get(y * stride + left + side / 4..y * stride + left + side - side / 4)? {
                sum += u32::from(*luma);
                count += 1;
            }
        }
        (count > 0).then(|| sum / count)
    };
    let (white, black) = (mean(0)?, mean(1)?);
    if white < black + 60 {
        return None;
    }
    let is_white = |index: usize| mean(index).map(|mean| mean > (white + black) / 2);
    let (mut value, mut parity) = (0u32, false);
    for bit in 0..row.bits() {
        let set = is_white(2 + bit)?;
        value = (value << 1) | u32::from(set);
        parity ^= set;
    }
    let parity_fits = is_white(2 + row.bits())? == parity;
    (parity_fits && is_white(3 + row.bits())?).then_some(value)
}

fn squares(row: Row, value: u32) -> impl Iterator<Item = bool> {
    let bits = row.bits();
    let value = if bits == 32 { value } else { value & ((1 << bits) - 1) };
    let data = (0..bits).rev().map(move |bit| value >> bit & 1 == 1);
    [true, false].into_iter().chain(data).chain([value.count_ones() % 2 == 1, true])
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_painted_is_read_also_when_blurred(number in any::<u16>(), time in any::<u32>(), width in 320usize..1920, noise in any::<u64>()) {
            let stride = width + 32;
            let mut luma = vec![90; stride * 6 * cell(width)];
            paint(&mut luma, stride, width, Row::FrameNumber, number.into());
            paint(&mut luma, stride, width, Row::Time, time);
            let mut seed = noise | 1;
            for value in &mut luma {
                seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                *value = value.saturating_add((seed >> 59) as u8 * 2).saturating_sub((seed >> 49 & 31) as u8 * 2);
            }
            prop_assert_eq!(read(&luma, stride, width, Row::FrameNumber), Some(number.into()));
            prop_assert_eq!(read(&luma, stride, width, Row::Time), Some(time));
        }

        #[test]
        fn other_pictures_are_refused(level in any::<u8>()) {
            let luma = vec![level; 640 * 200];
            prop_assert_eq!(read(&luma, 640, 640, Row::FrameNumber), None);
            prop_assert_eq!(read(&luma[..640 * 20], 640, 640, Row::Time), None);
        }
    }
}
