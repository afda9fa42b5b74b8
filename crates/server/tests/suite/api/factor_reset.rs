//! An administrator takes the factors away of who has lost them, and sees what others have.

use super::stage::{PASSWORD, scopes};
use authms_core::access::{Forbidden, Permission, Role};
use authms_core::audit::Source;
use authms_core::commit::{Change, Commit};
use authms_core::factor::{self, Factor, FactorKind};
use authms_core::id::{FactorId, UserId};
use authms_core::mfa::MfaPolicy;
use authms_core::passkey::{self, NewPasskey, Passkey};
use authms_core::time::Span;
use authms_testkit::{Answer, Population, TestApp, Tokens};
use serde_json::json;

/// Somebody of this role who signed in by password just now: the access token.
async fn fresh(home: &Population<'_>, name: &str, role: Role) -> String {
    home.user_with_password(name, role, PASSWORD).await;
    Tokens::of(home.app().login(name, PASSWORD).await).access
}

async fn reset(app: &TestApp, bearer: &str, user: UserId) -> Answer {
    app.delete(&format!("/admin/mfa/reset/{user}"), bearer).await
}

/// How many rows of each kind a user's factors have: factors, passkeys, recovery codes.
fn rows(app: &TestApp) -> [i64; 3] {
    ["factors", "passkeys", "recovery_codes"].map(|table| app.count(&format!("SELECT count(*) FROM {table}")))
}

/// A passkey whose ceremony nobody has seen.
async fn add_passkey(app: &TestApp, user: UserId, template: UserId) {
    let factor = app.store().factors_of(template).await.expect("reads").remove(0);
    let factor = Factor { id: FactorId::from_bytes([9; 16]), user, kind: FactorKind::Passkey, ..factor };
    let passkey = Passkey {
        factor: factor.id,
        user,
        tenant: app.tenant,
        credential_id: b"credential".to_vec(),
        user_handle: [1; 32],
        key: vec![1],
        counter: 0,
        backup_eligible: false,
        backed_up: false,
        transports: Vec::new(),
        aaguid: [0; 16],
    };
    let add = passkey::Change::Add(Box::new(NewPasskey { factor, passkey }));
    app.store().commit(Commit::unremarkable(Change::Passkey(add))).await.expect("adds a passkey");
}

#[tokio::test]
async fn a_reset_takes_all_factors_and_whatever_stands_for_one() {
    let app = TestApp::start().await;
    let home = app.home();
    let ada = home.user_with_password("ada", Role::Member, PASSWORD).await;
    let bob = home.user("bob", Role::Member).await;
    let phone = home.authenticator(ada).await;
    app.clock.advance(Span::seconds(1));
    home.recovery_codes(ada).await;
    add_passkey(&app, ada, ada).await;
    home.authenticator(bob).await;
    home.recovery_codes(bob).await;
    assert_eq!(rows(&app), [5, 1, 20]);

    let session = home.sign_in_by_factor("ada", PASSWORD, &phone).await;
    let device = home.device(ada, true).await;
    let ticket = app.ticket(ada).await;
    home.always_asks().await;
    let challenge = TestApp::challenge_of(&app.login("ada", PASSWORD).await);
    home.asks_for(MfaPolicy::default()).await;
    let bobs = home.sign_in(bob).await;
    app.post_leaves().await;

    let admin = fresh(&home, "grace", Role::Admin).await;
    let done = reset(&app, &admin, ada).await;
    assert_eq!((done.status, done.code()), (200, 0), "{}", done.body);
    assert_eq!(rows(&app), [2, 0, 10], "bob keeps his");
    assert_eq!(app.me(&session.access).await.refusal(), (401, 40000009));
    assert_eq!(app.refresh(&session.refresh).await.status, 401);
    assert_eq!(app.redeem(&ticket).await.refusal(), (400, 40000401));
    app.clock.advance(Span::seconds(30));
    assert_eq!(app.verify(&challenge, &phone.code(&app)).await.refusal(), (403, 61000403));
    assert!(app.store().device(device.id).await.expect("reads").is_none());
    assert_eq!(app.me(&bobs.access).await.status, 200);

    let mail = app.post_leaves().await;
    let told: Vec<_> = mail.iter().map(|letter| (letter.to.as_str(), letter.subject.as_str())).collect();
    assert_eq!(told, [("ada@example.test", "Your further proofs were removed")]);
    let row = &app.audit("factors.reset")[0];
    assert_eq!((&row["subject"], &row["kinds"]), (&json!(ada.to_string()), &json!("totp backup passkey")));
    assert!(row["actor"].as_str().is_some_and(|actor| actor.starts_with("usr_")), "{row}");

    let again = Tokens::of(app.login("ada", PASSWORD).await);
    assert_eq!(app.me(&again.access).await.status, 200, "the password still does");
    assert_eq!(reset(&app, &admin, ada).await.status, 200, "nothing is left to be removed");
    assert_eq!(app.post_leaves().await.len(), 0, "and nothing to be told");
}

#[tokio::test]
async fn a_reset_is_for_the_home_tenant_and_ends_sessions_in_every_tenant() {
    let app = TestApp::start().await;
    app.home().authenticator(app.admin).await;
    let other = app.another_tenant("other").await;
    let away = other.sign_in(app.admin).await;
    let at_home = app.sign_in(app.admin).await;
    other.user_with_password("grace", Role::SuperAdmin, PASSWORD).await;
    let body = json!({ "identity": "grace", "password": PASSWORD, "tenant_id": other.tenant.to_string() });
    let grace = Tokens::of(app.request("POST", "/api/v1/auth/login").json(body).send().await).access;
    assert!(matches!(reset(&app, &grace, app.admin).await.refusal(), (403, 40000011 | 40000103)));
    let elsewhere = factor::reset(&app.parts, &other.console(), app.admin, None, &Source::default()).await;
    assert_eq!(
        elsewhere.err(),
        Some(Forbidden::Tenant.into()),
        "an account is administered where it was created"
    );
    assert_eq!(app.me(&away.access).await.status, 200);

    let done = factor::reset(&app.parts, &app.console(), app.admin, None, &Source::default()).await;
    assert_eq!(done, Ok(()));
    for tokens in [&away, &at_home] {
        assert_eq!(app.me(&tokens.access).await.status, 401);
    }
    let ended = app.count("SELECT count(*) FROM sessions WHERE end_reason = 'factors_changed'");
    assert_eq!(ended, 2, "and each says why");
    assert_eq!(app.audit("factors.reset")[0]["actor"], "console");
}

#[tokio::test]
async fn p20_nobody_resets_whom_they_may_not_or_without_proving_themselves() {
    let app = TestApp::start().await;
    let home = app.home();
    let ada = app.user("ada", Role::Member).await;
    let peer = app.user("peer", Role::Admin).await;
    for user in [ada, peer, app.admin] {
        home.authenticator(user).await;
    }
    let strangers = app.another_tenant("strangers").await;
    let stranger = strangers.user("eve", Role::Member).await;
    strangers.authenticator(stranger).await;
    let before = rows(&app);

    let admin = fresh(&home, "grace", Role::Admin).await;
    let me = home.user_with_password("grace2", Role::Admin, PASSWORD).await;
    let myself = Tokens::of(app.login("grace2", PASSWORD).await).access;
    assert_eq!(reset(&app, &admin, stranger).await.refusal(), (404, 40000301), "another tenant's");
    assert_eq!(reset(&app, &admin, UserId::from_bytes([7; 16])).await.refusal(), (404, 40000301));
    assert_eq!(reset(&app, &admin, peer).await.refusal(), (403, 40000011), "an equal");
    assert_eq!(reset(&app, &admin, app.admin).await.refusal(), (403, 40000011), "a superior");
    assert_eq!(reset(&app, &myself, me).await.refusal(), (403, 40000011), "oneself");
    let founder = fresh(&home, "root2", Role::SuperAdmin).await;
    assert_eq!(
        reset(&app, &founder, app.admin).await.refusal(),
        (403, 40000011),
        "an equal, at the top, too"
    );

    let support = fresh(&home, "susan", Role::Support).await;
    assert_eq!(reset(&app, &support, ada).await.refusal(), (403, 40000010));
    let key = app.api_key(&scopes(), Role::SuperAdmin).await;
    assert_eq!(reset(&app, &key, ada).await.refusal(), (403, 40000013), "a key proves nobody");
    let partial = app.api_key(&[Permission::UserWrite], Role::SuperAdmin).await;
    assert_eq!(reset(&app, &partial, ada).await.refusal(), (403, 40000013));

    let by_ticket = home.sign_in(me).await.access;
    assert_eq!(reset(&app, &by_ticket, ada).await.refusal(), (401, 40800251), "a ticket proves nobody");
    let behalf = home.on_behalf(&founder, me).await;
    assert_eq!(reset(&app, &behalf, ada).await.refusal(), (403, 40000012));
    app.clock.advance(Span::seconds(300));
    assert_eq!(reset(&app, &admin, ada).await.refusal(), (401, 40800251), "that was too long ago");
    assert_eq!(rows(&app), before);
    assert_eq!(app.audit("factors.reset").len(), 0);

    let stepped = app.post("/auth/re-authenticate", &admin, json!({ "password": PASSWORD })).await;
    let token = stepped.body["data"]["step_up_token"].as_str().unwrap_or_default().to_owned();
    let with = |bearer: &str| {
        let path = format!("/admin/mfa/reset/{ada}");
        app.request("DELETE", &path).bearer(bearer).header("x-step-up-token", &token).send()
    };
    assert_eq!(with(&by_ticket).await.refusal(), (401, 40800251), "another session's token");
    assert_eq!(with(&admin).await.status, 200);
}

#[tokio::test]
async fn s28_an_administrator_with_a_factor_proves_that_to_reset_anothers() {
    let app = TestApp::start().await;
    let home = app.home();
    let ada = app.user("ada", Role::Member).await;
    home.authenticator(ada).await;
    let grace = home.user_with_password("grace", Role::Admin, PASSWORD).await;
    let by_password = Tokens::of(app.login("grace", PASSWORD).await).access;
    let phone = home.authenticator(grace).await;
    assert_eq!(reset(&app, &by_password, ada).await.refusal(), (401, 40800251));
    let by_factor = home.sign_in_by_factor("grace", PASSWORD, &phone).await.access;
    assert_eq!(reset(&app, &by_factor, ada).await.status, 200);
}

#[tokio::test]
async fn what_others_have_is_counted_and_nothing_of_it_shown() {
    let app = TestApp::start().await;
    let home = app.home();
    let (ada, bob) = (app.user("ada", Role::Member).await, app.user("bob", Role::Member).await);
    home.authenticator(ada).await;
    home.recovery_codes(ada).await;
    let strangers = app.another_tenant("strangers").await;
    let stranger = strangers.user("eve", Role::Member).await;
    strangers.recovery_codes(stranger).await;
    let (_, support) = home.signed_in("susan", Role::Support).await;
    let listed = app.get("/admin/mfa/backup-codes", &support).await;
    assert_eq!(listed.body["items"], json!([{ "count": 10, "user_id": ada.to_string() }]), "{}", listed.body);
    let counted = app.get(&format!("/admin/mfa/backup-codes/{ada}"), &support).await;
    assert_eq!(
        (&counted.body["data"]["count"], &counted.body["data"]["max_codes"]),
        (&json!(10), &json!(10))
    );
    let none = app.get(&format!("/admin/mfa/backup-codes/{bob}"), &support).await;
    assert_eq!(
        (&none.body["data"]["count"], &none.body["data"]["should_regenerate"]),
        (&json!(0), &json!(true))
    );
    let apps = app.get(&format!("/admin/mfa/totp/{ada}"), &support).await;
    assert_eq!((&apps.body["total"], &apps.body["items"][0]["verified"]), (&json!(1), &json!(true)));
    for shown in [&listed, &counted, &apps] {
        let told = shown.body.to_string();
        assert!(!told.contains("secret") && !told.contains("hash") && !told.contains("sealed"), "{told}");
    }

    let (_, member) = home.signed_in("mallory", Role::Member).await;
    let key = app.api_key(&[Permission::TicketMint], Role::SuperAdmin).await;
    for path in ["backup-codes".to_owned(), format!("backup-codes/{ada}"), format!("totp/{ada}")] {
        for bearer in [&member, &key] {
            assert_eq!(
                app.get(&format!("/admin/mfa/{path}"), bearer).await.refusal(),
                (403, 40000010),
                "{path}"
            );
        }
    }
    for path in [format!("backup-codes/{stranger}"), format!("totp/{stranger}")] {
        assert_eq!(
            app.get(&format!("/admin/mfa/{path}"), &support).await.refusal(),
            (404, 40000301),
            "{path}"
        );
    }
}
