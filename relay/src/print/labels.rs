//! Labels: two columns of them on a page, text at the left, the code to scan at the right.

use qrcode::{Color, EcLevel, QrCode};
use yunzhen_domain::medication_sheet::Label;

use super::PrintError;
use super::fonts::Fonts;
use super::layout::{LaidOut, PAGE, Square, Writer};

/// Around all labels.
const EDGE: f32 = 36.0;
/// Columns and rows of a page.
const GRID: (usize, usize) = (2, 6);
/// Side of a code with its quiet zone: 29 modules of half a millimetre and more.
const CODE: f32 = 84.0;
/// Modules without ink around a code, as ISO/IEC 18004 asks.
const QUIET: usize = 4;
/// Type of the first line and of the others.
const TYPE: (f32, f32) = (14.0, 11.5);

/// Places the labels.
pub(super) fn lay_out(labels: &[Label], fonts: &Fonts) -> Result<LaidOut, PrintError> {
    let mut w = Writer::new(fonts, 1.0);
    let mut squares: Vec<Vec<Square>> = Vec::new();
    #[allow(clippy::cast_precision_loss, reason = "a few columns and rows")]
    let cell = ((PAGE.0 - 2.0 * EDGE) / GRID.0 as f32, (PAGE.1 - 2.0 * EDGE) / GRID.1 as f32);
    for (index, label) in labels.iter().enumerate() {
        let (page, place) = (index / (GRID.0 * GRID.1), index % (GRID.0 * GRID.1));
        #[allow(clippy::cast_precision_loss, reason = "a few columns and rows")]
        let (x, y) = (EDGE + (place % GRID.0) as f32 * cell.0, EDGE + (place / GRID.0) as f32 * cell.1);
        while squares.len() <= page {
            squares.push(Vec::new());
        }
        squares[page].extend(code(&label.code, x + cell.0 - CODE - 8.0, y + 6.0)?);
        let mut below = y + 6.0;
        for (number, line) in label.lines.iter().enumerate() {
            let size = if number == 0 { TYPE.0 } else { TYPE.1 };
            below = w.boxed(page, (x + 6.0, below), cell.0 - CODE - 22.0, size, line);
        }
    }
    Ok(w.finish(squares))
}

/// The inked modules of a code.
fn code(text: &str, x: f32, y: f32) -> Result<Vec<Square>, PrintError> {
    let code =
        QrCode::with_error_correction_level(text, EcLevel::M).map_err(|error| PrintError::Pdf(error.to_string()))?;
    let width = code.width();
    #[allow(clippy::cast_precision_loss, reason = "at most 177 modules")]
    let side = CODE / (width + 2 * QUIET) as f32;
    let inked = code.to_colors().into_iter().enumerate().filter(|(_, color)| *color == Color::Dark);
    #[allow(clippy::cast_precision_loss, reason = "at most 177 modules")]
    let square = |(index, _)| Square {
        x: x + (index % width + QUIET) as f32 * side,
        y: y + (index / width + QUIET) as f32 * side,
        // A hair over, so that no white line shows between two modules.
        side: side + 0.02,
    };
    Ok(inked.map(square).collect())
}
