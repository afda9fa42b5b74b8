//! `GET /admin/audit/export/{job_id}/download`

use super::{content_type, filename, row};
use crate::api::admin::audit::flow::{Answered, Flow};
use crate::codes;
use crate::error::ApiError;
use crate::extract::{Authenticated, Path, Source};
use crate::state::AppState;
use crate::wire::SimpleResponse;
use authms_core::audit::{self, Export};
use authms_core::id::ExportId;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE, HeaderMap};
use axum::response::{IntoResponse, Response};
use std::io;
use tokio::sync::mpsc::{Sender, channel};

/// An export as a file: JSON Lines, or CSV whose cells no spreadsheet runs.
///
/// The credentials are looked at again every ten seconds: a session that has ended, or a caller who may not read the log any more, breaks the
/// file off.
#[utoipa::path(
    get,
    path = "/admin/audit/export/{job_id}/download",
    operation_id = "download_audit_export",
    tag = "audit",
    params(("job_id" = String, Path)),
    security(("bearer" = []), ("api_key" = [])),
    responses(
        (status = 200, description = "The file.", body = String, content_type = "application/x-ndjson"),
        (status = 404, description = "No such export in the caller's tenant.", body = SimpleResponse),
        (status = 503, description = "Too many are fetched already.", body = SimpleResponse),
    )
)]
pub async fn download(
    State(state): State<AppState>,
    Authenticated(caller): Authenticated,
    source: Source,
    headers: HeaderMap,
    Path(id): Path<ExportId>,
) -> Result<Response, ApiError> {
    let export = audit::export(&state, &caller, id).await?;
    let place = state.stream_place().ok_or_else(|| ApiError::from(codes::UNAVAILABLE))?;
    let disposition = format!("attachment; filename=\"{}\"", filename(&export));
    let told =
        [(CONTENT_TYPE, content_type(export.ask.format).to_owned()), (CONTENT_DISPOSITION, disposition)];
    let (lines, receiver) = channel(4);
    let answered = Answered::new(state.clone(), source, headers);
    tokio::spawn(async move {
        let broken = |_| io::Error::other("an export was broken off");
        if let Err(error) = write(&state, &export, answered, &lines).await.map_err(broken) {
            let _ = lines.send(Err(error)).await;
        }
    });
    Ok((told, Body::new(Flow { receiver, _place: place })).into_response())
}

/// Writes it chunk by chunk, as fast as it is taken; an error breaks it off, so that no part is taken for the whole.
async fn write(
    state: &AppState,
    export: &Export,
    mut answered: Answered,
    lines: &Sender<io::Result<Bytes>>,
) -> Result<(), ()> {
    let format = export.ask.format;
    let mut text = row::head(format);
    let mut next = (export.size > 0).then_some(0);
    while let Some(from) = next {
        if let Some(caller) = answered.look().await? {
            audit::export(state, &caller, export.id).await.map_err(drop)?;
        }
        let (rows, after) = audit::exported(state, export, from).await.map_err(drop)?;
        for row in rows {
            text += &row::line(format, row, export.tenant).ok_or(())?;
        }
        next = after;
        lines.send(Ok(Bytes::from(std::mem::take(&mut text)))).await.map_err(drop)?;
    }
    Ok(())
}
