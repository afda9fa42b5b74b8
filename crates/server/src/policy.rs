//! From the configuration to what the use cases and the HTTP face are given.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use authms_core::limits::{Quota, Quotas};
use authms_core::message;
use authms_core::parts::Policy;
use authms_core::session::ByAssurance;
use authms_core::ticket::VelocityPolicy;
use authms_core::time::Span;
use authms_crypto::{Argon2Params, MasterKey, Peppers};
use authms_http::{Settings, Transport};

use crate::config::{Config, Limit, Limits, is_local, relying_party};
use crate::passwords::{Admission, Hashing};

/// What the use cases go by. Without a configured audience it is the issuer.
pub fn policy(config: &Config, issuer: String) -> Policy {
    Policy {
        relying_party: relying_party(&config.passkeys, &issuer),
        passkey_user_verification: config.passkeys.user_verification,
        audience: config.server.audience.clone().unwrap_or_else(|| issuer.clone()),
        issuer,
        access_ttl: span(config.tokens.access_ttl),
        session_ttl: by_assurance(config.tokens.session_ttl, config.tokens.mfa_session_ttl),
        session_idle: by_assurance(config.tokens.session_idle, config.tokens.mfa_session_idle),
        leeway: config.tokens.clock_leeway.as_secs(),
        ticket_ttl: span(config.tickets.ttl),
        on_behalf_ttl: span(config.tickets.on_behalf_ttl),
        ticket_attempts: u8::try_from(config.tickets.max_attempts).unwrap_or(u8::MAX),
        velocity: VelocityPolicy {
            floor: config.tickets.alarm_floor,
            floor_person: config.tickets.alarm_floor_person,
            factor: config.tickets.alarm_factor,
        },
        replay_window: span(config.tickets.replay_window),
        jwks_max_age: span(config.tokens.jwks_max_age),
        rotate_keys_after: config.keys.rotate_after.map(span),
        audit_kept: config.audit_kept,
        webhook_patience: span(config.webhooks.disable_after),
        password_min_length: config.passwords.min_length as usize,
        messages: message::Policy {
            language: config.mail.language,
            reset_url: config.mail.reset_url.clone(),
        },
        code_digits: config.codes.digits,
        short_recovery_codes: config.codes.short_recovery,
        quotas: quotas(&config.limits),
    }
}

/// What the HTTP face goes by. Browsers are told to insist on TLS where we serve it, but not on `localhost`: there they
/// would insist on it for whatever else a developer runs.
pub fn settings(config: &Config, issuer: &str) -> Settings {
    Settings {
        trusted_proxies: config.server.trusted_proxies.clone(),
        exempt: config.limits.exempt.clone(),
        max_in_flight: config.server.max_in_flight as usize,
        max_at_work: config.server.places_at_work(),
        request_timeout: config.server.request_timeout,
        docs: config.server.docs,
        hsts: config.server.tls.is_some() && !is_local(issuer),
    }
}

/// The bounds of the transport.
pub fn transport(config: &Config) -> Transport {
    Transport {
        max_connections: config.server.max_connections as usize,
        header_timeout: config.server.header_timeout,
        drain: config.server.drain,
    }
}

/// How passwords are hashed.
pub fn hashing(config: &Config, master: &MasterKey) -> Hashing {
    let passwords = &config.passwords;
    let params = Argon2Params {
        memory_kib: passwords.memory_kib,
        iterations: passwords.iterations,
        parallelism: passwords.parallelism,
    };
    let more = passwords.peppers.as_ref().map_or("", |peppers| peppers.expose());
    let peppers = Peppers::derived(master).with(more).expect("checked with the rest of the configuration");
    Hashing { params, peppers }
}

/// How many hashes may wait, and for how long.
pub fn admission(config: &Config, workers: usize) -> Admission {
    let passwords = &config.passwords;
    Admission { workers, queue: passwords.queue as usize, max_wait: passwords.max_wait }
}

/// The URL at which a server that listens on `address` is reached from its own machine.
pub fn local_url(config: &Config, address: SocketAddr) -> String {
    let scheme = if config.server.tls.is_some() { "https" } else { "http" };
    format!("{scheme}://{}", local_address(address))
}

fn local_address(address: SocketAddr) -> SocketAddr {
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, address.port())
}

fn quotas(limits: &Limits) -> Quotas {
    Quotas {
        address: quota(limits.address),
        sign_in: quota(limits.address_sign_in),
        account: quota(limits.account),
        client: quota(limits.client),
        ticket: quota(limits.ticket),
        minter: quota(limits.minter),
        minter_person: quota(limits.minter_person),
        codes: quota(limits.codes),
    }
}

fn quota(limit: Limit) -> Quota {
    Quota { requests: limit.quota, window: span(limit.window) }
}

/// What nobody has set for sessions of more than one factor is as for the others.
fn by_assurance(single: Duration, multi: Option<Duration>) -> ByAssurance {
    ByAssurance { single: span(single), multi: span(multi.unwrap_or(single)) }
}

fn span(duration: Duration) -> Span {
    Span::millis(i64::try_from(duration.as_millis()).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::local_address;

    #[test]
    fn a_server_is_reached_where_it_listens() {
        for (address, reached) in [
            ("127.0.0.1:8080", "127.0.0.1:8080"),
            ("0.0.0.0:80", "127.0.0.1:80"),
            ("[::]:8080", "[::1]:8080"),
            ("[fe80::1%3]:8080", "[fe80::1]:8080"),
            ("192.0.2.7:1", "192.0.2.7:1"),
        ] {
            assert_eq!(local_address(address.parse().expect("an address")).to_string(), reached);
        }
    }
}
