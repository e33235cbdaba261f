//! Printing: a sheet of text becomes a PDF with the glyphs it needs embedded.
//!
//! Fonts are files of the machine, named in the settings (`[print] fonts`); the default is Debian's `fonts-noto-cjk`. They are read when the first page is
//! printed, so a relay without them runs and says which package is missing. A character that no font has is printed as its code and listed: nothing vanishes.
//! Not here: what a sheet says ([`yunzhen_domain::hand_over`]), complex scripts (no shaping: Chinese and Latin need none).

mod fonts;
mod labels;
mod layout;
mod pdf;

use std::sync::{Arc, OnceLock};

use serde::Deserialize;
use yunzhen_domain::medication_sheet::Label;
use yunzhen_domain::sheet::Sheet;

pub use fonts::FontFile;
use fonts::Fonts;

/// Body text of 17 points instead of 10.5.
const LARGE: f32 = 1.62;

/// Why nothing was printed.
#[derive(Debug, thiserror::Error)]
pub enum PrintError {
    /// None of the configured fonts can be read.
    #[error(
        "no font to print with: {tried}; install the package fonts-noto-cjk or name a font under [print] in the settings"
    )]
    NoFont {
        /// Each file with what is wrong with it.
        tried: String,
    },
    /// The PDF could not be written.
    #[error("the PDF could not be made: {0}")]
    Pdf(String),
}

/// Settings of printing.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PrintConfig {
    /// Fonts in the order in which a character is looked for.
    pub fonts: Vec<FontFile>,
}

impl Default for PrintConfig {
    fn default() -> Self {
        // The third face of the collection is that of Simplified Chinese.
        let noto = "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc";
        Self { fonts: vec![FontFile { path: noto.into(), index: 2 }] }
    }
}

/// A PDF and what it could not show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Printed {
    /// The file.
    pub pdf: Vec<u8>,
    /// Characters that no font has, each printed as its code.
    pub missing: Vec<char>,
}

/// Prints. Cheap to clone; the fonts are read once.
#[derive(Clone, Default)]
pub struct Printer {
    config: Arc<PrintConfig>,
    fonts: Arc<OnceLock<Fonts>>,
}

impl Printer {
    /// A printer with these fonts.
    pub fn new(config: PrintConfig) -> Self {
        Self { config: Arc::new(config), fonts: Arc::default() }
    }

    /// The sheet as PDF. Reads fonts and computes: call it where blocking is allowed.
    ///
    /// # Errors
    /// When there is no font, or the file cannot be made.
    pub fn print(&self, sheet: &Sheet) -> Result<Printed, PrintError> {
        self.print_in(sheet, 1.0)
    }

    /// The same in type that an old eye reads at arm's length.
    ///
    /// # Errors
    /// As [`Printer::print`].
    pub fn print_large(&self, sheet: &Sheet) -> Result<Printed, PrintError> {
        self.print_in(sheet, LARGE)
    }

    /// Labels with their codes, on paper of the format of `sheet`, whose title and language the file has.
    ///
    /// # Errors
    /// As [`Printer::print`]; also when a text is too long for a code.
    pub fn print_labels(&self, sheet: &Sheet, labels: &[Label]) -> Result<Printed, PrintError> {
        let fonts = self.fonts()?;
        let laid_out = labels::lay_out(labels, fonts)?;
        let pdf = pdf::write(sheet, &laid_out, fonts)?;
        Ok(Printed { pdf, missing: laid_out.missing })
    }

    fn print_in(&self, sheet: &Sheet, scale: f32) -> Result<Printed, PrintError> {
        let fonts = self.fonts()?;
        let laid_out = layout::lay_out(sheet, fonts, scale);
        let pdf = pdf::write(sheet, &laid_out, fonts)?;
        Ok(Printed { pdf, missing: laid_out.missing })
    }

    fn fonts(&self) -> Result<&Fonts, PrintError> {
        Ok(match self.fonts.get() {
            Some(fonts) => fonts,
            // A failure is not kept: who installs the font need not restart the relay.
            None => {
                let read = Fonts::read(&self.config.fonts)?;
                self.fonts.get_or_init(|| read)
            }
        })
    }
}
