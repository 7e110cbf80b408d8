//! `penny ask`: sends a message and prints the response as it is generated.

use super::{
    CliContext,
    remote::{ApiClient, RemoteArgs},
    turn, write_stderr,
};
use anyhow::{Context, Result};
use serde_json::{Value, json};
use std::process::ExitCode;

#[derive(Debug, clap::Args)]
pub(super) struct AskArgs {
    /// The message. Several arguments are joined by spaces.
    #[arg(required = true, num_args = 1..)]
    message: Vec<String>,
    /// The id of the conversation to continue. Default: a new conversation.
    #[arg(long)]
    conversation: Option<String>,
    /// The model, as provider/model. Default: the configured default model.
    #[arg(long)]
    model: Option<String>,
    /// Print each event as one line of JSON instead of the text.
    #[arg(long)]
    json: bool,
    /// Print the turn's id and do not wait for the response.
    #[arg(long)]
    detach: bool,
    #[command(flatten)]
    remote: RemoteArgs,
}

pub(super) async fn run(_context: CliContext, args: AskArgs) -> Result<ExitCode> {
    let client = ApiClient::new(args.remote)?;
    let conversation = match args.conversation {
        Some(id) => id,
        None => string_field(&client.post("/v1/conversations", &json!({})).await?, "id")?,
    };
    let mut body = json!({ "content": args.message.join(" ") });
    if let (Some(model), Some(object)) = (args.model, body.as_object_mut()) {
        object.insert("model".to_owned(), model.into());
    }
    let response = client.post(&format!("/v1/chat/{conversation}/messages"), &body).await?;
    let turn = string_field(&response, "turnId").or_else(|_| string_field(&response, "id"))?;
    if args.detach {
        super::write_stdout(&format!("{turn}\n"));
        return Ok(ExitCode::SUCCESS);
    }
    write_stderr(&format!("· {conversation} {turn}"));
    turn::follow(&client, &turn, 0, args.json).await
}

fn string_field(response: &Value, name: &str) -> Result<String> {
    let value = response.get(name).and_then(Value::as_str);
    value.map(ToOwned::to_owned).with_context(|| format!("the response has no `{name}`"))
}
