//! A store that fails when it is told to, counts what it is asked, and lets a test act at the worst moment.

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
use authms_core::limits::{Budget, Take};
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
use authms_core::time::{Day, Timestamp};
use authms_core::user::{Identifier, PasswordHash, UserFilter};
use authms_core::webhook::{Delivery, DeliveryState, Webhook};
use std::collections::VecDeque;
use std::ops::RangeInclusive;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// How a commit fails.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CommitFault {
    /// Nothing is written: [`CommitError::Unavailable`].
    Unavailable,
    /// Nothing is written: [`CommitError::Busy`].
    Busy,
    /// Nothing is written, but nobody knows: [`CommitError::Unknown`].
    Lost,
    /// It is written, but nobody knows: [`CommitError::Unknown`].
    Written,
}

/// How reads fail.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ReadFault {
    /// The store does not answer.
    Down,
    /// The code that reads panics, with this on its lips.
    Panic(&'static str),
}

/// Decides call by call what becomes of it: for who has a plan instead of switches.
pub trait Director: Send + Sync {
    /// A read was made: when its answer is given, and whether.
    fn read(&self) -> Fut<'_, Read<()>>;
    /// What becomes of a commit.
    fn commit(&self, commit: Commit) -> Fut<'_, Result<Committed, CommitError>>;
}

/// What the store was asked since it was opened.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Counts {
    /// Reads.
    pub reads: u32,
    /// Commits, whatever became of them.
    pub commits: u32,
}

/// The switches of a store that can be made to fail.
#[derive(Clone, Default)]
pub struct Faults(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    counts: Counts,
    reads: Option<ReadFault>,
    commits: Option<CommitFault>,
    next_commits: VecDeque<CommitFault>,
    before_commit: Option<Pin<Box<dyn Future<Output = ()> + Send>>>,
}

impl Faults {
    /// What was asked so far.
    pub fn counts(&self) -> Counts {
        self.state().counts
    }

    /// From now on reads fail like this, or not any more.
    pub fn reads(&self, fault: Option<ReadFault>) {
        self.state().reads = fault;
    }

    /// From now on commits fail like this, or not any more.
    pub fn commits(&self, fault: Option<CommitFault>) {
        self.state().commits = fault;
    }

    /// The next commit fails like this; said again, the one after it.
    pub fn next_commit(&self, fault: CommitFault) {
        self.state().next_commits.push_back(fault);
    }

    /// Does this once: after all that the next commit was decided on was read, and before it is written.
    pub fn before_next_commit<T>(&self, action: impl Future<Output = T> + Send + 'static) {
        self.state().before_commit = Some(Box::pin(async { drop(action.await) }));
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A store behind switches, or under a director.
pub struct FaultyStore<S: ?Sized> {
    inner: Arc<S>,
    faults: Faults,
    director: Option<Arc<dyn Director>>,
}

impl<S: Store + ?Sized> FaultyStore<S> {
    /// Puts the switches before a store.
    pub const fn new(inner: Arc<S>, faults: Faults) -> Self {
        Self { inner, faults, director: None }
    }

    /// Has somebody decide about each call.
    pub fn directed(inner: Arc<S>, director: Arc<dyn Director>) -> Self {
        Self { inner, faults: Faults::default(), director: Some(director) }
    }

    fn read<'a, T: Send + 'a>(&'a self, run: impl FnOnce(&'a S) -> Fut<'a, Read<T>>) -> Fut<'a, Read<T>> {
        if let Some(director) = &self.director {
            let found = run(&self.inner);
            return Box::pin(async move {
                let found = found.await;
                director.read().await?;
                found
            });
        }
        let fault = {
            let mut state = self.faults.state();
            state.counts.reads += 1;
            state.reads
        };
        match fault {
            None => run(&self.inner),
            Some(ReadFault::Down) => Box::pin(std::future::ready(Err(Down))),
            Some(ReadFault::Panic(words)) => panic!("{words}"),
        }
    }
}

impl<S: Store + ?Sized> Store for FaultyStore<S> {
    fn commit(&self, commit: Commit) -> Fut<'_, Result<Committed, CommitError>> {
        if let Some(director) = &self.director {
            return director.commit(commit);
        }
        Box::pin(async move {
            let action = self.faults.state().before_commit.take();
            if let Some(action) = action {
                action.await;
            }
            let fault = {
                let mut state = self.faults.state();
                state.counts.commits += 1;
                state.next_commits.pop_front().or(state.commits)
            };
            match fault {
                None => self.inner.commit(commit).await,
                Some(CommitFault::Unavailable) => Err(CommitError::Unavailable),
                Some(CommitFault::Busy) => Err(CommitError::Busy),
                Some(CommitFault::Lost) => Err(CommitError::Unknown),
                Some(CommitFault::Written) => {
                    self.inner.commit(commit).await?;
                    Err(CommitError::Unknown)
                }
            }
        })
    }

    /// Each may fail for itself, as if it were alone.
    fn commit_all(&self, commits: Vec<Commit>) -> Fut<'_, Vec<Result<Committed, CommitError>>> {
        let (unfailing, action) = {
            let mut state = self.faults.state();
            let action = state.before_commit.take();
            (state.next_commits.is_empty() && state.commits.is_none(), action)
        };
        if self.director.is_none() && unfailing && action.is_none() {
            self.faults.state().counts.commits += u32::try_from(commits.len()).unwrap_or(u32::MAX);
            return self.inner.commit_all(commits);
        }
        Box::pin(async move {
            if let Some(action) = action {
                action.await;
            }
            let mut outcomes = Vec::with_capacity(commits.len());
            for commit in commits {
                outcomes.push(self.commit(commit).await);
            }
            outcomes
        })
    }

    fn take(&self, takes: &[Take]) -> Fut<'_, Read<Vec<Budget>>> {
        self.inner.take(takes)
    }

    fn budgets(&self, takes: &[Take]) -> Fut<'_, Read<Vec<Budget>>> {
        self.inner.budgets(takes)
    }

    fn sweep(&self) -> Fut<'_, Read<()>> {
        self.inner.sweep()
    }
}

impl<S: Store + ?Sized> Audits for FaultyStore<S> {
    fn sealing(&self, most: u32) -> Fut<'_, Read<Sealing>> {
        self.read(|s| s.sealing(most))
    }
    fn audit_tree(&self, log: Log) -> Fut<'_, Read<Option<TreeWithEdge>>> {
        self.read(|s| s.audit_tree(log))
    }
    fn audit_trees(&self) -> Fut<'_, Read<Vec<Tree>>> {
        self.read(|s| s.audit_trees())
    }
    fn audit_tiles(&self, tree: u32, wanted: Vec<TileAt>) -> Fut<'_, Read<Vec<Tile>>> {
        self.read(|s| s.audit_tiles(tree, wanted))
    }
    fn audit_rows(&self, tree: u32, from: u64, most: u32) -> Fut<'_, Read<Vec<Row>>> {
        self.read(|s| s.audit_rows(tree, from, most))
    }
    fn audit_entries(
        &self,
        tenant: TenantId,
        filter: AuditFilter,
        page: PageRequest,
    ) -> Fut<'_, Read<Page<Shown>>> {
        self.read(|s| s.audit_entries(tenant, filter, page))
    }
    fn audit_entry(&self, tenant: TenantId, id: EventId) -> Fut<'_, Read<Option<Shown>>> {
        self.read(|s| s.audit_entry(tenant, id))
    }
    fn audit_told(
        &self,
        tenant: TenantId,
        user: UserId,
        page: PageRequest,
    ) -> Fut<'_, Read<Page<(Shown, bool)>>> {
        self.read(|s| s.audit_told(tenant, user, page))
    }
    fn audit_dismissed(&self, tenant: TenantId, user: UserId, id: EventId) -> Fut<'_, Read<Option<bool>>> {
        self.read(|s| s.audit_dismissed(tenant, user, id))
    }
    fn audit_export(&self, id: ExportId) -> Fut<'_, Read<Option<Export>>> {
        self.read(|s| s.audit_export(id))
    }
    fn audit_exports(&self, tenant: TenantId, page: PageRequest) -> Fut<'_, Read<Page<Export>>> {
        self.read(|s| s.audit_exports(tenant, page))
    }
    fn audit_exports_to_count(&self) -> Fut<'_, Read<Vec<Export>>> {
        self.read(|s| s.audit_exports_to_count())
    }
    fn audit_heads(&self, tree: u32) -> Fut<'_, Read<Vec<KeptHead>>> {
        self.read(|s| s.audit_heads(tree))
    }
    fn audit_outlet(&self, name: &'static str) -> Fut<'_, Read<Option<Outlet>>> {
        self.read(|s| s.audit_outlet(name))
    }
    fn audit_untold(&self, name: &'static str, most: u32) -> Fut<'_, Read<Vec<Untold>>> {
        self.read(|s| s.audit_untold(name, most))
    }
    fn audit_verifications(&self, tenant: TenantId, page: PageRequest) -> Fut<'_, Read<Page<Verification>>> {
        self.read(|s| s.audit_verifications(tenant, page))
    }
}

impl<S: Store + ?Sized> Webhooks for FaultyStore<S> {
    fn webhook(&self, id: WebhookId) -> Fut<'_, Read<Option<Webhook>>> {
        self.read(|s| s.webhook(id))
    }
    fn webhooks(&self, tenant: TenantId, page: PageRequest) -> Fut<'_, Read<Page<Webhook>>> {
        self.read(|s| s.webhooks(tenant, page))
    }
    fn webhooks_with_work(&self, now: Timestamp, most: u32) -> Fut<'_, Read<Vec<Webhook>>> {
        self.read(|s| s.webhooks_with_work(now, most))
    }
    fn webhook_waiting(&self, id: WebhookId) -> Fut<'_, Read<u64>> {
        self.read(|s| s.webhook_waiting(id))
    }
    fn webhook_due(&self, id: WebhookId, now: Timestamp, most: u32) -> Fut<'_, Read<Vec<Delivery>>> {
        self.read(|s| s.webhook_due(id, now, most))
    }
    fn webhook_deliveries(
        &self,
        id: WebhookId,
        state: Option<DeliveryState>,
        page: PageRequest,
    ) -> Fut<'_, Read<Page<Delivery>>> {
        self.read(|s| s.webhook_deliveries(id, state, page))
    }
    fn webhook_delivery(&self, id: WebhookId, leaf: u64) -> Fut<'_, Read<Option<Delivery>>> {
        self.read(|s| s.webhook_delivery(id, leaf))
    }
}

impl<S: Store + ?Sized> Installations for FaultyStore<S> {
    fn installation(&self) -> Fut<'_, Read<Option<Installation>>> {
        self.read(|s| s.installation())
    }
    fn signing_keys(&self) -> Fut<'_, Read<(Vec<StoredKey>, u64)>> {
        self.read(|s| s.signing_keys())
    }
}

impl<S: Store + ?Sized> Tenants for FaultyStore<S> {
    fn tenant(&self, id: TenantId) -> Fut<'_, Read<Option<Tenant>>> {
        self.read(|s| s.tenant(id))
    }
    fn default_tenant(&self) -> Fut<'_, Read<Option<Tenant>>> {
        self.read(|s| s.default_tenant())
    }
    fn tenants(&self, page: PageRequest) -> Fut<'_, Read<Page<Tenant>>> {
        self.read(|s| s.tenants(page))
    }
    fn tenant_named(&self, name: String) -> Fut<'_, Read<Option<Tenant>>> {
        self.read(|s| s.tenant_named(name))
    }
    fn password_words(&self, tenant: TenantId) -> Fut<'_, Read<Vec<String>>> {
        self.read(|s| s.password_words(tenant))
    }
}

impl<S: Store + ?Sized> Memberships for FaultyStore<S> {
    fn membership(&self, tenant: TenantId, user: UserId) -> Fut<'_, Read<Option<Membership>>> {
        self.read(|s| s.membership(tenant, user))
    }
    fn memberships_of(&self, user: UserId) -> Fut<'_, Read<Vec<(Membership, Tenant)>>> {
        self.read(|s| s.memberships_of(user))
    }
    fn count_role(&self, tenant: TenantId, role: Role) -> Fut<'_, Read<u64>> {
        self.read(|s| s.count_role(tenant, role))
    }
}

impl<S: Store + ?Sized> Users for FaultyStore<S> {
    fn member(&self, tenant: TenantId, user: UserId) -> Fut<'_, Read<Option<Member>>> {
        self.read(|s| s.member(tenant, user))
    }
    fn members_by_id(&self, tenant: TenantId, users: &[UserId]) -> Fut<'_, Read<Vec<Option<Member>>>> {
        let users = users.to_vec();
        self.read(move |s| s.members_by_id(tenant, &users))
    }
    fn by_external_id(&self, tenant: TenantId, external: &[&str]) -> Fut<'_, Read<Vec<Option<UserId>>>> {
        self.read(move |s| s.by_external_id(tenant, external))
    }
    fn for_login(&self, tenant: TenantId, names: Vec<Identifier>) -> Fut<'_, Read<Option<LoginView>>> {
        self.read(|s| s.for_login(tenant, names))
    }
    fn named(&self, tenant: TenantId, names: Vec<Identifier>) -> Fut<'_, Read<Option<UserId>>> {
        self.read(|s| s.named(tenant, names))
    }
    fn password_hash(&self, user: UserId) -> Fut<'_, Read<Option<PasswordHash>>> {
        self.read(|s| s.password_hash(user))
    }
    fn password_census(&self, tenant: TenantId, census: Census) -> Fut<'_, Read<Census>> {
        self.read(|s| s.password_census(tenant, census))
    }
    fn former_passwords(&self, user: UserId, at_most: u8) -> Fut<'_, Read<Vec<PasswordHash>>> {
        self.read(|s| s.former_passwords(user, at_most))
    }
    fn taken(&self, tenant: TenantId, names: Vec<Identifier>) -> Fut<'_, Read<Vec<Identifier>>> {
        self.read(|s| s.taken(tenant, names))
    }
    fn members(
        &self,
        tenant: TenantId,
        filter: UserFilter,
        page: PageRequest,
    ) -> Fut<'_, Read<Page<Member>>> {
        self.read(|s| s.members(tenant, filter, page))
    }
    fn first_with_role(&self, tenant: TenantId, role: Role) -> Fut<'_, Read<Option<Member>>> {
        self.read(|s| s.first_with_role(tenant, role))
    }
    fn signed_in_from(&self, user: UserId, network: ipnet::IpNet) -> Fut<'_, Read<bool>> {
        self.read(|s| s.signed_in_from(user, network))
    }
}

impl<S: Store + ?Sized> Clients for FaultyStore<S> {
    fn client(&self, id: ClientId) -> Fut<'_, Read<Option<Client>>> {
        self.read(|s| s.client(id))
    }
    fn clients(&self, tenant: TenantId, page: PageRequest) -> Fut<'_, Read<Page<Client>>> {
        self.read(|s| s.clients(tenant, page))
    }
    fn client_named(&self, tenant: TenantId, name: String) -> Fut<'_, Read<Option<Client>>> {
        self.read(|s| s.client_named(tenant, name))
    }
    fn allows_origin(&self, origin: String, tenant: Option<TenantId>) -> Fut<'_, Read<bool>> {
        self.read(|s| s.allows_origin(origin, tenant))
    }
}

impl<S: Store + ?Sized> ApiKeys for FaultyStore<S> {
    fn api_key(&self, id: ApiKeyId) -> Fut<'_, Read<Option<(ApiKey, bool)>>> {
        self.read(|s| s.api_key(id))
    }
    fn api_keys(
        &self,
        tenant: TenantId,
        filter: KeyFilter,
        page: PageRequest,
    ) -> Fut<'_, Read<Page<ApiKey>>> {
        self.read(|s| s.api_keys(tenant, filter, page))
    }
    fn api_keys_named(&self, tenant: TenantId, name: String) -> Fut<'_, Read<Vec<ApiKey>>> {
        self.read(|s| s.api_keys_named(tenant, name))
    }
}

impl<S: Store + ?Sized> Tickets for FaultyStore<S> {
    fn for_redeem(&self, id: TicketId) -> Fut<'_, Read<Option<RedeemView>>> {
        self.read(|s| s.for_redeem(id))
    }
    fn ticket(&self, id: TicketId) -> Fut<'_, Read<Option<Ticket>>> {
        self.read(|s| s.ticket(id))
    }
    fn tickets(
        &self,
        tenant: TenantId,
        filter: TicketFilter,
        from: ticket::From,
        size: u32,
        now: Timestamp,
    ) -> Fut<'_, Read<ticket::Found>> {
        self.read(|s| s.tickets(tenant, filter, from, size, now))
    }
    fn by_idempotency(
        &self,
        scope: [u8; 16],
        key_hash: [u8; 32],
    ) -> Fut<'_, Read<Option<(TicketId, Idempotency)>>> {
        self.read(|s| s.by_idempotency(scope, key_hash))
    }
}

impl<S: Store + ?Sized> Sessions for FaultyStore<S> {
    fn session(&self, id: SessionId) -> Fut<'_, Read<Option<SessionView>>> {
        self.read(|s| s.session(id))
    }
    fn sessions_of(
        &self,
        tenant: TenantId,
        user: UserId,
        now: Timestamp,
        idle: ByAssurance,
        page: PageRequest,
    ) -> Fut<'_, Read<Page<Session>>> {
        self.read(|s| s.sessions_of(tenant, user, now, idle, page))
    }
    fn acts_of(&self, tenant: TenantId, actor: UserId, now: Timestamp) -> Fut<'_, Read<Vec<Session>>> {
        self.read(|s| s.acts_of(tenant, actor, now))
    }
    fn acts_for(&self, tenant: TenantId, user: UserId, now: Timestamp) -> Fut<'_, Read<Vec<Session>>> {
        self.read(|s| s.acts_for(tenant, user, now))
    }
    fn attempts_of(&self, tenant: TenantId, user: UserId, page: PageRequest) -> Fut<'_, Read<Page<Attempt>>> {
        self.read(|s| s.attempts_of(tenant, user, page))
    }
    fn failures_of(&self, tenant: TenantId, user: UserId) -> Fut<'_, Read<u32>> {
        self.read(|s| s.failures_of(tenant, user))
    }
}

impl<S: Store + ?Sized> ActRequests for FaultyStore<S> {
    fn act_request(&self, id: ActRequestId) -> Fut<'_, Read<Option<ActRequest>>> {
        self.read(|s| s.act_request(id))
    }
    fn act_requests(
        &self,
        tenant: TenantId,
        whose: (Option<UserId>, Option<UserId>),
        page: PageRequest,
    ) -> Fut<'_, Read<Page<ActRequest>>> {
        self.read(|s| s.act_requests(tenant, whose, page))
    }
    fn opted_out(&self, tenant: TenantId, user: UserId) -> Fut<'_, Read<Option<Timestamp>>> {
        self.read(|s| s.opted_out(tenant, user))
    }
    fn act_notices(&self, now: Timestamp, most: u32) -> Fut<'_, Read<Vec<ActNotice>>> {
        self.read(|s| s.act_notices(now, most))
    }
}

impl<S: Store + ?Sized> Invitations for FaultyStore<S> {
    fn invitation(&self, id: InvitationId) -> Fut<'_, Read<Option<Invitation>>> {
        self.read(|s| s.invitation(id))
    }
    fn invitations(
        &self,
        tenant: TenantId,
        status: Option<InvitationStatus>,
        now: Timestamp,
        page: PageRequest,
    ) -> Fut<'_, Read<Page<Invitation>>> {
        self.read(|s| s.invitations(tenant, status, now, page))
    }
}

impl<S: Store + ?Sized> Factors for FaultyStore<S> {
    fn factors_of(&self, user: UserId) -> Fut<'_, Read<Vec<Factor>>> {
        self.read(|s| s.factors_of(user))
    }
    fn recovery_codes_of(&self, user: UserId) -> Fut<'_, Read<Vec<RecoveryCode>>> {
        self.read(|s| s.recovery_codes_of(user))
    }
    fn recovery_codes_in(&self, tenant: TenantId, page: PageRequest) -> Fut<'_, Read<Page<(UserId, u32)>>> {
        self.read(|s| s.recovery_codes_in(tenant, page))
    }
}

impl<S: Store + ?Sized> Devices for FaultyStore<S> {
    fn device(&self, id: DeviceId) -> Fut<'_, Read<Option<Device>>> {
        self.read(|s| s.device(id))
    }
    fn devices_of(&self, tenant: TenantId, user: UserId) -> Fut<'_, Read<Vec<Device>>> {
        self.read(|s| s.devices_of(tenant, user))
    }
    fn sessions_on(&self, device: &Device, now: Timestamp, idle: ByAssurance) -> Fut<'_, Read<SessionsOn>> {
        self.read(|s| s.sessions_on(device, now, idle))
    }
}

impl<S: Store + ?Sized> Histories for FaultyStore<S> {
    fn remembered(&self, tenant: TenantId, user: UserId) -> Fut<'_, Read<Remembered>> {
        self.read(|s| s.remembered(tenant, user))
    }

    fn to_learn(&self, at_most: u32) -> Fut<'_, Read<Vec<Lesson>>> {
        self.read(|s| s.to_learn(at_most))
    }
}

impl<S: Store + ?Sized> Challenges for FaultyStore<S> {
    fn challenge(&self, id: ChallengeId) -> Fut<'_, Read<Option<ChallengeView>>> {
        self.read(|s| s.challenge(id))
    }
    fn released_until(&self, tenant: TenantId, user: UserId) -> Fut<'_, Read<Option<Timestamp>>> {
        self.read(|s| s.released_until(tenant, user))
    }
}

impl<S: Store + ?Sized> Messages for FaultyStore<S> {
    fn due_messages(&self, now: Timestamp, most: u32) -> Fut<'_, Read<Vec<Outgoing>>> {
        self.read(|s| s.due_messages(now, most))
    }
    fn sent_code(&self, slot: Slot) -> Fut<'_, Read<Option<SentCode>>> {
        self.read(|s| s.sent_code(slot))
    }
}

impl<S: Store + ?Sized> Risks for FaultyStore<S> {
    fn risk_events(
        &self,
        tenant: TenantId,
        filter: RiskFilter,
        page: PageRequest,
    ) -> Fut<'_, Read<Page<RiskEvent>>> {
        self.read(|s| s.risk_events(tenant, filter, page))
    }

    fn risk_counts(&self, tenant: TenantId, days: RangeInclusive<Day>) -> Fut<'_, Read<Vec<RiskCount>>> {
        self.read(|s| s.risk_counts(tenant, days))
    }

    fn riskiest_users(
        &self,
        tenant: TenantId,
        since: Timestamp,
        users: u32,
    ) -> Fut<'_, Read<Vec<RiskyUser>>> {
        self.read(|s| s.riskiest_users(tenant, since, users))
    }
}

impl<S: Store + ?Sized> Passkeys for FaultyStore<S> {
    fn passkeys_of(&self, user: UserId) -> Fut<'_, Read<Vec<Passkey>>> {
        self.read(|s| s.passkeys_of(user))
    }
    fn passkey_of(&self, user: UserId, factor: FactorId) -> Fut<'_, Read<Option<Passkey>>> {
        self.read(|s| s.passkey_of(user, factor))
    }
    fn passkey(&self, credential_id: Vec<u8>) -> Fut<'_, Read<Option<(Passkey, Standing)>>> {
        self.read(|s| s.passkey(credential_id))
    }
    fn ceremony(&self, challenge_hash: [u8; 32]) -> Fut<'_, Read<Option<Ceremony>>> {
        self.read(|s| s.ceremony(challenge_hash))
    }
}
