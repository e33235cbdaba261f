//! Reads of residents' records on their way to the audit log: gathered while a view is made, written in one transaction before it is answered, and only
//! those that the log does not have yet ([`yunzhen_domain::reads`]). Call it with no transaction open.

use std::sync::{Arc, Mutex, PoisonError};

use jiff::SignedDuration;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;
use yunzhen_domain::audit::{EventKind, Purpose};
use yunzhen_domain::ids::{HomeId, ResidentId};
use yunzhen_domain::reads::{ReadOf, Reader, Reads};

use super::work::Work;
use super::{App, AppError, Context};

/// What was told lately, shared by all requests of this relay.
pub(super) type Told = Arc<Mutex<Reads>>;

/// What one request has read.
#[derive(Default)]
pub(super) struct Seen {
    reads: Vec<(ReadOf, HomeId)>,
}

impl Seen {
    /// One kind of read of one record.
    pub(super) fn one(kind: EventKind, resident_id: ResidentId, home_id: HomeId, purpose: Option<Purpose>) -> Self {
        Self::of(kind, resident_id.uuid(), home_id, purpose)
    }

    /// One kind of read of something that is part of a record.
    pub(super) fn of(kind: EventKind, entity_id: Uuid, home_id: HomeId, purpose: Option<Purpose>) -> Self {
        Self { reads: vec![(ReadOf { entity_id, kind, purpose }, home_id)] }
    }

    /// Another.
    pub(super) fn add(&mut self, kind: EventKind, resident_id: ResidentId, home_id: HomeId, purpose: Option<Purpose>) {
        self.reads.push((ReadOf { entity_id: resident_id.uuid(), kind, purpose }, home_id));
    }

    /// Another of something that is part of a record.
    pub(super) fn add_of(&mut self, kind: EventKind, entity_id: Uuid, home_id: HomeId, purpose: Option<Purpose>) {
        self.reads.push((ReadOf { entity_id, kind, purpose }, home_id));
    }

    /// Tells the audit log what it does not have yet. A read that cannot be audited is not answered.
    pub(super) async fn tell(self, app: &App, ctx: &Context) -> Result<(), AppError> {
        let reader = reader(ctx);
        let window = SignedDuration::from_mins(i64::from(app.policy.read_audit_minutes));
        let reads: Vec<ReadOf> = self.reads.iter().map(|(read, _)| *read).collect();
        let due = app.reads.lock().unwrap_or_else(PoisonError::into_inner).due(reader, &reads, ctx.now, window);
        if due.is_empty() {
            return Ok(());
        }
        let mut work = Work::unkeyed(app, ctx).await?;
        for read in &due {
            let home = self.reads.iter().find(|(r, _)| r == read).map(|(_, home)| *home);
            work.record_for(read.kind, read.entity_id, home, read.purpose);
        }
        work.finish(()).await?;
        app.reads.lock().unwrap_or_else(PoisonError::into_inner).told(reader, &due, ctx.now, window);
        Ok(())
    }
}

/// One person in one session.
fn reader(ctx: &Context) -> Reader {
    let mut digest = Sha256::new();
    digest.update(ctx.actor.reference().to_string());
    digest.update([0]);
    digest.update(ctx.session_token.expose());
    digest.finalize().into()
}
