//! The joined reads: who is found, by which role, and how the actor's side stands.

use super::Case;
use super::world::World;
use authms_core::access::Role;
use authms_core::commit::Change;
use authms_core::limits::network;
use authms_core::membership::{Change as Membership, Membership as Place};
use authms_core::on_behalf::Terms;
use authms_core::session::{Acting, ByAssurance, Change as Session, Dead, EndReason};
use authms_core::tenant::Tenant;
use authms_core::ticket::Minter;
use authms_core::time::Span;
use authms_core::user::{Identifier, IdentifierKind, PasswordHash, User};

pub(super) const CASES: &[Case] = &[
    Case { name: "a sign-in by name finds the user of the tenant", run: |w| Box::pin(login(w)) },
    Case { name: "a removed member has no role and no fence", run: |w| Box::pin(removed(w)) },
    Case { name: "a ticket shows its minter's side", run: |w| Box::pin(minter(w)) },
    Case { name: "a session shows its actor's side", run: |w| Box::pin(actor(w)) },
    Case { name: "who mints for themselves is no actor", run: |w| Box::pin(own_ticket(w)) },
    Case { name: "a session knows where its user signs in from", run: |w| Box::pin(networks(w)) },
];

async fn login(w: World) {
    let (tenant, other) = (w.tenant().await, w.tenant().await);
    let mut user = w.new_user(&tenant);
    user.username = Some("ann".to_owned());
    user.email = Some("ann@example.com".to_owned());
    let hash = PasswordHash::new("$argon2id$x".to_owned());
    w.create(&user, Some(hash.clone()), Role::Admin).await;
    let username = || Identifier::new(IdentifierKind::Username, "ann");
    let email = || Identifier::new(IdentifierKind::Email, "ann@example.com");
    let phone = || Identifier::new(IdentifierKind::Phone, "ann");
    for names in [vec![username()], vec![email()], vec![phone(), username()], vec![phone(), email()]] {
        let (standing, password) = w.store.for_login(tenant.id, names).await.unwrap().unwrap();
        assert_eq!(
            format!("{:?}", standing.user),
            format!("{:?}", User { has_password: true, ..user.clone() })
        );
        assert_eq!(standing.tenant.id, tenant.id);
        assert_eq!(standing.role, Some(Role::Admin));
        assert_eq!(standing.fences, w.fences(&tenant, &user));
        assert!(standing.actor.is_none());
        assert_eq!(password, Some(hash.clone()));
    }
    assert!(w.store.for_login(tenant.id, vec![phone()]).await.unwrap().is_none());
    for names in [vec![username()], vec![phone(), username()], vec![username(), phone()]] {
        assert_eq!(w.store.named(tenant.id, names).await.unwrap(), Some(user.id));
    }
    assert_eq!(w.store.named(tenant.id, vec![phone()]).await.unwrap(), None);
    assert_eq!(w.store.named(other.id, vec![username()]).await.unwrap(), None);
    assert!(w.store.for_login(tenant.id, Vec::new()).await.unwrap().is_none());
    assert!(w.store.for_login(other.id, vec![username()]).await.unwrap().is_none());
}

async fn remove(w: &World, tenant: &Tenant, user: &User) {
    let place: Place = w.store.membership(tenant.id, user.id).await.unwrap().unwrap();
    let (fence, rev) = (place.fence + 1, place.rev + 1);
    w.commit(Change::Membership(Membership::Put(Place { removed: true, fence, rev, ..place }))).await;
}

async fn removed(w: World) {
    let tenant = w.tenant().await;
    let user = w.user(&tenant, Role::Member).await;
    let ticket = w.ticket(&tenant, &user).await;
    let session = w.session(&tenant, &user).await;
    let name = vec![Identifier::new(IdentifierKind::Username, user.username.as_deref().unwrap())];
    remove(&w, &tenant, &user).await;
    let views = [
        w.store.for_redeem(ticket.id).await.unwrap().unwrap().standing,
        w.store.session(session.id).await.unwrap().unwrap().standing,
        w.store.for_login(tenant.id, name).await.unwrap().unwrap().0,
    ];
    for standing in views {
        assert_eq!((standing.role, standing.fences.membership), (None, None));
        assert_eq!(standing.fences.user, Some(user.fence));
    }
}

async fn minter(w: World) {
    let tenant = w.tenant().await;
    let user = w.user(&tenant, Role::Member).await;
    let mut helper = w.new_user(&tenant);
    helper.nickname = Some("Helper".to_owned());
    w.create(&helper, None, Role::Support).await;
    let own = w.session(&tenant, &helper).await;
    let at = w.store.session(own.id).await.unwrap().unwrap().session;
    let ticket = w.new_ticket(&tenant, &user, Minter::Person { user: helper.id, session: own.id });
    w.mint(&ticket).await;
    let standing = w.store.for_redeem(ticket.id).await.unwrap().unwrap().standing;
    assert_eq!((standing.user.id, standing.role), (user.id, Some(Role::Member)));
    assert_eq!((standing.fences.actor, standing.fences.actor_membership), (Some(helper.fence), Some(7)));
    let actor = standing.actor.unwrap();
    assert_eq!((actor.role, actor.name.as_str()), (Some(Role::Support), "Helper"));
    assert_eq!(actor.session_expires_at, at.expires_at);
    assert_eq!(actor.session_refreshed_at, at.refreshed_at);
    assert!(actor.session_fences_hold && !actor.session_ended);

    w.commit(Change::Session(Session::End { id: own.id, reason: EndReason::Logout })).await;
    remove(&w, &tenant, &helper).await;
    let standing = w.store.for_redeem(ticket.id).await.unwrap().unwrap().standing;
    assert_eq!((standing.fences.actor, standing.fences.actor_membership), (Some(helper.fence), None));
    let actor = standing.actor.unwrap();
    assert_eq!(actor.role, None);
    assert!(actor.session_ended && !actor.session_fences_hold);

    let unknown = w.new_ticket(&tenant, &user, Minter::Person { user: helper.id, session: w.id() });
    w.mint(&unknown).await;
    assert!(w.store.for_redeem(unknown.id).await.unwrap().unwrap().standing.actor.is_none());
    let others = w.session(&tenant, &user).await;
    let borrowed = w.new_ticket(&tenant, &user, Minter::Person { user: helper.id, session: others.id });
    w.mint(&borrowed).await;
    assert!(w.store.for_redeem(borrowed.id).await.unwrap().unwrap().standing.actor.is_none());
}

async fn actor(w: World) {
    let tenant = w.tenant().await;
    let (user, helper) = (w.user(&tenant, Role::Member).await, w.user(&tenant, Role::Support).await);
    let mut own = w.new_session(&tenant, &helper);
    own.amr.push("mfa".to_owned());
    w.open(&own).await;
    let mut session = w.new_session(&tenant, &user);
    session.acting = Some(Acting {
        user: helper.id,
        session: own.id,
        reason: "case 7".to_owned(),
        terms: Terms::default(),
    });
    (session.fences.actor, session.fences.actor_membership) = (Some(helper.fence), Some(7));
    w.open(&session).await;
    let idle = ByAssurance::same(Span::hours(1));
    let alive = || async { w.store.session(session.id).await.unwrap().unwrap().alive(w.now(), idle) };
    assert_eq!(alive().await, Ok(Role::Member));
    let view = w.store.session(session.id).await.unwrap().unwrap();
    let short = ByAssurance { multi: Span::millis(0), ..idle };
    assert_eq!(
        view.alive(w.now(), short),
        Err(Dead::ActorGone),
        "the actor's own session rests on two factors"
    );
    let name = w.store.session(session.id).await.unwrap().unwrap().standing.actor.unwrap().name;
    assert_eq!(Some(name), helper.username);
    w.commit(Change::Session(Session::End { id: own.id, reason: EndReason::Logout })).await;
    assert!(alive().await.is_err());
    assert!(w.store.session(own.id).await.unwrap().unwrap().standing.actor.is_none());
}

async fn own_ticket(w: World) {
    let tenant = w.tenant().await;
    let user = w.user(&tenant, Role::Member).await;
    let own = w.session(&tenant, &user).await;
    let ticket = w.new_ticket(&tenant, &user, Minter::Person { user: user.id, session: own.id });
    w.mint(&ticket).await;
    let standing = w.store.for_redeem(ticket.id).await.unwrap().unwrap().standing;
    assert_eq!(standing.fences, ticket.fences);
    let idle = ByAssurance::same(Span::hours(1));
    assert!(standing.actor.unwrap().alive(w.now(), idle));
    w.commit(Change::Session(Session::End { id: own.id, reason: EndReason::Logout })).await;
    let standing = w.store.for_redeem(ticket.id).await.unwrap().unwrap().standing;
    assert!(!standing.actor.unwrap().alive(w.now(), idle));
}

async fn networks(w: World) {
    let tenant = w.tenant().await;
    let (user, helper) = (w.user(&tenant, Role::Member).await, w.user(&tenant, Role::Support).await);
    let from = |ip: &str| network(ip.parse().unwrap());
    for ip in ["192.0.2.7", "2001:db8:1:2:3::4", "::ffff:198.51.100.1"] {
        let mut session = w.new_session(&tenant, &user);
        session.origin.ip = ip.parse().ok();
        w.open(&session).await;
    }
    let own = w.session(&tenant, &helper).await;
    let mut acted = w.new_session(&tenant, &user);
    acted.acting =
        Some(Acting { user: helper.id, session: own.id, reason: "case".to_owned(), terms: Terms::default() });
    acted.origin.ip = "203.0.113.9".parse().ok();
    w.open(&acted).await;
    let came = |ip| w.store.signed_in_from(user.id, from(ip));
    for known in ["192.0.2.7", "2001:db8:1:2::99", "198.51.100.1"] {
        assert!(came(known).await.unwrap(), "{known}");
    }
    for strange in ["192.0.2.8", "2001:db8:1:3::4", "203.0.113.9"] {
        assert!(!came(strange).await.unwrap(), "{strange}");
    }
    assert!(!w.store.signed_in_from(helper.id, from("192.0.2.7")).await.unwrap());
}
