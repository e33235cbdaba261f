//! Trickle ICE fragments (`application/trickle-ice-sdpfrag`, RFC 8840), the body of PATCH on a leg.
//!
//! The relay is ICE-lite with all its candidates in the answer, so what it needs from a fragment is the credentials (a change
//! of them is an ICE restart) and the candidates with the m-line they belong to.

/// Largest fragment that is read.
pub const MAX_BYTES: usize = 16 * 1024;
/// Candidates that one fragment may carry.
pub const MAX_CANDIDATES: usize = 64;

/// A fragment taken apart.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SdpFragment {
    /// `a=ice-ufrag`.
    pub ufrag: Option<String>,
    /// `a=ice-pwd`.
    pub pwd: Option<String>,
    /// `a=candidate`, without the `a=`.
    pub candidates: Vec<FragmentCandidate>,
    /// `a=end-of-candidates`.
    pub end_of_candidates: bool,
}

/// One candidate and the media section it stood in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FragmentCandidate {
    /// `a=mid` of the section.
    pub mid: Option<String>,
    /// `candidate:…`.
    pub candidate: String,
}

/// Why a fragment was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SdpFragmentError {
    /// Above [`MAX_BYTES`].
    #[error("trickle fragment is larger than {MAX_BYTES} bytes")]
    TooLarge,
    /// A line that is not `x=…`.
    #[error("line {0} of the trickle fragment is not of the form x=value")]
    Line(usize),
    /// More than [`MAX_CANDIDATES`].
    #[error("trickle fragment has more than {MAX_CANDIDATES} candidates")]
    TooManyCandidates,
}

impl SdpFragment {
    /// Parses the body of a PATCH. Unknown attributes are skipped.
    pub fn parse(text: &str) -> Result<Self, SdpFragmentError> {
        if text.len() > MAX_BYTES {
            return Err(SdpFragmentError::TooLarge);
        }
        let mut fragment = Self::default();
        let mut mid: Option<String> = None;
        for (number, line) in text.lines().enumerate() {
            let line = line.trim_end();
            if line.is_empty() {
                continue;
            }
            let Some((name, value)) = line.split_once('=').filter(|(name, _)| name.len() == 1) else {
                return Err(SdpFragmentError::Line(number + 1));
            };
            match (name, value.split_once(':')) {
                ("m", _) => mid = None,
                ("a", Some(("mid", value))) => mid = Some(value.to_owned()),
                ("a", Some(("ice-ufrag", value))) => fragment.ufrag = Some(value.to_owned()),
                ("a", Some(("ice-pwd", value))) => fragment.pwd = Some(value.to_owned()),
                ("a", Some(("candidate", _))) => {
                    if fragment.candidates.len() == MAX_CANDIDATES {
                        return Err(SdpFragmentError::TooManyCandidates);
                    }
                    fragment.candidates.push(FragmentCandidate { mid: mid.clone(), candidate: value.to_owned() });
                }
                ("a", None) if value == "end-of-candidates" => fragment.end_of_candidates = true,
                _ => {}
            }
        }
        Ok(fragment)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reads_the_example_of_whip() {
        let fragment = SdpFragment::parse(
            "a=group:BUNDLE 0 1\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:0\r\na=ice-ufrag:EsAw\r\na=ice-pwd:P2uYro0UCOQ4zxjKXaWCBui1\r\n\
             a=candidate:1387637174 1 udp 2122260223 192.0.2.1 61764 typ host generation 0\r\na=end-of-candidates\r\n",
        )
        .expect("fragment");
        assert_eq!(fragment.ufrag.as_deref(), Some("EsAw"));
        assert_eq!(fragment.pwd.as_deref(), Some("P2uYro0UCOQ4zxjKXaWCBui1"));
        assert_eq!(fragment.candidates[0].mid.as_deref(), Some("0"));
        assert!(fragment.candidates[0].candidate.starts_with("candidate:1387637174 1 udp"));
        assert!(fragment.end_of_candidates);
    }

    #[test]
    fn refuses_what_is_no_fragment() {
        assert_eq!(SdpFragment::parse("hello"), Err(SdpFragmentError::Line(1)));
        assert_eq!(SdpFragment::parse(&"a=x\n".repeat(9000)), Err(SdpFragmentError::TooLarge));
        assert_eq!(SdpFragment::parse(&"a=candidate:1\n".repeat(65)), Err(SdpFragmentError::TooManyCandidates));
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "\\PC{0,200}") {
            let _ = SdpFragment::parse(&text);
        }
    }
}
