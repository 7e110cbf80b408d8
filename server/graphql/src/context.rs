//! What resolvers share.

use async_graphql::{Context, Result};
use penny_core::Services;
use penny_kernel::ctx::Ctx;
use penny_types::{PageRequest, conversations::MessageWindowRequest};
use std::sync::Arc;

/// Returns the request context and the services.
pub(crate) fn ctx_and_services<'a>(context: &Context<'a>) -> Result<(&'a Ctx, &'a Arc<Services>)> {
    Ok((context.data::<Ctx>()?, context.data::<Arc<Services>>()?))
}

/// Builds a page request. An empty cursor, which some clients send instead of none, means the first page.
pub(crate) fn page_request(cursor: Option<String>, limit: Option<u32>) -> PageRequest {
    PageRequest { cursor: cursor.filter(|cursor| !cursor.is_empty()), limit }
}

/// Returns the maximum number of items of a requested page, for its complexity.
pub(crate) fn page_size(limit: Option<u32>) -> usize {
    PageRequest { cursor: None, limit }.limit() as usize
}

/// Returns the maximum number of messages of a requested window, for its complexity.
pub(crate) fn window_size(window: Option<&MessageWindowRequest>) -> usize {
    window.map_or(MessageWindowRequest::DEFAULT, MessageWindowRequest::limit) as usize
}
