//! One command a file: each reads its arguments, calls one use case and prints the result.

pub mod admin;
pub mod audit;
pub mod backup;
pub mod client;
pub mod completion;
pub mod config_check;
mod confirm;
pub mod healthcheck;
pub mod key;
pub mod keys;
pub mod member;
pub mod migrate;
pub mod on_behalf;
mod openapi;
mod operator;
pub mod restore;
mod serve;
pub mod session;
mod show;
pub mod tenant;
pub mod ticket;
pub mod user;
pub mod webhook;

use authms_store::copy::Place;
use tokio::runtime::Builder;

use crate::cli::{Cli, Command};
use crate::config::{Config, Environment, Log, LogFormat, StorePlace};
use crate::failure::Failure;
use crate::logging;
use crate::wiring::Site;

/// Carries out one command.
///
/// # Errors
/// What the user is to be told.
pub fn run(cli: Cli) -> Result<(), Failure> {
    match &cli.command {
        Command::Openapi => return openapi::run(),
        Command::Completion(args) => return completion::run(args),
        _ => {}
    }
    let config = Config::load(&cli.overrides, &Environment::of_process())?;
    match cli.command {
        Command::Serve => serve::run(&config),
        Command::Migrate(args) => migrate::run(&config, &args),
        Command::Backup(args) => backup::run(&config, &args),
        Command::Restore(args) => restore::run(&config, &args),
        Command::Admin(command) => admin::run(&config, command),
        Command::Ticket(command) => ticket::run(&config, command),
        Command::User(command) => user::run(&config, command),
        Command::Tenant(command) => tenant::run(&config, command),
        Command::Member(command) => member::run(&config, command),
        Command::Session(command) => session::run(&config, command),
        Command::Client(command) => client::run(&config, command),
        Command::Key(command) => key::run(&config, command),
        Command::Keys(command) => keys::run(&config, command),
        Command::Audit(command) => audit::run(&config, command),
        Command::OnBehalf(command) => on_behalf::run(&config, command),
        Command::Webhook(command) => webhook::run(&config, command),
        Command::Config(command) => config_check::run(&config, command),
        Command::Healthcheck(args) => healthcheck::run(&config, &args),
        Command::Openapi => openapi::run(),
        Command::Completion(args) => completion::run(&args),
    }
}

/// Does `work` on the existing installation.
fn on_site<T>(config: &Config, work: impl AsyncFnOnce(&Site) -> Result<T, Failure>) -> Result<T, Failure> {
    with_runtime(config, async || work(&Site::open(config).await?).await)
}

/// Runs `work` on this thread; what the store logs is for the person at the keyboard.
fn with_runtime<T>(config: &Config, work: impl AsyncFnOnce() -> Result<T, Failure>) -> Result<T, Failure> {
    let format = match config.log.format {
        LogFormat::Auto => LogFormat::Text,
        asked => asked,
    };
    // Where logging runs already, as in tests of this crate, it goes on.
    let _ = logging::init(&Log { format, level: config.log.level.clone() });
    let runtime = Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::new(format!("cannot start: {error}")))?;
    runtime.block_on(work())
}

/// The store, to be copied as a whole.
fn place(store: &StorePlace) -> Place {
    match store {
        StorePlace::File(path) => Place::Sqlite(path.clone()),
        StorePlace::Server(url) => Place::Postgres(url.clone()),
    }
}
