//! What a tenant asks for besides the way in which somebody signs in.

use crate::access::Role;
use crate::factor::{FactorKind, FactorKinds};
use crate::risk::Level;

/// Which second factors a tenant asks for, and when.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct MfaPolicy {
    /// At every sign-in.
    pub always: bool,
    /// At every sign-in of members of this role or a higher one.
    pub from_role: Option<Role>,
    /// What satisfies at low risk; none: nothing is asked for.
    pub low: FactorKinds,
    /// What satisfies at medium risk; none: nothing is asked for.
    pub medium: FactorKinds,
    /// What satisfies at high risk; none: nothing is asked for.
    pub high: FactorKinds,
}

impl Default for MfaPolicy {
    /// Asked for by risk alone: any factor at medium risk, none that travels over e-mail or SMS at high risk.
    fn default() -> Self {
        Self {
            always: false,
            from_role: None,
            low: FactorKinds::NONE,
            medium: FactorKinds::ALL,
            high: FactorKinds::of(&[FactorKind::Totp, FactorKind::Passkey, FactorKind::RecoveryCode]),
        }
    }
}

impl MfaPolicy {
    /// Whether a member of this role is asked at every sign-in.
    pub fn asks_always(&self, role: Role) -> bool {
        self.always || self.from_role.is_some_and(|least| role >= least)
    }

    /// What satisfies at this level of risk; none: nothing is asked for.
    pub const fn at(&self, level: Level) -> FactorKinds {
        match level {
            Level::Low => self.low,
            Level::Medium => self.medium,
            Level::High | Level::Critical => self.high,
        }
    }

    /// What satisfies where a factor is asked for though the risk asks for none.
    pub const fn at_least_any(methods: FactorKinds) -> FactorKinds {
        if methods.is_empty() { FactorKinds::ALL } else { methods }
    }
}
