//! A county as it is after fifteen years: fifty homes with a hundred residents each, a hundred specialists, twenty pharmacies, and what was prescribed there. Nearly
//! all of it is closed; some hundreds are open, and drafts wait for the clients of the chain.
//!
//! A few prescriptions of each state go through the use cases with real signatures; the rest are copies of them ([`yunzhen_store::testing::years`]).

use anyhow::Context as _;
use std::sync::Arc;

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use rustls::pki_types::CertificateDer;
use yunzhen_certs::authority::Authority;
use yunzhen_certs::sign::DocumentKey;
use yunzhen_certs::{Identity, Trust};
use yunzhen_domain::checked::IdNumber;
use yunzhen_domain::dosage::{Frequency, Route};
use yunzhen_domain::formulary::{DrugId, Formulary};
use yunzhen_domain::ids::{
    DiscrepancyId, DoseEntryId, EligibilityId, HomeId, PharmacyId, PrescriptionId, RefillId, ResidentId, StaffId,
};
use yunzhen_domain::machines;
use yunzhen_domain::machines::prescription::State;
use yunzhen_domain::policy::Policy;
use yunzhen_domain::records::{
    Count, Discrepancy, DoseEntry, Eligibility, Home, Pharmacy, Refill, Resident, Staff, StaffCredential, Supply,
    Urgency,
};
use yunzhen_domain::{Actor, Role};
use yunzhen_relay::app::views::common::{ReasonBody, VersionBody};
use yunzhen_relay::app::views::consultations::NewConsultation;
use yunzhen_relay::app::views::deliveries::{PickUpBody, ReceiveBody};
use yunzhen_relay::app::views::prescriptions::{
    DispenseBody, DraftItem, NewPack, PackBody, Prescription, PrescriptionDraft, SignBody,
};
use yunzhen_relay::app::views::stock::GoodsReceipt;
use yunzhen_relay::app::{App, consultations, deliveries, prescriptions, stock};
use yunzhen_relay::seed;
use yunzhen_runtime::clock;
use yunzhen_store::testing::years::{Copies, Person, Years};
use yunzhen_store::{
    Location, Options, Paging, Store, discrepancies, doses, eligibility, homes, pharmacies, refills, residents, staff,
};

use super::Arguments;
use crate::care::say;
use crate::care::world::{fill_audit, request_by, request_of};
use crate::now;

const HOMES: usize = 50;
const RESIDENTS_OF_A_HOME: usize = 100;
const SPECIALISTS: usize = 100;
const HOSPITALS: usize = 5;
const PHARMACISTS: usize = 10;
const PHARMACIES: usize = 20;
/// Over which the copies are spread.
const YEARS_MS: i64 = 15 * 365 * 24 * 3_600_000;
/// Drafts for the clients of the chain.
const DRAFTS: u64 = 4000;
/// Readings of each resident.
const READINGS: u64 = 100;
/// Tablets for a week.
const WEEK: u32 = 7;
const DRUG: &str = "amlodipine-5mg";

/// Somebody who signs.
pub struct Signer {
    pub member: Staff,
    key: DocumentKey,
    chain: Vec<CertificateDer<'static>>,
}

impl Signer {
    pub fn sign(&self, document: &str) -> anyhow::Result<String> {
        Ok(self.key.sign(&self.chain, document)?)
    }
}

/// Somebody with an account.
pub struct Member {
    pub member: Staff,
}

/// A draft that waits for a client.
#[derive(Clone, Copy)]
pub struct Draft {
    pub id: PrescriptionId,
    pub version: i64,
    pub specialist: usize,
    pub home: usize,
}

#[derive(Clone)]
pub struct World {
    pub app: App,
    pub specialists: Arc<Vec<Signer>>,
    pub pharmacists: Arc<Vec<Signer>>,
    pub pharmacies: Arc<Vec<Member>>,
    pub nurses: Arc<Vec<Staff>>,
    pub administrator: Staff,
    pub drafts: Arc<Vec<Draft>>,
    pub expiry: Date,
}

/// Who there is, before anything was prescribed.
struct County {
    homes: Vec<HomeId>,
    residents: Vec<Resident>,
    nurses: Vec<Staff>,
    specialists: Vec<Signer>,
    pharmacists: Vec<Signer>,
    pharmacies: Vec<Member>,
}

impl World {
    pub async fn new(name: &str, location: Location, arguments: &Arguments) -> anyhow::Result<Self> {
        let began = now();
        let at = clock::now_timestamp();
        let store = Store::open_at(location.clone(), &Options::default()).await?;
        seed::fill(&store, "bench", at).await?;
        asked_together(&store).await?;
        say(&format!("{name}: {} audit rows …", arguments.audit_rows))?;
        fill_audit(&store, arguments.audit_rows, at).await?;
        let authority = Authority::create(at)?;
        let county = County::settle(&store, &authority, at).await?;
        let formulary = Formulary::demo()?;
        let trust = || Trust::new(vec![authority.signers.der().clone()]);
        let app = App::new(store.clone(), Policy::default(), formulary, trust(), Default::default());
        let expiry = seed::stock::expiry(at);
        county.stock(&app, expiry).await?;
        let patterns = Patterns::make(&app, &county, expiry).await?;
        let people = county.people(&app).await?;
        store.close().await;
        drop(app);
        fill(name, &location, &people, &patterns, arguments.prescriptions, at).await?;
        let store = Store::open_at(location, &Options::default()).await?;
        let mut db = store.read().await?;
        let administrator = known(&mut db, "admin1").await?;
        let drafts = drafts(&mut db, &county).await?;
        drop(db);
        say(&format!("{name}: filled in {:.0} s", began.elapsed().as_secs_f64()))?;
        let app = App::new(store, Policy::default(), Formulary::demo()?, trust(), Default::default());
        Ok(Self {
            app,
            specialists: Arc::new(county.specialists),
            pharmacists: Arc::new(county.pharmacists),
            pharmacies: Arc::new(county.pharmacies),
            nurses: Arc::new(county.nurses),
            administrator,
            drafts: Arc::new(drafts),
            expiry,
        })
    }

    /// Prescriptions that are present.
    pub async fn count(&self) -> anyhow::Result<i64> {
        let mut db = self.app.store.read().await?;
        Ok(yunzhen_store::prescriptions::count(&mut db).await?)
    }

    pub async fn close(self) {
        self.app.store.close().await;
    }
}

async fn known(db: &mut yunzhen_store::Db, name: &str) -> anyhow::Result<Staff> {
    staff::by_username(db, name).await?.ok_or_else(|| anyhow::anyhow!("{name} is not there"))
}

/// The drafts that were copied, by the specialists who wrote them.
async fn drafts(db: &mut yunzhen_store::Db, county: &County) -> anyhow::Result<Vec<Draft>> {
    let mut found = Vec::new();
    for (specialist, signer) in county.specialists.iter().enumerate() {
        let filter = yunzhen_store::prescriptions::Filter {
            states: vec![State::Draft],
            specialist: Some(signer.member.id),
            ..Default::default()
        };
        for p in yunzhen_store::prescriptions::list(db, &filter, Paging::newest(1000)).await?.items {
            let home = county.homes.iter().position(|home| *home == p.home_id);
            let home = home.ok_or_else(|| anyhow::anyhow!("a draft of no home"))?;
            found.push(Draft { id: p.id, version: p.version, specialist, home });
        }
    }
    // One specialist after the other, as clients come.
    found.sort_by_key(|draft| draft.id);
    Ok(found)
}

impl County {
    async fn settle(store: &Store, authority: &Authority, at: Timestamp) -> anyhow::Result<Self> {
        let mut tx = store.write().await?;
        let like = known(&mut tx, "specialist1").await?;
        let like_resident = residents::list(&mut tx, Some(seed::HOME_1), None).await?.into_iter().next();
        let like_resident = like_resident.ok_or_else(|| anyhow::anyhow!("the demo has no residents"))?;
        let own = like.hospital.clone().unwrap_or_default();
        let fresh = clock::random_bytes::<10>;
        let member = async |tx: &mut yunzhen_store::Tx, username: String, role: Role, at_place: Staff| {
            let member = Staff { id: StaffId::new(at, fresh()), name: username.clone(), username, role, ..at_place };
            let credential = StaffCredential { staff_id: member.id, password_hash: String::new().into() };
            staff::insert(tx, &member, &credential).await?;
            anyhow::Ok(member)
        };
        let nobody =
            Staff { home_id: None, pharmacy_id: None, hospital: None, licence: None, title: None, ..like.clone() };
        let (mut all_homes, mut nurses) = (vec![seed::HOME_1], vec![known(&mut tx, "nurse1").await?]);
        for n in 1..HOMES {
            let home = Home {
                id: HomeId::new(at, fresh()),
                version: 1,
                name: format!("养老院{n}"),
                address: "云溪市".to_owned(),
                phone: "0571".to_owned(),
                zone: yunzhen_domain::schedule::Zone::shanghai(),
                place: None,
                preferred_pharmacy_id: None,
            };
            homes::insert(&mut tx, &home).await?;
            let place = Staff { home_id: Some(home.id), ..nobody.clone() };
            nurses.push(member(&mut tx, format!("rxnurse{n}"), Role::Nurse, place).await?);
            all_homes.push(home.id);
        }
        let mut shops = vec![known(&mut tx, "pharmacy1").await?];
        for n in 1..PHARMACIES {
            let shop = Pharmacy {
                id: PharmacyId::new(at, fresh()),
                version: 1,
                name: format!("药房{n}"),
                address: "云溪市".to_owned(),
                phone: "0571".to_owned(),
                zone: yunzhen_domain::schedule::Zone::shanghai(),
                place: None,
                hours: Vec::new(),
                radius_metres: None,
            };
            pharmacies::insert(&mut tx, &shop).await?;
            let place = Staff { pharmacy_id: Some(shop.id), ..nobody.clone() };
            shops.push(member(&mut tx, format!("rxpharmacy{n}"), Role::Pharmacy, place).await?);
        }
        let signer = |member: Staff| {
            let identity = Identity::Signer { role: member.role, staff_id: member.id };
            let issued = authority.signers.issue_with_key(&identity, &[], None, at)?;
            anyhow::Ok(Signer { member, key: DocumentKey::from_pem(&issued.key_pem)?, chain: issued.issued.chain })
        };
        let mut specialists = vec![signer(like.clone())?];
        for n in 1..SPECIALISTS {
            let hospital = if n % HOSPITALS == 0 { own.clone() } else { format!("医院{}", n % HOSPITALS) };
            let place = Staff { hospital: Some(hospital), ..like.clone() };
            specialists.push(signer(member(&mut tx, format!("rxdoctor{n}"), Role::Specialist, place).await?)?);
        }
        let reviewer = known(&mut tx, "pharmacist1").await?;
        let mut pharmacists = vec![signer(reviewer.clone())?];
        for n in 1..PHARMACISTS {
            let name = format!("rxpharmacist{n}");
            pharmacists.push(signer(member(&mut tx, name, Role::Pharmacist, reviewer.clone()).await?)?);
        }
        let hospitals: Vec<String> = (0..HOSPITALS).filter_map(|n| specialists[n].member.hospital.clone()).collect();
        let mut people = Vec::with_capacity(HOMES * RESIDENTS_OF_A_HOME);
        for n in 0..HOMES * RESIDENTS_OF_A_HOME {
            // In turn, so that neighbours of the list are of different homes.
            let (home, bed) = (all_homes[n % HOMES], n / HOMES);
            let digits = format!("330106{:04}0101{:03}", 1930 + n / 1000, n % 1000);
            let id_number = IdNumber::complete(&digits).map_err(|error| anyhow::anyhow!("{digits}: {error}"))?;
            let id = ResidentId::new(at, fresh());
            let bed = format!("R{}-{}", bed / 10, bed % 10);
            let resident = Resident {
                id,
                home_id: home,
                id_number,
                bed,
                allergies: Vec::new(),
                medicines: Vec::new(),
                ..like_resident.clone()
            };
            residents::insert(&mut tx, &resident).await?;
            for hospital in &hospitals {
                let fact = Eligibility {
                    id: EligibilityId::new(at, fresh()),
                    resident_id: id,
                    diagnosis_code: "I10".to_owned(),
                    display: "原发性高血压".to_owned(),
                    hospital: hospital.clone(),
                    date: Policy::local_date(at).saturating_sub(jiff::Span::new().days(20)),
                    clinician: "周医生".to_owned(),
                    clinician_id: None,
                    evidence: String::new().into(),
                    visit_id: None,
                    recorded_at: None,
                    revocation: None,
                };
                eligibility::insert(&mut tx, &fact).await?;
            }
            people.push(resident);
        }
        tx.commit_bookkeeping("the county of a benchmark").await?;
        let pharmacies = shops.into_iter().map(|member| Member { member }).collect();
        Ok(Self { homes: all_homes, residents: people, nurses, specialists, pharmacists, pharmacies })
    }

    /// Enough on every shelf for the whole run.
    async fn stock(&self, app: &App, expiry: Date) -> anyhow::Result<()> {
        for shop in &self.pharmacies {
            for _ in 0..3 {
                let goods = GoodsReceipt {
                    drug_id: DrugId(DRUG.to_owned()),
                    batch: seed::stock::BATCH.to_owned(),
                    expiry,
                    gtin: None,
                    quantity: 100_000,
                };
                stock::receive(app, &request_of(&shop.member), goods).await?;
            }
        }
        Ok(())
    }

    /// Each resident with those who look after them.
    async fn people(&self, app: &App) -> anyhow::Result<Vec<Person>> {
        let mut db = app.store.read().await?;
        let drug = DrugId(DRUG.to_owned());
        let mut shelves = Vec::with_capacity(self.pharmacies.len());
        for shop in &self.pharmacies {
            let id = shop.member.pharmacy_id.ok_or_else(|| anyhow::anyhow!("of no pharmacy"))?;
            let batch = yunzhen_store::stock::list(&mut db, id, Some(&drug)).await?.into_iter().next();
            shelves.push((id, batch.ok_or_else(|| anyhow::anyhow!("an empty shelf"))?.id));
        }
        let person = |(n, resident): (usize, &Resident)| Person {
            resident: resident.id,
            home: resident.home_id,
            specialist: self.specialists[n % SPECIALISTS].member.id,
            pharmacist: self.pharmacists[n % PHARMACISTS].member.id,
            pharmacy: shelves[n % PHARMACIES].0,
            stock: shelves[n % PHARMACIES].1,
        };
        Ok(self.residents.iter().enumerate().map(person).collect())
    }
}

/// One prescription of each state, made by the people who make them.
struct Patterns {
    draft: PrescriptionId,
    signed: PrescriptionId,
    in_review: PrescriptionId,
    approved: PrescriptionId,
    dispensing: PrescriptionId,
    packed: PrescriptionId,
    on_the_road: PrescriptionId,
    delivered: PrescriptionId,
    short: PrescriptionId,
    asked_again: PrescriptionId,
    cancelled: PrescriptionId,
}

impl Patterns {
    async fn make(app: &App, county: &County, expiry: Date) -> anyhow::Result<Self> {
        let mut ids = Vec::new();
        for n in 0..11 {
            ids.push(pattern(app, county, expiry, n).await?);
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
}

/// The `n`th of the patterns, as far along as its place among them says.
async fn pattern(app: &App, county: &County, expiry: Date, n: usize) -> anyhow::Result<PrescriptionId> {
    let resident = &county.residents[n * HOMES];
    let (nurse, specialist) = (&county.nurses[0], &county.specialists[0]);
    let (pharmacist, shop) = (&county.pharmacists[0], &county.pharmacies[0].member);
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

/// Whichever pharmacy a client of the chain stands for may take what it finds: nothing is known that pharmacies could be ranked by.
async fn asked_together(store: &Store) -> anyhow::Result<()> {
    let mut tx = store.write().await?;
    let first = pharmacies::get(&mut tx, seed::PHARMACY).await?.context("the demo's pharmacy")?;
    let version = first.version + 1;
    pharmacies::update(&mut tx, &Pharmacy { version, hours: Vec::new(), place: None, radius_metres: None, ..first })
        .await?;
    for home in homes::list(&mut tx).await? {
        let version = home.version + 1;
        homes::update(&mut tx, &Home { version, place: None, preferred_pharmacy_id: None, ..home }).await?;
    }
    tx.commit(Vec::new()).await?;
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

async fn fill(
    name: &str,
    location: &Location,
    people: &[Person],
    patterns: &Patterns,
    prescriptions: u64,
    at: Timestamp,
) -> anyhow::Result<()> {
    let mut years = Years::begin(location, people).await;
    let of = u64::try_from(people.len())?;
    let yesterday = at - SignedDuration::from_hours(48);
    let apart = |count: u64| YEARS_MS / i64::try_from(count.max(1)).unwrap_or(i64::MAX);
    let closed = |of: PrescriptionId, hundredths: u64| {
        let count = prescriptions * hundredths / 100;
        Copies { of, first: 0, count, newest: yesterday, apart_ms: apart(count), slim: true }
    };
    let open = |of: PrescriptionId, count: u64| Copies {
        of,
        first: 0,
        count,
        newest: at - SignedDuration::from_mins(5),
        apart_ms: 30_000,
        slim: false,
    };
    let mut first = 1;
    for copies in [
        closed(patterns.delivered, 82),
        closed(patterns.asked_again, 10),
        closed(patterns.short, 1),
        closed(patterns.cancelled, 7),
        open(patterns.signed, 60),
        open(patterns.in_review, 20),
        open(patterns.approved, 100),
        open(patterns.dispensing, 40),
        open(patterns.packed, 60),
        open(patterns.on_the_road, 80),
        Copies { apart_ms: 1000, ..open(patterns.draft, DRAFTS) },
    ] {
        let copies = Copies { first, ..copies };
        let before = first - 1;
        let mut said = Ok(());
        years
            .copy(&copies, of, |done| {
                if done % 100_000 == 0 {
                    said = say(&format!("{name}: {} prescriptions …", before + done));
                }
            })
            .await;
        said?;
        first += copies.count;
    }
    say(&format!("{name}: readings and indexes …"))?;
    years.readings(READINGS, at).await;
    years.end().await;
    Ok(())
}
