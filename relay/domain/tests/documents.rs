//! Laws of canonical documents and of the audit chain.

#![allow(clippy::unwrap_used, reason = "a helper of a test fails as a test does")]

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use yunzhen_domain::audit::{AuditFact, AuditRow, EventKind, first_break, link};
use yunzhen_domain::documents::{self, DocumentError, moment, validity};
use yunzhen_domain::ids::HomeId;
use yunzhen_domain::policy::Policy;
use yunzhen_domain::{ActorRef, Role, canonical};

fn json() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(Into::into),
        (-1e15_f64..1e15).prop_map(Into::into),
        any::<i32>().prop_map(Into::into),
        "\\PC{0,12}".prop_map(Into::into),
    ];
    leaf.prop_recursive(4, 40, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Into::into),
            prop::collection::vec(("\\PC{0,6}", inner), 0..6)
                .prop_map(|entries| serde_json::Value::Object(entries.into_iter().collect())),
        ]
    })
}

fn fact(n: i64) -> AuditFact {
    AuditFact {
        at: Timestamp::from_millisecond(1_700_000_000_000 + n).unwrap(),
        actor: ActorRef { role: Role::Nurse, id: Some(HomeId::new(Timestamp::UNIX_EPOCH, [3; 10]).uuid()) },
        kind: EventKind::ALL[usize::try_from(n).unwrap() % EventKind::ALL.len()],
        entity_id: HomeId::new(Timestamp::UNIX_EPOCH, [1; 10]).uuid(),
        home_id: None,
        pharmacy_id: None,
        purpose: None,
        sha256: None,
    }
}

fn chain(n: i64) -> Vec<AuditRow> {
    let mut rows: Vec<AuditRow> = Vec::new();
    for i in 0..n {
        rows.push(link(rows.last().map(|r| (r.seq, r.hash)), fact(i)));
    }
    rows
}

proptest! {
    #[test]
    fn canonical_form_is_one_and_stays(value in json()) {
        let once = canonical::to_string(&value);
        prop_assert_eq!(canonical::canonicalize(&once).unwrap(), once.clone());
        let pretty = serde_json::to_string_pretty(&value).unwrap();
        prop_assert_eq!(canonical::canonicalize(&pretty).unwrap(), once);
    }

    #[test]
    fn any_change_of_the_audit_log_is_noticed(n in 2_i64..20, at in 0_usize..20, what in 0_u8..4) {
        let mut rows = chain(n);
        prop_assert_eq!(first_break(&rows), None);
        let at = at % (rows.len() - 1);
        match what {
            0 => rows[at].fact.actor.role = Role::Administrator,
            1 => rows[at].fact.at += SignedDuration::from_millis(1),
            2 => { rows.remove(at); if at == 0 { rows[0].seq = 1; } }
            _ => rows.swap(at, at + 1),
        }
        prop_assert!(first_break(&rows).is_some());
    }
}

#[test]
fn the_day_of_signing_counts() {
    let at: Timestamp = "2026-11-23T15:59:59.900Z".parse().unwrap();
    let (first, last) = validity(at, 3);
    assert_eq!((first.to_string(), last.to_string()), ("2026-11-23".into(), "2026-11-25".into()));
    assert_eq!(validity(at, 1).0, validity(at, 1).1);
    assert_eq!(moment(at), "2026-11-23T15:59:59.900Z");
    assert_eq!(moment("2026-11-23T15:59:59Z".parse().unwrap()), "2026-11-23T15:59:59.000Z");
}

#[test]
fn a_signed_payload_must_be_the_document_and_fresh() {
    let policy = Policy::default();
    let prepared: Timestamp = "2026-11-23T06:00:00.250Z".parse().unwrap();
    let build = |at: Timestamp| Ok(format!("{{\"a\":1,\"prepared_at\":\"{}\"}}", moment(at)));
    let payload = build(prepared).unwrap();
    let check = |payload: &str, now: Timestamp| documents::check(payload, &policy, now, build);
    assert_eq!(check(&payload, prepared), Ok(()));
    assert_eq!(check(&payload, prepared + SignedDuration::from_mins(10)), Ok(()));
    assert_eq!(check(&payload, prepared + SignedDuration::from_secs(601)), Err(DocumentError::TooOld));
    assert_eq!(check(&payload, prepared - SignedDuration::from_secs(1)), Err(DocumentError::TooOld));
    assert_eq!(check(&payload.replace(":1,", ":2,"), prepared), Err(DocumentError::Differs));
    assert_eq!(check("{}", prepared), Err(DocumentError::NoPreparedAt));
    assert_eq!(check("not json", prepared), Err(DocumentError::NoPreparedAt));
    let midnight: Timestamp = "2026-11-23T15:59:00Z".parse().unwrap();
    let payload = build(midnight).unwrap();
    assert_eq!(check(&payload, midnight + SignedDuration::from_mins(2)), Err(DocumentError::TooOld));
}
