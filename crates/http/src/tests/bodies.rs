//! What is refused before a handler sees it.

use crate::ApiError;
use crate::extract::{Json, MAX_BODY, OptionalJson, Path, Query};
use crate::testing::{app, get, json, request, send, text};
use crate::wire::{IdText, Paging, SecretText, Text};
use authms_core::id::{Id, UserId, UserKind};
use axum::Router;
use axum::body::Body;
use axum::response::Response;
use axum::routing;
use bytes::Bytes;
use serde::Deserialize;

#[derive(Deserialize)]
#[allow(dead_code)]
struct Mint {
    name: Text<8>,
    password: Option<SecretText<8>>,
    user_id: Option<IdText<UserKind>>,
    ttl_seconds: Option<u32>,
    nested: Option<Nested>,
}

#[derive(Deserialize)]
#[allow(dead_code)]
struct Nested {
    list: Vec<Text<2>>,
}

#[derive(Deserialize, Default)]
struct Logout {
    refresh_token: Option<SecretText<16>>,
}

fn routes() -> Router {
    let mint = async |Json(mint): Json<Mint>| mint.name.into_string();
    let logout =
        async |OptionalJson(logout): OptionalJson<Logout>| logout.refresh_token.is_some().to_string();
    let user = async |Path(id): Path<UserId>| id.to_string();
    let list = async |Query(paging): Query<Paging>| format!("{:?}", paging.request());
    Router::new()
        .route("/mint", routing::post(mint))
        .route("/logout", routing::post(logout))
        .route("/users/{user_id}", routing::get(user))
        .route("/users", routing::get(list))
}

async fn post(path: &str, content_type: &str, body: impl Into<Body>) -> Response {
    let request =
        request("POST", path).header("content-type", content_type).body(body.into()).expect("a request");
    send(&app(routes()), request).await
}

#[tokio::test]
async fn malformed_bodies_name_the_member() {
    let usr = UserId::from_bytes([1; 16]).to_string();
    let long = format!(r#"{{"name":"{}"}}"#, "é".repeat(9));
    for (body, member, why) in [
        ("", "body", "not a JSON object"),
        ("[\"a\"]", "body", "not a JSON object"),
        ("null", "body", "not a JSON object"),
        ("{\"name\":\"a\"", "body", "not JSON from line 1 column 11"),
        ("{\"name\":\"a\"} {}", "body", "more than one JSON object"),
        ("{\"name\":\"\\ud800\"}", "body", "not JSON from line 1 column 16"),
        ("{}", "name", "missing"),
        ("{\"name\":null}", "name", "must be a string"),
        ("{\"name\":7}", "name", "must be a string"),
        ("{\"name\":\"a\",\"name\":\"b\"}", "name", "given twice"),
        (&long, "name", "longer than 8 characters"),
        ("{\"name\":\"a\\u0000\"}", "name", "holds a control character"),
        ("{\"name\":\"a\\nb\"}", "name", "holds a control character"),
        ("{\"name\":\"a\",\"password\":\"hunter2 hunter2\"}", "password", "longer than 8 bytes"),
        ("{\"name\":\"a\",\"password\":[\"hunter2\"]}", "password", "must be a string"),
        ("{\"name\":\"a\",\"password\":\"h\\u0000\"}", "password", "holds a control character"),
        ("{\"name\":\"a\",\"user_id\":\"hunter2\"}", "user_id", "must be an identifier usr_…"),
        ("{\"name\":\"a\",\"ttl_seconds\":\"hunter2, expected\"}", "ttl_seconds", "must be u32"),
        ("{\"name\":\"a\",\"ttl_seconds\":-1}", "ttl_seconds", "must be u32"),
        (
            "{\"name\":\"a\",\"nested\":{\"list\":[\"a\",\"bcd\"]}}",
            "nested.list[1]",
            "longer than 2 characters",
        ),
        ("{\"name\":\"a\",\"nested\":{}}", "nested.list", "missing"),
    ] {
        let response = post("/mint", "application/json", body.to_owned()).await;
        assert_eq!(response.status(), 400, "{body}");
        let told = json(response).await;
        assert_eq!(told["code"], 40000001, "{body}");
        assert_eq!(told["message"], format!("{member}: {why}"), "{body}");
        assert_eq!(told["member"], member, "{body}");
        assert!(!told.to_string().contains("hunter2"), "{body}");
    }
    let good = format!(r#" {{"name":"éééééééé","unknown":{{"x":[1]}},"user_id":"{usr}","ttl_seconds":60}} "#);
    assert_eq!(text(post("/mint", "application/json; charset=utf-8", good).await).await, "éééééééé");
}

#[tokio::test]
async fn raw_control_characters_and_broken_utf8_are_no_json() {
    for body in [&b"{\"name\":\"a\0\"}"[..], b"{\"name\":\"\xff\"}", b"\xef\xbb\xbf{\"name\":\"a\"}"] {
        assert_eq!(post("/mint", "application/json", body.to_vec()).await.status(), 400);
    }
    let deep = format!("{{\"name\":\"a\",\"x\":{}", "[".repeat(30_000));
    assert_eq!(post("/mint", "application/json", deep).await.status(), 400);
}

#[tokio::test]
async fn other_content_types_are_415() {
    for content_type in
        ["text/plain", "", "application/jsonx", "application/x-www-form-urlencoded", "text/json"]
    {
        let response = post("/mint", content_type, r#"{"name":"a"}"#).await;
        assert_eq!(response.status(), 415, "{content_type}");
        assert_eq!(json(response).await["code"], 40000005);
    }
    let request = request("POST", "/mint")
        .header("content-type", "application/json")
        .header("content-encoding", "gzip")
        .body(Body::from(r#"{"name":"a"}"#))
        .expect("a request");
    assert_eq!(send(&app(routes()), request).await.status(), 415);
    assert_eq!(post("/mint", "Application/JSON ; x=y", r#"{"name":"a"}"#).await.status(), 200);
}

#[tokio::test]
async fn large_bodies_are_413() {
    let filled = |size: usize| format!(r#"{{"name":"a"{}}}"#, " ".repeat(size - 12));
    assert_eq!(post("/mint", "application/json", filled(MAX_BODY)).await.status(), 200);
    let response = post("/mint", "application/json", filled(MAX_BODY + 1)).await;
    assert_eq!(response.status(), 413, "by its length");
    assert_eq!(json(response).await["code"], 40000004);

    let chunk = Bytes::from(vec![b' '; MAX_BODY / 2 + 1]);
    let stream = Chunks(vec![chunk.clone(), chunk]);
    assert_eq!(post("/mint", "application/json", Body::new(stream)).await.status(), 413, "by streaming");
}

/// A body that does not say how long it is.
struct Chunks(Vec<Bytes>);
impl axum::body::HttpBody for Chunks {
    type Data = Bytes;
    type Error = std::convert::Infallible;
    fn poll_frame(
        mut self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Result<hyper::body::Frame<Bytes>, Self::Error>>> {
        std::task::Poll::Ready(self.0.pop().map(|chunk| Ok(hyper::body::Frame::data(chunk))))
    }
}

#[tokio::test]
async fn a_body_may_be_optional() {
    assert_eq!(text(post("/logout", "", "").await).await, "false");
    assert_eq!(text(post("/logout", "application/json", "{}").await).await, "false");
    assert_eq!(text(post("/logout", "application/json", r#"{"refresh_token":"x"}"#).await).await, "true");
    assert_eq!(post("/logout", "text/plain", "x").await.status(), 415);
    assert_eq!(post("/logout", "application/json", "x").await.status(), 400);
}

#[tokio::test]
async fn identifiers_in_paths_and_members_of_queries() {
    let app = app(routes());
    let id: Id<UserKind> = Id::from_bytes([9; 16]);
    assert_eq!(text(get(&app, &format!("/api/v1/users/{id}")).await).await, id.to_string());
    for other in ["usr_1", "tnt_0000000000000000000001", "x"] {
        let response = get(&app, &format!("/users/{other}")).await;
        assert_eq!(response.status(), 404);
        assert_eq!(json(response).await["code"], 40000301);
    }
    assert_eq!(
        text(get(&app, "/users?page=2&limit=7&x=y").await).await,
        "PageRequest { page: 2, page_size: 7 }"
    );
    for (query, message) in [("page=hunter2", "page: malformed"), ("page=1&page=2", "page: given twice")] {
        let response = get(&app, &format!("/users?{query}")).await;
        assert_eq!(response.status(), 400);
        assert_eq!(json(response).await["message"], message);
    }
}

#[test]
fn errors_stay_small() {
    assert!(size_of::<ApiError>() <= 40);
}
