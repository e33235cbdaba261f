//! The people of the demo, as a table to read.

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use yunzhen_domain::Role;
use yunzhen_domain::checked::IdNumber;
use yunzhen_domain::early_warning::OxygenScale;
use yunzhen_domain::formulary::{DrugId, Formulary};
use yunzhen_domain::ids::{EligibilityId, HomeId, NoteId, ResidentId};
use yunzhen_domain::licence::Licence;
use yunzhen_domain::offers::{OpenHours, Place};
use yunzhen_domain::policy::Policy;
use yunzhen_domain::records::{
    AllergyRecord, AllergySeverity, Condition, Contact, Eligibility, Home, Medicine, Note, NoteKind, Pharmacy,
    Resident, Sex, Staff,
};

use yunzhen_domain::schedule::Zone;

use super::{HOME_1, HOME_2, PHARMACY, SeedError, id, staff_id};

pub(super) const HOSPITAL: &str = "云溪市第一人民医院";
/// Its doctors have seen nobody of the demo: who is not in the waiting room is hidden from them.
const OTHER_HOSPITAL: &str = "云溪市中医院";

pub(super) fn homes() -> Vec<Home> {
    let home = |id, name: &str, address: &str, phone: &str, (latitude, longitude)| Home {
        version: 1,
        zone: Zone::shanghai(),
        place: Place::from_degrees(latitude, longitude).ok(),
        preferred_pharmacy_id: Some(PHARMACY),
        id,
        name: name.to_owned(),
        address: address.to_owned(),
        phone: phone.to_owned(),
    };
    vec![
        home(HOME_1, "松鹤养老院", "云溪市西湖路 128 号松鹤养老院护理站", "0571-5550-0101", (30.2475, 120.1489)),
        home(HOME_2, "静安护理院", "云溪市青山镇静安街 9 号静安护理院一楼", "0571-5550-0202", (30.2931, 120.0822)),
    ]
}

pub(super) fn pharmacy() -> Pharmacy {
    Pharmacy {
        id: PHARMACY,
        name: "康宁大药房（西湖路店）".to_owned(),
        address: "云溪市西湖路 96 号".to_owned(),
        phone: "0571-5550-0303".to_owned(),
        version: 1,
        zone: Zone::shanghai(),
        place: Place::from_degrees(30.2442, 120.1546).ok(),
        // Day and night: the demo works at any hour.
        hours: OpenHours::always(),
        radius_metres: Some(20_000),
    }
}

pub(super) fn staff() -> Vec<Staff> {
    let member = |n, username: &str, name: &str, role, title: &str| Staff {
        id: staff_id(n),
        version: 1,
        username: username.to_owned(),
        name: name.to_owned(),
        role,
        home_id: None,
        pharmacy_id: None,
        hospital: None,
        licence: None,
        title: Some(title.to_owned()),
        practising_since: None,
        active: true,
    };
    let licensed = |member: Staff, licence: &str| Staff {
        hospital: Some(HOSPITAL.to_owned()),
        licence: Some(licence.to_owned()),
        ..member
    };
    let since = |year, member: Staff| Staff { practising_since: Some(jiff::civil::date(year, 7, 1)), ..member };
    vec![
        Staff { home_id: Some(HOME_1), ..member(1, "nurse1", "李梅", Role::Nurse, "主管护师") },
        Staff { home_id: Some(HOME_2), ..member(2, "nurse2", "张晓燕", Role::Nurse, "护师") },
        since(
            1996,
            licensed(member(3, "specialist1", "陈建国", Role::Specialist, "心内科主任医师"), "110330100002011"),
        ),
        since(
            2009,
            licensed(member(4, "specialist2", "周敏", Role::Specialist, "老年医学科副主任医师"), "110330100004527"),
        ),
        Staff {
            hospital: Some(OTHER_HOSPITAL.to_owned()),
            licence: Some("110330200007733".to_owned()),
            ..since(2007, member(8, "specialist3", "林涛", Role::Specialist, "神经内科副主任医师"))
        },
        licensed(member(5, "pharmacist1", "何静", Role::Pharmacist, "主管药师"), "ZY3301000871"),
        Staff { pharmacy_id: Some(PHARMACY), ..member(6, "pharmacy1", "吴强", Role::Pharmacy, "执业药师") },
        member(7, "admin1", "孙磊", Role::Administrator, "系统管理员"),
    ]
}

/// The licences of those who sign, as the administrator recorded them: a pharmacist's registration ends, a physician's licence does not.
pub(super) fn licences(now: Timestamp) -> Vec<Licence> {
    let later = Policy::local_date(now).saturating_add(jiff::Span::new().years(3));
    let specialty = |member: &Staff| match (member.role, member.username.as_str()) {
        (Role::Pharmacist, _) => Some("药学"),
        (_, "specialist1") => Some("心血管内科"),
        (_, "specialist2") => Some("老年医学科"),
        (Role::Specialist, _) => Some("神经内科"),
        _ => None,
    };
    let of = |member: Staff| {
        let specialty = specialty(&member)?.to_owned();
        Some(Licence {
            staff_id: member.id,
            version: 1,
            number: member.licence?,
            hospital: member.hospital?,
            specialty,
            valid_until: (member.role == Role::Pharmacist).then_some(later),
            recorded_at: now,
            recorded_by: staff_id(7),
        })
    };
    staff().into_iter().filter_map(of).collect()
}

/// A line of the table. Diagnoses: code, since, and the day of the first visit when there was one. Medicines: drug, dose, since.
struct Line {
    home: HomeId,
    bed: &'static str,
    name: &'static str,
    pinyin: &'static str,
    sex: Sex,
    born: &'static str,
    order: u16,
    contacts: &'static [(&'static str, &'static str, &'static str)],
    allergies: &'static [(&'static str, Option<&'static str>, &'static str, AllergySeverity)],
    conditions: &'static [(&'static str, &'static str, Option<&'static str>)],
    medicines: &'static [(&'static str, &'static str, &'static str)],
    note: &'static str,
}

#[rustfmt::skip]
const LINES: &[Line] = &[
    Line { home: HOME_1, bed: "301-1", name: "王秀英", pinyin: "wxy", sex: Sex::Female, born: "1941-05-06", order: 102,
        contacts: &[("刘海峰", "儿子", "138-0571-0001"), ("刘海燕", "女儿", "138-0571-0002")],
        allergies: &[("青霉素", Some("penicillins"), "皮疹、喉头水肿", AllergySeverity::Severe)],
        conditions: &[("I10", "2008-03-11", Some("2026-09-16")), ("E11.9", "2014-06-20", Some("2026-09-16")), ("E78.5", "2015-01-09", Some("2026-09-16")), ("M81.0", "2019-10-30", None)],
        medicines: &[("amlodipine-5mg", "5 mg 每日一次 晨服", "2019-04-02"), ("metformin-500mg", "0.5 g 每日两次 餐中", "2016-08-15"), ("atorvastatin-20mg", "20 mg 每晚一次", "2018-02-20"), ("calcium-d3-600mg", "1 片 每日一次", "2019-11-01")],
        note: "近三日晨起头胀，血压偏高，无胸闷。已嘱低盐饮食，卧床起身缓慢。" },
    Line { home: HOME_1, bed: "301-2", name: "赵德明", pinyin: "zdm", sex: Sex::Male, born: "1938-11-23", order: 205,
        contacts: &[("赵文", "儿子", "138-0571-0003")],
        allergies: &[("头孢呋辛", Some("cephalosporins"), "荨麻疹", AllergySeverity::Moderate)],
        conditions: &[("J44.9", "2010-12-01", Some("2026-08-27")), ("I10", "2006-05-18", Some("2026-08-27")), ("N40", "2012-07-07", None)],
        medicines: &[("tiotropium-18ug", "1 吸 每日一次", "2020-09-10"), ("salbutamol-100ug", "必要时 2 吸", "2017-01-05"), ("valsartan-80mg", "80 mg 每日一次", "2018-06-01"), ("tamsulosin-0.2mg", "0.2 mg 每晚一次", "2019-03-14")],
        note: "夜间咳嗽增多，痰白，活动后气促。已予半卧位，低流量吸氧。" },
    Line { home: HOME_1, bed: "302-1", name: "孙桂兰", pinyin: "sgl", sex: Sex::Female, born: "1944-02-17", order: 314,
        contacts: &[("周建平", "女婿", "138-0571-0004")],
        allergies: &[],
        conditions: &[("E11.9", "2009-09-09", Some("2026-10-14")), ("E11.4", "2020-02-02", Some("2026-10-14")), ("I25.1", "2016-04-25", Some("2026-10-14"))],
        medicines: &[("insulin-glargine-300u", "14 单位 每晚皮下注射", "2021-05-08"), ("acarbose-50mg", "50 mg 每日三次 餐时", "2019-02-11"), ("aspirin-100mg", "100 mg 每日一次", "2016-05-01"), ("rosuvastatin-10mg", "10 mg 每晚一次", "2016-05-01")],
        note: "足部麻木感同前，皮肤完整无破损。午餐前血糖偏高，已记录饮食。" },
    Line { home: HOME_1, bed: "302-2", name: "周福生", pinyin: "zfs", sex: Sex::Male, born: "1935-08-30", order: 417,
        contacts: &[("周丽", "女儿", "138-0571-0005")],
        allergies: &[("磺胺类", Some("sulfonamide_antibiotics"), "剥脱性皮炎", AllergySeverity::Severe)],
        conditions: &[("I50.9", "2018-11-12", Some("2026-09-30")), ("I48.9", "2017-03-03", Some("2026-09-30")), ("N18.3", "2019-06-06", None)],
        medicines: &[("furosemide-20mg", "20 mg 每日一次 晨服", "2018-11-20"), ("spironolactone-20mg", "20 mg 每日一次", "2018-11-20"), ("metoprolol-47.5mg", "47.5 mg 每日一次", "2018-12-05"), ("rivaroxaban-15mg", "15 mg 每日一次 随餐", "2020-01-17")],
        note: "双下肢轻度浮肿，今日体重较上周增加 1.2 kg，夜间可平卧。" },
    Line { home: HOME_1, bed: "303-1", name: "吴凤珍", pinyin: "wfz", sex: Sex::Female, born: "1947-12-05", order: 528,
        contacts: &[("陈刚", "儿子", "138-0571-0006"), ("陈玲", "女儿", "138-0571-0007")],
        allergies: &[],
        conditions: &[("G30.9", "2020-08-19", Some("2026-07-22")), ("F51.0", "2021-01-10", None), ("K59.0", "2021-06-15", Some("2026-07-22"))],
        medicines: &[("donepezil-5mg", "5 mg 每晚一次", "2020-09-01"), ("memantine-10mg", "10 mg 每日一次", "2022-03-01"), ("lactulose-15ml", "15 mL 每日一次", "2021-06-15")],
        note: "夜间起床徘徊两次，已加床栏与陪护巡视，白天进食可。" },
    Line { home: HOME_1, bed: "303-2", name: "郑国强", pinyin: "zgq", sex: Sex::Male, born: "1942-04-09", order: 639,
        contacts: &[("郑伟", "儿子", "138-0571-0008")],
        allergies: &[("阿司匹林", Some("salicylates_nsaids"), "哮喘发作", AllergySeverity::Severe), ("海鲜", None, "瘙痒", AllergySeverity::Mild)],
        conditions: &[("I69.3", "2021-09-28", Some("2026-10-08")), ("I10", "2003-01-15", Some("2026-10-08")), ("E78.5", "2012-10-10", Some("2026-10-08"))],
        medicines: &[("clopidogrel-75mg", "75 mg 每日一次", "2021-10-05"), ("perindopril-4mg", "4 mg 每日一次", "2015-02-01"), ("atorvastatin-20mg", "20 mg 每晚一次", "2021-10-05")],
        note: "右侧肢体肌力同前，在协助下步行 20 米，饮水偶有呛咳。" },
    Line { home: HOME_2, bed: "101", name: "冯淑华", pinyin: "fsh", sex: Sex::Female, born: "1939-07-21", order: 146,
        contacts: &[("沈明", "侄子", "138-0571-0009")],
        allergies: &[("左氧氟沙星", Some("quinolones"), "烦躁、皮疹", AllergySeverity::Moderate)],
        conditions: &[("I10", "2001-11-01", Some("2026-11-04")), ("M15.9", "2010-05-05", Some("2026-11-04")), ("K21.0", "2018-08-08", Some("2026-11-04"))],
        medicines: &[("nifedipine-cr-30mg", "30 mg 每日一次", "2014-04-04"), ("paracetamol-500mg", "疼痛时 0.5 g", "2019-09-01"), ("omeprazole-20mg", "20 mg 每日一次 餐前", "2018-08-20")],
        note: "双膝关节疼痛，评分 4 分，局部热敷后缓解。" },
    Line { home: HOME_2, bed: "102", name: "陈阿福", pinyin: "caf", sex: Sex::Male, born: "1933-01-28", order: 253,
        contacts: &[("陈志远", "孙子", "138-0571-0010")],
        allergies: &[],
        conditions: &[("I25.1", "2011-02-14", Some("2026-09-02")), ("I20.8", "2013-03-20", Some("2026-09-02")), ("I10", "1998-06-30", Some("2026-09-02"))],
        medicines: &[("isosorbide-mononitrate-40mg", "40 mg 每日一次", "2013-04-01"), ("bisoprolol-5mg", "5 mg 每日一次", "2013-04-01"), ("aspirin-100mg", "100 mg 每日一次", "2011-03-01"), ("nitroglycerin-0.5mg", "胸痛时舌下含服 0.5 mg", "2013-04-01")],
        note: "昨日下楼后胸闷约两分钟，休息自行缓解，未含服硝酸甘油。" },
    Line { home: HOME_2, bed: "103", name: "何玉琴", pinyin: "hyq", sex: Sex::Female, born: "1945-10-12", order: 368,
        contacts: &[("何勇", "弟弟", "138-0571-0011")],
        allergies: &[],
        conditions: &[("G20", "2017-07-17", Some("2026-08-19")), ("F32.9", "2020-12-12", None), ("K59.0", "2019-01-20", Some("2026-08-19"))],
        medicines: &[("levodopa-benserazide-250mg", "半片 每日三次 餐前", "2017-08-01"), ("sertraline-50mg", "50 mg 每日一次", "2021-01-05"), ("lactulose-15ml", "15 mL 每日一次", "2019-01-20")],
        note: "下午动作迟缓加重，换药时间已核对，今日未跌倒。" },
    Line { home: HOME_2, bed: "105", name: "高振华", pinyin: "gzh", sex: Sex::Male, born: "1940-03-15", order: 471,
        contacts: &[("高小红", "女儿", "138-0571-0012")],
        allergies: &[("碘造影剂", Some("iodine"), "恶心、荨麻疹", AllergySeverity::Moderate)],
        conditions: &[("E11.9", "2005-05-25", Some("2026-10-21")), ("M10.9", "2013-08-01", Some("2026-10-21")), ("N39.0", "2026-11-20", None)],
        medicines: &[("sitagliptin-100mg", "100 mg 每日一次", "2020-03-03"), ("gliclazide-mr-30mg", "60 mg 每日一次 早餐时", "2015-01-01")],
        note: "今晨发热，诉尿频尿痛，已嘱多饮水，记录体温每四小时一次。" },
];

/// The residents and their first visits.
pub(super) fn residents(formulary: &Formulary, now: Timestamp) -> Result<(Vec<Resident>, Vec<Eligibility>), SeedError> {
    let mut residents = Vec::with_capacity(LINES.len());
    let mut first_visits = Vec::new();
    for (line, n) in LINES.iter().zip(1..) {
        let born = date(line.born)?;
        // Six digits of the place, eight of the birthday, three of the order (odd for men); the eighteenth is computed.
        let digits = format!("330106{}{:03}", born.strftime("%Y%m%d"), line.order | u16::from(line.sex == Sex::Male));
        let id_number = IdNumber::complete(&digits).map_err(|e| SeedError::Data(e.to_string()))?;
        let resident_id = resident_id(n);
        let mut conditions = Vec::new();
        for (code, since, seen) in line.conditions {
            let known = formulary.diagnosis(code).ok_or_else(|| SeedError::Data(format!("no diagnosis {code}")))?;
            conditions.push(Condition {
                code: known.code.clone(),
                display_zh: known.display_zh.clone(),
                display_en: known.display_en.clone(),
                since: date(since)?,
            });
            if let Some(seen) = seen {
                first_visits.push(Eligibility {
                    id: EligibilityId::from_uuid(id(5, u32::try_from(first_visits.len()).unwrap_or(0) + 1)),
                    resident_id,
                    diagnosis_code: known.code.clone(),
                    display: known.display_zh.clone(),
                    hospital: HOSPITAL.to_owned(),
                    // A first visit is never in the future of a demo that runs earlier.
                    date: date(seen)?.min(Policy::local_date(now)),
                    clinician: "周敏".to_owned(),
                    clinician_id: Some(staff_id(4)),
                    evidence: "病史、查体、既往检查资料核对，诊断成立".into(),
                    visit_id: None,
                    recorded_at: Some(now),
                    revocation: None,
                });
            }
        }
        let mut medicines = Vec::new();
        for (code, dose, since) in line.medicines {
            let drug_id = DrugId((*code).to_owned());
            let drug = formulary.drug(&drug_id).ok_or_else(|| SeedError::Data(format!("no drug {code}")))?;
            medicines.push(Medicine {
                name: format!("{} {}", drug.name_zh, drug.strength),
                drug_id: Some(drug_id),
                dose_text: (*dose).to_owned(),
                since: date(since)?,
            });
        }
        residents.push(Resident {
            id: resident_id,
            version: 1,
            home_id: line.home,
            name: line.name.into(),
            pinyin: line.pinyin.to_owned(),
            sex: line.sex,
            birth_date: born,
            bed: line.bed.to_owned(),
            id_number,
            // The first relative on the list decides where the resident cannot.
            surrogate: line.contacts.first().map(contact),
            contacts: line.contacts.iter().map(contact).collect(),
            allergies: line.allergies.iter().map(allergy).collect(),
            allergies_asked: true,
            conditions,
            medicines,
            // Chronic obstructive disease with a target of 88–92 %, as the physician has set it.
            oxygen_scale: if line.conditions.iter().any(|(code, ..)| *code == "J44.9") {
                OxygenScale::Scale2
            } else {
                OxygenScale::Scale1
            },
            photo_url: None,
            merged_into: None,
        });
    }
    Ok((residents, first_visits))
}

fn contact((name, relation, phone): &(&str, &str, &str)) -> Contact {
    Contact { name: (*name).to_owned(), relation: (*relation).to_owned(), phone: (*phone).to_owned() }
}

fn allergy((substance, group, reaction, severity): &(&str, Option<&str>, &str, AllergySeverity)) -> AllergyRecord {
    AllergyRecord {
        substance: (*substance).to_owned(),
        group: group.map(str::to_owned),
        reaction: (*reaction).to_owned(),
        severity: *severity,
    }
}

/// Last night's note of each resident, by the nurse of the home.
pub(super) fn notes(now: Timestamp) -> Vec<Note> {
    LINES
        .iter()
        .zip(1..)
        .map(|(line, n)| {
            let written_at = now - SignedDuration::from_mins(90 + 7 * i64::from(n));
            Note {
                id: NoteId::from_uuid(id(6, n)),
                resident_id: resident_id(n),
                kind: NoteKind::Nursing,
                text: line.note.into(),
                written_at,
                received_at: written_at,
                author: staff_id(if line.home == HOME_1 { 1 } else { 2 }),
            }
        })
        .collect()
}

/// The resident of line `n`, from 1.
pub(super) const fn resident_id(n: u32) -> ResidentId {
    ResidentId::from_uuid(id(4, n))
}

fn date(text: &str) -> Result<Date, SeedError> {
    text.parse().map_err(|_| SeedError::Data(format!("`{text}` is no date")))
}
