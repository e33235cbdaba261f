//! Yunzhen protocol.
