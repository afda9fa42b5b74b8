//! Tests of the rules that span the files of this module.

use std::path::{Path, PathBuf};
use std::time::Duration;

use authms_core::retention::LONGEST_SESSION;

use super::settings::{Fallback, Kind, OTHER_VARIABLES, SETTINGS, Setting};
use super::*;
use crate::scratch::Scratch;

/// A directory to be the data directory, with what goes into the other layers.
struct Case {
    home: Scratch,
    flags: Overrides,
    variables: Vec<(String, String)>,
}

impl Case {
    fn new() -> Self {
        let home = Scratch::new();
        let flags = Overrides { config: Some(home.path().join("authms.toml")), ..Overrides::default() };
        Self { home, flags, variables: Vec::new() }.file("authms.toml", "")
    }

    fn toml(self, text: &str) -> Self {
        self.file("authms.toml", text)
    }

    fn file(self, name: &str, text: &str) -> Self {
        std::fs::write(self.path(name), text).expect("written");
        self
    }

    fn path(&self, name: &str) -> String {
        self.home.path().join(name).to_str().expect("UTF-8").to_owned()
    }

    fn variable(mut self, name: &str, value: &str) -> Self {
        self.variables.push((name.into(), value.into()));
        self
    }

    fn load(&self) -> Result<Config, ConfigError> {
        Config::load(&self.flags, &self.variables.iter().cloned().collect())
    }

    fn config(&self) -> Config {
        self.load().unwrap_or_else(|error| panic!("refused: {error}"))
    }

    fn refusal(&self) -> String {
        self.load().map(drop).expect_err("refused").to_string().replace(&self.path(""), "")
    }
}

fn toml(text: &str) -> Case {
    Case::new().toml(text)
}

fn variable(name: &str, value: &str) -> Case {
    Case::new().variable(name, value)
}

#[test]
fn the_defaults_load_and_are_the_documented_ones() {
    let config = Config::load(&Overrides::default(), &Environment::default()).expect("defaults");
    assert_eq!(config.server.listen.to_string(), "127.0.0.1:8080");
    assert_eq!((config.server.issuer.as_deref(), config.server.audience()), (None, None));
    assert_eq!((config.server.max_in_flight, config.server.max_connections), (1024, 4096));
    assert_eq!(config.server.drain, Duration::from_secs(25));
    assert_eq!(config.data.dir, Path::new("./authms-data"));
    assert!(
        matches!(&config.master, MasterKeySource::File(path) if path == Path::new("./authms-data/master.key"))
    );
    assert!(matches!(&config.store.place, StorePlace::File(file) if file == "./authms-data/authms.db"));
    assert_eq!((config.store.cache_kib, config.store.queue), (4096, 4096));
    assert_eq!(config.retention, authms_core::retention::Retention::default());
    assert_eq!(u64::from(super::settings::MAX_TTL), LONGEST_SESSION.as_seconds().unsigned_abs());
    assert_eq!(config.tokens.access_ttl, Duration::from_secs(1800));
    assert_eq!(config.tokens.session_ttl, Duration::from_secs(30 * 24 * 3600));
    assert_eq!(config.tokens.session_idle, Duration::from_secs(14 * 24 * 3600));
    assert_eq!(config.tickets.ttl, Duration::from_secs(300));
    assert_eq!(config.tickets.max_attempts, 5);
    let passwords = &config.passwords;
    assert_eq!((passwords.memory_kib, passwords.iterations, passwords.parallelism), (19_456, 2, 1));
    assert_eq!((passwords.workers, passwords.queue, passwords.min_length), (None, 64, 15));
    assert!(passwords.worker_count() >= 1);
    assert_eq!(passwords.max_wait, Duration::from_millis(100));
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    assert_eq!(config.server.places_at_work(), 32 * cores);
    assert_eq!(config.limits.account, Limit { quota: 10, window: Duration::from_secs(300) });
    assert_eq!(config.limits.address_sign_in, Limit { quota: 120, window: Duration::from_secs(60) });
    assert_eq!((config.passkeys.rp_id.as_deref(), config.passkeys.user_verification), (None, true));
    assert!(config.passkeys.origins.is_empty());
    assert!(config.limits.exempt.is_empty() && config.server.trusted_proxies.is_empty());
    assert_eq!(config.log.format, LogFormat::Auto);
    assert_eq!(config.log.level, "info".parse().expect("a level"));
    assert!(config.warnings().is_empty());
}

/// Three values that a setting takes, the default not among them.
fn samples(setting: &Setting) -> [String; 3] {
    match setting.kind {
        // From the top, where the hash is never too weak.
        Kind::Number { max, .. } => [max, max - 1, max - 2].map(|number| number.to_string()),
        Kind::Listen => ["127.0.0.1:1", "[::1]:2", "127.9.9.9:3"].map(str::to_owned),
        Kind::Issuer => ["https://a.example", "https://b.example", "https://c.example"].map(str::to_owned),
        Kind::Networks => ["10.0.0.0/8", "192.0.2.1,2001:db8::/32", "::1"].map(str::to_owned),
        Kind::Email => ["a@example.com", "b@example.com", "c@example.com"].map(str::to_owned),
        Kind::Url => {
            ["https://a.example/{code}", "https://b.example", "http://localhost/c"].map(str::to_owned)
        }
        Kind::Syslog => ["tls://a.example", "tls://[::1]:6515", "tcp://127.0.0.1"].map(str::to_owned),
        Kind::Json => ["[]", "{}", "1"].map(str::to_owned),
        Kind::Text | Kind::Path | Kind::MasterKey | Kind::Secret => {
            ["one", "two", "three"].map(str::to_owned)
        }
        Kind::Domain => ["a.example", "b.example", "localhost"].map(str::to_owned),
        // Within the default issuer's host there is none; see the rules.
        Kind::Origins => ["https://a.example", "https://b.example,https://c.example", "http://localhost"]
            .map(str::to_owned),
        Kind::Choice(words) => [words[1], words[words.len() - 1], words[1]].map(str::to_owned),
        Kind::Levels => ["warn", "debug,a=off", "trace"].map(str::to_owned),
        Kind::StoreUrl => ["sqlite:a", "sqlite:b", "sqlite:c"].map(str::to_owned),
        Kind::Peppers => ["a", "b", "c"].map(|name| format!("{name}:{}", "1f".repeat(31) + "00")),
    }
}

fn as_toml(setting: &Setting, value: &str) -> String {
    let (section, name) = setting.key.rsplit_once('.').expect("a section");
    let value = match setting.kind {
        Kind::Number { .. } => value.to_owned(),
        Kind::Networks | Kind::Origins => format!("{:?}", value.split(',').collect::<Vec<_>>()),
        _ => format!("{value:?}"),
    };
    format!("[{section}]\n{name} = {value}\n")
}

#[test]
fn each_layer_of_each_setting_overrides_those_below() {
    for setting in SETTINGS.iter().filter(|s| !s.kind.is_secret() && s.key != "master.key_file") {
        let [first, second, third] = samples(setting);
        let name = setting.variable();
        let row = |case: &Case| case.config().sources().get(setting.key).cloned().expect("a row");

        // Half a pair is refused, so its other half is always there.
        let case = match setting.key {
            "server.tls.cert_file" => variable("AUTHMS_SERVER__TLS__KEY_FILE", "key.pem"),
            "server.tls.key_file" => variable("AUTHMS_SERVER__TLS__CERT_FILE", "cert.pem"),
            "mail.smtp.username" => variable("AUTHMS_MAIL__SMTP__PASSWORD", "secret"),
            _ => Case::new(),
        };
        if !setting.key.starts_with("server.tls.") && setting.key != "mail.smtp.username" {
            assert_eq!(row(&case).from, "default", "{name}");
        }

        let case = case.toml(&as_toml(setting, &first));
        let found = row(&case);
        assert_eq!(found.value, first, "{name}: file over default");
        assert!(found.from.ends_with("authms.toml line 2"), "{}", found.from);

        let case = case.variable(&name, &second);
        let found = row(&case);
        assert_eq!((found.value, found.from), (second, format!("environment: {name}")), "variable over file");

        let case = case.file("value", &format!("  {third}\n"));
        let path = case.path("value");
        let case = case.variable(&format!("{name}_FILE"), &path);
        let found = row(&case);
        assert_eq!(
            (found.value, found.from),
            (third, format!("{path} (named by {name}_FILE)")),
            "file of variable"
        );
    }
}

#[test]
fn flags_override_everything() {
    let mut case =
        toml("[server]\nlisten = '127.0.0.1:1'\nissuer = 'https://a.example'\n[log]\nlevel = 'warn'")
            .variable("AUTHMS_SERVER__LISTEN", "127.0.0.1:2")
            .variable("AUTHMS_DATA__DIR", "/two")
            .file("value", "https://b.example");
    case = {
        let path = case.path("value");
        case.variable("AUTHMS_SERVER__ISSUER_FILE", &path)
    };
    case.flags.listen = Some("127.0.0.1:3".parse().expect("an address"));
    case.flags.data_dir = Some("/three".into());
    case.flags.issuer = Some("https://c.example".into());
    case.flags.log_level = Some("trace".into());
    case.flags.log_format = Some("text".into());
    let config = case.config();
    assert_eq!(config.server.listen.port(), 3);
    assert_eq!(config.data.dir, Path::new("/three"));
    assert_eq!(config.server.audience(), Some("https://c.example"));
    assert_eq!(config.log.format, LogFormat::Text);
    assert_eq!(config.sources().get("log.level").map(|row| row.from.as_str()), Some("flag --log-level"));

    case.flags.issuer = Some("c.example".into());
    assert!(case.refusal().starts_with("flag --issuer: `server.issuer` is `c.example`; expected"));
}

#[test]
fn the_file_is_found_by_flag_then_variable_then_data_directory() {
    let mut case = Case::new()
        .toml("[store]\nqueue = 1")
        .file("by-variable.toml", "[store]\nqueue = 2")
        .file("by-flag.toml", "[store]\nqueue = 3");
    case.flags.config = None;
    case.flags.data_dir = Some(case.home.path().into());
    assert_eq!(case.config().store.queue, 1);
    case = {
        let path = case.path("by-variable.toml");
        case.variable("AUTHMS_CONFIG", &path)
    };
    assert_eq!(case.config().store.queue, 2);
    case.flags.config = Some(case.path("by-flag.toml").into());
    assert_eq!(case.config().store.queue, 3);
    case.flags.config = Some(case.path("missing.toml").into());
    assert!(case.refusal().starts_with("missing.toml: cannot read this configuration file"));
    case.flags.config = None;
    case.variables = vec![("AUTHMS_CONFIG".into(), String::new())];
    assert!(case.refusal().starts_with("environment: AUTHMS_CONFIG: is set but empty"));
}

#[test]
fn an_unknown_key_refuses_and_says_where() {
    let found =
        toml("# one\n[server]\n# three\n# four\n# five\n# six\nisuer = 'https://a.example'").refusal();
    assert_eq!(found, "authms.toml line 7: unknown key `server.isuer`; did you mean `server.issuer`?");
    let found = toml("[servr]\nlisten = 'x'\nother = 1").refusal();
    assert_eq!(found, "authms.toml line 1: unknown key `servr`; did you mean `server`?");
    let found = toml("limits.adress.quota = 1").refusal();
    assert_eq!(found, "authms.toml line 1: unknown key `limits.adress`; did you mean `limits.address`?");
    assert_eq!(toml("\nfrobnicate = 1").refusal(), "authms.toml line 2: unknown key `frobnicate`; remove it");
    assert_eq!(
        toml("server = 1").refusal(),
        "authms.toml line 1: `server` is a section; begin it with [server]"
    );
    assert!(toml("[[server]]\nlisten = 'x'").refusal().contains("`server` is a section"));
    assert!(toml("[store.queue]\nx = 1").refusal().contains("`store.queue` is of type table"));
}

#[test]
fn an_unknown_variable_refuses_and_never_shows_its_value() {
    let found = variable("AUTHMS_SERVER__ISUER", "hunter2").refusal();
    assert_eq!(
        found,
        "environment: unknown variable AUTHMS_SERVER__ISUER; did you mean `AUTHMS_SERVER__ISSUER`?"
    );
    let found = variable("AUTHMS_SERVER_ISSUER", "x").refusal();
    assert!(found.ends_with("did you mean `AUTHMS_SERVER__ISSUER`?"), "{found}");
    let found = variable("AUTHMS_STORE__URL_FIEL", "x").refusal();
    assert!(found.ends_with("did you mean `AUTHMS_STORE__URL_FILE`?"), "{found}");
    // Names count as written.
    assert!(variable("AUTHMS_server__issuer", "x").load().is_err());
    assert!(variable("AUTHMS_PORT", "8080").load().is_err());
    assert!(variable("AUTHMS_", "x").load().is_err());
    assert!(variable("AUTHMSX", "x").load().is_ok(), "not ours");
}

#[test]
fn addresses_that_kubernetes_announces_are_no_settings() {
    let case = variable("AUTHMS_SERVICE_HOST", "10.0.0.1")
        .variable("AUTHMS_SERVICE_PORT", "8080")
        .variable("AUTHMS_SERVICE_PORT_HTTP", "8080")
        .variable("AUTHMS_PORT", "tcp://10.0.0.1:8080")
        .variable("AUTHMS_PORT_8080_TCP_ADDR", "10.0.0.1");
    case.config();
}

#[test]
fn a_secret_set_twice_refuses() {
    let case = |toml: &str| Case::new().toml(toml).file("secret", "sqlite:/hunter2");
    let path = case("").path("secret");
    let inline = ("AUTHMS_STORE__URL", "sqlite:/hunter2");
    let twice = |case: Case| {
        let found = case.refusal();
        assert!(found.contains("is set twice"), "{found}");
        assert!(!found.contains("hunter2"), "{found}");
    };
    // The value and a file of it; the file's and a variable's.
    let both = case("");
    let file = both.path("secret");
    twice(both.variable(inline.0, inline.1).variable("AUTHMS_STORE__URL_FILE", &file));
    twice(case("[store]\nurl = 'sqlite:/hunter2'").variable(inline.0, inline.1));
    twice(variable("AUTHMS_MASTER_KEY", "hunter2").variable("AUTHMS_MASTER_KEY_FILE", &path));
    twice(variable("AUTHMS_MASTER_KEY", "hunter2").variable("AUTHMS_MASTER__KEY", "hunter2"));
    twice(toml("[master]\nkey_file = '/x'").variable("AUTHMS_MASTER_KEY", "hunter2"));
    twice(toml("[master]\nkey_file = '/x'").variable("AUTHMS_MASTER_KEY_FILE", "/y"));
}

#[test]
fn secrets_are_never_shown() {
    let case =
        variable("AUTHMS_MASTER_KEY", "hunter2").variable("AUTHMS_STORE__URL", "sqlite:/data/hunter2.db");
    let config = case.config();
    let shown = config.sources().to_string();
    assert!(!shown.contains("hunter2"), "{shown}");
    assert!(shown.contains("master.key = [set] (from environment: AUTHMS_MASTER_KEY)"), "{shown}");
    assert!(!format!("{:?}", config.master).contains("hunter2"));

    for refused in [
        variable("AUTHMS_STORE__URL", "postgres://authms:hunter2@db:x/authms"),
        toml("[store]\nurl = 'postgres://authms:hunter2@db:x/authms'"),
        toml("[store]\nurl = ['hunter2']"),
        toml("[store]\nurl = 'hunter2"),
        toml("[store]\nurl = 'hunter2'\nurl = 'hunter2'"),
        toml("[master]\nkey = 'hunter2'"),
    ] {
        let found = refused.refusal();
        assert!(!found.contains("hunter2"), "{found}");
        assert!(
            found.contains("line 2") || found.contains("line 3") || found.contains("environment"),
            "{found}"
        );
    }
}

#[test]
fn the_master_key_has_one_place() {
    assert!(toml("[master]\nkey = 'x'").refusal().contains("must not stand in a configuration file"));
    for name in ["AUTHMS_MASTER_KEY_FILE", "AUTHMS_MASTER__KEY_FILE"] {
        let config = variable(name, "/run/secrets/key").config();
        assert!(
            matches!(&config.master, MasterKeySource::File(path) if path == Path::new("/run/secrets/key"))
        );
    }
    let config = variable("AUTHMS_MASTER_KEY", "words").config();
    assert!(matches!(&config.master, MasterKeySource::Inline(secret) if secret.expose() == "words"));
}

#[test]
fn a_secret_where_its_file_belongs_is_not_repeated() {
    let found = variable("AUTHMS_STORE__URL_FILE", "postgres://authms:hunter2@db/authms").refusal();
    assert!(found.contains("cannot read the file it names") && !found.contains("hunter2"), "{found}");
    let key = authms_crypto::MasterKey::generate().to_text();
    let by_file = toml(&format!("[master]\nkey_file = '{}'", key.expose()));
    for case in [variable("AUTHMS_MASTER_KEY_FILE", key.expose()), by_file] {
        let found = case.refusal();
        assert!(found.contains("the key itself") && !found.contains(key.expose()), "{found}");
    }
}

fn file(url: &str) -> PathBuf {
    match variable("AUTHMS_STORE__URL", url).config().store.place {
        StorePlace::File(path) => path,
        StorePlace::Server(_) => panic!("{url} is a file"),
    }
}

#[test]
fn a_store_is_a_file_or_a_server_and_the_refusal_says_so() {
    for bad in ["mysql://db/authms", "sqlite:", "sqlite::memory:", "sqlite://a/b", "sqlite:a?mode=ro", "a.db"]
    {
        let found = variable("AUTHMS_STORE__URL", bad).refusal();
        assert!(found.contains("`sqlite:<path>` or `postgres://"), "{bad}: {found}");
    }
    for bad in [
        "postgres://",
        "postgres://db:x/authms",
        "postgres://db/authms?sslmode=perhaps",
        "postgres://db/a?x=y",
    ] {
        let found = variable("AUTHMS_STORE__URL", bad).refusal();
        assert!(found.contains("store.url"), "{bad}: {found}");
    }
    assert_eq!(file("sqlite:a/b.db"), Path::new("a/b.db"));
    assert_eq!(file("sqlite:///a/b.db"), Path::new("/a/b.db"));
    let url = "postgres://app:secret@db.example/authms?sslmode=verify-full";
    let config = variable("AUTHMS_STORE__URL", url).config();
    assert!(matches!(&config.store.place, StorePlace::Server(found) if found.expose() == url));
    assert!(!format!("{config:?}").contains("secret@"), "a password shows");
}

#[test]
fn every_number_has_its_bounds() {
    for setting in SETTINGS {
        let Kind::Number { min, max, unit } = setting.kind else { continue };
        let below = min.checked_sub(1).map_or("-1".to_owned(), |below| below.to_string());
        for bad in [below, (u64::from(max) + 1).to_string(), "99999999999999999999".into(), "-5".into()] {
            let by_variable = variable(&setting.variable(), &bad).refusal();
            let by_file = toml(&as_toml(setting, &bad)).refusal();
            for found in [&by_variable, &by_file] {
                let wanted = format!("expected a whole number from {min} to {max} ({unit})");
                // One beyond what TOML itself can hold is refused by its parser.
                assert!(found.contains(&wanted) || found.contains("not TOML"), "{found}");
            }
            assert!(by_variable.starts_with(&format!(
                "environment: {}: `{}`",
                setting.variable(),
                setting.key
            )));
            assert!(by_file.starts_with("authms.toml line 2: "), "{by_file}");
        }
        for bad in ["", "x", "1.5", "+70", " 70", "1_000", "0x10"] {
            assert!(variable(&setting.variable(), bad).load().is_err(), "{} = {bad:?}", setting.key);
        }
        variable(&setting.variable(), &max.to_string()).config();
        // Least memory needs more passes than the default.
        let least = variable(&setting.variable(), &min.to_string());
        match setting.key {
            "passwords.memory_kib" => least.variable("AUTHMS_PASSWORDS__ITERATIONS", "5").config(),
            "passwords.iterations" => least.variable("AUTHMS_PASSWORDS__MEMORY_KIB", "47104").config(),
            _ => least.config(),
        };
    }
}

#[test]
fn p15_a_page_of_another_domain_is_no_place_for_passkeys() {
    let issuer = "[server]\nissuer = \"https://id.example.com\"\n[passkeys]\n";
    let refusal = toml(&format!("{issuer}origins = [\"https://badid.example.com\"]")).refusal();
    assert!(refusal.contains("neither on id.example.com nor below it"), "{refusal}");
    let shared = "rp_id = \"example.com\"\norigins = [\"https://app.example.com\"]";
    assert_eq!(toml(&format!("{issuer}{shared}")).config().passkeys.origins, ["https://app.example.com"]);
    let refusal = toml(&format!("{issuer}rp_id = \"com\"")).refusal();
    assert!(refusal.contains("would be everybody's"), "{refusal}");
}

#[test]
fn s03_ticket_lifetime_above_10_minutes_refuses_to_start() {
    let found = toml("[tickets]\nttl_seconds = 601").refusal();
    assert_eq!(
        found,
        "authms.toml line 2: `tickets.ttl_seconds` is `601`; expected a whole number from 10 to 600 (seconds); \
         correct it, or remove it for the default (300)"
    );
    assert!(variable("AUTHMS_TICKETS__TTL_SECONDS", "3600").load().is_err());
    assert!(variable("AUTHMS_TICKETS__ON_BEHALF_TTL_SECONDS", "601").load().is_err());
    assert_eq!(variable("AUTHMS_TICKETS__TTL_SECONDS", "600").config().tickets.ttl, Duration::from_secs(600));
}

#[test]
fn a_wrong_type_says_what_was_expected() {
    let found = toml("[store]\nqueue = '5'").refusal();
    assert_eq!(
        found,
        "authms.toml line 2: `store.queue` is of type string; expected an integer (no quotes), a whole number from \
         1 to 1000000 (commits)"
    );
    assert!(
        toml("[server]\nlisten = 8080").refusal().contains("expected a string (in quotes), an IP address")
    );
    assert!(toml("[server]\ntrusted_proxies = '::1'").refusal().contains("expected an array of strings"));
    assert!(toml("[server]\ntrusted_proxies = [1]").refusal().contains("expected an array of strings"));
    assert!(toml("[store]\nqueue = 1.0").load().is_err());
    assert!(toml("[store]\nqueue = true").load().is_err());
    assert_eq!(toml("[store]\nqueue = 0x1_0").config().store.queue, 16);
}

#[test]
fn each_kind_refuses_what_it_is_not() {
    for (name, bad) in [
        ("AUTHMS_SERVER__LISTEN", "localhost:8080"),
        ("AUTHMS_SERVER__ISSUER", "https://a.example/"),
        ("AUTHMS_SERVER__AUDIENCE", "two words"),
        ("AUTHMS_SERVER__TRUSTED_PROXIES", "10.0.0.0/33"),
        ("AUTHMS_SERVER__TRUSTED_PROXIES", "10.0.0.1/8"),
        ("AUTHMS_SERVER__TRUSTED_PROXIES", "10.0.0.0/8,"),
        ("AUTHMS_DATA__DIR", "a\0b"),
        ("AUTHMS_LOG__FORMAT", "xml"),
        ("AUTHMS_LOG__LEVEL", "loud"),
    ] {
        let found = variable(name, bad).refusal();
        assert!(
            found.starts_with(&format!("environment: {name}: ")) && found.contains("expected"),
            "{found}"
        );
        assert_eq!(found.lines().count(), 1);
    }
}

#[test]
fn an_empty_value_refuses_but_an_empty_list_is_a_list() {
    assert!(variable("AUTHMS_SERVER__ISSUER", "").refusal().contains("is set but empty"));
    let case =
        toml("[server]\ntrusted_proxies = ['10.0.0.0/8']").variable("AUTHMS_SERVER__TRUSTED_PROXIES", "");
    assert!(case.config().server.trusted_proxies.is_empty());
    let case = Case::new().file("empty", " \n");
    let path = case.path("empty");
    assert!(case.variable("AUTHMS_STORE__URL_FILE", &path).refusal().contains("is set but empty"));
    assert!(
        variable("AUTHMS_STORE__URL_FILE", "/no/such").refusal().contains("cannot read the file it names")
    );
    assert!(variable("AUTHMS_STORE__QUEUE_FILE", "/dev/zero").refusal().contains("longer than 64 KiB"));
}

#[test]
fn a_value_cannot_forge_a_second_line() {
    let found = variable("AUTHMS_LOG__FORMAT", "x\r\nall is well\u{1b}[2J").refusal();
    assert_eq!(found.lines().count(), 1);
    assert!(found.contains("x\\r\\nall is well\\u001b[2J"), "{found}");
}

#[test]
fn several_problems_are_told_at_once() {
    let found = toml("[server]\nlisten = 'x'\nnope = 1\n[store]\nqueue = 0")
        .variable("AUTHMS_NOPE", "1")
        .variable("AUTHMS_LOG__LEVEL", "loud")
        .refusal();
    assert_eq!(found.lines().count(), 5, "{found}");
}

#[test]
fn lists_are_comma_separated_and_take_single_addresses() {
    let config =
        variable("AUTHMS_SERVER__TRUSTED_PROXIES", "10.0.0.0/8, 192.0.2.7,::ffff:198.51.100.0/120").config();
    let found: Vec<String> = config.server.trusted_proxies.iter().map(ToString::to_string).collect();
    assert_eq!(found, ["10.0.0.0/8", "192.0.2.7/32", "198.51.100.0/24"]);
}

#[test]
fn an_exempt_network_never_overlaps_a_trusted_proxy() {
    let pair = |exempt: &str, proxies: &str| {
        variable("AUTHMS_LIMITS__EXEMPT", exempt).variable("AUTHMS_SERVER__TRUSTED_PROXIES", proxies)
    };
    for (exempt, proxies) in [
        ("10.0.0.0/8", "10.0.0.0/8"),
        ("10.0.0.0/8", "10.1.2.3"),
        ("10.1.2.3", "10.0.0.0/8"),
        ("192.0.2.1,0.0.0.0/0", "2001:db8::1,10.0.0.1"),
        ("::/0", "10.0.0.1"),
        ("::ffff:10.0.0.0/104", "10.0.0.1"),
        ("10.0.0.1", "::ffc0:0:0/90"),
        ("2001:db8::/32", "2001:db8:1::/48"),
    ] {
        let found = pair(exempt, proxies).refusal();
        assert!(found.starts_with("environment: AUTHMS_LIMITS__EXEMPT: `limits.exempt` "), "{found}");
        assert!(found.contains("overlaps"), "{exempt} {proxies}: {found}");
    }
    for (exempt, proxies) in
        [("10.0.0.0/8", "11.0.0.0/8"), ("::1", "10.0.0.1"), ("0.0.0.0/0", "::1"), ("", "::/0")]
    {
        pair(exempt, proxies).config();
    }
}

#[test]
fn a_hash_too_cheap_to_guess_against_is_refused() {
    let pair = |memory: &str, passes: &str| {
        variable("AUTHMS_PASSWORDS__MEMORY_KIB", memory).variable("AUTHMS_PASSWORDS__ITERATIONS", passes)
    };
    for (memory, passes) in
        [("47104", "1"), ("19456", "2"), ("12288", "3"), ("9216", "4"), ("7168", "5"), ("7168", "9")]
    {
        pair(memory, passes).config();
    }
    for (memory, passes) in [("47103", "1"), ("19455", "2"), ("12287", "3"), ("9215", "4"), ("7168", "4")] {
        let found = pair(memory, passes).refusal();
        assert!(found.contains("too cheap to guess against; expected at least"), "{found}");
    }
}

#[test]
fn plain_http_to_elsewhere_and_boundless_trust_are_warned_of() {
    let warned = |name: &str, value: &str| variable(name, value).config().warnings().len();
    assert_eq!(warned("AUTHMS_SERVER__ISSUER", "http://id.example.org"), 1);
    assert_eq!(warned("AUTHMS_SERVER__ISSUER", "http://localhost:8080"), 0);
    assert_eq!(warned("AUTHMS_SERVER__ISSUER", "https://id.example.org"), 0);
    assert_eq!(warned("AUTHMS_SERVER__TRUSTED_PROXIES", "0.0.0.0/0"), 1);
}

#[test]
fn off_this_machine_nothing_is_served_in_the_clear() {
    let listen = |address: &str| variable("AUTHMS_SERVER__LISTEN", address);
    for address in ["0.0.0.0:8080", "[::]:8080", "192.0.2.7:80", "10.0.0.1:0", "[::ffff:192.0.2.7]:80"] {
        let found = listen(address).refusal();
        assert!(found.starts_with("environment: AUTHMS_SERVER__LISTEN: `server.listen` is "), "{found}");
        for mend in ["127.0.0.1", "server.tls.cert_file", "server.tls.key_file", "server.trusted_proxies"] {
            assert!(found.contains(mend), "{found}");
        }
        listen(address).variable("AUTHMS_SERVER__TRUSTED_PROXIES", "10.0.0.2").config();
        let tls = listen(address).variable("AUTHMS_SERVER__TLS__CERT_FILE", "/cert.pem");
        let tls = tls.variable("AUTHMS_SERVER__TLS__KEY_FILE", "/key.pem").config().server.tls;
        assert!(tls.is_some_and(|files| files.cert.ends_with("cert.pem") && files.key.ends_with("key.pem")));
    }
    for address in ["127.0.0.1:8080", "127.9.9.9:1", "[::1]:8080", "[::ffff:127.0.0.1]:8080"] {
        assert!(listen(address).config().server.tls.is_none(), "{address}");
    }
}

#[test]
fn a_certificate_without_its_key_is_refused() {
    let cert = variable("AUTHMS_SERVER__TLS__CERT_FILE", "/cert.pem").refusal();
    assert!(cert.contains("`server.tls.cert_file` is given without `server.tls.key_file`"), "{cert}");
    let key =
        variable("AUTHMS_SERVER__TLS__KEY_FILE", "/key.pem").variable("AUTHMS_SERVER__LISTEN", "[::]:1");
    let key = key.refusal();
    assert!(key.contains("`server.tls.key_file` is given without `server.tls.cert_file`"), "{key}");
}

#[test]
fn an_issuer_in_the_clear_beside_tls_is_warned_of() {
    let tls = variable("AUTHMS_SERVER__TLS__CERT_FILE", "/c").variable("AUTHMS_SERVER__TLS__KEY_FILE", "/k");
    assert!(tls.config().warnings().is_empty());
    let plain = tls.variable("AUTHMS_SERVER__ISSUER", "http://localhost:8080");
    assert!(plain.config().warnings()[0].contains("clients will look for https"));
}

#[test]
fn the_table_is_sound() {
    let help = environment_help();
    for (at, setting) in SETTINGS.iter().enumerate() {
        assert!(SETTINGS[..at].iter().all(|other| other.key != setting.key), "{} twice", setting.key);
        assert!(help.contains(&format!("  {}\n", setting.variable())), "{}", setting.key);
        if let Fallback::Value(text) = setting.default {
            assert_eq!(value::check(setting.kind, text), Ok(()), "{}", setting.key);
        }
        let found = settings::by_variable(&setting.variable()).map(|(found, file)| (found.key, file));
        assert_eq!(found, Some((setting.key, false)));
    }
    assert!(OTHER_VARIABLES.iter().all(|(name, _)| help.contains(name)));
}

#[test]
fn the_flags_are_a_clap_command() {
    use clap::Args as _;
    Overrides::augment_args(clap::Command::new("authms")).debug_assert();
}
