//! What the safety rules are worth: how often each spoke and was signed past. Numbers of rules, nobody's record.

use jiff::SignedDuration;
use yunzhen_domain::access::Action;
use yunzhen_store::safety_overrides;

use super::views::safety as views;
use super::work::may_list;
use super::{App, AppError, Context};

/// A quarter.
const USUAL_DAYS: u32 = 90;
/// The report reads an index over the time of signing; a year bounds it.
const MOST_DAYS: u32 = 366;

/// Counts per rule over the last days, and the files that the rules come from.
pub async fn overrides(
    app: &App,
    ctx: &Context,
    query: views::SafetyOverrideQuery,
) -> Result<views::SafetyOverrides, AppError> {
    may_list(ctx, Action::ViewSafetyOverrides)?;
    let days = query.days.unwrap_or(USUAL_DAYS);
    if !(1..=MOST_DAYS).contains(&days) {
        let (zh, en) = (format!("请填写 1 至 {MOST_DAYS} 天"), format!("Between 1 and {MOST_DAYS} days"));
        return Err(AppError::invalid("days", zh, en));
    }
    let window = SignedDuration::from_hours(24 * i64::from(days));
    let since = ctx.now.checked_sub(window).map_err(|_| AppError::NotFound)?;
    let until = ctx.now.checked_add(SignedDuration::from_millis(1)).map_err(|_| AppError::NotFound)?;
    let mut db = app.store.read().await?;
    let counts = safety_overrides::counts(&mut db, since, until).await?;
    drop(db);
    let knowledge = app.formulary.knowledge();
    let rule_of = |id: &str| knowledge.rules().map(|rule| rule.about()).find(|about| about.id == id);
    let items = counts.into_iter().map(|count| {
        let about = rule_of(&count.rule.rule_id);
        let words = about.map(|about| (about.message, about.source));
        views::SafetyOverride {
            message_zh: words.map(|(message, _)| message.0.to_owned()),
            message_en: words.map(|(message, _)| message.1.to_owned()),
            source: words.map(|(_, source)| source.0.to_owned()),
            source_en: words.map(|(_, source)| source.1.to_owned()),
            rule_id: count.rule.rule_id,
            rule_version: count.rule.rule_version,
            severity: count.rule.severity,
            spoke: count.spoke,
            overridden: count.overridden,
        }
    });
    Ok(views::SafetyOverrides {
        since: since.into(),
        until: ctx.now.into(),
        files: knowledge.editions().iter().map(views::SafetyFile::from).collect(),
        items: items.collect(),
    })
}
