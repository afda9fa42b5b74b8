//! `locale`: the language that a user is written to in.

use super::Text;
use crate::error::ApiError;
use authms_core::message::Language;

/// The language of a tag (BCP 47), such as `zh-CN`; `None` inside stays none.
///
/// # Errors
/// 400 naming `locale` for one that nothing is written in.
pub fn locale(tag: Option<Text<35>>) -> Result<Option<Language>, ApiError> {
    let unknown = || ApiError::malformed("locale", "must be en or zh, or a tag that begins so");
    tag.map(|tag| Language::of_tag(&tag).ok_or_else(unknown)).transpose()
}
