//! Batches that are called back. Declaring one is one transaction: the shelves are emptied into quarantine, parcels on the road stop, and every home that was
//! given of it is asked. From then on it is not picked, not taken in, not let go: the steps of the shelf and of the parcels ask here ([`barred`], [`in_packs`]).

mod on_record;
mod show;

use yunzhen_domain::access::{Action, Facts};
use yunzhen_domain::audit::EventKind;
use yunzhen_domain::checked::Batch;
use yunzhen_domain::formulary::DrugId;
use yunzhen_domain::ids::{HomeId, RecallId};
use yunzhen_domain::machines::delivery::{Event as Step, Holder};
use yunzhen_domain::machines::{recall, recall_home};
use yunzhen_domain::policy::Policy;
use yunzhen_domain::recalls::{Holding, Place};
use yunzhen_domain::records::{
    AnswerError, Delivery, Pack, Recall, RecallAnswer, RecallEnd, RecallHome, Stock, StockMove, StockReason, fate,
};
use yunzhen_store::{Db, Paging, deliveries, recalls};

use super::reads::Seen;
use super::stock::{Why, batch_of};
use super::views::common::Page;
use super::views::recalls as views;
use super::work::{Start, Work, authorize, bounded, may_list, required, same_version};
use super::{App, AppError, Context, FieldError, fresh};

/// Rows of one page of the list.
const PAGE: u32 = 100;

/// Those that concern the caller, newest first: a home those that it was given of.
pub async fn list(app: &App, ctx: &Context, query: views::RecallQuery) -> Result<Page<views::RecallSummary>, AppError> {
    may_list(ctx, Action::ViewRecall)?;
    let batch = query.batch.as_deref().map(str::trim).filter(|typed| !typed.is_empty());
    let batch = batch.map(Batch::parse).transpose();
    let filter = recalls::Filter {
        states: super::parse_states::<recall::State>(query.state.as_deref())?,
        drug: query.drug_id.map(DrugId),
        batch: batch.map_err(|e| AppError::invalid("batch", e.zh(), e.to_string()))?,
        home: ctx.actor.home_id(),
    };
    let paging = Paging::newest(PAGE).after(super::parse_cursor(query.cursor.as_deref())?);
    let mut db = app.store.read().await?;
    let slice = recalls::list(&mut db, &filter, paging).await?;
    let items = show::summaries(app, &mut db, ctx, &slice.items).await?;
    Ok(Page { items, next: slice.next.map(|c| c.to_string()) })
}

/// One of them.
pub async fn get(app: &App, ctx: &Context, id: RecallId) -> Result<views::Recall, AppError> {
    let mut db = app.store.read().await?;
    let recall = recalls::get(&mut db, id).await?.ok_or(AppError::NotFound)?;
    authorize(ctx, Action::ViewRecall, &facts(&mut db, ctx, id).await?)?;
    let mut seen = Seen::default();
    let view = show::recall(app, &mut db, ctx, &mut seen, &recall).await?;
    drop(db);
    seen.tell(app, ctx).await?;
    Ok(view)
}

/// What access decides on: to a home that was never given of the batch there is no such recall.
async fn facts(db: &mut Db, ctx: &Context, id: RecallId) -> Result<Facts, AppError> {
    let Some(home) = ctx.actor.home_id() else { return Ok(Facts::default()) };
    Ok(recalls::home(db, id, home).await?.map(|home| home.facts()).unwrap_or_default())
}

/// A batch is called back, with all that follows at once.
pub async fn declare(app: &App, ctx: &Context, input: views::NewRecall) -> Result<views::Recall, AppError> {
    may_list(ctx, Action::DeclareRecall)?;
    let mut work = match Work::command(app, ctx).await? {
        Start::Replay(answer) => return Ok(answer),
        Start::Fresh(work) => work,
    };
    let recall = checked(app, ctx, input)?;
    let known = recalls::barring(&mut work.tx, [recall.drug_id.clone()]).await?;
    if known.iter().any(|other| other.batch == recall.batch) {
        let en = "This batch is called back already: open the recall that stands";
        return Err(AppError::invalid("batch", "此批号已被召回，请打开原有的召回", en));
    }
    recalls::insert(&mut work.tx, &recall).await?;
    // Nobody's own: every pharmacy hears of it.
    work.record(EventKind::RecallDeclared, recall.id.uuid(), None, None);
    for shelf in recalls::shelves(&mut work.tx, &recall.drug_id, &recall.batch).await? {
        set_apart(&mut work, ctx, shelf).await?;
    }
    let held = show::holdings(&mut work.tx, &recall, ctx.now).await?;
    let on_the_road = held.iter().filter(|h| h.place == Place::Road).filter_map(|h| h.delivery_id);
    let mut road: Vec<_> = deliveries::get_all(&mut work.tx, on_the_road).await?.into_values().collect();
    // In one order, the oldest parcel first: it is that of their audit rows.
    road.sort_unstable_by_key(|d| d.id);
    for d in road {
        super::deliveries::hold_recalled(&mut work, ctx, d).await?;
    }
    // What the homes have of it lasts no longer.
    let mut shortened: Vec<_> = held.iter().filter(|h| h.place == Place::Home).map(|h| h.prescription_id).collect();
    shortened.sort_unstable();
    shortened.dedup();
    for prescription in shortened {
        super::refills::watch_again(&mut work, prescription, ctx.now).await?;
    }
    for (home_id, supplied) in in_homes(&held) {
        let home = RecallHome::asked(recall.id, home_id, supplied, ctx.now);
        recalls::insert_home(&mut work.tx, &home).await?;
        work.record(EventKind::RecallAsked, recall.id.uuid(), Some(home_id), None);
    }
    answered_with(app, ctx, work, &recall).await
}

async fn answered_with(app: &App, ctx: &Context, mut work: Work, recall: &Recall) -> Result<views::Recall, AppError> {
    let view = show::recall(app, &mut work.tx, ctx, &mut Seen::default(), recall).await?;
    work.finish(view).await
}

/// How much each home was given, in a fixed order.
fn in_homes(held: &[Holding]) -> Vec<(HomeId, u32)> {
    let mut homes: Vec<(HomeId, u32)> = Vec::new();
    for h in held.iter().filter(|h| h.place == Place::Home) {
        match homes.iter_mut().find(|(home, _)| *home == h.home_id) {
            Some((_, sum)) => *sum = sum.saturating_add(h.quantity),
            None => homes.push((h.home_id, h.quantity)),
        }
    }
    homes.sort_unstable();
    homes
}

/// What lies on a shelf goes into quarantine.
pub(super) async fn set_apart(work: &mut Work, ctx: &Context, shelf: Stock) -> Result<Stock, AppError> {
    let Some(quantity) = u32::try_from(shelf.units.on_hand).ok().filter(|quantity| *quantity > 0) else {
        return Ok(shelf);
    };
    let why = Why { reason: Some(StockReason::Recalled), comment: None };
    let after = super::stock::moved(work, ctx, shelf, StockMove::SetApart, quantity, why).await?;
    work.record(EventKind::StockMoved, after.id.uuid(), None, Some(after.pharmacy_id));
    Ok(after)
}

/// It is settled; before every home has answered only for a stated reason. The batch stays barred.
pub async fn close(
    app: &App,
    ctx: &Context,
    id: RecallId,
    input: views::CloseRecallBody,
) -> Result<views::Recall, AppError> {
    let mut work = match Work::command(app, ctx).await? {
        Start::Replay(answer) => return Ok(answer),
        Start::Fresh(work) => work,
    };
    let before = load(&mut work, ctx, id, input.version).await?;
    let homes = recalls::homes_of(&mut work.tx, [id]).await?.remove(&id).unwrap_or_default();
    let silent = homes.iter().filter(|home| home.state == recall_home::State::Asked).count();
    let reason = input.reason.as_deref().map(str::trim).filter(|reason| !reason.is_empty());
    let reason = reason.map(|reason| bounded("reason", reason, 500)).transpose()?;
    let (open, explained) = (before.state == recall::State::Open, reason.is_some());
    let recall = before.close(silent > 0, end(ctx, reason)?).map_err(|refused| match open && !explained {
        true => {
            let zh = format!("还有 {silent} 家护理院未回报，提前结束请说明原因");
            let en = format!("{silent} homes have not answered: say why it is closed all the same");
            AppError::invalid("reason", zh, en)
        }
        false => refused.into(),
    })?;
    recalls::update(&mut work.tx, &recall).await?;
    let kind = match recall.state {
        recall::State::ClosedEarly => EventKind::RecallClosedEarly,
        _ => EventKind::RecallClosed,
    };
    work.record(kind, id.uuid(), None, None);
    answered_with(app, ctx, work, &recall).await
}

/// It is taken back: the batch is barred no more, and what was set apart may be released.
pub async fn withdraw(
    app: &App,
    ctx: &Context,
    id: RecallId,
    input: views::CloseRecallBody,
) -> Result<views::Recall, AppError> {
    let mut work = match Work::command(app, ctx).await? {
        Start::Replay(answer) => return Ok(answer),
        Start::Fresh(work) => work,
    };
    let before = load(&mut work, ctx, id, input.version).await?;
    let reason = required("reason", input.reason.as_deref().unwrap_or_default(), 500)?;
    let recall = before.withdraw(end(ctx, Some(reason))?)?;
    recalls::update(&mut work.tx, &recall).await?;
    work.record(EventKind::RecallWithdrawn, id.uuid(), None, None);
    answered_with(app, ctx, work, &recall).await
}

async fn load(work: &mut Work, ctx: &Context, id: RecallId, seen: i64) -> Result<Recall, AppError> {
    let recall = recalls::get(&mut work.tx, id).await?.ok_or(AppError::NotFound)?;
    let facts = facts(&mut work.tx, ctx, id).await?;
    work.authorize(Action::CloseRecall, &facts)?;
    same_version(seen, recall.version)?;
    Ok(recall)
}

fn end(ctx: &Context, reason: Option<String>) -> Result<RecallEnd, AppError> {
    Ok(RecallEnd { by: ctx.actor.staff_id().ok_or(AppError::Forbidden)?, at: ctx.now, reason })
}

/// The nurse's home has looked for it. Only the home's own row moves, so that homes answer at the same time.
pub async fn answer(
    app: &App,
    ctx: &Context,
    id: RecallId,
    input: views::AnswerRecallBody,
) -> Result<views::Recall, AppError> {
    let mut work = match Work::command(app, ctx).await? {
        Start::Replay(answer) => return Ok(answer),
        Start::Fresh(work) => work,
    };
    let recall = recalls::get(&mut work.tx, id).await?.ok_or(AppError::NotFound)?;
    let home = match ctx.actor.home_id() {
        Some(home) => recalls::home(&mut work.tx, id, home).await?,
        None => None,
    };
    work.authorize(Action::AnswerRecall, &home.as_ref().map(RecallHome::facts).unwrap_or_default())?;
    let home = home.ok_or(AppError::NotFound)?;
    same_version(input.version, home.version)?;
    let note = input.note.as_deref().map(str::trim).filter(|note| !note.is_empty());
    let held = show::holdings(&mut work.tx, &recall, ctx.now).await?;
    let on_record = on_record::given(app, &mut work.tx, &recall, &held, home.home_id).await?;
    let answer = RecallAnswer {
        at: ctx.now,
        by: ctx.actor.staff_id().ok_or(AppError::Forbidden)?,
        set_apart: input.set_apart,
        given: input.given,
        note: note.map(|note| bounded("note", note, 500)).transpose()?.map(Into::into),
        on_record: Some(on_record),
        counted_again: input.counted_again,
    };
    let home = home.answer(&recall, answer).map_err(not_fitting)?;
    recalls::update_home(&mut work.tx, &home).await?;
    work.record(EventKind::RecallAnswered, id.uuid(), Some(home.home_id), None);
    if home.answer.as_ref().is_some_and(|answer| answer.counted_again) {
        work.record(EventKind::RecallCountedAgain, id.uuid(), Some(home.home_id), None);
    }
    answered_with(app, ctx, work, &recall).await
}

fn not_fitting(error: AnswerError) -> AppError {
    match error {
        AnswerError::More { supplied } => {
            let en = format!("Only {supplied} reached this home: check the count");
            AppError::invalid("set_apart", format!("送到本院的只有 {supplied}，请核对数量"), en)
        }
        AnswerError::Given { supplied, given } => {
            let left = supplied.saturating_sub(given);
            let zh = format!(
                "本院领用 {supplied}，给药记录中已给 {given}，最多还剩 {left}。请再清点一次；如数量确实无误，请确认“已再次清点”后回报"
            );
            let en = format!(
                "Of {supplied} that came {given} are recorded as given, so at most {left} can be left. Count again; if it is so, say that it was counted again"
            );
            AppError::invalid("set_apart", zh, en)
        }
        AnswerError::Unrecorded { supplied, recorded, given } => {
            let zh = format!(
                "本院领用 {supplied}，给药记录中只记了已给 {recorded}，回报的是已服用 {given}。请再清点一次：找到的请隔离；去向不明的不要算作已服用，请在“其余的去向”中说明；如确已服用而漏记，请确认“已再次核对”后回报"
            );
            let en = format!(
                "Of {supplied} that came only {recorded} are recorded as given, and the answer says {given}. Count again: set apart what is found; say where the rest is instead of calling it given; if it was given and not written down, say that it was counted again"
            );
            AppError::invalid("given", zh, en)
        }
        AnswerError::Missing { missing } => {
            let en = format!("{missing} are neither set apart nor given: say where they are");
            AppError::invalid("note", format!("还有 {missing} 未交代去向，请说明"), en)
        }
        AnswerError::Refused(refused) => refused.into(),
    }
}

/// Units of a barred batch reached a home after all: counted without a link while their parcel was being stopped. The home is asked, and a recall that seemed
/// settled is open again.
pub(super) async fn arrived(work: &mut Work, ctx: &Context, d: &Delivery) -> Result<(), AppError> {
    if d.state.holder() != Holder::Home {
        return Ok(());
    }
    let drugs = d.packs.iter().filter_map(|pack| pack.drug_id.clone());
    let whole = fate(d, d.state, &Step::Receive { complete: false });
    for recall in recalls::barring(&mut work.tx, drugs).await? {
        let supplied = whole.iter().filter(|(pack, kind)| *kind == StockMove::Supplied && recall.is_of(pack));
        let more: u32 = supplied.map(|(pack, _)| pack.quantity).sum();
        if more == 0 {
            continue;
        }
        match recalls::home(&mut work.tx, recall.id, d.home_id).await? {
            Some(home) => recalls::update_home(&mut work.tx, &home.ask(more, ctx.now)?).await?,
            None => {
                let home = RecallHome::asked(recall.id, d.home_id, more, ctx.now);
                recalls::insert_home(&mut work.tx, &home).await?;
            }
        }
        work.record(EventKind::RecallAsked, recall.id.uuid(), Some(d.home_id), None);
        let settled = recall.state != recall::State::Open;
        let id = recall.id;
        let recall = recall.ask()?;
        recalls::update(&mut work.tx, &recall).await?;
        if settled {
            work.record(EventKind::RecallReopened, id.uuid(), None, None);
        }
    }
    Ok(())
}

fn checked(app: &App, ctx: &Context, input: views::NewRecall) -> Result<Recall, AppError> {
    let mut wrong = Vec::new();
    if app.formulary.drug(&input.drug_id).is_none() {
        wrong.push(FieldError::new("drug_id", "药品目录中没有这个药品", "This drug is not in the formulary"));
    }
    let batch =
        Batch::parse(&input.batch).map_err(|e| wrong.push(FieldError::new("batch", e.zh(), e.to_string()))).ok();
    if input.announced_on > Policy::local_date(ctx.now) {
        wrong.push(FieldError::new("announced_on", "日期不能晚于今天", "The day cannot be after today"));
    }
    let Some(batch) = batch.filter(|_| wrong.is_empty()) else { return Err(AppError::Invalid(wrong)) };
    Ok(Recall {
        id: fresh(RecallId::new, ctx.now),
        version: 1,
        state: recall::State::Open,
        drug_id: input.drug_id,
        batch,
        level: input.level,
        reason: required("reason", &input.reason, 500)?,
        authority: required("authority", &input.authority, 200)?,
        announced_on: input.announced_on,
        pharmacy_id: ctx.actor.pharmacy_id(),
        declared_by: ctx.actor.staff_id().ok_or(AppError::Forbidden)?,
        declared_at: ctx.now,
        closed: None,
        withdrawn: None,
    })
}

/// Why a batch may not be touched, in both languages; nothing when it was not called back.
pub(super) async fn barred(db: &mut Db, drug: &DrugId, batch: &Batch) -> Result<Option<(String, String)>, AppError> {
    let found = recalls::barring(db, [drug.clone()]).await?.into_iter().find(|recall| recall.batch == *batch);
    Ok(found.as_ref().map(words))
}

/// The first of these packs that was called back.
pub(super) async fn in_packs(db: &mut Db, packs: &[Pack]) -> Result<Option<(String, String)>, AppError> {
    let drugs = packs.iter().filter_map(|pack| batch_of(pack).map(|(drug, _)| drug));
    let found = recalls::barring(db, drugs).await?;
    Ok(found.iter().find(|recall| packs.iter().any(|pack| recall.is_of(pack))).map(words))
}

fn words(recall: &Recall) -> (String, String) {
    let (batch, who) = (recall.batch.as_str(), &recall.authority);
    (
        format!("批号 {batch} 已被召回（{who}）：请隔离存放，换用其他批号"),
        format!("Batch {batch} was called back ({who}): set it apart and take another batch"),
    )
}
