//! The pharmacists' lists on a record that was there before them: the step gives every waiting prescription its place, and pages neither repeat nor lose one.
#![allow(clippy::unwrap_used)] // helpers of tests are tests

use jiff::Timestamp;
use yunzhen_domain::machines::prescription::State;
use yunzhen_store::prescriptions::Approvals;
use yunzhen_store::testing::TestDatabase;
use yunzhen_store::{Paging, Store, prescriptions};

const HOME: &str = "019b76da-a800-7000-8000-000100000001";
const RESIDENT: &str = "019b76da-a800-7000-8000-000200000001";
const DOCTOR: &str = "019b76da-a800-7000-8000-000300000001";

fn id(kind: u32, n: u32) -> String {
    format!("019b76da-a800-7000-8000-{kind:04}{n:08}")
}

/// A visit of this urgency and the prescription signed in it.
fn signed(n: u32, urgency: &str, state: &str, signed_at: i64) -> String {
    let (visit, prescription) = (id(4, n), id(5, n));
    format!(
        "INSERT INTO consultations (id, version, state, resident_id, home_id, reason, urgency, requested_by, requested_at)
             VALUES ('{visit}', 1, 'in_progress', '{RESIDENT}', '{HOME}', '复诊', '{urgency}', '{DOCTOR}', 1);
         INSERT INTO prescriptions (id, version, state, consultation_id, resident_id, home_id, specialist_id, diagnosis_code, supply, valid_days, items, findings,
             created_at, state_since, signed_at, packs, timeline)
             VALUES ('{prescription}', 3, '{state}', '{visit}', '{RESIDENT}', '{HOME}', '{DOCTOR}', 'I10', 'ordinary', 1, '[]', '[]', 1, 9, {signed_at}, '[]', '[]');"
    )
}

async fn filled() -> TestDatabase {
    let database = TestDatabase::at_step(12).await;
    database
        .tell(&format!(
            "INSERT INTO homes (id, name, address, phone) VALUES ('{HOME}', '松鹤养老院', '杭州', '0571');
             INSERT INTO residents (id, home_id, name, pinyin, sex, birth_date, bed, id_number, contacts, allergies, allergies_asked, conditions, medicines)
                 VALUES ('{RESIDENT}', '{HOME}', '王秀英', 'wxy', 'female', '1941-05-06', '3-12', '330106194105060025', '[]', '[]', 1, '[]', '[]');
             INSERT INTO staff (id, username, name, role, active, password_hash) VALUES ('{DOCTOR}', 's1', '陈立诚', 'specialist', 1, 'x');"
        ))
        .await;
    for statement in [
        signed(1, "routine", "signed", 1_000),
        signed(2, "routine", "in_question", 500),
        signed(3, "urgent", "signed", 9_000),
        signed(4, "urgent", "approved", 100),
        signed(5, "routine", "in_review", 2_000),
    ] {
        database.tell(&statement).await;
    }
    database
}

#[tokio::test]
async fn a_record_of_the_step_before_has_its_queue_in_order_and_in_pages() {
    let database = filled().await;
    let store = database.open().await;
    let mut read = store.read().await.unwrap();
    let mut seen = Vec::new();
    let mut paging = Paging::oldest(3);
    loop {
        let slice = prescriptions::review_queue(&mut read, paging).await.unwrap();
        seen.extend(slice.items.iter().map(|p| p.id.to_string()));
        let Some(next) = slice.next else { break };
        paging = Paging::oldest(3).after(Some(next));
    }
    assert_eq!(seen, [3, 2, 1, 5].map(|n| id(5, n)), "urgent, then by age; what is approved is not in it");
}

/// All pages of one, the newest approval first.
async fn approved(store: &Store, of: &Approvals) -> Vec<String> {
    let mut read = store.read().await.unwrap();
    let mut seen = Vec::new();
    let mut paging = Paging::newest(1);
    loop {
        let slice = prescriptions::approved_by(&mut read, of, paging).await.unwrap();
        seen.extend(slice.items.iter().map(|p| p.id.to_string()));
        let Some(next) = slice.next else { return seen };
        paging = Paging::newest(1).after(Some(next));
    }
}

#[tokio::test]
async fn what_a_pharmacist_approved_comes_in_pages_by_state_and_time_and_two_of_one_moment_both_come() {
    let database = filled().await;
    for (n, at) in [(1, 50), (2, 70), (3, 60), (4, 70)] {
        let set = format!("pharmacist_id = '{DOCTOR}', approved_at = {at}");
        database.tell(&format!("UPDATE prescriptions SET {set} WHERE id = '{}'", id(5, n))).await;
    }
    let store = database.open().await;
    let all =
        Approvals { pharmacist: DOCTOR.parse().unwrap(), states: Vec::new(), resident: None, since: None, until: None };
    let ids = |numbers: &[u32]| numbers.iter().map(|n| id(5, *n)).collect::<Vec<_>>();
    assert_eq!(approved(&store, &all).await, ids(&[4, 2, 3, 1]));
    let by_state = Approvals { states: vec![State::Signed, State::Approved], ..all.clone() };
    assert_eq!(approved(&store, &by_state).await, ids(&[4, 3, 1]));
    let at = |ms| Some(Timestamp::from_millisecond(ms).unwrap());
    let by_time = Approvals { since: at(60), until: at(70), ..all.clone() };
    assert_eq!(approved(&store, &by_time).await, ids(&[3]), "from then on, and before then");
    let resident = Some(RESIDENT.parse().unwrap());
    assert_eq!(approved(&store, &Approvals { resident, ..all.clone() }).await.len(), 4);
    let nobody = Approvals { resident: Some(DOCTOR.parse().unwrap()), ..all };
    assert!(approved(&store, &nobody).await.is_empty());
}
