//! Signing what is sent to others' servers, as Standard Webhooks says (symmetric, `v1`).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::{Secret, SecretString, hmac_sha256};

/// Goes before a secret's base64.
const PREFIX: &str = "whsec_";

/// What a sender and one receiver share: 256 bits.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct WebhookSecret(Secret<32>);

impl WebhookSecret {
    /// Of these bytes.
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(Secret::new(bytes))
    }

    /// Of what [`format`](Self::format) wrote, or somebody else in the same way: `whsec_` and the base64 of 32 bytes.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = STANDARD.decode(text.strip_prefix(PREFIX)?).ok()?;
        Some(Self::new(bytes.try_into().ok()?))
    }

    /// The bytes that storage seals.
    pub fn expose(&self) -> &[u8; 32] {
        self.0.expose()
    }

    /// As receivers' libraries read it: `whsec_` and its base64.
    pub fn format(&self) -> SecretString {
        SecretString::new(format!("{PREFIX}{}", STANDARD.encode(self.0.expose())))
    }

    /// The signature of a message, `v1,` and the base64 of HMAC-SHA-256 over `id.timestamp.body`. Neither `id` nor
    /// `timestamp` (seconds since 1970) may hold a dot.
    pub fn sign(&self, id: &str, timestamp: i64, body: &[u8]) -> String {
        sign(self.0.expose(), id, timestamp, body)
    }
}

fn sign(key: &[u8], id: &str, timestamp: i64, body: &[u8]) -> String {
    let timestamp = timestamp.to_string();
    let parts = [id.as_bytes(), b".", timestamp.as_bytes(), b".", body];
    format!("v1,{}", STANDARD.encode(hmac_sha256(key, &parts)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_signed_as_others_libraries_sign_it() {
        // The example that the projects' libraries are tested with.
        let key = STANDARD.decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").expect("base64");
        let signed = sign(&key, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, br#"{"test": 2432232314}"#);
        assert_eq!(signed, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn a_secret_is_written_with_its_prefix_and_never_shown() {
        let secret = WebhookSecret::new([7; 32]);
        assert_eq!(secret.format().expose(), "whsec_BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=");
        assert!(!format!("{secret:?}").contains('7'));
        assert_eq!(WebhookSecret::parse(secret.format().expose()), Some(secret));
        for none in ["", "whsec_", "whsec_BwcH", "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc="] {
            assert_eq!(WebhookSecret::parse(none), None, "{none}");
        }
    }
}
