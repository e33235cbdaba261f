use super::*;
use crate::ids::HomeId;
use crate::schedule::{Weekday, Zone};
use uuid::Uuid;

/// A Monday, ten in the morning in China.
fn now() -> Timestamp {
    "2026-11-23T02:00:00Z".parse().unwrap()
}

fn id(n: u128) -> PharmacyId {
    PharmacyId::from_uuid(Uuid::from_u128(n))
}

fn pharmacy(n: u128) -> Pharmacy {
    Pharmacy {
        id: id(n),
        version: 1,
        name: format!("{n}"),
        address: String::new(),
        phone: String::new(),
        zone: Zone::shanghai(),
        place: None,
        hours: Vec::new(),
        radius_metres: None,
    }
}

/// So many kilometres north of the home.
fn away(n: u128, km: f64) -> Pharmacy {
    Pharmacy { place: Place::from_degrees(30.0 + km / 111.2, 120.0).ok(), ..pharmacy(n) }
}

fn home() -> Home {
    Home {
        id: HomeId::from_uuid(Uuid::nil()),
        version: 1,
        name: String::new(),
        address: String::new(),
        phone: String::new(),
        zone: Zone::shanghai(),
        place: Place::from_degrees(30.0, 120.0).ok(),
        preferred_pharmacy_id: None,
    }
}

fn drug(name: &str) -> DrugId {
    DrugId(name.to_owned())
}

fn line(name: &str, quantity: u32) -> Owed {
    Owed { drug: drug(name), quantity, substitutes: vec![] }
}

fn owed() -> Vec<Owed> {
    vec![line("a", 14), line("b", 7)]
}

fn of(pharmacy: &Pharmacy) -> Candidate<'_> {
    Candidate { pharmacy, on_hand: None, declined_at: None }
}

fn with<'a>(pharmacy: &'a Pharmacy, shelf: &[(&str, u64)]) -> Candidate<'a> {
    let on_hand = shelf.iter().map(|(name, quantity)| (drug(name), *quantity)).collect();
    Candidate { on_hand: Some(on_hand), ..of(pharmacy) }
}

/// Who stands where: `2 1=3` is the second alone before the first and the third.
fn ranks(home: &Home, urgency: Urgency, candidates: &[Candidate<'_>]) -> String {
    let offers = rank(&owed(), home, urgency, candidates, now());
    let mut text = String::new();
    let mut before = 0;
    for offer in offers {
        let between = if before == 0 {
            ""
        } else if before == offer.rank {
            "="
        } else {
            " "
        };
        text.push_str(between);
        text.push_str(&offer.pharmacy_id.uuid().as_u128().to_string());
        before = offer.rank;
    }
    text
}

fn closed() -> Vec<OpenHours> {
    vec![OpenHours { weekday: Weekday::Tuesday, opens: 480, closes: 1200 }]
}

#[test]
fn the_nearer_the_fuller_the_preferred_and_the_open_come_first() {
    let (near, far) = (away(2, 1.2), away(1, 6.0));
    let routine = |home: &Home, all: &[Candidate<'_>]| ranks(home, Urgency::Routine, all);
    assert_eq!(routine(&home(), &[of(&far), of(&near)]), "2 1");
    // The full shelf before the near one, a part before nobody knows, nothing at all last.
    let full = [("a", 14), ("b", 7)];
    assert_eq!(routine(&home(), &[with(&far, &full), with(&near, &[("a", 20)])]), "1 2");
    let unknown = away(3, 0.1);
    assert_eq!(routine(&home(), &[with(&far, &[("a", 1)]), with(&near, &[]), of(&unknown)]), "1 3 2");
    // The home's wish before both, unless that pharmacy has nothing or its doors are closed.
    let wish = Home { preferred_pharmacy_id: Some(id(1)), ..home() };
    assert_eq!(routine(&wish, &[of(&far), with(&near, &full)]), "1 2");
    assert_eq!(routine(&wish, &[with(&far, &[]), with(&near, &full)]), "2 1");
    let asleep = Pharmacy { hours: closed(), ..far.clone() };
    assert_eq!(routine(&wish, &[of(&asleep), of(&near)]), "2 1");
    // Who does not come that far, and who gave it back, come last.
    let short = Pharmacy { radius_metres: Some(1_000), ..near.clone() };
    assert_eq!(routine(&home(), &[of(&far), of(&short)]), "1 2");
    let gave_back = Candidate { declined_at: Some(now()), ..with(&near, &full) };
    assert_eq!(routine(&home(), &[of(&far), gave_back]), "1 2");
}

#[test]
fn equals_are_asked_together_in_the_order_of_their_ids() {
    let (one, two, three) = (away(1, 2.1), away(2, 2.6), away(3, 3.4));
    let all = [of(&three), of(&two), of(&one)];
    assert_eq!(ranks(&home(), Urgency::Routine, &all), "1=2 3", "a street more or less makes nobody first");
    let turned = [of(&one), of(&three), of(&two)];
    assert_eq!(
        rank(&owed(), &home(), Urgency::Routine, &all, now()),
        rank(&owed(), &home(), Urgency::Routine, &turned, now())
    );
}

#[test]
fn where_nobody_is_known_all_are_asked_at_once_and_one_alone_too() {
    let (one, two) = (pharmacy(1), pharmacy(2));
    assert_eq!(ranks(&home(), Urgency::Routine, &[with(&one, &[("a", 14), ("b", 7)]), with(&two, &[])]), "1=2");
    let only = Pharmacy { hours: closed(), radius_metres: Some(1), ..away(1, 50.0) };
    let mut offers = rank(&owed(), &home(), Urgency::Routine, &[of(&only)], now());
    assert_eq!(open_next(&mut offers, now()), Offered::Everybody);
    assert!(rank(&owed(), &home(), Urgency::Routine, &[], now()).is_empty());
}

#[test]
fn an_urgent_one_goes_to_everybody_who_is_open() {
    let (near, far) = (away(2, 1.0), away(1, 9.0));
    let asleep = Pharmacy { hours: closed(), ..away(3, 0.2) };
    let wish = Home { preferred_pharmacy_id: Some(id(3)), ..home() };
    let all = [of(&near), with(&far, &[]), of(&asleep)];
    assert_eq!(ranks(&wish, Urgency::Urgent, &all), "2=1 3");
    // When all are closed it is not kept from them.
    assert_eq!(ranks(&wish, Urgency::Urgent, &[of(&asleep)]), "3");
}

#[test]
fn the_reasons_are_named() {
    let open = Pharmacy { hours: OpenHours::always(), radius_metres: Some(500), ..away(1, 1.0) };
    let asleep = Pharmacy { hours: closed(), ..pharmacy(2) };
    let wish = Home { preferred_pharmacy_id: Some(id(1)), ..home() };
    let gave_back = Candidate { declined_at: Some(now()), ..with(&open, &[("a", 3)]) };
    let offers = rank(&owed(), &wish, Urgency::Routine, &[gave_back, with(&asleep, &[("a", 14), ("b", 9)])], now());
    let (first, second) = (&offers[0], &offers[1]);
    use OfferReason as R;
    assert_eq!((first.pharmacy_id, &*first.reasons), (id(2), &[R::AllInStock, R::Closed][..]));
    assert_eq!((first.opens_at, first.metres), (Some("2026-11-24T00:00:00Z".parse().unwrap()), None));
    let all = [R::Preferred, R::PartInStock, R::OpenNow, R::BeyondRadius, R::DeclinedBefore];
    assert_eq!((second.pharmacy_id, &*second.reasons, second.opens_at), (id(1), &all[..], None));
    assert!(second.metres.is_some_and(|metres| (995..1005).contains(&metres)), "{:?}", second.metres);
}

#[test]
fn one_drug_on_two_lines_needs_both() {
    let shop = away(1, 1.0);
    let twice = [line("a", 10), line("a", 10)];
    let reasons =
        |units| rank(&twice, &home(), Urgency::Routine, &[with(&shop, &[("a", units)])], now())[0].reasons.clone();
    assert_eq!((reasons(19), reasons(20)), (vec![OfferReason::PartInStock], vec![OfferReason::AllInStock]));
}

#[test]
fn who_has_another_strength_that_may_go_out_can_fill_it_and_comes_after_who_has_the_very_one() {
    let (one, two, three) = (away(1, 1.0), away(2, 1.0), away(3, 1.0));
    // Two of the half strength make one.
    let allowed = [Owed { substitutes: vec![(drug("half"), 2)], ..line("a", 14) }, line("b", 7)];
    let forbidden = owed();
    let all = [
        with(&one, &[("half", 28), ("b", 7)]),
        with(&two, &[("a", 14), ("b", 7)]),
        with(&three, &[("half", 27), ("b", 7)]),
    ];
    let told = |owed: &[Owed]| {
        let offers = rank(owed, &home(), Urgency::Routine, &all, now());
        offers.iter().map(|o| (o.pharmacy_id.uuid().as_u128(), o.reasons[0])).collect::<Vec<_>>()
    };
    use OfferReason as R;
    assert_eq!(told(&allowed), [(2, R::AllInStock), (1, R::SubstituteInStock), (3, R::PartInStock)]);
    assert_eq!(told(&forbidden), [(2, R::AllInStock), (1, R::PartInStock), (3, R::PartInStock)]);
    // The rest of the very product and another strength make the whole together.
    let both = with(&one, &[("a", 4), ("half", 20), ("b", 7)]);
    assert_eq!(rank(&allowed, &home(), Urgency::Routine, &[both], now())[0].reasons, [R::SubstituteInStock]);
    // A box is not counted for the line that it was prescribed for and for another one as well.
    let shared = [Owed { substitutes: vec![(drug("half"), 2)], ..line("a", 5) }, line("half", 10)];
    let reasons = |units| {
        let shelf = [("half", units)];
        rank(&shared, &home(), Urgency::Routine, &[with(&one, &shelf)], now())[0].reasons.clone()
    };
    assert_eq!((reasons(19), reasons(20)), (vec![R::PartInStock], vec![R::SubstituteInStock]));
}

#[test]
fn one_rank_after_the_other_opens_and_the_last_one_opens_it_to_everybody() {
    let (a, b, c) = (away(1, 1.0), away(2, 1.1), away(3, 5.0));
    let d = away(4, 9.0);
    let mut offers = rank(&owed(), &home(), Urgency::Routine, &[of(&a), of(&b), of(&c), of(&d)], now());
    let first = open_next(&mut offers, now());
    assert_eq!(first, Offered::To([id(1), id(2)].into()));
    let later = now() + jiff::SignedDuration::from_mins(10);
    assert_eq!(open_next(&mut offers, later), Offered::To([id(1), id(2), id(3)].into()));
    assert_eq!(offers.iter().map(|o| o.offered_at).collect::<Vec<_>>(), [Some(now()), Some(now()), Some(later), None]);
    assert_eq!(open_next(&mut offers, later), Offered::Everybody);
    assert!(Offered::Everybody.includes(id(99)) && !first.includes(id(3)));
}

#[test]
fn doors_open_and_close_on_the_pharmacy_s_own_clock() {
    let day = |weekday, opens, closes| OpenHours { weekday, opens, closes };
    let week = [day(Weekday::Monday, 480, 720), day(Weekday::Monday, 840, 1440), day(Weekday::Tuesday, 0, 120)];
    let at = |text: &str| opening(&week, &Zone::shanghai(), text.parse().unwrap());
    let opens = |text: &str| Opening::Opens(text.parse().unwrap());
    for (time, expected) in [
        ("2026-11-22T23:59:59Z", opens("2026-11-23T00:00:00Z")),
        ("2026-11-23T00:00:00Z", Opening::Open),
        ("2026-11-23T04:00:00Z", opens("2026-11-23T06:00:00Z")),
        // Midnight is no end where the next day begins with open doors.
        ("2026-11-23T16:00:00Z", Opening::Open),
        ("2026-11-23T18:00:00Z", opens("2026-11-30T00:00:00Z")),
    ] {
        assert_eq!(at(time), expected, "{time}");
    }
    assert_eq!(opening(&[], &Zone::shanghai(), now()), Opening::Unknown);
    assert_eq!(opening(&OpenHours::always(), &Zone::shanghai(), now()), Opening::Open);
}

#[test]
fn a_place_is_on_the_earth() {
    assert_eq!(Place::from_degrees(90.1, 0.0), Err(PlaceError::Latitude));
    assert_eq!(Place::from_degrees(f64::NAN, 0.0), Err(PlaceError::Latitude));
    assert_eq!(Place::from_degrees(0.0, -180.5), Err(PlaceError::Longitude));
    let west_lake = Place::from_degrees(30.2475, 120.1489).unwrap();
    assert_eq!(Place::from_e6(30_247_500, 120_148_900), Ok(west_lake));
    assert_eq!(Place::from_e6(90_000_001, 0), Err(PlaceError::Latitude));
    assert_eq!((west_lake.degrees(), west_lake.metres_to(west_lake)), ((30.2475, 120.1489), 0));
    let poles = Place::from_degrees(90.0, 0.0).unwrap().metres_to(Place::from_degrees(-90.0, 0.0).unwrap());
    assert_eq!(poles / 1000, 20_015);
}
