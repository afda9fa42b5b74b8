//! Events as they stand in a file.

use crate::api::admin::audit::AuditLog;
use authms_core::audit::log::Row;
use authms_core::audit::{Format, Shown};
use authms_core::id::TenantId;
use serde_json::Value;

/// The columns of a table.
const COLUMNS: [&str; 14] = [
    "timestamp",
    "id",
    "sequence",
    "action",
    "status",
    "level",
    "operator_type",
    "operator_id",
    "target_type",
    "target_id",
    "ip",
    "user_agent",
    "request_id",
    "metadata",
];

/// What the file begins with.
pub(super) fn head(format: Format) -> String {
    match format {
        Format::Json => String::new(),
        Format::Csv => format!("{}\r\n", COLUMNS.join(",")),
    }
}

/// An event; `None`: it cannot be written.
pub(super) fn line(format: Format, row: Row, tenant: TenantId) -> Option<String> {
    let shown = Shown { id: row.id, name: row.name, body: row.body, index: Some(row.index) };
    let event = serde_json::to_value(AuditLog::of(shown, tenant)).ok()?;
    Some(match format {
        Format::Json => format!("{event}\n"),
        Format::Csv => {
            let cells: Vec<String> = COLUMNS.iter().map(|column| cell(&event[column])).collect();
            format!("{}\r\n", cells.join(","))
        }
    })
}

/// A cell (RFC 4180). One that a spreadsheet would run as a formula begins with an apostrophe, which it takes for a text's.
fn cell(value: &Value) -> String {
    let text = match value {
        Value::Null => return String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let runs =
        text.trim_start().starts_with(['=', '+', '-', '@', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}'])
            || text.starts_with(['\t', '\r', '\n']);
    let safe = if runs { format!("'{text}") } else { text };
    format!("\"{}\"", safe.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_runs_nowhere() {
        for formula in
            ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "＝1", "＋1", "－1", "＠1"]
        {
            assert_eq!(cell(&formula.into()), format!("\"'{formula}\""), "{formula}");
        }
        assert_eq!(cell(&"a=1, \"b\"".into()), "\"a=1, \"\"b\"\"\"");
        assert_eq!(cell(&Value::Null), "");
        assert_eq!(cell(&7.into()), "\"7\"");
        assert_eq!(cell(&serde_json::json!({ "=": "=" })), "\"{\"\"=\"\":\"\"=\"\"}\"");
    }
}
