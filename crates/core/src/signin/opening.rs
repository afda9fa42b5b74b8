//! What a sign-in opens, whatever its method: a session, or a challenge before it.

use super::assess::Assessed;
use super::challenge::enrolment::{Awaits, provable};
use super::challenge::{self, Challenged, Pending};
use super::change_first::ChangeFirst;
use super::decide::{Decision, Demand, Refusal};
use super::grant::{Grant, SignedIn};
use super::model::{Evidence, MethodKind, Standing};
use super::without_factors::{Lacking, Without, without_factors};
use crate::audit::{Event, Source};
use crate::commit;
use crate::factor::{self, Factor};
use crate::fault::Fault;
use crate::id::{ApiKeyId, SessionId, TokenId};
use crate::parts::Parts;
use crate::risk::RiskOutcome;
use crate::session;
use crate::time::Timestamp;
use authms_crypto::Secret;

/// What a sign-in answers if it is not refused.
#[derive(Clone, Debug)]
pub enum Answer {
    /// The user is signed in.
    SignedIn(Box<SignedIn>),
    /// A second factor is asked for.
    Challenged(Challenged),
    /// The password was all right, and must be changed.
    ChangeFirst(ChangeFirst),
}

/// What is about to be committed.
#[derive(Debug)]
pub(crate) enum Opening {
    Session(Box<Grant>),
    Challenge(Box<Pending>),
}

/// What a sign-in is opened from, besides the decision.
pub(crate) struct Ground<'a> {
    pub evidence: Evidence,
    pub standing: &'a Standing,
    pub assessed: &'a Assessed,
    pub minted_by: Option<ApiKeyId>,
    pub source: &'a Source,
    /// The secret of the refresh token or of the challenge, if it is derived.
    pub secret: Option<Secret<32>>,
    /// The session that goes on, if it is one: what is opened takes its place.
    pub renews: Option<SessionId>,
}

impl Opening {
    /// Carries a decision out, up to the commit: this is the only way from a decision to a session.
    ///
    /// # Errors
    /// Outside, [`Fault`] if the user's factors cannot be read; inside, why the sign-in is refused.
    pub async fn plan(
        parts: &Parts,
        decision: Decision,
        ground: Ground<'_>,
    ) -> Result<Result<Self, Refusal>, Fault> {
        let session = SessionId::generate(parts.now(), &*parts.rng);
        match decision {
            Decision::Refuse(why) => Ok(Err(why)),
            Decision::Grant(role) => {
                Ok(Ok(Self::Session(Box::new(Grant::new(parts, session, ground, role)))))
            }
            Decision::Challenge(demand) => Self::challenge(parts, session, demand, ground).await,
        }
    }

    async fn challenge(
        parts: &Parts,
        session: SessionId,
        demand: Demand,
        ground: Ground<'_>,
    ) -> Result<Result<Self, Refusal>, Fault> {
        let factors = parts.store.factors_of(ground.evidence.subject).await?;
        let usable = match ground.evidence.method {
            MethodKind::Password => factor::usable_beside_password(&factors),
            MethodKind::Ticket | MethodKind::EmailCode | MethodKind::Passkey => factor::usable(&factors),
        };
        let offered = usable.and(demand.methods);
        if offered.is_empty() {
            return Self::without_factors(parts, session, demand, ground, &factors).await;
        }
        let pending = Pending::new(parts, session, ground, (offered, demand.why));
        Ok(Ok(Self::Challenge(Box::new(pending))))
    }

    /// Who has nothing to prove is let in, has to enrol first, or is refused.
    async fn without_factors(
        parts: &Parts,
        session: SessionId,
        demand: Demand,
        ground: Ground<'_>,
        factors: &[Factor],
    ) -> Result<Result<Self, Refusal>, Fault> {
        let Some(role) = ground.standing.role else { return Ok(Err(Refusal::NoFactor)) };
        let user = &ground.standing.user;
        let addresses = provable(parts, user, ground.evidence.method, parts.now());
        let lacking = Lacking {
            evidence: &ground.evidence,
            minted_by: ground.minted_by,
            goes_on: ground.renews.is_some(),
            tenant: &ground.standing.tenant,
            role,
            assessment: &ground.assessed.assessment,
            methods: demand.methods,
            enrolled: factors.iter().any(Factor::is_enrolled),
            addresses,
        };
        match without_factors(&lacking) {
            Without::LetIn => Ok(Ok(Self::Session(Box::new(Grant::new(parts, session, ground, role))))),
            Without::Refuse => Ok(Err(Refusal::NoFactor)),
            Without::Enrol => {
                let tenant = ground.standing.tenant.id;
                let released = parts.store.released_until(tenant, user.id).await?;
                let released = released.is_some_and(|until| until > parts.now());
                let (rev, awaits) = (user.rev, Awaits::of(demand.methods, released, addresses));
                let pending = Pending::new(parts, session, ground, (demand.methods, demand.why));
                Ok(Ok(Self::Challenge(Box::new(pending.enrolling(rev, awaits)))))
            }
        }
    }

    /// The session that it opens or leads to.
    pub fn session(&self) -> SessionId {
        match self {
            Self::Session(grant) => grant.new.session.id,
            Self::Challenge(pending) => pending.challenge.session(),
        }
    }

    /// The `jti` of what it answers first, kept beside what answers a repetition; a challenge needs none.
    pub fn jti(&self, parts: &Parts) -> TokenId {
        match self {
            Self::Session(grant) => grant.jti,
            Self::Challenge(_) => TokenId::generate(parts.now(), &*parts.rng),
        }
    }

    /// What it comes to in terms of risk.
    pub const fn outcome(&self) -> RiskOutcome {
        match self {
            Self::Session(_) => RiskOutcome::Granted,
            Self::Challenge(_) => RiskOutcome::Challenged,
        }
    }

    /// The change that opens it.
    pub fn change(&self) -> commit::Change {
        match self {
            Self::Session(grant) => {
                commit::Change::Session(session::Change::Open(Box::new(grant.new.clone())))
            }
            Self::Challenge(pending) => {
                let open = challenge::Change::Open(Box::new(pending.challenge.clone()));
                commit::Change::Challenge(open)
            }
        }
    }

    /// Tells of it in the audit row.
    pub fn tell(&self, event: Event) -> Event {
        match self {
            Self::Session(grant) => event.session(grant.new.session.id).text("risk", grant.record.clone()),
            Self::Challenge(pending) => event
                .text("risk", pending.record.clone())
                .text("challenge", pending.challenge.id.to_string())
                .text("challenged", pending.challenge.why.as_str()),
        }
    }

    /// The answer, once the commit is durable.
    ///
    /// # Errors
    /// [`Fault::Unavailable`] if signing fails.
    pub fn answer(self, parts: &Parts, standing: Standing, at: Timestamp) -> Result<Answer, Fault> {
        Ok(match self {
            Self::Session(grant) => Answer::SignedIn(Box::new(grant.answer(parts, standing, at)?)),
            Self::Challenge(pending) => Answer::Challenged(pending.answer(parts, &standing.tenant, at)?),
        })
    }
}
