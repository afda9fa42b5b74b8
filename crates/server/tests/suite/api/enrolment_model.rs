//! All calls of an enrolment in random order, against a model that knows what each must answer: whatever the order, nobody
//! enrols a factor or gets tokens without an address proved in that sign-in, or an administrator's release.

use authms_core::access::{Permission, Role};
use authms_core::code;
use authms_core::factor::FactorKind;
use authms_core::id::UserId;
use authms_core::mfa::{MfaPolicy, RELEASE_TTL};
use authms_core::signin::challenge::{ENROLMENT_TTL, GUESSES, delay};
use authms_core::time::{Span, Timestamp};
use authms_testkit::{Answer, Authenticator, TestApp};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};

const PASSWORD: &str = "correct horse battery staple";

/// A call, or something that happens meanwhile. Numbers choose among what there is.
#[derive(Clone, Debug)]
enum Act {
    Login { right: bool },
    Send(usize),
    Prove { which: usize, code: Code },
    SetUp(usize),
    First { which: usize, app_of: usize, steps: i64 },
    UseAsAccess(usize),
    Release,
    TakeBack,
    Enable(bool),
    Wait(i64),
}

/// Which mailed code is typed.
#[derive(Clone, Copy, Debug)]
enum Code {
    Own,
    /// That of another sign-in.
    Of(usize),
    Wrong,
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let which = 0..3_usize;
    let code = prop_oneof![
        6 => Just(Code::Own),
        1 => which.clone().prop_map(Code::Of),
        1 => Just(Code::Wrong),
    ];
    let act = prop_oneof![
        4 => prop::bool::weighted(0.9).prop_map(|right| Act::Login { right }),
        6 => which.clone().prop_map(Act::Send),
        6 => (which.clone(), code).prop_map(|(which, code)| Act::Prove { which, code }),
        6 => which.clone().prop_map(Act::SetUp),
        6 => (which.clone(), which.clone(), -2..=2_i64)
            .prop_map(|(which, app_of, steps)| Act::First { which, app_of, steps }),
        1 => which.prop_map(Act::UseAsAccess),
        1 => Just(Act::Release),
        1 => Just(Act::TakeBack),
        1 => prop::bool::weighted(0.7).prop_map(Act::Enable),
        4 => (1..40_i64).prop_map(Act::Wait),
        1 => (500..1000_i64).prop_map(Act::Wait),
    ];
    prop::collection::vec(act, 10..60)
}

/// A sign-in that waits for an enrolment.
struct SignIn {
    token: String,
    opened_at: Timestamp,
    epoch: u32,
    wrong: u8,
    next_at: Timestamp,
    proven: bool,
    passed: bool,
    /// The code that was sent last, until it is used, and when.
    code: Option<(String, Timestamp)>,
    /// The app that was begun, unless another was since, and when.
    begun: Option<(Authenticator, Timestamp)>,
}

/// What must be true, beside the application of which it is.
struct World {
    app: TestApp,
    user: UserId,
    admin: String,
    enabled: bool,
    /// How often the user was disabled or enabled.
    epoch: u32,
    /// Until when they are released, and how often they had been disabled then.
    released: Option<(Timestamp, u32)>,
    disabled: u32,
    enrolled: bool,
    sign_ins: Vec<SignIn>,
}

impl World {
    async fn new() -> Self {
        let app = TestApp::start().await;
        let home = app.home();
        let user = home.user_with_password("ada", Role::Member, PASSWORD).await;
        home.address_is_known(user).await;
        let key = home.key(&[Permission::UserRead, Permission::UserWrite], Role::Admin).await;
        let admin = key.raw.expose().to_owned();
        let low = [FactorKind::Totp, FactorKind::Passkey].into_iter().collect();
        home.asks_for(MfaPolicy { always: true, low, ..MfaPolicy::default() }).await;
        let (epoch, disabled, sign_ins) = (0, 0, Vec::new());
        Self { app, user, admin, enabled: true, epoch, released: None, disabled, enrolled: false, sign_ins }
    }

    fn now(&self) -> Timestamp {
        self.app.parts.now()
    }

    fn is_released(&self) -> bool {
        self.released.is_some_and(|(until, disabled)| until > self.now() && disabled == self.disabled)
    }

    /// Whether a sign-in goes on.
    fn is_open(&self, which: usize) -> bool {
        !self.enrolled && !self.is_over(which)
    }

    /// Whether it is over, whatever its user has by now.
    fn is_over(&self, which: usize) -> bool {
        let sign_in = &self.sign_ins[which];
        !self.enabled
            || sign_in.passed
            || sign_in.epoch != self.epoch
            || sign_in.wrong >= GUESSES
            || self.now() >= sign_in.opened_at.plus(ENROLMENT_TTL)
    }

    /// One of the last few.
    fn latest(&self, which: usize) -> Option<usize> {
        Some(self.sign_ins.len().checked_sub(1)?.saturating_sub(which))
    }

    async fn act(&mut self, act: &Act) {
        match act {
            Act::Login { right } => self.login(*right).await,
            Act::Send(which) => self.send(*which).await,
            Act::Prove { which, code } => self.prove(*which, *code).await,
            Act::SetUp(which) => self.set_up(*which).await,
            Act::First { which, app_of, steps } => self.first(*which, *app_of, *steps).await,
            Act::UseAsAccess(which) => {
                let Some(which) = self.latest(*which) else { return };
                let answer = self.app.me(&self.sign_ins[which].token).await;
                assert_eq!(answer.status, 401, "it is no access token");
            }
            Act::Release => {
                self.app.home().is_released(self.user).await;
                self.released = Some((self.now().plus(RELEASE_TTL), self.disabled));
            }
            Act::TakeBack => {
                self.app.home().is_released_no_more(self.user).await;
                self.released = None;
            }
            Act::Enable(enabled) => self.enable(*enabled).await,
            Act::Wait(seconds) => self.app.clock.advance(Span::seconds(*seconds)),
        }
        let counted = self.app.count("SELECT count(*) FROM factors WHERE verified_at IS NOT NULL");
        assert_eq!(counted, i64::from(self.enrolled), "a factor counts that nobody let in");
        assert_eq!(self.app.count("SELECT count(*) FROM sessions"), i64::from(self.enrolled));
    }

    async fn login(&mut self, right: bool) {
        let password = if right { PASSWORD } else { "another horse battery staple" };
        let answer = self.app.login("ada", password).await;
        if !right || !self.enabled {
            return refused(&answer, 401);
        }
        let token = TestApp::challenge_of(&answer);
        assert!(answer.body.get("access_token").is_none() && answer.body.get("user").is_none());
        if self.enrolled {
            return assert!(answer.body.get("mfa_enrolment").is_none(), "{}", answer.body);
        }
        let step = if self.is_released() { "enrol" } else { "verify_address" };
        assert_eq!(answer.body["mfa_enrolment"], step, "{}", answer.body);
        let (now, epoch) = (self.now(), self.epoch);
        self.sign_ins.push(SignIn {
            token,
            opened_at: now,
            epoch,
            wrong: 0,
            next_at: now,
            proven: false,
            passed: false,
            code: None,
            begun: None,
        });
    }

    async fn send(&mut self, which: usize) {
        let Some(which) = self.latest(which) else { return };
        let body = json!({ "challenge_token": self.sign_ins[which].token, "mfa_method": "email" });
        let answer = self.app.post("/auth/mfa/send-code", "", body).await;
        let letters = self.app.post_leaves().await;
        let (now, released) = (self.now(), self.is_released());
        // That they have a factor by now is told when the code comes back.
        let open = !self.is_over(which);
        let sign_in = &mut self.sign_ins[which];
        if !open {
            return refused(&answer, 403);
        }
        if sign_in.proven || released {
            return refused(&answer, 400);
        }
        if let Some((_, sent_at)) = &sign_in.code {
            let age = sent_at.as_millis() - sign_in.opened_at.as_millis();
            if sent_at.plus(code::RESEND_AFTER).plus(Span::millis(age)) > now {
                return refused(&answer, 429);
            }
        }
        assert_eq!(answer.status, 200, "{}", answer.body);
        // Others tell of what was changed.
        let mut hers = letters.iter().rev().filter(|l| l.to == "ada@example.test");
        let code = hers.find_map(|letter| letter.code_if()).expect("a letter with a code");
        sign_in.code = Some((code, now));
    }

    async fn prove(&mut self, which: usize, code: Code) {
        let Some(which) = self.latest(which) else { return };
        let of = match code {
            Code::Own => Some(which),
            Code::Of(other) => self.latest(other),
            Code::Wrong => None,
        };
        let sent = |of: usize| self.sign_ins[of].code.clone();
        let typed = of.and_then(sent).map_or_else(|| "none".to_owned(), |(text, _)| text);
        let token = &self.sign_ins[which].token;
        let body = json!({ "challenge_token": token, "mfa_method": "email", "code": typed });
        let answer = self.app.verify_with(body).await;
        let (now, released, open) = (self.now(), self.is_released(), self.is_open(which));
        let sign_in = &mut self.sign_ins[which];
        if !open {
            return refused(&answer, 403);
        }
        if sign_in.proven || released {
            return refused(&answer, 400);
        }
        if sign_in.next_at > now {
            return refused(&answer, 429);
        }
        let fresh = sign_in.code.as_ref().filter(|(_, sent_at)| now < sent_at.plus(code::TTL));
        if fresh.is_some_and(|(text, _)| *text == typed) {
            assert_eq!((answer.status, &answer.body["mfa_enrolment"]), (200, &json!("enrol")));
            assert!(answer.body.get("access_token").is_none(), "an address is no factor");
            sign_in.proven = true;
            return;
        }
        sign_in.wrong += 1;
        sign_in.next_at = now.plus(delay(sign_in.wrong));
        refused(&answer, 400);
    }

    async fn set_up(&mut self, which: usize) {
        let Some(which) = self.latest(which) else { return };
        let answer = self.app.set_up_totp(&self.sign_ins[which].token).await;
        if !self.is_open(which) {
            return refused(&answer, 401);
        }
        if !self.sign_ins[which].proven && !self.is_released() {
            return refused(&answer, 403);
        }
        // One is begun at a time, wherever.
        self.sign_ins.iter_mut().for_each(|other| other.begun = None);
        self.sign_ins[which].begun = Some((Authenticator::told(&answer), self.now()));
    }

    async fn first(&mut self, which: usize, app_of: usize, steps: i64) {
        let (Some(which), Some(app_of)) = (self.latest(which), self.latest(app_of)) else { return };
        let shown = self.sign_ins[app_of].begun.as_ref();
        let typed = shown.map_or_else(|| "000000".to_owned(), |(app, _)| app.code_after(&self.app, steps));
        let answer = self.app.verify(&self.sign_ins[which].token, &typed).await;
        let (now, released, open) = (self.now(), self.is_released(), self.is_open(which));
        let sign_in = &mut self.sign_ins[which];
        if !open {
            return refused(&answer, 403);
        }
        if !sign_in.proven && !released {
            return refused(&answer, 400);
        }
        if sign_in.next_at > now {
            return refused(&answer, 429);
        }
        if sign_in.begun.is_none() {
            return refused(&answer, 409);
        }
        if which == app_of && (-1..=1).contains(&steps) {
            assert_eq!(answer.status, 200, "{}", answer.body);
            assert!(answer.body["access_token"].is_string());
            sign_in.passed = true;
            self.enrolled = true;
            self.released = None;
            return;
        }
        sign_in.wrong += 1;
        sign_in.next_at = now.plus(delay(sign_in.wrong));
        refused(&answer, 400);
    }

    /// Both disabling and enabling leave nothing of what was before.
    async fn enable(&mut self, enabled: bool) {
        // Of who is signed in other tests tell.
        if enabled == self.enabled || self.enrolled {
            return;
        }
        let status = if enabled { "active" } else { "disabled" };
        let path = format!("/admin/users/{}/status", self.user);
        let answer = self.app.put(&path, &self.admin, json!({ "status": status })).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        self.enabled = enabled;
        self.epoch += 1;
        self.disabled += u32::from(!enabled);
    }
}

fn refused(answer: &Answer, status: u16) {
    assert_eq!(answer.status, status, "{}", answer.body);
    for secret in ["access_token", "refresh_token", "challenge_token", "user", "data"] {
        assert_eq!(answer.body.get(secret), None::<&Value>, "a refusal gives nothing away");
    }
}

#[test]
fn p12_no_order_of_calls_enrols_a_factor_without_a_proof_or_a_release() {
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
