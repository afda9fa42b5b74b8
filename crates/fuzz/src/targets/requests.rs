//! Whole requests: any method, path, query and headers. A body that is no JSON where one is expected is refused as such.

use super::headers;
use crate::app::{CALLERS, WORLD};
use crate::input::Input;
use axum::http::Method;
use axum::http::header::AUTHORIZATION;

/// A line with method, target and caller; then headers a line; after an empty line the body.
pub fn run(data: &[u8]) {
    let mut input = Input(data);
    let Some(line) = input.text_line() else { return };
    let mut words = line.split(' ');
    let (Some(method), Some(target), caller) = (words.next(), words.next(), words.next().unwrap_or_default())
    else {
        return;
    };
    let (Ok(method), Ok(uri)) = (Method::from_bytes(method.as_bytes()), target.parse()) else { return };
    let end = input.0.windows(2).position(|pair| pair == b"\n\n").unwrap_or(input.0.len());
    let (head, body) = input.0.split_at(end);
    let mut headers = headers::map(head);
    if CALLERS.contains(&caller) && !headers.contains_key(AUTHORIZATION) {
        headers.extend(WORLD.authorization(caller).map(|value| (AUTHORIZATION, value)));
    }
    let answer = WORLD.send(method, uri, headers, body.get(2..).unwrap_or_default().to_vec());
    let is_one_line = |value: &[u8]| !value.contains(&b'\n') && !value.contains(&b'\r');
    assert!(answer.headers.values().all(|value| is_one_line(value.as_bytes())));
}
