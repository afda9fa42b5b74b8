//! The verifier of passkeys against the test vectors of W3C WebAuthn Level 3 §16, and against everything that differs
//! from them. Whole ceremonies, and responses that are well signed but wrong, are tested through the HTTP API.

use crate::hex;
use authms_crypto::sha256;
use authms_crypto::webauthn::{
    AssertionResponse, CeremonyError, CredentialKey, Expected, KnownCredential, Registered,
    RegistrationResponse, RelyingParty, presented_challenge, verify_assertion, verify_registration,
};

// §16.2, "ES256 Credential with No Attestation".
const REGISTER_CHALLENGE: &str = "00c30fb78531c464d2b6771dab8d7b603c01162f2fa486bea70f283ae556e130";
const REGISTER_CLIENT_DATA: &str = "7b2274797065223a22776562617574686e2e637265617465222c226368616c6c656e6765223a22414d4d507434557878475453746e63647134313759447742466938767049612d7077386f4f755657345441222c226f726967696e223a2268747470733a2f2f6578616d706c652e6f7267222c2263726f73734f726967696e223a66616c73652c22657874726144617461223a22636c69656e74446174614a534f4e206d617920626520657874656e6465642077697468206164646974696f6e616c206669656c647320696e20746865206675747572652c207375636820617320746869733a20426b5165446a646354427258426941774a544c453551227d";
const ATTESTATION_OBJECT: &str = "a363666d74646e6f6e656761747453746d74a068617574684461746158a4bfabc37432958b063360d3ad6461c9c4735ae7f8edd46592a5e0f01452b2e4b559000000008446ccb9ab1db374750b2367ff6f3a1f0020f91f391db4c9b2fde0ea70189cba3fb63f579ba6122b33ad94ff3ec330084be4a5010203262001215820afefa16f97ca9b2d23eb86ccb64098d20db90856062eb249c33a9b672f26df61225820930a56b87a2fca66334b03458abf879717c12cc68ed73290af2e2664796b9220";
const CREDENTIAL_ID: &str = "f91f391db4c9b2fde0ea70189cba3fb63f579ba6122b33ad94ff3ec330084be4";
const CHALLENGE: &str = "39c0e7521417ba54d43e8dc95174f423dee9bf3cd804ff6d65c857c9abf4d408";
const CLIENT_DATA: &str = "7b2274797065223a22776562617574686e2e676574222c226368616c6c656e6765223a224f63446e55685158756c5455506f334a5558543049393770767a7a59425039745a63685879617630314167222c226f726967696e223a2268747470733a2f2f6578616d706c652e6f7267222c2263726f73734f726967696e223a66616c73657d";
const AUTHENTICATOR_DATA: &str = "bfabc37432958b063360d3ad6461c9c4735ae7f8edd46592a5e0f01452b2e4b51900000000";
const SIGNATURE: &str = "3046022100f50a4e2e4409249c4a853ba361282f09841df4dd4547a13a87780218deffcd380221008480ac0f0b93538174f575bf11a1dd5d78c6e486013f937295ea13653e331e87";

/// Where the credential's key begins in [`ATTESTATION_OBJECT`].
const KEY_AT: usize = 30 + 37 + 16 + 2 + 32;

fn bytes(text: &str) -> Vec<u8> {
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
}

fn example_org() -> RelyingParty {
    RelyingParty { id: "example.org".into(), origins: vec!["https://example.org".into()] }
}

fn register(
    relying_party: &RelyingParty,
    challenge: &[u8],
    client_data_json: &[u8],
    attestation_object: &[u8],
    user_verification: bool,
) -> Result<Registered, CeremonyError> {
    let expected = Expected { relying_party, challenge_hash: &sha256(challenge), user_verification };
    let credential_id = &bytes(CREDENTIAL_ID);
    verify_registration(
        &expected,
        &RegistrationResponse { credential_id, client_data_json, attestation_object },
    )
}

fn registered() -> Registered {
    let (challenge, data) = (bytes(REGISTER_CHALLENGE), bytes(REGISTER_CLIENT_DATA));
    register(&example_org(), &challenge, &data, &bytes(ATTESTATION_OBJECT), false).unwrap()
}

/// Asserts with the vector's credential, which had counted to `counter`.
fn assert_with(
    challenge: &[u8],
    client_data_json: &[u8],
    authenticator_data: &[u8],
    signature: &[u8],
    counter: u32,
) -> Result<u32, CeremonyError> {
    let expected = Expected {
        relying_party: &example_org(),
        challenge_hash: &sha256(challenge),
        user_verification: false,
    };
    let credential = registered();
    let known =
        KnownCredential { key: &credential.key, counter, backup_eligible: credential.backup_eligible };
    let response = AssertionResponse { client_data_json, authenticator_data, signature };
    verify_assertion(&expected, &known, &response).map(|asserted| asserted.counter)
}

/// Each single bit of `bytes` inverted, each length shorter, and one byte more.
fn mutants(bytes: &[u8]) -> impl Iterator<Item = Vec<u8>> {
    let flipped = (0..bytes.len() * 8).map(|bit| {
        let mut mutant = bytes.to_vec();
        mutant[bit / 8] ^= 1 << (bit % 8);
        mutant
    });
    let cut = (0..bytes.len()).map(|length| bytes[..length].to_vec());
    flipped.chain(cut).chain([[bytes, &[0]].concat()])
}

#[test]
fn the_vector_of_the_standard_registers_and_authenticates() {
    let credential = registered();
    assert_eq!(credential.credential_id, bytes(CREDENTIAL_ID));
    assert_eq!(credential.aaguid, hex::<16>("8446ccb9ab1db374750b2367ff6f3a1f"));
    let said =
        (credential.counter, credential.user_verified, credential.backup_eligible, credential.backed_up);
    assert_eq!(said, (0, false, true, true));
    assert_eq!(presented_challenge(&bytes(CLIENT_DATA)), Some(bytes(CHALLENGE)));
    let (data, signature) = (bytes(AUTHENTICATOR_DATA), bytes(SIGNATURE));
    assert_eq!(assert_with(&bytes(CHALLENGE), &bytes(CLIENT_DATA), &data, &signature, 0), Ok(0));
}

#[test]
fn nothing_that_differs_from_the_vector_in_one_bit_authenticates() {
    let (challenge, client) = (bytes(CHALLENGE), bytes(CLIENT_DATA));
    let (data, signature) = (bytes(AUTHENTICATOR_DATA), bytes(SIGNATURE));
    for mutant in mutants(&client) {
        assert!(assert_with(&challenge, &mutant, &data, &signature, 0).is_err(), "{mutant:?}");
    }
    for mutant in mutants(&data) {
        assert!(assert_with(&challenge, &client, &mutant, &signature, 0).is_err(), "{mutant:?}");
    }
    for mutant in mutants(&signature) {
        assert_eq!(assert_with(&challenge, &client, &data, &mutant, 0), Err(CeremonyError::Signature));
    }
    for mutant in mutants(&challenge) {
        assert_eq!(assert_with(&mutant, &client, &data, &signature, 0), Err(CeremonyError::Challenge));
    }
}

#[test]
fn an_attestation_object_is_read_whole_or_not_at_all() {
    let (challenge, client) = (bytes(REGISTER_CHALLENGE), bytes(REGISTER_CLIENT_DATA));
    let object = bytes(ATTESTATION_OBJECT);
    let register = |object: &[u8]| register(&example_org(), &challenge, &client, object, false);
    for length in 0..object.len() {
        assert!(register(&object[..length]).is_err(), "{length} bytes");
    }
    assert!(register(&[object.as_slice(), &[0]].concat()).is_err());
    // What a flipped bit leaves well formed is data that nobody signs: counter, model, flags. Never another key or name.
    for mutant in mutants(&object) {
        if let Ok(credential) = register(&mutant) {
            assert_eq!(credential.credential_id, bytes(CREDENTIAL_ID));
            assert_eq!(credential.key.as_cose(), &object[KEY_AT..]);
        }
    }
}

#[test]
fn what_was_expected_is_compared_exactly() {
    let (challenge, client) = (bytes(REGISTER_CHALLENGE), bytes(REGISTER_CLIENT_DATA));
    let object = bytes(ATTESTATION_OBJECT);
    let refused = |party: &RelyingParty, verification: bool| {
        register(party, &challenge, &client, &object, verification).unwrap_err()
    };
    for origin in
        ["https://example.org/", "https://example.org:443", "http://example.org", "https://EXAMPLE.org"]
    {
        let party = RelyingParty { origins: vec![origin.into()], ..example_org() };
        assert_eq!(refused(&party, false), CeremonyError::Origin, "{origin}");
    }
    for id in ["example.com", "org", "an-example.org", "example.org.", ""] {
        let party = RelyingParty { id: id.into(), ..example_org() };
        assert_eq!(refused(&party, false), CeremonyError::RpId, "{id}");
    }
    assert_eq!(refused(&example_org(), true), CeremonyError::UserVerification);
}

#[test]
fn the_response_of_one_ceremony_is_none_of_the_other() {
    let (challenge, client) = (bytes(REGISTER_CHALLENGE), bytes(REGISTER_CLIENT_DATA));
    let (data, signature) = (bytes(AUTHENTICATOR_DATA), bytes(SIGNATURE));
    assert_eq!(assert_with(&challenge, &client, &data, &signature, 0), Err(CeremonyError::Type));
    let (challenge, client) = (bytes(CHALLENGE), bytes(CLIENT_DATA));
    let object = bytes(ATTESTATION_OBJECT);
    let error = register(&example_org(), &challenge, &client, &object, false).unwrap_err();
    assert_eq!(error, CeremonyError::Type);
    // The authenticator's data of a registration, in an assertion.
    let attested = &object[30..];
    assert_eq!(
        assert_with(&challenge, &client, attested, &signature, 0),
        Err(CeremonyError::AuthenticatorData)
    );
}

#[test]
fn an_authenticator_that_once_counted_and_says_zero_is_refused() {
    let (challenge, client) = (bytes(CHALLENGE), bytes(CLIENT_DATA));
    let (data, signature) = (bytes(AUTHENTICATOR_DATA), bytes(SIGNATURE));
    assert_eq!(assert_with(&challenge, &client, &data, &signature, 1), Err(CeremonyError::Counter));
}

#[test]
fn a_key_is_of_an_algorithm_that_was_offered_and_nothing_else_is_in_it() {
    let key = &bytes(ATTESTATION_OBJECT)[KEY_AT..];
    assert!(CredentialKey::from_cose(key).is_ok());
    let replaced = |at: usize, byte: u8| {
        let mut mutant = key.to_vec();
        mutant[at] = byte;
        mutant
    };
    let off_the_curve = replaced(key.len() - 1, key[key.len() - 1] ^ 1);
    let other_type = replaced(2, 1);
    let other_algorithm = replaced(4, 0x27); // -8
    let es384 = [&key[..4], &[0x38, 0x22], &key[5..]].concat();
    let other_curve = replaced(6, 2);
    let repeated = [&[0xa6], &key[1..], &[0x01, 0x02]].concat();
    let one_more = [&[0xa6], &key[1..], &[0x02, 0x41, 0x00]].concat();
    let without_y = [&[0xa4], &key[1..key.len() - 35]].concat();
    let of_unknown_length = [&[0xbf], &key[1..], &[0xff]].concat();
    let huge = [&[0xbb, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], &key[1..]].concat();
    for (what, mutant) in [
        ("a point off the curve", off_the_curve),
        ("another type of key", other_type),
        ("another algorithm", other_algorithm),
        ("an algorithm that was not offered", es384),
        ("another curve", other_curve),
        ("a repeated parameter", repeated),
        ("one more parameter", one_more),
        ("no y coordinate", without_y),
        ("a map of unknown length", of_unknown_length),
        ("a map of 2^64 entries", huge),
        ("nothing", Vec::new()),
    ] {
        assert_eq!(CredentialKey::from_cose(&mutant).unwrap_err(), CeremonyError::Key, "{what}");
    }
}

#[test]
fn weak_rsa_keys_are_none() {
    let rsa = |modulus: &[u8], exponent: &[u8]| {
        let length = u16::try_from(modulus.len()).unwrap().to_be_bytes();
        let head = [0xa4, 0x01, 0x03, 0x03, 0x39, 0x01, 0x00, 0x20, 0x59];
        let middle = [0x21, 0x40 + u8::try_from(exponent.len()).unwrap()];
        CredentialKey::from_cose(&[&head, length.as_slice(), modulus, &middle, exponent].concat()).is_ok()
    };
    assert!(rsa(&[0xff; 256], &[1, 0, 1]));
    assert!(!rsa(&[0xff; 128], &[1, 0, 1]), "1024 bits");
    assert!(!rsa(&[&[0x7f], [0xff; 255].as_slice()].concat(), &[1, 0, 1]), "2047 bits");
    assert!(!rsa(&[0xff; 256], &[3]), "exponent 3");
}

#[test]
fn client_data_is_one_json_object_with_each_member_once() {
    let (data, signature) = (bytes(AUTHENTICATOR_DATA), bytes(SIGNATURE));
    for text in [
        "",
        "null",
        "[]",
        r#"{"type":"webauthn.get","origin":"https://example.org"}"#,
        r#"{"type":"webauthn.get","type":"webauthn.get","challenge":"AA","origin":"https://example.org"}"#,
        r#"{"type":"webauthn.get","challenge":"AA","origin":["https://example.org"]}"#,
        r#"{"type":"webauthn.get","challenge":"AA","origin":"https://example.org","crossOrigin":"false"}"#,
    ] {
        let refused = assert_with(&[0], text.as_bytes(), &data, &signature, 0);
        assert_eq!(refused, Err(CeremonyError::ClientData), "{text}");
    }
    for (within, why) in [
        (r#""origin":"https://example.org","crossOrigin":true"#, CeremonyError::Origin),
        (r#""origin":"https://example.org","topOrigin":"https://example.org""#, CeremonyError::Origin),
        (r#""origin":"https://example.org.attacker.example""#, CeremonyError::Origin),
        (r#""origin":"https://example.org""#, CeremonyError::Signature),
    ] {
        let text = format!(r#"{{"type":"webauthn.get","challenge":"AA",{within}}}"#);
        assert_eq!(assert_with(&[0], text.as_bytes(), &data, &signature, 0), Err(why), "{text}");
    }
}
