//! A client: asks, repeats what was not answered, and never waits for the others.

use super::board::{ChallengeCard, Opened, SessionCard, TicketCard};
use super::history::{History, SessionLife, TicketLife};
use super::scene::Scene;
use super::witness::Key;
use super::world::PASSWORD;
use crate::promise::Promise;
use authms_core::access::Caller;
use authms_core::audit::Source;
use authms_core::factor::FactorKind;
use authms_core::id::{SessionId, UserId};
use authms_core::key;
use authms_core::mfa::{STEP_UP_TOKEN_TYP, STEP_UP_TTL};
use authms_core::session::{
    self, AdministerError, AuthenticateError, Bearer, EndError, Logout, RefreshError,
};
use authms_core::signin::challenge::{ChallengeError, Verify, verify};
use authms_core::signin::{Login, LoginError, login};
use authms_core::ticket::{self, Existing, Mint, MintError, Redeem, RedeemError, Subject, TicketError};
use authms_core::user::{self, UserError};
use authms_crypto::{RefreshToken, SecretString, TOTP_STEP, pkce_s256, totp_code};
use serde_json::json;

/// RFC 7636, appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
impl Scene {
    /// Does so many things, one after another.
    pub(super) async fn act(&self, things: u64) {
        for _ in 0..things {
            match self.stage.below(100) {
                0..=17 => self.mint().await,
                18..=43 => self.redeem().await,
                44..=59 => self.verify().await,
                60..=73 => self.refresh().await,
                74..=79 => self.look().await,
                80..=84 => self.log_out().await,
                85 => self.end_all().await,
                86..=87 => self.switch(false).await,
                88..=91 => self.switch(true).await,
                92..=93 => self.revoke().await,
                94 => self.revoke_all().await,
                95..=97 => self.login().await,
                _ => self.act_for().await,
            }
        }
    }

    async fn mint(&self) {
        // Where second factors are asked for, the administrator has none and stays out.
        let admin = self.world.people[0].app.is_none() && self.stage.chance(150);
        let user = if admin { self.world.admin } else { self.person().id };
        let key = self.stage.chance(500).then(|| format!("mint-{}", self.stage.moment()));
        let proof = self.stage.chance(300);
        let ask = Mint {
            ttl_seconds: Some([10, 60, 300, 600][self.stage.below(4) as usize]),
            proof: proof.then(|| pkce_s256(VERIFIER)),
            existing: match self.stage.below(10) {
                0 => Existing::Replace,
                1 => Existing::Max(2),
                _ => Existing::Keep,
            },
            idempotency_key: key,
            ..Mint::for_user(user)
        };
        // The system's rank is that of members: administrators have their tickets from the console.
        let source = Source::default();
        let minted = self.persist(is_mint_fault, || async {
            let caller = if admin { Caller::Console(self.world.tenant) } else { self.system().await? };
            ticket::mint(&self.world.parts, &caller, ask.clone(), &source).await
        });
        match minted.await {
            Some((_, Ok(minted))) => self.minted(minted, proof),
            Some((_, Err(MintError::Repeated(id)))) => {
                self.witness.acknowledged("mint repeated", |history| history.ticket(id).is_some());
            }
            _ => {}
        }
    }

    fn minted(&self, minted: ticket::Minted, proof: bool) {
        self.witness.acknowledged("minted", |history| history.ticket(minted.id).is_some());
        self.board().tickets.push(TicketCard { id: minted.id, text: minted.ticket, proof });
    }

    async fn system(&self) -> Result<Caller, MintError> {
        match key::authenticate(&self.world.parts, &self.world.key, &Source::default()).await {
            Ok(system) => Ok(Caller::System(system)),
            Err(AuthenticateError::Fault(fault)) => Err(fault.into()),
            Err(_) => Err(MintError::UnknownUser),
        }
    }

    /// The administrator acts on somebody's behalf.
    async fn act_for(&self) {
        let Some(card) = self.any(|board| &board.sessions) else { return };
        let Some(access) = card.access.last().cloned() else { return };
        let user = self.person().id;
        let ask = Mint {
            user: Subject::User(user),
            reason: Some("ticket 42".into()),
            proof: Some(pkce_s256(VERIFIER)),
            ..Mint::for_user(user)
        };
        let source = Source::default();
        let minted = self.persist(is_mint_fault, || async {
            match session::authenticate(&self.world.parts, access.expose(), &source).await {
                Ok(bearer) => {
                    let ask = Mint { step_up: self.stepped_up(&bearer), ..ask.clone() };
                    ticket::mint(&self.world.parts, &bearer.caller, ask, &source).await
                }
                Err(AuthenticateError::Fault(fault)) => Err(fault.into()),
                Err(_) => Err(MintError::UnknownUser),
            }
        });
        if let Some((_, Ok(minted))) = minted.await {
            self.minted(minted, true);
        }
    }

    /// What a second factor would have given them that they proved just now.
    fn stepped_up(&self, bearer: &Bearer) -> Option<SecretString> {
        let (Caller::Person(me), Some(standing)) = (&bearer.caller, &bearer.standing) else { return None };
        let parts = &self.world.parts;
        let now = parts.now().as_seconds();
        let claims = json!({
            "iss": parts.policy.issuer,
            "aud": [parts.policy.audience],
            "exp": now + STEP_UP_TTL.as_seconds(),
            "iat": now,
            "sub": me.user.to_string(),
            "sid": me.session.to_string(),
            "proof": "factor",
        });
        let jwt = standing.tenant.signing.key(&parts.keys.ring()).sign_jwt(STEP_UP_TOKEN_TYP, &claims);
        jwt.ok().map(SecretString::new)
    }

    async fn redeem(&self) {
        let Some(card) = self.any(|board| &board.tickets) else { return };
        let right = self.stage.chance(900) || !card.proof;
        self.redeem_with(&card, self.key(), right).await;
    }

    /// Whether it let in; `None`: no answer.
    pub(super) async fn redeem_with(&self, card: &TicketCard, key: Key, right: bool) -> Option<bool> {
        let verifier = if right { VERIFIER.to_owned() } else { VERIFIER.replace('d', "e") };
        let ask = Redeem {
            ticket: card.text.clone(),
            verifier: card.proof.then(|| SecretString::new(verifier)),
            redirect_uri: None,
            context: None,
            told: None,
            client: None,
            tenant: None,
            idempotency_key: key.map(|key| SecretString::new(key.to_owned())),
        };
        let source = Source::default();
        let is_fault = |error: &RedeemError| matches!(error, RedeemError::Fault(_));
        let (started, outcome) =
            self.persist(is_fault, || ticket::redeem(&self.world.parts, &ask, &source)).await?;
        let Ok(answer) = outcome else {
            self.stage.happened("redeem refused", || card.id.to_string());
            return Some(false);
        };
        if !right {
            self.stage.broken(Promise::BoundedGuesses, format!("{} let in without its proof", card.id));
        }
        if let Some(opened) = Opened::by(&answer) {
            self.witness.redeemed(started, (card.id, key), &opened);
        }
        self.board().add(answer);
        Some(true)
    }

    async fn verify(&self) {
        let Some(card) = self.any(|board| &board.challenges) else { return };
        let right = self.stage.chance(500);
        self.verify_with(&card, self.key(), right).await;
    }

    /// Whether it let in; `None`: no answer.
    pub(super) async fn verify_with(&self, card: &ChallengeCard, key: Key, right: bool) -> Option<bool> {
        let user = self.stage.history(|history| history.challenge(card.id).map(|life| life.user))?;
        let code = self.code(user, right)?;
        let ask = Verify {
            token: card.token.clone(),
            method: FactorKind::Totp,
            code: SecretString::new(code),
            assertion: None,
            told: None,
            client: None,
            idempotency_key: key.map(|key| SecretString::new(key.to_owned())),
        };
        let source = Source::default();
        let is_fault = |error: &ChallengeError| matches!(error, ChallengeError::Fault(_));
        let (started, outcome) = self.persist(is_fault, || verify(&self.world.parts, &ask, &source)).await?;
        match outcome {
            Ok(answer) => {
                if let Some(opened) = Opened::by(&answer) {
                    self.witness.passed(started, (card.id, key), &opened);
                }
                self.board().add(answer);
                return Some(true);
            }
            Err(ChallengeError::Wrong) => self.witness.wrong(card.id),
            Err(other) => self.stage.happened("challenge refused", || format!("{}: {other}", card.id)),
        }
        Some(false)
    }

    fn code(&self, user: UserId, right: bool) -> Option<String> {
        let app = self.world.people.iter().find(|person| person.id == user)?.app.as_ref()?;
        let step = self.world.parts.now().as_seconds() / TOTP_STEP;
        if right {
            return totp_code(app.expose(), step);
        }
        let near: Vec<_> = (-2..=2).filter_map(|away| totp_code(app.expose(), step + away)).collect();
        ["000000", "000001", "000002", "000003", "000004", "000005"]
            .into_iter()
            .find(|code| !near.iter().any(|near| near == code))
            .map(str::to_owned)
    }

    async fn refresh(&self) {
        let Some(card) = self.any(|board| &board.sessions) else { return };
        let newest = card.refresh.len().saturating_sub(1);
        // Seldom one that was used before: that ends the family.
        let back = if self.stage.chance(60) { self.stage.below(3) as usize } else { 0 };
        if let Some(token) = card.refresh.get(newest.saturating_sub(back)) {
            self.refresh_with(token).await;
        }
    }

    /// Whether it let in; `None`: no answer.
    pub(super) async fn refresh_with(&self, token: &SecretString) -> Option<bool> {
        let source = Source::default();
        let is_fault = |error: &RefreshError| matches!(error, RefreshError::Fault(_));
        let (started, outcome) =
            self.persist(is_fault, || session::refresh(&self.world.parts, token, None, &source)).await?;
        match outcome {
            Ok(answer) => {
                if let Some(opened) = Opened::by(&answer) {
                    self.witness.refreshed(started, token.expose(), &opened);
                }
                self.board().add(answer);
                Some(true)
            }
            Err(RefreshError::Reused) => {
                let session = RefreshToken::parse(&self.world.parts.secrets.refresh_mac, token.expose());
                let id = session.map(|token| SessionId::from_bytes(token.session))?;
                let ended =
                    |history: &History| history.session(id).is_some_and(|session| session.ended.is_some());
                self.witness.acknowledged("refresh reused", ended);
                Some(false)
            }
            Err(_) => {
                self.stage.happened("refresh refused", String::new);
                Some(false)
            }
        }
    }

    async fn look(&self) {
        let Some(card) = self.any(|board| &board.sessions) else { return };
        if let Some(access) = card.access.last() {
            self.look_with(&card, access).await;
        }
    }

    /// Whether it let in; `None`: no answer.
    pub(super) async fn look_with(&self, card: &SessionCard, access: &SecretString) -> Option<bool> {
        let source = Source::default();
        let is_fault = |error: &AuthenticateError| matches!(error, AuthenticateError::Fault(_));
        let look = || session::authenticate(&self.world.parts, access.expose(), &source);
        let (started, outcome) = self.persist(is_fault, look).await?;
        if outcome.is_ok() {
            self.stage.happened("let in", || card.id.to_string());
            self.witness.admitted(started, card.id);
        }
        Some(outcome.is_ok())
    }

    async fn log_out(&self) {
        let Some(card) = self.any(|board| &board.sessions) else { return };
        let ask = Logout { person: None, refresh_token: card.refresh.first().cloned() };
        let source = Source::default();
        let is_fault = |error: &EndError| matches!(error, EndError::Fault(_));
        let log_out = || session::logout(&self.world.parts, ask.clone(), &source);
        if let Some((_, Ok(()))) = self.persist(is_fault, log_out).await {
            self.witness.acknowledged("logged out", |history| {
                history.session(card.id).is_some_and(|session| session.ended.is_some())
            });
        }
    }

    async fn end_all(&self) {
        let (user, console, source) = (self.person().id, self.console(), Source::default());
        let is_fault = |error: &AdministerError| matches!(error, AdministerError::Fault(_));
        let end = || session::end_all_of(&self.world.parts, &console, user, &source);
        if let Some((started, Ok(()))) = self.persist(is_fault, end).await {
            self.witness.acknowledged("all sessions ended", |history| {
                let theirs = |(_, s): &(_, &SessionLife)| s.user == user && s.opened < started;
                history.sessions().filter(theirs).all(|(_, session)| session.ended.is_some())
            });
        }
    }

    async fn switch(&self, enable: bool) {
        let (user, console, source) = (self.person().id, self.console(), Source::default());
        let is_fault = |error: &UserError| matches!(error, UserError::Fault(_));
        let switch = || user::set_status(&self.world.parts, &console, user, enable, &source);
        if let Some((started, Ok(_))) = self.persist(is_fault, switch).await {
            let what = if enable { "enabled" } else { "disabled" };
            self.witness.acknowledged(what, |history| history.switched_since(user, enable, started));
        }
    }

    async fn revoke(&self) {
        let Some(card) = self.any(|board| &board.tickets) else { return };
        let (console, source) = (self.console(), Source::default());
        let is_fault = |error: &TicketError| matches!(error, TicketError::Fault(_));
        let revoke = || ticket::revoke(&self.world.parts, &console, card.id, &source);
        match self.persist(is_fault, revoke).await {
            Some((_, Ok(_))) => self.witness.acknowledged("revoked", |history| {
                let over = |life: &TicketLife| life.revoked || life.expires_at <= self.now(history);
                history.ticket(card.id).is_some_and(|life| life.spent.is_none() && over(life))
            }),
            Some((_, Err(TicketError::Spent(session)))) => {
                self.witness.acknowledged("revoked too late", |history| {
                    let spent = history.ticket(card.id).and_then(|life| life.spent);
                    spent.is_some_and(|(by, ..)| by == session)
                });
            }
            _ => {}
        }
    }

    async fn revoke_all(&self) {
        let (user, console, source) = (self.person().id, self.console(), Source::default());
        let is_fault = |error: &TicketError| matches!(error, TicketError::Fault(_));
        let revoke = || ticket::revoke_all(&self.world.parts, &console, user, &source);
        if let Some((started, Ok(_))) = self.persist(is_fault, revoke).await {
            self.witness.acknowledged("all tickets revoked", |history| {
                let now = self.now(history);
                let mut theirs =
                    history.tickets().filter(|(_, life)| life.user == user && life.minted < started);
                theirs.all(|(_, life)| life.is_over() || life.expires_at <= now)
            });
        }
    }

    async fn login(&self) {
        let right = self.stage.chance(700);
        let password = if right { PASSWORD } else { "wrong horse battery staple" };
        let ask = Login {
            identity: self.person().name.clone(),
            password: SecretString::new(password.to_owned()),
            tenant: None,
        };
        let source = Source::default();
        let is_fault = |error: &LoginError| matches!(error, LoginError::Fault(_));
        let log_in = || login(&self.world.parts, ask.clone(), &source);
        if let Some((started, Ok(answer))) = self.persist(is_fault, log_in).await {
            if !right {
                self.stage.broken(Promise::BoundedGuesses, "a wrong password let in".to_owned());
            }
            if let Some(opened) = Opened::by(&answer) {
                self.witness.logged_in(started, &opened);
            }
            self.board().add(answer);
        }
    }
}

const fn is_mint_fault(error: &MintError) -> bool {
    matches!(error, MintError::Fault(_))
}
