//! A home's own clock: the hospital is in Shanghai, the home somewhere else.

use icalendar::{Calendar, CalendarDateTime, Component as _, DatePerhapsTime};
use jiff::civil::date;
use yunzhen_domain::audit::EventKind;
use yunzhen_domain::registry::{ConditionInput, Input};
use yunzhen_domain::schedule::{Rule, Weekday};
use yunzhen_relay::app::views::calendars::ShareCalendar;
use yunzhen_relay::app::views::homes::{Home, HomeZoneUpdate};
use yunzhen_relay::app::views::schedule::AvailabilityUpdate;
use yunzhen_relay::app::views::visits::VisitPlan;
use yunzhen_relay::app::{AppError, calendars, homes, residents, schedule, visits};
use yunzhen_relay::seed;

use crate::registry::{number, paths, register, somebody};
use crate::world::{World, at};

async fn home(w: &World) -> Home {
    homes::list(&w.app, &w.by(&w.nurse)).await.unwrap().items.remove(0)
}

async fn set(w: &World, zone: &str) -> Home {
    let update = HomeZoneUpdate { version: home(w).await.version, zone: zone.to_owned() };
    homes::set_zone(&w.app, &w.by(&w.administrator), seed::HOME_1, update).await.unwrap()
}

/// Brings the clock of the world to a time.
fn reach(w: &World, time: &str) {
    w.pass(at(time).0.duration_since(w.now()));
}

#[tokio::test]
async fn the_administrator_sets_the_clock_of_a_home() {
    let w = World::new().await;
    let before = home(&w).await;
    assert_eq!(before.zone, "Asia/Shanghai", "until somebody says otherwise");
    let update = |version, zone: &str| HomeZoneUpdate { version, zone: zone.to_owned() };
    for stranger in [&w.nurse, &w.nurse_of_other_home, &w.specialist] {
        let no = homes::set_zone(&w.app, &w.by(stranger), seed::HOME_1, update(before.version, "Asia/Urumqi")).await;
        assert!(matches!(no, Err(AppError::NotFound | AppError::Forbidden)));
    }
    for wrong in ["", "Asia/Atlantis", "+08:00", "北京时间"] {
        let no = homes::set_zone(&w.app, &w.by(&w.administrator), seed::HOME_1, update(before.version, wrong)).await;
        assert_eq!(paths(no), ["zone"]);
    }
    let set = set(&w, "Asia/Urumqi").await;
    assert_eq!((set.zone.as_str(), set.version), ("Asia/Urumqi", before.version + 1));
    assert_eq!((home(&w).await, w.count(EventKind::HomeZoneSet).await), (set, 1));
    let late = homes::set_zone(&w.app, &w.by(&w.administrator), seed::HOME_1, update(before.version, "UTC")).await;
    assert!(matches!(late, Err(AppError::Stale { .. })));
}

#[tokio::test]
async fn a_birthday_comes_with_the_homes_midnight_also_on_a_leap_day_and_at_the_turn_of_the_year() {
    let w = World::new().await;
    let id = register(&w, &w.nurse, somebody("吉田", number("19400229", "101"))).await.unwrap().id;
    let new_year = register(&w, &w.nurse, Input { bed: "309-2".into(), ..somebody("元旦", number("19410101", "103")) });
    let new_year = new_year.await.unwrap().id;
    let age = async |id| residents::get(&w.app, &w.by(&w.nurse), id).await.unwrap().age;
    // Half past midnight of the new year in Shanghai is half past ten in the evening before in Urumqi.
    reach(&w, "2026-12-31T16:30:00Z");
    assert_eq!(age(new_year).await, 86);
    set(&w, "Asia/Urumqi").await;
    assert_eq!(age(new_year).await, 85, "still last year in the home");
    reach(&w, "2026-12-31T18:00:00Z");
    assert_eq!(age(new_year).await, 86);
    // In Berlin the leap day of 2028 begins seven hours later than in Shanghai.
    set(&w, "Europe/Berlin").await;
    reach(&w, "2028-02-28T22:59:00Z");
    assert_eq!(age(id).await, 87);
    reach(&w, "2028-02-28T23:00:00Z");
    assert_eq!(age(id).await, 88, "on the leap day itself");
    // Where there is no leap day, on the first of March.
    reach(&w, "2029-02-28T22:59:00Z");
    assert_eq!(age(id).await, 88);
    reach(&w, "2029-02-28T23:00:00Z");
    assert_eq!(age(id).await, 89);
}

#[tokio::test]
async fn a_prescription_counts_the_years_of_the_home_and_the_days_of_the_hospital() {
    let w = World::new().await;
    set(&w, "Asia/Urumqi").await;
    // Already the 24th in Shanghai, still the 23rd in Urumqi.
    reach(&w, "2026-11-23T17:00:00Z");
    let p = w.signed().await;
    assert_eq!(p.valid_until, Some(date(2026, 11, 24)), "signed on the hospital's day");
    let age = async || w.see(p.id).await.resident.age;
    let in_list = async || {
        let listed = residents::get(&w.app, &w.by(&w.nurse), p.resident.id).await.unwrap();
        listed.prescriptions.iter().find(|one| one.id == p.id).map(|one| one.resident.age)
    };
    // Half past midnight of the birthday in Shanghai.
    reach(&w, "2027-05-05T16:30:00Z");
    assert_eq!((age().await, in_list().await), (85, Some(85)));
    reach(&w, "2027-05-05T18:00:00Z");
    assert_eq!((age().await, in_list().await), (86, Some(86)));
    // Summer time: midnight in Berlin is two hours before that of UTC.
    set(&w, "Europe/Berlin").await;
    reach(&w, "2028-05-05T21:59:00Z");
    assert_eq!((age().await, in_list().await), (86, Some(86)));
    reach(&w, "2028-05-05T22:00:00Z");
    assert_eq!((age().await, in_list().await), (87, Some(87)));
}

#[tokio::test]
async fn a_round_can_come_on_any_day_that_is_not_over_in_the_home() {
    let w = World::new().await;
    // Already the 24th in Shanghai, still the 23rd in Urumqi.
    reach(&w, "2026-11-23T17:00:00Z");
    let plan = |day: i8| VisitPlan {
        planned_on: date(2026, 11, day),
        doctors: vec![w.specialist.actor.staff_id().unwrap()],
        remark: String::new(),
        residents: Vec::new(),
        gather_from: vec![seed::HOME_1],
    };
    let late = paths(visits::plan(&w.app, &w.by(&w.specialist), plan(23)).await);
    assert_eq!(late, ["planned_on"]);
    set(&w, "Asia/Urumqi").await;
    visits::plan(&w.app, &w.by(&w.specialist), plan(23)).await.unwrap();
    let over = paths(visits::plan(&w.app, &w.by(&w.specialist), plan(22)).await);
    assert_eq!(over, ["planned_on"]);
}

#[tokio::test]
async fn today_is_the_homes_today_when_a_day_is_typed() {
    let w = World::new().await;
    // Already the 24th in Shanghai, still the 23rd in Urumqi.
    reach(&w, "2026-11-23T17:00:00Z");
    set(&w, "Asia/Urumqi").await;
    let since = |day: &str| Input {
        conditions: vec![ConditionInput { code: "I10".into(), since: day.into() }],
        ..somebody("吉田", number("19400229", "101"))
    };
    let tomorrow = paths(register(&w, &w.nurse, since("2026-11-24")).await);
    assert_eq!(tomorrow, ["conditions[0].since"]);
    register(&w, &w.nurse, since("2026-11-23")).await.unwrap();
}

#[tokio::test]
async fn a_homes_calendar_goes_by_its_clock_over_the_changes_of_summer_time() {
    let w = World::new().await;
    let with = w.specialist.actor.staff_id().unwrap();
    let weekend = |weekday| Rule {
        weekday,
        start: jiff::civil::time(14, 0, 0, 0),
        end: jiff::civil::time(16, 0, 0, 0),
        slot_minutes: 20,
        valid_from: date(2026, 1, 1),
        valid_until: None,
    };
    let update = AvailabilityUpdate {
        version: 0,
        zone: "Asia/Shanghai".into(),
        rules: vec![weekend(Weekday::Saturday), weekend(Weekday::Sunday)],
        exceptions: vec![],
    };
    schedule::publish(&w.app, &w.by(&w.specialist), with, update).await.unwrap();
    set(&w, "Europe/Berlin").await;
    // The clocks of Berlin go forward on 28 March 2027 and back on 31 October; those of Shanghai stay.
    for (now, saturday, sunday, local) in [
        (
            "2027-03-20T00:00:00Z",
            "2027-03-27T06:00:00Z",
            "2027-03-28T06:00:00Z",
            ["2027-03-27T07:00:00", "2027-03-28T08:00:00"],
        ),
        (
            "2027-10-20T00:00:00Z",
            "2027-10-30T06:00:00Z",
            "2027-10-31T06:00:00Z",
            ["2027-10-30T08:00:00", "2027-10-31T07:00:00"],
        ),
    ] {
        reach(&w, now);
        w.booked("王秀英", with, saturday).await;
        w.booked("赵德明", with, sunday).await;
        let shared = calendars::share(&w.app, &w.by(&w.nurse), ShareCalendar {}).await.unwrap();
        let token = shared.link.strip_prefix("/api/calendar-feeds/").unwrap();
        let text = calendars::feed(&w.app, token, w.now()).await.unwrap();
        assert!(text.contains("TZID:Europe/Berlin") && !text.contains("Asia/Shanghai"), "{text}");
        let calendar: Calendar = text.parse().unwrap();
        let starts: Vec<_> = calendar.events().filter_map(|event| event.get_start()).collect();
        for local in local {
            let date_time = local.parse().unwrap();
            let expected = CalendarDateTime::WithTimezone { date_time, tzid: "Europe/Berlin".into() };
            assert!(starts.contains(&DatePerhapsTime::DateTime(expected)), "{local}: {text}");
        }
        // A program that knows no zones takes the rules from the file: both offsets are there.
        assert!(text.contains("TZOFFSETTO:+0100") && text.contains("TZOFFSETTO:+0200"), "{text}");
    }
}
