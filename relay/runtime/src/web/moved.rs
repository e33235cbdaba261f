//! What others look for at the root and is below `/api`.

use axum::http::Uri;
use axum::response::Redirect;

/// To the same path and query below `/api`, for good (308: the method stays).
pub async fn below_api(uri: Uri) -> Redirect {
    let path = uri.path_and_query().map_or("/", axum::http::uri::PathAndQuery::as_str);
    Redirect::permanent(&format!("/api{path}"))
}
