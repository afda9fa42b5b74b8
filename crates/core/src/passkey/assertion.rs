//! Judging what a browser brings back from a passkey that is registered: the one place, whatever it is for.

use super::model::{Ceremony, Change, Passkey};
use super::options::UserVerification;
use crate::audit::{Event, Source};
use crate::commit::{self, Commit, Guard};
use crate::factor::{self, Factor};
use crate::id::{TenantId, UserId};
use crate::parts::Parts;
use crate::risk::{self, Happened, RiskEvent, RiskOutcome};
use crate::signin::MethodKind;
use authms_crypto::webauthn::{
    Asserted, AssertionResponse, CeremonyError, CredentialKey, Expected, KnownCredential, verify_assertion,
};

/// What `navigator.credentials.get()` brought back (WebAuthn §5.1).
#[derive(Clone, Debug)]
pub struct Assertion {
    /// `id`, decoded.
    pub id: Vec<u8>,
    /// `rawId`: has to be the same.
    pub raw_id: Vec<u8>,
    /// `type`: has to be `public-key`.
    pub kind: String,
    /// `response.clientDataJSON`.
    pub client_data_json: Vec<u8>,
    /// `response.authenticatorData`.
    pub authenticator_data: Vec<u8>,
    /// `response.signature`.
    pub signature: Vec<u8>,
    /// `response.userHandle`; authenticators may leave it out if they were told which credentials would do.
    pub user_handle: Option<Vec<u8>>,
}

/// Why an assertion is refused; for the audit log, never for whoever sent it.
pub(crate) type Why = &'static str;

/// The reason that means that somebody may hold a copy of the key.
pub(crate) const COPIED: Why = CeremonyError::Counter.as_str();

/// Judges an assertion for a ceremony, by the passkey that it names and that passkey's factor.
pub(crate) fn judge(
    parts: &Parts,
    ceremony: &Ceremony,
    (passkey, factors): (&Passkey, &[Factor]),
    assertion: &Assertion,
    verification: UserVerification,
) -> Result<Asserted, Why> {
    if assertion.kind != "public-key" {
        return Err("credential_type");
    }
    if assertion.id != assertion.raw_id || assertion.raw_id != passkey.credential_id {
        return Err(CeremonyError::CredentialId.as_str());
    }
    if passkey.tenant != ceremony.tenant {
        return Err("tenant");
    }
    if ceremony.user.is_some_and(|user| user != passkey.user) {
        return Err("owner");
    }
    // Whoever was not named before has to be named by the authenticator (§7.2, step 6).
    let handle = assertion.user_handle.as_deref().filter(|handle| !handle.is_empty());
    if handle.map_or(ceremony.user.is_none(), |handle| handle != passkey.user_handle) {
        return Err("user_handle");
    }
    if !factors.iter().any(|f| f.id == passkey.factor && f.is_usable()) {
        return Err("switched_off");
    }
    let expected = Expected {
        relying_party: &parts.policy.relying_party,
        challenge_hash: &ceremony.challenge_hash,
        user_verification: verification == UserVerification::Required,
    };
    verify(passkey, assertion, &expected).map_err(CeremonyError::as_str)
}

fn verify(
    passkey: &Passkey,
    assertion: &Assertion,
    expected: &Expected<'_>,
) -> Result<Asserted, CeremonyError> {
    let key = CredentialKey::from_cose(&passkey.key)?;
    let known =
        KnownCredential { key: &key, counter: passkey.counter, backup_eligible: passkey.backup_eligible };
    let response = AssertionResponse {
        client_data_json: &assertion.client_data_json,
        authenticator_data: &assertion.authenticator_data,
        signature: &assertion.signature,
    };
    verify_assertion(expected, &known, &response)
}

/// Under which a right assertion counts: its challenge is unused, its passkey as it was read.
pub(crate) fn guards(ceremony: &Ceremony, passkey: &Passkey) -> [Guard; 3] {
    let (user, factor) = (passkey.user, passkey.factor);
    [
        Guard::CeremonyOpen(ceremony.challenge_hash),
        Guard::PasskeyAsRead { user, factor, counter: passkey.counter },
        Guard::FactorUsable { user, id: factor },
    ]
}

/// What a right assertion changes.
pub(crate) fn changes(ceremony: &Ceremony, passkey: &Passkey, asserted: Asserted) -> [commit::Change; 3] {
    let Asserted { counter, backed_up, .. } = asserted;
    let (user, factor) = (passkey.user, passkey.factor);
    [
        finish(ceremony),
        commit::Change::Passkey(Change::Assert { user, factor, counter, backed_up }),
        commit::Change::Factor(factor::Change::Use { user, id: factor, step: None }),
    ]
}

/// The change that uses a challenge up.
pub(crate) fn finish(ceremony: &Ceremony) -> commit::Change {
    commit::Change::Passkey(Change::Finish(ceremony.challenge_hash))
}

/// Uses a challenge up in this commit.
pub(crate) fn finishing(commit: Commit, ceremony: &Ceremony) -> Commit {
    commit.guard(Guard::CeremonyOpen(ceremony.challenge_hash)).change(finish(ceremony))
}

/// Tells that somebody may hold a copy of a passkey's key: an alert, and a risk event.
pub(crate) fn alarm(
    parts: &Parts,
    commit: Commit,
    alert: Event,
    (tenant, user, method): (TenantId, UserId, MethodKind),
    source: &Source,
) -> Commit {
    let row = alert.subject(user).into_row(parts.now(), &*parts.rng);
    let kept = RiskEvent::copied_key(Happened {
        row: row.id,
        tenant,
        user,
        method,
        ip: source.ip,
        country: source.ip.and_then(|ip| parts.places.place(ip).country),
        device: None,
        outcome: RiskOutcome::Refused,
    });
    commit.audit(row).change(commit::Change::Risk(risk::Change::Keep(kept)))
}
