//! Keys that sign tokens and keys that verify them.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::DecodingKey;
use serde::Serialize;
use zeroize::Zeroizing;

use crate::pair::{self, Pair};
use crate::{Algorithm, PublicJwk, PublicKey, Secret};

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
    pair: Pair,
    public: VerifyingKey,
}

impl SigningKey {
    /// A fresh random key. An RSA key takes a while to find: a tenth of a second, give or take as much.
    pub fn generate(algorithm: Algorithm) -> Self {
        Self::from_pair(algorithm, Pair::generate(algorithm))
            .expect("a generated key has a valid public half")
    }

    /// Reads an unencrypted PKCS#8 document (RFC 5208, RFC 5958), in DER.
    ///
    /// # Errors
    ///
    /// [`KeyError`] if it is not a key of this algorithm, its halves do not belong together, or it is an RSA key of
    /// less than 2048 bits or of another exponent than 65537.
    pub fn from_pkcs8(algorithm: Algorithm, pkcs8: &[u8]) -> Result<Self, KeyError> {
        let pair = Pair::from_pkcs8(algorithm, pkcs8).ok_or(KeyError(algorithm))?;
        Self::from_pair(algorithm, pair)
    }

    /// The Ed25519 key of a seed (RFC 8032 §5.1.5), which is as secret as the key: the same seed gives the same key.
    pub fn from_seed(seed: &Secret<32>) -> Self {
        // The document of RFC 8410 §7, whose last 32 bytes are the seed.
        const HEAD: [u8; 16] = [0x30, 46, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 34, 4, 32];
        let mut pkcs8 = Zeroizing::new([0; 48]);
        pkcs8[..16].copy_from_slice(&HEAD);
        pkcs8[16..].copy_from_slice(seed.expose());
        Self::from_pkcs8(Algorithm::EdDsa, pkcs8.as_ref()).expect("every 32 bytes are a seed of a key")
    }

    /// The key as a PKCS#8 document in DER, unencrypted: to be sealed before it is stored.
    pub fn pkcs8(&self) -> Zeroizing<Vec<u8>> {
        self.pair.pkcs8()
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

        // Room for the three parts, their two dots and a signature of 86 characters; those of RSA are longer.
        let mut token = String::with_capacity((header.len() + claims.len()) * 4 / 3 + 92);
        URL_SAFE_NO_PAD.encode_string(&header, &mut token);
        token.push('.');
        URL_SAFE_NO_PAD.encode_string(&claims, &mut token);
        let signature = self.pair.sign(token.as_bytes()).ok_or(SignError::Signature)?;
        token.push('.');
        URL_SAFE_NO_PAD.encode_string(&signature, &mut token);
        Ok(token)
    }

    pub(crate) fn into_public(self) -> VerifyingKey {
        self.public
    }

    /// The public half.
    pub fn verifying(&self) -> &VerifyingKey {
        &self.public
    }

    fn from_pair(algorithm: Algorithm, pair: Pair) -> Result<Self, KeyError> {
        let jwk = pair.public().ok_or(KeyError(algorithm))?;
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
    /// Takes a published key over, checking that it is a usable key: of the form of its algorithm, on its curve, strong
    /// enough.
    ///
    /// # Errors
    ///
    /// [`KeyError`] if any member is not that of a key of its algorithm, or the identifier is not the key's
    /// thumbprint.
    pub fn from_jwk(jwk: PublicJwk) -> Result<Self, KeyError> {
        let error = KeyError(jwk.alg);
        if !jwk.is_consistent() || !pair::is_usable(&jwk.key) {
            return Err(error);
        }
        let key = match &jwk.key {
            PublicKey::Ec { x, y, .. } => DecodingKey::from_ec_components(x, y),
            PublicKey::Okp { x, .. } => DecodingKey::from_ed_components(x),
            PublicKey::Rsa { n, e } => DecodingKey::from_rsa_components(n, e),
        };
        Ok(Self { key: key.map_err(|_| error)?, jwk })
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
