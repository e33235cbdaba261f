//! Yunzhen rtc.
