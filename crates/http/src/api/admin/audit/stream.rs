//! `GET /admin/audit/stream`

use super::AuditLog;
use super::flow::{Answered, Flow};
use crate::codes;
use crate::error::ApiError;
use crate::extract::{Authenticated, Query, Source};
use crate::state::AppState;
use crate::wire::{SimpleResponse, TenantIdText};
use authms_core::access::Caller;
use authms_core::audit;
use authms_core::id::EventId;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::header::{CONTENT_TYPE, HeaderMap};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use std::io;
use std::time::Duration;
use tokio::sync::mpsc::{Sender, channel};
use tokio::time::{MissedTickBehavior, interval};
use utoipa::{IntoParams, ToSchema};

/// How soon what was sealed is told.
const PERIOD: Duration = Duration::from_secs(1);

/// Which log.
#[derive(Deserialize, IntoParams, Debug)]
#[into_params(parameter_in = Query)]
pub struct Asked {
    /// The caller's tenant.
    #[param(value_type = Option<String>)]
    tenant_id: Option<TenantIdText>,
}

/// One server-sent event, as whoever reads the stream gets it from their parser.
#[derive(ToSchema, Debug)]
pub struct AuditStreamEvent {
    /// The event's identifier.
    id: String,
    /// Its name.
    event: String,
    /// What `GET /admin/audit/logs` shows of it, as the text of a JSON object.
    data: String,
}

impl AuditStreamEvent {
    fn into_text(self) -> String {
        let Self { id, event, data } = self;
        format!("id: {id}\nevent: {event}\ndata: {data}\n\n")
    }
}

/// What happens in the caller's tenant, as it is sealed: server-sent events, each with the event's `id` and name, and as `data` what
/// `GET /admin/audit/logs` shows of it. With `Last-Event-ID` it goes on after that one.
///
/// The credentials are taken from the `Authorization` header alone, and looked at again every ten seconds: a session that has ended, or
/// a caller who may not read the log any more, ends the stream.
#[utoipa::path(
    get,
    path = "/admin/audit/stream",
    operation_id = "stream_audit_logs",
    tag = "audit",
    params(Asked),
    security(("bearer" = []), ("api_key" = [])),
    responses(
        (status = 200, description = "The events, without end.", body = AuditStreamEvent, content_type = "text/event-stream"),
        (status = 403, description = "The caller may not read it, or names another tenant.", body = SimpleResponse),
        (status = 503, description = "Too many listen already.", body = SimpleResponse),
    )
)]
pub async fn stream(
    State(state): State<AppState>,
    Authenticated(caller): Authenticated,
    source: Source,
    headers: HeaderMap,
    Query(asked): Query<Asked>,
) -> Result<Response, ApiError> {
    let named = asked.tenant_id.map(|tenant| tenant.0);
    let after = headers.get("last-event-id").and_then(|id| EventId::parse(id.to_str().ok()?));
    let next = audit::listen(&state, &caller, named, after).await?;
    let place = state.stream_place().ok_or_else(|| ApiError::from(codes::UNAVAILABLE))?;
    let (events, receiver) = channel(16);
    let answered = Answered::new(state.clone(), source, headers);
    tokio::spawn(Listener { state, caller, answered, events, next }.tell());
    let body = Body::new(Flow { receiver, _place: place });
    Ok(([(CONTENT_TYPE, "text/event-stream")], body).into_response())
}

/// Who listens, and how far they have heard.
struct Listener {
    state: AppState,
    caller: Caller,
    answered: Answered,
    events: Sender<io::Result<Bytes>>,
    /// The next leaf.
    next: u64,
}

impl Listener {
    /// Until nobody listens, or they may not.
    async fn tell(mut self) {
        let mut ticks = interval(PERIOD);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = self.events.closed() => return,
                _ = ticks.tick() => {}
            }
            if self.step().await.is_none() {
                return;
            }
        }
    }

    async fn step(&mut self) -> Option<()> {
        if let Some(caller) = self.answered.look().await.ok()? {
            self.caller = caller;
            // Nobody hears a comment; a connection that is gone shows.
            self.events.send(Ok(Bytes::from_static(b":\n\n"))).await.ok()?;
        }
        let (shown, next) = audit::heard(&self.state, &self.caller, self.next).await.ok()?;
        self.next = next;
        for event in shown {
            let (id, name) = (event.id.to_string(), event.name.clone());
            let data = serde_json::to_string(&AuditLog::of(event, self.caller.tenant())).ok()?;
            let told = AuditStreamEvent { id, event: name, data };
            self.events.send(Ok(told.into_text().into())).await.ok()?;
        }
        Some(())
    }
}
