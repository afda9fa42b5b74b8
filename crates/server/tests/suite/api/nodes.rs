//! Several nodes on one database of PostgreSQL: what each of them may judge by itself.

use authms_core::access::Role;
use authms_core::signing_key;
use authms_core::time::Span;
use authms_testkit::clock::FakeClock;
use authms_testkit::{Engine, Setup, TestApp, postgres, storm};

fn node(seed: u64) -> Setup {
    Setup { engine: Engine::Nodes, seed, ..Setup::default() }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_whose_clock_is_an_hour_off_judges_by_the_databases_and_is_not_ready() {
    if postgres::shared().is_none() {
        return;
    }
    let right = TestApp::with(node(1)).await;
    right.clock.set(right.parts.now());
    let user = right.user("ada", Role::Member).await;
    for (seed, hours) in [(2, 1), (3, -1)] {
        let clock = FakeClock::at(right.parts.now().plus(Span::hours(hours)));
        let wrong = right.beside(clock, node(seed)).await;
        assert!((wrong.parts.now().as_millis() - right.parts.now().as_millis()).abs() < 1000);

        let tokens = right.sign_in(user).await;
        let refreshed = right.refresh(&tokens.refresh).await;
        assert_eq!(refreshed.status, 200, "{}", refreshed.body);
        let again = wrong.refresh(&tokens.refresh).await;
        assert_eq!(again.status, 200, "a repetition is taken for theft: {}", again.body);
        assert_eq!(again.body["refresh_token"], refreshed.body["refresh_token"]);
        let access = refreshed.body["access_token"].as_str().expect("a token");
        assert_eq!(wrong.me(access).await.status, 200);
        assert_eq!(wrong.redeem(&right.ticket(user).await).await.status, 200);
        assert_eq!(right.redeem(&wrong.ticket(user).await).await.status, 200);

        for (node, ready) in [(&right, 200), (&wrong, 503)] {
            node.store().sweep().await.expect("it sweeps");
            assert_eq!(node.request("GET", "/health/ready").send().await.status, ready);
        }
    }
}

/// As every process does in the background. That messages are sent once, and sign-ins learned from once, is shown elsewhere.
#[tokio::test(flavor = "multi_thread")]
async fn processes_that_rotate_keys_and_sweep_at_once_do_it_once() {
    let first = TestApp::start().await;
    let user = first.user("ada", Role::Member).await;
    for _ in 0..20 {
        first.sign_in(user).await;
    }
    let mut all = Vec::new();
    for seed in 2..6 {
        all.push(first.restart(Setup { seed, ..Setup::default() }).await);
    }
    all.push(first);
    // A key has signed for long enough, and all of then is past its retention.
    all[0].clock.advance(Span::hours(181 * 24));
    let parts: Vec<_> = all.iter().map(|app| app.parts.clone()).collect();
    storm(parts.len(), |i| {
        let parts = parts[i].clone();
        async move {
            signing_key::maintain(&parts).await.expect("keys are kept");
            parts.store.sweep().await.expect("it sweeps");
        }
    })
    .await;
    assert_eq!(all[0].audit("signing_keys.rotated").len(), 1);
    assert_eq!(all[0].count("SELECT count(*) FROM signing_keys WHERE state = 'active'"), 1);
    for table in ["tickets", "sessions", "session_users", "ticket_index"] {
        assert_eq!(all[0].count(&format!("SELECT count(*) FROM {table}")), 0, "{table}");
    }
    let mut published = Vec::new();
    for app in &all {
        signing_key::maintain(&app.parts).await.expect("keys are kept");
        published.push(app.request("GET", "/.well-known/jwks.json").send().await.body);
    }
    assert!(published.iter().all(|keys| *keys == published[0]), "{published:?}");
    let tokens = all[1].sign_in(all[1].user("bob", Role::Member).await).await;
    assert_eq!(all[2].me(&tokens.access).await.status, 200);
}
