//! Which events an endpoint wants.

use super::model::Webhook;
use crate::audit::EventName;
use crate::audit::log::Row;
use crate::text::InvalidText;
use serde_json::Value;

/// Names and kinds that one endpoint may list.
pub const EVENTS: usize = 100;

/// Whether events may be chosen so: by `*`, by a kind such as `user.*`, or by a name.
pub fn is_known(pattern: &str) -> bool {
    let kind = pattern.strip_suffix(".*");
    let is_it = |name: &str| match kind {
        Some(kind) => name.split_once('.').is_some_and(|(prefix, _)| prefix == kind),
        None => name == pattern,
    };
    pattern == "*" || EventName::ALL.iter().any(|name| is_it(name.as_str()))
}

/// The events that were asked for, each once.
pub(super) fn checked(events: Vec<String>) -> Result<Vec<String>, InvalidText> {
    let problem = |problem| InvalidText { member: "events", problem };
    if events.is_empty() || events.len() > EVENTS {
        return Err(problem("must list 1 to 100 events"));
    }
    let mut once: Vec<String> = Vec::with_capacity(events.len());
    for event in events {
        if !is_known(&event) {
            return Err(problem("must be names of events, kinds such as user.*, or *"));
        }
        if !once.contains(&event) {
            once.push(event);
        }
    }
    Ok(once)
}

/// Whether an endpoint is told of a row. Of a test only the one that is tested is, whatever it has chosen.
pub(super) fn wants(webhook: &Webhook, row: &Row) -> bool {
    if row.name == EventName::WebhookTested.as_str() {
        return member(row, "webhook") == Some(webhook.id.to_string());
    }
    let kind = row.name.split_once('.').map_or("", |(kind, _)| kind);
    webhook.events.iter().any(|pattern| match pattern.strip_suffix(".*") {
        Some(wanted) => wanted == kind,
        None => pattern == "*" || *pattern == row.name,
    })
}

/// Whom a row concerns: what concerns one is told in order.
pub(super) fn subject(row: &Row) -> String {
    member(row, "subject").or_else(|| member(row, "actor")).unwrap_or_default()
}

fn member(row: &Row, name: &str) -> Option<String> {
    let body: Value = serde_json::from_slice(&row.body).ok()?;
    body.get(name).and_then(Value::as_str).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_chosen_by_name_by_kind_or_all() {
        for known in ["*", "user.*", "user.created", "tenant.*", "login.failed"] {
            assert!(is_known(known), "{known}");
        }
        for unknown in ["", "user", "use.*", "user.create", "*.created", ".*", "user.**", "User.created"] {
            assert!(!is_known(unknown), "{unknown}");
        }
        let twice = vec!["user.*".to_owned(), "*".to_owned(), "user.*".to_owned()];
        assert_eq!(checked(twice).expect("known"), ["user.*", "*"]);
        assert!(checked(Vec::new()).is_err());
        assert!(checked(vec!["*".to_owned(); EVENTS + 1]).is_err());
    }
}
