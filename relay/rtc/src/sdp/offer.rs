//! Reading an offer: strict about structure, indifferent to everything it does not use.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use yunzhen_media::{Codec, MediaKind};

use super::codec::{CodecFormat, RedFormat, codec_name, h264_rank, kind_name};
use super::{MID, TRANSPORT_CC};

/// What an offer may cost at most.
#[derive(Debug, Clone, Copy)]
pub struct OfferLimits {
    /// Bytes of SDP.
    pub bytes: usize,
    /// m-lines.
    pub media_lines: usize,
}

impl Default for OfferLimits {
    fn default() -> Self {
        Self { bytes: 64 * 1024, media_lines: 14 }
    }
}

/// Why an offer was refused; the text is for the developer of the client.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OfferError {
    /// More than [`OfferLimits::bytes`].
    #[error("the offer has {bytes} bytes, more than {limit}")]
    TooLarge {
        /// What it has.
        bytes: usize,
        /// What is allowed.
        limit: usize,
    },
    /// No SDP at all.
    #[error("line {line} of the offer is no SDP")]
    Syntax {
        /// Counted from 1.
        line: usize,
    },
    /// Without m-lines nothing can be negotiated.
    #[error("the offer has no m-line")]
    NoMedia,
    /// More than [`OfferLimits::media_lines`].
    #[error("the offer has more than {limit} m-lines")]
    TooManyLines {
        /// What is allowed.
        limit: usize,
    },
    /// Something only of one m-line is wrong.
    #[error("m-line {index}: {problem}")]
    Line {
        /// Counted from 0.
        index: usize,
        /// In words.
        problem: &'static str,
    },
    /// Something the whole offer must have is missing.
    #[error("the offer lacks {0}")]
    Missing(&'static str),
}

/// Direction of an m-line as the client wrote it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// The client sends and receives.
    SendRecv,
    /// The client sends.
    SendOnly,
    /// The client receives.
    RecvOnly,
}

impl Direction {
    /// Whether the client sends.
    pub const fn client_sends(self) -> bool {
        matches!(self, Self::SendRecv | Self::SendOnly)
    }

    /// Whether the client receives.
    pub const fn client_receives(self) -> bool {
        matches!(self, Self::SendRecv | Self::RecvOnly)
    }

    const fn name(self) -> &'static str {
        match self {
            Self::SendRecv => "sendrecv",
            Self::SendOnly => "sendonly",
            Self::RecvOnly => "recvonly",
        }
    }
}

/// One m-line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MediaLine {
    /// `a=mid`.
    pub mid: String,
    /// Audio or video.
    pub kind: MediaKind,
    /// As the client wrote it.
    pub direction: Direction,
    /// The slot it receives, when it receives.
    pub slot: Option<u8>,
    /// Whether this line carries the client's publication of its kind.
    pub publishes: bool,
    /// Whether it carries the low picture beside the publication ([`yunzhen_media::layers`]).
    pub low: bool,
    /// Usable formats, preferred first.
    pub formats: Vec<CodecFormat>,
    /// The SSRC the client will send with.
    pub ssrc: Option<u32>,
    /// The SSRC of its retransmissions.
    pub rtx_ssrc: Option<u32>,
    /// Number of the transport-wide congestion control extension.
    pub transport_cc: Option<u8>,
    /// Number of the mid extension.
    pub mid_extension: Option<u8>,
}

/// An offer, read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// In order.
    pub lines: Vec<MediaLine>,
    /// `a=ice-ufrag`.
    pub ufrag: String,
    /// `a=ice-pwd`.
    pub pwd: String,
    fingerprint: String,
    setup: String,
    extmap_allow_mixed: bool,
}

#[derive(Default)]
struct RawLine {
    media: String,
    port: String,
    proto: String,
    formats: Vec<u8>,
    attributes: Vec<(String, String)>,
}

impl RawLine {
    fn value(&self, key: &str) -> Option<&str> {
        self.attributes.iter().find(|(k, _)| k == key).map(|(_, value)| value.as_str())
    }

    fn values<'a>(&'a self, key: &'a str) -> impl Iterator<Item = &'a str> {
        self.attributes.iter().filter(move |(k, _)| k == key).map(|(_, value)| value.as_str())
    }

    fn has(&self, key: &str) -> bool {
        self.attributes.iter().any(|(k, _)| k == key)
    }
}

impl Offer {
    /// Reads and checks an offer.
    pub fn parse(text: &str, limits: &OfferLimits) -> Result<Self, OfferError> {
        if text.len() > limits.bytes {
            return Err(OfferError::TooLarge { bytes: text.len(), limit: limits.bytes });
        }
        let (session, raw_lines) = split(text, limits)?;
        let mut lines = Vec::with_capacity(raw_lines.len());
        let (mut next_slot, mut published) = (BTreeMap::<MediaKind, u8>::new(), BTreeMap::<MediaKind, ()>::new());
        for (index, raw) in raw_lines.iter().enumerate() {
            let mut line = read_line(index, raw, &session)?;
            if lines.iter().any(|other: &MediaLine| other.mid == line.mid) {
                return Err(OfferError::Line { index, problem: "its mid is used twice" });
            }
            if line.direction.client_receives() {
                let slot = next_slot.entry(line.kind).or_default();
                line.slot = Some(*slot);
                *slot += 1;
            }
            line.publishes = line.direction.client_sends() && published.insert(line.kind, ()).is_none();
            line.low = line.kind == MediaKind::Video
                && line.direction == Direction::SendOnly
                && !line.publishes
                && !lines.iter().any(|other| other.low);
            lines.push(line);
        }
        let first = raw_lines.first().ok_or(OfferError::NoMedia)?;
        if lines.len() > 1 {
            let bundle = session.values("group").find_map(|group| group.strip_prefix("BUNDLE"));
            let bundled: Vec<&str> =
                bundle.ok_or(OfferError::Missing("a=group:BUNDLE"))?.split_ascii_whitespace().collect();
            if let Some(index) = lines.iter().position(|line| !bundled.contains(&line.mid.as_str())) {
                return Err(OfferError::Line { index, problem: "it is not in the BUNDLE group" });
            }
        }
        let transport = |key: &'static str, name: &'static str| {
            first.value(key).or_else(|| session.value(key)).map(str::to_owned).ok_or(OfferError::Missing(name))
        };
        let (ufrag, pwd) = (transport("ice-ufrag", "a=ice-ufrag")?, transport("ice-pwd", "a=ice-pwd")?);
        check_credentials(&ufrag, &pwd)?;
        let fingerprint = transport("fingerprint", "a=fingerprint")?;
        if !fingerprint.split_once(' ').is_some_and(|(hash, hex)| {
            hash.starts_with("sha-")
                && hex.len() <= 200
                && hex.split(':').all(|byte| byte.len() == 2 && u8::from_str_radix(byte, 16).is_ok())
        }) {
            return Err(OfferError::Missing("a usable a=fingerprint"));
        }
        let setup = first.value("setup").or_else(|| session.value("setup")).unwrap_or("actpass").to_owned();
        if !matches!(setup.as_str(), "actpass" | "active") {
            return Err(OfferError::Line {
                index: 0,
                problem: "a=setup must be actpass or active: the relay waits for the DTLS hello",
            });
        }
        let extmap_allow_mixed = session.has("extmap-allow-mixed");
        Ok(Self { lines, ufrag, pwd, fingerprint, setup, extmap_allow_mixed })
    }

    /// The same session with other ICE credentials: what the core is given on an ICE restart.
    pub fn with_credentials(mut self, ufrag: &str, pwd: &str) -> Result<Self, OfferError> {
        check_credentials(ufrag, pwd)?;
        (self.ufrag, self.pwd) = (ufrag.to_owned(), pwd.to_owned());
        Ok(self)
    }

    /// The offer that the WebRTC core answers.
    pub fn reduced(&self, version: u64) -> String {
        let mut out = String::with_capacity(4096);
        let mids: Vec<&str> = self.lines.iter().map(|line| line.mid.as_str()).collect();
        // Writing to a String cannot fail.
        let _ = write!(
            out,
            "v=0\r\no=- 1 {version} IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE {}\r\na=msid-semantic: WMS *\r\n",
            mids.join(" ")
        );
        if self.extmap_allow_mixed {
            out.push_str("a=extmap-allow-mixed\r\n");
        }
        for line in &self.lines {
            self.reduce_line(line, &mut out);
        }
        out
    }

    fn reduce_line(&self, line: &MediaLine, out: &mut String) {
        let numbers: Vec<String> =
            line.formats.iter().flat_map(CodecFormat::numbers).map(|number| number.to_string()).collect();
        let _ = write!(
            out,
            "m={} 9 UDP/TLS/RTP/SAVPF {}\r\nc=IN IP4 0.0.0.0\r\na=ice-ufrag:{}\r\na=ice-pwd:{}\r\na=fingerprint:{}\r\na=setup:{}\r\na=mid:{}\r\n\
             a={}\r\na=rtcp-mux\r\na=rtcp-rsize\r\n",
            kind_name(line.kind),
            numbers.join(" "),
            self.ufrag,
            self.pwd,
            self.fingerprint,
            self.setup,
            line.mid,
            line.direction.name(),
        );
        for (number, uri) in [(line.mid_extension, MID), (line.transport_cc, TRANSPORT_CC)] {
            if let Some(number) = number {
                let _ = write!(out, "a=extmap:{number} {uri}\r\n");
            }
        }
        for format in &line.formats {
            let (pt, clock) = (format.payload_type, format.codec.kind().clock_rate());
            let channels = if format.codec == Codec::Opus { "/2" } else { "" };
            let _ = write!(out, "a=rtpmap:{pt} {}/{clock}{channels}\r\n", codec_name(format.codec));
            if !format.fmtp.is_empty() {
                let _ = write!(out, "a=fmtp:{pt} {}\r\n", format.fmtp);
            }
            if line.transport_cc.is_some() {
                let _ = write!(out, "a=rtcp-fb:{pt} transport-cc\r\n");
            }
            if line.kind == MediaKind::Video {
                let _ = write!(out, "a=rtcp-fb:{pt} ccm fir\r\na=rtcp-fb:{pt} nack\r\na=rtcp-fb:{pt} nack pli\r\n");
            }
            if let Some(RedFormat { payload_type: red, .. }) = format.red {
                let _ = write!(out, "a=rtpmap:{red} red/{clock}{channels}\r\na=fmtp:{red} {pt}/{pt}\r\n");
            }
            if let Some(rtx) = format.rtx {
                let _ = write!(out, "a=rtpmap:{rtx} rtx/{clock}\r\na=fmtp:{rtx} apt={pt}\r\n");
            }
        }
        if let (true, Some(ssrc)) = (line.direction.client_sends(), line.ssrc) {
            let _ = write!(out, "a=msid:publication {}\r\n", line.mid);
            if let Some(rtx) = line.rtx_ssrc {
                let _ = write!(out, "a=ssrc-group:FID {ssrc} {rtx}\r\n");
            }
            for ssrc in [Some(ssrc), line.rtx_ssrc].into_iter().flatten() {
                let _ =
                    write!(out, "a=ssrc:{ssrc} cname:publication\r\na=ssrc:{ssrc} msid:publication {}\r\n", line.mid);
            }
        }
    }
}

/// RFC 8445 allows 4–256 and 22–256 of these characters.
pub(crate) fn check_credentials(ufrag: &str, pwd: &str) -> Result<(), OfferError> {
    let ice_char = |c: char| c.is_ascii_alphanumeric() || c == '+' || c == '/';
    // libwebrtc's generator and others also use '-' and '_'; nothing depends on the stricter alphabet here.
    let ok = |text: &str, least: usize| {
        (least..=256).contains(&text.len()) && text.chars().all(|c| ice_char(c) || matches!(c, '-' | '_' | '='))
    };
    if ok(ufrag, 4) && ok(pwd, 22) { Ok(()) } else { Err(OfferError::Missing("usable ICE credentials")) }
}

fn split(text: &str, limits: &OfferLimits) -> Result<(RawLine, Vec<RawLine>), OfferError> {
    let mut session = RawLine::default();
    let mut lines: Vec<RawLine> = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let line = line.trim_end();
        if line.is_empty() {
            continue;
        }
        let syntax = OfferError::Syntax { line: number + 1 };
        let (key, value) = line.split_once('=').ok_or(syntax.clone())?;
        if (number == 0) != (key == "v") || key.len() != 1 {
            return Err(syntax);
        }
        match key {
            "m" => {
                if lines.len() == limits.media_lines {
                    return Err(OfferError::TooManyLines { limit: limits.media_lines });
                }
                let mut words = value.split_ascii_whitespace().map(str::to_owned);
                let (Some(media), Some(port), Some(proto)) = (words.next(), words.next(), words.next()) else {
                    return Err(syntax);
                };
                // A data channel's format is a word; its line is refused by kind below.
                let formats = words.filter_map(|word| word.parse().ok().filter(|pt: &u8| *pt < 128)).collect();
                lines.push(RawLine { media, port, proto, formats, attributes: Vec::new() });
            }
            "a" => {
                let (name, value) = value.split_once(':').unwrap_or((value, ""));
                lines.last_mut().unwrap_or(&mut session).attributes.push((name.to_owned(), value.to_owned()));
            }
            _ => {}
        }
    }
    if lines.is_empty() { Err(OfferError::NoMedia) } else { Ok((session, lines)) }
}

fn read_line(index: usize, raw: &RawLine, session: &RawLine) -> Result<MediaLine, OfferError> {
    let refuse = |problem| Err(OfferError::Line { index, problem });
    let kind = match raw.media.as_str() {
        "audio" => MediaKind::Audio,
        "video" => MediaKind::Video,
        "application" => return refuse("data channels are not used here"),
        _ => return refuse("only audio and video are carried"),
    };
    // With the policy max-bundle all lines but the first have port 0, which does not mean that they are off (RFC 8843).
    if raw.port == "0" && !raw.has("bundle-only") {
        return refuse("it is switched off (port 0)");
    }
    if !raw.proto.ends_with("/RTP/SAVPF") {
        return refuse("the protocol must be UDP/TLS/RTP/SAVPF");
    }
    let mid = raw.value("mid").unwrap_or_default().to_owned();
    if mid.is_empty() || mid.len() > 32 || !mid.chars().all(|c| c.is_ascii_graphic()) {
        return refuse("it has no usable a=mid");
    }
    if !raw.has("rtcp-mux") {
        return refuse("a=rtcp-mux is needed: there is one port");
    }
    let direction =
        ["sendrecv", "sendonly", "recvonly", "inactive"].into_iter().find(|name| raw.has(name) || session.has(name));
    let direction = match direction.unwrap_or("sendrecv") {
        "sendrecv" => Direction::SendRecv,
        "sendonly" => Direction::SendOnly,
        "recvonly" => Direction::RecvOnly,
        _ => return refuse("it is inactive"),
    };
    let formats = read_formats(kind, raw);
    if formats.is_empty() {
        return refuse(match kind {
            MediaKind::Audio => "no common codec: Opus is needed",
            MediaKind::Video => "no common codec: H.264 (packetization-mode 1) or VP8 is needed",
        });
    }
    let (ssrc, rtx_ssrc) = if direction.client_sends() { read_ssrcs(raw) } else { (None, None) };
    if direction.client_sends() && ssrc.is_none() {
        return refuse("it sends without a=ssrc");
    }
    let extension = |uri: &str| {
        raw.values("extmap").find_map(|value| {
            let (number, rest) = value.split_once(' ')?;
            let number = number.split('/').next()?.parse::<u8>().ok().filter(|number| (1..=14).contains(number))?;
            (rest.split_ascii_whitespace().next()? == uri).then_some(number)
        })
    };
    Ok(MediaLine {
        mid,
        kind,
        direction,
        slot: None,
        publishes: false,
        low: false,
        formats,
        ssrc,
        rtx_ssrc,
        transport_cc: extension(TRANSPORT_CC),
        mid_extension: extension(MID),
    })
}

fn read_formats(kind: MediaKind, raw: &RawLine) -> Vec<CodecFormat> {
    let numbered = |value: &str| -> Option<(u8, String)> {
        let (pt, rest) = value.split_once(' ')?;
        Some((pt.parse().ok()?, rest.trim().to_owned()))
    };
    let names: BTreeMap<u8, String> = raw.values("rtpmap").filter_map(numbered).collect();
    let parameters: BTreeMap<u8, String> = raw.values("fmtp").filter_map(numbered).collect();
    let named = |pt: u8, name: &str, clock: u32| {
        names.get(&pt).is_some_and(|map| {
            let mut parts = map.split('/');
            parts.next().is_some_and(|n| n.eq_ignore_ascii_case(name))
                && parts.next().and_then(|c| c.parse().ok()) == Some(clock)
        })
    };
    let fmtp = |pt: u8| parameters.get(&pt).cloned().unwrap_or_default();
    let rtx_of = |pt: u8| {
        raw.formats.iter().copied().find(|rtx| {
            named(*rtx, "rtx", 90_000)
                && fmtp(*rtx).split(';').filter_map(|p| p.trim().strip_prefix("apt=")).any(|apt| apt.parse() == Ok(pt))
        })
    };
    // It must name the codec inside and nothing else, twice at least: what it is, and what may travel with it.
    let red_of = |pt: u8| {
        let is_inside = |format: &str| format.trim().parse() == Ok(pt);
        let red = raw.formats.iter().position(|red| {
            let inside = fmtp(*red);
            named(*red, "red", 48_000) && inside.contains('/') && inside.split('/').all(is_inside)
        })?;
        let is_first = raw.formats.iter().position(|number| *number == pt).is_some_and(|opus| red < opus);
        Some(RedFormat { payload_type: *raw.formats.get(red)?, is_first })
    };
    let best = |codec: Codec| {
        let offered = raw.formats.iter().copied().filter(|pt| named(*pt, codec_name(codec), codec.kind().clock_rate()));
        let chosen = match codec {
            // The first of the best rank, so that the browser's own order decides among equals.
            Codec::H264 => offered
                .filter_map(|pt| Some((h264_rank(&fmtp(pt))?, pt)))
                .fold(
                    None,
                    |best: Option<(u8, u8)>, next| {
                        if best.is_none_or(|(rank, _)| next.0 > rank) { Some(next) } else { best }
                    },
                )
                .map(|(_, pt)| pt),
            Codec::Vp8 | Codec::Opus => {
                let mut offered = offered;
                offered.next()
            }
        }?;
        let rtx = if codec.kind() == MediaKind::Video { rtx_of(chosen) } else { None };
        let red = if codec == Codec::Opus { red_of(chosen) } else { None };
        Some(CodecFormat { codec, payload_type: chosen, rtx, red, fmtp: fmtp(chosen) })
    };
    // H.264 first: a browser sends with the first format of the answer, and boxes decode H.264.
    match kind {
        MediaKind::Audio => [Codec::Opus].into_iter().filter_map(best).collect(),
        MediaKind::Video => [Codec::H264, Codec::Vp8].into_iter().filter_map(best).collect(),
    }
}

fn read_ssrcs(raw: &RawLine) -> (Option<u32>, Option<u32>) {
    let pair = raw.values("ssrc-group").find_map(|group| {
        let mut ssrcs = group.strip_prefix("FID ")?.split_ascii_whitespace().map(str::parse::<u32>);
        Some((ssrcs.next()?.ok()?, ssrcs.next()?.ok()?))
    });
    match pair {
        Some((ssrc, rtx)) => (Some(ssrc), Some(rtx)),
        None => (raw.values("ssrc").find_map(|value| value.split_ascii_whitespace().next()?.parse().ok()), None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const CHROMIUM: &str = include_str!("../../tests/chromium-offer.sdp");

    fn parse(text: &str) -> Result<Offer, OfferError> {
        Offer::parse(text, &OfferLimits::default())
    }

    #[test]
    fn chromiums_lines_become_slots() {
        let offer = parse(CHROMIUM).expect("Chromium's offer");
        let slots: Vec<_> = offer.lines.iter().map(|line| (line.kind, line.slot, line.publishes)).collect();
        let (audio, video) = (MediaKind::Audio, MediaKind::Video);
        let expected = [
            (audio, Some(0), true),
            (video, Some(0), true),
            (audio, Some(1), false),
            (video, Some(1), false),
            (audio, Some(2), false),
            (video, Some(2), false),
        ];
        assert_eq!(slots, expected);
        let video = &offer.lines[1];
        let codecs: Vec<Codec> = video.formats.iter().map(|format| format.codec).collect();
        assert_eq!(codecs, [Codec::H264, Codec::Vp8]);
        assert!(video.formats[0].fmtp.contains("42e01f") && video.formats[0].rtx.is_some());
        assert!(video.ssrc.is_some() && video.rtx_ssrc.is_some() && video.transport_cc.is_some());
    }

    #[test]
    fn redundant_audio_is_kept_where_it_holds_opus_and_in_the_browsers_order() {
        let red = |text: &str| parse(text).expect("an offer").lines[0].formats[0].red;
        let reduced = |text: &str| parse(text).expect("an offer").reduced(1);
        let kept = Some(RedFormat { payload_type: 63, is_first: false });
        assert_eq!(red(CHROMIUM), kept);
        assert!(reduced(CHROMIUM).contains("m=audio 9 UDP/TLS/RTP/SAVPF 111 63\r\n"));
        let first = CHROMIUM.replacen("SAVPF 111 63", "SAVPF 63 111", 1);
        assert_eq!(red(&first), Some(RedFormat { payload_type: 63, is_first: true }));
        assert!(reduced(&first).contains("m=audio 9 UDP/TLS/RTP/SAVPF 63 111\r\n"));
        assert_eq!(red(&CHROMIUM.replace("a=fmtp:63 111/111", "a=fmtp:63 111/111/111")), kept, "deeper");
        for fmtp in ["", "a=fmtp:63 111", "a=fmtp:63 111/0", "a=fmtp:63 9/9", "a=fmtp:63 111/"] {
            assert_eq!(red(&CHROMIUM.replace("a=fmtp:63 111/111", fmtp)), None, "{fmtp}");
        }
        assert_eq!(red(&CHROMIUM.replace("red/48000/2", "red/8000")), None);
        let without = CHROMIUM.replace("SAVPF 111 63", "SAVPF 111");
        assert_eq!(red(&without), None, "not among the line's formats");
    }

    #[test]
    fn the_answer_names_opus_before_redundant_audio_unless_the_browser_does_not_and_h264_before_vp8() {
        let answer = "v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 63 111\r\na=mid:0\r\nm=video 9 UDP/TLS/RTP/SAVPF 97 96\r\n";
        // VP8 is 96.
        let answer = answer.replace("97 96", "96 97 108 109");
        let h264_first = answer.replace("96 97 108 109", "108 109 96 97");
        let plain = parse(CHROMIUM).expect("Chromium's offer");
        assert_eq!(crate::peer::in_order(&answer, &plain), h264_first.replace("63 111", "111 63"));
        let first = parse(&CHROMIUM.replacen("SAVPF 111 63", "SAVPF 63 111", 1)).expect("an offer");
        assert_eq!(crate::peer::in_order(&answer, &first), h264_first);
    }

    #[test]
    fn max_bundle_is_no_refusal() {
        let bundled =
            CHROMIUM.replacen("m=video 9", "m=video 0", 9).replace("a=rtcp-mux", "a=bundle-only\r\na=rtcp-mux");
        assert_eq!(parse(&bundled).expect("max-bundle").lines.len(), 6);
        let off = CHROMIUM.replacen("m=video 9", "m=video 0", 1);
        assert_eq!(parse(&off), Err(OfferError::Line { index: 1, problem: "it is switched off (port 0)" }));
    }

    #[test]
    fn reducing_changes_nothing_that_is_used() {
        let offer = parse(CHROMIUM).expect("Chromium's offer");
        let again = parse(&offer.reduced(1)).expect("the reduced offer");
        assert_eq!(again.lines, offer.lines);
        assert_eq!((again.ufrag, again.pwd), (offer.ufrag, offer.pwd));
    }

    #[test]
    fn whip_and_whep_offers_need_only_what_they_use() {
        let offer = parse(CHROMIUM).expect("Chromium's offer");
        let only = |direction: Direction, lines: usize| {
            let mut offer = offer.clone();
            offer.lines.truncate(lines);
            offer.lines.iter_mut().for_each(|line| line.direction = direction);
            parse(&offer.reduced(1)).expect("the offer of a standard client")
        };
        let whip = only(Direction::SendOnly, 2);
        assert!(whip.lines.iter().all(|line| line.publishes && line.slot.is_none()));
        let whep = only(Direction::RecvOnly, 2);
        assert!(whep.lines.iter().all(|line| !line.publishes && line.slot == Some(0) && line.ssrc.is_none()));
        assert_eq!(only(Direction::SendOnly, 1).lines.len(), 1);
    }

    #[test]
    fn a_second_picture_that_is_only_sent_is_the_low_one() {
        let offer = parse(CHROMIUM).expect("Chromium's offer");
        let mut two = offer.clone();
        let own = two.lines[1].clone();
        let low = |mid: &str, ssrc| MediaLine {
            mid: mid.to_owned(),
            direction: Direction::SendOnly,
            slot: None,
            ssrc: Some(ssrc),
            rtx_ssrc: Some(ssrc + 1),
            ..own.clone()
        };
        two.lines.extend([low("6", 700), low("7", 800)]);
        let again = parse(&two.reduced(1)).expect("a page with a second picture");
        let lows: Vec<_> = again.lines.iter().map(|line| (line.publishes, line.low)).skip(6).collect();
        assert_eq!(lows, [(false, true), (false, false)], "the first one is");
        assert_eq!((again.lines[6].ssrc, again.lines[6].slot), (Some(700), None));
        assert!(offer.lines.iter().all(|line| !line.low), "a page of before has none");
    }

    #[test]
    fn the_answer_has_one_component_and_says_that_candidates_end() {
        let text = "m=audio 9 X\r\na=candidate:1 1 udp 5 127.0.0.1 7445 typ host\r\na=candidate:1 2 udp 5 127.0.0.1 7445 typ host\r\nm=video 9 X\r\n";
        let finished = crate::peer::finish_answer(text);
        let expected =
            "m=audio 9 X\r\na=candidate:1 1 udp 5 127.0.0.1 7445 typ host\r\na=end-of-candidates\r\nm=video 9 X\r\n";
        assert_eq!(finished, expected);
    }

    proptest! {
        #[test]
        fn a_damaged_offer_never_panics(from in 0usize..9000, len in 0usize..400, with in "[ -~]{0,20}") {
            let (from, to) = (from.min(CHROMIUM.len()), (from + len).min(CHROMIUM.len()));
            if let (Some(head), Some(tail)) = (CHROMIUM.get(..from), CHROMIUM.get(to..))
                && let Ok(offer) = parse(&format!("{head}{with}{tail}"))
            {
                prop_assert!(parse(&offer.reduced(1)).is_ok(), "what was accepted can be reduced");
            }
        }
    }
}
