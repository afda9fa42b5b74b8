//! `authms serve`

use std::io::{self, IsTerminal as _};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use authms_core::{install, key};
use authms_http::Tls;
use tokio::net::TcpListener;
use tokio::runtime::{Builder, Runtime};

use crate::background::Outside;
use crate::clock::SystemClock;
use crate::config::{Config, StorePlace};
use crate::data_dir::{self, ServeLock};
use crate::failure::Failure;
use crate::signals::{self, Signals};
use crate::start_screen::{self, Facts, FirstTicket};
use crate::tls::Keeper;
use crate::wiring::Site;
use crate::{background, logging, output, policy};

/// What lists that nobody waits for any more may still take when the process ends.
const LAST_READS: Duration = Duration::from_secs(1);

/// Serves until a signal; a failure is a record where output is a log.
pub fn run(config: &Config) -> Result<(), Failure> {
    logging::init(&config.log).map_err(|error| Failure::new(format!("cannot start logging: {error}")))?;
    for warning in config.warnings() {
        tracing::warn!("{warning}");
    }
    serve(config).map_err(|failure| failure.logged_unless(io::stderr().is_terminal()))
}

fn serve(config: &Config) -> Result<(), Failure> {
    data_dir::ensure(&config.data.dir)?;
    let lock = ServeLock::take(&config.data.dir)?;
    let runtime = runtime()?;
    let served = runtime.block_on(serve_until_stopped(config));
    runtime.shutdown_timeout(LAST_READS);
    // Held to the very end: the next server finds nothing of this one at work.
    drop(lock);
    served
}

fn runtime() -> Result<Runtime, Failure> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    Builder::new_multi_thread()
        .worker_threads(cores)
        .thread_name("authms")
        .enable_all()
        .build()
        .map_err(|error| Failure::new(format!("cannot start the runtime: {error}")))
}

async fn serve_until_stopped(config: &Config) -> Result<(), Failure> {
    let signals = Signals::listen().map_err(no_signals)?;
    // Before the store: an address that is taken, or a bad certificate, leaves nothing behind.
    let keeper = match &config.server.tls {
        Some(files) => Some(Keeper::start(files, Arc::new(SystemClock))?),
        None => None,
    };
    let (listener, address) = listen(config.server.listen).await?;
    let site = Site::open_or_create(config, address, config.passwords.worker_count()).await?;
    let outside = Outside::of(config, &site.parts.policy.issuer)?;
    announce(config, &site, address).await;

    let mut tasks = background::start(&site.parts, outside);
    let tls = keeper.as_ref().map(|keeper| Tls::new(keeper.follow()));
    if let Some(keeper) = keeper {
        tasks.spawn(keeper.keep(signals::hangups().map_err(no_signals)?));
    }
    tasks.spawn(site.places.clone().keep(signals::hangups().map_err(no_signals)?));
    let app = authms_http::app(site.parts.clone(), policy::settings(config, &site.parts.policy.issuer));
    authms_http::serve(listener, app, policy::transport(config), tls, signals.stop())
        .await
        .map_err(|error| Failure::new(format!("cannot serve: {error}")))?;
    if let Err(fault) = key::write_last_uses(&site.parts).await {
        tracing::error!(%fault, "the last uses of API keys could not be written down");
    }
    tracing::info!("stopped");
    Ok(())
}

fn no_signals(error: io::Error) -> Failure {
    Failure::new(format!("cannot listen for signals: {error}"))
}

async fn listen(wanted: SocketAddr) -> Result<(TcpListener, SocketAddr), Failure> {
    let bound = match TcpListener::bind(wanted).await {
        Ok(listener) => listener.local_addr().map(|address| (listener, address)),
        Err(error) => Err(error),
    };
    bound.map_err(|error| {
        Failure::new(format!(
            "cannot listen on {wanted}: {error}; choose another address by --listen, or stop what listens there"
        ))
    })
}

/// Tells a person on a screen, a program by a record. A ticket is for the screen alone.
async fn announce(config: &Config, site: &Site, address: SocketAddr) {
    let (store, issuer) = (&site.store, &site.parts.policy.issuer);
    if io::stderr().is_terminal() {
        let ticket = if site.installed.first_start { first_ticket(site).await } else { None };
        output::note(&start_screen::text(&Facts {
            url: &policy::local_url(config, address),
            issuer,
            store: &match &config.store.place {
                StorePlace::File(_) => format!("SQLite, {store}"),
                StorePlace::Server(_) => store.clone(),
            },
            schema: site.schema,
            data_dir: &config.data.dir,
            mail_folder: site.mail_folder.as_deref(),
            places: &site.places.ages(site.parts.now()).join(", "),
            first_start: site.installed.first_start,
            new_key: site.new_key.as_deref(),
            ticket,
        }));
        return;
    }
    match &site.mail_folder {
        Some(folder) => {
            tracing::info!(folder = %folder.display(), "messages are not sent, but put into this folder")
        }
        None if site.parts.mailer.is_none() => tracing::warn!(
            "no e-mail can be sent: name a server by `mail.smtp.host`; until then nobody is told of changes to their account"
        ),
        None => {}
    }
    tracing::info!(ages = site.places.ages(site.parts.now()).join(", "), "databases of addresses");
    let dir = config.data.dir.display();
    if let Some(key) = &site.new_key {
        tracing::info!(file = %key.display(), "a master key was made: back it up, apart from the store");
    }
    if site.installed.first_start {
        tracing::info!(
            issuer,
            "a new installation was made; `authms admin ticket --data-dir {dir}` prints a ticket for its administrator"
        );
    }
    tracing::info!(
        %address,
        tls = config.server.tls.is_some(),
        issuer,
        store,
        engine = "sqlite",
        schema = site.schema,
        version = env!("CARGO_PKG_VERSION"),
        "listening"
    );
}

/// `None` when it cannot be minted: the screen then names the command that prints one, and that says why.
async fn first_ticket(site: &Site) -> Option<FirstTicket> {
    let tenant = site.installed.installation.default_tenant;
    let minted = install::admin_ticket(&site.parts, tenant).await.ok()?;
    Some(FirstTicket { ticket: minted.ticket, expires_in: minted.expires_in.as_seconds() })
}
