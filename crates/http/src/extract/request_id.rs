//! `X-Request-Id`: the caller's own, if it can stand in a log, else a new one.

use authms_core::ports::{Rng, random};
use authms_crypto::base62;
use axum::http::HeaderMap;

const MAX: usize = 128;

/// The identifier of a request with these headers.
pub fn of(headers: &HeaderMap, rng: &dyn Rng) -> String {
    given(headers).map_or_else(|| base62::encode16(&random(rng)), str::to_owned)
}

/// One header of 1–128 visible ASCII characters.
fn given(headers: &HeaderMap) -> Option<&str> {
    let mut values = headers.get_all("x-request-id").iter();
    let (id, None) = (values.next()?.to_str().ok()?, values.next()) else { return None };
    let fits = (1..=MAX).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_graphic());
    fits.then_some(id)
}
