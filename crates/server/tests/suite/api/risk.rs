//! Risk in the pipeline: what is observed of a sign-in, whichever way in, decides alike.

use authms_core::access::{Permission, Role};
use authms_core::id::UserId;
use authms_core::risk::Signal;
use authms_core::ticket::Purpose;
use authms_core::time::Span;
use authms_testkit::places::{BAD, CAFE, HOME, JAPAN, SERVER};
use authms_testkit::{Answer, Authenticator, Setup, TestApp, TestRequest, jwt};
use serde_json::json;

const PASSWORD: &str = "correct horse battery staple";
pub(super) const ENTRIES: [Entry; 3] = [Entry::Ticket, Entry::Password, Entry::Mail];

#[derive(Clone, Copy, Debug)]
pub(super) enum Entry {
    Ticket,
    Password,
    Mail,
}

/// Ada, who has signed in at home every evening for three weeks.
pub(super) struct Ada {
    pub app: TestApp,
    pub user: UserId,
    phone: Authenticator,
}

impl Ada {
    pub async fn new() -> Self {
        Self::registered(false).await
    }

    /// The same, with a device of hers or without.
    async fn registered(device: bool) -> Self {
        let app = TestApp::start().await;
        let user = app.home().user_with_password("ada", Role::Member, PASSWORD).await;
        let phone = app.home().authenticator(user).await;
        if device {
            app.home().device(user, false).await;
        }
        let ada = Self { app, user, phone };
        for _ in 0..21 {
            let answer = ada.enter(Entry::Ticket, HOME).await;
            assert_eq!(answer.body["requires_mfa"], false, "{}", answer.body);
            ada.app.learn().await;
            ada.app.clock.advance(Span::hours(24));
        }
        ada
    }

    pub async fn enter(&self, entry: Entry, ip: &str) -> Answer {
        self.request(entry).await.from(ip).send().await
    }

    pub async fn request(&self, entry: Entry) -> TestRequest {
        match entry {
            Entry::Ticket => self.app.signin(json!({ "ticket": self.app.ticket(self.user).await })),
            Entry::Password => {
                let body = json!({ "identity": "ada", "password": PASSWORD });
                self.app.request("POST", "/api/v1/auth/login").json(body)
            }
            Entry::Mail => {
                // One code a minute.
                self.app.clock.advance(Span::seconds(61));
                let email = "ada@example.test";
                let ask = self.app.request("POST", "/auth/send-login-code").json(json!({ "email": email }));
                assert_eq!(ask.send().await.status, 200);
                let code = self.app.post_leaves().await.last().expect("a letter").code();
                let body = json!({ "email": email, "code": code });
                self.app.request("POST", "/api/v1/auth/login/email-code").json(body)
            }
        }
    }

    pub async fn fail(&self, times: usize) {
        for _ in 0..times {
            assert_eq!(self.app.login("ada", "a wrong horse battery staple").await.status, 401);
        }
    }

    /// How many sign-ins were learned from.
    fn learned(&self) -> i64 {
        let history: String = self.app.query("SELECT history FROM histories");
        serde_json::from_str::<serde_json::Value>(&history).expect("JSON")["n"].as_i64().expect("a number")
    }

    /// The record of the last decision in the audit log.
    pub fn record(&self) -> String {
        self.app.risk_record()
    }
}

fn told(answer: &Answer) -> (&str, i64) {
    let risk = &answer.body["risk_assessment"];
    (answer.body["risk_level"].as_str().unwrap_or("-"), risk["score"].as_i64().unwrap_or(-1))
}

#[tokio::test]
async fn what_is_usual_is_low_whichever_way_in() {
    let ada = Ada::new().await;
    for entry in ENTRIES {
        let answer = ada.enter(entry, HOME).await;
        assert_eq!(told(&answer), ("low", 10), "{entry:?}: {}", ada.record());
        let more = match entry {
            Entry::Ticket => "; the minter vouches for nothing fresh",
            Entry::Password | Entry::Mail => "",
        };
        assert_eq!(ada.record(), format!("10 low; unknown_device 10/10: no known device{more}"));
    }
}

#[tokio::test]
async fn each_observation_asks_alike_whichever_way_in() {
    for (ip, score, reason, observed) in [
        (JAPAN, 60, "new_device", "new_country 15/15: JP is new"),
        (SERVER, 60, "new_device", "ip_vpn 15/15"),
        (CAFE, 45, "new_device", "unusual_location 10/10: AS64501 is new"),
    ] {
        for entry in ENTRIES {
            let ada = Ada::new().await;
            let answer = ada.enter(entry, ip).await;
            assert_eq!(told(&answer), ("medium", score), "{entry:?} {ip}: {}", ada.record());
            assert_eq!(answer.body["mfa_check_reason"], reason);
            assert_eq!(answer.body["required_mfa_methods"], json!(["totp"]));
            assert!(ada.record().contains(observed), "{}", ada.record());
            let challenge = TestApp::challenge_of(&answer);
            let passed = ada.app.verify(&challenge, &ada.phone.code(&ada.app)).await;
            assert_eq!(told(&passed), ("medium", score), "{}", passed.body);
        }
    }
}

#[tokio::test]
async fn nobody_travels_to_japan_within_the_hour() {
    for entry in ENTRIES {
        let ada = Ada::new().await;
        assert_eq!(ada.enter(entry, HOME).await.status, 200);
        ada.app.learn().await;
        ada.app.clock.advance(Span::seconds(1800));
        let answer = ada.enter(entry, JAPAN).await;
        assert_eq!(told(&answer), ("high", 80), "{}", ada.record());
        assert!(ada.record().contains("velocity_anomaly 20/20: "), "{}", ada.record());
    }
}

#[tokio::test]
async fn failed_attempts_count_until_the_next_success_is_learned() {
    for entry in ENTRIES {
        let ada = Ada::new().await;
        ada.fail(5).await;
        assert_eq!(told(&ada.enter(entry, HOME).await), ("low", 25), "{}", ada.record());
        ada.fail(15).await;
        let many = ada.enter(entry, HOME).await;
        assert_eq!(told(&many), ("medium", 50), "{}", ada.record());
        assert_eq!(many.body["mfa_check_reason"], "failed_attempts");
        ada.app.clock.advance(Span::hours(24));
        assert_eq!(told(&ada.enter(entry, HOME).await), ("low", 10), "a day later they are forgotten");
    }
}

#[tokio::test]
async fn critical_risk_ends_the_ticket_and_is_told_to_administrators() {
    let ada = Ada::new().await;
    let ticket = ada.app.ticket(ada.user).await;
    let redeem = |ip: &'static str| ada.app.signin(json!({ "ticket": ticket })).from(ip).send();
    let refused = redeem(BAD).await;
    assert_eq!((refused.status, refused.code()), (400, 40000401), "{}", ada.record());
    assert!(refused.body.get("risk_level").is_none() && refused.body.get("challenge_token").is_none());
    assert!(ada.record().contains("critical") && ada.record().contains("ip_bad_reputation 30/30"));
    let again = redeem(HOME).await;
    assert_eq!((again.status, again.code()), (400, 40000401), "the ticket is dead");
    let alerts = "SELECT count(*) FROM audit_log WHERE name = 'risk.refused'";
    assert_eq!(ada.app.count(alerts), 1);
    assert_eq!(ada.app.count("SELECT count(*) FROM sign_ins_to_learn"), 0, "nothing is learned of it");
}

#[tokio::test]
async fn critical_risk_refuses_a_right_password_with_a_code_of_its_own() {
    let ada = Ada::new().await;
    let refused = ada.enter(Entry::Password, BAD).await;
    assert_eq!((refused.status, refused.code()), (403, 40001221), "{}", refused.body);
    assert!(refused.body.get("access_token").is_none());
    let wrong = json!({ "identity": "ada", "password": "a wrong horse battery staple" });
    let wrong = ada.app.request("POST", "/api/v1/auth/login").json(wrong).from(BAD).send().await;
    assert_eq!((wrong.status, wrong.code()), (401, 40000502), "a wrong password is told first");
    assert_eq!(ada.app.count("SELECT count(*) FROM audit_log WHERE name = 'risk.refused'"), 1);
}

#[tokio::test]
async fn a_tenant_that_silences_all_signals_neither_assesses_nor_learns() {
    let ada = Ada::new().await;
    let key = ada.app.api_key(&[Permission::TenantWrite], Role::Admin).await;
    let weights: serde_json::Map<_, _> =
        Signal::ALL.iter().map(|signal| (signal.as_str().to_owned(), json!(0))).collect();
    let silent = ada.app.put("/admin/security/risk-config", &key, json!({ "signal_weights": weights })).await;
    assert_eq!(silent.status, 200, "{}", silent.body);
    for entry in ENTRIES {
        assert_eq!(told(&ada.enter(entry, BAD).await), ("low", 0), "{entry:?}");
        assert_eq!(ada.record(), "0 low");
    }
    assert_eq!(ada.app.count("SELECT count(*) FROM sign_ins_to_learn"), 0);
}

#[tokio::test]
async fn a_name_that_no_device_of_the_user_has_raises_the_risk_and_none_lowers_it() {
    for entry in ENTRIES {
        let (without, with) = (Ada::new().await, Ada::registered(true).await);
        let named = async |ada: &Ada, name: &str| {
            let request = ada.request(entry).await.from(HOME).header("x-device-id", name);
            told(&request.send().await).1
        };
        assert_eq!(named(&without, "sha256:9").await, 10, "nothing to compare with: {}", without.record());
        assert_eq!(named(&with, "sha256:9").await, 35, "{entry:?}: {}", with.record());
        assert!(with.record().contains("new_device_or_ip"), "{}", with.record());
        assert_eq!(named(&with, "sha256:1").await, 10, "the name proves nothing: {}", with.record());
    }
}

#[tokio::test]
async fn what_stood_out_is_a_risk_event_whichever_way_in() {
    let kept = "SELECT count(*) FROM risk_events WHERE outcome = ";
    for (ip, outcome) in [(JAPAN, "challenged"), (BAD, "refused")] {
        for entry in ENTRIES {
            let ada = Ada::new().await;
            ada.enter(entry, ip).await;
            assert_eq!(ada.app.count(&format!("{kept}'{outcome}'")), 1, "{entry:?} {ip}: {}", ada.record());
        }
    }
}

#[tokio::test]
async fn a_ticket_that_its_user_minted_is_suspicious_in_another_network() {
    let ada = Ada::new().await;
    let entered = ada.enter(Entry::Password, HOME).await;
    let access = entered.body["access_token"].as_str().expect("signed in").to_owned();
    let mint = || async {
        let asked = ada.app.request("POST", "/auth/generate-ticket").bearer(&access).from(HOME);
        let minted = asked.json(json!({ "user_id": ada.user.to_string() })).send().await;
        minted.body["ticket"].as_str().unwrap_or_else(|| panic!("{}", minted.body)).to_owned()
    };
    let redeem =
        |ticket: String, ip: &'static str| ada.app.signin(json!({ "ticket": ticket })).from(ip).send();
    assert_eq!(told(&redeem(mint().await, HOME).await), ("low", 10));
    let moved = redeem(mint().await, CAFE).await;
    assert_eq!(told(&moved), ("high", 85), "{}", ada.record());
    assert_eq!(moved.body["mfa_check_reason"], "session_changed");
}

#[tokio::test]
async fn p27_forged_headers_of_an_untrusted_peer_move_no_facts() {
    for entry in ENTRIES {
        let ada = Ada::new().await;
        let mut forged = ada.request(entry).await.from(JAPAN);
        for header in ["x-forwarded-for", "x-real-ip", "cf-connecting-ip", "true-client-ip"] {
            forged = forged.header(header, HOME);
        }
        let answer = forged.header("forwarded", &format!("for={HOME}")).send().await;
        assert_eq!(told(&answer), ("medium", 60), "{}", ada.record());
    }
}

#[tokio::test]
async fn a_client_that_says_nothing_of_its_user_teaches_nothing() {
    let ada = Ada::new().await;
    let key = ada.app.api_key(&[Permission::TicketMint], Role::Admin).await;
    let (client, secret) = ada.app.client("shop", &[Purpose::Sso]).await;
    let ticket = ada.app.mint(&key, json!({ "user_id": ada.user.to_string(), "client_id": client })).await;
    let body = json!({ "ticket": ticket, "client_id": client, "client_secret": secret });
    let answer = ada.app.signin(body).from(JAPAN).send().await;
    assert_eq!(told(&answer), ("low", 15), "where the client is tells nothing of its user: {}", ada.record());
    assert!(ada.record().contains("ip_unknown 5/5: the client did not say"), "{}", ada.record());
    assert_eq!(ada.app.count("SELECT count(*) FROM sign_ins_to_learn"), 0);
}

#[tokio::test]
async fn a_sign_in_is_learned_once_however_many_processes_learn() {
    let ada = Ada::new().await;
    let other = ada.app.restart(Setup { seed: 2, ..Setup::default() }).await;
    assert_eq!(ada.enter(Entry::Password, HOME).await.status, 200);
    assert_eq!(ada.app.count("SELECT count(*) FROM sign_ins_to_learn"), 1, "it survives until it is learned");
    tokio::join!(ada.app.learn(), other.learn());
    assert_eq!(ada.app.count("SELECT count(*) FROM sign_ins_to_learn"), 0);
    assert_eq!(ada.learned(), 22);
    other.learn().await;
    assert_eq!(ada.learned(), 22);
}

#[tokio::test]
async fn a_refused_or_unfinished_sign_in_teaches_nothing() {
    let ada = Ada::new().await;
    let challenge = TestApp::challenge_of(&ada.enter(Entry::Password, JAPAN).await);
    ada.enter(Entry::Password, BAD).await;
    ada.fail(1).await;
    assert_eq!(ada.app.count("SELECT count(*) FROM sign_ins_to_learn"), 0);
    let code = ada.phone.code(&ada.app);
    let body = json!({ "challenge_token": challenge, "code": code });
    let passed =
        ada.app.request("POST", "/api/v1/auth/mfa/verify-challenge").json(body).from(JAPAN).send().await;
    assert_eq!(passed.status, 200, "{}", passed.body);
    assert!(jwt::claims(passed.body["access_token"].as_str().expect("a token"))["sid"].is_string());
    ada.app.learn().await;
    assert_eq!(ada.learned(), 22, "proved, it is usual");
}
