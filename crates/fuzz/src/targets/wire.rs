//! JSON as request bodies have it: what is read keeps the bounds of its type, and says the same when it is read again.

use authms_core::time::{Day, Timestamp};
use authms_http::extract::json::parse;
use authms_http::wire::{AtMost, Binary, Items, RedeemContext, SecretText, Text};
use serde::Deserialize;
use serde_json::Value;

#[derive(Deserialize)]
struct Body {
    #[serde(default)]
    text: Option<Text<8>>,
    #[serde(default)]
    secret: Option<SecretText<8>>,
    #[serde(default)]
    binary: Option<Binary<8>>,
    #[serde(default)]
    list: Option<AtMost<3, Text<8>>>,
    #[serde(default)]
    items: Option<Items<Text<8>, 3>>,
    #[serde(default)]
    context: Option<RedeemContext>,
}

/// A body.
pub fn run(data: &[u8]) {
    if let Ok(body) = parse::<Body>(data) {
        assert_eq!(data.trim_ascii_start().first(), Some(&b'{'));
        bounds(body);
    }
    if let Ok(value) = parse::<Value>(data).map(without_fractions) {
        let again = serde_json::to_vec(&value).expect("JSON");
        assert_eq!(parse::<Value>(&again).ok(), Some(value), "it says something else when read again");
    }
    let Ok(text) = std::str::from_utf8(data) else { return };
    if let Ok(at) = text.parse::<Timestamp>() {
        assert_eq!(at.to_string().parse::<Timestamp>().ok(), Some(at), "{at}");
    }
    if let Ok(day) = text.parse::<Day>() {
        assert_eq!(day.to_string(), text);
    }
}

fn bounds(body: Body) {
    let is_short = |text: &str| text.chars().count() <= 8 && !text.chars().any(char::is_control);
    assert!(body.text.is_none_or(|text| is_short(&text)));
    assert!(body.secret.is_none_or(|secret| secret.expose().len() <= 8 && is_short(secret.expose())));
    if let Some(binary) = body.binary {
        let bytes = binary.into_vec();
        assert!(bytes.len() <= 8);
        let again = serde_json::to_string(&Binary::<8>::from(bytes.clone())).expect("JSON");
        assert_eq!(serde_json::from_str::<Binary<8>>(&again).ok(), Some(Binary::from(bytes)));
    }
    if let Some(list) = body.list {
        let list = list.into_vec();
        assert!(list.len() <= 3 && list.iter().all(|text| is_short(text)));
    }
    if let Some(items) = body.items {
        let (read, rest) = items.split(Ok);
        let results = rest.join(read.into_iter().map(Ok::<_, authms_http::ApiError>).collect(), |_| {
            None::<authms_core::id::UserId>
        });
        let told = serde_json::to_value(results).expect("JSON");
        assert!((1..=3).contains(&told["total"].as_u64().unwrap_or_default()), "{told}");
    }
    if let Some(Ok((_, Some(told)))) = body.context.map(RedeemContext::read) {
        assert!(told.user_agent.is_none_or(|agent| agent.chars().count() <= 256));
        assert!(told.ip.is_none_or(|ip| ip == ip.to_canonical()));
    }
}

/// Fractions are read to about their sixteenth digit, and none of our members is one.
fn without_fractions(value: Value) -> Value {
    match value {
        Value::Number(number) if number.is_f64() => Value::Null,
        Value::Array(items) => items.into_iter().map(without_fractions).collect(),
        Value::Object(members) => {
            members.into_iter().map(|(name, member)| (name, without_fractions(member))).collect()
        }
        other => other,
    }
}
