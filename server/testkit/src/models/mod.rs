//! A scripted model server that speaks the vendors' wire formats on a real socket.
//!
//! The model's name specifies the behaviour: `mock-ttft200-itl20-len300-tools2` takes 200 ms to its first
//! token and 20 ms between tokens, calls two tools first and then sends 300 tokens. See [`ModelScript`] for
//! all options. The text is always the same ([`text`]), so that tests can compare every byte. Invalid
//! requests get status 400, as from a vendor, and all requests are recorded.

mod model_list;
mod ollama;
mod openai;
mod response;
mod script;
mod server;
#[cfg(test)]
mod tests;
mod validation;

pub use model_list::MockModelList;
pub use response::{reasoning, text};
pub use script::{ModelScript, ScriptFailure};
pub use server::{MockModelServer, RecordedRequest, RequestRecorder, router};
pub use validation::OpenAiSpec;
