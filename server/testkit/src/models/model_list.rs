//! The server's response to a request for its list of models.

use axum::{
    Json,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};
use std::time::Duration;

/// Default content of `GET /v1/models` and `GET /api/tags`.
const DEFAULT_NAMES: [&str; 3] = ["mock", "mock-ttft200-itl20-len300", "mock-reasoning50-len50"];

/// The list of models, and how the server returns it.
#[derive(Debug, Clone)]
pub struct MockModelList {
    /// Names of the models; `None` makes the endpoints respond with 404.
    pub names: Option<Vec<String>>,
    /// Time before the response.
    pub delay: Duration,
}

impl Default for MockModelList {
    fn default() -> Self {
        Self { names: Some(DEFAULT_NAMES.map(str::to_owned).to_vec()), delay: Duration::ZERO }
    }
}

impl MockModelList {
    /// Makes the endpoints respond with 404.
    #[must_use]
    pub fn not_found() -> Self {
        Self { names: None, ..Self::default() }
    }

    #[must_use]
    pub fn with_names(names: &[&str]) -> Self {
        Self { names: Some(names.iter().map(|&name| name.to_owned()).collect()), ..Self::default() }
    }

    #[must_use]
    pub const fn with_delay(mut self, delay: Duration) -> Self {
        self.delay = delay;
        self
    }

    pub(super) async fn openai(&self) -> Response {
        self.respond(openai_list).await
    }

    pub(super) async fn ollama(&self) -> Response {
        self.respond(ollama_tags).await
    }

    async fn respond(&self, format: impl FnOnce(&[String]) -> Value) -> Response {
        // Even a zero sleep lasts until the timer's next millisecond.
        if !self.delay.is_zero() {
            tokio::time::sleep(self.delay).await;
        }
        match &self.names {
            Some(names) => Json(format(names)).into_response(),
            None => StatusCode::NOT_FOUND.into_response(),
        }
    }
}

fn openai_list(names: &[String]) -> Value {
    let model = |id: &String| json!({ "id": id, "object": "model", "created": 0, "owned_by": "mock" });
    json!({ "object": "list", "data": names.iter().map(model).collect::<Vec<_>>() })
}

fn ollama_tags(names: &[String]) -> Value {
    let model = |name: &String| {
        json!({ "name": format!("{name}:latest"), "model": format!("{name}:latest"),
        "size": 1, "details": { "family": "mock", "parameter_size": "1B" } })
    };
    json!({ "models": names.iter().map(model).collect::<Vec<_>>() })
}
