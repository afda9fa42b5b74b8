//! `POST /auth/ticket/report`

use crate::error::ApiError;
use crate::extract::{Json, Source};
use crate::state::AppState;
use crate::wire::{SecretText, SimpleResponse, Text};
use authms_core::ticket::{self, Alert, Report};
use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use utoipa::ToSchema;

/// A ticket that was found where it should not be.
#[derive(Deserialize, ToSchema, Debug)]
pub struct ReportTicketRequest {
    /// Where it was found, at most 500 characters; for the audit log.
    note: Option<Text<500>>,
    /// The ticket.
    ticket: SecretText<256>,
}

/// Reports a leaked ticket: it signs nobody in any more.
///
/// Anybody who holds one may. The answer is the same whatever the ticket was: issued, it is revoked; redeemed, its
/// minter is alerted and the session that it opened is flagged.
#[utoipa::path(
    post,
    path = "/auth/ticket/report",
    operation_id = "report_ticket",
    tag = "tickets",
    request_body = ReportTicketRequest,
    security(()),
    responses((status = 202, description = "Taken, whatever the ticket was.", body = SimpleResponse))
)]
pub async fn report(
    State(state): State<AppState>,
    source: Source,
    Json(body): Json<ReportTicketRequest>,
) -> Result<(StatusCode, Json<SimpleResponse>), ApiError> {
    let ask = Report { ticket: body.ticket.into_secret(), note: body.note.map(Text::into_string) };
    if let Some(alert) = ticket::report(&state, &ask, &source).await? {
        warn(&alert);
    }
    Ok((StatusCode::ACCEPTED, Json(SimpleResponse::success("thank you", state.now()))))
}

/// For whoever watches the log, until somebody can be told otherwise.
fn warn(alert: &Alert) {
    let Alert { ticket, tenant, minter, session } = alert;
    tracing::warn!(%ticket, %tenant, %minter, %session, "a redeemed ticket was reported as leaked");
}
