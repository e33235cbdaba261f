//! The pharmacy's part: exclusive acceptance with a secret, batches, parcel and courier.

use yunzhen_domain::access::{Action, Decision, decide};
use yunzhen_domain::audit::EventKind;
use yunzhen_domain::checked::ParcelCode;
use yunzhen_domain::formulary::{Drug, english_strength};
use yunzhen_domain::ids::{DeliveryId, PrescriptionId};
use yunzhen_domain::machines::delivery;
use yunzhen_domain::machines::prescription::{Event, State};
use yunzhen_domain::parcel_label::{self, LabelKey};
use yunzhen_domain::policy::Policy;
use yunzhen_domain::records::{DeclineCode, Delivery, Item, Pack, PartReason, Prescription, TimelineStep};
use yunzhen_domain::substitution::{Substitute, Substitution, substitutes};
use yunzhen_store::{deliveries, prescriptions};

use super::{answerable, keep, load, record, secrets, show, still_valid, views};
use crate::app::courier_runs::{self, Carrier};
use crate::app::deliveries as delivery_views;
use crate::app::views::common::VersionBody;
use crate::app::views::dispenses::DeclineBody;
use crate::app::work::{Start, Work, bounded, person_name, required, same_version};
use crate::app::{App, AppError, Context, FieldError, dispenses, fresh, recalls, stock, tokens};

/// The pharmacy takes the prescription; nobody else can from now on. The same pharmacy gets its secret again, whatever version it saw.
pub async fn accept(
    app: &App,
    ctx: &Context,
    id: PrescriptionId,
    input: VersionBody,
) -> Result<views::Accepted, AppError> {
    let mut work = match Work::command(app, ctx).await? {
        Start::Replay(answer) => return Ok(answer),
        Start::Fresh(work) => work,
    };
    let before = prescriptions::get(&mut work.tx, id).await?.ok_or(AppError::NotFound)?;
    taken_meanwhile(ctx, &before, input.version)?;
    work.authorize(Action::AcceptPrescription, &before.facts(&ctx.actor))?;
    let pharmacy = ctx.actor.pharmacy_id().ok_or(AppError::Forbidden)?;
    if before.state == State::Dispensing
        && before.pharmacy_id == Some(pharmacy)
        && let Some(sealed) = &before.accept_secret
    {
        let secret = app.vault.open(&secrets::place(id), sealed)?;
        record(&mut work, EventKind::PrescriptionSecretRecovered, &before);
        let prescription = show::full(app, &mut work.tx, ctx, &before).await?;
        work.answers_with_a_secret();
        return work.finish(views::Accepted { secret, prescription }).await;
    }
    same_version(input.version, before.version)?;
    still_valid(&before, ctx)?;
    let member = answerable(&mut work.tx, ctx).await?;
    let (secret, _) = tokens::new();
    let mut p = before.apply(Event::Accept { pharmacy }, ctx.now, member.who())?;
    p.accept_secret = Some(app.vault.seal(&secrets::place(id), &secret)?);
    let prescription = keep(app, ctx, &mut work, EventKind::PrescriptionAccepted, &p).await?;
    work.answers_with_a_secret();
    work.finish(views::Accepted { secret, prescription }).await
}

/// A pharmacy that saw the offer and came second hears that it came second; one that never saw it hears nothing.
fn taken_meanwhile(ctx: &Context, p: &Prescription, seen: i64) -> Result<(), AppError> {
    let mut when_offered = p.facts(&ctx.actor);
    when_offered.open_to_pharmacies = p.offered.reaches(&ctx.actor);
    let could_see = decide(&ctx.actor, Action::AcceptPrescription, &when_offered) == Decision::Allow;
    let other = p.pharmacy_id.is_some() && p.pharmacy_id != ctx.actor.pharmacy_id();
    if could_see && other && seen == p.version - 1 {
        return Err(AppError::Stale { seen, current: p.version });
    }
    Ok(())
}

/// The pharmacy gives it back; another may take it while it is valid.
pub async fn decline(
    app: &App,
    ctx: &Context,
    id: PrescriptionId,
    input: DeclineBody,
) -> Result<views::Prescription, AppError> {
    let mut work = match Work::command(app, ctx).await? {
        Start::Replay(answer) => return Ok(answer),
        Start::Fresh(work) => work,
    };
    let before = load(&mut work, id, Action::DispensePrescription, input.version).await?;
    let words = match input.reason.as_deref().map(str::trim).filter(|text| !text.is_empty()) {
        Some(text) => Some(bounded("reason", text, 500)?),
        None if input.code == DeclineCode::Other => Some(required("reason", "", 500)?),
        None => None,
    };
    let reason = words.clone().unwrap_or_else(|| input.code.as_str().to_owned());
    let member = answerable(&mut work.tx, ctx).await?;
    let p = before.clone().apply(Event::Decline { reason }, ctx.now, member.who())?;
    stock::put_back(&mut work, ctx, of(&before)?, &before.packs).await?;
    dispenses::declined(&mut work, ctx, &before, input.code, words.as_deref()).await?;
    let view = keep(app, ctx, &mut work, EventKind::PrescriptionDeclined, &p).await?;
    if let Some(words) = &words {
        work.vouch_for(EventKind::PrescriptionDeclined, words);
    }
    work.finish(view).await
}

/// Records the batches that were taken from the shelf; again, to correct them, until the parcel is packed.
pub async fn dispense(
    app: &App,
    ctx: &Context,
    id: PrescriptionId,
    input: views::DispenseBody,
) -> Result<views::Prescription, AppError> {
    let mut work = match Work::command(app, ctx).await? {
        Start::Replay(answer) => return Ok(answer),
        Start::Fresh(work) => work,
    };
    let before = load(&mut work, id, Action::DispensePrescription, input.version).await?;
    let member = answerable(&mut work.tx, ctx).await?;
    let mut p = before.apply(Event::Dispense, ctx.now, member.who())?;
    work = secrets::shown(app, ctx, work, &p, &input.secret).await?;
    let taken = packs(app, &p, input.packs, input.part_reason, ctx)?;
    let of = of(&p)?;
    stock::put_back(&mut work, ctx, of, &p.packs).await?;
    stock::take(&mut work, ctx, of, &taken).await?;
    p.packs = taken;
    dispenses::filled(&mut work, ctx, &p, input.part_reason).await?;
    let view = keep(app, ctx, &mut work, EventKind::PrescriptionDispensed, &p).await?;
    work.finish(view).await
}

/// The order, for the stock that it moves.
fn of(p: &Prescription) -> Result<stock::Of, AppError> {
    Ok(stock::Of { pharmacy: p.pharmacy_id.ok_or(AppError::Forbidden)?, order: p.id })
}

/// Every line in the number that is still owed, or less for a reason, from batches that outlast its days.
fn packs(
    app: &App,
    p: &Prescription,
    input: Vec<views::NewPack>,
    part: Option<PartReason>,
    ctx: &Context,
) -> Result<Vec<Pack>, AppError> {
    let today = Policy::local_date(ctx.now);
    let mut wrong = Vec::new();
    let mut taken = Vec::new();
    for (index, pack) in input.into_iter().enumerate() {
        let mut refuse = |field: &str, zh: &str, en: &str| {
            wrong.push(FieldError::new(format!("packs[{index}].{field}"), zh, en));
        };
        let item = p.items.iter().find(|i| u32::from(i.no) == pack.item_no);
        let Some((item, prescribed)) = item.and_then(|i| app.formulary.drug(&i.drug_id).map(|d| (i, d))) else {
            refuse("item_no", "处方中没有这一行", "The prescription has no such line");
            continue;
        };
        let (drug, substitution) = match product(app, item, prescribed, &pack) {
            Ok(product) => product,
            Err((field, zh, en)) => {
                refuse(field, zh, en);
                continue;
            }
        };
        if taken.iter().any(|t: &Pack| t.item_no == item.no && t.drug_id.as_ref() != Some(&drug.id)) {
            refuse("drug_id", "同一行只能配同一种产品", "All packs of a line are of one product");
        }
        let batch = pack.batch.trim();
        if batch.is_empty() || batch.chars().count() > 40 {
            refuse("batch", "请填写批号，最多 40 个字符", "Enter the batch, at most 40 characters");
        }
        if pack.quantity == 0 {
            refuse("quantity", "数量须大于 0", "The quantity must be more than 0");
        }
        let last_day = today.saturating_add(jiff::Span::new().days(i64::from(item.days)));
        if pack.expiry < last_day {
            refuse("expiry", "该批次在用药结束前过期", "This batch expires before the treatment ends");
        }
        // The two strengths of one medicine have one name.
        let called = |name: &str, strength: &str| match &substitution {
            Some(_) => format!("{name} {strength}"),
            None => name.to_owned(),
        };
        taken.push(Pack {
            item_no: item.no,
            name: called(&drug.name_zh, &drug.strength),
            name_en: Some(called(&drug.name_en, &english_strength(&drug.strength))),
            quantity: pack.quantity,
            unit: drug.unit.clone(),
            batch: batch.to_owned(),
            expiry: pack.expiry,
            drug_id: Some(drug.id.clone()),
            substitution,
        });
    }
    for item in &p.items {
        let sum: u64 = taken.iter().filter(|t| t.item_no == item.no).map(|t| u64::from(t.quantity)).sum();
        let factor = factor_of(&taken, item.no);
        let (no, want) = (item.no, u64::from(p.owed(item)) * u64::from(factor));
        if !sum.is_multiple_of(u64::from(factor)) {
            let zh = format!("第 {no} 行每 {factor} 个单位相当于处方的 1 个单位，{sum} 不是 {factor} 的倍数");
            let en = format!("{factor} units stand for one that was prescribed, so line {no} cannot be {sum}");
            wrong.push(FieldError::new("packs", zh, en));
        }
        if sum > want || (sum < want && part.is_none()) {
            let zh = format!("第 {no} 行应配 {want}，现为 {sum}");
            wrong.push(FieldError::new("packs", zh, format!("Line {no} needs {want}, this is {sum}")));
        }
    }
    let (all, owed): (u64, u64) = (
        taken.iter().map(|t| u64::from(t.quantity)).sum(),
        p.items.iter().map(|item| u64::from(p.owed(item)) * u64::from(factor_of(&taken, item.no))).sum(),
    );
    if taken.is_empty() {
        wrong.push(FieldError::new(
            "packs",
            "至少配一种药；全部缺货请退单",
            "Take at least one medicine; decline when there is none",
        ));
    } else if part.is_some() && all == owed {
        wrong.push(FieldError::new(
            "part_reason",
            "数量已配齐，无需部分配药的原因",
            "Nothing is missing, so there is no reason for a part",
        ));
    }
    if wrong.is_empty() { Ok(taken) } else { Err(AppError::Invalid(wrong)) }
}

/// How many units of what is taken for a line make one that was prescribed.
fn factor_of(taken: &[Pack], item_no: u16) -> u32 {
    taken.iter().find(|t| t.item_no == item_no).map_or(1, Pack::factor)
}

type Wrong = (&'static str, &'static str, &'static str);

/// What is taken for a line: the prescribed product, or another one where the prescriber allows it and a reason is given.
fn product<'a>(
    app: &'a App,
    item: &Item,
    prescribed: &'a Drug,
    pack: &views::NewPack,
) -> Result<(&'a Drug, Option<Substitution>), Wrong> {
    let Some(other) = pack.drug_id.as_ref().filter(|id| **id != prescribed.id) else {
        return match pack.substitution_reason {
            None => Ok((prescribed, None)),
            Some(_) => Err((
                "substitution_reason",
                "配的就是处方药品，无需替换原因",
                "This is what was prescribed: no reason is needed",
            )),
        };
    };
    if !item.substitution {
        return Err(("drug_id", "医生未允许替换这一行", "The prescriber does not allow another product for this line"));
    }
    let found = substitutes(prescribed, &app.formulary).into_iter().find(|one| one.drug.id == *other);
    let Some(Substitute { drug, factor }) = found else {
        let en = "This is no smaller strength of the same medicine in the same form";
        return Err(("drug_id", "只能替换为同成分、同剂型、可整数倍替代的较小规格", en));
    };
    let Some(reason) = pack.substitution_reason else {
        return Err(("substitution_reason", "请选择替换原因", "Say why another product is taken"));
    };
    Ok((drug, Some(Substitution { prescribed: prescribed.id.clone(), factor, reason })))
}

/// Closes the parcel: delivery, parcel code, courier link and PIN come into being together with it.
pub async fn pack(
    app: &App,
    ctx: &Context,
    id: PrescriptionId,
    input: views::PackBody,
) -> Result<views::Packed, AppError> {
    let mut work = match Work::command(app, ctx).await? {
        Start::Replay(answer) => return Ok(answer),
        Start::Fresh(work) => work,
    };
    let before = load(&mut work, id, Action::DispensePrescription, input.version).await?;
    let member = answerable(&mut work.tx, ctx).await?;
    let delivery_id = fresh(DeliveryId::new, ctx.now);
    let p = before.apply(Event::Pack { delivery: delivery_id }, ctx.now, member.who())?;
    work = secrets::shown(app, ctx, work, &p, &input.secret).await?;
    if p.packs.is_empty() {
        return Err(AppError::invalid("packs", "请先登记批号和数量", "Record batches and quantities first"));
    }
    if let Some((zh, en)) = recalls::in_packs(&mut work.tx, &p.packs).await? {
        return Err(AppError::invalid("packs", zh, en));
    }
    let cold = |i: &yunzhen_domain::records::Item| app.formulary.drug(&i.drug_id).is_some_and(|d| d.cold_chain);
    let (name, who_id) = member.who();
    let courier_name = person_name("courier_name", &input.courier_name)?;
    let courier_phone = required("courier_phone", &input.courier_phone, 30)?;
    let pharmacy = p.pharmacy_id.ok_or(AppError::Forbidden)?;
    let carrier = Carrier { pharmacy, name: &courier_name, phone: &courier_phone };
    let (run_id, link) = courier_runs::join(&mut work, ctx, carrier, delivery_id).await?;
    let label_key = LabelKey(yunzhen_runtime::clock::random_bytes());
    let parcel = Delivery {
        id: delivery_id,
        version: 1,
        state: delivery::State::AwaitingCourier,
        prescription_id: p.id,
        resident_id: p.resident_id,
        home_id: p.home_id,
        pharmacy_id: pharmacy,
        parcel_code: ParcelCode::from_random(yunzhen_runtime::clock::random_bytes()),
        cold_chain: p.items.iter().any(cold),
        packs: p.packs.clone(),
        courier_name,
        courier_phone,
        run_id,
        label_key: Some(label_key),
        code_hash: None,
        wrong_codes: 0,
        quarantine: None,
        attempts: Vec::new(),
        counts: Vec::new(),
        comment: None,
        created_at: ctx.now,
        ended_at: None,
        timeline: vec![TimelineStep { step: "pack".into(), at: ctx.now, who: name.to_owned(), who_id, why: None }],
    };
    let prescription = keep(app, ctx, &mut work, EventKind::PrescriptionPacked, &p).await?;
    deliveries::insert(&mut work.tx, &parcel).await?;
    work.record(EventKind::DeliveryCreated, parcel.id.uuid(), Some(parcel.home_id), Some(parcel.pharmacy_id));
    let packed = views::Packed {
        prescription,
        delivery: delivery_views::show(app, &mut work.tx, ctx, &parcel).await?,
        courier_link_path: link.as_ref().map(|link| link.courier_link_path.clone()),
        courier_pin: link.map(|link| link.courier_pin),
        parcel_code: parcel.parcel_code.as_str().to_owned(),
        label: parcel_label::content(&label_key, parcel.id, &parcel.parcel_code),
    };
    work.answers_with_a_secret();
    work.finish(packed).await
}
