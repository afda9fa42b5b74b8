//! A request that succeeds for every route, with all that it needs freshly made: what tests over all routes start from.

use authms_core::access::{Permission, Role};
use authms_core::audit::{self, AskExport, AuditFilter, Format, Source};
use authms_core::factor::FactorKind;
use authms_core::id::{ApiKeyId, ClientId, FactorId, RestrictionId, UserId};
use authms_core::key::{CreateKey, NewRestriction};
use authms_core::mfa::MfaPolicy;
use authms_core::page::PageRequest;
use authms_core::risk::Signal;
use authms_core::time::Span;
use authms_http::RouteInfo;
use authms_testkit::{Answer, Population, TestApp, TestRequest, Tokens, jwt};
use serde_json::{Value, json};
use std::sync::atomic::{AtomicU32, Ordering};

mod codes;
mod passkeys;
mod webhooks;

use passkeys::Passkey;

/// The password of everybody who has one.
pub const PASSWORD: &str = "correct horse battery staple";

/// Who calls.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Who {
    Anonymous,
    Person(Role),
    /// An API key as backends have it: `ticket:mint`, rank `member`.
    Minter,
    /// An API key with every scope there is, of the highest rank.
    FullKey,
    /// A support session on a member's behalf.
    OnBehalf,
}

impl Who {
    pub const ALL: [Self; 8] = [
        Self::Anonymous,
        Self::Person(Role::Member),
        Self::Person(Role::Support),
        Self::Person(Role::Admin),
        Self::Person(Role::SuperAdmin),
        Self::Minter,
        Self::FullKey,
        Self::OnBehalf,
    ];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Anonymous => "anonymous",
            Self::Person(role) => role.as_str(),
            Self::Minter => "mint key",
            Self::FullKey => "full key",
            Self::OnBehalf => "on behalf",
        }
    }
}

/// The things that one request may be about, all of one tenant and made for it alone.
pub struct Cast<'a> {
    pub app: &'a TestApp,
    /// Distinguishes names.
    pub n: u32,
    /// The caller's bearer token; empty for nobody.
    pub bearer: String,
    /// A refresh token of the target's.
    pub refresh: String,
    /// A ticket for the target.
    pub ticket: String,
    /// A member with a password.
    pub target: UserId,
    /// The target's user name.
    pub target_name: String,
    pub client: ClientId,
    /// The client's secret.
    pub client_secret: String,
    pub key: ApiKeyId,
    /// One of the networks of that key.
    pub restriction: RestrictionId,
    /// A session of the caller's besides the one of the bearer; the target's for who has none.
    pub session: String,
    /// A challenge of the target's, and the code that completes it.
    pub challenge: (String, String),
    /// A code that was sent to the target to sign in with, or to the caller's new address.
    pub code: String,
    /// A code with which the target sets their password anew.
    pub reset_code: String,
    /// A trusted device of the caller's, or of the target's for who has none.
    pub device: String,
    /// A passkey of the caller's, or of the target's for who has none.
    passkey: Passkey,
    /// An authenticator app of the caller's, and a code that it has not spent: of one that waits for its first code where
    /// that is what a request is about.
    pub factor: (FactorId, String),
    /// A recovery code of the caller's.
    pub recovery_code: String,
    /// An invitation to the tenant, and its code.
    pub invitation: (String, String),
    /// A request to act on behalf of the target, or of the caller where it is theirs to decide.
    pub act_request: String,
    /// The target's own access token at the client, and that of somebody who may act for them.
    pub exchanged: (String, String),
    /// An event of the tenant, which is sealed.
    pub event: String,
    /// An export of the tenant's log.
    pub export: String,
    /// A webhook of the tenant, and an event that it was told.
    pub webhook: (String, String),
    /// The tenant of all that.
    pub tenant: String,
}

impl<'a> Cast<'a> {
    /// Makes the caller in `home`, and what a request at `route` may be about.
    pub async fn new(app: &'a TestApp, home: &Population<'_>, who: Who, route: &RouteInfo) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let n = COUNT.fetch_add(1, Ordering::Relaxed);
        // Otherwise tickets and sessions of hundreds of casts would be of one moment.
        app.clock.advance(Span::seconds(1));
        let about = |part: &str| route.path.contains(part);
        let target_name = format!("target{n}");
        let sid = |token: &str| jwt::claims(token)["sid"].as_str().unwrap_or_default().to_owned();
        let parts = [
            "{user_id}",
            "/login",
            "/ticket/",
            "{ticket_id}",
            "/refresh",
            "/sessions/",
            "/generate-ticket",
            "impersonat",
            "/on-behalf/requests",
            "/batch/status",
            "/introspect",
            "/oauth/token",
            "/mfa/",
            "send-login-code",
            "/forgot-password",
            "/verify-reset-code",
            "/reset-password",
            "devices",
            "/authenticate/",
        ];
        let target = match who == Who::OnBehalf || parts.iter().any(|part| about(part)) {
            true => home.user_with_password(&target_name, Role::Member, PASSWORD).await,
            false => UserId::from_bytes([0; 16]),
        };
        let mut owner = target;
        let (mut bearer, mut session, mut refresh) = (String::new(), String::new(), String::new());
        if ["/mfa/methods", "/mfa/totp/devices", "/admin/mfa/totp/{user_id}"].contains(&route.path.as_str()) {
            home.authenticator(target).await;
        }
        if about("/admin/mfa/backup-codes") {
            home.recovery_codes(target).await;
        }
        let (mut factor, mut recovery_code) =
            ((FactorId::from_bytes([0; 16]), "000000".to_owned()), String::new());
        let about_tokens = ["/refresh", "/introspect", "/sessions/", "/login-histories"];
        if about_tokens.iter().any(|part| about(part)) {
            let tokens = home.sign_in(target).await;
            (session, refresh) = (sid(&tokens.access), tokens.refresh);
        }
        match who {
            Who::Anonymous => {}
            Who::Person(role) => {
                let name = format!("caller{n}");
                let me = home.user_with_password(&name, role, PASSWORD).await;
                bearer = home.sign_in(me).await.access;
                if about("/security-events") {
                    app.put("/auth/me", &bearer, json!({ "locale": "zh-CN" })).await;
                    app.seal().await;
                }
                if about("impersonat") || about("/generate-ticket") || about("/on-behalf/") {
                    app.proves(&bearer);
                }
                if !about("/admin/") {
                    owner = me;
                }
                let by_factor = ["/webauthn-credentials", "/mfa/reset", "/mfa/release/"];
                if route.path.starts_with("/mfa/") || by_factor.iter().any(|part| about(part)) {
                    let (id, phone) = home.add_authenticator(me, true).await;
                    bearer = home.sign_in_by_factor(&name, PASSWORD, &phone).await.access;
                    factor = (id, phone.code_after(app, 1));
                }
                if about("/totp/verify") {
                    let (id, phone) = home.add_authenticator(me, false).await;
                    factor = (id, phone.code(app));
                }
                if about("/backup-codes/") {
                    let made = app.post("/mfa/backup-codes/generate", &bearer, json!({})).await;
                    recovery_code = made.body["data"]["codes"][0].as_str().unwrap_or_default().to_owned();
                }
                if about("/sessions/") {
                    session = sid(&home.sign_in(me).await.access);
                }
            }
            Who::Minter => bearer = raw(home, &[Permission::TicketMint], Role::Member).await,
            Who::FullKey => bearer = raw(home, &scopes(), Role::SuperAdmin).await,
            Who::OnBehalf => {
                let (_, actor) = home.signed_in(&format!("actor{n}"), Role::Support).await;
                bearer = home.on_behalf(&actor, target).await;
            }
        }
        let of_clients = ["/clients", "/revoke", "/oauth/token"];
        let (client, client_secret) = match of_clients.iter().any(|part| about(part)) {
            true => {
                let made = home.client(&format!("client {n}")).await;
                (made.client.id, made.secret.expose().to_owned())
            }
            false => (ClientId::from_bytes([0; 16]), String::new()),
        };
        let exchanged = match about("/oauth/token") {
            true => exchangeable(home, target, (client, &client_secret)).await,
            false => Default::default(),
        };
        let (key, restriction) = match about("/api-keys") {
            true => key(home).await,
            false => (ApiKeyId::from_bytes([0; 16]), RestrictionId::from_bytes([0; 16])),
        };
        let ticket =
            if about("/ticket/") || about("{ticket_id}") { home.ticket(target).await } else { String::new() };
        let webhook = if about("/webhooks") { webhooks::told(home).await } else { Default::default() };
        let export = if about("/audit/export/") { export(home).await } else { String::new() };
        let event = match who {
            Who::Person(_) if about("/security-events/") => {
                let told = app.get("/auth/me/security-events", &bearer).await.body;
                told["items"][0]["id"].as_str().expect("an event").to_owned()
            }
            _ if about("/audit/") || about("/security-events/") => sealed_event(home).await,
            _ => String::new(),
        };
        if about("/audit/verifications") {
            let made =
                audit::verify_newest(&app.parts, &home.console(), None, None, &Source::default()).await;
            made.expect("verifies");
        }
        if about("/risk-events") || about("/risk-dashboard") {
            home.risk_event(UserId::from_bytes([7; 16]), Signal::NewCountry, 61).await;
        }
        let code = match who {
            _ if about("/login/email-code") => home.login_code(target).await,
            Who::Person(_) if about("/me/email/verify") => contact_code(app, &bearer, n, "email").await,
            Who::Person(_) if about("/me/phone/verify") => contact_code(app, &bearer, n, "phone").await,
            Who::Person(_) => codes::prepare(app, home, (owner, &bearer), n, &route.path).await,
            _ => String::new(),
        };
        if about("/mfa/release/") && route.method == "DELETE" {
            home.is_released(target).await;
        }
        let passkey = Passkey::new(app, home, (target, &bearer), &route.path).await;
        let act_request = match about("{act_request_id}") {
            true => home.act_request(owner).await.to_string(),
            false => String::new(),
        };
        Self {
            act_request,
            exchanged,
            event,
            export,
            webhook,
            app,
            n,
            bearer,
            refresh,
            ticket,
            target,
            target_name,
            client,
            client_secret,
            key,
            restriction,
            session,
            challenge: if about("/verify-challenge") || about("/passkey-options") {
                challenge(home, target).await
            } else if about("/send-code") {
                home.codes_to(target, FactorKind::Email, &codes::email(n)).await;
                challenge(home, target).await
            } else {
                Default::default()
            },
            code,
            reset_code: match about("/verify-reset-code") || about("/reset-password") {
                true => home.reset_code(target).await,
                false => String::new(),
            },
            device: if about("devices") {
                home.device(owner, true).await.id.to_string()
            } else {
                String::new()
            },
            factor,
            recovery_code,
            invitation: match about("/invitations") || about("/register") {
                true => home.invitation(&format!("invited{n}@example.test")).await,
                false => Default::default(),
            },
            passkey,
            tenant: home.tenant.to_string(),
        }
    }

    /// What a route calls a credential: a trusted device, a passkey or a factor.
    fn credential(&self, path: &str) -> String {
        match path {
            _ if path.contains("totp") => self.factor.0.to_string(),
            _ if path.contains("devices") => self.device.clone(),
            _ if path.contains("webauthn") => self.passkey.id.clone(),
            _ => self.factor.0.to_string(),
        }
    }

    /// What names the ticket.
    fn ticket_id(&self) -> String {
        self.ticket.get(4..26).map(|id| format!("tid_{id}")).unwrap_or_default()
    }

    /// The request at this route that succeeds, if the caller may; `None`: nobody has written one down yet.
    pub fn example(&self, route: &RouteInfo) -> Option<Example> {
        let body = self.body(&format!("{} {}", route.method, route.path))?;
        let whose = if ["/mfa/methods", "/mfa/totp/devices"].contains(&route.path.as_str())
            && route.method == "GET"
        {
            format!("?user_id={}", self.target)
        } else {
            String::new()
        };
        let path = (route.path.clone() + &whose)
            .replace("{user_id}", &self.target.to_string())
            .replace("{invitation_id}", &self.invitation.0)
            .replace("{act_request_id}", &self.act_request)
            .replace("{client_id}", &self.client.to_string())
            .replace("/devices/{id}", &format!("/devices/{}", self.device))
            .replace("webauthn-credentials/{id}", &format!("webauthn-credentials/{}", self.passkey.id))
            .replace("{id}", &self.key.to_string())
            .replace("{restriction_id}", &self.restriction.to_string())
            .replace("{ticket_id}", &self.ticket_id())
            .replace("{session_id}", &self.session)
            .replace("{device_id}", &self.credential(&route.path))
            .replace("{credential_id}", &self.credential(&route.path))
            .replace("{method_type}", "totp")
            .replace("{level}", "high")
            .replace("{alert_id}", &self.event)
            .replace("{job_id}", &self.export)
            .replace("{webhook_id}", &self.webhook.0)
            .replace("security-events/{event_id}", &format!("security-events/{}", self.event))
            .replace("{event_id}", &self.webhook.1)
            .replace("{tenant_id}", &self.tenant);
        let path = match path.as_str() {
            "/mfa/trusted-devices/check" => format!("{path}?user_id={}&fingerprint=sha256:1", self.target),
            "/admin/trusted-devices" => format!("{path}?user_id={}", self.target),
            "/admin/audit/merkle-proof" => format!("{path}?entry_id={}", self.event),
            _ => path,
        };
        assert!(!path.contains('{'), "{path}: nobody fills this in");
        Some(Example { method: route.method, path, body })
    }

    /// The body of the request that succeeds, null for none.
    fn body(&self, route: &str) -> Option<Value> {
        let n = self.n;
        Some(match route {
            "GET /health"
            | "GET /health/live"
            | "GET /health/ready"
            | "GET /.well-known/jwks.json"
            | "GET /.well-known/openid-configuration"
            | "GET /.well-known/oauth-authorization-server"
            | "GET /auth/me"
            | "GET /auth/me/permissions"
            | "GET /oauth/userinfo"
            | "POST /oauth/userinfo"
            | "GET /auth/me/memberships"
            | "GET /auth/me/tenants"
            | "GET /auth/me/email-verification-status"
            | "GET /auth/me/sessions"
            | "GET /auth/me/security-events"
            | "GET /mfa/status/{user_id}"
            | "DELETE /mfa/methods/{method_type}"
            | "POST /mfa/totp/disable"
            | "GET /mfa/totp/devices/{device_id}"
            | "DELETE /mfa/totp/devices/{device_id}"
            | "POST /mfa/totp/devices/{device_id}/enable"
            | "POST /mfa/totp/devices/{device_id}/disable"
            | "GET /mfa/backup-codes"
            | "GET /mfa/backup-codes/count"
            | "DELETE /auth/me/sessions"
            | "DELETE /auth/me/sessions/{session_id}"
            | "GET /devices"
            | "DELETE /devices"
            | "DELETE /devices/{id}"
            | "GET /auth/me/devices"
            | "DELETE /auth/me/devices/{device_id}"
            | "GET /trusted-devices"
            | "DELETE /trusted-devices/{device_id}"
            | "GET /mfa/trusted-devices"
            | "DELETE /mfa/trusted-devices"
            | "GET /mfa/trusted-devices/check"
            | "POST /mfa/trusted-devices/cleanup"
            | "GET /mfa/trusted-devices/{credential_id}"
            | "DELETE /mfa/trusted-devices/{credential_id}"
            | "GET /admin/trusted-devices"
            | "DELETE /admin/trusted-devices/{device_id}"
            | "GET /auth/api-keys"
            | "GET /auth/api-keys/{id}"
            | "DELETE /auth/api-keys/{id}"
            | "DELETE /auth/api-keys/{id}/ip-restrictions/{restriction_id}"
            | "GET /admin/auth/api-keys"
            | "GET /admin/auth/api-keys/expiring"
            | "DELETE /admin/auth/api-keys/{id}/force"
            | "GET /admin/users"
            | "GET /admin/users/{user_id}"
            | "DELETE /admin/users/{user_id}"
            | "GET /admin/users/{user_id}/login-histories"
            | "GET /admin/users/{user_id}/security-status"
            | "GET /admin/users/{user_id}/password-status"
            | "GET /admin/security/password-policy"
            | "DELETE /admin/memberships/{user_id}"
            | "GET /admin/invitations"
            | "GET /admin/invitations/{invitation_id}"
            | "DELETE /admin/invitations/{invitation_id}"
            | "GET /admin/tickets"
            | "GET /admin/tickets/{ticket_id}"
            | "DELETE /admin/tickets/{ticket_id}"
            | "DELETE /admin/users/{user_id}/tickets"
            | "GET /admin/tenants"
            | "GET /admin/tenants/{tenant_id}"
            | "GET /admin/tickets/policy"
            | "GET /admin/on-behalf/policy"
            | "GET /admin/on-behalf/requests"
            | "GET /admin/on-behalf/requests/{act_request_id}"
            | "POST /admin/on-behalf/requests/{act_request_id}/approve"
            | "POST /admin/on-behalf/requests/{act_request_id}/refuse"
            | "GET /auth/me/on-behalf/opt-out"
            | "GET /auth/me/on-behalf/requests"
            | "POST /auth/me/on-behalf/requests/{act_request_id}/agree"
            | "POST /auth/me/on-behalf/requests/{act_request_id}/refuse"
            | "POST /auth/me/stop-impersonation"
            | "GET /admin/mfa/risk-policy"
            | "POST /admin/mfa/release/{user_id}"
            | "DELETE /admin/mfa/release/{user_id}"
            | "GET /admin/mfa/risk-policies"
            | "DELETE /admin/mfa/reset/{user_id}"
            | "GET /admin/security/password-stats"
            | "GET /admin/devices/{device_id}/risk"
            | "GET /admin/mfa/totp/{user_id}"
            | "GET /admin/mfa/backup-codes"
            | "GET /admin/mfa/backup-codes/{user_id}"
            | "DELETE /admin/mfa/risk-policies/{level}"
            | "GET /admin/security/risk-config"
            | "GET /admin/security/risk-events"
            | "GET /admin/security/risk-events/aggregation"
            | "GET /admin/security/risk-dashboard"
            | "POST /admin/security/risk-config/reset"
            | "GET /mfa/webauthn/credentials"
            | "GET /mfa/webauthn/credentials/{credential_id}"
            | "GET /auth/me/webauthn-credentials"
            | "GET /admin/audit/logs"
            | "GET /admin/audit/logs/{alert_id}"
            | "GET /admin/audit/merkle-proof"
            | "GET /admin/audit/merkle-root"
            | "GET /admin/audit/hashchain/{tenant_id}"
            | "GET /admin/audit/hashchain/{tenant_id}/verify-by-date"
            | "GET /admin/audit/stream"
            | "GET /admin/audit/stats"
            | "GET /admin/audit/verifications"
            | "GET /admin/audit/retention-policy"
            | "GET /audit/public/hashchain"
            | "GET /admin/audit/export/jobs"
            | "GET /admin/audit/export/{job_id}/status"
            | "GET /admin/audit/export/{job_id}/download"
            | "GET /admin/webhooks"
            | "GET /admin/webhooks/events"
            | "GET /admin/webhooks/{webhook_id}"
            | "DELETE /admin/webhooks/{webhook_id}"
            | "POST /admin/webhooks/{webhook_id}/rotate-secret"
            | "POST /admin/webhooks/{webhook_id}/test"
            | "GET /admin/webhooks/{webhook_id}/deliveries"
            | "POST /admin/webhooks/{webhook_id}/deliveries/{event_id}/replay"
            | "POST /admin/webhooks/{webhook_id}/replay"
            | "GET /admin/oauth/clients"
            | "GET /admin/oauth/clients/{client_id}"
            | "DELETE /admin/oauth/clients/{client_id}"
            | "POST /admin/oauth/clients/{client_id}/rotate-secret" => Value::Null,
            "POST /auth/ticket/signin" | "POST /auth/ticket/peek" | "POST /auth/ticket/report" => {
                json!({ "ticket": self.ticket })
            }
            "POST /auth/mfa/verify-challenge" => {
                json!({ "challenge_token": self.challenge.0, "code": self.challenge.1 })
            }
            "PUT /auth/me/on-behalf/opt-out" => json!({ "opted_out": true }),
            "POST /admin/on-behalf/requests" => {
                json!({ "user_id": self.target.to_string(), "reason": "ticket 42" })
            }
            "POST /admin/impersonate" => json!({ "user_id": self.target.to_string(), "reason": "ticket 42" }),
            "POST /admin/users/{user_id}/impersonate" => json!({ "reason": "ticket 42" }),
            "PUT /admin/on-behalf/policy" => json!({ "require_reference": false }),
            "POST /admin/webhooks" => json!({ "url": "https://hooks.shop.test/", "events": ["user.*"] }),
            "PUT /admin/webhooks/{webhook_id}" => json!({ "description": "CRM" }),
            "PUT /devices/{id}/trust" => json!({ "trust": false }),
            "PUT /auth/me/devices/{device_id}/trust" => json!({ "trusted": false }),
            "POST /trusted-devices" | "POST /mfa/trusted-devices" => {
                json!({ "device_fingerprint": "sha256:1", "device_name": "phone", "trust": false })
            }
            "POST /mfa/webauthn/credentials/register" | "POST /auth/webauthn/register/begin" => {
                json!({ "password": PASSWORD })
            }
            "DELETE /mfa/webauthn/credentials/{credential_id}"
            | "DELETE /auth/me/webauthn-credentials/{id}" => json!({ "end_other_sessions": false }),
            "POST /mfa/webauthn/credentials/register/verify" | "POST /auth/webauthn/login/complete" => {
                self.passkey.credential.clone()
            }
            "POST /auth/webauthn/register/complete" | "POST /auth/webauthn/authenticate/complete" => {
                json!({ "credential": self.passkey.credential })
            }
            "PUT /mfa/webauthn/credentials/{credential_id}" => json!({ "name": "YubiKey 5C" }),
            "POST /auth/webauthn/login/begin" | "POST /auth/webauthn/authenticate/begin" => {
                json!({ "email": self.target_name, "tenant_id": self.tenant })
            }
            "POST /auth/mfa/send-code" => {
                json!({ "challenge_token": self.challenge.0, "mfa_method": "email" })
            }
            "PUT /mfa/email/enroll" | "POST /mfa/email/send" => json!({ "email": codes::email(n) }),
            "PUT /mfa/sms/enroll" | "POST /mfa/sms/send" => json!({ "phone": codes::phone(n) }),
            "POST /mfa/email/verify"
            | "POST /mfa/sms/verify"
            | "POST /mfa/email/disable"
            | "POST /mfa/sms/disable" => json!({ "code": self.code }),
            "POST /mfa/challenge" => json!({ "method": "email" }),
            "POST /auth/mfa/passkey-options" => json!({ "challenge_token": self.challenge.0 }),
            "GET /mfa/methods" | "GET /mfa/totp/devices" => Value::Null,
            "POST /auth/re-authenticate" => json!({ "password": PASSWORD }),
            "POST /mfa/backup-codes/generate" => json!({}),
            "POST /mfa/step-up" => json!({ "code": self.factor.1, "method": "totp", "user_id": "" }),
            "POST /mfa/credentials/{credential_id}/primary" => json!({ "type": "totp" }),
            "POST /mfa/totp/setup" | "POST /mfa/totp/enable" | "POST /mfa/totp/devices" => {
                json!({ "device_name": "phone" })
            }
            "POST /mfa/totp/verify" | "POST /mfa/totp/validate" => json!({ "code": self.factor.1 }),
            "POST /mfa/backup-codes/verify" => json!({ "code": self.recovery_code }),
            "POST /auth/login" => json!({ "identity": self.target_name, "password": PASSWORD }),
            "POST /auth/send-login-code" => {
                json!({ "email": format!("{}@example.test", self.target_name) })
            }
            "POST /auth/login/email-code" => {
                json!({ "email": format!("{}@example.test", self.target_name), "code": self.code })
            }
            "POST /admin/audit/verifications" => json!({}),
            "POST /auth/me/security-events/{event_id}/dismiss" => json!({ "reason": "it was me" }),
            "PUT /admin/audit/retention-policy" => json!({ "days": 90, "enabled": true }),
            "POST /admin/audit/export" => json!({ "format": "json" }),
            "POST /admin/audit/merkle-proofs" => json!({ "entry_ids": [self.event] }),
            "POST /auth/me/email/change" => {
                json!({ "new_email": format!("elsewhere{n}@example.test"), "password": PASSWORD })
            }
            "POST /auth/me/phone/change" => {
                json!({ "new_phone": format!("+861380{n:07}"), "password": PASSWORD })
            }
            "POST /auth/me/email/verify" | "POST /auth/me/phone/verify" => json!({ "code": self.code }),
            "POST /auth/forgot-password" => json!({ "identity": self.target_name }),
            "POST /auth/verify-reset-code" => {
                json!({ "identity": self.target_name, "code": self.reset_code })
            }
            "POST /auth/reset-password" => json!({
                "identity": self.target_name, "code": self.reset_code, "new_password": "a different long sentence",
            }),
            "POST /admin/users/{user_id}/password-resets" => json!({}),
            "POST /auth/register" => json!({ "invitation_code": self.invitation.1, "password": PASSWORD }),
            "POST /admin/invitations" => json!({ "email": format!("new{n}@example.test") }),
            "POST /oauth/introspect" => json!({ "token": self.refresh }),
            "POST /oauth/token" | "POST /oauth/token-exchange" => json!({
                "grant_type": "urn:ietf:params:oauth:grant-type:token-exchange", "subject_token": self.exchanged.0,
                "actor_token": self.exchanged.1, "reason": "ticket 42", "client_id": self.client.to_string(),
                "client_secret": self.client_secret,
            }),
            "POST /oauth/revoke" => json!({
                "token": "unknown", "client_id": self.client.to_string(), "client_secret": self.client_secret,
            }),
            "POST /auth/refresh" => json!({ "refresh_token": self.refresh }),
            "POST /auth/logout" => json!({}),
            "POST /auth/generate-ticket" => {
                json!({ "user_id": self.target.to_string(), "reason": "asked by telephone" })
            }
            "POST /auth/generate-ticket/batch" => {
                json!({ "items": [{ "user_id": self.target.to_string(), "reason": "asked by telephone" }] })
            }
            "PUT /auth/me" => json!({ "locale": "zh-CN" }),
            "PUT /auth/me/password" => {
                json!({ "old_password": PASSWORD, "new_password": "a different long sentence" })
            }
            "POST /auth/api-keys" => json!({ "name": "backend", "scopes": ["ticket:mint"] }),
            "PUT /auth/api-keys/{id}/status" => json!({ "status": "inactive" }),
            "PUT /auth/api-keys/{id}/scopes" => json!({ "scopes": ["ticket:mint", "user:read"] }),
            "PUT /auth/api-keys/{id}/clients" => json!({ "client_ids": [] }),
            "POST /auth/api-keys/{id}/rotate" => json!({ "overlap_seconds": 3600 }),
            "POST /auth/api-keys/{id}/ip-restrictions" => {
                json!({ "value": "192.0.2.0/24", "label": "office" })
            }
            "POST /admin/auth/api-keys/batch-revoke" => json!({ "ids": [self.key.to_string(), "nobody's"] }),
            "POST /admin/users" => json!({ "username": format!("new{n}"), "password": PASSWORD }),
            "POST /admin/users/batch" => json!({ "users": [{ "username": format!("one{n}") }] }),
            "POST /admin/users/batch/status" => {
                json!({ "status": "disabled", "user_ids": [self.target.to_string()] })
            }
            "PUT /admin/users/{user_id}" => json!({ "nickname": "Nick" }),
            "PUT /admin/users/{user_id}/status" => json!({ "status": "disabled" }),
            "PUT /admin/users/{user_id}/password" => json!({ "new_password": "a different long sentence" }),
            "POST /public/password-strength" | "POST /auth/me/password-strength" => {
                json!({ "password": "password" })
            }
            "PUT /admin/security/password-policy" => json!({ "history_count": 4, "words": ["wolpertinger"] }),
            "POST /admin/users/{user_id}/password-compromised" => {
                json!({ "reason": "in a list of leaked ones" })
            }
            "POST /admin/users/{user_id}/account-unlocks" => json!({ "reason": "asked by telephone" }),
            "PUT /admin/memberships/{user_id}" => json!({ "role": "support" }),
            "POST /admin/tenants" => json!({ "name": format!("tenant {n}") }),
            "PUT /admin/tenants/{tenant_id}" => json!({ "name": format!("renamed {n}") }),
            "PUT /admin/security/risk-config" => json!({ "signal_weights": { "ip_vpn": 20 } }),
            "PUT /admin/mfa/risk-policy" => json!({
                "low_risk": [], "medium_risk": ["totp", "passkey", "email"], "high_risk": ["totp", "passkey"],
            }),
            "POST /admin/mfa/risk-policies/evaluate" => json!({
                "user_id": self.target.to_string(), "ip": "192.0.2.7", "device_fingerprint": "sha256:1",
            }),
            "PUT /admin/mfa/risk-policies/{level}" => {
                json!({ "enabled": true, "required_methods": ["totp", "passkey"] })
            }
            "PUT /admin/tickets/policy" => json!({ "forbid_unbound": false }),
            "POST /admin/oauth/clients" => json!({ "name": format!("app {n}"), "redirect_uris": [] }),
            "PUT /admin/oauth/clients/{client_id}" => json!({ "name": format!("other {n}") }),
            _ => return None,
        })
    }

    /// The same, or the test fails and says where to write it down.
    pub fn expect(&self, route: &RouteInfo) -> Example {
        let RouteInfo { method, path, .. } = route;
        self.example(route).unwrap_or_else(|| panic!("{method} {path} has no example: add it to stage.rs"))
    }

    /// Sends the request that succeeds, if the caller may.
    pub async fn send(&self, route: &RouteInfo) -> Answer {
        self.expect(route).request(self.app).bearer(&self.bearer).send().await
    }
}

/// A request to be varied.
#[derive(Clone, Debug)]
pub struct Example {
    pub method: &'static str,
    pub path: String,
    pub body: Value,
}

impl Example {
    pub fn request(&self, app: &TestApp) -> TestRequest {
        let request = app.request(self.method, &self.path);
        if self.body.is_null() { request } else { request.json(self.body.clone()) }
    }
}

/// Every scope that a key may have.
pub fn scopes() -> Vec<Permission> {
    Permission::ALL.into_iter().filter(|p| p.is_scope()).collect()
}

/// A key with all that a key may have, and one of its networks.
async fn key(home: &Population<'_>) -> (ApiKeyId, RestrictionId) {
    let network =
        |value: &str| NewRestriction { value: value.to_owned(), label: Some("data centre".to_owned()) };
    let more = CreateKey {
        networks: vec![network("10.0.0.0/8"), network("2001:db8::/48")],
        expires_at: Some(home.now().plus(Span::hours(3 * 24))),
        ..CreateKey::default()
    };
    let made = home.key_with(&[Permission::TicketMint], Role::Member, more).await.key;
    (made.id, made.networks[0].id)
}

/// A user's own access token at a client, and that of a supporter who proved a second factor there just now.
async fn exchangeable(
    home: &Population<'_>,
    user: UserId,
    (client, secret): (ClientId, &str),
) -> (String, String) {
    let app = home.app();
    let (actor, _) = home.signed_in(&format!("actor-{client}"), Role::Support).await;
    let mut tokens = Vec::new();
    for who in [user, actor] {
        let request = app.signin(json!({ "ticket": home.ticket(who).await }));
        let answer = request.basic(&client.to_string(), secret).send().await;
        tokens.push(Tokens::of(answer).access);
    }
    app.proves(&tokens[1]);
    (tokens.swap_remove(0), tokens.swap_remove(0))
}

/// A challenge of this user's, and the code that completes it. Nobody else is asked for one.
pub async fn challenge(home: &Population<'_>, user: UserId) -> (String, String) {
    let (app, phone) = (home.app(), home.authenticator(user).await);
    home.always_asks().await;
    let answer = app.redeem(&home.ticket(user).await).await;
    home.asks_for(MfaPolicy::default()).await;
    (TestApp::challenge_of(&answer), phone.code(app))
}

/// An export of the tenant's log.
async fn export(home: &Population<'_>) -> String {
    sealed_event(home).await;
    let ask =
        AskExport { format: Format::Json, names: Vec::new(), kinds: Vec::new(), from: None, until: None };
    let made = audit::ask(&home.app().parts, &home.console(), ask, &Source::default()).await;
    made.expect("asks").id.to_string()
}

/// An event of the tenant, which is sealed.
async fn sealed_event(home: &Population<'_>) -> String {
    home.risk_event(UserId::from_bytes([7; 16]), Signal::NewCountry, 61).await;
    home.app().seal().await;
    let newest = PageRequest::new(None, None);
    let found = home.app().store().audit_entries(home.tenant, AuditFilter::default(), newest).await;
    found.expect("reads").items[0].id.to_string()
}

async fn raw(home: &Population<'_>, scopes: &[Permission], rank: Role) -> String {
    home.key(scopes, rank).await.raw.expose().to_owned()
}

/// The code that was sent to the caller's new address.
async fn contact_code(app: &TestApp, bearer: &str, n: u32, kind: &str) -> String {
    let new = if kind == "email" { format!("elsewhere{n}@example.test") } else { format!("+861380{n:07}") };
    let body = json!({ format!("new_{kind}"): new, "password": PASSWORD });
    let answer = app.post(&format!("/auth/me/{kind}/change"), bearer, body).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let letters = app.post_leaves().await;
    letters.iter().find(|l| l.to == new).expect("a letter").code()
}
