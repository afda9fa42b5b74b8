use super::*;
use crate::risk::{Agent, Country, History, Place, SignInSeen, SignalWeights};
use proptest::prelude::*;
use std::net::IpAddr;

const HOME: [u8; 4] = [192, 0, 2, 7];

fn now() -> Timestamp {
    Timestamp::from_millis(1_700_000_000_000)
}

fn days_ago(days: i64) -> Timestamp {
    now().minus(Span::hours(24 * days))
}

fn place(country: &str, asn: u32) -> Place {
    Place { country: Country::parse(country), asn: Some(asn), hosting: Some(false), ..Place::default() }
}

fn firefox() -> Option<Agent> {
    Some(Agent::new("firefox/linux/desktop"))
}

/// Twenty days of sign-ins from home at this hour.
fn established() -> History {
    let seen = |days| SignInSeen {
        at: days_ago(days),
        ip: Some(HOME.into()),
        place: place("DE", 3320),
        agent: firefox(),
    };
    (1..=20).rev().fold(History::default(), |mut history, days| {
        history.learn(&seen(days));
        history
    })
}

/// An established user at home on a known device.
fn at_home() -> Facts {
    Facts {
        ip: Some(HOME.into()),
        place: place("DE", 3320),
        agent: firefox(),
        device: Device::Known,
        history: established(),
        ..Facts::unknown(days_ago(400))
    }
}

fn ticket(delivery: Delivery) -> TicketFacts {
    TicketFacts {
        delivery,
        assurance: Assurance::Multi,
        subject_auth_time: Some(now()),
        minted_at: now(),
        proven: false,
        minted_ip: Some(HOME.into()),
        minted_place: place("DE", 3320),
    }
}

/// What speaks, in order, and how much.
fn spoken(facts: &Facts) -> (u8, Vec<(&'static str, u8)>) {
    let found = assess(&RiskConfig::default(), facts, now());
    (found.score, found.observed.iter().map(|o| (o.signal.as_str(), o.counted)).collect())
}

#[test]
fn nothing_speaks_against_a_user_at_home() {
    assert_eq!(spoken(&at_home()), (0, vec![]));
}

#[test]
fn the_first_redemption_by_curl_from_an_unknown_address_is_low() {
    let facts = Facts {
        ip: Some([127, 0, 0, 1].into()),
        agent: Some(Agent::new("curl")),
        ticket: Some(TicketFacts {
            assurance: Assurance::Unknown,
            subject_auth_time: None,
            minted_place: Place::default(),
            ..ticket(Delivery::System)
        }),
        ..Facts::unknown(now())
    };
    let expected =
        vec![("unknown_device", 10), ("ip_unknown", 5), ("new_device_or_ip", 12), ("unusual_time", 2)];
    assert_eq!(spoken(&facts), (29, expected));
    assert_eq!(assess(&RiskConfig::default(), &facts, now()).level, Level::Low);
}

#[test]
fn each_signal_speaks_alone() {
    let home = at_home();
    let elsewhere = Some([198, 51, 100, 7].into());
    let mut seldom = established();
    (0..21).for_each(|_| {
        seldom.learn(&SignInSeen { at: now(), ip: None, place: place("FR", 3320), agent: None });
    });
    for (facts, expected) in [
        (Facts { credential_leaked: true, ..home.clone() }, vec![("credential_leaked", 40)]),
        (Facts { bad_reputation: true, ..home.clone() }, vec![("ip_bad_reputation", 30)]),
        (Facts { ip: None, place: Place::default(), ..home.clone() }, vec![("ip_unknown", 5)]),
        (
            Facts { place: Place { hosting: Some(true), ..home.place.clone() }, ..home.clone() },
            vec![("ip_vpn", 15)],
        ),
        (
            Facts { failed_attempts: 5, device: Device::Unknown, ..home.clone() },
            vec![("unknown_device", 10), ("login_failure_moderate", 15)],
        ),
        (
            Facts { failed_attempts: 20, ..home.clone() },
            vec![("login_failure_moderate", 7), ("login_failure_high", 12)],
        ),
        (Facts { factors_changed_at: Some(days_ago(2)), ..home.clone() }, vec![("mfa_method_changed", 15)]),
        (Facts { factors_changed_at: Some(days_ago(4)), ..home.clone() }, vec![]),
        (Facts { ip: elsewhere, ..home.clone() }, vec![("new_device_or_ip", 25)]),
        (Facts { ip: elsewhere, device: Device::Trusted, ..home.clone() }, vec![]),
        (
            Facts { device: Device::ClaimedNew, ..home.clone() },
            vec![("unknown_device", 10), ("new_device_or_ip", 25)],
        ),
        (Facts { device: Device::Unknown, ..home.clone() }, vec![("unknown_device", 10)]),
        (
            Facts { agent: Some(Agent::new("curl")), device: Device::Unknown, ..home.clone() },
            vec![("unknown_device", 10), ("new_device_or_ip", 25)],
        ),
        (
            Facts { place: place("FR", 3320), ..home.clone() },
            vec![("new_country", 15), ("unusual_location", 10)],
        ),
        (Facts { place: place("DE", 3209), ..home.clone() }, vec![("unusual_location", 10)]),
        (
            Facts {
                session: Some(Opened { agent: Some(Agent::new("curl")), ..Opened::default() }),
                ..home.clone()
            },
            vec![("session_hijack", 40)],
        ),
        (
            Facts {
                session: Some(Opened { agent: firefox(), ..Opened::default() }),
                agent: None,
                ..home.clone()
            },
            vec![("session_hijack", 40)],
        ),
        (
            Facts { session: Some(Opened { place: place("FR", 1), agent: None }), ..home.clone() },
            vec![("session_hijack", 40)],
        ),
        (Facts { view: View::Unseen, ..home.clone() }, vec![("ip_unknown", 5)]),
    ] {
        let score = expected.iter().map(|(_, counted)| counted).sum();
        assert_eq!(spoken(&facts), (score, expected));
    }
    let facts = Facts { history: seldom, ..home };
    assert!(!spoken(&facts).1.contains(&("unusual_location", 10)), "20 of 41 is not rare");
}

#[test]
fn a_leap_and_an_odd_hour_speak() {
    let mut facts = at_home();
    facts.history.learn(&SignInSeen { at: now(), ip: None, place: place("JP", 3320), agent: None });
    let soon = now().plus(Span::hours(1));
    let found = assess(&RiskConfig::default(), &facts, soon);
    assert_eq!(found.foremost(), Some(Signal::VelocityAnomaly));
    assert!(found.observed[0].what.ends_with(" km in 60 min"), "{:?}", found.observed);
    let night = now().plus(Span::hours(36));
    let found = assess(&RiskConfig::default(), &at_home(), night);
    assert_eq!((found.score, found.foremost()), (5, Some(Signal::UnusualTime)));
}

#[test]
fn a_ticket_of_a_person_is_redeemed_where_it_was_minted() {
    let home = Facts { device: Device::Known, ticket: Some(ticket(Delivery::Person)), ..at_home() };
    assert_eq!(spoken(&home), (0, vec![]));
    let minted = |more: TicketFacts| Facts { ticket: Some(more), ..home.clone() };
    let elsewhere = TicketFacts { minted_ip: Some([198, 51, 100, 7].into()), ..ticket(Delivery::Person) };
    let other = TicketFacts { minted_place: place("DE", 1), ..elsewhere.clone() };
    let unknown = TicketFacts { minted_place: Place::default(), ..elsewhere.clone() };
    for (ticket, counted) in [
        (elsewhere.clone(), 0),
        (other.clone(), 40),
        (unknown, 20),
        (TicketFacts { proven: true, ..other.clone() }, 0),
        (TicketFacts { delivery: Delivery::System, ..other.clone() }, 0),
        (TicketFacts { delivery: Delivery::Console, ..other }, 0),
        (TicketFacts { minted_place: place("FR", 3320), ..elsewhere }, 40),
    ] {
        assert_eq!(spoken(&minted(ticket.clone())).0, counted, "{ticket:?}");
    }
}

#[test]
fn a_minters_word_counts_if_it_is_strong_fresh_and_younger_than_the_factors() {
    let facts = |ticket| Facts { device: Device::Unknown, ticket: Some(ticket), ..at_home() };
    let strong = ticket(Delivery::System);
    let hours_ago = |hours| Some(now().minus(Span::hours(hours)));
    for (ticket, score) in [
        (strong.clone(), 5),
        (TicketFacts { subject_auth_time: hours_ago(12), ..strong.clone() }, 5),
        (TicketFacts { subject_auth_time: hours_ago(13), ..strong.clone() }, 10),
        (TicketFacts { subject_auth_time: None, ..strong.clone() }, 10),
        (TicketFacts { assurance: Assurance::Single, ..strong.clone() }, 10),
        (TicketFacts { assurance: Assurance::Unknown, ..strong.clone() }, 10),
    ] {
        assert_eq!(spoken(&facts(ticket.clone())).0, score, "{ticket:?}");
    }
    let old = TicketFacts { subject_auth_time: Some(days_ago(30)), ..strong };
    let changed = Facts { factors_changed_at: Some(days_ago(20)), ..facts(old) };
    assert_eq!(spoken(&changed).0, 25, "what is vouched for is older than the change");
}

#[test]
fn the_first_day_of_an_account_is_for_enrolling() {
    let enrolled = |user_since| Facts { user_since, factors_changed_at: Some(days_ago(1)), ..at_home() };
    assert_eq!(spoken(&enrolled(days_ago(2))).0, 0);
    assert_eq!(spoken(&enrolled(days_ago(3))).0, 15);
}

#[test]
fn what_is_still_being_learned_counts_half() {
    let facts = Facts { ip: Some([198, 51, 100, 7].into()), ..at_home() };
    for (learning_period_days, score) in [(19, 25), (21, 12)] {
        let config = RiskConfig { learning_period_days, ..RiskConfig::default() };
        assert_eq!(assess(&config, &facts, now()).score, score);
    }
}

#[test]
fn the_score_stays_at_a_hundred() {
    let facts = Facts {
        credential_leaked: true,
        bad_reputation: true,
        failed_attempts: 99,
        device: Device::ClaimedNew,
        ip: Some([198, 51, 100, 7].into()),
        ..at_home()
    };
    let found = assess(&RiskConfig::default(), &facts, now());
    assert_eq!((found.score, found.level), (100, Level::Critical));
}

fn configs() -> impl Strategy<Value = RiskConfig> {
    prop::array::uniform14(0..=100_u8).prop_map(|weights| {
        let weights = Signal::ALL
            .into_iter()
            .zip(weights)
            .fold(SignalWeights::default(), |all, (signal, weight)| all.with(signal, weight));
        RiskConfig { weights, ..RiskConfig::default() }
    })
}

prop_compose! {
    fn anybody()(
        (ip, country, asn, hosting) in (
            prop::option::of(prop::sample::select(vec![HOME, [198, 51, 100, 1], [10, 0, 0, 1]])),
            prop::option::of(prop::sample::select(vec!["DE", "FR", "JP"])),
            prop::option::of(1..4_u32),
            prop::option::of(any::<bool>()),
        ),
        (bad_reputation, failed_attempts, credential_leaked) in (any::<bool>(), 0..30_u32, any::<bool>()),
        (device, view) in (
            prop::sample::select(vec![Device::Trusted, Device::Known, Device::Unknown, Device::ClaimedNew]),
            prop::sample::select(vec![View::Direct, View::Told, View::Unseen]),
        ),
        (factors, old, ticketed, refreshed, delivery) in (
            prop::option::of(0..10_i64),
            any::<bool>(),
            any::<bool>(),
            any::<bool>(),
            prop::sample::select(vec![Delivery::System, Delivery::Person, Delivery::Console]),
        ),
    ) -> Facts {
        Facts {
            view,
            ip: ip.map(IpAddr::from),
            place: Place { country: country.and_then(Country::parse), asn, hosting, ..Place::default() },
            bad_reputation,
            agent: firefox(),
            device,
            history: if old { established() } else { History::default() },
            failed_attempts,
            factors_changed_at: factors.map(days_ago),
            credential_leaked,
            user_since: days_ago(400),
            ticket: ticketed.then(|| ticket(delivery)),
            session: refreshed.then(|| Opened { place: place("DE", 3320), agent: firefox() }),
        }
    }
}

/// Each way in which something gets worse and nothing better.
fn worse(facts: &Facts, config: &RiskConfig) -> Vec<Facts> {
    let all = facts.clone();
    let device = match facts.device {
        Device::Trusted => Device::Known,
        Device::Known => Device::Unknown,
        Device::Unknown | Device::ClaimedNew => Device::ClaimedNew,
    };
    let nowhere = Country::parse("ZQ");
    let leaps = assess(config, facts, now()).observed.iter().any(|o| o.signal == Signal::VelocityAnomaly);
    let mut worse = vec![
        Facts { device, ..all.clone() },
        Facts { bad_reputation: true, ..all.clone() },
        Facts { failed_attempts: facts.failed_attempts + 7, ..all.clone() },
        Facts { credential_leaked: true, ..all.clone() },
        Facts { factors_changed_at: Some(now()), ..all.clone() },
        Facts {
            session: facts.session.clone().map(|s| Opened { agent: Some(Agent::new("curl")), ..s }),
            ..all.clone()
        },
        Facts {
            session: facts.session.clone().map(|s| Opened { place: place("ZQ", 1), ..s }),
            ..all.clone()
        },
        Facts {
            ticket: facts.ticket.clone().map(|t| TicketFacts { assurance: Assurance::Unknown, ..t }),
            ..all.clone()
        },
        Facts {
            ticket: facts.ticket.clone().map(|t| TicketFacts { subject_auth_time: None, ..t }),
            ..all.clone()
        },
    ];
    if facts.place.hosting == Some(false) {
        worse.push(Facts { place: Place { hosting: Some(true), ..facts.place.clone() }, ..all.clone() });
    }
    if facts.ip.is_some() {
        worse.push(Facts { ip: Some([203, 0, 113, 9].into()), ..all.clone() });
    }
    if facts.place.asn.is_some() {
        worse.push(Facts { place: Place { asn: Some(64_496), ..facts.place.clone() }, ..all.clone() });
    }
    if facts.place.country.is_some() && !leaps {
        worse.push(Facts { place: Place { country: nowhere, ..facts.place.clone() }, ..all });
    }
    worse
}

proptest! {
    #[test]
    fn a_bad_fact_more_never_lowers_the_score(config in configs(), facts in anybody()) {
        let score = assess(&config, &facts, now()).score;
        for worse in worse(&facts, &config) {
            let higher = assess(&config, &worse, now()).score;
            prop_assert!(higher >= score, "{} < {} for {:?}", higher, score, worse);
        }
    }

    #[test]
    fn a_name_that_a_client_chose_never_lowers_the_score(config in configs(), facts in anybody()) {
        let facts = Facts { session: None, ..facts };
        let score = |device, agent| assess(&config, &Facts { device, agent, ..facts.clone() }, now()).score;
        let silent = score(Device::Unknown, None);
        for agent in [None, firefox(), Some(Agent::new("curl"))] {
            for device in [Device::Unknown, Device::ClaimedNew] {
                prop_assert!(score(device, agent.clone()) >= silent);
            }
        }
    }

    #[test]
    fn a_session_goes_on_best_with_what_it_began_with(config in configs(), facts in anybody()) {
        let session = Some(Opened { place: facts.place.clone(), agent: firefox() });
        let score = |agent| assess(&config, &Facts { agent, session: session.clone(), ..facts.clone() }, now()).score;
        for other in [None, Some(Agent::new("curl"))] {
            prop_assert!(score(other) >= score(firefox()));
        }
    }

    #[test]
    fn what_is_missing_never_counts_less_than_what_is_known_to_be_good(config in configs(), facts in anybody()) {
        // All of this is as good as can be; then one thing after the other is taken away.
        let device = if facts.device == Device::ClaimedNew { Device::Unknown } else { facts.device };
        let good = Facts {
            device,
            view: View::Told,
            ip: Some(HOME.into()),
            place: place("DE", 3320),
            bad_reputation: false,
            history: established(),
            ticket: facts.ticket.as_ref().map(|t| ticket(t.delivery)),
            ..facts
        };
        let score = assess(&config, &good, now()).score;
        for missing in [
            Facts { view: View::Unseen, ..good.clone() },
            Facts { ip: None, place: Place::default(), ..good.clone() },
            Facts { place: Place { country: None, ..good.place.clone() }, ..good.clone() },
            Facts { place: Place { asn: None, ..good.place.clone() }, ..good.clone() },
            Facts { place: Place { hosting: None, ..good.place.clone() }, ..good.clone() },
            Facts { agent: None, ..good.clone() },
            Facts { device: Device::Unknown, ..good.clone() },
            Facts {
                ticket: good.ticket.clone().map(|t| TicketFacts { assurance: Assurance::Unknown, ..t }),
                ..good.clone()
            },
        ] {
            prop_assert!(assess(&config, &missing, now()).score >= score, "{:?}", missing);
        }
        let unlearned = Facts { history: History::default(), device: Device::Known, ..good.clone() };
        let learned = Facts { device: Device::Known, ..good };
        prop_assert!(assess(&config, &unlearned, now()).score >= assess(&config, &learned, now()).score);
    }

    #[test]
    fn the_score_is_what_the_observations_add_up_to(config in configs(), facts in anybody()) {
        let found = assess(&config, &facts, now());
        let sum: u16 = found.observed.iter().map(|o| u16::from(o.counted)).sum();
        prop_assert_eq!(u16::from(found.score), sum.min(100));
        prop_assert!(found.observed.iter().all(|o| o.counted <= o.weight && (o.counted > 0) == (o.weight > 0)));
        prop_assert_eq!(found.level, config.level(found.score));
    }
}
