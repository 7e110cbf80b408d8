//! Filters for the content that is exchanged with a model: requests, tool arguments, tool results and output.
//! This is the extension point for privacy, moderation and caching; no filter is installed by default.

use penny_ports::models::ModelRequest;
use serde_json::Value;
use std::{fmt::Debug, sync::Arc};

/// Inspects and changes the content that is sent to and received from a model.
pub trait ContentFilter: Debug + Send + Sync {
    /// Called before a request is sent.
    fn request(&self, _request: &mut ModelRequest) {}
    /// Called before the arguments of a tool call are validated.
    fn tool_arguments(&self, _name: &str, _arguments: &mut String) {}
    /// Called with the JSON result of a tool before it is stored or published.
    fn tool_result(&self, _name: &str, _result: &mut String) {}
    /// Called with each text or reasoning delta before it is published.
    fn output(&self, _text: &mut String) {}
}

/// A chain of filters. Requests and arguments pass in order, results and output in reverse order.
#[derive(Debug, Clone, Default)]
pub struct ContentFilters(Arc<[Arc<dyn ContentFilter>]>);

impl ContentFilters {
    #[must_use]
    pub fn new(filters: Vec<Arc<dyn ContentFilter>>) -> Self {
        Self(filters.into())
    }

    pub(super) fn request(&self, request: &mut ModelRequest) {
        self.0.iter().for_each(|filter| filter.request(request));
    }

    pub(super) fn tool_arguments(&self, name: &str, arguments: &mut String) {
        self.0.iter().for_each(|filter| filter.tool_arguments(name, arguments));
    }

    /// Filters the result of a tool. If it is no longer valid JSON afterwards, it becomes a JSON string.
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
