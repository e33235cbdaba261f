//! Appointments as an iCalendar object. Pure: the same entries give the same bytes, so that a program that polls sees no change where there is none.

use calcard::common::PartialDateTime;
use calcard::icalendar::{
    ICalendar, ICalendarComponent, ICalendarComponentType as Kind, ICalendarMethod, ICalendarParameter,
    ICalendarProperty as Property, ICalendarStatus, ICalendarValue as Value,
};
use jiff::civil::DateTime;
use jiff::tz::{Dst, Offset};
use jiff::{SignedDuration, Timestamp};
use yunzhen_domain::ids::ConsultationId;
use yunzhen_domain::schedule::{Slot, Zone};

/// One appointment as the world outside may see it.
pub(super) struct Entry {
    pub(super) id: ConsultationId,
    pub(super) slot: Slot,
    pub(super) sequence: u32,
    pub(super) changed_at: Timestamp,
    pub(super) called_off: bool,
    /// Bed, and home where that is not known.
    pub(super) place: String,
}

/// The whole calendar; times are on the clock of `zone`, whose rules are part of it.
pub(super) fn render(zone: &Zone, entries: &[Entry]) -> String {
    let mut calendar = ICalendarComponent::new(Kind::VCalendar);
    calendar.add_property(Property::Version, text("2.0"));
    calendar.add_property(Property::Prodid, text("-//Yunzhen//Schedule//ZH"));
    calendar.add_property(Property::Method, Value::Method(ICalendarMethod::Publish));
    let mut components = vec![calendar];
    let first = entries.iter().map(|e| e.slot.starts_at).min().unwrap_or(Timestamp::UNIX_EPOCH);
    let last = entries.iter().map(|e| e.slot.ends_at).max().unwrap_or(first);
    let children = time_zone(zone, first, last, &mut components);
    let mut top = vec![children];
    for entry in entries {
        top.push(push(&mut components, event(zone, entry)));
    }
    components[0].component_ids = top;
    ICalendar { components }.to_string()
}

fn event(zone: &Zone, entry: &Entry) -> ICalendarComponent {
    let mut event = ICalendarComponent::new(Kind::VEvent);
    event.add_uid(&format!("{}@yunzhen", entry.id));
    event.add_dtstamp(utc(entry.changed_at));
    event.add_sequence(entry.sequence.into());
    let on_clock = |at: Timestamp| local(zone.rules().to_datetime(at));
    let tzid = || [ICalendarParameter::tzid(zone.name().to_owned())];
    event.add_property_with_params(Property::Dtstart, tzid(), on_clock(entry.slot.starts_at));
    event.add_property_with_params(Property::Dtend, tzid(), on_clock(entry.slot.ends_at));
    let status = if entry.called_off { ICalendarStatus::Cancelled } else { ICalendarStatus::Confirmed };
    event.add_property(Property::Status, Value::Status(status));
    event.add_property(Property::Summary, text(&format!("会诊 {}", entry.place)));
    event.add_property(Property::Class, text("PRIVATE"));
    event
}

/// VTIMEZONE with every change of the clock that concerns `first..last`; returns its index.
fn time_zone(zone: &Zone, first: Timestamp, last: Timestamp, components: &mut Vec<ICalendarComponent>) -> u32 {
    let rules = zone.rules();
    let before = |at: Timestamp| rules.to_offset(at.checked_sub(SignedDuration::from_secs(1)).unwrap_or(at));
    let known = rules.preceding(first).take(1);
    let coming = rules.following(first).take_while(|change| change.timestamp() <= last);
    let mut observances = Vec::new();
    for change in known.chain(coming) {
        let (at, dst) = (change.timestamp(), change.dst() == Dst::Yes);
        let part = observance(dst, before(at).to_datetime(at), before(at), change.offset(), change.abbreviation());
        observances.push(push(components, part));
    }
    if observances.is_empty() {
        let offset = rules.to_offset(first);
        let part = observance(false, jiff::civil::date(1970, 1, 1).at(0, 0, 0, 0), offset, offset, zone.name());
        observances.push(push(components, part));
    }
    let mut time_zone = ICalendarComponent::new(Kind::VTimezone);
    time_zone.add_property(Property::Tzid, text(zone.name()));
    time_zone.component_ids = observances;
    push(components, time_zone)
}

fn observance(daylight: bool, starts: DateTime, from: Offset, to: Offset, name: &str) -> ICalendarComponent {
    let mut part = ICalendarComponent::new(if daylight { Kind::Daylight } else { Kind::Standard });
    part.add_property(Property::Dtstart, local(starts));
    part.add_property(Property::Tzoffsetfrom, offset(from));
    part.add_property(Property::Tzoffsetto, offset(to));
    part.add_property(Property::Tzname, text(name));
    part
}

fn push(components: &mut Vec<ICalendarComponent>, component: ICalendarComponent) -> u32 {
    components.push(component);
    u32::try_from(components.len() - 1).unwrap_or(u32::MAX)
}

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

fn local(at: DateTime) -> PartialDateTime {
    let part = |n: i8| u8::try_from(n).ok();
    PartialDateTime {
        year: u16::try_from(at.year()).ok(),
        month: part(at.month()),
        day: part(at.day()),
        hour: part(at.hour()),
        minute: part(at.minute()),
        second: part(at.second()),
        tz_hour: None,
        tz_minute: None,
        tz_minus: false,
    }
}

fn utc(at: Timestamp) -> PartialDateTime {
    PartialDateTime { tz_hour: Some(0), tz_minute: Some(0), ..local(Offset::UTC.to_datetime(at)) }
}

fn offset(offset: Offset) -> PartialDateTime {
    let minutes = offset.seconds().unsigned_abs() / 60;
    PartialDateTime {
        year: None,
        month: None,
        day: None,
        hour: None,
        minute: None,
        second: None,
        tz_hour: u8::try_from(minutes / 60).ok(),
        tz_minute: u8::try_from(minutes % 60).ok(),
        tz_minus: offset.seconds() < 0,
    }
}
