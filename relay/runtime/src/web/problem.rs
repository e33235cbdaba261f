//! Problems (RFC 9457) that a page itself has, in the reader's language, with what the person can do. The relay's own problems pass through unchanged.

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

/// Chinese first, English complete.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// Simplified Chinese.
    Zh,
    /// English.
    En,
}

impl Language {
    /// What the request asks for; Chinese when it asks for neither.
    #[must_use]
    pub fn of(headers: &HeaderMap) -> Self {
        let wanted = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        // Browsers list languages by preference; weights that contradict the order are rare enough.
        let first = wanted
            .split(',')
            .map(|part| part.trim().to_ascii_lowercase())
            .find_map(|part| [("zh", Self::Zh), ("en", Self::En)].into_iter().find(|(name, _)| part.starts_with(name)));
        first.map_or(Self::Zh, |(_, language)| language)
    }

    /// As `Accept-Language` and `Content-Language` name it.
    #[must_use]
    pub const fn tag(self) -> &'static str {
        match self {
            Self::Zh => "zh",
            Self::En => "en",
        }
    }
}

/// One text in both languages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Text {
    /// Simplified Chinese.
    pub zh: &'static str,
    /// English.
    pub en: &'static str,
}

impl Text {
    const fn get(self, language: Language) -> &'static str {
        match language {
            Language::Zh => self.zh,
            Language::En => self.en,
        }
    }
}

/// A problem before its language is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Problem {
    /// HTTP status.
    pub status: StatusCode,
    /// Stable name for programs.
    pub code: &'static str,
    /// What went wrong, in a few words.
    pub title: Text,
    /// What went wrong here.
    pub detail: Text,
    /// What the person can do.
    pub action: Text,
    /// When trying again makes sense.
    pub retry_after_seconds: Option<u32>,
}

/// No session, or one that ended.
pub const SIGNED_OUT: Problem = Problem {
    status: StatusCode::UNAUTHORIZED,
    code: "unauthenticated",
    title: Text { zh: "尚未登录", en: "Nobody is signed in" },
    detail: Text { zh: "没有登录，或登录已过期。", en: "There is no session, or it has ended." },
    action: Text { zh: "请登录。", en: "Sign in." },
    retry_after_seconds: None,
};

/// A body above the limit.
pub const BODY_TOO_LARGE: Problem = Problem {
    status: StatusCode::PAYLOAD_TOO_LARGE,
    code: "body_too_large",
    title: Text { zh: "提交的内容太大", en: "What was sent is too large" },
    detail: Text { zh: "一次最多提交 1 MB。", en: "At most 1 MB can be sent at once." },
    action: Text { zh: "请缩短内容后重试。", en: "Shorten it and try again." },
    retry_after_seconds: None,
};

/// A body that is not what the route takes.
pub const BAD_REQUEST: Problem = Problem {
    status: StatusCode::BAD_REQUEST,
    code: "bad_request",
    title: Text { zh: "无法理解该请求", en: "The request cannot be read" },
    detail: Text { zh: "请求内容不是所需的格式。", en: "Its body does not have the form that is needed." },
    action: Text { zh: "请刷新页面后重试。", en: "Reload the page and try again." },
    retry_after_seconds: None,
};

/// No such route.
pub const NOT_FOUND: Problem = Problem {
    status: StatusCode::NOT_FOUND,
    code: "not_found",
    title: Text { zh: "没有找到", en: "Not found" },
    detail: Text { zh: "这个地址不存在。", en: "There is nothing at this address." },
    action: Text { zh: "请返回首页。", en: "Go back to the start page." },
    retry_after_seconds: None,
};

/// A problem in one language, ready to be sent.
#[derive(Debug, Clone, Copy)]
pub struct Spoken(Problem, Language);

impl Problem {
    /// In the reader's language.
    #[must_use]
    pub const fn in_language(self, language: Language) -> Spoken {
        Spoken(self, language)
    }

    /// In the language that the request asks for.
    #[must_use]
    pub fn answer(self, request: &HeaderMap) -> Response {
        self.in_language(Language::of(request)).into_response()
    }
}

#[derive(Serialize)]
struct Body {
    r#type: String,
    title: &'static str,
    status: u16,
    detail: &'static str,
    code: &'static str,
    action: &'static str,
}

impl IntoResponse for Spoken {
    fn into_response(self) -> Response {
        let Self(problem, language) = self;
        let body = Body {
            r#type: format!("https://yunzhen.dev/problems/{}", problem.code),
            title: problem.title.get(language),
            status: problem.status.as_u16(),
            detail: problem.detail.get(language),
            code: problem.code,
            action: problem.action.get(language),
        };
        let mut response = (problem.status, axum::Json(body)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if let Some(seconds) = problem.retry_after_seconds {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_language_is_the_first_known_one_and_chinese_otherwise() {
        for (asked, language) in [
            ("en-GB,en;q=0.9,zh;q=0.8", Language::En),
            ("fr, zh-CN;q=0.9, en;q=0.8", Language::Zh),
            ("de", Language::Zh),
            ("", Language::Zh),
        ] {
            let headers = HeaderMap::from_iter([(header::ACCEPT_LANGUAGE, HeaderValue::from_static(asked))]);
            assert_eq!(Language::of(&headers), language, "{asked}");
        }
        assert_eq!(Language::of(&HeaderMap::new()), Language::Zh);
    }
}
