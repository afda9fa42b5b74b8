//! A store that was restored honours nothing that was given out before: it may have been spent since.

use super::stage::PASSWORD;
use authms_core::access::{Permission, Role};
use authms_core::install;
use authms_store::copy::{self, Backup, CopyError, Place, Restore};
use authms_testkit::{Engine, Setup, TestApp, Tokens, storm};
use serde_json::json;
use std::path::Path;
use std::sync::Arc;

const KEY: &str = "8e03978e-40d5-43e8-bc93-6894a57f9324";

/// On a file: what a backup of one is made of.
async fn start() -> TestApp {
    TestApp::with(Setup { engine: Engine::File, ..Setup::default() }).await
}

/// The application on a restored copy of a backup.
async fn restored(app: &TestApp, file: &Path) -> TestApp {
    let (now, rng) = (app.parts.now(), &*app.parts.rng);
    app.with_copy(|_, store| {
        let read = Restore::read(file, store, None, now, |voided| install::restored(voided, now, rng));
        let store = Place::Sqlite(store.to_owned());
        read.expect("it is read").install(&store, now, &mut |_, _, _| {}).expect("it is installed");
    })
    .await
}

fn backup(store: &Path, to: &Path) -> Result<Backup, CopyError> {
    copy::backup(&Place::Sqlite(store.to_owned()), to, &mut |_, _, _| {})
}

fn file_of(app: &TestApp) -> std::path::PathBuf {
    app.database().with_file_name("backup.db")
}

#[tokio::test]
async fn tickets_spent_and_issued_before_a_restore_sign_nobody_in() {
    let app = start().await;
    let alice = app.user("alice", Role::Member).await;
    let (spent, issued, replayed) =
        (app.ticket(alice).await, app.ticket(alice).await, app.ticket(alice).await);
    let first = app.signin(json!({ "ticket": replayed })).header("idempotency-key", KEY).send().await;
    let before = app.sign_in(alice).await;
    backup(&app.database(), &file_of(&app)).expect("a backup");
    // What happened after the backup, the restored store knows nothing of.
    let after = Tokens::of(app.redeem(&spent).await);
    assert_eq!(app.me(&after.access).await.status, 200);

    let again = restored(&app, &file_of(&app)).await;
    for ticket in [&spent, &issued] {
        let refused = again.redeem(ticket).await;
        assert_eq!((refused.status, &refused.body["code"]), (400, &json!(40000401)), "{}", refused.body);
    }
    assert_eq!(again.query::<String>("SELECT group_concat(DISTINCT state) FROM tickets"), "revoked,spent");
    assert_eq!(first.status, 200);
    let replay = again.signin(json!({ "ticket": replayed })).header("idempotency-key", KEY).send().await;
    assert_eq!(replay.status, 400, "an answer is not given again");
    for tokens in [&before, &after, &Tokens::of(first)] {
        assert_eq!(again.refresh(&tokens.refresh).await.status, 401);
        assert_eq!(again.me(&tokens.access).await.status, 401);
    }
    assert_eq!(again.count("SELECT count(*) FROM sessions WHERE end_reason = 'restored'"), 2);

    let tokens = again.sign_in(alice).await;
    assert_eq!(again.me(&tokens.access).await.status, 200, "a new ticket works");
    assert_eq!(again.refresh(&tokens.refresh).await.status, 200);
    let told = again.audit("store.restored");
    assert_eq!(
        (&told[0]["epoch"], &told[0]["tickets"], &told[0]["sessions"]),
        (&json!(1), &json!(2), &json!(2))
    );
    assert_eq!(again.count("SELECT epoch FROM installation"), 1);
}

#[tokio::test]
async fn a_minters_idempotency_key_gives_no_former_ticket_back() {
    let app = start().await;
    let alice = app.user("alice", Role::Member).await;
    let key = app.api_key(&[Permission::TicketMint], Role::Member).await;
    let mint = async |app: &TestApp| {
        let ask = json!({ "user_id": alice.to_string() });
        let request = app.request("POST", "/auth/generate-ticket").bearer(&key).json(ask);
        let answer = request.header("idempotency-key", KEY).send().await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.body["ticket"].as_str().expect("a ticket").to_owned()
    };
    let former = mint(&app).await;
    backup(&app.database(), &file_of(&app)).expect("a backup");
    let again = restored(&app, &file_of(&app)).await;
    let new = mint(&again).await;
    assert_ne!(new, former);
    assert_eq!(again.redeem(&new).await.status, 200);
}

#[tokio::test]
async fn challenges_codes_and_invitations_of_before_a_restore_are_void() {
    let app = start().await;
    let home = app.home();
    let alice = home.user_with_password("alice", Role::Member, PASSWORD).await;
    let phone = home.authenticator(alice).await;
    home.device(alice, true).await;
    home.always_asks().await;
    let challenge = TestApp::challenge_of(&app.login("alice", PASSWORD).await);
    let reset = home.reset_code(alice).await;
    let (_, invitation) = home.invitation("new@example.test").await;
    backup(&app.database(), &file_of(&app)).expect("a backup");
    let code = phone.code(&app);
    assert_eq!(app.verify(&challenge, &code).await.status, 200);

    let again = restored(&app, &file_of(&app)).await;
    assert_eq!(again.verify(&challenge, &code).await.status, 403, "as one that never was");
    let body =
        json!({ "identity": "alice@example.test", "code": reset, "new_password": "another long sentence" });
    assert_eq!(again.request("POST", "/auth/reset-password").json(body).send().await.status, 400);
    let body = json!({ "invitation_code": invitation, "password": PASSWORD, "username": "new" });
    assert_eq!(again.request("POST", "/auth/register").json(body).send().await.status, 400);
    assert_eq!(again.count("SELECT count(*) FROM devices WHERE trusted_at IS NULL"), 1);
    assert!(again.post_leaves().await.is_empty(), "nothing is sent twice");

    let challenge = TestApp::challenge_of(&again.login("alice", PASSWORD).await);
    assert_ne!(again.verify(&challenge, &code).await.status, 200, "the step is spent");
    again.clock.advance(authms_core::time::Span::seconds(90));
    let signed_in = again.verify(&challenge, &phone.code(&again)).await;
    assert_eq!(signed_in.status, 200, "{}", signed_in.body);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_under_load_is_of_one_moment() {
    let app = Arc::new(start().await);
    let alice = app.user("alice", Role::Member).await;
    let (database, file) = (app.database(), file_of(&app));
    let load = storm(40, |_| {
        let app = Arc::clone(&app);
        async move {
            for _ in 0..10 {
                app.sign_in(alice).await;
            }
        }
    });
    let copy = tokio::task::spawn_blocking(move || backup(&database, &file).map(drop));
    let (_, copied) = tokio::join!(load, copy);
    copied.expect("no panic").expect("a backup");
    assert_eq!(app.count("SELECT count(*) FROM sessions"), 400);

    let again = restored(&app, &file_of(&app)).await;
    let torn = "SELECT count(*) FROM tickets t LEFT JOIN sessions s ON s.id = t.session_id
                WHERE (t.state = 'spent') <> (s.id IS NOT NULL)";
    assert_eq!(again.count(torn), 0, "a ticket is spent if, and only if, its session is there");
    let sessions = again.count("SELECT count(*) FROM sessions");
    assert_eq!(again.audit("ticket.redeemed").len(), usize::try_from(sessions).expect("a number"));
    again.sign_in(alice).await;
}
