//! The whole URL map. Routes are written bare; [`crate::base_path`] leads every other spelling here.

use crate::api::public::health;
use crate::codes;
use crate::error::ApiError;
use crate::frame::{App, Frame, Settings};
use crate::state::AppState;
use authms_core::parts::Parts;
use axum::Router;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The whole HTTP face.
pub fn app(parts: Parts, settings: Settings) -> App {
    let frame = Frame::new(&parts, settings);
    let health: Router = health().with_state(frame.clone()).into();
    let api: Router = api().with_state(AppState::new(parts)).into();
    App::new(frame, fallbacks(health.merge(api)))
}

/// Routes that need the frame alone.
pub(crate) fn health() -> OpenApiRouter<Frame> {
    OpenApiRouter::default()
        .routes(routes!(health::show::show))
        .routes(routes!(health::live::live))
        .routes(routes!(health::ready::ready))
}

/// Every other route: one line an endpoint, which registers its document, too.
pub(crate) fn api() -> OpenApiRouter<AppState> {
    OpenApiRouter::default()
}

/// Answers for what is not in the map.
pub(crate) fn fallbacks(router: Router) -> Router {
    router
        .fallback(async || ApiError::from(codes::NO_ROUTE))
        .method_not_allowed_fallback(async || ApiError::from(codes::METHOD))
}
