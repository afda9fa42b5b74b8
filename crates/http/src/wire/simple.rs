//! `SimpleResponse`: an answer that is only a code and a message.

use super::Time;
use authms_core::time::Timestamp;
use serde::Serialize;
use std::borrow::Cow;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// The body of every error, and of successes that have nothing else to say.
#[derive(Serialize, ToSchema, Debug)]
pub struct SimpleResponse {
    /// 0 for success, else eight digits that name the error.
    pub code: u32,
    /// For people; may change.
    pub message: Cow<'static, str>,
    /// When this was answered.
    pub timestamp: Time,
    /// Finds the request in the log; as in `X-Request-Id`. Errors only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    /// What else some errors say: `member` names the member that was malformed, `ticket_id` an earlier ticket.
    #[serde(flatten)]
    #[schema(ignore)]
    pub members: BTreeMap<&'static str, String>,
}

impl SimpleResponse {
    /// Success.
    pub fn success(message: &'static str, now: Timestamp) -> Self {
        Self {
            code: 0,
            message: Cow::Borrowed(message),
            timestamp: now.into(),
            request_id: None,
            members: BTreeMap::new(),
        }
    }
}
