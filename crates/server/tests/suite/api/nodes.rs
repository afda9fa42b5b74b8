//! Several nodes on one database of PostgreSQL: what each of them may judge by itself.

use authms_core::access::Role;
use authms_core::time::Span;
use authms_testkit::clock::FakeClock;
use authms_testkit::{Engine, Setup, TestApp, postgres};

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
