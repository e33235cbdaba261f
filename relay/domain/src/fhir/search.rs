//! A search as a reader writes it, and whether a resource is what was asked for. Strict: what is not known is refused, with the parameter named.
//! Not here: where resources come from and where a page ends (the relay).

use super::Resource;
use super::kind::{Compare, Kind};
use crate::ids::ResidentId;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::Offset;
use jiff::{SignedDuration, ToSpan as _};

/// Resources of one page when nothing is said.
pub const USUAL: usize = 20;
/// The longest page.
pub const MOST: usize = 100;
/// Values of one parameter.
const VALUES: usize = 50;

/// A parameter that cannot be taken, with the words for the person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadParameter {
    /// Which.
    pub name: String,
    /// Chinese.
    pub zh: String,
    /// English.
    pub en: String,
}

/// On which side of a span of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    Within,
    From,
    After,
    Until,
    Before,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct When {
    side: Side,
    /// The span that the value names: a year, a month, a day, a second or a millisecond; its end is not in it.
    span: (Timestamp, Timestamp),
}

/// What is asked for; every part that is given must hold.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Search {
    /// With one of these ids.
    pub ids: Vec<String>,
    /// Of this resident.
    pub patient: Option<ResidentId>,
    statuses: Vec<String>,
    codes: Vec<String>,
    times: Vec<When>,
    /// Resources of a page.
    pub count: usize,
    /// Where the page begins, as the page before said.
    pub page: Option<String>,
}

fn bad(name: &str, zh: impl Into<String>, en: impl Into<String>) -> BadParameter {
    BadParameter { name: name.to_owned(), zh: zh.into(), en: en.into() }
}

impl Search {
    /// Reads a query.
    pub fn parse(kind: Kind, query: &[(String, String)]) -> Result<Self, BadParameter> {
        let mut search = Self { count: USUAL, ..Self::default() };
        let mut given: Vec<&str> = Vec::new();
        for (name, value) in query {
            let compare = kind.parameters().iter().find(|p| p.name == name).map(|p| p.compare);
            let twice = if compare == Some(Compare::Time) { 2 } else { 1 };
            if given.iter().filter(|other| **other == name).count() >= twice {
                return Err(bad(name, format!("“{name}”给出次数过多"), format!("`{name}` is given too often")));
            }
            given.push(name);
            match (compare, name.as_str()) {
                (Some(Compare::Id), _) => search.ids = list(name, value)?,
                (Some(Compare::Patient), _) => {
                    let id = patient(name, value)?;
                    if search.patient.is_some_and(|other| other != id) {
                        let (zh, en) = ("patient 与 subject 不一致", "`patient` and `subject` differ");
                        return Err(bad(name, zh, en));
                    }
                    search.patient = Some(id);
                }
                (Some(Compare::Status), _) => search.statuses = statuses(kind, name, value)?,
                (Some(Compare::Code), _) => search.codes = list(name, value)?,
                (Some(Compare::Time), _) => search.times.push(when(name, value)?),
                (None, "_count") => match value.parse::<usize>() {
                    Ok(count @ 1..) => search.count = count.min(MOST),
                    _ => return Err(bad(name, "_count 为正整数", "`_count` is a whole number from 1")),
                },
                (None, "_page") => search.page = Some(value.clone()),
                (None, "_format")
                    if ["json", "application/json", "application/fhir+json"].contains(&value.as_str()) => {}
                (None, "_format") => return Err(bad(name, "仅提供 JSON 格式", "only JSON is served")),
                (None, _) => {
                    let known: Vec<&str> = kind.parameters().iter().map(|p| p.name).collect();
                    let known = known.join(", ");
                    let zh = format!("{} 不支持查询参数“{name}”；支持：{known}, _count", kind.name());
                    let en = format!("{} has no search parameter `{name}`; it has {known}, _count", kind.name());
                    return Err(bad(name, zh, en));
                }
            }
        }
        if kind.needs_patient() && search.patient.is_none() && search.ids.is_empty() {
            let (zh, en) = ("请用 patient 指明患者", "Name the resident with `patient`");
            return Err(bad("patient", zh, en));
        }
        Ok(search)
    }

    /// The same for one of its ids.
    #[must_use]
    pub fn of_id(&self, id: &str) -> Self {
        Self { ids: vec![id.to_owned()], ..self.clone() }
    }

    /// Whether a resource is asked for. Whose it is was looked at before.
    pub fn matches(&self, resource: &Resource) -> bool {
        let any = |wanted: &[String], has: &[&str]| {
            wanted.is_empty() || has.iter().any(|value| wanted.iter().any(|wanted| wanted == value))
        };
        let codes: Vec<&str> = resource.codes.iter().map(String::as_str).collect();
        any(&self.ids, &[&resource.id])
            && any(&self.statuses, resource.status.as_slice())
            && any(&self.codes, &codes)
            && self.times.iter().all(|when| resource.at.is_some_and(|at| when.holds(at)))
    }
}

impl When {
    fn holds(self, at: Timestamp) -> bool {
        let (from, until) = self.span;
        match self.side {
            Side::Within => from <= at && at < until,
            Side::From => from <= at,
            Side::After => until <= at,
            Side::Until => at < until,
            Side::Before => at < from,
        }
    }
}

fn list(name: &str, value: &str) -> Result<Vec<String>, BadParameter> {
    let values: Vec<String> = value.split(',').map(|v| v.trim().to_owned()).filter(|v| !v.is_empty()).collect();
    match values.len() {
        1..=VALUES => Ok(values),
        0 => Err(bad(name, format!("“{name}”没有值"), format!("`{name}` has no value"))),
        _ => Err(bad(name, format!("“{name}”最多 {VALUES} 个值"), format!("`{name}` takes at most {VALUES} values"))),
    }
}

/// A status that the kind cannot have is refused: an empty answer would read as "there is none".
fn statuses(kind: Kind, name: &str, value: &str) -> Result<Vec<String>, BadParameter> {
    let wanted = list(name, value)?;
    let known = kind.statuses();
    if wanted.iter().all(|one| known.contains(&one.as_str())) {
        return Ok(wanted);
    }
    let (kind, known) = (kind.name(), known.join(", "));
    let zh = format!("“{name}”含有 {kind} 没有的状态；可用：{known}");
    Err(bad(name, zh, format!("`{name}` has a status that {kind} does not have; it has {known}")))
}

fn patient(name: &str, value: &str) -> Result<ResidentId, BadParameter> {
    let id = value.rsplit_once("Patient/").map_or(value, |(_, id)| id);
    id.parse().map_err(|_| {
        bad(name, format!("“{name}”应为 Patient/编号"), format!("`{name}` is Patient/id, with the id of a resident"))
    })
}

fn when(name: &str, value: &str) -> Result<When, BadParameter> {
    let (side, rest) = match value.get(..2) {
        Some("eq") => (Side::Within, &value[2..]),
        Some("ge") => (Side::From, &value[2..]),
        Some("gt") => (Side::After, &value[2..]),
        Some("le") => (Side::Until, &value[2..]),
        Some("lt") => (Side::Before, &value[2..]),
        _ => (Side::Within, value),
    };
    let span = span(rest).ok_or_else(|| {
        let zh = format!("“{name}”应为日期或带时区的时间，可加 eq、ge、gt、le、lt");
        bad(name, zh, format!("`{name}` is a date, or a time with its zone, after eq, ge, gt, le or lt"))
    })?;
    Ok(When { side, span })
}

/// Days are those of the homes, UTC+8.
fn span(text: &str) -> Option<(Timestamp, Timestamp)> {
    if text.contains('T') {
        let from: Timestamp = text.parse().ok()?;
        let precise = if text.contains('.') { SignedDuration::from_millis(1) } else { SignedDuration::from_secs(1) };
        return Some((from, from.checked_add(precise).ok()?));
    }
    let midnight = |day: Date| Offset::constant(8).to_timestamp(day.at(0, 0, 0, 0)).ok();
    let digits = text.bytes().all(|b| b.is_ascii_digit() || b == b'-');
    let (day, length) = match text.len() {
        4 => (format!("{text}-01-01"), 1.year()),
        7 => (format!("{text}-01"), 1.month()),
        10 => (text.to_owned(), 1.day()),
        _ => return None,
    };
    let day: Date = if digits { day.parse().ok()? } else { return None };
    Some((midnight(day)?, midnight(day.checked_add(length).ok()?)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(kind: Kind, query: &[(&str, &str)]) -> Result<Search, BadParameter> {
        let pairs: Vec<_> = query.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
        Search::parse(kind, &pairs)
    }

    #[test]
    fn what_is_not_known_is_refused_by_name() {
        for (kind, query, name) in [
            (Kind::Patient, &[("name", "王")][..], "name"),
            (Kind::Task, &[("status:not", "ready")], "status:not"),
            (Kind::Task, &[("status", "ready"), ("status", "completed")], "status"),
            (Kind::Task, &[("_count", "0")], "_count"),
            (Kind::Task, &[("patient", "Patient/wang")], "patient"),
            (Kind::Encounter, &[("date", "yesterday")], "date"),
            (Kind::Encounter, &[("date", "2026-13-01")], "date"),
            (Kind::Encounter, &[("date", "二〇二六")], "date"),
            (Kind::Encounter, &[("date", "2026-11-23T10:00:00")], "date"),
            (Kind::Observation, &[("status", "final")], "patient"),
            (Kind::Patient, &[("_format", "xml")], "_format"),
        ] {
            assert_eq!(parse(kind, query).map_err(|e| e.name), Err(name.to_owned()), "{query:?}");
        }
    }

    /// `status=bogus` was answered with nothing found.
    #[test]
    fn a_status_that_the_kind_cannot_have_is_refused_with_those_that_it_has() {
        for kind in Kind::ALL {
            let by_status = kind.parameters().iter().any(|p| p.compare == Compare::Status);
            assert_eq!(by_status, !kind.statuses().is_empty(), "{kind:?}");
            if !by_status {
                continue;
            }
            let patient = ("patient", "0192f0c1-2345-7abc-8def-0123456789ab");
            let all = kind.statuses().join(",");
            assert!(parse(kind, &[patient, ("status", &all)]).is_ok(), "{kind:?}");
            for value in ["bogus", "Completed", "completed,bogus"] {
                let refused = parse(kind, &[patient, ("status", value)]).unwrap_err();
                assert_eq!(refused.name, "status", "{kind:?} {value}");
                for status in kind.statuses() {
                    assert!(refused.zh.contains(status) && refused.en.contains(status), "{kind:?} {status}");
                }
                assert!(!refused.en.contains("bogus"), "what was sent is not said back");
            }
        }
    }

    #[test]
    fn a_day_is_a_day_of_the_homes_and_a_page_is_never_longer_than_the_longest() {
        let (from, until) = span("2026-11-23").unwrap();
        assert_eq!(
            (from.to_string().as_str(), until.to_string().as_str()),
            ("2026-11-22T16:00:00Z", "2026-11-23T16:00:00Z")
        );
        assert_eq!(span("2026-02").unwrap().1.to_string(), "2026-02-28T16:00:00Z");
        assert_eq!(parse(Kind::Task, &[("_count", "5000")]).unwrap().count, MOST);
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        for (value, moment, holds) in [
            ("2026-11-23", "2026-11-22T16:00:00Z", true),
            ("2026-11-23", "2026-11-23T16:00:00Z", false),
            ("ge2026-11-23", "2026-11-22T16:00:00Z", true),
            ("gt2026-11-23", "2026-11-23T15:59:59Z", false),
            ("le2026-11-23", "2026-11-23T15:59:59Z", true),
            ("lt2026-11-23", "2026-11-22T16:00:00Z", false),
            ("ge2026-11-23T10:00:00+08:00", "2026-11-23T02:00:00Z", true),
        ] {
            assert_eq!(when("date", value).unwrap().holds(at(moment)), holds, "{value} {moment}");
        }
    }
}
