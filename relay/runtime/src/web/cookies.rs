//! The two cookies: `yz_session` holds the relay's bearer token out of reach of scripts, `yz_csrf` is read by our scripts and sent back.

use axum::http::{HeaderMap, HeaderValue, header};

/// The session: the relay's bearer token, not readable by scripts.
pub const SESSION: &str = "yz_session";
/// The token that scripts repeat in `X-CSRF-Token`.
pub const CSRF: &str = "yz_csrf";

/// How cookies are marked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CookiePolicy {
    /// Only over TLS: set where the page is served by TLS, by us or by a proxy before us.
    pub secure: bool,
}

/// The value of a cookie in a request. Values that no cookie of ours has are treated as absent.
#[must_use]
pub fn read<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let pairs = headers.get_all(header::COOKIE).into_iter().filter_map(|line| line.to_str().ok());
    pairs
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(key, _)| *key == name)
        .map(|(_, value)| value)
        .filter(|value| is_token(value))
}

/// `Authorization` for the relay, of the session cookie of a request.
#[must_use]
pub fn bearer(headers: &HeaderMap) -> Option<HeaderValue> {
    let mut value = HeaderValue::try_from(format!("Bearer {}", read(headers, SESSION)?)).ok()?;
    value.set_sensitive(true);
    Some(value)
}

impl CookiePolicy {
    /// The session cookie for a token that the relay just gave. None when it is no token.
    #[must_use]
    pub fn session(self, token: &str, max_age_seconds: i64) -> Option<HeaderValue> {
        is_token(token).then(|| self.cookie(SESSION, token, "; HttpOnly", max_age_seconds)).flatten()
    }

    /// The readable cookie against forged requests.
    #[must_use]
    pub fn csrf(self, token: &str) -> Option<HeaderValue> {
        self.cookie(CSRF, token, "", 365 * 86_400)
    }

    /// Ends the session in the browser.
    #[must_use]
    pub fn end_session(self) -> Option<HeaderValue> {
        self.cookie(SESSION, "", "; HttpOnly", 0)
    }

    fn cookie(self, name: &str, value: &str, extra: &str, max_age: i64) -> Option<HeaderValue> {
        let secure = if self.secure { "; Secure" } else { "" };
        let text = format!("{name}={value}; Path=/; SameSite=Strict; Max-Age={max_age}{extra}{secure}");
        HeaderValue::try_from(text).ok()
    }
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
        let headers = request("a=b; yz_session=tok-1_2; yz_csrf=c");
        assert_eq!((read(&headers, SESSION), read(&headers, CSRF)), (Some("tok-1_2"), Some("c")));
        assert_eq!(bearer(&headers).expect("bearer"), "Bearer tok-1_2");
        for odd in ["yz_session=", "yz_session=a b", "yz_session=\"x\"", "xyz_session=a", ""] {
            assert_eq!(read(&request(odd), SESSION), None, "{odd}");
        }
    }

    #[test]
    fn marks_cookies_and_refuses_values_that_would_break_out() {
        let policy = CookiePolicy { secure: true };
        let cookie = policy.session("abc", 60).expect("cookie");
        assert_eq!(cookie, "yz_session=abc; Path=/; SameSite=Strict; Max-Age=60; HttpOnly; Secure");
        assert_eq!(policy.session("a; Domain=evil", 60), None);
        let plain = CookiePolicy { secure: false };
        assert_eq!(plain.csrf("abc").expect("cookie"), "yz_csrf=abc; Path=/; SameSite=Strict; Max-Age=31536000");
        assert_eq!(plain.end_session().expect("cookie"), "yz_session=; Path=/; SameSite=Strict; Max-Age=0; HttpOnly");
    }
}
