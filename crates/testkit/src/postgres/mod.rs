//! PostgreSQL for tests: private servers in temporary directories, run by an unprivileged user, gone with the process
//! that started them, however it ends. Nothing that is installed or running is touched.

mod database;
mod programs;
mod server;
mod tap;

pub use database::TestDatabase;
pub use programs::Programs;
pub use server::Server;
pub use tap::{Fate, Tap};

use crate::clock::FakeClock;
use authms_core::ports::Clock;
use authms_store::PostgresStore;
use authms_store::postgres::Options;
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tokio::sync::OnceCell;

/// What tests say when there is no PostgreSQL.
pub const ABSENT: &str = "PostgreSQL was not found: this half did not run. Install it (Debian: postgresql), or name the \
                          directory of its programs in AUTHMS_TEST_POSTGRES_BIN.";

/// Set, PostgreSQL must be there: `test.sh` sets it, so that nothing is left out unseen.
pub const REQUIRED: &str = "AUTHMS_TEST_POSTGRES_REQUIRED";

/// The server that the tests of this process share, each on a database of its own. `None`, and said on standard error: there
/// is no PostgreSQL here.
///
/// # Panics
/// There is none and [`REQUIRED`] is set, or there is one that does not start.
pub fn shared() -> Option<&'static Server> {
    static SHARED: OnceLock<Option<Server>> = OnceLock::new();
    let start = || {
        let Some(programs) = Programs::find() else {
            assert!(std::env::var_os(REQUIRED).is_none(), "{ABSENT}");
            eprintln!("{ABSENT}");
            return None;
        };
        Some(Server::start(&programs, &[]))
    };
    SHARED.get_or_init(start).as_ref()
}

/// A database on the shared server with our tables, all empty: made once, and copied for each test.
///
/// # Panics
/// There is no PostgreSQL.
pub async fn migrated() -> TestDatabase<'static> {
    static TEMPLATE: OnceCell<TestDatabase<'static>> = OnceCell::const_new();
    let make = async || {
        let database = shared().expect(ABSENT).database();
        let opened = PostgresStore::open(&database.url(), options(Arc::new(FakeClock::default()))).await;
        drop(opened.expect("the store opens"));
        database.leave();
        database
    };
    let template = TEMPLATE.get_or_init(make).await;
    shared().expect(ABSENT).database_like(template)
}

/// How a store is opened in tests: at the time of this clock, with few connections, since many tests run at once.
pub fn options(clock: Arc<dyn Clock>) -> Options {
    Options {
        connections: 4,
        queue: 4096,
        statement_timeout: Duration::from_secs(30),
        lock_timeout: Duration::from_secs(10),
        migrate: true,
        retention: authms_core::retention::Retention::default(),
        clock,
        database_time: false,
    }
}

#[cfg(test)]
mod tests;
