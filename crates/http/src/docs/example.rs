//! Examples: a body as JSON, a call as a curl command.

use super::schema::{members, name_of_type, resolved};
use serde_json::{Value, json};

/// Deeper members are left out.
const DEPTH: usize = 4;
/// How many members of a body that needs none are shown.
const OPTIONAL: usize = 2;

/// What a call needs besides its path.
pub(super) struct Call<'a> {
    pub method: &'a str,
    /// With the base path, and parameters in braces.
    pub url: String,
    /// The name of the security scheme, if one is needed.
    pub security: Option<&'a str>,
    pub body: Option<Value>,
}

/// The command, line by line. What differs from caller to caller is a shell variable.
pub(super) fn curl(call: &Call<'_>) -> String {
    let mut lines = vec![format!("curl -sS \"{}\"", with_variables(&call.url))];
    if call.method != if call.body.is_some() { "POST" } else { "GET" } {
        lines[0] = format!("curl -sS -X {} \"{}\"", call.method, with_variables(&call.url));
    }
    match call.security {
        Some("client") => lines.push("-u \"$CLIENT_ID:$CLIENT_SECRET\"".to_owned()),
        Some("api_key") => lines.push("-H \"Authorization: Bearer $API_KEY\"".to_owned()),
        Some(_) => lines.push("-H \"Authorization: Bearer $TOKEN\"".to_owned()),
        None => {}
    }
    if let Some(body) = &call.body {
        lines.push("-H 'Content-Type: application/json'".to_owned());
        lines.push(format!("-d '{}'", pretty(body).replace('\n', "\n  ")));
    }
    lines.join(" \\\n  ")
}

/// A request body: what it must hold; if that is nothing, some of what it may.
pub(super) fn request(document: &Value, schema: &Value) -> Value {
    let all = members(document, schema);
    let needed = all.iter().filter(|(_, _, required)| *required).count();
    let shown = if needed == 0 { OPTIONAL } else { needed };
    let shown = all.into_iter().take(shown);
    shown
        .map(|(name, member, _)| (name.to_owned(), value(document, member, name, 1)))
        .collect::<serde_json::Map<_, _>>()
        .into()
}

/// An answer, whole.
pub(super) fn answer(document: &Value, schema: &Value) -> Value {
    value(document, schema, "", 0)
}

/// Indented JSON.
pub(super) fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default()
}

fn value(document: &Value, schema: &Value, name: &str, depth: usize) -> Value {
    let schema = resolved(document, schema);
    if let Some(given) = schema.get("example").or_else(|| schema["enum"].get(0)) {
        return given.clone();
    }
    match name_of_type(schema) {
        "string" if schema["format"] == "date-time" => json!("2027-01-15T08:00:00.000Z"),
        "string" => json!(text(name)),
        "boolean" => json!(false),
        "integer" | "number" => number(schema, name),
        "array" if depth < DEPTH => json!([value(document, &schema["items"], singular(name), depth + 1)]),
        "array" => json!([]),
        _ if depth < DEPTH => {
            let shown = members(document, schema).into_iter();
            shown
                .map(|(name, member, _)| (name.to_owned(), value(document, member, name, depth + 1)))
                .collect::<serde_json::Map<_, _>>()
                .into()
        }
        _ => json!({}),
    }
}

fn singular(name: &str) -> &str {
    name.strip_suffix('s').unwrap_or(name)
}

fn number(schema: &Value, name: &str) -> Value {
    match name {
        "expires_in" => json!(1800),
        "ttl_seconds" => json!(300),
        "page" | "total" | "total_pages" => json!(1),
        "page_size" => json!(20),
        _ => json!(schema["minimum"].as_i64().unwrap_or(0)),
    }
}

fn text(name: &str) -> &'static str {
    match name {
        "ticket" => "tkt_…",
        "access_token" => "eyJ…",
        "refresh_token" => "rt_…",
        "token_type" => "Bearer",
        "message" => "ok",
        "user_id" | "subject" => "usr_…",
        "tenant_id" => "tnt_…",
        "client_id" => "cli_…",
        "session_id" => "ses_…",
        "client_secret" | "new_secret" => "cs_…",
        "raw_key" => "ak_…",
        "email" => "ada@example.org",
        "username" | "identity" => "ada",
        "phone" => "+493012345",
        "name" | "nickname" => "Ada",
        "password" | "new_password" | "old_password" => "a long passphrase",
        "status" => "active",
        "role" | "rank" => "member",
        "scope" => "ticket:mint",
        "purpose" => "sso",
        "reason" => "ticket 42",
        "redirect_uri" => "https://app.example.org/callback",
        "allowed_origin" => "https://app.example.org",
        "ip_address" | "ip" => "192.0.2.7",
        "issuer" => "https://id.example.org",
        _ => "…",
    }
}

/// `{user_id}` → `$USER_ID`
fn with_variables(url: &str) -> String {
    let mut out = String::with_capacity(url.len());
    let mut inside = false;
    for c in url.chars() {
        match c {
            '{' => {
                inside = true;
                out.push('$');
            }
            '}' => inside = false,
            c if inside => out.push(c.to_ascii_uppercase()),
            c => out.push(c),
        }
    }
    out
}
