//! Yunzhen hospital-console.
