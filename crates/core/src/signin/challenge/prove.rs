//! Judging what a user proves a factor with.

use super::model::Challenge;
use crate::code::{self, Purpose};
use crate::commit::{Change, Commit, Guard};
use crate::factor::{self, Factor, FactorKind, TotpSecret};
use crate::fault::Fault;
use crate::id::{ChallengeId, SessionId};
use crate::parts::Parts;
use crate::signin::MethodKind;
use crate::time::Timestamp;
use authms_crypto::{SecretString, ct_eq};

/// What was found, and what a commit makes of it. Right or wrong, its guards go with it: what is not written was never
/// told.
pub(crate) struct Judged {
    /// Whether the factor was proved.
    pub right: bool,
    /// Under which the outcome counts.
    pub guards: Vec<Guard>,
    /// What the outcome changes.
    pub changes: Vec<Change>,
}

impl Judged {
    /// Nothing was presented, and nothing needs to be.
    pub const fn nothing() -> Self {
        Self { right: true, guards: Vec::new(), changes: Vec::new() }
    }

    /// Whoever proves a factor beside the password shows that it is in its user's hands, whatever had set it.
    pub fn beside(mut self, challenge: &Challenge, factors: &[Factor]) -> Self {
        if self.right && challenge.method == MethodKind::Password && factors.iter().any(|f| f.set_password) {
            let by_another = factor::Change::PasswordSetBy { user: challenge.user, kind: None };
            self.changes.push(Change::Factor(by_another));
        }
        self
    }

    /// Makes the outcome part of a commit, after the guards that it has already.
    pub fn settle(self, commit: Commit) -> Commit {
        let commit = self.guards.into_iter().fold(commit, Commit::guard);
        self.changes.into_iter().fold(commit, Commit::change)
    }
}

/// Where a factor is proved. What was sent for one occasion proves nothing at another.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Occasion {
    /// At this challenge.
    Challenge(ChallengeId),
    /// In this session.
    StepUp(SessionId),
}

impl Occasion {
    /// What the codes that are sent for it are good for.
    pub const fn purpose(self) -> Purpose {
        match self {
            Self::Challenge(_) => Purpose::SecondFactor,
            Self::StepUp(_) => Purpose::StepUp,
        }
    }

    /// What they are bound to.
    pub const fn scope(self) -> [u8; 16] {
        match self {
            Self::Challenge(id) => *id.bytes(),
            Self::StepUp(id) => *id.bytes(),
        }
    }
}

/// Judges a code of a kind, by all the factors of that kind that can be proved now.
///
/// # Errors
/// [`Fault`] if what it is compared with cannot be read.
pub(crate) async fn judge(
    parts: &Parts,
    factors: &[Factor],
    (kind, code): (FactorKind, &SecretString),
    occasion: Occasion,
    now: Timestamp,
) -> Result<Judged, Fault> {
    let tried: Vec<&Factor> = factors.iter().filter(|f| f.kind == kind && f.is_usable()).collect();
    if let (FactorKind::RecoveryCode, Some(factor)) = (kind, tried.first()) {
        return Ok(match recovery_code(parts, factor, code).await? {
            Some(hash) => spent(factor, hash),
            None => wrong(&tried),
        });
    }
    if let (FactorKind::Email | FactorKind::Sms, Some(factor)) = (kind, tried.first()) {
        return sent(parts, factor, occasion, code).await;
    }
    let proved = tried.iter().find_map(|f| Some((*f, step(parts, f, code, now)?)));
    Ok(match proved {
        Some((factor, step)) => right(factor, step),
        None => wrong(&tried),
    })
}

/// By the code that was sent for this occasion. One that went elsewhere, by the other way among them, proves nothing here
/// and stays as it is; that something wrong was typed counts in any case.
async fn sent(
    parts: &Parts,
    factor: &Factor,
    occasion: Occasion,
    typed: &SecretString,
) -> Result<Judged, Fault> {
    let checked = code::check(parts, factor.user, occasion.purpose(), &occasion.scope(), typed).await?;
    let Some(checked) = checked.filter(|c| factor.sent_to().as_ref() == Some(&c.to)) else {
        return Ok(wrong(&[factor]));
    };
    let (user, id) = (factor.user, factor.id);
    let mut judged = if checked.right {
        let used = Change::Factor(factor::Change::Use { user, id, step: None });
        Judged { right: true, guards: vec![Guard::FactorUsable { user, id }], changes: vec![used] }
    } else {
        wrong(&[factor])
    };
    judged.guards.push(checked.guard);
    judged.changes.push(checked.change);
    Ok(judged)
}

/// The hash of the unspent recovery code that this is.
async fn recovery_code(
    parts: &Parts,
    factor: &Factor,
    code: &SecretString,
) -> Result<Option<[u8; 32]>, Fault> {
    let kept = parts.store.recovery_codes_of(factor.user).await?;
    let hash = factor::kept_of(parts, factor.id, code.expose()).await?;
    // All are compared, so that the time tells nothing.
    let found = kept.iter().fold(false, |found, kept| found | (ct_eq(&kept.hash, &hash) && !kept.spent));
    Ok(found.then_some(hash))
}

fn spent(factor: &Factor, hash: [u8; 32]) -> Judged {
    let (user, id) = (factor.user, factor.id);
    Judged {
        right: true,
        guards: vec![Guard::FactorUsable { user, id }, Guard::RecoveryCodeUnspent { user, hash }],
        changes: vec![
            Change::Factor(factor::Change::Use { user, id, step: None }),
            Change::Factor(factor::Change::SpendRecoveryCode { user, hash }),
        ],
    }
}

/// The step that proves an authenticator app.
fn step(parts: &Parts, factor: &Factor, code: &SecretString, now: Timestamp) -> Option<i64> {
    TotpSecret::of(parts, factor)?.step(code.expose(), now, factor.last_step)
}

fn right(factor: &Factor, step: i64) -> Judged {
    let (user, id) = (factor.user, factor.id);
    Judged {
        right: true,
        guards: vec![Guard::FactorUsable { user, id }, Guard::StepUnspent { user, id, step }],
        changes: vec![Change::Factor(factor::Change::Use { user, id, step: Some(step) })],
    }
}

fn wrong(tried: &[&Factor]) -> Judged {
    Judged {
        right: false,
        guards: tried.iter().map(|f| Guard::FactorUsable { user: f.user, id: f.id }).collect(),
        changes: tried
            .iter()
            .map(|f| Change::Factor(factor::Change::Fail { user: f.user, id: f.id }))
            .collect(),
    }
}
