//! Bodies that come as they are made.

use axum::body::{Bytes, HttpBody};
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
