//! What would become of a sign-in, asked before it: it is what becomes of it, and asking leaves nothing behind.

use super::risk::{Ada, ENTRIES, Entry};
use super::stage::{PASSWORD, scopes};
use authms_core::access::{Permission, Role};
use authms_core::commit::{Change, Commit};
use authms_core::device;
use authms_core::factor::{FactorKind, FactorKinds};
use authms_core::id::{DeviceId, UserId};
use authms_core::mfa::MfaPolicy;
use authms_testkit::places::{BAD, CAFE, HOME, JAPAN, SERVER};
use authms_testkit::{Answer, TestApp};
use serde_json::{Value, json};

const EVALUATE: &str = "/admin/mfa/risk-policies/evaluate";

fn method(entry: Entry) -> &'static str {
    match entry {
        Entry::Ticket => "ticket",
        Entry::Password => "password",
        Entry::Mail => "email_code",
    }
}

/// Asks, and shows that asking has written nothing at all.
async fn asked(app: &TestApp, admin: &str, body: Value) -> Value {
    let before = app.written();
    let answer = app.post(EVALUATE, admin, body).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert_eq!(app.written(), before, "asking has written something");
    answer.body["data"].clone()
}

/// The evaluation as the audit log would have it.
fn record(evaluation: &Value) -> String {
    let signal = |s: &Value| {
        let [name, observed] = ["name", "observed"].map(|member| s[member].as_str().unwrap_or("?"));
        format!("; {name} {}/{}: {observed}", s["added"], s["weight"])
    };
    let signals: String = evaluation["signals"].as_array().expect("a list").iter().map(signal).collect();
    format!("{} {}{signals}", evaluation["score"], evaluation["level"].as_str().unwrap_or("?"))
}

/// What the real answer comes to, in the words of an evaluation.
fn came(answer: &Answer) -> Value {
    let body = &answer.body;
    if answer.status != 200 {
        return json!({ "decision": "refused", "required_methods": [] });
    }
    let asked = if body["mfa_enrolment"].is_string() { "enrolment" } else { "challenged" };
    match (&body["requires_mfa"], &body["access_token"]) {
        (Value::Bool(true), _) => json!({
            "decision": asked, "reason": body["mfa_check_reason"],
            "required_methods": body["required_mfa_methods"],
        }),
        (_, Value::String(_)) => json!({ "decision": "granted", "required_methods": [] }),
        _ => json!({ "decision": "password_change", "required_methods": [] }),
    }
}

fn foreseen(evaluation: &Value) -> Value {
    let mut told = json!({});
    for member in ["decision", "required_methods", "reason"] {
        let unsaid = member == "reason" && evaluation["decision"] == "refused";
        if let Some(value) = evaluation.get(member).filter(|_| !unsaid) {
            told[member] = value.clone();
        }
    }
    told
}

/// Asks, and then does it.
async fn ask_and_do(ada: &Ada, entry: Entry, ip: &str, device: Option<(&str, &str)>) -> Value {
    let admin = ada.app.sign_in(ada.app.admin).await.access;
    let request = ada.request(entry).await.from(ip).device(device.map_or("", |(_, secret)| secret));
    let mut body = json!({ "user_id": ada.user.to_string(), "ip": ip, "method": method(entry) });
    if let Some((name, _)) = device {
        body["device_fingerprint"] = json!(name);
    }
    let evaluation = asked(&ada.app, &admin, body).await;
    let answer = request.send().await;
    assert_eq!(record(&evaluation), ada.record(), "{entry:?} from {ip}");
    assert_eq!(foreseen(&evaluation), came(&answer), "{entry:?} from {ip}: {}", answer.body);
    if answer.status == 200 && evaluation["decision"] != "password_change" {
        assert_eq!(answer.body["risk_level"], evaluation["level"]);
    }
    evaluation
}

#[tokio::test]
async fn an_evaluation_is_what_becomes_of_the_sign_in_that_follows() {
    for entry in ENTRIES {
        for (ip, score, decision) in [
            (HOME, 10, "granted"),
            (CAFE, 45, "challenged"),
            (JAPAN, 60, "challenged"),
            (SERVER, 60, "challenged"),
            (BAD, 100, "refused"),
        ] {
            let evaluation = ask_and_do(&Ada::new().await, entry, ip, None).await;
            let told = (&evaluation["score"], &evaluation["decision"], &evaluation["is_new_device"]);
            assert_eq!(told, (&json!(score), &json!(decision), &json!(true)), "{entry:?} from {ip}");
        }
    }
}

#[tokio::test]
async fn an_evaluation_sees_failures_devices_and_a_compromised_password() {
    for entry in [Entry::Ticket, Entry::Password] {
        let ada = Ada::new().await;
        let (id, token) = registered(&ada).await;
        for trusted in [false, true] {
            for name in [id.as_str(), "sha256:1"] {
                let at_it = ask_and_do(&ada, entry, CAFE, Some((name, &token))).await;
                let decision = if trusted { "granted" } else { "challenged" };
                assert_eq!((&at_it["is_new_device"], &at_it["decision"]), (&json!(false), &json!(decision)));
            }
            let trust = device::Change::Trust(DeviceId::parse(&id).expect("an id"));
            ada.app.store().commit(Commit::unremarkable(Change::Device(trust))).await.expect("trusts it");
        }
        let stranger = ask_and_do(&ada, entry, CAFE, Some(("sha256:2", ""))).await;
        assert_eq!(stranger["is_new_device"], true, "what a device calls itself lowers nothing");
        ada.fail(20).await;
        let guessed = ask_and_do(&ada, entry, HOME, None).await;
        assert_eq!((&guessed["score"], &guessed["reason"]), (&json!(50), &json!("failed_attempts")));
        let admin = ada.app.sign_in(ada.app.admin).await.access;
        let mark = format!("/admin/users/{}/password-compromised", ada.user);
        assert_eq!(ada.app.post(&mark, &admin, json!({})).await.status, 200);
        ask_and_do(&ada, entry, HOME, Some((&id, &token))).await;
    }
}

/// A device of Ada's that she has not said to trust: its identifier, and its secret.
async fn registered(ada: &Ada) -> (String, String) {
    let access = ada.enter(Entry::Password, HOME).await.body["access_token"].as_str().map(str::to_owned);
    let made = ada.app.register_device(&access.expect("a token"), "", json!({ "trust": false })).await;
    let text = |member: &str| made.body["data"][member].as_str().expect("a text").to_owned();
    (text("id"), text("device_token"))
}

#[tokio::test]
async fn an_evaluation_goes_by_what_the_user_has_and_must_do() {
    let ada = Ada::new().await;
    let home = ada.app.home();
    let only_passkeys = FactorKinds::of(&[FactorKind::Passkey]);
    home.asks_for(MfaPolicy { always: true, low: only_passkeys, ..MfaPolicy::default() }).await;
    for entry in [Entry::Ticket, Entry::Password] {
        let refused = ask_and_do(&ada, entry, HOME, None).await;
        assert_eq!((&refused["decision"], &refused["reason"]), (&json!("refused"), &json!("no_factor")));
    }
    home.asks_for(MfaPolicy::default()).await;

    let admin = ada.app.sign_in(ada.app.admin).await.access;
    let bob = home.user_with_password("bob", Role::Member, PASSWORD).await;
    let about_bob = json!({ "user_id": bob.to_string(), "ip": HOME });
    assert_eq!(asked(&ada.app, &admin, about_bob.clone()).await["decision"], "granted");
    home.always_asks().await;
    let enrolling = asked(&ada.app, &admin, about_bob.clone()).await;
    let body = json!({ "identity": "bob", "password": PASSWORD });
    let real = ada.app.request("POST", "/api/v1/auth/login").from(HOME).json(body).send().await;
    assert_eq!((&enrolling["decision"], foreseen(&enrolling)), (&json!("enrolment"), came(&real)));
    home.asks_for(MfaPolicy::default()).await;
    let given = json!({ "new_password": "a different long sentence" });
    assert_eq!(ada.app.put(&format!("/admin/users/{bob}/password"), &admin, given).await.status, 200);
    assert_eq!(asked(&ada.app, &admin, about_bob.clone()).await["decision"], "password_change");
    let mut by_ticket = about_bob.clone();
    by_ticket["method"] = json!("ticket");
    assert_eq!(
        asked(&ada.app, &admin, by_ticket).await["decision"],
        "granted",
        "whatever the password is like"
    );
    ada.app.put(&format!("/admin/users/{bob}/status"), &admin, json!({ "status": "disabled" })).await;
    let disabled = asked(&ada.app, &admin, about_bob).await;
    assert_eq!((&disabled["decision"], &disabled["reason"]), (&json!("refused"), &json!("user_inactive")));

    let nowhere = asked(&ada.app, &admin, json!({ "user_id": ada.user.to_string() })).await;
    assert!(record(&nowhere).contains("ip_unknown 5/5: the address is not known"), "{nowhere}");
    let browser = ada.request(Entry::Ticket).await.from(HOME).header("user-agent", "firefox/1");
    assert_eq!(browser.send().await.status, 200);
    ada.app.learn().await;
    for (browser, new) in [("firefox/2", false), ("curl/8", true)] {
        let body = json!({ "user_id": ada.user.to_string(), "ip": HOME, "user_agent": browser });
        let told = record(&asked(&ada.app, &admin, body).await);
        assert_eq!(told.contains("the kind of device is new"), new, "{browser}: {told}");
    }
}

#[tokio::test]
async fn an_evaluation_is_for_who_may_look_at_the_user() {
    let app = TestApp::start().await;
    let ada = app.user("ada", Role::Member).await;
    let other = app.another_tenant("other").await;
    let stranger = other.user("eve", Role::Member).await;
    let (_, support) = app.home().signed_in("susan", Role::Support).await;
    let (_, member) = app.home().signed_in("mallory", Role::Member).await;
    let ask = async |bearer: &str, user: UserId| {
        app.post(EVALUATE, bearer, json!({ "user_id": user.to_string() })).await
    };
    assert_eq!(ask(&support, ada).await.status, 200);
    assert_eq!(ask(&member, ada).await.refusal(), (403, 40000010));
    let partial = app.api_key(&[Permission::TicketMint, Permission::UserWrite], Role::SuperAdmin).await;
    assert_eq!(ask(&partial, ada).await.refusal(), (403, 40000010));
    assert_eq!(ask(&app.api_key(&[Permission::UserRead], Role::Member).await, ada).await.status, 200);
    let behalf = app.home().on_behalf(&support, ada).await;
    assert_eq!(ask(&behalf, ada).await.refusal(), (403, 40000012));
    let all = app.api_key(&scopes(), Role::SuperAdmin).await;
    for bearer in [&support, &all] {
        assert_eq!(ask(bearer, stranger).await.refusal(), (404, 40000301), "another tenant's");
        assert_eq!(ask(bearer, UserId::from_bytes([7; 16])).await.refusal(), (404, 40000301));
    }
    let named = app.post(EVALUATE, &support, json!({ "user_id": "ada" })).await;
    assert_eq!(named.refusal(), (404, 40000301), "what can be no identifier is nobody's");
    for (member, wrong) in [
        ("ip", json!("home")),
        ("ip", json!("198.18.49.0/24")),
        ("method", json!("telepathy")),
        ("user_id", json!("u".repeat(65))),
        ("device_fingerprint", json!("x".repeat(257))),
        ("user_agent", json!(7)),
    ] {
        let mut body = json!({ "user_id": ada.to_string() });
        body[member] = wrong.clone();
        let refused = app.post(EVALUATE, &support, body).await;
        assert_eq!(
            (refused.refusal(), &refused.body["member"]),
            ((400, 40000001), &json!(member)),
            "{wrong}"
        );
    }
}
