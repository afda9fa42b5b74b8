//! The OpenAPI document, generated from the handlers' annotations.

use crate::base_path::{self, PREFIXES};
use crate::router;
use crate::wire::SimpleResponse;
use std::sync::LazyLock;
use utoipa::OpenApi as _;
use utoipa::openapi::path::{Operation, PathItem};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{ContentBuilder, OpenApi, Ref, ResponseBuilder, Server};

/// An access token: `security(("bearer" = []))`.
pub const BEARER: &str = "bearer";
/// An API key: `security(("api_key" = []))`.
pub const API_KEY: &str = "api_key";
/// A client's identifier and secret: `security(("client" = []))`.
pub const CLIENT: &str = "client";
const ERROR: &str = "Error";

/// One route, as the document has it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RouteInfo {
    /// `GET`, `POST`, …
    pub method: &'static str,
    /// The bare path, parameters in braces.
    pub path: String,
    /// The operation's name, unique.
    pub operation: String,
    /// The security schemes of which one is needed; empty: anybody may call it.
    pub security: Vec<String>,
}

/// Every registered route, by path and method.
pub fn routes() -> &'static [RouteInfo] {
    static ROUTES: LazyLock<Vec<RouteInfo>> = LazyLock::new(|| {
        let mut paths = document().paths.paths;
        let routes = paths.iter_mut().flat_map(|(path, item)| {
            operations(item).into_iter().map(|(method, operation)| RouteInfo {
                method,
                path: path.clone(),
                operation: operation.operation_id.clone().unwrap_or_default(),
                security: operation.security.iter().flatten().flat_map(schemes).collect(),
            })
        });
        routes.collect()
    });
    &ROUTES
}

/// The document as pretty JSON, the same for the same code.
pub fn openapi_json() -> String {
    let mut json = document().to_pretty_json().unwrap_or_default();
    json.push('\n');
    json
}

/// The document.
pub fn document() -> OpenApi {
    let mut document = Head::openapi();
    document.merge(router::health().into_openapi());
    document.merge(router::api().into_openapi());
    document.servers = Some([""].iter().chain(&PREFIXES).map(|p| Server::new(format!("{p}/"))).collect());
    declare(&mut document);
    for (path, item) in &mut document.paths.paths {
        if base_path::is_bare_only(path) {
            item.servers = Some(vec![Server::new("/")]);
        }
        for (_, operation) in operations(item) {
            add_common_answers(operation, path);
        }
    }
    document
}

#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "authms",
        description = "Self-hosted identity service: one-time tickets, sign-in, sessions.",
        license(name = "Apache-2.0", identifier = "Apache-2.0")
    ),
    components(schemas(SimpleResponse))
)]
struct Head;

/// Declares what operations refer to by name: the security schemes and the error answer.
fn declare(document: &mut OpenApi) {
    let http = |scheme, told: &str| {
        SecurityScheme::Http(HttpBuilder::new().scheme(scheme).description(Some(told)).build())
    };
    let jwt = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("JWT");
    let error = ContentBuilder::new().schema(Some(Ref::from_schema_name("SimpleResponse"))).build();
    let error = ResponseBuilder::new().description("An error.").content("application/json", error).build();
    let components = document.components.get_or_insert_default();
    components.add_security_scheme(
        BEARER,
        SecurityScheme::Http(jwt.description(Some("An access token of a signed-in user.")).build()),
    );
    components
        .add_security_scheme(API_KEY, http(HttpAuthScheme::Bearer, "An API key, `key_…`, of a system."));
    components.add_security_scheme(CLIENT, http(HttpAuthScheme::Basic, "A client's identifier and secret."));
    components.responses.insert(ERROR.to_owned(), error.into());
}

/// Adds the errors that the frame, the extractors and authentication may answer anywhere.
fn add_common_answers(operation: &mut Operation, path: &str) {
    let mut statuses = vec!["500", "503"];
    if !crate::shed::is_health(path) {
        statuses.push("429");
    }
    if operation.request_body.is_some() {
        statuses.extend(["400", "413", "415"]);
    }
    if operation.parameters.is_some() {
        statuses.push("400");
    }
    if operation.security.iter().flatten().any(|r| schemes(r).iter().any(|s| s != CLIENT)) {
        statuses.extend(["401", "403"]);
    }
    for status in statuses {
        let answers = &mut operation.responses.responses;
        answers.entry(status.to_owned()).or_insert_with(|| Ref::from_response_name(ERROR).into());
    }
}

fn operations(item: &mut PathItem) -> Vec<(&'static str, &mut Operation)> {
    let PathItem { get, put, post, delete, patch, .. } = item;
    let all = [("DELETE", delete), ("GET", get), ("PATCH", patch), ("POST", post), ("PUT", put)];
    all.into_iter().filter_map(|(method, operation)| Some((method, operation.as_mut()?))).collect()
}

/// The names in a requirement, which it shows only when serialized.
fn schemes(requirement: &SecurityRequirement) -> Vec<String> {
    match serde_json::to_value(requirement) {
        Ok(serde_json::Value::Object(schemes)) => schemes.into_iter().map(|(name, _)| name).collect(),
        _ => Vec::new(),
    }
}
