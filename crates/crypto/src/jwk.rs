//! Public keys as JSON (RFC 7517) and their thumbprints (RFC 7638).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

use crate::{Algorithm, sha256};

/// A public signing key as JSON. It has no member that could hold a private one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublicJwk {
    /// The key type, `EC` (RFC 7518 §6.1).
    pub kty: String,
    /// The curve, `P-256` (RFC 7518 §6.2.1.1).
    pub crv: String,
    /// The x coordinate: 32 bytes in base64url.
    pub x: String,
    /// The y coordinate: 32 bytes in base64url.
    pub y: String,
    /// What the key is for, `sig` (RFC 7517 §4.2).
    #[serde(rename = "use")]
    pub public_key_use: String,
    /// The one algorithm the key is used with (RFC 7517 §4.4).
    pub alg: Algorithm,
    /// The key's thumbprint, which names it in a token's header.
    pub kid: String,
}

/// A key set as published (RFC 7517 §5).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Jwks {
    /// The keys, the active one first.
    pub keys: Vec<PublicJwk>,
}

impl PublicJwk {
    /// The key of an uncompressed P-256 point (SEC 1 §2.3.3): `04 ‖ x ‖ y`.
    pub(crate) fn from_p256(point: &[u8]) -> Option<Self> {
        let (4, coordinates) = point.split_first()? else { return None };
        let (x, y) = coordinates.split_at_checked(32)?;
        let (x, y) = (URL_SAFE_NO_PAD.encode(x), URL_SAFE_NO_PAD.encode(y));
        Some(Self {
            kid: p256_thumbprint(&x, &y),
            kty: "EC".into(),
            crv: "P-256".into(),
            x,
            y,
            public_key_use: "sig".into(),
            alg: Algorithm::Es256,
        })
    }

    /// The uncompressed point, if every member is what the algorithm has it be. Whether the point
    /// is on the curve is not checked here.
    pub(crate) fn point(&self) -> Option<[u8; 65]> {
        let Algorithm::Es256 = self.alg;
        let mut point = [4; 65];
        for (coordinate, part) in [&self.x, &self.y].into_iter().zip(point[1..].chunks_exact_mut(32)) {
            let bytes: [u8; 32] = URL_SAFE_NO_PAD.decode(coordinate).ok()?.try_into().ok()?;
            part.copy_from_slice(&bytes);
        }
        // Rebuilding the key from the point checks the remaining members all at once.
        (Self::from_p256(&point)? == *self).then_some(point)
    }
}

/// The RFC 7638 thumbprint of a P-256 key (§3.2 names the members), from its base64url
/// coordinates.
fn p256_thumbprint(x: &str, y: &str) -> String {
    let members = format!(r#"{{"crv":"P-256","kty":"EC","x":"{x}","y":"{y}"}}"#);
    URL_SAFE_NO_PAD.encode(sha256(members.as_bytes()))
}
