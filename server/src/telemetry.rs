//! The log and the traces.

use crate::config::{LogFormat, Telemetry};
use anyhow::{Context, Result};
use async_trait::async_trait;
use opentelemetry::trace::TracerProvider;
use opentelemetry_http::{Bytes, HttpClient, HttpError};
use opentelemetry_otlp::{WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::{Resource, trace::SdkTracerProvider};
use penny_net::{ClientFactory, Policy, Purpose};
use std::io::IsTerminal;
use tokio::runtime::Handle;
use tracing_subscriber::{EnvFilter, Layer, Registry, layer::SubscriberExt, util::SubscriberInitExt};
use url::Url;

/// The largest answer of a collector.
const MOST_BYTES: usize = 64 * 1024;

/// Sends what is left when it is dropped.
#[derive(Debug, Default)]
pub struct Guard(Option<SdkTracerProvider>);

impl Drop for Guard {
    fn drop(&mut self) {
        if let Some(provider) = self.0.take() {
            // Nobody is left to tell; the last spans are worth a moment, not an error.
            let _ = provider.shutdown();
        }
    }
}

/// Begins to write the log to the standard error and, where configured, to send traces.
///
/// # Errors
/// When the collector's address is no use.
pub fn start(config: &Telemetry, has_colours: bool) -> Result<Guard> {
    let filter: EnvFilter = config.log_filter.parse().context("telemetry.log_filter")?;
    let provider = config.otlp_endpoint.as_ref().map(exporter).transpose()?;
    let traces = provider.as_ref().map(|provider| {
        tracing_opentelemetry::layer()
            .with_tracer(provider.tracer("penny"))
            .with_filter(EnvFilter::new("info"))
    });
    let lines: Box<dyn Layer<Registry> + Send + Sync> = match config.log_format {
        LogFormat::Json => {
            let layer = tracing_subscriber::fmt::layer().json().flatten_event(true).with_current_span(true);
            layer.with_writer(std::io::stderr).with_filter(filter).boxed()
        }
        LogFormat::Pretty => {
            let layer = tracing_subscriber::fmt::layer().compact().with_target(false);
            let is_coloured = has_colours && std::io::stderr().is_terminal();
            layer.with_ansi(is_coloured).with_writer(std::io::stderr).with_filter(filter).boxed()
        }
    };
    tracing_subscriber::registry().with(lines).with(traces).init();
    Ok(Guard(provider))
}

fn exporter(endpoint: &Url) -> Result<SdkTracerProvider> {
    let client = ClientFactory::new(Policy::default()).client(&Purpose::Operator(endpoint.clone()))?;
    let address = endpoint.join("/v1/traces").context("telemetry.otlp_endpoint")?;
    let exporter = opentelemetry_otlp::SpanExporter::builder()
        .with_http()
        .with_endpoint(address.as_str())
        .with_http_client(Sender { client, runtime: Handle::current() })
        .build()
        .context("traces cannot be sent")?;
    let resource = Resource::builder()
        .with_service_name("penny")
        .with_attribute(opentelemetry::KeyValue::new("service.version", env!("CARGO_PKG_VERSION")))
        .build();
    Ok(SdkTracerProvider::builder().with_batch_exporter(exporter).with_resource(resource).build())
}

/// Sends spans by the one HTTP client; the exporter's own thread has no runtime, so ours does it.
#[derive(Debug)]
struct Sender {
    client: penny_net::HttpClient,
    runtime: Handle,
}

#[async_trait]
impl HttpClient for Sender {
    async fn send_bytes(&self, request: http::Request<Bytes>) -> Result<http::Response<Bytes>, HttpError> {
        let client = self.client.clone();
        let (parts, body) = request.into_parts();
        let request = http::Request::from_parts(parts, body.to_vec());
        let sent = self.runtime.spawn(async move { client.fetch(request, MOST_BYTES).await }).await??;
        Ok(sent.map(Bytes::from))
    }
}
