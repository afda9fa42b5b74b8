//! Rules between settings, checked once each value is understood by itself.

use authms_crypto::MasterKey;

use super::layers::Layers;
use super::settings::by_key;
use super::value::overlap;
use super::{Config, MasterKeySource, Passwords, Problem, SmtpTls, issuer, passkeys};

/// The least memory by number of passes: each row costs an attacker about the same (the OWASP
/// password storage recommendations for Argon2id).
const LEAST_MEMORY_KIB: [u32; 5] = [47_104, 19_456, 12_288, 9_216, 7_168];

/// What forbids this configuration.
pub(super) fn problems(config: &Config, layers: &Layers) -> Vec<Problem> {
    let found = [
        key_for_a_path(config, layers),
        weak_hash(&config.passwords, layers),
        exempt_proxy(config, layers),
        foreign_origin(config, layers),
        half_of_tls(layers).or_else(|| in_the_clear(config, layers)),
        half_of_smtp(layers).or_else(|| mail_in_the_clear(config, layers)),
        syslog_in_the_clear(config, layers),
    ];
    found.into_iter().flatten().collect()
}

/// What is allowed but deserves a look.
pub(super) fn warnings(config: &Config) -> Vec<String> {
    let mut warnings = Vec::new();
    if let Some(url) = config.server.issuer.as_deref().filter(|url| issuer::is_exposed(url)) {
        warnings.push(format!(
            "`server.issuer` is {url}: over plain http everyone on the way can read tokens; use https"
        ));
    }
    if let (Some(_), Some(url)) = (&config.server.tls, config.server.issuer.as_deref())
        && url.starts_with("http://")
    {
        warnings.push(format!("`server.issuer` is {url}, but TLS is served; clients will look for https"));
    }
    if config.server.trusted_proxies.iter().any(|net| net.prefix_len() == 0) {
        warnings.push(
            "`server.trusted_proxies` holds every address: any client can claim to be any other; name the proxies"
                .into(),
        );
    }
    warnings
}

/// The key where its path belongs would be shown as any path is, in `config check` and in messages.
fn key_for_a_path(config: &Config, layers: &Layers) -> Option<Problem> {
    let MasterKeySource::File(path) = &config.master else { return None };
    let is_key = path.to_str().is_some_and(|text| MasterKey::parse(text).is_ok());
    (is_key && !path.exists()).then(|| {
        let sentence = "`master.key_file` holds the key itself; expected the path of a file that holds it";
        problem_at("master.key_file", layers, sentence.into())
    })
}

fn weak_hash(passwords: &Passwords, layers: &Layers) -> Option<Problem> {
    let row = (passwords.iterations.max(1) as usize).min(LEAST_MEMORY_KIB.len());
    let least = LEAST_MEMORY_KIB[row - 1];
    (passwords.memory_kib < least).then(|| {
        let sentence = format!(
            "`passwords.memory_kib` is {} with `passwords.iterations` {}, too cheap to guess against; \
             expected at least {least} KiB for that many passes; raise either",
            passwords.memory_kib, passwords.iterations
        );
        problem_at("passwords.memory_kib", layers, sentence)
    })
}

/// Behind a proxy the peer is the proxy: exempting it would exempt the whole world whenever the
/// forwarding header is missing.
fn exempt_proxy(config: &Config, layers: &Layers) -> Option<Problem> {
    let proxies = &config.server.trusted_proxies;
    let mut pairs = config.limits.exempt.iter().flat_map(|net| proxies.iter().map(move |proxy| (net, proxy)));
    let (net, proxy) = pairs.find(|(net, proxy)| overlap(net, proxy))?;
    let sentence = format!(
        "`limits.exempt` {net} overlaps {proxy} of `server.trusted_proxies`, so requests through the proxy could \
         escape every limit; narrow one of them"
    );
    Some(problem_at("limits.exempt", layers, sentence))
}

/// A browser would refuse to use the passkeys there, as it should.
fn foreign_origin(config: &Config, layers: &Layers) -> Option<Problem> {
    let server = config.server.issuer.as_deref();
    let id = config.passkeys.rp_id.as_deref().or_else(|| server.map(passkeys::host_of))?;
    let origin = config.passkeys.origins.iter().find(|origin| !passkeys::covers(id, origin))?;
    let sentence = format!(
        "`passkeys.origins` has {origin}, which is neither on {id} nor below it, so no browser would use a passkey \
         there; name the domain that all pages share by `passkeys.rp_id`"
    );
    Some(problem_at("passkeys.origins", layers, sentence))
}

fn half_of_tls(layers: &Layers) -> Option<Problem> {
    let (cert, key) = ("server.tls.cert_file", "server.tls.key_file");
    let given = |key| by_key(key).is_some_and(|setting| layers.value(setting).is_some());
    let (there, missing) = match (given(cert), given(key)) {
        (true, false) => (cert, key),
        (false, true) => (key, cert),
        _ => return None,
    };
    let sentence = format!("`{there}` is given without `{missing}`; TLS needs both, plain HTTP neither");
    Some(problem_at(there, layers, sentence))
}

/// Off this machine everyone on the way could read passwords, tickets and tokens.
fn in_the_clear(config: &Config, layers: &Layers) -> Option<Problem> {
    let server = &config.server;
    let stays = server.listen.ip().to_canonical().is_loopback();
    if stays || server.tls.is_some() || !server.trusted_proxies.is_empty() {
        return None;
    }
    let sentence = format!(
        "`server.listen` is {}, off this machine, where plain HTTP would show passwords, tickets and tokens; listen on \
         127.0.0.1, or name a certificate by `server.tls.cert_file` and `server.tls.key_file`, or the proxy that \
         terminates TLS by `server.trusted_proxies`",
        server.listen
    );
    Some(problem_at("server.listen", layers, sentence))
}

fn half_of_smtp(layers: &Layers) -> Option<Problem> {
    let (name, password) = ("mail.smtp.username", "mail.smtp.password");
    let given = |key| by_key(key).is_some_and(|setting| layers.value(setting).is_some());
    let (there, missing) = match (given(name), given(password)) {
        (true, false) => (name, password),
        (false, true) => (password, name),
        _ => return None,
    };
    let sentence = format!("`{there}` is given without `{missing}`; give both or neither");
    Some(problem_at(there, layers, sentence))
}

/// Off this machine everyone on the way could read codes and the password.
fn mail_in_the_clear(config: &Config, layers: &Layers) -> Option<Problem> {
    let smtp = config.mail.smtp.as_ref()?;
    let url = format!(
        "smtp://{}",
        if smtp.host.contains(':') { format!("[{}]", smtp.host) } else { smtp.host.clone() }
    );
    if smtp.tls != SmtpTls::None || issuer::is_local(&url) {
        return None;
    }
    let sentence = format!(
        "`mail.smtp.tls` is none with `mail.smtp.host` {}, off this machine, where everyone on the way could read the \
         codes in e-mails; use starttls or tls",
        smtp.host
    );
    Some(problem_at("mail.smtp.tls", layers, sentence))
}

/// Off this machine everyone on the way could read what happens.
fn syslog_in_the_clear(config: &Config, layers: &Layers) -> Option<Problem> {
    let at = config.audit.siem_syslog.as_ref()?;
    let host = if at.host.contains(':') { format!("[{}]", at.host) } else { at.host.clone() };
    if at.is_tls || issuer::is_local(&format!("tcp://{host}")) {
        return None;
    }
    let sentence = format!(
        "`audit.siem.syslog` is tcp://{host}, off this machine, where everyone on the way could read what happens; use tls, or \
         a relay on this machine"
    );
    Some(problem_at("audit.siem.syslog", layers, sentence))
}

fn problem_at(key: &str, layers: &Layers, sentence: String) -> Problem {
    match by_key(key).and_then(|setting| layers.value(setting)) {
        Some(given) => Problem::new(given.origin, sentence),
        None => Problem::new("configuration", sentence),
    }
}
