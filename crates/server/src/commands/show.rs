//! One thing or a page of a list: as JSON under the names of the HTTP API, or for people.

use authms_core::page::{Page, PageRequest};
use authms_http::wire::PageInfo;
use serde::Serialize;
use serde_json::{Value, json};

use crate::failure::Failure;
use crate::output;
use crate::table::Table;

/// How a result is printed.
#[derive(Clone, Copy, Debug, clap::Args)]
pub struct JsonArg {
    /// Print JSON, one line, its members named as in the HTTP API
    #[arg(long)]
    pub json: bool,
}

/// Which page of a list is printed.
#[derive(Clone, Copy, Debug, clap::Args)]
pub struct PageArgs {
    /// Page, counted from 1
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    page: u32,
    /// Entries on a page, at most 100
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=100))]
    limit: u32,
}

impl PageArgs {
    /// As the use cases take it.
    pub fn request(self) -> PageRequest {
        PageRequest::new(Some(self.page), Some(self.limit))
    }
}

/// Prints one thing: for people, a member a line.
pub fn thing(thing: &impl Serialize, format: JsonArg) -> Result<(), Failure> {
    let value = value(thing);
    if format.json {
        return output::json(&value);
    }
    let members = value.as_object().into_iter().flatten();
    let rows = members.map(|(name, value)| vec![name.clone(), cell(value)]);
    output::block(&Table::new(&[], rows.collect()).to_string())
}

/// Prints a page: as JSON `{items, total, pagination}`; for people these columns, and on standard error whether there
/// is more.
pub fn page<T: Serialize>(page: Page<T>, columns: &[&str], format: JsonArg) -> Result<(), Failure> {
    items(&page.items, &PageInfo::of(page.request, page.total), columns, format)
}

/// The same of a page that is told about otherwise.
pub fn items<T: Serialize>(
    items: &[T],
    pagination: &PageInfo,
    columns: &[&str],
    format: JsonArg,
) -> Result<(), Failure> {
    let items: Vec<Value> = items.iter().map(value).collect();
    if format.json {
        return output::json(&json!({ "items": items, "total": pagination.total, "pagination": pagination }));
    }
    let row = |item: &Value| columns.iter().map(|column| cell(&item[column])).collect();
    output::block(&Table::new(columns, items.iter().map(row).collect()).to_string())?;
    if pagination.has_next || pagination.has_prev {
        let PageInfo { page, total_pages, total, .. } = pagination;
        output::note(&format!("page {page} of {total_pages}, {total} in all; --page shows others"));
    }
    Ok(())
}

/// As the HTTP API would show it.
pub fn value(thing: &impl Serialize) -> Value {
    serde_json::to_value(thing).expect("what goes over the wire always serializes")
}

fn cell(value: &Value) -> String {
    match value {
        Value::Null => "-".to_owned(),
        Value::String(text) => text.clone(),
        Value::Bool(yes) => if *yes { "yes" } else { "no" }.to_owned(),
        Value::Array(values) if values.is_empty() => "-".to_owned(),
        Value::Array(values) => values.iter().map(cell).collect::<Vec<_>>().join(" "),
        other => other.to_string(),
    }
}
