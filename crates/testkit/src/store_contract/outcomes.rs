//! What a commit that is not written says, and that it harms no other.

use super::Case;
use super::world::World;
use authms_core::access::Role;
use authms_core::client::{Change as Clients, Client};
use authms_core::commit::{Change, Commit, CommitError, Unique};
use authms_core::tenant::{Change as Tenants, Tenant};
use authms_core::ticket::Change as Ticket;
use authms_core::user::{Change as Users, User};
use std::sync::Arc;

pub(super) const CASES: &[Case] = &[
    Case { name: "a tenant's name is taken", run: |w| Box::pin(tenant_name(w)) },
    Case { name: "a client's name is taken in its tenant", run: |w| Box::pin(client_name(w)) },
    Case { name: "an identifier is taken in its tenant", run: |w| Box::pin(identifier(w)) },
    Case { name: "what is taken leaves nothing behind", run: |w| Box::pin(nothing_left(w)) },
    Case { name: "one bad commit among good ones fails alone", run: |w| Box::pin(alone(w)) },
    Case { name: "many at once have an outcome each, in order", run: |w| Box::pin(many(w)) },
    Case { name: "changes of one commit are written in order, together", run: |w| Box::pin(together(w)) },
];

async fn tenant_name(w: World) {
    let first = w.tenant().await;
    let create = Change::Tenant(Tenants::Create(Tenant { name: first.name.clone(), ..w.new_tenant() }));
    let taken = CommitError::Taken(Unique::TenantName);
    assert_eq!(w.try_commit(Vec::new(), create).await.unwrap_err(), taken);
    let second = w.tenant().await;
    let rename = Change::Tenant(Tenants::Update(Tenant { name: first.name.clone(), ..second }));
    assert_eq!(w.try_commit(Vec::new(), rename).await.unwrap_err(), taken);
    w.commit(Change::Tenant(Tenants::Update(first))).await;
}

async fn client_name(w: World) {
    let (tenant, other) = (w.tenant().await, w.tenant().await);
    let first = w.client(&tenant).await;
    let create = |t| {
        let new = Client { name: first.name.clone(), ..w.new_client(t) };
        Change::Client(Clients::Create(Box::new(new)))
    };
    let taken = CommitError::Taken(Unique::ClientName);
    assert_eq!(w.try_commit(Vec::new(), create(&tenant)).await.unwrap_err(), taken);
    w.commit(create(&other)).await;
    w.commit(Change::Client(Clients::Delete(first.id))).await;
    w.commit(create(&tenant)).await;
}

async fn identifier(w: World) {
    let (tenant, other) = (w.tenant().await, w.tenant().await);
    let mut first = w.new_user(&tenant);
    first.email = Some("ann@example.com".to_owned());
    w.create(&first, None, Role::Member).await;
    let taken = CommitError::Taken(Unique::UserIdentifier);
    let create = |user: User| Change::User(Users::Create { user: Box::new(user), password: None });
    let same_name = User { username: first.username.clone(), ..w.new_user(&tenant) };
    assert_eq!(w.try_commit(Vec::new(), create(same_name)).await.unwrap_err(), taken);
    let same_mail = User { email: first.email.clone(), ..w.new_user(&tenant) };
    assert_eq!(w.try_commit(Vec::new(), create(same_mail.clone())).await.unwrap_err(), taken);
    let elsewhere = User { username: first.username.clone(), ..w.new_user(&other) };
    w.commit(create(elsewhere)).await;
    let second = w.user(&tenant, Role::Member).await;
    let update = User { email: first.email.clone(), ..second };
    let update = Change::User(Users::Update(Box::new(update)));
    assert_eq!(w.try_commit(Vec::new(), update).await.unwrap_err(), taken);
}

async fn nothing_left(w: World) {
    let first = w.tenant().await;
    let second = w.new_tenant();
    let third = Tenant { name: first.name.clone(), ..w.new_tenant() };
    let commit = Commit::new(w.audit())
        .change(Change::Tenant(Tenants::Create(second.clone())))
        .change(Change::Tenant(Tenants::Create(third)));
    assert_eq!(w.store.commit(commit).await.unwrap_err(), CommitError::Taken(Unique::TenantName));
    assert!(w.store.tenant(second.id).await.unwrap().is_none());
}

async fn alone(w: World) {
    let tenant = w.tenant().await;
    let user = w.user(&tenant, Role::Member).await;
    let minted = w.ticket(&tenant, &user).await;
    let mut racers = Vec::new();
    for n in 0..40 {
        // Every tenth mints a ticket that exists, every tenth takes a name that exists.
        let commit = match n % 10 {
            3 => w.redemption(&minted, &w.new_session(&tenant, &user), None),
            5 => Commit::new(w.audit()).change(Change::Ticket(duplicate(&minted))),
            7 => {
                let new = Tenant { name: tenant.name.clone(), ..w.new_tenant() };
                Commit::new(w.audit()).change(Change::Tenant(Tenants::Create(new)))
            }
            _ => {
                let ticket = w.ticket(&tenant, &user).await;
                w.redemption(&ticket, &w.new_session(&tenant, &user), None)
            }
        };
        racers.push((n % 10, commit));
    }
    let mut running = Vec::new();
    for (sort, commit) in racers {
        let store = Arc::clone(&w.store);
        running.push((sort, tokio::spawn(async move { store.commit(commit).await.map(drop) })));
    }
    let mut spent = 0;
    for (sort, racer) in running {
        let outcome = racer.await.expect("a racer returns");
        match sort {
            3 => spent += usize::from(outcome.is_ok()),
            5 => assert_eq!(outcome, Err(CommitError::Unavailable)),
            7 => assert_eq!(outcome, Err(CommitError::Taken(Unique::TenantName))),
            _ => assert_eq!(outcome, Ok(())),
        }
    }
    assert_eq!(spent, 1);
}

async fn many(w: World) {
    let tenant = w.tenant().await;
    let user = w.user(&tenant, Role::Member).await;
    let existing = w.ticket(&tenant, &user).await;
    let mut commits = Vec::new();
    let mut expected = Vec::new();
    for n in 0..100 {
        let audited = Commit::new(w.audit());
        let (commit, outcome) = match n {
            // Judged on what those before it changed.
            10 => (w.redemption(&existing, &w.new_session(&tenant, &user), None), Ok(())),
            20 => {
                let again = w.redemption(&existing, &w.new_session(&tenant, &user), None);
                (again, Err(CommitError::Conflict(0)))
            }
            30 | 31 => {
                let duplicate = audited.change(Change::Ticket(duplicate(&existing)));
                (duplicate, Err(CommitError::Unavailable))
            }
            40 => {
                let new = Tenant { name: tenant.name.clone(), ..w.new_tenant() };
                let taken = CommitError::Taken(Unique::TenantName);
                (audited.change(Change::Tenant(Tenants::Create(new))), Err(taken))
            }
            50 => (audited.change(Change::Tenant(Tenants::Create(w.new_tenant()))), Ok(())),
            _ => {
                let ticket = w.new_ticket(&tenant, &user, authms_core::ticket::Minter::Console);
                (audited.change(Change::Ticket(duplicate(&ticket))), Ok(()))
            }
        };
        commits.push(commit);
        expected.push(outcome);
    }
    let outcomes = w.store.commit_all(commits).await;
    assert_eq!(outcomes.into_iter().map(|o| o.map(drop)).collect::<Vec<_>>(), expected);
    assert!(w.store.commit_all(Vec::new()).await.is_empty());
}

fn duplicate(ticket: &authms_core::ticket::Ticket) -> Ticket {
    let new =
        authms_core::ticket::NewTicket { ticket: ticket.clone(), ttl: super::world::TTL, idempotency: None };
    Ticket::Mint(Box::new(new))
}

async fn together(w: World) {
    let tenant = w.new_tenant();
    let user = w.new_user(&tenant);
    let commit = Commit::new(w.audit())
        .audit(w.audit())
        .change(Change::Tenant(Tenants::Create(tenant.clone())))
        .change(Change::User(Users::Create { user: Box::new(user.clone()), password: None }))
        .change(Change::Tenant(Tenants::Update(Tenant { rev: 2, ..tenant.clone() })));
    w.store.commit(commit).await.unwrap();
    assert_eq!(w.store.tenant(tenant.id).await.unwrap().unwrap().rev, 2);
    assert!(w.store.commit(Commit::refusal("nobody")).await.is_ok());
}
