//! A home, its people and records in the state that is wanted.
#![allow(clippy::unwrap_used)] // helpers of tests are tests
#![allow(dead_code)] // each of the two tests uses a part

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use jiff::Timestamp;
use uuid::Uuid;
use yunzhen_domain::Role;
use yunzhen_domain::checked::{Dose, IdNumber, ParcelCode, RawFrame};
use yunzhen_domain::dosage::{Frequency, Route, TaperStep};
use yunzhen_domain::early_warning::OxygenScale;
use yunzhen_domain::ecg::{Lead, Sample, Waveform};
use yunzhen_domain::fhir::{DeliveryContext, PrescriptionContext};
use yunzhen_domain::formulary::{DrugId, Formulary};
use yunzhen_domain::ids::{
    ConsultationId, CourierRunId, DeliveryId, HomeId, ObservationId, PharmacyId, PrescriptionId, ReferralId,
    ResidentId, StaffId, VisitId,
};
use yunzhen_domain::machines::{consultation, delivery, prescription, referral, visit, visit_stop};
use yunzhen_domain::records::{
    Consultation, Contact, Delivery, DeviceTrace, Ecg, Home, HospitalAppointment, Item, Observation, ObservationSource,
    Pack, Pharmacy, Prescription, Referral, Rejection, RejectionCode, Resident, Sex, SignedDocument, Staff, Supply,
    TimelineStep, Urgency, Visit, VisitStop,
};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fhir")
}

pub fn writes() -> bool {
    std::env::var("INSTA_UPDATE").is_ok_and(|how| how == "always")
}

/// The file says what the code says.
pub fn golden(name: &str, value: &impl serde::Serialize) {
    let text = serde_json::to_string_pretty(value).unwrap() + "\n";
    let path = root().join(format!("{name}.json"));
    if writes() {
        std::fs::write(&path, &text).unwrap();
    }
    let file = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(file, text, "{} has drifted; INSTA_UPDATE=always writes it", path.display());
}

pub fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn id(kind: u128, n: u128) -> Uuid {
    Uuid::from_u128(0x019b_76da_a800_7000_8000_0000_0000_0000 + (kind << 32) + n)
}

pub fn resident_id(n: u128) -> ResidentId {
    ResidentId::from_uuid(id(1, n))
}

pub fn prescription_id(n: u128) -> PrescriptionId {
    PrescriptionId::from_uuid(id(4, n))
}

pub struct Cast {
    pub home: Home,
    pub resident: Resident,
    pub nurse: Staff,
    pub specialist: Staff,
    pub pharmacist: Staff,
    pub pharmacies: [Pharmacy; 2],
    pub formulary: Formulary,
}

fn member(n: u128, name: &str, role: Role, hospital: Option<&str>) -> Staff {
    Staff {
        id: StaffId::from_uuid(id(2, n)),
        version: 1,
        username: name.to_owned(),
        name: name.to_owned(),
        role,
        home_id: None,
        pharmacy_id: None,
        hospital: hospital.map(str::to_owned),
        licence: None,
        title: None,
        practising_since: None,
        active: true,
    }
}

fn pharmacy(n: u128, name: &str) -> Pharmacy {
    Pharmacy {
        id: PharmacyId::from_uuid(id(3, n)),
        name: name.to_owned(),
        address: "中山路 1 号".to_owned(),
        phone: "0571".to_owned(),
        version: 1,
        zone: yunzhen_domain::schedule::Zone::shanghai(),
        place: None,
        hours: Vec::new(),
        radius_metres: None,
    }
}

/// Everybody; made once, because the formulary is long.
pub fn cast() -> &'static Cast {
    static CAST: LazyLock<Cast> = LazyLock::new(make);
    &CAST
}

fn make() -> Cast {
    let home = Home {
        id: HomeId::from_uuid(id(8, 1)),
        version: 1,
        name: "松鹤养老院".to_owned(),
        address: "杭州".to_owned(),
        phone: "0571".to_owned(),
        zone: yunzhen_domain::schedule::Zone::shanghai(),
        place: None,
        preferred_pharmacy_id: None,
    };
    let id_number = IdNumber::complete("33010619410506002").unwrap();
    let contact = |name: &str, relation: &str| Contact {
        name: name.to_owned(),
        relation: relation.to_owned(),
        phone: "13900000000".to_owned(),
    };
    let resident = Resident {
        id: resident_id(1),
        version: 3,
        home_id: home.id,
        name: "王秀英".to_owned().into(),
        pinyin: "wxy".to_owned(),
        sex: Sex::Female,
        birth_date: id_number.birth_date(),
        bed: "3-12".to_owned(),
        id_number,
        contacts: vec![contact("王建国", "儿子")],
        surrogate: Some(contact("王建军", "")),
        allergies: vec![],
        allergies_asked: true,
        conditions: vec![],
        medicines: vec![],
        oxygen_scale: OxygenScale::ALL[0],
        photo_url: None,
        merged_into: None,
    };
    Cast {
        home,
        resident,
        nurse: member(1, "陈护士", Role::Nurse, None),
        specialist: member(2, "李医生", Role::Specialist, Some("云溪市第一人民医院")),
        pharmacist: member(3, "赵药师", Role::Pharmacist, None),
        pharmacies: [pharmacy(1, "康宁药房"), pharmacy(2, "惠民药店")],
        formulary: Formulary::demo().unwrap(),
    }
}

impl Cast {
    pub fn prescription<'a>(&'a self, p: &'a Prescription, deliveries: &'a [Delivery]) -> PrescriptionContext<'a> {
        PrescriptionContext {
            prescription: p,
            resident: &self.resident,
            specialist: &self.specialist,
            pharmacist: p.pharmacist_id.map(|_| &self.pharmacist),
            pharmacies: &self.pharmacies,
            prior: None,
            deliveries,
            declined: &[],
            formulary: &self.formulary,
            today: jiff::civil::date(2026, 11, 23),
            only: None,
        }
    }

    pub fn delivery<'a>(&'a self, d: &'a Delivery, p: &'a Prescription) -> DeliveryContext<'a> {
        DeliveryContext {
            delivery: d,
            resident: &self.resident,
            home: &self.home,
            pharmacy: &self.pharmacies[0],
            fill: 1,
            prescription: p,
            formulary: &self.formulary,
        }
    }
}

fn item(no: u16, drug: &str, dose: f64, frequency: Frequency, quantity: u32) -> Item {
    Item {
        no,
        drug_id: DrugId(drug.to_owned()),
        dose: Dose::try_from(dose).unwrap(),
        frequency,
        route: Route::Oral,
        days: 7,
        taper: vec![],
        most_per_day: None,
        hours_apart: None,
        quantity,
        instruction: String::new(),
        substitution: false,
    }
}

/// Two lines, the second a dose that changes.
fn items() -> Vec<Item> {
    let mut first = item(1, "amlodipine-5mg", 1.0, Frequency::Qam, 7);
    first.instruction = "晨服".to_owned();
    let mut second = item(2, "metformin-500mg", 1.0, Frequency::Bid, 10);
    let step = |frequency, days| TaperStep { dose: Dose::try_from(1.0).unwrap(), frequency, days };
    second.taper = vec![step(Frequency::Bid, 3), step(Frequency::Prn, 4)];
    vec![first, second]
}

/// A prescription as the machine leaves it in a state: each fact is there from the step on that makes it.
pub fn prescription_in(state: prescription::State) -> Prescription {
    use prescription::State as S;
    let cast = cast();
    let signed = state != S::Draft;
    let reviewed = signed && !matches!(state, S::Signed | S::Cancelled);
    let approved = reviewed && !matches!(state, S::InReview | S::InQuestion | S::Rejected | S::Expired);
    let filled = approved && !matches!(state, S::Approved | S::Returned);
    let signature = |jws: &str| SignedDocument {
        jws: format!("eyJhbGciOiJFUzI1NiJ9.{jws}.c2ln"),
        certificate_serial: "01".to_owned(),
    };
    let step = |(step, minute): (&str, i64)| TimelineStep {
        step: step.to_owned(),
        at: at("2026-11-23T02:00:00Z") + jiff::SignedDuration::from_mins(minute),
        who: String::new(),
        who_id: None,
        why: None,
    };
    let steps = [("sign", signed), ("claim", reviewed), ("approve", approved), ("accept", filled)];
    let timeline =
        steps.iter().zip(0..).filter(|((_, is), _)| *is).map(|((name, _), minute)| step((name, minute))).collect();
    Prescription {
        id: prescription_id(1),
        version: 4,
        state,
        consultation_id: ConsultationId::from_uuid(id(5, 1)),
        resident_id: resident_id(1),
        home_id: cast.home.id,
        specialist_id: cast.specialist.id,
        diagnosis_code: "I10".to_owned(),
        supply: Supply::Ordinary,
        valid_days: 1,
        valid_until: signed.then(|| jiff::civil::date(2026, 11, 23)),
        items: items(),
        findings: vec![],
        urgency: Urgency::Routine,
        assessment: None,
        hard_stop_reason: None,
        created_at: at("2026-11-23T01:50:00Z"),
        state_since: at("2026-11-23T02:00:00Z"),
        signed_at: signed.then(|| at("2026-11-23T02:00:00Z")),
        signature: signed.then(|| signature("cHJlc2NyaXB0aW9u")),
        pharmacist_id: reviewed.then_some(cast.pharmacist.id),
        approved_at: approved.then(|| at("2026-11-23T02:02:00Z")),
        approval: approved.then(|| signature("YXBwcm92YWw")),
        rejection: (state == S::Rejected)
            .then(|| Rejection { code: RejectionCode::Dose, comment: "剂量偏大".to_owned() }),
        pharmacy_id: filled.then_some(cast.pharmacies[0].id),
        accept_secret: None,
        packs: vec![],
        delivery_id: None,
        offered: yunzhen_domain::offers::Offered::Everybody,
        supplied: vec![],
        questions: vec![],
        replaces: None,
        end_reason: None,
        timeline,
    }
}

/// The parcels that a prescription in its state has.
pub fn parcels(p: &Prescription) -> Vec<Delivery> {
    use prescription::State as S;
    match p.state {
        S::Packed => vec![parcel(p, 1, delivery::State::AwaitingCourier)],
        S::InDelivery => vec![parcel(p, 1, delivery::State::InTransit)],
        S::Delivered => vec![parcel(p, 1, delivery::State::Received)],
        S::Returned => vec![parcel(p, 1, delivery::State::Returned)],
        _ => vec![],
    }
}

pub fn parcel(p: &Prescription, n: u8, state: delivery::State) -> Delivery {
    let pack = |item: &Item| Pack {
        item_no: item.no,
        name: item.drug_id.to_string(),
        name_en: None,
        quantity: item.quantity,
        unit: "片".to_owned(),
        batch: format!("B{}", item.no),
        expiry: jiff::civil::date(2027, 12, 31),
        drug_id: Some(item.drug_id.clone()),
        substitution: None,
    };
    let quarantined = state == delivery::State::Quarantined;
    Delivery {
        id: DeliveryId::from_uuid(id(6, n.into())),
        version: 2,
        state,
        prescription_id: p.id,
        resident_id: p.resident_id,
        home_id: p.home_id,
        pharmacy_id: cast().pharmacies[0].id,
        parcel_code: ParcelCode::from_random([7; 8]),
        cold_chain: false,
        packs: p.items.iter().map(pack).collect(),
        courier_name: "小马".to_owned(),
        courier_phone: "139".to_owned(),
        run_id: CourierRunId::from_uuid(id(9, 1)),
        label_key: None,
        code_hash: None,
        wrong_codes: 0,
        quarantine: quarantined.then_some(delivery::QuarantineReason::Temperature),
        attempts: vec![],
        counts: vec![],
        comment: None,
        created_at: at("2026-11-23T04:00:00Z"),
        ended_at: state.is_terminal().then(|| at("2026-11-23T05:00:00Z")),
        timeline: vec![],
    }
}

pub fn consultation_in(state: consultation::State) -> Consultation {
    use consultation::State as S;
    let cast = cast();
    let began = matches!(state, S::InProgress | S::Completed | S::FailedTechnical | S::StoppedInPerson);
    let waited = began || state == S::Waiting;
    Consultation {
        id: ConsultationId::from_uuid(id(5, 1)),
        version: 2,
        state,
        resident_id: resident_id(1),
        home_id: cast.home.id,
        reason: "血压偏高".to_owned().into(),
        urgency: Urgency::Routine,
        requested_by: cast.nurse.id,
        specialist_id: (state != S::Requested).then_some(cast.specialist.id),
        requested_at: at("2026-11-22T02:00:00Z"),
        scheduled_at: (!matches!(state, S::Requested | S::AwaitingAcceptance)).then(|| at("2026-11-23T06:00:00Z")),
        waiting_since: waited.then(|| at("2026-11-23T05:55:00Z")),
        began_at: began.then(|| at("2026-11-23T06:01:00Z")),
        ended_at: state.is_terminal().then(|| at("2026-11-23T06:15:00Z")),
        end_reason: None,
    }
}

pub fn referral_in(state: referral::State) -> Referral {
    use referral::State as S;
    let cast = cast();
    let accepted = matches!(state, S::Accepted | S::UnderWay | S::Done | S::DidNotAttend);
    let appointment = HospitalAppointment {
        at: at("2026-11-25T01:00:00Z"),
        department: "心内科".to_owned(),
        place: "门诊楼 3 层".to_owned(),
        doctor: None,
        instruction: None,
    };
    Referral {
        id: ReferralId::from_uuid(id(7, 1)),
        version: 3,
        state,
        resident_id: resident_id(1),
        home_id: cast.home.id,
        consultation_id: Some(ConsultationId::from_uuid(id(5, 1))),
        specialist_id: Some(cast.specialist.id),
        drafted_by: cast.nurse.id,
        urgency: Urgency::Urgent,
        diagnosis_code: Some("I10".to_owned()),
        reason: "血压 210/120".to_owned().into(),
        hospital: "云溪市第一人民医院".to_owned(),
        department: "心内科".to_owned(),
        appointment: accepted.then_some(appointment),
        questions: vec![].into(),
        report: None,
        end_reason: None,
        created_at: at("2026-11-23T06:20:00Z"),
        state_since: at("2026-11-23T06:30:00Z"),
        timeline: vec![],
    }
}

pub fn visit_in(state: visit_stop::State) -> Visit {
    let cast = cast();
    let mut stop = VisitStop::expected(resident_id(1), cast.home.id, vec!["I10".to_owned(), "M81.0".to_owned()]);
    stop.state = state;
    if state != visit_stop::State::Expected {
        stop.decided_at = Some(at("2026-11-24T03:00:00Z"));
        stop.decided_on = Some(jiff::civil::date(2026, 11, 24));
    }
    if state == visit_stop::State::Seen {
        stop.confirmed_codes = vec!["I10".to_owned()];
    }
    Visit {
        id: VisitId::from_uuid(id(9, 1)),
        version: 3,
        state: visit::State::UnderWay,
        hospital: "云溪市第一人民医院".to_owned(),
        planned_on: jiff::civil::date(2026, 11, 24),
        doctors: vec![cast.specialist.id],
        remark: String::new(),
        stops: vec![stop],
        planned_by: cast.specialist.id,
        planned_at: at("2026-11-20T02:00:00Z"),
        started_at: Some(at("2026-11-24T01:00:00Z")),
        ended_at: None,
        end_reason: None,
    }
}

/// A reading of a device, all of one moment.
pub fn reading(n: u8, code: &str, value: f64, unit: &str) -> Observation {
    Observation {
        id: ObservationId::from_uuid(id(10, n.into())),
        resident_id: resident_id(1),
        code: code.to_owned(),
        value,
        unit: unit.to_owned(),
        measured_at: at("2026-11-23T05:50:00.250Z"),
        received_at: at("2026-11-23T05:50:02Z"),
        device: Some("血压计 A".to_owned()),
        source: ObservationSource::Device,
        trace: Some(DeviceTrace { clock_offset_ms: Some(-1500), raw_frame: RawFrame::parse("2a35:1eac005c").unwrap() }),
    }
}

/// A second of a recorder: one square in each lead.
pub fn ecg(leads: Vec<Lead>) -> Ecg {
    let samples = (0..100 * leads.len()).map(|n| match n {
        0 => Sample::Error,
        n => Sample::Value(i32::from((n / leads.len()) % 50 < 10) * 200),
    });
    let samples = samples.collect();
    Ecg {
        id: ObservationId::from_uuid(id(10, 200 + leads.len() as u128)),
        resident_id: resident_id(1),
        waveform: Waveform::new(leads, 10.0, 0.0, 0.005, samples).ok().unwrap(),
        recorded_at: at("2026-11-23T05:50:00.250Z"),
        received_at: at("2026-11-23T05:50:12Z"),
        device: Some("心电仪 A".to_owned()),
        source: ObservationSource::Device,
        clock_offset_ms: None,
    }
}
