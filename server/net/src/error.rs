//! Why a request was not made or not answered.

/// Says why a request was not made or not answered.
#[derive(Debug, thiserror::Error)]
pub enum NetError {
    /// Only `http` and `https` addresses with a host are spoken to.
    #[error("the address is not an http or https address")]
    UnsupportedAddress,
    /// The address is, or resolves to, something outsiders must not reach through us.
    #[error("{host} is not a public address")]
    PrivateAddress {
        /// The name or address.
        host: String,
    },
    /// A redirect led away from the host an operator configured.
    #[error("a redirect led from the configured host to {host}")]
    StrayRedirect {
        /// Where to.
        host: String,
    },
    /// More redirects than anyone needs.
    #[error("too many redirects")]
    TooManyRedirects,
    /// The name has no address.
    #[error("{host} has no address")]
    UnknownHost {
        /// The name.
        host: String,
    },
    /// The answer is larger than the caller wants to read.
    #[error("the answer is larger than {limit} bytes")]
    TooLarge {
        /// The most that was asked for.
        limit: usize,
    },
    /// The client could not be made.
    #[error("the http client could not be made")]
    Setup(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The request failed.
    #[error("the request failed")]
    Request(#[from] reqwest::Error),
}
