//! Yunzhen runtime.
