//! Parts for this crate's own tests: a store of which only the budgets and the health are alive.

use crate::frame::{App, Frame, Settings};
use crate::router;
use crate::serve::Peer;
use authms_core::access::Role;
use authms_core::audit::log::{KeptHead, Log, Row, Sealing, Tile, TileAt, Tree, TreeWithEdge};
use authms_core::audit::outlet::{Outlet, Untold};
use authms_core::audit::{AuditFilter, Export, Shown, Verification};
use authms_core::client::Client;
use authms_core::code::{SentCode, Slot};
use authms_core::commit::{Commit, CommitError, Committed};
use authms_core::device::{Device, SessionsOn};
use authms_core::factor::{Factor, RecoveryCode};
use authms_core::id::{
    ActRequestId, ApiKeyId, ChallengeId, ClientId, DeviceId, EventId, ExportId, FactorId, InvitationId,
    SessionId, TenantId, TicketId, UserId, WebhookId,
};
use authms_core::install::Installation;
use authms_core::invitation::{Invitation, InvitationStatus};
use authms_core::key::{ApiKey, KeyFilter};
use authms_core::limits::{Budget, Quota, Quotas, Take};
use authms_core::membership::Membership;
use authms_core::message::Outgoing;
use authms_core::on_behalf::{ActNotice, ActRequest};
use authms_core::page::{Page, PageRequest};
use authms_core::passkey::{Ceremony, Passkey};
use authms_core::password::Census;
use authms_core::ports::*;
use authms_core::risk::{Lesson, RiskCount, RiskEvent, RiskFilter, RiskyUser};
use authms_core::session::{ByAssurance, Session, SessionView};
use authms_core::signin::challenge::ChallengeView;
use authms_core::signin::{Attempt, Remembered, Standing};
use authms_core::signing_key::StoredKey;
use authms_core::tenant::Tenant;
use authms_core::ticket::{self, Idempotency, Ticket, TicketFilter};
use authms_core::time::{Day, Span, Timestamp};
use authms_core::user::{Identifier, PasswordHash, UserFilter};
use authms_core::webhook::{Delivery, DeliveryState, Webhook};
use axum::Router;
use axum::body::Body;
use axum::http::Request;
use axum::response::Response;
use http_body_util::BodyExt;
use std::collections::HashMap;
use std::ops::RangeInclusive;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tower::ServiceExt;

/// 2027-01-15T08:00:00Z.
pub const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);

/// The one origin that the store knows.
pub const ORIGIN: &str = "https://app.example.org";

/// A store that counts budgets; everything else is down, as health is if told so.
#[derive(Default)]
pub struct FakeStore {
    taken: Mutex<HashMap<(&'static str, Vec<u8>), u32>>,
    pub down: AtomicBool,
}

struct Fixed;
impl Clock for Fixed {
    fn now(&self) -> Timestamp {
        NOW
    }
}
impl Rng for Fixed {
    fn fill(&self, buffer: &mut [u8]) {
        buffer.fill(7);
    }
}

pub fn settings() -> Settings {
    Settings {
        trusted_proxies: vec!["10.0.0.0/8".parse().expect("a net")],
        exempt: vec!["192.168.7.0/24".parse().expect("a net")],
        max_in_flight: 8,
        max_at_work: 8,
        request_timeout: Duration::from_secs(5),
        docs: true,
        hsts: false,
    }
}

pub fn frame(settings: Settings, store: Arc<FakeStore>) -> Frame {
    let quota = |requests| Quota { requests, window: Span::seconds(60) };
    let quotas = Quotas {
        address: quota(5),
        sign_in: quota(2),
        account: quota(1),
        client: quota(1),
        ticket: quota(1),
        minter: quota(1),
        minter_person: quota(1),
        codes: quota(1),
    };
    Frame::with(settings, quotas, store, Arc::new(Fixed), Arc::new(Fixed))
}

/// The frame around `routes` and the health routes.
pub fn app_with(settings: Settings, store: Arc<FakeStore>, routes: Router) -> App {
    let frame = frame(settings, store);
    let health: Router = router::health().with_state(frame.clone()).into();
    App::new(frame, router::fallbacks(health.merge(routes)))
}

pub fn app(routes: Router) -> App {
    app_with(settings(), Arc::default(), routes)
}

/// A request from a peer that no limit applies to.
pub fn request(method: &str, path: &str) -> axum::http::request::Builder {
    from("192.168.7.7", method, path)
}

pub fn from(peer: &str, method: &str, path: &str) -> axum::http::request::Builder {
    let peer = Peer((peer.parse::<std::net::IpAddr>().expect("an address"), 4711).into());
    Request::builder().method(method).uri(path).extension(peer)
}

pub async fn send(app: &App, request: Request<Body>) -> Response {
    let Ok(response) = app.clone().oneshot(request).await;
    response
}

pub async fn get(app: &App, path: &str) -> Response {
    send(app, request("GET", path).body(Body::empty()).expect("a request")).await
}

pub async fn text(response: Response) -> String {
    let body = response.into_body().collect().await.expect("a body").to_bytes();
    String::from_utf8(body.to_vec()).expect("text")
}

pub async fn json(response: Response) -> serde_json::Value {
    serde_json::from_str(&text(response).await).expect("JSON")
}

fn down<'a, T: Send + 'a>() -> Fut<'a, Read<T>> {
    Box::pin(async { Err(Down) })
}

impl Store for FakeStore {
    fn commit(&self, _: Commit) -> Fut<'_, Result<Committed, CommitError>> {
        Box::pin(async { Err(CommitError::Unavailable) })
    }
    fn commit_all(&self, commits: Vec<Commit>) -> Fut<'_, Vec<Result<Committed, CommitError>>> {
        Box::pin(async move { commits.iter().map(|_| Err(CommitError::Unavailable)).collect() })
    }
    fn take(&self, takes: &[Take]) -> Fut<'_, Read<Vec<Budget>>> {
        if self.down.load(Ordering::Relaxed) {
            return down();
        }
        let mut taken = self.taken.lock().expect("unpoisoned");
        let key = |t: &Take| (t.kind.as_str(), t.key.clone());
        let used = |t: &Take, taken: &HashMap<_, u32>| taken.get(&key(t)).copied().unwrap_or(0);
        let fits: Vec<bool> = takes.iter().map(|t| used(t, &taken) < t.quota.requests).collect();
        if fits.iter().all(|f| *f) {
            takes.iter().for_each(|t| *taken.entry(key(t)).or_default() += 1);
        }
        let budget = |(t, allowed): (&Take, bool)| Budget {
            kind: t.kind,
            quota: t.quota,
            allowed,
            remaining: t.quota.requests - used(t, &taken),
            reset: Span::seconds(12),
        };
        let budgets = takes.iter().zip(fits).map(budget).collect();
        Box::pin(async { Ok(budgets) })
    }
    fn budgets(&self, _: &[Take]) -> Fut<'_, Read<Vec<Budget>>> {
        down()
    }
    fn sweep(&self) -> Fut<'_, Read<()>> {
        down()
    }
}

impl Audits for FakeStore {
    fn sealing(&self, _: u32) -> Fut<'_, Read<Sealing>> {
        down()
    }
    fn audit_tree(&self, _: Log) -> Fut<'_, Read<Option<TreeWithEdge>>> {
        down()
    }
    fn audit_trees(&self) -> Fut<'_, Read<Vec<Tree>>> {
        down()
    }
    fn audit_tiles(&self, _: u32, _: Vec<TileAt>) -> Fut<'_, Read<Vec<Tile>>> {
        down()
    }
    fn audit_rows(&self, _: u32, _: u64, _: u32) -> Fut<'_, Read<Vec<Row>>> {
        down()
    }
    fn audit_entries(&self, _: TenantId, _: AuditFilter, _: PageRequest) -> Fut<'_, Read<Page<Shown>>> {
        down()
    }
    fn audit_entry(&self, _: TenantId, _: EventId) -> Fut<'_, Read<Option<Shown>>> {
        down()
    }
    fn audit_told(&self, _: TenantId, _: UserId, _: PageRequest) -> Fut<'_, Read<Page<(Shown, bool)>>> {
        down()
    }
    fn audit_dismissed(&self, _: TenantId, _: UserId, _: EventId) -> Fut<'_, Read<Option<bool>>> {
        down()
    }
    fn audit_export(&self, _: ExportId) -> Fut<'_, Read<Option<Export>>> {
        down()
    }
    fn audit_exports(&self, _: TenantId, _: PageRequest) -> Fut<'_, Read<Page<Export>>> {
        down()
    }
    fn audit_exports_to_count(&self) -> Fut<'_, Read<Vec<Export>>> {
        down()
    }
    fn audit_heads(&self, _: u32) -> Fut<'_, Read<Vec<KeptHead>>> {
        down()
    }
    fn audit_outlet(&self, _: &'static str) -> Fut<'_, Read<Option<Outlet>>> {
        down()
    }
    fn audit_untold(&self, _: &'static str, _: u32) -> Fut<'_, Read<Vec<Untold>>> {
        down()
    }
    fn audit_verifications(&self, _: TenantId, _: PageRequest) -> Fut<'_, Read<Page<Verification>>> {
        down()
    }
}

impl Webhooks for FakeStore {
    fn webhook(&self, _: WebhookId) -> Fut<'_, Read<Option<Webhook>>> {
        down()
    }
    fn webhooks(&self, _: TenantId, _: PageRequest) -> Fut<'_, Read<Page<Webhook>>> {
        down()
    }
    fn webhooks_with_work(&self, _: Timestamp, _: u32) -> Fut<'_, Read<Vec<Webhook>>> {
        down()
    }
    fn webhook_waiting(&self, _: WebhookId) -> Fut<'_, Read<u64>> {
        down()
    }
    fn webhook_due(&self, _: WebhookId, _: Timestamp, _: u32) -> Fut<'_, Read<Vec<Delivery>>> {
        down()
    }
    fn webhook_deliveries(
        &self,
        _: WebhookId,
        _: Option<DeliveryState>,
        _: PageRequest,
    ) -> Fut<'_, Read<Page<Delivery>>> {
        down()
    }
    fn webhook_delivery(&self, _: WebhookId, _: u64) -> Fut<'_, Read<Option<Delivery>>> {
        down()
    }
}

impl Installations for FakeStore {
    fn installation(&self) -> Fut<'_, Read<Option<Installation>>> {
        if self.down.load(Ordering::Relaxed) { down() } else { Box::pin(async { Ok(None) }) }
    }
    fn signing_keys(&self) -> Fut<'_, Read<(Vec<StoredKey>, u64)>> {
        down()
    }
}

impl Tenants for FakeStore {
    fn tenant(&self, _: TenantId) -> Fut<'_, Read<Option<Tenant>>> {
        down()
    }
    fn default_tenant(&self) -> Fut<'_, Read<Option<Tenant>>> {
        down()
    }
    fn tenants(&self, _: PageRequest) -> Fut<'_, Read<Page<Tenant>>> {
        down()
    }
    fn tenant_named(&self, _: String) -> Fut<'_, Read<Option<Tenant>>> {
        down()
    }
    fn password_words(&self, _: TenantId) -> Fut<'_, Read<Vec<String>>> {
        down()
    }
}

impl Memberships for FakeStore {
    fn membership(&self, _: TenantId, _: UserId) -> Fut<'_, Read<Option<Membership>>> {
        down()
    }
    fn memberships_of(&self, _: UserId) -> Fut<'_, Read<Vec<(Membership, Tenant)>>> {
        down()
    }
    fn count_role(&self, _: TenantId, _: Role) -> Fut<'_, Read<u64>> {
        down()
    }
}

impl Users for FakeStore {
    fn member(&self, _: TenantId, _: UserId) -> Fut<'_, Read<Option<Member>>> {
        down()
    }
    fn members_by_id(&self, _: TenantId, _: &[UserId]) -> Fut<'_, Read<Vec<Option<Member>>>> {
        down()
    }
    fn by_external_id(&self, _: TenantId, _: &[&str]) -> Fut<'_, Read<Vec<Option<UserId>>>> {
        down()
    }
    fn for_login(
        &self,
        _: TenantId,
        _: Vec<Identifier>,
    ) -> Fut<'_, Read<Option<(Standing, Option<PasswordHash>)>>> {
        down()
    }
    fn named(&self, _: TenantId, _: Vec<Identifier>) -> Fut<'_, Read<Option<UserId>>> {
        down()
    }
    fn password_hash(&self, _: UserId) -> Fut<'_, Read<Option<PasswordHash>>> {
        down()
    }
    fn password_census(&self, _: TenantId, _: Census) -> Fut<'_, Read<Census>> {
        down()
    }
    fn former_passwords(&self, _: UserId, _: u8) -> Fut<'_, Read<Vec<PasswordHash>>> {
        down()
    }
    fn taken(&self, _: TenantId, _: Vec<Identifier>) -> Fut<'_, Read<Vec<Identifier>>> {
        down()
    }
    fn members(&self, _: TenantId, _: UserFilter, _: PageRequest) -> Fut<'_, Read<Page<Member>>> {
        down()
    }
    fn first_with_role(&self, _: TenantId, _: Role) -> Fut<'_, Read<Option<Member>>> {
        down()
    }
    fn signed_in_from(&self, _: UserId, _: ipnet::IpNet) -> Fut<'_, Read<bool>> {
        down()
    }
}

impl Clients for FakeStore {
    fn client(&self, _: ClientId) -> Fut<'_, Read<Option<Client>>> {
        down()
    }
    fn clients(&self, _: TenantId, _: PageRequest) -> Fut<'_, Read<Page<Client>>> {
        down()
    }
    fn client_named(&self, _: TenantId, _: String) -> Fut<'_, Read<Option<Client>>> {
        down()
    }
    fn allows_origin(&self, origin: String, _: Option<TenantId>) -> Fut<'_, Read<bool>> {
        Box::pin(async move { Ok(origin == ORIGIN) })
    }
}

impl ApiKeys for FakeStore {
    fn api_key(&self, _: ApiKeyId) -> Fut<'_, Read<Option<(ApiKey, bool)>>> {
        down()
    }
    fn api_keys(&self, _: TenantId, _: KeyFilter, _: PageRequest) -> Fut<'_, Read<Page<ApiKey>>> {
        down()
    }
    fn api_keys_named(&self, _: TenantId, _: String) -> Fut<'_, Read<Vec<ApiKey>>> {
        down()
    }
}

impl Tickets for FakeStore {
    fn for_redeem(&self, _: TicketId) -> Fut<'_, Read<Option<RedeemView>>> {
        down()
    }
    fn ticket(&self, _: TicketId) -> Fut<'_, Read<Option<Ticket>>> {
        down()
    }
    fn tickets(
        &self,
        _: TenantId,
        _: TicketFilter,
        _: ticket::From,
        _: u32,
        _: Timestamp,
    ) -> Fut<'_, Read<ticket::Found>> {
        down()
    }
    fn by_idempotency(&self, _: [u8; 16], _: [u8; 32]) -> Fut<'_, Read<Option<(TicketId, Idempotency)>>> {
        down()
    }
}

impl Sessions for FakeStore {
    fn session(&self, _: SessionId) -> Fut<'_, Read<Option<SessionView>>> {
        down()
    }
    fn sessions_of(
        &self,
        _: TenantId,
        _: UserId,
        _: Timestamp,
        _: ByAssurance,
        _: PageRequest,
    ) -> Fut<'_, Read<Page<Session>>> {
        down()
    }
    fn acts_of(&self, _: TenantId, _: UserId, _: Timestamp) -> Fut<'_, Read<Vec<Session>>> {
        down()
    }
    fn acts_for(&self, _: TenantId, _: UserId, _: Timestamp) -> Fut<'_, Read<Vec<Session>>> {
        down()
    }
    fn attempts_of(&self, _: TenantId, _: UserId, _: PageRequest) -> Fut<'_, Read<Page<Attempt>>> {
        down()
    }
    fn failures_of(&self, _: TenantId, _: UserId) -> Fut<'_, Read<u32>> {
        down()
    }
}

impl ActRequests for FakeStore {
    fn act_request(&self, _: ActRequestId) -> Fut<'_, Read<Option<ActRequest>>> {
        down()
    }
    fn act_requests(
        &self,
        _: TenantId,
        _: (Option<UserId>, Option<UserId>),
        _: PageRequest,
    ) -> Fut<'_, Read<Page<ActRequest>>> {
        down()
    }
    fn opted_out(&self, _: TenantId, _: UserId) -> Fut<'_, Read<Option<Timestamp>>> {
        down()
    }
    fn act_notices(&self, _: Timestamp, _: u32) -> Fut<'_, Read<Vec<ActNotice>>> {
        down()
    }
}

impl Invitations for FakeStore {
    fn invitation(&self, _: InvitationId) -> Fut<'_, Read<Option<Invitation>>> {
        down()
    }
    fn invitations(
        &self,
        _: TenantId,
        _: Option<InvitationStatus>,
        _: Timestamp,
        _: PageRequest,
    ) -> Fut<'_, Read<Page<Invitation>>> {
        down()
    }
}

impl Factors for FakeStore {
    fn factors_of(&self, _: UserId) -> Fut<'_, Read<Vec<Factor>>> {
        down()
    }

    fn recovery_codes_of(&self, _: UserId) -> Fut<'_, Read<Vec<RecoveryCode>>> {
        down()
    }

    fn recovery_codes_in(&self, _: TenantId, _: PageRequest) -> Fut<'_, Read<Page<(UserId, u32)>>> {
        down()
    }
}

impl Histories for FakeStore {
    fn remembered(&self, _: TenantId, _: UserId) -> Fut<'_, Read<Remembered>> {
        down()
    }

    fn to_learn(&self, _: u32) -> Fut<'_, Read<Vec<Lesson>>> {
        down()
    }
}

impl Challenges for FakeStore {
    fn challenge(&self, _: ChallengeId) -> Fut<'_, Read<Option<ChallengeView>>> {
        down()
    }
    fn released_until(&self, _: TenantId, _: UserId) -> Fut<'_, Read<Option<Timestamp>>> {
        down()
    }
}

impl Devices for FakeStore {
    fn device(&self, _: DeviceId) -> Fut<'_, Read<Option<Device>>> {
        down()
    }
    fn devices_of(&self, _: TenantId, _: UserId) -> Fut<'_, Read<Vec<Device>>> {
        down()
    }
    fn sessions_on(&self, _: &Device, _: Timestamp, _: ByAssurance) -> Fut<'_, Read<SessionsOn>> {
        down()
    }
}

impl Messages for FakeStore {
    fn due_messages(&self, _: Timestamp, _: u32) -> Fut<'_, Read<Vec<Outgoing>>> {
        down()
    }
    fn sent_code(&self, _: Slot) -> Fut<'_, Read<Option<SentCode>>> {
        down()
    }
}

impl Risks for FakeStore {
    fn risk_events(&self, _: TenantId, _: RiskFilter, _: PageRequest) -> Fut<'_, Read<Page<RiskEvent>>> {
        down()
    }

    fn risk_counts(&self, _: TenantId, _: RangeInclusive<Day>) -> Fut<'_, Read<Vec<RiskCount>>> {
        down()
    }

    fn riskiest_users(&self, _: TenantId, _: Timestamp, _: u32) -> Fut<'_, Read<Vec<RiskyUser>>> {
        down()
    }
}

impl Passkeys for FakeStore {
    fn passkeys_of(&self, _: UserId) -> Fut<'_, Read<Vec<Passkey>>> {
        down()
    }
    fn passkey_of(&self, _: UserId, _: FactorId) -> Fut<'_, Read<Option<Passkey>>> {
        down()
    }
    fn passkey(&self, _: Vec<u8>) -> Fut<'_, Read<Option<(Passkey, Standing)>>> {
        down()
    }
    fn ceremony(&self, _: [u8; 32]) -> Fut<'_, Read<Option<Ceremony>>> {
        down()
    }
}
