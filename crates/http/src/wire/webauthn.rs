//! What browsers bring back from passkeys, and what they are asked: the JSON of WebAuthn L3 §5.1. Members are taken as
//! browsers spell them, too (`rawId`, `clientDataJSON`).

use super::{AtMost, Binary, Text};
use authms_core::factor::Asked;
use authms_core::passkey::{Assertion, CreationOptions, Descriptor, Registration, RequestOptions};
use authms_crypto::webauthn::OFFERED_ALGORITHMS;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How long a browser waits for its user, in milliseconds: as long as the challenge lives.
const TIMEOUT: u32 = 300_000;

/// What `navigator.credentials.get()` brought back.
#[derive(Deserialize, ToSchema, Debug)]
pub struct AssertionCredential {
    /// The credential's identifier, in base64url.
    id: Binary<1023>,
    /// The same.
    #[serde(alias = "rawId")]
    raw_id: Binary<1023>,
    /// What the authenticator answered.
    response: AssertionAnswer,
    /// `public-key`.
    #[serde(rename = "type")]
    kind: Text<32>,
}

/// `AuthenticatorAssertionResponse`.
#[derive(Deserialize, ToSchema, Debug)]
pub struct AssertionAnswer {
    /// What the authenticator says.
    #[serde(alias = "authenticatorData")]
    authenticator_data: Binary<2048>,
    /// What the browser says.
    #[serde(alias = "clientDataJSON", alias = "clientDataJson")]
    client_data_json: Binary<4096>,
    /// The signature over both.
    signature: Binary<1024>,
    /// Whose the credential is; always there if no credential was named before.
    #[serde(alias = "userHandle", default)]
    user_handle: Option<Binary<64>>,
}

impl From<AssertionCredential> for Assertion {
    fn from(credential: AssertionCredential) -> Self {
        let AssertionCredential { id, raw_id, response, kind } = credential;
        Self {
            id: id.into_vec(),
            raw_id: raw_id.into_vec(),
            kind: kind.into_string(),
            client_data_json: response.client_data_json.into_vec(),
            authenticator_data: response.authenticator_data.into_vec(),
            signature: response.signature.into_vec(),
            user_handle: response.user_handle.map(Binary::into_vec),
        }
    }
}

/// What `navigator.credentials.create()` brought back.
#[derive(Deserialize, ToSchema, Debug)]
pub struct CreationCredential {
    /// The credential's identifier, in base64url.
    id: Binary<1023>,
    /// The same.
    #[serde(alias = "rawId")]
    raw_id: Binary<1023>,
    /// What the authenticator answered.
    response: CreationAnswer,
    /// `public-key`.
    #[serde(rename = "type")]
    kind: Text<32>,
    /// Whether the caller's other sessions end with it; the page says so, no browser does.
    end_other_sessions: Option<bool>,
}

impl CreationCredential {
    /// What is to happen besides.
    pub fn asked(&self) -> Asked {
        let end_other_sessions = self.end_other_sessions.unwrap_or_default();
        Asked { end_other_sessions, ..Asked::default() }
    }
}

/// `AuthenticatorAttestationResponse`.
#[derive(Deserialize, ToSchema, Debug)]
pub struct CreationAnswer {
    /// The new credential.
    #[serde(alias = "attestationObject")]
    attestation_object: Binary<16384>,
    /// What the browser says.
    #[serde(alias = "clientDataJSON", alias = "clientDataJson")]
    client_data_json: Binary<4096>,
    /// How the authenticator is reached: `usb`, `nfc`, `ble`, `hybrid`, `internal`.
    #[serde(default)]
    #[schema(value_type = Option<Vec<String>>)]
    transports: Option<AtMost<16, Text<32>>>,
}

impl From<CreationCredential> for Registration {
    fn from(credential: CreationCredential) -> Self {
        let CreationCredential { id, raw_id, response, kind, .. } = credential;
        let transports = response.transports.map(AtMost::into_vec).unwrap_or_default();
        Self {
            id: id.into_vec(),
            raw_id: raw_id.into_vec(),
            kind: kind.into_string(),
            client_data_json: response.client_data_json.into_vec(),
            attestation_object: response.attestation_object.into_vec(),
            transports: transports.into_iter().map(Text::into_string).collect(),
        }
    }
}

/// For `navigator.credentials.create()`: `protocol.CredentialCreation`.
#[derive(Serialize, ToSchema, Debug)]
pub struct CredentialCreation {
    /// See `PublicKeyCredential.parseCreationOptionsFromJSON()`.
    #[serde(rename = "publicKey")]
    public_key: PublicKeyCreation,
}

/// `PublicKeyCredentialCreationOptionsJSON`.
#[derive(Serialize, ToSchema, Debug)]
#[serde(rename_all = "camelCase")]
pub struct PublicKeyCreation {
    /// `none`: nobody vouches for the authenticator.
    attestation: &'static str,
    /// What the authenticator should be able to do.
    authenticator_selection: AuthenticatorSelection,
    /// What the answer has to repeat; it is good for five minutes and one answer.
    challenge: Binary<32>,
    /// The passkeys that the user has.
    exclude_credentials: Vec<CredentialDescriptor>,
    /// The algorithms that are accepted, the best first.
    pub_key_cred_params: Vec<CredentialParameter>,
    /// Whom the passkey is for.
    rp: RelyingPartyEntity,
    /// Milliseconds.
    timeout: u32,
    /// Whose passkey it is.
    user: UserEntity,
}

/// `AuthenticatorSelectionCriteria`.
#[derive(Serialize, ToSchema, Debug)]
#[serde(rename_all = "camelCase")]
pub struct AuthenticatorSelection {
    /// `preferred`: found without a name, where the authenticator can.
    resident_key: &'static str,
    /// `preferred`: by PIN or biometric, where the authenticator can.
    user_verification: &'static str,
}

/// `PublicKeyCredentialParameters`.
#[derive(Serialize, ToSchema, Debug)]
pub struct CredentialParameter {
    /// A COSE algorithm.
    alg: i32,
    /// `public-key`.
    #[serde(rename = "type")]
    kind: &'static str,
}

/// `PublicKeyCredentialRpEntity`.
#[derive(Serialize, ToSchema, Debug)]
pub struct RelyingPartyEntity {
    /// A domain.
    id: String,
    /// The tenant's name.
    name: String,
}

/// `PublicKeyCredentialUserEntityJSON`.
#[derive(Serialize, ToSchema, Debug)]
#[serde(rename_all = "camelCase")]
pub struct UserEntity {
    /// The user's name for people.
    display_name: String,
    /// Random bytes that tell of nobody.
    id: Binary<64>,
    /// The user's name.
    name: String,
}

/// `PublicKeyCredentialDescriptorJSON`.
#[derive(Serialize, ToSchema, Debug)]
pub struct CredentialDescriptor {
    /// The credential's identifier.
    id: Binary<1023>,
    /// How its authenticator is reached.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    transports: Vec<String>,
    /// `public-key`.
    #[serde(rename = "type")]
    kind: &'static str,
}

/// For `navigator.credentials.get()`.
#[derive(Serialize, ToSchema, Debug)]
pub struct CredentialRequest {
    /// See `PublicKeyCredential.parseRequestOptionsFromJSON()`.
    #[serde(rename = "publicKey")]
    public_key: PublicKeyRequest,
}

/// `PublicKeyCredentialRequestOptionsJSON`.
#[derive(Serialize, ToSchema, Debug)]
#[serde(rename_all = "camelCase")]
pub struct PublicKeyRequest {
    /// The credentials that would do; none: any that the authenticator finds by itself.
    allow_credentials: Vec<CredentialDescriptor>,
    /// What the answer has to repeat; it is good for five minutes and one answer.
    challenge: Binary<32>,
    /// Whom the passkey is for: a domain.
    rp_id: String,
    /// Milliseconds.
    timeout: u32,
    /// `required` or `preferred`.
    user_verification: &'static str,
}

impl From<CreationOptions> for CredentialCreation {
    fn from(options: CreationOptions) -> Self {
        let user = UserEntity {
            display_name: options.user_display_name,
            id: options.user_handle.to_vec().into(),
            name: options.user_name,
        };
        let parameter = |(_, alg)| CredentialParameter { alg, kind: "public-key" };
        Self {
            public_key: PublicKeyCreation {
                attestation: "none",
                authenticator_selection: AuthenticatorSelection {
                    resident_key: "preferred",
                    user_verification: "preferred",
                },
                challenge: options.challenge.to_vec().into(),
                exclude_credentials: options.exclude.into_iter().map(Into::into).collect(),
                pub_key_cred_params: OFFERED_ALGORITHMS.into_iter().map(parameter).collect(),
                rp: RelyingPartyEntity { id: options.rp_id, name: options.rp_name },
                timeout: TIMEOUT,
                user,
            },
        }
    }
}

impl From<RequestOptions> for CredentialRequest {
    fn from(options: RequestOptions) -> Self {
        Self {
            public_key: PublicKeyRequest {
                allow_credentials: options.allow.into_iter().map(Into::into).collect(),
                challenge: options.challenge.to_vec().into(),
                rp_id: options.rp_id,
                timeout: TIMEOUT,
                user_verification: options.user_verification.as_str(),
            },
        }
    }
}

impl From<Descriptor> for CredentialDescriptor {
    fn from(descriptor: Descriptor) -> Self {
        Self { id: descriptor.id.into(), transports: descriptor.transports, kind: "public-key" }
    }
}
