//! Fonts: which glyph a character has, and how wide it is.

use std::path::PathBuf;

use krilla::text::{Font, GlyphId};
use serde::Deserialize;
use skrifa::instance::{LocationRef, Size};
use skrifa::{FontRef, MetadataProvider};

use super::PrintError;

/// A font of the machine.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FontFile {
    /// The file: TrueType, OpenType or a collection.
    pub path: PathBuf,
    /// Which face of a collection.
    #[serde(default)]
    pub index: u32,
}

/// The glyph of a character.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shape {
    /// Which font.
    pub(super) font: usize,
    /// Its glyph.
    pub(super) glyph: GlyphId,
    /// Width at size 1.
    pub(super) advance: f32,
}

struct Face {
    bytes: std::sync::Arc<Vec<u8>>,
    index: u32,
    embedded: Font,
}

/// Fonts in the order in which a character is looked for.
pub(super) struct Fonts(Vec<Face>);

impl Fonts {
    /// Reads what can be read; without any there is nothing to print with.
    pub(super) fn read(files: &[FontFile]) -> Result<Self, PrintError> {
        let (mut faces, mut tried) = (Vec::new(), Vec::new());
        for FontFile { path, index } in files {
            let face = std::fs::read(path).map_err(|e| e.to_string()).and_then(|bytes| {
                let bytes = std::sync::Arc::new(bytes);
                let data = krilla::Data::from(std::sync::Arc::clone(&bytes));
                let embedded = Font::new(data, *index).ok_or("it is no font, or has no such face")?;
                Ok(Face { bytes, index: *index, embedded })
            });
            match face {
                Ok(face) => faces.push(face),
                Err(reason) => tried.push(format!("{}: {reason}", path.display())),
            }
        }
        if faces.is_empty() {
            let tried = if tried.is_empty() { "none is configured".to_owned() } else { tried.join("; ") };
            return Err(PrintError::NoFont { tried });
        }
        Ok(Self(faces))
    }

    /// The font to embed.
    pub(super) fn embedded(&self, font: usize) -> Option<Font> {
        self.0.get(font).map(|face| face.embedded.clone())
    }

    /// Looks characters up; made once for each sheet, because reading the tables of a font costs.
    pub(super) fn lens(&self) -> Lens<'_> {
        let faces = self.0.iter().enumerate().filter_map(|(font, face)| {
            let read = FontRef::from_index(&face.bytes, face.index).ok()?;
            let metrics = read.glyph_metrics(Size::unscaled(), LocationRef::default());
            let em = f32::from(read.metrics(Size::unscaled(), LocationRef::default()).units_per_em.max(1));
            Some((font, read.charmap(), metrics, em))
        });
        Lens { faces: faces.collect() }
    }
}

/// The open tables of all fonts.
pub(super) struct Lens<'a> {
    faces: Vec<(usize, skrifa::charmap::Charmap<'a>, skrifa::metrics::GlyphMetrics<'a>, f32)>,
}

impl Lens<'_> {
    /// The glyph of the first font that has one.
    pub(super) fn shape(&self, c: char) -> Option<Shape> {
        self.faces.iter().find_map(|(font, charmap, metrics, em)| {
            let glyph = charmap.map(c).filter(|glyph| glyph.to_u32() != 0)?;
            let advance = metrics.advance_width(glyph).unwrap_or_default() / em;
            Some(Shape { font: *font, glyph: GlyphId::new(glyph.to_u32()), advance })
        })
    }
}
