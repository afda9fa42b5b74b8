use super::*;
use crate::time::Span;
use proptest::prelude::*;

fn at(hours: i64) -> Timestamp {
    Timestamp::from_millis(1_700_000_000_000).plus(Span::hours(hours))
}

fn seen(hours: i64) -> SignInSeen {
    let place = Place { country: Country::parse("DE"), asn: Some(3320), ..Place::default() };
    SignInSeen {
        at: at(hours),
        ip: Some([192, 0, 2, 7].into()),
        place,
        agent: Some(Agent::new("firefox/linux")),
    }
}

fn learned(seen: impl IntoIterator<Item = SignInSeen>) -> History {
    seen.into_iter().fold(History::default(), |mut history, seen| {
        history.learn(&seen);
        history
    })
}

fn city(latitude: f32, longitude: f32, zone: &str) -> Place {
    let point = Some(Point { latitude, longitude });
    Place { point, zone: Some(zone.to_owned()), ..Place::default() }
}

#[test]
fn what_was_seen_is_known_for_half_a_year() {
    let history = learned([seen(0)]);
    let ip = |last| IpAddr::from([192, 0, 2, last]);
    assert!(history.knows_network(ip(200), at(1)) && !history.knows_network([192, 0, 3, 7].into(), at(1)));
    let germany = Country::parse("DE").expect("a country");
    for (days, known) in [(180, true), (182, false)] {
        let then = at(days * 24);
        assert_eq!(history.knows_network(ip(7), then), known, "{days}");
        assert_eq!(history.knows_country(germany, then), known, "{days}");
        assert_eq!(history.knows_operator(3320, then), known, "{days}");
        assert_eq!(history.knows_agent(&Agent::new("firefox/linux"), then), known, "{days}");
    }
}

#[test]
fn networks_of_both_kinds_never_meet() {
    let mapped: IpAddr = "::ffff:192.0.2.9".parse().expect("an address");
    assert_eq!(network(mapped), network([192, 0, 2, 1].into()));
    let v6 = |text: &str| network(text.parse().expect("an address"));
    assert_eq!(v6("2001:db8:1::1"), v6("2001:db8:1:ffff::2"));
    assert_ne!(v6("2001:db8:1::1"), v6("2001:db8:2::1"));
    assert_ne!(v6("::c000:200:0:0:0"), network([192, 0, 2, 1].into()));
}

#[test]
fn learning_ends_after_the_period_and_five_sign_ins() {
    let few = learned((0..4).map(seen));
    assert!(few.learning(14, at(24 * 100)), "too few sign-ins");
    let many = learned((0..5).map(seen));
    assert!(many.learning(14, at(24 * 14 - 1)) && !many.learning(14, at(24 * 14)));
    assert!(!many.learning(0, at(5)), "a period of none");
    assert!(History::default().learning(0, at(0)));
}

#[test]
fn an_hour_is_usual_if_one_sign_in_of_twenty_is_about_then() {
    // 2023-11-14T22:13:20Z
    let history = learned((0..19).map(|day| seen(day * 24)));
    assert!(history.usual_hour(at(24 * 20)) && history.usual_hour(at(24 * 20 + 1)));
    assert!(!history.usual_hour(at(24 * 20 + 2)) && !history.usual_hour(at(24 * 20 + 12)));
    let mut history = history;
    history.learn(&seen(12));
    assert!(history.usual_hour(at(24 * 20 + 12)), "1 of 20");
    history.learn(&seen(0));
    assert!(!history.usual_hour(at(24 * 20 + 12)), "1 of 21");
    assert!(!History::default().usual_hour(at(0)), "nothing is usual yet");
}

#[test]
fn hours_are_those_of_the_users_own_zone_through_summer_time() {
    let berlin = |day: i64, hour: i64| SignInSeen {
        place: city(52.5, 13.4, "Europe/Berlin"),
        ..seen(day * 24 + hour)
    };
    // At 22:13 UTC in November it is 23:13 in Berlin, and in June 00:13: still about the same hour, two later is not.
    let history = learned((0..10).map(|day| berlin(day, 0)));
    assert!(history.hours[23] == 10, "{:?}", history.hours);
    assert!(history.usual_hour(at(24 * 210 - 2)) && !history.usual_hour(at(24 * 210 + 1)));
}

#[test]
fn a_journey_is_no_new_home_but_a_move_is() {
    let there = |zone: &str, n: i64| SignInSeen { place: city(40.7, -74.0, zone), ..seen(n) };
    let mut history = learned([there("Europe/Berlin", 0)]);
    for n in 0..9 {
        history.learn(&there("America/New_York", n));
    }
    assert_eq!(history.zone.as_deref(), Some("Europe/Berlin"));
    history.learn(&there("America/New_York", 10));
    assert_eq!(history.zone.as_deref(), Some("America/New_York"));
    for n in 0..20 {
        history.learn(&there("Mars/Olympus_Mons", n));
    }
    assert_eq!(history.zone.as_deref(), Some("America/New_York"), "no such zone");
}

#[test]
fn a_leap_is_far_and_faster_than_any_airliner() {
    let place =
        |latitude, longitude| Place { point: Some(Point { latitude, longitude }), ..Place::default() };
    let history = learned([SignInSeen { place: place(52.5, 13.4), ..seen(0) }]);
    // Berlin to Sydney is 16,100 km: 17.9 hours at 900 km/h.
    let sydney = place(-33.9, 151.2);
    assert!(history.leap(&sydney, at(17)).is_some() && history.leap(&sydney, at(18)).is_none());
    assert!(history.leap(&place(52.4, 12.1), at(0)).is_none(), "90 km are within what databases err by");
    assert!(history.leap(&place(51.3, 12.4), at(0)).is_some(), "150 km at once are not");
    assert!(history.leap(&Place::default(), at(0)).is_none());
}

#[test]
fn countries_are_compared_at_their_nearest() {
    let country = |code| Place { country: Country::parse(code), ..Place::default() };
    let history = learned([SignInSeen { place: country("DE"), ..seen(0) }]);
    for (code, hours, leap) in
        [("FR", 0, false), ("PL", 0, false), ("JP", 2, true), ("JP", 12, false), ("ZZ", 0, false)]
    {
        assert_eq!(history.leap(&country(code), at(hours)).is_some(), leap, "{code} in {hours} h");
    }
}

#[test]
fn old_habits_fade() {
    let mut history = learned((0..255).map(seen));
    let before: u16 = history.hours.iter().sum();
    history.learn(&seen(255));
    let after: u16 = history.hours.iter().sum();
    assert!(before == 255 && (100..=128).contains(&after), "{before} {after}");
    assert_eq!(history.countries.0[0].1, 128);
}

#[test]
fn what_is_not_ours_is_no_history() {
    for text in ["", "{}", "null", r#"{"v":2,"n":9}"#, r#"{"v":1,"h":[1]}"#, r#"{"v":1,"n":-1}"#] {
        assert_eq!(History::from_json(text), None, "{text}");
    }
    assert_eq!(History::from_json(r#"{"v":1}"#), Some(History::default()), "members may be added later");
}

proptest! {
    #[test]
    fn a_history_stays_small_and_survives_its_form_at_rest(
        sign_ins in prop::collection::vec((0..20_000_i64, any::<u128>(), any::<u32>(), "[A-Z]{2}", "\\PC{0,80}"), 0..200)
    ) {
        let history = learned(sign_ins.into_iter().map(|(hours, ip, asn, country, agent)| SignInSeen {
            at: at(hours),
            ip: Some(IpAddr::from(ip.to_be_bytes())),
            place: Place { country: Country::parse(&country), asn: Some(asn), ..city(-12.345_678, 123.456_79, "Asia/Tokyo") },
            agent: Some(Agent::new(&agent)),
        }));
        let text = history.to_json();
        prop_assert!(text.len() < 2500, "{} bytes", text.len());
        prop_assert_eq!(History::from_json(&text), Some(history));
    }
}
