//! What was decided is dead as soon as anything that it was decided on has changed.

use super::Case;
use super::world::World;
use authms_core::access::Role;
use authms_core::client::{Change as Clients, Client};
use authms_core::commit::Change;
use authms_core::key::{ApiKey, Change as Keys};
use authms_core::membership::{Change as Memberships, Membership};
use authms_core::on_behalf::Terms;
use authms_core::session::{Acting, ByAssurance, Session};
use authms_core::tenant::{Change as Tenants, Tenant};
use authms_core::ticket::{Minter, Ticket};
use authms_core::time::Span;
use authms_core::user::{Change as Users, User};

pub(super) const CASES: &[Case] = &[
    Case { name: "fences hold while nothing changes", run: |w| Box::pin(hold(w)) },
    Case { name: "s07_user_locked_after_minting", run: |w| Box::pin(user(w)) },
    Case { name: "a tenant's fence ends what rests on it", run: |w| Box::pin(tenant(w)) },
    Case {
        name: "a membership's fence, or its removal, ends what rests on it",
        run: |w| Box::pin(membership(w)),
    },
    Case { name: "a client's fence ends what rests on it", run: |w| Box::pin(client(w)) },
    Case { name: "a deleted client ends what rests on it", run: |w| Box::pin(client_deleted(w)) },
    Case { name: "a key's fence ends what rests on it", run: |w| Box::pin(key(w)) },
    Case { name: "a deleted key ends what rests on it", run: |w| Box::pin(key_deleted(w)) },
    Case { name: "an actor's fence ends what rests on it", run: |w| Box::pin(actor(w)) },
    Case { name: "an actor's membership ends what rests on it", run: |w| Box::pin(actor_membership(w)) },
    Case { name: "an actor's session dies with its client", run: |w| Box::pin(actor_session(w)) },
];

/// Tickets and sessions that rest on all there is to rest on.
struct Scene {
    w: World,
    tenant: Tenant,
    user: User,
    actor: User,
    client: Client,
    key: ApiKey,
    by_system: Ticket,
    by_person: Ticket,
    from_system: Session,
    on_behalf: Session,
}

/// Which of the two rest on what still is as it was.
#[derive(PartialEq, Eq, Debug)]
struct Alive {
    by_system: bool,
    by_person: bool,
}

const BOTH: Alive = Alive { by_system: true, by_person: true };
const NONE: Alive = Alive { by_system: false, by_person: false };
const SYSTEM_ONLY: Alive = Alive { by_system: true, by_person: false };
const PERSON_ONLY: Alive = Alive { by_system: false, by_person: true };

impl Scene {
    async fn new(w: World) -> Self {
        let tenant = w.tenant().await;
        let (user, actor) = (w.user(&tenant, Role::Member).await, w.user(&tenant, Role::Support).await);
        let (client, console, key) = (w.client(&tenant).await, w.client(&tenant).await, w.key(&tenant).await);
        let mut own = w.new_session(&tenant, &actor);
        (own.client, own.fences.client) = (Some(console.id), Some(console.fence));
        w.open(&own).await;

        let mut by_system = w.new_ticket(&tenant, &user, Minter::System(key.id));
        (by_system.client, by_system.fences.client) = (Some(client.id), Some(client.fence));
        by_system.fences.key = Some(key.fence);
        let mut by_person = w.new_ticket(&tenant, &user, Minter::Person { user: actor.id, session: own.id });
        (by_person.fences.actor, by_person.fences.actor_membership) = (Some(actor.fence), Some(7));
        let mut from_system = w.new_session(&tenant, &user);
        (from_system.client, from_system.minted_by) = (Some(client.id), Some(key.id));
        from_system.fences = by_system.fences;
        let mut on_behalf = w.new_session(&tenant, &user);
        on_behalf.acting = Some(Acting {
            user: actor.id,
            session: own.id,
            reason: "case".to_owned(),
            terms: Terms::default(),
        });
        on_behalf.fences = by_person.fences;
        for ticket in [&by_system, &by_person] {
            w.mint(ticket).await;
        }
        for session in [&from_system, &on_behalf] {
            w.open(session).await;
        }
        Self { w, tenant, user, actor, client, key, by_system, by_person, from_system, on_behalf }
    }

    async fn alive(&self) -> Alive {
        let (now, idle) = (self.w.now(), ByAssurance::same(Span::hours(1)));
        let store = &self.w.store;
        let ticket = |t: &Ticket| {
            let id = t.id;
            async move {
                let view = store.for_redeem(id).await.unwrap().unwrap();
                let actor = view.standing.actor.as_ref();
                view.ticket.fences == view.standing.fences && actor.is_none_or(|a| a.alive(now, idle))
            }
        };
        let session = |s: &Session| {
            let id = s.id;
            async move { store.session(id).await.unwrap().unwrap().alive(now, idle).is_ok() }
        };
        let by_system = ticket(&self.by_system).await;
        let by_person = ticket(&self.by_person).await;
        assert_eq!(session(&self.from_system).await, by_system, "the session goes with the ticket");
        assert_eq!(session(&self.on_behalf).await, by_person, "the session goes with the ticket");
        Alive { by_system, by_person }
    }

    async fn membership(&self, user: &User) -> Membership {
        self.w.store.membership(self.tenant.id, user.id).await.unwrap().unwrap()
    }
}

async fn hold(w: World) {
    let s = Scene::new(w).await;
    assert_eq!(s.alive().await, BOTH);
    s.w.commit(Change::User(Users::Update(Box::new(User { rev: 9, ..s.user.clone() })))).await;
    s.w.commit(Change::Client(Clients::Update(Box::new(Client { rev: 9, ..s.client.clone() })))).await;
    assert_eq!(s.alive().await, BOTH);
}

async fn user(w: World) {
    let s = Scene::new(w).await;
    s.w.commit(Change::User(Users::Update(Box::new(User { fence: 4, ..s.user.clone() })))).await;
    assert_eq!(s.alive().await, NONE);
}

async fn tenant(w: World) {
    let s = Scene::new(w).await;
    s.w.commit(Change::Tenant(Tenants::Update(Tenant { fence: 2, ..s.tenant.clone() }))).await;
    assert_eq!(s.alive().await, NONE);
}

async fn membership(w: World) {
    let s = Scene::new(w).await;
    let place = s.membership(&s.user).await;
    let put = |m| Change::Membership(Memberships::Put(m));
    s.w.commit(put(Membership { removed: true, ..place.clone() })).await;
    assert_eq!(s.alive().await, NONE);
    // Who returns, returns to nothing, since the fence has moved on.
    s.w.commit(put(Membership { fence: 8, ..place })).await;
    assert_eq!(s.alive().await, NONE);
}

async fn client(w: World) {
    let s = Scene::new(w).await;
    s.w.commit(Change::Client(Clients::Update(Box::new(Client { fence: 12, ..s.client.clone() })))).await;
    assert_eq!(s.alive().await, PERSON_ONLY);
}

async fn client_deleted(w: World) {
    let s = Scene::new(w).await;
    s.w.commit(Change::Client(Clients::Delete(s.client.id))).await;
    assert_eq!(s.alive().await, PERSON_ONLY);
}

async fn key(w: World) {
    let s = Scene::new(w).await;
    s.w.commit(Change::ApiKey(Keys::Update(Box::new(ApiKey { fence: 14, ..s.key.clone() })))).await;
    assert_eq!(s.alive().await, PERSON_ONLY);
}

async fn key_deleted(w: World) {
    let s = Scene::new(w).await;
    s.w.commit(Change::ApiKey(Keys::Delete(s.key.id))).await;
    assert_eq!(s.alive().await, PERSON_ONLY);
}

async fn actor(w: World) {
    let s = Scene::new(w).await;
    s.w.commit(Change::User(Users::Update(Box::new(User { fence: 4, ..s.actor.clone() })))).await;
    assert_eq!(s.alive().await, SYSTEM_ONLY);
}

async fn actor_membership(w: World) {
    let s = Scene::new(w).await;
    let place = s.membership(&s.actor).await;
    s.w.commit(Change::Membership(Memberships::Put(Membership { fence: 8, ..place }))).await;
    assert_eq!(s.alive().await, SYSTEM_ONLY);
}

async fn actor_session(w: World) {
    let s = Scene::new(w).await;
    let own = s.on_behalf.acting.as_ref().unwrap().session;
    let console = s.w.store.session(own).await.unwrap().unwrap().session.client.unwrap();
    s.w.commit(Change::Client(Clients::Delete(console))).await;
    assert_eq!(s.alive().await, SYSTEM_ONLY);
}
