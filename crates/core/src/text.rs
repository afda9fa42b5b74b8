//! Texts from outside: normalized first, validated after, so that what was checked is what is kept.

use crate::user::{Identifier, IdentifierKind};
use ipnet::{IpNet, Ipv4Net};
use std::net::IpAddr;
use unicode_normalization::UnicodeNormalization;
use unicode_security::{RestrictionLevel, RestrictionLevelDetection};

/// What is wrong with a text; names the member.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{member}: {problem}")]
pub struct InvalidText {
    /// The member of the request.
    pub member: &'static str,
    /// What is wrong, for people.
    pub problem: &'static str,
}

const fn invalid(member: &'static str, problem: &'static str) -> InvalidText {
    InvalidText { member, problem }
}

/// The UTS #39 skeleton: names that look alike have the same.
pub fn skeleton(name: &str) -> String {
    unicode_security::skeleton(name).flat_map(char::to_lowercase).collect()
}

/// A user name: NFKC, lower case, 1–64 letters, digits, `.`, `_`, `-`, with a letter in it (or else it might be a
/// phone number), of scripts that are commonly written together.
///
/// # Errors
/// Says which rule is broken.
pub fn username(text: &str) -> Result<String, InvalidText> {
    let name = fold(text);
    let m = "username";
    if name.is_empty() || name.chars().count() > 64 {
        return Err(invalid(m, "must have 1 to 64 characters"));
    }
    if !name.chars().all(|c| c.is_alphanumeric() || matches!(c, '.' | '_' | '-')) {
        return Err(invalid(m, "may only contain letters, digits, '.', '_' and '-'"));
    }
    if !name.chars().any(char::is_alphabetic) {
        return Err(invalid(m, "must contain a letter"));
    }
    if name.as_str().detect_restriction_level() > RestrictionLevel::HighlyRestrictive {
        return Err(invalid(m, "mixes scripts that can be mistaken for each other"));
    }
    Ok(name)
}

/// An e-mail address: NFKC and lower case before it is looked at, so that a look-alike of `@` cannot move the
/// boundary; one `@`, ASCII, a domain with a dot.
///
/// # Errors
/// Says which rule is broken.
pub fn email(text: &str) -> Result<String, InvalidText> {
    let address = fold(text);
    let m = "email";
    if address.len() > 254 {
        return Err(invalid(m, "must have at most 254 characters"));
    }
    let (local, domain) = address.split_once('@').ok_or(invalid(m, "must contain an '@'"))?;
    let local_ok = (1..=64).contains(&local.len())
        && local.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~.".contains(&b))
        && !local.starts_with('.')
        && !local.ends_with('.')
        && !local.contains("..");
    let label_ok = |l: &str| {
        (1..=63).contains(&l.len())
            && l.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
            && !l.starts_with('-')
            && !l.ends_with('-')
    };
    if !local_ok || !domain.contains('.') || !domain.split('.').all(label_ok) {
        return Err(invalid(m, "is no e-mail address (ASCII, name@example.com)"));
    }
    Ok(address)
}

/// A phone number: digits, 5–15 (E.164), with an optional `+`; spaces, dashes and brackets are dropped.
///
/// # Errors
/// Says which rule is broken.
pub fn phone(text: &str) -> Result<String, InvalidText> {
    let number: String = text.nfkc().filter(|c| !matches!(c, ' ' | '-' | '(' | ')' | '.')).collect();
    let digits = number.strip_prefix('+').unwrap_or(&number);
    if (5..=15).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit()) {
        Ok(number)
    } else {
        Err(invalid("phone", "must have 5 to 15 digits, with an optional '+' before them"))
    }
}

/// The look-up keys of what somebody typed as their name; empty if it can be nobody's.
pub fn login_names(identity: &str) -> Vec<Identifier> {
    let of = |kind, name: Result<String, InvalidText>| name.ok().map(|n| Identifier::new(kind, &n));
    [
        of(IdentifierKind::Email, email(identity)),
        of(IdentifierKind::Username, username(identity)),
        of(IdentifierKind::Phone, phone(identity)),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// A name or remark to show: NFC, trimmed, 1 to `max` characters, on one line.
///
/// # Errors
/// Says which rule is broken.
pub fn label(member: &'static str, text: &str, max: usize) -> Result<String, InvalidText> {
    let text: String = text.trim().nfc().collect();
    if text.is_empty() {
        return Err(invalid(member, "must not be empty"));
    }
    if text.chars().count() > max {
        return Err(invalid(member, "is too long"));
    }
    if text.chars().any(|c| c.is_control() || is_format(c)) {
        return Err(invalid(member, "must not contain control or formatting characters"));
    }
    Ok(text)
}

/// An idempotency key: 1–255 visible ASCII characters.
///
/// # Errors
/// Says which rule is broken.
pub fn idempotency_key(text: &str) -> Result<&str, InvalidText> {
    if (1..=255).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic()) {
        Ok(text)
    } else {
        Err(invalid("idempotency_key", "must have 1 to 255 visible ASCII characters"))
    }
}

/// What another system calls a user: 1–255 visible characters, kept as they are.
///
/// # Errors
/// Says which rule is broken.
pub fn external_id(text: &str) -> Result<&str, InvalidText> {
    let visible = |c: char| !c.is_control() && !c.is_whitespace() && !is_format(c);
    if (1..=255).contains(&text.chars().count()) && text.chars().all(visible) {
        Ok(text)
    } else {
        Err(invalid("external_id", "must have 1 to 255 visible characters"))
    }
}

/// An S256 challenge (RFC 7636 §4.2): 43 base64url characters.
///
/// # Errors
/// Says which rule is broken.
pub fn proof(text: &str) -> Result<&str, InvalidText> {
    let ok = text.len() == 43 && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'));
    if ok { Ok(text) } else { Err(invalid("proof", "must be an S256 challenge: 43 base64url characters")) }
}

/// An IP address, or a network as CIDR without bits beyond its prefix (which would leave open what was meant).
///
/// # Errors
/// Says which rule is broken.
pub fn network(member: &'static str, text: &str) -> Result<IpNet, InvalidText> {
    let address = text.parse::<IpAddr>().map(IpNet::from);
    let problem = "must be an IP address or a network such as 10.0.0.0/8";
    let net: IpNet = address.or_else(|_| text.parse()).map_err(|_| invalid(member, problem))?;
    if net.addr() != net.network() {
        return Err(invalid(member, "has bits beyond its prefix: write the address alone, or the network"));
    }
    Ok(unmapped(net))
}

/// The IPv4 form of a network of IPv4-mapped addresses: addresses are compared in that form wherever they have one.
pub fn unmapped(net: IpNet) -> IpNet {
    let IpNet::V6(v6) = net else { return net };
    let narrow = v6.prefix_len().checked_sub(96);
    let v4 = v6.addr().to_ipv4_mapped().zip(narrow).and_then(|(a, len)| Ipv4Net::new(a, len).ok());
    v4.map_or(net, IpNet::V4)
}

/// A password as it is hashed: NFC (SP 800-63B §3.1.1.2), so that the same characters typed elsewhere match.
pub fn password(text: &str) -> String {
    text.nfc().collect()
}

/// A name with nothing but its first character left; the stars do not tell how long it is.
pub fn masked(name: &str) -> String {
    let mut rest = name.chars();
    match (rest.next(), rest.next()) {
        (Some(first), Some(_)) => format!("{first}***"),
        _ => "***".to_owned(),
    }
}

/// An e-mail address with its domain and the first character of its name left.
pub fn masked_email(address: &str) -> String {
    match address.split_once('@') {
        Some((name, domain)) => format!("{}@{domain}", masked(name)),
        None => masked(address),
    }
}

/// A phone number with its last two digits left.
pub fn masked_phone(number: &str) -> String {
    let last = number.char_indices().rev().nth(1).map_or("", |(at, _)| &number[at..]);
    format!("***{last}")
}

/// As it is compared: trimmed, NFKC, lower case.
pub(crate) fn fold(text: &str) -> String {
    // Twice, since lower-casing can undo normalization (e.g. U+0130).
    let lower: String = text.trim().nfkc().flat_map(char::to_lowercase).collect();
    lower.nfkc().collect()
}

/// Characters that reorder or hide others: bidirectional controls, zero-width characters, line separators.
const fn is_format(c: char) -> bool {
    matches!(c, '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn p33_lookalike_at_signs_are_canonicalized_before_validation() {
        assert_eq!(email("eve＠example.com").as_deref(), Ok("eve@example.com"));
        assert!(email("eve@evil.com＠example.com").is_err());
        assert!(email("eve﹫evil.com@example.com").is_err());
    }

    #[test]
    fn usernames_that_read_alike_share_one_key() {
        let key = |n: &str| Identifier::new(IdentifierKind::Username, &username(n).expect("valid")).key;
        assert_eq!(key("PAYPAL"), key("paypal"));
        assert_eq!(key("paypa1"), key("paypal"));
        assert_eq!(key("ｐａｙｐａｌ"), key("paypal"));
        assert!(username("pаypal").is_err(), "Cyrillic а among Latin letters");
        assert!(username("13800138000").is_err(), "would be taken for a phone number");
        assert!(username("a\u{0}b").is_err());
    }

    #[test]
    fn masked_names_tell_neither_their_length_nor_their_rest() {
        assert_eq!((masked("alice").as_str(), masked("al").as_str()), ("a***", "a***"));
        assert_eq!((masked("a").as_str(), masked("").as_str()), ("***", "***"));
        assert_eq!(masked("张三"), "张***");
        assert_eq!(masked_email("alice@example.com"), "a***@example.com");
        assert_eq!(masked_email("a@example.com"), "***@example.com");
        assert_eq!(masked_phone("+8613800138042"), "***42");
    }

    #[test]
    fn labels_stay_on_one_line() {
        assert!(label("reason", "ok\nnot ok", 100).is_err());
        assert!(label("reason", "a\u{202E}b", 100).is_err());
        assert!(label("reason", "  ", 100).is_err());
        assert_eq!(label("reason", " 工单 42 ", 100).as_deref(), Ok("工单 42"));
    }

    #[test]
    fn networks_have_one_form() {
        for (written, meant) in [
            ("10.0.0.0/8", "10.0.0.0/8"),
            ("192.0.2.7", "192.0.2.7/32"),
            ("::ffff:192.0.2.7", "192.0.2.7/32"),
            ("::ffff:10.0.0.0/104", "10.0.0.0/8"),
            ("2001:DB8:0::/48", "2001:db8::/48"),
            ("::1", "::1/128"),
            ("0.0.0.0/0", "0.0.0.0/0"),
        ] {
            assert_eq!(network("value", written).map(|n| n.to_string()).as_deref(), Ok(meant), "{written}");
        }
        for bad in [
            "",
            " ",
            "10",
            "10.0.0.0/",
            "10.0.0.0/33",
            "10.0.0.1/8",
            "::1/64",
            "010.0.0.1",
            "10.0.0.0/08 ",
            "[::1]",
            "fe80::1%eth0",
            "10.0.0.1:80",
            "10.0.0.0/-1",
            "localhost",
            "10.0.0.0-10.0.0.9",
            "::ffff:10.0.0.1/104",
        ] {
            assert!(network("value", bad).is_err(), "{bad:?}");
        }
    }

    proptest! {
        #[test]
        fn normalized_names_are_fixed_points(text in "\\PC{0,40}") {
            for f in [username, email, phone] {
                if let Ok(once) = f(&text) {
                    prop_assert_eq!(f(&once), Ok(once.clone()));
                }
            }
        }
    }
}
