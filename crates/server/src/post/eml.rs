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

/// The host of a URL, as the domain of an e-mail address; an IP address is none, and then it is this machine.
fn host(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.split('/').next().unwrap_or_default();
    let host = authority.split(':').next().unwrap_or_default();
    let is_name = !authority.starts_with('[') && host.parse::<std::net::Ipv4Addr>().is_err();
    if is_name { host } else { "localhost" }
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
