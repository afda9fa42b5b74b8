//! Every engine keeps the contract: one line each.

use authms_core::ports::{Clock, Fut, Store};
use authms_core::retention::Retention;
use authms_store::{Options, PostgresStore, SqliteStore};
use authms_testkit::postgres;
use authms_testkit::store_contract::{self, Database};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

#[tokio::test(flavor = "multi_thread")]
async fn sqlite() {
    store_contract::run_all(Sqlite::new).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn postgres() {
    let Some(server) = postgres::shared() else { return };
    store_contract::run_all(|| Postgres(server.database())).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn postgres_two_nodes_race() {
    let Some(server) = postgres::shared() else { return };
    let world = async || store_contract::World::new(Arc::new(Postgres(server.database()))).await;
    store_contract::two_nodes(world().await).await;
    store_contract::two_lanes(world().await).await;
}

/// Both begin with the same randomness and the same time.
#[tokio::test(flavor = "multi_thread")]
async fn postgres_judges_many_at_once_as_sqlite_does_one_by_one() {
    let Some(server) = postgres::shared() else { return };
    let one = store_contract::World::new(Arc::new(Sqlite::new())).await;
    let many = store_contract::World::new(Arc::new(Postgres(server.database()))).await;
    store_contract::agree(one, many, 60).await;
}

/// A database of its own on the server of these tests.
struct Postgres(postgres::TestDatabase<'static>);

impl Database for Postgres {
    fn open(&self, clock: Arc<dyn Clock>) -> Fut<'_, Arc<dyn Store>> {
        Box::pin(async move {
            let options = postgres::options(clock);
            let store = PostgresStore::open(&self.0.url(), options).await.expect("it opens");
            Arc::new(store) as Arc<dyn Store>
        })
    }
}

/// A database in a directory of its own, which goes with it.
struct Sqlite {
    directory: PathBuf,
}

impl Sqlite {
    fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let n = COUNT.fetch_add(1, Ordering::Relaxed);
        let directory = std::env::temp_dir().join(format!("authms-contract-{}-{n}", std::process::id()));
        std::fs::create_dir_all(&directory).expect("a temporary directory");
        Self { directory }
    }
}

impl Database for Sqlite {
    fn open(&self, clock: Arc<dyn Clock>) -> Fut<'_, Arc<dyn Store>> {
        let options =
            Options { cache_kib: 1024, queue: 4096, migrate: true, retention: Retention::default(), clock };
        let store = SqliteStore::open(&self.directory.join("authms.db"), options).expect("it opens");
        Box::pin(std::future::ready(Arc::new(store) as Arc<dyn Store>))
    }
}

impl Drop for Sqlite {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.directory);
    }
}
