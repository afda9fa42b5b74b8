//! What a session on somebody's behalf may do: pure.

use super::Terms;
use crate::access::{Permission, Role};

/// The rights of such a session: what both sides have, and no more.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Rights {
    /// The lower of both roles.
    pub role: Role,
    /// What both may do: without the word to write, of that only what looks.
    pub permissions: Vec<Permission>,
    writes: bool,
}

impl Rights {
    /// Of an actor and a subject in these roles.
    pub fn of(actor: Role, subject: Role, terms: &Terms) -> Self {
        let role = actor.min(subject);
        let held = |p: &Permission| actor.grants(*p) && subject.grants(*p) && p.may_be_acted();
        let permissions =
            Permission::ALL.into_iter().filter(held).filter(|p| terms.writes || p.only_looks()).collect();
        Self { role, permissions, writes: terms.writes }
    }

    /// The same as the claim `scope` (RFC 8693 §4.2): `read`, `write` if that was granted, and the permissions by name.
    pub fn scope(&self) -> String {
        let words = ["read"].into_iter().chain(self.writes.then_some("write"));
        words.chain(self.permissions.iter().map(|p| p.as_str())).collect::<Vec<_>>().join(" ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn role() -> impl Strategy<Value = Role> {
        proptest::sample::select(Role::ALL.to_vec())
    }

    proptest! {
        #[test]
        fn s56_no_right_that_either_side_lacks(actor in role(), subject in role(), writes: bool) {
            let terms = Terms { writes, ..Terms::default() };
            let rights = Rights::of(actor, subject, &terms);
            prop_assert!(rights.role <= actor && rights.role <= subject);
            for permission in &rights.permissions {
                prop_assert!(actor.grants(*permission) && subject.grants(*permission), "{permission:?}");
                prop_assert!(writes || permission.only_looks(), "{permission:?}");
                prop_assert!(*permission != Permission::TicketOnBehalf, "never chained");
            }
            prop_assert_eq!(rights.scope().split(' ').any(|word| word == "write"), writes);
        }
    }

    #[test]
    fn a_scope_says_what_may_be_done() {
        let scope =
            |writes| Rights::of(Role::Admin, Role::Support, &Terms { writes, ..Terms::default() }).scope();
        assert_eq!(scope(false), "read ticket:read user:read");
        assert_eq!(scope(true), "read write ticket:read ticket:revoke user:read");
        assert_eq!(Rights::of(Role::Admin, Role::Member, &Terms::default()).scope(), "read");
    }
}
