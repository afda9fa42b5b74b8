//! A letter as an e-mail (RFC 5322).

use authms_core::message::Letter;
use authms_core::ports::Undelivered;
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Mailbox, Message};

use crate::failure::Failure;

/// The sender of every e-mail: as configured, else `authms` at the issuer's host.
pub(super) fn sender(configured: Option<&str>, issuer: &str) -> Result<Mailbox, Failure> {
    let address = match configured {
        Some(address) => address.to_owned(),
        None => format!("authms@{}", host(issuer)),
    };
    let parsed = address.parse().map_err(|_| {
        Failure::new(format!("e-mails cannot be sent from {address}; name a sender by `mail.from`"))
    })?;
    Ok(Mailbox::new(None, parsed))
}

/// The host of a URL as it stands in an e-mail address; an IP address is a literal there (RFC 5321 §4.1.3).
fn host(url: &str) -> String {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.split('/').next().unwrap_or_default();
    if let Some(v6) = authority.strip_prefix('[').and_then(|rest| rest.split(']').next()) {
        return format!("[IPv6:{v6}]");
    }
    let host = authority.split(':').next().unwrap_or_default();
    if host.parse::<std::net::Ipv4Addr>().is_ok() { format!("[{host}]") } else { host.to_owned() }
}

/// The e-mail: plain text, marked as written by a machine (RFC 3834), with an identifier that stays the same however
/// often it is tried, so that who receives it twice can tell.
pub(super) fn write(letter: &Letter, from: &Mailbox) -> Result<Message, Undelivered> {
    let never = |why: &str| Undelivered { for_good: true, why: why.to_owned() };
    let to = letter.to.as_str().parse().map_err(|_| never("the address is none that mail can be sent to"))?;
    let automatic =
        HeaderValue::new(HeaderName::new_from_ascii_str("Auto-Submitted"), "auto-generated".to_owned());
    Message::builder()
        .from(from.clone())
        .to(Mailbox::new(None, to))
        .subject(letter.subject.as_str())
        .message_id(Some(format!("<{}@{}>", letter.id, from.email.domain())))
        .date_now()
        .raw_header(automatic)
        .header(ContentType::TEXT_PLAIN)
        .body(letter.text.clone())
        .map_err(|_| never("no e-mail can be made of it"))
}
