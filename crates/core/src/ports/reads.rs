//! What is read, in a trait a noun.

use super::{Fut, Read};
use crate::audit::log::{KeptHead, Log, Row, Sealing, Tile, TileAt, Tree, TreeWithEdge};
use crate::audit::outlet::{Outlet, Untold};
use crate::audit::{AuditFilter, Export, Shown, Verification};
use crate::client::Client;
use crate::code::{SentCode, Slot};
use crate::device::{Device, SessionsOn};
use crate::factor::{Factor, RecoveryCode};
use crate::id::{
    ActRequestId, ApiKeyId, ChallengeId, ClientId, DeviceId, EventId, ExportId, FactorId, InvitationId,
    SessionId, TenantId, TicketId, UserId, WebhookId,
};
use crate::install::Installation;
use crate::invitation::{Invitation, InvitationStatus};
use crate::key::{ApiKey, KeyFilter};
use crate::membership::Membership;
use crate::message::Outgoing;
use crate::on_behalf::{ActNotice, ActRequest};
use crate::page::{Page, PageRequest};
use crate::passkey::{Ceremony, Passkey};
use crate::password::Census;
use crate::risk::{Lesson, RiskCount, RiskEvent, RiskFilter, RiskyUser};
use crate::session::{ByAssurance, Session, SessionView};
use crate::signin::challenge::ChallengeView;
use crate::signin::{Attempt, Remembered, Standing};
use crate::signing_key::StoredKey;
use crate::tenant::Tenant;
use crate::ticket::{self, Idempotency, Replay, Ticket, TicketFilter};
use crate::time::{Day, Timestamp};
use crate::user::{Identifier, PasswordHash, User, UserFilter};
use crate::webhook::{Delivery, DeliveryState, Webhook};
use std::ops::RangeInclusive;

/// Reads about the audit log.
pub trait Audits {
    /// What sealing reads: the oldest rows that wait, at most so many, and the trees that they belong into.
    fn sealing(&self, most: u32) -> Fut<'_, Read<Sealing>>;
    /// A log's tree, with the tiles at its edge, once anything of it was sealed.
    fn audit_tree(&self, log: Log) -> Fut<'_, Read<Option<TreeWithEdge>>>;
    /// All trees, oldest first.
    fn audit_trees(&self) -> Fut<'_, Read<Vec<Tree>>>;
    /// Those of these tiles of a tree that are there, in their order.
    fn audit_tiles(&self, tree: u32, wanted: Vec<TileAt>) -> Fut<'_, Read<Vec<Tile>>>;
    /// The rows of a tree from this leaf on, at most so many, in the order of the leaves.
    fn audit_rows(&self, tree: u32, from: u64, most: u32) -> Fut<'_, Read<Vec<Row>>>;
    /// A page of a tenant's log, newest first, among the newest [`LOOKED_AT`](crate::audit::LOOKED_AT) that the filter's times leave, be they
    /// sealed or not yet.
    fn audit_entries(
        &self,
        tenant: TenantId,
        filter: AuditFilter,
        page: PageRequest,
    ) -> Fut<'_, Read<Page<Shown>>>;
    /// One row of a tenant's log, sealed or not yet.
    fn audit_entry(&self, tenant: TenantId, id: EventId) -> Fut<'_, Read<Option<Shown>>>;
    /// The sealed rows of a tenant's log that a user is told of what concerns them, newest first, and whether they have dismissed each.
    fn audit_told(
        &self,
        tenant: TenantId,
        user: UserId,
        page: PageRequest,
    ) -> Fut<'_, Read<Page<(Shown, bool)>>>;
    /// Whether a user has dismissed an event that they are told; none: they are not.
    fn audit_dismissed(&self, tenant: TenantId, user: UserId, id: EventId) -> Fut<'_, Read<Option<bool>>>;
    /// One export.
    fn audit_export(&self, id: ExportId) -> Fut<'_, Read<Option<Export>>>;
    /// A tenant's exports, newest first.
    fn audit_exports(&self, tenant: TenantId, page: PageRequest) -> Fut<'_, Read<Page<Export>>>;
    /// Exports that are not counted to their end, oldest first, a few.
    fn audit_exports_to_count(&self) -> Fut<'_, Read<Vec<Export>>>;
    /// The last head of each day of a tree, oldest first.
    fn audit_heads(&self, tree: u32) -> Fut<'_, Read<Vec<KeptHead>>>;
    /// How a place outside stands, once somebody has worked on it.
    fn audit_outlet(&self, name: &'static str) -> Fut<'_, Read<Option<Outlet>>>;
    /// Logs that have grown since a place was told of them, at most so many, those first that grew longest ago.
    fn audit_untold(&self, name: &'static str, most: u32) -> Fut<'_, Read<Vec<Untold>>>;
    /// The verifications of a tenant's log, newest first.
    fn audit_verifications(&self, tenant: TenantId, page: PageRequest) -> Fut<'_, Read<Page<Verification>>>;
}

/// Reads about webhooks.
pub trait Webhooks {
    /// One webhook.
    fn webhook(&self, id: WebhookId) -> Fut<'_, Read<Option<Webhook>>>;
    /// A tenant's webhooks, oldest first.
    fn webhooks(&self, tenant: TenantId, page: PageRequest) -> Fut<'_, Read<Page<Webhook>>>;
    /// At most so many that work, belong to an active tenant, are free at this time, and have deliveries due or rows of the log that
    /// they have not looked at; those that waited longest first.
    fn webhooks_with_work(&self, now: Timestamp, most: u32) -> Fut<'_, Read<Vec<Webhook>>>;
    /// How many deliveries wait.
    fn webhook_waiting(&self, id: WebhookId) -> Fut<'_, Read<u64>>;
    /// At most so many deliveries that are due at this time, none of which waits behind another of its subject; in the order of the log.
    fn webhook_due(&self, id: WebhookId, now: Timestamp, most: u32) -> Fut<'_, Read<Vec<Delivery>>>;
    /// Deliveries, newest first, among the newest 10,000.
    fn webhook_deliveries(
        &self,
        id: WebhookId,
        state: Option<DeliveryState>,
        page: PageRequest,
    ) -> Fut<'_, Read<Page<Delivery>>>;
    /// The delivery of this leaf's event.
    fn webhook_delivery(&self, id: WebhookId, leaf: u64) -> Fut<'_, Read<Option<Delivery>>>;
}

/// Reads about the installation.
pub trait Installations {
    /// The installation, once the first start has made it.
    fn installation(&self) -> Fut<'_, Read<Option<Installation>>>;
    /// All signing keys, oldest first, with the revision of the set.
    fn signing_keys(&self) -> Fut<'_, Read<(Vec<StoredKey>, u64)>>;
}

/// Reads about tenants.
pub trait Tenants {
    /// One tenant.
    fn tenant(&self, id: TenantId) -> Fut<'_, Read<Option<Tenant>>>;
    /// The tenant that was made at the first start.
    fn default_tenant(&self) -> Fut<'_, Read<Option<Tenant>>>;
    /// All tenants, oldest first.
    fn tenants(&self, page: PageRequest) -> Fut<'_, Read<Page<Tenant>>>;
    /// The tenant of this name.
    fn tenant_named(&self, name: String) -> Fut<'_, Read<Option<Tenant>>>;
    /// The words of a tenant's own that its passwords may not contain, in order.
    fn password_words(&self, tenant: TenantId) -> Fut<'_, Read<Vec<String>>>;
}

/// Reads about memberships.
pub trait Memberships {
    /// A membership, also a removed one (its fence matters).
    fn membership(&self, tenant: TenantId, user: UserId) -> Fut<'_, Read<Option<Membership>>>;
    /// A user's living memberships with their tenants, oldest first.
    fn memberships_of(&self, user: UserId) -> Fut<'_, Read<Vec<(Membership, Tenant)>>>;
    /// How many living members of this tenant have this role and are active.
    fn count_role(&self, tenant: TenantId, role: crate::access::Role) -> Fut<'_, Read<u64>>;
}

/// A user together with their place in one tenant.
#[derive(Clone, Debug)]
pub struct Member {
    /// The user.
    pub user: User,
    /// Their role in the tenant.
    pub role: crate::access::Role,
    /// The membership's fence.
    pub fence: u32,
}

/// A subject's standing and password hash.
pub type LoginView = (Standing, Option<PasswordHash>);

/// Reads about users.
pub trait Users {
    /// A user by identifier, if they are a member of the tenant (whatever their status).
    fn member(&self, tenant: TenantId, user: UserId) -> Fut<'_, Read<Option<Member>>>;
    /// The same of many users, in their order.
    fn members_by_id(&self, tenant: TenantId, users: &[UserId]) -> Fut<'_, Read<Vec<Option<Member>>>>;
    /// Whose external identifiers these are, whatever their status, in their order.
    fn by_external_id(&self, tenant: TenantId, external: &[&str]) -> Fut<'_, Read<Vec<Option<UserId>>>>;
    /// What a sign-in by name needs: the user in whose home tenant this name is, their standing, their password hash.
    fn for_login(&self, tenant: TenantId, names: Vec<Identifier>) -> Fut<'_, Read<Option<LoginView>>>;
    /// In whose home tenant the first of these names is that anybody has. All are looked for and nothing else is read, so that
    /// the time tells nothing.
    fn named(&self, tenant: TenantId, names: Vec<Identifier>) -> Fut<'_, Read<Option<UserId>>>;
    /// The password hash of a user.
    fn password_hash(&self, user: UserId) -> Fut<'_, Read<Option<PasswordHash>>>;
    /// Counts every user whose home is this tenant, and who is neither deleted nor gone from it: goes through all of them.
    fn password_census(&self, tenant: TenantId, census: Census) -> Fut<'_, Read<Census>>;
    /// The former password hashes of a user that are kept, newest first.
    fn former_passwords(&self, user: UserId, at_most: u8) -> Fut<'_, Read<Vec<PasswordHash>>>;
    /// Those of these names that somebody in their home tenant has.
    fn taken(&self, tenant: TenantId, names: Vec<Identifier>) -> Fut<'_, Read<Vec<Identifier>>>;
    /// The members of a tenant, newest first. A search finds any text at the beginning of a name, up to 10,000 users;
    /// within names it looks at the newest 20,000 members only.
    fn members(&self, tenant: TenantId, filter: UserFilter, page: PageRequest)
    -> Fut<'_, Read<Page<Member>>>;
    /// The oldest active user with this role in the tenant.
    fn first_with_role(&self, tenant: TenantId, role: crate::access::Role) -> Fut<'_, Read<Option<Member>>>;
    /// Whether one of the user's last sessions in this tenant came from this network (IPv4 address, IPv6 /64).
    fn signed_in_from(&self, user: UserId, network: ipnet::IpNet) -> Fut<'_, Read<bool>>;
}

/// Reads about clients.
pub trait Clients {
    /// One client.
    fn client(&self, id: ClientId) -> Fut<'_, Read<Option<Client>>>;
    /// A tenant's clients, oldest first.
    fn clients(&self, tenant: TenantId, page: PageRequest) -> Fut<'_, Read<Page<Client>>>;
    /// A tenant's client of this name.
    fn client_named(&self, tenant: TenantId, name: String) -> Fut<'_, Read<Option<Client>>>;
    /// Whether an active client allows this origin: one of this tenant, or without one, of any active tenant.
    fn allows_origin(&self, origin: String, tenant: Option<TenantId>) -> Fut<'_, Read<bool>>;
}

/// Reads about API keys.
pub trait ApiKeys {
    /// One key, with whether its tenant is active.
    fn api_key(&self, id: ApiKeyId) -> Fut<'_, Read<Option<(ApiKey, bool)>>>;
    /// A tenant's keys, oldest first.
    fn api_keys(&self, tenant: TenantId, filter: KeyFilter, page: PageRequest)
    -> Fut<'_, Read<Page<ApiKey>>>;
    /// A tenant's keys of this name, which need not be one, oldest first.
    fn api_keys_named(&self, tenant: TenantId, name: String) -> Fut<'_, Read<Vec<ApiKey>>>;
}

/// Everything that a redemption reads, in one go.
#[derive(Clone, Debug)]
pub struct RedeemView {
    /// The ticket.
    pub ticket: Ticket,
    /// The present standing of its subject and of what it was minted on. The client's fence is that of the client
    /// that the ticket is bound to.
    pub standing: Standing,
    /// What answers a repetition, while it is kept.
    pub replay: Option<Replay>,
    /// What is remembered of its subject.
    pub remembered: Remembered,
}

/// Reads about tickets.
pub trait Tickets {
    /// What a redemption needs: one joined read a decision.
    fn for_redeem(&self, id: TicketId) -> Fut<'_, Read<Option<RedeemView>>>;
    /// One ticket.
    fn ticket(&self, id: TicketId) -> Fut<'_, Read<Option<Ticket>>>;
    /// A page of a tenant's tickets; those that expire last come first.
    fn tickets(
        &self,
        tenant: TenantId,
        filter: TicketFilter,
        from: ticket::From,
        size: u32,
        now: Timestamp,
    ) -> Fut<'_, Read<ticket::Found>>;
    /// The ticket that an idempotency key stands for, and what was asked then.
    fn by_idempotency(
        &self,
        scope: [u8; 16],
        key_hash: [u8; 32],
    ) -> Fut<'_, Read<Option<(TicketId, Idempotency)>>>;
}

/// Reads about sessions.
pub trait Sessions {
    /// A session and the present state of what it rests on: one joined read.
    fn session(&self, id: SessionId) -> Fut<'_, Read<Option<SessionView>>>;
    /// A user's sessions in a tenant that are not over by time or end and whose fences hold, newest first.
    fn sessions_of(
        &self,
        tenant: TenantId,
        user: UserId,
        now: Timestamp,
        idle: ByAssurance,
        page: PageRequest,
    ) -> Fut<'_, Read<Page<Session>>>;
    /// The sessions in which this user acts for others in a tenant that are over neither by time nor by end.
    fn acts_of(&self, tenant: TenantId, actor: UserId, now: Timestamp) -> Fut<'_, Read<Vec<Session>>>;
    /// The same in which others act for this user.
    fn acts_for(&self, tenant: TenantId, user: UserId, now: Timestamp) -> Fut<'_, Read<Vec<Session>>>;
    /// A user's sign-ins to a tenant and what failed at one, newest first: of each at least the last 100.
    fn attempts_of(&self, tenant: TenantId, user: UserId, page: PageRequest) -> Fut<'_, Read<Page<Attempt>>>;
    /// How many sign-ins failed since the user last signed in to this tenant, at most 100.
    fn failures_of(&self, tenant: TenantId, user: UserId) -> Fut<'_, Read<u32>>;
}

/// Reads about requests to act on somebody's behalf.
pub trait ActRequests {
    /// One request.
    fn act_request(&self, id: ActRequestId) -> Fut<'_, Read<Option<ActRequest>>>;
    /// Those of a tenant, newest first: only of this actor, only for this subject.
    fn act_requests(
        &self,
        tenant: TenantId,
        whose: (Option<UserId>, Option<UserId>),
        page: PageRequest,
    ) -> Fut<'_, Read<Page<ActRequest>>>;
    /// Since when nobody acts for this user in the tenant, if they said so.
    fn opted_out(&self, tenant: TenantId, user: UserId) -> Fut<'_, Read<Option<Timestamp>>>;
    /// Acts of which their users are to be told by now, those of one user in a row, oldest first: at most so many.
    fn act_notices(&self, now: Timestamp, most: u32) -> Fut<'_, Read<Vec<ActNotice>>>;
}

/// Reads about invitations.
pub trait Invitations {
    /// One invitation.
    fn invitation(&self, id: InvitationId) -> Fut<'_, Read<Option<Invitation>>>;
    /// The invitations to a tenant that stand so at this time, newest first.
    fn invitations(
        &self,
        tenant: TenantId,
        status: Option<InvitationStatus>,
        now: Timestamp,
        page: PageRequest,
    ) -> Fut<'_, Read<Page<Invitation>>>;
}

/// Reads about second factors.
pub trait Factors {
    /// A user's factors, also those that do not count, oldest first.
    fn factors_of(&self, user: UserId) -> Fut<'_, Read<Vec<Factor>>>;
    /// A user's recovery codes, spent ones too, in no order.
    fn recovery_codes_of(&self, user: UserId) -> Fut<'_, Read<Vec<RecoveryCode>>>;
    /// The members of a tenant who have recovery codes and are not deleted, newest first, each with how many are unspent.
    fn recovery_codes_in(&self, tenant: TenantId, page: PageRequest) -> Fut<'_, Read<Page<(UserId, u32)>>>;
}

/// Reads about devices.
pub trait Devices {
    /// One device.
    fn device(&self, id: DeviceId) -> Fut<'_, Read<Option<Device>>>;
    /// A user's devices in a tenant, newest first, also those that are known no longer: never many.
    fn devices_of(&self, tenant: TenantId, user: UserId) -> Fut<'_, Read<Vec<Device>>>;
    /// The sessions that its user opened with a device, counted.
    fn sessions_on(&self, device: &Device, now: Timestamp, idle: ByAssurance) -> Fut<'_, Read<SessionsOn>>;
}

/// Reads about challenges.
pub trait Challenges {
    /// A challenge and the present state of what it rests on: one joined read.
    fn challenge(&self, id: ChallengeId) -> Fut<'_, Read<Option<ChallengeView>>>;
    /// Until when an administrator has released this user to enrol, if what it was decided on is as it was.
    fn released_until(&self, tenant: TenantId, user: UserId) -> Fut<'_, Read<Option<Timestamp>>>;
}

/// Reads about messages and the codes in them.
pub trait Messages {
    /// At most so many messages that are due at this time, the longest due first.
    fn due_messages(&self, now: Timestamp, most: u32) -> Fut<'_, Read<Vec<Outgoing>>>;
    /// The last code of a slot, until it is used up or swept away.
    fn sent_code(&self, slot: Slot) -> Fut<'_, Read<Option<SentCode>>>;
}

/// Reads about risk events.
pub trait Risks {
    /// A page of a tenant's risk events, newest first, among the newest
    /// [`LOOKED_AT`](crate::risk::LOOKED_AT) of the user, the signal or the time that the filter names.
    fn risk_events(
        &self,
        tenant: TenantId,
        filter: RiskFilter,
        page: PageRequest,
    ) -> Fut<'_, Read<Page<RiskEvent>>>;
    /// How many a tenant had of each sort on each of these days, in their order.
    fn risk_counts(&self, tenant: TenantId, days: RangeInclusive<Day>) -> Fut<'_, Read<Vec<RiskCount>>>;
    /// A tenant's users with the most risk events since then, among the newest
    /// [`LOOKED_AT`](crate::risk::LOOKED_AT), most first.
    fn riskiest_users(&self, tenant: TenantId, since: Timestamp, users: u32)
    -> Fut<'_, Read<Vec<RiskyUser>>>;
}

/// Reads about passkeys.
pub trait Passkeys {
    /// A user's passkeys that count, oldest first.
    fn passkeys_of(&self, user: UserId) -> Fut<'_, Read<Vec<Passkey>>>;
    /// A user's passkey that is this factor, also one that does not count yet.
    fn passkey_of(&self, user: UserId, factor: FactorId) -> Fut<'_, Read<Option<Passkey>>>;
    /// The passkey of this credential, with the standing of its user in their home tenant.
    fn passkey(&self, credential_id: Vec<u8>) -> Fut<'_, Read<Option<(Passkey, Standing)>>>;
    /// The ceremony whose challenge has this SHA-256, unless it is used up; its time may be over.
    fn ceremony(&self, challenge_hash: [u8; 32]) -> Fut<'_, Read<Option<Ceremony>>>;
}

/// Reads about what is remembered of users' sign-ins.
pub trait Histories {
    /// What is remembered of a user in a tenant.
    fn remembered(&self, tenant: TenantId, user: UserId) -> Fut<'_, Read<Remembered>>;
    /// The oldest sign-ins that are still to be learned from, each with its user's history as it is.
    fn to_learn(&self, at_most: u32) -> Fut<'_, Read<Vec<Lesson>>>;
}
