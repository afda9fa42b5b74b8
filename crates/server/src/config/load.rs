//! Reading the layers and making a [`Config`] of them.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use authms_core::audit::{Bounds, Days};
use authms_core::message::Language;
use authms_core::retention::Retention;
use authms_core::time::Span;
use authms_crypto::{SecretString, WebhookSecret};

use super::layers::{Given, Layers, Origin};
use super::settings::{Fallback, SETTINGS, Setting, by_key};
use super::{
    Audit, Codes, Config, ConfigError, Data, Environment, Geo, Keys, Limit, Limits, Log, LogFormat, Mail,
    MasterKeySource, Passkeys, Passwords, Problem, Server, Sms, SmsFormat, Smtp, SmtpTls, Sources, Store,
    StorePlace, Tickets, TlsFiles, Tokens, Webhooks, file, passkeys, rules, value,
};

/// What the command line may set; the strongest layer. Flatten it into a clap command.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct Overrides {
    /// Configuration file (TOML); without it, authms.toml in the data directory if there is one [env: AUTHMS_CONFIG]
    #[arg(long, value_name = "PATH", global = true)]
    pub config: Option<PathBuf>,
    /// Data directory [default: ./authms-data] [env: AUTHMS_DATA__DIR]
    #[arg(long, value_name = "PATH", global = true)]
    pub data_dir: Option<PathBuf>,
    /// Address and port to listen on [default: 127.0.0.1:8080] [env: AUTHMS_SERVER__LISTEN]
    #[arg(long, value_name = "ADDRESS:PORT", global = true)]
    pub listen: Option<SocketAddr>,
    /// URL that names this service in every token [env: AUTHMS_SERVER__ISSUER]
    #[arg(long, value_name = "URL", global = true)]
    pub issuer: Option<String>,
    /// Log format: auto, json or text [default: auto] [env: AUTHMS_LOG__FORMAT]
    #[arg(long, value_name = "FORMAT", global = true)]
    pub log_format: Option<String>,
    /// Log level, or a list such as info,authms_http=debug [default: info] [env: AUTHMS_LOG__LEVEL]
    #[arg(long, value_name = "LEVEL", global = true)]
    pub log_level: Option<String>,
}

impl Config {
    /// Reads flags, environment and the configuration file, and checks the result. Opens the file named
    /// by `--config`, by `AUTHMS_CONFIG`, or found as `<data-dir>/authms.toml`, and those named by
    /// `*_FILE` variables; writes nothing.
    ///
    /// # Errors
    /// Every problem that could be found, each with its place.
    pub fn load(flags: &Overrides, environment: &Environment) -> Result<Self, ConfigError> {
        let mut layers = Layers::default();
        let mut problems = flags.read_into(&mut layers);
        problems.extend(environment.read_into(&mut layers));
        // The data directory of these layers says where the file is looked for.
        match find_file(flags, environment, &layers) {
            Ok(Some(path)) => problems.extend(file::read_into(&path, &mut layers)),
            Ok(None) => {}
            Err(problem) => problems.push(problem),
        }
        problems.extend(layers.secrets_set_twice());
        problems.extend(SETTINGS.iter().filter_map(|setting| check(setting, &layers)));
        ConfigError::check(problems)?;

        let mut config = build(&layers)?;
        ConfigError::check(rules::problems(&config, &layers))?;
        config.warnings = rules::warnings(&config);
        Ok(config)
    }
}

impl Overrides {
    fn read_into(&self, layers: &mut Layers) -> Vec<Problem> {
        let path = |path: &Option<PathBuf>| path.as_ref().map(|path| path.to_str().map(str::to_owned));
        let text = |text: &Option<String>| text.clone().map(Some);
        let given = [
            ("--data-dir", "data.dir", path(&self.data_dir)),
            ("--listen", "server.listen", self.listen.map(|address| Some(address.to_string()))),
            ("--issuer", "server.issuer", text(&self.issuer)),
            ("--log-format", "log.format", text(&self.log_format)),
            ("--log-level", "log.level", text(&self.log_level)),
        ];
        let mut problems = Vec::new();
        for (name, key, value) in given {
            let origin = Origin::Flag { name };
            match (by_key(key), value) {
                (Some(setting), Some(Some(text))) => layers.add(setting, text, origin),
                (Some(_), Some(None)) => {
                    problems.push(Problem::new(origin, "the value is not UTF-8 text; use another path"));
                }
                _ => {}
            }
        }
        problems
    }
}

fn find_file(
    flags: &Overrides,
    environment: &Environment,
    layers: &Layers,
) -> Result<Option<PathBuf>, Problem> {
    if let Some(path) = &flags.config {
        return Ok(Some(path.clone()));
    }
    match environment.get("AUTHMS_CONFIG") {
        Some("") => {
            let sentence = "is set but empty; name a file or unset the variable";
            return Err(Problem::new("environment: AUTHMS_CONFIG", sentence));
        }
        Some(path) => return Ok(Some(path.into())),
        None => {}
    }
    let path = Path::new(&required(layers, "data.dir")?.text).join("authms.toml");
    match path.try_exists() {
        Ok(exists) => Ok(exists.then_some(path)),
        Err(error) => Err(Problem::new(path.display(), format!("cannot look for this file: {error}"))),
    }
}

/// Whether the value that holds for a setting is one it takes.
fn check(setting: &Setting, layers: &Layers) -> Option<Problem> {
    let given = layers.value(setting)?;
    let expected = value::check(setting.kind, &given.text).err()?;
    Some(refusal(setting, &given, &expected))
}

fn refusal(setting: &Setting, given: &Given, expected: &str) -> Problem {
    let key = setting.key;
    let found = if setting.kind.is_secret() {
        format!("`{key}` is not understood")
    } else {
        format!("`{key}` is `{}`", given.text)
    };
    let default = match setting.default {
        Fallback::Value("") => "none",
        Fallback::Value(text) | Fallback::Unset(text) => text,
    };
    let sentence =
        format!("{found}; expected {expected}; correct it, or remove it for the default ({default})");
    Problem::new(&given.origin, sentence)
}

fn build(layers: &Layers) -> Result<Config, Problem> {
    let count = |key: &str| number(layers, key);
    let seconds = |key: &str| number(layers, key).map(|seconds| Duration::from_secs(seconds.into()));
    let days = |key: &str| number(layers, key).map(|days| Span::hours(24 * i64::from(days)));
    let seconds_if = |key: &str| optional(layers, key).map(|_| seconds(key)).transpose();
    let limit = |section: &str| -> Result<Limit, Problem> {
        Ok(Limit {
            quota: count(&format!("limits.{section}.quota"))?,
            window: seconds(&format!("limits.{section}.window_seconds"))?,
        })
    };
    let dir = PathBuf::from(required(layers, "data.dir")?.text);

    Ok(Config {
        server: Server {
            listen: parsed(layers, "server.listen", value::listen)?,
            issuer: optional(layers, "server.issuer"),
            audience: optional(layers, "server.audience"),
            trusted_proxies: parsed(layers, "server.trusted_proxies", value::networks)?,
            tls: tls(layers),
            docs: required(layers, "server.docs")?.text == "on",
            max_in_flight: count("server.max_in_flight")?,
            max_at_work: optional(layers, "server.max_at_work")
                .map(|_| count("server.max_at_work"))
                .transpose()?,
            max_connections: count("server.max_connections")?,
            drain: seconds("server.drain_seconds")?,
            header_timeout: seconds("server.header_timeout_seconds")?,
            request_timeout: seconds("server.request_timeout_seconds")?,
        },
        master: master(layers, &dir),
        data: Data { dir: dir.clone() },
        store: Store {
            place: match optional(layers, "store.url") {
                Some(_) => parsed(layers, "store.url", value::store_place)?,
                None => StorePlace::File(dir.join("authms.db")),
            },
            cache_kib: count("store.cache_kib")?,
            queue: count("store.queue")?,
            connections: count("store.connections")?,
            statement_timeout: seconds("store.statement_timeout_seconds")?,
            lock_timeout: seconds("store.lock_timeout_seconds")?,
        },
        retention: Retention {
            tickets: days("retention.tickets_days")?,
            sessions: days("retention.sessions_days")?,
            failures: days("retention.failures_days")?,
            risk: days("retention.risk_days")?,
        },
        audit_kept: audit_kept(
            count("retention.audit_days")?,
            count("retention.audit_min_days")?,
            optional(layers, "retention.audit_max_days")
                .map(|_| count("retention.audit_max_days"))
                .transpose()?,
        ),
        tokens: Tokens {
            access_ttl: seconds("tokens.access_ttl_seconds")?,
            session_ttl: seconds("tokens.session_ttl_seconds")?,
            session_idle: seconds("tokens.session_idle_seconds")?,
            mfa_session_ttl: seconds_if("tokens.mfa_session_ttl_seconds")?,
            mfa_session_idle: seconds_if("tokens.mfa_session_idle_seconds")?,
            clock_leeway: seconds("tokens.clock_leeway_seconds")?,
            jwks_max_age: seconds("tokens.jwks_max_age_seconds")?,
        },
        keys: Keys {
            rotate_after: match count("keys.rotate_after_days")? {
                0 => None,
                days => Some(Duration::from_secs(u64::from(days) * 24 * 3600)),
            },
        },
        tickets: Tickets {
            ttl: seconds("tickets.ttl_seconds")?,
            on_behalf_ttl: seconds("tickets.on_behalf_ttl_seconds")?,
            max_attempts: count("tickets.max_attempts")?,
            alarm_floor: count("tickets.alarm_floor")?,
            alarm_floor_person: count("tickets.alarm_floor_person")?,
            alarm_factor: count("tickets.alarm_factor")?,
            replay_window: seconds("tickets.replay_window_seconds")?,
        },
        passwords: Passwords {
            memory_kib: count("passwords.memory_kib")?,
            iterations: count("passwords.iterations")?,
            parallelism: count("passwords.parallelism")?,
            workers: optional(layers, "passwords.workers").map(|_| count("passwords.workers")).transpose()?,
            queue: count("passwords.queue")?,
            max_wait: Duration::from_millis(count("passwords.max_wait_ms")?.into()),
            peppers: optional(layers, "passwords.peppers").map(SecretString::new),
            min_length: count("passwords.min_length")?,
        },
        mail: Mail {
            from: optional(layers, "mail.from"),
            language: parsed(layers, "mail.language", |text| {
                Language::parse(text).ok_or("a language".into())
            })?,
            reset_url: optional(layers, "mail.reset_url"),
            smtp: smtp(layers, count("mail.smtp.port")?)?,
        },
        sms: sms(layers)?,
        allowed_networks: parsed(layers, "outbound.allowed_networks", value::networks)?,
        webhooks: Webhooks {
            ca_file: optional(layers, "webhooks.ca_file").map(PathBuf::from),
            disable_after: Duration::from_secs(u64::from(count("webhooks.disable_after_days")?) * 24 * 3600),
        },
        audit: Audit {
            anchor_file: optional(layers, "audit.anchor_file").map(PathBuf::from),
            anchor_url: optional(layers, "audit.anchor_url"),
            anchor_secret: optional(layers, "audit.anchor_secret")
                .map(|_| parsed(layers, "audit.anchor_secret", anchor_secret))
                .transpose()?,
            anchor_every: seconds("audit.anchor_interval_seconds")?,
            siem_file: optional(layers, "audit.siem.file").map(PathBuf::from),
            siem_syslog: optional(layers, "audit.siem.syslog")
                .map(|_| parsed(layers, "audit.siem.syslog", value::syslog))
                .transpose()?,
            siem_ca_file: optional(layers, "audit.siem.ca_file").map(PathBuf::from),
        },
        codes: Codes {
            digits: u8::try_from(count("codes.digits")?).unwrap_or(6),
            short_recovery: required(layers, "codes.recovery")?.text == "8",
        },
        passkeys: Passkeys {
            rp_id: optional(layers, "passkeys.rp_id"),
            origins: parsed(layers, "passkeys.origins", passkeys::origins)?,
            user_verification: required(layers, "passkeys.user_verification")?.text == "required",
        },
        geo: Geo {
            country_file: optional(layers, "geo.country_file").map(PathBuf::from),
            asn_file: optional(layers, "geo.asn_file").map(PathBuf::from),
            city_file: optional(layers, "geo.city_file").map(PathBuf::from),
            hosting_networks_file: optional(layers, "geo.hosting_networks_file").map(PathBuf::from),
            bad_networks_file: optional(layers, "geo.bad_networks_file").map(PathBuf::from),
        },
        limits: Limits {
            exempt: parsed(layers, "limits.exempt", value::networks)?,
            address: limit("address")?,
            address_sign_in: limit("address_sign_in")?,
            account: limit("account")?,
            client: limit("client")?,
            ticket: limit("ticket")?,
            minter: limit("minter")?,
            minter_person: limit("minter_person")?,
            codes: limit("codes")?,
        },
        log: Log {
            format: parsed(layers, "log.format", log_format)?,
            level: parsed(layers, "log.level", |text| text.parse().map_err(|()| "log levels".into()))?,
        },
        sources: Sources::of(layers),
        warnings: Vec::new(),
    })
}

fn anchor_secret(text: &str) -> Result<WebhookSecret, String> {
    WebhookSecret::parse(text).ok_or_else(|| "whsec_ and the base64 of 32 random bytes".into())
}

/// What is usual is allowed.
fn audit_kept(usual: Days, least: Days, most: Option<Days>) -> Bounds {
    let least = if usual == 0 { least } else { least.min(usual) };
    Bounds { usual, least, most: most.map_or(usual, |most| most.max(least)) }
}

fn master(layers: &Layers, dir: &Path) -> MasterKeySource {
    match (optional(layers, "master.key"), optional(layers, "master.key_file")) {
        (Some(key), _) => MasterKeySource::Inline(SecretString::new(key)),
        (None, Some(path)) => MasterKeySource::File(path.into()),
        (None, None) => MasterKeySource::File(dir.join("master.key")),
    }
}

/// That half a pair is none is for the rules to say.
fn tls(layers: &Layers) -> Option<TlsFiles> {
    let cert = optional(layers, "server.tls.cert_file")?.into();
    Some(TlsFiles { cert, key: optional(layers, "server.tls.key_file")?.into() })
}

/// That half of the credentials are none is for the rules to say.
fn smtp(layers: &Layers, port: u32) -> Result<Option<Smtp>, Problem> {
    let Some(host) = optional(layers, "mail.smtp.host") else { return Ok(None) };
    let credentials = optional(layers, "mail.smtp.username").zip(optional(layers, "mail.smtp.password"));
    Ok(Some(Smtp {
        host,
        port: u16::try_from(port).unwrap_or(u16::MAX),
        tls: match &*required(layers, "mail.smtp.tls")?.text {
            "tls" => SmtpTls::Tls,
            "none" => SmtpTls::None,
            _ => SmtpTls::StartTls,
        },
        ca_file: optional(layers, "mail.smtp.ca_file").map(PathBuf::from),
        credentials: credentials.map(|(name, password)| (name, SecretString::new(password))),
    }))
}

fn sms(layers: &Layers) -> Result<Option<Sms>, Problem> {
    let Some(url) = optional(layers, "sms.url") else { return Ok(None) };
    Ok(Some(Sms {
        url,
        format: match &*required(layers, "sms.format")?.text {
            "twilio" => SmsFormat::Twilio,
            _ => SmsFormat::Json,
        },
        body: required(layers, "sms.body")?.text,
        from: optional(layers, "sms.from"),
        username: optional(layers, "sms.username"),
        token: optional(layers, "sms.token").map(SecretString::new),
        ca_file: optional(layers, "sms.ca_file").map(PathBuf::from),
    }))
}

fn log_format(text: &str) -> Result<LogFormat, String> {
    match text {
        "auto" => Ok(LogFormat::Auto),
        "json" => Ok(LogFormat::Json),
        "text" => Ok(LogFormat::Text),
        _ => Err("a log format".into()),
    }
}

fn number(layers: &Layers, key: &str) -> Result<u32, Problem> {
    let kind = by_key(key).map(|setting| setting.kind).ok_or_else(|| not_in_table(key))?;
    parsed(layers, key, |text| value::number(kind, text))
}

fn parsed<T>(layers: &Layers, key: &str, parse: impl Fn(&str) -> Result<T, String>) -> Result<T, Problem> {
    let given = required(layers, key)?;
    parse(&given.text).map_err(|expected| match by_key(key) {
        Some(setting) => refusal(setting, &given, &expected),
        None => not_in_table(key),
    })
}

fn optional(layers: &Layers, key: &str) -> Option<String> {
    layers.value(by_key(key)?).map(|given| given.text)
}

fn required(layers: &Layers, key: &str) -> Result<Given, Problem> {
    by_key(key).and_then(|setting| layers.value(setting)).ok_or_else(|| not_in_table(key))
}

/// A slip in this program, not in anyone's configuration; the tests load the defaults to exclude it.
fn not_in_table(key: &str) -> Problem {
    Problem::new("configuration", format!("`{key}` is missing from the table of settings"))
}
