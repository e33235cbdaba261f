//! Yunzhen store.
