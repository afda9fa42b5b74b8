//! Keys that sign tokens and keys that verify them.

use std::fmt;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair, ParsedPublicKey,
};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::DecodingKey;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::PublicJwk;

/// A signature algorithm, by its JOSE name (RFC 7518 §3.1).
///
/// A key has one algorithm for life; no token gets to choose another (RFC 8725 §3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Algorithm {
    /// ECDSA on P-256 with SHA-256.
    #[serde(rename = "ES256")]
    Es256,
}

impl fmt::Display for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Es256 => "ES256",
        })
    }
}

/// Bytes or a JWK that are not a usable key of the algorithm asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a valid {0} key")]
pub struct KeyError(pub Algorithm);

/// Why a token was not signed.
#[derive(Debug, thiserror::Error)]
pub enum SignError {
    /// The claims do not serialise to JSON.
    #[error("the claims do not serialise")]
    Claims(#[source] serde_json::Error),
    /// The cryptography library failed to sign.
    #[error("signing failed")]
    Signature,
}

/// A private key with its public half. It is read once and kept parsed, since parsing costs as
/// much as a signature does.
pub struct SigningKey {
    pair: EcdsaKeyPair,
    public: VerifyingKey,
}

impl SigningKey {
    /// A fresh random key.
    pub fn generate(algorithm: Algorithm) -> Self {
        match algorithm {
            Algorithm::Es256 => {
                let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING)
                    .expect("generating a P-256 key fails only without memory or randomness");
                Self::from_pair(pair).expect("a generated key has a valid public half")
            }
        }
    }

    /// Reads an unencrypted PKCS#8 document (RFC 5208, RFC 5958), in DER.
    ///
    /// # Errors
    ///
    /// [`KeyError`] if it is not a key of this algorithm, or its halves do not belong together.
    pub fn from_pkcs8(algorithm: Algorithm, pkcs8: &[u8]) -> Result<Self, KeyError> {
        match algorithm {
            Algorithm::Es256 => EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8)
                .map_err(|_| KeyError(algorithm))
                .and_then(Self::from_pair),
        }
    }

    /// The key as a PKCS#8 document in DER, unencrypted: to be sealed before it is stored.
    pub fn pkcs8(&self) -> Zeroizing<Vec<u8>> {
        let document = self.pair.to_pkcs8v1().expect("a key in hand encodes");
        Zeroizing::new(document.as_ref().to_vec())
    }

    /// The key's identifier: its RFC 7638 thumbprint, 43 characters of base64url.
    pub fn kid(&self) -> &str {
        self.public.kid()
    }

    /// The algorithm the key signs with.
    pub fn algorithm(&self) -> Algorithm {
        self.public.algorithm()
    }

    /// The public half, to publish.
    pub fn jwk(&self) -> PublicJwk {
        self.public.jwk().clone()
    }

    /// A JWT in compact form (RFC 7515 §7.1) with the header `{alg, kid, typ}`.
    ///
    /// `typ` says what kind of token it is, such as `at+jwt` (RFC 9068 §2.1), so that one kind
    /// never passes for another (RFC 8725 §3.11).
    ///
    /// # Errors
    ///
    /// [`SignError`] if the claims do not serialise or the library fails to sign.
    pub fn sign_jwt<T: Serialize>(&self, typ: &str, claims: &T) -> Result<String, SignError> {
        let header = Header { alg: self.algorithm(), kid: self.kid(), typ };
        let header = serde_json::to_vec(&header).map_err(SignError::Claims)?;
        let claims = serde_json::to_vec(claims).map_err(SignError::Claims)?;

        // Room for the three parts, their two dots and a signature of 86 characters.
        let mut token = String::with_capacity((header.len() + claims.len()) * 4 / 3 + 92);
        URL_SAFE_NO_PAD.encode_string(&header, &mut token);
        token.push('.');
        URL_SAFE_NO_PAD.encode_string(&claims, &mut token);
        let signature =
            self.pair.sign(&SystemRandom::new(), token.as_bytes()).map_err(|_| SignError::Signature)?;
        token.push('.');
        URL_SAFE_NO_PAD.encode_string(signature.as_ref(), &mut token);
        Ok(token)
    }

    pub(crate) fn into_public(self) -> VerifyingKey {
        self.public
    }

    pub(crate) fn public(&self) -> &VerifyingKey {
        &self.public
    }

    fn from_pair(pair: EcdsaKeyPair) -> Result<Self, KeyError> {
        let jwk = PublicJwk::from_p256(pair.public_key().as_ref()).ok_or(KeyError(Algorithm::Es256))?;
        Ok(Self { pair, public: VerifyingKey::from_jwk(jwk)? })
    }
}

#[derive(Serialize)]
struct Header<'a> {
    alg: Algorithm,
    kid: &'a str,
    typ: &'a str,
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKey").field("kid", &self.kid()).finish_non_exhaustive()
    }
}

/// A public key, checked and decoded once and kept.
#[derive(Clone)]
pub struct VerifyingKey {
    jwk: PublicJwk,
    key: DecodingKey,
}

impl VerifyingKey {
    /// Takes a published key over, checking that it is a point on its curve.
    ///
    /// # Errors
    ///
    /// [`KeyError`] if type, curve, use or coordinates are not those of the key's algorithm, or
    /// the identifier is not the key's thumbprint.
    pub fn from_jwk(jwk: PublicJwk) -> Result<Self, KeyError> {
        let error = KeyError(jwk.alg);
        let point = jwk.point().ok_or(error)?;
        let key = match jwk.alg {
            Algorithm::Es256 => {
                ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).map_err(|_| error)?;
                DecodingKey::from_ec_components(&jwk.x, &jwk.y).map_err(|_| error)?
            }
        };
        Ok(Self { jwk, key })
    }

    /// The key's identifier: its RFC 7638 thumbprint, 43 characters of base64url.
    pub fn kid(&self) -> &str {
        &self.jwk.kid
    }

    /// The only algorithm the key verifies.
    pub fn algorithm(&self) -> Algorithm {
        self.jwk.alg
    }

    /// The key as published.
    pub fn jwk(&self) -> &PublicJwk {
        &self.jwk
    }

    pub(crate) fn decoding(&self) -> &DecodingKey {
        &self.key
    }
}

impl fmt::Debug for VerifyingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerifyingKey").field("kid", &self.kid()).finish_non_exhaustive()
    }
}
