//! How long a tenant keeps rows of its audit log, in one column of its row.

use authms_core::audit::{Days, Retention};
use authms_core::time::Timestamp;
use serde::{Deserialize, Serialize};

/// At rest. Every member must be there: one that is lost would stand for something else.
#[derive(Serialize, Deserialize)]
struct Row {
    enabled: bool,
    days: Days,
    former: Days,
    created_at: i64,
    updated_at: i64,
}

/// One that cannot be read is an error, never none.
pub(super) fn parse(text: &str) -> Option<Retention> {
    let row: Row = serde_json::from_str(text).ok()?;
    Some(Retention {
        enabled: row.enabled,
        days: row.days,
        former: row.former,
        created_at: Timestamp::from_millis(row.created_at),
        updated_at: Timestamp::from_millis(row.updated_at),
    })
}

/// The column of it.
pub(super) fn column(own: Option<&Retention>) -> Option<String> {
    let Retention { enabled, days, former, created_at, updated_at } = *own?;
    let (created_at, updated_at) = (created_at.as_millis(), updated_at.as_millis());
    serde_json::to_string(&Row { enabled, days, former, created_at, updated_at }).ok()
}
