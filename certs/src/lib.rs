//! Yunzhen certs.
