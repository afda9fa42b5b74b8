//! Telling those who watch many systems of events, in the order of each log.

use super::model::{Told, Untold};
use super::ocsf;
use super::turn::Turn;
use crate::audit::log::Row;
use crate::fault::Fault;
use crate::parts::Parts;
use crate::ports::Fut;
use crate::time::{Span, Timestamp};

/// Logs in one go.
const LOGS: u32 = 100;

/// Events told at once.
const CHUNK: u32 = 1000;

/// How long a turn may go on, until the next chunk would begin: other processes have theirs.
const TURN: Span = Span::seconds(10);

/// An event as it is told.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SiemEvent {
    /// When it happened.
    pub at: Timestamp,
    /// Its name.
    pub name: String,
    /// How bad it is, by OCSF: from 1, which is none.
    pub severity: u8,
    /// A line of JSON, without a line's end in whatever alphabet.
    pub json: String,
}

/// Takes events, all or none, and makes them last, within 60 seconds.
pub trait Siem: Send + Sync {
    /// Takes these, or says why not in words of our own.
    fn take<'a>(&'a self, events: &'a [SiemEvent]) -> Fut<'a, Result<(), String>>;
}

/// Tells a place what was sealed since the last time, unless somebody else does. Called every second by every process that serves.
///
/// # Errors
/// [`Fault`] of the store; that the place takes nothing is none.
pub async fn tell(parts: &Parts, name: &'static str, siem: &dyn Siem) -> Result<(), Fault> {
    let mut untold = parts.store.audit_untold(name, LOGS).await?;
    if untold.is_empty() {
        return Ok(());
    }
    let Some(turn) = Turn::take(parts, name).await? else { return Ok(()) };
    let begun = parts.now();
    // Somebody else may have told it meanwhile.
    while parts.now() < begun.plus(TURN) {
        untold = parts.store.audit_untold(name, LOGS).await?;
        if untold.is_empty() {
            break;
        }
        for Untold { tree, next: from, .. } in &untold {
            let rows = parts.store.audit_rows(tree.number, *from, CHUNK).await?;
            // Rows that are gone were erased, their retention being over.
            let next = rows.last().map_or(tree.size, |row| row.index + 1);
            let skipped = (next - from).saturating_sub(rows.len() as u64);
            let event = |row: &Row| ocsf::event(parts, tree.log, row);
            let events: Vec<SiemEvent> = rows.iter().map(event).collect();
            if !events.is_empty()
                && let Err(why) = siem.take(&events).await
            {
                return turn.end(Err(why)).await;
            }
            let told = Told { log: tree.log, next, head: None };
            if !turn.told(vec![told], skipped).await? {
                return Ok(());
            }
        }
    }
    turn.end(Ok(Span::default())).await
}
