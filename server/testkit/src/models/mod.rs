//! A scripted model server that speaks the vendors' wire formats on a real socket.
//!
//! How it behaves stands in the model's name: `mock-ttft200-itl20-len300-tools2` takes 200 ms to
//! its first token and 20 ms between tokens, calls two tools first and then says 300 tokens. See
//! [`Script`] for all words. What it says is always the same ([`text`]), so that tests can compare
//! every byte. Requests that a vendor would refuse are refused, and all are recorded.

mod answer;
mod check;
mod listing;
mod ollama;
mod openai;
mod script;
mod server;
#[cfg(test)]
mod tests;

pub use answer::{text, thoughts};
pub use check::OpenApi;
pub use listing::Listing;
pub use script::{Failure, Script};
pub use server::{MockModels, Recorded, Recording, router};
