//! What existing clients rely on: the seed and the shapes of its neighbouring endpoints.

use super::stage::{Cast, Who};
use authms_core::access::Role;
use authms_http::{RouteInfo, openapi_json, routes};
use authms_testkit::TestApp;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};

const SEED: &str = include_str!("contract/ticket-signin.seed.txt");
pub(super) const IDENTITY: &str = include_str!("contract/identity.json");
const MFA: &str = include_str!("contract/mfa.json");
const SESSION: &str = include_str!("contract/session.json");
const AUDIT: &str = include_str!("contract/audit.json");
const OAUTH: &str = include_str!("contract/oauth.json");

/// Routes that the contract's files do not have: the health checks, discovery and logout that its text has, the
/// administration of tenants, memberships, tickets and invitations, and the clients of an API key.
const OURS: &[&str] = &[
    "DELETE /admin/invitations/{invitation_id}",
    "DELETE /admin/memberships/{user_id}",
    "DELETE /admin/tickets/{ticket_id}",
    "DELETE /admin/users/{user_id}/tickets",
    "GET /.well-known/jwks.json",
    "GET /.well-known/oauth-authorization-server",
    "GET /.well-known/openid-configuration",
    "GET /admin/invitations",
    "GET /admin/invitations/{invitation_id}",
    "DELETE /admin/mfa/release/{user_id}",
    "POST /admin/mfa/release/{user_id}",
    "GET /admin/tenants",
    "GET /admin/tenants/{tenant_id}",
    "GET /admin/on-behalf/policy",
    "GET /admin/on-behalf/requests",
    "GET /admin/on-behalf/requests/{act_request_id}",
    "GET /auth/me/on-behalf/opt-out",
    "GET /auth/me/on-behalf/requests",
    "PUT /auth/me/on-behalf/opt-out",
    "POST /admin/on-behalf/requests",
    "POST /admin/on-behalf/requests/{act_request_id}/approve",
    "POST /admin/on-behalf/requests/{act_request_id}/refuse",
    "POST /auth/me/on-behalf/requests/{act_request_id}/agree",
    "POST /auth/me/on-behalf/requests/{act_request_id}/refuse",
    "GET /admin/tickets",
    "GET /admin/tickets/policy",
    "GET /admin/tickets/{ticket_id}",
    "GET /health",
    "GET /health/live",
    "GET /health/ready",
    "POST /admin/invitations",
    "POST /admin/users/{user_id}/password-compromised",
    "POST /admin/tenants",
    "POST /auth/generate-ticket/batch",
    "POST /auth/logout",
    "POST /auth/mfa/passkey-options",
    "POST /auth/mfa/send-code",
    "POST /auth/ticket/peek",
    "POST /auth/ticket/report",
    "POST /oauth/userinfo",
    "PUT /admin/memberships/{user_id}",
    "PUT /admin/tenants/{tenant_id}",
    "PUT /admin/on-behalf/policy",
    "PUT /admin/tickets/policy",
    "PUT /auth/api-keys/{id}/clients",
    "GET /admin/webhooks",
    "POST /admin/webhooks",
    "GET /admin/webhooks/events",
    "GET /admin/webhooks/{webhook_id}",
    "PUT /admin/webhooks/{webhook_id}",
    "DELETE /admin/webhooks/{webhook_id}",
    "GET /admin/webhooks/{webhook_id}/deliveries",
    "POST /admin/webhooks/{webhook_id}/deliveries/{event_id}/replay",
    "POST /admin/webhooks/{webhook_id}/replay",
    "POST /admin/webhooks/{webhook_id}/rotate-secret",
    "POST /admin/webhooks/{webhook_id}/test",
];

/// Members of our answers that the contract's shapes do not have, by shape.
const EXTRA: &[(&str, &[&str])] = &[
    ("dto.RiskPolicyResponse", &["always", "from_role"]),
    ("dto.EvaluateRiskPolicyResponse", &["decision", "reason", "score", "signals"]),
    ("base.SimpleResponse", &["request_id", "member", "ticket_id", "device_id", "device_token"]),
    ("dto.ApiKeyResponse", &["client_ids", "previous_secret_expires_at", "rank"]),
    ("dto.AuthUserResponse", &["locale", "nickname", "role"]),
    (
        "dto.CreateApiKeyResponse",
        &[
            "client_ids",
            "ip_restrictions",
            "previous_secret_expires_at",
            "rank",
            "tenant_id",
            "updated_at",
            "user_id",
        ],
    ),
    (
        "dto.CreateClientResponse",
        &[
            "allowed_origins",
            "may_send_context",
            "created_at",
            "purposes",
            "secret_last_four",
            "tenant_id",
            "updated_at",
        ],
    ),
    ("dto.CreateClientDetailResponse", &["timestamp"]),
    ("dto.DeviceResponse", &["current", "trusted_until", "user_agent"]),
    ("dto.TrustedDeviceItem", &["device_token"]),
    ("dto.TrustedDeviceResponse", &["current", "user_agent"]),
    ("dto.GenerateTicketResponse", &["id", "purpose"]),
    ("dto.GetMySessionsResponse", &["timestamp"]),
    ("dto.PasswordStatusResponse", &["password_compromised_at"]),
    ("dto.LoginByCodeResponse", &["must_change_password", "requires_mfa", "risk_assessment", "risk_level"]),
    ("dto.MFAMethodItem", &["blocked", "id"]),
    ("dto.MFAStatusResponse", &["passkey_enabled"]),
    ("dto.ReAuthenticateDataWrapper", &["timestamp"]),
    ("dto.TOTPEnableResponse", &["device_id"]),
    ("dto.OAuthClientItem", &["allowed_origins", "purposes", "may_send_context"]),
    ("dto.OIDCUserInfoResponse", &["act", "custom"]),
    ("dto.OAuthTokenResponse", &["issued_token_type"]),
    ("dto.TokenIntrospectionResponse", &["auth_time", "amr", "iss", "jti", "role", "sid", "tenant_id"]),
    ("handler_dto.DataResponse", &["timestamp"]),
    ("dto.MerkleProofResponse", &["head"]),
    ("dto.MerkleRootResponse", &["head"]),
    ("dto.ExportJobResponse", &["progress"]),
    ("dto.PublicHashChain", &["head"]),
    ("dto.RetentionPolicyResponse", &["days_in_force", "max_days", "min_days"]),
    ("dto.VerificationResultResponse", &["id"]),
    ("dto.ExportJobStatusResponse", &["progress", "record_count"]),
    ("dto.SecurityEventResponse", &["actor_id", "client_id", "ends_at", "reason", "session_id"]),
    ("dto.SimpleResponseWrapper", &["data", "timestamp"]),
    ("dto.WebAuthnRegistrationOptionsResponse", &["excludeCredentials"]),
];

/// Answers that are no JSON.
const FILES: [(&str, &str); 2] = [
    ("GET /admin/audit/stream", "text/event-stream"),
    ("GET /admin/audit/export/{job_id}/download", "application/x-ndjson"),
];

/// Shapes that are a `SimpleResponse` by another name.
const SIMPLE: [&str; 4] = [
    "dto.ChangePasswordResponse",
    "dto.LogoutAllSessionsResponse",
    "dto.LogoutSessionResponse",
    "dto.UpdateCurrentUserAuthResponse",
];

/// The contract's document that has this route, its operation there, or nothing.
fn contracted(route: &RouteInfo) -> Option<(Value, Value)> {
    let method = route.method.to_lowercase();
    let documents =
        [IDENTITY, MFA, SESSION, OAUTH, AUDIT].map(|text| serde_json::from_str::<Value>(text).expect("JSON"));
    documents.into_iter().find_map(|document| {
        let operation = document["paths"].get(&route.path)?.get(&method)?.clone();
        Some((document, operation))
    })
}

fn named(route: &RouteInfo) -> String {
    format!("{} {}", route.method, route.path)
}

#[test]
fn every_route_is_in_the_contract_or_on_our_list() {
    let missing: BTreeSet<_> = routes().iter().filter(|r| contracted(r).is_none()).map(named).collect();
    assert_eq!(missing, OURS.iter().map(|r| (*r).to_owned()).collect());
}

#[tokio::test]
async fn every_answer_has_the_contracts_status_and_shape() {
    let app = TestApp::start().await;
    for route in routes() {
        let Some((document, operation)) = contracted(route) else { continue };
        let who = match route.path.as_str() {
            // Who does not act for anybody has nothing to stop.
            "/auth/me/stop-impersonation" => Who::OnBehalf,
            _ => Who::Person(Role::SuperAdmin),
        };
        let cast = Cast::new(&app, &app.home(), who, route).await;
        let answer = cast.send(route).await;
        let at = named(route);
        assert!(answer.status < 300, "{at}: {}", answer.body);
        let told = &operation["responses"][answer.status.to_string()];
        assert!(told.is_object(), "{at}: {} is not among {}", answer.status, operation["responses"]);
        if answer.status == 204 {
            assert!(answer.body.is_null(), "{at}: {}", answer.body);
            continue;
        }
        if let Some((_, kind)) = FILES.iter().find(|(route, _)| *route == at) {
            assert_eq!(answer.header("content-type"), *kind, "{at}");
            continue;
        }
        assert_eq!(answer.header("content-type"), "application/json", "{at}");
        conforms(&document, &told["schema"], &answer.body, &at);
    }
}

#[tokio::test]
async fn every_member_that_the_contract_has_is_accepted_under_its_name() {
    // Each is sent with a wrong type: who knows a member refuses that by its name; who ignores it does not.
    let app = TestApp::start().await;
    let mut ignored = BTreeMap::<String, BTreeSet<String>>::new();
    for route in routes() {
        let Some((document, operation)) = contracted(route) else { continue };
        let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
        let Some(body) = parameters.iter().find(|p| p["in"] == "body") else { continue };
        let shape = resolved(&document, &body["schema"]);
        let required: Vec<_> = shape["required"].as_array().cloned().unwrap_or_default();
        for (name, told) in shape["properties"].as_object().into_iter().flatten() {
            let cast = Cast::new(&app, &app.home(), Who::Person(Role::SuperAdmin), route).await;
            let mut example = cast.expect(route);
            let wrong = if resolved(&document, told)["type"] == "object" {
                json!(7)
            } else {
                json!({ "no": "text" })
            };
            example.body[name] = wrong;
            let answer = example.request(&app).bearer(&cast.bearer).send().await;
            if answer.status == 400 {
                let member = answer.body["member"].as_str().unwrap_or_default();
                let within = member.split('.').next() == Some(name);
                assert!(within, "{} with {name}: {}", named(route), answer.body);
            } else {
                assert!(answer.status < 300, "{} with {name}: {}", named(route), answer.body);
                ignored.entry(named(route)).or_default().insert(name.clone());
            }
        }
        // A passkey needs no password before it.
        for name in required.iter().filter(|_| route.operation != "webauthn_login_begin") {
            let known = !ignored.get(&named(route)).is_some_and(|i| i.contains(name.as_str().unwrap_or("?")));
            assert!(known, "{}: {name} is required there and ignored here", named(route));
        }
    }
    let found: Vec<_> = ignored
        .iter()
        .map(|(route, members)| format!("{route}: {}", members.iter().cloned().collect::<Vec<_>>().join(" ")))
        .collect();
    // What existing clients may send for features that are not there.
    assert_eq!(
        found,
        [
            "POST /admin/oauth/clients: client_auth_methods fapi_profile grant_types is_confidential jwks jwks_uri \
             logo_url privacy_policy scopes terms_url website",
            "POST /admin/users: force_password_change metadata",
            "POST /admin/users/{user_id}/password-resets: force_change",
            "POST /auth/login: captcha_challenge_id captcha_provider captcha_token client_nonce client_pub_key \
             key_exchange_id key_id",
            "POST /auth/login/email-code: captcha_token",
            "POST /auth/register: birth_date client_nonce phone",
            "POST /auth/webauthn/authenticate/begin: mediation",
            "POST /auth/webauthn/authenticate/complete: email",
            "POST /auth/webauthn/login/begin: password",
            "POST /auth/webauthn/login/complete: user_id",
            "POST /mfa/totp/devices: device_fingerprint",
            "PUT /admin/oauth/clients/{client_id}: client_auth_methods fapi_profile grant_types is_confidential jwks \
             jwks_uri logo_url privacy_policy scopes terms_url website",
            "PUT /admin/users/{user_id}: age_group birth_date department_id is_minor pending_parental_consent",
            "PUT /admin/users/{user_id}/password: old_password",
        ]
    );
}

#[tokio::test]
async fn lists_take_the_contracts_query() {
    let app = TestApp::start().await;
    for n in 0..3 {
        app.user(&format!("user{n}"), Role::Member).await;
    }
    let admin = app.sign_in(app.admin).await.access;
    let page = app.get("/admin/users?page=2&limit=3&status=active", &admin).await;
    assert_eq!(page.status, 200, "{}", page.body);
    assert_eq!(page.body["items"].as_array().map(Vec::len), Some(1));
    assert_eq!(
        page.body["pagination"],
        json!({ "page": 2, "page_size": 3, "total": 4, "total_pages": 2, "has_next": false, "has_prev": true })
    );
    assert_eq!((&page.body["total"], &page.body["code"]), (&json!(4), &json!(0)));
}

#[tokio::test]
async fn every_error_is_a_simple_response() {
    let app = TestApp::start().await;
    let document: Value = serde_json::from_str(IDENTITY).expect("JSON");
    let shape = json!({ "$ref": "#/definitions/base.SimpleResponse" });
    let admin = app.sign_in(app.admin).await.access;
    let post = |path: &str, body: Value| app.request("POST", path).bearer(&admin).json(body);
    for (status, request) in [
        (400, post("/auth/ticket/signin", json!({ "ticket": "a1b2c3d4" }))),
        (400, post("/auth/ticket/signin", json!({}))),
        (401, app.request("GET", "/auth/me")),
        (401, post("/auth/login", json!({ "identity": "x", "password": "y" }))),
        (403, post("/admin/users", json!({ "username": "x1", "tenant_id": "tnt_x" }))),
        (404, app.request("GET", "/admin/users/usr_x").bearer(&admin)),
        (404, app.request("GET", "/nowhere")),
        (405, app.request("GET", "/auth/ticket/signin")),
        (409, post("/admin/users", json!({ "username": "admin" }))),
        (413, app.request("POST", "/auth/login").bytes("application/json", vec![b' '; 70_000])),
        (415, app.request("POST", "/auth/login").bytes("text/plain", b"{}".to_vec())),
    ] {
        let answer = request.send().await;
        assert_eq!(answer.status, status, "{}", answer.body);
        conforms(&document, &shape, &answer.body, &status.to_string());
        assert!(answer.code() >= 10_000_000, "eight digits: {}", answer.body);
        assert_eq!(answer.body["request_id"], answer.header("x-request-id"));
        assert!(is_rfc3339(answer.body["timestamp"].as_str().unwrap_or_default()), "{}", answer.body);
    }
}

#[test]
fn the_seeds_shapes_are_ours_to_the_letter() {
    let document: Value = serde_json::from_str(&openapi_json()).expect("JSON");
    let seed = seed_shapes();
    assert_eq!(
        seed.keys().collect::<Vec<_>>(),
        [
            "dto.LoginResponse",
            "dto.RiskAssessmentInfo",
            "dto.TicketSigninRequest",
            "dto.UserInfo",
            "gitee_com_linmes_authms_base_dto.SimpleResponse",
        ]
    );
    for (name, members) in &seed {
        let ours = name.rsplit('.').next().unwrap_or_default();
        let schema = &document["components"]["schemas"][ours];
        let mut found = BTreeMap::new();
        for (member, told) in schema["properties"].as_object().unwrap_or_else(|| panic!("{ours}: no members"))
        {
            found.insert(member.clone(), type_of(&document, told));
        }
        let more: &[&str] = match ours {
            "SimpleResponse" => &["request_id"],
            "UserInfo" => &["locale"],
            "LoginResponse" => &["mfa_check_message", "mfa_enrolment"],
            "TicketSigninRequest" => &["verifier", "redirect_uri", "context", "client_id", "client_secret"],
            _ => &[],
        };
        found.retain(|member, _| !more.contains(&member.as_str()));
        assert_eq!(found, *members, "{name}");
    }
}

#[tokio::test]
async fn the_seeds_example_is_answered_as_the_seed_says() {
    let seed = seed_shapes();
    let app = TestApp::start().await;
    let alice = app.user("alice", Role::Member).await;
    let done = app.redeem(&app.ticket(alice).await).await;
    assert_eq!(done.status, 200);
    let told = &seed["dto.LoginResponse"];
    for (member, value) in done.body.as_object().expect("an object") {
        assert_eq!(told.get(member).map(String::as_str), Some(json_type(value)), "{member}");
    }
    for member in ["access_token", "expires_in", "must_change_password", "refresh_token", "requires_mfa"] {
        assert!(done.body.get(member).is_some(), "{member} is known and must be there: {}", done.body);
    }
    assert_eq!(done.body["token_type"], "Bearer");
    let told = &seed["dto.UserInfo"];
    for (member, value) in done.body["user"].as_object().expect("an object") {
        assert_eq!(told.get(member).map(String::as_str), Some(json_type(value)), "user.{member}");
    }
    assert_eq!(done.body["user"]["id"], alice.to_string());
    assert_eq!(done.body["user"]["email"], "alice@example.test");
}

/// The tables of the seed: member and type (`string`, `array`, …) by shape.
pub(super) fn seed_shapes() -> BTreeMap<String, BTreeMap<String, String>> {
    let mut shapes = BTreeMap::<String, BTreeMap<String, String>>::new();
    let mut current = None;
    for line in SEED.lines() {
        let name = line.strip_prefix("Schema: ").unwrap_or(line);
        if name.contains('.') && !name.contains(' ') && name.is_ascii() {
            current = Some(name.to_owned());
            continue;
        }
        let mut words = line.split_whitespace();
        let (Some(shape), Some(member), Some(kind)) = (&current, words.next(), words.next()) else {
            continue;
        };
        if ["string", "integer", "boolean", "array", "object"].contains(&kind) {
            shapes.entry(shape.clone()).or_default().insert(member.to_owned(), kind.to_owned());
        }
    }
    shapes
}

/// The JSON type that a schema of our document allows, besides null.
fn type_of(document: &Value, schema: &Value) -> String {
    if let Some(reference) = schema["$ref"].as_str() {
        return type_of(document, document.pointer(&reference[1..]).expect("resolves"));
    }
    if let Some(choices) = schema["oneOf"].as_array().or(schema["anyOf"].as_array()) {
        let some = choices.iter().find(|c| c["type"] != "null").expect("a choice");
        return type_of(document, some);
    }
    match &schema["type"] {
        Value::Array(types) => {
            types.iter().find(|t| **t != "null").and_then(Value::as_str).unwrap_or("").into()
        }
        single => single.as_str().unwrap_or("object").to_owned(),
    }
}

fn json_type(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(n) if n.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

fn is_rfc3339(text: &str) -> bool {
    text.parse::<authms_core::time::Timestamp>().is_ok()
}

/// The shape behind references and `allOf`, with its name under `title`.
fn resolved(document: &Value, schema: &Value) -> Value {
    if let Some(reference) = schema["$ref"].as_str() {
        let mut shape = resolved(document, document.pointer(&reference[1..]).expect("resolves"));
        shape["title"] = json!(reference.rsplit('/').next());
        return shape;
    }
    let Some(parts) = schema["allOf"].as_array() else { return schema.clone() };
    let mut whole = json!({ "type": "object", "properties": Map::new() });
    for part in parts {
        let part = resolved(document, part);
        whole["title"] =
            if whole["title"].is_null() { part["title"].clone() } else { whole["title"].clone() };
        for (name, member) in part["properties"].as_object().into_iter().flatten() {
            whole["properties"][name] = member.clone();
        }
    }
    whole
}

/// Lists that are empty in a plain answer.
const MAY_BE_EMPTY: &[&str] = &[
    "POST /admin/audit/merkle-proofs data not_found",
    "redirect_uris",
    "recommended_mfa_methods",
    "required_methods",
    "backup_codes",
    "GET /mfa/backup-codes data codes",
];

/// Each member of `value` is one of the shape's, of its type, or listed as one of ours.
fn conforms(document: &Value, schema: &Value, value: &Value, at: &str) {
    let shape = resolved(document, schema);
    let Some(kind) = shape["type"].as_str() else { return };
    // Bytes are described as numbers there, words and algorithms as objects without members; browsers take base64url,
    // words and numbers.
    let bytes = kind == "array" && shape["items"]["type"] == "integer" && value.is_string();
    let bare = kind == "object" && shape["properties"].as_object().is_none_or(Map::is_empty);
    if bytes || bare && (value.is_string() || value.is_i64()) {
        return;
    }
    assert_eq!(json_type(value), kind, "{at}: {value}");
    let title = shape["title"].as_str().unwrap_or_default();
    match value {
        Value::Object(members) if shape["properties"].is_object() => {
            let extra = EXTRA.iter().find(|(name, _)| *name == title).map_or(&[][..], |(_, extra)| extra);
            for (name, member) in members {
                let at = format!("{at} {name}");
                match shape["properties"].get(name) {
                    Some(told) => conforms(document, told, member, &at),
                    None if SIMPLE.contains(&title) && name == "timestamp" => {}
                    None => assert!(extra.contains(&name.as_str()), "{at} is not in {title}: {member}"),
                }
            }
        }
        Value::Array(items) => {
            let may_be_empty = MAY_BE_EMPTY.iter().any(|member| at.contains(member));
            assert!(!items.is_empty() || may_be_empty, "{at}: an empty list shows nothing");
            items.iter().for_each(|item| conforms(document, &shape["items"], item, at));
        }
        _ => {}
    }
}
