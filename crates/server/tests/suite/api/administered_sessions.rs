//! Ending other people's sessions: who may, whose, and that they are over at once.

use authms_core::access::{Caller, Forbidden, Permission, Person, Role};
use authms_core::audit::Source;
use authms_core::id::{SessionId, TenantId, UserId};
use authms_core::page::PageRequest;
use authms_core::session::{self, AdministerError};
use authms_testkit::TestApp;

fn person(tenant: TenantId, user: UserId, role: Role) -> Caller {
    let session = SessionId::from_bytes([0; 16]);
    Caller::Person(Person { tenant, user, session, role, acting: None, client: None })
}

async fn listed(app: &TestApp, caller: &Caller, user: UserId) -> Vec<SessionId> {
    let page = session::list_of(&app.parts, caller, user, PageRequest::new(None, None)).await;
    page.expect("listed").items.into_iter().map(|s| s.id).collect()
}

#[tokio::test]
async fn the_console_ends_one_session_or_all_at_once() {
    let app = TestApp::start().await;
    let (alice, console) = (app.user("alice", Role::Member).await, app.console());
    let (first, second) = (app.sign_in(alice).await, app.sign_in(alice).await);
    assert_eq!(listed(&app, &console, alice).await.len(), 2);
    let id = first.claims()["sid"].as_str().and_then(SessionId::parse).expect("a session");

    session::end_of(&app.parts, &console, id, &Source::default()).await.expect("ended");
    assert_eq!(app.me(&first.access).await.status, 401);
    assert_eq!(app.me(&second.access).await.status, 200);
    let again = session::end_of(&app.parts, &console, id, &Source::default()).await;
    assert_eq!(again, Err(AdministerError::Unknown));
    let row = &app.audit("session.ended")[0];
    assert_eq!((&row["actor"], &row["why"]), (&"console".into(), &"ended_by_admin".into()));
    assert_eq!(row["subject"], alice.to_string());

    session::end_all_of(&app.parts, &console, alice, &Source::default()).await.expect("ended");
    assert_eq!(app.me(&second.access).await.status, 401);
    assert!(listed(&app, &console, alice).await.is_empty());
    assert_eq!(app.audit("sessions.ended").len(), 1);
}

#[tokio::test]
async fn nobody_ends_sessions_of_their_betters_or_of_another_tenant() {
    let app = TestApp::start().await;
    let other = app.another_tenant("globex").await.tenant;
    let root = app.sign_in(app.admin).await;
    let id = listed(&app, &app.console(), app.admin).await[0];
    let end = async |caller: &Caller| session::end_of(&app.parts, caller, id, &Source::default()).await;
    let end_all =
        async |caller: &Caller| session::end_all_of(&app.parts, caller, app.admin, &Source::default()).await;
    let bob = app.user("bob", Role::Admin).await;
    let missing = Forbidden::Permission(Permission::UserWrite);
    for (role, why) in [(Role::Admin, Forbidden::Rank), (Role::Support, missing)] {
        let caller = person(app.tenant, bob, role);
        assert_eq!(end(&caller).await, Err(why.into()), "{role:?}");
        assert_eq!(end_all(&caller).await, Err(why.into()), "{role:?}");
    }
    // The administrator founded that tenant, too: it may end what they have open there, and nothing here.
    let eve = app.within(other).user("eve", Role::SuperAdmin).await;
    let caller = person(other, eve, Role::SuperAdmin);
    assert_eq!(end(&caller).await, Err(AdministerError::Unknown));
    assert_eq!(end_all(&caller).await, Ok(()));
    assert_eq!(app.me(&root.access).await.status, 200);
}
