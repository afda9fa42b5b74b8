//! Administrators' releases of users who have to enrol a second factor and can prove no address.

use authms_core::access::{Permission, Role};
use authms_core::id::UserId;
use authms_core::time::Span;
use authms_testkit::{Answer, Authenticator, TestApp, Tokens};
use serde_json::json;

const PASSWORD: &str = "correct horse battery staple";
const NOT_RELEASED: (u16, u64) = (403, 40001521);
const RANK: (u16, u64) = (403, 40000011);

/// An administrator of this role who signed in by password just now: their access token.
async fn signed_in(app: &TestApp, name: &str, role: Role) -> (UserId, String) {
    let user = app.home().user_with_password(name, role, PASSWORD).await;
    (user, Tokens::of(app.login(name, PASSWORD).await).access)
}

fn path(user: UserId) -> String {
    format!("/admin/mfa/release/{user}")
}

async fn release(app: &TestApp, bearer: &str, user: UserId) -> Answer {
    app.request("POST", &path(user)).bearer(bearer).send().await
}

/// A sign-in of Ada's, who has to enrol.
async fn asked(app: &TestApp) -> String {
    app.home().always_asks().await;
    TestApp::challenge_of(&app.login("ada", PASSWORD).await)
}

#[tokio::test]
async fn a_release_is_audited_and_told_and_lets_the_user_enrol_once() {
    let app = TestApp::start().await;
    let ada = app.home().user_with_password("ada", Role::Member, PASSWORD).await;
    let (grace, admin) = signed_in(&app, "grace", Role::Admin).await;
    let token = asked(&app).await;
    assert_eq!(app.set_up_totp(&token).await.refusal(), NOT_RELEASED);
    let done = release(&app, &admin, ada).await;
    assert_eq!(done.status, 200, "{}", done.body);
    assert!(done.body["data"]["expires_at"].is_string());
    let told = &app.audit("mfa.enrolment_released")[0];
    assert_eq!((&told["actor"], &told["subject"]), (&json!(grace.to_string()), &json!(ada.to_string())));
    let letters = app.post_leaves().await;
    let letter = letters.iter().find(|l| l.to == "ada@example.test").expect("a letter");
    assert_eq!(letter.subject, "You may set up a further proof");

    // Said twice it is one release still.
    assert_eq!(release(&app, &admin, ada).await.status, 200);
    let phone = Authenticator::told(&app.set_up_totp(&token).await);
    assert_eq!(app.verify(&token, &phone.code(&app)).await.status, 200);
    assert_eq!(app.delete(&path(ada), &admin).await.refusal(), (404, 40001522), "used up");
    assert_eq!(release(&app, &admin, ada).await.refusal(), (409, 40001523), "they have a factor");
}

#[tokio::test]
async fn a_release_that_is_taken_back_lets_nobody_finish() {
    let app = TestApp::start().await;
    let ada = app.home().user_with_password("ada", Role::Member, PASSWORD).await;
    let (_, admin) = signed_in(&app, "grace", Role::Admin).await;
    assert_eq!(app.delete(&path(ada), &admin).await.refusal(), (404, 40001522));
    assert_eq!(release(&app, &admin, ada).await.status, 200);
    let token = asked(&app).await;
    let phone = Authenticator::told(&app.set_up_totp(&token).await);
    assert_eq!(app.delete(&path(ada), &admin).await.status, 200);
    assert_eq!(app.audit("mfa.enrolment_release_ended").len(), 1);
    assert_eq!(app.verify(&token, &phone.code(&app)).await.refusal(), NOT_RELEASED);
    assert_eq!(app.set_up_totp(&token).await.refusal(), NOT_RELEASED);
    assert_eq!(app.count("SELECT count(*) FROM factors WHERE verified_at IS NOT NULL"), 0);
}

#[tokio::test]
async fn p20_nobody_releases_themself_their_equals_or_who_ranks_higher() {
    let app = TestApp::start().await;
    let home = app.home();
    let member = home.user("member", Role::Member).await;
    let (admin, by_admin) = signed_in(&app, "grace", Role::Admin).await;
    let (first, by_super) = signed_in(&app, "root", Role::SuperAdmin).await;
    let (equal, second) = (home.user("alan", Role::Admin).await, home.user("edsger", Role::SuperAdmin).await);
    for target in [admin, equal, first] {
        assert_eq!(release(&app, &by_admin, target).await.refusal(), RANK);
        assert_eq!(app.delete(&path(target), &by_admin).await.refusal(), RANK);
    }
    for target in [first, second] {
        assert_eq!(release(&app, &by_super, target).await.refusal(), RANK, "there is no higher rank to ask");
    }
    assert_eq!(release(&app, &by_super, equal).await.status, 200);
    let (_, support) = signed_in(&app, "barbara", Role::Support).await;
    assert_eq!(release(&app, &support, member).await.refusal(), (403, 40000010));
    let key = app.api_key(&[Permission::UserWrite], Role::SuperAdmin).await;
    assert_eq!(release(&app, &key, member).await.refusal(), (403, 40000013), "a person has looked");
    assert_eq!(app.count("SELECT count(*) FROM mfa_releases"), 1);
}

#[tokio::test]
async fn p20_an_administrator_proves_themself_before_they_release_anybody() {
    let app = TestApp::start().await;
    let ada = app.user("ada", Role::Member).await;
    let (grace, admin) = signed_in(&app, "grace", Role::Admin).await;
    let by_ticket = app.sign_in(grace).await.access;
    assert_eq!(release(&app, &by_ticket, ada).await.refusal(), (401, 40800251));
    app.clock.advance(Span::seconds(300));
    assert_eq!(release(&app, &admin, ada).await.refusal(), (401, 40800251), "too long ago");
    let proof = app.post("/auth/re-authenticate", &admin, json!({ "password": PASSWORD })).await;
    let proof = proof.body["data"]["step_up_token"].as_str().expect("a token").to_owned();
    let request = app.request("POST", &path(ada)).bearer(&admin).header("x-step-up-token", &proof);
    assert_eq!(request.send().await.status, 200);
    // Who has a factor proves that one.
    app.home().authenticator(grace).await;
    let request = app.request("POST", &path(ada)).bearer(&admin).header("x-step-up-token", &proof);
    assert_eq!(request.send().await.refusal(), (401, 40800251));
}

#[tokio::test]
async fn p21_a_release_is_for_one_user_of_ones_own_tenant() {
    let app = TestApp::start().await;
    let other = app.another_tenant("other").await;
    let theirs = other.user_with_password("ada", Role::Member, PASSWORD).await;
    let (_, admin) = signed_in(&app, "grace", Role::Admin).await;
    assert_eq!(release(&app, &admin, theirs).await.refusal(), (404, 40000301));
    app.home().user_with_password("ada", Role::Member, PASSWORD).await;
    let bob = app.user("bob", Role::Member).await;
    assert_eq!(release(&app, &admin, bob).await.status, 200);
    assert_eq!(app.set_up_totp(&asked(&app).await).await.refusal(), NOT_RELEASED, "somebody else's");
}

#[tokio::test]
async fn a_release_is_over_once_its_user_is_disabled_or_given_another_role() {
    for (path_of, change) in [("/admin/users/{}/status", "status"), ("/admin/memberships/{}", "role")] {
        let app = TestApp::start().await;
        let ada = app.home().user_with_password("ada", Role::Member, PASSWORD).await;
        let (_, admin) = signed_in(&app, "root", Role::SuperAdmin).await;
        assert_eq!(release(&app, &admin, ada).await.status, 200);
        let values = if change == "status" { ["disabled", "active"] } else { ["admin", "member"] };
        for value in values {
            let path = path_of.replace("{}", &ada.to_string());
            assert_eq!(app.put(&path, &admin, json!({ change: value })).await.status, 200);
        }
        assert_eq!(app.set_up_totp(&asked(&app).await).await.refusal(), NOT_RELEASED, "{change}");
    }
}
