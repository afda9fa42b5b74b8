//! Bodies that come as they are made.

use crate::extract::{Source, TenantHeader, bearer};
use crate::state::AppState;
use authms_core::access::Caller;
use authms_core::session;
use authms_core::time::{Span, Timestamp};
use axum::body::{Bytes, HttpBody};
use axum::http::HeaderMap;
use hyper::body::Frame;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use tokio::sync::OwnedSemaphorePermit;
use tokio::sync::mpsc::Receiver;

/// What somebody else sends, until they stop, or fail, which breaks the answer off; and the place that it takes until then.
pub(in crate::api::admin) struct Flow {
    pub(in crate::api::admin) receiver: Receiver<io::Result<Bytes>>,
    pub(in crate::api::admin) _place: OwnedSemaphorePermit,
}

impl HttpBody for Flow {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        self.receiver.poll_recv(cx).map(|sent| sent.map(|sent| sent.map(Frame::data)))
    }
}

/// How long it takes until whoever may not read any more is sent nothing.
const LOOKED_AT_EVERY: Span = Span::seconds(10);

/// Who is being answered, for as long as that takes.
pub(in crate::api::admin) struct Answered {
    state: AppState,
    source: Source,
    headers: HeaderMap,
    looked_at: Timestamp,
}

impl Answered {
    /// Who has called with these headers, just now.
    pub(in crate::api::admin) fn new(state: AppState, source: Source, headers: HeaderMap) -> Self {
        let looked_at = state.now();
        Self { state, source, headers, looked_at }
    }

    /// Looks at them again, if it is time to.
    ///
    /// # Errors
    /// They are nobody any more who may call.
    pub(in crate::api::admin) async fn look(&mut self) -> Result<Option<Caller>, ()> {
        let now = self.state.now();
        // A clock that was set back makes nothing wait.
        if self.looked_at <= now && now < self.looked_at.plus(LOOKED_AT_EVERY) {
            return Ok(None);
        }
        self.looked_at = now;
        let token = bearer(&self.headers).map_err(drop)?.ok_or(())?;
        let found = session::authenticate(&self.state, token, &self.source).await.map_err(drop)?;
        let named = TenantHeader::of(&self.headers).named().map_err(drop)?;
        found.caller.require_tenant(named).map_err(drop)?;
        Ok(Some(found.caller))
    }
}
