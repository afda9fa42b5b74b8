//! What authenticators send: an assertion with anything changed is refused, and what is registered was in the response.

use crate::input::Input;
use authms_crypto::Algorithm;
use authms_crypto::sha256;
use authms_crypto::webauthn::{
    AssertionResponse, CredentialKey, Expected, KnownCredential, RegistrationResponse, RelyingParty,
    presented_challenge, verify_assertion, verify_registration,
};
use authms_testkit::{SoftPasskey, flags};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use std::sync::{LazyLock, Mutex, PoisonError};

const ORIGIN: &str = "https://id.example.test";
const CHALLENGE: [u8; 32] = [42; 32];

static PARTY: LazyLock<RelyingParty> =
    LazyLock::new(|| RelyingParty { id: "id.example.test".into(), origins: vec![ORIGIN.into()] });

/// How to sign, and what to change in the response; all of it is read as each of the formats, too.
pub fn run(data: &[u8]) {
    presented_challenge(data);
    if let Ok(key) = CredentialKey::from_cose(data) {
        assert_eq!(key.as_cose(), data);
    }
    registered(data);
    asserted(Input(data));
}

/// A length, so many bytes of identifier, and what `create()` gives.
fn registered(data: &[u8]) {
    let challenge_hash = sha256(&CHALLENGE);
    let expected =
        Expected { relying_party: &PARTY, challenge_hash: &challenge_hash, user_verification: false };
    let good = client_data("webauthn.create");
    let Some((length, rest)) = data.split_first() else { return };
    let (id, object) = rest.split_at(rest.len().min(usize::from(*length)));
    let response = RegistrationResponse {
        credential_id: id,
        client_data_json: good.as_bytes(),
        attestation_object: object,
    };
    let Ok(registered) = verify_registration(&expected, &response) else { return };
    let holds = |part: &[u8]| object.windows(part.len()).any(|window| window == part);
    assert!((1..=1023).contains(&registered.credential_id.len()) && registered.credential_id == id);
    assert!(holds(registered.key.as_cose()) && holds(&sha256(PARTY.id.as_bytes())));
    assert!(registered.backup_eligible || !registered.backed_up);
}

fn asserted(mut input: Input<'_>) {
    static KEY: LazyLock<(CredentialKey, Mutex<SoftPasskey>)> = LazyLock::new(|| {
        let mut passkey = SoftPasskey::new(Algorithm::Es256, ORIGIN);
        let options =
            json!({ "rp": { "id": PARTY.id }, "user": { "id": "AA" }, "challenge": encode(&CHALLENGE) });
        let object = part(&passkey.create(&options), "attestationObject");
        // The key is the end of what is attested.
        let at = object.windows(5).rposition(|window| window == b"\xa5\x01\x02\x03\x26").expect("a key");
        (CredentialKey::from_cose(&object[at..]).expect("a key"), Mutex::new(passkey))
    });
    let (key, passkey) = &*KEY;
    let challenge_hash = sha256(&CHALLENGE);
    let (flags, counter, user_verification) = (input.byte() & 0x1d, input.byte(), input.byte() & 1 == 1);
    let expected = Expected { relying_party: &PARTY, challenge_hash: &challenge_hash, user_verification };
    let known =
        KnownCredential { key, counter: input.byte().into(), backup_eligible: flags & flags::BE != 0 };
    let credential = {
        let mut passkey = passkey.lock().unwrap_or_else(PoisonError::into_inner);
        (passkey.flags, passkey.counter) = (flags, counter.into());
        passkey.get(&json!({ "rpId": PARTY.id, "challenge": encode(&CHALLENGE) }))
    };
    let names = ["clientDataJSON", "authenticatorData", "signature"];
    let good = names.map(|name| part(&credential, name));
    let verify = |[client_data_json, authenticator_data, signature]: &[Vec<u8>; 3]| {
        verify_assertion(
            &expected,
            &known,
            &AssertionResponse { client_data_json, authenticator_data, signature },
        )
    };
    let has = |flag| flags & flag != 0;
    let fresh = u32::from(counter) > known.counter || (counter == 0 && known.counter == 0);
    let may = has(flags::UP)
        && (has(flags::UV) || !user_verification)
        && (has(flags::BE) || !has(flags::BS))
        && fresh;
    assert_eq!(verify(&good).is_ok(), may, "flags {flags:#x}, counter {counter} after {}", known.counter);

    let mut changed = good.clone();
    while !input.0.is_empty() {
        let member = &mut changed[usize::from(input.byte()) % 3];
        let (at, byte) = (input.below(member.len() + 1), input.byte());
        match member.get_mut(at) {
            Some(place) => *place = byte,
            None => member.push(byte),
        }
        assert!(changed == good || verify(&changed).is_err(), "changed, and good all the same: {changed:?}");
    }
}

fn client_data(kind: &str) -> String {
    json!({ "type": kind, "challenge": encode(&CHALLENGE), "origin": ORIGIN, "crossOrigin": false })
        .to_string()
}

fn part(credential: &Value, name: &str) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(credential["response"][name].as_str().expect("a text")).expect("base64url")
}

fn encode(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}
