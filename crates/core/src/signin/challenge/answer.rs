//! A challenge about to be opened, and what it answers.

use super::claims::sign;
use super::enrolment::{Awaits, Enrolment, Step};
use super::model::{CHALLENGE_TTL, Challenge, ChallengeState, ENROLMENT_TTL};
use crate::factor::FactorKinds;
use crate::fault::Fault;
use crate::id::{ChallengeId, ClientId, SessionId};
use crate::mfa::MfaReason;
use crate::parts::Parts;
use crate::ports::random;
use crate::risk::Risk;
use crate::signin::model::{Fences, MethodKind};
use crate::signin::opening::Ground;
use crate::tenant::Tenant;
use crate::time::Timestamp;
use authms_crypto::{Secret, SecretString, ct_eq, sha256};

/// The answer to a sign-in that needs a second factor. It names nobody.
#[derive(Clone, Debug)]
pub struct Challenged {
    /// The JWT that stands for the sign-in.
    pub token: SecretString,
    /// The factors that would do and that the user has.
    pub methods: FactorKinds,
    /// Why one is asked for.
    pub why: MfaReason,
    /// How risky the sign-in is.
    pub risk: Risk,
    /// What is next for a user who has no factor yet; `methods` are those of that step.
    pub step: Option<Step>,
}

/// A challenge that is about to be committed.
#[derive(Debug)]
pub struct Pending {
    /// The challenge.
    pub challenge: Challenge,
    /// The explained record of the assessment.
    pub record: String,
    /// What a user who has to enrol a factor first waits for.
    pub awaits: Option<Awaits>,
    secret: Secret<32>,
}

impl Pending {
    /// The sign-in that this evidence began, until one of `methods` is proved. `session` is the one that it leads to.
    pub(crate) fn new(
        parts: &Parts,
        session: SessionId,
        ground: Ground<'_>,
        (methods, why): (FactorKinds, MfaReason),
    ) -> Self {
        let Ground { evidence, standing, assessed, minted_by, source, secret, renews } = ground;
        let secret = secret.unwrap_or_else(|| Secret::new(random(&*parts.rng)));
        let now = parts.now();
        // What a ticket proved is fenced; a password or a code is good for the user as they were.
        let by_secret = evidence.method != MethodKind::Ticket;
        let challenge = Challenge {
            id: ChallengeId::from_bytes(*session.bytes()),
            secret_hash: sha256(secret.expose()),
            tenant: standing.tenant.id,
            user: evidence.subject,
            user_rev: by_secret.then_some(standing.user.rev),
            client: evidence.client.as_ref().map(|c| c.id),
            method: evidence.method,
            ticket: evidence.ticket,
            minted_by,
            fences: Fences { client: evidence.client.as_ref().map(|c| c.fence), ..standing.fences },
            auth_time: evidence.auth_time,
            amr: evidence.amr,
            origin: assessed.end_user.origin(source),
            risk: assessed.assessment.risk(),
            device: assessed.end_user.device_id,
            renews,
            methods,
            why,
            enrolment: None,
            wrong: 0,
            next_at: now,
            state: ChallengeState::Open,
            created_at: now,
            expires_at: now.plus(CHALLENGE_TTL),
        };
        Self { challenge, record: assessed.assessment.record(), awaits: None, secret }
    }

    /// The same for a user who has to enrol a factor first. Whatever changes about them meanwhile ends it.
    pub(crate) fn enrolling(self, user_rev: u64, awaits: Awaits) -> Self {
        let challenge = Challenge {
            user_rev: Some(user_rev),
            enrolment: Some(Enrolment::default()),
            expires_at: self.challenge.created_at.plus(ENROLMENT_TTL),
            ..self.challenge
        };
        Self { challenge, awaits: Some(awaits), ..self }
    }

    /// The answer, once the commit is durable.
    ///
    /// # Errors
    /// [`Fault::Unavailable`] if signing fails.
    pub(crate) fn answer(
        self,
        parts: &Parts,
        tenant: &Tenant,
        committed_at: Timestamp,
    ) -> Result<Challenged, Fault> {
        let times = (committed_at, committed_at.plus(self.challenge.ttl()));
        let challenge = Challenge { created_at: times.0, expires_at: times.1, ..self.challenge };
        challenged(parts, &challenge, &self.secret, (tenant, self.awaits))
    }
}

/// The answer of a challenge; the same parts make the same claims again.
pub(crate) fn challenged(
    parts: &Parts,
    challenge: &Challenge,
    secret: &Secret<32>,
    (tenant, awaits): (&Tenant, Option<Awaits>),
) -> Result<Challenged, Fault> {
    let token = sign(parts, challenge, secret, tenant)?;
    let methods = awaits.map_or(challenge.methods, |awaits| awaits.methods);
    let step = awaits.map(|awaits| awaits.step);
    Ok(Challenged { token, methods, why: challenge.why, risk: challenge.risk, step })
}

/// The challenge that stands before this session, for whoever holds what its secret is derived from; `None` unless it
/// waits still.
pub(crate) async fn challenge_again(
    parts: &Parts,
    session: SessionId,
    client: Option<ClientId>,
    secret: Secret<32>,
) -> Result<Option<Challenged>, Fault> {
    let Some(view) = parts.store.challenge(ChallengeId::from_bytes(*session.bytes())).await? else {
        return Ok(None);
    };
    let challenge = &view.challenge;
    let same = challenge.is_open(parts.now())
        && challenge.client == client
        && ct_eq(&sha256(secret.expose()), &challenge.secret_hash);
    let and = (&view.standing.tenant, Awaits::at(parts, &view));
    same.then(|| challenged(parts, challenge, &secret, and)).transpose()
}
