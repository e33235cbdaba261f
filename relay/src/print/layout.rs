//! Lines and pages: where each row of a sheet stands. Chinese breaks anywhere but before closing punctuation, Latin between words.

use std::collections::BTreeSet;

use yunzhen_domain::sheet::{Row, Sheet};

use super::fonts::{Fonts, Lens, Shape};

/// A4 in points.
pub(super) const PAGE: (f32, f32) = (595.0, 842.0);
/// Around the text.
pub(super) const MARGIN: f32 = 54.0;
/// Of values beside their labels.
const LABEL_WIDTH: f32 = 118.0;
/// May stand past the right edge rather than at the start of a line.
const CLOSING: &str = "，。、；：？！）》」』”’,.;:?!)";

/// How a line looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    Title,
    Subtitle,
    Heading,
    Body,
    Alert,
    Label,
}

impl Style {
    pub(super) const fn size(self) -> f32 {
        match self {
            Self::Title => 18.0,
            Self::Heading => 12.5,
            Self::Subtitle | Self::Body | Self::Alert | Self::Label => 10.5,
        }
    }

    const fn line(self) -> f32 {
        match self {
            Self::Title => 28.0,
            Self::Heading => 22.0,
            Self::Subtitle | Self::Body | Self::Alert | Self::Label => 16.0,
        }
    }
}

/// A character with its glyph.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cell {
    pub(super) c: char,
    pub(super) shape: Shape,
}

/// A line at its place.
#[derive(Debug, Clone)]
pub(super) struct Line {
    pub(super) style: Style,
    pub(super) size: f32,
    pub(super) x: f32,
    pub(super) y: f32,
    pub(super) cells: Vec<Cell>,
}

/// A filled square at its place.
#[derive(Debug, Clone, Copy)]
pub(super) struct Square {
    pub(super) x: f32,
    pub(super) y: f32,
    pub(super) side: f32,
}

/// Pages of lines, and of squares.
pub(super) struct LaidOut {
    pub(super) pages: Vec<Vec<Line>>,
    /// Of each page that has any.
    pub(super) squares: Vec<Vec<Square>>,
    pub(super) missing: Vec<char>,
}

pub(super) struct Writer<'a> {
    lens: Lens<'a>,
    missing: BTreeSet<char>,
    pages: Vec<Vec<Line>>,
    y: f32,
    scale: f32,
}

/// Places everything, in type `scale` times as large as usual.
pub(super) fn lay_out(sheet: &Sheet, fonts: &Fonts, scale: f32) -> LaidOut {
    let mut w = Writer::new(fonts, scale);
    w.text(Style::Title, 0.0, &sheet.title);
    w.text(Style::Subtitle, 0.0, &sheet.subtitle);
    for section in &sheet.sections {
        // A heading does not stand alone at the foot of a page.
        w.need(scale * (Style::Heading.line() + 2.0 * Style::Body.line()));
        w.y += 6.0;
        w.text(Style::Heading, 0.0, section.heading);
        for row in &section.rows {
            match row {
                Row::Text(text) => w.text(Style::Body, 0.0, text),
                Row::Alert(text) => w.text(Style::Alert, 0.0, &format!("! {text}")),
                Row::Pair(label, value) => w.pair(label, value),
            }
        }
    }
    if !w.missing.is_empty() {
        let codes: Vec<String> = w.missing.iter().map(|c| code(*c)).collect();
        w.need(scale * 3.0 * Style::Body.line());
        w.y += 6.0;
        w.text(Style::Alert, 0.0, &format!("! {}: {}", sheet.missing_heading, codes.join(" ")));
    }
    let total = w.pages.len();
    for page in 0..total {
        let cells = w.cells(&format!("{} · {}/{total}", sheet.footer, page + 1));
        let line = Line { style: Style::Label, size: Style::Label.size(), x: MARGIN, y: PAGE.1 - MARGIN / 2.0, cells };
        w.pages[page].push(line);
    }
    w.finish(Vec::new())
}

/// How a character without glyph is printed.
fn code(c: char) -> String {
    format!("[U+{:04X}]", u32::from(c))
}

impl<'a> Writer<'a> {
    pub(super) fn new(fonts: &'a Fonts, scale: f32) -> Self {
        Self { lens: fonts.lens(), missing: BTreeSet::new(), pages: vec![Vec::new()], y: MARGIN, scale }
    }

    pub(super) fn finish(self, squares: Vec<Vec<Square>>) -> LaidOut {
        LaidOut { pages: self.pages, squares, missing: self.missing.into_iter().collect() }
    }

    /// Text as lines of at most `width`, in type of `size`.
    pub(super) fn wrapped(&mut self, width: f32, size: f32, text: &str) -> Vec<Vec<Cell>> {
        let cells = self.cells(text);
        wrap(cells, width / size)
    }

    /// A line at its place of a page, whichever is written now.
    pub(super) fn put(&mut self, page: usize, place: (f32, f32), size: f32, cells: Vec<Cell>) {
        while self.pages.len() <= page {
            self.pages.push(Vec::new());
        }
        self.pages[page].push(Line { style: Style::Body, size, x: place.0, y: place.1, cells });
    }

    /// Starts a page unless so much is left of this one.
    fn need(&mut self, height: f32) {
        if self.y + height > PAGE.1 - MARGIN {
            self.pages.push(Vec::new());
            self.y = MARGIN;
        }
    }

    fn text(&mut self, style: Style, indent: f32, text: &str) {
        let cells = self.cells(text);
        let (size, height) = (style.size() * self.scale, style.line() * self.scale);
        for line in wrap(cells, (PAGE.0 - 2.0 * MARGIN - indent) / size) {
            self.need(height);
            self.y += height;
            let placed = Line { style, size, x: MARGIN + indent, y: self.y - 4.0 * self.scale, cells: line };
            if let Some(page) = self.pages.last_mut() {
                page.push(placed);
            }
        }
    }

    fn pair(&mut self, label: &str, value: &str) {
        let height = Style::Body.line() * self.scale;
        self.need(height);
        let before = self.y;
        let cells = self.cells(label);
        let y = before + height - 4.0 * self.scale;
        if let Some(page) = self.pages.last_mut() {
            page.push(Line { style: Style::Label, size: Style::Label.size() * self.scale, x: MARGIN, y, cells });
        }
        self.text(Style::Body, LABEL_WIDTH * self.scale, value);
        // A value without text keeps its label's line.
        self.y = self.y.max(before + height);
    }

    /// Characters with their glyphs; controls and direction marks have no ink, what no font has becomes its code.
    fn cells(&mut self, text: &str) -> Vec<Cell> {
        let mut cells = Vec::with_capacity(text.len());
        for c in text.chars() {
            let c = if c.is_whitespace() { ' ' } else { c };
            if c.is_control() || is_mark(c) {
                continue;
            }
            match self.lens.shape(c) {
                Some(shape) => cells.push(Cell { c, shape }),
                None => {
                    self.missing.insert(c);
                    let shown: Vec<char> = code(c).chars().collect();
                    let found = shown.into_iter().filter_map(|c| Some(Cell { c, shape: self.lens.shape(c)? }));
                    cells.extend(found);
                }
            }
        }
        cells
    }
}

/// Marks that steer direction or joining and have no ink of their own.
const fn is_mark(c: char) -> bool {
    matches!(c, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}')
}

/// Breaks into lines of at most `width`, in units of the font size.
fn wrap(cells: Vec<Cell>, width: f32) -> Vec<Vec<Cell>> {
    let mut lines: Vec<Vec<Cell>> = Vec::new();
    let (mut line, mut used): (Vec<Cell>, f32) = (Vec::new(), 0.0);
    for word in words(cells) {
        let wide: f32 = word.iter().map(|cell| cell.shape.advance).sum();
        let closing = word.len() == 1 && CLOSING.contains(word[0].c);
        if used + wide > width && !line.is_empty() && !closing {
            lines.push(std::mem::take(&mut line));
            used = 0.0;
            if word[0].c == ' ' {
                continue;
            }
        }
        for cell in word {
            // A word wider than the line breaks inside.
            if used + cell.shape.advance > width && !line.is_empty() && !closing {
                lines.push(std::mem::take(&mut line));
                used = 0.0;
            }
            used += cell.shape.advance;
            line.push(cell);
        }
    }
    if !line.is_empty() {
        lines.push(line);
    }
    lines
}

/// Latin words as wholes, everything else character by character.
fn words(cells: Vec<Cell>) -> Vec<Vec<Cell>> {
    let mut words: Vec<Vec<Cell>> = Vec::new();
    for cell in cells {
        let joins = |c: char| c.is_ascii_graphic() && !CLOSING.contains(c) || ('\u{C0}'..='\u{24F}').contains(&c);
        match words.last_mut() {
            Some(word) if joins(cell.c) && word.last().is_some_and(|last| joins(last.c)) => word.push(cell),
            _ => words.push(vec![cell]),
        }
    }
    words
}
