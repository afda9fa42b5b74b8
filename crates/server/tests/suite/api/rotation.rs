//! Rotation of the keys that sign.

use authms_core::access::Role;
use authms_core::fault::Fault;
use authms_core::signing_key::{self, Algorithm, RetireError, Rotated};
use authms_core::time::Span;
use authms_testkit::{Setup, TestApp, jwt};
use serde_json::Value;

/// How long a key is published before it signs: a day of caching, and ten minutes that nothing hangs on.
const PUBLISHED: Span = Span::seconds(24 * 3600 + 600);

#[tokio::test]
async fn s59_the_next_key_is_published_before_it_signs() {
    let app = TestApp::start().await;
    let before = published(&app).await;
    let old = kid(&app).await;
    assert_eq!(before[0], old);
    let next = before[1].clone();

    app.clock.advance(PUBLISHED);
    let rotated = rotate(&app, false).await;
    assert_eq!(rotated, Ok(Rotated::Done { kid: next.clone() }));
    assert_eq!(kid(&app).await, next, "what was published signs now");
    let after = published(&app).await;
    assert_eq!(after.len(), 3);
    assert!(after.contains(&old), "the old key's tokens are about");
    assert!(after.iter().any(|k| !before.contains(k)), "and the next key is out already");
}

#[tokio::test]
async fn p25_a_rotation_waits_until_the_next_key_was_published_for_24_hours_and_a_little() {
    let app = TestApp::start().await;
    let keys = published(&app).await;
    app.clock.advance(Span::hours(24));
    let from = app.parts.now().plus(Span::seconds(600));
    let scheduled = Rotated::Scheduled { kid: keys[1].clone(), from };
    assert_eq!(rotate(&app, false).await, Ok(scheduled.clone()));
    assert_eq!(rotate(&app, false).await, Ok(scheduled), "asking again changes nothing");
    maintain(&app).await;
    assert_eq!((kid(&app).await, published(&app).await), (keys[0].clone(), keys.clone()));

    app.clock.advance(Span::millis(600_000 - 1));
    maintain(&app).await;
    assert_eq!(kid(&app).await, keys[0]);
    app.clock.advance(Span::millis(1));
    maintain(&app).await;
    assert_eq!(kid(&app).await, keys[1], "by itself");
}

#[tokio::test]
async fn a_leaked_key_is_replaced_at_once_by_force() {
    let app = TestApp::start().await;
    let keys = published(&app).await;
    assert_eq!(rotate(&app, true).await, Ok(Rotated::Done { kid: keys[1].clone() }));
    assert_eq!(kid(&app).await, keys[1]);
}

#[tokio::test]
async fn s59_the_old_key_stays_until_its_last_token_has_expired_then_disappears() {
    let app = TestApp::start().await;
    let alice = app.user("alice", Role::Member).await;
    app.clock.advance(PUBLISHED);
    let last = app.sign_in(alice).await;
    let old = jwt::header(&last.access)["kid"].as_str().expect("a kid").to_owned();
    rotate(&app, false).await.expect("rotates");
    let keys = app.count("SELECT count(*) FROM signing_keys");
    assert_eq!(keys, 3);

    app.clock.advance(Span::seconds(1800 + 59));
    maintain(&app).await;
    assert!(published(&app).await.contains(&old));
    assert_eq!(app.me(&last.access).await.status, 200, "its last token, in the leeway's last second");
    app.clock.advance(Span::seconds(61));
    maintain(&app).await;
    assert!(!published(&app).await.contains(&old));
    assert_eq!(app.count("SELECT count(*) FROM signing_keys"), 2, "nor does its private half stay");
    assert_eq!(app.me(&last.access).await.status, 401);
    assert_eq!(app.refresh(&last.refresh).await.status, 200, "rotation ends no session");
}

/// Each client fetches the key set once a day, and in between meets a new token every hour.
#[tokio::test]
async fn p25_a_client_that_caches_the_key_set_for_24_hours_verifies_everything_across_rotations() {
    let app = TestApp::start().await;
    let alice = app.user("alice", Role::Member).await;
    let clients: Vec<i64> = vec![0, 7, 23];
    let mut cached: Vec<Vec<String>> = vec![Vec::new(); clients.len()];
    let mut signed_by = std::collections::HashSet::new();
    for hour in 0..120 {
        maintain(&app).await;
        for (cache, at) in cached.iter_mut().zip(&clients) {
            if hour % 24 == *at || cache.is_empty() {
                *cache = published(&app).await;
            }
        }
        rotate(&app, false).await.expect("rotates as often as it may");
        let tokens = app.sign_in(alice).await;
        let kid = jwt::header(&tokens.access)["kid"].as_str().expect("a kid").to_owned();
        for (cache, at) in cached.iter().zip(&clients) {
            assert!(cache.contains(&kid), "hour {hour}: a client that fetches at {at} o'clock");
        }
        signed_by.insert(kid);
        app.clock.advance(Span::hours(1));
    }
    assert!(signed_by.len() >= 4, "{} keys signed", signed_by.len());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn s59_rotation_under_load_fails_no_verification() {
    let app = TestApp::start().await;
    let alice = app.user("alice", Role::Member).await;
    let other = app.restart(Setup { seed: 2, ..Setup::default() }).await;
    let rotations = async {
        for _ in 0..8 {
            rotate(&app, true).await.expect("rotates");
            tokio::task::yield_now().await;
        }
    };
    let load = async {
        for n in 0..40 {
            let (here, there) = if n % 2 == 0 { (&app, &other) } else { (&other, &app) };
            let tokens = here.sign_in(alice).await;
            assert_eq!(
                there.me(&tokens.access).await.status,
                200,
                "signed in one process, verified in another"
            );
            assert_eq!(here.me(&tokens.access).await.status, 200);
        }
    };
    tokio::join!(rotations, load);
}

#[tokio::test]
async fn another_processs_rotation_is_picked_up() {
    let app = TestApp::start().await;
    let alice = app.user("alice", Role::Member).await;
    let console = app.restart(Setup { seed: 2, ..Setup::default() }).await;
    let first = app.sign_in(alice).await;
    rotate(&console, true).await.expect("rotates");
    let second = console.sign_in(alice).await;
    assert_eq!(app.me(&second.access).await.status, 200, "its key was published before it signed");

    rotate(&console, true).await.expect("rotates");
    let third = console.sign_in(alice).await;
    assert_ne!(kid(&app).await, kid(&console).await, "not told yet");
    assert_eq!(app.me(&third.access).await.status, 200, "an unknown key makes it look");
    assert_eq!(kid(&app).await, kid(&console).await);

    rotate(&console, true).await.expect("rotates");
    maintain(&app).await;
    assert_eq!(kid(&app).await, kid(&console).await, "and every few seconds it looks anyway");
    for tokens in [&first, &second, &third] {
        assert_eq!(app.me(&tokens.access).await.status, 200, "the tokens of every key are good");
        assert_eq!(console.me(&tokens.access).await.status, 200);
    }
    assert_eq!(published(&app).await.len(), published(&console).await.len());
}

#[tokio::test]
async fn rotated_keys_survive_a_restart() {
    let app = TestApp::start().await;
    let tokens = app.sign_in(app.user("alice", Role::Member).await).await;
    rotate(&app, true).await.expect("rotates");
    let (keys, active) = (published(&app).await, kid(&app).await);
    let again = app.restart(Setup { seed: 2, ..Setup::default() }).await;
    drop(app);
    assert_eq!((published(&again).await, kid(&again).await), (keys, active));
    assert_eq!(again.me(&tokens.access).await.status, 200);
}

#[tokio::test]
async fn of_two_rotations_at_once_one_is_done() {
    let app = TestApp::start().await;
    let other = app.restart(Setup { seed: 2, ..Setup::default() }).await;
    let (one, two) = tokio::join!(rotate(&app, true), rotate(&other, true));
    assert!(one.is_ok() || two.is_ok());
    maintain(&app).await;
    maintain(&other).await;
    assert_eq!(published(&app).await, published(&other).await);
    assert_eq!(app.count("SELECT count(*) FROM signing_keys WHERE state = 'active'"), 1);
    assert_eq!(app.count("SELECT count(*) FROM signing_keys WHERE state = 'next'"), 1);
}

#[tokio::test]
async fn p25_a_key_set_that_shared_caches_keep_for_long_is_published_longer() {
    let mut setup = Setup::default();
    setup.policy.jwks_max_age = Span::hours(24);
    let app = TestApp::with(setup).await;
    let from = app.parts.now().plus(Span::hours(48));
    let kid = published(&app).await[1].clone();
    assert_eq!(rotate(&app, false).await, Ok(Rotated::Scheduled { kid, from }));
}

#[tokio::test]
async fn keys_rotate_by_age() {
    let app = TestApp::start().await;
    let keys = published(&app).await;
    app.clock.advance(Span::millis(90 * 24 * 3_600_000 - 1));
    maintain(&app).await;
    assert_eq!(kid(&app).await, keys[0]);
    app.clock.advance(Span::millis(1));
    maintain(&app).await;
    assert_eq!(kid(&app).await, keys[1], "after 90 days");
    maintain(&app).await;
    assert_eq!(kid(&app).await, keys[1], "once");
    app.clock.advance(Span::hours(89 * 24));
    maintain(&app).await;
    assert_eq!(kid(&app).await, keys[1], "its age counts from its first signature on");
    assert_eq!(published(&app).await.len(), 2, "and the former is gone");
}

#[tokio::test]
async fn keys_that_are_not_to_rotate_by_age_do_not() {
    let mut setup = Setup::default();
    setup.policy.rotate_keys_after = None;
    let app = TestApp::with(setup).await;
    let keys = published(&app).await;
    app.clock.advance(Span::hours(10 * 365 * 24));
    maintain(&app).await;
    assert_eq!(published(&app).await, keys);
}

#[tokio::test]
async fn p25_however_short_their_life_no_key_signs_before_it_was_published_for_long_enough() {
    let mut setup = Setup::default();
    setup.policy.rotate_keys_after = Some(Span::seconds(1));
    let app = TestApp::with(setup).await;
    let keys = published(&app).await;
    app.clock.advance(Span::seconds(24 * 3600 + 599));
    maintain(&app).await;
    assert_eq!(kid(&app).await, keys[0]);
    app.clock.advance(Span::seconds(1));
    maintain(&app).await;
    assert_eq!(kid(&app).await, keys[1]);
}

#[tokio::test]
async fn of_many_processes_one_rotates_by_age() {
    let app = TestApp::start().await;
    let next = published(&app).await[1].clone();
    let others = [
        app.restart(Setup { seed: 2, ..Setup::default() }).await,
        app.restart(Setup { seed: 3, ..Setup::default() }).await,
    ];
    app.clock.advance(Span::hours(90 * 24));
    let [one, two] = &others;
    tokio::join!(maintain(&app), maintain(one), maintain(two));
    for process in [&app, one, two] {
        maintain(process).await;
        assert_eq!(kid(process).await, next, "the next key signs, and not the one after");
    }
    assert_eq!(app.count("SELECT count(*) FROM audit_log WHERE name = 'signing_keys.rotated'"), 1);
    assert_eq!(app.count("SELECT count(*) FROM signing_keys"), 3);
}

#[tokio::test]
async fn a_leaked_key_is_retired_and_what_it_signed_is_refused_at_once() {
    let app = TestApp::start().await;
    let other = app.restart(Setup { seed: 2, ..Setup::default() }).await;
    let tokens = app.sign_in(app.user("alice", Role::Member).await).await;
    let leaked = kid(&app).await;
    assert_eq!(retire(&app, &leaked).await, Err(RetireError::Signs(Algorithm::Es256)), "nothing would sign");
    assert_eq!(app.me(&tokens.access).await.status, 200);

    rotate(&app, true).await.expect("rotates");
    assert_eq!(app.me(&tokens.access).await.status, 200, "rotation alone ends nothing");
    assert_eq!(retire(&app, &leaked).await, Ok(()));
    assert_eq!(app.me(&tokens.access).await.status, 401, "at once");
    maintain(&other).await;
    assert_eq!(other.me(&tokens.access).await.status, 401, "and everywhere within seconds");
    assert!(!published(&app).await.contains(&leaked));
    assert_eq!(app.refresh(&tokens.refresh).await.status, 200, "no session ends");
    assert_eq!(retire(&app, &leaked).await, Err(RetireError::Unknown));
    let told = &app.audit("signing_keys.retired")[0];
    assert_eq!((told["concerns"].as_str(), &told["actor"]), (Some(leaked.as_str()), &Value::from("console")));
}

#[tokio::test]
async fn a_next_key_that_leaked_has_a_successor() {
    let app = TestApp::start().await;
    let keys = published(&app).await;
    assert_eq!(retire(&app, &keys[1]).await, Ok(()));
    let after = published(&app).await;
    assert_eq!((after.len(), &after[0]), (2, &keys[0]));
    assert_ne!(after[1], keys[1]);
    let from = app.parts.now().plus(PUBLISHED);
    assert_eq!(rotate(&app, false).await, Ok(Rotated::Scheduled { kid: after[1].clone(), from }));
}

async fn rotate(app: &TestApp, immediately: bool) -> Result<Rotated, Fault> {
    signing_key::rotate(&app.parts, Algorithm::Es256, immediately).await
}

async fn retire(app: &TestApp, kid: &str) -> Result<(), RetireError> {
    signing_key::retire(&app.parts, kid).await
}

async fn maintain(app: &TestApp) {
    signing_key::maintain(&app.parts).await.expect("maintains the keys");
}

/// The key that signs.
async fn kid(app: &TestApp) -> String {
    let token = app.sign_in(app.admin).await.access;
    jwt::header(&token)["kid"].as_str().expect("a kid").to_owned()
}

/// The keys in the published set, the signing one first.
async fn published(app: &TestApp) -> Vec<String> {
    let set = app.request("GET", "/.well-known/jwks.json").send().await.body;
    let keys = set["keys"].as_array().expect("keys").iter();
    keys.map(|k: &Value| k["kid"].as_str().expect("a kid").to_owned()).collect()
}
