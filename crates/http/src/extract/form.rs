//! Form bodies, as OAuth's endpoints take them (RFC 6749 appendix B).

use super::json::{MAX_BODY, media_type, parse, read};
use crate::codes;
use crate::error::ApiError;
use crate::wire::malformed;
use axum::extract::{FromRequest, Request};
use serde::de::DeserializeOwned;

/// The members of a form, or of a JSON object for the clients that send one; within [`MAX_BODY`](super::MAX_BODY).
/// Unknown members are ignored; one that is given twice is refused (RFC 6749 §3.2).
#[derive(Clone, Copy, Debug)]
pub struct FormOrJson<T>(pub T);

impl<T: DeserializeOwned, S: Sync> FromRequest<S> for FormOrJson<T> {
    type Rejection = ApiError;
    async fn from_request(request: Request, _: &S) -> Result<Self, ApiError> {
        let named = media_type(request.headers()).map(str::to_ascii_lowercase);
        match named.as_deref() {
            Some("application/x-www-form-urlencoded") => {
                let body = read(request.into_body(), MAX_BODY).await?;
                let members = serde_urlencoded::Deserializer::new(form_urlencoded::parse(&body));
                serde_path_to_error::deserialize(members).map(Self).map_err(|e| malformed::in_form(&e))
            }
            Some("application/json") => parse(&read(request.into_body(), MAX_BODY).await?).map(Self),
            _ => Err(ApiError::from(codes::MEDIA_TYPE)
                .saying("the body must be application/x-www-form-urlencoded or application/json")),
        }
    }
}
