//! Who there is in the county: fifty homes with a hundred residents each, a hundred specialists of five hospitals, twenty pharmacies.
//!
//! The keys of those who sign are made anew whenever the county is found again: the record knows people, not keys.

use std::sync::Arc;

use anyhow::Context as _;
use jiff::Timestamp;
use jiff::civil::Date;
use rustls::pki_types::CertificateDer;
use yunzhen_certs::Identity;
use yunzhen_certs::authority::Authority;
use yunzhen_certs::sign::DocumentKey;
use yunzhen_domain::Role;
use yunzhen_domain::checked::IdNumber;
use yunzhen_domain::formulary::DrugId;
use yunzhen_domain::ids::{EligibilityId, HomeId, PharmacyId, ResidentId, SigningKeyId, StaffId};
use yunzhen_domain::licence::Licence;
use yunzhen_domain::policy::Policy;
use yunzhen_domain::records::{Eligibility, Home, Pharmacy, Resident, SigningKey, Staff, StaffCredential};
use yunzhen_relay::app::views::stock::GoodsReceipt;
use yunzhen_relay::app::{App, stock};
use yunzhen_relay::seed;
use yunzhen_runtime::clock;
use yunzhen_store::testing::years::Person;
use yunzhen_store::{Db, Store, eligibility, homes, licences, pharmacies, residents, signing_keys, staff};

use crate::care::world::request_of;

pub const HOMES: usize = 50;
const RESIDENTS_OF_A_HOME: usize = 100;
const SPECIALISTS: usize = 100;
const HOSPITALS: usize = 5;
const PHARMACISTS: usize = 10;
const PHARMACIES: usize = 20;
/// What is prescribed.
pub const DRUG: &str = "amlodipine-5mg";
/// Names of residents: what they are called by, and its initials.
const NAMES: [(&str, &str); 8] = [
    ("王秀英", "wxy"),
    ("赵德明", "zdm"),
    ("孙桂兰", "sgl"),
    ("周福生", "zfs"),
    ("吴凤珍", "wfz"),
    ("郑国强", "zgq"),
    ("冯淑华", "fsh"),
    ("陈阿福", "caf"),
];

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

/// Who there is.
#[derive(Clone)]
pub struct County {
    pub nurses: Arc<Vec<Staff>>,
    pub specialists: Arc<Vec<Signer>>,
    pub pharmacists: Arc<Vec<Signer>>,
    pub pharmacies: Arc<Vec<Staff>>,
}

/// The account of the `n`th of a kind: the demo's own, then those of the county.
fn account(role: Role, n: usize) -> String {
    let (of_the_demo, more) = match role {
        Role::Specialist => ("specialist1", "rxdoctor"),
        Role::Pharmacist => ("pharmacist1", "rxpharmacist"),
        Role::Pharmacy => ("pharmacy1", "rxpharmacy"),
        _ => ("nurse1", "rxnurse"),
    };
    if n == 0 { of_the_demo.to_owned() } else { format!("{more}{n}") }
}

pub async fn known(db: &mut Db, name: &str) -> anyhow::Result<Staff> {
    staff::by_username(db, name).await?.with_context(|| format!("{name} is not there"))
}

/// A licence that is good whenever the record is measured again.
fn licence_of(member: &Staff, at: Timestamp) -> Licence {
    Licence {
        staff_id: member.id,
        version: 1,
        number: member.licence.clone().unwrap_or_default(),
        hospital: member.hospital.clone().unwrap_or_default(),
        specialty: "全科".to_owned(),
        valid_until: Some(jiff::civil::date(2199, 12, 31)),
        recorded_at: at,
        recorded_by: member.id,
    }
}

impl County {
    /// Those who are in the record already, with fresh keys.
    pub async fn find(store: &Store, authority: &Authority, at: Timestamp) -> anyhow::Result<Self> {
        let mut db = store.read().await?;
        let mut all = async |role: Role, count: usize| {
            let mut found = Vec::with_capacity(count);
            for n in 0..count {
                found.push(known(&mut db, &account(role, n)).await?);
            }
            anyhow::Ok(found)
        };
        let signer = |member: Staff| {
            let identity = Identity::Signer { role: member.role, staff_id: member.id };
            let issued = authority.signers.issue_with_key(&identity, &[], None, at)?;
            anyhow::Ok(Signer { member, key: DocumentKey::from_pem(&issued.key_pem)?, chain: issued.issued.chain })
        };
        let signers = |all: Vec<Staff>| all.into_iter().map(signer).collect::<anyhow::Result<Vec<_>>>();
        let county = Self {
            nurses: Arc::new(all(Role::Nurse, HOMES).await?),
            specialists: Arc::new(signers(all(Role::Specialist, SPECIALISTS).await?)?),
            pharmacists: Arc::new(signers(all(Role::Pharmacist, PHARMACISTS).await?)?),
            pharmacies: Arc::new(all(Role::Pharmacy, PHARMACIES).await?),
        };
        drop(db);
        // The keys of this run are in force at once, and licences are on record: what is measured is the chain, not the enrolment.
        let mut tx = store.write().await?;
        for Signer { member, key, .. } in county.specialists.iter().chain(county.pharmacists.iter()) {
            let key_sha256 = key.public_jwk().sha256().context("a key on P-256")?;
            let id = SigningKeyId::new(at, clock::random_bytes());
            let in_force = SigningKey::in_force(id, member.id, member.role, key_sha256, at);
            signing_keys::insert(&mut tx, &in_force).await?;
            if licences::in_force(&mut tx, member.id).await?.is_none() {
                licences::insert(&mut tx, &licence_of(member, at)).await?;
            }
        }
        tx.commit_bookkeeping("keys to sign with").await?;
        Ok(county)
    }

    /// Writes them down, and says who the residents are.
    pub async fn settle(store: &Store, at: Timestamp) -> anyhow::Result<Vec<Resident>> {
        let mut tx = store.write().await?;
        let like = known(&mut tx, "specialist1").await?;
        let like_resident = residents::list(&mut tx, Some(seed::HOME_1), None).await?.into_iter().next();
        let like_resident = like_resident.ok_or_else(|| anyhow::anyhow!("the demo has no residents"))?;
        let own = like.hospital.clone().unwrap_or_default();
        let fresh = clock::random_bytes::<10>;
        let member = async |tx: &mut yunzhen_store::Tx, username: String, role: Role, at_place: Staff| {
            let member = Staff { id: StaffId::new(at, fresh()), name: username.clone(), username, role, ..at_place };
            let credential =
                StaffCredential { staff_id: member.id, password_hash: String::new().into(), initial_until: None };
            staff::insert(tx, &member, &credential).await?;
            anyhow::Ok(())
        };
        let nobody = Staff {
            home_id: None,
            pharmacy_id: None,
            hospital: None,
            licence: None,
            title: None,
            practising_since: None,
            ..like.clone()
        };
        let mut all_homes = vec![seed::HOME_1];
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
            member(&mut tx, account(Role::Nurse, n), Role::Nurse, place).await?;
            all_homes.push(home.id);
        }
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
            member(&mut tx, account(Role::Pharmacy, n), Role::Pharmacy, place).await?;
        }
        let hospital =
            |n: usize| if n.is_multiple_of(HOSPITALS) { own.clone() } else { format!("医院{}", n % HOSPITALS) };
        for n in 1..SPECIALISTS {
            let place = Staff { hospital: Some(hospital(n)), ..like.clone() };
            member(&mut tx, account(Role::Specialist, n), Role::Specialist, place).await?;
        }
        let reviewer = known(&mut tx, "pharmacist1").await?;
        for n in 1..PHARMACISTS {
            member(&mut tx, account(Role::Pharmacist, n), Role::Pharmacist, reviewer.clone()).await?;
        }
        let mut people = Vec::with_capacity(HOMES * RESIDENTS_OF_A_HOME);
        for n in 0..HOMES * RESIDENTS_OF_A_HOME {
            // In turn, so that neighbours of the list are of different homes.
            let (home, bed) = (all_homes[n % HOMES], n / HOMES);
            let digits = format!("330106{:04}0101{:03}", 1930 + n / 1000, n % 1000);
            let id_number = IdNumber::complete(&digits).map_err(|error| anyhow::anyhow!("{digits}: {error}"))?;
            let id = ResidentId::new(at, fresh());
            let bed = format!("R{}-{}", bed / 10, bed % 10);
            let (name, pinyin) = NAMES[n % NAMES.len()];
            let resident = Resident {
                id,
                name: name.to_owned().into(),
                pinyin: pinyin.to_owned(),
                home_id: home,
                id_number,
                bed,
                allergies: Vec::new(),
                medicines: Vec::new(),
                ..like_resident.clone()
            };
            residents::insert(&mut tx, &resident).await?;
            for hospital in (0..HOSPITALS).map(hospital) {
                let fact = Eligibility {
                    id: EligibilityId::new(at, fresh()),
                    resident_id: id,
                    diagnosis_code: "I10".to_owned(),
                    display: "原发性高血压".to_owned(),
                    hospital,
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
        Ok(people)
    }

    /// Enough on every shelf for the whole run.
    pub async fn stock(&self, app: &App, expiry: Date) -> anyhow::Result<()> {
        for shop in self.pharmacies.iter() {
            for _ in 0..3 {
                let goods = GoodsReceipt {
                    drug_id: DrugId(DRUG.to_owned()),
                    batch: seed::stock::BATCH.to_owned(),
                    expiry,
                    gtin: None,
                    quantity: 100_000,
                };
                stock::receive(app, &request_of(shop), goods).await?;
            }
        }
        Ok(())
    }

    /// Each resident with those who look after them.
    pub async fn people(&self, app: &App, residents: &[Resident]) -> anyhow::Result<Vec<Person>> {
        let mut db = app.store.read().await?;
        let drug = DrugId(DRUG.to_owned());
        let mut shelves = Vec::with_capacity(self.pharmacies.len());
        for shop in self.pharmacies.iter() {
            let id = shop.pharmacy_id.ok_or_else(|| anyhow::anyhow!("of no pharmacy"))?;
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
        Ok(residents.iter().enumerate().map(person).collect())
    }
}

/// Whichever pharmacy a client of the chain stands for may take what it finds: nothing is known that pharmacies could be ranked by.
pub async fn asked_together(store: &Store) -> anyhow::Result<()> {
    let mut tx = store.write().await?;
    let first = pharmacies::get(&mut tx, seed::PHARMACY).await?.context("the demo's pharmacy")?;
    let version = first.version + 1;
    pharmacies::update(&mut tx, &Pharmacy { version, hours: Vec::new(), place: None, radius_metres: None, ..first })
        .await?;
    for home in homes::list(&mut tx).await? {
        let version = home.version + 1;
        homes::update(&mut tx, &Home { version, place: None, preferred_pharmacy_id: None, ..home }).await?;
    }
    tx.commit_bookkeeping("the pharmacies of a benchmark").await?;
    Ok(())
}
