//! The one table of settings. Names, checks, help and did-you-mean all come from here.

use std::fmt::Write as _;

/// One setting.
pub(super) struct Setting {
    /// Its path in the TOML file, such as `server.listen`.
    pub key: &'static str,
    /// What values it takes.
    pub kind: Kind,
    /// What holds when nobody gives it.
    pub default: Fallback,
    /// One line for `--help`.
    pub help: &'static str,
}

/// What values a setting takes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Kind {
    /// A whole number within bounds, both included.
    Number { min: u32, max: u32, unit: &'static str },
    /// An IP address and port.
    Listen,
    /// An absolute http(s) URL.
    Issuer,
    /// A list of IP networks.
    Networks,
    /// A domain name.
    Domain,
    /// A list of web pages' origins.
    Origins,
    /// A word without spaces.
    Text,
    /// A path.
    Path,
    /// One of some words.
    Choice(&'static [&'static str]),
    /// Log levels.
    Levels,
    /// The database; may hold a password.
    StoreUrl,
    /// The master key itself.
    MasterKey,
    /// Named keys that passwords are hashed under.
    Peppers,
    /// A password or token: text that may never be shown, nor stand in a configuration file.
    Secret,
    /// An e-mail address.
    Email,
    /// JSON.
    Json,
    /// An absolute URL; https off this machine.
    Url,
    /// A server of syslog.
    Syslog,
}

impl Kind {
    /// Whether values may never be shown.
    pub fn is_secret(self) -> bool {
        matches!(self, Kind::StoreUrl | Kind::MasterKey | Kind::Peppers | Kind::Secret)
    }

    /// Whether it is a list, which may be empty.
    pub fn is_list(self) -> bool {
        matches!(self, Kind::Networks | Kind::Origins)
    }
}

/// What holds when nobody gives a setting.
#[derive(Clone, Copy)]
pub(super) enum Fallback {
    /// This value, in the form a variable would hold it.
    Value(&'static str),
    /// No value; the words say what happens then.
    Unset(&'static str),
}

use Fallback::{Unset, Value};
use Kind::{
    Choice, Domain, Email, Issuer, Json, Levels, Listen, MasterKey, Networks, Origins, Path, Secret,
    StoreUrl, Text, Url,
};

pub(super) const MAX_TTL: u32 = 90 * 24 * 3600;

const SESSION_LIFE: Kind = Kind::Number { min: 60, max: MAX_TTL, unit: "seconds" };

/// Every setting there is.
#[rustfmt::skip]
pub(super) const SETTINGS: &[Setting] = &[
    one("server.listen", Listen, Value("127.0.0.1:8080"), "address and port to listen on"),
    one("server.issuer", Issuer, Unset("none"), "URL that names this service in every token"),
    one("server.audience", Text, Unset("the issuer"), "audience of every token"),
    one("server.trusted_proxies", Networks, Value(""), "proxies whose forwarding headers are believed"),
    one("server.tls.cert_file", Path, Unset("none: plain HTTP"), "PEM file of the certificate and its chain"),
    one("server.tls.key_file", Path, Unset("none"), "PEM file of the certificate's private key"),
    one("server.docs", Choice(&["on", "off"]), Value("on"), "the page at /docs to browse the API"),
    number("server.max_in_flight", 1, 65_536, "requests", "1024", "requests open at once"),
    one("server.max_at_work", Kind::Number { min: 1, max: 65_536, unit: "requests" }, Unset("32 a core"),
        "requests worked on at once"),
    number("server.max_connections", 1, 1_000_000, "connections", "4096", "connections open at once"),
    number("server.drain_seconds", 0, 600, "seconds", "25", "wait for running requests when stopping"),
    number("server.header_timeout_seconds", 1, 120, "seconds", "10", "time to send a request head, and to take any of an answer"),
    number("server.request_timeout_seconds", 1, 600, "seconds", "30", "time for a whole request"),

    one("data.dir", Path, Value("./authms-data"), "data directory"),

    one("master.key", MasterKey, Unset("none"), "the master key itself"),
    one("master.key_file", Path, Unset("<data-dir>/master.key"), "file that holds the master key"),

    one("store.url", StoreUrl, Unset("sqlite in the data directory"), "database, `sqlite:<path>` or `postgres://…`"),
    number("store.cache_kib", 64, 4_194_304, "KiB", "4096", "SQLite: page cache"),
    number("store.queue", 1, 1_000_000, "commits", "4096", "commits that may wait"),
    number("store.connections", 1, 1000, "connections", "16", "PostgreSQL: connections that read; 8 more write"),
    number("store.statement_timeout_seconds", 1, 600, "seconds", "15", "PostgreSQL: time for a statement"),
    number("store.lock_timeout_seconds", 3, 60, "seconds", "5", "PostgreSQL: time to wait for a lock"),

    number("retention.tickets_days", 1, 3650, "days", "90", "how long tickets are kept to be looked at"),
    number("retention.sessions_days", 1, 3650, "days", "90", "how long sessions are, after the 90 days that one may live"),
    number("retention.failures_days", 1, 3650, "days", "90", "how long failed sign-ins are, and counts of refusals"),
    number("retention.risk_days", 1, 3650, "days", "365", "how long risk events are, and their counts"),
    number("retention.audit_days", 0, 36_500, "days", "0", "how long rows of the audit log are; 0: for ever"),
    number("retention.audit_min_days", 1, 36_500, "days", "90", "the shortest that a tenant may want for its own"),
    one("retention.audit_max_days", Kind::Number { min: 1, max: 36_500, unit: "days" }, Unset("retention.audit_days"),
        "the longest"),

    number("tokens.access_ttl_seconds", 60, 3600, "seconds", "1800", "life of an access token"),
    number("tokens.session_ttl_seconds", 60, MAX_TTL, "seconds", "2592000", "life of a session"),
    number("tokens.session_idle_seconds", 60, MAX_TTL, "seconds", "1209600", "life of an unused session"),
    one("tokens.mfa_session_ttl_seconds", SESSION_LIFE, Unset("as other sessions"), "life of a session after a second factor"),
    one("tokens.mfa_session_idle_seconds", SESSION_LIFE, Unset("as other sessions"), "life of an unused one, likewise"),
    number("tokens.clock_leeway_seconds", 0, 120, "seconds", "60", "clock difference forgiven"),
    number("tokens.jwks_max_age_seconds", 1, 86_400, "seconds", "300", "how long the key set may be cached"),

    number("keys.rotate_after_days", 0, 3650, "days", "90", "how long a key signs; 0: until it is rotated by hand"),

    number("tickets.ttl_seconds", 10, 600, "seconds", "300", "life of a ticket"),
    number("tickets.on_behalf_ttl_seconds", 10, 600, "seconds", "60", "life of an on-behalf ticket"),
    number("tickets.max_attempts", 1, 20, "attempts", "5", "wrong answers that spend a ticket"),
    number("tickets.alarm_floor", 1, 10_000_000, "tickets", "1000", "a minute by one API key, never unusual"),
    number("tickets.alarm_floor_person", 1, 10_000_000, "tickets", "20", "a minute by a person for others, likewise"),
    number("tickets.alarm_factor", 2, 10_000, "times", "10", "the usual tickets a minute are unusual"),
    number("tickets.replay_window_seconds", 0, 60, "seconds", "60", "a retry gets the first answer"),

    number("passwords.memory_kib", 7168, 1_048_576, "KiB", "19456", "Argon2id memory"),
    number("passwords.iterations", 1, 64, "passes", "2", "Argon2id passes"),
    number("passwords.parallelism", 1, 16, "lanes", "1", "Argon2id lanes"),
    one("passwords.workers", Kind::Number { min: 1, max: 1024, unit: "threads" }, Unset("half the cores"),
        "hashing threads"),
    number("passwords.queue", 1, 65_536, "hashes", "64", "hashes that may wait"),
    number("passwords.max_wait_ms", 1, 10_000, "ms", "100", "wait of a sign-in for its hash, at most"),
    one("passwords.peppers", Kind::Peppers, Unset("one from the master key"),
        "name:key,…, further peppers, the one for new hashes first"),
    number("passwords.min_length", 8, 64, "characters", "15", "shortest password accepted"),

    one("mail.from", Email, Unset("authms@ and the issuer's host"), "sender of every e-mail"),
    one("mail.language", Choice(&["en", "zh"]), Value("en"), "of messages to those who have not said theirs"),
    one("mail.reset_url", Url, Unset("none: the code alone"), "page for a forgotten password, with {code} and {identity}"),
    one("mail.smtp.host", Text, Unset("none"), "server that e-mails are handed to"),
    number("mail.smtp.port", 1, 65_535, "port", "587", "its port"),
    one("mail.smtp.tls", Choice(&["starttls", "tls", "none"]), Value("starttls"), "how it is spoken to"),
    one("mail.smtp.ca_file", Path, Unset("the system's"), "PEM file of the authorities that vouch for it"),
    one("mail.smtp.username", Text, Unset("none"), "user name at it"),
    one("mail.smtp.password", Secret, Unset("none"), "password at it"),

    one("sms.url", Url, Unset("none"), "gateway that text messages are posted to"),
    one("sms.format", Choice(&["json", "twilio"]), Value("json"), "of its requests"),
    one("sms.body", Json, Value(r#"{"to":"{to}","from":"{from}","text":"{text}"}"#), "of a request in JSON"),
    one("sms.from", Text, Unset("none"), "sender of every text message"),
    one("sms.username", Text, Unset("none: a bearer token"), "user name at it"),
    one("sms.token", Secret, Unset("none"), "token, or with a user name the password, at it"),
    one("sms.ca_file", Path, Unset("the system's"), "PEM file of the authorities that vouch for it"),

    one("audit.anchor_file", Path, Unset("none"), "file that heads of the audit log are appended to"),
    one("audit.anchor_url", Url, Unset("none"), "where heads of the audit log are posted"),
    one("audit.anchor_secret", Secret, Unset("none"), "whsec_…, what such messages are signed with"),
    number("audit.anchor_interval_seconds", 1, 604_800, "seconds", "3600", "how often heads are anchored"),
    one("audit.siem.file", Path, Unset("none"), "file that events are appended to, for a SIEM"),
    one("audit.siem.syslog", Kind::Syslog, Unset("none"), "server of syslog that is told of events, `tls://host:port`"),
    one("audit.siem.ca_file", Path, Unset("the system's"), "PEM file of the authorities that vouch for it"),

    one("outbound.allowed_networks", Networks, Value(""), "where webhooks and the gateway may be besides public addresses"),
    one("webhooks.ca_file", Path, Unset("the system's"), "PEM file of the authorities that vouch for receivers"),
    number("webhooks.disable_after_days", 1, 30, "days", "5", "for how long a webhook may fail before it is disabled"),

    number("codes.digits", 6, 10, "digits", "6", "length of a code that is sent"),
    one("codes.recovery", Choice(&["16", "8"]), Value("16"), "characters of a recovery code"),
    one("passkeys.rp_id", Domain, Unset("the issuer's host"), "domain that passkeys are made for"),
    one("passkeys.origins", Origins, Value(""), "pages that may use passkeys, besides the issuer's own"),
    one("passkeys.user_verification", Choice(&["required", "preferred"]), Value("required"),
        "PIN or biometric when a passkey signs in by itself"),

    one("geo.country_file", Path, Unset("in the binary"), ".mmdb file of countries by address"),
    one("geo.asn_file", Path, Unset("none"), ".mmdb file of network operators by address"),
    one("geo.city_file", Path, Unset("none"), ".mmdb file of cities by address"),
    one("geo.hosting_networks_file", Path, Unset("none"), "networks of servers, VPNs and proxies, one a line"),
    one("geo.bad_networks_file", Path, Unset("none"), "networks of bad reputation, one a line"),

    one("limits.exempt", Networks, Value(""), "networks without limits; never a trusted proxy"),
    quota("limits.address.quota", "600", "requests from one address"),
    window("limits.address.window_seconds", "60"),
    quota("limits.address_sign_in.quota", "120", "sign-in attempts from one address"),
    window("limits.address_sign_in.window_seconds", "60"),
    quota("limits.account.quota", "10", "sign-in attempts on one account"),
    window("limits.account.window_seconds", "300"),
    quota("limits.client.quota", "60000", "requests by one client"),
    window("limits.client.window_seconds", "60"),
    quota("limits.ticket.quota", "20", "attempts on one ticket"),
    window("limits.ticket.window_seconds", "60"),
    quota("limits.minter.quota", "600000", "tickets minted with one API key"),
    window("limits.minter.window_seconds", "60"),
    quota("limits.minter_person.quota", "60", "tickets minted by one person"),
    window("limits.minter_person.window_seconds", "60"),
    quota("limits.codes.quota", "20", "codes sent to one address"),
    window("limits.codes.window_seconds", "86400"),

    one("log.format", Choice(&["auto", "json", "text"]), Value("auto"), "auto: text on a terminal, else json"),
    one("log.level", Levels, Value("info"), "a level, or a list such as `info,authms_http=debug`"),
];

/// Variables that are no settings but are read by the commands.
pub(super) const OTHER_VARIABLES: &[(&str, &str)] =
    &[("AUTHMS_CONFIG", "TOML file to read; default <data-dir>/authms.toml when it exists")];

const fn one(key: &'static str, kind: Kind, default: Fallback, help: &'static str) -> Setting {
    Setting { key, kind, default, help }
}

const fn number(
    key: &'static str,
    min: u32,
    max: u32,
    unit: &'static str,
    default: &'static str,
    help: &'static str,
) -> Setting {
    one(key, Kind::Number { min, max, unit }, Value(default), help)
}

const fn quota(key: &'static str, default: &'static str, help: &'static str) -> Setting {
    number(key, 1, 10_000_000, "requests", default, help)
}

const fn window(key: &'static str, default: &'static str) -> Setting {
    number(key, 1, 86_400, "seconds", default, "the time that quota is for")
}

impl Setting {
    /// The variable that gives this setting, as documented.
    pub fn variable(&self) -> String {
        match self.key {
            // Named before there were sections, and the names operators know.
            "master.key" => "AUTHMS_MASTER_KEY".into(),
            "master.key_file" => "AUTHMS_MASTER_KEY_FILE".into(),
            _ => self.regular_variable(),
        }
    }

    /// The variable by the rule `AUTHMS_SECTION__KEY`; always understood too.
    fn regular_variable(&self) -> String {
        format!("AUTHMS_{}", self.key.replace('.', "__").to_uppercase())
    }

    fn is_given_by(&self, variable: &str) -> bool {
        variable == self.regular_variable() || variable == self.variable()
    }
}

/// The setting of this name.
pub(super) fn by_key(key: &str) -> Option<&'static Setting> {
    SETTINGS.iter().find(|setting| setting.key == key)
}

/// The setting that a variable gives, and whether it names a file holding the value.
pub(super) fn by_variable(variable: &str) -> Option<(&'static Setting, bool)> {
    let named = |name: &str| SETTINGS.iter().find(|setting| setting.is_given_by(name));
    // The whole name first: `AUTHMS_MASTER_KEY_FILE` is a setting of its own.
    named(variable)
        .map(|setting| (setting, false))
        .or_else(|| variable.strip_suffix("_FILE").and_then(named).map(|setting| (setting, true)))
}

/// Whether some setting lies below this path, as `server.listen` lies below `server`.
pub(super) fn is_section(path: &str) -> bool {
    SETTINGS.iter().any(|s| s.key.strip_prefix(path).is_some_and(|rest| rest.starts_with('.')))
}

/// The text about environment variables that `--help` shows.
pub fn environment_help() -> String {
    let mut text = String::from(
        "Environment variables (each but AUTHMS_CONFIG may end in _FILE to name a file that holds the value;\nlists are comma separated):\n",
    );
    // Writing to a String cannot fail.
    for (name, help) in OTHER_VARIABLES {
        let _ = writeln!(text, "  {name}\n      {help}");
    }
    for setting in SETTINGS {
        let _ = writeln!(text, "  {}\n      {} [{}]", setting.variable(), setting.help, setting.bounds());
    }
    text
}

impl Setting {
    fn bounds(&self) -> String {
        let default = match self.default {
            Value("") => "none",
            Value(text) | Unset(text) => text,
        };
        match self.kind {
            Kind::Number { min, max, unit } => format!("{min}..{max} {unit}, default: {default}"),
            _ => format!("default: {default}"),
        }
    }
}
