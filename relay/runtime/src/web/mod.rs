//! What our two pages for browsers (the console's and the box's) do alike: the session cookie, protection against forged requests,
//! security headers, problems in the reader's language, embedded files.
//!
//! No route and no knowledge of care is here.

pub mod assets;
pub mod cookies;
pub mod csrf;
pub mod headers;
pub mod moved;
pub mod problem;
