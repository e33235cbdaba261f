//! Which consultation is live, over which legs: translates between care events, boxes and the shards that carry media.

pub mod plan;
pub mod presence;
