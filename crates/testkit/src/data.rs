//! What the data of a test application is kept by.

use crate::dir::TempDir;
use crate::postgres::{self, TestDatabase};
use authms_core::ports::{Clock, Store};
use authms_core::retention::Retention;
use authms_store::{Options, PostgresStore, SqliteStore};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// An engine, or a choice of one.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Engine {
    /// PostgreSQL where `AUTHMS_TEST_STORE=postgres`, else a file: the whole suite can run on either.
    #[default]
    Any,
    /// A file of SQLite: for tests of what it does to files, or that make it fail by its own means.
    File,
    /// PostgreSQL, which must be there, at its own time, as nodes go by: the application's clock is only its machine's.
    Nodes,
}

/// A database, and the store that was opened on it last.
#[derive(Clone)]
pub(crate) struct Data {
    place: Place,
    database_time: bool,
    sqlite: Option<Arc<SqliteStore>>,
}

#[derive(Clone)]
enum Place {
    File(Arc<TempDir>),
    Server(Arc<TestDatabase<'static>>),
}

impl Data {
    /// An empty database.
    pub(crate) async fn new(engine: Engine) -> Self {
        let asked = || std::env::var("AUTHMS_TEST_STORE").is_ok_and(|name| name == "postgres");
        let on_server = match engine {
            Engine::Any => asked(),
            Engine::File => false,
            Engine::Nodes => true,
        };
        let place = match on_server {
            true => Place::Server(Arc::new(postgres::migrated().await)),
            false => Place::File(Arc::new(TempDir::new("authms-app"))),
        };
        Self { place, database_time: engine == Engine::Nodes, sqlite: None }
    }

    /// A file that `make` makes at this path.
    pub(crate) fn copied(make: impl FnOnce(&Path)) -> Self {
        let dir = TempDir::new("authms-app");
        make(&dir.path().join("authms.db"));
        Self { place: Place::File(Arc::new(dir)), database_time: false, sqlite: None }
    }

    /// Opens it; and the time of day that its users go by.
    pub(crate) async fn open(&mut self, clock: Arc<dyn Clock>) -> (Arc<dyn Store>, Arc<dyn Clock>) {
        match &self.place {
            Place::File(dir) => {
                let options = Options {
                    cache_kib: 4096,
                    queue: 4096,
                    migrate: true,
                    retention: Retention::default(),
                    clock: Arc::clone(&clock),
                };
                let store = SqliteStore::open(&dir.path().join("authms.db"), options);
                let store = Arc::new(store.expect("the store opens"));
                self.sqlite = Some(Arc::clone(&store));
                (store, clock)
            }
            Place::Server(database) => {
                let options = authms_store::postgres::Options {
                    database_time: self.database_time,
                    ..postgres::options(clock)
                };
                let store = PostgresStore::open(&database.url(), options).await.expect("the store opens");
                let clock = store.clock();
                (Arc::new(store), clock)
            }
        }
    }

    pub(crate) fn file(&self) -> Option<PathBuf> {
        match &self.place {
            Place::File(dir) => Some(dir.path().join("authms.db")),
            Place::Server(_) => None,
        }
    }

    pub(crate) fn server(&self) -> Option<&TestDatabase<'static>> {
        match &self.place {
            Place::File(_) => None,
            Place::Server(database) => Some(database),
        }
    }

    pub(crate) fn sqlite(&self) -> Option<&SqliteStore> {
        self.sqlite.as_deref()
    }
}
