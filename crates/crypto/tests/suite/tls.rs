//! Certificates and keys that belong together, and those that do not.

use authms_crypto::{TlsError, TlsIdentity};
use rcgen::{
    CertificateParams, KeyPair, PKCS_ECDSA_P256_SHA256, PKCS_ECDSA_P384_SHA384, PKCS_ED25519,
    PKCS_RSA_SHA256, date_time_ymd,
};

/// 2030-01-01T00:00:00Z.
const Y2030: i64 = 1_893_456_000;
const YEAR: i64 = 365 * 24 * 3600;

/// A certificate for the year 2030, with its key.
fn pair(key: &KeyPair) -> (String, String) {
    let mut params = CertificateParams::new(["localhost".to_owned()]).unwrap();
    (params.not_before, params.not_after) = (date_time_ymd(2030, 1, 1), date_time_ymd(2031, 1, 1));
    (params.self_signed(key).unwrap().pem(), key.serialize_pem())
}

fn parse(certificate: &str, key: &str) -> Result<TlsIdentity, TlsError> {
    TlsIdentity::parse(certificate.as_bytes(), key.as_bytes())
}

fn refused(certificate: &str, key: &str) -> TlsError {
    parse(certificate, key).unwrap_err()
}

#[test]
fn rsa_ecdsa_and_ed25519_certificates_are_served_in_their_time() {
    for algorithm in [&PKCS_RSA_SHA256, &PKCS_ECDSA_P256_SHA256, &PKCS_ECDSA_P384_SHA384, &PKCS_ED25519] {
        let (certificate, key) = pair(&KeyPair::generate_for(algorithm).unwrap());
        let identity = parse(&certificate, &key).unwrap();
        assert_eq!(identity.not_after(), Y2030 + YEAR);
        assert_eq!(identity.check(Y2030), Ok(()));
        assert_eq!(identity.check(Y2030 + YEAR), Ok(()));
        assert_eq!(identity.check(Y2030 - 1), Err(TlsError::NotYet));
        assert_eq!(identity.check(Y2030 + YEAR + 1), Err(TlsError::Expired));
        // Of one kind, and yet another's.
        let (_, other) = pair(&KeyPair::generate_for(algorithm).unwrap());
        assert_eq!(refused(&certificate, &other), TlsError::Mismatch);
    }
}

#[test]
fn what_cannot_be_served_with_is_refused() {
    let (certificate, key) = pair(&KeyPair::generate().unwrap());
    let (_, ed25519) = pair(&KeyPair::generate_for(&PKCS_ED25519).unwrap());
    assert_eq!(refused(&certificate, &ed25519), TlsError::Mismatch, "another kind");
    assert_eq!(refused("", &key), TlsError::NoCertificate);
    assert_eq!(refused("no PEM\n", &key), TlsError::NoCertificate);
    assert_eq!(refused(&key, &key), TlsError::NoCertificate, "the files are swapped");
    assert_eq!(refused(&certificate[..certificate.len() / 2], &key), TlsError::Certificate, "half a file");
    let junk = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    assert_eq!(refused(junk, &key), TlsError::Certificate);
    assert_eq!(refused(&certificate, ""), TlsError::NoKey);
    assert_eq!(refused(&certificate, &certificate), TlsError::NoKey);
    let encrypted = key.replace("PRIVATE KEY", "ENCRYPTED PRIVATE KEY");
    assert_eq!(refused(&certificate, &encrypted), TlsError::NoKey);
    let junk = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n";
    assert_eq!(refused(&certificate, junk), TlsError::Key);
}

#[test]
fn chain_and_key_may_stand_in_one_file() {
    let (certificate, key) = pair(&KeyPair::generate().unwrap());
    let (issuer, _) = pair(&KeyPair::generate().unwrap());
    let both = format!("{certificate}{issuer}{key}");
    assert!(parse(&both, &both).is_ok());
    let wrong_way_round = format!("{issuer}{certificate}");
    assert_eq!(
        refused(&wrong_way_round, &key),
        TlsError::Mismatch,
        "the server's own certificate comes first"
    );
}

#[test]
fn nothing_shows_the_key() {
    let (certificate, key) = pair(&KeyPair::generate().unwrap());
    let shown = format!("{:?}", parse(&certificate, &key).unwrap());
    for line in key.lines().filter(|line| !line.starts_with('-')) {
        assert!(!shown.contains(line), "{shown}");
    }
}
