//! The two cookies: `yz_session` holds the relay's bearer token out of reach of scripts, `yz_csrf` is read by our scripts and sent back. Over TLS both names begin with
//! `__Host-`: browsers then take them from this very host over TLS only, so that nobody beside it, and no plain page, can slip a session under a person. Without
//! TLS (a demo on one machine, a tablet on a home's own network) browsers refuse that prefix, and the bare names are used; a page that is served over TLS never reads those.

use axum::http::{HeaderMap, HeaderValue, header};

/// The session: the relay's bearer token, not readable by scripts.
const SESSION: &str = "yz_session";
/// The token that scripts repeat in `X-CSRF-Token`.
const CSRF: &str = "yz_csrf";
/// The same over TLS.
const HOST_SESSION: &str = "__Host-yz_session";
/// The same over TLS.
const HOST_CSRF: &str = "__Host-yz_csrf";
/// Which session is over that the browser has a token of: what its token comes to, not readable by scripts.
const OVER: &str = "yz_over";
/// The same over TLS.
const HOST_OVER: &str = "__Host-yz_over";
/// Longer than any session lasts.
const OVER_SECONDS: i64 = 30 * 86_400;
/// The tablet itself, whoever holds it: on the box's page only, not readable by scripts.
const TABLET: &str = "yz_tablet";
/// The same over TLS.
const HOST_TABLET: &str = "__Host-yz_tablet";

/// A sign-in that is under way at an identity provider: sealed by the relay, not readable by scripts.
const OPENID: &str = "yz_openid";
/// The same over TLS.
const HOST_OPENID: &str = "__Host-yz_openid";

/// How cookies are marked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CookiePolicy {
    /// Only over TLS: set where the page is served by TLS, by us or by a proxy before us.
    pub secure: bool,
}

/// The value of a cookie in a request. Values that no cookie of ours has are treated as absent.
fn read<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let pairs = headers.get_all(header::COOKIE).into_iter().filter_map(|line| line.to_str().ok());
    pairs
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(key, _)| *key == name)
        .map(|(_, value)| value)
        .filter(|value| is_token(value))
}

impl CookiePolicy {
    const fn session_name(self) -> &'static str {
        if self.secure { HOST_SESSION } else { SESSION }
    }

    /// The name of the readable cookie.
    pub(super) const fn csrf_name(self) -> &'static str {
        if self.secure { HOST_CSRF } else { CSRF }
    }

    const fn over_name(self) -> &'static str {
        if self.secure { HOST_OVER } else { OVER }
    }

    /// The relay's token in a request; none of a session that [`Self::over`] said is over.
    #[must_use]
    pub fn session_of(self, headers: &HeaderMap) -> Option<&str> {
        let over = read(headers, self.over_name());
        read(headers, self.session_name()).filter(|token| over.is_none_or(|over| over != digest(token)))
    }

    /// Says that the session of a request is over. It takes no cookie away: such an answer may come after somebody signed in in the next tab, and would
    /// take the new session's. None where the request had none.
    #[must_use]
    pub fn over(self, headers: &HeaderMap) -> Option<HeaderValue> {
        self.cookie(self.over_name(), &digest(self.session_of(headers)?), "; HttpOnly", OVER_SECONDS)
    }

    /// The token against forged requests that the browser keeps.
    #[must_use]
    pub fn csrf_of(self, headers: &HeaderMap) -> Option<&str> {
        read(headers, self.csrf_name())
    }

    /// `Authorization` for the relay, of the session cookie of a request.
    #[must_use]
    pub fn bearer(self, headers: &HeaderMap) -> Option<HeaderValue> {
        let mut value = HeaderValue::try_from(format!("Bearer {}", self.session_of(headers)?)).ok()?;
        value.set_sensitive(true);
        Some(value)
    }

    /// The session cookie for a token that the relay just gave. None when it is no token.
    #[must_use]
    pub fn session(self, token: &str, max_age_seconds: i64) -> Option<HeaderValue> {
        is_token(token).then(|| self.cookie(self.session_name(), token, "; HttpOnly", max_age_seconds)).flatten()
    }

    /// The readable cookie against forged requests.
    #[must_use]
    pub fn csrf(self, token: &str) -> Option<HeaderValue> {
        self.cookie(self.csrf_name(), token, "", 365 * 86_400)
    }

    /// Ends the session in the browser, for who asked for that.
    #[must_use]
    pub fn end_session(self) -> Option<HeaderValue> {
        self.cookie(self.session_name(), "", "; HttpOnly", 0)
    }

    const fn tablet_name(self) -> &'static str {
        if self.secure { HOST_TABLET } else { TABLET }
    }

    /// Which tablet a request comes from.
    #[must_use]
    pub fn tablet_of(self, headers: &HeaderMap) -> Option<&str> {
        read(headers, self.tablet_name())
    }

    /// The cookie that makes a browser a tablet of this shift.
    #[must_use]
    pub fn tablet(self, token: &str, max_age_seconds: i64) -> Option<HeaderValue> {
        is_token(token).then(|| self.cookie(self.tablet_name(), token, "; HttpOnly", max_age_seconds)).flatten()
    }

    const fn openid_name(self) -> &'static str {
        if self.secure { HOST_OPENID } else { OPENID }
    }

    /// The sign-in that is under way in a browser. `SameSite=Strict` holds: the page that the provider sends back to asks for the session by a script of its own.
    #[must_use]
    pub fn openid_of(self, headers: &HeaderMap) -> Option<&str> {
        read(headers, self.openid_name())
    }

    /// The cookie that ties a sign-in to this browser.
    #[must_use]
    pub fn openid(self, flow: &str, max_age_seconds: i64) -> Option<HeaderValue> {
        is_token(flow).then(|| self.cookie(self.openid_name(), flow, "; HttpOnly", max_age_seconds)).flatten()
    }

    /// The sign-in is over, one way or the other.
    #[must_use]
    pub fn end_openid(self) -> Option<HeaderValue> {
        self.cookie(self.openid_name(), "", "; HttpOnly", 0)
    }

    fn cookie(self, name: &str, value: &str, extra: &str, max_age: i64) -> Option<HeaderValue> {
        let secure = if self.secure { "; Secure" } else { "" };
        let text = format!("{name}={value}; Path=/; SameSite=Strict; Max-Age={max_age}{extra}{secure}");
        HeaderValue::try_from(text).ok()
    }
}

/// Names a token and is none.
fn digest(token: &str) -> String {
    let digest = ring::digest::digest(&ring::digest::SHA256, token.as_bytes());
    digest.as_ref().iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

fn is_token(value: &str) -> bool {
    (1..=512).contains(&value.len()) && value.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.~".contains(&b))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(cookie: &str) -> HeaderMap {
        HeaderMap::from_iter([(header::COOKIE, HeaderValue::try_from(cookie).expect("header"))])
    }

    #[test]
    fn reads_its_own_cookie_among_others() {
        let plain = CookiePolicy { secure: false };
        let headers = request("a=b; yz_session=tok-1_2; yz_csrf=c");
        assert_eq!((plain.session_of(&headers), plain.csrf_of(&headers)), (Some("tok-1_2"), Some("c")));
        assert_eq!(plain.bearer(&headers).expect("bearer"), "Bearer tok-1_2");
        for odd in ["yz_session=", "yz_session=a b", "yz_session=\"x\"", "xyz_session=a", ""] {
            assert_eq!(read(&request(odd), SESSION), None, "{odd}");
        }
    }

    #[test]
    fn a_session_that_was_slipped_in_from_a_plain_page_is_none_over_tls() {
        let policy = CookiePolicy { secure: true };
        let headers = request("yz_session=slipped; yz_csrf=in");
        assert_eq!(
            (policy.session_of(&headers), policy.csrf_of(&headers), policy.bearer(&headers)),
            (None, None, None)
        );
        let headers = request("yz_session=slipped; __Host-yz_session=mine; __Host-yz_csrf=c");
        assert_eq!((policy.session_of(&headers), policy.csrf_of(&headers)), (Some("mine"), Some("c")));
        // What the prefix asks for: TLS, the whole host, no domain.
        let cookie = policy.csrf("abc").expect("cookie");
        let text = cookie.to_str().expect("text");
        assert!(text.contains("; Path=/;") && text.ends_with("; Secure") && !text.contains("Domain"), "{text}");
    }

    #[test]
    fn a_session_that_is_over_is_none_and_the_next_one_in_the_same_browser_is_its_own() {
        let plain = CookiePolicy { secure: false };
        let said = plain.over(&request("yz_session=ended")).expect("cookie");
        let (over, _) = said.to_str().expect("text").split_once(';').expect("attributes");
        assert!(over.starts_with("yz_over=") && !over.contains("ended"), "{over}");
        assert_eq!(plain.session_of(&request(&format!("yz_session=ended; {over}"))), None);
        // The answer came after the next sign-in.
        assert_eq!(plain.session_of(&request(&format!("yz_session=next; {over}"))), Some("next"));
        assert_eq!(plain.over(&request(over)), None, "nothing to say of no session");
        assert!(
            CookiePolicy { secure: true }
                .over(&request("__Host-yz_session=t"))
                .expect("cookie")
                .as_bytes()
                .starts_with(b"__Host-yz_over=")
        );
    }

    #[test]
    fn marks_cookies_and_refuses_values_that_would_break_out() {
        let policy = CookiePolicy { secure: true };
        let cookie = policy.session("abc", 60).expect("cookie");
        assert_eq!(cookie, "__Host-yz_session=abc; Path=/; SameSite=Strict; Max-Age=60; HttpOnly; Secure");
        assert_eq!(policy.session("a; Domain=evil", 60), None);
        let cookie = policy.openid("abc", 60).expect("cookie");
        assert_eq!(cookie, "__Host-yz_openid=abc; Path=/; SameSite=Strict; Max-Age=60; HttpOnly; Secure");
        let plain = CookiePolicy { secure: false };
        assert_eq!(plain.end_openid().expect("cookie"), "yz_openid=; Path=/; SameSite=Strict; Max-Age=0; HttpOnly");
        assert_eq!(plain.csrf("abc").expect("cookie"), "yz_csrf=abc; Path=/; SameSite=Strict; Max-Age=31536000");
        assert_eq!(plain.end_session().expect("cookie"), "yz_session=; Path=/; SameSite=Strict; Max-Age=0; HttpOnly");
    }
}
