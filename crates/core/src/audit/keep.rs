//! How long rows of the log are kept: as the operator says, or as a tenant wants it within the operator's bounds. A tenant that wants it
//! shorter waits: whoever took an administrator's place erases no trace of it before others could have seen that.

use super::read::own;
use super::{AuditError, Event, EventName, Source};
use crate::access::{Caller, Permission};
use crate::commit::{self, Commit, Guard, Row};
use crate::fault::Fault;
use crate::id::TenantId;
use crate::parts::Parts;
use crate::tenant::{self, Tenant, TenantError};
use crate::text::InvalidText;
use crate::time::{Span, Timestamp};

/// Days; 0: for ever.
pub type Days = u32;

/// What the operator sets.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Bounds {
    /// What holds unless a tenant wants something else.
    pub usual: Days,
    /// The shortest that a tenant may want.
    pub least: Days,
    /// The longest.
    pub most: Days,
}

impl Bounds {
    fn allows(&self, days: Days) -> bool {
        days > 0 && longer(days, self.least) == days && longer(days, self.most) == self.most
    }

    /// What comes nearest within them.
    fn nearest(&self, days: Days) -> Days {
        let days = longer(days, self.least);
        if longer(days, self.most) == days { self.most } else { days }
    }
}

/// What a tenant wants.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Retention {
    /// Whether it counts: else what is usual holds.
    pub enabled: bool,
    /// What it wants.
    pub days: Days,
    /// What held before: if that was longer, it holds for [`NOTICE`](Self::NOTICE) yet.
    pub former: Days,
    /// When it first wanted something.
    pub created_at: Timestamp,
    /// When it last did.
    pub updated_at: Timestamp,
}

impl Retention {
    /// How long it takes until less is kept.
    pub const NOTICE: Span = Span::hours(7 * 24);

    /// What is wanted, within bounds.
    fn wanted(own: Option<&Self>, bounds: &Bounds) -> Days {
        own.filter(|own| own.enabled).map_or(bounds.usual, |own| bounds.nearest(own.days))
    }

    /// What holds now.
    pub fn in_force(own: Option<&Self>, bounds: &Bounds, now: Timestamp) -> Days {
        let wanted = Self::wanted(own, bounds);
        match own {
            Some(own) if now < own.updated_at.plus(Self::NOTICE) => {
                longer(wanted, bounds.nearest(own.former))
            }
            _ => wanted,
        }
    }
}

/// The longer of two.
fn longer(one: Days, other: Days) -> Days {
    if one == 0 || other == 0 { 0 } else { one.max(other) }
}

/// How long a tenant's rows are kept.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Kept {
    /// Whose.
    pub tenant: TenantId,
    /// What the tenant wants, if it ever wanted anything.
    pub own: Option<Retention>,
    /// What is wanted, by it or by the operator.
    pub wanted: Days,
    /// What holds now.
    pub in_force: Days,
}

/// What is to change; absent members stay.
#[derive(Clone, Copy, Debug, Default)]
pub struct UpdateRetention {
    /// See [`Retention::enabled`].
    pub enabled: Option<bool>,
    /// See [`Retention::days`].
    pub days: Option<i64>,
}

/// How long the rows of the caller's tenant are kept.
///
/// # Errors
/// [`AuditError`]
pub async fn retention(parts: &Parts, caller: &Caller, named: Option<TenantId>) -> Result<Kept, AuditError> {
    let tenant = parts.store.tenant(own(caller, named)?).await?.ok_or(Fault::Unavailable)?;
    Ok(kept(parts, &tenant))
}

/// Changes how long the rows of the caller's tenant are kept: longer at once, shorter after a week.
///
/// # Errors
/// [`TenantError`]
pub async fn update_retention(
    parts: &Parts,
    caller: &Caller,
    ask: UpdateRetention,
    source: &Source,
) -> Result<Kept, TenantError> {
    caller.require(Permission::TenantWrite)?;
    let tenant = parts.store.tenant(caller.tenant()).await.map_err(Fault::from)?;
    let tenant = tenant.ok_or(TenantError::Unknown)?;
    let (before, now, bounds) = (kept(parts, &tenant), parts.now(), parts.policy.audit_kept);
    let days = days(ask.days, before, &bounds)?;
    let own = Retention {
        enabled: ask.enabled.unwrap_or(true),
        days,
        former: before.in_force,
        created_at: before.own.map_or(now, |own| own.created_at),
        updated_at: now,
    };
    let rev = tenant.rev;
    let after = Tenant { audit_retention: Some(own), rev: rev + 1, ..tenant };
    let kept = kept(parts, &after);
    let is_less = longer(kept.wanted, before.in_force) != kept.wanted;
    let event = Event::new(EventName::AuditRetentionChanged, Some(after.id))
        .by(caller)
        .from(source)
        .text("enabled", if own.enabled { "yes" } else { "no" })
        .number("days", kept.wanted.into())
        .number("former_days", before.in_force.into())
        .text_if("level", is_less.then_some("alert"));
    let commit = Commit::new(event.into_row(now, &*parts.rng))
        .guard(Guard::Rev { row: Row::Tenant(after.id), rev })
        .change(commit::Change::Tenant(tenant::Change::Update(after)));
    parts.store.commit(commit).await?;
    Ok(kept)
}

/// Before which time the rows of a log are erased; none: they are kept for ever.
///
/// # Errors
/// [`Fault`] of the store.
pub(super) async fn erased_before(
    parts: &Parts,
    tenant: Option<TenantId>,
) -> Result<Option<Timestamp>, Fault> {
    let now = parts.now();
    let days = match tenant {
        None => parts.policy.audit_kept.usual,
        // Without its tenant nobody knows how long a row is to be kept.
        Some(id) => parts.store.tenant(id).await?.map_or(0, |tenant| kept(parts, &tenant).in_force),
    };
    Ok((days > 0).then(|| now.minus(Span::hours(24 * i64::from(days)))))
}

fn kept(parts: &Parts, tenant: &Tenant) -> Kept {
    let (own, bounds) = (tenant.audit_retention, &parts.policy.audit_kept);
    Kept {
        tenant: tenant.id,
        own,
        wanted: Retention::wanted(own.as_ref(), bounds),
        in_force: Retention::in_force(own.as_ref(), bounds, parts.now()),
    }
}

fn days(asked: Option<i64>, before: Kept, bounds: &Bounds) -> Result<Days, InvalidText> {
    let Some(asked) = asked else { return Ok(before.own.map_or(before.wanted, |own| own.days)) };
    let days = Days::try_from(asked).ok().filter(|days| bounds.allows(*days));
    days.ok_or(InvalidText { member: "days", problem: "must be within what the operator allows" })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const DAY: Span = Span::hours(24);

    fn at(day: i64) -> Timestamp {
        Timestamp::from_millis(day * 24 * 3_600_000)
    }

    fn wants(days: Days, former: Days) -> Retention {
        Retention { enabled: true, days, former, created_at: at(0), updated_at: at(0) }
    }

    #[test]
    fn less_is_kept_after_a_week_and_more_at_once() {
        let bounds = Bounds { usual: 0, least: 90, most: 0 };
        let in_force = |own: Retention, now| Retention::in_force(Some(&own), &bounds, now);
        assert_eq!(in_force(wants(90, 0), at(7).minus(Span::millis(1))), 0);
        assert_eq!(in_force(wants(90, 0), at(7)), 90);
        assert_eq!(in_force(wants(400, 90), at(0)), 400);
        assert_eq!(in_force(wants(100, 400), at(0).plus(DAY)), 400);
        let off = Retention { enabled: false, ..wants(90, 90) };
        assert_eq!(in_force(off, at(0)), 0, "what is usual");
    }

    #[test]
    fn what_is_wanted_is_within_bounds_also_if_those_were_moved() {
        let bounds = Bounds { usual: 365, least: 90, most: 365 };
        for (days, allowed) in [(0, false), (89, false), (90, true), (365, true), (366, false)] {
            assert_eq!(bounds.allows(days), allowed, "{days}");
        }
        let for_ever = Bounds { usual: 0, least: 90, most: 0 };
        assert!(for_ever.allows(36_500) && !for_ever.allows(0) && !for_ever.allows(1));
        assert_eq!(bounds.nearest(30), 90);
        assert_eq!(bounds.nearest(0), 365);
        assert_eq!(for_ever.nearest(0), 0);
    }

    proptest! {
        #[test]
        fn nobody_is_ever_kept_less_than_the_least(
            days in 0u32..2000, former in 0u32..2000, enabled: bool,
            least in 1u32..500, more in 0u32..500, usual in 0u32..500, now in 0i64..30,
        ) {
            let most = if more == 0 { 0 } else { least + more };
            let bounds = Bounds { usual: longer(usual, least).min(if most == 0 { u32::MAX } else { most }), least, most };
            let own = Retention { enabled, ..wants(days, former) };
            let found = Retention::in_force(Some(&own), &bounds, at(now));
            prop_assert!(longer(found, least) == found);
        }
    }
}
