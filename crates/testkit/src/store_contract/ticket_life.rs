//! The life of a ticket, as the table of `authms_core::ticket` has it, is what the guards allow; and lists tell of it.

use super::Case;
use super::world::{TTL, World};
use authms_core::access::Role;
use authms_core::commit::{Change, Commit, Guard};
use authms_core::id::{ApiKeyId, TenantId};
use authms_core::ticket::{
    Change as Of, From, Minter, MinterId, Position, Purpose, Revocation, Ticket, TicketAct, TicketFilter,
    TicketStatus,
};
use authms_core::time::Span;

pub(super) const CASES: &[Case] = &[
    Case { name: "the guards allow what the table of a ticket's life allows", run: |w| Box::pin(life(w)) },
    Case { name: "a ticket in each state reads back", run: |w| Box::pin(states(w)) },
    Case { name: "lists of tickets show what their filters show", run: |w| Box::pin(lists(w)) },
    Case {
        name: "all of a user's issued tickets are revoked, and no other",
        run: |w| Box::pin(revoke_all(w)),
    },
    Case { name: "a user's tickets for a client are bounded", run: |w| Box::pin(bounded(w)) },
];

impl World {
    /// What the act commits, as the use cases do.
    async fn act(&self, ticket: &Ticket, act: TicketAct) -> bool {
        let commit = Commit::new(self.audit());
        let (tenant, user) = (ticket.tenant, ticket.subject);
        let commit = match act {
            TicketAct::Redeem => {
                let home = self.store.tenant(tenant).await.unwrap().unwrap();
                let subject = self.store.member(tenant, user).await.unwrap().unwrap().user;
                let mut session = self.new_session(&home, &subject);
                session.ticket = Some(ticket.id);
                self.redemption(ticket, &session, None)
            }
            TicketAct::Fail => {
                let count = Of::CountAttempt { id: ticket.id, allowed: u8::MAX };
                commit.guard(Self::live(ticket.id)).change(Change::Ticket(count))
            }
            TicketAct::Peek => commit.guard(Self::live(ticket.id)),
            TicketAct::Expire => {
                self.clock.advance(TTL);
                return true;
            }
            TicketAct::Revoke(Revocation::Replaced) => {
                let why = Revocation::Replaced;
                commit.change(Change::Ticket(Of::RevokeAll { tenant, user, client: None, minter: None, why }))
            }
            TicketAct::Revoke(Revocation::Attempts) => {
                let count = Of::CountAttempt { id: ticket.id, allowed: 1 };
                commit.guard(Self::live(ticket.id)).change(Change::Ticket(count))
            }
            TicketAct::Revoke(why) => commit
                .guard(Guard::issued(ticket.id))
                .change(Change::Ticket(Of::Revoke { id: ticket.id, why })),
        };
        self.store.commit(commit).await.is_ok()
    }

    async fn status(&self, ticket: &Ticket) -> TicketStatus {
        self.store.ticket(ticket.id).await.unwrap().unwrap().status(self.now())
    }
}

const fn leads_to(status: TicketStatus) -> Option<TicketAct> {
    match status {
        TicketStatus::Issued => None,
        TicketStatus::Spent => Some(TicketAct::Redeem),
        TicketStatus::Expired => Some(TicketAct::Expire),
        TicketStatus::Revoked => Some(TicketAct::Revoke(Revocation::Withdrawn)),
    }
}

async fn life(w: World) {
    let tenant = w.tenant().await;
    for before in TicketStatus::ALL {
        for act in TicketAct::ALL {
            let user = w.user(&tenant, Role::Member).await;
            let ticket = w.ticket(&tenant, &user).await;
            if let Some(way) = leads_to(before) {
                assert!(w.act(&ticket, way).await);
            }
            assert_eq!(w.status(&ticket).await, before);
            let done = w.act(&ticket, act).await;
            let after = w.status(&ticket).await;
            assert_eq!(after, before.after(act).unwrap_or(before), "{before:?}, then {act:?}");
            // Time passes anyway, and what is not there needs no revoking: neither is refused.
            let unguarded = matches!(act, TicketAct::Expire | TicketAct::Revoke(Revocation::Replaced));
            assert!(unguarded || done == before.after(act).is_some(), "{before:?}, then {act:?}");
        }
    }
}

async fn states(w: World) {
    let tenant = w.tenant().await;
    let user = w.user(&tenant, Role::Member).await;
    for why in Revocation::ALL {
        let ticket = w.ticket(&tenant, &user).await;
        assert!(w.act(&ticket, TicketAct::Revoke(why)).await);
        let read = w.store.ticket(ticket.id).await.unwrap().unwrap();
        let viewed = w.store.for_redeem(ticket.id).await.unwrap().unwrap().ticket;
        assert_eq!(format!("{read:?}"), format!("{viewed:?}"));
        assert!(format!("{:?}", read.state).contains(&format!("{why:?}")), "{:?}", read.state);
    }
    let mut bound = w.new_ticket(&tenant, &user, Minter::Console);
    bound.network = Some("2001:db8::/48".parse().unwrap());
    bound.redirect_uri = Some("https://app.example/cb?x=%C3%A4".to_owned());
    bound.context_hash = Some(w.bytes());
    let at = w.mint(&bound).await.at;
    (bound.created_at, bound.expires_at) = (at, at.plus(TTL));
    let read = w.store.ticket(bound.id).await.unwrap().unwrap();
    assert_eq!(format!("{read:?}"), format!("{bound:?}"));
}

/// Everything that the list is to show, in its order.
fn expected(all: &[Ticket], tenant: TenantId, filter: &TicketFilter, w: &World) -> Vec<Position> {
    let shown = all.iter().filter(|t| t.tenant == tenant && filter.shows(t, w.now()));
    let mut places: Vec<_> = shown.map(Position::of).collect();
    places.sort_by_key(|p| std::cmp::Reverse((p.expires_at, p.id)));
    places
}

async fn lists(w: World) {
    let tenants = [w.tenant().await, w.tenant().await];
    let mut users = Vec::new();
    for tenant in &tenants {
        users.push([w.user(tenant, Role::Member).await, w.user(tenant, Role::Member).await]);
    }
    let clients = [w.client(&tenants[0]).await.id, w.client(&tenants[0]).await.id];
    let keys: [ApiKeyId; 2] = [w.id(), w.id()];
    let (session, abroad) = (w.id(), Minter::System(w.id()));
    let person = Minter::Person { user: users[0][0].id, session };
    let mut minted = Vec::new();
    for n in 0..96_usize {
        let minters = [Minter::System(keys[0]), Minter::System(keys[1]), person, Minter::Console];
        // One in eight of another tenant's; everything else in every combination.
        let of = usize::from(n % 8 == 7);
        let minter = if of == 0 { minters[n / 2 % 4] } else { abroad };
        let mut ticket = w.new_ticket(&tenants[of], &users[of][n % 2], minter);
        ticket.client = [Some(clients[0]), Some(clients[1]), None][n % 3].filter(|_| of == 0);
        w.mint(&ticket).await;
        match n / 8 % 4 {
            0 => assert!(w.act(&ticket, TicketAct::Redeem).await),
            1 => assert!(w.act(&ticket, TicketAct::Revoke(Revocation::Withdrawn)).await),
            _ => {}
        }
        if n % 10 == 9 {
            w.clock.advance(Span::seconds(10));
            w.store.sweep().await.unwrap();
        }
        minted.push(ticket);
    }
    let mut all = Vec::new();
    for ticket in &minted {
        all.push(w.store.ticket(ticket.id).await.unwrap().unwrap());
    }
    let tenant = tenants[0].id;
    for filter in filters(&users[0][0].id, &clients[0], &keys[0], &all) {
        let expected = expected(&all, tenant, &filter, &w);
        check(&w, tenant, &filter, &expected).await;
    }
    for status in TicketStatus::ALL {
        let shown = all.iter().filter(|t| t.tenant == tenant && t.status(w.now()) == status).count();
        assert!(shown > 5, "{status:?}: {shown} are too few to show anything");
    }
}

fn filters(
    user: &authms_core::id::UserId,
    client: &authms_core::id::ClientId,
    key: &ApiKeyId,
    all: &[Ticket],
) -> Vec<TicketFilter> {
    let mut filters = Vec::new();
    for status in TicketStatus::ALL.map(Some).into_iter().chain([None]) {
        for narrowed in 0..16_u8 {
            let has = |bit: u8| narrowed & bit != 0;
            filters.push(TicketFilter {
                status,
                user: has(1).then_some(*user),
                client: has(2).then_some(*client),
                minter: has(4).then_some(if has(1) { MinterId::User(*user) } else { MinterId::Key(*key) }),
                minted_from: has(8).then(|| all[all.len() / 4].created_at),
                minted_until: has(8).then(|| all[all.len() / 2].created_at),
            });
        }
    }
    filters
}

/// By numbers and by places, in pages of every size, a list is the same.
async fn check(w: &World, tenant: TenantId, filter: &TicketFilter, expected: &[Position]) {
    for size in [9, 100] {
        let (mut by_number, mut by_place) = (Vec::new(), Vec::new());
        let mut from = From::Skip(0);
        loop {
            let found = w.store.tickets(tenant, *filter, from, size, w.now()).await.unwrap();
            assert_eq!((found.total, found.counted_all), (expected.len() as u64, true), "{filter:?}");
            let skipped = From::Skip(by_place.len() as u64);
            let same = w.store.tickets(tenant, *filter, skipped, size, w.now()).await.unwrap();
            by_number.extend(same.items.iter().map(Position::of));
            by_place.extend(found.items.iter().map(Position::of));
            assert_eq!(found.more, by_place.len() < expected.len(), "{filter:?}");
            match found.items.last() {
                Some(last) if found.more => from = From::After(Position::of(last)),
                _ => break,
            }
        }
        assert_eq!(by_number, expected, "{filter:?} in pages of {size}, by number");
        assert_eq!(by_place, expected, "{filter:?} in pages of {size}, by place");
    }
}

async fn revoke_all(w: World) {
    let (tenant, elsewhere) = (w.tenant().await, w.tenant().await);
    let (user, bystander) = (w.user(&tenant, Role::Member).await, w.user(&tenant, Role::Member).await);
    let client = w.client(&tenant).await.id;
    let spent = w.ticket(&tenant, &user).await;
    assert!(w.act(&spent, TicketAct::Redeem).await);
    let (carried, others) = (w.ticket(&tenant, &user).await, w.ticket(&tenant, &bystander).await);
    w.store.sweep().await.unwrap();
    let recent = w.ticket(&tenant, &user).await;
    let abroad = w.ticket(&elsewhere, &user).await;
    let mut bound = w.new_ticket(&tenant, &user, Minter::Console);
    bound.client = Some(client);
    w.mint(&bound).await;
    let revoke = |client| {
        let (tenant, user, why) = (tenant.id, user.id, Revocation::Withdrawn);
        w.commit(Change::Ticket(Of::RevokeAll { tenant, user, client, minter: None, why }))
    };
    let stand = async || {
        let mut stand = Vec::new();
        for ticket in [&spent, &carried, &recent, &bound, &others, &abroad] {
            stand.push(w.status(ticket).await);
        }
        stand
    };
    use TicketStatus::{Issued, Revoked, Spent};
    revoke(Some(Some(client))).await;
    assert_eq!(stand().await, [Spent, Issued, Issued, Revoked, Issued, Issued]);
    revoke(Some(None)).await;
    assert_eq!(stand().await, [Spent, Revoked, Revoked, Revoked, Issued, Issued]);
    let last = w.ticket(&tenant, &user).await;
    revoke(None).await;
    assert_eq!(w.status(&last).await, Revoked);
    assert_eq!(stand().await, [Spent, Revoked, Revoked, Revoked, Issued, Issued]);
}

async fn bounded(w: World) {
    let tenant = w.tenant().await;
    let user = w.user(&tenant, Role::Member).await;
    let client = w.client(&tenant).await.id;
    let below = |client, bound| {
        let (tenant, user, purpose) = (tenant.id, user.id, Purpose::Sso);
        let guard = Guard::TicketsBelow { tenant, user, client, purpose, bound };
        w.store.commit(Commit::new(w.audit()).guard(guard))
    };
    for n in 0..3_u32 {
        assert!(below(Some(client), n).await.is_err(), "there are {n}");
        assert!(below(Some(client), n + 1).await.is_ok(), "there are {n}");
        assert!(below(None, 1).await.is_ok(), "those of a client are not those of none");
        let mut ticket = w.new_ticket(&tenant, &user, Minter::Console);
        ticket.client = Some(client);
        w.mint(&ticket).await;
        if n == 0 {
            w.store.sweep().await.unwrap();
        }
    }
    w.clock.advance(TTL);
    assert!(below(Some(client), 1).await.is_ok(), "expired ones do not count");
}
