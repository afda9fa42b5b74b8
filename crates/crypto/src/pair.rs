//! Key pairs of the several algorithms behind one face.

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, ED25519, EcdsaKeyPair, Ed25519KeyPair, KeyPair,
    ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, RsaKeyPair, RsaPublicKeyComponents,
};
use zeroize::Zeroizing;

use crate::jwk::{decode, point};
use crate::{Algorithm, PublicJwk, PublicKey};

/// The size of new RSA keys, 2048 bits: 112 bits of strength (NIST SP 800-57 part 1 §5.6.1) for signatures that matter
/// for an hour, of keys that are rotated, at a third of what 3072 bits cost each time.
const NEW_RSA: KeySize = KeySize::Rsa2048;

/// A parsed private key.
pub(crate) enum Pair {
    Es256(EcdsaKeyPair),
    EdDsa(Ed25519KeyPair),
    Rs256(RsaKeyPair),
}

impl Pair {
    /// A fresh random pair.
    ///
    /// # Panics
    ///
    /// Without memory or randomness.
    pub(crate) fn generate(algorithm: Algorithm) -> Self {
        let generated = match algorithm {
            Algorithm::Es256 => EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).map(Self::Es256),
            Algorithm::EdDsa => Ed25519KeyPair::generate().map(Self::EdDsa),
            Algorithm::Rs256 => RsaKeyPair::generate(NEW_RSA).map(Self::Rs256),
        };
        generated.expect("generating a key fails only without memory or randomness")
    }

    /// Reads an unencrypted PKCS#8 document; the library checks that the halves belong together.
    pub(crate) fn from_pkcs8(algorithm: Algorithm, pkcs8: &[u8]) -> Option<Self> {
        let read = match algorithm {
            Algorithm::Es256 => {
                EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8).map(Self::Es256)
            }
            Algorithm::EdDsa => Ed25519KeyPair::from_pkcs8(pkcs8).map(Self::EdDsa),
            Algorithm::Rs256 => RsaKeyPair::from_pkcs8(pkcs8).map(Self::Rs256),
        };
        read.ok()
    }

    /// The private key as an unencrypted PKCS#8 document in DER.
    pub(crate) fn pkcs8(&self) -> Zeroizing<Vec<u8>> {
        const ENCODES: &str = "a key in hand encodes";
        Zeroizing::new(match self {
            Self::Es256(pair) => pair.to_pkcs8v1().expect(ENCODES).as_ref().to_vec(),
            Self::EdDsa(pair) => pair.to_pkcs8v1().expect(ENCODES).as_ref().to_vec(),
            Self::Rs256(pair) => AsDer::<Pkcs8V1Der<'_>>::as_der(pair).expect(ENCODES).as_ref().to_vec(),
        })
    }

    /// The public half, if it is of the form and strength that we publish.
    pub(crate) fn public(&self) -> Option<PublicJwk> {
        match self {
            Self::Es256(pair) => PublicJwk::from_p256(pair.public_key().as_ref()),
            Self::EdDsa(pair) => PublicJwk::from_ed25519(pair.public_key().as_ref()),
            Self::Rs256(pair) => {
                let public = pair.public_key();
                PublicJwk::from_rsa(
                    public.modulus().big_endian_without_leading_zero(),
                    public.exponent().big_endian_without_leading_zero(),
                )
            }
        }
    }

    /// The signature of `message` in JOSE's form (RFC 7518 §3.3–3.4, RFC 8037 §3.1).
    pub(crate) fn sign(&self, message: &[u8]) -> Option<Vec<u8>> {
        match self {
            Self::Es256(pair) => pair.sign(&SystemRandom::new(), message).ok().map(|s| s.as_ref().to_vec()),
            Self::EdDsa(pair) => pair.try_sign(message).ok().map(|s| s.as_ref().to_vec()),
            Self::Rs256(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message, &mut signature).ok()?;
                Some(signature)
            }
        }
    }
}

/// Whether the library takes this public key, which is of the right form: a point has to be on its curve.
pub(crate) fn is_usable(key: &PublicKey) -> bool {
    let parsed = match key {
        PublicKey::Ec { x, y, .. } => {
            point(x, y).and_then(|point| ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).ok())
        }
        PublicKey::Okp { x, .. } => decode(x).and_then(|x| ParsedPublicKey::new(&ED25519, x).ok()),
        PublicKey::Rsa { n, e } => decode(n).zip(decode(e)).and_then(|(n, e)| {
            RsaPublicKeyComponents { n, e }.to_parsed_public_key(&RSA_PKCS1_2048_8192_SHA256).ok()
        }),
    };
    parsed.is_some()
}
