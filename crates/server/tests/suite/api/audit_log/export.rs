//! Exports of the log over HTTP.

use super::sign_ins;
use authms_core::access::Role;
use authms_core::audit::{self, Event, EventName};
use authms_core::commit::Commit;
use authms_core::time::Span;
use authms_testkit::TestApp;
use http_body_util::BodyExt as _;
use serde_json::{Value, json};

async fn count(app: &TestApp) {
    audit::count(&app.parts).await.expect("counts");
}

/// The file of an export that is asked for with this body.
async fn file(app: &TestApp, bearer: &str, body: Value) -> (Value, String, String) {
    let made = app.post("/admin/audit/export", bearer, body).await;
    assert_eq!(made.status, 200, "{made:?}");
    count(app).await;
    let id = made.body["data"]["job_id"].as_str().expect("an id").to_owned();
    let status = app.get(&format!("/admin/audit/export/{id}/status"), bearer).await.body["data"].clone();
    let got = app.get(&format!("/admin/audit/export/{id}/download"), bearer).await;
    assert_eq!(got.status, 200);
    let text = String::from_utf8(got.bytes.clone()).expect("UTF-8");
    (status, got.header("content-disposition").to_owned(), text)
}

#[tokio::test]
async fn an_export_is_counted_and_fetched_and_stays_the_same() {
    let app = TestApp::start().await;
    let boss = app.user("boss", Role::Admin).await;
    let boss = app.sign_in(boss).await.access;
    assert_eq!(app.post("/admin/audit/export", &boss, json!({ "format": "json" })).await.code(), 40001602);
    sign_ins(&app, "ada", 20).await;
    app.seal().await;
    let made = app.post("/admin/audit/export", &boss, json!({ "format": "json" })).await.body["data"].clone();
    assert_eq!((&made["status"], &made["progress"]), (&json!("processing"), &json!(0)));
    let (status, disposition, text) = file(&app, &boss, json!({ "format": "json" })).await;
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!((&status["status"], &status["progress"]), (&json!("completed"), &json!(100)));
    assert_eq!(status["record_count"], lines.len());
    assert!(
        disposition.starts_with("attachment; filename=\"audit_logs_") && disposition.ends_with(".jsonl\"")
    );
    assert!((0..).zip(&lines).all(|(index, line)| line["sequence"] == index));

    let id = made["job_id"].as_str().expect("an id");
    sign_ins(&app, "bea", 5).await;
    app.seal().await;
    let again = app.get(&format!("/admin/audit/export/{id}/download"), &boss).await;
    assert_eq!(String::from_utf8_lossy(&again.bytes), text, "it is of what was sealed when it was asked for");
    let jobs = app.get("/admin/audit/export/jobs", &boss).await.body;
    assert_eq!((&jobs["total"], &jobs["items"][1]["job_id"]), (&json!(2), &json!(id)));
    assert_eq!(app.audit("audit.exported").len(), 0, "sealed with the rest");
}

#[tokio::test]
async fn an_export_has_what_was_asked_for_alone() {
    let app = TestApp::start().await;
    let boss = app.user("boss", Role::Admin).await;
    let boss = app.sign_in(boss).await.access;
    sign_ins(&app, "ada", 3).await;
    app.seal().await;
    let names = async |body: Value| {
        let (_, _, text) = file(&app, &boss, body).await;
        let name = |line: &str| serde_json::from_str::<Value>(line).expect("JSON")["action"].clone();
        text.lines().map(name).collect::<Vec<_>>()
    };
    assert_eq!(
        names(json!({ "format": "json", "actions": ["ticket.minted"] })).await,
        vec!["ticket.minted"; 4]
    );
    assert_eq!(names(json!({ "format": "json", "modules": ["ticket"] })).await.len(), 8);
    assert!(names(json!({ "format": "json", "end_date": "2020-01-01" })).await.is_empty());
    for bad in [json!({ "format": "xml" }), json!({}), json!({ "format": "csv", "start_date": "x" })] {
        assert_eq!(app.post("/admin/audit/export", &boss, bad.clone()).await.status, 400, "{bad}");
    }
}

#[tokio::test]
async fn no_cell_of_a_table_is_run() {
    let app = TestApp::start().await;
    let user = app.user("boss", Role::Admin).await;
    let boss = app.sign_in(user).await.access;
    let ticket = app.ticket(user).await;
    let formula = "=HYPERLINK(\"http://evil.example\",\"here\")";
    let redeem = app.signin(json!({ "ticket": ticket })).header("user-agent", formula);
    assert_eq!(redeem.send().await.status, 200);
    app.seal().await;
    let (_, disposition, text) = file(&app, &boss, json!({ "format": "csv" })).await;
    assert!(disposition.ends_with(".csv\""));
    assert!(text.starts_with("timestamp,id,sequence,action,"));
    let cell = "\"'=HYPERLINK(\"\"http://evil.example\"\",\"\"here\"\")\"";
    assert!(text.contains(cell), "{text}");
    for line in text.lines().skip(1) {
        assert!(
            !line.split(',').any(|cell| cell.trim_start_matches('"').starts_with(['=', '+', '@'])),
            "{line}"
        );
    }
}

#[tokio::test]
async fn p21_an_export_is_for_its_tenant_alone() {
    let app = TestApp::start().await;
    let other = app.another_tenant("globex").await;
    let (_, theirs) = other.signed_in("carol", Role::SuperAdmin).await;
    let boss = app.user("boss", Role::Admin).await;
    let boss = app.sign_in(boss).await.access;
    app.seal().await;
    let made = app.post("/admin/audit/export", &theirs, json!({ "format": "json" })).await.body;
    let id = made["data"]["job_id"].as_str().expect("an id");
    for path in ["status", "download"] {
        let answer = app.get(&format!("/admin/audit/export/{id}/{path}"), &boss).await;
        assert_eq!((answer.status, answer.code()), (404, 40001603), "{path}");
    }
    assert_eq!(app.get("/admin/audit/export/jobs", &boss).await.body["total"], 0);
    let named = format!("/admin/audit/export/jobs?tenant_id={}", other.tenant);
    assert_eq!(app.get(&named, &boss).await.code(), 40000103);
    let (_, _, text) = file(&app, &theirs, json!({ "format": "json" })).await;
    assert!(!text.contains(&app.tenant.to_string()), "not a word of another tenant");
}

#[tokio::test]
async fn a_file_is_broken_off_once_its_reader_may_not_read_the_log_any_more() {
    let app = TestApp::start().await;
    let boss = app.user("boss", Role::Admin).await;
    let boss = app.sign_in(boss).await.access;
    // More than is on its way at once.
    for _ in 0..16 {
        let row = || {
            Event::new(EventName::LoginFailed, Some(app.tenant)).into_row(app.parts.now(), &*app.parts.rng)
        };
        let commits = (0..500).map(|_| Commit::new(row())).collect();
        let outcomes = app.store().commit_all(commits).await;
        assert!(outcomes.iter().all(Result::is_ok));
    }
    app.seal().await;
    let made = app.post("/admin/audit/export", &boss, json!({ "format": "json" })).await;
    let path =
        format!("/admin/audit/export/{}/download", made.body["data"]["job_id"].as_str().expect("an id"));
    let open = async || app.request("GET", &path).bearer(&boss).open().await.into_body();
    let (mut whole, mut broken) = (open().await, open().await);
    let first = broken.frame().await.expect("a frame").expect("no error");
    assert!(first.is_data());
    let mut lines = 0;
    while let Some(frame) = whole.frame().await {
        let bytes = frame.expect("it comes to its end").into_data().expect("data");
        lines += bytes.iter().filter(|byte| **byte == b'\n').count();
    }
    assert!(lines > 8000, "{lines}");
    assert_eq!(app.post("/auth/logout", &boss, json!({})).await.status, 200);
    app.clock.advance(Span::seconds(10));
    let mut is_broken = false;
    while let Some(frame) = broken.frame().await {
        is_broken |= frame.is_err();
    }
    assert!(is_broken, "no part is taken for the whole");
}
