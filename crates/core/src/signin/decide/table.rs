//! The table of `docs/adaptive-mfa.md`: what becomes of which sign-in, as the code has it.

use super::*;
use crate::id::{TenantId, UserId};
use crate::install::{first_admin, first_tenant};
use crate::risk::{
    self, Agent, Assurance, Country, Delivery, Facts, History, Opened, Place, Point, SignInSeen, TicketFacts,
    View,
};
use crate::signin::{EndUser, Lacking, Without, without_factors};
use std::fmt::Write;

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/adaptive-mfa.md");
const FROM: &str = "<!-- table -->\n";
const TO: &str = "<!-- end of table -->\n";
const FROM_WITHOUT: &str = "<!-- without a factor -->\n";
const TO_WITHOUT: &str = "<!-- end of that -->\n";

const NOW: Timestamp = Timestamp::from_millis(1_700_000_000_000);

/// One scenario, as far as it can be met by either method.
struct Row {
    about: &'static str,
    password: Option<Facts>,
    ticket: Option<Facts>,
}

fn hours_ago(hours: i64) -> Timestamp {
    NOW.minus(Span::hours(hours))
}

fn place(country: &str, asn: u32, (latitude, longitude): (f32, f32)) -> Place {
    Place {
        country: Country::parse(country),
        asn: Some(asn),
        hosting: Some(false),
        point: Some(Point { latitude, longitude }),
        zone: None,
    }
}

fn berlin() -> Place {
    place("DE", 3320, (52.5, 13.4))
}

fn tokyo() -> Place {
    place("JP", 2516, (35.7, 139.7))
}

fn firefox() -> Option<Agent> {
    Some(Agent::new("firefox/linux/desktop"))
}

/// A sign-in from home so many hours ago.
fn seen(hours: i64) -> SignInSeen {
    SignInSeen { at: hours_ago(hours), ip: Some([192, 0, 2, 7].into()), place: berlin(), agent: firefox() }
}

fn history(sign_ins: impl IntoIterator<Item = SignInSeen>) -> History {
    sign_ins.into_iter().fold(History::default(), |mut history, seen| {
        history.learn(&seen);
        history
    })
}

/// Twenty days of sign-ins from home, always at this hour.
fn habits() -> History {
    history((1..=20).rev().map(|day| seen(24 * day)))
}

/// Somebody new, at home in Berlin.
fn newcomer() -> Facts {
    Facts { ip: Some([192, 0, 2, 7].into()), place: berlin(), agent: firefox(), ..Facts::unknown(NOW) }
}

/// Somebody whose habits are known, at home in Berlin.
fn home(device: Device) -> Facts {
    let user_since = hours_ago(24 * 400);
    Facts { device, history: habits(), user_since, ..newcomer() }
}

fn away(device: Device) -> Facts {
    Facts { ip: Some([198, 51, 100, 7].into()), ..home(device) }
}

fn abroad(device: Device) -> Facts {
    Facts { place: tokyo(), ..away(device) }
}

/// The same an hour after a sign-in at home.
fn leaping(facts: Facts) -> Facts {
    let mut history = facts.history;
    history.learn(&seen(1));
    Facts { history, ..facts }
}

fn hidden(facts: Facts) -> Facts {
    Facts { place: Place { hosting: Some(true), ..facts.place }, ..facts }
}

/// The habits of somebody who signs in twelve hours from now.
fn at_odd_hour(facts: Facts) -> Facts {
    Facts { history: history((1..=20).rev().map(|day| seen(24 * day + 12))), ..facts }
}

fn ticket(delivery: Delivery, assurance: Assurance, vouched: Option<i64>) -> TicketFacts {
    TicketFacts {
        delivery,
        assurance,
        subject_auth_time: vouched.map(hours_ago),
        minted_at: NOW,
        proven: false,
        minted_ip: Some([192, 0, 2, 7].into()),
        minted_place: berlin(),
    }
}

/// The same by password, and by a ticket of a backend that vouches for nothing.
fn both(about: &'static str, facts: Facts) -> Row {
    let plain = ticket(Delivery::System, Assurance::Unknown, None);
    let by_ticket = Facts { ticket: Some(plain), ..facts.clone() };
    Row { about, password: Some(facts), ticket: Some(by_ticket) }
}

fn by_password(about: &'static str, facts: Facts) -> Row {
    Row { about, password: Some(facts), ticket: None }
}

fn by_ticket(about: &'static str, facts: Facts, ticket: TicketFacts) -> Row {
    Row { about, password: None, ticket: Some(Facts { ticket: Some(ticket), ..facts }) }
}

fn rows() -> Vec<Row> {
    use Device::{ClaimedNew, Known, Trusted, Unknown};
    let lost = |facts: Facts| Facts { ip: None, place: Place::default(), agent: None, ..facts };
    let failed = |failed_attempts, facts: Facts| Facts { failed_attempts, ..facts };
    let listed = |facts: Facts| Facts { bad_reputation: true, ..facts };
    let leaked = |facts: Facts| Facts { credential_leaked: true, ..facts };
    let changed = |facts: Facts| Facts { factors_changed_at: Some(hours_ago(24)), ..facts };
    let curl = |facts: Facts| Facts { agent: Some(Agent::new("curl")), ..facts };
    let local = Facts { ip: Some([127, 0, 0, 1].into()), place: Place::default(), ..newcomer() };
    let second = Facts { history: history([seen(24)]), ..newcomer() };
    let operator = Facts { place: place("DE", 3209, (52.5, 13.4)), ..away(Unknown) };
    let minted_elsewhere = TicketFacts {
        minted_ip: Some([203, 0, 113, 7].into()),
        minted_place: place("DE", 3209, (52.5, 13.4)),
        ..ticket(Delivery::Person, Assurance::Single, Some(1))
    };
    let with_proof = TicketFacts { proven: true, ..minted_elsewhere.clone() };
    let session = |place, agent| Some(Opened { place, agent });
    vec![
        both("first sign-in, from an address that no database knows", local),
        both("first sign-in, from home", newcomer()),
        both("first sign-in, through a VPN", hidden(newcomer())),
        both("second sign-in, from home", second.clone()),
        both(
            "second sign-in, from abroad",
            Facts { place: tokyo(), ip: Some([198, 51, 100, 7].into()), ..second },
        ),
        both("at home, on a known device", home(Known)),
        both("at home, on a trusted device", home(Trusted)),
        both("at home, on an unknown device", home(Unknown)),
        both("at home, on a device that calls itself by a new name", home(ClaimedNew)),
        both("at home, with another kind of device", curl(home(Unknown))),
        both("at home, on a known device with another browser", curl(home(Known))),
        both("new network, on a known device", away(Known)),
        both("new network, on a trusted device", away(Trusted)),
        both("new network, on an unknown device", away(Unknown)),
        both("new network of another operator, on an unknown device", operator.clone()),
        both("address unknown, on a known device", lost(home(Known))),
        both("address unknown, on an unknown device", lost(home(Unknown))),
        both("a client that told nothing of its user", Facts { view: View::Unseen, ..home(Unknown) }),
        both("a client that told that its user is at home", Facts { view: View::Told, ..home(Unknown) }),
        both("abroad, on a trusted device", abroad(Trusted)),
        both("abroad, on a known device", abroad(Known)),
        both("abroad, on an unknown device", abroad(Unknown)),
        both("abroad faster than anybody travels, on a trusted device", leaping(abroad(Trusted))),
        both("abroad faster than anybody travels, on a known device", leaping(abroad(Known))),
        both("abroad faster than anybody travels, on an unknown device", leaping(abroad(Unknown))),
        both("the same through a VPN", leaping(hidden(abroad(Unknown)))),
        both("VPN, on a known device", hidden(home(Known))),
        both("VPN, in a new network, on an unknown device", hidden(away(Unknown))),
        both("VPN, abroad, on an unknown device", hidden(abroad(Unknown))),
        both("listed address, on a known device", listed(home(Known))),
        both("listed address, in a new network, on an unknown device", listed(away(Unknown))),
        both("listed address, abroad, on an unknown device", listed(abroad(Unknown))),
        both("odd hour, on a known device", at_odd_hour(home(Known))),
        both("odd hour, in a new network, on an unknown device", at_odd_hour(away(Unknown))),
        both("5 failed attempts, on a known device", failed(5, home(Known))),
        both("5 failed attempts, on an unknown device", failed(5, home(Unknown))),
        both("20 failed attempts, on a known device", failed(20, home(Known))),
        both("20 failed attempts, on an unknown device", failed(20, home(Unknown))),
        both("20 failed attempts, in a new network, on an unknown device", failed(20, away(Unknown))),
        both("20 failed attempts, abroad, on an unknown device", failed(20, abroad(Unknown))),
        both("a factor changed yesterday, on a known device", changed(home(Known))),
        both("a factor changed yesterday, in a new network, on an unknown device", changed(away(Unknown))),
        both("a factor changed yesterday, abroad, on an unknown device", changed(abroad(Unknown))),
        by_password("leaked password, on a known device", leaked(home(Known))),
        by_password("leaked password, on an unknown device", leaked(home(Unknown))),
        by_password("leaked password, in a new network, on an unknown device", leaked(away(Unknown))),
        by_password("leaked password, abroad, on an unknown device", leaked(abroad(Unknown))),
        by_ticket(
            "the minter vouches for two factors an hour ago; new network, unknown device",
            away(Unknown),
            ticket(Delivery::System, Assurance::Multi, Some(1)),
        ),
        by_ticket(
            "the minter vouches for two factors an hour ago; abroad too fast, unknown device",
            leaping(abroad(Unknown)),
            ticket(Delivery::System, Assurance::Multi, Some(1)),
        ),
        by_ticket(
            "the minter vouches for one factor; new network, unknown device",
            away(Unknown),
            ticket(Delivery::System, Assurance::Single, Some(1)),
        ),
        by_ticket(
            "a factor changed after what the minter vouches for; unknown device",
            Facts { factors_changed_at: Some(hours_ago(24 * 10)), ..home(Unknown) },
            ticket(Delivery::System, Assurance::Multi, Some(24 * 20)),
        ),
        by_ticket(
            "minted by the user, redeemed where it was minted; unknown device",
            home(Unknown),
            ticket(Delivery::Person, Assurance::Single, Some(1)),
        ),
        by_ticket(
            "minted by the user in another operator's network; unknown device",
            home(Unknown),
            minted_elsewhere,
        ),
        by_ticket("the same, with a proof", home(Unknown), with_proof),
        by_password(
            "refresh: the session goes on with another kind of device",
            Facts { session: session(berlin(), Some(Agent::new("curl"))), ..home(Known) },
        ),
        by_password(
            "refresh: the session goes on in another country",
            Facts { session: session(tokyo(), firefox()), ..home(Known) },
        ),
        by_password(
            "refresh: the session goes on in another network of the same operator",
            Facts { session: session(berlin(), firefox()), ..away(Known) },
        ),
        by_password(
            "refresh: the session goes on through a VPN, on an unknown device",
            Facts { session: session(berlin(), firefox()), ..hidden(operator.clone()) },
        ),
        by_password(
            "refresh: the session goes on in a country new to its user, on a trusted device",
            Facts { session: session(berlin(), firefox()), ..abroad(Trusted) },
        ),
        by_password(
            "refresh: the same, on an unknown device",
            Facts { session: session(berlin(), firefox()), ..abroad(Unknown) },
        ),
        by_password(
            "refresh: the same, faster than anybody travels",
            Facts { session: session(berlin(), firefox()), ..leaping(abroad(Unknown)) },
        ),
    ]
}

/// What becomes of it in a tenant that has left everything as it was.
fn answer(facts: &Facts, assessment: risk::Assessment) -> String {
    let (tenant, user) = (TenantId::from_bytes([1; 16]), UserId::from_bytes([2; 16]));
    let standing = Standing {
        user: first_admin(user, tenant, NOW),
        tenant: first_tenant(tenant, NOW),
        role: Some(Role::Member),
        fences: Fences::default(),
        actor: None,
    };
    let vouched = facts.ticket.as_ref();
    let amr: &[&str] = match vouched.map(|ticket| ticket.assurance) {
        None | Some(Assurance::Single) => &["pwd"],
        Some(Assurance::Multi) => &["pwd", "otp", "mfa"],
        Some(Assurance::Unknown) => &[],
    };
    let evidence = Evidence {
        method: if vouched.is_some() { MethodKind::Ticket } else { MethodKind::Password },
        subject: user,
        amr: amr.iter().map(|method| (*method).to_owned()).collect(),
        auth_time: vouched.map_or(Some(NOW), |ticket| ticket.subject_auth_time),
        minted_in_session: false,
        acting: None,
        client: None,
        ticket: None,
    };
    let case = Case {
        evidence: &evidence,
        fenced_on: None,
        standing: &standing,
        idle: ByAssurance::same(Span::hours(1)),
    };
    let end_user =
        EndUser { view: facts.view, ip: facts.ip, user_agent: None, device: facts.device, device_id: None };
    let assessed = Assessed { assessment, end_user, country: None };
    let decision = match facts.session {
        Some(_) => decide_again(&case, &assessed, hours_ago(1), NOW),
        None => decide(&case, &assessed, NOW),
    };
    match decision {
        Decision::Grant(_) => "signed in".to_owned(),
        Decision::Challenge(demand) if demand.methods == FactorKinds::ALL => {
            format!("any factor: `{}`", demand.why.as_str())
        }
        Decision::Challenge(demand) => format!("strong factor: `{}`", demand.why.as_str()),
        Decision::Refuse(_) => "refused".to_owned(),
    }
}

/// Score, level and answer.
fn cells(facts: Option<&Facts>) -> String {
    let Some(facts) = facts else { return "– | –".to_owned() };
    let found = risk::assess(&risk::RiskConfig::default(), facts, NOW);
    let (score, level) = (found.score, found.level.as_str());
    format!("{score} {level} | {}", answer(facts, found))
}

fn table() -> String {
    let mut table =
        "| scenario | what speaks | password | answer | ticket | answer |\n|---|---|---|---|---|---|\n"
            .to_owned();
    for Row { about, password, ticket } in rows() {
        let facts = password.as_ref().or(ticket.as_ref()).expect("a method");
        let observed = risk::assess(&risk::RiskConfig::default(), facts, NOW).observed;
        let spoken: Vec<_> =
            observed.iter().map(|o| format!("{} {}", o.signal.as_str(), o.counted)).collect();
        let spoken = if spoken.is_empty() { "nothing".to_owned() } else { spoken.join(", ") };
        let _ = writeln!(
            table,
            "| {about} | {spoken} | {} | {} |",
            cells(password.as_ref()),
            cells(ticket.as_ref())
        );
    }
    table
}

/// Of these the second table tells.
const WITHOUT: [&str; 7] = [
    "first sign-in, from home",
    "first sign-in, through a VPN",
    "new network, on an unknown device",
    "abroad faster than anybody travels, on an unknown device",
    "listed address, in a new network, on an unknown device",
    "20 failed attempts, on an unknown device",
    "20 failed attempts, in a new network, on an unknown device",
];

/// What becomes of somebody who has no factor, and could prove these addresses.
fn without(facts: &Facts, addresses: FactorKinds) -> &'static str {
    let assessment = risk::assess(&risk::RiskConfig::default(), facts, NOW);
    let tenant = first_tenant(TenantId::from_bytes([1; 16]), NOW);
    let policy = &tenant.mfa_policy;
    let evidence = Evidence {
        method: MethodKind::Password,
        subject: UserId::from_bytes([2; 16]),
        amr: vec!["pwd".to_owned()],
        auth_time: Some(NOW),
        minted_in_session: false,
        acting: None,
        client: None,
        ticket: None,
    };
    let methods = policy.at(assessment.level);
    if methods.is_empty() {
        return "signed in";
    }
    let lacking = Lacking {
        evidence: &evidence,
        minted_by: None,
        goes_on: false,
        tenant: &tenant,
        role: Role::Member,
        assessment: &assessment,
        methods,
        enrolled: false,
        addresses,
    };
    match without_factors(&lacking) {
        Without::LetIn => "signed in",
        Without::Enrol if addresses.is_empty() => "enrols, once released",
        Without::Enrol => "enrols, by a code to it",
        Without::Refuse => "refused",
    }
}

fn table_without() -> String {
    let mut table =
        "| scenario, by password | level | an address is known | none is |\n|---|---|---|---|\n".to_owned();
    for Row { about, password, .. } in rows().into_iter().filter(|row| WITHOUT.contains(&row.about)) {
        let facts = password.expect("by password");
        let level = risk::assess(&risk::RiskConfig::default(), &facts, NOW).level.as_str();
        let [known, none] = [FactorKinds::of(&[FactorKind::Email]), FactorKinds::NONE];
        let (known, none) = (without(&facts, known), without(&facts, none));
        let _ = writeln!(table, "| {about} | {level} | {known} | {none} |");
    }
    table
}

/// The page with this between the marks.
fn with(page: &str, (from, to): (&str, &str), table: &str) -> String {
    let (before, rest) = page.split_once(from).expect("where the table begins");
    let (_, after) = rest.split_once(to).expect("where it ends");
    format!("{before}{from}{table}{to}{after}")
}

#[test]
fn the_page_shows_what_becomes_of_each_sign_in() {
    let page = std::fs::read_to_string(PAGE).expect("the page");
    let found = with(&page, (FROM, TO), &table());
    let found = with(&found, (FROM_WITHOUT, TO_WITHOUT), &table_without());
    if std::env::var_os("AUTHMS_REWRITE_GOLDEN").is_some() {
        std::fs::write(PAGE, &found).expect("writes the page");
    } else {
        assert!(
            page == found,
            "docs/adaptive-mfa.md differs; if that is meant: AUTHMS_REWRITE_GOLDEN=1, the same test"
        );
    }
}

#[test]
fn every_signal_and_every_answer_has_a_row() {
    let (rows, table) = (rows(), table());
    assert!(rows.len() >= 40, "{} rows", rows.len());
    for signal in Signal::ALL {
        assert!(table.contains(&format!("{} ", signal.as_str())), "{} has no row", signal.as_str());
    }
    for answer in ["| signed in |", "| any factor: ", "| strong factor: ", "| refused |"] {
        assert!(table.contains(answer), "{answer}");
    }
    let first = rows.first().expect("a row");
    for facts in [&first.password, &first.ticket] {
        let facts = facts.as_ref().expect("by both methods");
        assert_eq!(
            risk::assess(&risk::RiskConfig::default(), facts, NOW).level,
            Level::Low,
            "the quick start"
        );
    }
}
