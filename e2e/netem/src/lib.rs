//! Yunzhen netem.
