//! Schemas of the document, in words and as rows of a table.

use serde_json::Value;

/// Deeper members are left to the document.
const DEPTH: usize = 3;

/// A member of a body.
#[derive(PartialEq, Eq, Debug)]
pub(super) struct Row {
    /// With those that it is in, such as `user.id` or `items[].name`.
    pub name: String,
    pub kind: String,
    pub required: bool,
    pub told: String,
}

/// The schema itself, where it is only named; without the `null` that it may be instead.
pub(super) fn resolved<'a>(document: &'a Value, schema: &'a Value) -> &'a Value {
    if let Some(pointer) = schema["$ref"].as_str().and_then(|name| name.strip_prefix('#')) {
        return document.pointer(pointer).map_or(&Value::Null, |named| resolved(document, named));
    }
    match schema["oneOf"].as_array().map(Vec::as_slice) {
        Some([one, null] | [null, one]) if null["type"] == "null" => resolved(document, one),
        _ => schema,
    }
}

/// The members of an object, those of its parts included, the required ones first: name, schema, whether required.
pub(super) fn members<'a>(document: &'a Value, schema: &'a Value) -> Vec<(&'a str, &'a Value, bool)> {
    let schema = resolved(document, schema);
    let parts = schema["allOf"].as_array().into_iter().flatten();
    let mut found: Vec<_> = parts.flat_map(|part| members(document, part)).collect();
    let required: Vec<_> = schema["required"].as_array().into_iter().flatten().collect();
    let own = schema["properties"].as_object().into_iter().flatten();
    found.extend(own.map(|(name, member)| (name.as_str(), member, required.iter().any(|r| *r == name))));
    found.sort_by_key(|(name, _, is_required)| {
        (!is_required, required.iter().position(|r| r == name).unwrap_or(usize::MAX))
    });
    found
}

/// All members, and theirs.
pub(super) fn rows(document: &Value, schema: &Value) -> Vec<Row> {
    let mut rows = Vec::new();
    collect(document, schema, "", 0, &mut rows);
    rows
}

fn collect(document: &Value, schema: &Value, prefix: &str, depth: usize, rows: &mut Vec<Row>) {
    for (name, member, required) in members(document, schema) {
        let name = format!("{prefix}{name}");
        let inner = resolved(document, member);
        let told =
            [member, &member["oneOf"][0], &member["oneOf"][1], inner].map(|s| s["description"].as_str());
        let told = told.into_iter().flatten().next().unwrap_or_default().to_owned();
        rows.push(Row { name: name.clone(), kind: kind(document, member), required, told });
        if depth < DEPTH {
            let of_items = resolved(document, &inner["items"]);
            collect(document, inner, &format!("{name}."), depth + 1, rows);
            collect(document, of_items, &format!("{name}[]."), depth + 1, rows);
        }
    }
}

/// What values there are, in words.
pub(super) fn kind(document: &Value, schema: &Value) -> String {
    let schema = resolved(document, schema);
    if let Some(words) = schema["enum"].as_array() {
        return words.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" | ");
    }
    match name_of_type(schema) {
        "array" => format!("list of {}", kind(document, &schema["items"])),
        "string" if schema["format"] == "date-time" => "RFC 3339 time".to_owned(),
        "string" => match schema["maxLength"].as_u64() {
            Some(most) => format!("string, at most {most} characters"),
            None => "string".to_owned(),
        },
        "integer" => match (schema["minimum"].as_i64(), schema["maximum"].as_i64()) {
            (Some(least), Some(most)) => format!("integer, {least} to {most}"),
            (Some(least), None) if least > 0 => format!("integer from {least}"),
            _ => "integer".to_owned(),
        },
        other => other.to_owned(),
    }
}

/// The type that is not `null`.
pub(super) fn name_of_type(schema: &Value) -> &str {
    match &schema["type"] {
        Value::String(name) => name,
        Value::Array(names) => names.iter().filter_map(Value::as_str).find(|n| *n != "null").unwrap_or("any"),
        _ => "object",
    }
}
