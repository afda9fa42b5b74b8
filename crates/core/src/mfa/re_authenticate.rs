//! Proving oneself again in a session.

use super::proves::proves;
use super::step_up::{STEP_UP_TTL, sign};
use crate::access::{Forbidden, Person};
use crate::audit::{Event, EventName, Source};
use crate::commit::{Commit, CommitError};
use crate::factor::{self, Factor, FactorKind};
use crate::fault::Fault;
use crate::limits::{self, LimitKind, Take, Throttled};
use crate::parts::Parts;
use crate::password;
use crate::session::Proof;
use crate::signin::challenge::{Judged, Occasion, judge};
use crate::time::{Span, Timestamp};
use authms_crypto::SecretString;

/// Somebody proved themself again.
#[derive(Clone, Debug)]
pub struct SteppedUp {
    /// What shows it, in this session alone.
    pub token: SecretString,
    /// How long.
    pub expires_in: Span,
}

/// Why nobody proved themself.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ReAuthenticateError {
    /// The caller may not.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// The password is wrong.
    #[error("the password is wrong")]
    WrongPassword,
    /// A second factor is enrolled, and no code was sent.
    #[error("mfa_code: needed, since a second factor is enrolled")]
    CodeNeeded,
    /// The code is wrong.
    #[error("the code is wrong")]
    WrongCode,
    /// The user has no such factor that could be proved now.
    #[error("this method is not offered")]
    NotOffered,
    /// Too many attempts.
    #[error(transparent)]
    Throttled(#[from] Throttled),
    /// It could not be carried out.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl From<CommitError> for ReAuthenticateError {
    fn from(error: CommitError) -> Self {
        Fault::from(error).into()
    }
}

/// By the password, and by a code if a second factor is enrolled: of the kind that is named beside it, or else, by its
/// looks, of an authenticator app or a recovery code.
///
/// # Errors
/// [`ReAuthenticateError`]
pub async fn re_authenticate(
    parts: &Parts,
    me: &Person,
    present: &SecretString,
    code: Option<(Option<FactorKind>, &SecretString)>,
    source: &Source,
) -> Result<SteppedUp, ReAuthenticateError> {
    let run = Run::begin(parts, me, source).await?;
    if !password::is_present(parts, me.user, present).await?? {
        let event = run.event(EventName::StepUpFailed, "password");
        parts.store.commit(run.commit(event)).await?;
        return Err(ReAuthenticateError::WrongPassword);
    }
    if !factor::has_enrolled(&run.factors) {
        return run.pass("password", Proof::Password, Judged::nothing()).await;
    }
    let (named, code) = code.ok_or(ReAuthenticateError::CodeNeeded)?;
    let looks = if is_totp(code) { FactorKind::Totp } else { FactorKind::RecoveryCode };
    let kind = named.unwrap_or(looks);
    let judged = run.prove(kind, code).await?;
    run.pass(kind.as_str(), Proof::Factor, judged).await
}

/// By a code of a second factor.
///
/// # Errors
/// [`ReAuthenticateError`]
pub async fn step_up(
    parts: &Parts,
    me: &Person,
    kind: FactorKind,
    code: &SecretString,
    source: &Source,
) -> Result<SteppedUp, ReAuthenticateError> {
    let run = Run::begin(parts, me, source).await?;
    let judged = run.prove(kind, code).await?;
    run.pass(kind.as_str(), Proof::Factor, judged).await
}

fn is_totp(code: &SecretString) -> bool {
    code.expose().len() == 6 && code.expose().bytes().all(|b| b.is_ascii_digit())
}

/// Guesses at a user's factors in their own sessions: they are counted before they are looked at.
pub(crate) async fn charge_guess(parts: &Parts, me: &Person) -> Result<Result<(), Throttled>, Fault> {
    let key = [b"step-up".as_slice(), me.user.bytes()].concat();
    limits::charge(parts, &[Take::of(parts, LimitKind::Account, &key)]).await
}

struct Run<'a> {
    parts: &'a Parts,
    me: &'a Person,
    source: &'a Source,
    factors: Vec<Factor>,
}

impl<'a> Run<'a> {
    async fn begin(
        parts: &'a Parts,
        me: &'a Person,
        source: &'a Source,
    ) -> Result<Self, ReAuthenticateError> {
        if me.acting.is_some() {
            return Err(Forbidden::OnBehalf.into());
        }
        let factors = parts.store.factors_of(me.user).await.map_err(Fault::from)?;
        Ok(Self { parts, me, source, factors })
    }

    /// Right: what the commit to come must hold. Wrong: it is counted.
    async fn prove(&self, kind: FactorKind, code: &SecretString) -> Result<Judged, ReAuthenticateError> {
        if !proves(self.parts, self.me, &self.factors, kind).await? {
            return Err(ReAuthenticateError::NotOffered);
        }
        charge_guess(self.parts, self.me).await??;
        let occasion = Occasion::StepUp(self.me.session);
        let judged = judge(self.parts, &self.factors, (kind, code), occasion, self.parts.now()).await?;
        if judged.right {
            return Ok(judged);
        }
        let event = self.event(EventName::StepUpFailed, kind.as_str());
        self.parts.store.commit(judged.settle(self.commit(event))).await?;
        Err(ReAuthenticateError::WrongCode)
    }

    async fn pass(
        &self,
        method: &'static str,
        proof: Proof,
        judged: Judged,
    ) -> Result<SteppedUp, ReAuthenticateError> {
        let Self { parts, me, .. } = self;
        let tenant = parts.store.tenant(me.tenant).await.map_err(Fault::from)?.ok_or(Fault::Unavailable)?;
        let commit = judged.settle(self.commit(self.event(EventName::StepUpPassed, method)));
        let at: Timestamp = parts.store.commit(commit).await?.at;
        let token = sign(parts, me, &tenant, proof, at)?;
        Ok(SteppedUp { token, expires_in: STEP_UP_TTL })
    }

    fn event(&self, name: EventName, method: &'static str) -> Event {
        Event::new(name, Some(self.me.tenant))
            .subject(self.me.user)
            .text("actor", self.me.user.to_string())
            .session(self.me.session)
            .text("method", method)
            .from(self.source)
    }

    fn commit(&self, event: Event) -> Commit {
        Commit::new(event.into_row(self.parts.now(), &*self.parts.rng))
    }
}
