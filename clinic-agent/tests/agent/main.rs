//! The box against a relay of the tests' own that speaks the protocol, over a link that the tests can cut.

mod http;
mod legs;
mod link;
mod page;
mod relay;
mod world;
