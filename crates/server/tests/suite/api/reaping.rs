//! What is over is kept for a while and then deleted; what lives stays.

use authms_core::access::Role;
use authms_core::ports::Clock as _;
use authms_core::retention::{LONGEST_SESSION, LONGEST_TICKET, Retention};
use authms_core::session::ByAssurance;
use authms_core::time::Span;
use authms_testkit::{Setup, TestApp, Tokens};
use std::collections::BTreeMap;

const HOUR: Span = Span::hours(1);

/// The tables that are reaped, and how long their rows stay.
fn reaped() -> Vec<(&'static str, Span)> {
    let keep = Retention::default();
    let (ticket, session) = (keep.tickets.and(LONGEST_TICKET), keep.sessions.and(LONGEST_SESSION));
    vec![
        ("tickets", ticket),
        ("ticket_index", ticket),
        ("sessions", session),
        ("session_users", session),
        ("login_failures", keep.failures),
        ("refusals", keep.failures),
        ("risk_events", keep.risk),
        ("risk_counts", keep.risk),
    ]
}

fn rows(app: &TestApp) -> BTreeMap<&'static str, i64> {
    reaped()
        .into_iter()
        .map(|(table, _)| (table, app.count(&format!("SELECT count(*) FROM {table}"))))
        .collect()
}

async fn sweep(app: &TestApp) {
    app.store().sweep().await.expect("sweeps");
}

/// Every table that is reaped gets rows.
async fn live_a_little(app: &TestApp) {
    let alice = app.user_with_password("alice", "three wise monkeys").await;
    app.sign_in(alice).await;
    app.ticket(alice).await;
    assert_eq!(app.login("alice", "three wise donkeys").await.status, 401);
    assert_eq!(app.login("nobody", "three wise donkeys").await.status, 401);
    app.clock.advance(Span::seconds(20));
    assert_eq!(app.login("alice", "three wise monkeys").await.status, 200);
    app.learn().await;
    sweep(app).await;
}

#[tokio::test]
async fn each_table_is_reaped_when_its_time_is_over_and_no_moment_before() {
    let app = TestApp::start().await;
    live_a_little(&app).await;
    let risk = "INSERT INTO risk_events SELECT tenant_id, id, user_id, 'x', 1, 'low', 'granted', 'password', NULL, NULL, \
                NULL, '[]', created_at FROM sessions;\n\
                INSERT INTO risk_counts SELECT DISTINCT tenant_id, created_at / 86400000, 'x', 1, 1 FROM sessions";
    app.execute(risk);
    let before = rows(&app);
    assert!(before.values().all(|count| *count > 0), "{before:?}");

    let begun = app.clock.now();
    let until = |time: Span| app.clock.set(begun.plus(time));
    let mut tables = reaped();
    tables.sort_by_key(|(_, kept)| *kept);
    for together in tables.chunk_by(|(_, a), (_, b)| b.as_millis() - a.as_millis() < HOUR.as_millis()) {
        // All was made within a minute before; counts are of whole minutes and days.
        until(Span::millis(together[0].1.as_millis() - HOUR.as_millis()));
        sweep(&app).await;
        for (table, _) in together {
            assert_eq!(rows(&app)[table], before[table], "{table}: too early");
        }
        until(together[together.len() - 1].1.and(Span::hours(25)));
        sweep(&app).await;
        for (table, _) in together {
            assert_eq!(rows(&app)[table], 0, "{table}");
        }
    }
}

#[tokio::test]
async fn nothing_that_lives_is_reaped() {
    let mut setup = Setup::default();
    setup.policy.session_ttl = ByAssurance::same(LONGEST_SESSION);
    setup.policy.session_idle = ByAssurance::same(LONGEST_SESSION);
    let app = TestApp::with(setup).await;
    live_a_little(&app).await;
    let alice = app.user("another-alice", Role::Member).await;
    let spent = app.ticket(alice).await;
    assert_eq!(app.redeem(&spent).await.status, 200);
    // Beside what is long over, at every point of time: a session as old as one can be, and a ticket about to expire.
    let mut session = app.sign_in(alice).await;
    for round in 0..6 {
        for _ in 0..8 {
            app.clock.advance(Span::hours(11 * 24));
            sweep(&app).await;
        }
        app.clock.advance(Span::hours(47));
        let ticket = app.ticket(alice).await;
        app.clock.advance(Span::seconds(299));
        sweep(&app).await;
        session = Tokens::of(app.refresh(&session.refresh).await);
        assert_eq!(app.me(&session.access).await.status, 200, "round {round}");
        session = Tokens::of(app.redeem(&ticket).await);
    }
    assert_eq!(app.count("SELECT count(*) FROM users"), 3);
    assert_eq!(
        app.redeem(&spent).await.refusal(),
        (400, 40000401),
        "what was spent is as spent when it is gone"
    );
}

/// Far more is due than one step takes.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn commits_go_on_while_much_is_reaped() {
    let app = TestApp::start().await;
    let alice = app.user("alice", Role::Member).await;
    app.ticket(alice).await;
    sweep(&app).await;
    app.multiply("tickets", 20_000);
    let due = || app.count("SELECT count(*) FROM tickets");
    assert_eq!(due(), 20_001);

    app.clock.advance(Span::hours(91 * 24));
    let store = app.parts.store.clone();
    let sweep = tokio::spawn(async move { store.sweep().await });
    let mut left = vec![due()];
    while !sweep.is_finished() {
        app.user(&format!("user-{}", left.len()), Role::Member).await;
        left.push(due());
    }
    sweep.await.expect("no panic").expect("sweeps");
    assert_eq!(due(), 0);
    let between = left.iter().filter(|left| (1..20_000).contains(*left)).count();
    assert!(between >= 5, "commits waited for more than a step: {left:?}");
}

#[tokio::test]
async fn the_page_on_what_grows_names_every_table_once() {
    let app = TestApp::start().await;
    let page = include_str!("../../../../../docs/operations.md");
    let (_, rows) = page.split_once("| table | grows with | is deleted |").expect("the table");
    let cells = rows.lines().skip(2).map_while(|line| line.strip_prefix("| ")?.split(" | ").next());
    let mut named: Vec<&str> = cells.flat_map(|cell| cell.split('`').skip(1).step_by(2)).collect();
    named.sort_unstable();
    let mut tables = app.tables();
    // One node alone counts in memory.
    if !tables.iter().any(|table| table == "limits") {
        tables.push("limits".to_owned());
        tables.sort_unstable();
    }
    assert_eq!(named, tables);
}
