//! Paths: each route has one spelling under each base path, and nothing that two readers could take for two routes.

use crate::input::Input;
use authms_core::id::{TenantId, UserId};
use authms_http::base_path::{PREFIXES, canonical, is_bare_only, strip};
use authms_http::extract::PathParams;
use axum::http::Uri;

/// A path, and what may follow it.
pub fn run(data: &[u8]) {
    let Some(text) = Input(data).text() else { return };
    let path = text.split('?').next().unwrap_or_default();
    if let Some(route) = canonical(path) {
        assert!(path.ends_with(route) && route.starts_with('/'));
        assert!(!route.contains("//") && !route.contains(['%', '\\', ' ']) && route.is_ascii());
        assert!(!route.split('/').any(|segment| segment == "." || segment == ".."));
        assert_eq!(canonical(route), Some(route), "a route is its own spelling");
        for prefix in PREFIXES {
            let spelled = format!("{prefix}{route}");
            let expected = Some(route).filter(|route| !is_bare_only(route));
            assert_eq!(canonical(&spelled), expected, "{spelled}");
            assert_eq!(canonical(&format!("{prefix}{spelled}")), None, "a base path twice");
        }
    }
    if let Ok(mut uri) = text.parse::<Uri>() {
        let (path, query) = (uri.path().to_owned(), uri.query().map(str::to_owned));
        if strip(&mut uri).is_ok() {
            assert_eq!((Some(uri.path()), uri.query()), (canonical(&path), query.as_deref()));
        }
    }
    let segments = || path.split('/');
    if let Ok(user) = UserId::read(segments()) {
        assert_eq!(Some(user.to_string().as_str()), segments().next());
    }
    if let Ok((tenant, user)) = <(TenantId, UserId)>::read(segments()) {
        assert_eq!(format!("{tenant}/{user}"), segments().take(2).collect::<Vec<_>>().join("/"));
    }
}
