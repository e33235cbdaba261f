//! Yunzhen domain.
