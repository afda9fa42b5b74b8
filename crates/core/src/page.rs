//! Pages of lists.

/// Which page of a list is wanted.
#[derive(Clone, Copy, Debug)]
pub struct PageRequest {
    /// Counted from 1.
    pub page: u32,
    /// Rows on a page, 1–100.
    pub page_size: u32,
}

impl PageRequest {
    /// The largest page that is served.
    pub const MAX_SIZE: u32 = 100;

    /// A page within bounds: page at least 1, size between 1 and [`Self::MAX_SIZE`] (20 if absent).
    pub fn new(page: Option<u32>, page_size: Option<u32>) -> Self {
        Self { page: page.unwrap_or(1).max(1), page_size: page_size.unwrap_or(20).clamp(1, Self::MAX_SIZE) }
    }

    /// How many rows come before this page.
    pub const fn offset(self) -> u64 {
        (self.page as u64 - 1) * self.page_size as u64
    }
}

/// One page of a list, and how long the whole list is.
#[derive(Clone, Debug)]
pub struct Page<T> {
    /// The rows of this page.
    pub items: Vec<T>,
    /// The number of rows over all pages.
    pub total: u64,
    /// The request that this answers.
    pub request: PageRequest,
}

impl<T> Page<T> {
    /// The same page of other rows.
    pub fn map<U>(self, f: impl FnMut(T) -> U) -> Page<U> {
        Page { items: self.items.into_iter().map(f).collect(), total: self.total, request: self.request }
    }
}
