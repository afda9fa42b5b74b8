//! Bodies and queries of every operation, as everybody sends them: never a fault, never an answer that the document does
//! not tell of.

use crate::app::WORLD;
use crate::input::Input;
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderValue};

/// A line with the operation's name, the caller's and perhaps a query; the rest is the body.
pub fn run(data: &[u8]) {
    let mut input = Input(data);
    let Some(line) = input.text_line() else { return };
    let mut words = line.splitn(3, ' ');
    let operation = WORLD.operation(words.next().unwrap_or_default());
    let caller = words.next().unwrap_or_default();
    let Ok(uri) = WORLD.url(operation, words.next().unwrap_or_default()).parse() else { return };

    let mut headers = HeaderMap::new();
    if let Some(authorization) = WORLD.authorization(caller) {
        headers.insert(AUTHORIZATION, authorization);
    }
    if !input.0.is_empty() {
        let form = input.0[0] != b'{' && operation.name.ends_with("_token");
        let media = if form { "application/x-www-form-urlencoded" } else { "application/json" };
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(media));
    }
    let answer = WORLD.send(operation.method(), uri, headers, input.0.to_vec());
    assert!(operation.tells_of(answer.status), "{} tells nothing of {}", operation.name, answer.status);
}
