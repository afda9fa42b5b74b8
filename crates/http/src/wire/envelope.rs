//! Envelopes around successes.

use super::Time;
use authms_core::page::{Page, PageRequest};
use authms_core::ticket::Tickets;
use authms_core::time::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

/// One thing.
#[derive(Serialize, ToSchema, Debug)]
pub struct Data<T> {
    /// 0: success.
    pub code: u32,
    /// For people; may change.
    pub message: &'static str,
    /// The thing.
    pub data: T,
    /// When this was answered.
    pub timestamp: Time,
}

impl<T> Data<T> {
    /// A success that carries `data`.
    pub fn new(data: T, now: Timestamp) -> Self {
        Self { code: 0, message: "success", data, timestamp: now.into() }
    }
}

/// One page of a list.
#[derive(Serialize, ToSchema, Debug)]
pub struct List<T> {
    /// 0: success.
    pub code: u32,
    /// For people; may change.
    pub message: &'static str,
    /// The things on this page.
    pub items: Vec<T>,
    /// How many there are over all pages.
    pub total: u64,
    /// Which page this is.
    pub pagination: PageInfo,
    /// When this was answered.
    pub timestamp: Time,
}

/// Which page of a list this is.
#[derive(Serialize, ToSchema, Clone, PartialEq, Eq, Debug)]
pub struct PageInfo {
    /// Counted from 1.
    pub page: u32,
    /// Things on a full page.
    pub page_size: u32,
    /// How many things there are over all pages.
    pub total: u64,
    /// How many pages there are.
    pub total_pages: u64,
    /// Whether a later page exists.
    pub has_next: bool,
    /// Whether an earlier page exists.
    pub has_prev: bool,
    /// Where a list may go on for long: its next page, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_page_token: Option<String>,
    /// `gte`: there are more than `total`, which counts no further.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total_relation: Option<&'static str>,
}

impl PageInfo {
    /// The page that was asked for, in a list of `total` things.
    pub fn of(request: PageRequest, total: u64) -> Self {
        let PageRequest { page, page_size } = request;
        let total_pages = total.div_ceil(u64::from(page_size.max(1)));
        let has_next = u64::from(page) < total_pages;
        let (next_page_token, total_relation) = (None, None);
        Self {
            page,
            page_size,
            total,
            total_pages,
            has_next,
            has_prev: page > 1,
            next_page_token,
            total_relation,
        }
    }

    /// A page of a list that is counted only so far.
    pub fn of_counted(tickets: &Tickets) -> Self {
        Self {
            has_next: tickets.found.more,
            next_page_token: tickets.next.clone(),
            total_relation: (!tickets.found.counted_all).then_some("gte"),
            ..Self::of(tickets.request, tickets.found.total)
        }
    }
}

impl<T> List<T> {
    /// A success that carries a page, each row as `render` shows it.
    pub fn new<R>(page: Page<R>, render: impl FnMut(R) -> T, now: Timestamp) -> Self {
        let Page { items, total, request } = page.map(render);
        let pagination = PageInfo::of(request, total);
        Self { code: 0, message: "success", items, total, pagination, timestamp: now.into() }
    }
}
