//! Base paths: every way in which existing clients spell one route leads to the same bare route.

use crate::codes;
use crate::error::ApiError;
use axum::http::Uri;
use axum::http::uri::PathAndQuery;

/// Every base path, besides none at all. No entry is a prefix of another at a segment boundary, so at most one fits.
pub const PREFIXES: [&str; 16] = [
    "/api/v1",
    "/identity/api/v1",
    "/mfa/api/v1",
    "/session/api/v1",
    "/oauth/api/v1",
    "/audit/api/v1",
    "/bff/identity/api/v1",
    "/bff/mfa/api/v1",
    "/bff/session/api/v1",
    "/bff/oauth/api/v1",
    "/bff/audit/api/v1",
    "/bff/identity-service/api/v1",
    "/bff/mfa-service/api/v1",
    "/bff/session-service/api/v1",
    "/bff/oauth-service/api/v1",
    "/bff/audit-service/api/v1",
];

/// What is reached without a base path only.
const BARE_ONLY: [&str; 4] = ["/health", "/.well-known", "/docs", "/openapi.json"];

/// The bare route that `path` spells; `None` for anything that two readers could take for different routes: encoded
/// or foreign characters, empty or dot segments, a base path twice.
pub fn canonical(path: &str) -> Option<&str> {
    if !is_plain(path) {
        return None;
    }
    let Some(route) = PREFIXES.iter().find_map(|prefix| below(path, prefix)) else {
        return Some(path);
    };
    let twice = PREFIXES.iter().any(|prefix| below(route, prefix).is_some());
    if route.is_empty() || twice || is_bare_only(route) { None } else { Some(route) }
}

/// Whether this route is reached without a base path only.
pub fn is_bare_only(route: &str) -> bool {
    BARE_ONLY.iter().any(|bare| below(route, bare).is_some())
}

/// Rewrites `uri` to its bare route.
///
/// # Errors
/// [`codes::NO_ROUTE`] where [`canonical`] finds none.
pub fn strip(uri: &mut Uri) -> Result<(), ApiError> {
    let route = canonical(uri.path()).ok_or(codes::NO_ROUTE)?;
    let cut = uri.path().len() - route.len();
    if cut == 0 {
        return Ok(());
    }
    let spelled = uri.path_and_query().map_or("", PathAndQuery::as_str);
    *uri = spelled[cut..].parse().map_err(|_| codes::NO_ROUTE)?;
    Ok(())
}

/// The rest of `path` after `prefix`, if that ends at a segment boundary.
fn below<'a>(path: &'a str, prefix: &str) -> Option<&'a str> {
    path.strip_prefix(prefix).filter(|rest| rest.is_empty() || rest.starts_with('/'))
}

fn is_plain(path: &str) -> bool {
    let Some(segments) = path.strip_prefix('/') else { return false };
    let visible = segments.bytes().all(|b| b.is_ascii_graphic() && b != b'%' && b != b'\\');
    let mut inner = segments.split('/').rev().skip(1);
    visible && inner.all(|s| !s.is_empty()) && !segments.split('/').any(|s| s == "." || s == "..")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_what_clients_call() {
        let mut expected = vec!["/api/v1".to_owned()];
        for name in ["identity", "mfa", "session", "oauth", "audit"] {
            expected.push(format!("/{name}/api/v1"));
            expected.push(format!("/bff/{name}/api/v1"));
            expected.push(format!("/bff/{name}-service/api/v1"));
        }
        expected.sort();
        let mut table = PREFIXES.to_vec();
        table.sort_unstable();
        assert_eq!(table, expected);
    }

    #[test]
    fn one_exact_prefix_is_stripped() {
        for prefix in PREFIXES.into_iter().chain([""]) {
            let path = format!("{prefix}/auth/ticket/signin");
            assert_eq!(canonical(&path), Some("/auth/ticket/signin"), "{path}");
        }
        assert_eq!(
            canonical("/api/v1x/auth/me"),
            Some("/api/v1x/auth/me"),
            "no segment boundary: left as it is"
        );
        assert_eq!(canonical("/API/v1/auth/me"), Some("/API/v1/auth/me"), "no other case");
        assert_eq!(canonical("/.well-known/jwks.json"), Some("/.well-known/jwks.json"));
    }

    #[test]
    fn ambiguous_spellings_have_no_route() {
        for path in [
            "",
            "*",
            "/api/v1",
            "/api/v1/api/v1/auth/me",
            "/api/v1/bff/mfa/api/v1/auth/me",
            "/identity/api/v1/api/v1/auth/me",
            "/api%2Fv1/auth/me",
            "/auth%2fme",
            "/auth/%6de",
            "/auth\\me",
            "//auth/me",
            "/auth//me",
            "/api/v1//auth/me",
            "/auth/./me",
            "/auth/x/../me",
            "/auth/..",
            "/.",
            "/api/v1/health",
            "/api/v1/health/ready",
            "/oauth/api/v1/.well-known/jwks.json",
            "/api/v1/docs",
            "/api/v1/openapi.json",
            "/auth/m\u{e9}",
        ] {
            assert_eq!(canonical(path), None, "{path}");
        }
    }

    #[test]
    fn the_query_survives() {
        let mut uri: Uri = "/bff/mfa-service/api/v1/users?page=2&q=%2F..".parse().expect("a URI");
        strip(&mut uri).expect("a route");
        assert_eq!(uri, "/users?page=2&q=%2F..");
    }
}
