//! Public keys of credentials (RFC 9052 §7, RFC 9053 §7, RFC 8230 §4), and what they verify.

use super::CeremonyError;
use crate::jwk::{decode, point};
use crate::{Algorithm, PublicJwk, PublicKey, VerifyingKey};
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1, ED25519, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents, UnparsedPublicKey,
};
use minicbor::Decoder;
use minicbor::data::Type;

/// The algorithms to offer at registration, as COSE numbers them (RFC 9053 §2, RFC 8812 §2), the best first. Windows
/// makes RSA keys where its security chip knows nothing else.
pub const OFFERED_ALGORITHMS: [(Algorithm, i32); 3] =
    [(Algorithm::EdDsa, -8), (Algorithm::Es256, -7), (Algorithm::Rs256, -257)];

/// A credential's public key: of an algorithm that was offered, on its curve, strong enough.
#[derive(Clone, Debug)]
pub struct CredentialKey {
    cose: Vec<u8>,
    key: VerifyingKey,
}

impl CredentialKey {
    /// Reads a COSE key in CTAP2's canonical form. The algorithm is the key's for good: no response chooses another.
    ///
    /// # Errors
    /// [`CeremonyError::Key`] for anything but a key of [`OFFERED_ALGORITHMS`], and for bytes after it.
    pub fn from_cose(bytes: &[u8]) -> Result<Self, CeremonyError> {
        let jwk = Parameters::read(bytes).and_then(Parameters::into_jwk).ok_or(CeremonyError::Key)?;
        let key = VerifyingKey::from_jwk(jwk).map_err(|_| CeremonyError::Key)?;
        Ok(Self { cose: bytes.to_vec(), key })
    }

    /// The key as it came, to store it.
    pub fn as_cose(&self) -> &[u8] {
        &self.cose
    }

    /// Whether this signature of the message is the credential's (WebAuthn §6.5.5).
    pub(super) fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        let verified = match &self.key.jwk().key {
            PublicKey::Ec { x, y, .. } => point(x, y).map(|point| {
                UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, point).verify(message, signature)
            }),
            PublicKey::Okp { x, .. } => {
                decode(x).map(|x| UnparsedPublicKey::new(&ED25519, x).verify(message, signature))
            }
            PublicKey::Rsa { n, e } => decode(n).zip(decode(e)).map(|(n, e)| {
                RsaPublicKeyComponents { n, e }.verify(&RSA_PKCS1_2048_8192_SHA256, message, signature)
            }),
        };
        verified == Some(Ok(()))
    }
}

/// The parameters of a key, by their labels.
#[derive(Default)]
struct Parameters<'a> {
    /// 1: the type of key.
    kind: Option<i64>,
    /// 3: the algorithm.
    algorithm: Option<i64>,
    /// -1, where it is a number: the curve.
    curve: Option<i64>,
    /// -1, where it is bytes: RSA's modulus.
    modulus: Option<&'a [u8]>,
    /// -2: the x coordinate; RSA's exponent.
    second: Option<&'a [u8]>,
    /// -3: the y coordinate.
    third: Option<&'a [u8]>,
}

impl<'a> Parameters<'a> {
    /// Nothing but what makes a key may be there, and each once (WebAuthn §6.5.1.1).
    fn read(bytes: &'a [u8]) -> Option<Self> {
        let mut decoder = Decoder::new(bytes);
        let mut read = Self::default();
        for _ in 0..decoder.map().ok()?? {
            let label = decoder.i64().ok()?;
            let is_number = decoder.datatype().ok()? != Type::Bytes;
            let fresh = match (label, is_number) {
                (1, true) => read.kind.replace(decoder.i64().ok()?).is_none(),
                (3, true) => read.algorithm.replace(decoder.i64().ok()?).is_none(),
                (-1, true) => read.curve.replace(decoder.i64().ok()?).is_none(),
                (-1, false) => read.modulus.replace(decoder.bytes().ok()?).is_none(),
                (-2, false) => read.second.replace(decoder.bytes().ok()?).is_none(),
                (-3, false) => read.third.replace(decoder.bytes().ok()?).is_none(),
                _ => false,
            };
            if !fresh {
                return None;
            }
        }
        (decoder.position() == bytes.len()).then_some(read)
    }

    fn into_jwk(self) -> Option<PublicJwk> {
        match self {
            // An elliptic curve with two coordinates, ES256, P-256.
            Self {
                kind: Some(2),
                algorithm: Some(-7),
                curve: Some(1),
                modulus: None,
                second: Some(x),
                third: Some(y),
            } if x.len() == 32 => PublicJwk::from_p256(&[&[4], x, y].concat()),
            // An octet key pair, EdDSA, Ed25519.
            Self {
                kind: Some(1),
                algorithm: Some(-8),
                curve: Some(6),
                modulus: None,
                second: Some(x),
                third: None,
            } => PublicJwk::from_ed25519(x),
            // RSA, RS256.
            Self {
                kind: Some(3),
                algorithm: Some(-257),
                curve: None,
                modulus: Some(n),
                second: Some(e),
                third: None,
            } => PublicJwk::from_rsa(n, e),
            _ => None,
        }
    }
}
