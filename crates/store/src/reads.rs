//! The read traits, each a call of its noun's query.

use crate::engine::{Engine, EngineStore};
use crate::queries::{
    act_notice, act_request, api_key, api_key_list, attempt, audit_export, audit_list, audit_outlet,
    audit_tree, audit_verification, challenge, client, device, factor, history, installation, invitation,
    login, membership, message, mfa_release, on_behalf, passkey, passkey_ceremony, password_history,
    password_policy, recovery_code, risk_event, sent_code, session_view, signing_key, tenant, ticket,
    ticket_list, ticket_view, user, user_list, webhook, webhook_delivery,
};
use authms_core::access::Role;
use authms_core::audit::log::{KeptHead, Log, Row, Sealing, Tile, TileAt, Tree, TreeWithEdge};
use authms_core::audit::outlet::{Outlet, Untold};
use authms_core::audit::{AuditFilter, Export, Shown, Verification};
use authms_core::client::Client;
use authms_core::code::{SentCode, Slot};
use authms_core::device::{Device, SessionsOn};
use authms_core::factor::{Factor, RecoveryCode};
use authms_core::id::{
    ActRequestId, ApiKeyId, ChallengeId, ClientId, DeviceId, EventId, ExportId, FactorId, InvitationId,
    SessionId, TenantId, TicketId, UserId, WebhookId,
};
use authms_core::install::Installation;
use authms_core::invitation::{Invitation, InvitationStatus};
use authms_core::key::{ApiKey, KeyFilter};
use authms_core::membership::Membership;
use authms_core::message::Outgoing;
use authms_core::on_behalf::{ActNotice, ActRequest};
use authms_core::page::{Page, PageRequest};
use authms_core::passkey::{Ceremony, Passkey};
use authms_core::password::Census;
use authms_core::ports::{
    ActRequests, ApiKeys, Audits, Challenges, Clients, Devices, Down, Factors, Fut, Histories, Installations,
    Invitations, Member, Memberships, Messages, Passkeys, Read, RedeemView, Risks, Sessions, Tenants,
    Tickets, Users, Webhooks,
};
use authms_core::risk::{Lesson, RiskCount, RiskEvent, RiskFilter, RiskyUser};
use authms_core::session::{ByAssurance, Session, SessionView};
use authms_core::signin::challenge::ChallengeView;
use authms_core::signin::{Attempt, Remembered, Standing};
use authms_core::signing_key::StoredKey;
use authms_core::tenant::Tenant;
use authms_core::ticket::{self as tickets, Idempotency, Ticket, TicketFilter};
use authms_core::time::{Day, Timestamp};
use authms_core::user::{Identifier, PasswordHash, UserFilter};
use authms_core::webhook::{Delivery, DeliveryState, Webhook};
use ipnet::IpNet;
use std::ops::RangeInclusive;

impl<E: Engine> Audits for EngineStore<E> {
    fn sealing(&self, most: u32) -> Fut<'_, Read<Sealing>> {
        self.0.list(move |conn| audit_tree::sealing(conn, most))
    }

    fn audit_tree(&self, log: Log) -> Fut<'_, Read<Option<TreeWithEdge>>> {
        self.0.point(move |conn| audit_tree::with_edge(conn, log))
    }

    fn audit_trees(&self) -> Fut<'_, Read<Vec<Tree>>> {
        self.0.list(audit_tree::trees)
    }

    fn audit_tiles(&self, tree: u32, wanted: Vec<TileAt>) -> Fut<'_, Read<Vec<Tile>>> {
        self.0.list(move |conn| audit_tree::tiles(conn, tree, &wanted))
    }

    fn audit_rows(&self, tree: u32, from: u64, most: u32) -> Fut<'_, Read<Vec<Row>>> {
        self.0.list(move |conn| audit_tree::rows(conn, tree, from, most))
    }

    fn audit_entries(
        &self,
        tenant: TenantId,
        filter: AuditFilter,
        page: PageRequest,
    ) -> Fut<'_, Read<Page<Shown>>> {
        self.0.list(move |conn| audit_list::list(conn, tenant, &filter, page))
    }

    fn audit_entry(&self, tenant: TenantId, id: EventId) -> Fut<'_, Read<Option<Shown>>> {
        self.0.point(move |conn| audit_list::get(conn, tenant, id))
    }

    fn audit_told(
        &self,
        tenant: TenantId,
        user: UserId,
        page: PageRequest,
    ) -> Fut<'_, Read<Page<(Shown, bool)>>> {
        self.0.list(move |conn| audit_list::told(conn, tenant, user, page))
    }

    fn audit_dismissed(&self, tenant: TenantId, user: UserId, id: EventId) -> Fut<'_, Read<Option<bool>>> {
        self.0.point(move |conn| audit_list::dismissed(conn, tenant, user, id))
    }

    fn audit_export(&self, id: ExportId) -> Fut<'_, Read<Option<Export>>> {
        self.0.point(move |conn| audit_export::get(conn, id))
    }

    fn audit_exports(&self, tenant: TenantId, page: PageRequest) -> Fut<'_, Read<Page<Export>>> {
        self.0.list(move |conn| audit_export::list(conn, tenant, page))
    }

    fn audit_exports_to_count(&self) -> Fut<'_, Read<Vec<Export>>> {
        self.0.list(audit_export::to_count)
    }

    fn audit_heads(&self, tree: u32) -> Fut<'_, Read<Vec<KeptHead>>> {
        self.0.list(move |conn| audit_tree::heads(conn, tree))
    }

    fn audit_outlet(&self, name: &'static str) -> Fut<'_, Read<Option<Outlet>>> {
        self.0.list(move |conn| audit_outlet::get(conn, name))
    }

    fn audit_untold(&self, name: &'static str, most: u32) -> Fut<'_, Read<Vec<Untold>>> {
        self.0.list(move |conn| audit_outlet::untold(conn, name, most))
    }

    fn audit_verifications(&self, tenant: TenantId, page: PageRequest) -> Fut<'_, Read<Page<Verification>>> {
        self.0.list(move |conn| audit_verification::list(conn, tenant, page))
    }
}

impl<E: Engine> Installations for EngineStore<E> {
    fn installation(&self) -> Fut<'_, Read<Option<Installation>>> {
        // What is asked to know whether this node can serve.
        if !self.0.is_fit() {
            return Box::pin(std::future::ready(Err(Down)));
        }
        self.0.point(installation::get)
    }

    fn signing_keys(&self) -> Fut<'_, Read<(Vec<StoredKey>, u64)>> {
        self.0.point(signing_key::get)
    }
}

impl<E: Engine> Tenants for EngineStore<E> {
    fn tenant(&self, id: TenantId) -> Fut<'_, Read<Option<Tenant>>> {
        self.0.often(move |conn| tenant::get(conn, id))
    }

    fn default_tenant(&self) -> Fut<'_, Read<Option<Tenant>>> {
        self.0.point(tenant::default)
    }

    fn tenants(&self, page: PageRequest) -> Fut<'_, Read<Page<Tenant>>> {
        self.0.list(move |conn| tenant::list(conn, page))
    }

    fn tenant_named(&self, name: String) -> Fut<'_, Read<Option<Tenant>>> {
        self.0.point(move |conn| tenant::named(conn, &name))
    }

    fn password_words(&self, tenant: TenantId) -> Fut<'_, Read<Vec<String>>> {
        self.0.point(move |conn| password_policy::words(conn, tenant))
    }
}

impl<E: Engine> Memberships for EngineStore<E> {
    fn membership(&self, tenant: TenantId, user: UserId) -> Fut<'_, Read<Option<Membership>>> {
        self.0.point(move |conn| membership::get(conn, tenant, user))
    }

    fn memberships_of(&self, user: UserId) -> Fut<'_, Read<Vec<(Membership, Tenant)>>> {
        self.0.point(move |conn| membership::of(conn, user))
    }

    fn count_role(&self, tenant: TenantId, role: Role) -> Fut<'_, Read<u64>> {
        self.0.list(move |conn| membership::count_role(conn, tenant, role))
    }
}

impl<E: Engine> Users for EngineStore<E> {
    fn member(&self, tenant: TenantId, user: UserId) -> Fut<'_, Read<Option<Member>>> {
        self.0.often(move |conn| user_list::member(conn, tenant, user))
    }

    fn members_by_id(&self, tenant: TenantId, users: &[UserId]) -> Fut<'_, Read<Vec<Option<Member>>>> {
        let users = users.to_vec();
        self.0.point(move |conn| user_list::members_by_id(conn, tenant, &users))
    }

    fn by_external_id(&self, tenant: TenantId, external: &[&str]) -> Fut<'_, Read<Vec<Option<UserId>>>> {
        let external: Vec<String> = external.iter().map(|&id| id.to_owned()).collect();
        self.0.point(move |conn| user::by_external_id(conn, tenant, &external))
    }

    fn for_login(
        &self,
        tenant: TenantId,
        names: Vec<Identifier>,
    ) -> Fut<'_, Read<Option<(Standing, Option<PasswordHash>)>>> {
        self.0.point(move |conn| login::get(conn, tenant, &names))
    }

    fn named(&self, tenant: TenantId, names: Vec<Identifier>) -> Fut<'_, Read<Option<UserId>>> {
        self.0.point(move |conn| login::named(conn, tenant, &names))
    }

    fn password_hash(&self, user: UserId) -> Fut<'_, Read<Option<PasswordHash>>> {
        self.0.point(move |conn| user::password_hash(conn, user))
    }

    fn password_census(&self, tenant: TenantId, census: Census) -> Fut<'_, Read<Census>> {
        self.0.list(move |conn| user_list::census(conn, tenant, census))
    }

    fn former_passwords(&self, user: UserId, at_most: u8) -> Fut<'_, Read<Vec<PasswordHash>>> {
        self.0.point(move |conn| password_history::get(conn, user, at_most))
    }

    fn taken(&self, tenant: TenantId, names: Vec<Identifier>) -> Fut<'_, Read<Vec<Identifier>>> {
        self.0.list(move |conn| user::taken(conn, tenant, names))
    }

    fn members(
        &self,
        tenant: TenantId,
        filter: UserFilter,
        page: PageRequest,
    ) -> Fut<'_, Read<Page<Member>>> {
        self.0.list(move |conn| user_list::members(conn, tenant, &filter, page))
    }

    fn first_with_role(&self, tenant: TenantId, role: Role) -> Fut<'_, Read<Option<Member>>> {
        self.0.list(move |conn| user_list::first_with_role(conn, tenant, role))
    }

    fn signed_in_from(&self, user: UserId, network: IpNet) -> Fut<'_, Read<bool>> {
        self.0.point(move |conn| session_view::came_from(conn, user, network))
    }
}

impl<E: Engine> Clients for EngineStore<E> {
    fn client(&self, id: ClientId) -> Fut<'_, Read<Option<Client>>> {
        self.0.often(move |conn| client::get(conn, id))
    }

    fn clients(&self, tenant: TenantId, page: PageRequest) -> Fut<'_, Read<Page<Client>>> {
        self.0.list(move |conn| client::list(conn, tenant, page))
    }

    fn client_named(&self, tenant: TenantId, name: String) -> Fut<'_, Read<Option<Client>>> {
        self.0.point(move |conn| client::named(conn, tenant, &name))
    }

    fn allows_origin(&self, origin: String, tenant: Option<TenantId>) -> Fut<'_, Read<bool>> {
        self.0.point(move |conn| client::allows_origin(conn, &origin, tenant))
    }
}

impl<E: Engine> ApiKeys for EngineStore<E> {
    fn api_key(&self, id: ApiKeyId) -> Fut<'_, Read<Option<(ApiKey, bool)>>> {
        self.0.often(move |conn| api_key::get(conn, id))
    }

    fn api_keys(
        &self,
        tenant: TenantId,
        filter: KeyFilter,
        page: PageRequest,
    ) -> Fut<'_, Read<Page<ApiKey>>> {
        self.0.list(move |conn| api_key_list::list(conn, tenant, &filter, page))
    }

    fn api_keys_named(&self, tenant: TenantId, name: String) -> Fut<'_, Read<Vec<ApiKey>>> {
        self.0.list(move |conn| api_key_list::named(conn, tenant, &name))
    }
}

impl<E: Engine> Tickets for EngineStore<E> {
    fn for_redeem(&self, id: TicketId) -> Fut<'_, Read<Option<RedeemView>>> {
        let now = self.0.now();
        self.0.often(move |conn| ticket_view::get(conn, id, now))
    }

    fn ticket(&self, id: TicketId) -> Fut<'_, Read<Option<Ticket>>> {
        self.0.point(move |conn| ticket_list::get(conn, id))
    }

    fn tickets(
        &self,
        tenant: TenantId,
        filter: TicketFilter,
        from: tickets::From,
        size: u32,
        now: Timestamp,
    ) -> Fut<'_, Read<tickets::Found>> {
        self.0.list(move |conn| ticket_list::list(conn, tenant, &filter, from, size, now))
    }

    fn by_idempotency(
        &self,
        scope: [u8; 16],
        key_hash: [u8; 32],
    ) -> Fut<'_, Read<Option<(TicketId, Idempotency)>>> {
        let now = self.0.now();
        self.0.often(move |conn| ticket::by_idempotency(conn, scope, key_hash, now))
    }
}

impl<E: Engine> Sessions for EngineStore<E> {
    fn session(&self, id: SessionId) -> Fut<'_, Read<Option<SessionView>>> {
        self.0.often(move |conn| session_view::get(conn, id))
    }

    fn sessions_of(
        &self,
        tenant: TenantId,
        user: UserId,
        now: Timestamp,
        idle: ByAssurance,
        page: PageRequest,
    ) -> Fut<'_, Read<Page<Session>>> {
        self.0.list(move |conn| session_view::of(conn, (tenant, user), now, idle, page))
    }

    fn acts_of(&self, tenant: TenantId, actor: UserId, now: Timestamp) -> Fut<'_, Read<Vec<Session>>> {
        self.0.list(move |conn| on_behalf::acts_of(conn, (tenant, actor), now))
    }

    fn acts_for(&self, tenant: TenantId, user: UserId, now: Timestamp) -> Fut<'_, Read<Vec<Session>>> {
        self.0.list(move |conn| on_behalf::acts_for(conn, (tenant, user), now))
    }

    fn attempts_of(&self, tenant: TenantId, user: UserId, page: PageRequest) -> Fut<'_, Read<Page<Attempt>>> {
        self.0.list(move |conn| attempt::list(conn, (tenant, user), page))
    }

    fn failures_of(&self, tenant: TenantId, user: UserId) -> Fut<'_, Read<u32>> {
        self.0.list(move |conn| attempt::failures(conn, tenant, user))
    }
}

impl<E: Engine> ActRequests for EngineStore<E> {
    fn act_request(&self, id: ActRequestId) -> Fut<'_, Read<Option<ActRequest>>> {
        self.0.point(move |conn| act_request::get(conn, id))
    }

    fn act_requests(
        &self,
        tenant: TenantId,
        whose: (Option<UserId>, Option<UserId>),
        page: PageRequest,
    ) -> Fut<'_, Read<Page<ActRequest>>> {
        self.0.list(move |conn| act_request::list(conn, tenant, whose, page))
    }

    fn opted_out(&self, tenant: TenantId, user: UserId) -> Fut<'_, Read<Option<Timestamp>>> {
        self.0.point(move |conn| act_request::opted_out(conn, tenant, user))
    }

    fn act_notices(&self, now: Timestamp, most: u32) -> Fut<'_, Read<Vec<ActNotice>>> {
        self.0.list(move |conn| act_notice::due(conn, now, most))
    }
}

impl<E: Engine> Invitations for EngineStore<E> {
    fn invitation(&self, id: InvitationId) -> Fut<'_, Read<Option<Invitation>>> {
        self.0.point(move |conn| invitation::get(conn, id))
    }

    fn invitations(
        &self,
        tenant: TenantId,
        status: Option<InvitationStatus>,
        now: Timestamp,
        page: PageRequest,
    ) -> Fut<'_, Read<Page<Invitation>>> {
        self.0.list(move |conn| invitation::list(conn, tenant, status, now, page))
    }
}

impl<E: Engine> Factors for EngineStore<E> {
    fn factors_of(&self, user: UserId) -> Fut<'_, Read<Vec<Factor>>> {
        self.0.point(move |conn| factor::of(conn, user))
    }

    fn recovery_codes_of(&self, user: UserId) -> Fut<'_, Read<Vec<RecoveryCode>>> {
        self.0.point(move |conn| recovery_code::of(conn, user))
    }

    fn recovery_codes_in(&self, tenant: TenantId, page: PageRequest) -> Fut<'_, Read<Page<(UserId, u32)>>> {
        self.0.list(move |conn| recovery_code::list(conn, tenant, page))
    }
}

impl<E: Engine> Challenges for EngineStore<E> {
    fn challenge(&self, id: ChallengeId) -> Fut<'_, Read<Option<ChallengeView>>> {
        self.0.point(move |conn| challenge::get(conn, id))
    }

    fn released_until(&self, tenant: TenantId, user: UserId) -> Fut<'_, Read<Option<Timestamp>>> {
        self.0.point(move |conn| mfa_release::until(conn, tenant, user))
    }
}

impl<E: Engine> Messages for EngineStore<E> {
    fn due_messages(&self, now: Timestamp, most: u32) -> Fut<'_, Read<Vec<Outgoing>>> {
        self.0.list(move |conn| message::due(conn, now, most))
    }

    fn sent_code(&self, slot: Slot) -> Fut<'_, Read<Option<SentCode>>> {
        self.0.point(move |conn| sent_code::get(conn, slot))
    }
}

impl<E: Engine> Risks for EngineStore<E> {
    fn risk_events(
        &self,
        tenant: TenantId,
        filter: RiskFilter,
        page: PageRequest,
    ) -> Fut<'_, Read<Page<RiskEvent>>> {
        self.0.list(move |conn| risk_event::list(conn, tenant, &filter, page))
    }

    fn risk_counts(&self, tenant: TenantId, days: RangeInclusive<Day>) -> Fut<'_, Read<Vec<RiskCount>>> {
        self.0.list(move |conn| risk_event::counts(conn, tenant, &days))
    }

    fn riskiest_users(
        &self,
        tenant: TenantId,
        since: Timestamp,
        users: u32,
    ) -> Fut<'_, Read<Vec<RiskyUser>>> {
        self.0.list(move |conn| risk_event::riskiest(conn, tenant, since, users))
    }
}

impl<E: Engine> Devices for EngineStore<E> {
    fn device(&self, id: DeviceId) -> Fut<'_, Read<Option<Device>>> {
        self.0.point(move |conn| device::get(conn, id))
    }

    fn devices_of(&self, tenant: TenantId, user: UserId) -> Fut<'_, Read<Vec<Device>>> {
        self.0.point(move |conn| device::of(conn, tenant, user))
    }

    fn sessions_on(&self, device: &Device, now: Timestamp, idle: ByAssurance) -> Fut<'_, Read<SessionsOn>> {
        let (whose, id) = ((device.tenant, device.user), device.id);
        self.0.list(move |conn| session_view::on_device(conn, whose, id, now, idle))
    }
}

impl<E: Engine> Passkeys for EngineStore<E> {
    fn passkeys_of(&self, user: UserId) -> Fut<'_, Read<Vec<Passkey>>> {
        self.0.point(move |conn| passkey::of(conn, user))
    }

    fn passkey_of(&self, user: UserId, factor: FactorId) -> Fut<'_, Read<Option<Passkey>>> {
        self.0.point(move |conn| passkey::get(conn, user, factor))
    }

    fn passkey(&self, credential_id: Vec<u8>) -> Fut<'_, Read<Option<(Passkey, Standing)>>> {
        self.0.point(move |conn| passkey::by_credential(conn, &credential_id))
    }

    fn ceremony(&self, challenge_hash: [u8; 32]) -> Fut<'_, Read<Option<Ceremony>>> {
        self.0.point(move |conn| passkey_ceremony::get(conn, &challenge_hash))
    }
}

impl<E: Engine> Histories for EngineStore<E> {
    fn remembered(&self, tenant: TenantId, user: UserId) -> Fut<'_, Read<Remembered>> {
        let now = self.0.now();
        self.0.point(move |conn| history::get(conn, tenant, user, now))
    }

    fn to_learn(&self, at_most: u32) -> Fut<'_, Read<Vec<Lesson>>> {
        self.0.list(move |conn| history::to_learn(conn, at_most))
    }
}

impl<E: Engine> Webhooks for EngineStore<E> {
    fn webhook(&self, id: WebhookId) -> Fut<'_, Read<Option<Webhook>>> {
        self.0.point(move |conn| webhook::get(conn, id))
    }

    fn webhooks(&self, tenant: TenantId, page: PageRequest) -> Fut<'_, Read<Page<Webhook>>> {
        self.0.list(move |conn| webhook::list(conn, tenant, page))
    }

    fn webhooks_with_work(&self, now: Timestamp, most: u32) -> Fut<'_, Read<Vec<Webhook>>> {
        self.0.list(move |conn| webhook::with_work(conn, now, most))
    }

    fn webhook_waiting(&self, id: WebhookId) -> Fut<'_, Read<u64>> {
        self.0.list(move |conn| webhook_delivery::waiting(conn, id))
    }

    fn webhook_due(&self, id: WebhookId, now: Timestamp, most: u32) -> Fut<'_, Read<Vec<Delivery>>> {
        self.0.list(move |conn| webhook_delivery::due(conn, id, now, most))
    }

    fn webhook_deliveries(
        &self,
        id: WebhookId,
        state: Option<DeliveryState>,
        page: PageRequest,
    ) -> Fut<'_, Read<Page<Delivery>>> {
        self.0.list(move |conn| webhook_delivery::list(conn, id, state, page))
    }

    fn webhook_delivery(&self, id: WebhookId, leaf: u64) -> Fut<'_, Read<Option<Delivery>>> {
        self.0.point(move |conn| webhook_delivery::get(conn, id, leaf))
    }
}
