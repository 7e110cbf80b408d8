//! What every call of a model passes through, before anything is numbered: requests, tool arguments,
//! tool results and the words that come back. Nothing changes them yet; the privacy guard,
//! moderation and caching stand here.

use penny_ports::models::ModelRequest;
use serde_json::Value;
use std::{fmt::Debug, sync::Arc};

/// One thing that looks at, and may change, what goes to a model and what comes back.
pub trait Filter: Debug + Send + Sync {
    /// Sees a request before it is sent.
    fn request(&self, _request: &mut ModelRequest) {}
    /// Sees a tool's arguments before they are checked.
    fn tool_arguments(&self, _name: &str, _arguments: &mut String) {}
    /// Sees a tool's answer, as JSON, before it is kept and anybody else does.
    fn tool_result(&self, _name: &str, _result: &mut String) {}
    /// Sees a piece of the answer before it is numbered.
    fn output(&self, _text: &mut String) {}
}

/// The filters in order.
#[derive(Debug, Clone, Default)]
pub struct Filters(Arc<[Arc<dyn Filter>]>);

impl Filters {
    /// Makes a chain.
    #[must_use]
    pub fn new(filters: Vec<Arc<dyn Filter>>) -> Self {
        Self(filters.into())
    }

    pub(super) fn request(&self, request: &mut ModelRequest) {
        self.0.iter().for_each(|filter| filter.request(request));
    }

    pub(super) fn tool_arguments(&self, name: &str, arguments: &mut String) {
        self.0.iter().for_each(|filter| filter.tool_arguments(name, arguments));
    }

    /// Passes on what a tool answered; what is no JSON afterwards is a text.
    pub(crate) fn tool_result(&self, name: &str, result: Value) -> Value {
        if self.0.is_empty() {
            return result;
        }
        let mut text = result.to_string();
        self.0.iter().rev().for_each(|filter| filter.tool_result(name, &mut text));
        serde_json::from_str(&text).unwrap_or(Value::String(text))
    }

    pub(super) fn output(&self, text: &mut String) {
        self.0.iter().rev().for_each(|filter| filter.output(text));
    }
}
