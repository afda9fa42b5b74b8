//! The live stream of what is sealed.

use super::sign_ins;
use authms_core::access::Role;
use authms_core::time::Span;
use authms_testkit::TestApp;
use http_body_util::BodyExt;
use std::fmt::Debug;
use std::time::Duration;

/// What is heard next, within a minute; `None`: the stream has ended.
async fn heard<B>(body: &mut B) -> Option<String>
where
    B: BodyExt<Data: AsRef<[u8]>, Error: Debug> + Unpin,
{
    let frame = tokio::time::timeout(Duration::from_secs(60), body.frame()).await.expect("in time")?;
    let Ok(bytes) = frame.expect("no error").into_data() else { panic!("no data") };
    Some(String::from_utf8(bytes.as_ref().to_vec()).expect("UTF-8"))
}

/// The next event.
async fn event<B>(body: &mut B) -> Option<String>
where
    B: BodyExt<Data: AsRef<[u8]>, Error: Debug> + Unpin,
{
    loop {
        match heard(body).await? {
            comment if comment.starts_with(':') => {}
            event => return Some(event),
        }
    }
}

#[tokio::test]
async fn what_is_sealed_is_told_until_the_session_ends() {
    let app = TestApp::start().await;
    let boss = app.user("boss", Role::Admin).await;
    let tokens = app.sign_in(boss).await;
    app.seal().await;
    let open = app.request("GET", "/admin/audit/stream").bearer(&tokens.access).open().await;
    assert_eq!(open.status(), 200);
    assert_eq!(open.headers()["content-type"], "text/event-stream");
    let mut body = open.into_body();
    sign_ins(&app, "ada", 1).await;
    app.seal().await;
    let first = event(&mut body).await.expect("an event");
    assert!(first.contains("event: user.created\n") && first.ends_with("\n\n"), "{first}");
    let id = first.lines().find_map(|line| line.strip_prefix("id: ")).expect("an id").to_owned();
    let next = event(&mut body).await.expect("an event");
    assert!(next.contains("event: ticket.minted"), "{next}");

    // Who was cut off goes on where they were.
    let again = app.request("GET", "/admin/audit/stream").bearer(&tokens.access).header("last-event-id", &id);
    let again = event(&mut again.open().await.into_body()).await.expect("an event");
    assert_eq!(again, next);

    assert_eq!(app.post("/auth/logout", &tokens.access, serde_json::json!({})).await.status, 200);
    sign_ins(&app, "eve", 1).await;
    app.clock.advance(Span::seconds(10));
    app.seal().await;
    while let Some(text) = heard(&mut body).await {
        assert!(!text.contains("session.ended"), "a session that is over hears no more: {text}");
    }
}

#[tokio::test]
async fn who_may_read_the_log_no_longer_hears_no_more() {
    let app = TestApp::start().await;
    let boss = app.user("boss", Role::Admin).await;
    let tokens = app.sign_in(boss).await;
    app.seal().await;
    let open = app.request("GET", "/admin/audit/stream").bearer(&tokens.access).open().await;
    let mut body = open.into_body();
    let root = app.sign_in(app.admin).await;
    let path = format!("/admin/memberships/{boss}");
    let answer = app.put(&path, &root.access, serde_json::json!({ "role": "member" })).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    app.clock.advance(Span::seconds(10));
    app.seal().await;
    while let Some(text) = heard(&mut body).await {
        assert!(text.starts_with(':'), "{text}");
    }
}

#[tokio::test]
async fn a_token_in_the_address_opens_no_stream() {
    let app = TestApp::start().await;
    let boss = app.user("boss", Role::Admin).await;
    let tokens = app.sign_in(boss).await;
    for name in ["access_token", "token", "authorization", "bearer"] {
        let path = format!("/admin/audit/stream?{name}={}", tokens.access);
        assert_eq!(app.request("GET", &path).send().await.status, 401, "{name}");
    }
}
