//! The page to browse the API.

use crate::testing::{app, get, request, send, text};
use crate::{codes, docs, openapi, routes};
use authms_crypto::sha256;
use axum::body::Body;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use std::collections::HashSet;

const ISSUER: &str = "https://id.example.org/<&\"'>";

async fn page() -> (String, String) {
    let answer = get(&app(docs::routes(ISSUER)), "/docs").await;
    assert_eq!(
        (answer.status().as_u16(), &answer.headers()["content-type"]),
        (200, &"text/html; charset=utf-8".parse().expect("a value"))
    );
    let policy = answer.headers()["content-security-policy"].to_str().expect("text").to_owned();
    (text(answer).await, policy)
}

/// What stands between two texts, each time.
fn between<'a>(page: &'a str, start: &str, end: &str) -> Vec<&'a str> {
    page.split(start).skip(1).filter_map(|rest| rest.split(end).next()).collect()
}

#[tokio::test]
async fn it_tells_of_every_endpoint_and_every_code() {
    let (page, _) = page().await;
    for route in routes() {
        let (id, path) = (&route.operation, route.path.replace('/', "/<wbr>"));
        assert!(page.contains(&format!("<article id=\"{id}\"")), "{id}");
        assert!(page.contains(&format!("<a href=\"#{id}\">")), "{id} in the list");
        assert!(page.contains(&path), "{path}");
    }
    assert_eq!(page.matches("<article ").count(), routes().len());
    assert_eq!(page.matches("<h4>Call</h4>").count(), routes().len());
    for code in codes::ALL {
        assert!(page.contains(&format!("<td><code>{}</code></td><td>{}</td>", code.number, code.status)));
    }
}

#[tokio::test]
async fn links_lead_somewhere_and_identifiers_are_unique() {
    let (page, _) = page().await;
    let ids = between(&page, " id=\"", "\"");
    let unique: HashSet<_> = ids.iter().collect();
    assert_eq!(unique.len(), ids.len());
    for link in between(&page, "href=\"#", "\"") {
        assert!(unique.contains(&link), "{link}");
    }
    for label in between(&page, "aria-labelledby=\"", "\"") {
        assert!(unique.contains(&label), "{label}");
    }
}

#[tokio::test]
async fn it_loads_nothing_and_only_its_own_style_and_script_run() {
    let (page, policy) = page().await;
    let [style] = between(&page, "<style>", "</style>")[..] else { panic!("one style") };
    let [script] = between(&page, "<script>", "</script>")[..] else { panic!("one script") };
    let hash = |text: &str| STANDARD.encode(sha256(text.as_bytes()));
    let wanted = format!(
        "default-src 'none'; style-src 'sha256-{}'; script-src 'sha256-{}'; base-uri 'none'; form-action 'none'; \
         frame-ancestors 'none'",
        hash(style),
        hash(script)
    );
    assert_eq!(policy, wanted);
    for forbidden in
        [" src=", " style=", " onclick=", "<link", "<img", "<iframe", "url(", "@import", "javascript:"]
    {
        assert!(!page.contains(forbidden), "{forbidden}");
    }
    assert!(!page.contains("<&\"'>"), "what is shown is escaped");
    assert!(page.contains("https://id.example.org/&lt;&amp;&quot;&#39;&gt;/api/v1"));
    assert!(page.len() < 1024 * 1024, "{} bytes", page.len());
}

#[tokio::test]
async fn what_has_not_changed_is_not_sent_again() {
    let app = app(docs::routes(ISSUER));
    for path in ["/docs", "/openapi.json"] {
        let first = get(&app, path).await;
        let etag = first.headers()["etag"].to_str().expect("text").to_owned();
        assert_eq!(first.headers()["cache-control"], "public, no-cache");
        for (tag, status) in [
            (etag.clone(), 304),
            (format!("W/{etag}"), 304),
            (format!("\"x\", {etag}"), 304),
            ("*".to_owned(), 304),
            ("\"x\"".to_owned(), 200),
        ] {
            let again =
                request("GET", path).header("if-none-match", &tag).body(Body::empty()).expect("a request");
            let again = send(&app, again).await;
            assert_eq!(
                (again.status().as_u16(), again.headers()["etag"].to_str().ok()),
                (status, Some(etag.as_str()))
            );
            assert_eq!(text(again).await.is_empty(), status == 304, "{path} {tag}");
        }
    }
    for path in ["/api/v1/docs", "/docs/", "/docs/x", "/api/v1/openapi.json"] {
        assert_eq!(get(&app, path).await.status(), 404, "{path}");
    }
}

#[tokio::test]
async fn the_document_is_served_as_it_is() {
    let answer = get(&app(docs::routes(ISSUER)), "/openapi.json").await;
    assert_eq!(answer.headers()["content-type"], "application/json");
    assert_eq!(answer.headers()["access-control-allow-origin"], "*");
    assert_eq!(text(answer).await, openapi::openapi_json());
}
