//! Enrolling a passkey at a challenge: its first assertion completes the sign-in.

use super::enter::{EnrolError, Enrolling};
use crate::audit::Source;
use crate::commit::{self, Commit, CommitError, Guard};
use crate::factor::{Factor, FactorKind};
use crate::fault::Fault;
use crate::parts::Parts;
use crate::passkey::{
    self, Begin, BeginRegistration, Ceremony, Change, CreationOptions, NewPasskey, PASSKEYS_ALLOWED,
    PasskeyError, PasskeyView, Planned, Purpose, Registration,
};
use crate::ports::random;

/// Begins the registration of a passkey. Its challenge is bound to this one.
///
/// # Errors
/// [`EnrolError`]
pub async fn begin_passkey(
    parts: &Parts,
    me: &Enrolling,
    ask: BeginRegistration,
) -> Result<CreationOptions, EnrolError> {
    let (name, shown) = passkey::labels(&ask)?;
    me.demand(parts, FactorKind::Passkey).await?;
    let user = me.user();
    let user_handle = random(&*parts.rng);
    let begin = Begin {
        purpose: Purpose::Enrol,
        tenant: user.tenant,
        user: Some(user.id),
        bound_to: Some(*me.challenge().id.bytes()),
        planned: Some(Planned { name, user_handle }),
    };
    let challenge = passkey::begin(parts, begin).await?;
    let rp = (parts.policy.relying_party.id.clone(), me.tenant_name().to_owned());
    Ok(passkey::options(challenge, rp, (user, shown), (user_handle, Vec::new())))
}

/// Takes the passkey that was made. It is no factor yet: it becomes one when it is first proved, at this challenge.
///
/// # Errors
/// [`EnrolError`]
pub async fn finish_passkey(
    parts: &Parts,
    me: &Enrolling,
    registration: Registration,
    source: &Source,
) -> Result<PasskeyView, EnrolError> {
    me.demand(parts, FactorKind::Passkey).await?;
    let found = passkey::find(parts, &registration.client_data_json, Purpose::Enrol).await?;
    let bound = |c: &Ceremony| c.bound_to.as_ref() == Some(me.challenge().id.bytes());
    let Some(ceremony) = found.filter(bound) else {
        parts.store.commit(Commit::refusal("passkey_challenge")).await.map_err(Fault::from)?;
        return Err(PasskeyError::Refused.into());
    };
    let Ok(registered) = passkey::verified(parts, &ceremony, &registration) else {
        let refusal = passkey::finishing(Commit::refusal("passkey_registration"), &ceremony);
        return match parts.store.commit(refusal).await {
            Ok(_) | Err(CommitError::Conflict(_)) => Err(PasskeyError::Refused.into()),
            Err(other) => Err(Fault::from(other).into()),
        };
    };
    let Some(planned) = ceremony.planned.clone() else { return Err(PasskeyError::Refused.into()) };
    let made = passkey::new_passkey(parts, me.user(), planned, registered, registration.transports);
    let NewPasskey { factor, passkey } = made;
    let factor = Factor { verified_at: None, ..factor };
    let new = NewPasskey { factor: factor.clone(), passkey: passkey.clone() };
    let add = commit::Change::Passkey(Change::Add(Box::new(new)));
    let commit = me
        .beginning(parts, (factor.id, FactorKind::Passkey, add), source)
        .guard(Guard::PasskeysBelow { user: factor.user, bound: PASSKEYS_ALLOWED });
    match parts.store.commit(passkey::finishing(commit, &ceremony)).await {
        Ok(at) => Ok(PasskeyView { factor: Factor { created_at: at.at, ..factor }, passkey }),
        Err(CommitError::Taken(_)) => Err(PasskeyError::Taken.into()),
        Err(other) => Err(Fault::from(other).into()),
    }
}
