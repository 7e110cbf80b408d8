//! The scripted model server as a program, for load tests and demonstrations.
//!
//! Usage: `penny-mock-models --addr 127.0.0.1:8000`. Without `--addr` it listens on a free port.

use penny_testkit::models::{MockModelList, RequestRecorder, router};
use std::{env, io};
use tokio::net::TcpListener;

#[tokio::main]
#[expect(clippy::print_stdout, reason = "callers read the address from standard output")]
async fn main() -> io::Result<()> {
    let mut arguments = env::args().skip(1);
    let mut address = "127.0.0.1:0".to_owned();
    while let Some(argument) = arguments.next() {
        match (argument.as_str(), arguments.next()) {
            ("--addr", Some(value)) => address = value,
            _ => return Err(io::Error::other("usage: penny-mock-models [--addr HOST:PORT]")),
        }
    }
    let listener = TcpListener::bind(&address).await?;
    println!("listening on http://{}", listener.local_addr()?);
    axum::serve(listener, router(RequestRecorder::disabled(), MockModelList::default())).await
}
