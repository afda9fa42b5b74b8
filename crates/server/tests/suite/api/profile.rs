//! The language that a user is written to in, as they or their administrators say.

use super::stage::PASSWORD;
use authms_core::access::{Permission, Role};
use authms_core::limits::Quota;
use authms_core::time::Span;
use authms_testkit::{Answer, Setup, TestApp};
use serde_json::{Value, json};

async fn say(app: &TestApp, bearer: &str, body: Value) -> Answer {
    app.put("/auth/me", bearer, body).await
}

#[tokio::test]
async fn what_a_user_says_is_the_language_of_their_mail_whoever_causes_it() {
    let app = TestApp::start().await;
    let ada = app.home().user_with_password("ada", Role::Member, PASSWORD).await;
    let access = app.sign_in(ada).await.access;
    let (_, admin) = app.home().signed_in("deputy", Role::Admin).await;
    let subject = async || {
        let given = json!({ "new_password": "a different long sentence" });
        let set = app.request("PUT", &format!("/admin/users/{ada}/password")).bearer(&admin).json(given);
        assert_eq!(set.header("accept-language", "en").send().await.status, 200);
        app.post_leaves().await.pop().expect("a letter").subject
    };
    let locale = async || app.me(&app.sign_in(ada).await.access).await.body["data"]["locale"].clone();
    assert_eq!((locale().await, subject().await.as_str()), (Value::Null, "Your password was changed"));
    let access = match app.me(&access).await.status {
        200 => access,
        _ => app.sign_in(ada).await.access,
    };
    assert_eq!(say(&app, &access, json!({ "locale": "zh-Hans-CN" })).await.status, 200);
    assert_eq!((locale().await, subject().await.as_str()), (json!("zh"), "您的密码已修改"));
    let signed_in = app.sign_in(ada).await;
    assert_eq!(signed_in.answer["user"]["locale"], "zh");

    let path = format!("/admin/users/{ada}");
    let changed = app.put(&path, &admin, json!({ "locale": "en-GB" })).await;
    assert_eq!(changed.body["data"]["locale"], "en", "{}", changed.body);
    assert_eq!(app.get(&path, &admin).await.body["data"]["user"]["locale"], "en");
    let kept = app.put(&path, &admin, json!({ "nickname": "Ada" })).await;
    assert_eq!(kept.body["data"]["locale"], "en", "what is absent stays");
    assert!(app.put(&path, &admin, json!({ "locale": null })).await.body["data"].get("locale").is_none());
    assert_eq!(locale().await, Value::Null);
}

#[tokio::test]
async fn a_profile_takes_what_is_as_it_is_and_refuses_what_is_changed_elsewhere() {
    let app = TestApp::start().await;
    let (ada, access) = app.home().signed_in("ada", Role::Member).await;
    for (body, member) in [
        (json!({ "locale": "fr" }), "locale"),
        (json!({ "locale": "" }), "locale"),
        (json!({ "locale": "z".repeat(36) }), "locale"),
        (json!({ "username": "root", "locale": "zh" }), "username"),
        (json!({ "mfa_enabled": true, "locale": "zh" }), "mfa_enabled"),
    ] {
        let refused = say(&app, &access, body.clone()).await;
        assert_eq!((refused.refusal(), &refused.body["member"]), ((400, 40000001), &json!(member)), "{body}");
        let by_admin = app.sign_in(app.admin).await.access;
        if member == "locale" {
            assert_eq!(app.put(&format!("/admin/users/{ada}"), &by_admin, body).await.status, 400);
        }
    }
    assert_eq!(app.audit("user.updated").len(), 0, "nothing of it was done");
    let whole = json!({ "username": "ada", "mfa_enabled": false, "locale": "zh", "role": "super_admin" });
    assert_eq!(say(&app, &access, whole.clone()).await.status, 200);
    assert_eq!(say(&app, &access, whole.clone()).await.status, 200);
    assert_eq!(app.audit("user.updated").len(), 1, "the same again changes nothing");
    let me = app.get("/auth/me/permissions", &access).await;
    assert_eq!(me.body["data"]["permissions"], json!([]), "nobody becomes something by saying so");
    app.home().authenticator(ada).await;
    assert_eq!(say(&app, &access, whole).await.status, 400, "a factor is not removed by saying so");

    let (_, support) = app.home().signed_in("susan", Role::Support).await;
    let behalf = app.home().on_behalf(&support, ada).await;
    assert_eq!(say(&app, &behalf, json!({ "locale": "en" })).await.refusal(), (403, 40000012));
    let key = app.api_key(&[Permission::UserWrite], Role::SuperAdmin).await;
    assert_eq!(say(&app, &key, json!({ "locale": "en" })).await.refusal(), (403, 40000013));
    assert_eq!(say(&app, "", json!({ "locale": "en" })).await.refusal(), (401, 40000009));
}

/// What guesses have used up is counted by the account's revision.
#[tokio::test]
async fn who_changes_the_language_has_no_guess_more() {
    let mut setup = Setup::default();
    setup.policy.quotas.account = Quota { requests: 5, window: Span::seconds(60) };
    let app = TestApp::with(setup).await;
    let ada = app.home().user_with_password("ada", Role::Member, PASSWORD).await;
    let access = app.sign_in(ada).await.access;
    let guess = async || {
        let body = json!({ "identity": "ada", "password": "wrong" });
        app.request("POST", "/auth/login").from("203.0.113.9").json(body).send().await.status
    };
    for _ in 0..5 {
        assert_eq!(guess().await, 401);
    }
    assert_eq!(guess().await, 429);
    for locale in ["zh", "en"] {
        assert_eq!(say(&app, &access, json!({ "locale": locale })).await.status, 200);
        assert_eq!(guess().await, 429, "{locale}");
    }
}
