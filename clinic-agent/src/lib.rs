//! Yunzhen clinic-agent.
