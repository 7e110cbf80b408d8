//! Assembly of tool calls from the fragments of a stream.

use super::{MAX_ARGUMENT_BYTES, stream_failed};
use penny_ports::models::{ModelError, ToolRequest};

/// Maximum number of tool calls in one response.
const MAX_CALLS: usize = 128;

/// A fragment of a tool call.
#[derive(Debug, Default)]
pub(crate) struct ToolCallFragment<'a> {
    /// The vendor's index of the call.
    pub(crate) index: Option<u64>,
    /// The id of the call, usually only in its first fragment.
    pub(crate) id: Option<&'a str>,
    /// The name of the tool, usually only in the first fragment.
    pub(crate) name: Option<&'a str>,
    /// Text to append to the arguments.
    pub(crate) arguments: &'a str,
}

#[derive(Debug)]
struct PartialToolCall {
    index: Option<u64>,
    request: ToolRequest,
}

/// Assembles the tool calls of one response.
#[derive(Debug)]
pub(crate) struct ToolCallAssembler {
    calls: Vec<PartialToolCall>,
    argument_bytes: usize,
    /// Number of calls before these in the conversation; generated ids continue from it.
    earlier: usize,
}

impl ToolCallAssembler {
    pub(crate) const fn new(earlier: usize) -> Self {
        Self { calls: Vec::new(), argument_bytes: 0, earlier }
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.calls.is_empty()
    }

    pub(crate) fn add(&mut self, fragment: &ToolCallFragment<'_>) -> Result<(), ModelError> {
        self.argument_bytes += fragment.arguments.len();
        if self.argument_bytes > MAX_ARGUMENT_BYTES {
            return Err(stream_failed(format!("tool arguments are larger than {MAX_ARGUMENT_BYTES} bytes")));
        }
        let call = self.find_or_create(fragment)?;
        if let Some(id) = fragment.id.filter(|id| !id.is_empty()) {
            call.request.id = id.to_owned();
        }
        // Some vendors repeat the name in every fragment; no vendor splits it.
        if let Some(name) = fragment.name.filter(|name| !name.is_empty()) {
            call.request.name = name.to_owned();
        }
        call.request.arguments.push_str(fragment.arguments);
        Ok(())
    }

    /// Returns the calls in the order of their first fragments, without those that have no name.
    pub(crate) fn take(&mut self) -> Vec<ToolRequest> {
        let calls = std::mem::take(&mut self.calls);
        let earlier = self.earlier;
        self.earlier += calls.len();
        let named = calls.into_iter().enumerate().filter(|(_, call)| !call.request.name.is_empty());
        named
            .map(|(position, PartialToolCall { mut request, .. })| {
                if request.id.is_empty() {
                    request.id = format!("call_{}", earlier + position);
                }
                if request.arguments.trim().is_empty() {
                    "{}".clone_into(&mut request.arguments);
                }
                request
            })
            .collect()
    }

    /// Returns the call that a fragment belongs to, adding one if needed.
    ///
    /// Calls are identified by the index, or by the id for vendors that send no index or the same index
    /// for all calls.
    fn find_or_create(
        &mut self,
        fragment: &ToolCallFragment<'_>,
    ) -> Result<&mut PartialToolCall, ModelError> {
        let id = fragment.id.unwrap_or_default();
        let position = match fragment.index {
            Some(index) => self.calls.iter().rposition(|call| {
                let is_other = !id.is_empty() && !call.request.id.is_empty() && call.request.id != id;
                call.index == Some(index) && !is_other
            }),
            None if id.is_empty() && fragment.name.is_none_or(str::is_empty) => {
                self.calls.len().checked_sub(1)
            }
            None if id.is_empty() => None,
            None => self.calls.iter().rposition(|call| call.request.id == id),
        };
        let position = match position {
            Some(position) => position,
            None if self.calls.len() >= MAX_CALLS => {
                return Err(stream_failed(format!("more than {MAX_CALLS} tool calls")));
            }
            None => {
                let request =
                    ToolRequest { id: String::new(), name: String::new(), arguments: String::new() };
                self.calls.push(PartialToolCall { index: fragment.index, request });
                self.calls.len() - 1
            }
        };
        self.calls.get_mut(position).ok_or_else(|| stream_failed("a tool call was lost"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fragment<'a>(
        index: Option<u64>,
        id: &'a str,
        name: &'a str,
        arguments: &'a str,
    ) -> ToolCallFragment<'a> {
        ToolCallFragment { index, id: Some(id), name: Some(name), arguments }
    }

    fn assembled(fragments: &[ToolCallFragment<'_>]) -> Vec<(String, String, String)> {
        let mut calls = ToolCallAssembler::new(0);
        fragments.iter().try_for_each(|fragment| calls.add(fragment)).unwrap();
        calls.take().into_iter().map(|call| (call.id, call.name, call.arguments)).collect()
    }

    fn call(id: &str, name: &str, arguments: &str) -> (String, String, String) {
        (id.to_owned(), name.to_owned(), arguments.to_owned())
    }

    #[test]
    fn fragments_of_parallel_calls_are_assembled_by_index() {
        let fragments = [
            fragment(Some(0), "a", "weather", "{\"city\""),
            fragment(Some(1), "b", "time", "{"),
            fragment(Some(0), "", "", ":\"Lima\"}"),
            fragment(Some(1), "", "", "}"),
        ];
        assert_eq!(
            assembled(&fragments),
            [call("a", "weather", "{\"city\":\"Lima\"}"), call("b", "time", "{}")]
        );
    }

    #[test]
    fn calls_without_an_index_are_identified_by_id() {
        let fragments = [
            fragment(None, "a", "weather", "{}"),
            fragment(None, "b", "weather", "{\"x\":"),
            fragment(None, "", "", "1}"),
        ];
        assert_eq!(assembled(&fragments), [call("a", "weather", "{}"), call("b", "weather", "{\"x\":1}")]);
    }

    #[test]
    fn calls_that_share_an_index_are_identified_by_id() {
        let fragments = [fragment(Some(0), "a", "one", "{}"), fragment(Some(0), "b", "two", "{}")];
        assert_eq!(assembled(&fragments), [call("a", "one", "{}"), call("b", "two", "{}")]);
    }

    #[test]
    fn missing_ids_and_arguments_are_filled_in_and_calls_without_a_name_are_dropped() {
        let fragments = [
            fragment(Some(0), "", "now", ""),
            fragment(Some(1), "x", "", "{}"),
            fragment(Some(2), "", "then", " "),
        ];
        assert_eq!(assembled(&fragments), [call("call_0", "now", "{}"), call("call_2", "then", "{}")]);
    }

    #[test]
    fn arguments_and_calls_are_bounded() {
        let mut calls = ToolCallAssembler::new(0);
        let long = "x".repeat(MAX_ARGUMENT_BYTES);
        assert!(calls.add(&fragment(Some(0), "a", "one", &long)).is_ok());
        assert!(calls.add(&fragment(Some(0), "", "", "x")).is_err());
        let mut calls = ToolCallAssembler::new(0);
        let many =
            (0..=MAX_CALLS as u64).try_for_each(|index| calls.add(&fragment(Some(index), "", "one", "")));
        assert!(many.is_err());
    }
}
