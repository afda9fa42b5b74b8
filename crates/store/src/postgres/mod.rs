//! PostgreSQL: for several nodes over one database. Queries are those of SQLite; here is what surrounds them: connections,
//! transactions, limits that are counted for all nodes.

mod alone;
mod apply;
mod clock;
mod committer;
mod config;
mod error;
mod gather;
mod hot;
mod limits;
mod migrate;
mod open;
mod pool;
mod session;
mod sweep;
mod tls;
mod value;

pub(crate) use alone::Alone;
pub(crate) use config::place_of;
pub use config::{Options, check_url};
pub use error::PostgresError;
pub(crate) use gather::{Answer, Draft, Kind};
pub(crate) use migrate::STEPS;
pub use open::OpenError;
pub(crate) use session::Session;
pub(crate) use value::value;

use crate::engine::{Engine, EngineStore, Outcome};
use crate::queries::{Conn, Result, schema};
use apply::{Held, Last, Time};
use authms_core::commit::Commit;
use authms_core::limits::{Budget, Take};
use authms_core::ports::{Clock, Fut, Read};
use authms_core::time::Timestamp;
use clock::DatabaseClock;
use committer::Committer;
use config::Target;
use gather::Reads;
use hot::Lanes;
use limits::Limits;
use pool::Pool;
use std::sync::Arc;
use sweep::Sweep;
use tokio::runtime::{Runtime, RuntimeFlavor};

/// A store in a database of PostgreSQL.
pub type PostgresStore = EngineStore<Postgres>;

/// An open database.
pub struct Postgres {
    readers: Arc<Pool>,
    reads: Reads,
    lanes: Lanes,
    limits: Limits,
    sweep: Sweep,
    clock: Arc<dyn Clock>,
    place: String,
    /// Of the connections alone, where the one that the store is used from has but one thread.
    runtime: Option<Runtime>,
}

impl PostgresStore {
    /// Opens the database at this URL.
    ///
    /// # Errors
    /// [`OpenError`] says what to do about it.
    pub async fn open(url: &str, options: Options) -> std::result::Result<Self, OpenError> {
        let target = Arc::new(Target::parse(url, &options)?);
        let runtime = Running::here().map_err(OpenError::Thread)?;
        let handle = runtime.handle();
        let database = options.database_time.then(|| Arc::new(DatabaseClock::new()));
        let (first, asked, there) = (Arc::clone(&target), options.clone(), handle.clone());
        let told = database.clone();
        let opened =
            handle.spawn_blocking(move || open::first(&first, &asked, told.as_deref(), &there)).await;
        opened.map_err(|e| OpenError::Thread(std::io::Error::other(e)))??;
        let time =
            if options.database_time { Time::Database } else { Time::Clock(Arc::clone(&options.clock)) };
        let pool = |connections| Pool::new(Arc::clone(&target), handle.clone(), connections, "");
        let gathering =
            |connections| Pool::new(Arc::clone(&target), handle.clone(), connections, gather::PLANS);
        let clock = (time.clone(), Last::default());
        let background = pool(1);
        let writer = |pool, held| Committer::start(pool, (clock.clone(), held), options.queue, &handle);
        let one_by_one = (writer(pool(1), Held::Everything), writer(Arc::clone(&background), Held::Trees));
        let (readers, gatherers) = (pool(options.connections), gathering(gather::CONNECTIONS));
        Ok(Self(Postgres {
            reads: Reads::start((&gatherers, &readers), gather::CONNECTIONS, &handle),
            readers,
            lanes: Lanes::start(&gathering(hot::CONNECTIONS), one_by_one, clock, options.queue, &handle),
            limits: Limits::start(pool(1), time.clone(), &handle),
            clock: database.as_ref().map_or_else(|| Arc::clone(&options.clock), |clock| clock.clone()),
            sweep: Sweep::new(background, time, options.retention, (options.clock, database)),
            place: place_of(url),
            runtime: runtime.keep(),
        }))
    }

    /// Where it is, in words without secrets.
    pub fn place(&self) -> String {
        self.0.place.clone()
    }

    /// The time of day for whoever uses this store: the database's, so that all nodes go by one clock.
    pub fn clock(&self) -> Arc<dyn Clock> {
        Arc::clone(&self.0.clock)
    }

    /// The schema's version.
    ///
    /// # Errors
    /// [`Down`](authms_core::ports::Down) if it cannot be read.
    pub async fn schema_version(&self) -> Read<u32> {
        self.0.readers.read(schema::version).await
    }
}

impl PostgresStore {
    /// How many executions took a plan that was kept, on one of the connections that read: for tests.
    #[doc(hidden)]
    pub async fn kept_plans(&self) -> Read<i64> {
        // Without parameters every plan is for all executions.
        let sql = "SELECT CAST(coalesce(sum(generic_plans), 0) AS BIGINT) FROM pg_prepared_statements
                   WHERE cardinality(parameter_types) > 0";
        self.0.readers.run(move |session| session.number(sql)).await?.map_err(|_| authms_core::ports::Down)
    }

    /// The plans, as they are kept, of the reads that are gathered: for tests.
    #[doc(hidden)]
    pub async fn gathered_plans(&self) -> Read<Vec<String>> {
        self.0.reads.plans().await
    }
}

/// A runtime of its own, which may not be dropped where others wait; `None`: the one that it is used from.
struct Running(Option<Runtime>);

impl Running {
    /// That of whoever asks, if it has several threads: to wake another's takes longer than most of what is done there.
    fn here() -> std::io::Result<Self> {
        match tokio::runtime::Handle::current().runtime_flavor() {
            RuntimeFlavor::MultiThread => Ok(Self(None)),
            _ => Self::own(),
        }
    }

    fn own() -> std::io::Result<Self> {
        let mut builder = tokio::runtime::Builder::new_multi_thread();
        builder
            .worker_threads(2)
            .thread_name("authms-postgres")
            .enable_all()
            .build()
            .map(|own| Self(Some(own)))
    }

    fn handle(&self) -> tokio::runtime::Handle {
        self.0
            .as_ref()
            .map(|runtime| runtime.handle().clone())
            .unwrap_or_else(tokio::runtime::Handle::current)
    }

    fn keep(mut self) -> Option<Runtime> {
        self.0.take()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

impl Engine for Postgres {
    fn now(&self) -> Timestamp {
        self.clock.now()
    }

    fn is_fit(&self) -> bool {
        self.sweep.is_on_time()
    }

    fn point<T: Send + 'static>(
        &self,
        query: impl FnOnce(Conn<'_>) -> Result<T> + Send + 'static,
    ) -> Fut<'_, Read<T>> {
        Box::pin(self.readers.read(query))
    }

    fn often<T: Send + 'static>(
        &self,
        query: impl Fn(Conn<'_>) -> Result<T> + Send + 'static,
    ) -> Fut<'_, Read<T>> {
        Box::pin(self.reads.read(query))
    }

    fn list<T: Send + 'static>(
        &self,
        query: impl FnOnce(Conn<'_>) -> Result<T> + Send + 'static,
    ) -> Fut<'_, Read<T>> {
        Box::pin(self.readers.read(query))
    }

    fn commit(&self, commit: Commit) -> Fut<'_, Outcome> {
        Box::pin(self.lanes.commit(commit))
    }

    fn commit_all(&self, commits: Vec<Commit>) -> Fut<'_, Vec<Outcome>> {
        Box::pin(self.lanes.commit_all(commits))
    }

    fn take(&self, takes: &[Take]) -> Fut<'_, Read<Vec<Budget>>> {
        Box::pin(self.limits.take(takes.to_vec()))
    }

    fn budgets(&self, takes: &[Take]) -> Fut<'_, Read<Vec<Budget>>> {
        Box::pin(self.limits.look(takes.to_vec()))
    }

    fn sweep(&self) -> Fut<'_, Read<()>> {
        Box::pin(self.sweep.run())
    }
}
