//! Firebase's scrypt: the derived key encrypts the project's signer key, and that is the hash. The spelling is our own:
//! `$firebase-scrypt$mem_cost=14,rounds=8$salt$salt_separator$signer_key$hash`, all four as Firebase exports them, in
//! base64.

use aws_lc_rs::cipher::{AES_256, EncryptingKey, EncryptionContext, UnboundCipherKey};
use aws_lc_rs::iv::FixedLength;
use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use zeroize::Zeroizing;

use super::imported::ImportError;
use super::scrypt::{Cost, fields, numbers};
use crate::ct_eq;

const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

pub(super) struct Firebase {
    cost: Cost,
    /// The user's salt and then the project's separator.
    salt: Vec<u8>,
    signer: Zeroizing<Vec<u8>>,
    hash: Vec<u8>,
}

impl Firebase {
    /// Reads what follows `$firebase-scrypt$`.
    pub(super) fn parse(text: &str) -> Result<Self, ImportError> {
        let malformed = ImportError::Malformed;
        let [cost, salt, separator, signer, hash] = fields(text).ok_or(malformed)?;
        let [log_n, r] = numbers(cost, ["mem_cost", "rounds"]).ok_or(malformed)?;
        let decode = |text: &str| BASE64.decode(text).map_err(|_| malformed);
        let (signer, hash) = (Zeroizing::new(decode(signer)?), decode(hash)?);
        if !(16..=64).contains(&hash.len()) || signer.len() != hash.len() {
            return Err(malformed);
        }
        let salt = [decode(salt)?, decode(separator)?].concat();
        Ok(Self { cost: Cost::new(log_n, r, 1)?, salt, signer, hash })
    }

    pub(super) fn matches(&self, password: &[u8]) -> bool {
        self.encrypted(password).is_some_and(|hash| ct_eq(&hash, &self.hash))
    }

    pub(super) fn work(&self) -> u64 {
        self.cost.work()
    }

    /// The signer key under AES-256 in counter mode from zero.
    fn encrypted(&self, password: &[u8]) -> Option<Vec<u8>> {
        let mut key = Zeroizing::new([0; 32]);
        self.cost.derive(password, &self.salt, key.as_mut())?;
        let key = EncryptingKey::ctr(UnboundCipherKey::new(&AES_256, key.as_ref()).ok()?).ok()?;
        let mut hash = self.signer.to_vec();
        key.less_safe_encrypt(&mut hash, EncryptionContext::Iv128(FixedLength::from([0; 16]))).ok()?;
        Some(hash)
    }
}
