//! What a browser's offer asks for, read from its media lines. Pure.
//!
//! Lines come in pairs, audio then video; pair `n` is slot `n`, and pair 0 also carries the browser's own publication. A page
//! that asks for the preview gets it on the video line of its last pair, which then is no slot.

use super::LegError;
use super::outgoing::Lane;

/// Pairs that a leg may have.
pub const MAX_PAIRS: usize = 7;
/// An offer of more bytes than this is not a browser's.
pub const MAX_BYTES: usize = 128 * 1024;

/// The shape of an offer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Offer {
    /// Pairs of lines.
    pub pairs: usize,
    /// The last pair is the preview of the box's own camera.
    pub preview: bool,
    /// It publishes sound.
    pub sends_audio: bool,
    /// It publishes pictures.
    pub sends_video: bool,
}

impl Offer {
    /// Whose media a pair carries.
    pub fn lane(&self, pair: usize) -> Lane {
        if self.preview && pair + 1 == self.pairs {
            Lane::Preview
        } else {
            // There are at most seven.
            Lane::Slot(pair as u8)
        }
    }

    /// The pair of a lane, if the page asked for it.
    pub fn pair(&self, lane: Lane) -> Option<usize> {
        (0..self.pairs).find(|pair| self.lane(*pair) == lane)
    }
}

/// Reads the shape and refuses what cannot be answered.
pub fn read(sdp: &str, preview: bool) -> Result<Offer, LegError> {
    let refuse = |why: &str| Err(LegError::Offer(why.to_owned()));
    if sdp.len() > MAX_BYTES {
        return refuse("it is too long");
    }
    if !sdp.starts_with("v=0") {
        return refuse("it is not a session description");
    }
    let mut lines: Vec<(bool, bool)> = Vec::new();
    for line in sdp.lines() {
        match line {
            _ if line.starts_with("m=audio") => lines.push((true, true)),
            _ if line.starts_with("m=video") => lines.push((false, true)),
            _ if line.starts_with("m=") => return refuse("only audio and video lines are understood"),
            "a=recvonly" | "a=inactive" => {
                if let Some(last) = lines.last_mut() {
                    last.1 = false;
                }
            }
            _ => {}
        }
    }
    if lines.is_empty() || !lines.len().is_multiple_of(2) || lines.len() / 2 > MAX_PAIRS {
        return refuse("it must have pairs of one audio and one video line, at most seven");
    }
    if preview && lines.len() < 4 {
        return refuse("the preview needs a pair of its own behind the first");
    }
    for (index, (audio, sends)) in lines.iter().enumerate() {
        if *audio != (index % 2 == 0) {
            return refuse("audio and video lines must alternate, audio first");
        }
        if index >= 2 && *sends {
            return refuse("only the first pair may send");
        }
    }
    if !sdp.lines().any(|line| line.starts_with("a=ice-ufrag:")) {
        return refuse("it has no ICE credentials");
    }
    Ok(Offer { pairs: lines.len() / 2, preview, sends_audio: lines[0].1, sends_video: lines[1].1 })
}

/// The same description with other ICE credentials, as an ICE restart by fragment means it.
pub fn with_credentials(sdp: &str, ufrag: &str, password: &str) -> String {
    sdp.lines()
        .filter(|line| !line.starts_with("a=candidate:"))
        .map(|line| match line {
            _ if line.starts_with("a=ice-ufrag:") => format!("a=ice-ufrag:{ufrag}\r\n"),
            _ if line.starts_with("a=ice-pwd:") => format!("a=ice-pwd:{password}\r\n"),
            _ => format!("{line}\r\n"),
        })
        .collect()
}

/// The ICE credentials of a description.
pub fn credentials(sdp: &str) -> Option<(&str, &str)> {
    let value = |prefix| sdp.lines().find_map(|line| line.strip_prefix(prefix));
    Some((value("a=ice-ufrag:")?, value("a=ice-pwd:")?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sdp(lines: &[(&str, &str)]) -> String {
        let mut sdp = "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n".to_owned();
        for (kind, direction) in lines {
            sdp += &format!("m={kind} 9 UDP/TLS/RTP/SAVPF 102\r\na=ice-ufrag:x\r\na=ice-pwd:y\r\na={direction}\r\n");
        }
        sdp
    }

    #[test]
    fn reads_pairs_and_what_is_published() {
        let sdp = sdp(&[("audio", "sendrecv"), ("video", "recvonly"), ("audio", "recvonly"), ("video", "recvonly")]);
        let offer = read(&sdp, false).unwrap();
        assert_eq!(offer, Offer { pairs: 2, preview: false, sends_audio: true, sends_video: false });
        assert_eq!([0, 1].map(|pair| offer.lane(pair)), [Lane::Slot(0), Lane::Slot(1)]);
        assert_eq!(
            (offer.pair(Lane::Slot(1)), offer.pair(Lane::Slot(2)), offer.pair(Lane::Preview)),
            (Some(1), None, None)
        );
    }

    #[test]
    fn the_preview_is_the_last_pair_and_no_slot() {
        let pair = [("audio", "recvonly"), ("video", "recvonly")];
        let offer = read(&sdp(&pair.repeat(3)), true).unwrap();
        assert_eq!(
            (offer.pair(Lane::Preview), offer.pair(Lane::Slot(1)), offer.pair(Lane::Slot(2))),
            (Some(2), Some(1), None)
        );
        assert!(read(&sdp(&pair), true).is_err(), "the only pair is the participants'");
    }

    #[test]
    fn refuses_other_shapes() {
        for lines in [
            &[][..],
            &[("audio", "sendrecv")],
            &[("video", "sendrecv"), ("audio", "sendrecv")],
            &[("audio", "sendrecv"), ("video", "sendrecv"), ("audio", "sendrecv"), ("video", "recvonly")],
            &[("audio", "recvonly"), ("application", "recvonly")],
            &[("audio", "recvonly"), ("video", "recvonly")].repeat(8),
        ] {
            assert!(read(&sdp(lines), false).is_err(), "{lines:?}");
        }
        assert!(read("hello", false).is_err() && read("", false).is_err());
    }

    #[test]
    fn a_restart_changes_the_credentials_everywhere() {
        let restarted = with_credentials(&sdp(&[("audio", "sendrecv"), ("video", "sendrecv")]), "new", "secret");
        assert_eq!(credentials(&restarted), Some(("new", "secret")));
        assert!(!restarted.contains("a=ice-ufrag:x") && !restarted.contains("a=ice-pwd:y"));
    }
}
