//! What residents consent to, in versions, and the bounds of a signature. Data, compiled in; a text that was once shown is never changed.

use crate::records::{ConsentKind, Signature};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::sync::LazyLock;
use utoipa::ToSchema;

/// Characters of a path: a long signature in fine steps has a few thousand.
pub const MOST_PATH_CHARS: usize = 20_000;
/// Bytes of a picture.
pub const MOST_PNG_BYTES: usize = 64 * 1024;

/// One version of one text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ConsentText {
    /// To what.
    pub kind: ConsentKind,
    /// 1, 2, …
    pub version: u32,
    /// Shown from this day.
    #[schema(value_type = String, format = Date)]
    pub since: Date,
    /// Chinese.
    pub zh: String,
    /// English.
    pub en: String,
}

#[derive(Deserialize)]
struct File {
    text: Vec<ConsentText>,
}

/// Every version of every text. The file is compiled in and a test reads it, so that it cannot fail in use.
static ALL: LazyLock<Vec<ConsentText>> = LazyLock::new(|| {
    toml::from_str::<File>(include_str!("../data/consents.toml")).map(|file| file.text).unwrap_or_default()
});

/// Every version of every text.
pub fn all() -> &'static [ConsentText] {
    &ALL
}

/// The newest text of a kind.
pub fn current(kind: ConsentKind) -> Option<&'static ConsentText> {
    ALL.iter().filter(|t| t.kind == kind).max_by_key(|t| t.version)
}

/// One version of a text.
pub fn find(kind: ConsentKind, version: u32) -> Option<&'static ConsentText> {
    ALL.iter().find(|t| t.kind == kind && t.version == version)
}

/// Why a signature is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// No stroke.
    #[error("The signature is empty")]
    Empty,
    /// Beyond the bound.
    #[error("The signature is too large")]
    TooLarge,
    /// Neither strokes nor a picture.
    #[error("The signature is neither strokes nor a PNG picture")]
    Form,
}

impl SignatureError {
    /// The same in Chinese.
    pub const fn zh(self) -> &'static str {
        match self {
            Self::Empty => "请先签名",
            Self::TooLarge => "签名数据过大",
            Self::Form => "签名既不是笔画也不是 PNG 图片",
        }
    }
}

/// A signature that can be shown without harm: strokes of a path, or a picture that is one.
pub fn check_signature(signature: &Signature) -> Result<(), SignatureError> {
    match signature {
        Signature::SvgPath(path) => {
            if path.len() > MOST_PATH_CHARS {
                return Err(SignatureError::TooLarge);
            }
            let legal = |b: u8| b.is_ascii_digit() || b"MmLlHhVvQqCc ,.-".contains(&b);
            if !path.bytes().all(legal) {
                return Err(SignatureError::Form);
            }
            let path = path.trim();
            if !path.contains(['L', 'l', 'H', 'h', 'V', 'v', 'Q', 'q', 'C', 'c']) {
                return Err(SignatureError::Empty);
            }
            if path.starts_with(['M', 'm']) { Ok(()) } else { Err(SignatureError::Form) }
        }
        Signature::Png(base64) => {
            if base64.is_empty() {
                return Err(SignatureError::Empty);
            }
            if base64.len() > MOST_PNG_BYTES.div_ceil(3) * 4 {
                return Err(SignatureError::TooLarge);
            }
            let bytes = STANDARD.decode(base64).map_err(|_| SignatureError::Form)?;
            if infer::is(&bytes, "png") { Ok(()) } else { Err(SignatureError::Form) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_a_text_in_both_languages_and_no_version_twice() {
        for kind in ConsentKind::ALL {
            let text = current(*kind).unwrap();
            assert!(!text.zh.is_ascii() && text.en.is_ascii(), "{kind}");
            assert_eq!(find(*kind, text.version), Some(text));
            assert_eq!(find(*kind, 99), None);
        }
        for text in all() {
            assert_eq!(all().iter().filter(|t| (t.kind, t.version) == (text.kind, text.version)).count(), 1);
        }
    }

    #[test]
    fn signatures_are_strokes_or_pictures_within_bounds() {
        let png = |bytes: &[u8]| Signature::Png(STANDARD.encode(bytes));
        let mut picture = b"\x89PNG\r\n\x1a\n".to_vec();
        picture.resize(200, 0);
        let path = |text: &str| Signature::SvgPath(text.to_owned());
        for (signature, expected) in [
            (path("M10 20L30.5 40,L-1 2 m3 4 l5 6"), Ok(())),
            (png(&picture), Ok(())),
            (path(""), Err(SignatureError::Empty)),
            (path("M10 10"), Err(SignatureError::Empty)),
            (path("L1 1"), Err(SignatureError::Form)),
            (path("M0 0L1 1\"/><script>"), Err(SignatureError::Form)),
            (path(&"M0 0L1 1".repeat(3000)), Err(SignatureError::TooLarge)),
            (Signature::Png(String::new()), Err(SignatureError::Empty)),
            (Signature::Png("***".into()), Err(SignatureError::Form)),
            (png(b"\xff\xd8\xff\xe0 a jpeg"), Err(SignatureError::Form)),
            (png(&vec![0; MOST_PNG_BYTES + 3]), Err(SignatureError::TooLarge)),
        ] {
            assert_eq!(check_signature(&signature), expected);
        }
    }
}
