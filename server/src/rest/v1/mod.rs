//! The endpoints of version 1.

mod artifacts;
mod chat;
mod conversations;
mod models;
mod tool_calls;
mod tools;
mod turns;

use crate::web::AppState;
use utoipa_axum::{router::OpenApiRouter, routes};

/// Returns all endpoints with their OpenAPI descriptions.
pub(super) fn endpoints() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(conversations::create::create, conversations::list::list))
        .routes(routes!(
            conversations::get::get,
            conversations::update::update,
            conversations::delete::delete
        ))
        .routes(routes!(conversations::messages::messages))
        .routes(routes!(conversations::fork::fork))
        .routes(routes!(conversations::compare::compare))
        .routes(routes!(conversations::merge::merge))
        .routes(routes!(conversations::shares::list, conversations::shares::share))
        .routes(routes!(conversations::shares::unshare))
        .routes(routes!(chat::send::send))
        .routes(routes!(turns::get::get))
        .routes(routes!(turns::events::events))
        .routes(routes!(turns::stop::stop))
        .routes(routes!(turns::resume::resume))
        .routes(routes!(tools::list::list))
        .routes(routes!(tools::invoke::invoke))
        .routes(routes!(tool_calls::decide::decide))
        .routes(routes!(models::list::list))
        .routes(routes!(artifacts::create::create))
        .routes(routes!(artifacts::get::get))
        .routes(routes!(artifacts::content::content))
        .routes(routes!(artifacts::shares::list, artifacts::shares::share))
        .routes(routes!(artifacts::shares::unshare))
}
