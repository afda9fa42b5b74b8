//! Exports of the log of the caller's tenant.

pub mod create;
pub mod download;
pub mod list;
mod row;
pub mod status;

use authms_core::audit::{Export, Format};
use serde::Serialize;
use utoipa::ToSchema;

/// `dto.ExportJobResponse`
#[derive(Serialize, ToSchema, Debug)]
pub struct ExportJob {
    /// `text/csv` or `application/x-ndjson`.
    content_type: &'static str,
    /// What the file is called.
    filename: String,
    /// When it was asked for, in seconds since 1970.
    generated_at: i64,
    /// The export.
    job_id: String,
    /// How many events are in it, of what was counted so far.
    record_count: u64,
    /// `processing` while it is counted, or `completed`. It can be fetched in either.
    status: &'static str,
    /// How much of the log was counted, 0–100.
    progress: u64,
}

impl From<Export> for ExportJob {
    fn from(export: Export) -> Self {
        Self {
            content_type: content_type(export.ask.format),
            filename: filename(&export),
            generated_at: export.created_at.as_seconds(),
            job_id: export.id.to_string(),
            record_count: export.records,
            status: status(&export),
            progress: progress(&export),
        }
    }
}

fn status(export: &Export) -> &'static str {
    if export.is_done() { "completed" } else { "processing" }
}

fn progress(export: &Export) -> u64 {
    (export.looked_at * 100).checked_div(export.size).unwrap_or(100)
}

const fn content_type(format: Format) -> &'static str {
    match format {
        Format::Json => "application/x-ndjson",
        Format::Csv => "text/csv; charset=utf-8",
    }
}

fn filename(export: &Export) -> String {
    let day: String = export.created_at.day().to_string().chars().filter(|c| *c != '-').collect();
    let end = match export.ask.format {
        Format::Json => "jsonl",
        Format::Csv => "csv",
    };
    format!("audit_logs_{day}.{end}")
}
