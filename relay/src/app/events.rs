//! Live changes: audit rows that the caller may hear of, after a given sequence number.

use yunzhen_domain::access::{Action, may_hear};
use yunzhen_store::audit;

use super::views::events::Change;
use super::work::may_list;
use super::{App, AppError, Context};

/// Rows read at once; more are read by the next call.
const BATCH: u32 = 500;

/// What happened after a sequence number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    /// What the caller may hear of, oldest first.
    pub changes: Vec<Change>,
    /// Where to go on: the last row read, heard or not.
    pub last_seq: i64,
    /// There may be more at once.
    pub more: bool,
}

/// The newest sequence number: where a fresh listener starts.
pub async fn newest(app: &App) -> Result<i64, AppError> {
    let mut db = app.store.read().await?;
    Ok(audit::head(&mut db).await?.seq)
}

/// The changes after `seq` that the caller may hear of.
pub async fn after(app: &App, ctx: &Context, seq: i64) -> Result<Batch, AppError> {
    may_list(ctx, Action::WatchEvents)?;
    let mut db = app.store.read().await?;
    let rows = audit::after(&mut db, seq, BATCH).await?;
    let last_seq = rows.last().map_or(seq, |r| r.seq);
    let more = rows.len() == BATCH as usize;
    let heard = rows.into_iter().filter(|r| may_hear(&ctx.actor, &r.fact)).map(|r| Change {
        seq: r.seq,
        at: r.fact.at.into(),
        kind: r.fact.kind.as_str().to_owned(),
        entity: r.fact.kind.entity().as_str().to_owned(),
        entity_id: r.fact.entity_id,
        home_id: r.fact.home_id,
        pharmacy_id: r.fact.pharmacy_id,
    });
    Ok(Batch { changes: heard.collect(), last_seq, more })
}
