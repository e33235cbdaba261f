//! Yunzhen e2e.
