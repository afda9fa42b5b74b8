//! What a ticket is bound to: checked when it is minted, met when it is redeemed.

use super::attempt::Attempt;
use super::model::{Purpose, Ticket};
use crate::client::Client;
use crate::text::InvalidText;
use authms_crypto::{SecretString, ct_eq, pkce_s256, sha256};
use ipnet::{IpNet, Ipv4Net};
use std::fmt;
use std::net::IpAddr;

/// What a ticket is to be bound to besides its client and its proof.
#[derive(Clone, Debug, Default)]
pub struct Bindings {
    /// The address or network that it must be redeemed from.
    pub ip: Option<String>,
    /// The redirect URI that the redeemer must repeat, one of its client's.
    pub redirect_uri: Option<String>,
    /// What the redeemer must repeat, for instance the name of the browser session that asked for the ticket.
    pub context: Option<Context>,
}

/// A context; its `Debug` shows the SHA-256, so that it is not printed and yet tells two requests apart.
#[derive(Clone)]
pub struct Context(SecretString);

impl Context {
    /// Takes the text over.
    pub fn new(text: SecretString) -> Self {
        Self(text)
    }

    fn hash(&self) -> [u8; 32] {
        sha256(self.0.expose().as_bytes())
    }
}

impl fmt::Debug for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.hash().iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// Bindings as a ticket keeps them.
#[derive(Debug)]
pub(super) struct Bound {
    pub network: Option<IpNet>,
    pub redirect_uri: Option<String>,
    pub context_hash: Option<[u8; 32]>,
}

impl Bindings {
    /// Checks them for a ticket of this client, or of none.
    ///
    /// # Errors
    /// Names the member that is wrong, and how.
    pub(super) fn check(self, client: Option<&Client>) -> Result<Bound, InvalidText> {
        Ok(Bound {
            network: self.ip.as_deref().map(network).transpose()?,
            redirect_uri: self.redirect_uri.map(|uri| registered(uri, client)).transpose()?,
            context_hash: self.context.map(|context| visible(&context)).transpose()?,
        })
    }
}

/// The network that an address or a network in CIDR notation names. An IPv4 address within IPv6 is the IPv4 address, as
/// it is where requests come from. Bits beyond the prefix are refused: whoever sets them perhaps meant one address.
fn network(text: &str) -> Result<IpNet, InvalidText> {
    let wrong = |problem| InvalidText { member: "ip", problem };
    let parsed = match text.parse::<IpAddr>() {
        Ok(address) => Some(IpNet::from(address)),
        Err(_) => text.parse::<IpNet>().ok(),
    };
    let network = canonical(parsed.ok_or(wrong("must be an IP address or a network such as 192.0.2.0/24"))?);
    if network.trunc() != network {
        return Err(wrong("must have no bits set beyond its prefix"));
    }
    if network.prefix_len() == 0 {
        return Err(wrong("must not be every address"));
    }
    Ok(network)
}

fn canonical(network: IpNet) -> IpNet {
    let IpNet::V6(v6) = network else { return network };
    let mapped = v6.addr().to_ipv4_mapped().zip(v6.prefix_len().checked_sub(96));
    mapped.and_then(|(v4, bits)| Ipv4Net::new(v4, bits).ok()).map_or(network, IpNet::V4)
}

fn registered(uri: String, client: Option<&Client>) -> Result<String, InvalidText> {
    let wrong = |problem| InvalidText { member: "redirect_uri", problem };
    let client = client.ok_or(wrong("needs a client_id"))?;
    if client.redirect_uris.contains(&uri) {
        Ok(uri)
    } else {
        Err(wrong("must be one of the client's redirect_uris, byte for byte"))
    }
}

fn visible(context: &Context) -> Result<[u8; 32], InvalidText> {
    let text = context.0.expose();
    if (1..=512).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic()) {
        Ok(context.hash())
    } else {
        Err(InvalidText { member: "context", problem: "must have 1 to 512 visible ASCII characters" })
    }
}

/// The first binding that is not met, as the stable word for the audit log. What the redeemer states of a ticket that is
/// not bound to it is wrong, too: else a ticket slipped in by somebody else would pass (RFC 9700 §4.8.2).
pub(super) fn broken_binding(attempt: &Attempt<'_>, ticket: &Ticket) -> Option<&'static str> {
    let ask = attempt.ask;
    let client = attempt.client.as_ref();
    let met = [
        ("wrong_tenant", ask.tenant.is_none_or(|named| named == Ok(ticket.tenant))),
        ("wrong_client", client.is_none_or(|c| c.tenant == ticket.tenant)),
        ("wrong_client", ticket.client.is_none() || ticket.client == client.map(|c| c.id)),
        ("unproven", client.is_some() || ticket.proof.is_some() || ticket.purpose != Purpose::OnBehalf),
        ("wrong_verifier", proof_met(ask.verifier.as_ref(), ticket.proof.as_deref())),
        (
            "wrong_address",
            ticket.network.is_none_or(|net| attempt.source.ip.is_some_and(|ip| holds(net, ip))),
        ),
        ("wrong_redirect_uri", redirect_uri_met(attempt, ticket)),
        ("wrong_context", context_met(ask.context.as_ref(), ticket.context_hash.as_ref())),
    ];
    met.into_iter().find(|(_, met)| !met).map(|(word, _)| word)
}

fn proof_met(verifier: Option<&SecretString>, challenge: Option<&str>) -> bool {
    match (verifier, challenge) {
        (None, None) => true,
        (Some(v), Some(challenge)) => ct_eq(pkce_s256(v.expose()).as_bytes(), challenge.as_bytes()),
        (Some(_), None) | (None, Some(_)) => false,
    }
}

fn holds(network: IpNet, ip: IpAddr) -> bool {
    network.contains(&ip.to_canonical())
}

/// Repeated byte for byte, and still registered: a URI that its client has given up receives nobody.
fn redirect_uri_met(attempt: &Attempt<'_>, ticket: &Ticket) -> bool {
    let registered =
        |uri: &String| attempt.client.as_ref().is_some_and(|client| client.redirect_uris.contains(uri));
    attempt.ask.redirect_uri == ticket.redirect_uri && ticket.redirect_uri.as_ref().is_none_or(registered)
}

fn context_met(stated: Option<&SecretString>, hash: Option<&[u8; 32]>) -> bool {
    match (stated, hash) {
        (None, None) => true,
        (Some(context), Some(hash)) => ct_eq(&sha256(context.expose().as_bytes()), hash),
        (Some(_), None) | (None, Some(_)) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_a_network_of_one() {
        let read = |text: &str| network(text).map(|net| net.to_string()).map_err(|wrong| wrong.problem);
        for (text, kept) in [
            ("192.0.2.7", "192.0.2.7/32"),
            ("192.0.2.0/24", "192.0.2.0/24"),
            ("2001:DB8::1", "2001:db8::1/128"),
            ("2001:db8::/32", "2001:db8::/32"),
            ("::ffff:192.0.2.7", "192.0.2.7/32"),
            ("::ffff:c000:200/120", "192.0.2.0/24"),
        ] {
            assert_eq!(read(text).as_deref(), Ok(kept), "{text}");
        }
        let beyond = Err("must have no bits set beyond its prefix");
        for text in ["192.0.2.7/24", "2001:db8::1/32", "::ffff:192.0.2.7/120"] {
            assert_eq!(read(text).map(|_| ()), beyond, "{text}");
        }
        for text in ["0.0.0.0/0", "::/0", "::ffff:0.0.0.0/96"] {
            assert_eq!(read(text).map(|_| ()), Err("must not be every address"), "{text}");
        }
        for text in [
            "",
            " 192.0.2.7",
            "192.0.2.7 ",
            "192.0.2",
            "192.0.2.0/33",
            "192.0.2.0/-1",
            "fe80::1%eth0",
            "010.0.0.1",
            "a.test",
        ] {
            assert!(network(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_context_is_not_printed_and_yet_tells_requests_apart() {
        let shown = |text: &str| format!("{:?}", Context::new(SecretString::new(text.to_owned())));
        assert!(!shown("kiosk-7").contains("kiosk"));
        assert_eq!(shown("kiosk-7"), shown("kiosk-7"));
        assert_ne!(shown("kiosk-7"), shown("kiosk-8"));
    }
}
