//! What only PostgreSQL does: what is refused at the start, and what becomes of lost connections.

#[path = "postgres/limits.rs"]
mod limits;
#[path = "postgres/plans.rs"]
mod plans;
#[path = "postgres/tls.rs"]
mod tls;

use authms_core::audit::{Event, EventName};
use authms_core::commit::{Commit, CommitError};
use authms_core::ports::{Clock as _, Installations as _, Store as _, Tenants as _};
use authms_core::time::{Span, Timestamp};
use authms_store::PostgresStore;
use authms_store::postgres::{OpenError, Options};
use authms_testkit::clock::FakeClock;
use authms_testkit::postgres::{self, Programs, Server, TestDatabase};
use authms_testkit::rng::SeededRng;
use std::sync::Arc;
use std::time::Duration;

fn options() -> Options {
    postgres::options(Arc::new(FakeClock::default()))
}

async fn open(url: &str) -> Result<PostgresStore, OpenError> {
    PostgresStore::open(url, options()).await
}

/// Refused with a sentence that has all these words.
async fn refused(url: &str, options: Options, words: &[&str]) {
    let error = PostgresStore::open(url, options).await.err().expect("refused");
    let said = error.to_string();
    for word in words {
        assert!(said.contains(word), "{word:?} is missing: {said}");
    }
    assert!(!said.contains("sslmode=disable"), "the URL shows: {said}");
}

fn commit_nothing() -> Commit {
    Commit::new(
        Event::new(EventName::UserUpdated, None).into_row(FakeClock::default().now(), &SeededRng::new(7)),
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_place_name_or_password_is_refused_and_the_mend_named() {
    let Some(server) = postgres::shared() else { return };
    let database = server.database();
    let url = database.url();
    refused(
        "postgres://app@nowhere.invalid/authms?sslmode=disable",
        options(),
        &["cannot be reached", "check host"],
    )
    .await;
    let silent = url.replace(&format!(":{}/", server.port()), ":1/");
    refused(&silent, options(), &["cannot be reached", "127.0.0.1 port 1"]).await;
    refused(&server.url("nobody_made_it"), options(), &["no database \"nobody_made_it\"", "CREATE DATABASE"])
        .await;
    let (before, after) = url.split_once('@').expect("a password");
    let (user, password) = before.rsplit_once(':').expect("a password");
    let wrong = format!("{user}:wrong@{after}");
    refused(&wrong, options(), &["refuses user authms", "pg_hba.conf"]).await;
    let none = format!("{user}@{after}");
    refused(&none, options(), &["refuses user authms"]).await;
    let error = open(&wrong).await.err().expect("refused").to_string();
    assert!(!error.contains(password) && !error.contains("wrong"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pool_larger_than_the_server_allows_is_refused() {
    let Some(server) = postgres::shared() else { return };
    let many = Options { connections: 1000, ..options() };
    let words = ["1006 connections", "AUTHMS_STORE__CONNECTIONS", "max_connections"];
    refused(&server.database().url(), many, &words).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_of_others_is_left_alone_and_a_schema_from_the_future_refused() {
    let Some(server) = postgres::shared() else { return };
    let database = server.database();
    database.query("CREATE TABLE somebody_elses (n int)").expect("a table");
    refused(&database.url(), options(), &["holds something else", "name an empty one"]).await;

    let database = server.database();
    let unasked = Options { migrate: false, ..options() };
    refused(&database.url(), unasked, &["schema version 0", "authms migrate"]).await;
    drop(open(&database.url()).await.expect("it opens"));
    let alter = |sql: &str| drop(database.query(sql).expect("altered"));
    alter("INSERT INTO schema_migrations VALUES (99, '0099_later', 0, 0)");
    drop(open(&database.url()).await.expect("it takes nothing away that this version needs"));
    alter("UPDATE store_state SET lowest = 98");
    refused(&database.url(), options(), &["schema version 99", "below version 98", "start a newer authms"])
        .await;
    alter(
        "DELETE FROM schema_migrations WHERE version = 99;\nUPDATE schema_migrations SET checksum = checksum + 1",
    );
    refused(&database.url(), options(), &["0001_initial", "other contents"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_would_lose_what_it_acknowledged_is_refused() {
    let Some(programs) = Programs::find() else { return };
    for setting in ["fsync", "full_page_writes"] {
        let server = Server::start(&programs, &[(setting, "off")]);
        let words = [&format!("{setting}=off"), "set it to on"];
        refused(&server.url("postgres"), options(), &words).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_standby_is_refused_and_a_lost_primary_is_followed_once_it_is_promoted() {
    let Some(programs) = Programs::find() else { return };
    let primary = Server::start(&programs, &[]);
    let standby = primary.standby("one", &[]);
    refused(&standby.url("postgres"), options(), &["only reads", "name the primary"]).await;

    primary.query("postgres", "CREATE DATABASE app").expect("a database");
    let both = primary.url("app").replace("/app?", &format!(",127.0.0.1:{}/app?", standby.port()));
    let store = open(&both).await.expect("it opens");
    let both_have = "SELECT count(*) FROM pg_stat_replication WHERE replay_lsn = pg_current_wal_lsn()";
    primary.wait_for(both_have, &["1"]);
    primary.kill();
    assert_eq!(store.commit(commit_nothing()).await.err(), Some(CommitError::Unavailable));
    standby.promote().expect("promoted");
    within_seconds(async || store.commit(commit_nothing()).await.is_ok()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn lost_connections_are_opened_again() {
    let Some(server) = postgres::shared() else { return };
    let database = server.database();
    let store = open(&database.url()).await.expect("it opens");
    store.commit(commit_nothing()).await.expect("it commits");
    store.installation().await.expect("it reads");
    lose_connections(server, &database);
    within_seconds(async || {
        store.installation().await.is_ok() && store.commit(commit_nothing()).await.is_ok()
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_whose_clock_is_far_off_is_not_ready() {
    let Some(server) = postgres::shared() else { return };
    let database = server.database();
    let right = FakeClock::default();
    let now = database.query("SELECT floor(extract(epoch FROM clock_timestamp()) * 1000)").expect("a time");
    right.set(Timestamp::from_millis(now[0].parse().expect("a number")));
    let options = Options { database_time: true, clock: Arc::new(right.clone()), ..options() };
    let store = PostgresStore::open(&database.url(), options).await.expect("it opens");
    store.sweep().await.expect("it sweeps");
    store.installation().await.expect("it is ready");
    right.advance(Span::seconds(60));
    store.sweep().await.expect("it sweeps");
    assert!(store.installation().await.is_err(), "it says that it is ready");
    let at = store.commit(commit_nothing()).await.expect("it commits").at;
    assert!(at < right.now().minus(Span::seconds(30)), "judged at its own time");
}

/// Ends all connections to a database.
fn lose_connections(server: &Server, database: &TestDatabase<'_>) {
    let sql = format!(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{}'",
        database.name()
    );
    server.query("postgres", &sql).expect("ended");
}

async fn within_seconds(mut done: impl AsyncFnMut() -> bool) {
    for _ in 0..200 {
        if done().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("it does not recover");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_made_for_an_empty_table_is_not_kept() {
    let Some(server) = postgres::shared() else { return };
    let database = server.database();
    let one = Options { connections: 1, ..options() };
    let store = PostgresStore::open(&database.url(), one).await.expect("it opens");
    // As often as after a first start; from the sixth execution on PostgreSQL might keep a plan.
    for _ in 0..20 {
        assert!(store.tenant_named("tenant7".to_owned()).await.expect("it reads").is_none());
    }
    let fill = "INSERT INTO tenants (id, name, status, is_default, fence, rev, created_at, updated_at)
                SELECT int8send(n) || int8send(n), 'tenant' || n, 'active', 0, 1, 1, 0, 0 FROM generate_series(1, 9999) n";
    database.query(fill).expect("filled");
    let found = store.tenant_named("tenant7".to_owned()).await.expect("it reads");
    assert_eq!(found.map(|tenant| tenant.name).as_deref(), Some("tenant7"));
    assert_eq!(store.kept_plans().await, Ok(0));
}
