//! Public keys as JSON (RFC 7517) and their thumbprints (RFC 7638, for Ed25519 RFC 8037 §2).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

use crate::{Algorithm, sha256};

/// The public exponent of every RSA key here, 65537: no other one is in use, and small ones have a history.
const RSA_EXPONENT: [u8; 3] = [1, 0, 1];

/// The sizes of RSA modulus that are taken, in bytes: 2048 to 4096 bits.
const RSA_MODULUS: std::ops::RangeInclusive<usize> = 256..=512;

/// A public signing key as JSON. It has no member that could hold a private one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublicJwk {
    /// The key itself.
    #[serde(flatten)]
    pub key: PublicKey,
    /// What the key is for, `sig` (RFC 7517 §4.2).
    #[serde(rename = "use")]
    pub public_key_use: String,
    /// The one algorithm the key is used with (RFC 7517 §4.4).
    pub alg: Algorithm,
    /// The key's thumbprint, which names it in a token's header.
    pub kid: String,
}

/// The members that make a public key, by its type. Numbers and points are in base64url.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kty")]
pub enum PublicKey {
    /// A point on an elliptic curve (RFC 7518 §6.2).
    #[serde(rename = "EC")]
    Ec {
        /// The curve, `P-256`.
        crv: String,
        /// The x coordinate: 32 bytes.
        x: String,
        /// The y coordinate: 32 bytes.
        y: String,
    },
    /// An octet key pair's public half (RFC 8037 §2).
    #[serde(rename = "OKP")]
    Okp {
        /// The curve, `Ed25519`.
        crv: String,
        /// The public key: 32 bytes.
        x: String,
    },
    /// An RSA key (RFC 7518 §6.3.1).
    #[serde(rename = "RSA")]
    Rsa {
        /// The modulus: 256 to 512 bytes.
        n: String,
        /// The exponent, 65537.
        e: String,
    },
}

/// A key set as published (RFC 7517 §5).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Jwks {
    /// The keys, those that sign first.
    pub keys: Vec<PublicJwk>,
}

impl PublicJwk {
    /// The key of an uncompressed P-256 point (SEC 1 §2.3.3): `04 ‖ x ‖ y`.
    pub(crate) fn from_p256(point: &[u8]) -> Option<Self> {
        let (4, coordinates) = point.split_first()? else { return None };
        let (x, y) = coordinates.split_at_checked(32).filter(|(_, y)| y.len() == 32)?;
        let (x, y) = (encode(x), encode(y));
        Some(Self::of(Algorithm::Es256, PublicKey::Ec { crv: "P-256".into(), x, y }))
    }

    /// The key of an Ed25519 public key (RFC 8032 §5.1.5).
    pub(crate) fn from_ed25519(public: &[u8]) -> Option<Self> {
        let key = PublicKey::Okp { crv: "Ed25519".into(), x: encode(public) };
        (public.len() == 32).then(|| Self::of(Algorithm::EdDsa, key))
    }

    /// The key of an RSA modulus and exponent, big-endian without leading zeros, if it is strong enough.
    pub(crate) fn from_rsa(modulus: &[u8], exponent: &[u8]) -> Option<Self> {
        // The highest bit set: the modulus has all the bits that its length says.
        let strong = RSA_MODULUS.contains(&modulus.len()) && modulus[0] & 0x80 != 0;
        let key = PublicKey::Rsa { n: encode(modulus), e: encode(exponent) };
        (strong && exponent == RSA_EXPONENT).then(|| Self::of(Algorithm::Rs256, key))
    }

    /// Whether every member is what the algorithm has it be. Whether a point is on its curve is not checked here.
    pub(crate) fn is_consistent(&self) -> bool {
        // Rebuilding the key from its numbers checks the remaining members all at once.
        self.rebuilt().is_some_and(|rebuilt| rebuilt == *self)
    }

    fn rebuilt(&self) -> Option<Self> {
        match &self.key {
            PublicKey::Ec { x, y, .. } => Self::from_p256(&point(x, y)?),
            PublicKey::Okp { x, .. } => Self::from_ed25519(&decode(x)?),
            PublicKey::Rsa { n, e } => Self::from_rsa(&decode(n)?, &decode(e)?),
        }
    }

    fn of(alg: Algorithm, key: PublicKey) -> Self {
        Self { kid: key.thumbprint(), key, public_key_use: "sig".into(), alg }
    }
}

impl PublicKey {
    /// The RFC 7638 thumbprint: the hash of the required members by name (§3.2).
    fn thumbprint(&self) -> String {
        let members = match self {
            Self::Ec { crv, x, y } => format!(r#"{{"crv":"{crv}","kty":"EC","x":"{x}","y":"{y}"}}"#),
            Self::Okp { crv, x } => format!(r#"{{"crv":"{crv}","kty":"OKP","x":"{x}"}}"#),
            Self::Rsa { n, e } => format!(r#"{{"e":"{e}","kty":"RSA","n":"{n}"}}"#),
        };
        encode(&sha256(members.as_bytes()))
    }
}

/// The uncompressed point of these coordinates.
pub(crate) fn point(x: &str, y: &str) -> Option<Vec<u8>> {
    Some([vec![4], decode(x)?, decode(y)?].concat())
}

fn encode(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The bytes behind base64url without padding.
pub(crate) fn decode(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok()
}
