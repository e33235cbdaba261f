//! Whoever is signed out is out of the call: legs and media tokens end with the session that made them, and go on with it when it gets another token. Who is in a
//! call uses the session: a doctor who watches without touching anything is not thrown out.
//!
//! The record is asked on a timer and not only when it changes, because a session also ends by the clock, and may be ended through another relay. A call
//! goes on while the record cannot be read: media never waits for it.

use std::collections::HashSet;
use std::time::Duration;

use tokio::time::MissedTickBehavior;
use yunzhen_domain::ids::SessionId;
use yunzhen_rtc::LeaveReason;
use yunzhen_runtime::clock;
use yunzhen_runtime::lifecycle::Lifecycle;

use super::{LegOwner, Rooms};
use crate::app::{App, AppError, sessions};

/// Twice in the second within which somebody who is signed out neither sees nor hears any more.
const TURN: Duration = Duration::from_millis(500);

/// Far more often than the shortest time after which a session that nobody uses ends.
const ATTEND: Duration = Duration::from_secs(5);

const _: () = assert!(2 * TURN.as_millis() <= 1000, "somebody who is signed out is out of the call within a second");

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

/// Writes down that the sessions of people in calls are in use. Apart from the turns above, which a writer that is busy must not hold up.
pub(super) async fn attend(rooms: Rooms, life: Lifecycle) -> Result<(), std::convert::Infallible> {
    let mut turns = tokio::time::interval(ATTEND);
    turns.set_missed_tick_behavior(MissedTickBehavior::Delay);
    while life.soft().run_until_cancelled(turns.tick()).await.is_some() {
        let in_calls = rooms.sessions_in_calls().await;
        if let Err(error) = sessions::use_all(&rooms.0.app, &in_calls, clock::now_timestamp()).await {
            tracing::warn!(%error, "that people are in calls could not be written down; trying again");
        }
    }
    Ok(())
}

impl Rooms {
    /// Ends what belongs to sessions that are over.
    async fn let_go(&self, app: &App) -> Result<(), AppError> {
        let held = self.sessions_held().await;
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

    async fn sessions_held(&self) -> HashSet<SessionId> {
        let state = self.0.state.lock().await;
        let of_legs = state.live.values().flat_map(|live| live.legs.values().map(|held| held.session));
        of_legs.chain(state.tokens.sessions()).collect()
    }

    /// Those of people who are in a call themselves: a standard client goes on with nobody before it.
    async fn sessions_in_calls(&self) -> HashSet<SessionId> {
        let state = self.0.state.lock().await;
        let legs = state.live.values().flat_map(|live| live.legs.values());
        legs.filter(|held| matches!(held.owner, LegOwner::Person(_))).map(|held| held.session).collect()
    }
}
