//! Forged requests: every request that can change something repeats the readable cookie in a header, which another site cannot do.

use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use super::cookies::{self, CookiePolicy};
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
pub fn matches(headers: &HeaderMap) -> bool {
    let sent = headers.get(HEADER).and_then(|value| value.to_str().ok());
    let (Some(sent), Some(kept)) = (sent, cookies::read(headers, cookies::CSRF)) else { return false };
    // Every byte is looked at, whatever the first difference.
    let differences = sent.bytes().zip(kept.bytes()).fold(0, |all, (a, b)| all | (a ^ b));
    sent.len() == kept.len() && std::hint::black_box(differences) == 0
}

/// Middleware (`axum::middleware::from_fn_with_state(policy, csrf::guard)`): refuses unsafe requests without the token, and gives a
/// browser that has none its token with the first answer.
pub async fn guard(State(policy): State<CookiePolicy>, request: Request, next: Next) -> Response {
    let safe = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    if !safe && !matches(request.headers()) {
        return refusal().in_language(Language::of(request.headers())).into_response();
    }
    let has_one = cookies::read(request.headers(), cookies::CSRF).is_some();
    let mut response = next.run(request).await;
    let sets_one = response.headers().get_all(header::SET_COOKIE).iter().any(|c| c.as_bytes().starts_with(b"yz_csrf="));
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
    use axum::http::HeaderValue;

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
        assert!(matches(&headers(Some("abc"), Some("abc"))));
        for (cookie, sent) in [
            (Some("abc"), Some("abd")),
            (Some("abc"), Some("ab")),
            (Some("abc"), None),
            (None, Some("abc")),
            (None, None),
        ] {
            assert!(!matches(&headers(cookie, sent)), "{cookie:?} {sent:?}");
        }
        assert!(!matches(&headers(Some(""), Some(""))));
        assert_ne!(new_token(), new_token());
    }
}
