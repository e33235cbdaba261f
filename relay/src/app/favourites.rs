//! What a specialist keeps to prescribe again: a line or a whole prescription under a name, without any resident. Using one only fills a draft: what is signed is
//! checked for the resident at hand, as everything else.

use yunzhen_domain::access::{Action, Facts};
use yunzhen_domain::audit::EventKind;
use yunzhen_domain::ids::FavouriteId;
use yunzhen_domain::records::Favourite;
use yunzhen_store::prescription_favourites as favourites;

use super::prescriptions::{items, line_of};
use super::views::Page;
use super::views::prescribing as views;
use super::views::schedule::Removed;
use super::work::{Start, Work, line, may_list};
use super::{App, AppError, Context, fresh};

/// More than anybody finds again.
const MOST: usize = 200;

/// The caller's, by name.
pub async fn list(app: &App, ctx: &Context) -> Result<Page<views::Favourite>, AppError> {
    may_list(ctx, Action::KeepFavourites)?;
    let specialist = ctx.actor.staff_id().ok_or(AppError::NotFound)?;
    let mut db = app.store.read().await?;
    let kept = favourites::list(&mut db, specialist).await?;
    Ok(Page::whole(kept.iter().map(|favourite| show(app, favourite)).collect()))
}

/// Keeps a line or a prescription under a name of its own.
pub async fn save(app: &App, ctx: &Context, input: views::NewFavourite) -> Result<views::Favourite, AppError> {
    let mut work = match Work::command(app, ctx).await? {
        Start::Replay(answer) => return Ok(answer),
        Start::Fresh(work) => work,
    };
    let specialist_id = ctx.actor.staff_id().ok_or(AppError::NotFound)?;
    work.authorize(Action::KeepFavourites, &Facts { specialist_id: Some(specialist_id), ..Facts::default() })?;
    let name = line("name", &input.name, 40)?;
    if name.is_empty() {
        return Err(AppError::invalid("name", "请填写名称", "Please give it a name"));
    }
    let kept = favourites::list(&mut work.tx, specialist_id).await?;
    if kept.iter().any(|favourite| favourite.name == name) {
        return Err(AppError::invalid(
            "name",
            "您已有同名的常用方，请换一个名称",
            "You use this name already: choose another",
        ));
    }
    if kept.len() >= MOST {
        let (zh, en) = (format!("常用方最多 {MOST} 个，请先删除不用的"), format!("At most {MOST}: drop one first"));
        return Err(AppError::invalid("name", zh, en));
    }
    if input.items.is_empty() {
        return Err(AppError::invalid("items", "请至少保存一种药", "Keep at least one medicine"));
    }
    let favourite = Favourite {
        id: fresh(FavouriteId::new, ctx.now),
        specialist_id,
        name,
        diagnosis_code: input.diagnosis_code.filter(|code| app.formulary.diagnosis(code).is_some()),
        supply: input.supply,
        items: items(app, input.items)?,
        created_at: ctx.now,
    };
    favourites::insert(&mut work.tx, &favourite).await?;
    work.record(EventKind::FavouriteKept, favourite.id.uuid(), None, None);
    let view = show(app, &favourite);
    work.finish(view).await
}

/// Keeps it no more.
pub async fn delete(app: &App, ctx: &Context, id: FavouriteId) -> Result<Removed, AppError> {
    let mut work = match Work::change(app, ctx).await? {
        Start::Replay(answer) => return Ok(answer),
        Start::Fresh(work) => work,
    };
    let favourite = favourites::get(&mut work.tx, id).await?.ok_or(AppError::NotFound)?;
    work.authorize(Action::KeepFavourites, &favourite.facts())?;
    favourites::delete(&mut work.tx, id).await?;
    work.record(EventKind::FavouriteDropped, id.uuid(), None, None);
    work.finish(Removed { removed: true }).await
}

fn show(app: &App, favourite: &Favourite) -> views::Favourite {
    let items: Vec<_> = favourite.items.iter().filter_map(|item| line_of(app, item, (item.quantity, 0))).collect();
    views::Favourite {
        id: favourite.id,
        name: favourite.name.clone(),
        diagnosis_code: favourite.diagnosis_code.clone(),
        supply: favourite.supply,
        unknown: u32::try_from(favourite.items.len() - items.len()).unwrap_or(u32::MAX),
        items,
    }
}
