//! `penny ask`: a message, and its answer as it comes.

use super::{
    Session,
    remote::{Remote, Where},
    say, turn,
};
use anyhow::{Context, Result};
use serde_json::{Value, json};
use std::process::ExitCode;

/// What to ask, and where.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The message.
    #[arg(required = true, num_args = 1..)]
    words: Vec<String>,
    /// The conversation to go on with; a new one when absent.
    #[arg(long)]
    conversation: Option<String>,
    /// The model to ask, as provider/model.
    #[arg(long)]
    model: Option<String>,
    /// Prints each event as a line of JSON instead of the words.
    #[arg(long)]
    json: bool,
    /// Prints the turn's id and does not wait for the answer.
    #[arg(long)]
    detach: bool,
    #[command(flatten)]
    place: Where,
}

pub(super) async fn run(_session: Session, args: Args) -> Result<ExitCode> {
    let remote = Remote::new(args.place)?;
    let conversation = match args.conversation {
        Some(id) => id,
        None => id_of(&remote.post("/v1/conversations", &json!({})).await?, "id")?,
    };
    let mut message = json!({ "content": args.words.join(" ") });
    if let (Some(model), Some(object)) = (args.model, message.as_object_mut()) {
        object.insert("model".to_owned(), model.into());
    }
    let made = remote.post(&format!("/v1/chat/{conversation}/messages"), &message).await?;
    let turn = id_of(&made, "turnId").or_else(|_| id_of(&made, "id"))?;
    if args.detach {
        super::write(&format!("{turn}\n"));
        return Ok(ExitCode::SUCCESS);
    }
    say(&format!("· {conversation} {turn}"));
    turn::follow(&remote, &turn, 0, args.json).await
}

fn id_of(answer: &Value, name: &str) -> Result<String> {
    let id = answer.get(name).and_then(Value::as_str);
    id.map(ToOwned::to_owned).with_context(|| format!("the answer has no `{name}`"))
}
