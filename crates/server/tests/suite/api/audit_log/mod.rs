//! The audit log that cannot be edited quietly.

mod asking;
mod export;
mod outside;
mod reading;
mod sealing;
mod stream;
mod tampering;

use authms_core::access::Role;
use authms_core::audit::log::{self, Head, Log, Tree, Verified, Wrong};
use authms_testkit::{Engine, Setup, TestApp};
use rusqlite::Connection;

/// An application on a file, whose tables a test can change beside it.
async fn on_file() -> TestApp {
    TestApp::with(Setup { engine: Engine::File, ..Setup::default() }).await
}

/// Somebody signs in so many times, which is as many rows of their tenant and more.
async fn sign_ins(app: &TestApp, name: &str, times: usize) {
    let user = app.user(name, Role::Member).await;
    for _ in 0..times {
        app.sign_in(user).await;
    }
}

async fn tree(app: &TestApp) -> Tree {
    log::tree(app.store(), Log(Some(app.tenant))).await.expect("reads").expect("sealed")
}

/// The present head of the tenant's log.
async fn head(app: &TestApp) -> Head {
    Head::verify(&tree(app).await.head, app.parts.secrets.audit_key.verifying()).expect("signed").0
}

async fn verify(app: &TestApp, anchors: &[Head]) -> Vec<Verified> {
    log::verify(&app.parts, None, anchors).await.expect("verifies")
}

/// What is wrong with the tenant's log.
async fn wrong(app: &TestApp, anchors: &[Head]) -> Option<Wrong> {
    let found = verify(app, anchors).await;
    found.into_iter().find(|verified| verified.log == Log(Some(app.tenant))).expect("the tenant's").wrong
}

fn database(app: &TestApp) -> Connection {
    Connection::open(app.database()).expect("the database")
}
