//! The real program as a child process, which can be killed, with a scripted model server.

use penny_testkit::models::MockModelServer;
use penny_types::{
    conversations::MessageWindow,
    events::{TurnEvent, TurnEventBody},
    turns::TurnView,
};
use serde_json::{Value, json};
use std::{
    io::Write,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};
use tempfile::TempDir;

const EMAIL: &str = "alice@acme.test";

/// A data folder, a model server, and the server process that uses them. The process is killed on drop.
pub struct PennyProcess {
    pub models: MockModelServer,
    folder: TempDir,
    settings: Vec<(String, String)>,
    port: u16,
    process: Option<Child>,
    pub token: String,
    http: reqwest::Client,
}

/// Shell script that mounts a small tmpfs over the data folder, inside a private mount namespace, then
/// creates a token and serves. Without a program, it only tests whether mounting is possible.
const SMALL_DISK_SCRIPT: &str = r#"mount -t tmpfs -o size="$2" penny "$1" || exit 1
[ -n "$3" ] || exit 0
"$3" token create --email alice@acme.test --name test >"$4" && exec "$3" serve"#;

impl Drop for PennyProcess {
    fn drop(&mut self) {
        self.kill();
    }
}

impl PennyProcess {
    fn prepare(models: MockModelServer, settings: &[(&str, &str)]) -> Self {
        let settings = settings.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect();
        Self {
            models,
            folder: tempfile::tempdir().unwrap(),
            settings,
            port: free_port(),
            process: None,
            token: String::new(),
            http: super::shared_app::client(),
        }
    }

    /// Starts a server with an empty data folder.
    pub async fn start(settings: &[(&str, &str)]) -> Self {
        Self::start_with_models(MockModelServer::start().await, settings).await
    }

    /// Starts a server with an empty data folder and this model server.
    pub async fn start_with_models(models: MockModelServer, settings: &[(&str, &str)]) -> Self {
        let mut new = Self::prepare(models, settings);
        new.serve().await;
        new.token = new.run(&["token", "create", "--email", EMAIL, "--name", "test"]);
        new
    }

    /// Starts a server whose data folder is a file system of `size_bytes` bytes; `None`, with a `skipped:`
    /// line, where the machine does not permit mounting one.
    pub async fn start_on_small_disk(size_bytes: usize) -> Option<Self> {
        let models = MockModelServer::start().await;
        let mut new = Self::prepare(models, &[("PENNY__DEMO__ENABLED", "false")]);
        let data = new.data_dir();
        std::fs::create_dir_all(&data).unwrap();
        let mount_command = |program: &str| {
            let mut command = new.command();
            let mut wrapped = Command::new("unshare");
            wrapped.env_clear().env("PATH", "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin");
            wrapped.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
            wrapped.args(["--user", "--map-root-user", "--mount", "sh", "-c", SMALL_DISK_SCRIPT, "sh"]);
            wrapped.arg(&data).arg(size_bytes.to_string()).arg(program).arg(new.folder.path().join("token"));
            wrapped.stdout(Stdio::null()).stderr(Stdio::null());
            command.stdout(Stdio::null());
            wrapped
        };
        if !mount_command("").status().is_ok_and(|status| status.success()) {
            println!(
                "skipped: full disk end to end, because this machine does not permit mounting a small file system"
            );
            return None;
        }
        let process = mount_command(env!("CARGO_BIN_EXE_penny")).spawn().unwrap();
        new.process = Some(process);
        new.wait_until_ready().await;
        new.token = std::fs::read_to_string(new.folder.path().join("token")).unwrap().trim().to_owned();
        Some(new)
    }

    /// Returns the data folder as seen in the server process's mount namespace.
    fn process_data_dir(&self) -> PathBuf {
        let data = self.data_dir();
        let relative = data.strip_prefix("/").unwrap();
        Path::new("/proc").join(self.pid().to_string()).join("root").join(relative)
    }

    /// Fills the disk completely and returns the file that fills it.
    pub fn fill_disk(&self) -> PathBuf {
        let filler = self.process_data_dir().join("filler");
        let mut file = std::fs::File::create(&filler).unwrap();
        for size in [64 * 1024, 4096, 1] {
            while file.write_all(&vec![0; size]).is_ok() {}
        }
        filler
    }

    pub fn data_dir(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    pub fn pid(&self) -> u32 {
        self.process.as_ref().unwrap().id()
    }

    /// Returns the server's resident set size.
    pub fn memory_bytes(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.pid())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
        line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() * 1024
    }

    /// Starts another command of the program with the same settings.
    pub fn spawn(&self, arguments: &[&str]) -> Child {
        self.command().args(arguments).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
    }

    /// Starts the server and waits until it is ready.
    pub async fn serve(&mut self) {
        let process =
            self.command().arg("serve").stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        self.process = Some(process);
        self.wait_until_ready().await;
    }

    /// Waits until `/ready` has status 200.
    pub async fn wait_until_ready(&self) {
        wait_until(Duration::from_secs(60), async || {
            self.readiness().await.is_some_and(|(status, _)| status == 200)
        })
        .await;
    }

    /// Returns the status and body of `/ready`; `None` when there is no response.
    pub async fn readiness(&self) -> Option<(u16, Value)> {
        let response = self.http.get(format!("http://127.0.0.1:{}/ready", self.port)).send().await.ok()?;
        let status = response.status().as_u16();
        Some((status, serde_json::from_str(&response.text().await.ok()?).ok()?))
    }

    /// Kills the process without a chance to clean up.
    pub fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            process.kill().unwrap();
            process.wait().unwrap();
        }
    }

    fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_penny"));
        command
            .env_clear()
            .env("PENNY__HTTP__ADDR", format!("127.0.0.1:{}", self.port))
            .env("PENNY__DATA__DIR", self.folder.path().join("data"))
            .env("PENNY__BOOTSTRAP__EMAIL", EMAIL)
            .env("PENNY__BOOTSTRAP__PASSWORD", "correct horse battery staple")
            .env("PENNY__MODELS__OPENAI_COMPATIBLE__BASE_URL", self.models.openai_url())
            .envs(self.settings.iter().cloned());
        command
    }

    fn run(&self, arguments: &[&str]) -> String {
        let output = self.command().args(arguments).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    pub fn request(&self, method: &str, path: &str) -> reqwest::RequestBuilder {
        let method = reqwest::Method::from_bytes(method.as_bytes()).unwrap();
        let url = format!("http://127.0.0.1:{}{path}", self.port);
        self.http.request(method, url).bearer_auth(&self.token).header("accept", "application/json")
    }

    /// Sends a REST request and returns the status and the JSON body, or null when the body is not JSON.
    pub async fn call(&self, method: &str, path: &str, body: Option<Value>) -> (u16, Value) {
        let request = self.request(method, path);
        let request = if let Some(body) = body { request.json(&body) } else { request };
        let response = request.send().await.unwrap();
        let status = response.status().as_u16();
        (status, serde_json::from_str(&response.text().await.unwrap()).unwrap_or(Value::Null))
    }

    /// Creates a conversation and returns its id.
    pub async fn create_conversation(&self) -> String {
        let (status, body) = self.call("POST", "/v1/conversations", Some(json!({}))).await;
        assert_eq!(status, 201, "{body}");
        body["id"].as_str().unwrap().to_owned()
    }

    /// Sends a message and returns the status and the body.
    pub async fn post_message(&self, conversation: &str, message: Value) -> (u16, Value) {
        self.call("POST", &format!("/v1/chat/{conversation}/messages"), Some(message)).await
    }

    /// Sends a message to a scripted model and returns the turn.
    pub async fn start_turn(&self, conversation: &str, model: &str, content: &str) -> TurnView {
        let message = json!({ "content": content, "model": format!("openai/{model}") });
        let (status, body) = self.post_message(conversation, message).await;
        assert_eq!(status, 202, "{body}");
        serde_json::from_value(body).unwrap()
    }

    /// Reads the events of a turn after number `after`, to the end or until `is_enough` returns true.
    pub async fn read_events(
        &self,
        turn: &str,
        after: u64,
        is_enough: impl Fn(&[TurnEvent]) -> bool,
    ) -> Vec<TurnEvent> {
        let path = format!("/v1/turns/{turn}/events?after={after}");
        let mut response =
            self.request("GET", &path).header("accept", "text/event-stream").send().await.unwrap();
        assert!(response.status().is_success(), "{} {}", response.status(), response.text().await.unwrap());
        let (mut bytes, mut events) = (Vec::new(), Vec::new());
        while let Ok(Some(chunk)) = response.chunk().await {
            bytes.extend_from_slice(&chunk);
            while let Some(end) = bytes.windows(2).position(|pair| pair == b"\n\n") {
                let block: Vec<u8> = bytes.drain(..end + 2).collect();
                events.extend(parse_event(&String::from_utf8(block).unwrap()));
                if is_enough(&events) {
                    return events;
                }
            }
        }
        events
    }

    /// Reads all events of a turn.
    pub async fn all_events(&self, turn: &TurnView) -> Vec<TurnEvent> {
        self.read_events(&turn.id.to_string(), 0, |_| false).await
    }

    /// Returns the messages of the visible branch.
    pub async fn messages(&self, conversation: &str) -> MessageWindow {
        let (status, body) =
            self.call("GET", &format!("/v1/conversations/{conversation}/messages"), None).await;
        assert_eq!(status, 200, "{body}");
        serde_json::from_value(body).unwrap()
    }
}

/// Parses one server-sent event; `None` for a comment.
fn parse_event(block: &str) -> Option<TurnEvent> {
    let field = |name: &str| block.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
    let data: Value = serde_json::from_str(field("data:")?).unwrap();
    let seq: u64 = field("id:")?.parse().unwrap();
    Some(serde_json::from_value(json!({ "seq": seq, "turnId": data["turnId"], "body": data })).unwrap())
}

/// Applies the text of each delta at its offset and returns the text from byte `start`.
pub fn joined_text(events: &[TurnEvent], start: usize) -> String {
    let mut text = vec![b'?'; start];
    for event in events {
        if let TurnEventBody::Delta(delta) = &event.body {
            let offset = usize::try_from(delta.offset).unwrap();
            assert!(offset <= text.len(), "a gap before event {}", event.seq);
            text.truncate(offset);
            text.extend_from_slice(delta.text.as_bytes());
        }
    }
    String::from_utf8(text.split_off(start)).unwrap()
}

/// Returns the text of a message's text parts.
pub fn message_text(message: &penny_types::conversations::MessageView) -> String {
    message
        .parts
        .iter()
        .filter_map(|part| match &part.body {
            penny_types::conversations::PartBody::Text(text) => Some(text.text.as_str()),
            _ => None,
        })
        .collect()
}

/// Polls `condition` until it is true.
///
/// # Panics
/// When it is still false after `timeout`.
pub async fn wait_until(timeout: Duration, mut condition: impl AsyncFnMut() -> bool) {
    let deadline = tokio::time::Instant::now() + timeout;
    while !condition().await {
        assert!(tokio::time::Instant::now() < deadline, "the condition is still false after {timeout:?}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}
