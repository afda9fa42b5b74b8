//! Second factors of people in tests, and tenants that ask for them.

use crate::{Answer, Population, TestApp, Tokens};
use authms_core::audit::{Event, EventName};
use authms_core::commit::{self, Commit, Guard, Row};
use authms_core::factor::{self, Factor, FactorKind, TotpSecret};
use authms_core::id::{FactorId, UserId};
use authms_core::mfa::MfaPolicy;
use authms_core::ports::random;
use authms_core::tenant::{self, Tenant};
use authms_crypto::{TOTP_STEP, totp_code};
use serde_json::{Value, json};

/// An authenticator app of somebody's.
pub struct Authenticator(TotpSecret);

impl Authenticator {
    /// One that was told this secret (RFC 4648 §6, without padding).
    pub fn from_base32(text: &str) -> Self {
        let value = |c: u8| b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".iter().position(|a| *a == c);
        let mut bytes = Vec::new();
        let (mut held, mut bits) = (0_usize, 0);
        for digit in text.bytes() {
            held = (held << 5 | value(digit).expect("base32")) & 0xffff;
            bits += 5;
            if bits >= 8 {
                bits -= 8;
                bytes.push((held >> bits) as u8);
            }
        }
        Self(TotpSecret::from_bytes(bytes.try_into().expect("20 bytes")))
    }

    /// The code that it shows now.
    pub fn code(&self, app: &TestApp) -> String {
        self.code_after(app, 0)
    }

    /// The code that it shows so many steps from now.
    pub fn code_after(&self, app: &TestApp, steps: i64) -> String {
        let step = app.parts.now().as_seconds() / TOTP_STEP + steps;
        totp_code(self.0.expose(), step).expect("after 1970")
    }

    /// A code that it shows at none of the steps that are looked at now.
    pub fn wrong_code(&self, app: &TestApp) -> String {
        let near: Vec<_> = (-1..=1).map(|steps| self.code_after(app, steps)).collect();
        (0..).map(|n| format!("{n:06}")).find(|code| !near.contains(code)).expect("one of a million")
    }
}

impl Population<'_> {
    /// Gives a user an authenticator app.
    pub async fn authenticator(&self, user: UserId) -> Authenticator {
        self.add_authenticator(user, true).await.1
    }

    /// Gives a user an authenticator app, whose enrolment is finished or not.
    pub async fn add_authenticator(&self, user: UserId, finished: bool) -> (FactorId, Authenticator) {
        let parts = &self.app().parts;
        let secret = TotpSecret::generate(parts);
        let factor = self.factor(user, FactorKind::Totp);
        let id = factor.id;
        let sealed = Some(secret.sealed(parts, id));
        let verified_at = factor.verified_at.filter(|_| finished);
        self.add(Factor { sealed, verified_at, primary: finished, ..factor }).await;
        (id, Authenticator(secret))
    }

    /// Gives a user codes by e-mail or SMS, to this address.
    pub async fn codes_to(&self, user: UserId, kind: FactorKind, address: &str) -> FactorId {
        let factor = Factor { address: Some(address.to_owned()), ..self.factor(user, kind) };
        let id = factor.id;
        self.add(factor).await;
        id
    }

    fn factor(&self, user: UserId, kind: FactorKind) -> Factor {
        let parts = &self.app().parts;
        let now = parts.now();
        Factor {
            id: FactorId::generate(now, &*parts.rng),
            user,
            kind,
            name: "phone".to_owned(),
            address: None,
            sealed: None,
            verified_at: Some(now),
            enabled: true,
            primary: false,
            failures: 0,
            last_step: None,
            last_used_at: None,
            created_at: now,
            set_password: false,
        }
    }

    async fn add(&self, factor: Factor) {
        let parts = &self.app().parts;
        let event = Event::new(EventName::UserUpdated, Some(self.tenant)).subject(factor.user).by_console();
        let commit = Commit::new(event.into_row(parts.now(), &*parts.rng))
            .change(commit::Change::Factor(factor::Change::Add(Box::new(factor))));
        parts.store.commit(commit).await.expect("adds a factor");
    }

    /// Gives a user ten recovery codes, of which nobody knows what they are.
    pub async fn recovery_codes(&self, user: UserId) -> FactorId {
        let parts = &self.app().parts;
        let (now, id) = (parts.now(), FactorId::generate(parts.now(), &*parts.rng));
        let factor = Factor {
            id,
            user,
            kind: FactorKind::RecoveryCode,
            name: "recovery codes".to_owned(),
            address: None,
            sealed: None,
            verified_at: Some(now),
            enabled: true,
            primary: false,
            failures: 0,
            last_step: None,
            last_used_at: None,
            created_at: now,
            set_password: false,
        };
        let hashes = (0..10).map(|_| random(&*parts.rng)).collect();
        let replace = factor::Change::ReplaceRecoveryCodes { factor: Box::new(factor), hashes };
        let commit = Commit::unremarkable(commit::Change::Factor(replace));
        parts.store.commit(commit).await.expect("makes codes");
        id
    }

    /// Signs a user in by password and authenticator app, and leaves the tenant asking for none.
    pub async fn sign_in_by_factor(&self, name: &str, password: &str, phone: &Authenticator) -> Tokens {
        self.always_asks().await;
        let body = json!({ "identity": name, "password": password, "tenant_id": self.tenant.to_string() });
        let answer = self.app().request("POST", "/api/v1/auth/login").json(body).send().await;
        self.asks_for(MfaPolicy::default()).await;
        let answer = self.app().verify(&TestApp::challenge_of(&answer), &phone.code(self.app())).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        Tokens::of(answer)
    }

    /// Has the tenant ask for second factors like this.
    pub async fn asks_for(&self, policy: MfaPolicy) {
        let parts = &self.app().parts;
        let found = parts.store.tenant(self.tenant).await.expect("reads").expect("a tenant");
        let rev = found.rev;
        let event = Event::new(EventName::TenantUpdated, Some(self.tenant)).by_console();
        let changed = Tenant { mfa_policy: policy, rev: rev + 1, ..found };
        let commit = Commit::new(event.into_row(parts.now(), &*parts.rng))
            .guard(Guard::Rev { row: Row::Tenant(self.tenant), rev })
            .change(commit::Change::Tenant(tenant::Change::Update(changed)));
        parts.store.commit(commit).await.expect("changes the tenant");
    }

    /// Has the tenant ask at every sign-in.
    pub async fn always_asks(&self) {
        self.asks_for(MfaPolicy { always: true, ..MfaPolicy::default() }).await;
    }
}

impl TestApp {
    /// `POST /auth/mfa/verify-challenge`
    pub async fn verify(&self, challenge: &str, code: &str) -> Answer {
        self.verify_with(json!({ "challenge_token": challenge, "code": code })).await
    }

    /// The same with this body.
    pub async fn verify_with(&self, body: Value) -> Answer {
        self.request("POST", "/api/v1/auth/mfa/verify-challenge").json(body).send().await
    }

    /// The challenge that a sign-in answered.
    pub fn challenge_of(answer: &Answer) -> String {
        assert_eq!((answer.status, &answer.body["requires_mfa"]), (200, &json!(true)), "{}", answer.body);
        answer.body["challenge_token"].as_str().expect("a challenge").to_owned()
    }
}
