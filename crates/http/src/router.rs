//! The whole URL map. Routes are written bare; [`crate::base_path`] leads every other spelling here.

use crate::api::public::{discovery, health};
use crate::api::{admin, me, public};
use crate::codes;
use crate::docs;
use crate::error::ApiError;
use crate::frame::{App, Frame, Settings};
use crate::state::AppState;
use authms_core::parts::Parts;
use axum::Router;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The whole HTTP face.
pub fn app(parts: Parts, settings: Settings) -> App {
    let docs = if settings.docs { docs::routes(&parts.policy.issuer) } else { Router::new() };
    let frame = Frame::new(&parts, settings);
    let health: Router = health().with_state(frame.clone()).into();
    let api: Router = api().with_state(AppState::new(parts)).into();
    App::new(frame, fallbacks(health.merge(docs).merge(api)))
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
    public().merge(me()).merge(admin())
}

fn public() -> OpenApiRouter<AppState> {
    OpenApiRouter::default()
        .routes(routes!(discovery::jwks::jwks))
        .routes(routes!(discovery::metadata::openid))
        .routes(routes!(discovery::metadata::oauth))
        .routes(routes!(public::audit::chain::chain))
        .routes(routes!(public::ticket::signin::signin))
        .routes(routes!(public::oauth::token::token))
        .routes(routes!(public::oauth::exchange::exchange))
        .routes(routes!(public::oauth::introspect::introspect))
        .routes(routes!(public::oauth::userinfo::userinfo, public::oauth::userinfo::userinfo_by_post))
        .routes(routes!(public::oauth::revoke::revoke))
        .routes(routes!(public::ticket::peek::peek))
        .routes(routes!(public::ticket::report::report))
        .routes(routes!(public::session::login::login))
        .routes(routes!(public::password::strength::strength))
        .routes(routes!(public::mfa::verify_challenge::verify_challenge))
        .routes(routes!(public::mfa::passkey_options::passkey_options))
        .routes(routes!(public::mfa::send_code::send_code))
        .routes(routes!(public::passkey::authenticate_begin::authenticate_begin))
        .routes(routes!(public::passkey::authenticate_complete::authenticate_complete))
        .routes(routes!(public::passkey::login_begin::login_begin))
        .routes(routes!(public::passkey::login_complete::login_complete))
        .routes(routes!(public::invitation::register::register))
        .routes(routes!(public::session::send_login_code::send_login_code))
        .routes(routes!(public::session::login_by_email_code::login_by_email_code))
        .routes(routes!(public::recovery::forgot::forgot))
        .routes(routes!(public::recovery::verify::verify))
        .routes(routes!(public::recovery::reset::reset))
        .routes(routes!(public::session::refresh::refresh))
        .routes(routes!(public::session::logout::logout))
}

fn me() -> OpenApiRouter<AppState> {
    OpenApiRouter::default()
        .routes(routes!(me::ticket::generate::generate))
        .routes(routes!(me::ticket::generate_batch::generate_batch))
        .routes(routes!(me::profile::show::show, me::profile::update::update))
        .routes(routes!(me::impersonation::stop::stop))
        .routes(routes!(me::act_opt_out::show::show, me::act_opt_out::update::update))
        .routes(routes!(me::act_request::list::list))
        .routes(routes!(me::act_request::agree::agree))
        .routes(routes!(me::act_request::refuse::refuse))
        .routes(routes!(me::profile::permissions::permissions))
        .routes(routes!(me::security_event::list::list))
        .routes(routes!(me::security_event::dismiss::dismiss))
        .routes(routes!(me::membership::list::list))
        .routes(routes!(me::membership::tenants::tenants))
        .routes(routes!(me::password::change::change))
        .routes(routes!(me::password::strength::strength))
        .routes(routes!(me::contact::email_status::email_status))
        .routes(routes!(me::contact::change_email::change_email))
        .routes(routes!(me::contact::verify_email::verify_email))
        .routes(routes!(me::contact::change_phone::change_phone))
        .routes(routes!(me::contact::verify_phone::verify_phone))
        .routes(routes!(me::passkey::list::list))
        .routes(routes!(me::passkey::register::register))
        .routes(routes!(me::passkey::verify::verify))
        .routes(routes!(me::passkey::show::show, me::passkey::rename::rename, me::passkey::delete::delete))
        .routes(routes!(me::passkey::register_begin::register_begin))
        .routes(routes!(me::passkey::register_complete::register_complete))
        .routes(routes!(me::passkey::list_mine::list_mine))
        .routes(routes!(me::passkey::delete_mine::delete_mine))
        .routes(routes!(me::mfa::re_authenticate::re_authenticate))
        .routes(routes!(me::mfa::step_up::step_up))
        .routes(routes!(me::mfa::list::list))
        .routes(routes!(me::mfa::remove::remove))
        .routes(routes!(me::mfa::status::status))
        .routes(routes!(me::mfa::make_primary::make_primary))
        .routes(routes!(me::mfa::challenge::challenge))
        .routes(routes!(me::email_factor::enroll::enroll))
        .routes(routes!(me::email_factor::verify::verify))
        .routes(routes!(me::email_factor::send::send))
        .routes(routes!(me::email_factor::disable::disable))
        .routes(routes!(me::sms_factor::enroll::enroll))
        .routes(routes!(me::sms_factor::verify::verify))
        .routes(routes!(me::sms_factor::send::send))
        .routes(routes!(me::sms_factor::disable::disable))
        .routes(routes!(me::totp::set_up::set_up))
        .routes(routes!(me::totp::enable::enable))
        .routes(routes!(me::totp::verify::verify))
        .routes(routes!(me::totp::validate::validate))
        .routes(routes!(me::totp::disable::disable))
        .routes(routes!(me::totp::list::list, me::totp::register::register))
        .routes(routes!(me::totp::show::show, me::totp::remove::remove))
        .routes(routes!(me::totp::switch_on::switch_on))
        .routes(routes!(me::totp::switch_off::switch_off))
        .routes(routes!(me::recovery_code::list::list))
        .routes(routes!(me::recovery_code::count::count))
        .routes(routes!(me::recovery_code::generate::generate))
        .routes(routes!(me::recovery_code::verify::verify))
        .routes(routes!(me::session::list::list, me::session::end_all::end_all))
        .routes(routes!(me::session::end::end))
        .routes(routes!(me::device::list::list, me::device::forget_all::forget_all))
        .routes(routes!(me::device::forget::forget))
        .routes(routes!(me::device::set_trust::set_trust))
        .routes(routes!(me::device::list_mine::list_mine))
        .routes(routes!(me::device::forget_mine::forget_mine))
        .routes(routes!(me::device::set_trust_mine::set_trust_mine))
        .routes(routes!(me::trusted_device::list::list, me::trusted_device::trust::trust))
        .routes(routes!(me::trusted_device::forget::forget))
        .routes(routes!(
            me::mfa_device::list::list,
            me::mfa_device::trust::trust,
            me::mfa_device::forget_all::forget_all
        ))
        .routes(routes!(me::mfa_device::check::check))
        .routes(routes!(me::mfa_device::clean_up::clean_up))
        .routes(routes!(me::mfa_device::show::show, me::mfa_device::forget::forget))
        .routes(routes!(me::api_key::list::list, me::api_key::create::create))
        .routes(routes!(me::api_key::show::show, me::api_key::delete::delete))
        .routes(routes!(me::api_key::set_status::set_status))
        .routes(routes!(me::api_key::set_scopes::set_scopes))
        .routes(routes!(me::api_key::set_clients::set_clients))
        .routes(routes!(me::api_key::rotate::rotate))
        .routes(routes!(me::api_key::add_network::add_network))
        .routes(routes!(me::api_key::remove_network::remove_network))
}

fn admin() -> OpenApiRouter<AppState> {
    OpenApiRouter::default()
        .routes(routes!(admin::user::list::list, admin::user::create::create))
        .routes(routes!(admin::user::create_batch::create_batch))
        .routes(routes!(admin::user::set_statuses::set_statuses))
        .routes(routes!(admin::user::show::show, admin::user::update::update, admin::user::delete::delete))
        .routes(routes!(admin::user::set_status::set_status))
        .routes(routes!(admin::user::set_password::set_password))
        .routes(routes!(admin::user::reset_password::reset_password))
        .routes(routes!(admin::user::login_histories::login_histories))
        .routes(routes!(admin::user::security_status::security_status))
        .routes(routes!(admin::user::unlock::unlock))
        .routes(routes!(admin::user::password_status::password_status))
        .routes(routes!(admin::user::mark_compromised::mark_compromised))
        .routes(routes!(admin::password_policy::show::show, admin::password_policy::update::update))
        .routes(routes!(admin::trusted_device::list::list))
        .routes(routes!(admin::trusted_device::forget::forget))
        .routes(routes!(admin::invitation::list::list, admin::invitation::create::create))
        .routes(routes!(admin::invitation::show::show, admin::invitation::revoke::revoke))
        .routes(routes!(admin::membership::set_role::set_role, admin::membership::remove::remove))
        .routes(routes!(admin::tenant::list::list, admin::tenant::create::create))
        .routes(routes!(admin::tenant::show::show, admin::tenant::update::update))
        .routes(routes!(admin::ticket::list::list))
        .routes(routes!(admin::ticket::show::show, admin::ticket::revoke::revoke))
        .routes(routes!(admin::ticket::revoke_all::revoke_all))
        .routes(routes!(admin::ticket_policy::show::show, admin::ticket_policy::update::update))
        .routes(routes!(admin::impersonation::begin::begin))
        .routes(routes!(admin::impersonation::begin_for::begin_for))
        .routes(routes!(admin::act_request::list::list, admin::act_request::ask::ask))
        .routes(routes!(admin::act_request::show::show))
        .routes(routes!(admin::act_request::approve::approve))
        .routes(routes!(admin::act_request::refuse::refuse))
        .routes(routes!(admin::on_behalf_policy::show::show, admin::on_behalf_policy::update::update))
        .routes(routes!(admin::mfa_policy::show::show, admin::mfa_policy::update::update))
        .routes(routes!(admin::mfa_policy::list_levels::list_levels))
        .routes(routes!(admin::mfa_policy::evaluate::evaluate))
        .routes(routes!(
            admin::mfa_policy::update_level::update_level,
            admin::mfa_policy::reset_level::reset_level
        ))
        .routes(routes!(admin::password_policy::stats::stats))
        .routes(routes!(admin::device::risk::risk))
        .routes(routes!(admin::factor::reset::reset))
        .routes(routes!(admin::factor::totp::totp))
        .routes(routes!(admin::recovery_code::list::list))
        .routes(routes!(admin::recovery_code::count::count))
        .routes(routes!(admin::mfa_release::begin::begin, admin::mfa_release::end::end))
        .routes(routes!(admin::risk_config::show::show, admin::risk_config::update::update))
        .routes(routes!(admin::risk_config::reset::reset))
        .routes(routes!(admin::risk_event::list::list))
        .routes(routes!(admin::risk_event::aggregation::aggregation))
        .routes(routes!(admin::risk_event::dashboard::dashboard))
        .routes(routes!(admin::client::list::list, admin::client::create::create))
        .routes(routes!(
            admin::client::show::show,
            admin::client::update::update,
            admin::client::delete::delete
        ))
        .routes(routes!(admin::client::rotate_secret::rotate_secret))
        .routes(routes!(admin::audit::list::list))
        .routes(routes!(admin::audit::show::show))
        .routes(routes!(admin::audit::proof::proof))
        .routes(routes!(admin::audit::proofs::proofs))
        .routes(routes!(admin::audit::root::root))
        .routes(routes!(admin::audit::chain::chain))
        .routes(routes!(admin::audit::check::check))
        .routes(routes!(admin::audit::stream::stream))
        .routes(routes!(admin::audit::stats::stats))
        .routes(routes!(admin::audit::verifications::verifications, admin::audit::verify::verify))
        .routes(routes!(admin::audit_retention::show::show, admin::audit_retention::update::update))
        .routes(routes!(admin::audit_export::create::create))
        .routes(routes!(admin::audit_export::list::list))
        .routes(routes!(admin::audit_export::status::status))
        .routes(routes!(admin::audit_export::download::download))
        .routes(routes!(admin::webhook::list::list, admin::webhook::create::create))
        .routes(routes!(admin::webhook::events::events))
        .routes(routes!(
            admin::webhook::show::show,
            admin::webhook::update::update,
            admin::webhook::delete::delete
        ))
        .routes(routes!(admin::webhook::rotate_secret::rotate_secret))
        .routes(routes!(admin::webhook::test::test))
        .routes(routes!(admin::webhook::deliveries::deliveries))
        .routes(routes!(admin::webhook::replay::replay))
        .routes(routes!(admin::webhook::replay_dead::replay_dead))
        .routes(routes!(admin::api_key::list::list))
        .routes(routes!(admin::api_key::expiring::expiring))
        .routes(routes!(admin::api_key::batch_revoke::batch_revoke))
        .routes(routes!(admin::api_key::force_delete::force_delete))
}

/// Answers for what is not in the map.
pub(crate) fn fallbacks(router: Router) -> Router {
    router
        .fallback(async || ApiError::from(codes::NO_ROUTE))
        .method_not_allowed_fallback(async || ApiError::from(codes::METHOD))
}
