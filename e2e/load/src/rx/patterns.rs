//! One prescription of each state, brought as far along as it is by the people who bring it there. All others are copies of these.

use jiff::SignedDuration;
use jiff::civil::Date;
use yunzhen_domain::Actor;
use yunzhen_domain::dosage::{Frequency, Route};
use yunzhen_domain::formulary::DrugId;
use yunzhen_domain::ids::{DiscrepancyId, DoseEntryId, PrescriptionId, RefillId};
use yunzhen_domain::machines;
use yunzhen_domain::policy::Policy;
use yunzhen_domain::records::{Count, Discrepancy, DoseEntry, Refill, Resident, Staff, Supply, Urgency};
use yunzhen_relay::app::views::common::{ReasonBody, VersionBody};
use yunzhen_relay::app::views::consultations::NewConsultation;
use yunzhen_relay::app::views::deliveries::{PickUpBody, ReceiveBody};
use yunzhen_relay::app::views::prescriptions::{
    DispenseBody, DraftItem, NewPack, PackBody, Prescription, PrescriptionDraft, SignBody,
};
use yunzhen_relay::app::{App, consultations, deliveries, prescriptions};
use yunzhen_relay::seed;
use yunzhen_runtime::clock;
use yunzhen_store::{discrepancies, doses, refills};

use super::county::{County, DRUG, HOMES, Signer};
use crate::care::world::{request_by, request_of};

/// Tablets for a week.
const WEEK: u32 = 7;

/// One prescription of each state, made by the people who make them.
pub struct Patterns {
    pub draft: PrescriptionId,
    pub signed: PrescriptionId,
    pub in_review: PrescriptionId,
    pub approved: PrescriptionId,
    pub dispensing: PrescriptionId,
    pub packed: PrescriptionId,
    pub on_the_road: PrescriptionId,
    pub delivered: PrescriptionId,
    pub short: PrescriptionId,
    pub asked_again: PrescriptionId,
    pub cancelled: PrescriptionId,
}

impl Patterns {
    pub async fn make(app: &App, county: &County, residents: &[Resident], expiry: Date) -> anyhow::Result<Self> {
        let mut ids = Vec::new();
        for n in 0..11 {
            ids.push(pattern(app, county, &residents[n * HOMES], expiry, n).await?);
        }
        let [
            draft,
            signed,
            in_review,
            approved,
            dispensing,
            packed,
            on_the_road,
            delivered,
            short,
            asked_again,
            cancelled,
        ] = ids.try_into().map_err(|_| anyhow::anyhow!("eleven patterns"))?;
        Ok(Self {
            draft,
            signed,
            in_review,
            approved,
            dispensing,
            packed,
            on_the_road,
            delivered,
            short,
            asked_again,
            cancelled,
        })
    }

    pub fn all(&self) -> [PrescriptionId; 11] {
        let Self { draft, signed, in_review, approved, dispensing, packed, on_the_road, .. } = *self;
        let Self { delivered, short, asked_again, cancelled, .. } = *self;
        [draft, signed, in_review, approved, dispensing, packed, on_the_road, delivered, short, asked_again, cancelled]
    }
}

/// The `n`th of the patterns, as far along as its place among them says.
async fn pattern(
    app: &App,
    county: &County,
    resident: &Resident,
    expiry: Date,
    n: usize,
) -> anyhow::Result<PrescriptionId> {
    let (nurse, specialist) = (&county.nurses[0], &county.specialists[0]);
    let (pharmacist, shop) = (&county.pharmacists[0], &county.pharmacies[0]);
    let seen = |version: i64| VersionBody { version };
    let ask = NewConsultation { resident_id: resident.id, reason: "复诊".to_owned(), urgency: Urgency::Routine };
    let c = consultations::request(app, &request_of(nurse), ask).await?;
    let c = consultations::begin(app, &request_of(&specialist.member), c.id, seen(c.version)).await?;
    let p = prescriptions::create(app, &request_of(&specialist.member), c.id, draft()).await?;
    let p = further(app, specialist, pharmacist, shop, nurse, expiry, p, n).await?;
    if n > 0 {
        // Written, so the visit is over; only drafts are still being written.
        consultations::complete(app, &request_of(&specialist.member), c.id, seen(c.version)).await?;
    }
    if matches!(n, 7..=9) {
        with_what_follows(app, nurse, &p, n).await?;
    }
    Ok(p.id)
}

#[allow(clippy::too_many_arguments, reason = "everybody who has a part in it")]
async fn further(
    app: &App,
    specialist: &Signer,
    pharmacist: &Signer,
    shop: &Staff,
    nurse: &Staff,
    expiry: Date,
    p: Prescription,
    n: usize,
) -> anyhow::Result<Prescription> {
    let seen = |version: i64| VersionBody { version };
    if n == 0 {
        return Ok(p);
    }
    let doctor = &specialist.member;
    let document = prescriptions::signing_document(app, &request_of(doctor), p.id, seen(p.version)).await?;
    let body = SignBody { version: p.version, jws: specialist.sign(&document.document)? };
    let p = prescriptions::sign(app, &request_of(doctor), p.id, body).await?;
    if n == 1 {
        return Ok(p);
    }
    if n == 10 {
        let body = ReasonBody { version: p.version, reason: "改方案".to_owned() };
        return Ok(prescriptions::cancel(app, &request_of(doctor), p.id, body).await?);
    }
    let reviewer = &pharmacist.member;
    let p = prescriptions::claim(app, &request_of(reviewer), p.id, seen(p.version)).await?;
    if n == 2 {
        return Ok(p);
    }
    let document = prescriptions::approval_document(app, &request_of(reviewer), p.id, seen(p.version)).await?;
    let body = SignBody { version: p.version, jws: pharmacist.sign(&document.document)? };
    let p = prescriptions::approve(app, &request_of(reviewer), p.id, body).await?;
    if n == 3 {
        return Ok(p);
    }
    let accepted = prescriptions::accept(app, &request_of(shop), p.id, seen(p.version)).await?;
    let pack = |quantity| NewPack {
        item_no: 1,
        batch: seed::stock::BATCH.to_owned(),
        expiry,
        quantity,
        drug_id: None,
        substitution_reason: None,
    };
    let take = |version, quantity| DispenseBody {
        version,
        secret: accepted.secret.clone(),
        packs: vec![pack(quantity)],
        part_reason: None,
    };
    let version = accepted.prescription.version;
    let p = prescriptions::dispense(app, &request_of(shop), p.id, take(version, WEEK)).await?;
    if n == 4 {
        return Ok(p);
    }
    let closed = |version| PackBody {
        version,
        secret: accepted.secret.clone(),
        courier_name: "赵师傅".to_owned(),
        courier_phone: format!("1390000{n:04}"),
    };
    let packed = prescriptions::pack(app, &request_of(shop), p.id, closed(p.version)).await?;
    if n == 5 {
        return Ok(packed.prescription);
    }
    let carried = async |d: &yunzhen_relay::app::views::deliveries::Delivery, code: &str, quantity: Option<u32>| {
        let run_id = d.run_id.ok_or_else(|| anyhow::anyhow!("the pharmacy sees the run"))?;
        let courier = || request_by(Actor::Courier { run_id });
        let d = deliveries::accept(app, &courier(), d.id, seen(d.version)).await?;
        let body = PickUpBody { version: d.version, scan: None, celsius: None };
        let d = deliveries::pick_up(app, &courier(), d.id, body).await?;
        if let Some(quantity) = quantity {
            let counts = vec![Count { item_no: 1, quantity, damaged: 0 }];
            let parcel_code = code.to_owned();
            let body = ReceiveBody { version: d.version, parcel_code, counts, comment: None, celsius: None };
            deliveries::receive(app, &request_of(nurse), d.id, body).await?;
        }
        anyhow::Ok(())
    };
    let whole = match n {
        6 => None,
        8 => Some(WEEK - 1),
        _ => Some(WEEK),
    };
    carried(&packed.delivery, &packed.parcel_code, whole).await?;
    if n == 8 {
        // The one that was short comes in a second parcel.
        let p = prescriptions::get(app, &request_of(doctor), p.id).await?;
        let p = prescriptions::dispense(app, &request_of(shop), p.id, take(p.version, 1)).await?;
        let packed = prescriptions::pack(app, &request_of(shop), p.id, closed(p.version)).await?;
        carried(&packed.delivery, &packed.parcel_code, Some(1)).await?;
    }
    Ok(prescriptions::get(app, &request_of(doctor), p.id).await?)
}

/// Doses that were given, a discrepancy that was settled, a refill that was asked for.
async fn with_what_follows(app: &App, nurse: &Staff, p: &Prescription, n: usize) -> anyhow::Result<()> {
    let at = clock::now_timestamp();
    let fresh = clock::random_bytes::<10>;
    let mut tx = app.store.write().await?;
    let stored = yunzhen_store::prescriptions::get(&mut tx, p.id).await?;
    let stored = stored.ok_or_else(|| anyhow::anyhow!("it was made"))?;
    for day in 1..=2 {
        let due = at + SignedDuration::from_hours(24 * day);
        let entry = DoseEntry {
            id: DoseEntryId::new(due, fresh()),
            prescription_id: p.id,
            item_no: 1,
            resident_id: stored.resident_id,
            home_id: stored.home_id,
            due_at: due,
            sequence: 1,
            state: machines::dose::State::Given,
            dose: stored.items[0].dose,
            at: due,
            recorded_at: due,
            author: nurse.id,
            not_given: None,
            need: None,
            batch: None,
            note: None,
            scanned: true,
        };
        doses::insert(&mut tx, &entry).await?;
    }
    if n == 9 {
        let refill = Refill {
            id: RefillId::new(at, fresh()),
            version: 1,
            state: machines::refill::State::Open,
            prescription_id: p.id,
            resident_id: stored.resident_id,
            home_id: stored.home_id,
            specialist_id: stored.specialist_id,
            item_nos: vec![1],
            last_day: Policy::local_date(at).saturating_add(jiff::Span::new().days(7)),
            runs_out: "stock".parse().map_err(|_| anyhow::anyhow!("a reason to run out"))?,
            asked_at: at,
            decided_at: None,
            renewed_by: None,
            reopened: None,
            decline_reason: None,
        };
        refills::insert(&mut tx, &refill).await?;
    }
    if n == 8 {
        for parcel in yunzhen_store::deliveries::by_prescription(&mut tx, p.id).await? {
            for open in discrepancies::of_delivery(&mut tx, parcel.id).await? {
                let settled: Discrepancy =
                    open.resolve(yunzhen_domain::machines::discrepancy::Resolution::ALL[0], None, at, nurse.id)?;
                let _: DiscrepancyId = settled.id;
                discrepancies::update(&mut tx, &settled).await?;
            }
        }
    }
    tx.commit_bookkeeping("what follows a pattern").await?;
    Ok(())
}

fn draft() -> PrescriptionDraft {
    let item = DraftItem {
        drug_id: DrugId(DRUG.to_owned()),
        dose: 1.0,
        dose_unit: None,
        taper: vec![],
        frequency: Frequency::Qd,
        route: Route::Oral,
        days: WEEK,
        most_per_day: None,
        hours_apart: None,
        quantity: None,
        instruction: "早餐后服用".to_owned(),
        substitution: false,
    };
    PrescriptionDraft {
        diagnosis_code: "I10".to_owned(),
        supply: Supply::Ordinary,
        valid_days: 3,
        items: vec![item],
        // What came before may still be in hand: the prescriber knows.
        hard_stop_reason: Some("已核对余药".to_owned()),
        assessment: None,
    }
}
