//! Recovery codes, long ones and short ones: kept so that the database gives none away, each good once.

use super::stage::PASSWORD;
use authms_core::access::Role;
use authms_core::audit::{Event, EventName};
use authms_core::commit::{self, Commit};
use authms_core::factor::{Change, Factor, FactorKind};
use authms_core::id::{FactorId, UserId};
use authms_crypto::sha256;
use authms_testkit::{Answer, Setup, TestApp, Tokens, storm};
use serde_json::json;

const WRONG: (u16, u64) = (400, 61000402);

/// Ada with an authenticator app, and a session in which she proved it just now.
struct Ada {
    app: TestApp,
    user: UserId,
    bearer: String,
}

impl Ada {
    async fn new(short: bool) -> Self {
        let mut setup = Setup::default();
        setup.policy.short_recovery_codes = short;
        let app = TestApp::with(setup).await;
        let user = app.home().user_with_password("ada", Role::Member, PASSWORD).await;
        let phone = app.home().authenticator(user).await;
        let bearer = app.home().sign_in_by_factor("ada", PASSWORD, &phone).await.access;
        app.home().always_asks().await;
        Self { app, user, bearer }
    }

    async fn generate(&self) -> Vec<String> {
        let made = self.app.post("/mfa/backup-codes/generate", &self.bearer, json!({})).await;
        assert_eq!(made.status, 200, "{}", made.body);
        let codes = made.body["data"]["codes"].as_array().expect("codes").clone();
        codes.iter().map(|c| c.as_str().expect("a code").to_owned()).collect()
    }

    async fn challenge(&self) -> String {
        TestApp::challenge_of(&self.app.login("ada", PASSWORD).await)
    }

    /// What a code answers at a challenge of its own.
    async fn answer(&self, code: &str) -> Answer {
        let challenge = self.challenge().await;
        let body = json!({ "challenge_token": challenge, "code": code, "mfa_method": "backup" });
        self.app.verify_with(body).await
    }
}

/// The digits of a code: 5 bits each.
fn digits(code: &str) -> usize {
    code.chars().filter(|c| *c != '-').count()
}

#[tokio::test]
async fn s24_recovery_codes_are_strong_hashed_good_once_and_replaceable() {
    for short in [false, true] {
        let ada = Ada::new(short).await;
        let app = &ada.app;
        let codes = ada.generate().await;
        assert_eq!(codes.len(), 10);
        if short {
            assert!(codes.iter().all(|c| c.len() == 8 && digits(c) == 8), "{codes:?}");
        } else {
            assert!(codes.iter().all(|c| digits(c) * 5 >= 64), "{codes:?}");
        }
        let shown = app.get("/mfa/backup-codes", &ada.bearer).await;
        assert_eq!(shown.body["data"]["codes"], json!([]), "never shown again");
        assert_eq!(app.count("SELECT count(*) FROM recovery_codes WHERE length(hash) = 32"), 10);
        let plain: String = codes[0].chars().filter(|c| *c != '-').collect();
        let hash: String = sha256(plain.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
        let kept = format!("SELECT count(*) FROM recovery_codes WHERE hash = x'{hash}'");
        assert_eq!(app.count(&kept), i64::from(!short), "a short one is not kept under a fast hash");

        let typed = codes[0].replace('-', " ").to_uppercase();
        let signed_in = ada.answer(&typed).await;
        assert_eq!(signed_in.status, 200, "{}", signed_in.body);
        assert_eq!(ada.answer(&codes[0]).await.refusal(), WRONG, "once");
        let left = app.get("/mfa/backup-codes/count", &ada.bearer).await;
        assert_eq!(left.body["data"]["count"], 9);
        let racing = codes[1].clone();
        let mut challenges = Vec::new();
        for _ in 0..4 {
            challenges.push(ada.challenge().await);
        }
        let answers = storm(4, |n| {
            let body = json!({ "challenge_token": challenges[n], "code": racing, "mfa_method": "backup" });
            app.request("POST", "/api/v1/auth/mfa/verify-challenge").json(body).send()
        })
        .await;
        assert_eq!(answers.iter().filter(|a| a.status == 200).count(), 1, "once, whoever races");
        let fresh = ada.generate().await;
        assert_eq!(ada.answer(&codes[2]).await.refusal(), WRONG, "replaced");
        assert_eq!(ada.answer(&fresh[0]).await.status, 200);
    }
}

#[tokio::test]
async fn s24_a_short_code_costs_one_slow_hash_whether_it_is_one_or_not() {
    let ada = Ada::new(true).await;
    let codes = ada.generate().await;
    let app = &ada.app;
    let mut tries = vec![(codes[0].as_str(), 1), (&codes[0], 1), ("00000000", 1), ("k01f9x2m7abcdef0", 0)];
    tries.push((codes[1].as_str(), 1));
    for (code, cost) in tries {
        let before = app.passwords.stretched();
        ada.answer(code).await;
        assert_eq!(app.passwords.stretched() - before, cost, "{code}");
    }
    assert_eq!(app.count("SELECT failures FROM factors WHERE kind = 'backup'"), 0, "a right one forgets");
    assert_eq!(ada.answer("00000000").await.refusal(), WRONG);
    assert_eq!(app.count("SELECT failures FROM factors WHERE kind = 'backup'"), 1);
    // Where there is no such set nothing is computed.
    let bob = app.home().user_with_password("bob", Role::Member, PASSWORD).await;
    app.home().authenticator(bob).await;
    let challenge = TestApp::challenge_of(&app.login("bob", PASSWORD).await);
    let before = app.passwords.stretched();
    let body = json!({ "challenge_token": challenge, "code": "00000000", "mfa_method": "backup" });
    assert_eq!(app.verify_with(body).await.refusal(), (400, 61000404));
    assert_eq!(app.passwords.stretched(), before);
}

#[tokio::test]
async fn codes_that_were_made_before_they_became_short_stay_good() {
    let ada = Ada::new(true).await;
    let parts = &ada.app.parts;
    let now = parts.now();
    let factor = Box::new(Factor {
        id: FactorId::generate(now, &*parts.rng),
        user: ada.user,
        kind: FactorKind::RecoveryCode,
        name: "recovery codes".to_owned(),
        address: None,
        sealed: None,
        verified_at: Some(now),
        enabled: true,
        primary: false,
        failures: 0,
        last_step: None,
        last_used_at: None,
        created_at: now,
        set_password: false,
    });
    let hashes = vec![sha256(b"k01f9x2m7abcdef0")];
    let event = Event::new(EventName::RecoveryCodesMade, Some(ada.app.home().tenant)).by_console();
    let commit = Commit::new(event.into_row(now, &*parts.rng))
        .change(commit::Change::Factor(Change::ReplaceRecoveryCodes { factor, hashes }));
    parts.store.commit(commit).await.expect("commits");
    assert_eq!(ada.answer("k01f-9x2m-7abc-def0").await.status, 200);
}

#[tokio::test]
async fn recovery_codes_stand_beside_a_factor() {
    let app = TestApp::start().await;
    app.home().user_with_password("ada", Role::Member, PASSWORD).await;
    let bearer = Tokens::of(app.login("ada", PASSWORD).await).access;
    assert_eq!(app.post("/mfa/backup-codes/generate", &bearer, json!({})).await.refusal(), (409, 40001506));
}
