//! Tool calls put together from the pieces a stream sends.

use super::{MAX_ARGUMENT_BYTES, broken};
use penny_ports::models::{ModelError, ToolRequest};

/// Calls one answer may ask for; more is a model gone astray.
const MAX_CALLS: usize = 128;

/// A piece of a call.
#[derive(Debug, Default)]
pub(crate) struct Piece<'a> {
    /// Which call, as the vendor counts.
    pub(crate) index: Option<u64>,
    /// The call's id; usually only in its first piece.
    pub(crate) id: Option<&'a str>,
    /// The tool's name; usually only in its first piece.
    pub(crate) name: Option<&'a str>,
    /// More of the arguments.
    pub(crate) arguments: &'a str,
}

#[derive(Debug)]
struct Slot {
    index: Option<u64>,
    request: ToolRequest,
}

/// Assembles the calls of one answer.
#[derive(Debug)]
pub(crate) struct ToolCalls {
    slots: Vec<Slot>,
    argument_bytes: usize,
    /// Calls made before in the conversation: what made-up ids count on from.
    earlier: usize,
}

impl ToolCalls {
    pub(crate) const fn new(earlier: usize) -> Self {
        Self { slots: Vec::new(), argument_bytes: 0, earlier }
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }

    pub(crate) fn add(&mut self, piece: &Piece<'_>) -> Result<(), ModelError> {
        self.argument_bytes += piece.arguments.len();
        if self.argument_bytes > MAX_ARGUMENT_BYTES {
            return Err(broken(format!("tool arguments are larger than {MAX_ARGUMENT_BYTES} bytes")));
        }
        let slot = self.slot(piece)?;
        if let Some(id) = piece.id.filter(|id| !id.is_empty()) {
            slot.request.id = id.to_owned();
        }
        // Some vendors repeat the name in every piece, none sends it in parts.
        if let Some(name) = piece.name.filter(|name| !name.is_empty()) {
            slot.request.name = name.to_owned();
        }
        slot.request.arguments.push_str(piece.arguments);
        Ok(())
    }

    /// Returns the calls in the order they began; those without a name are of no use to anyone.
    pub(crate) fn take(&mut self) -> Vec<ToolRequest> {
        let slots = std::mem::take(&mut self.slots);
        let earlier = self.earlier;
        self.earlier += slots.len();
        let named = slots.into_iter().enumerate().filter(|(_, slot)| !slot.request.name.is_empty());
        named
            .map(|(position, Slot { mut request, .. })| {
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

    /// Finds the call a piece belongs to, or begins one.
    ///
    /// By the index; but vendors that know none, or number every call 0, are told apart by the id.
    fn slot(&mut self, piece: &Piece<'_>) -> Result<&mut Slot, ModelError> {
        let id = piece.id.unwrap_or_default();
        let position = match piece.index {
            Some(index) => self.slots.iter().rposition(|slot| {
                let is_other = !id.is_empty() && !slot.request.id.is_empty() && slot.request.id != id;
                slot.index == Some(index) && !is_other
            }),
            None if id.is_empty() && piece.name.is_none_or(str::is_empty) => self.slots.len().checked_sub(1),
            None if id.is_empty() => None,
            None => self.slots.iter().rposition(|slot| slot.request.id == id),
        };
        let position = match position {
            Some(position) => position,
            None if self.slots.len() >= MAX_CALLS => {
                return Err(broken(format!("more than {MAX_CALLS} tool calls")));
            }
            None => {
                let request =
                    ToolRequest { id: String::new(), name: String::new(), arguments: String::new() };
                self.slots.push(Slot { index: piece.index, request });
                self.slots.len() - 1
            }
        };
        self.slots.get_mut(position).ok_or_else(|| broken("a tool call was lost"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn piece<'a>(index: Option<u64>, id: &'a str, name: &'a str, arguments: &'a str) -> Piece<'a> {
        Piece { index, id: Some(id), name: Some(name), arguments }
    }

    fn assembled(pieces: &[Piece<'_>]) -> Vec<(String, String, String)> {
        let mut calls = ToolCalls::new(0);
        pieces.iter().try_for_each(|piece| calls.add(piece)).unwrap();
        calls.take().into_iter().map(|call| (call.id, call.name, call.arguments)).collect()
    }

    fn call(id: &str, name: &str, arguments: &str) -> (String, String, String) {
        (id.to_owned(), name.to_owned(), arguments.to_owned())
    }

    #[test]
    fn pieces_of_parallel_calls_are_put_together_by_index() {
        let pieces = [
            piece(Some(0), "a", "weather", "{\"city\""),
            piece(Some(1), "b", "time", "{"),
            piece(Some(0), "", "", ":\"Lima\"}"),
            piece(Some(1), "", "", "}"),
        ];
        assert_eq!(
            assembled(&pieces),
            [call("a", "weather", "{\"city\":\"Lima\"}"), call("b", "time", "{}")]
        );
    }

    #[test]
    fn calls_without_an_index_are_told_apart_by_id() {
        let pieces = [
            piece(None, "a", "weather", "{}"),
            piece(None, "b", "weather", "{\"x\":"),
            piece(None, "", "", "1}"),
        ];
        assert_eq!(assembled(&pieces), [call("a", "weather", "{}"), call("b", "weather", "{\"x\":1}")]);
    }

    #[test]
    fn calls_that_share_an_index_are_told_apart_by_id() {
        let pieces = [piece(Some(0), "a", "one", "{}"), piece(Some(0), "b", "two", "{}")];
        assert_eq!(assembled(&pieces), [call("a", "one", "{}"), call("b", "two", "{}")]);
    }

    #[test]
    fn a_call_without_id_or_arguments_gets_some_and_one_without_a_name_is_dropped() {
        let pieces =
            [piece(Some(0), "", "now", ""), piece(Some(1), "x", "", "{}"), piece(Some(2), "", "then", " ")];
        assert_eq!(assembled(&pieces), [call("call_0", "now", "{}"), call("call_2", "then", "{}")]);
    }

    #[test]
    fn arguments_and_calls_are_bounded() {
        let mut calls = ToolCalls::new(0);
        let long = "x".repeat(MAX_ARGUMENT_BYTES);
        assert!(calls.add(&piece(Some(0), "a", "one", &long)).is_ok());
        assert!(calls.add(&piece(Some(0), "", "", "x")).is_err());
        let mut calls = ToolCalls::new(0);
        let many = (0..=MAX_CALLS as u64).try_for_each(|index| calls.add(&piece(Some(index), "", "one", "")));
        assert!(many.is_err());
    }
}
