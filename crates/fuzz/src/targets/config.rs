//! Configuration: what is accepted is within the bounds that the documents promise, and a refusal is one line a problem
//! that repeats no secret.

use authms_server::config::{Config, Environment, Overrides};
use authms_testkit::dir::TempDir;
use std::sync::LazyLock;
use std::time::Duration;

/// Between the file and the environment.
const ENVIRONMENT: &str = "\n---\n";
/// Stands for a secret, wherever one may stand.
const CANARY: &str = "k4n4ry";
const SECRETS: [&str; 6] = [
    "AUTHMS_MASTER_KEY",
    "AUTHMS_MASTER__KEY",
    "AUTHMS_MAIL__SMTP__PASSWORD",
    "AUTHMS_SMS__TOKEN",
    "AUTHMS_PASSWORDS__PEPPERS",
    "AUTHMS_PASSWORDS__PEPPERS_FILE",
];

static DIR: LazyLock<TempDir> = LazyLock::new(|| TempDir::new("authms-fuzz"));

/// A TOML file, and variables a line after `---`.
pub fn run(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let (file, variables) = text.split_once(ENVIRONMENT).unwrap_or((text, ""));
    let variables: Vec<_> = variables.lines().filter_map(variable).collect();
    let environment: Environment = variables.iter().cloned().collect();
    let path = DIR.path().join("authms.toml");
    std::fs::write(&path, file).expect("a file");
    let flags = Overrides { config: Some(path), ..Overrides::default() };
    match Config::load(&flags, &environment) {
        Ok(config) => bounds(&config),
        Err(refused) => {
            assert!(!refused.problems().is_empty());
            let is_elsewhere = |(name, value): &(String, String)| {
                name.contains(CANARY) || (value.contains(CANARY) && !SECRETS.contains(&name.as_str()))
            };
            let is_secret = !file.contains(CANARY) && !variables.iter().any(is_elsewhere);
            for problem in refused.problems() {
                let shown = problem.to_string();
                assert!(!shown.chars().any(char::is_control), "{shown:?}");
                assert!(!is_secret || !shown.contains(CANARY), "{shown}");
            }
        }
    }
}

/// A variable; the files that some name are looked for in a directory of ours, lest a device keep us waiting.
fn variable(line: &str) -> Option<(String, String)> {
    let (name, value) = line.split_once('=')?;
    let names_a_file = name.ends_with("_FILE");
    let value = if names_a_file {
        DIR.path().join(value.replace('/', "_")).display().to_string()
    } else {
        value.to_owned()
    };
    (name != "AUTHMS_CONFIG").then(|| (name.to_owned(), value))
}

fn bounds(config: &Config) {
    let within = |value: Duration, min: u64, max: u64| (min..=max).contains(&value.as_secs());
    let Config { server, tokens, tickets, passwords, limits, mail, .. } = config;
    assert!(within(tickets.ttl, 10, 600) && within(tickets.on_behalf_ttl, 10, 600), "s03");
    assert!(within(tickets.replay_window, 0, 60) && (1..=20).contains(&tickets.max_attempts));
    assert!(within(tokens.access_ttl, 60, 3600) && within(tokens.clock_leeway, 0, 120));
    assert!(within(server.header_timeout, 1, 120) && within(server.request_timeout, 1, 600));
    assert!((8..=64).contains(&passwords.min_length) && passwords.memory_kib >= 7168);
    let is_exempt = |proxy| limits.exempt.iter().any(|net: &ipnet::IpNet| net.contains(proxy));
    assert!(!server.trusted_proxies.iter().any(is_exempt), "a proxy without limits");
    for url in server.issuer.iter().chain(&mail.reset_url) {
        assert!(url.starts_with("https://") || url.starts_with("http://"), "{url}");
        assert!(url.bytes().all(|b| b.is_ascii_graphic()), "{url}");
    }
    if let Some(issuer) = &server.issuer {
        let read = url::Url::parse(issuer).expect("an issuer that is accepted is a URL");
        assert!(read.username().is_empty() && read.query().is_none() && read.fragment().is_none());
    }
}
