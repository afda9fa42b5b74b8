//! Whether anybody acts on the caller's behalf at all.

pub mod show;
pub mod update;

use crate::wire::Time;
use authms_core::time::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

/// What the caller said.
#[derive(Serialize, ToSchema, Debug)]
pub struct ActOptOut {
    /// Whether nobody acts on their behalf, but in an emergency where the tenant lets one.
    opted_out: bool,
    /// Since when.
    #[serde(skip_serializing_if = "Option::is_none")]
    since: Option<Time>,
}

impl From<Option<Timestamp>> for ActOptOut {
    fn from(since: Option<Timestamp>) -> Self {
        Self { opted_out: since.is_some(), since: since.map(Into::into) }
    }
}
