//! A database of a test's own.

use super::server::Server;
use std::sync::atomic::{AtomicU32, Ordering};

/// A database that nobody else uses; dropped when this is.
pub struct TestDatabase<'a> {
    server: &'a Server,
    name: String,
}

impl<'a> TestDatabase<'a> {
    pub(super) fn create(server: &'a Server) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("test_{}", COUNT.fetch_add(1, Ordering::Relaxed));
        server.query("postgres", &format!("CREATE DATABASE {name}")).expect("a database");
        Self { server, name }
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
        self.server.query(&self.name, sql)
    }
}

impl Drop for TestDatabase<'_> {
    fn drop(&mut self) {
        let _ = self.server.query("postgres", &format!("DROP DATABASE {} WITH (FORCE)", self.name));
    }
}
