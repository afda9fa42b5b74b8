//! A user's issued tickets as a set: counted and revoked together.

use super::Case;
use super::world::{TTL, World};
use authms_core::access::Role;
use authms_core::commit::{Change, CommitError, Guard};
use authms_core::id::ClientId;
use authms_core::tenant::Tenant;
use authms_core::ticket::{Change as Ticket, Minter, NewTicket, Purpose, Revocation, TicketState};
use authms_core::user::User;

pub(super) const CASES: &[Case] = &[
    Case { name: "TicketsBelow: of one user, client and purpose", run: |w| Box::pin(group(w)) },
    Case { name: "TicketsBelow: issued ones alone", run: |w| Box::pin(below_issued(w)) },
    Case { name: "revoking all of a client's", run: |w| Box::pin(of_a_client(w)) },
    Case { name: "revoking all of a minter's", run: |w| Box::pin(of_a_minter(w)) },
];

fn below(tenant: &Tenant, user: &User, client: Option<ClientId>, bound: u32) -> Guard {
    let (tenant, user) = (tenant.id, user.id);
    Guard::TicketsBelow { tenant, user, client, purpose: Purpose::Sso, bound }
}

/// How many tickets the guard counts.
async fn counted(w: &World, tenant: &Tenant, user: &User, client: Option<ClientId>) -> u32 {
    for bound in 1..10 {
        let probe = w.try_commit(vec![below(tenant, user, client, bound)], Change::CountRefusal("probe"));
        match probe.await {
            Ok(_) => return bound - 1,
            Err(error) => assert_eq!(error, CommitError::Conflict(0)),
        }
    }
    panic!("more than ten")
}

async fn group(w: World) {
    let (home, other) = (w.tenant().await, w.tenant().await);
    let (user, another) = (w.user(&home, Role::Member).await, w.user(&home, Role::Member).await);
    let client = w.client(&home).await.id;
    let mint = async |tenant: &Tenant, user: &User, client, purpose| {
        let mut ticket = w.new_ticket(tenant, user, Minter::Console);
        (ticket.client, ticket.purpose) = (client, purpose);
        w.mint(&ticket).await;
    };
    assert_eq!(counted(&w, &home, &user, None).await, 0);
    mint(&home, &user, None, Purpose::Sso).await;
    mint(&home, &user, None, Purpose::Sso).await;
    mint(&home, &user, None, Purpose::OnBehalf).await;
    mint(&home, &user, Some(client), Purpose::Sso).await;
    mint(&home, &another, None, Purpose::Sso).await;
    mint(&other, &user, None, Purpose::Sso).await;
    assert_eq!(counted(&w, &home, &user, None).await, 2);
    assert_eq!(counted(&w, &home, &user, Some(client)).await, 1);
    assert_eq!(counted(&w, &home, &another, Some(client)).await, 0);
    w.store.sweep().await.unwrap();
    assert_eq!(counted(&w, &home, &user, None).await, 2, "also once they are carried over");
}

async fn below_issued(w: World) {
    let tenant = w.tenant().await;
    let user = w.user(&tenant, Role::Member).await;
    let (spent, revoked) = (w.ticket(&tenant, &user).await, w.ticket(&tenant, &user).await);
    let last = w.new_ticket(&tenant, &user, Minter::Console);
    let at = w.mint(&last).await.at;
    assert_eq!(counted(&w, &tenant, &user, None).await, 3);
    let session = w.new_session(&tenant, &user);
    w.store.commit(w.redemption(&spent, &session, None)).await.unwrap();
    w.commit(Change::Ticket(Ticket::Revoke { id: revoked.id, why: Revocation::Withdrawn })).await;
    assert_eq!(counted(&w, &tenant, &user, None).await, 1);
    w.clock.set(at.plus(TTL));
    assert_eq!(counted(&w, &tenant, &user, None).await, 0);
    // In the commit that mints it counts what was there before.
    let new =
        NewTicket { ticket: w.new_ticket(&tenant, &user, Minter::Console), ttl: TTL, idempotency: None };
    let mint = Change::Ticket(Ticket::Mint(Box::new(new.clone())));
    w.try_commit(vec![below(&tenant, &user, None, 1)], mint).await.unwrap();
    let again = w.new_ticket(&tenant, &user, Minter::Console);
    let mint = Change::Ticket(Ticket::Mint(Box::new(NewTicket { ticket: again.clone(), ..new })));
    let refused = w.try_commit(vec![below(&tenant, &user, None, 1)], mint).await;
    assert_eq!(refused.unwrap_err(), CommitError::Conflict(0));
    assert!(w.store.for_redeem(again.id).await.unwrap().is_none());
}

async fn revoked(w: &World, id: authms_core::id::TicketId) -> bool {
    let state = w.store.for_redeem(id).await.unwrap().unwrap().ticket.state;
    matches!(state, TicketState::Revoked { why: Revocation::Replaced, .. })
}

async fn of_a_client(w: World) {
    let tenant = w.tenant().await;
    let user = w.user(&tenant, Role::Member).await;
    let client = w.client(&tenant).await.id;
    let unbound = w.ticket(&tenant, &user).await.id;
    let mut bound = w.new_ticket(&tenant, &user, Minter::Console);
    bound.client = Some(client);
    w.mint(&bound).await;
    let revoke = |client| {
        let (tenant, user) = (tenant.id, user.id);
        let why = Revocation::Replaced;
        Change::Ticket(Ticket::RevokeAll { tenant, user, client, minter: None, why })
    };
    w.commit(revoke(Some(None))).await;
    assert_eq!((revoked(&w, unbound).await, revoked(&w, bound.id).await), (true, false));
    w.commit(revoke(Some(Some(client)))).await;
    assert!(revoked(&w, bound.id).await);
    let (one, mut two) = (w.ticket(&tenant, &user).await.id, w.new_ticket(&tenant, &user, Minter::Console));
    two.client = Some(client);
    w.mint(&two).await;
    w.commit(revoke(None)).await;
    assert!(revoked(&w, one).await && revoked(&w, two.id).await, "all of them");
}

async fn of_a_minter(w: World) {
    let tenant = w.tenant().await;
    let user = w.user(&tenant, Role::Member).await;
    let (key, person) = (w.id(), w.id());
    let minters = [
        Minter::System(key),
        Minter::System(w.id()),
        Minter::Person { user: person, session: w.id() },
        Minter::Person { user: w.id(), session: w.id() },
        Minter::Console,
    ];
    let mut tickets = Vec::new();
    for minter in minters {
        let ticket = w.new_ticket(&tenant, &user, minter);
        w.mint(&ticket).await;
        tickets.push(ticket.id);
    }
    let later = Minter::Person { user: person, session: w.id() };
    let mut expected = [false; 5];
    for (minter, index) in [(Minter::System(key), 0), (later, 2), (Minter::Console, 4)] {
        let (tenant, user, why) = (tenant.id, user.id, Revocation::Replaced);
        let all = Ticket::RevokeAll { tenant, user, client: None, minter: Some(minter), why };
        w.commit(Change::Ticket(all)).await;
        expected[index] = true;
        for (ticket, expected) in tickets.iter().zip(expected) {
            assert_eq!(revoked(&w, *ticket).await, expected, "{minter:?}");
        }
    }
}
