//! Errors of outgoing requests.

/// Failure to create a client or to complete a request.
#[derive(Debug, thiserror::Error)]
pub enum NetError {
    #[error("the url is not an http or https url")]
    UnsupportedUrl,
    /// The host is, or resolves to, an address that is not public.
    #[error("{host} is not a public address")]
    PrivateAddress { host: String },
    #[error("the configured host redirects to another host: {host}")]
    CrossHostRedirect { host: String },
    #[error("too many redirects")]
    TooManyRedirects,
    #[error("{host} has no address")]
    UnknownHost { host: String },
    #[error("the response is larger than {limit} bytes")]
    TooLarge { limit: usize },
    #[error("the http client could not be created")]
    Setup(#[source] Box<dyn std::error::Error + Send + Sync>),
    #[error("the request failed")]
    Request(#[from] reqwest::Error),
}
