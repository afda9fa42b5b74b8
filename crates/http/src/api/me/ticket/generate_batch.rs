//! `POST /auth/generate-ticket/batch`

use super::generate::{self, GenerateTicketInput};
use crate::error::ApiError;
use crate::extract::{Authenticated, Json, Source, json};
use crate::state::AppState;
use crate::wire::{AtMost, Data};
use authms_core::ticket::{self, MAX_BATCH, Mint, Minted};
use axum::extract::{Request, State};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// The largest body, in bytes: some 800 for each item.
const MAX_BODY: usize = 8 * 1024 * 1024;

/// Tickets to be minted in one call.
#[derive(Deserialize, ToSchema, Debug)]
pub struct GenerateTicketBatchInput<'a> {
    /// 1 to 10,000 of them. Each is read for itself, so that a malformed one fails no other.
    #[serde(borrow)]
    #[schema(value_type = Vec<GenerateTicketInput>, min_items = 1, max_items = 10_000)]
    items: AtMost<MAX_BATCH, &'a RawValue>,
}

/// What became of the items.
#[derive(Serialize, ToSchema, Debug)]
pub struct GenerateTicketBatchOutput {
    /// How many tickets were minted.
    succeeded: usize,
    /// How many items were refused.
    failed: usize,
    /// One for each item, in their order.
    items: Vec<BatchItem>,
}

/// A ticket, or why there is none.
#[derive(Serialize, ToSchema, Debug)]
pub struct BatchItem {
    /// The item's place in the request, counted from 0.
    index: usize,
    /// The ticket, or the error.
    #[serde(flatten)]
    outcome: BatchOutcome,
}

/// What became of an item.
#[derive(Serialize, ToSchema, Debug)]
#[serde(untagged)]
pub enum BatchOutcome {
    /// It was minted.
    Minted(BatchTicket),
    /// It was not.
    Refused(BatchError),
}

/// A minted ticket.
#[derive(Serialize, ToSchema, Debug)]
pub struct BatchTicket {
    /// The ticket; shown this once.
    ticket: String,
    /// What names the ticket in the audit log, without being it.
    ticket_id: String,
    /// Seconds until it expires.
    expires_in: i64,
    /// `sso` or `on_behalf`.
    purpose: &'static str,
}

/// Why an item made no ticket: as `POST /auth/generate-ticket` would have answered.
#[derive(Serialize, ToSchema, Debug)]
pub struct BatchError {
    /// Eight digits that name the error.
    code: u32,
    /// For people; may change.
    message: Cow<'static, str>,
    /// What else some errors say, such as `ticket_id` of an earlier ticket.
    #[serde(flatten)]
    #[schema(ignore)]
    members: BTreeMap<&'static str, String>,
}

/// Mints up to 10,000 tickets, each for itself.
///
/// For systems with the scope `ticket:mint`, and for persons who may act on somebody's behalf.
#[utoipa::path(
    post,
    path = "/auth/generate-ticket/batch",
    operation_id = "generate_ticket_batch",
    tag = "tickets",
    request_body = GenerateTicketBatchInput,
    security(("bearer" = []), ("api_key" = [])),
    responses((status = 200, description = "What became of each item, also if all were refused.",
        body = Data<GenerateTicketBatchOutput>))
)]
pub async fn generate_batch(
    State(state): State<AppState>,
    Authenticated(caller): Authenticated,
    source: Source,
    request: Request,
) -> Result<Json<Data<GenerateTicketBatchOutput>>, ApiError> {
    ticket::require_batch(&caller)?;
    let _place = state.large_body().await;
    let body = json::body(request, MAX_BODY).await?;
    let (asks, malformed) = read(&body)?;
    drop(body);
    let outcomes = ticket::mint_batch(&state, &caller, asks, &source).await?;
    let items = in_order(outcomes.into_iter().map(|o| o.map_err(ApiError::from)), malformed);
    let succeeded = items.iter().filter(|item| matches!(item.outcome, BatchOutcome::Minted(_))).count();
    let failed = items.len() - succeeded;
    Ok(Json(Data::new(GenerateTicketBatchOutput { succeeded, failed, items }, state.now())))
}

/// The items that can be asked for, and those that cannot, by their place.
fn read(body: &[u8]) -> Result<(Vec<Mint>, BTreeMap<usize, ApiError>), ApiError> {
    let items = json::parse::<GenerateTicketBatchInput<'_>>(body)?.items.into_vec();
    if items.is_empty() {
        return Err(ApiError::malformed("items", "must not be empty"));
    }
    let (mut asks, mut malformed) = (Vec::with_capacity(items.len()), BTreeMap::new());
    for (index, item) in items.into_iter().enumerate() {
        match json::parse::<GenerateTicketInput>(item.get().as_bytes()).and_then(generate::read) {
            Ok(ask) => asks.push(ask),
            Err(error) => _ = malformed.insert(index, error),
        }
    }
    Ok((asks, malformed))
}

/// Puts what came of the asked ones between the malformed ones.
fn in_order(
    mut asked: impl Iterator<Item = Result<Minted, ApiError>>,
    mut malformed: BTreeMap<usize, ApiError>,
) -> Vec<BatchItem> {
    let next = |index| malformed.remove(&index).map(Err).or_else(|| asked.next());
    (0..).map_while(next).enumerate().map(|(index, outcome)| BatchItem::new(index, outcome)).collect()
}

impl BatchItem {
    fn new(index: usize, outcome: Result<Minted, ApiError>) -> Self {
        let outcome = match outcome {
            Ok(minted) => BatchOutcome::Minted(minted.into()),
            Err(error) => BatchOutcome::Refused(error.into()),
        };
        Self { index, outcome }
    }
}

impl From<Minted> for BatchTicket {
    fn from(minted: Minted) -> Self {
        Self {
            ticket: minted.ticket.expose().to_owned(),
            ticket_id: minted.id.to_string(),
            expires_in: minted.expires_in.as_seconds(),
            purpose: minted.purpose.as_str(),
        }
    }
}

impl From<ApiError> for BatchError {
    fn from(error: ApiError) -> Self {
        Self { code: error.code().number, message: error.message(), members: error.members() }
    }
}
