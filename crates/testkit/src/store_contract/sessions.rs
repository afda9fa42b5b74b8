//! Sessions: opened, rotated, ended.

use super::Case;
use super::world::{SESSION_TTL, World};
use authms_core::access::Role;
use authms_core::commit::Change;
use authms_core::id::SessionId;
use authms_core::on_behalf::Terms;
use authms_core::session::{Acting, Change as To, EndReason, Origin, Session};
use authms_core::signin::MethodKind;
use authms_core::ticket::Ticket;
use authms_core::time::Span;

pub(super) const CASES: &[Case] = &[
    Case { name: "an opened session reads back", run: |w| Box::pin(open(w)) },
    Case { name: "a rotation moves the head and is remembered", run: |w| Box::pin(rotate(w)) },
    Case { name: "a rotation erases the ticket's replay", run: |w| Box::pin(rotate_erases(w)) },
    Case { name: "an end is final and erases the ticket's replay", run: |w| Box::pin(end(w)) },
    Case { name: "a flag reads back and ends nothing", run: |w| Box::pin(flag(w)) },
    Case { name: "ending all spares others", run: |w| Box::pin(end_all(w)) },
    Case { name: "what an actor does for others is found, and ended", run: |w| Box::pin(acts(w)) },
];

async fn acts(w: World) {
    let tenant = w.tenant().await;
    let (user, actor) = (w.user(&tenant, Role::Member).await, w.user(&tenant, Role::Support).await);
    let (first, second) = (w.session(&tenant, &actor).await, w.session(&tenant, &actor).await);
    let mut acts = Vec::new();
    for own in [&first, &first, &second] {
        let mut act = w.new_session(&tenant, &user);
        let (reference, request) = (Some("CASE-7 'x'".to_owned()), Some(w.id()));
        let terms =
            Terms { writes: true, reference, request, approved: true, agreed: true, broke_glass: true };
        act.acting = Some(Acting { user: actor.id, session: own.id, reason: "case".to_owned(), terms });
        w.open(&act).await;
        acts.push(act);
    }
    let found = async || {
        let found = w.store.acts_of(tenant.id, actor.id, w.now()).await.unwrap();
        found.into_iter().map(|s| (s.id, s.acting)).collect::<Vec<_>>()
    };
    let of = |acts: &[Session]| acts.iter().map(|s| (s.id, s.acting.clone())).collect::<Vec<_>>();
    assert_eq!(found().await, of(&acts), "not the actor's own, oldest first");
    assert!(w.store.acts_of(tenant.id, user.id, w.now()).await.unwrap().is_empty());
    let end =
        |session| To::EndActs { tenant: tenant.id, actor: actor.id, session, reason: EndReason::ActorGone };
    w.commit(Change::Session(end(Some(first.id)))).await;
    assert_eq!(found().await, of(&acts[2..]));
    w.commit(Change::Session(end(None))).await;
    assert!(found().await.is_empty());
    let own = w.store.session(second.id).await.unwrap().unwrap();
    assert!(own.session.ended.is_none(), "their own go on");
    let ended = w.store.session(acts[2].id).await.unwrap().unwrap().session.ended;
    assert_eq!(ended.map(|(_, why)| why), Some(EndReason::ActorGone));
}

async fn open(w: World) {
    let tenant = w.tenant().await;
    let user = w.user(&tenant, Role::Member).await;
    let actor = w.user(&tenant, Role::Support).await;
    let own = w.session(&tenant, &actor).await;
    let mut session = w.new_session(&tenant, &user);
    session.client = Some(w.id());
    session.method = MethodKind::Ticket;
    (session.ticket, session.minted_by) = (Some(w.id()), Some(w.id()));
    session.acting = Some(Acting {
        user: actor.id,
        session: own.id,
        reason: "case 7".to_owned(),
        terms: Terms::default(),
    });
    session.fences.actor_membership = Some(0);
    session.amr = Vec::new();
    session.auth_time = None;
    let user_agent = Some("Mozilla/5.0 (🦀)".to_owned());
    session.origin = Origin { ip: "2001:db8::7".parse().ok(), user_agent };
    session.device = Some(w.id());
    session.refresh_hash = None;
    w.clock.advance(Span::seconds(3));
    let at = w.open(&session).await.at;
    (session.created_at, session.refreshed_at, session.expires_at) = (at, at, at.plus(SESSION_TTL));
    let view = w.store.session(session.id).await.unwrap().unwrap();
    assert_eq!(format!("{:?}", view.session), format!("{session:?}"));
    assert!(view.rotation.is_none());
    let other: SessionId = w.id();
    assert!(w.store.session(other).await.unwrap().is_none());
}

async fn rotate(w: World) {
    let tenant = w.tenant().await;
    let user = w.user(&tenant, Role::Member).await;
    let session = w.session(&tenant, &user).await;
    let expires_at = w.store.session(session.id).await.unwrap().unwrap().session.expires_at;
    for from in 0..3 {
        w.clock.advance(Span::hours(1));
        let (guard, change) = w.rotation(session.id, from);
        let Change::Session(To::Rotate { refresh_hash, salt, jti, .. }) = &change else {
            panic!("a rotation")
        };
        let (hash, salt, jti) = (*refresh_hash, *salt, *jti);
        let at = w.try_commit(vec![guard], change).await.unwrap().at;
        let view = w.store.session(session.id).await.unwrap().unwrap();
        assert_eq!((view.session.generation, view.session.refresh_hash), (from + 1, Some(hash)));
        assert_eq!((view.session.refreshed_at, view.session.expires_at), (at, expires_at));
        let rotation = view.rotation.unwrap();
        assert_eq!(
            (rotation.generation, rotation.salt, rotation.jti, rotation.at),
            (from + 1, salt, jti, at)
        );
    }
}

/// A redeemed ticket whose replay is kept, and its session.
async fn redeemed(w: &World) -> (Ticket, Session) {
    let tenant = w.tenant().await;
    let user = w.user(&tenant, Role::Member).await;
    let ticket = w.ticket(&tenant, &user).await;
    let mut session = w.new_session(&tenant, &user);
    session.ticket = Some(ticket.id);
    w.store.commit(w.redemption(&ticket, &session, Some(w.new_replay()))).await.unwrap();
    assert!(has_replay(w, &ticket).await);
    (ticket, session)
}

async fn has_replay(w: &World, ticket: &Ticket) -> bool {
    w.store.for_redeem(ticket.id).await.unwrap().unwrap().replay.is_some()
}

async fn rotate_erases(w: World) {
    let (ticket, session) = redeemed(&w).await;
    let (bystander, _) = redeemed(&w).await;
    let (guard, change) = w.rotation(session.id, 0);
    w.try_commit(vec![guard], change).await.unwrap();
    assert!(!has_replay(&w, &ticket).await);
    assert!(has_replay(&w, &bystander).await);
}

async fn end(w: World) {
    let (ticket, session) = redeemed(&w).await;
    let end = |reason| Change::Session(To::End { id: session.id, reason });
    let at = w.commit(end(EndReason::Logout)).await.at;
    w.clock.advance(Span::seconds(9));
    w.commit(end(EndReason::RefreshReuse)).await;
    let ended = w.store.session(session.id).await.unwrap().unwrap().session.ended;
    assert_eq!(ended, Some((at, EndReason::Logout)));
    assert!(!has_replay(&w, &ticket).await);
}

async fn flag(w: World) {
    let tenant = w.tenant().await;
    let user = w.user(&tenant, Role::Member).await;
    let (session, other) = (w.session(&tenant, &user).await, w.session(&tenant, &user).await);
    w.clock.advance(Span::seconds(5));
    let at = w.commit(Change::Session(To::Flag(session.id))).await.at;
    let read = async |id| w.store.session(id).await.unwrap().unwrap().session;
    let flagged = read(session.id).await;
    assert_eq!((flagged.flagged_at, flagged.ended), (Some(at), None));
    assert_eq!(read(other.id).await.flagged_at, None);
}

async fn end_all(w: World) {
    let (tenant, other) = (w.tenant().await, w.tenant().await);
    let (user, bystander) = (w.user(&tenant, Role::Member).await, w.user(&tenant, Role::Member).await);
    let ticket = w.ticket(&tenant, &user).await;
    let mut redeemed = w.new_session(&tenant, &user);
    redeemed.ticket = Some(ticket.id);
    w.store.commit(w.redemption(&ticket, &redeemed, Some(w.new_replay()))).await.unwrap();
    let second = w.session(&tenant, &user).await;
    let kept = [
        w.session(&tenant, &user).await,
        w.session(&other, &user).await,
        w.session(&tenant, &bystander).await,
    ];
    let end_all = |except| {
        let reason = EndReason::PasswordChanged;
        Change::Session(To::EndAll { tenant: tenant.id, user: user.id, except, reason })
    };
    let at = w.commit(end_all(Some(kept[0].id))).await.at;
    let ended = |s: &Session| {
        let (store, id) = (&w.store, s.id);
        async move { store.session(id).await.unwrap().unwrap().session.ended }
    };
    for session in [&redeemed, &second] {
        assert_eq!(ended(session).await, Some((at, EndReason::PasswordChanged)));
    }
    for session in &kept {
        assert_eq!(ended(session).await, None);
    }
    assert!(!has_replay(&w, &ticket).await);
    w.commit(end_all(None)).await;
    assert!(ended(&kept[0]).await.is_some());
    assert!(ended(&kept[1]).await.is_none());
}
