//! Traffic limits: counted in the store, named in the answer, throttling rather than locking anybody out.

use crate::fault::Fault;
use crate::parts::Parts;
use crate::time::Span;
use std::net::{IpAddr, Ipv6Addr};

/// What a budget is kept for.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum LimitKind {
    /// All requests of an address.
    Address,
    /// Sign-in attempts of an address.
    SignIn,
    /// Password attempts at an account from one network.
    Account,
    /// Requests of a client or API key.
    Client,
    /// Redemptions that failed, a ticket.
    Ticket,
    /// Tickets minted with an API key.
    Minter,
    /// Tickets minted by a person.
    MinterPerson,
    /// Codes at a challenge: the next has to wait after each wrong one.
    Challenge,
    /// Codes sent to one address.
    Codes,
}

impl LimitKind {
    /// The policy's name in `RateLimit-Policy`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Address => "address",
            Self::SignIn => "address_sign_in",
            Self::Account => "account",
            Self::Client => "client",
            Self::Ticket => "ticket",
            Self::Minter => "minter",
            Self::MinterPerson => "minter_person",
            Self::Challenge => "challenge",
            Self::Codes => "codes",
        }
    }
}

/// So many requests in so long a window; unused quota does not add up.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Quota {
    /// Requests a window, at least 1.
    pub requests: u32,
    /// The window, at least a second.
    pub window: Span,
}

/// The configured quotas.
#[derive(Clone, Copy, Debug)]
pub struct Quotas {
    /// See [`LimitKind::Address`].
    pub address: Quota,
    /// See [`LimitKind::SignIn`].
    pub sign_in: Quota,
    /// See [`LimitKind::Account`].
    pub account: Quota,
    /// See [`LimitKind::Client`].
    pub client: Quota,
    /// See [`LimitKind::Ticket`].
    pub ticket: Quota,
    /// See [`LimitKind::Minter`].
    pub minter: Quota,
    /// See [`LimitKind::MinterPerson`].
    pub minter_person: Quota,
    /// See [`LimitKind::Codes`].
    pub codes: Quota,
}

impl Quotas {
    /// The quota of a kind.
    pub const fn of(&self, kind: LimitKind) -> Quota {
        match kind {
            LimitKind::Address => self.address,
            LimitKind::SignIn => self.sign_in,
            LimitKind::Account => self.account,
            LimitKind::Client => self.client,
            LimitKind::Ticket => self.ticket,
            LimitKind::Minter => self.minter,
            LimitKind::MinterPerson => self.minter_person,
            LimitKind::Challenge => Quota { requests: 1, window: Span::seconds(1) },
            LimitKind::Codes => self.codes,
        }
    }
}

/// One request against one budget, or several at once.
#[derive(Clone, Debug)]
pub struct Take {
    /// What the budget is for.
    pub kind: LimitKind,
    /// Whose budget, in bytes.
    pub key: Vec<u8>,
    /// How large it is.
    pub quota: Quota,
    /// How many requests it counts as: all of them are within the budget, or none is charged.
    pub cost: u32,
}

impl Take {
    /// One request against the configured budget of this kind.
    pub(crate) fn of(parts: &Parts, kind: LimitKind, key: &[u8]) -> Self {
        Self { kind, key: key.to_vec(), quota: parts.policy.quotas.of(kind), cost: 1 }
    }
}

/// A budget after a take.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Budget {
    /// What it is for.
    pub kind: LimitKind,
    /// How large it is.
    pub quota: Quota,
    /// Whether the request was within it.
    pub allowed: bool,
    /// How many requests are left now.
    pub remaining: u32,
    /// Until what was asked for is allowed, or one more request is if none is left; else until the budget is full again.
    pub reset: Span,
}

/// A budget is used up.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("the limit \"{}\" is used up", .0.kind.as_str())]
pub struct Throttled(pub Budget);

impl Throttled {
    /// The next code at a challenge is looked at after so long.
    pub(crate) fn at_challenge(wait: Span) -> Self {
        let quota = Quota { requests: 1, window: wait };
        Self(Budget { kind: LimitKind::Challenge, quota, allowed: false, remaining: 0, reset: wait })
    }
}

/// Charges one request to all of these budgets, or to none if one of them is used up.
///
/// # Errors
/// Outside, [`Fault`] if the store does not answer; inside, [`Throttled`].
pub(crate) async fn charge(parts: &Parts, takes: &[Take]) -> Result<Result<(), Throttled>, Fault> {
    let budgets = parts.store.take(takes).await?;
    Ok(match budgets.into_iter().find(|b| !b.allowed) {
        Some(budget) => Err(Throttled(budget)),
        None => Ok(()),
    })
}

/// What counts as one caller: an IPv4 address, or the /64 of an IPv6 address, since one host commands all of it.
pub fn network(ip: IpAddr) -> ipnet::IpNet {
    let ip = ip.to_canonical();
    let (ip, bits) = match ip {
        IpAddr::V4(_) => (ip, 32),
        IpAddr::V6(v6) => {
            let [a, b, c, d, ..] = v6.segments();
            (IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0)), 64)
        }
    };
    ipnet::IpNet::new_assert(ip, bits)
}

/// The bytes of [`network`], as a budget's key.
pub fn network_key(ip: IpAddr) -> Vec<u8> {
    match network(ip).addr() {
        IpAddr::V4(v4) => v4.octets().to_vec(),
        IpAddr::V6(v6) => v6.octets().to_vec(),
    }
}
