//! The OpenAPI document.

use crate::golden;
use authms_http::{openapi_json, routes};
use authms_testkit::{ISSUER, Setup, TestApp};
use serde_json::Value;
use std::collections::HashSet;

fn document() -> Value {
    serde_json::from_str(&openapi_json()).expect("JSON")
}

/// Every operation: method, path, and itself.
fn operations(document: &Value) -> Vec<(String, String, &Value)> {
    const METHODS: [&str; 8] = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];
    let paths = document["paths"].as_object().expect("paths");
    let all = paths.iter().flat_map(|(path, item)| {
        let item = item.as_object().expect("a path item").iter();
        item.filter(|(method, _)| METHODS.contains(&method.as_str()))
            .map(move |(method, operation)| (method.to_uppercase(), path.clone(), operation))
    });
    all.collect()
}

#[test]
fn the_committed_document_is_the_generated_one() {
    golden::compare("docs/openapi.json", &openapi_json(), "`authms openapi > docs/openapi.json`, or ");
}

#[test]
fn it_is_openapi_3_1_and_tells_of_every_route() {
    let document = document();
    assert!(document["openapi"].as_str().is_some_and(|v| v.starts_with("3.1.")), "{}", document["openapi"]);
    assert!(document["info"]["title"].is_string() && document["info"]["version"].is_string());
    let told: HashSet<_> = operations(&document).into_iter().map(|(m, p, _)| (m, p)).collect();
    let served: HashSet<_> = routes().iter().map(|r| (r.method.to_owned(), r.path.clone())).collect();
    assert_eq!(told, served);
    assert_eq!(told.len(), routes().len(), "each once");
}

#[test]
fn every_reference_resolves() {
    fn walk(document: &Value, value: &Value, found: &mut usize) {
        match value {
            Value::Object(members) => {
                for (name, member) in members {
                    if name == "$ref" {
                        let reference = member.as_str().expect("a text");
                        let pointer = reference.strip_prefix('#').expect("within the document");
                        assert!(document.pointer(pointer).is_some(), "{reference} leads nowhere");
                        *found += 1;
                    } else {
                        walk(document, member, found);
                    }
                }
            }
            Value::Array(items) => items.iter().for_each(|item| walk(document, item, found)),
            _ => {}
        }
    }
    let (document, mut found) = (document(), 0);
    walk(&document, &document, &mut found);
    assert!(found > 50, "{found}");
}

#[test]
fn every_operation_has_a_name_of_its_own() {
    let document = document();
    let mut names = HashSet::new();
    for (method, path, operation) in operations(&document) {
        let name = operation["operationId"].as_str().unwrap_or_default();
        let word = !name.is_empty() && name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
        assert!(word && names.insert(name.to_owned()), "{method} {path}: {name:?}");
    }
}

#[test]
fn every_operation_has_a_tag_a_summary_security_and_answers() {
    const OPEN: &[&str] = &[
        "/health",
        "/health/live",
        "/health/ready",
        "/.well-known/jwks.json",
        "/.well-known/openid-configuration",
        "/.well-known/oauth-authorization-server",
        "/audit/public/hashchain",
        "/auth/login",
        "/auth/mfa/passkey-options",
        "/auth/mfa/send-code",
        "/auth/mfa/verify-challenge",
        "/auth/refresh",
        "/auth/register",
        "/auth/ticket/signin",
        "/auth/ticket/peek",
        "/auth/ticket/report",
        "/auth/send-login-code",
        "/auth/login/email-code",
        "/auth/forgot-password",
        "/auth/verify-reset-code",
        "/auth/reset-password",
        "/public/password-strength",
        "/auth/webauthn/authenticate/begin",
        "/auth/webauthn/authenticate/complete",
        "/auth/webauthn/login/begin",
        "/auth/webauthn/login/complete",
    ];
    let document = document();
    let schemes = document["components"]["securitySchemes"].as_object().expect("schemes");
    for (method, path, operation) in operations(&document) {
        let at = format!("{method} {path}");
        assert!(operation["tags"].as_array().is_some_and(|t| t.len() == 1), "{at}: one tag");
        assert!(operation["summary"].as_str().is_some_and(|s| !s.is_empty()), "{at}: a summary");
        let security = operation["security"].as_array().cloned().unwrap_or_default();
        let named: Vec<_> = security.iter().flat_map(|r| r.as_object().expect("one").keys()).collect();
        assert!(named.iter().all(|n| schemes.contains_key(n.as_str())), "{at}: {named:?}");
        let optional = security.is_empty() || security.iter().any(|r| *r == serde_json::json!({}));
        let expected = OPEN.contains(&path.as_str()) || path == "/auth/logout";
        assert_eq!(optional, expected, "{at}: who may call it without credentials is a closed list");

        let answers = operation["responses"].as_object().expect("answers");
        assert!(answers.keys().any(|s| s.starts_with('2')), "{at}: a success");
        for status in ["500", "503"] {
            assert!(answers.contains_key(status), "{at}: {status}");
        }
        if !optional {
            // A token endpoint has no 403 (RFC 6749 §5.2).
            let may_be_forbidden = !path.starts_with("/oauth/token");
            assert!(answers.contains_key("401"), "{at}");
            assert!(answers.contains_key("403") || !may_be_forbidden, "{at}");
        }
        if operation.get("requestBody").is_some() {
            for status in ["400", "413", "415"] {
                assert!(answers.contains_key(status), "{at}: {status}");
            }
        }
        for name in path.split('/').filter_map(|s| s.strip_prefix('{')?.strip_suffix('}')) {
            let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
            let told =
                parameters.iter().any(|p| p["name"] == name && p["in"] == "path" && p["required"] == true);
            assert!(told, "{at}: {name}");
        }
    }
}

#[test]
fn errors_are_simple_responses() {
    let document = document();
    for (method, path, operation) in operations(&document) {
        for (status, answer) in operation["responses"].as_object().expect("answers") {
            if status.starts_with('2') {
                continue;
            }
            let answer = match answer["$ref"].as_str() {
                Some(reference) => document.pointer(&reference[1..]).expect("resolves"),
                None => answer,
            };
            let schema = &answer["content"]["application/json"]["schema"]["$ref"];
            assert_eq!(*schema, "#/components/schemas/SimpleResponse", "{method} {path}: {status}");
        }
    }
}

#[tokio::test]
async fn the_api_can_be_browsed_unless_that_is_switched_off() {
    let app = TestApp::start().await;
    let page = app.get("/docs", "").await;
    assert_eq!((page.status, page.header("content-type")), (200, "text/html; charset=utf-8"));
    let page = String::from_utf8(page.bytes).expect("UTF-8");
    assert!(
        page.contains(&format!("curl -sS &quot;{ISSUER}/api/v1/auth/ticket/signin&quot;")),
        "calls the issuer"
    );
    assert_eq!(app.get("/openapi.json", "").await.bytes, openapi_json().into_bytes());

    let mut setup = Setup::default();
    setup.settings.docs = false;
    let app = TestApp::with(setup).await;
    for path in ["/docs", "/openapi.json"] {
        assert_eq!(app.get(path, "").await.refusal(), (404, 40000002), "{path}");
    }
}
