//! Passkeys at a challenge: what their authenticators are asked, and whether they answered.

use super::claims;
use super::model::Challenge;
use super::prove::Judged;
use super::verify::{ChallengeError, unproven};
use crate::client::{self, Credentials};
use crate::commit::{self, Guard};
use crate::factor::{self, Factor, FactorKind};
use crate::fault::Fault;
use crate::limits::{self, LimitKind, Take};
use crate::parts::Parts;
use crate::passkey::{self, Assertion, Begin, Passkey, Purpose, RequestOptions, UserVerification};
use authms_crypto::SecretString;

/// The options to ask a passkey with, for the holder of an open challenge that a passkey would satisfy. Their challenge is
/// bound to this one, and answers nothing else.
///
/// # Errors
/// [`ChallengeError`]
pub async fn passkey_options(
    parts: &Parts,
    token: &SecretString,
    client: Option<&Credentials>,
) -> Result<RequestOptions, ChallengeError> {
    let Some(presented) = claims::read(parts, token).await? else {
        return unproven(parts, "challenge_token").await;
    };
    let client = match client {
        None => None,
        Some(credentials) => match client::authenticate(parts, credentials).await.map_err(Fault::from)? {
            None => return unproven(parts, "client_authentication").await,
            client => client,
        },
    };
    let found = parts.store.challenge(presented.id).await.map_err(Fault::from)?;
    let open = found.filter(|view| {
        let challenge = &view.challenge;
        presented.matches(challenge)
            && challenge.client == client.as_ref().map(|c| c.id)
            && challenge.is_open(parts.now())
    });
    let Some(view) = open else { return unproven(parts, "unknown_challenge").await };
    if !view.challenge.methods.contains(FactorKind::Passkey) {
        return Err(ChallengeError::NotOffered);
    }
    let passkeys = askable(parts, &view.challenge).await?;
    let take = Take::of(parts, LimitKind::Ticket, view.challenge.id.bytes());
    limits::charge(parts, &[take]).await??;
    let user = &view.standing.user;
    let begin = Begin {
        purpose: Purpose::SecondFactor,
        tenant: user.tenant,
        user: Some(user.id),
        bound_to: Some(*view.challenge.id.bytes()),
        planned: None,
    };
    let challenge = passkey::begin(parts, begin).await?;
    Ok(RequestOptions {
        challenge,
        rp_id: parts.policy.relying_party.id.clone(),
        allow: passkeys.into_iter().map(Into::into).collect(),
        // Another factor was proved before.
        user_verification: UserVerification::Preferred,
    })
}

/// The passkeys that would do: the user's, or the one that was begun at this challenge.
async fn askable(parts: &Parts, challenge: &Challenge) -> Result<Vec<Passkey>, ChallengeError> {
    let user = challenge.user;
    let Some(enrolment) = challenge.enrolment else {
        return Ok(parts.store.passkeys_of(user).await.map_err(Fault::from)?);
    };
    let Some(factor) = enrolment.factor else { return Err(ChallengeError::NothingPending) };
    let begun = parts.store.passkey_of(user, factor).await.map_err(Fault::from)?;
    Ok(vec![begun.ok_or(ChallengeError::NothingPending)?])
}

/// Judges the first assertion of the passkey that was begun at this challenge: right, it counts from now on.
pub(super) async fn judge_first(
    parts: &Parts,
    challenge: &Challenge,
    begun: &Factor,
    assertion: &Assertion,
) -> Result<(Judged, Option<&'static str>), Fault> {
    let wrong = |guards, changes, why| (Judged { right: false, guards, changes }, Some(why));
    let found = passkey::find(parts, &assertion.client_data_json, Purpose::SecondFactor).await?;
    let Some(ceremony) = found.filter(|c| c.bound_to.as_ref() == Some(challenge.id.bytes())) else {
        return Ok(wrong(Vec::new(), Vec::new(), "passkey_challenge"));
    };
    let open = vec![Guard::CeremonyOpen(ceremony.challenge_hash)];
    let finish = vec![passkey::finish(&ceremony)];
    let Some(known) = parts.store.passkey_of(begun.user, begun.id).await? else {
        return Ok(wrong(open, finish, "unknown_passkey"));
    };
    // It is judged as if it counted already.
    let counting = [Factor { verified_at: Some(parts.now()), ..begun.clone() }];
    match passkey::judge(parts, &ceremony, (&known, &counting), assertion, UserVerification::Preferred) {
        Ok(asserted) => {
            let (user, id) = (begun.user, begun.id);
            let [open, as_read, _] = passkey::guards(&ceremony, &known);
            let [finish, assert, _] = passkey::changes(&ceremony, &known, asserted);
            let count = commit::Change::Factor(factor::Change::Verify { user, id, step: None });
            let guards = vec![open, as_read, Guard::FactorPending { user, id }];
            Ok((Judged { right: true, guards, changes: vec![finish, assert, count] }, None))
        }
        Err(why) => Ok(wrong(open, finish, why)),
    }
}

/// Judges an assertion at a challenge; if it is wrong, also why. Whoever holds the challenge has proved a factor, so a
/// wrong one counts against the passkey that it names.
pub(super) async fn judge(
    parts: &Parts,
    challenge: &Challenge,
    factors: &[Factor],
    assertion: &Assertion,
) -> Result<(Judged, Option<&'static str>), Fault> {
    let wrong = |guards, changes, why| (Judged { right: false, guards, changes }, Some(why));
    let found = passkey::find(parts, &assertion.client_data_json, Purpose::SecondFactor).await?;
    let Some(ceremony) = found.filter(|c| c.bound_to.as_ref() == Some(challenge.id.bytes())) else {
        return Ok(wrong(Vec::new(), Vec::new(), "passkey_challenge"));
    };
    let mut guards = vec![Guard::CeremonyOpen(ceremony.challenge_hash)];
    let mut changes = vec![passkey::finish(&ceremony)];
    let known = parts.store.passkey(assertion.raw_id.clone()).await?.map(|(passkey, _)| passkey);
    let Some(known) = known.filter(|p| p.user == challenge.user) else {
        return Ok(wrong(guards, changes, "unknown_passkey"));
    };
    let verification = UserVerification::Preferred;
    match passkey::judge(parts, &ceremony, (&known, factors), assertion, verification) {
        Ok(asserted) => {
            let guards = passkey::guards(&ceremony, &known).into();
            let changes = passkey::changes(&ceremony, &known, asserted).into();
            Ok((Judged { right: true, guards, changes }, None))
        }
        Err(why) => {
            let (user, id) = (known.user, known.factor);
            if factors.iter().any(|f| f.id == id && f.is_usable()) {
                guards.push(Guard::FactorUsable { user, id });
                changes.push(commit::Change::Factor(factor::Change::Fail { user, id }));
            }
            Ok(wrong(guards, changes, why))
        }
    }
}
