//! Which page of a list is wanted.

use authms_core::page::PageRequest;
use serde::Deserialize;
use utoipa::IntoParams;

/// `?page=2&page_size=50`; out of bounds means the nearest bound. `limit` is an older name of `page_size`.
#[derive(Deserialize, IntoParams, Clone, Copy, Default, Debug)]
#[into_params(parameter_in = Query)]
pub struct Paging {
    /// Counted from 1, the default.
    #[param(minimum = 1)]
    pub page: Option<u32>,
    /// 1–100; 20 by default.
    #[serde(alias = "limit")]
    #[param(minimum = 1, maximum = 100)]
    pub page_size: Option<u32>,
}

impl Paging {
    /// Within bounds.
    pub fn request(self) -> PageRequest {
        PageRequest::new(self.page, self.page_size)
    }
}
