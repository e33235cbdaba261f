//! The hospital console: serves the web application and forwards it to the relay as the signed-in person.
//!
//! It is a backend for one frontend. It holds no medical data and decides nothing about care: the relay believes the console's certificate
//! and the person's token, and decides. What the console owns is the browser session (cookies, forged requests, security headers) and the hospital's
//! registration authority, which certifies the signing keys of its staff. Media goes from the browser to the relay past it.

mod config;
mod console;
mod http;
mod problems;
mod relay_client;

pub use config::Config;
pub use console::{Console, StartError};
