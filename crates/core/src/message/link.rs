//! Links: from configuration only, never from what a request says of itself.

use crate::code::{CodeFor, Purpose};
use crate::parts::Parts;
use authms_crypto::SecretString;

/// The page that the operator has for a forgotten password, with the code and whose it is filled in; by e-mail alone.
pub(crate) fn reset_link(parts: &Parts, ask: &CodeFor<'_>, code: &SecretString) -> Option<String> {
    let page = parts.policy.messages.reset_url.as_deref()?;
    let (Purpose::ResetPassword, super::Address::Email(address)) = (ask.purpose, ask.to) else { return None };
    Some(page.replace("{code}", code.expose()).replace("{identity}", &encoded(address)))
}

/// Percent-encoded for a query or a path segment (RFC 3986 §2.3): only unreserved characters stay.
fn encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    #[test]
    fn what_goes_into_a_link_cannot_leave_its_place() {
        assert_eq!(
            super::encoded("a+b&c=d#e/f?g%{code}@x.test"),
            "a%2Bb%26c%3Dd%23e%2Ff%3Fg%25%7Bcode%7D%40x.test"
        );
    }
}
