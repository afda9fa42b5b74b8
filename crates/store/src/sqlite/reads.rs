//! The read traits, each a call of its noun's query.

use super::SqliteStore;
use super::reader::{list, point};
use crate::queries::{
    api_key, api_key_list, attempt, challenge, client, device, factor, history, installation, invitation,
    login, membership, message, mfa_release, passkey, passkey_ceremony, password_history, password_policy,
    recovery_code, risk_event, sent_code, session_view, signing_key, tenant, ticket, ticket_list,
    ticket_view, user, user_list,
};
use authms_core::access::Role;
use authms_core::client::Client;
use authms_core::code::{SentCode, Slot};
use authms_core::device::{Device, SessionsOn};
use authms_core::factor::{Factor, RecoveryCode};
use authms_core::id::{
    ApiKeyId, ChallengeId, ClientId, DeviceId, FactorId, InvitationId, SessionId, TenantId, TicketId, UserId,
};
use authms_core::install::Installation;
use authms_core::invitation::{Invitation, InvitationStatus};
use authms_core::key::{ApiKey, KeyFilter};
use authms_core::membership::Membership;
use authms_core::message::Outgoing;
use authms_core::page::{Page, PageRequest};
use authms_core::passkey::{Ceremony, Passkey};
use authms_core::password::Census;
use authms_core::ports::{
    ApiKeys, Challenges, Clients, Devices, Factors, Fut, Histories, Installations, Invitations, Member,
    Memberships, Messages, Passkeys, Read, RedeemView, Risks, Sessions, Tenants, Tickets, Users,
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
use ipnet::IpNet;
use std::ops::RangeInclusive;

impl Installations for SqliteStore {
    fn installation(&self) -> Fut<'_, Read<Option<Installation>>> {
        point(&self.readers, installation::get)
    }

    fn signing_keys(&self) -> Fut<'_, Read<(Vec<StoredKey>, u64)>> {
        point(&self.readers, signing_key::get)
    }
}

impl Tenants for SqliteStore {
    fn tenant(&self, id: TenantId) -> Fut<'_, Read<Option<Tenant>>> {
        point(&self.readers, |conn| tenant::get(conn, id))
    }

    fn default_tenant(&self) -> Fut<'_, Read<Option<Tenant>>> {
        point(&self.readers, tenant::default)
    }

    fn tenants(&self, page: PageRequest) -> Fut<'_, Read<Page<Tenant>>> {
        list(&self.readers, move |conn| tenant::list(conn, page))
    }

    fn tenant_named(&self, name: String) -> Fut<'_, Read<Option<Tenant>>> {
        point(&self.readers, |conn| tenant::named(conn, &name))
    }

    fn password_words(&self, tenant: TenantId) -> Fut<'_, Read<Vec<String>>> {
        point(&self.readers, |conn| password_policy::words(conn, tenant))
    }
}

impl Memberships for SqliteStore {
    fn membership(&self, tenant: TenantId, user: UserId) -> Fut<'_, Read<Option<Membership>>> {
        point(&self.readers, |conn| membership::get(conn, tenant, user))
    }

    fn memberships_of(&self, user: UserId) -> Fut<'_, Read<Vec<(Membership, Tenant)>>> {
        point(&self.readers, |conn| membership::of(conn, user))
    }

    fn count_role(&self, tenant: TenantId, role: Role) -> Fut<'_, Read<u64>> {
        list(&self.readers, move |conn| membership::count_role(conn, tenant, role))
    }
}

impl Users for SqliteStore {
    fn member(&self, tenant: TenantId, user: UserId) -> Fut<'_, Read<Option<Member>>> {
        point(&self.readers, |conn| user_list::member(conn, tenant, user))
    }

    fn members_by_id(&self, tenant: TenantId, users: &[UserId]) -> Fut<'_, Read<Vec<Option<Member>>>> {
        point(&self.readers, |conn| user_list::members_by_id(conn, tenant, users))
    }

    fn by_external_id(&self, tenant: TenantId, external: &[&str]) -> Fut<'_, Read<Vec<Option<UserId>>>> {
        point(&self.readers, |conn| user::by_external_id(conn, tenant, external))
    }

    fn for_login(
        &self,
        tenant: TenantId,
        names: Vec<Identifier>,
    ) -> Fut<'_, Read<Option<(Standing, Option<PasswordHash>)>>> {
        point(&self.readers, |conn| login::get(conn, tenant, &names))
    }

    fn named(&self, tenant: TenantId, names: Vec<Identifier>) -> Fut<'_, Read<Option<UserId>>> {
        point(&self.readers, |conn| login::named(conn, tenant, &names))
    }

    fn password_hash(&self, user: UserId) -> Fut<'_, Read<Option<PasswordHash>>> {
        point(&self.readers, |conn| user::password_hash(conn, user))
    }

    fn password_census(&self, tenant: TenantId, census: Census) -> Fut<'_, Read<Census>> {
        list(&self.readers, move |conn| user_list::census(conn, tenant, census))
    }

    fn former_passwords(&self, user: UserId, at_most: u8) -> Fut<'_, Read<Vec<PasswordHash>>> {
        point(&self.readers, |conn| password_history::get(conn, user, at_most))
    }

    fn taken(&self, tenant: TenantId, names: Vec<Identifier>) -> Fut<'_, Read<Vec<Identifier>>> {
        list(&self.readers, move |conn| user::taken(conn, tenant, names))
    }

    fn members(
        &self,
        tenant: TenantId,
        filter: UserFilter,
        page: PageRequest,
    ) -> Fut<'_, Read<Page<Member>>> {
        list(&self.readers, move |conn| user_list::members(conn, tenant, &filter, page))
    }

    fn first_with_role(&self, tenant: TenantId, role: Role) -> Fut<'_, Read<Option<Member>>> {
        list(&self.readers, move |conn| user_list::first_with_role(conn, tenant, role))
    }

    fn signed_in_from(&self, user: UserId, network: IpNet) -> Fut<'_, Read<bool>> {
        point(&self.readers, |conn| session_view::came_from(conn, user, network))
    }
}

impl Clients for SqliteStore {
    fn client(&self, id: ClientId) -> Fut<'_, Read<Option<Client>>> {
        point(&self.readers, |conn| client::get(conn, id))
    }

    fn clients(&self, tenant: TenantId, page: PageRequest) -> Fut<'_, Read<Page<Client>>> {
        list(&self.readers, move |conn| client::list(conn, tenant, page))
    }

    fn client_named(&self, tenant: TenantId, name: String) -> Fut<'_, Read<Option<Client>>> {
        point(&self.readers, |conn| client::named(conn, tenant, &name))
    }

    fn allows_origin(&self, origin: String, tenant: Option<TenantId>) -> Fut<'_, Read<bool>> {
        point(&self.readers, move |conn| client::allows_origin(conn, &origin, tenant))
    }
}

impl ApiKeys for SqliteStore {
    fn api_key(&self, id: ApiKeyId) -> Fut<'_, Read<Option<(ApiKey, bool)>>> {
        point(&self.readers, |conn| api_key::get(conn, id))
    }

    fn api_keys(
        &self,
        tenant: TenantId,
        filter: KeyFilter,
        page: PageRequest,
    ) -> Fut<'_, Read<Page<ApiKey>>> {
        list(&self.readers, move |conn| api_key_list::list(conn, tenant, &filter, page))
    }

    fn api_keys_named(&self, tenant: TenantId, name: String) -> Fut<'_, Read<Vec<ApiKey>>> {
        list(&self.readers, move |conn| api_key_list::named(conn, tenant, &name))
    }
}

impl Tickets for SqliteStore {
    fn for_redeem(&self, id: TicketId) -> Fut<'_, Read<Option<RedeemView>>> {
        let now = self.clock.now();
        point(&self.readers, |conn| ticket_view::get(conn, id, now))
    }

    fn ticket(&self, id: TicketId) -> Fut<'_, Read<Option<Ticket>>> {
        point(&self.readers, |conn| ticket_list::get(conn, id))
    }

    fn tickets(
        &self,
        tenant: TenantId,
        filter: TicketFilter,
        from: tickets::From,
        size: u32,
        now: Timestamp,
    ) -> Fut<'_, Read<tickets::Found>> {
        list(&self.readers, move |conn| ticket_list::list(conn, tenant, &filter, from, size, now))
    }

    fn by_idempotency(
        &self,
        scope: [u8; 16],
        key_hash: [u8; 32],
    ) -> Fut<'_, Read<Option<(TicketId, Idempotency)>>> {
        let now = self.clock.now();
        point(&self.readers, |conn| ticket::by_idempotency(conn, scope, key_hash, now))
    }
}

impl Sessions for SqliteStore {
    fn session(&self, id: SessionId) -> Fut<'_, Read<Option<SessionView>>> {
        point(&self.readers, |conn| session_view::get(conn, id))
    }

    fn sessions_of(
        &self,
        tenant: TenantId,
        user: UserId,
        now: Timestamp,
        idle: ByAssurance,
        page: PageRequest,
    ) -> Fut<'_, Read<Page<Session>>> {
        list(&self.readers, move |conn| session_view::of(conn, (tenant, user), now, idle, page))
    }

    fn attempts_of(&self, tenant: TenantId, user: UserId, page: PageRequest) -> Fut<'_, Read<Page<Attempt>>> {
        list(&self.readers, move |conn| attempt::list(conn, (tenant, user), page))
    }

    fn failures_of(&self, tenant: TenantId, user: UserId) -> Fut<'_, Read<u32>> {
        list(&self.readers, move |conn| attempt::failures(conn, tenant, user))
    }
}

impl Invitations for SqliteStore {
    fn invitation(&self, id: InvitationId) -> Fut<'_, Read<Option<Invitation>>> {
        point(&self.readers, |conn| invitation::get(conn, id))
    }

    fn invitations(
        &self,
        tenant: TenantId,
        status: Option<InvitationStatus>,
        now: Timestamp,
        page: PageRequest,
    ) -> Fut<'_, Read<Page<Invitation>>> {
        list(&self.readers, move |conn| invitation::list(conn, tenant, status, now, page))
    }
}

impl Factors for SqliteStore {
    fn factors_of(&self, user: UserId) -> Fut<'_, Read<Vec<Factor>>> {
        point(&self.readers, |conn| factor::of(conn, user))
    }

    fn recovery_codes_of(&self, user: UserId) -> Fut<'_, Read<Vec<RecoveryCode>>> {
        point(&self.readers, move |conn| recovery_code::of(conn, user))
    }

    fn recovery_codes_in(&self, tenant: TenantId, page: PageRequest) -> Fut<'_, Read<Page<(UserId, u32)>>> {
        list(&self.readers, move |conn| recovery_code::list(conn, tenant, page))
    }
}

impl Challenges for SqliteStore {
    fn challenge(&self, id: ChallengeId) -> Fut<'_, Read<Option<ChallengeView>>> {
        point(&self.readers, |conn| challenge::get(conn, id))
    }

    fn released_until(&self, tenant: TenantId, user: UserId) -> Fut<'_, Read<Option<Timestamp>>> {
        point(&self.readers, |conn| mfa_release::until(conn, tenant, user))
    }
}

impl Messages for SqliteStore {
    fn due_messages(&self, now: Timestamp, most: u32) -> Fut<'_, Read<Vec<Outgoing>>> {
        list(&self.readers, move |conn| message::due(conn, now, most))
    }

    fn sent_code(&self, slot: Slot) -> Fut<'_, Read<Option<SentCode>>> {
        point(&self.readers, move |conn| sent_code::get(conn, slot))
    }
}

impl Risks for SqliteStore {
    fn risk_events(
        &self,
        tenant: TenantId,
        filter: RiskFilter,
        page: PageRequest,
    ) -> Fut<'_, Read<Page<RiskEvent>>> {
        list(&self.readers, move |conn| risk_event::list(conn, tenant, &filter, page))
    }

    fn risk_counts(&self, tenant: TenantId, days: RangeInclusive<Day>) -> Fut<'_, Read<Vec<RiskCount>>> {
        list(&self.readers, move |conn| risk_event::counts(conn, tenant, &days))
    }

    fn riskiest_users(
        &self,
        tenant: TenantId,
        since: Timestamp,
        users: u32,
    ) -> Fut<'_, Read<Vec<RiskyUser>>> {
        list(&self.readers, move |conn| risk_event::riskiest(conn, tenant, since, users))
    }
}

impl Devices for SqliteStore {
    fn device(&self, id: DeviceId) -> Fut<'_, Read<Option<Device>>> {
        point(&self.readers, |conn| device::get(conn, id))
    }

    fn devices_of(&self, tenant: TenantId, user: UserId) -> Fut<'_, Read<Vec<Device>>> {
        point(&self.readers, |conn| device::of(conn, tenant, user))
    }

    fn sessions_on(&self, device: &Device, now: Timestamp, idle: ByAssurance) -> Fut<'_, Read<SessionsOn>> {
        let (whose, id) = ((device.tenant, device.user), device.id);
        list(&self.readers, move |conn| session_view::on_device(conn, whose, id, now, idle))
    }
}

impl Passkeys for SqliteStore {
    fn passkeys_of(&self, user: UserId) -> Fut<'_, Read<Vec<Passkey>>> {
        point(&self.readers, |conn| passkey::of(conn, user))
    }

    fn passkey_of(&self, user: UserId, factor: FactorId) -> Fut<'_, Read<Option<Passkey>>> {
        point(&self.readers, |conn| passkey::get(conn, user, factor))
    }

    fn passkey(&self, credential_id: Vec<u8>) -> Fut<'_, Read<Option<(Passkey, Standing)>>> {
        point(&self.readers, |conn| passkey::by_credential(conn, &credential_id))
    }

    fn ceremony(&self, challenge_hash: [u8; 32]) -> Fut<'_, Read<Option<Ceremony>>> {
        point(&self.readers, |conn| passkey_ceremony::get(conn, &challenge_hash))
    }
}

impl Histories for SqliteStore {
    fn remembered(&self, tenant: TenantId, user: UserId) -> Fut<'_, Read<Remembered>> {
        let now = self.clock.now();
        point(&self.readers, |conn| history::get(conn, tenant, user, now))
    }

    fn to_learn(&self, at_most: u32) -> Fut<'_, Read<Vec<Lesson>>> {
        list(&self.readers, move |conn| history::to_learn(conn, at_most))
    }
}
