use authms_crypto::{MasterKey, MasterKeyError};

const HEX: &str = "00fbf0ff0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c";
const BASE64URL: &str = "APvw_wECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxw";

#[test]
fn every_encoding_of_a_key_reads_as_the_same_key() {
    let base64 = BASE64URL.replace('_', "/").replace('-', "+");
    let texts = [
        HEX.to_owned(),
        HEX.to_uppercase(),
        BASE64URL.to_owned(),
        format!("{BASE64URL}="),
        base64.clone(),
        format!("{base64}="),
        format!(" \t{BASE64URL}\r\n"),
    ];
    for text in texts {
        assert_eq!(MasterKey::parse(&text).unwrap().to_text().expose(), BASE64URL, "{text:?}");
    }
}

#[test]
fn a_generated_key_reads_back_and_is_new_each_time() {
    let key = MasterKey::generate();
    let read = MasterKey::parse(key.to_text().expose()).unwrap();
    assert_eq!(read.fingerprint(), key.fingerprint());
    assert_ne!(MasterKey::generate().fingerprint(), key.fingerprint());
}

#[test]
fn labels_give_independent_keys() {
    let key = MasterKey::parse(HEX).unwrap();
    assert_eq!(key.derive("seal"), key.derive("seal"));
    assert_ne!(key.derive("seal"), key.derive("mac"));
    assert_ne!(key.derive("seal"), MasterKey::generate().derive("seal"));
}

#[test]
fn the_fingerprint_is_part_of_no_derived_key() {
    let key = MasterKey::parse(HEX).unwrap();
    let fingerprint = key.fingerprint();
    assert_eq!(fingerprint.len(), 32);
    for label in ["fingerprint", "", "authms master fingerprint"] {
        let derived: String = key.derive(label).expose().iter().map(|b| format!("{b:02x}")).collect();
        assert!(!derived.starts_with(&fingerprint));
    }
    assert!(!HEX.contains(&fingerprint));
}

#[test]
fn s41_a_short_long_or_placeholder_master_key_is_refused() {
    let refused = |text: &str| MasterKey::parse(text).unwrap_err();
    assert_eq!(refused(""), MasterKeyError::Length);
    assert_eq!(refused("c2hvcnQ"), MasterKeyError::Length);
    assert_eq!(refused(&HEX[..62]), MasterKeyError::Length);
    assert_eq!(refused(&format!("{HEX}00")), MasterKeyError::Length);
    assert_eq!(refused(&"QUJD".repeat(16)), MasterKeyError::Length);
    assert_eq!(refused("change me, please! change me, please! 43 ch"), MasterKeyError::Encoding);
    assert_eq!(refused(&format!("{} {}", &BASE64URL[..20], &BASE64URL[20..])), MasterKeyError::Encoding);
    assert_eq!(refused(&"00".repeat(32)), MasterKeyError::Weak);
    assert_eq!(refused(&"61".repeat(32)), MasterKeyError::Weak);
    assert_eq!(refused(&"A".repeat(43)), MasterKeyError::Weak);
}
