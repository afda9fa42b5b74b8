//! Cryptography for authms: keys, signed tokens, bearer secrets, password hashes and sealing.
//!
//! This is the only crate that names a cryptography library, so that a choice of library is
//! visible in one place. It is synchronous and holds no clock, no storage and no policy: the
//! time, the keys and the limits that are a deployment's to choose are passed in.

mod algorithm;
pub mod base32;
pub mod base62;
mod digest;
mod jwk;
mod jws;
mod keys;
mod master;
pub mod merkle;
mod pair;
mod password;
mod refresh;
mod ring;
mod rng;
mod seal;
mod secret;
mod tls;
mod token;
mod totp;
pub mod webauthn;
mod webhook;

pub use algorithm::Algorithm;
pub use digest::{hkdf_sha256, hmac_sha256, pkce_s256, sha256};
pub use jwk::{Jwks, PublicJwk, PublicKey};
pub use jws::{Expect, MAX_TOKEN_BYTES, Passed, VerifyError, pass, statement, verify};
pub use keys::{KeyError, SignError, SigningKey, VerifyingKey};
pub use master::{MasterKey, MasterKeyError};
pub use password::{
    Argon2Params, Argon2ParamsError, HashKind, Hasher, ImportError, PepperError, Peppers, VerifyOutcome,
    check_import,
};
pub use refresh::{RefreshToken, derived_refresh_secret};
pub use ring::Keyring;
pub use rng::fill_random;
pub use seal::{OpenError, open, seal};
pub use secret::{Secret, SecretString, ct_eq};
pub use tls::{TlsClient, TlsError, TlsIdentity, TlsServer, client, probe};
pub use token::OpaqueToken;
pub use totp::{TOTP_STEP, totp_code, totp_step};
pub use webhook::WebhookSecret;
