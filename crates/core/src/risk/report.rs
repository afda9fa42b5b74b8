//! What administrators see of risk events: always of their own tenant.

use super::event::{RiskCount, RiskEvent, RiskFilter, RiskyUser};
use crate::access::{Caller, Permission};
use crate::fault::Fault;
use crate::page::{Page, PageRequest};
use crate::parts::Parts;
use crate::tenant::TenantError;
use crate::text::InvalidText;
use crate::time::Day;
use std::ops::RangeInclusive;

/// Days that a dashboard shows.
pub const DASHBOARD_DAYS: u32 = 30;

/// Days that an aggregation is made of at the most.
const AGGREGATED_DAYS: i64 = 366;

/// Users that a dashboard shows.
const USERS_SHOWN: u32 = 10;

/// Risk events of the caller's tenant, newest first.
///
/// # Errors
/// [`TenantError`]
pub async fn events(
    parts: &Parts,
    caller: &Caller,
    filter: RiskFilter,
    page: PageRequest,
) -> Result<Page<RiskEvent>, TenantError> {
    caller.require(Permission::TenantRead)?;
    Ok(parts.store.risk_events(caller.tenant(), filter, page).await.map_err(Fault::from)?)
}

/// Risk events of the caller's tenant, counted.
#[derive(Clone, PartialEq, Debug)]
pub struct Counted {
    /// The days, in UTC.
    pub days: RangeInclusive<Day>,
    /// How many there were of each sort on each day on which there were any.
    pub counts: Vec<RiskCount>,
}

impl Counted {
    /// How many there are of which `like` is true.
    pub fn total(&self, like: impl Fn(&RiskCount) -> bool) -> u64 {
        self.counts.iter().filter(|count| like(count)).map(|count| count.count).sum()
    }
}

/// Counts the risk events of the caller's tenant; without days those of the last [`DASHBOARD_DAYS`].
///
/// # Errors
/// [`TenantError`]
pub async fn aggregation(
    parts: &Parts,
    caller: &Caller,
    from: Option<Day>,
    to: Option<Day>,
) -> Result<Counted, TenantError> {
    caller.require(Permission::TenantRead)?;
    let to = to.unwrap_or(parts.now().day());
    let from = from.unwrap_or(to.before(DASHBOARD_DAYS.into()).next());
    let days = to.number().saturating_sub(from.number());
    if !(0..AGGREGATED_DAYS).contains(&days) {
        let problem = "must be at least start_date, and at most a year later";
        return Err(InvalidText { member: "end_date", problem }.into());
    }
    let days = from..=to;
    let counts = parts.store.risk_counts(caller.tenant(), days.clone()).await.map_err(Fault::from)?;
    Ok(Counted { days, counts })
}

/// The last days at a glance, and whom most of it was about: among the newest events of that time, if there are very
/// many.
///
/// # Errors
/// [`TenantError`]
pub async fn dashboard(parts: &Parts, caller: &Caller) -> Result<(Counted, Vec<RiskyUser>), TenantError> {
    let counted = aggregation(parts, caller, None, None).await?;
    let since = counted.days.start().start();
    let users = parts.store.riskiest_users(caller.tenant(), since, USERS_SHOWN).await.map_err(Fault::from)?;
    Ok((counted, users))
}
