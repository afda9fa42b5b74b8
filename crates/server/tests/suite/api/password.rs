//! Passwords: what is accepted as one, changing one's own, setting another's.

use authms_core::access::{Permission, Role};
use authms_core::limits::Quota;
use authms_core::time::Span;
use authms_testkit::{Answer, Setup, TestApp, Tokens};
use serde_json::json;

const OLD: &str = "three wise monkeys";
const NEW: &str = "five wiser gibbons";

#[tokio::test]
async fn s10_single_factor_passwords_have_at_least_15_characters() {
    let app = TestApp::start().await;
    let admin = app.sign_in(app.admin).await.access;
    let alice = app.user_with_password("alice", OLD).await;
    let hashed = app.passwords.hashed();
    for short in ["", "a", "fourteen chars", "十四个汉字不够长十四个汉字不"] {
        assert!(short.chars().count() <= 14);
        let body = json!({ "username": "bob", "password": short });
        assert_policy(&app.post("/admin/users", &admin, body).await);
        assert_policy(&set(&app, &admin, &alice.to_string(), short).await);
        let mine = Tokens::of(app.login("alice", OLD).await).access;
        assert_policy(&change(&app, &mine, OLD, short).await);
    }
    assert_eq!(app.passwords.hashed(), hashed, "refused before hashing");
    for (n, enough) in ["fifteen chars..", "十五个汉字够长了十五个汉字够长"].into_iter().enumerate()
    {
        assert_eq!(enough.chars().count(), 15);
        let body = json!({ "username": format!("carol-{n}"), "password": enough });
        assert_eq!(app.post("/admin/users", &admin, body).await.status, 201, "{enough}");
        assert_eq!(app.login(&format!("carol-{n}"), enough).await.status, 200, "{enough}");
        let mine = app.sign_in(alice).await.access;
        let old = if n == 0 { OLD } else { "fifteen chars.." };
        assert_eq!(change(&app, &mine, old, enough).await.status, 200, "{enough}");
    }
}

#[tokio::test]
async fn s11_64_unicode_characters_are_set_and_verified_exactly() {
    let app = TestApp::start().await;
    let password: String = "Ωåé漢🦉ßж न".chars().cycle().take(64).collect();
    assert_eq!(password.chars().count(), 64);
    app.user_with_password("alice", &password).await;
    assert_eq!(app.login("alice", &password).await.status, 200);

    let chars: Vec<char> = password.chars().collect();
    for at in 0..64 {
        let mut changed = chars.clone();
        changed[at] = if changed[at] == 'x' { 'y' } else { 'x' };
        let changed: String = changed.into_iter().collect();
        assert_eq!(app.login("alice", &changed).await.status, 401, "character {at}");
    }
    let shorter: String = chars[..63].iter().collect();
    for other in [shorter, format!("{password}x"), password.to_uppercase(), password.to_lowercase()] {
        assert_eq!(app.login("alice", &other).await.status, 401, "{other}");
    }
}

#[tokio::test]
async fn one_password_typed_on_two_keyboards_is_the_same() {
    let app = TestApp::start().await;
    app.user_with_password("alice", "un cafe\u{301} tre\u{300}s noir").await;
    assert_eq!(app.login("alice", "un café très noir").await.status, 200, "composed or not");
    assert_eq!(app.login("alice", "un cafe tres noir").await.status, 401);
}

#[tokio::test]
async fn spaces_count_wherever_they_are() {
    let app = TestApp::start().await;
    app.user_with_password("alice", " three wise monkeys ").await;
    assert_eq!(app.login("alice", " three wise monkeys ").await.status, 200);
    for other in ["three wise monkeys", " three wise monkeys", "three wise monkeys ", " three  wise monkeys "]
    {
        assert_eq!(app.login("alice", other).await.status, 401, "{other:?}");
    }
}

#[tokio::test]
async fn s12_neither_digits_nor_symbols_nor_capitals_are_asked_for() {
    let app = TestApp::start().await;
    for (n, plain) in ["onlylowercaseletters", "ONLYCAPITALLETTERS", "739218465019283", "/ - ; . : _ # . ,"]
        .into_iter()
        .enumerate()
    {
        let name = format!("user-{n}");
        app.user_with_password(&name, plain).await;
        assert_eq!(app.login(&name, plain).await.status, 200, "{plain}");
    }
}

#[tokio::test]
async fn s15_nothing_changes_without_the_current_password() {
    let app = TestApp::start().await;
    app.user_with_password("alice", OLD).await;
    let mine = Tokens::of(app.login("alice", OLD).await).access;
    let hashed = app.passwords.hashed();
    for (body, member) in [
        (json!({ "new_password": NEW }), "old_password"),
        (json!({ "old_password": null, "new_password": NEW }), "old_password"),
        (json!({ "old_password": OLD }), "new_password"),
    ] {
        let answer = app.request("PUT", "/auth/me/password").bearer(&mine).json(body).send().await;
        assert_eq!((answer.refusal(), &answer.body["member"]), ((400, 40000001), &json!(member)));
    }
    for wrong in ["", "three wise monkey", "Three wise monkeys", NEW] {
        assert_eq!(change(&app, &mine, wrong, NEW).await.refusal(), (401, 40000502), "{wrong}");
    }
    assert_eq!(app.passwords.hashed(), hashed);
    assert_eq!(app.login("alice", NEW).await.status, 401);
    assert_eq!(app.login("alice", OLD).await.status, 200);

    let bob = app.sign_in(app.user("bob", Role::Member).await).await.access;
    for nothing in ["", NEW] {
        let answer = change(&app, &bob, nothing, NEW).await;
        assert_eq!(answer.refusal(), (401, 40000502), "whoever has none proves none");
    }
}

#[tokio::test]
async fn s16_over_long_passwords_are_refused_before_hashing_wherever_they_are_set() {
    let app = TestApp::start().await;
    let admin = app.sign_in(app.admin).await.access;
    let alice = app.user_with_password("alice", OLD).await;
    let mine = Tokens::of(app.login("alice", OLD).await).access;
    let counted = (app.passwords.hashed(), app.passwords.verified());
    for (long, refusal) in [("a".repeat(1025), (400, 40000001)), ("a".repeat(1 << 20), (413, 40000004))] {
        assert_eq!(change(&app, &mine, OLD, &long).await.refusal(), refusal);
        assert_eq!(change(&app, &mine, &long, NEW).await.refusal(), refusal);
        assert_eq!(set(&app, &admin, &alice.to_string(), &long).await.refusal(), refusal);
        let body = json!({ "username": "bob", "password": long });
        assert_eq!(app.post("/admin/users", &admin, body).await.refusal(), refusal);
    }
    assert_eq!((app.passwords.hashed(), app.passwords.verified()), counted, "nothing was hashed");
    assert_eq!(set(&app, &admin, &alice.to_string(), &"three wise monkeys ".repeat(53)).await.status, 200);
}

#[tokio::test]
async fn ones_own_name_and_the_present_password_are_no_new_password() {
    let app = TestApp::start().await;
    app.user_with_password("alice", OLD).await;
    let mine = Tokens::of(app.login("alice", OLD).await).access;
    for refused in ["the wonderland of alice", "ALICE in wonderland", OLD] {
        let answer = change(&app, &mine, OLD, refused).await;
        assert_policy(&answer);
        let said = answer.body["message"].as_str().expect("a message");
        assert!(said.starts_with("new_password: must"), "{said}");
    }
}

#[tokio::test]
async fn changing_the_password_ends_the_other_sessions_and_keeps_this_one() {
    let app = TestApp::start().await;
    let alice = app.user_with_password("alice", OLD).await;
    let bob = app.sign_in(app.user("bob", Role::Member).await).await;
    let this = Tokens::of(app.login("alice", OLD).await);
    let others = [Tokens::of(app.login("alice", OLD).await), app.sign_in(alice).await];
    let changed = change(&app, &this.access, OLD, NEW).await;
    assert_eq!((changed.status, &changed.body["code"]), (200, &json!(0)), "{}", changed.body);
    for other in &others {
        assert_eq!(app.me(&other.access).await.refusal(), (401, 40000009));
        assert_eq!(app.refresh(&other.refresh).await.refusal(), (401, 40000202));
    }
    let me = app.me(&this.access).await;
    assert_eq!((me.status, &me.body["data"]["must_change_password"]), (200, &json!(false)));
    assert_eq!(app.refresh(&this.refresh).await.status, 200);
    assert_eq!(app.me(&bob.access).await.status, 200, "nobody else's");

    assert_eq!(app.login("alice", OLD).await.refusal(), (401, 40000502));
    let again = app.login("alice", NEW).await;
    assert_eq!((again.status, &again.body["must_change_password"]), (200, &json!(false)));
}

#[tokio::test]
async fn of_two_changes_at_once_one_is_made() {
    let app = TestApp::start().await;
    app.user_with_password("alice", OLD).await;
    let mine = Tokens::of(app.login("alice", OLD).await).access;
    let release = app.passwords.hold_next();
    let verified = app.passwords.verified();
    let body = json!({ "old_password": OLD, "new_password": "ten foolish gibbons" });
    let slow = tokio::spawn(app.request("PUT", "/auth/me/password").bearer(&mine).json(body).send());
    while app.passwords.verified() == verified {
        tokio::task::yield_now().await;
    }
    assert_eq!(change(&app, &mine, OLD, NEW).await.status, 200);
    release.send(()).expect("somebody waits for it");
    assert_eq!(slow.await.expect("answers").refusal(), (409, 40000014));
    assert_eq!(app.login("alice", NEW).await.status, 200);
}

#[tokio::test]
async fn an_administrators_password_ends_all_sessions_and_must_be_changed() {
    let app = TestApp::start().await;
    let admin = app.sign_in(app.admin).await.access;
    let alice = app.user_with_password("alice", OLD).await;
    let mine = Tokens::of(app.login("alice", OLD).await);
    assert_eq!(change(&app, &mine.access, OLD, "nine clever lemurs").await.status, 200);
    let sessions = [mine, app.sign_in(alice).await];
    let ticket = app.ticket(alice).await;

    let answer = set(&app, &admin, &alice.to_string(), NEW).await;
    assert_eq!((answer.status, &answer.body["code"]), (200, &json!(0)), "{}", answer.body);
    for tokens in &sessions {
        assert_eq!(app.me(&tokens.access).await.refusal(), (401, 40000009));
        assert_eq!(app.refresh(&tokens.refresh).await.refusal(), (401, 40000202));
    }
    assert_eq!(app.redeem(&ticket).await.refusal(), (400, 40000401), "nor does a ticket from before sign in");
    assert_eq!(app.login("alice", "nine clever lemurs").await.status, 401);

    let signed_in = app.login("alice", NEW).await;
    assert_eq!(signed_in.body["must_change_password"], true);
    let token = signed_in.body["challenge_token"].as_str().expect("a token that changes it");
    assert_eq!(change(&app, token, NEW, OLD).await.status, 200);
    assert_eq!(app.login("alice", OLD).await.body["must_change_password"], false);
}

#[tokio::test]
async fn nobody_sets_their_own_or_a_superiors_password() {
    let app = TestApp::start().await;
    let (admin, boss) = (app.user("adele", Role::Admin).await, app.admin.to_string());
    let adele = app.sign_in(admin).await.access;
    assert_eq!(set(&app, &adele, &admin.to_string(), NEW).await.refusal(), (403, 40000011), "change it");
    assert_eq!(set(&app, &adele, &boss, NEW).await.refusal(), (403, 40000011));
    let peer = app.user("peer", Role::Admin).await;
    assert_eq!(set(&app, &adele, &peer.to_string(), NEW).await.refusal(), (403, 40000011));
    let member = app.sign_in(app.user("member", Role::Member).await).await.access;
    assert_eq!(set(&app, &member, &boss, NEW).await.refusal(), (403, 40000010));
    assert_eq!(app.passwords.hashed(), 0);
}

#[tokio::test]
async fn a_key_and_whoever_acts_for_me_cannot_change_my_password() {
    let app = TestApp::start().await;
    let alice = app.user_with_password("alice", OLD).await;
    let helper = app.sign_in(app.user("helper", Role::Support).await).await;
    let acting = app.act_for(&helper.access, alice).await;
    let key = app.api_key(&[Permission::UserWrite], Role::Admin).await;
    assert_eq!(change(&app, &acting.access, OLD, NEW).await.refusal(), (403, 40000012));
    assert_eq!(change(&app, &key, OLD, NEW).await.refusal(), (403, 40000013));
    assert_eq!(app.request("PUT", "/auth/me/password").json(json!({})).send().await.status, 401);
    assert_eq!(app.passwords.verified(), 0);
}

#[tokio::test]
async fn guesses_at_the_present_password_are_limited() {
    let mut setup = Setup::default();
    setup.policy.quotas.account = Quota { requests: 5, window: Span::seconds(300) };
    let app = TestApp::with(setup).await;
    let alice = app.user_with_password("alice", OLD).await;
    let mine = app.sign_in(alice).await.access;
    for _ in 0..5 {
        assert_eq!(change(&app, &mine, "guess", NEW).await.status, 401);
    }
    let refused = change(&app, &mine, OLD, NEW).await;
    assert_eq!(refused.refusal(), (429, 40000006));
    assert_eq!(refused.header("retry-after"), "60");
    assert_eq!(app.passwords.verified(), 5, "counted before it was evaluated");
    assert_eq!(app.login("alice", OLD).await.status, 200, "whoever holds the token cannot lock the user out");
}

#[tokio::test]
async fn only_plain_transmission_is_supported() {
    let app = TestApp::start().await;
    app.user_with_password("alice", OLD).await;
    let mine = Tokens::of(app.login("alice", OLD).await).access;
    let body = json!({ "old_password": OLD, "new_password": NEW, "password_transmission": "hash" });
    let answer = app.request("PUT", "/auth/me/password").bearer(&mine).json(body).send().await;
    assert_eq!(answer.refusal(), (400, 40000503));
}

#[tokio::test]
async fn passwords_are_kept_as_argon2id_under_a_pepper_with_a_salt_of_their_own() {
    let app = TestApp::start().await;
    app.user_with_password("alice", OLD).await;
    app.user_with_password("bob", OLD).await;
    let argon2id = "SELECT count(*) FROM users WHERE password_hash LIKE '$pepper$0$argon2id$v=19$%'";
    assert_eq!(app.count(argon2id), 2);
    assert_eq!(app.count("SELECT count(DISTINCT password_hash) FROM users"), 2);
    assert_eq!(app.count("SELECT count(*) FROM users WHERE password_hash LIKE '%monkeys%'"), 0);
}

async fn change(app: &TestApp, bearer: &str, old: &str, new: &str) -> Answer {
    let body = json!({ "old_password": old, "new_password": new });
    app.request("PUT", "/api/v1/auth/me/password").bearer(bearer).json(body).send().await
}

async fn set(app: &TestApp, bearer: &str, user: &str, new: &str) -> Answer {
    let path = format!("/api/v1/admin/users/{user}/password");
    app.request("PUT", &path).bearer(bearer).json(json!({ "new_password": new })).send().await
}

fn assert_policy(answer: &Answer) {
    assert_eq!(answer.refusal(), (400, 40000501), "{}", answer.body);
}
