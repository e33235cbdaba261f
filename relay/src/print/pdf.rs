//! Lines at their places become a PDF; only the glyphs that are used are embedded.

use krilla::Document;
use krilla::color::rgb;
use krilla::geom::{PathBuilder, Point, Rect};
use krilla::metadata::Metadata;
use krilla::num::NormalizedF32;
use krilla::page::PageSettings;
use krilla::paint::{Fill, FillRule};
use krilla::surface::Surface;
use krilla::text::KrillaGlyph;
use yunzhen_domain::sheet::Sheet;

use super::PrintError;
use super::fonts::Fonts;
use super::layout::{LaidOut, Line, PAGE, Square, Style};

/// Writes the file.
pub(super) fn write(sheet: &Sheet, laid_out: &LaidOut, fonts: &Fonts) -> Result<Vec<u8>, PrintError> {
    let mut document = Document::new();
    let metadata = Metadata::new().title(sheet.title.clone()).language(sheet.language.to_owned());
    document.set_metadata(metadata.creator("Yunzhen".to_owned()));
    let size = PageSettings::from_wh(PAGE.0, PAGE.1).ok_or_else(|| PrintError::Pdf("no such paper".to_owned()))?;
    for (number, lines) in laid_out.pages.iter().enumerate() {
        let mut page = document.start_page_with(size.clone());
        let mut surface = page.surface();
        for line in lines {
            draw(&mut surface, line, fonts);
        }
        fill(&mut surface, laid_out.squares.get(number).map_or(&[], Vec::as_slice));
        surface.finish();
        page.finish();
    }
    document.finish().map_err(|error| PrintError::Pdf(error.to_string()))
}

/// Black for what is read, grey for labels, red beside its mark for what must not be overlooked.
const fn colour(style: Style) -> (u8, u8, u8) {
    match style {
        Style::Title | Style::Heading | Style::Body => (0, 0, 0),
        Style::Subtitle | Style::Label => (80, 80, 80),
        Style::Alert => (170, 0, 0),
    }
}

/// Black squares, in one path.
fn fill(surface: &mut Surface<'_>, squares: &[Square]) {
    let mut path = PathBuilder::new();
    for square in squares {
        if let Some(rect) = Rect::from_xywh(square.x, square.y, square.side, square.side) {
            path.push_rect(rect);
        }
    }
    let Some(path) = path.finish() else { return };
    let paint = rgb::Color::new(0, 0, 0).into();
    surface.set_fill(Some(Fill { paint, opacity: NormalizedF32::ONE, rule: FillRule::default() }));
    surface.draw_path(&path);
}

fn draw(surface: &mut Surface<'_>, line: &Line, fonts: &Fonts) {
    let (r, g, b) = colour(line.style);
    let paint = rgb::Color::new(r, g, b).into();
    surface.set_fill(Some(Fill { paint, opacity: NormalizedF32::ONE, rule: FillRule::default() }));
    let size = line.size;
    let mut x = line.x;
    // A run is what stands together in one font.
    for run in line.cells.chunk_by(|a, b| a.shape.font == b.shape.font) {
        let Some(font) = fonts.embedded(run[0].shape.font) else { continue };
        let (mut text, mut glyphs) = (String::new(), Vec::with_capacity(run.len()));
        for cell in run {
            let start = text.len();
            text.push(cell.c);
            glyphs.push(KrillaGlyph {
                glyph_id: cell.shape.glyph,
                text_range: start..text.len(),
                x_advance: cell.shape.advance,
                x_offset: 0.0,
                y_offset: 0.0,
                y_advance: 0.0,
                location: None,
            });
        }
        surface.draw_glyphs(Point::from_xy(x, line.y), &glyphs, font, &text, size, false);
        x += run.iter().map(|cell| cell.shape.advance).sum::<f32>() * size;
    }
}
