//! Residents as a FHIR R4 Bundle: Patient with the AllergyIntolerances, Conditions, MedicationStatements and Observations that refer to it. FHIR has no bed; an
//! extension carries it.

mod medicines;
mod readings;

pub use self::medicines::DRUG;
use self::medicines::Medications;
use super::import::{Entry, ReadingInput};
use super::{AllergyInput, ConditionInput, Fault, Input, NO_BED};
use crate::ecg::Recorded;
use crate::records::Contact;
use serde_json::Value;
use std::collections::BTreeMap;

/// Extension of Patient with the room and bed as `valueString`.
pub const BED: &str = "https://yunzhen.dev/fhir/bed";
/// "No known allergy" of SNOMED CT and its kind: asked, and nothing found.
const NO_KNOWN_ALLERGY: [&str; 2] = ["716186003", "409137002"];

pub(super) fn read(text: &str) -> Result<Vec<Entry>, Fault> {
    let bundle: Value =
        serde_json::from_str(text).map_err(|_| Fault::new("content", "不是 JSON 文件", "This is no JSON file"))?;
    if bundle["resourceType"] != "Bundle" {
        return Err(Fault::new("content", "不是 FHIR Bundle", "This is no FHIR Bundle"));
    }
    let empty = Vec::new();
    let entries = bundle["entry"].as_array().unwrap_or(&empty);
    let mut people: Vec<Person> = Vec::new();
    let mut by_reference: BTreeMap<String, usize> = BTreeMap::new();
    let mut medications = Medications::new();
    for (at, entry) in entries.iter().enumerate() {
        let resource = &entry["resource"];
        let (kind, id) = (text_of(&resource["resourceType"]), plain(&resource["id"]));
        let own = if id.is_empty() { String::new() } else { format!("{kind}/{id}") };
        let references = [own.clone(), text_of(&entry["fullUrl"]).to_owned()];
        let references = references.into_iter().filter(|reference| !reference.is_empty());
        match kind {
            "Patient" => {
                by_reference.extend(references.map(|reference| (reference, people.len())));
                let place = if own.is_empty() { format!("entry[{at}]") } else { own };
                people.push(Person {
                    place,
                    input: patient(resource),
                    readings: Vec::new(),
                    ecgs: Vec::new(),
                    faults: Vec::new(),
                });
            }
            "Medication" => medications.extend(references.map(|reference| (reference, resource))),
            _ => {}
        }
    }
    let mut lost = Vec::new();
    for (at, entry) in entries.iter().enumerate() {
        let resource = &entry["resource"];
        let kind = text_of(&resource["resourceType"]);
        let subject = match kind {
            "Patient" | "Medication" => continue,
            "AllergyIntolerance" => &resource["patient"],
            "Condition" | "MedicationStatement" | "Observation" => &resource["subject"],
            other => {
                let kind: String = other.chars().filter(char::is_ascii_alphanumeric).take(40).collect();
                let (zh, en) = (format!("不导入 {kind} 资源"), format!("{kind} is not imported"));
                lost.push(Entry::bad(format!("entry[{at}]"), vec![Fault::new("resourceType", zh, en)]));
                continue;
            }
        };
        let Some(person) = by_reference.get(text_of(&subject["reference"])).and_then(|i| people.get_mut(*i)) else {
            let (zh, en) = ("所引用的 Patient 不在文件中", "The Patient it refers to is not in the file");
            lost.push(Entry::bad(format!("entry[{at}]"), vec![Fault::new("reference", zh, en)]));
            continue;
        };
        match kind {
            "AllergyIntolerance" => allergy(resource, person),
            "Condition" => condition(resource, person),
            "MedicationStatement" => medicines::statement(resource, &medications, person),
            _ => readings::observation(resource, person),
        }
    }
    let people = people.into_iter().map(|p| {
        let input = if p.faults.is_empty() { Ok(p.input) } else { Err(p.faults) };
        Entry { place: p.place, input, readings: p.readings, ecgs: p.ecgs }
    });
    Ok(people.chain(lost).collect())
}

struct Person {
    place: String,
    input: Input,
    readings: Vec<ReadingInput>,
    ecgs: Vec<Recorded>,
    faults: Vec<Fault>,
}

fn patient(r: &Value) -> Input {
    let bed = items(&r["extension"]).find(|e| e["url"] == BED).map(|e| text_of(&e["valueString"])).unwrap_or(NO_BED);
    let id_number = items(&r["identifier"]).map(|i| text_of(&i["value"])).find(|value| value.trim().len() == 18);
    let contacts = items(&r["contact"]).map(|c| Contact {
        name: name(&c["name"]),
        relation: items(&c["relationship"]).map(concept).find(|text| !text.is_empty()).unwrap_or_default(),
        phone: items(&c["telecom"]).map(|t| text_of(&t["value"]).to_owned()).next().unwrap_or_default(),
    });
    let given = |value: &Value| Some(text_of(value)).filter(|text| !text.is_empty()).map(str::to_owned);
    Input {
        name: items(&r["name"]).map(name).find(|text| !text.is_empty()).unwrap_or_default(),
        sex: given(&r["gender"]),
        birth_date: given(&r["birthDate"]),
        bed: bed.to_owned(),
        id_number: id_number.map(str::to_owned),
        contacts: contacts.collect(),
        ..Input::default()
    }
}

/// The text of a HumanName; family before given, without a space where both are Chinese.
fn name(n: &Value) -> String {
    let text = text_of(&n["text"]).trim();
    if !text.is_empty() {
        return text.to_owned();
    }
    let family = text_of(&n["family"]).trim();
    let given: String = items(&n["given"]).map(text_of).collect();
    let joint = if family.is_ascii() && !family.is_empty() && !given.is_empty() { " " } else { "" };
    format!("{family}{joint}{given}")
}

fn allergy(r: &Value, person: &mut Person) {
    let is = |field: &str, code: &str| items(&r[field]["coding"]).any(|c| c["code"] == code);
    if is("verificationStatus", "entered-in-error")
        || is("verificationStatus", "refuted")
        || is("clinicalStatus", "resolved")
    {
        return;
    }
    person.input.allergies_asked = true;
    if items(&r["code"]["coding"]).any(|c| NO_KNOWN_ALLERGY.contains(&text_of(&c["code"]))) {
        return;
    }
    let reaction = items(&r["reaction"]).next();
    let severity = reaction.map(|reaction| text_of(&reaction["severity"])).unwrap_or_default();
    let severity = match (severity, text_of(&r["criticality"])) {
        ("", "low") => "mild",
        ("", _) => "severe",
        (said, _) => said,
    };
    person.input.allergies.push(AllergyInput {
        substance: concept(&r["code"]),
        group: None,
        reaction: reaction.and_then(|r| items(&r["manifestation"]).map(concept).next()).unwrap_or_default(),
        severity: severity.to_owned(),
    });
}

fn condition(r: &Value, person: &mut Person) {
    let is = |field: &str, code: &str| items(&r[field]["coding"]).any(|c| c["code"] == code);
    if is("verificationStatus", "entered-in-error") || is("verificationStatus", "refuted") {
        return;
    }
    let path = format!("conditions[{}]", person.input.conditions.len());
    let icd = items(&r["code"]["coding"]).find(|c| text_of(&c["system"]).contains("icd-10"));
    let Some(icd) = icd else {
        person.faults.push(Fault::new(
            format!("{path}.code"),
            "诊断没有 ICD-10 编码",
            "The condition has no ICD-10 code",
        ));
        return;
    };
    let since = [&r["onsetDateTime"], &r["recordedDate"]].into_iter().map(text_of).find(|text| !text.is_empty());
    let Some(since) = since else {
        person.faults.push(Fault::new(format!("{path}.since"), "诊断没有日期", "The condition has no date"));
        return;
    };
    person.input.conditions.push(ConditionInput { code: text_of(&icd["code"]).to_owned(), since: day(since) });
}

/// The day of a dateTime. FHIR allows a year or a month alone: its first day.
fn day(date_time: &str) -> String {
    let day: String = date_time.chars().take(10).collect();
    match day.len() {
        4 => format!("{day}-01-01"),
        7 => format!("{day}-01"),
        _ => day,
    }
}

/// The words of a CodeableConcept.
fn concept(c: &Value) -> String {
    let text = text_of(&c["text"]).trim();
    let display = || items(&c["coding"]).map(|c| text_of(&c["display"]).trim()).find(|text| !text.is_empty());
    if text.is_empty() { display().unwrap_or_default().to_owned() } else { text.to_owned() }
}

fn items(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn text_of(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// An id as FHIR allows it; anything else is none.
fn plain(value: &Value) -> &str {
    let id = text_of(value);
    let legal = id.len() <= 64 && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'.');
    if legal { id } else { "" }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_bundle_becomes_people_with_what_refers_to_them() {
        let icd = |code: &str| json!({"coding": [{"system": "http://hl7.org/fhir/sid/icd-10", "code": code}]});
        let bundle = json!({"resourceType": "Bundle", "type": "collection", "entry": [
            {"fullUrl": "urn:uuid:1", "resource": {"resourceType": "Patient", "id": "p1", "gender": "female", "birthDate": "1941-05-06",
                "name": [{"family": "王", "given": ["秀英"]}], "identifier": [{"value": "A7"}, {"value": "330106194105061026"}],
                "extension": [{"url": BED, "valueString": "305-1"}],
                "contact": [{"name": {"text": "刘海峰"}, "relationship": [{"text": "儿子"}], "telecom": [{"value": "138-0571-0001"}]}]}},
            {"resource": {"resourceType": "Patient", "id": "p2", "name": [{"family": "Smith", "given": ["Ann"]}]}},
            {"resource": {"resourceType": "AllergyIntolerance", "patient": {"reference": "urn:uuid:1"}, "criticality": "high", "code": {"text": "青霉素"},
                "reaction": [{"manifestation": [{"text": "皮疹"}]}]}},
            {"resource": {"resourceType": "AllergyIntolerance", "patient": {"reference": "Patient/p2"}, "code": {"coding": [{"code": "716186003"}]}}},
            {"resource": {"resourceType": "Condition", "subject": {"reference": "Patient/p1"}, "code": icd("I10"), "onsetDateTime": "2008"}},
            {"resource": {"resourceType": "Condition", "subject": {"reference": "Patient/p2"}, "code": {"text": "头痛"}, "onsetDateTime": "2008"}},
            {"resource": {"resourceType": "Condition", "subject": {"reference": "Patient/p9"}, "code": icd("I10")}},
            {"resource": {"resourceType": "Procedure"}},
        ]});
        let entries = read(&bundle.to_string()).unwrap();
        let places: Vec<&str> = entries.iter().map(|e| e.place.as_str()).collect();
        assert_eq!(places, ["Patient/p1", "Patient/p2", "entry[6]", "entry[7]"]);
        let one = entries[0].input.as_ref().ok().unwrap();
        assert_eq!(
            (one.name.as_str(), one.bed.as_str(), one.id_number.as_deref()),
            ("王秀英", "305-1", Some("330106194105061026"))
        );
        assert_eq!((one.allergies[0].severity.as_str(), one.allergies[0].reaction.as_str()), ("severe", "皮疹"));
        assert_eq!((one.conditions[0].code.as_str(), one.conditions[0].since.as_str()), ("I10", "2008-01-01"));
        assert_eq!(one.contacts[0].phone, "138-0571-0001");
        assert!(entries[1].input.as_ref().is_err_and(|f| f[0].path == "conditions[0].code"));
        assert!(entries[2..].iter().all(|e| e.input.is_err()));
        assert_eq!(name(&json!({"family": "Smith", "given": ["Ann"]})), "Smith Ann");
    }

    #[test]
    fn medicines_in_hand_and_vital_signs_come_with_their_person() {
        let subject = json!({"reference": "Patient/p1"});
        let statement = |status: &str, more: Value| {
            let mut r = json!({"resourceType": "MedicationStatement", "status": status, "subject": subject, "effectivePeriod": {"start": "2019-04"}});
            r.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            json!({"resource": r})
        };
        let quantity = |value: f64, unit: &str| json!({"value": value, "unit": "x", "system": "http://unitsofmeasure.org", "code": unit});
        let loinc = |code: &str| json!({"coding": [{"system": "http://snomed.info/sct", "code": "1"}, {"system": "http://loinc.org", "code": code}]});
        let bundle = json!({"resourceType": "Bundle", "entry": [
            statement("active", json!({"medicationCodeableConcept": {"coding": [{"system": DRUG, "code": "amlodipine-5mg"}]}, "dosage": [{"text": "每日一次"}]})),
            statement("stopped", json!({"medicationCodeableConcept": {"text": "停用的药"}})),
            statement("active", json!({"medicationReference": {"reference": "#m"}, "contained": [{"resourceType": "Medication", "id": "m", "code": {"text": "中药汤剂"}}]})),
            statement("on-hold", json!({"medicationReference": {"reference": "urn:uuid:9"}})),
            {"fullUrl": "urn:uuid:9", "resource": {"resourceType": "Medication", "code": {"text": "阿司匹林"}}},
            {"resource": {"resourceType": "Patient", "id": "p1", "name": [{"text": "王秀英"}]}},
            {"resource": {"resourceType": "Observation", "status": "final", "subject": subject, "code": loinc("85354-9"), "effectiveDateTime": "2026-11-20T08:00:00+08:00",
                "component": [{"code": loinc("8480-6"), "valueQuantity": quantity(142.0, "mm[Hg]")}, {"code": loinc("8462-4"), "valueQuantity": quantity(81.0, "mm[Hg]")}]}},
            {"resource": {"resourceType": "Observation", "status": "entered-in-error", "subject": subject}},
        ]});
        let entries = read(&bundle.to_string()).unwrap();
        assert_eq!(entries.len(), 1);
        let input = entries[0].input.as_ref().ok().unwrap();
        let medicines: Vec<_> = input
            .medicines
            .iter()
            .map(|m| (m.drug_id.as_deref(), m.name.as_str(), m.dose_text.as_str(), m.since.as_str()))
            .collect();
        let expected = [
            (Some("amlodipine-5mg"), "", "每日一次", "2019-04-01"),
            (None, "中药汤剂", "", "2019-04-01"),
            (None, "阿司匹林", "", "2019-04-01"),
        ];
        assert_eq!(medicines, expected);
        let readings: Vec<_> =
            entries[0].readings.iter().map(|r| (r.code.as_str(), r.value, r.unit.as_str())).collect();
        assert_eq!(readings, [("8480-6", 142.0, "mm[Hg]"), ("8462-4", 81.0, "mm[Hg]")]);
        // What cannot be read is the person's fault, so that nobody is half there.
        for (resource, path) in [
            (
                json!({"resourceType": "Observation", "subject": subject, "code": loinc("8867-4")}),
                "observations[0].value",
            ),
            (json!({"resourceType": "MedicationStatement", "subject": subject}), "medicines[0].status"),
            (
                json!({"resourceType": "MedicationStatement", "status": "active", "subject": subject, "medicationReference": {"reference": "Medication/1"}}),
                "medicines[0].reference",
            ),
            (
                json!({"resourceType": "MedicationStatement", "status": "active", "subject": subject, "medicationCodeableConcept": {"text": "药"}}),
                "medicines[0].since",
            ),
        ] {
            let bundle = json!({"resourceType": "Bundle", "entry": [{"resource": {"resourceType": "Patient", "id": "p1"}}, {"resource": resource}]});
            let entries = read(&bundle.to_string()).unwrap();
            assert!(entries[0].input.as_ref().is_err_and(|faults| faults[0].path == path), "{path}");
        }
    }
}
