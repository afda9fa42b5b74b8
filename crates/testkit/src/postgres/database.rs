//! A database of a test's own.

use super::server::{Server, Talk};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};
use tokio_postgres::error::SqlState;

/// A database that nobody else uses; dropped when this is.
pub struct TestDatabase<'a> {
    server: &'a Server,
    name: String,
    /// A connection that is kept for the next query.
    talk: Mutex<Option<Talk>>,
}

impl<'a> TestDatabase<'a> {
    pub(super) fn create(server: &'a Server, template: &str) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("test_{}", COUNT.fetch_add(1, Ordering::Relaxed));
        let sql = format!("CREATE DATABASE {name} TEMPLATE {template}");
        server.query("postgres", &sql).expect("a database");
        Self { server, name, talk: Mutex::default() }
    }

    /// Waits until nobody is connected to it: only then can it be a template.
    pub(super) fn leave(&self) {
        let sql = format!("SELECT count(*) FROM pg_stat_activity WHERE datname = '{}'", self.name);
        self.server.wait_for(&sql, &["0"]);
    }

    /// Its URL.
    pub fn url(&self) -> String {
        self.server.url(&self.name)
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Runs statements on it as the superuser, by other means than the store; the first column of what they answer.
    ///
    /// # Errors
    /// What the server answers.
    pub fn query(&self, sql: &str) -> Result<Vec<String>, tokio_postgres::Error> {
        let ask = || {
            let mut kept = self.talk.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(talk) = kept.as_ref() {
                match talk.ask(sql) {
                    Err(error) if is_lost(&error) => {}
                    answer => return answer,
                }
            }
            kept.insert(Talk::begin(&self.url())?).ask(sql)
        };
        // A thread of its own: we may be inside of a runtime.
        std::thread::scope(|scope| scope.spawn(ask).join()).expect("the query does not panic")
    }
}

/// Whether the connection is gone, and the server has not answered.
fn is_lost(error: &tokio_postgres::Error) -> bool {
    error.code().is_none_or(|code| *code == SqlState::ADMIN_SHUTDOWN)
}

impl Drop for TestDatabase<'_> {
    fn drop(&mut self) {
        let _ = self.server.query("postgres", &format!("DROP DATABASE {} WITH (FORCE)", self.name));
    }
}
