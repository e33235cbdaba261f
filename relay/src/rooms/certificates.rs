//! A box whose certificate is revoked is let go, with its call: within seconds, whoever revoked it and through whichever relay. Of one that was lost before, those who wait
//! for it in a call are told.
//!
//! The record is asked on a timer and not only when it changes, because another relay over the same database may have changed it, and because the authority's list is a file.
//! Every certificate that a path of a box showed is judged as it would be at the door, whatever was noted of it. Boxes that are here stay while the record cannot be read, because
//! media never waits for it, and the list counts on; whoever comes meanwhile is not served. A record that can be read and not written (a full disk) keeps nobody out: who may come is
//! served, and what is to be noted of it is tried again.

use std::collections::HashSet;
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;
use yunzhen_domain::ids::HomeId;
use yunzhen_runtime::lifecycle::Lifecycle;

use super::{Rooms, leave_revoked};
use crate::app::AppError;
use crate::app::boxes::{self, Admission, Came};
use yunzhen_certs::CertificateFacts;
use yunzhen_runtime::clock;

/// Five of them fit in the time within which a revoked box is gone.
const TURN: Duration = Duration::from_secs(1);
/// A record that does not answer within this is asked anew: a look that hangs holds up no list.
const LOOK: Duration = Duration::from_secs(2);
/// That a box came is tried to be kept again after this.
const NOTE_AGAIN: Duration = Duration::from_secs(5);

pub(super) async fn run(rooms: Rooms, life: Lifecycle) -> Result<(), std::convert::Infallible> {
    let mut turns = tokio::time::interval(TURN);
    turns.set_missed_tick_behavior(MissedTickBehavior::Delay);
    while life.soft().run_until_cancelled(turns.tick()).await.is_some() {
        match tokio::time::timeout(LOOK, rooms.let_revoked_go()).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::error!(%error, "the certificates of boxes could not be checked; trying again"),
            Err(_) => tracing::error!("the record does not say which certificates of boxes are revoked; trying again"),
        }
    }
    Ok(())
}

impl Rooms {
    /// Whether a connection of a box that shows a certificate is let in, its first or a further one.
    pub async fn admission(&self, home_id: HomeId, certificate: &CertificateFacts) -> Result<Admission, AppError> {
        boxes::admission(&self.0.app, home_id, certificate, clock::now_timestamp()).await
    }

    /// Keeps on record that a box came, and that it went when it is `over`; what cannot be kept at once is tried again as long as the box is here. `may_stay` is told
    /// after the first try: `false` when it was revoked since its admission.
    pub async fn keep_on_record(self, came: Came, over: CancellationToken, may_stay: oneshot::Sender<bool>) {
        let noted = self.note_came(&came, false).await;
        let mut owed = match &noted {
            Ok(()) | Err(AppError::BoxRevoked) => false,
            Err(error) => {
                metrics::counter!("yunzhen_boxes_unnoted_total").increment(1);
                tracing::error!(home = %came.home_id, %error, "that a box came could not be kept; it is served, and that is tried again");
                true
            }
        };
        // Nobody waits for it any more when the connection is gone already.
        let _ = may_stay.send(!matches!(noted, Err(AppError::BoxRevoked)));
        while owed && over.run_until_cancelled(tokio::time::sleep(NOTE_AGAIN)).await.is_some() {
            match self.note_came(&came, true).await {
                // One that is revoked is let go as every other that is here.
                Ok(()) | Err(AppError::BoxRevoked) => owed = false,
                Err(error) => tracing::debug!(home = %came.home_id, %error, "that a box came still cannot be kept"),
            }
        }
        over.cancelled().await;
        self.note_went(&came).await;
    }

    /// Notes that a box came. A copy of it is alarmed; which of the two goes on is not decided by it.
    async fn note_came(&self, came: &Came, late: bool) -> Result<(), AppError> {
        let copied = match late {
            false => boxes::came(&self.0.app, came).await?,
            true => boxes::came_before(&self.0.app, came).await?,
        };
        if copied {
            metrics::counter!("yunzhen_box_clones_total").increment(1);
            tracing::error!(home = %came.home_id, address = %came.address, "two machines live with the identity of one box: revoke it and enrol it anew");
        }
        Ok(())
    }

    /// Notes that the connection is over.
    async fn note_went(&self, came: &Came) {
        let now = clock::now_timestamp();
        if let Err(error) = boxes::went(&self.0.app, came.home_id, came.at, now).await {
            tracing::error!(home = %came.home_id, %error, "that a box went could not be kept");
        }
    }

    async fn let_revoked_go(&self) -> Result<(), AppError> {
        let mut live: Vec<(HomeId, CertificateFacts)> = Vec::new();
        let mut state = self.0.state.lock().await;
        for entry in state.boxes.all() {
            live.extend((entry.connection.certificates)().into_iter().map(|shown| (entry.ticket.home_id, shown)));
        }
        let in_call: HashSet<HomeId> = state.live.values().map(|live| live.home_id).collect();
        live.extend(state.boxes.away(&in_call));
        drop(state);
        if live.is_empty() {
            return Ok(());
        }
        self.end_revoked(&boxes::listed_among(&self.0.app, &live)).await;
        let revoked = boxes::revoked_among(&self.0.app, &live).await?;
        self.end_revoked(&revoked).await;
        Ok(())
    }

    /// Ends what showed one of these certificates, by any of its paths, and lets nobody wait for one that showed it and is away.
    async fn end_revoked(&self, revoked: &HashSet<String>) {
        if revoked.is_empty() {
            return;
        }
        let mut state = self.0.state.lock().await;
        for entry in state.boxes.all() {
            let falls = (entry.connection.certificates)().iter().any(|shown| revoked.contains(&shown.serial));
            if falls && !entry.connection.revoked.is_cancelled() {
                tracing::warn!(home = %entry.ticket.home_id, "a box is let go: its certificate was revoked");
                entry.connection.revoked.cancel();
            }
        }
        for home_id in state.boxes.revoked_away(revoked) {
            tracing::warn!(home = %home_id, "a box that is away will not come back: its certificate was revoked");
            // Only who was told is forgotten: the look may be given up here, and the next one tells the others.
            leave_revoked(&mut state, home_id).await;
            state.boxes.forget_away(home_id);
        }
    }
}
