//! `POST /admin/audit/export`

use super::ExportJob;
use crate::api::admin::audit::days;
use crate::error::ApiError;
use crate::extract::{Authenticated, Json, Source};
use crate::state::AppState;
use crate::wire::{AtMost, Data, SimpleResponse, Text};
use authms_core::audit::{self, AskExport, Format, LISTED};
use axum::extract::State;
use serde::Deserialize;
use utoipa::ToSchema;

/// `dto.ExportJobRequest`
#[derive(Deserialize, ToSchema, Debug)]
pub struct ExportJobRequest {
    /// Events of these names, at most 50; without any, of all.
    #[serde(default)]
    #[schema(value_type = Option<Vec<Text<64>>>, max_items = 50)]
    actions: Option<AtMost<LISTED, Text<64>>>,
    /// Events whose names begin so, up to their dot, at most 50; without any, of all.
    #[serde(default)]
    #[schema(value_type = Option<Vec<Text<64>>>, max_items = 50)]
    modules: Option<AtMost<LISTED, Text<64>>>,
    /// On this day, `2026-01-01` in UTC, or later.
    start_date: Option<Text<64>>,
    /// On this day or earlier.
    end_date: Option<Text<64>>,
    /// `json`, a line for each event, or `csv`.
    format: Text<64>,
}

/// Asks for an export of what is sealed in the caller's tenant. It is counted behind the request, can be fetched at once, and for a
/// week.
#[utoipa::path(
    post,
    path = "/admin/audit/export",
    operation_id = "export_audit_logs",
    tag = "audit",
    request_body = ExportJobRequest,
    security(("bearer" = []), ("api_key" = [])),
    responses(
        (status = 200, description = "The export.", body = Data<ExportJob>),
        (status = 400, description = "The request is malformed.", body = SimpleResponse),
        (status = 409, description = "Nothing is sealed yet.", body = SimpleResponse),
    )
)]
pub async fn create(
    State(state): State<AppState>,
    Authenticated(caller): Authenticated,
    source: Source,
    Json(asked): Json<ExportJobRequest>,
) -> Result<Json<Data<ExportJob>>, ApiError> {
    let format =
        Format::parse(&asked.format).ok_or_else(|| ApiError::malformed("format", "must be json or csv"))?;
    let (from, until) = days(asked.start_date.as_deref(), asked.end_date.as_deref())?;
    let list = |texts: Option<AtMost<LISTED, Text<64>>>| {
        let texts = texts.map(AtMost::into_vec).unwrap_or_default();
        texts.into_iter().map(Text::into_string).collect()
    };
    let ask = AskExport { format, names: list(asked.actions), kinds: list(asked.modules), from, until };
    let export = audit::ask(&state, &caller, ask, &source).await?;
    Ok(Json(Data::new(export.into(), state.now())))
}
