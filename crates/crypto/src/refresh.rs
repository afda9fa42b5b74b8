//! Refresh tokens: `rt_<22 session><6 generation><43 secret><22 tag>`, all in base62.
//!
//! Presenting an old generation is a sign of theft and revokes the session. The tag therefore
//! proves that the server issued the token: without it anyone who learnt a session's identifier
//! could make up an old generation and have the session revoked.

use zeroize::Zeroizing;

use crate::base62::{decode_u32, decode16, decode32, encode_u32, encode16, encode32};
use crate::{Secret, SecretString, ct_eq, hkdf_sha256, hmac_sha256, sha256};

const PREFIX: &str = "rt_";
const SESSION: usize = 22;
const GENERATION: usize = 6;
const SECRET: usize = 43;
const TAG: usize = 22;

/// One generation of a session's refresh token.
#[derive(Clone, Debug)]
pub struct RefreshToken {
    /// The session it refreshes; not secret.
    pub session: [u8; 16],
    /// How many tokens of this session came before it.
    pub generation: u32,
    /// Proves the bearer; storage holds [`RefreshToken::hash`] of it.
    pub secret: Secret<32>,
}

impl RefreshToken {
    /// The token as it goes over the wire, tagged with `mac_key`.
    pub fn format(&self, mac_key: &Secret<32>) -> SecretString {
        let mut text = String::with_capacity(PREFIX.len() + SESSION + GENERATION + SECRET + TAG);
        text.push_str(PREFIX);
        text.push_str(&encode16(&self.session));
        text.push_str(&encode_u32(self.generation));
        text.push_str(&Zeroizing::new(encode32(self.secret.expose())));
        text.push_str(&encode16(&self.tag(mac_key)));
        SecretString::new(text)
    }

    /// Reads what [`RefreshToken::format`] writes with the same key.
    ///
    /// `None` unless the form is right and the tag is ours, compared in constant time. A token
    /// that parses was issued by a holder of `mac_key`; whether it is still good is for
    /// [`RefreshToken::matches`] and the session's generation to say.
    pub fn parse(mac_key: &Secret<32>, text: &str) -> Option<Self> {
        let (session, rest) = text.strip_prefix(PREFIX)?.split_at_checked(SESSION)?;
        let (generation, rest) = rest.split_at_checked(GENERATION)?;
        let (secret, tag) = rest.split_at_checked(SECRET)?;
        let token = Self {
            session: decode16(session)?,
            generation: decode_u32(generation)?,
            secret: Secret::new(decode32(secret)?),
        };
        ct_eq(&token.tag(mac_key), &decode16(tag)?).then_some(token)
    }

    /// What storage keeps: SHA-256 of the secret. A plain hash is enough for 256 random bits.
    pub fn hash(&self) -> [u8; 32] {
        sha256(self.secret.expose())
    }

    /// Whether the token's secret is the one that was stored as `hash`, in constant time.
    pub fn matches(&self, hash: &[u8; 32]) -> bool {
        ct_eq(&self.hash(), hash)
    }

    /// The next generation, a function of this token and `salt` alone: a client that lost the
    /// answer and asks again gets the same successor, though the server keeps only its hash.
    ///
    /// The last generation follows itself, so that a counter never wraps to one already used.
    pub fn successor(&self, salt: &[u8; 16]) -> Self {
        Self {
            session: self.session,
            generation: self.generation.saturating_add(1),
            secret: hkdf_sha256(self.secret.expose(), salt, b"refresh successor"),
        }
    }

    /// The first 16 bytes of HMAC-SHA-256 over the other fields, each of fixed width.
    fn tag(&self, mac_key: &Secret<32>) -> [u8; 16] {
        let generation = self.generation.to_be_bytes();
        let parts: [&[u8]; 4] = [b"refresh", &self.session, &generation, self.secret.expose()];
        let mac = hmac_sha256(mac_key.expose(), &parts);
        *mac.first_chunk().expect("a 32-byte tag has 16 bytes")
    }
}

/// The secret of the first refresh token that a ticket is exchanged for.
///
/// A function of the ticket, the client's idempotency key and the stored `salt`, so that the same
/// exchange repeated gives the same token, though the server keeps only its hash.
pub fn derived_refresh_secret(
    ticket_secret: &Secret<32>,
    idempotency_key: &str,
    salt: &[u8; 16],
) -> Secret<32> {
    let ikm = Zeroizing::new([ticket_secret.expose(), idempotency_key.as_bytes()].concat());
    hkdf_sha256(&ikm, salt, b"refresh from ticket")
}
