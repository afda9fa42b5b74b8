//! Places outside that are told of the log: heads that are kept elsewhere, and events for a SIEM.

use super::{sign_ins, tree, verify};
use authms_core::audit::log::{self, Anchors, Log, Wrong};
use authms_core::audit::outlet::{ANCHOR, AnchorAt, SIEM_FILE, Siem, SiemEvent, anchor, tell};
use authms_core::ports::Fut;
use authms_core::time::Span;
use authms_crypto::WebhookSecret;
use authms_testkit::{CommitFault, Received, Setup, TestApp};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Mutex;

const HOUR: Span = Span::hours(1);

fn at() -> AnchorAt {
    let secret = Some(WebhookSecret::new([7; 32]));
    AnchorAt { url: "https://worm.example.org/heads".to_owned(), secret, every: HOUR }
}

async fn post(app: &TestApp) -> Vec<Received> {
    anchor(&app.parts, &at()).await.expect("posts");
    app.receiver.take()
}

/// The lines that whoever receives heads keeps of them.
fn kept(received: &[Received]) -> Vec<String> {
    let anchors = received.iter().flat_map(|one| one.body["data"]["anchors"].as_array().expect("heads"));
    anchors.map(Value::to_string).collect()
}

#[tokio::test]
async fn heads_are_posted_now_and_then_and_show_what_was_done_to_the_store() {
    let app = TestApp::start().await;
    sign_ins(&app, "ada", 5).await;
    app.seal().await;
    let first = post(&app).await;
    assert_eq!((first.len(), first[0].name()), (1, "audit.anchored"));
    assert!(first[0].is_signed_with(at().secret.expect("one").format().expose()));
    assert!(first[0].id.starts_with("anc_"));
    sign_ins(&app, "bea", 5).await;
    app.seal().await;
    assert!(post(&app).await.is_empty(), "an hour is not over");
    app.clock.advance(HOUR);
    let second = post(&app).await;
    app.clock.advance(HOUR);
    assert!(post(&app).await.is_empty(), "nothing is new");
    let lines = kept(&[first, second].concat());
    assert_eq!(lines.len(), 2 + 1, "the installation's log did not grow");
    let mut anchors = Anchors::new(app.parts.secrets.audit_key.verifying());
    lines.iter().try_for_each(|line| anchors.line(line)).expect("each goes on from the one before");
    assert!(verify(&app, &anchors.into_heads()).await.iter().all(|log| log.wrong.is_none()));
}

#[tokio::test]
async fn a_head_that_did_not_arrive_or_was_not_noted_is_told_again() {
    let app = TestApp::start().await;
    sign_ins(&app, "ada", 5).await;
    app.seal().await;
    app.receiver.answer_next(500);
    let refused = post(&app).await;
    assert!(post(&app).await.is_empty(), "it rests");
    app.clock.advance(Span::seconds(10));
    // It arrives, and the process ends before that is noted.
    let faults = app.faults.clone();
    app.receiver.on_next(move || faults.next_commit(CommitFault::Unavailable));
    assert!(anchor(&app.parts, &at()).await.is_err());
    let arrived = app.receiver.take();
    app.clock.advance(Span::seconds(200));
    let again = post(&app).await;
    assert_eq!((kept(&refused), kept(&arrived)), (kept(&again), kept(&again)));
    assert_eq!((&refused[0].id, &arrived[0].id), (&again[0].id, &again[0].id), "under one name");
    let outlet = app.store().audit_outlet(ANCHOR).await.expect("reads").expect("one");
    assert_eq!((outlet.failures, outlet.failing_since), (0, None));
}

#[tokio::test]
async fn one_node_posts_heads_where_there_are_several() {
    let app = TestApp::start().await;
    sign_ins(&app, "ada", 5).await;
    app.seal().await;
    let (one, other) = (at(), at());
    let both = tokio::join!(anchor(&app.parts, &one), anchor(&app.parts, &other));
    assert_eq!(both, (Ok(()), Ok(())));
    assert_eq!(app.receiver.take().len(), 1);
}

#[tokio::test]
async fn a_log_that_does_not_go_on_from_what_was_posted_is_told_of_and_the_others_are_posted() {
    let app = super::on_file().await;
    sign_ins(&app, "ada", 20).await;
    app.seal().await;
    post(&app).await;
    // The whole log is another one, and longer.
    let conn = super::database(&app);
    let number = tree(&app).await.number;
    conn.execute_batch(&format!(
        "DELETE FROM audit_trees WHERE number = {number}; DELETE FROM audit_heads WHERE number = {number};
         DELETE FROM audit_rows WHERE tree = {number}; DELETE FROM audit_tiles WHERE place >> 40 = {number};"
    ))
    .expect("gone");
    sign_ins(&app, "eve", 60).await;
    let other = app.another_tenant("other").await;
    app.seal().await;
    app.clock.advance(HOUR);
    let posted = kept(&post(&app).await);
    assert!(!posted.is_empty());
    let key = app.parts.secrets.audit_key.verifying();
    let heads = posted.iter().map(|line| {
        let line: Value = serde_json::from_str(line).expect("JSON");
        log::Head::verify(line["head"].as_str().expect("a head"), key).expect("ours").0.log
    });
    let heads: Vec<Log> = heads.collect();
    assert!(heads.contains(&Log(Some(other.tenant))) && !heads.contains(&Log(Some(app.tenant))), "{heads:?}");
    let outlet = app.store().audit_outlet(ANCHOR).await.expect("reads").expect("one");
    assert_eq!(outlet.failures, 1);
}

/// Takes events as a SIEM does.
#[derive(Default)]
struct Taken {
    events: Mutex<Vec<Value>>,
    refusals: Mutex<u32>,
}

impl Taken {
    fn refuse(&self, times: u32) {
        *self.refusals.lock().expect("unpoisoned") = times;
    }

    fn take(&self) -> Vec<Value> {
        std::mem::take(&mut *self.events.lock().expect("unpoisoned"))
    }
}

impl Siem for Taken {
    fn take<'a>(&'a self, events: &'a [SiemEvent]) -> Fut<'a, Result<(), String>> {
        let mut refusals = self.refusals.lock().expect("unpoisoned");
        if *refusals > 0 {
            *refusals -= 1;
            return Box::pin(std::future::ready(Err("full".to_owned())));
        }
        let read = |event: &SiemEvent| serde_json::from_str::<Value>(&event.json).expect("JSON");
        self.events.lock().expect("unpoisoned").extend(events.iter().map(read));
        Box::pin(std::future::ready(Ok(())))
    }
}

async fn told(app: &TestApp, siem: &Taken) -> Vec<Value> {
    tell(&app.parts, SIEM_FILE, siem).await.expect("tells");
    siem.take()
}

/// The leaves that were told of each log.
fn leaves(events: &[Value]) -> BTreeMap<String, Vec<u64>> {
    let mut leaves = BTreeMap::<_, Vec<_>>::new();
    for event in events {
        let log = event["metadata"]["log_name"].as_str().expect("a log").to_owned();
        leaves.entry(log).or_default().push(event["metadata"]["sequence"].as_u64().expect("a leaf"));
    }
    leaves
}

#[tokio::test]
async fn a_siem_is_told_every_event_of_every_log_once_and_in_order() {
    let app = TestApp::start().await;
    let siem = Taken::default();
    sign_ins(&app, "ada", 5).await;
    app.another_tenant("other").await;
    app.seal().await;
    let first = told(&app, &siem).await;
    assert!(told(&app, &siem).await.is_empty(), "nothing is new");
    sign_ins(&app, "bea", 700).await;
    app.seal().await;
    let second = told(&app, &siem).await;
    let trees = app.store().audit_trees().await.expect("reads");
    let all = leaves(&[first, second].concat());
    assert_eq!(all.len(), 3, "two tenants' and the installation's own");
    for tree in trees {
        assert_eq!(all[&tree.log.to_string()], (0..tree.size).collect::<Vec<_>>());
    }
}

#[tokio::test]
async fn what_a_siem_did_not_take_or_was_not_noted_is_told_again() {
    let app = TestApp::start().await;
    let siem = Taken::default();
    sign_ins(&app, "ada", 5).await;
    app.seal().await;
    siem.refuse(1);
    assert!(told(&app, &siem).await.is_empty());
    assert!(told(&app, &siem).await.is_empty(), "it is left alone for a while");
    let failing = app.store().audit_outlet(SIEM_FILE).await.expect("reads").expect("one");
    assert_eq!((failing.failures, failing.failing_since), (1, Some(app.parts.now())));
    app.clock.advance(Span::seconds(5));
    // The turn is taken; what was told is not noted.
    app.faults.before_next_commit({
        let faults = app.faults.clone();
        async move { faults.next_commit(CommitFault::Unavailable) }
    });
    let lost = tell(&app.parts, SIEM_FILE, &siem).await;
    let before = siem.take();
    app.clock.advance(Span::seconds(200));
    let after = told(&app, &siem).await;
    assert!(leaves(&after).values().all(|leaves| leaves[0] == 0), "{lost:?}: from the beginning");
    assert!(before.iter().all(|event| after.contains(event)), "what was told is told again");
    let well = app.store().audit_outlet(SIEM_FILE).await.expect("reads").expect("one");
    assert_eq!((well.failures, well.failing_since), (0, None));
}

#[tokio::test]
async fn what_was_erased_before_it_was_told_is_skipped_and_counted() {
    let mut setup = Setup::default();
    setup.policy.audit_kept.usual = 1;
    let app = TestApp::with(setup).await;
    let siem = Taken::default();
    sign_ins(&app, "ada", 20).await;
    app.seal().await;
    app.clock.advance(Span::hours(25));
    sign_ins(&app, "bea", 5).await;
    app.seal().await;
    log::erase(&app.parts).await.expect("erases");
    app.seal().await;
    let (tree, events) = (tree(&app).await, told(&app, &siem).await);
    assert!(tree.erased > 20);
    let own = &leaves(&events)[&tree.log.to_string()];
    assert_eq!(*own, (tree.erased..tree.size).collect::<Vec<_>>());
    let outlet = app.store().audit_outlet(SIEM_FILE).await.expect("reads").expect("one");
    let trees = app.store().audit_trees().await.expect("reads");
    assert_eq!(outlet.skipped, trees.iter().map(|tree| tree.erased).sum::<u64>());
}

#[tokio::test]
async fn one_node_tells_a_siem_where_there_are_several() {
    let app = TestApp::start().await;
    let siem = Taken::default();
    sign_ins(&app, "ada", 5).await;
    app.seal().await;
    let both = tokio::join!(tell(&app.parts, SIEM_FILE, &siem), tell(&app.parts, SIEM_FILE, &siem));
    assert_eq!(both, (Ok(()), Ok(())));
    let trees = app.store().audit_trees().await.expect("reads");
    assert_eq!(siem.take().len() as u64, trees.iter().map(|tree| tree.size).sum::<u64>());
}

#[tokio::test]
async fn events_are_in_the_schemas_shapes() {
    let app = TestApp::start().await;
    let siem = Taken::default();
    app.user_with_password("ada", "correct horse battery staple").await;
    let wrong = json!({ "identity": "ada", "password": "not that" });
    app.request("POST", "/auth/login").header("user-agent", "curl <13>1 forged").json(wrong).send().await;
    app.seal().await;
    let events = told(&app, &siem).await;
    let named = |name: &str| {
        let found = events.iter().find(|event| event["metadata"]["event_code"] == name);
        found.unwrap_or_else(|| panic!("{name} in {events:?}"))
    };
    let failed = named("login.failed");
    assert_eq!(
        (&failed["class_uid"], &failed["activity_id"], &failed["type_uid"]),
        (&json!(3002), &json!(1), &json!(300_201))
    );
    assert_eq!((&failed["status_id"], &failed["severity_id"]), (&json!(2), &json!(2)));
    assert_eq!(failed["http_request"]["user_agent"], "curl <13>1 forged");
    assert!(
        failed["http_request"]["uid"].is_string() && failed["src_endpoint"]["ip"].is_string(),
        "{failed}"
    );
    assert!(failed["user"]["uid"].is_string() && failed["time"].is_i64(), "{failed}");
    assert_eq!(failed["metadata"]["version"], "1.3.0");
    assert_eq!(failed["metadata"]["tenant_uid"], app.tenant.to_string());
    assert_eq!(failed["unmapped"]["event"], "login.failed");
    let created = named("user.created");
    assert_eq!((&created["class_uid"], &created["activity_id"]), (&json!(3001), &json!(1)));
    let installed = named("installation.created");
    assert_eq!(
        (&installed["class_uid"], &installed["metadata"]["log_name"]),
        (&json!(6003), &json!("installation"))
    );
    assert!(installed["metadata"]["tenant_uid"].is_null());
}

#[tokio::test]
async fn the_file_of_heads_that_somebody_else_kept_finds_a_log_that_was_rolled_back() {
    let app = TestApp::start().await;
    sign_ins(&app, "ada", 5).await;
    app.seal().await;
    let lines = kept(&post(&app).await);
    let mut anchors = Anchors::new(app.parts.secrets.audit_key.verifying());
    lines.iter().try_for_each(|line| anchors.line(line)).expect("heads");
    let mut heads = anchors.into_heads();
    // As if the store were of before: it has fewer rows than were signed for.
    heads.iter_mut().for_each(|head| head.size += 5);
    let found = verify(&app, &heads).await;
    assert!(found.iter().all(|log| matches!(log.wrong, Some(Wrong::Truncated { .. }))), "{found:?}");
}
