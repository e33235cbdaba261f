//! Forged requests: every request that can change something repeats the readable cookie in a header, which another site cannot do, and comes from this very
//! origin as far as the browser says: a neighbour on the same site could plant a cookie of its own, and the header with it.

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use super::cookies::CookiePolicy;
use super::problem::{Language, Problem, Text};
use crate::clock;

/// The header that repeats the cookie.
pub const HEADER: &str = "x-csrf-token";

/// A new token. Set it anew at each sign-in, so that a token from before is worth nothing after.
#[must_use]
pub fn new_token() -> String {
    clock::random_bytes::<16>().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Whether header and cookie are there and alike, compared in constant time.
#[must_use]
pub fn matches(policy: CookiePolicy, headers: &HeaderMap) -> bool {
    let sent = headers.get(HEADER).and_then(|value| value.to_str().ok());
    let (Some(sent), Some(kept)) = (sent, policy.csrf_of(headers)) else { return false };
    // Every byte is looked at, whatever the first difference.
    let differences = sent.bytes().zip(kept.bytes()).fold(0, |all, (a, b)| all | (a ^ b));
    sent.len() == kept.len() && std::hint::black_box(differences) == 0
}

/// Whether the browser says that a page of another origin asks. Browsers say so to pages with TLS and on this machine; to others they say the origin of what
/// changes something, which is compared with the host that was asked. Who is no browser says neither, and has no cookies that somebody else could misuse.
#[must_use]
pub fn is_foreign(headers: &HeaderMap) -> bool {
    if let Some(site) = headers.get("sec-fetch-site") {
        return !matches!(site.as_bytes(), b"same-origin" | b"none");
    }
    let text = |name: HeaderName| headers.get(name).map(HeaderValue::as_bytes);
    let Some(origin) = text(header::ORIGIN) else { return false };
    let asked = origin.strip_prefix(b"https://").or_else(|| origin.strip_prefix(b"http://"));
    !matches!((asked, text(header::HOST)), (Some(asked), Some(host)) if asked.eq_ignore_ascii_case(host))
}

/// Middleware (`axum::middleware::from_fn_with_state(policy, csrf::guard)`): refuses unsafe requests without the token or from elsewhere, and gives a
/// browser that has none its token with the first answer.
pub async fn guard(State(policy): State<CookiePolicy>, request: Request, next: Next) -> Response {
    let safe = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    if !safe && (is_foreign(request.headers()) || !matches(policy, request.headers())) {
        return refusal().in_language(Language::of(request.headers())).into_response();
    }
    let has_one = policy.csrf_of(request.headers()).is_some();
    let mut response = next.run(request).await;
    let name = policy.csrf_name().as_bytes();
    let sets_one = response.headers().get_all(header::SET_COOKIE).iter().any(|c| c.as_bytes().starts_with(name));
    if safe
        && !has_one
        && !sets_one
        && let Some(cookie) = policy.csrf(&new_token())
    {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

fn refusal() -> Problem {
    Problem {
        status: StatusCode::FORBIDDEN,
        code: "csrf",
        title: Text { zh: "请求未被接受", en: "The request was not accepted" },
        detail: Text {
            zh: "页面的安全令牌缺失或已过期，没有任何更改。",
            en: "The page's security token is missing or out of date; nothing was changed.",
        },
        action: Text { zh: "请刷新页面后重试。", en: "Reload the page and try again." },
        retry_after_seconds: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(cookie: Option<&str>, sent: Option<&str>) -> HeaderMap {
        let value = |text: &str| HeaderValue::try_from(text).expect("header");
        let mut headers = HeaderMap::new();
        if let Some(cookie) = cookie {
            headers.insert(header::COOKIE, value(&format!("yz_csrf={cookie}")));
        }
        if let Some(sent) = sent {
            headers.insert(HEADER, value(sent));
        }
        headers
    }

    #[test]
    fn only_equal_tokens_match() {
        let plain = CookiePolicy { secure: false };
        assert!(matches(plain, &headers(Some("abc"), Some("abc"))));
        for (cookie, sent) in [
            (Some("abc"), Some("abd")),
            (Some("abc"), Some("ab")),
            (Some("abc"), None),
            (None, Some("abc")),
            (None, None),
        ] {
            assert!(!matches(plain, &headers(cookie, sent)), "{cookie:?} {sent:?}");
        }
        assert!(!matches(plain, &headers(Some(""), Some(""))));
        assert!(!matches(CookiePolicy { secure: true }, &headers(Some("abc"), Some("abc"))), "a bare name over TLS");
        assert_ne!(new_token(), new_token());
    }

    #[test]
    fn what_another_origin_asks_is_foreign_whatever_token_it_has() {
        for (sent, foreign) in [
            (&[("sec-fetch-site", "same-origin"), ("origin", "https://console.example")][..], false),
            // Who is no browser.
            (&[], false),
            // A proxy before the console may ask for another host than the browser did; a browser that knows the first header is believed.
            (&[("sec-fetch-site", "same-origin"), ("origin", "https://outside.example"), ("host", "inside")], false),
            (&[("sec-fetch-site", "none")], false),
            (&[("sec-fetch-site", "same-site"), ("origin", "https://evil.console.example")], true),
            (&[("sec-fetch-site", "cross-site")], true),
            // To a box on the home's network, without TLS.
            (&[("origin", "http://192.168.1.20:7490"), ("host", "192.168.1.20:7490")], false),
            (&[("origin", "http://Box.local"), ("host", "box.local")], false),
            (&[("origin", "http://192.168.1.66"), ("host", "192.168.1.20:7490")], true),
            (&[("origin", "null"), ("host", "192.168.1.20:7490")], true),
            (&[("origin", "http://192.168.1.20:7490")], true),
        ] {
            let sent_headers: HeaderMap = sent
                .iter()
                .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)))
                .collect();
            assert_eq!(is_foreign(&sent_headers), foreign, "{sent:?}");
        }
    }
}
