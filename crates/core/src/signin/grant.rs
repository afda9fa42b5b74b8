//! The grant: a session and its tokens out of a decision.

use super::change_first::state;
use super::claims::{ACCESS_TOKEN_TYP, AccessClaims, Issue};
use super::model::{Fences, Standing};
use super::opening::Ground;
use crate::access::Role;
use crate::fault::Fault;
use crate::id::{ClientId, SessionId, TokenId};
use crate::on_behalf::Rights;
use crate::parts::Parts;
use crate::password::PasswordState;
use crate::ports::random;
use crate::risk::{Risk, View};
use crate::session::{NewSession, Proven, Session};
use crate::time::{Span, Timestamp};
use crate::user::User;
use authms_crypto::{RefreshToken, Secret, SecretString};

/// The answer to a sign-in or refresh that was granted.
#[derive(Clone, Debug)]
pub struct SignedIn {
    /// The JWT.
    pub access_token: SecretString,
    /// How long the JWT lives from now.
    pub expires_in: Span,
    /// The refresh token; sessions on somebody's behalf have none.
    pub refresh_token: Option<SecretString>,
    /// What may be done on the user's behalf, where somebody acts.
    pub scope: Option<String>,
    /// Who is signed in.
    pub user: User,
    /// How their password stands.
    pub password: PasswordState,
    /// How risky the sign-in was; of a refresh nothing is told.
    pub risk: Option<Risk>,
}

/// A decision that is about to be committed.
#[derive(Debug)]
pub struct Grant {
    /// The session to open.
    pub new: NewSession,
    /// The first refresh token.
    pub refresh: Option<RefreshToken>,
    /// The access token's identifier.
    pub jti: TokenId,
    /// The subject's role.
    pub role: Role,
    /// The explained record of the assessment.
    pub record: String,
}

impl Grant {
    /// A session for what was proved and decided; it has no refresh token if somebody acts in it.
    pub(crate) fn new(parts: &Parts, id: SessionId, ground: Ground<'_>, role: Role) -> Self {
        let Ground { evidence, standing, assessed, minted_by, source, secret, .. } = ground;
        let now = parts.now();
        let on_behalf = evidence.acting.is_some();
        let refresh = (!on_behalf).then(|| RefreshToken {
            session: *id.bytes(),
            generation: 0,
            secret: secret.unwrap_or_else(|| Secret::new(random(&*parts.rng))),
        });
        let session = Session {
            id,
            tenant: standing.tenant.id,
            user: evidence.subject,
            client: evidence.client.as_ref().map(|c| c.id),
            method: evidence.method,
            ticket: evidence.ticket,
            minted_by,
            acting: evidence.acting,
            fences: Fences { client: evidence.client.as_ref().map(|c| c.fence), ..standing.fences },
            auth_time: evidence.auth_time,
            amr: evidence.amr,
            origin: assessed.end_user.origin(source),
            risk: Some(assessed.assessment.risk()),
            device: assessed.end_user.device_id.filter(|_| !on_behalf),
            created_at: now,
            expires_at: now,
            refreshed_at: now,
            ended: None,
            flagged_at: None,
            generation: 0,
            refresh_hash: refresh.as_ref().map(RefreshToken::hash),
            proven: evidence.method.proof().map(|by| Proven { by, at: now }),
        };
        let ttl = match on_behalf {
            true => acting_ttl(standing, now),
            false => parts.policy.session_ttl.of(session.is_multi_factor()),
        };
        let jti = TokenId::generate(now, &*parts.rng);
        let record = assessed.assessment.record();
        let weighed = !standing.tenant.risk_config.weights.are_silent();
        let teaches = weighed && !on_behalf && assessed.end_user.view != View::Unseen;
        Self { new: NewSession { session, ttl, teaches }, refresh, jti, role, record }
    }

    /// The answer, once the commit is durable.
    ///
    /// # Errors
    /// [`Fault::Unavailable`] if signing fails.
    pub(crate) fn answer(
        self,
        parts: &Parts,
        standing: Standing,
        committed_at: Timestamp,
    ) -> Result<SignedIn, Fault> {
        let token = AccessToken {
            session: &self.new.session,
            ends_at: committed_at.plus(self.new.ttl),
            role: self.role,
            jti: self.jti,
            issued_at: committed_at,
        };
        let risk = self.new.session.risk;
        Ok(SignedIn { risk, ..sign(parts, &token, committed_at, self.refresh, standing)? })
    }
}

/// A session on somebody's behalf lasts as long as the tenant lets it, and no longer than the actor's own session.
fn acting_ttl(standing: &Standing, now: Timestamp) -> Span {
    let until = standing.actor.as_ref().map_or(now, |actor| actor.session_expires_at);
    standing
        .tenant
        .on_behalf_policy
        .ttl()
        .min(Span::millis(until.as_millis().saturating_sub(now.as_millis())))
}

/// What an access token is made from; the same parts make the same claims again.
pub(crate) struct AccessToken<'a> {
    pub session: &'a Session,
    pub ends_at: Timestamp,
    pub role: Role,
    pub jti: TokenId,
    pub issued_at: Timestamp,
}

/// Signs the access token as the tenant has it signed, and puts the answer together.
pub(crate) fn sign(
    parts: &Parts,
    token: &AccessToken<'_>,
    now: Timestamp,
    refresh: Option<RefreshToken>,
    standing: Standing,
) -> Result<SignedIn, Fault> {
    let policy = &parts.policy;
    let acting = token.session.acting.as_ref();
    // There is no refresh on somebody's behalf: the one token lives as long as its session.
    let expires_at = match acting {
        Some(_) => token.ends_at,
        None => token.issued_at.plus(policy.access_ttl).min(token.ends_at),
    };
    let actor = standing.actor.as_ref();
    let rights = acting.map(|acting| {
        Rights::of(actor.and_then(|a| a.role).unwrap_or(Role::Member), token.role, &acting.terms)
    });
    let issue = Issue {
        issuer: &policy.issuer,
        audience: &policy.audience,
        role: rights.as_ref().map_or(token.role, |r| r.role).as_str(),
        scope: rights.as_ref().map(Rights::scope),
        actor_name: actor.map(|a| a.name.as_str()),
        jti: token.jti.to_string(),
        issued_at: token.issued_at,
        expires_at,
    };
    let claims = AccessClaims::of(token.session, issue);
    let ring = parts.keys.ring();
    let key = standing.tenant.signing.key(&ring);
    let jwt = key.sign_jwt(ACCESS_TOKEN_TYP, &claims).map_err(|_| Fault::Unavailable)?;
    Ok(SignedIn {
        access_token: SecretString::new(jwt),
        expires_in: Span::seconds((claims.exp - now.as_seconds()).max(0)),
        refresh_token: refresh.map(|r| r.format(&parts.secrets.refresh_mac)),
        scope: claims.scope,
        // How the subject's password stands is theirs to know.
        password: if acting.is_some() { PasswordState::default() } else { state(&standing, now) },
        user: standing.user,
        risk: None,
    })
}

/// A sign-in whose answer was lost, and is derived once more.
pub(crate) struct Again {
    pub session: SessionId,
    pub client: Option<ClientId>,
    /// The first refresh token's secret, as it must have been derived then.
    pub refresh: Secret<32>,
    pub jti: TokenId,
    pub issued_at: Timestamp,
}

/// The same session, refresh token and claims again: derived from what the caller holds, never stored. `None` if the
/// session is dead, was refreshed since, or its refresh token is not this one.
pub(crate) async fn again(parts: &Parts, asked: Again) -> Result<Option<SignedIn>, Fault> {
    let Some(opened) = parts.store.session(asked.session).await? else { return Ok(None) };
    let now = parts.now();
    let session = &opened.session;
    let Ok(role) = opened.alive(now, parts.policy.session_idle) else { return Ok(None) };
    let token = RefreshToken { session: *session.id.bytes(), generation: 0, secret: asked.refresh };
    let same = session.generation == 0
        && session.client == asked.client
        && session.refresh_hash.is_none_or(|hash| token.matches(&hash));
    if !same {
        return Ok(None);
    }
    let refresh = session.refresh_hash.is_some().then_some(token);
    let token = AccessToken {
        session,
        ends_at: session.expires_at,
        role,
        jti: asked.jti,
        issued_at: asked.issued_at,
    };
    let signed_in = sign(parts, &token, now, refresh, opened.standing.clone())?;
    Ok(Some(SignedIn { risk: session.risk, ..signed_in }))
}
