//! From a configuration to a working installation: the store, the master key, the parts of the use cases.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use authms_core::fault::Fault;
use authms_core::install::{self, Installation, Installed};
use authms_core::parts::{Parts, Secrets};
use authms_core::ports::{Clock, Installations as _, Store};
use authms_core::signing_key::Keys;
use authms_crypto::{MasterKey, SecretString};
use authms_store::{Options, PostgresStore, SqliteStore, postgres};

use crate::agents::UserAgents;
use crate::clock::SystemClock;
use crate::config::{Config, MasterKeySource, StorePlace};
use crate::data_dir;
use crate::failure::Failure;
use crate::outbound;
use crate::passwords::PasswordWorkers;
use crate::places::LivePlaces;
use crate::policy;
use crate::post::Post;
use crate::rng::OsRng;

/// An installation that this process belongs to, ready to work with.
pub struct Site {
    /// What the use cases work with.
    pub parts: Parts,
    /// What was found or made.
    pub installed: Installed,
    /// The store in words.
    pub store: String,
    /// The version of its schema.
    pub schema: u32,
    /// The master key's file, if it was made just now.
    pub new_key: Option<PathBuf>,
    /// Where messages land that are not sent, in development.
    pub mail_folder: Option<PathBuf>,
    /// Where addresses are.
    pub places: Arc<LivePlaces>,
}

impl Site {
    /// Opens the installation that `config` names, for a command beside a server: nothing is made or migrated.
    ///
    /// # Errors
    /// When there is none, or this configuration or master key does not belong to it.
    pub async fn open(config: &Config) -> Result<Self, Failure> {
        if matches!(&config.store.place, StorePlace::File(path) if !path.exists()) {
            return Err(no_installation(config));
        }
        let opened = Opened::with(config, false).await?;
        let found = opened.installation().await?.ok_or_else(|| no_installation(config))?;
        opened.into_site(config, issuer_of(config, &found), 1).await
    }

    /// Opens the installation that `config` names, and makes or migrates what is needed. `address` is where the server
    /// listens: without a configured issuer, a new installation is named after it.
    ///
    /// # Errors
    /// When it cannot be made, or this configuration or master key does not belong to it.
    pub async fn open_or_create(
        config: &Config,
        address: SocketAddr,
        hashing_threads: usize,
    ) -> Result<Self, Failure> {
        data_dir::ensure(&config.data.dir)?;
        let opened = Opened::with(config, true).await?;
        let issuer = match opened.installation().await? {
            Some(found) => issuer_of(config, &found),
            None => new_issuer(config, address)?,
        };
        opened.into_site(config, issuer, hashing_threads).await
    }
}

/// Opens the database at this URL.
async fn server(config: &Config, url: &SecretString, migrate: bool) -> Result<PostgresStore, Failure> {
    let options = postgres::Options {
        connections: config.store.connections,
        queue: config.store.queue as usize,
        statement_timeout: config.store.statement_timeout,
        lock_timeout: config.store.lock_timeout,
        migrate,
        retention: config.retention,
        clock: Arc::new(SystemClock),
        database_time: true,
    };
    Ok(PostgresStore::open(url.expose(), options).await?)
}

/// A store and the key that is to belong to it.
struct Opened {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    name: String,
    schema: u32,
    master: MasterKey,
    new_key: Option<PathBuf>,
}

impl Opened {
    async fn with(config: &Config, migrate: bool) -> Result<Self, Failure> {
        match &config.store.place {
            StorePlace::File(path) => Self::file(config, path, migrate),
            StorePlace::Server(url) => Self::server(config, url, migrate).await,
        }
    }

    fn file(config: &Config, path: &Path, migrate: bool) -> Result<Self, Failure> {
        // The key first: as long as there is no store, nothing has been sealed that a new key could not open.
        let (master, new_key) = master_key(config, migrate && !path.exists())?;
        let options = Options {
            cache_kib: config.store.cache_kib,
            queue: config.store.queue as usize,
            migrate,
            retention: config.retention,
            clock: Arc::new(SystemClock),
        };
        let clock = Arc::clone(&options.clock);
        let store = SqliteStore::open(path, options)?;
        let schema = store.schema_version().map_err(Fault::from)?;
        let name = path.display().to_string();
        Ok(Self { store: Arc::new(store), clock, name, schema, master, new_key })
    }

    async fn server(config: &Config, url: &SecretString, migrate: bool) -> Result<Self, Failure> {
        let store = server(config, url, migrate).await?;
        let schema = store.schema_version().await.map_err(Fault::from)?;
        // Several nodes have one key: only for an installation that is yet to be made is there a new one.
        let empty = store.installation().await.map_err(Fault::from)?.is_none();
        let (master, new_key) = master_key(config, migrate && empty)?;
        let (name, clock) = (store.place(), store.clock());
        Ok(Self { store: Arc::new(store), clock, name, schema, master, new_key })
    }

    async fn installation(&self) -> Result<Option<Installation>, Failure> {
        Ok(self.store.installation().await.map_err(Fault::from)?)
    }

    async fn into_site(
        self,
        config: &Config,
        issuer: String,
        hashing_threads: usize,
    ) -> Result<Site, Failure> {
        let admission = policy::admission(config, hashing_threads);
        let passwords = PasswordWorkers::start(policy::hashing(config, &self.master), admission)
            .map_err(|error| Failure::new(format!("cannot start the hashing threads: {error}")))?;
        let post = Post::of(config, &issuer)?;
        let places = Arc::new(LivePlaces::open(&config.geo)?);
        let parts = Parts {
            store: self.store.clone(),
            clock: self.clock,
            rng: Arc::new(OsRng),
            passwords: Arc::new(passwords),
            mailer: post.mailer,
            messenger: post.messenger,
            poster: Some(outbound::poster(config, &issuer)?),
            places: places.clone(),
            agents: Arc::new(UserAgents),
            keys: Arc::new(Keys::new(&self.master)),
            secrets: Arc::new(Secrets::derive(&self.master)),
            key_uses: Arc::default(),
            velocity: Arc::default(),
            policy: Arc::new(policy::policy(config, issuer)),
        };
        let installed = install::ensure(&parts, &self.master.fingerprint()).await?;
        let Self { name: store, schema, new_key, .. } = self;
        Ok(Site { parts, installed, store, schema, new_key, mail_folder: post.folder, places })
    }
}

/// The master key, and its file if it was made just now.
fn master_key(config: &Config, create: bool) -> Result<(MasterKey, Option<PathBuf>), Failure> {
    let (master, created) = data_dir::load_master_key(config, create)?;
    let new_key = match &config.master {
        MasterKeySource::File(file) if created => Some(file.clone()),
        _ => None,
    };
    Ok((master, new_key))
}

/// The configured issuer, else the one that the installation was made for. That the two agree is checked with the
/// rest of what must.
fn issuer_of(config: &Config, found: &Installation) -> String {
    config.server.issuer.clone().unwrap_or_else(|| found.issuer.clone())
}

fn new_issuer(config: &Config, address: SocketAddr) -> Result<String, Failure> {
    match &config.server.issuer {
        Some(issuer) => Ok(issuer.clone()),
        None if address.port() == 0 => Err(Failure::new(
            "a new installation needs an issuer, and port 0 gives none; name it by --issuer, or give a --listen port",
        )),
        None => Ok(policy::local_url(config, address)),
    }
}

fn no_installation(config: &Config) -> Failure {
    let dir = config.data.dir.display();
    if let StorePlace::Server(_) = &config.store.place {
        return Failure::new(
            "no installation in that database: start `authms serve` on it first, or run `authms migrate`",
        );
    }
    Failure::new(format!(
        "no installation in {dir}: start `authms serve --data-dir {dir}` first, or run `authms migrate --data-dir {dir}`"
    ))
}
