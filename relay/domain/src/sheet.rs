//! A page of text to be printed, before anybody knows fonts, lines or paper.

/// A document of a few pages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sheet {
    /// What it is.
    pub title: String,
    /// Of whom, from when.
    pub subtitle: String,
    /// BCP 47, for readers of the file.
    pub language: &'static str,
    /// Parts in their order.
    pub sections: Vec<Section>,
    /// On every page, beside the page number.
    pub footer: String,
    /// Heading of the list of characters that no font has.
    pub missing_heading: &'static str,
}

/// A part of a sheet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    /// Heading.
    pub heading: &'static str,
    /// Rows in their order.
    pub rows: Vec<Row>,
}

/// A row of a section.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Row {
    /// Text.
    Text(String),
    /// What must not be overlooked.
    Alert(String),
    /// A label and its value.
    Pair(&'static str, String),
}
