//! What an endpoint is sent of an event.

use serde_json::Value;

/// The body: name, time, and the audit log's own text under `data`. The same bytes at each attempt. `None`: the row is no event of ours.
pub fn payload(name: &str, row: &[u8]) -> Option<Vec<u8>> {
    let data = std::str::from_utf8(row).ok()?;
    let parsed: Value = serde_json::from_str(data).ok()?;
    let time = parsed.get("time")?.as_str()?;
    let (name, time) = (Value::from(name), Value::from(time));
    Some(format!(r#"{{"type":{name},"timestamp":{time},"data":{data}}}"#).into_bytes())
}

#[cfg(test)]
mod tests {
    use super::payload;

    #[test]
    fn a_payload_carries_the_row_as_it_is() {
        let row = r#"{"event":"user.created","time":"2026-01-01T00:00:00.000Z","why":"\"}"}"#;
        let body = payload("user.created", row.as_bytes()).expect("an event");
        assert_eq!(
            String::from_utf8(body).expect("UTF-8"),
            format!(r#"{{"type":"user.created","timestamp":"2026-01-01T00:00:00.000Z","data":{row}}}"#)
        );
        for none in ["", "{}", "[1]", r#"{"time":1}"#, "{\"time\":\"x\"} {"] {
            assert_eq!(payload("user.created", none.as_bytes()), None, "{none}");
        }
    }
}
