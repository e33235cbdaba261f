//! What a file really is, by its first bytes, and how large it may be. A name or a header that somebody sent decides nothing.

/// Bytes of one document: a photo of a tablet, scaled as its page does, has a few hundred thousand. In base64 it passes box and console, which let 1 MiB through.
pub const MOST_BYTES: usize = 720 * 1024;

/// Kinds that browsers show without running anything.
const TAKEN: [&str; 4] = ["image/jpeg", "image/png", "image/webp", "application/pdf"];

/// The media type of the bytes, when it is one that is taken.
pub fn media_type(bytes: &[u8]) -> Option<&'static str> {
    let kind = infer::get(bytes)?.mime_type();
    TAKEN.into_iter().find(|taken| *taken == kind)
}

#[cfg(test)]
mod tests {
    use super::media_type;

    #[test]
    fn bytes_say_what_they_are() {
        for (bytes, expected) in [
            (&b"\xff\xd8\xff\xe0\0\x10JFIF\0"[..], Some("image/jpeg")),
            (&b"\x89PNG\r\n\x1a\n"[..], Some("image/png")),
            (&b"RIFF\0\0\0\0WEBPVP8 "[..], Some("image/webp")),
            (&b"%PDF-1.7\n"[..], Some("application/pdf")),
            (&b"<svg onload=alert(1)>"[..], None),
            (&b"<html>"[..], None),
            (&b"MZ\x90\0"[..], None),
            (&b"GIF89a"[..], None),
            (&b""[..], None),
        ] {
            assert_eq!(media_type(bytes), expected, "{bytes:?}");
        }
    }
}
