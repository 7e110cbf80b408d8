//! Child processes: the server under measurement and the scripted model server.

use anyhow::{Context, bail};
use std::{
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

const EMAIL: &str = "bench@penny.test";

/// A child process that is killed when dropped.
struct ChildProcess(Child);

impl ChildProcess {
    fn start(command: &mut Command) -> std::io::Result<Self> {
        command.spawn().map(Self)
    }

    fn kill(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Drop for ChildProcess {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Returns whether `GET path` has status 200, over a new connection.
async fn is_ok(port: u16, path: &str) -> bool {
    let request = async {
        let mut stream = TcpStream::connect(("127.0.0.1", port)).await.ok()?;
        let head = format!("GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n");
        stream.write_all(head.as_bytes()).await.ok()?;
        let mut response = Vec::new();
        stream.read_to_end(&mut response).await.ok()?;
        response.get(..12).map(|status_line| status_line.ends_with(b" 200"))
    };
    request.await.unwrap_or(false)
}

async fn free_port() -> anyhow::Result<u16> {
    Ok(TcpListener::bind(("127.0.0.1", 0)).await?.local_addr()?.port())
}

async fn wait_until_ready(process: &mut ChildProcess, port: u16, path: &str) -> anyhow::Result<()> {
    let started = Instant::now();
    while !is_ok(port, path).await {
        if let Some(status) = process.0.try_wait()? {
            bail!("the process exited: {status}");
        }
        if started.elapsed() > Duration::from_secs(60) {
            bail!("the process was not ready after 60 seconds");
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    Ok(())
}

/// The scripted model server.
pub struct ModelServer {
    process: ChildProcess,
    port: u16,
}

impl ModelServer {
    /// Starts the server and waits until it is ready.
    pub async fn start(program: &Path) -> anyhow::Result<Self> {
        let port = free_port().await?;
        let mut command = Command::new(program);
        command.args(["--addr", &format!("127.0.0.1:{port}")]).stdout(Stdio::null());
        let mut process = ChildProcess::start(&mut command)
            .with_context(|| format!("cannot start {}", program.display()))?;
        wait_until_ready(&mut process, port, "/v1/models").await.context("the model server")?;
        Ok(Self { process, port })
    }

    /// Returns the base URL, including `/v1`.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}/v1", self.port)
    }

    pub fn stop(mut self) {
        self.process.kill();
    }
}

/// The server under measurement.
pub struct PennyServer {
    program: PathBuf,
    process: ChildProcess,
    port: u16,
    models_url: String,
    folder: tempfile::TempDir,
    /// Time from the start of the process to the first status 200 of `/ready`.
    pub startup_time: Duration,
}

impl PennyServer {
    /// Starts the server with an empty data folder and waits until it is ready.
    pub async fn start(program: &Path, models_url: String) -> anyhow::Result<Self> {
        let program = program.canonicalize().with_context(|| format!("cannot find {}", program.display()))?;
        let folder = tempfile::tempdir()?;
        let port = free_port().await?;
        let started = Instant::now();
        let mut process =
            ChildProcess::start(command(&program, port, &models_url, folder.path()).arg("serve"))?;
        wait_until_ready(&mut process, port, "/ready").await.context("the server")?;
        Ok(Self { program, process, port, models_url, folder, startup_time: started.elapsed() })
    }

    /// Kills the server and starts it again with the same data folder.
    pub async fn restart(&mut self) -> anyhow::Result<()> {
        self.process.kill();
        let started = Instant::now();
        self.process = ChildProcess::start(self.command().arg("serve"))?;
        wait_until_ready(&mut self.process, self.port, "/ready").await.context("the server")?;
        self.startup_time = started.elapsed();
        Ok(())
    }

    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Creates a token of the administrator.
    pub fn create_token(&self) -> anyhow::Result<String> {
        let args = ["token", "create", "--email", EMAIL, "--name", "bench"];
        let output = self.command().args(args).stdout(Stdio::piped()).output()?;
        if !output.status.success() {
            bail!("cannot create a token: {}", output.status);
        }
        Ok(String::from_utf8(output.stdout)?.trim().to_owned())
    }

    /// Returns the resident set size in mebibytes.
    pub fn memory_mb(&self) -> anyhow::Result<f64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.process.0.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("no VmRSS")?;
        let kilobytes: f64 = line.trim().trim_end_matches("kB").trim().parse()?;
        Ok(kilobytes / 1024.0)
    }

    pub fn stop(mut self) {
        self.process.kill();
    }

    fn command(&self) -> Command {
        command(&self.program, self.port, &self.models_url, self.folder.path())
    }
}

fn command(program: &Path, port: u16, models_url: &str, folder: &Path) -> Command {
    let mut command = Command::new(program);
    command
        .current_dir(folder)
        .env("PENNY__HTTP__ADDR", format!("127.0.0.1:{port}"))
        .env("PENNY__DATA__DIR", folder.join("data"))
        .env("PENNY__BOOTSTRAP__EMAIL", EMAIL)
        .env("PENNY__BOOTSTRAP__PASSWORD", "measured with care")
        .env("PENNY__MODELS__OPENAI_COMPATIBLE__BASE_URL", models_url)
        .env("PENNY__MODELS__OPENAI_COMPATIBLE__API_KEY", "sk-not-a-secret")
        .env("PENNY__MODELS__OLLAMA__BASE_URL", "")
        .stdout(Stdio::null());
    command
}
