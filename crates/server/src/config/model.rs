//! The settings as the rest of the server sees them. Every value here has passed its checks.

use std::net::SocketAddr;
use std::num::NonZero;
use std::path::PathBuf;
use std::time::Duration;

use authms_core::audit::Bounds;
use authms_core::message::Language;
use authms_core::retention::Retention;
use authms_crypto::{SecretString, WebhookSecret};
use ipnet::IpNet;

use super::{LogFormat, LogLevels, Sources};

/// The whole configuration, made by [`Config::load`].
#[derive(Clone, Debug)]
pub struct Config {
    /// Where and how the server listens.
    pub server: Server,
    /// Where everything is kept.
    pub data: Data,
    /// Where the master key comes from.
    pub master: MasterKeySource,
    /// The database.
    pub store: Store,
    /// How long what is over is kept.
    pub retention: Retention,
    /// How long rows of the audit log are kept.
    pub audit_kept: Bounds,
    /// Lifetimes of tokens and sessions.
    pub tokens: Tokens,
    /// The keys that sign tokens.
    pub keys: Keys,
    /// Tickets: short-lived, one-purpose grants.
    pub tickets: Tickets,
    /// How passwords are hashed and which are accepted.
    pub passwords: Passwords,
    /// How e-mails are sent.
    pub mail: Mail,
    /// How text messages are sent; `None`: there is no gateway.
    pub sms: Option<Sms>,
    /// Where requests of ours may go besides public addresses.
    pub allowed_networks: Vec<IpNet>,
    /// How others are told of events.
    pub webhooks: Webhooks,
    /// Whom the audit log is told.
    pub audit: Audit,
    /// Codes that are sent.
    pub codes: Codes,
    /// Whom passkeys are made for.
    pub passkeys: Passkeys,
    /// Where addresses are.
    pub geo: Geo,
    /// Rate limits.
    pub limits: Limits,
    /// What is logged, and how.
    pub log: Log,
    pub(super) sources: Sources,
    pub(super) warnings: Vec<String>,
}

impl Config {
    /// Where each value came from, for `config check`. Secrets appear as `[set]`.
    pub fn sources(&self) -> &Sources {
        &self.sources
    }

    /// Sentences about settings that are allowed but deserve a look. Log them once at start.
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }
}

/// `[server]`
#[derive(Clone, Debug)]
pub struct Server {
    /// Address and port to listen on. Port 0 lets the system choose.
    pub listen: SocketAddr,
    /// The `iss` of every token: an absolute http(s) URL without query, fragment or trailing slash.
    pub issuer: Option<String>,
    /// The `aud` asked for explicitly; see [`Server::audience`].
    pub audience: Option<String>,
    /// Proxies whose forwarding headers are believed.
    pub trusted_proxies: Vec<IpNet>,
    /// What TLS is served with; without it, plain HTTP.
    pub tls: Option<TlsFiles>,
    /// Whether the API can be browsed at `/docs`.
    pub docs: bool,
    /// Requests open at once, 1..=65536.
    pub max_in_flight: u32,
    /// Requests worked on at once asked for explicitly, 1..=65536; see [`Server::places_at_work`].
    pub max_at_work: Option<u32>,
    /// Open connections, 1..=1000000.
    pub max_connections: u32,
    /// How long a stopping server waits for running requests, 0..=600 s.
    pub drain: Duration,
    /// How long a client may take to send its request head, and may take nothing of an answer, 1..=120 s.
    pub header_timeout: Duration,
    /// How long a whole request may take, 1..=600 s.
    pub request_timeout: Duration,
}

/// `[server.tls]`: PEM files, which are read again when they change.
#[derive(Clone, Debug)]
pub struct TlsFiles {
    /// The server's certificate and then its intermediates.
    pub cert: PathBuf,
    /// The certificate's private key, not encrypted.
    pub key: PathBuf,
}

impl Server {
    /// The `aud` of every token: the configured audience, else the issuer.
    pub fn audience(&self) -> Option<&str> {
        self.audience.as_deref().or(self.issuer.as_deref())
    }

    /// Requests worked on at once: as configured, else 32 a core. So many keep a core busy for some 4 ms, and are enough
    /// to share a disk's commits.
    pub fn places_at_work(&self) -> usize {
        let a_core = |cores: NonZero<usize>| 32 * cores.get();
        let usual = || std::thread::available_parallelism().map_or(32, a_core);
        self.max_at_work.map_or_else(usual, |places| places as usize)
    }
}

/// `[data]`
#[derive(Clone, Debug)]
pub struct Data {
    /// The data directory; made with mode 0700 when missing.
    pub dir: PathBuf,
}

/// Where the master key comes from: exactly one place.
#[derive(Clone, Debug)]
pub enum MasterKeySource {
    /// Held by the variable `AUTHMS_MASTER_KEY`.
    Inline(SecretString),
    /// Kept in this file, readable by its owner alone.
    File(PathBuf),
}

/// `[store]`
#[derive(Clone, Debug)]
pub struct Store {
    /// Where it is: what `store.url` names, else the file `<data-dir>/authms.db`.
    pub place: StorePlace,
    /// SQLite: page cache, 64..=4194304 KiB.
    pub cache_kib: u32,
    /// Length of the bounded commit queue, 1..=1000000 commits.
    pub queue: u32,
    /// PostgreSQL: connections that read, 1..=1000.
    pub connections: u32,
    /// PostgreSQL: how long a statement may take, 1..=600 s.
    pub statement_timeout: Duration,
    /// PostgreSQL: how long a statement may wait for a lock, 3..=60 s.
    pub lock_timeout: Duration,
}

/// Where a store is.
#[derive(Clone, Debug)]
pub enum StorePlace {
    /// In this file, by SQLite.
    File(PathBuf),
    /// On the server of PostgreSQL that this URL names; it may hold a password.
    Server(SecretString),
}

/// `[tokens]`
#[derive(Clone, Debug)]
pub struct Tokens {
    /// Life of an access token, 60..=3600 s.
    pub access_ttl: Duration,
    /// Life of a session whatever its use, 60 s ..= 90 days.
    pub session_ttl: Duration,
    /// Life of an unused session, 60 s ..= 90 days. Longer than `session_ttl` it never bites.
    pub session_idle: Duration,
    /// The same of sessions that rest on more than one factor; `None`: as for the others.
    pub mfa_session_ttl: Option<Duration>,
    /// Likewise.
    pub mfa_session_idle: Option<Duration>,
    /// Clock difference forgiven when times in tokens are compared, 0..=120 s.
    pub clock_leeway: Duration,
    /// How long others may cache the key set, 1..=86400 s.
    pub jwks_max_age: Duration,
}

/// `[keys]`
#[derive(Clone, Debug)]
pub struct Keys {
    /// How long a key signs before the next one does, 1..=3650 days; `None`: until it is rotated by hand.
    pub rotate_after: Option<Duration>,
}

/// `[tickets]`
#[derive(Clone, Debug)]
pub struct Tickets {
    /// Life of a ticket whose maker asks for none, 10..=600 s.
    pub ttl: Duration,
    /// Life of an on-behalf ticket, 10..=600 s.
    pub on_behalf_ttl: Duration,
    /// Wrong answers after which a ticket is spent, 1..=20.
    pub max_attempts: u32,
    /// Tickets a minute by one API key that are never unusual, from 1.
    pub alarm_floor: u32,
    /// The same for a person who acts for others.
    pub alarm_floor_person: u32,
    /// How many times the usual number of tickets a minute is unusual, from 2.
    pub alarm_factor: u32,
    /// How long a repeated redemption gets the first answer again, 0..=60 s.
    pub replay_window: Duration,
}

/// `[passwords]`: the Argon2id cost and what a password must be.
#[derive(Clone, Debug)]
pub struct Passwords {
    /// Argon2id memory, 7168..=1048576 KiB; see `iterations` for the lowest that is allowed.
    pub memory_kib: u32,
    /// Argon2id passes, 1..=64.
    pub iterations: u32,
    /// Argon2id lanes, 1..=16.
    pub parallelism: u32,
    /// Hashing threads asked for explicitly, 1..=1024; see [`Passwords::worker_count`].
    pub workers: Option<u32>,
    /// Hashes that may wait for a worker, 1..=65536.
    pub queue: u32,
    /// How long a sign-in may have to wait for its hash before it is turned away, 1..=10000 ms.
    pub max_wait: Duration,
    /// Peppers besides the one that comes from the master key; a list that can be read.
    pub peppers: Option<SecretString>,
    /// Shortest password accepted, 8..=64 characters.
    pub min_length: u32,
}

impl Passwords {
    /// Hashing threads: as configured, else half the cores, at least 1.
    pub fn worker_count(&self) -> usize {
        match self.workers {
            Some(workers) => workers as usize,
            None => std::thread::available_parallelism().map_or(1, |cores| (cores.get() / 2).max(1)),
        }
    }
}

/// `[mail]`
#[derive(Clone, Debug)]
pub struct Mail {
    /// The sender asked for explicitly.
    pub from: Option<String>,
    /// The language of messages to those who have not said theirs.
    pub language: Language,
    /// The page for a forgotten password, with `{code}` and `{identity}` in it.
    pub reset_url: Option<String>,
    /// Whom e-mails are handed to.
    pub smtp: Option<Smtp>,
}

/// `[mail.smtp]`
#[derive(Clone, Debug)]
pub struct Smtp {
    /// The server's name or address.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How it is spoken to.
    pub tls: SmtpTls,
    /// PEM file of the authorities that vouch for it, in place of the system's.
    pub ca_file: Option<PathBuf>,
    /// User name and password at it.
    pub credentials: Option<(String, SecretString)>,
}

/// How an SMTP server is spoken to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SmtpTls {
    /// In the clear at first, and not a word more unless TLS follows (RFC 3207).
    StartTls,
    /// TLS from the beginning (RFC 8314).
    Tls,
    /// In the clear; on this machine only.
    None,
}

/// `[sms]`
#[derive(Clone, Debug)]
pub struct Sms {
    /// The gateway, https or on this machine.
    pub url: String,
    /// The format of its requests.
    pub format: SmsFormat,
    /// JSON with `{to}`, `{from}` and `{text}` in its texts.
    pub body: String,
    /// The sender of every message.
    pub from: Option<String>,
    /// The user name at the gateway; without one the token is a bearer token.
    pub username: Option<String>,
    /// What proves to the gateway who we are.
    pub token: Option<SecretString>,
    /// PEM file of the authorities that vouch for it, in place of the system's.
    pub ca_file: Option<PathBuf>,
}

/// The format of a gateway's requests.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SmsFormat {
    /// JSON after a template.
    Json,
    /// The form of Twilio's Messages resource.
    Twilio,
}

/// `[webhooks]`
#[derive(Clone, Debug)]
pub struct Webhooks {
    /// PEM file of the authorities that vouch for receivers, in place of the system's.
    pub ca_file: Option<PathBuf>,
    /// For how long one may fail before it is disabled, 1..=30 days.
    pub disable_after: Duration,
}

/// `[audit]`
#[derive(Clone, Debug)]
pub struct Audit {
    /// The file that heads are appended to.
    pub anchor_file: Option<PathBuf>,
    /// Where heads are posted.
    pub anchor_url: Option<String>,
    /// What such messages are signed with.
    pub anchor_secret: Option<WebhookSecret>,
    /// How often heads are anchored, 1 s ..= 7 days.
    pub anchor_every: Duration,
    /// The file that events are appended to.
    pub siem_file: Option<PathBuf>,
    /// The server of syslog that is told of events.
    pub siem_syslog: Option<SyslogAt>,
    /// PEM file of the authorities that vouch for it, in place of the system's.
    pub siem_ca_file: Option<PathBuf>,
}

/// A server of syslog.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SyslogAt {
    /// Whether TLS is spoken.
    pub is_tls: bool,
    /// The host's name or address, without brackets.
    pub host: String,
    /// Its port.
    pub port: u16,
}

/// `[codes]`
#[derive(Clone, Copy, Debug)]
pub struct Codes {
    /// Length of a code, 6..=10 digits.
    pub digits: u8,
    /// Whether recovery codes have 8 characters instead of 16.
    pub short_recovery: bool,
}

/// `[passkeys]`: whom they are made for; see [`relying_party`](super::relying_party).
#[derive(Clone, Debug)]
pub struct Passkeys {
    /// The domain asked for explicitly.
    pub rp_id: Option<String>,
    /// Origins besides the issuer's own.
    pub origins: Vec<String>,
    /// Whether a passkey that signs in by itself must have verified its user.
    pub user_verification: bool,
}

/// `[limits]`
#[derive(Clone, Debug)]
pub struct Limits {
    /// Networks that no limit applies to. Never overlaps a trusted proxy.
    pub exempt: Vec<IpNet>,
    /// Requests from one address.
    pub address: Limit,
    /// Sign-in attempts from one address.
    pub address_sign_in: Limit,
    /// Sign-in attempts on one account.
    pub account: Limit,
    /// Requests by one client.
    pub client: Limit,
    /// Attempts on one ticket.
    pub ticket: Limit,
    /// Tickets minted with one API key.
    pub minter: Limit,
    /// Tickets minted by one person.
    pub minter_person: Limit,
    /// Codes sent to one address.
    pub codes: Limit,
}

/// So many requests in so much time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    /// Requests, 1..=10000000.
    pub quota: u32,
    /// The time they may be spread over, 1..=86400 s.
    pub window: Duration,
}

/// `[log]`
#[derive(Clone, Debug)]
pub struct Log {
    /// How a record is written.
    pub format: LogFormat,
    /// Which records are written.
    pub level: LogLevels,
}

/// `[geo]`: files that the operator supplies; they are read at start, and again when they change.
#[derive(Clone, Default, Debug)]
pub struct Geo {
    /// Countries, in place of the database in the binary.
    pub country_file: Option<PathBuf>,
    /// Operators of networks (autonomous systems).
    pub asn_file: Option<PathBuf>,
    /// Cities.
    pub city_file: Option<PathBuf>,
    /// Networks of servers, VPNs and proxies.
    pub hosting_networks_file: Option<PathBuf>,
    /// Networks of bad reputation.
    pub bad_networks_file: Option<PathBuf>,
}
