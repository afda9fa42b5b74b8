//! Events in the Open Cybersecurity Schema Framework's shapes: three classes, and all that they have no place for under `unmapped`.

use super::siem::SiemEvent;
use crate::audit::log::{Log, Row};
use crate::audit::{is_refusal, kind_of};
use crate::parts::Parts;
use serde_json::{Map, Value, json};

/// Of the schema.
const VERSION: &str = "1.3.0";

/// Classes of events, each with its category.
const ACCOUNT_CHANGE: (u32, u32) = (3001, 3);
const AUTHENTICATION: (u32, u32) = (3002, 3);
const API_ACTIVITY: (u32, u32) = (6003, 6);

/// Whatever has no number of its own.
const OTHER: u32 = 99;

/// Which class an event is of, and what was done by the numbers of that class.
fn class(name: &str) -> ((u32, u32), u32) {
    let verb = name.rsplit('.').next().unwrap_or_default();
    match (kind_of(name), verb) {
        ("login", "succeeded" | "failed")
        | ("mfa", "passed" | "failed" | "refused" | "stepped_up" | "step_up_failed")
        | ("ticket", "redeemed" | "refused" | "replayed")
        | ("on_behalf", "started")
        | ("passkey" | "risk", "refused") => (AUTHENTICATION, 1),
        ("session" | "sessions" | "on_behalf", "ended") => (AUTHENTICATION, 2),
        ("ticket", "minted") => (AUTHENTICATION, 3),
        ("login" | "mfa" | "ticket" | "tickets" | "session" | "code", _) => (AUTHENTICATION, OTHER),
        ("user", "created") => (ACCOUNT_CHANGE, 1),
        ("user", "enabled") => (ACCOUNT_CHANGE, 2),
        ("user", "password_changed") => (ACCOUNT_CHANGE, 3),
        ("user", "password_reset") => (ACCOUNT_CHANGE, 4),
        ("user", "disabled") => (ACCOUNT_CHANGE, 5),
        ("user", "deleted") => (ACCOUNT_CHANGE, 6),
        ("factor", "enrolled" | "enabled") => (ACCOUNT_CHANGE, 10),
        ("factor" | "factors", "disabled" | "removed" | "reset") => (ACCOUNT_CHANGE, 11),
        ("user" | "factor" | "passkey" | "membership" | "device" | "devices", _) => (ACCOUNT_CHANGE, OTHER),
        (_, "created") => (API_ACTIVITY, 1),
        (_, "exported" | "verified") => (API_ACTIVITY, 2),
        (_, "updated" | "changed" | "rotated") => (API_ACTIVITY, 3),
        (_, "deleted" | "revoked" | "erased") => (API_ACTIVITY, 4),
        _ => (API_ACTIVITY, OTHER),
    }
}

/// A row as an event. One that is no event of ours is told as what it is.
pub(super) fn event(parts: &Parts, log: Log, row: &Row) -> SiemEvent {
    let body: Value = serde_json::from_slice(&row.body).unwrap_or_default();
    let text = |member: &str| body.get(member).and_then(Value::as_str);
    let ((class_uid, category_uid), activity_id) = class(&row.name);
    let is_bad = is_refusal(&row.name);
    let severity = match text("level") {
        Some("alert") => 4,
        _ if is_bad => 2,
        _ => 1,
    };
    let mut event = json!({
        "class_uid": class_uid,
        "category_uid": category_uid,
        "activity_id": activity_id,
        "activity_name": row.name,
        "type_uid": class_uid * 100 + activity_id,
        "time": row.id.made_at().as_millis(),
        "severity_id": severity,
        "status_id": if is_bad { 2 } else { 1 },
        "message": row.name,
        "metadata": {
            "version": VERSION,
            "uid": row.id.to_string(),
            "event_code": row.name,
            "sequence": row.index,
            "log_name": log.to_string(),
            "log_provider": parts.policy.issuer,
            "product": { "name": "authms", "vendor_name": "authms", "version": env!("CARGO_PKG_VERSION") },
        },
        "actor": actor(text("actor"), text("actor_session")),
        "src_endpoint": text("ip").map_or_else(|| json!({ "name": "authms" }), |ip| json!({ "ip": ip })),
        "unmapped": body,
    });
    if log.0.is_some() {
        event["metadata"]["tenant_uid"] = log.to_string().into();
    }
    let mut put = |member: &str, value: Value| event[member] = value;
    if class_uid == API_ACTIVITY.0 {
        put(
            "api",
            json!({ "operation": row.name, "request": { "uid": text("request_id").unwrap_or_default() } }),
        );
    } else {
        let user = text("subject").or_else(|| text("actor"));
        put("user", user.map_or_else(|| json!({ "name": "unknown" }), |uid| json!({ "uid": uid })));
    }
    if let Some(session) = text("session") {
        put("session", json!({ "uid": session }));
    }
    let request = members(&[("uid", text("request_id")), ("user_agent", text("user_agent"))]);
    if !request.is_empty() {
        put("http_request", Value::Object(request));
    }
    if let Some(why) = text("reason").or_else(|| text("why")) {
        put("status_detail", why.into());
    }
    SiemEvent { at: row.id.made_at(), name: row.name.clone(), severity, json: one_line(&event) }
}

/// Who did it: a user, a key or the operator; nobody who is known, for what anonymous callers did.
fn actor(actor: Option<&str>, session: Option<&str>) -> Value {
    let Some(uid) = actor else { return json!({ "app_name": "authms" }) };
    let mut found = json!({ "user": { "uid": uid } });
    if let Some(session) = session {
        found["session"] = json!({ "uid": session });
    }
    found
}

fn members(given: &[(&str, Option<&str>)]) -> Map<String, Value> {
    given.iter().filter_map(|(name, value)| Some(((*name).to_owned(), Value::from((*value)?)))).collect()
}

/// JSON in which nothing ends a line, for readers who know more ends of lines than JSON does.
fn one_line(event: &Value) -> String {
    let text = event.to_string();
    let ends = |c: char| matches!(c, '\u{7f}'..='\u{9f}' | '\u{2028}' | '\u{2029}');
    if !text.contains(ends) {
        return text;
    }
    // Such characters stand within texts alone.
    text.chars().map(|c| if ends(c) { format!("\\u{:04x}", u32::from(c)) } else { c.to_string() }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::EventName;

    #[test]
    fn every_event_has_a_class_and_a_number_of_it() {
        for name in EventName::ALL {
            let ((class_uid, category_uid), activity) = class(name.as_str());
            assert_eq!(class_uid / 1000, category_uid, "{name:?}");
            let most = match class_uid {
                3001 => 11,
                3002 => 5,
                _ => 4,
            };
            assert!((1..=most).contains(&activity) || activity == OTHER, "{name:?}");
        }
        assert_eq!(class("login.failed"), (AUTHENTICATION, 1));
        assert_eq!(class("user.deleted"), (ACCOUNT_CHANGE, 6));
        assert_eq!(class("client.created"), (API_ACTIVITY, 1));
    }

    #[test]
    fn nothing_that_somebody_typed_ends_a_line() {
        let typed = "a\r\nb\u{0}\u{b}\u{c}\u{1c}\u{85}\u{2028}\u{2029}\u{7f}é\"\\";
        let line = one_line(&json!({ "user_agent": typed }));
        assert!(!line.contains(|c: char| c.is_control() || c == '\u{2028}' || c == '\u{2029}'), "{line}");
        let read: Value = serde_json::from_str(&line).expect("JSON");
        assert_eq!(read["user_agent"], typed);
    }
}
