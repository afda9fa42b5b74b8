//! The whole application behind a target: the real router over a real store that acknowledges nothing, so that no
//! request changes what the next one finds.

use authms_core::access::{Permission, Role};
use authms_core::limits::Quota;
use authms_core::time::Span;
use authms_http::{Peer, openapi_json};
use authms_testkit::{CommitFault, Setup, TestApp};
use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, Method, Request, Response, Uri};
use http_body_util::BodyExt;
use serde_json::Value;
use std::net::SocketAddr;
use std::sync::LazyLock;
use tokio::runtime::{Builder, Runtime};

/// Who calls; the names stand in the corpus.
pub const CALLERS: [&str; 5] = ["nobody", "admin", "member", "key", "client"];

/// The one application of this process.
pub static WORLD: LazyLock<World> = LazyLock::new(World::new);

/// An application, and what requests to it are made of.
pub struct World {
    runtime: Runtime,
    app: TestApp,
    operations: Vec<Operation>,
    authorizations: [Option<HeaderValue>; CALLERS.len()],
    /// Identifiers that exist, by the name of their parameter.
    known: Vec<(&'static str, String)>,
}

/// A route of the document.
pub struct Operation {
    /// Its name.
    pub name: String,
    method: Method,
    path: String,
    statuses: Vec<u16>,
}

/// What was answered.
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Vec<u8>,
}

impl World {
    fn new() -> Self {
        let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
        let (app, authorizations, known) = runtime.block_on(furnish());
        Self { runtime, app, operations: operations(), authorizations, known }
    }

    /// The operation of this name, or one that this text stands for always.
    pub fn operation(&self, name: &str) -> &Operation {
        let named = self.operations.iter().find(|operation| operation.name == name);
        let number = name.bytes().fold(0_usize, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte.into()));
        named.unwrap_or(&self.operations[number % self.operations.len()])
    }

    /// The URL of an operation, about things that exist.
    pub fn url(&self, operation: &Operation, query: &str) -> String {
        let mut path = operation.path.clone();
        for (name, id) in &self.known {
            path = path.replace(&format!("{{{name}}}"), id);
        }
        if query.is_empty() { path } else { format!("{path}?{query}") }
    }

    /// The header with which a caller authenticates.
    pub fn authorization(&self, caller: &str) -> Option<HeaderValue> {
        let at = CALLERS.iter().position(|name| *name == caller)?;
        self.authorizations[at].clone()
    }

    /// Sends a request. Whatever it is: the answer is no fault of ours, and one of those that are documented.
    pub fn send(&self, method: Method, uri: Uri, headers: HeaderMap, body: Vec<u8>) -> Answer {
        let asked = format!("{method} {uri} {headers:?}");
        let mut request =
            Request::builder().method(method).uri(uri).body(Body::from(body)).expect("a request");
        *request.headers_mut() = headers;
        request.extensions_mut().insert(Peer(SocketAddr::from(([198, 18, 49, 7], 40_000))));
        let answer = self.runtime.block_on(async { collect(self.app.http().answer(request).await).await });
        answer.hold(&asked);
        answer
    }
}

impl Operation {
    /// The method.
    pub fn method(&self) -> Method {
        self.method.clone()
    }

    /// Whether it may answer so.
    pub fn tells_of(&self, status: u16) -> bool {
        self.statuses.contains(&status)
    }
}

impl Answer {
    /// What holds for every answer.
    fn hold(&self, asked: &str) {
        let code = || serde_json::from_slice::<Value>(&self.body).unwrap_or_default()["code"].as_u64();
        match self.status {
            // The store refuses all changes, and some features are not set up here.
            503 => assert_eq!(code(), Some(40_000_007), "{asked}"),
            501 => assert!(code().is_some(), "{asked}"),
            500.. => panic!("{} to {asked}: {}", self.status, String::from_utf8_lossy(&self.body)),
            400.. => {
                let code = code().unwrap_or_default();
                assert!(
                    (10_000_000..=99_999_999).contains(&code),
                    "{} with code {code} to {asked}",
                    self.status
                );
            }
            _ => {}
        }
        for name in ["x-request-id", "x-content-type-options", "content-security-policy", "cache-control"] {
            assert!(self.headers.contains_key(name), "no {name} to {asked}");
        }
    }
}

async fn collect(response: Response<Body>) -> Answer {
    let (head, body) = response.into_parts();
    let body = body.collect().await.expect("a body").to_bytes().to_vec();
    Answer { status: head.status.as_u16(), headers: head.headers, body }
}

async fn furnish() -> (TestApp, [Option<HeaderValue>; CALLERS.len()], Vec<(&'static str, String)>) {
    let mut setup = Setup::default();
    let endless = Quota { requests: u32::MAX, window: Span::seconds(1) };
    let quotas = &mut setup.policy.quotas;
    for quota in [&mut quotas.address, &mut quotas.sign_in, &mut quotas.account, &mut quotas.client] {
        *quota = endless;
    }
    for quota in [&mut quotas.ticket, &mut quotas.minter, &mut quotas.minter_person, &mut quotas.codes] {
        *quota = endless;
    }
    let app = TestApp::with(setup).await;
    let member = app.user("mallory", Role::Member).await;
    let admin = app.sign_in(app.admin).await.access;
    let theirs = app.sign_in(member).await;
    let scopes: Vec<_> = Permission::ALL.into_iter().filter(|permission| permission.is_scope()).collect();
    let key = app.api_key(&scopes, Role::SuperAdmin).await;
    let (client, secret) = app.client("shop", &authms_core::ticket::Purpose::ALL).await;
    let bearer = |token: &str| HeaderValue::try_from(format!("Bearer {token}")).ok();
    let basic = basic(&client, &secret);
    let known = vec![
        ("user_id", member.to_string()),
        ("tenant_id", app.tenant.to_string()),
        ("client_id", client),
        ("session_id", theirs.answer["session_id"].as_str().unwrap_or("ses_").to_owned()),
        ("level", "high".to_owned()),
        ("method_type", "totp".to_owned()),
    ];
    let authorizations = [None, bearer(&admin), bearer(&theirs.access), bearer(&key), basic];
    app.faults.commits(Some(CommitFault::Unavailable));
    (app, authorizations, known)
}

fn basic(id: &str, secret: &str) -> Option<HeaderValue> {
    use base64::Engine;
    let pair = base64::engine::general_purpose::STANDARD.encode(format!("{id}:{secret}"));
    HeaderValue::try_from(format!("Basic {pair}")).ok()
}

fn operations() -> Vec<Operation> {
    let document: Value = serde_json::from_str(&openapi_json()).expect("JSON");
    let paths = document["paths"].as_object().expect("paths");
    let all = paths.iter().flat_map(|(path, item)| {
        item.as_object().into_iter().flatten().filter_map(|(method, operation)| {
            Some(Operation {
                name: operation["operationId"].as_str()?.to_owned(),
                method: Method::from_bytes(method.to_ascii_uppercase().as_bytes()).ok()?,
                path: path.clone(),
                statuses: operation["responses"].as_object()?.keys().filter_map(|s| s.parse().ok()).collect(),
            })
        })
    });
    all.collect()
}
