//! Where two versions of a record differ, field by field, so that a person can choose between them. Identity numbers are masked.

use crate::checked::IdNumber;
use crate::records::Resident;
use crate::sensitive::Sensitive;
use serde_json::{Value, json};

const ID_NUMBER: &str = "id_number";

/// One field that two people left in different states.
#[derive(Debug, Clone, PartialEq)]
pub struct Difference {
    /// Name of the field in the API.
    pub field: &'static str,
    /// As this person wants it.
    pub mine: Sensitive<Value>,
    /// As it is on record now.
    pub theirs: Sensitive<Value>,
    /// As this person had seen it; absent when that version is unknown.
    pub seen: Option<Sensitive<Value>>,
}

/// The fields in which `mine` differs from `theirs`, in the order of the form; `seen` is the version that `mine` was made from.
pub fn differences(mine: &Resident, theirs: &Resident, seen: Option<&Resident>) -> Vec<Difference> {
    let seen = seen.map(fields);
    let pairs = fields(mine).into_iter().zip(fields(theirs)).enumerate();
    let differ = pairs.filter(|(_, ((_, mine), (_, theirs)))| mine != theirs);
    differ
        .map(|(i, ((field, mine), (_, theirs)))| Difference {
            field,
            mine: shown(field, mine),
            theirs: shown(field, theirs),
            seen: seen.as_ref().map(|seen| shown(field, seen[i].1.clone())),
        })
        .collect()
}

/// Two numbers can have the same mask: they are compared whole and shown masked.
fn shown(field: &str, value: Value) -> Sensitive<Value> {
    let number = value.as_str().filter(|_| field == ID_NUMBER).and_then(|text| IdNumber::parse(text).ok());
    number.map_or(value, |number| json!(number.masked())).into()
}

fn fields(r: &Resident) -> Vec<(&'static str, Value)> {
    vec![
        ("name", json!(r.name.expose())),
        ("pinyin", json!(r.pinyin)),
        ("bed", json!(r.bed)),
        (ID_NUMBER, json!(r.id_number.as_str())),
        ("birth_date", json!(r.birth_date)),
        ("contacts", json!(r.contacts)),
        ("surrogate", json!(r.surrogate)),
        ("allergies", json!(r.allergies)),
        ("allergies_asked", json!(r.allergies_asked)),
        ("conditions", json!(r.conditions)),
        ("medicines", json!(r.medicines)),
        ("oxygen_scale", json!(r.oxygen_scale)),
    ]
}
