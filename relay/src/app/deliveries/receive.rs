//! The nurse's count: the code proves the hand-over, the counts decide between received and discrepancy, the thermometer whether it may be received at all.

use jiff::Timestamp;
use yunzhen_domain::access::Action;
use yunzhen_domain::ids::DeliveryId;
use yunzhen_domain::machines::delivery::{Event, State};
use yunzhen_domain::machines::discrepancy::Cause;
use yunzhen_domain::records::{Count, Delivery};

use super::{advance, codes, load, show, temperatures, views};
use crate::app::work::{Start, Work, bounded};
use crate::app::{App, AppError, Context, FieldError, discrepancies, recalls};

/// What the nurse found.
pub(super) struct Counted {
    pub(super) parcel_code: String,
    pub(super) counts: Vec<Count>,
    pub(super) comment: Option<String>,
    pub(super) celsius: Option<f64>,
    pub(super) at: Timestamp,
    /// It was counted without a link: what was stopped meanwhile is in the home all the same.
    pub(super) without_link: bool,
}

/// The nurse counted it.
pub async fn receive(
    app: &App,
    ctx: &Context,
    id: DeliveryId,
    input: views::ReceiveBody,
) -> Result<views::Delivery, AppError> {
    let mut work = match Work::command(app, ctx).await? {
        Start::Replay(answer) => return Ok(answer),
        Start::Fresh(work) => work,
    };
    let d = load(&mut work, id, Action::ReceiveDelivery, input.version).await?;
    let views::ReceiveBody { parcel_code, counts, comment, celsius, .. } = input;
    let counted = Counted { parcel_code, counts, comment, celsius, at: ctx.now, without_link: false };
    let (mut work, d) = take(app, ctx, work, d, counted).await?;
    let view = show(app, &mut work.tx, ctx, &d).await?;
    work.finish(view).await
}

/// Receives the parcel, or stops it where it is too warm or too cold.
pub(super) async fn take(
    app: &App,
    ctx: &Context,
    work: Work,
    d: Delivery,
    counted: Counted,
) -> Result<(Work, Delivery), AppError> {
    let (mut work, mut d) = codes::prove(app, ctx, work, d, &counted.parcel_code, counted.without_link).await?;
    // What the pharmacy had turned back while it was counted without a link is in the home all the same.
    let turned_back = counted.without_link && d.state == State::Returning;
    let stopped = d.state == State::Quarantined || turned_back;
    let complete = count(&d, &counted.counts)?;
    let comment = counted.comment.as_deref().map(str::trim).filter(|c| !c.is_empty());
    let comment = comment.map(|c| bounded("comment", c, 500)).transpose()?;
    match counted.celsius {
        Some(celsius) => {
            temperatures::check(app, ctx, &d, celsius, counted.at)?;
            d = temperatures::note(app, &mut work, ctx, d, celsius, counted.at).await?;
            if d.state == State::Quarantined && !stopped {
                return Ok((work, d));
            }
        }
        None if d.cold_chain => {
            let (zh, en) = ("冷藏药品须测量温度", "A cold parcel has to be measured");
            return Err(AppError::invalid("celsius", zh, en));
        }
        None => {}
    }
    let recalled = stopped || d.state == State::Recalled;
    d.counts = counted.counts;
    if let Some(comment) = comment {
        d.comment = Some(comment.into());
    }
    let event = if stopped { Event::ReceiveStopped } else { Event::Receive { complete } };
    let d = advance(&mut work, ctx, d, event, counted.at).await?;
    recalls::arrived(&mut work, ctx, &d).await?;
    if d.state == State::Discrepancy {
        let cause = if recalled { Cause::Recalled } else { Cause::Count };
        discrepancies::open(&mut work, ctx, &d, cause).await?;
    }
    Ok((work, d))
}

/// How much of each line was packed; a line may be of several batches.
pub(in crate::app) fn expected(d: &Delivery) -> Vec<(u16, u64)> {
    let mut expected: Vec<(u16, u64)> = Vec::new();
    for pack in &d.packs {
        match expected.iter_mut().find(|(no, _)| *no == pack.item_no) {
            Some((_, sum)) => *sum += u64::from(pack.quantity),
            None => expected.push((pack.item_no, u64::from(pack.quantity))),
        }
    }
    expected
}

/// Every line counted once; complete when nothing is missing and nothing is damaged.
fn count(d: &Delivery, counts: &[Count]) -> Result<bool, AppError> {
    let mut wrong = Vec::new();
    let mut complete = true;
    let expected = expected(d);
    for (index, c) in counts.iter().enumerate() {
        let mut refuse = |field: &str, zh: &str, en: &str| {
            wrong.push(FieldError::new(format!("counts[{index}].{field}"), zh, en));
        };
        let Some((_, sum)) = expected.iter().find(|(no, _)| *no == c.item_no) else {
            refuse("item_no", "包裹中没有这一行", "The parcel has no such line");
            continue;
        };
        if counts[..index].iter().any(|earlier| earlier.item_no == c.item_no) {
            refuse("item_no", "这一行重复清点", "This line is counted twice");
        }
        if c.damaged > c.quantity {
            refuse("damaged", "破损数不能大于到货数", "More damaged than arrived");
        }
        let most = d.most_counted(c.item_no);
        if c.quantity > most {
            let zh = format!("装箱 {sum}，最多可填 {most}：请重新清点");
            let en = format!("{sum} were packed, and at most {most} can be counted: count again");
            refuse("quantity", &zh, &en);
        }
        complete &= u64::from(c.quantity) == *sum && c.damaged == 0;
    }
    for (no, _) in &expected {
        if !counts.iter().any(|c| c.item_no == *no) {
            wrong.push(FieldError::new("counts", format!("第 {no} 行未清点"), format!("Line {no} is not counted")));
        }
    }
    if wrong.is_empty() { Ok(complete) } else { Err(AppError::Invalid(wrong)) }
}
