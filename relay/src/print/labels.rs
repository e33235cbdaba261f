//! Labels: two columns of them on a page, each of one cell or of several below each other, text at the left, the code to scan at the right.

use qrcode::{Color, EcLevel, QrCode};
use yunzhen_domain::medication_sheet::Label;

use super::PrintError;
use super::fonts::Fonts;
use super::layout::{Cell, LaidOut, PAGE, Square, Writer};

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
/// No smaller than this part of it.
const LEAST: f32 = 0.65;

/// Between the edge of a label and what is on it.
const INSET: f32 = 6.0;

/// Where the labels of a page end: so many cells of each column are taken.
#[derive(Default)]
struct Taken {
    page: usize,
    cells: [usize; GRID.0],
}

impl Taken {
    /// The next place for a label of so many cells: in the column with more room, the left one first, or at the top of the next page.
    fn next(&mut self, cells: usize) -> (usize, usize, usize) {
        let room = |taken: &[usize; GRID.0]| {
            let least = (0..GRID.0).min_by_key(|column| taken[*column]).unwrap_or(0);
            (taken[least] + cells <= GRID.1).then_some(least)
        };
        let column = room(&self.cells).unwrap_or_else(|| {
            (self.page, self.cells) = (self.page + 1, [0; GRID.0]);
            0
        });
        let row = self.cells[column];
        self.cells[column] += cells;
        (self.page, column, row)
    }
}

/// A line of a label, at its height below the upper edge.
struct Row {
    y: f32,
    size: f32,
    cells: Vec<Cell>,
}

/// The lines of a label and where they end. Beside the code they are short; below it they have the whole width.
fn rows(w: &mut Writer<'_>, label: &Label, width: f32, scale: f32) -> (Vec<Row>, f32) {
    let (mut rows, mut below) = (Vec::new(), INSET);
    for (number, line) in label.lines.iter().enumerate() {
        let size = scale * if number == 0 { TYPE.0 } else { TYPE.1 };
        let beside = if below < INSET + CODE { CODE + 2.0 * INSET } else { INSET };
        for cells in w.wrapped(width - INSET - beside - 4.0, size, line) {
            below += size * 1.35;
            rows.push(Row { y: below, size, cells });
        }
    }
    (rows, below + INSET)
}

/// Places the labels. One with more to say than a cell of the page holds takes the cells below it too; no line of it is left out.
pub(super) fn lay_out(labels: &[Label], fonts: &Fonts) -> Result<LaidOut, PrintError> {
    let mut w = Writer::new(fonts, 1.0);
    let mut squares: Vec<Vec<Square>> = Vec::new();
    #[allow(clippy::cast_precision_loss, reason = "a few columns and rows")]
    let cell = ((PAGE.0 - 2.0 * EDGE) / GRID.0 as f32, (PAGE.1 - 2.0 * EDGE) / GRID.1 as f32);
    let mut taken = Taken::default();
    for label in labels {
        let (mut lines, mut height) = rows(&mut w, label, cell.0, 1.0);
        // Twelve steps with a long instruction: in smaller type it is still one label.
        let mut scale = 1.0;
        while height > PAGE.1 - 2.0 * EDGE && scale > LEAST {
            scale -= 0.1;
            (lines, height) = rows(&mut w, label, cell.0, scale);
        }
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "at most the cells of a column")]
        let cells = ((height / cell.1).ceil() as usize).clamp(1, GRID.1);
        let (page, column, row) = taken.next(cells);
        #[allow(clippy::cast_precision_loss, reason = "a few columns and rows")]
        let (x, y) = (EDGE + column as f32 * cell.0, EDGE + row as f32 * cell.1);
        while squares.len() <= page {
            squares.push(Vec::new());
        }
        squares[page].extend(code(&label.code, x + cell.0 - CODE - 8.0, y + INSET)?);
        for line in lines {
            w.put(page, (x + INSET, y + line.y), line.size, line.cells);
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::print::PrintConfig;

    /// What a label of several steps said ran over the label below it.
    #[test]
    fn a_long_label_takes_the_room_that_it_needs_and_nothing_is_left_out() {
        let fonts = Fonts::read(&PrintConfig::default().fonts).unwrap();
        let steps = (1..=12).flat_map(|step| {
            let days = format!("第 {step} 步，共 12 步 · 2026-11-24 至 2026-11-28");
            [days, "0.5 片 每日四次 · 口服".to_owned(), "08:00  12:00  17:00  21:00".to_owned()]
        });
        let mut lines: Vec<String> = std::iter::once("苯磺酸氨氯地平片 5 mg".to_owned()).chain(steps).collect();
        lines.extend(["饭".repeat(199) + "后", "JJY · 3-12".to_owned()]);
        let taper = |steps: usize| {
            let lines: Vec<String> = lines.iter().take(1 + 3 * steps).chain(lines.last()).cloned().collect();
            Label { lines, code: "YZM:1".to_owned() }
        };
        let longest = Label { lines: lines.clone(), code: "YZM:1".to_owned() };
        let short = Label { lines: vec!["JJY · 3-12".to_owned()], code: "YZR:1".to_owned() };
        let labels = [taper(3), short.clone(), short.clone(), longest, taper(2), short];
        let laid_out = lay_out(&labels, &fonts).unwrap();
        assert!(laid_out.missing.is_empty());
        let inked = |text: &str| text.chars().filter(|c| *c != ' ').count();
        let wanted: usize = labels.iter().flat_map(|label| &label.lines).map(|line| inked(line)).sum();
        let placed = laid_out.pages.iter().flatten().flat_map(|line| &line.cells).filter(|cell| cell.c != ' ');
        assert_eq!(placed.count(), wanted, "no character is left out");
        for page in &laid_out.pages {
            for column in [true, false] {
                let mut lines: Vec<_> = page.iter().filter(|line| (line.x < PAGE.0 / 2.0) == column).collect();
                lines.sort_by(|a, b| a.y.total_cmp(&b.y));
                assert!(lines.iter().all(|line| line.y <= PAGE.1 - EDGE), "within the page");
                assert!(lines.windows(2).all(|two| two[1].y - two[0].y >= two[1].size), "no line on another");
            }
        }
    }
}
