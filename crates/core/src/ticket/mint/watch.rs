//! Budgets of minters, and the alarm when one of them is unusually fast.

use super::ask::{Mint, MintError, Subject};
use super::draft::By;
use crate::access::Caller;
use crate::audit::{AuditRow, Event, EventName};
use crate::commit::Commit;
use crate::fault::Fault;
use crate::id::UserId;
use crate::limits::{self, LimitKind, Take};
use crate::on_behalf;
use crate::parts::Parts;
use crate::ticket::model::Purpose;

/// Charges so many tickets to the caller's budget: all of them, or none. What is refused later is not given back.
pub(crate) async fn charge_minter(parts: &Parts, caller: &Caller, tickets: usize) -> Result<(), MintError> {
    let (kind, key) = match caller {
        Caller::System(system) => (LimitKind::Minter, system.key.bytes()),
        Caller::Person(person) => (LimitKind::MinterPerson, person.user.bytes()),
        Caller::Console(_) => return Ok(()),
    };
    let tickets = u32::try_from(tickets).unwrap_or(u32::MAX);
    let take = Take { cost: tickets, ..Take::of(parts, kind, key) };
    let charged = limits::charge(parts, &[take]).await?;
    charged.map_err(|throttled| MintError::Throttled { throttled, tickets })
}

/// Counts tickets that are about to be minted; the audit row of an alarm, for the commit that mints them.
pub(super) fn count(parts: &Parts, by: &By<'_>, tickets: usize) -> Option<AuditRow> {
    let (now, tickets) = (parts.now(), u32::try_from(tickets).unwrap_or(u32::MAX));
    let alarm = parts.velocity.count(by.minter, tickets, now, &parts.policy.velocity)?;
    let event = Event::new(EventName::VelocityAlarm, Some(by.caller.tenant()))
        .by(by.caller)
        .number("tickets", alarm.tickets.into())
        .number("usual", alarm.usual.into())
        .number("line", alarm.line.into())
        .from(by.source);
    let minter = match by.caller {
        Caller::System(system) => system.key.to_string(),
        Caller::Person(person) => person.user.to_string(),
        Caller::Console(_) => String::new(),
    };
    tracing::warn!(minter, tickets = alarm.tickets, usual = alarm.usual, "a minter is unusually fast");
    Some(event.into_row(now, &*parts.rng))
}

/// A person's wish to act for somebody, if a request is one.
pub(super) struct Act {
    wish: Option<(Option<UserId>, Option<String>)>,
}

impl Act {
    /// Of this request.
    pub(super) fn of(by: &By<'_>, ask: &Mint) -> Self {
        let Caller::Person(me) = by.caller else { return Self { wish: None } };
        let acts = ask.user != Subject::User(me.user) || ask.purpose == Some(Purpose::OnBehalf);
        let subject = match ask.user {
            Subject::User(user) => Some(user),
            Subject::External(_) => None,
        };
        Self { wish: acts.then(|| (subject, ask.reason.clone())) }
    }

    /// Writes down that it was refused, before whoever asked is told.
    pub(super) async fn refused(&self, parts: &Parts, by: &By<'_>, why: &MintError) -> Result<(), Fault> {
        let (Some((subject, reason)), Caller::Person(me)) = (&self.wish, by.caller) else { return Ok(()) };
        on_behalf::refused(parts, me, *subject, (why.as_str(), reason.as_deref()), by.source).await
    }
}

/// Writes an alarm whose commit was not written by itself: nobody silences it by a mint that fails.
pub(super) async fn insist(parts: &Parts, alarm: Option<AuditRow>) {
    if let Some(row) = alarm
        && let Err(error) = parts.store.commit(Commit::new(row)).await
    {
        tracing::error!(%error, "an alarm could not be written");
    }
}
