//! Who calls, what they may do, and whom they may do it to.

use crate::id::{ApiKeyId, ClientId, SessionId, TenantId, UserId};

/// A member's role in a tenant, ranked: a later one outranks an earlier one.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Role {
    /// Uses applications; administers nothing.
    Member,
    /// Helps members: may look them up and act on their behalf.
    Support,
    /// Administers users, clients and API keys.
    Admin,
    /// Administers the tenant itself.
    SuperAdmin,
}

impl Role {
    /// All roles, lowest rank first.
    pub const ALL: [Self; 4] = [Self::Member, Self::Support, Self::Admin, Self::SuperAdmin];

    /// The name on the wire and at rest.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Member => "member",
            Self::Support => "support",
            Self::Admin => "admin",
            Self::SuperAdmin => "super_admin",
        }
    }

    /// The role of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|r| r.as_str() == name)
    }

    /// Whether this role carries `permission`.
    pub fn grants(self, permission: Permission) -> bool {
        permission.least_role().is_some_and(|least| self >= least)
    }

    /// The permissions of this role, in declaration order.
    pub fn permissions(self) -> impl Iterator<Item = Permission> {
        Permission::ALL.into_iter().filter(move |p| self.grants(*p))
    }

    /// Whether someone of this role may give `role` to others: only what is below their own, save that the highest
    /// rank appoints its equals, or else it could never be handed on.
    pub fn may_appoint(self, role: Self) -> bool {
        role < self || self == Self::SuperAdmin
    }
}

/// One thing that a role or an API key's scope allows. Scopes are permissions by name.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Permission {
    /// Mint `sso` tickets for users (systems only).
    TicketMint,
    /// State at minting when and how the subject authenticated (systems only).
    TicketVouch,
    /// Mint `on_behalf` tickets for users of lower rank (persons only).
    TicketOnBehalf,
    /// Look at tickets, which shows no secret.
    TicketRead,
    /// Revoke tickets.
    TicketRevoke,
    /// Look at users and memberships.
    UserRead,
    /// Create, change, disable users; set passwords and roles.
    UserWrite,
    /// Delete users.
    UserDelete,
    /// Look at clients.
    ClientRead,
    /// Create, change, delete clients.
    ClientWrite,
    /// Look at API keys.
    KeyRead,
    /// Create, change, delete API keys (persons only).
    KeyWrite,
    /// Look at the tenant.
    TenantRead,
    /// Change the tenant; in the default tenant also: create others.
    TenantWrite,
    /// Ask whether a token of the tenant is good, and what it says.
    TokenIntrospect,
    /// Read the tenant's audit log.
    AuditRead,
    /// Look at webhooks and what they were told.
    WebhookRead,
    /// Create, change, delete webhooks; that needs `audit:read` as well, since they are told of what the log says.
    WebhookWrite,
}

impl Permission {
    /// All permissions.
    pub const ALL: [Self; 18] = [
        Self::TicketMint,
        Self::TicketVouch,
        Self::TicketOnBehalf,
        Self::TicketRead,
        Self::TicketRevoke,
        Self::UserRead,
        Self::UserWrite,
        Self::UserDelete,
        Self::ClientRead,
        Self::ClientWrite,
        Self::KeyRead,
        Self::KeyWrite,
        Self::TenantRead,
        Self::TenantWrite,
        Self::TokenIntrospect,
        Self::AuditRead,
        Self::WebhookRead,
        Self::WebhookWrite,
    ];

    /// The name on the wire and at rest.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::TicketMint => "ticket:mint",
            Self::TicketVouch => "ticket:vouch",
            Self::TicketOnBehalf => "ticket:on_behalf",
            Self::TicketRead => "ticket:read",
            Self::TicketRevoke => "ticket:revoke",
            Self::UserRead => "user:read",
            Self::UserWrite => "user:write",
            Self::UserDelete => "user:delete",
            Self::ClientRead => "client:read",
            Self::ClientWrite => "client:write",
            Self::KeyRead => "key:read",
            Self::KeyWrite => "key:write",
            Self::TenantRead => "tenant:read",
            Self::TenantWrite => "tenant:write",
            Self::TokenIntrospect => "token:introspect",
            Self::AuditRead => "audit:read",
            Self::WebhookRead => "webhook:read",
            Self::WebhookWrite => "webhook:write",
        }
    }

    /// The permission of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|p| p.as_str() == name)
    }

    /// The lowest role that carries it; `None`: systems only, by scope.
    const fn least_role(self) -> Option<Role> {
        match self {
            Self::TicketMint | Self::TicketVouch => None,
            Self::TicketOnBehalf | Self::TicketRead | Self::TicketRevoke | Self::UserRead => {
                Some(Role::Support)
            }
            Self::UserWrite
            | Self::UserDelete
            | Self::ClientRead
            | Self::ClientWrite
            | Self::KeyRead
            | Self::KeyWrite
            | Self::TenantRead
            | Self::TokenIntrospect
            | Self::AuditRead
            | Self::WebhookRead
            | Self::WebhookWrite => Some(Role::Admin),
            Self::TenantWrite => Some(Role::SuperAdmin),
        }
    }

    /// Whether an API key may carry it as a scope: a system never acts on somebody's behalf, nor manages API keys.
    pub const fn is_scope(self) -> bool {
        !matches!(self, Self::TicketOnBehalf | Self::KeyWrite)
    }

    /// Whether it changes nothing.
    pub const fn only_looks(self) -> bool {
        matches!(
            self,
            Self::TicketRead
                | Self::UserRead
                | Self::ClientRead
                | Self::KeyRead
                | Self::TenantRead
                | Self::TokenIntrospect
                | Self::AuditRead
        )
    }

    /// Whether a session on somebody's behalf may hold it: nobody acts for one more, and credentials are out of reach.
    pub const fn may_be_acted(self) -> bool {
        !matches!(self, Self::TicketOnBehalf | Self::TicketMint | Self::KeyWrite | Self::UserDelete)
    }

    /// Whether somebody of `role` may put this scope on a key: only what they may do themselves, and minting, which
    /// is what keys are for, from `admin` on.
    pub fn may_be_delegated_by(self, role: Role) -> bool {
        self.is_scope() && (role.grants(self) || (self.least_role().is_none() && role >= Role::Admin))
    }
}

/// A signed-in user, as the request's bearer token and the store's present state show them.
#[derive(Clone, Debug)]
pub struct Person {
    /// The tenant that the session is in.
    pub tenant: TenantId,
    /// Whose session it is.
    pub user: UserId,
    /// The session that the access token belongs to.
    pub session: SessionId,
    /// The role that the user has now, whatever the token says.
    pub role: Role,
    /// Set if somebody else acts as this user; such a session reaches only what names it explicitly.
    pub acting: Option<UserId>,
    /// The client that the session was opened for.
    pub client: Option<ClientId>,
}

/// A system that authenticated by API key.
#[derive(Clone, Debug)]
pub struct System {
    /// The tenant that the key belongs to.
    pub tenant: TenantId,
    /// The key itself.
    pub key: ApiKeyId,
    /// The highest rank of user that it may touch.
    pub rank: Role,
    /// What it may do.
    pub scopes: Vec<Permission>,
    /// The only clients that it mints tickets for; empty: any, or none at all.
    pub clients: Vec<ClientId>,
    /// The key's fence as read, for what is decided on it.
    pub fence: u32,
}

impl System {
    /// Demands that the key may mint tickets bound to this client, or to none.
    ///
    /// # Errors
    /// [`Forbidden::Client`] if it lists clients, and this is none of them.
    pub fn require_client(&self, client: Option<ClientId>) -> Result<(), Forbidden> {
        let listed = self.clients.is_empty() || client.is_some_and(|c| self.clients.contains(&c));
        if listed { Ok(()) } else { Err(Forbidden::Client) }
    }
}

/// Whoever asks for something that not everybody may.
#[derive(Clone, Debug)]
pub enum Caller {
    /// A user with an access token.
    Person(Person),
    /// A backend with an API key.
    System(System),
    /// The operator at the command line, who holds the store and the master key and so may do everything, for now in
    /// this tenant. No request ever authenticates as this.
    Console(TenantId),
}

/// The caller may not do this; the reason is for the audit log and the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Forbidden {
    /// The permission is missing.
    #[error("this needs the permission {}", .0.as_str())]
    Permission(Permission),
    /// The target ranks too high for the caller.
    #[error("the target's rank is too high for this caller")]
    Rank,
    /// Header, body and token name different tenants.
    #[error("header, body and credentials name different tenants")]
    Tenant,
    /// Only persons may do this.
    #[error("an API key may not do this")]
    PersonsOnly,
    /// The API key mints only for the clients that it lists.
    #[error("this API key mints only tickets bound to one of its clients")]
    Client,
    /// A session on somebody's behalf may not do this.
    #[error("a session on somebody's behalf may not do this")]
    OnBehalf,
}

impl Caller {
    /// The one tenant that this caller sees.
    pub const fn tenant(&self) -> TenantId {
        match self {
            Self::Person(p) => p.tenant,
            Self::System(s) => s.tenant,
            Self::Console(tenant) => *tenant,
        }
    }

    /// The caller's rank.
    pub const fn rank(&self) -> Role {
        match self {
            Self::Person(p) => p.role,
            Self::System(s) => s.rank,
            Self::Console(_) => Role::SuperAdmin,
        }
    }

    /// Demands a permission.
    ///
    /// # Errors
    /// [`Forbidden::Permission`] without it; [`Forbidden::OnBehalf`] for a session on somebody's behalf, whatever
    /// the role.
    pub fn require(&self, permission: Permission) -> Result<(), Forbidden> {
        let held = match self {
            Self::Person(p) if p.acting.is_some() => return Err(Forbidden::OnBehalf),
            Self::Person(p) => p.role.grants(permission),
            Self::System(s) => s.scopes.contains(&permission),
            Self::Console(_) => true,
        };
        if held { Ok(()) } else { Err(Forbidden::Permission(permission)) }
    }

    /// Demands that the caller may change someone of `role`: a person must rank strictly above (the highest rank
    /// administers its equals), a system at least as high.
    ///
    /// # Errors
    /// [`Forbidden::Rank`] otherwise.
    pub fn require_rank_over(&self, role: Role) -> Result<(), Forbidden> {
        let enough = match self {
            Self::Person(p) => p.role.may_appoint(role),
            Self::System(s) => role <= s.rank,
            Self::Console(_) => true,
        };
        if enough { Ok(()) } else { Err(Forbidden::Rank) }
    }

    /// Demands that a tenant named beside the credentials is the caller's own.
    ///
    /// # Errors
    /// [`Forbidden::Tenant`] for any other, existing or not.
    pub fn require_tenant(&self, named: Option<TenantId>) -> Result<(), Forbidden> {
        match named {
            Some(t) if t != self.tenant() => Err(Forbidden::Tenant),
            _ => Ok(()),
        }
    }

    /// The signed-in person behind this call.
    ///
    /// # Errors
    /// [`Forbidden::PersonsOnly`] for anybody else.
    pub fn person(&self) -> Result<&Person, Forbidden> {
        match self {
            Self::Person(p) => Ok(p),
            Self::System(_) | Self::Console(_) => Err(Forbidden::PersonsOnly),
        }
    }
}
