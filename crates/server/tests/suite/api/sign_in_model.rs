//! All sign-in calls in random order, against a model that knows what each must answer: whatever the order, nobody gets
//! tokens without the factors that the policy asked for.

use authms_core::access::{Permission, Role};
use authms_core::factor::FactorKinds;
use authms_core::id::UserId;
use authms_core::mfa::MfaPolicy;
use authms_core::signin::challenge::{CHALLENGE_TTL, GUESSES, delay};
use authms_core::time::{Span, Timestamp};
use authms_testkit::{Answer, Authenticator, TestApp};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};

const PASSWORD: &str = "correct horse battery staple";

/// A call, or something that happens meanwhile. Numbers choose among what there is.
#[derive(Clone, Debug)]
enum Act {
    Mint,
    Redeem(usize),
    Login { right: bool },
    Verify { which: usize, code: Code },
    Refresh(usize),
    UseAccess(usize),
    UseChallengeAsAccess(usize),
    Logout(usize),
    AskAlways(bool),
    Enable(bool),
    Wait(i64),
}

/// Which code is typed.
#[derive(Clone, Copy, Debug)]
enum Code {
    /// That of a step, counted from now.
    OfStep(i64),
    Wrong,
    Empty,
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let which = 0..4_usize;
    let code = prop_oneof![
        6 => (-1..=1_i64).prop_map(Code::OfStep),
        2 => Just(Code::Wrong),
        1 => Just(Code::OfStep(-2)),
        1 => Just(Code::OfStep(2)),
        1 => Just(Code::Empty),
    ];
    let act = prop_oneof![
        4 => Just(Act::Mint),
        5 => which.clone().prop_map(Act::Redeem),
        3 => prop::bool::weighted(0.8).prop_map(|right| Act::Login { right }),
        8 => (which.clone(), code).prop_map(|(which, code)| Act::Verify { which, code }),
        3 => which.clone().prop_map(Act::Refresh),
        2 => which.clone().prop_map(Act::UseAccess),
        1 => which.clone().prop_map(Act::UseChallengeAsAccess),
        1 => which.prop_map(Act::Logout),
        2 => prop::bool::weighted(0.8).prop_map(Act::AskAlways),
        1 => prop::bool::weighted(0.7).prop_map(Act::Enable),
        5 => (1..35_i64).prop_map(Act::Wait),
    ];
    prop::collection::vec(act, 10..60)
}

struct Ticket {
    text: String,
    minted_at: Timestamp,
    /// How often the user had been disabled or enabled.
    epoch: u32,
    spent: bool,
}

struct Challenge {
    token: String,
    opened_at: Timestamp,
    epoch: u32,
    wrong: u8,
    next_at: Timestamp,
    passed: bool,
    /// The session whose place the new one takes.
    renews: Option<usize>,
}

struct Session {
    access: String,
    refresh: String,
    epoch: u32,
    over: bool,
    /// Whether a second factor was proved in it.
    proved: bool,
}

/// What must be true, beside the application of which it is.
struct World {
    app: TestApp,
    user: UserId,
    phone: Authenticator,
    admin: String,
    asks: bool,
    enabled: bool,
    epoch: u32,
    /// The last step that was spent.
    spent: i64,
    tickets: Vec<Ticket>,
    challenges: Vec<Challenge>,
    sessions: Vec<Session>,
}

impl World {
    async fn new() -> Self {
        let app = TestApp::start().await;
        let home = app.home();
        let user = home.user_with_password("ada", Role::Member, PASSWORD).await;
        let phone = home.authenticator(user).await;
        let key = home.key(&[Permission::UserRead, Permission::UserWrite], Role::Admin).await;
        let admin = key.raw.expose().to_owned();
        home.asks_for(policy(false)).await;
        Self {
            app,
            user,
            phone,
            admin,
            asks: false,
            enabled: true,
            epoch: 0,
            spent: i64::MIN,
            tickets: Vec::new(),
            challenges: Vec::new(),
            sessions: Vec::new(),
        }
    }

    fn now(&self) -> Timestamp {
        self.app.parts.now()
    }

    async fn act(&mut self, act: &Act) {
        match act {
            Act::Mint if self.enabled => {
                let text = self.app.ticket(self.user).await;
                let ticket = Ticket { text, minted_at: self.now(), epoch: self.epoch, spent: false };
                self.tickets.push(ticket);
            }
            Act::Mint => {}
            Act::Redeem(which) => self.redeem(*which).await,
            Act::Login { right } => self.login(*right).await,
            Act::Verify { which, code } => self.verify(*which, *code).await,
            Act::Refresh(which) => self.refresh(*which).await,
            Act::UseAccess(which) => self.use_access(*which).await,
            Act::UseChallengeAsAccess(which) => {
                let Some(challenge) = latest(&mut self.challenges, *which) else { return };
                assert_eq!(self.app.me(&challenge.token).await.status, 401, "a challenge is no access token");
            }
            Act::Logout(which) => self.logout(*which).await,
            Act::AskAlways(asks) => {
                self.asks = *asks;
                self.app.home().asks_for(policy(*asks)).await;
            }
            Act::Enable(enabled) => self.enable(*enabled).await,
            Act::Wait(seconds) => self.app.clock.advance(Span::seconds(*seconds)),
        }
    }

    async fn redeem(&mut self, which: usize) {
        let (now, enabled, epoch) = (self.now(), self.enabled, self.epoch);
        let Some(ticket) = latest(&mut self.tickets, which) else { return };
        let good = !ticket.spent
            && enabled
            && ticket.epoch == epoch
            && now < ticket.minted_at.plus(Span::seconds(300));
        let answer = self.app.redeem(&ticket.text).await;
        if !good {
            return refused(&answer, 400);
        }
        ticket.spent = true;
        self.first_step(&answer);
    }

    async fn login(&mut self, right: bool) {
        let password = if right { PASSWORD } else { "another horse battery staple" };
        let answer = self.app.login("ada", password).await;
        if !right || !self.enabled {
            return refused(&answer, 401);
        }
        self.first_step(&answer);
    }

    /// The first factor was right: tokens if the policy asks for no other, a challenge else.
    fn first_step(&mut self, answer: &Answer) {
        if !self.asks {
            return self.signed_in(answer, false);
        }
        let token = asked(answer);
        self.challenges.push(self.challenge(token, None));
    }

    fn challenge(&self, token: String, renews: Option<usize>) -> Challenge {
        let now = self.now();
        Challenge { token, opened_at: now, epoch: self.epoch, wrong: 0, next_at: now, passed: false, renews }
    }

    fn signed_in(&mut self, answer: &Answer, proved: bool) {
        assert_eq!(answer.status, 200, "{}", answer.body);
        assert!(proved || !self.asks, "tokens without the factor that the policy asks for: {}", answer.body);
        let text = |member: &str| answer.body[member].as_str().expect("a token").to_owned();
        let (access, refresh) = (text("access_token"), text("refresh_token"));
        self.sessions.push(Session { access, refresh, epoch: self.epoch, over: false, proved });
    }

    async fn verify(&mut self, which: usize, code: Code) {
        let (now, enabled, epoch, spent) = (self.now(), self.enabled, self.epoch, self.spent);
        let typed = match code {
            Code::OfStep(steps) => self.phone.code_after(&self.app, steps),
            Code::Wrong => self.phone.wrong_code(&self.app),
            Code::Empty => String::new(),
        };
        let Some(challenge) = latest(&mut self.challenges, which) else { return };
        let renewed = challenge.renews;
        let open = !challenge.passed
            && renewed.is_none_or(|old| !self.sessions[old].over)
            && challenge.wrong < GUESSES
            && enabled
            && challenge.epoch == epoch
            && now < challenge.opened_at.plus(CHALLENGE_TTL);
        let answer = self.app.verify(&challenge.token, &typed).await;
        if !open {
            return refused(&answer, 403);
        }
        if challenge.next_at > now {
            return refused(&answer, 429);
        }
        let step = match code {
            Code::OfStep(steps @ -1..=1) => Some(now.as_seconds().div_euclid(30) + steps),
            _ => None,
        };
        match step.filter(|step| *step > spent) {
            Some(step) => {
                challenge.passed = true;
                self.spent = step;
                if let Some(old) = renewed {
                    self.sessions[old].over = true;
                }
                self.signed_in(&answer, true);
            }
            None => {
                challenge.wrong += 1;
                challenge.next_at = now.plus(delay(challenge.wrong));
                refused(&answer, 400);
            }
        }
    }

    async fn refresh(&mut self, which: usize) {
        let (enabled, epoch, asks) = (self.enabled, self.epoch, self.asks);
        let Some(index) = self.sessions.len().checked_sub(1).map(|last| last.saturating_sub(which)) else {
            return;
        };
        let session = &mut self.sessions[index];
        let answer = self.app.refresh(&session.refresh).await;
        if session.over || !enabled || session.epoch != epoch {
            return refused(&answer, 401);
        }
        if asks && !session.proved {
            let challenge = self.challenge(asked(&answer), Some(index));
            return self.challenges.push(challenge);
        }
        rotated(session, &answer);
    }

    async fn use_access(&mut self, which: usize) {
        let (enabled, epoch) = (self.enabled, self.epoch);
        let Some(session) = latest(&mut self.sessions, which) else { return };
        let lives = !session.over && enabled && session.epoch == epoch;
        let answer = self.app.me(&session.access).await;
        assert_eq!(answer.status, if lives { 200 } else { 401 }, "{}", answer.body);
    }

    async fn logout(&mut self, which: usize) {
        let Some(session) = latest(&mut self.sessions, which) else { return };
        self.app.post("/api/v1/auth/logout", &session.access, json!({})).await;
        session.over = true;
    }

    /// Both disabling and enabling leave nothing of what was before.
    async fn enable(&mut self, enabled: bool) {
        if enabled == self.enabled {
            return;
        }
        let status = if enabled { "active" } else { "disabled" };
        let path = format!("/admin/users/{}/status", self.user);
        let answer = self.app.put(&path, &self.admin, json!({ "status": status })).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        self.enabled = enabled;
        self.epoch += 1;
    }
}

/// What the tenant asks for: always, or never. Risk has tests of its own.
fn policy(always: bool) -> MfaPolicy {
    let never = MfaPolicy { medium: FactorKinds::NONE, high: FactorKinds::NONE, ..MfaPolicy::default() };
    if always { MfaPolicy { always, ..MfaPolicy::default() } } else { never }
}

/// One of the last few.
fn latest<T>(all: &mut [T], which: usize) -> Option<&mut T> {
    let last = all.len().checked_sub(1)?;
    all.get_mut(last.saturating_sub(which))
}

fn refused(answer: &Answer, status: u16) {
    assert_eq!(answer.status, status, "{}", answer.body);
    for secret in ["access_token", "refresh_token", "challenge_token", "user"] {
        assert_eq!(answer.body.get(secret), None::<&Value>, "a refusal gives nothing away");
    }
}

fn rotated(session: &mut Session, answer: &Answer) {
    assert_eq!(answer.status, 200, "{}", answer.body);
    let text = |member: &str| answer.body[member].as_str().expect("a token").to_owned();
    (session.access, session.refresh) = (text("access_token"), text("refresh_token"));
}

/// The challenge in an answer that gives nothing else.
fn asked(answer: &Answer) -> String {
    for absent in ["access_token", "refresh_token", "user"] {
        assert_eq!(answer.body.get(absent), None::<&Value>, "{absent}");
    }
    TestApp::challenge_of(answer)
}

#[test]
fn p12_no_order_of_calls_gives_tokens_without_the_factors_that_policy_asks_for() {
    let cases = std::env::var("AUTHMS_MODEL_CASES").ok().and_then(|n| n.parse().ok()).unwrap_or(48);
    let mut runner = TestRunner::new(Config { cases, failure_persistence: None, ..Config::default() });
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let outcome = runner.run(&acts(), |acts| {
        runtime.block_on(async {
            let mut world = World::new().await;
            for act in &acts {
                world.act(act).await;
            }
        });
        Ok(())
    });
    if let Err(error) = outcome {
        panic!("{error}");
    }
}
