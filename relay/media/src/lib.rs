//! Yunzhen media.
