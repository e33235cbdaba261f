//! Calendar feeds, read by a program that is not ours.

use icalendar::{Calendar, CalendarDateTime, Component as _, DatePerhapsTime, EventStatus};
use yunzhen_relay::app::views::appointments::MoveBody;
use yunzhen_relay::app::views::calendars::{ShareCalendar, SharedCalendar};
use yunzhen_relay::app::views::common::ReasonBody;
use yunzhen_relay::app::views::schedule::AvailabilityUpdate;
use yunzhen_relay::app::{AppError, appointments, calendars, consultations, schedule};

use crate::world::{Person, World, at};

const TWO: &str = "2026-11-23T06:00:00Z";

async fn share(w: &World, by: &Person) -> SharedCalendar {
    calendars::share(&w.app, &w.by(by), ShareCalendar {}).await.unwrap()
}

async fn text(w: &World, shared: &SharedCalendar) -> Result<String, AppError> {
    let token = shared.link.strip_prefix("/api/calendar-feeds/").unwrap();
    calendars::feed(&w.app, token, w.now()).await
}

async fn read(w: &World, shared: &SharedCalendar) -> Calendar {
    text(w, shared).await.unwrap().parse().unwrap()
}

#[tokio::test]
async fn times_and_beds_leave_and_no_names() {
    let w = World::new().await;
    let with = w.published(&w.specialist).await;
    let booked = w.booked("王秀英", with, TWO).await;
    let of_specialist = share(&w, &w.specialist).await;
    let of_home = share(&w, &w.nurse).await;
    let calendar = read(&w, &of_specialist).await;
    let event = calendar.events().next().unwrap();
    let local = "2026-11-23T14:00:00".parse().unwrap();
    let expected = CalendarDateTime::WithTimezone { date_time: local, tzid: "Asia/Shanghai".into() };
    assert_eq!(event.get_start(), Some(DatePerhapsTime::DateTime(expected)));
    assert_eq!(event.get_uid(), Some(format!("{}@yunzhen", booked.consultation.id).as_str()));
    assert_eq!((event.get_sequence(), event.get_status()), (Some(0), Some(EventStatus::Confirmed)));
    assert_eq!(event.get_summary(), Some("会诊 松鹤养老院 301-1"));
    for shared in [&of_specialist, &of_home] {
        let text = text(&w, shared).await.unwrap();
        for secret in ["王秀英", "wxy", "WXY", "陈建国", "复诊"] {
            assert!(!text.contains(secret), "{secret}: {text}");
        }
        assert!(text.contains("BEGIN:VTIMEZONE") && text.contains("TZID:Asia/Shanghai"), "{text}");
        assert!(text.lines().all(|line| line.len() <= 75), "lines are folded: {text}");
    }
    let other = share(&w, &w.nurse_of_other_home).await;
    assert_eq!(read(&w, &other).await.events().count(), 0, "another home's calendar");
}

#[tokio::test]
async fn what_is_moved_or_called_off_keeps_its_uid_and_counts_on() {
    let w = World::new().await;
    let with = w.published(&w.specialist).await;
    let c = w.booked("王秀英", with, TWO).await.consultation;
    let shared = share(&w, &w.specialist).await;
    let uid = read(&w, &shared).await.events().next().unwrap().get_uid().unwrap().to_owned();
    let body = MoveBody { version: c.version, starts_at: at("2026-11-24T06:20:00Z") };
    let moved = appointments::change_time(&w.app, &w.by(&w.nurse), c.id, body).await.unwrap();
    let event = read(&w, &shared).await.events().next().unwrap().clone();
    assert_eq!((event.get_uid(), event.get_sequence()), (Some(uid.as_str()), Some(1)));
    let body = ReasonBody { version: moved.consultation.version, reason: "家属来访".into() };
    consultations::cancel(&w.app, &w.by(&w.nurse), c.id, body).await.unwrap();
    let event = read(&w, &shared).await.events().next().unwrap().clone();
    assert_eq!((event.get_uid(), event.get_sequence()), (Some(uid.as_str()), Some(2)));
    assert_eq!(event.get_status(), Some(EventStatus::Cancelled));
    // A program that polls sees the same bytes while nothing changes.
    assert_eq!(text(&w, &shared).await.unwrap(), text(&w, &shared).await.unwrap());
}

#[tokio::test]
async fn a_withdrawn_link_leads_nowhere() {
    let w = World::new().await;
    let shared = share(&w, &w.specialist).await;
    assert_eq!(calendars::list(&w.app, &w.by(&w.specialist)).await.unwrap().items.len(), 1);
    let stranger = calendars::revoke(&w.app, &w.by(&w.other_specialist), shared.id).await;
    assert!(matches!(stranger, Err(AppError::NotFound)));
    calendars::revoke(&w.app, &w.by(&w.specialist), shared.id).await.unwrap();
    assert!(matches!(text(&w, &shared).await, Err(AppError::NotFound)));
    assert_eq!(calendars::list(&w.app, &w.by(&w.specialist)).await.unwrap().items.len(), 0);
    assert!(matches!(calendars::feed(&w.app, "guess", w.now()).await, Err(AppError::NotFound)));
}

#[tokio::test]
async fn a_hospital_with_summer_time_tells_its_rules() {
    let w = World::new().await;
    let id = w.published(&w.specialist).await;
    let before = schedule::availability(&w.app, &w.by(&w.specialist), id).await.unwrap();
    let update = AvailabilityUpdate {
        version: before.version,
        zone: "Europe/Berlin".into(),
        rules: before.rules,
        exceptions: vec![],
    };
    schedule::publish(&w.app, &w.by(&w.specialist), id, update).await.unwrap();
    // Two o'clock in the afternoon in Berlin is nine in the evening in the home.
    w.booked("王秀英", id, "2026-11-23T13:00:00Z").await;
    let (of_specialist, of_home) = (share(&w, &w.specialist).await, share(&w, &w.nurse).await);
    let berlin = text(&w, &of_specialist).await.unwrap();
    assert!(berlin.contains("DTSTART;TZID=Europe/Berlin:20261123T140000"), "{berlin}");
    assert!(berlin.contains("TZOFFSETFROM:+0200") && berlin.contains("TZOFFSETTO:+0100"), "{berlin}");
    let home = text(&w, &of_home).await.unwrap();
    assert!(home.contains("DTSTART;TZID=Asia/Shanghai:20261123T210000"), "{home}");
}

/// The reference implementation of many calendar programs, where it is installed.
#[tokio::test]
async fn pythons_icalendar_reads_it_too() {
    let w = World::new().await;
    let with = w.published(&w.specialist).await;
    w.booked("王秀英", with, TWO).await;
    let text = text(&w, &share(&w, &w.specialist).await).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("feed.ics");
    std::fs::write(&file, text).unwrap();
    let program = "import sys\ntry:\n import icalendar\nexcept ImportError:\n print('absent'); sys.exit()\n\
        c = icalendar.Calendar.from_ical(open(sys.argv[1], 'rb').read())\n\
        e = [e for e in c.walk('VEVENT')][0]\n\
        print(e.decoded('dtstart').isoformat(), e['sequence'], e['status'])";
    let Ok(ran) = std::process::Command::new("python3").arg("-c").arg(program).arg(&file).output() else { return };
    let said = String::from_utf8(ran.stdout).unwrap();
    assert!(
        ["absent", "2026-11-23T14:00:00+08:00 0 CONFIRMED"].contains(&said.trim()),
        "{said} {}",
        String::from_utf8_lossy(&ran.stderr)
    );
}
