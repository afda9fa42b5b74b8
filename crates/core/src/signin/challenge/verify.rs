//! Completing a challenge: whoever holds its token and proves a factor is signed in, once.

use super::claims::{self, Presented};
use super::model::{Challenge, ChallengeState, ChallengeView, Change, GUESSES};
use super::passkey;
use super::prove::{Judged, Occasion, judge};
use super::renewed::Renewed;
use crate::access::Role;
use crate::audit::{Event, EventName, Source};
use crate::client::{self, Client, Credentials};
use crate::commit::{self, Commit, CommitError, Guard};
use crate::factor::FactorKind;
use crate::fault::Fault;
use crate::limits::{self, LimitKind, Take, Throttled};
use crate::message::Channel;
use crate::parts::Parts;
use crate::passkey::{Assertion, COPIED, alarm};
use crate::ports::random;
use crate::session::{self, Proof, Proven};
use crate::signin::assess::{Assessed, EndUser, Told};
use crate::signin::change_first::{ChangeFirst, state};
use crate::signin::decide::{Case, stand};
use crate::signin::grant::{Again, Grant, again};
use crate::signin::model::{Evidence, MethodKind};
use crate::signin::opening::{Answer, Ground};
use crate::ticket::Replay;
use crate::time::Span;
use authms_crypto::{SecretString, ct_eq, derived_refresh_secret, sha256};

/// What somebody presents to complete a challenge.
#[derive(Clone, Debug)]
pub struct Verify {
    /// The challenge's token.
    pub token: SecretString,
    /// The factor that is proved.
    pub method: FactorKind,
    /// By this code.
    pub code: SecretString,
    /// Or, of a passkey, by this.
    pub assertion: Option<Assertion>,
    /// What the client tells of the user behind it; only of one that may.
    pub told: Option<Told>,
    /// The client, if it authenticates: it must be the one that began.
    pub client: Option<Credentials>,
    /// Makes the request safe to repeat: 1–255 visible characters, as hard to guess as a secret.
    pub idempotency_key: Option<SecretString>,
}

/// Why nobody was signed in.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ChallengeError {
    /// The challenge is over, none of ours, or not for this caller: one answer for all reasons.
    #[error("the challenge is invalid or has expired")]
    Invalid,
    /// The code is wrong.
    #[error("the code is wrong")]
    Wrong,
    /// The challenge is not satisfied by this method, or the user does not have it.
    #[error("this method is not offered")]
    NotOffered,
    /// There is no transport for codes of this method.
    #[error("this service has no way to send messages by {}", .0.as_str())]
    NoTransport(Channel),
    /// The user has proved no address yet, and no administrator has released them.
    #[error("nobody has released the enrolment")]
    NotReleased,
    /// No enrolment waits for its first proof.
    #[error("no enrolment is waiting; begin anew")]
    NothingPending,
    /// No client authenticated that may tell of its user.
    #[error("only a client that may tells of the user behind it")]
    Context,
    /// The next code is not looked at yet, or too many were sent at once.
    #[error(transparent)]
    Throttled(#[from] Throttled),
    /// It could not be carried out.
    #[error(transparent)]
    Fault(#[from] Fault),
}

pub(super) enum TryError {
    /// A factor changed between read and commit.
    Raced,
    Ended(ChallengeError),
}

impl<E: Into<ChallengeError>> From<E> for TryError {
    fn from(error: E) -> Self {
        Self::Ended(error.into())
    }
}

/// Completes a challenge.
///
/// # Errors
/// [`ChallengeError`]
pub async fn verify(parts: &Parts, ask: &Verify, source: &Source) -> Result<Answer, ChallengeError> {
    let Some(presented) = claims::read(parts, &ask.token).await? else {
        return unproven(parts, "challenge_token").await;
    };
    let client = match &ask.client {
        None => None,
        Some(credentials) => match client::authenticate(parts, credentials).await.map_err(Fault::from)? {
            None => return unproven(parts, "client_authentication").await,
            client => client,
        },
    };
    if !Told::is_allowed(ask.told.as_ref(), client.as_ref()) {
        return Err(ChallengeError::Context);
    }
    let run = Run { parts, ask, source, presented, client };
    for _ in 0..3 {
        match run.try_once().await {
            Err(TryError::Raced) => {}
            Err(TryError::Ended(error)) => return Err(error),
            Ok(signed_in) => return Ok(signed_in),
        }
    }
    Err(Fault::Busy.into())
}

/// Refuses somebody who holds no challenge.
pub(super) async fn unproven<T>(parts: &Parts, why: &'static str) -> Result<T, ChallengeError> {
    parts.store.commit(Commit::refusal(why)).await.map_err(Fault::from)?;
    Err(ChallengeError::Invalid)
}

/// One attempt at a challenge.
pub(super) struct Run<'a> {
    pub parts: &'a Parts,
    pub ask: &'a Verify,
    pub source: &'a Source,
    pub presented: Presented,
    client: Option<Client>,
}

impl Run<'_> {
    async fn try_once(&self) -> Result<Answer, TryError> {
        let parts = self.parts;
        let found = parts.store.challenge(self.presented.id).await.map_err(Fault::from)?;
        let Some(view) = found.filter(|v| self.presented.matches(&v.challenge)) else {
            return Ok(unproven(parts, "unknown_challenge").await?);
        };
        let challenge = &view.challenge;
        if challenge.client != self.client.as_ref().map(|c| c.id) {
            return self.refuse(challenge, "client").await;
        }
        let (client, told) = (self.client.as_ref(), self.ask.told.as_ref());
        let end_user = EndUser::behind(parts, client, told, self.source, &view.standing).await?;
        if challenge.device.is_some_and(|began| end_user.device_id != Some(began)) {
            return self.refuse(challenge, "device").await;
        }
        if let ChallengeState::Passed { .. } = challenge.state {
            return self.answer_again(&view).await;
        }
        let now = parts.now();
        if !challenge.is_open(now) {
            return self.refuse(challenge, "over").await;
        }
        let (evidence, role) = match self.stand(&view) {
            Ok(stands) => stands,
            Err(why) => return self.refuse(challenge, why).await,
        };
        let Some(renewed) = Renewed::of(parts, challenge).await? else {
            return self.refuse(challenge, "session_over").await;
        };
        if let Some(enrolment) = challenge.enrolment {
            return self.enrol(&view, enrolment, end_user, (evidence, role, renewed)).await;
        }
        if !challenge.methods.contains(self.ask.method) {
            return Err(ChallengeError::NotOffered.into());
        }
        self.may_guess(challenge)?;
        let factors = parts.store.factors_of(challenge.user).await.map_err(Fault::from)?;
        let (judged, why) = match &self.ask.assertion {
            Some(assertion) if self.ask.method == FactorKind::Passkey => {
                passkey::judge(parts, challenge, &factors, assertion).await?
            }
            _ => {
                let (typed, at) = ((self.ask.method, &self.ask.code), Occasion::Challenge(challenge.id));
                (judge(parts, &factors, typed, at, now).await?, None)
            }
        };
        let judged = judged.beside(challenge, &factors);
        if judged.right {
            let commit = self.commit(challenge, EventName::ChallengePassed, judged);
            self.pass(&view, end_user, commit, (evidence, role, renewed)).await
        } else {
            self.count_wrong(challenge, judged, why).await
        }
    }

    /// Whether a code is looked at already.
    pub(super) fn may_guess(&self, challenge: &Challenge) -> Result<(), TryError> {
        let now = self.parts.now();
        if challenge.next_at > now {
            let wait = Span::millis(challenge.next_at.as_millis() - now.as_millis());
            return Err(Throttled::at_challenge(wait).into());
        }
        Ok(())
    }

    /// What the completed challenge proves, and the role that its user has now; whoever was locked out meanwhile is not
    /// signed in by any code.
    fn stand(&self, view: &ChallengeView) -> Result<(Evidence, Role), &'static str> {
        let ChallengeView { challenge, standing, .. } = view;
        if challenge.user_rev.is_some_and(|rev| rev != standing.user.rev) {
            return Err("user_changed");
        }
        let now = self.parts.now();
        let mut amr = challenge.amr.clone();
        for method in [self.ask.method.amr(), "mfa"] {
            if !amr.iter().any(|m| m == method) {
                amr.push(method.to_owned());
            }
        }
        let evidence = Evidence {
            method: challenge.method,
            subject: challenge.user,
            amr,
            auth_time: Some(now),
            minted_in_session: false,
            acting: None,
            client: self.client.clone(),
            ticket: challenge.ticket,
        };
        let case = Case {
            evidence: &evidence,
            fenced_on: Some(&challenge.fences),
            standing,
            idle: self.parts.policy.session_idle,
        };
        match stand(&case, now) {
            Ok(role) => Ok((evidence, role)),
            Err(why) => Err(why.as_str()),
        }
    }

    /// The one commit of a completion: the challenge is used up, the factor's step spent, the session opened.
    pub(super) async fn pass(
        &self,
        view: &ChallengeView,
        end_user: EndUser,
        commit: Commit,
        (evidence, role, renewed): (Evidence, Role, Renewed),
    ) -> Result<Answer, TryError> {
        let parts = self.parts;
        let challenge = &view.challenge;
        if challenge.method == MethodKind::Password && state(&view.standing, parts.now()).must_be_changed() {
            return self.pass_to_change(view, commit).await;
        }
        let salt: [u8; 16] = random(&*parts.rng);
        let key = self.ask.idempotency_key.as_ref();
        let ground = Ground {
            evidence,
            standing: &view.standing,
            assessed: &Assessed::before(challenge.risk, end_user),
            minted_by: challenge.minted_by,
            source: self.source,
            secret: key.map(|k| derived_refresh_secret(&self.presented.secret, k.expose(), &salt)),
            renews: None,
        };
        let mut grant = Grant::new(parts, challenge.session(), ground, role);
        grant.new.session.proven = Some(Proven { by: Proof::Factor, at: parts.now() });
        renewed.bound(parts, &mut grant);
        let replay = key.map(|k| Replay {
            key_hash: sha256(k.expose().as_bytes()),
            salt,
            jti: grant.jti,
            window: parts.policy.replay_window,
        });
        let open = session::Change::Open(Box::new(grant.new.clone()));
        let commit = commit
            .change(commit::Change::Challenge(Change::Pass { id: challenge.id, replay }))
            .change(commit::Change::Session(open));
        let commit = renewed.end(parts, self.source, commit);
        let at = self.judged_by_store(parts.store.commit(commit).await)?;
        Ok(Answer::SignedIn(Box::new(grant.answer(parts, view.standing.clone(), at)?)))
    }

    /// The factor was right, and so was the password, but it must be changed: the challenge is used up, no session opened.
    async fn pass_to_change(&self, view: &ChallengeView, commit: Commit) -> Result<Answer, TryError> {
        let ChallengeView { challenge, standing, .. } = view;
        let pass = Change::Pass { id: challenge.id, replay: None };
        let commit = commit.change(commit::Change::Challenge(pass));
        let at = self.judged_by_store(self.parts.store.commit(commit).await)?;
        Ok(Answer::ChangeFirst(ChangeFirst::of(self.parts, standing, at)?))
    }

    pub(super) async fn count_wrong(
        &self,
        challenge: &Challenge,
        judged: Judged,
        why: Option<&'static str>,
    ) -> Result<Answer, TryError> {
        let count = Change::CountWrong { id: challenge.id, before: challenge.wrong };
        let commit = self
            .commit(challenge, EventName::ChallengeFailed, judged)
            .change(commit::Change::Challenge(count));
        let commit = match why {
            Some(COPIED) => {
                let alert = self.event(EventName::PasskeyCopied, challenge);
                let whose = (challenge.tenant, challenge.user, challenge.method);
                alarm(self.parts, commit, alert, whose, self.source)
            }
            _ => commit,
        };
        self.judged_by_store(self.parts.store.commit(commit).await)?;
        Err(ChallengeError::Wrong.into())
    }

    pub(super) fn commit(&self, challenge: &Challenge, name: EventName, judged: Judged) -> Commit {
        let event = self.event(name, challenge).number("wrong_before", challenge.wrong.into());
        let commit = Commit::new(event.into_row(self.parts.now(), &*self.parts.rng))
            .guard(Guard::ChallengeAsRead { id: challenge.id, wrong: challenge.wrong });
        judged.settle(commit)
    }

    /// Of many codes at once one is told right or wrong; the others have to come again.
    pub(super) fn judged_by_store(
        &self,
        outcome: Result<commit::Committed, CommitError>,
    ) -> Result<crate::time::Timestamp, TryError> {
        match outcome {
            Ok(committed) => Ok(committed.at),
            Err(CommitError::Conflict(0)) => Err(Throttled::at_challenge(Span::seconds(1)).into()),
            Err(CommitError::Conflict(_)) => Err(TryError::Raced),
            Err(other) => Err(Fault::from(other).into()),
        }
    }

    /// The same caller again, whose answer was lost, gets the same session and refresh token.
    async fn answer_again(&self, view: &ChallengeView) -> Result<Answer, TryError> {
        let ChallengeState::Passed { at } = view.challenge.state else {
            return self.refuse(&view.challenge, "over").await;
        };
        let key = self.ask.idempotency_key.as_ref();
        let known = key.zip(view.replay).filter(|(key, replay)| {
            ct_eq(&sha256(key.expose().as_bytes()), &replay.key_hash)
                && self.parts.now() < at.plus(replay.window)
        });
        let Some((key, replay)) = known else {
            return self.refuse(&view.challenge, "passed").await;
        };
        let asked = Again {
            session: view.challenge.session(),
            client: view.challenge.client,
            refresh: derived_refresh_secret(&self.presented.secret, key.expose(), &replay.salt),
            jti: replay.jti,
            issued_at: at,
        };
        match again(self.parts, asked).await? {
            Some(signed_in) => Ok(Answer::SignedIn(Box::new(signed_in))),
            None => self.refuse(&view.challenge, "session_over").await,
        }
    }

    pub(super) async fn refuse(&self, challenge: &Challenge, why: &'static str) -> Result<Answer, TryError> {
        let take = Take::of(self.parts, LimitKind::Ticket, challenge.id.bytes());
        limits::charge(self.parts, &[take]).await??;
        let event = self.event(EventName::ChallengeRefused, challenge).text("why", why);
        let row = event.into_row(self.parts.now(), &*self.parts.rng);
        self.parts.store.commit(Commit::new(row)).await.map_err(Fault::from)?;
        Err(ChallengeError::Invalid.into())
    }

    pub(super) fn event(&self, name: EventName, challenge: &Challenge) -> Event {
        Event::new(name, Some(challenge.tenant))
            .subject(challenge.user)
            .text("challenge", challenge.id.to_string())
            .text("method", self.ask.method.as_str())
            .client(challenge.client)
            .from(self.source)
    }
}

/// Whether this wrong code is the last that is allowed.
pub const fn is_last(before: u8) -> bool {
    before + 1 >= GUESSES
}
