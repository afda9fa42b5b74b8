//! How many redemptions a second the store makes durable, by the number of concurrent callers:
//! `cargo run --release -p authms-store --example commit_rate [directory]`.

use authms_core::audit::{AuditRow, EventName};
use authms_core::commit::{Change, Commit, Guard};
use authms_core::id::{Id, Kind, TenantId, TicketId, UserId};
use authms_core::limits::{LimitKind, Quota, Take};
use authms_core::mfa::MfaPolicy;
use authms_core::on_behalf::{OnBehalfPolicy, Terms};
use authms_core::password::PasswordPolicy;
use authms_core::ports::{Clock, Store, random};
use authms_core::retention::Retention;
use authms_core::risk::RiskConfig;
use authms_core::session::{Change as SessionChange, NewSession, Origin, Session};
use authms_core::signin::{Fences, MethodKind};
use authms_core::signing_key::Signing;
use authms_core::tenant::{Change as TenantChange, Tenant, TenantStatus};
use authms_core::ticket::{
    Change as TicketChange, Minter, NewTicket, Purpose, Ticket, TicketPolicy, TicketState,
};
use authms_core::time::{Span, Timestamp};
use authms_core::user::{Change as UserChange, User, UserStatus};
use authms_store::{Options, SqliteStore};
use authms_testkit::rng::SeededRng;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

const USERS: usize = 10_000;
const SECONDS: u64 = 3;

#[tokio::main]
async fn main() {
    let directory = std::env::args().nth(1).map_or_else(std::env::temp_dir, PathBuf::from);
    let path = directory.join(format!("commit-rate-{}.db", std::process::id()));
    let options = Options {
        cache_kib: 4096,
        queue: 8192,
        migrate: true,
        retention: Retention::default(),
        clock: Arc::new(SystemClock),
    };
    let store = Arc::new(SqliteStore::open(&path, options).expect("the store opens"));
    let bench = Arc::new(Bench::fill(Arc::clone(&store)).await);
    let sweeping = tokio::spawn(async move {
        loop {
            tokio::time::sleep(Duration::from_secs(2)).await;
            store.sweep().await.expect("a sweep");
        }
    });

    bench.time_reads().await;
    bench.time_takes().await;
    println!("callers  read+commit/s   p50 ms   p99 ms");
    for callers in [1, 16, 64, 256] {
        let tickets = bench.mint(callers).await;
        let start = Instant::now();
        let runs: Vec<_> =
            tickets.into_iter().map(|t| tokio::spawn(Arc::clone(&bench).redeem(t, start))).collect();
        let mut times = Vec::new();
        for run in runs {
            times.extend(run.await.expect("a caller returns"));
        }
        let rate = times.len() as f64 / start.elapsed().as_secs_f64();
        times.sort_unstable();
        let ms = |part: usize| times[times.len() * part / 100].as_secs_f64() * 1000.0;
        println!("{callers:7}  {rate:13.0}  {:7.2}  {:7.2}", ms(50), ms(99));
    }
    sweeping.abort();
    drop(bench);
    for suffix in ["", "-wal", "-shm"] {
        let _ = std::fs::remove_file(format!("{}{suffix}", path.display()));
    }
}

struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Timestamp::from_millis(since.as_millis() as i64)
    }
}

struct Bench {
    store: Arc<SqliteStore>,
    rng: SeededRng,
    tenant: TenantId,
    users: Vec<UserId>,
}

impl Bench {
    async fn fill(store: Arc<SqliteStore>) -> Self {
        let rng = SeededRng::new(7);
        let now = SystemClock.now();
        let tenant = Tenant {
            id: Id::generate(now, &rng),
            name: "bench".to_owned(),
            status: TenantStatus::Active,
            is_default: true,
            signing: Signing::DEFAULT,
            ticket_policy: TicketPolicy::default(),
            on_behalf_policy: OnBehalfPolicy::default(),
            audit_retention: None,
            mfa_policy: MfaPolicy::default(),
            password_policy: PasswordPolicy::default(),
            risk_config: RiskConfig::default(),
            fence: 1,
            rev: 1,
            created_at: now,
            updated_at: now,
        };
        let mut bench = Self { store, rng, tenant: tenant.id, users: Vec::new() };
        let mut commit = Commit::new(bench.audit()).change(Change::Tenant(TenantChange::Create(tenant)));
        for _ in 0..USERS {
            let user = bench.new_user();
            bench.users.push(user.id);
            commit = commit.change(Change::User(UserChange::Create { user: Box::new(user), password: None }));
        }
        bench.store.commit(commit).await.expect("the users are created");
        bench
    }

    fn id<K: Kind>(&self) -> Id<K> {
        Id::generate(SystemClock.now(), &self.rng)
    }

    fn audit(&self) -> AuditRow {
        // As long as a redemption's.
        AuditRow { id: self.id(), tenant: None, name: EventName::TicketRedeemed, body: vec![b'x'; 380] }
    }

    fn new_user(&self) -> User {
        let now = SystemClock.now();
        User {
            id: self.id(),
            tenant: self.tenant,
            status: UserStatus::Active,
            username: None,
            email: None,
            phone: None,
            external_id: None,
            email_verified_at: None,
            phone_verified_at: None,
            language: None,
            nickname: None,
            has_password: false,
            must_change_password: false,
            password_changed_at: None,
            password_compromised_at: None,
            fence: 1,
            rev: 1,
            created_at: now,
            updated_at: now,
        }
    }

    /// Enough tickets for each caller.
    async fn mint(self: &Arc<Self>, callers: usize) -> Vec<Vec<(TicketId, UserId)>> {
        let each = 60_000 * SECONDS as usize / callers.max(16);
        let mints = (0..callers).map(|n| tokio::spawn(Arc::clone(self).mint_some(n, each)));
        let mut all = Vec::new();
        for mint in mints.collect::<Vec<_>>() {
            all.push(mint.await.expect("a minter returns"));
        }
        all
    }

    async fn mint_some(self: Arc<Self>, from: usize, each: usize) -> Vec<(TicketId, UserId)> {
        let mut minted = Vec::new();
        for n in 0..each {
            let user = self.users[(from * 31 + n * 7919) % USERS];
            let now = SystemClock.now();
            let ticket = Ticket {
                id: self.id(),
                tenant: self.tenant,
                subject: user,
                purpose: Purpose::Sso,
                minter: Minter::Console,
                secret_hash: random(&self.rng),
                client: None,
                proof: None,
                network: None,
                redirect_uri: None,
                context_hash: None,
                reason: None,
                subject_auth_time: None,
                terms: Terms::default(),
                subject_amr: Vec::new(),
                minted_ip: None,
                fences: Fences { user: Some(1), tenant: Some(1), ..Fences::default() },
                created_at: now,
                expires_at: now,
                state: TicketState::Issued,
                attempts: 0,
                replays: 0,
            };
            minted.push((ticket.id, user));
            let new = NewTicket { ticket, ttl: Span::hours(1), idempotency: None };
            let mint = Change::Ticket(TicketChange::Mint(Box::new(new)));
            self.store.commit(Commit::new(self.audit()).change(mint)).await.expect("a mint commits");
        }
        minted
    }

    async fn redeem(self: Arc<Self>, tickets: Vec<(TicketId, UserId)>, start: Instant) -> Vec<Duration> {
        use authms_core::ports::Tickets;
        let mut times = Vec::new();
        for (ticket, user) in tickets {
            if start.elapsed() > Duration::from_secs(SECONDS) {
                break;
            }
            let began = Instant::now();
            let view = self.store.for_redeem(ticket).await.expect("a read").expect("a ticket");
            let commit = self.redemption(ticket, user, view.ticket.fences);
            self.store.commit(commit).await.expect("a redemption commits");
            times.push(began.elapsed());
        }
        times
    }

    fn redemption(&self, ticket: TicketId, user: UserId, fences: Fences) -> Commit {
        let now = SystemClock.now();
        let session = Session {
            id: self.id(),
            tenant: self.tenant,
            user,
            client: None,
            method: MethodKind::Ticket,
            ticket: Some(ticket),
            minted_by: None,
            acting: None,
            fences,
            auth_time: None,
            amr: Vec::new(),
            origin: Origin { ip: "192.0.2.1".parse().ok(), user_agent: Some("Mozilla/5.0 (X11)".to_owned()) },
            risk: None,
            device: None,
            created_at: now,
            expires_at: now,
            refreshed_at: now,
            ended: None,
            flagged_at: None,
            generation: 0,
            refresh_hash: Some(random(&self.rng)),
            proven: None,
        };
        let spend = TicketChange::Spend { id: ticket, session: session.id, replay: None };
        let new = NewSession { session, ttl: Span::hours(24), teaches: true };
        Commit::new(self.audit())
            .guard(Guard::TicketLive { id: ticket, attempts_below: 5 })
            .change(Change::Ticket(spend))
            .change(Change::Session(SessionChange::Open(Box::new(new))))
    }

    async fn time_reads(self: &Arc<Self>) {
        use authms_core::ports::Tickets;
        let tickets = self.mint(1).await.remove(0);
        let start = Instant::now();
        for (ticket, _) in &tickets {
            self.store.for_redeem(*ticket).await.expect("a read");
        }
        println!("for_redeem: {:.2} µs", start.elapsed().as_secs_f64() * 1e6 / tickets.len() as f64);
    }

    async fn time_takes(&self) {
        const TAKES: u32 = 1_000_000;
        let quota = Quota { requests: 60, window: Span::seconds(60) };
        let start = Instant::now();
        for n in 0..TAKES {
            let take = |kind| Take { kind, key: (n % 5000).to_be_bytes().to_vec(), quota, cost: 1 };
            let takes = [take(LimitKind::Address), take(LimitKind::SignIn)];
            self.store.take(&takes).await.expect("a take");
        }
        println!("take of two: {:.2} µs", start.elapsed().as_secs_f64() * 1e6 / f64::from(TAKES));
    }
}
