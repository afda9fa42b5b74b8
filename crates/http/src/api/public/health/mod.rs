//! Whether this process is well: for load balancers and supervisors.

pub mod live;
pub mod ready;
pub mod show;

use serde::Serialize;
use utoipa::ToSchema;

/// Well.
#[derive(Serialize, ToSchema, Clone, Copy, Debug)]
pub struct Health {
    /// `ok`; anything else is an error answer.
    pub status: &'static str,
    /// The version that runs.
    pub version: &'static str,
}

impl Health {
    /// This process is well.
    pub const OK: Self = Self { status: "ok", version: env!("CARGO_PKG_VERSION") };
}
