//! What deciding costs: `cargo bench -p authms-core`.

use authms_core::risk::{
    Agent, Assurance, Country, Delivery, Device, Facts, History, Place, Point, RiskConfig, SignInSeen,
    Signal, TicketFacts, assess,
};
use authms_core::time::{Span, Timestamp};
use criterion::{Criterion, criterion_group, criterion_main};
use std::hint::black_box;

const NOW: Timestamp = Timestamp::from_millis(1_700_000_000_000);

fn place(country: &str, asn: u32, longitude: f32) -> Place {
    Place {
        country: Country::parse(country),
        asn: Some(asn),
        hosting: Some(true),
        point: Some(Point { latitude: 50.0, longitude }),
        zone: Some("Europe/Berlin".to_owned()),
    }
}

/// A history with every list full: twenty days at one hour, and an hour ago.
fn history() -> History {
    let codes = ["DE", "FR", "PL", "CZ", "AT", "CH", "NL", "BE"];
    let mut history = History::default();
    for n in 0..=200_u8 {
        let days = NOW.minus(Span::hours(24 * (20 - i64::from(n) / 10)));
        history.learn(&SignInSeen {
            at: if n < 200 { days } else { NOW.plus(Span::hours(11)) },
            ip: Some([192, 0, n, 7].into()),
            place: place(codes[usize::from(n) % 8], u32::from(n), 13.0),
            agent: Some(Agent::new(&format!("browser-{n}/linux/desktop"))),
        });
    }
    history
}

/// Everything speaks that can.
fn facts() -> Facts {
    Facts {
        ip: Some([198, 51, 100, 7].into()),
        place: place("JP", 64_496, 139.0),
        bad_reputation: true,
        agent: Some(Agent::new("curl")),
        device: Device::ClaimedNew,
        history: history(),
        failed_attempts: 50,
        factors_changed_at: Some(NOW),
        credential_leaked: true,
        ticket: Some(TicketFacts {
            delivery: Delivery::Person,
            assurance: Assurance::Unknown,
            subject_auth_time: None,
            minted_at: NOW,
            proven: false,
            minted_ip: Some([192, 0, 2, 7].into()),
            minted_place: place("DE", 3320, 13.0),
        }),
        ..Facts::unknown(NOW.minus(Span::hours(24 * 400)))
    }
}

fn decide(c: &mut Criterion) {
    let (config, facts) = (RiskConfig::default(), facts());
    let now = NOW.plus(Span::hours(12));
    let found = assess(&config, &facts, now);
    // Only these cannot be seen together with all others.
    let silent = [Signal::IpUnknown];
    assert!(Signal::ALL.iter().all(|s| silent.contains(s) || found.observed.iter().any(|o| o.signal == *s)));
    c.bench_function("assess, all signals", |b| b.iter(|| assess(&config, black_box(&facts), now)));

    let text = facts.history.to_json();
    c.bench_function("history from JSON", |b| b.iter(|| History::from_json(black_box(&text))));
}

criterion_group!(benches, decide);
criterion_main!(benches);
