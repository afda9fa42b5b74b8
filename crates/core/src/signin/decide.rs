//! The decision: pure, the same for every way to sign in.

use super::assess::Assessed;
use super::change_first::state;
use super::model::{Evidence, Fences, MethodKind, Standing};
use crate::access::Role;
use crate::client::ClientStatus;
use crate::factor::{FactorKind, FactorKinds};
use crate::mfa::{MfaPolicy, MfaReason};
use crate::on_behalf::Act;
use crate::risk::{Device, Level, Signal};
use crate::session::{Acting, ByAssurance};
use crate::tenant::TenantStatus;
use crate::ticket::Purpose;
use crate::time::{Span, Timestamp};
use crate::user::UserStatus;

/// How old two factors may be for which a ticket's minter vouches.
const VOUCHED: Span = Span::hours(12);

/// What comes of a sign-in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Decision {
    /// The subject is signed in with this role.
    Grant(Role),
    /// The subject has to prove a second factor first.
    Challenge(Demand),
    /// The subject is not signed in.
    Refuse(Refusal),
}

/// A second factor that is asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Demand {
    /// What satisfies.
    pub methods: FactorKinds,
    /// Why.
    pub why: MfaReason,
}

impl Demand {
    /// Without what the method has proved already: the same mailbox or passkey twice is one factor.
    fn besides(self, method: MethodKind) -> Self {
        let proved = match method {
            MethodKind::EmailCode => Some(FactorKind::Email),
            MethodKind::Passkey => Some(FactorKind::Passkey),
            MethodKind::Ticket | MethodKind::Password => None,
        };
        Self { methods: self.methods.iter().filter(|kind| Some(*kind) != proved).collect(), ..self }
    }

    /// The same for a session that goes on. A passkey that stands for two factors may be asked for anew: whoever has the
    /// session's tokens has not shown that they have it.
    fn anew(self, evidence: &Evidence) -> Self {
        match evidence.method {
            MethodKind::Passkey if evidence.is_multi_factor() => self,
            method => self.besides(method),
        }
    }
}

/// Why a sign-in is refused; for the audit log, never for whoever tried.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Refusal {
    /// The user is disabled or deleted.
    UserInactive,
    /// The tenant is disabled.
    TenantInactive,
    /// The user is no member of the tenant.
    NotAMember,
    /// Something that the ticket was minted on has changed since.
    Fenced,
    /// The session in which the ticket was minted is dead.
    MinterGone,
    /// The actor does not outrank the subject.
    Rank,
    /// The tenant does not let the actor act for the subject there.
    OnBehalfPolicy,
    /// The client is disabled.
    ClientInactive,
    /// The client may not redeem tickets of this purpose.
    ClientPurpose,
    /// A second factor is asked for, and the subject has none that would do.
    NoFactor,
    /// It is too risky, whatever was proved.
    Risk,
    /// The password by which the session was opened must be changed.
    PasswordOver,
}

impl Refusal {
    /// The stable word for the audit log.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::UserInactive => "user_inactive",
            Self::TenantInactive => "tenant_inactive",
            Self::NotAMember => "not_a_member",
            Self::Fenced => "changed_since_minting",
            Self::MinterGone => "minter_signed_out",
            Self::Rank => "rank",
            Self::OnBehalfPolicy => "on_behalf_policy",
            Self::ClientInactive => "client_inactive",
            Self::ClientPurpose => "client_purpose",
            Self::NoFactor => "no_factor",
            Self::Risk => "risk",
            Self::PasswordOver => "password_change",
        }
    }
}

/// What is decided on.
#[derive(Debug)]
pub struct Case<'a> {
    /// What the method proved.
    pub evidence: &'a Evidence,
    /// The fences of the ticket or challenge behind the evidence, if there is one.
    pub fenced_on: Option<&'a Fences>,
    /// The present state of the subject and of what the sign-in rests on.
    pub standing: &'a Standing,
    /// Bounds the life of the minter's session.
    pub idle: ByAssurance,
}

/// Decides from what was read.
pub fn decide(case: &Case<'_>, assessed: &Assessed, now: Timestamp) -> Decision {
    match admit(case, assessed, now) {
        Err(why) => Decision::Refuse(why),
        Ok((_, Some(demand))) if !is_met(case.evidence, assessed, now) => {
            Decision::Challenge(demand.besides(case.evidence.method))
        }
        Ok((role, _)) => Decision::Grant(role),
    }
}

/// Decides whether a session that was opened then goes on; the evidence is that of its sign-in. It counts for what the
/// tenant asks of everybody. It does not for a risk that is new: who found a token has proved nothing of it, so that
/// nothing but a device that its user trusts meets that, and only by its secret.
pub fn decide_again(case: &Case<'_>, assessed: &Assessed, opened_at: Timestamp, now: Timestamp) -> Decision {
    let Case { evidence, standing, .. } = case;
    let is_met = |demand: Demand| match demand.why.is_policy() {
        true => is_met(evidence, assessed, opened_at),
        false => is_trusted(assessed),
    };
    match admit(case, assessed, now) {
        Err(why) => Decision::Refuse(why),
        Ok(_) if evidence.method == MethodKind::Password && state(standing, now).must_be_changed() => {
            Decision::Refuse(Refusal::PasswordOver)
        }
        Ok((_, Some(demand))) if !is_met(demand) => Decision::Challenge(demand.anew(evidence)),
        Ok((role, _)) => Decision::Grant(role),
    }
}

/// The role in which the subject is let in, and what is demanded of them before.
fn admit(case: &Case<'_>, assessed: &Assessed, now: Timestamp) -> Result<(Role, Option<Demand>), Refusal> {
    let role = stand(case, now)?;
    if assessed.assessment.level == Level::Critical {
        return Err(Refusal::Risk);
    }
    // Of whoever acts a factor is asked when they sign in themselves; the subject's they cannot have.
    let acting = case.evidence.acting.is_some();
    Ok((role, (!acting).then(|| demand(&case.standing.tenant.mfa_policy, role, assessed)).flatten()))
}

/// What is asked for besides the method's own proof: by the risk if it is not low, else by the tenant's habit.
fn demand(policy: &MfaPolicy, role: Role, assessed: &Assessed) -> Option<Demand> {
    let Assessed { assessment, end_user, .. } = assessed;
    let methods = policy.at(assessment.level);
    if assessment.level > Level::Low && !methods.is_empty() {
        let foremost = assessment.foremost().unwrap_or(Signal::UnknownDevice);
        return Some(Demand { methods, why: MfaReason::of(foremost, end_user.device) });
    }
    let why = match policy {
        MfaPolicy { always: true, .. } => MfaReason::PolicyAlways,
        _ if policy.asks_always(role) => MfaReason::PolicyRole,
        // What is asked for at the lowest risk is always asked for.
        _ if !methods.is_empty() => MfaReason::PolicyAlways,
        _ => return None,
    };
    Some(Demand { methods: MfaPolicy::at_least_any(policy.low), why })
}

/// Whether two factors are proved already. A device that its user trusts stands for the second one, and so does the
/// fresh word of a ticket's minter; at high risk neither does.
fn is_met(evidence: &Evidence, assessed: &Assessed, now: Timestamp) -> bool {
    let high = assessed.assessment.level >= Level::High;
    let believed = match evidence.method {
        MethodKind::Ticket => !high && evidence.auth_time.is_some_and(|at| at >= now.minus(VOUCHED)),
        MethodKind::Password | MethodKind::EmailCode | MethodKind::Passkey => true,
    };
    (believed && evidence.is_multi_factor()) || is_trusted(assessed)
}

/// Whether a device that its user trusts stands for a second factor.
fn is_trusted(assessed: &Assessed) -> bool {
    assessed.assessment.level < Level::High && assessed.end_user.device == Device::Trusted
}

/// Whether the subject may sign in at all, and in which role.
pub(crate) fn stand(case: &Case<'_>, now: Timestamp) -> Result<Role, Refusal> {
    let Case { evidence, fenced_on, standing, idle } = case;
    if standing.tenant.status != TenantStatus::Active {
        return Err(Refusal::TenantInactive);
    }
    if standing.user.status != UserStatus::Active {
        return Err(Refusal::UserInactive);
    }
    let role = standing.role.ok_or(Refusal::NotAMember)?;
    if fenced_on.is_some_and(|fences| *fences != standing.fences) {
        return Err(Refusal::Fenced);
    }
    if evidence.minted_in_session && !standing.actor.as_ref().is_some_and(|minter| minter.alive(now, *idle)) {
        return Err(Refusal::MinterGone);
    }
    if evidence.acting.is_some() && standing.actor.as_ref().and_then(|a| a.role) <= Some(role) {
        return Err(Refusal::Rank);
    }
    if let Some(client) = &evidence.client {
        if client.status != ClientStatus::Active {
            return Err(Refusal::ClientInactive);
        }
        let purpose = if evidence.acting.is_some() { Purpose::OnBehalf } else { Purpose::Sso };
        if !client.purposes.contains(&purpose) {
            return Err(Refusal::ClientPurpose);
        }
    }
    if evidence.acting.as_ref().is_some_and(|acting| !may_act(case, acting, role)) {
        return Err(Refusal::OnBehalfPolicy);
    }
    Ok(role)
}

/// Whether the tenant's policy lets this act go on, where it is about to.
fn may_act(case: &Case<'_>, acting: &Acting, subject_role: Role) -> bool {
    let Some(actor_role) = case.standing.actor.as_ref().and_then(|a| a.role) else { return false };
    let client = Some(case.evidence.client.as_ref().map(|c| c.id));
    let (actor, subject, terms) = (acting.user, case.evidence.subject, &acting.terms);
    let policy = &case.standing.tenant.on_behalf_policy;
    policy.is_cleared(terms)
        && policy.permits(Act { actor, actor_role, subject, subject_role, client, terms })
}

#[cfg(test)]
mod table;
#[cfg(test)]
mod tests;
