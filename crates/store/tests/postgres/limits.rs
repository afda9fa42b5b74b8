//! What the server has too little of: connections, years.

use super::{commit_nothing, open, options, refused, within_seconds};
use authms_core::ports::{Installations as _, Store as _};
use authms_testkit::postgres::{self, Programs, Server};
use authms_testkit::storm;
use std::sync::Arc;
use std::time::Duration;

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_too_old_is_refused() {
    let Some(server) = postgres::shared() else { return };
    let database = server.database();
    // There is no such server here: this one says so of itself.
    let pretend = "CREATE FUNCTION public.current_setting(name text) RETURNS text LANGUAGE sql AS
                   'SELECT CASE name WHEN ''server_version_num'' THEN ''130014'' ELSE pg_catalog.current_setting(name) END'";
    database.query(pretend).expect("a function");
    let first = format!("ALTER DATABASE {} SET search_path = public, pg_catalog", database.name());
    database.query(&first).expect("it comes first");
    refused(&database.url(), options(), &["PostgreSQL 13 is too old", "version 14"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nodes_that_want_more_connections_together_than_there_are_go_on_with_those_they_have() {
    let Some(programs) = Programs::find() else { return };
    let server = Server::start(&programs, &[("max_connections", "18")]);
    let database = server.database();
    let one = Arc::new(open(&database.url()).await.expect("it opens"));
    let other = Arc::new(open(&database.url()).await.expect("it opens"));
    for store in [&one, &other] {
        store.commit(commit_nothing()).await.expect("it commits");
        store.installation().await.expect("it reads");
    }
    let read = |n| {
        let store = Arc::clone(if n % 2 == 0 { &one } else { &other });
        async move { store.installation().await.is_ok() }
    };
    let all = tokio::time::timeout(Duration::from_secs(30), storm(200, read)).await.expect("none hangs");
    assert!(all.contains(&true));
    for store in [&one, &other] {
        within_seconds(async || store.installation().await.is_ok()).await;
        within_seconds(async || store.commit(commit_nothing()).await.is_ok()).await;
    }
}
