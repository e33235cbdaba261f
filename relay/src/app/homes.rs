//! Nursing homes.

use yunzhen_domain::access::{Action, Facts};
use yunzhen_store::homes;

use super::views::common::Page;
use super::views::homes::Home;
use super::work::{authorize, may_list};
use super::{App, AppError, Context};

/// Homes in the caller's reach.
pub async fn list(app: &App, ctx: &Context) -> Result<Page<Home>, AppError> {
    may_list(ctx, Action::ListHomes)?;
    let mut db = app.store.read().await?;
    let all = homes::list(&mut db).await?;
    let facts = |id| Facts { home_id: Some(id), ..Facts::default() };
    let reached = all.into_iter().filter(|h| authorize(ctx, Action::ListHomes, &facts(h.id)).is_ok());
    Ok(Page::whole(reached.map(|h| Home { id: h.id, name: h.name, address: h.address, phone: h.phone }).collect()))
}
