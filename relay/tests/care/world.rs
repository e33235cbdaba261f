//! A home, a hospital, two pharmacies, and what their people do, so that a test reads as prose.

use std::sync::atomic::{AtomicI64, Ordering};

use jiff::{SignedDuration, Timestamp};
use yunzhen_certs::authority::Authority;
use yunzhen_certs::sign::DocumentKey;
use yunzhen_certs::{Identity, Trust};
use yunzhen_domain::audit::{AuditFact, EventKind};
use yunzhen_domain::dosage::{Frequency, Route};
use yunzhen_domain::formulary::{DrugId, Formulary};
use yunzhen_domain::ids::{ConsultationId, HomeId, PharmacyId, PrescriptionId, ResidentId, SigningKeyId, StaffId};
use yunzhen_domain::licence::Licence;
use yunzhen_domain::policy::Policy;
use yunzhen_domain::records::{Count, Home, Pharmacy, SigningKey, Staff, StaffCredential, Supply, Urgency};
use yunzhen_domain::schedule::{Rule, Weekday};
use yunzhen_domain::{Actor, Role};
use yunzhen_relay::app::views::Time;
use yunzhen_relay::app::views::appointments::{Appointment, NewAppointment, NewWish};
use yunzhen_relay::app::views::common::{ReasonBody, VersionBody};
use yunzhen_relay::app::views::consultations::{ConsultationSummary, NewConsultation};
use yunzhen_relay::app::views::deliveries::{Delivery, PickUpBody, ReceiveBody};
use yunzhen_relay::app::views::prescriptions::{
    Accepted, DispenseBody, DraftItem, NewPack, PackBody, Packed, Prescription, PrescriptionDraft, SignBody,
};
use yunzhen_relay::app::views::residents::{ResidentQuery, ResidentSummary};
use yunzhen_relay::app::views::schedule::{AvailabilityUpdate, NewShift};
use yunzhen_relay::app::{
    App, AppError, Context, Entrance, Idempotency, Visitor, appointments, consultations, deliveries, events,
    prescriptions, residents, schedule,
};
use yunzhen_relay::seed;
use yunzhen_relay::vault::Vault;
use yunzhen_store::testing::TestDatabase;
use yunzhen_store::{Store, audit, homes, licences, pharmacies, signing_keys, staff};

pub const PASSWORD: &str = "demo password 云";

/// Somebody with an account and, for those who sign, a certificate.
pub struct Person {
    pub actor: Actor,
    signer: Option<(DocumentKey, Vec<rustls::pki_types::CertificateDer<'static>>)>,
}

impl Person {
    pub fn sign(&self, document: &str) -> String {
        let (key, chain) = self.signer.as_ref().expect("signs");
        key.sign(chain, document).expect("signed")
    }

    /// The certificate and its authority, PEM.
    pub fn chain_pem(&self) -> String {
        use base64::Engine as _;
        let (_, chain) = self.signer.as_ref().expect("signs");
        let one = |der: &[u8]| base64::engine::general_purpose::STANDARD.encode(der);
        let pem = |der| format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", one(der));
        chain.iter().map(|der| pem(der.as_ref())).collect()
    }
}

/// A box's key with its certificate.
pub struct HomeBox {
    pub home_id: HomeId,
    key: DocumentKey,
    chain: Vec<rustls::pki_types::CertificateDer<'static>>,
}

impl HomeBox {
    pub fn sign(&self, document: &str) -> String {
        self.key.sign(&self.chain, document).expect("signed")
    }
}

fn box_of(authority: &Authority, home_id: HomeId, at: Timestamp) -> HomeBox {
    let issued = authority.systems.issue_with_key(&Identity::Box { home_id }, &[], None, at).expect("issued");
    HomeBox { home_id, key: DocumentKey::from_pem(&issued.key_pem).expect("key"), chain: issued.issued.chain }
}

pub struct World {
    pub app: App,
    pub nurse: Person,
    pub nurse_of_other_home: Person,
    pub specialist: Person,
    pub other_specialist: Person,
    pub pharmacist: Person,
    pub other_pharmacist: Person,
    pub pharmacy: Person,
    pub other_pharmacy: Person,
    pub administrator: Person,
    /// Of a hospital that nothing ties to the homes.
    pub stranger: Person,
    /// The boxes of the two homes, as they sign.
    pub home_box: HomeBox,
    pub other_box: HomeBox,
    clock_ms: AtomicI64,
    keys: AtomicI64,
    _database: TestDatabase,
}

/// Every start of the program has the same key.
pub fn vault() -> Vault {
    Vault::from_key([7; 32]).expect("a key")
}

impl World {
    pub async fn new() -> Self {
        let database = TestDatabase::new().await;
        let start: Timestamp = "2026-11-23T02:00:00Z".parse().expect("time");
        let store = database.open().await;
        seed::fill(&store, PASSWORD, start).await.expect("seeded");
        second_pharmacy_and_pharmacist(&store, start).await;
        let authority = Authority::create(start).expect("authority");
        let signers = Trust::new(vec![authority.signers.der().clone()]);
        let formulary = Formulary::demo().expect("formulary");
        let mut people = Vec::new();
        for name in [
            "nurse1",
            "nurse2",
            "specialist1",
            "specialist2",
            "pharmacist1",
            "pharmacist2",
            "pharmacy1",
            "pharmacy2",
            "admin1",
            "specialist3",
        ] {
            people.push(person(&store, &authority, name, start).await);
        }
        let mut people = people.into_iter();
        let mut next = || people.next().expect("person");
        Self {
            app: App::new(store, Policy::default(), formulary, signers, Default::default(), vault())
                .with_boxes(Trust::new(vec![authority.systems.der().clone()])),
            home_box: box_of(&authority, seed::HOME_1, start),
            other_box: box_of(&authority, seed::HOME_2, start),
            nurse: next(),
            nurse_of_other_home: next(),
            specialist: next(),
            other_specialist: next(),
            pharmacist: next(),
            other_pharmacist: next(),
            pharmacy: next(),
            other_pharmacy: next(),
            administrator: next(),
            stranger: next(),
            clock_ms: AtomicI64::new(start.as_millisecond()),
            keys: AtomicI64::new(0),
            _database: database,
        }
    }

    /// Everything of the program is dropped, and it is started over the same record. What it knew only by heart is gone.
    pub async fn restart(&mut self) {
        let (signers, boxes) = (self.app.signers.clone(), self.app.boxes.clone());
        self.app.store.close().await;
        let store = self._database.open().await;
        let formulary = Formulary::demo().expect("formulary");
        let mut app = App::new(store, Policy::default(), formulary, Trust::new(vec![]), Default::default(), vault());
        (app.signers, app.boxes) = (signers, boxes);
        self.app = app;
    }

    /// Changes the record beside the program.
    pub async fn behind_its_back(&self, statement: &str) {
        self._database.tell(statement).await;
    }

    /// Of somebody's licence the number is known and nothing else, as of accounts of the command line.
    pub async fn forget_licence(&self, of: &Person) {
        let id = of.actor.staff_id().expect("staff");
        self.behind_its_back(&format!("DELETE FROM staff_licences WHERE staff_id = '{id}'")).await;
    }

    /// How many rows of the record a query finds.
    pub async fn rows(&self, query: &str) -> usize {
        self._database.ask(query).await.len()
    }

    /// A second passes with each look at the clock.
    pub fn now(&self) -> Timestamp {
        let ms = self.clock_ms.fetch_add(1000, Ordering::Relaxed) + 1000;
        Timestamp::from_millisecond(ms).expect("time")
    }

    pub fn pass(&self, duration: SignedDuration) {
        self.clock_ms.fetch_add(i64::try_from(duration.as_millis()).expect("ms"), Ordering::Relaxed);
    }

    /// A request of an actor, with a key of its own.
    pub fn of(&self, actor: Actor) -> Context {
        let n = self.keys.fetch_add(1, Ordering::Relaxed);
        let key = Idempotency { key: format!("key-{n}"), request_sha256: [n.to_le_bytes()[0]; 32] };
        Context { idempotency: Some(key), ..Context::of(actor, self.now()) }
    }

    pub fn by(&self, person: &Person) -> Context {
        self.of(person.actor)
    }

    pub fn entrance(&self, source: &str) -> Entrance {
        Entrance { now: self.now(), source: source.to_owned(), through_box: None, visitor: Visitor::default() }
    }

    pub async fn resident(&self, name: &str) -> ResidentSummary {
        let query = ResidentQuery { q: Some(name.to_owned()), ..Default::default() };
        let found = residents::list(&self.app, &self.by(&self.specialist), query).await.expect("list");
        found.items.into_iter().next().expect("resident")
    }

    pub async fn waiting(&self, name: &str) -> ConsultationSummary {
        let resident = self.resident(name).await;
        let nurse = if resident.home_id == seed::HOME_1 { &self.nurse } else { &self.nurse_of_other_home };
        let ask =
            NewConsultation { resident_id: resident.id, reason: "血压高".to_owned(), urgency: Urgency::Routine };
        consultations::request(&self.app, &self.by(nurse), ask).await.expect("requested")
    }

    /// The specialist publishes Mondays and Tuesdays from two to four in the afternoon, twenty minutes each.
    pub async fn published(&self, specialist: &Person) -> StaffId {
        let id = specialist.actor.staff_id().expect("a specialist");
        let rule = |weekday| Rule {
            weekday,
            start: jiff::civil::time(14, 0, 0, 0),
            end: jiff::civil::time(16, 0, 0, 0),
            slot_minutes: 20,
            valid_from: jiff::civil::date(2026, 1, 1),
            valid_until: None,
        };
        let update = AvailabilityUpdate {
            version: 0,
            zone: "Asia/Shanghai".to_owned(),
            rules: vec![rule(Weekday::Monday), rule(Weekday::Tuesday)],
            exceptions: Vec::new(),
        };
        schedule::publish(&self.app, &self.by(specialist), id, update).await.expect("published");
        id
    }

    pub async fn try_book(&self, name: &str, with: StaffId, starts_at: &str) -> Result<Appointment, AppError> {
        let resident = self.resident(name).await;
        let nurse = if resident.home_id == seed::HOME_1 { &self.nurse } else { &self.nurse_of_other_home };
        let wish = NewAppointment {
            resident_id: resident.id,
            specialist_id: with,
            starts_at: at(starts_at),
            reason: "复诊".to_owned(),
        };
        appointments::book(&self.app, &self.by(nurse), wish).await
    }

    pub async fn booked(&self, name: &str, with: StaffId, starts_at: &str) -> Appointment {
        self.try_book(name, with, starts_at).await.expect("booked")
    }

    /// The first resident waits for any time of this week.
    pub async fn waitlisted(&self, name: &str, with: StaffId, urgency: Urgency) -> ConsultationSummary {
        let resident = self.resident(name).await;
        let nurse = if resident.home_id == seed::HOME_1 { &self.nurse } else { &self.nurse_of_other_home };
        let wish = NewWish {
            resident_id: resident.id,
            specialist_id: with,
            not_before: at("2026-11-23T00:00:00Z"),
            not_after: at("2026-11-28T00:00:00Z"),
            urgency,
            reason: "想早一点".to_owned(),
        };
        appointments::wait(&self.app, &self.by(nurse), wish).await.expect("on the list").consultation
    }

    pub async fn on_duty(&self, specialist: &Person, line: u32) {
        let now = self.now();
        let shift = NewShift {
            specialist_id: specialist.actor.staff_id().expect("a specialist"),
            line,
            starts_at: now.into(),
            ends_at: (now + SignedDuration::from_hours(24)).into(),
        };
        schedule::plan_duty(&self.app, &self.by(&self.administrator), shift).await.expect("on duty");
    }

    pub async fn look(&self, id: ConsultationId) -> ConsultationSummary {
        consultations::get(&self.app, &self.by(&self.specialist), id).await.expect("seen").summary
    }

    pub async fn begin(&self, by: &Person, id: ConsultationId) -> ConsultationSummary {
        let version = self.look(id).await.version;
        consultations::begin(&self.app, &self.by(by), id, VersionBody { version }).await.expect("begun")
    }

    /// How often something happened.
    pub async fn count(&self, kind: EventKind) -> usize {
        let mut db = self.app.store.read().await.expect("read");
        audit::after(&mut db, 0, 10_000).await.expect("rows").iter().filter(|row| row.fact.kind == kind).count()
    }

    pub async fn in_progress(&self, name: &str) -> ConsultationSummary {
        let c = self.waiting(name).await;
        let ctx = self.by(&self.specialist);
        consultations::begin(&self.app, &ctx, c.id, VersionBody { version: c.version }).await.expect("begun")
    }

    pub async fn draft(&self, id: ConsultationId, draft: PrescriptionDraft) -> Prescription {
        prescriptions::create(&self.app, &self.by(&self.specialist), id, draft).await.expect("drafted")
    }

    pub async fn try_sign(&self, p: &Prescription) -> Result<Prescription, AppError> {
        let body = VersionBody { version: p.version };
        let to_sign = prescriptions::signing_document(&self.app, &self.by(&self.specialist), p.id, body).await?;
        let body = SignBody { version: p.version, jws: self.specialist.sign(&to_sign.document) };
        prescriptions::sign(&self.app, &self.by(&self.specialist), p.id, body).await
    }

    pub async fn signed(&self) -> Prescription {
        let c = self.in_progress("王秀英").await;
        let p = self.draft(c.id, draft("I10", &[("amlodipine-5mg", 7)])).await;
        self.try_sign(&p).await.expect("signed")
    }

    pub async fn claim(&self, p: &Prescription) -> Prescription {
        let body = VersionBody { version: p.version };
        prescriptions::claim(&self.app, &self.by(&self.pharmacist), p.id, body).await.expect("claimed")
    }

    pub async fn approve(&self, p: &Prescription) -> Prescription {
        let ctx = self.by(&self.pharmacist);
        let body = VersionBody { version: p.version };
        let doc = prescriptions::approval_document(&self.app, &ctx, p.id, body).await.expect("document");
        let body = SignBody { version: p.version, jws: self.pharmacist.sign(&doc.document) };
        prescriptions::approve(&self.app, &self.by(&self.pharmacist), p.id, body).await.expect("approved")
    }

    pub async fn approved(&self) -> Prescription {
        let p = self.signed().await;
        self.approve(&self.claim(&p).await).await
    }

    pub async fn accept(&self, p: &Prescription) -> Accepted {
        let body = VersionBody { version: p.version };
        prescriptions::accept(&self.app, &self.by(&self.pharmacy), p.id, body).await.expect("accepted")
    }

    pub async fn dispense(&self, a: &Accepted) -> Prescription {
        self.try_dispense(a, a.prescription.items[0].quantity).await.expect("dispensed")
    }

    /// Takes `quantity` of every line from the shelf.
    pub async fn try_dispense(&self, a: &Accepted, quantity: u32) -> Result<Prescription, AppError> {
        let packs = a.prescription.items.iter().map(|i| NewPack {
            item_no: i.no,
            batch: "B2026-11".to_owned(),
            expiry: jiff::civil::date(2028, 1, 31),
            quantity,
            drug_id: None,
            substitution_reason: None,
        });
        let body = DispenseBody {
            version: a.prescription.version,
            secret: a.secret.clone(),
            packs: packs.collect(),
            part_reason: None,
        };
        prescriptions::dispense(&self.app, &self.by(&self.pharmacy), a.prescription.id, body).await
    }

    pub async fn pack(&self, p: &Prescription, secret: &str) -> Packed {
        let body = PackBody {
            version: p.version,
            secret: secret.to_owned(),
            courier_name: "赵师傅".to_owned(),
            courier_phone: "13800000000".to_owned(),
        };
        prescriptions::pack(&self.app, &self.by(&self.pharmacy), p.id, body).await.expect("packed")
    }

    pub async fn packed(&self) -> Packed {
        let accepted = self.accept(&self.approved().await).await;
        let dispensed = self.dispense(&accepted).await;
        self.pack(&dispensed, &accepted.secret).await
    }

    /// The courier takes the job and the parcel.
    pub async fn on_the_road(&self, d: &Delivery) -> Delivery {
        let courier = courier_of(d);
        let body = VersionBody { version: d.version };
        let d = deliveries::accept(&self.app, &self.of(courier), d.id, body).await.expect("accepted");
        let body = PickUpBody { version: d.version, scan: None, celsius: None };
        deliveries::pick_up(&self.app, &self.of(courier), d.id, body).await.expect("picked up")
    }

    pub async fn receive(&self, d: &Delivery, code: &str, quantity: u32) -> Result<Delivery, AppError> {
        let counts = vec![Count { item_no: 1, quantity, damaged: 0 }];
        let body =
            ReceiveBody { version: d.version, parcel_code: code.to_owned(), counts, comment: None, celsius: None };
        deliveries::receive(&self.app, &self.by(&self.nurse), d.id, body).await
    }

    pub async fn cancel(&self, id: PrescriptionId, version: i64) -> Result<Prescription, AppError> {
        let body = ReasonBody { version, reason: "病情变化".to_owned() };
        prescriptions::cancel(&self.app, &self.by(&self.specialist), id, body).await
    }

    pub async fn see(&self, id: PrescriptionId) -> Prescription {
        prescriptions::get(&self.app, &self.by(&self.specialist), id).await.expect("seen")
    }

    /// Waits until the commands that were given up have been saved or undone.
    pub async fn settled(&self) {
        self.app.store.write().await.expect("turn").settle().await.expect("committed");
    }

    /// Who read or changed what of a resident since row `seq`, in order.
    pub async fn audited_of(&self, resident: ResidentId, seq: i64) -> Vec<AuditFact> {
        let mut db = self.app.store.read().await.expect("read");
        let rows = audit::after(&mut db, seq, 10_000).await.expect("rows");
        rows.into_iter().map(|r| r.fact).filter(|f| f.entity_id == resident.uuid()).collect()
    }

    /// The newest audit row.
    pub async fn newest(&self) -> i64 {
        events::newest(&self.app).await.expect("newest")
    }

    /// The audit kinds about care so far, in order; the chain of all rows must hold.
    pub async fn audited(&self) -> Vec<&'static str> {
        let mut db = self.app.store.read().await.expect("read");
        audit::verify(&mut db).await.expect("chain holds");
        let rows = audit::after(&mut db, 0, 10_000).await.expect("rows");
        let care = |k: EventKind| {
            ["consultation.", "prescription.", "delivery."].iter().any(|prefix| k.as_str().starts_with(prefix))
        };
        rows.iter().map(|r| r.fact.kind).filter(|k| care(*k)).map(EventKind::as_str).collect()
    }
}

async fn second_pharmacy_and_pharmacist(store: &Store, now: Timestamp) {
    let mut tx = store.write().await.expect("tx");
    let other = Pharmacy {
        id: PharmacyId::new(now, [9; 10]),
        name: "仁和药房".to_owned(),
        address: "云溪市南街 1 号".to_owned(),
        phone: "0571-5550-0404".to_owned(),
        version: 1,
        zone: yunzhen_domain::schedule::Zone::shanghai(),
        place: None,
        hours: Vec::new(),
        radius_metres: None,
    };
    pharmacies::insert(&mut tx, &other).await.expect("pharmacy");
    // Nobody knows of either where it is or when it is open: both are asked together, as most tests want it. `offers` tells of the rest.
    let first = pharmacies::get(&mut tx, seed::PHARMACY).await.expect("read").expect("the demo's");
    let (version, hours) = (first.version + 1, Vec::new());
    let bare = Pharmacy { version, hours, place: None, radius_metres: None, ..first };
    pharmacies::update(&mut tx, &bare).await.expect("changed");
    for home in homes::list(&mut tx).await.expect("homes") {
        let bare = Home { version: home.version + 1, place: None, preferred_pharmacy_id: None, ..home };
        homes::update(&mut tx, &bare).await.expect("changed");
    }
    for (n, username, role, pharmacy_id) in
        [(21, "pharmacist2", Role::Pharmacist, None), (22, "pharmacy2", Role::Pharmacy, Some(other.id))]
    {
        let member = Staff {
            id: StaffId::new(now, [n; 10]),
            version: 1,
            username: username.to_owned(),
            name: username.to_owned(),
            role,
            home_id: None,
            pharmacy_id,
            hospital: None,
            licence: None,
            title: None,
            practising_since: None,
            active: true,
        };
        let credential = StaffCredential { staff_id: member.id, password_hash: "unused".into(), initial_until: None };
        staff::insert(&mut tx, &member, &credential).await.expect("member");
    }
    tx.commit_bookkeeping("test people").await.expect("committed");
}

/// A licence on record that no test outlives: a pharmacist's registration ends, a physician's licence does not.
fn licence_of(member: &Staff, now: Timestamp) -> Licence {
    Licence {
        staff_id: member.id,
        version: 1,
        number: member.licence.clone().unwrap_or_else(|| "ZY3301000872".to_owned()),
        hospital: member.hospital.clone().unwrap_or_else(|| "云溪市第一人民医院".to_owned()),
        specialty: "全科".to_owned(),
        valid_until: (member.role == Role::Pharmacist).then_some(jiff::civil::date(2199, 12, 31)),
        recorded_at: now,
        recorded_by: member.id,
    }
}

async fn person(store: &Store, authority: &Authority, username: &str, now: Timestamp) -> Person {
    let mut db = store.read().await.expect("read");
    let member = staff::by_username(&mut db, username).await.expect("query").expect(username);
    let signs = matches!(member.role, Role::Specialist | Role::Pharmacist);
    drop(db);
    let signer = signs.then(|| {
        let identity = Identity::Signer { role: member.role, staff_id: member.id };
        let issued = authority.signers.issue_with_key(&identity, &[], None, now).expect("issued");
        (DocumentKey::from_pem(&issued.key_pem).expect("key"), issued.issued.chain)
    });
    if let Some((key, _)) = &signer {
        let key_sha256 = key.public_jwk().sha256().expect("on P-256");
        let id = SigningKeyId::new(now, yunzhen_runtime::clock::random_bytes());
        let mut tx = store.write().await.expect("write");
        let in_force = SigningKey::in_force(id, member.id, member.role, key_sha256, now);
        signing_keys::insert(&mut tx, &in_force).await.expect("a key in force");
        licences::insert(&mut tx, &licence_of(&member, now)).await.expect("a licence on record");
        tx.commit_bookkeeping("a key to sign with").await.expect("committed");
    }
    Person { actor: member.actor(), signer }
}

/// Whoever opened the courier's link of a delivery, as pharmacy or courier see it.
pub fn courier_of(d: &Delivery) -> Actor {
    Actor::Courier { run_id: d.run_id.expect("seen by pharmacy or courier") }
}

pub fn at(text: &str) -> Time {
    Time(text.parse().expect("time"))
}

/// One tablet a day of each drug; of insulin one unit.
pub fn draft(diagnosis: &str, drugs: &[(&str, u32)]) -> PrescriptionDraft {
    let item = |(drug, days): &(&str, u32)| DraftItem {
        drug_id: DrugId((*drug).to_owned()),
        dose: 1.0,
        dose_unit: None,
        taper: vec![],
        frequency: Frequency::Qd,
        route: if drug.starts_with("insulin") { Route::Subcutaneous } else { Route::Oral },
        days: *days,
        most_per_day: None,
        hours_apart: None,
        quantity: None,
        instruction: "早餐后服用".to_owned(),
        substitution: false,
    };
    PrescriptionDraft {
        diagnosis_code: diagnosis.to_owned(),
        supply: Supply::Ordinary,
        valid_days: 1,
        items: drugs.iter().map(item).collect(),
        hard_stop_reason: None,
        assessment: None,
    }
}
