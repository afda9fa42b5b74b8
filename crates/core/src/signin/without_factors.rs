//! What becomes of a sign-in that needs a second factor, of somebody who has none that would do: pure, the same for every
//! way to sign in.

use super::challenge::enrolment::can_be_met;
use super::model::{Evidence, MethodKind};
use crate::access::Role;
use crate::factor::FactorKinds;
use crate::id::ApiKeyId;
use crate::mfa::MfaPolicy;
use crate::risk::{Assessment, Level, Signal};
use crate::tenant::Tenant;

/// Somebody who has no factor that would do.
#[derive(Debug)]
pub struct Lacking<'a> {
    /// What the method proved.
    pub evidence: &'a Evidence,
    /// The API key that minted the ticket behind it, if one did.
    pub minted_by: Option<ApiKeyId>,
    /// Whether it is a session that goes on: the command line lets in, and keeps nobody in.
    pub goes_on: bool,
    /// The tenant, which asks for a factor.
    pub tenant: &'a Tenant,
    /// Their role in it.
    pub role: Role,
    /// How risky the sign-in is.
    pub assessment: &'a Assessment,
    /// What would satisfy.
    pub methods: FactorKinds,
    /// Whether they have enrolled anything; also what would not do, or is off after too many failures.
    pub enrolled: bool,
    /// By which methods they could prove an address that was known to be theirs before.
    pub addresses: FactorKinds,
}

/// What becomes of their sign-in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Without {
    /// They are signed in as they are.
    LetIn,
    /// They have to enrol a factor first.
    Enrol,
    /// They are refused.
    Refuse,
}

/// Decides it.
///
/// Whoever has a factor proves one. A ticket that was minted at the command line brings an administrator in to enrol.
/// Where risk alone asks, strangers must not lock anybody out by guessing, and a tenant that has decided nothing must not
/// lock out whom it cannot reach. Everybody else enrols.
pub fn without_factors(who: &Lacking<'_>) -> Without {
    if who.enrolled {
        return Without::Refuse;
    }
    if at_console(who) || (!policy_asks(who) && (only_guessed_at(who) || unreachable(who))) {
        return Without::LetIn;
    }
    if can_be_met(who.methods, who.addresses) { Without::Enrol } else { Without::Refuse }
}

fn at_console(who: &Lacking<'_>) -> bool {
    let Evidence { method, minted_in_session, .. } = who.evidence;
    *method == MethodKind::Ticket && !minted_in_session && who.minted_by.is_none() && !who.goes_on
}

/// Whether the tenant asks whatever the risk, of which the reason of the demand need not tell.
fn policy_asks(who: &Lacking<'_>) -> bool {
    let policy = &who.tenant.mfa_policy;
    policy.asks_always(who.role) || !policy.low.is_empty()
}

/// Whether nothing speaks against them but attempts that failed.
fn only_guessed_at(who: &Lacking<'_>) -> bool {
    who.assessment.level_without(&Signal::FAILURES, &who.tenant.risk_config) == Level::Low
}

/// Whether they could prove nothing, at a risk that is not high, in a tenant that has decided nothing about it.
fn unreachable(who: &Lacking<'_>) -> bool {
    who.tenant.mfa_policy == MfaPolicy::default()
        && who.assessment.level <= Level::Medium
        && who.addresses.is_empty()
}

#[cfg(test)]
mod tests;
