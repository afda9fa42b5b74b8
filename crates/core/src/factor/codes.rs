//! A user's recovery codes.

use super::changing::{Asked, Changing};
use super::error::FactorError;
use super::model::{Change, Factor, FactorKind, has_enrolled};
use super::recovery::{RECOVERY_CODES, generate, kept_of};
use crate::access::{Caller, Permission, Person};
use crate::audit::{EventName, Source};
use crate::commit::{self, Guard};
use crate::fault::Fault;
use crate::id::{FactorId, UserId};
use crate::page::{Page, PageRequest};
use crate::parts::Parts;
use crate::user;
use authms_crypto::SecretString;

/// How many codes are left.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Remaining(pub usize);

/// Makes new codes in place of all that there were. They are shown now and never again.
///
/// # Errors
/// [`FactorError::Alone`] for a user without any other factor.
pub async fn generate_codes(
    parts: &Parts,
    me: &Person,
    asked: &Asked,
    source: &Source,
) -> Result<Vec<SecretString>, FactorError> {
    let changing = Changing::begin(parts, me, asked, source).await?;
    let proof = changing.demand().await?;
    if !has_enrolled(&changing.factors) {
        return Err(FactorError::Alone);
    }
    let now = parts.now();
    let factor = Factor {
        id: FactorId::generate(now, &*parts.rng),
        user: me.user,
        kind: FactorKind::RecoveryCode,
        name: "recovery codes".to_owned(),
        address: None,
        sealed: None,
        verified_at: Some(now),
        enabled: true,
        primary: false,
        failures: 0,
        last_step: None,
        last_used_at: None,
        created_at: now,
        set_password: false,
    };
    let codes: Vec<SecretString> = (0..RECOVERY_CODES).map(|_| generate(parts)).collect();
    let mut hashes = Vec::with_capacity(codes.len());
    for code in &codes {
        hashes.push(kept_of(parts, factor.id, code.expose()).await?);
    }
    let commit = changing.changing(EventName::RecoveryCodesMade, &factor);
    let replace = Change::ReplaceRecoveryCodes { factor: Box::new(factor), hashes };
    // They stand beside a factor: whoever has all of them removed ends the session, and this with it.
    let commit = proof.settle(commit).guard(Guard::SessionOpen(me.session));
    parts.store.commit(commit.change(commit::Change::Factor(replace))).await?;
    Ok(codes)
}

/// How many codes a user has left.
///
/// # Errors
/// [`Fault`]
pub async fn remaining_codes(parts: &Parts, user: UserId) -> Result<Remaining, Fault> {
    let codes = parts.store.recovery_codes_of(user).await?;
    Ok(Remaining(codes.iter().filter(|code| !code.spent).count()))
}

/// How many codes a user of the caller's tenant has left.
///
/// # Errors
/// [`FactorError`]
pub async fn remaining_codes_of(
    parts: &Parts,
    caller: &Caller,
    user: UserId,
) -> Result<Remaining, FactorError> {
    caller.require(Permission::UserRead)?;
    user::existing(parts, caller, user).await?;
    Ok(remaining_codes(parts, user).await?)
}

/// Who in the caller's tenant has recovery codes, and how many are left; the newest users first.
///
/// # Errors
/// [`FactorError`]
pub async fn who_has_codes(
    parts: &Parts,
    caller: &Caller,
    page: PageRequest,
) -> Result<Page<(UserId, u32)>, FactorError> {
    caller.require(Permission::UserRead)?;
    Ok(parts.store.recovery_codes_in(caller.tenant(), page).await.map_err(Fault::from)?)
}

/// Uses one up.
///
/// # Errors
/// [`FactorError`]
pub async fn use_code(
    parts: &Parts,
    me: &Person,
    code: &SecretString,
    source: &Source,
) -> Result<Remaining, FactorError> {
    let asked = Asked::default();
    let changing = Changing::begin(parts, me, &asked, source).await?;
    let judged = changing.prove(FactorKind::RecoveryCode, code).await?;
    let event = changing.event(EventName::FactorTried).text("kind", FactorKind::RecoveryCode.as_str());
    parts.store.commit(judged.settle(changing.commit(event))).await?;
    Ok(remaining_codes(parts, me.user).await?)
}
