//! A recorded voice message, read from its own bytes: Opus in WebM (what Chrome's and Safari's `MediaRecorder` make) or in Ogg (Firefox's). Only what is needed to say that it is
//! one, that it holds nothing else, and how long it lasts; whether it can be played is the browser's to find out.

use std::time::Duration;

/// The page stops recording at two minutes; a recorder that stops a little late is forgiven.
pub const LONGEST: Duration = Duration::from_secs(125);

/// What the bytes are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VoiceFile {
    /// `audio/webm` or `audio/ogg`.
    pub media_type: &'static str,
    /// From its first to its last sound.
    pub length: Duration,
}

/// Why they are no voice message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotVoice {
    /// Neither WebM nor Ogg, or broken, or something beside Opus in it.
    #[error("this is no voice message in Opus")]
    NoOpus,
    /// Longer than [`LONGEST`].
    #[error("this is longer than two minutes")]
    TooLong,
}

/// Reads a file.
pub fn read(bytes: &[u8]) -> Result<VoiceFile, NotVoice> {
    let found = if bytes.starts_with(&ogg::MAGIC) {
        ogg::length(bytes).map(|length| VoiceFile { media_type: "audio/ogg", length })
    } else {
        webm::length(bytes).map(|length| VoiceFile { media_type: "audio/webm", length })
    };
    let file = found.ok_or(NotVoice::NoOpus)?;
    if file.length > LONGEST { Err(NotVoice::TooLong) } else { Ok(file) }
}

/// RFC 3533 and RFC 7845.
mod ogg {
    use std::time::Duration;

    pub const MAGIC: [u8; 4] = *b"OggS";
    const HEAD: usize = 27;

    /// Pages one after the other; the first says that it is Opus, all are of one stream, and the last one's position is the length in samples of 48 kHz.
    pub fn length(bytes: &[u8]) -> Option<Duration> {
        let (mut rest, mut serial, mut samples) = (bytes, None, 0);
        while !rest.is_empty() {
            let head = rest.get(..HEAD)?;
            if !head.starts_with(&MAGIC) {
                return None;
            }
            let lacing = rest.get(HEAD..HEAD + usize::from(head[26]))?;
            let length = lacing.iter().map(|length| usize::from(*length)).sum::<usize>();
            let body = rest.get(HEAD + lacing.len()..)?.get(..length)?;
            let page_of = head[14..18].to_vec();
            match &serial {
                None if body.starts_with(b"OpusHead") => serial = Some(page_of),
                Some(known) if *known == page_of => {}
                _ => return None,
            }
            let position = u64::from_le_bytes(head[6..14].try_into().ok()?);
            // All ones: no packet ends on this page.
            if position != u64::MAX {
                samples = position.max(samples);
            }
            rest = &rest[HEAD + lacing.len() + length..];
        }
        Some(Duration::from_millis(samples / 48))
    }
}

/// RFC 9559, as much of it as a recorder writes. Elements that hold others are walked into without minding where they end: a recorder that writes as it goes does not say.
mod webm {
    use std::time::Duration;

    const EBML: u32 = 0x1A45_DFA3;
    const DOC_TYPE: u32 = 0x4282;
    const SEGMENT: u32 = 0x1853_8067;
    const INFO: u32 = 0x1549_A966;
    const TIMESTAMP_SCALE: u32 = 0x002A_D7B1;
    const TRACKS: u32 = 0x1654_AE6B;
    const TRACK_ENTRY: u32 = 0xAE;
    const TRACK_TYPE: u32 = 0x83;
    const CODEC: u32 = 0x86;
    const CLUSTER: u32 = 0x1F43_B675;
    const TIMESTAMP: u32 = 0xE7;
    const BLOCK_GROUP: u32 = 0xA0;
    const BLOCK: u32 = 0xA1;
    const SIMPLE_BLOCK: u32 = 0xA3;
    const AUDIO: u64 = 2;
    /// One packet more than the last one's beginning.
    const PACKET_MS: u64 = 60;

    /// An element's id and length; `None` for a length that is not said.
    fn element(bytes: &[u8]) -> Option<(u32, Option<usize>, &[u8])> {
        let id_bytes = bytes.first()?.leading_zeros() as usize + 1;
        if id_bytes > 4 {
            return None;
        }
        let id = bytes.get(..id_bytes)?.iter().fold(0, |id, byte| id << 8 | u32::from(*byte));
        let bytes = &bytes[id_bytes..];
        let size_bytes = bytes.first()?.leading_zeros() as usize + 1;
        if size_bytes > 8 {
            return None;
        }
        let mask = u64::MAX >> (64 - 7 * size_bytes);
        let size = bytes.get(..size_bytes)?.iter().fold(0, |size, byte| size << 8 | u64::from(*byte)) & mask;
        let size = (size != mask).then(|| usize::try_from(size).unwrap_or(usize::MAX));
        Some((id, size, &bytes[size_bytes..]))
    }

    fn number(bytes: &[u8]) -> Option<u64> {
        (bytes.len() <= 8).then(|| bytes.iter().fold(0, |number, byte| number << 8 | u64::from(*byte)))
    }

    /// From the cluster to the block, signed.
    fn relative(block: &[u8]) -> Option<i64> {
        let track_bytes = block.first()?.leading_zeros() as usize + 1;
        let bytes = block.get(track_bytes..track_bytes + 2)?;
        Some(i16::from_be_bytes([bytes[0], bytes[1]]).into())
    }

    pub fn length(bytes: &[u8]) -> Option<Duration> {
        let (mut rest, mut is_webm, mut opus) = (bytes, false, 0);
        // Nanoseconds of a tick; the cluster's and the last block's ticks.
        let (mut scale, mut cluster, mut last) = (1_000_000_u64, 0_i64, None::<i64>);
        let mut first = true;
        while !rest.is_empty() {
            let (id, size, after) = element(rest)?;
            if std::mem::take(&mut first) && id != EBML {
                return None;
            }
            if matches!(id, EBML | SEGMENT | INFO | TRACKS | TRACK_ENTRY | CLUSTER | BLOCK_GROUP) {
                rest = after;
                continue;
            }
            let content = after.get(..size?)?;
            match id {
                DOC_TYPE => is_webm = content == b"webm",
                TIMESTAMP_SCALE => scale = number(content)?,
                TRACK_TYPE if number(content)? != AUDIO => return None,
                CODEC if content == b"A_OPUS" => opus += 1,
                CODEC => return None,
                TIMESTAMP => cluster = i64::try_from(number(content)?).ok()?,
                SIMPLE_BLOCK | BLOCK => last = last.max(Some(cluster.checked_add(relative(content)?)?)),
                _ => {}
            }
            rest = &after[content.len()..];
        }
        let ticks = u64::try_from(last?).ok()?;
        let length = ticks.checked_mul(scale)? / 1_000_000;
        (is_webm && opus == 1).then(|| Duration::from_millis(length.saturating_add(PACKET_MS)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn sized(id: &[u8], content: &[u8]) -> Vec<u8> {
        let length = u16::try_from(content.len()).unwrap() | 0x4000;
        [id, &length.to_be_bytes(), content].concat()
    }

    /// As Chrome writes it: segment and clusters without a length, a block a second.
    fn webm(seconds: u64, codec: &[u8], track_type: u8) -> Vec<u8> {
        const OPEN: [u8; 8] = [1, 255, 255, 255, 255, 255, 255, 255];
        let track = [sized(&[0x83], &[track_type]), sized(&[0x86], codec)].concat();
        let mut file = sized(&[0x1A, 0x45, 0xDF, 0xA3], &sized(&[0x42, 0x82], b"webm"));
        file.extend([&[0x18, 0x53, 0x80, 0x67][..], &OPEN].concat());
        file.extend(sized(&[0x15, 0x49, 0xA9, 0x66], &sized(&[0x2A, 0xD7, 0xB1], &1_000_000_u32.to_be_bytes())));
        file.extend(sized(&[0x16, 0x54, 0xAE, 0x6B], &sized(&[0xAE], &track)));
        for second in 0..seconds {
            file.extend([&[0x1F, 0x43, 0xB6, 0x75][..], &OPEN].concat());
            file.extend(sized(&[0xE7], &(second * 1000).to_be_bytes()));
            file.extend(sized(&[0xA3], &[0x81, 3, 0xC0, 0x80, 1, 2, 3]));
        }
        file
    }

    fn ogg(seconds: u64, head: &[u8]) -> Vec<u8> {
        let page = |position: u64, body: &[u8]| {
            let mut page = [&b"OggS\0\0"[..], &position.to_le_bytes(), &[7, 0, 0, 0], &[0; 8]].concat();
            page.extend([1, body.len() as u8]);
            page.extend(body);
            page
        };
        [page(0, head), page(0, b"OpusTags"), page(48_000 * seconds, b"sound")].concat()
    }

    #[test]
    fn says_what_it_is_and_how_long_it_lasts() {
        assert_eq!(read(&webm(90, b"A_OPUS", 2)).map(|file| file.media_type), Ok("audio/webm"));
        let length = read(&webm(90, b"A_OPUS", 2)).unwrap().length.as_millis();
        assert_eq!(length, 89_000 + 960 + 60);
        let file = VoiceFile { media_type: "audio/ogg", length: Duration::from_secs(42) };
        assert_eq!(read(&ogg(42, b"OpusHead")), Ok(file));
    }

    /// A second of Chromium's fake microphone, by its own `MediaRecorder`.
    #[test]
    fn what_a_browser_records_is_one() {
        let file = read(include_bytes!("../tests/data/chromium.webm")).unwrap();
        assert_eq!(file.media_type, "audio/webm");
        assert!((700..1300).contains(&file.length.as_millis()), "{file:?}");
    }

    #[test]
    fn what_is_none_is_refused() {
        let pictures = webm(5, b"V_VP8", 1);
        let cut = &ogg(5, b"OpusHead")[..60];
        let broken = webm(5, b"A_OPUS", 2);
        for bytes in [&b""[..], b"OggS", b"<html>", b"\x89PNG\r\n\x1a\n", &pictures, cut, &broken[..broken.len() - 2]] {
            assert_eq!(read(bytes), Err(NotVoice::NoOpus), "{bytes:?}");
        }
        assert_eq!(read(&ogg(5, b"\x7fFLAC..")), Err(NotVoice::NoOpus));
        assert_eq!(read(&webm(0, b"A_OPUS", 2)), Err(NotVoice::NoOpus), "silence of no length");
        assert_eq!([read(&webm(127, b"A_OPUS", 2)), read(&ogg(126, b"OpusHead"))], [Err(NotVoice::TooLong); 2]);
    }

    proptest! {
        /// Whatever is sent: an answer, and in time.
        #[test]
        fn anything_is_read(bytes in prop::collection::vec(any::<u8>(), 0..400), at in 0usize..400, flip in any::<u8>()) {
            let _ = read(&bytes);
            for mut file in [webm(8, b"A_OPUS", 2), ogg(3, b"OpusHead")] {
                let index = at % file.len();
                file[index] ^= flip;
                let _ = read(&file);
                file.truncate(index);
                let _ = read(&file);
            }
        }
    }
}
