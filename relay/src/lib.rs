//! Yunzhen relay.
