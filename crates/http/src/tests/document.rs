//! The OpenAPI document.

use crate::base_path::PREFIXES;
use crate::openapi::{document, openapi_json, routes};

#[test]
fn it_is_stable_and_of_version_3_1() {
    assert_eq!(openapi_json(), openapi_json());
    let json: serde_json::Value = serde_json::from_str(&openapi_json()).expect("JSON");
    assert_eq!(json["openapi"], "3.1.0");
    assert_eq!(json["servers"].as_array().map(Vec::len), Some(PREFIXES.len() + 1));
    for scheme in ["bearer", "api_key", "client"] {
        assert_eq!(json["components"]["securitySchemes"][scheme]["type"], "http");
    }
    let health = &json["paths"]["/health"];
    assert_eq!(health["servers"][0]["url"], "/");
    assert_eq!(health["get"]["responses"]["503"]["$ref"], "#/components/responses/Error");
    assert_eq!(
        json["components"]["schemas"]["SimpleResponse"]["required"],
        serde_json::json!(["code", "message", "timestamp"])
    );
}

#[test]
fn every_reference_resolves() {
    let json: serde_json::Value = serde_json::from_str(&openapi_json()).expect("JSON");
    let text = openapi_json();
    let references = text.split("\"$ref\": \"#").skip(1).filter_map(|rest| rest.split('"').next());
    for reference in references {
        assert!(json.pointer(reference).is_some(), "{reference}");
    }
}

#[test]
fn every_route_has_a_name_and_a_bare_path() {
    let mut names: Vec<_> = routes().iter().map(|r| r.operation.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), routes().len(), "operation ids are unique");
    assert!(routes().iter().all(|r| crate::base_path::canonical(&r.path.replace(['{', '}'], "")).is_some()));
    let schemes = document().components.unwrap_or_default().security_schemes;
    assert!(routes().iter().flat_map(|r| &r.security).all(|s| schemes.contains_key(s)));
}
