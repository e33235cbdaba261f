//! The headers that bound what a page of ours may do and who may hold it.

use axum::extract::{Request, State};
use axum::http::{HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;

/// Scripts and connections: this origin only. Styles are also allowed inline: the component library (Mantine) writes its theme's variables
/// into a style element, which cannot run anything.
pub const CONTENT_SECURITY_POLICY: &str = "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; \
    img-src 'self' data: blob:; media-src 'self' blob:; font-src 'self' data:; connect-src 'self'; worker-src 'self' blob:; \
    object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

const PERMISSIONS: &str = "camera=(self), microphone=(self), fullscreen=(self), picture-in-picture=(self), \
    display-capture=(), geolocation=(), payment=(), usb=()";

const A_YEAR: HeaderValue = HeaderValue::from_static("max-age=31536000");

/// Whether the page is served over TLS.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Transport {
    /// Then browsers are told to insist on it.
    pub tls: bool,
}

/// Middleware for answers that are no page: they are what they say, and over TLS they come by nothing else.
pub async fn plain(State(transport): State<Transport>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    if transport.tls {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, A_YEAR);
    }
    response
}

/// Middleware (`axum::middleware::from_fn_with_state(transport, headers::secure)`) for every answer.
pub async fn secure(State(transport): State<Transport>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    let fixed = [
        (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        // Links of couriers and observers carry their token in the path.
        (header::REFERRER_POLICY, "no-referrer"),
        (header::HeaderName::from_static("permissions-policy"), PERMISSIONS),
        (header::HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (header::HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    ];
    for (name, value) in fixed {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if transport.tls {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, A_YEAR);
    }
    // What is not said to be cacheable may be about a resident.
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}
