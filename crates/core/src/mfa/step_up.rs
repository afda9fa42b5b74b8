//! Step-up: what is hard to take back asks its user to have proved themself just now, in this very session.

use crate::access::{Forbidden, Person};
use crate::factor;
use crate::fault::Fault;
use crate::parts::Parts;
use crate::session::{Proof, SessionView};
use crate::signing_key::verified;
use crate::tenant::Tenant;
use crate::ticket::Minter;
use crate::time::{Span, Timestamp};
use authms_crypto::SecretString;
use serde::{Deserialize, Serialize};

/// `typ` of step-up tokens.
pub const STEP_UP_TOKEN_TYP: &str = "step-up+jwt";

/// How long a proof is fresh.
pub const STEP_UP_TTL: Span = Span::seconds(300);

/// How long after its sign-in a session of a console ticket may enrol a first factor.
const FIRST_FACTOR_TTL: Span = Span::seconds(900);

/// Why nobody steps up.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum StepUpError {
    /// Nothing fresh shows that the user is there: `needs` says what would.
    #[error("prove yourself again: with {}", .needs.as_str())]
    Missing {
        /// The least that would do.
        needs: Proof,
    },
    /// The caller may not.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// It could not be found out.
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// Passes if the user proved themself within [`STEP_UP_TTL`] in this session: at its sign-in, or since then for a
/// step-up token. A user with a second factor, also one that failures have switched off, proves one; for others the
/// password does. What the minter of a ticket vouches for proves nothing here, and nobody passes on another's behalf.
///
/// # Errors
/// [`StepUpError`]
pub async fn demand_step_up(
    parts: &Parts,
    me: &Person,
    token: Option<&SecretString>,
) -> Result<(), StepUpError> {
    stands(parts, me, token).await.map(drop)
}

/// The same for enrolling a factor, with one way more: who has none may enrol the first in a session that a ticket of
/// the command line opened just now.
///
/// # Errors
/// [`StepUpError`]
pub async fn demand_enrolment(
    parts: &Parts,
    me: &Person,
    token: Option<&SecretString>,
) -> Result<(), StepUpError> {
    match stands(parts, me, token).await {
        Err(StepUpError::Missing { needs: Proof::Password }) if of_the_console(parts, me).await? => Ok(()),
        other => other,
    }
}

async fn stands(parts: &Parts, me: &Person, token: Option<&SecretString>) -> Result<(), StepUpError> {
    if me.acting.is_some() {
        return Err(Forbidden::OnBehalf.into());
    }
    let factors = parts.store.factors_of(me.user).await.map_err(Fault::from)?;
    let needs = if factor::has_enrolled(&factors) { Proof::Factor } else { Proof::Password };
    let now = parts.now();
    let fresh = |at: Timestamp| now < at.plus(STEP_UP_TTL);
    let view = view(parts, me).await?;
    let at_sign_in = view.session.proven.filter(|p| fresh(p.at)).map(|p| p.by);
    let since = proved_since(parts, me, token).await?;
    if at_sign_in.max(since) >= Some(needs) { Ok(()) } else { Err(StepUpError::Missing { needs }) }
}

/// Whether the session was opened just now by a ticket that the operator minted at the command line.
async fn of_the_console(parts: &Parts, me: &Person) -> Result<bool, Fault> {
    let session = view(parts, me).await?.session;
    let Some(ticket) = session.ticket else { return Ok(false) };
    let ticket = parts.store.ticket(ticket).await?;
    Ok(ticket.is_some_and(|t| t.minter == Minter::Console)
        && parts.now() < session.created_at.plus(FIRST_FACTOR_TTL))
}

async fn view(parts: &Parts, me: &Person) -> Result<SessionView, Fault> {
    parts.store.session(me.session).await?.ok_or(Fault::Unavailable)
}

/// What a step-up token says.
#[derive(Serialize, Deserialize)]
struct Claims {
    iss: String,
    aud: Vec<String>,
    exp: i64,
    iat: i64,
    sub: String,
    /// The one session in which it counts.
    sid: String,
    /// [`Proof::as_str`]
    proof: String,
}

/// Signs a token for this session, for what was proved in it just now.
pub(super) fn sign(
    parts: &Parts,
    me: &Person,
    tenant: &Tenant,
    proof: Proof,
    now: Timestamp,
) -> Result<SecretString, Fault> {
    let claims = Claims {
        iss: parts.policy.issuer.clone(),
        aud: vec![parts.policy.audience.clone()],
        exp: now.plus(STEP_UP_TTL).as_seconds(),
        iat: now.as_seconds(),
        sub: me.user.to_string(),
        sid: me.session.to_string(),
        proof: proof.as_str().to_owned(),
    };
    let ring = parts.keys.ring();
    let jwt = tenant.signing.key(&ring).sign_jwt(STEP_UP_TOKEN_TYP, &claims);
    jwt.map(SecretString::new).map_err(|_| Fault::Unavailable)
}

/// What a step-up token proves here; nothing if there is none, or it is another session's, too old, or none of ours.
///
/// # Errors
/// [`Fault`]
pub(crate) async fn proved_since(
    parts: &Parts,
    me: &Person,
    token: Option<&SecretString>,
) -> Result<Option<Proof>, Fault> {
    let Some(token) = token else { return Ok(None) };
    let claims = verified::<Claims>(parts, STEP_UP_TOKEN_TYP, token.expose()).await?;
    let mine = claims.filter(|c| c.sid == me.session.to_string() && c.sub == me.user.to_string());
    // Without the leeway of a clock that differs: the tokens are our own.
    let now = parts.now().as_seconds();
    Ok(mine.filter(|c| now < c.exp).and_then(|c| Proof::parse(&c.proof)))
}
