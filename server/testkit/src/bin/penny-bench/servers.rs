//! The processes under measurement: the server and its models.

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

/// A process that does not outlive this one.
struct Process(Child);

impl Process {
    fn start(command: &mut Command) -> std::io::Result<Self> {
        command.spawn().map(Self)
    }

    fn end(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.end();
    }
}

/// Says whether `path` answers 200, over a connection of its own.
async fn answers(port: u16, path: &str) -> bool {
    let ask = async {
        let mut stream = TcpStream::connect(("127.0.0.1", port)).await.ok()?;
        let request = format!("GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await.ok()?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.ok()?;
        answer.get(..12).map(|head| head.ends_with(b" 200"))
    };
    ask.await.unwrap_or(false)
}

async fn free_port() -> anyhow::Result<u16> {
    Ok(TcpListener::bind(("127.0.0.1", 0)).await?.local_addr()?.port())
}

async fn ready(process: &mut Process, port: u16, path: &str) -> anyhow::Result<()> {
    let begun = Instant::now();
    while !answers(port, path).await {
        if let Some(status) = process.0.try_wait()? {
            bail!("it ended at once: {status}");
        }
        if begun.elapsed() > Duration::from_secs(60) {
            bail!("it was not ready after a minute");
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    Ok(())
}

/// The scripted model server.
pub struct Models {
    process: Process,
    port: u16,
}

impl Models {
    /// Starts it and waits for it.
    pub async fn start(program: &Path) -> anyhow::Result<Self> {
        let port = free_port().await?;
        let mut command = Command::new(program);
        command.args(["--addr", &format!("127.0.0.1:{port}")]).stdout(Stdio::null());
        let mut process =
            Process::start(&mut command).with_context(|| format!("cannot start {}", program.display()))?;
        ready(&mut process, port, "/v1/models").await.context("the model server")?;
        Ok(Self { process, port })
    }

    /// Where it is, up to and with `/v1`.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}/v1", self.port)
    }

    /// Ends it.
    pub fn stop(mut self) {
        self.process.end();
    }
}

/// The server.
pub struct Penny {
    program: PathBuf,
    process: Process,
    port: u16,
    models_url: String,
    folder: tempfile::TempDir,
    /// From its process's start to the first good answer of `/ready`.
    pub took_to_start: Duration,
}

impl Penny {
    /// Starts it over an empty folder.
    pub async fn start(program: &Path, models_url: String) -> anyhow::Result<Self> {
        let program = program.canonicalize().with_context(|| format!("no program {}", program.display()))?;
        let folder = tempfile::tempdir()?;
        let port = free_port().await?;
        let begun = Instant::now();
        let mut process = Process::start(command(&program, port, &models_url, folder.path()).arg("serve"))?;
        ready(&mut process, port, "/ready").await.context("the server")?;
        Ok(Self { program, process, port, models_url, folder, took_to_start: begun.elapsed() })
    }

    /// Ends it and starts it again over the same folder.
    pub async fn restart(&mut self) -> anyhow::Result<()> {
        self.process.end();
        let begun = Instant::now();
        self.process = Process::start(self.command().arg("serve"))?;
        ready(&mut self.process, self.port, "/ready").await.context("the server")?;
        self.took_to_start = begun.elapsed();
        Ok(())
    }

    /// Where it is.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Makes a token of the administrator's.
    pub fn token(&self) -> anyhow::Result<String> {
        let words = ["token", "create", "--email", EMAIL, "--name", "bench"];
        let output = self.command().args(words).stdout(Stdio::piped()).output()?;
        if !output.status.success() {
            bail!("no token: {}", output.status);
        }
        Ok(String::from_utf8(output.stdout)?.trim().to_owned())
    }

    /// How much memory it holds: the resident set, in megabytes.
    pub fn memory_mb(&self) -> anyhow::Result<f64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.process.0.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("no VmRSS")?;
        let kilobytes: f64 = line.trim().trim_end_matches("kB").trim().parse()?;
        Ok(kilobytes / 1024.0)
    }

    /// Ends it.
    pub fn stop(mut self) {
        self.process.end();
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
