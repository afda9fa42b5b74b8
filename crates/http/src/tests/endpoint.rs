//! An endpoint as one is written, and what its document says.

use crate::extract::{Json, Path, Query, Source, TenantHeader};
use crate::testing::NOW;
use crate::wire::{Data, List, Paging, SecretText, SimpleResponse, Text, UserIdText};
use crate::{ApiError, AppState, codes};
use authms_core::id::UserId;
use authms_core::page::Page;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// What is asked.
#[derive(Deserialize, ToSchema)]
struct RenameRequest {
    /// The new name.
    name: Text<64>,
    /// The present password.
    password: SecretText<1024>,
    /// Who is to approve.
    approver: Option<UserIdText>,
}

/// What is answered.
#[derive(Serialize, ToSchema)]
struct Renamed {
    user_id: UserIdText,
    name: String,
}

/// Rename a user
///
/// Their sessions stay.
#[utoipa::path(
    put,
    path = "/auth/users/{user_id}/name",
    operation_id = "rename_user",
    tag = "users",
    params(("user_id" = String, Path, description = "Whom.")),
    request_body = RenameRequest,
    responses(
        (status = 200, description = "Renamed.", body = Data<Renamed>),
        (status = 409, description = "The name is taken.", body = SimpleResponse),
    ),
    security(("bearer" = []), ("api_key" = []))
)]
async fn rename(
    State(app): State<AppState>,
    source: Source,
    tenant: TenantHeader,
    Path(user): Path<UserId>,
    Json(request): Json<RenameRequest>,
) -> Result<Json<Data<Renamed>>, ApiError> {
    let _ = (tenant.named()?, source.ip, request.password.into_secret(), request.approver);
    if request.name.is_empty() {
        return Err(codes::USER_TAKEN.into());
    }
    Ok(Json(Data::new(Renamed { user_id: user.into(), name: request.name.into_string() }, app.now())))
}

/// List users
#[utoipa::path(
    get,
    path = "/auth/users",
    operation_id = "list_users",
    tag = "users",
    params(Paging),
    responses((status = 200, description = "A page.", body = List<Renamed>)),
    security(("bearer" = []))
)]
async fn list(Query(paging): Query<Paging>) -> Json<List<Renamed>> {
    let page = Page { items: vec![UserId::from_bytes([1; 16])], total: 21, request: paging.request() };
    Json(List::new(page, |id| Renamed { user_id: id.into(), name: String::new() }, NOW))
}

#[test]
fn one_line_registers_route_and_document() {
    let (_, document) =
        OpenApiRouter::<AppState>::default().routes(routes!(rename)).routes(routes!(list)).split_for_parts();
    let json = serde_json::to_value(document).expect("JSON");
    let rename = &json["paths"]["/auth/users/{user_id}/name"]["put"];
    assert_eq!(rename["summary"], "Rename a user");
    assert_eq!(rename["security"], serde_json::json!([{"bearer": []}, {"api_key": []}]));
    let schemas = &json["components"]["schemas"];
    let asked = &schemas["RenameRequest"];
    assert_eq!(asked["required"], serde_json::json!(["name", "password"]));
    assert_eq!(asked["properties"]["name"]["$ref"], "#/components/schemas/Text_64");
    assert_eq!(schemas["Text_64"]["maxLength"], 64);
    assert_eq!(schemas["SecretText_1024"]["writeOnly"], true);
    assert_eq!(schemas["Renamed"]["properties"]["user_id"]["$ref"], "#/components/schemas/Id_usr");
    assert_eq!(schemas["Id_usr"]["pattern"], "^usr_[0-9A-Za-z]{22}$");
    assert_eq!(schemas["Time"]["format"], "date-time");
    assert_eq!(schemas["List_Renamed"]["properties"]["pagination"]["$ref"], "#/components/schemas/PageInfo");
}

#[tokio::test]
async fn lists_tell_where_they_are() {
    let Json(list) = list(Query(Paging { page: Some(2), page_size: Some(10) })).await;
    let json = serde_json::to_value(list).expect("JSON");
    assert_eq!(
        json["pagination"],
        serde_json::json!({
            "page": 2, "page_size": 10, "total": 21, "total_pages": 3, "has_next": true, "has_prev": true
        })
    );
    assert_eq!((&json["code"], &json["total"]), (&0.into(), &21.into()));
}
