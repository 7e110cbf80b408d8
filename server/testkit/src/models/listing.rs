//! How the server answers who asks which models it has.

use axum::{
    Json,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};
use std::time::Duration;

/// What `GET /v1/models` and `/api/tags` list.
const LISTED: [&str; 3] = ["mock", "mock-ttft200-itl20-len300", "mock-reasoning50-len50"];

/// How the server answers who asks which models it has.
#[derive(Debug, Clone)]
pub struct Listing {
    /// What it lists; nothing when it has no list, which is answered with 404.
    pub names: Option<Vec<String>>,
    /// How long it takes.
    pub after: Duration,
}

impl Default for Listing {
    fn default() -> Self {
        Self { names: Some(LISTED.map(str::to_owned).to_vec()), after: Duration::ZERO }
    }
}

impl Listing {
    /// Has no list.
    #[must_use]
    pub fn none() -> Self {
        Self { names: None, ..Self::default() }
    }

    /// Lists these.
    #[must_use]
    pub fn of(names: &[&str]) -> Self {
        Self { names: Some(names.iter().map(|&name| name.to_owned()).collect()), ..Self::default() }
    }

    /// Takes its time.
    #[must_use]
    pub const fn after(mut self, after: Duration) -> Self {
        self.after = after;
        self
    }

    pub(super) async fn openai(&self) -> Response {
        self.write(models).await
    }

    pub(super) async fn ollama(&self) -> Response {
        self.write(tagged).await
    }

    async fn write(&self, whole: impl FnOnce(&[String]) -> Value) -> Response {
        // Even a sleep of nothing lasts until the timer's next millisecond.
        if !self.after.is_zero() {
            tokio::time::sleep(self.after).await;
        }
        match &self.names {
            Some(names) => Json(whole(names)).into_response(),
            None => StatusCode::NOT_FOUND.into_response(),
        }
    }
}

fn models(names: &[String]) -> Value {
    let model = |id: &String| json!({ "id": id, "object": "model", "created": 0, "owned_by": "mock" });
    json!({ "object": "list", "data": names.iter().map(model).collect::<Vec<_>>() })
}

fn tagged(names: &[String]) -> Value {
    let model = |name: &String| {
        json!({ "name": format!("{name}:latest"), "model": format!("{name}:latest"),
        "size": 1, "details": { "family": "mock", "parameter_size": "1B" } })
    };
    json!({ "models": names.iter().map(model).collect::<Vec<_>>() })
}
