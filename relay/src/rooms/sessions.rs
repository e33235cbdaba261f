//! Whoever is signed out is out of the call: legs and media tokens end with the session that made them.
//!
//! The record is asked on a timer and not only when it changes, because a session also ends by the clock, and may be ended through another relay. A call
//! goes on while the record cannot be read: media never waits for it.

use std::collections::HashSet;
use std::time::Duration;

use tokio::time::MissedTickBehavior;
use yunzhen_rtc::LeaveReason;
use yunzhen_runtime::clock;
use yunzhen_runtime::lifecycle::Lifecycle;

use super::Rooms;
use crate::app::sessions::{self, SessionKey};
use crate::app::{App, AppError};

/// Twice in the second within which somebody who is signed out neither sees nor hears any more.
const TURN: Duration = Duration::from_millis(500);

pub(super) async fn run(rooms: Rooms, life: Lifecycle) -> Result<(), std::convert::Infallible> {
    let mut turns = tokio::time::interval(TURN);
    turns.set_missed_tick_behavior(MissedTickBehavior::Delay);
    while life.soft().run_until_cancelled(turns.tick()).await.is_some() {
        if let Err(error) = rooms.let_go(&rooms.0.app).await {
            tracing::error!(%error, "the sessions of people in calls could not be checked; trying again");
        }
    }
    Ok(())
}

impl Rooms {
    /// Ends what belongs to sessions that are over.
    async fn let_go(&self, app: &App) -> Result<(), AppError> {
        let held = self.sessions_in_use().await;
        if held.is_empty() {
            return Ok(());
        }
        let over = sessions::over(app, &held, clock::now_timestamp()).await?;
        if over.is_empty() {
            return Ok(());
        }
        let mut leaving = Vec::new();
        let mut state = self.0.state.lock().await;
        state.tokens.forget(&over);
        for (id, live) in &mut state.live {
            for (leg, _) in live.legs.extract_if(|_, held| over.contains(&held.session)) {
                leaving.push((*id, live.room.clone(), leg));
            }
        }
        drop(state);
        self.0.wake.notify_one();
        for (id, room, leg) in leaving {
            tracing::info!(consultation = %id, %leg, "taken out of the call: the session is over");
            room.disconnect(leg, LeaveReason::HangUp).await;
        }
        Ok(())
    }

    async fn sessions_in_use(&self) -> HashSet<SessionKey> {
        let state = self.0.state.lock().await;
        let of_legs = state.live.values().flat_map(|live| live.legs.values().map(|held| held.session));
        of_legs.chain(state.tokens.sessions()).collect()
    }
}
