//! Many things in one request, with a result for each.

use super::malformed;
use crate::error::ApiError;
use authms_core::id::{Id, Kind};
use serde::de::{DeserializeOwned, Error, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;
use std::fmt;
use std::marker::PhantomData;
use utoipa::ToSchema;

/// 1 to `MAX` items, each read for itself: one that is malformed does not fail the others.
#[derive(Debug)]
pub struct Items<T, const MAX: usize>(Vec<Result<T, ApiError>>);

impl<T, const MAX: usize> Items<T, MAX> {
    /// The asks of the items that are well formed, and what is to be answered to the others.
    pub fn split<A>(self, mut ask: impl FnMut(T) -> Result<A, ApiError>) -> (Vec<A>, Rest) {
        let mut asks = Vec::with_capacity(self.0.len());
        let malformed = self.0.into_iter().map(|item| match item.and_then(&mut ask) {
            Ok(one) => {
                asks.push(one);
                None
            }
            Err(error) => Some(error),
        });
        let rest = Rest(malformed.collect());
        (asks, rest)
    }
}

/// By item: what is wrong with it, or that it was asked for.
#[derive(Debug)]
pub struct Rest(Vec<Option<ApiError>>);

impl Rest {
    /// The results of all items, in order; `outcomes` are those of what was asked for.
    pub fn join<O, E: Into<ApiError>, K: Kind>(
        self,
        outcomes: Vec<Result<O, E>>,
        id: impl Fn(O) -> Option<Id<K>>,
    ) -> BatchResults {
        let mut outcomes = outcomes.into_iter();
        let results: Vec<BatchResult> = self
            .0
            .into_iter()
            .enumerate()
            .map(|(index, malformed)| {
                let outcome = match malformed {
                    Some(error) => Err(error),
                    None => outcomes
                        .next()
                        .map_or(Err(ApiError::internal("no outcome")), |o| o.map_err(Into::into)),
                };
                match outcome {
                    Ok(done) => BatchResult::done(index, id(done).map(|id| id.to_string())),
                    Err(error) => BatchResult::refused(index, &error),
                }
            })
            .collect();
        let succeeded = results.iter().filter(|r| r.success).count();
        BatchResults { failed: results.len() - succeeded, succeeded, total: results.len(), results }
    }
}

/// What came of a batch.
#[derive(Serialize, ToSchema, Debug)]
pub struct BatchResults {
    /// How many items failed.
    failed: usize,
    /// One for each item, in order.
    results: Vec<BatchResult>,
    /// How many items succeeded.
    succeeded: usize,
    /// How many items there were.
    total: usize,
}

/// What came of one item.
#[derive(Serialize, ToSchema, Debug)]
pub struct BatchResult {
    /// 0 for success, else eight digits that name the error, as for a single request.
    code: u32,
    /// What it made or changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    /// Its place in the request, counted from 0.
    index: usize,
    /// For people; may change.
    message: String,
    /// The status that a single request would have had.
    status: u16,
    /// Whether it was done.
    success: bool,
}

impl BatchResult {
    fn done(index: usize, id: Option<String>) -> Self {
        Self { code: 0, id, index, message: "success".to_owned(), status: 200, success: true }
    }

    fn refused(index: usize, error: &ApiError) -> Self {
        if let Some(cause) = error.cause() {
            tracing::warn!(index, cause, "an item of a batch failed");
        }
        let (code, message) = (error.code(), error.message().into_owned());
        Self { code: code.number, id: None, index, message, status: code.status, success: false }
    }
}

impl<'de, T: DeserializeOwned, const MAX: usize> Deserialize<'de> for Items<T, MAX> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(Each(PhantomData))
    }
}

struct Each<T, const MAX: usize>(PhantomData<T>);

impl<'de, T: DeserializeOwned, const MAX: usize> Visitor<'de> for Each<T, MAX> {
    type Value = Items<T, MAX>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a list of 1 to {MAX} items")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let mut items = Vec::new();
        while let Some(value) = seq.next_element::<Value>()? {
            if items.len() == MAX {
                return Err(A::Error::invalid_length(MAX + 1, &self));
            }
            items.push(read(value));
        }
        if items.is_empty() { Err(A::Error::invalid_length(0, &self)) } else { Ok(Items(items)) }
    }
}

/// Reads one item.
fn read<T: DeserializeOwned>(value: Value) -> Result<T, ApiError> {
    serde_path_to_error::deserialize(value).map_err(|e| malformed::in_json(&e))
}
