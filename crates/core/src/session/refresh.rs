//! Refresh: each token once, with mercy for a lost answer and none for a stolen token (RFC 9700 §4.14.2).

use super::model::{Change, EndReason, Rotation, SessionView};
use super::stop;
use crate::access::{Forbidden, Role};
use crate::audit::{Event, EventName, Source};
use crate::commit::{self, Commit, CommitError, Guard};
use crate::fault::Fault;
use crate::id::{SessionId, TenantId, TokenId};
use crate::limits::Throttled;
use crate::parts::Parts;
use crate::ports::random;
use crate::risk::RiskOutcome;
use crate::signin::{self, AccessToken, Answer, Assessed, Refusal, Renewal, sign};
use crate::time::{Span, Timestamp};
use authms_crypto::{RefreshToken, SecretString};

/// How long a rotation is answered again, as long as its successor is unused.
pub const ROTATION_WINDOW: Span = Span::seconds(10);

/// Why nothing was refreshed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum RefreshError {
    /// The token was rotated before: somebody else may have it, so its family is revoked.
    #[error("the refresh token was used before; the session is ended")]
    Reused,
    /// The request names another tenant than the token's session is in.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// The token is none of ours, or its session is over or does not go on.
    #[error("the refresh token is no longer valid")]
    Invalid,
    /// Something was asked or refused too often.
    #[error(transparent)]
    Throttled(#[from] Throttled),
    /// It could not be carried out.
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// How one round ends without an answer.
pub(super) enum TryError {
    /// The session changed between read and commit.
    Raced,
    /// For good.
    Ended(RefreshError),
}

impl<E: Into<RefreshError>> From<E> for TryError {
    fn from(error: E) -> Self {
        Self::Ended(error.into())
    }
}

/// Rotates a refresh token, if its session goes on; else asks for what is missing. `tenant` is the one that the request
/// names, if any.
///
/// # Errors
/// [`RefreshError`].
pub async fn refresh(
    parts: &Parts,
    token: &SecretString,
    tenant: Option<Result<TenantId, ()>>,
    source: &Source,
) -> Result<Answer, RefreshError> {
    let token =
        RefreshToken::parse(&parts.secrets.refresh_mac, token.expose()).ok_or(RefreshError::Invalid)?;
    for _ in 0..3 {
        match try_once(parts, &token, tenant, source).await {
            Err(TryError::Raced) => {}
            Err(TryError::Ended(error)) => return Err(error),
            Ok(answer) => return Ok(answer),
        }
    }
    // A race shows at the next read. What conflicts again without showing is over by the store's clock alone.
    Err(RefreshError::Invalid)
}

async fn try_once(
    parts: &Parts,
    token: &RefreshToken,
    tenant: Option<Result<TenantId, ()>>,
    source: &Source,
) -> Result<Answer, TryError> {
    let id = SessionId::from_bytes(token.session);
    let view = parts.store.session(id).await.map_err(Fault::from)?.ok_or(RefreshError::Invalid)?;
    if tenant.is_some_and(|named| named != Ok(view.session.tenant)) {
        return Err(Forbidden::Tenant.into());
    }
    let now = parts.now();
    let repeated = match token.generation == view.session.generation {
        true if view.session.refresh_hash.is_some_and(|hash| token.matches(&hash)) => None,
        true => return Err(RefreshError::Invalid.into()),
        false => match repeatable(&view, token, now) {
            None => return revoke(parts, &view, token, source).await,
            repeated => repeated,
        },
    };
    let role = view.alive(now, parts.policy.session_idle).map_err(|_| RefreshError::Invalid)?;
    let (renewal, assessed) = signin::renew(parts, &view, source).await?;
    match (renewal, repeated) {
        (Renewal::GoesOn, None) => rotate(parts, token, view, (role, &assessed), source).await,
        (Renewal::GoesOn, Some((rotation, successor))) => {
            answer(parts, view, role, rotation.jti, rotation.at, now, successor)
        }
        (Renewal::Asks(opening), _) => stop::ask(parts, view, (*opening, &assessed), source).await,
        (Renewal::Refused(Refusal::Risk), _) => stop::end(parts, &view, &assessed, source).await,
        (Renewal::Refused(why), _) => stop::refuse(parts, &view, (why, &assessed), source).await,
    }
}

/// The last rotation and its successor, if this is its token again in time and the successor is still unused.
fn repeatable(view: &SessionView, token: &RefreshToken, now: Timestamp) -> Option<(Rotation, RefreshToken)> {
    let rotation = view.rotation?;
    let head = view.session.generation;
    if rotation.generation != head || token.generation.checked_add(1) != Some(head) {
        return None;
    }
    if now >= rotation.at.plus(ROTATION_WINDOW) {
        return None;
    }
    let successor = token.successor(&rotation.salt);
    view.session.refresh_hash.is_some_and(|hash| successor.matches(&hash)).then_some((rotation, successor))
}

async fn rotate(
    parts: &Parts,
    token: &RefreshToken,
    view: SessionView,
    (role, assessed): (Role, &Assessed),
    source: &Source,
) -> Result<Answer, TryError> {
    let now = parts.now();
    let id = view.session.id;
    let salt: [u8; 16] = random(&*parts.rng);
    let successor = token.successor(&salt);
    let jti = TokenId::generate(now, &*parts.rng);
    let event = Event::new(EventName::SessionRefreshed, Some(view.session.tenant))
        .subject(view.session.user)
        .session(id)
        .text_if("risk", assessed.spoke().then(|| assessed.assessment.record()))
        .from(source);
    let change =
        Change::Rotate { id, refresh_hash: successor.hash(), generation: successor.generation, salt, jti };
    let row = event.into_row(now, &*parts.rng);
    let kept = assessed.kept(row.id, &view.standing, (view.session.method, RiskOutcome::Granted));
    let commit = Commit::new(row)
        .guard(Guard::FamilyHead { session: id, generation: token.generation })
        .change(commit::Change::Session(change))
        .with(kept);
    match parts.store.commit(commit).await {
        Ok(done) => answer(parts, view, role, jti, done.at, done.at, successor),
        Err(CommitError::Conflict(_)) => Err(TryError::Raced),
        Err(other) => Err(Fault::from(other).into()),
    }
}

fn answer(
    parts: &Parts,
    view: SessionView,
    role: Role,
    jti: TokenId,
    issued_at: Timestamp,
    now: Timestamp,
    refresh: RefreshToken,
) -> Result<Answer, TryError> {
    let token =
        AccessToken { session: &view.session, ends_at: view.session.expires_at, role, jti, issued_at };
    Ok(Answer::SignedIn(Box::new(sign(parts, &token, now, Some(refresh), view.standing)?)))
}

/// Only what we issued carries a valid tag, so nobody can revoke a family by inventing an old token.
async fn revoke(
    parts: &Parts,
    view: &SessionView,
    token: &RefreshToken,
    source: &Source,
) -> Result<Answer, TryError> {
    if view.session.ended.is_none() {
        let event = Event::new(EventName::RefreshReused, Some(view.session.tenant))
            .subject(view.session.user)
            .session(view.session.id)
            .number("generation", i64::from(token.generation))
            .number("head", i64::from(view.session.generation))
            .from(source);
        let end = Change::End { id: view.session.id, reason: EndReason::RefreshReuse };
        let commit =
            Commit::new(event.into_row(parts.now(), &*parts.rng)).change(commit::Change::Session(end));
        parts.store.commit(commit).await.map_err(Fault::from)?;
    }
    Err(RefreshError::Reused.into())
}
