//! Logging, and export of traces by OTLP.

use crate::config::{LogFormat, TelemetryConfig};
use anyhow::{Context, Result};
use async_trait::async_trait;
use opentelemetry::trace::TracerProvider;
use opentelemetry_http::{Bytes, HttpClient, HttpError};
use opentelemetry_otlp::{WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::{Resource, trace::SdkTracerProvider};
use penny_net::{ClientFactory, EgressPolicy, Purpose};
use std::io::IsTerminal;
use tokio::runtime::Handle;
use tracing_subscriber::{EnvFilter, Layer, Registry, layer::SubscriberExt, util::SubscriberInitExt};
use url::Url;

/// The maximum size of a collector's response.
const MAX_RESPONSE_BYTES: usize = 64 * 1024;

/// Exports the remaining spans when dropped.
#[derive(Debug, Default)]
pub struct TelemetryGuard(Option<SdkTracerProvider>);

impl Drop for TelemetryGuard {
    fn drop(&mut self) {
        if let Some(provider) = self.0.take() {
            // The process is ending: a failure to export the last spans is ignored.
            let _ = provider.shutdown();
        }
    }
}

/// Starts logging to standard error and, if configured, exporting traces.
///
/// # Errors
/// Returns an error if the log filter or the collector's address is invalid.
pub fn start(config: &TelemetryConfig, is_color_allowed: bool) -> Result<TelemetryGuard> {
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
            let is_colored = is_color_allowed && std::io::stderr().is_terminal();
            layer.with_ansi(is_colored).with_writer(std::io::stderr).with_filter(filter).boxed()
        }
    };
    tracing_subscriber::registry().with(lines).with(traces).init();
    Ok(TelemetryGuard(provider))
}

fn exporter(endpoint: &Url) -> Result<SdkTracerProvider> {
    let client = ClientFactory::new(EgressPolicy::default()).client(&Purpose::Operator(endpoint.clone()))?;
    let address = endpoint.join("/v1/traces").context("telemetry.otlp_endpoint")?;
    let exporter = opentelemetry_otlp::SpanExporter::builder()
        .with_http()
        .with_endpoint(address.as_str())
        .with_http_client(OtlpHttpClient { client, runtime: Handle::current() })
        .build()
        .context("the trace exporter cannot be created")?;
    let resource = Resource::builder()
        .with_service_name("penny")
        .with_attribute(opentelemetry::KeyValue::new("service.version", env!("CARGO_PKG_VERSION")))
        .build();
    Ok(SdkTracerProvider::builder().with_batch_exporter(exporter).with_resource(resource).build())
}

/// Sends spans with the workspace's HTTP client. The exporter's own thread has no tokio runtime, so
/// requests are spawned on ours.
#[derive(Debug)]
struct OtlpHttpClient {
    client: penny_net::HttpClient,
    runtime: Handle,
}

#[async_trait]
impl HttpClient for OtlpHttpClient {
    async fn send_bytes(&self, request: http::Request<Bytes>) -> Result<http::Response<Bytes>, HttpError> {
        let client = self.client.clone();
        let (parts, body) = request.into_parts();
        let request = http::Request::from_parts(parts, body.to_vec());
        let response =
            self.runtime.spawn(async move { client.fetch(request, MAX_RESPONSE_BYTES).await }).await??;
        Ok(response.map(Bytes::from))
    }
}
