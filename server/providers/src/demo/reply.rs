//! The reply of an ability.

use serde_json::Value;

/// Text, followed by tool calls.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct DemoReply {
    pub(super) text: String,
    /// Name and arguments of each call.
    pub(super) calls: Vec<(&'static str, Value)>,
}

impl DemoReply {
    pub(super) const fn from_text(text: String) -> Self {
        Self { text, calls: Vec::new() }
    }

    /// Appends the text, as a new paragraph, and the calls of another reply.
    pub(super) fn followed_by(mut self, other: Self) -> Self {
        if !self.text.is_empty() && !other.text.is_empty() {
            self.text = self.text.trim_end().to_owned() + "\n\n";
        }
        self.text.push_str(&other.text);
        self.calls.extend(other.calls);
        self
    }
}
