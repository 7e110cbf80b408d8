//! The real program as a process of its own, so that it can be killed, with a scripted model beside it.

use penny_testkit::models::MockModels;
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

/// One installation: a data folder, a model server, and the process that serves them.
pub struct Installation {
    pub models: MockModels,
    folder: TempDir,
    settings: Vec<(String, String)>,
    port: u16,
    process: Option<Child>,
    pub token: String,
    http: reqwest::Client,
}

/// Mounts a small disk over the data folder that nobody else sees, makes a token and serves.
const ON_A_SMALL_DISK: &str = r#"mount -t tmpfs -o size="$2" penny "$1" || exit 1
[ -n "$3" ] || exit 0
"$3" token create --email alice@acme.test --name test >"$4" && exec "$3" serve"#;

impl Drop for Installation {
    fn drop(&mut self) {
        self.kill();
    }
}

impl Installation {
    fn prepare(models: MockModels, settings: &[(&str, &str)]) -> Self {
        let settings = settings.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect();
        Self {
            models,
            folder: tempfile::tempdir().unwrap(),
            settings,
            port: free_port(),
            process: None,
            token: String::new(),
            http: super::rest_app::client(),
        }
    }

    /// Starts a fresh one.
    pub async fn start(settings: &[(&str, &str)]) -> Self {
        Self::start_beside(MockModels::start().await, settings).await
    }

    /// Starts a fresh one beside a model server.
    pub async fn start_beside(models: MockModels, settings: &[(&str, &str)]) -> Self {
        let mut new = Self::prepare(models, settings);
        new.serve().await;
        new.token = new.run(&["token", "create", "--email", EMAIL, "--name", "test"]);
        new
    }

    /// Starts one whose data lies on a disk of so many bytes; says so where the machine lets nobody
    /// mount one.
    pub async fn start_on_a_small_disk(size: usize) -> Option<Self> {
        let models = MockModels::start().await;
        let mut new = Self::prepare(models, &[("PENNY__DEMO__ENABLED", "false")]);
        let data = new.data();
        std::fs::create_dir_all(&data).unwrap();
        let mounting = |penny: &str| {
            let mut command = new.command();
            let mut wrapped = Command::new("unshare");
            wrapped.env_clear().env("PATH", "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin");
            wrapped.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
            wrapped.args(["--user", "--map-root-user", "--mount", "sh", "-c", ON_A_SMALL_DISK, "sh"]);
            wrapped.arg(&data).arg(size.to_string()).arg(penny).arg(new.folder.path().join("token"));
            wrapped.stdout(Stdio::null()).stderr(Stdio::null());
            command.stdout(Stdio::null());
            wrapped
        };
        if !mounting("").status().is_ok_and(|status| status.success()) {
            println!("skipped: a full disk end to end, because nobody may mount a small one here");
            return None;
        }
        let process = mounting(env!("CARGO_BIN_EXE_penny")).spawn().unwrap();
        new.process = Some(process);
        new.until_ready().await;
        new.token = std::fs::read_to_string(new.folder.path().join("token")).unwrap().trim().to_owned();
        Some(new)
    }

    /// Returns the data folder as the server's process sees it.
    fn data_there(&self) -> PathBuf {
        let data = self.data();
        let below = data.strip_prefix("/").unwrap();
        Path::new("/proc").join(self.pid().to_string()).join("root").join(below)
    }

    /// Fills the disk to its last byte; returns what fills it.
    pub fn fill_the_disk(&self) -> PathBuf {
        let filler = self.data_there().join("filler");
        let mut file = std::fs::File::create(&filler).unwrap();
        for size in [64 * 1024, 4096, 1] {
            while file.write_all(&vec![0; size]).is_ok() {}
        }
        filler
    }

    /// Returns the folder of its data.
    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// Returns the server's process.
    pub fn pid(&self) -> u32 {
        self.process.as_ref().unwrap().id()
    }

    /// Returns the memory that the server holds, in bytes.
    pub fn memory(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.pid())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
        line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() * 1024
    }

    /// Runs another command of the program beside the server.
    pub fn spawn(&self, arguments: &[&str]) -> Child {
        self.command().args(arguments).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
    }

    /// Serves the folder; returns when it answers.
    pub async fn serve(&mut self) {
        let process =
            self.command().arg("serve").stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        self.process = Some(process);
        self.until_ready().await;
    }

    /// Waits until it can serve.
    pub async fn until_ready(&self) {
        wait(Duration::from_secs(60), async || self.ready().await.is_some_and(|(status, _)| status == 200))
            .await;
    }

    /// Asks whether it can serve; none when nobody answers.
    pub async fn ready(&self) -> Option<(u16, Value)> {
        let reply = self.http.get(format!("http://127.0.0.1:{}/ready", self.port)).send().await.ok()?;
        let status = reply.status().as_u16();
        Some((status, serde_json::from_str(&reply.text().await.ok()?).ok()?))
    }

    /// Ends the process as a power cut would.
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

    /// Asks by REST; returns the status and the JSON.
    pub async fn call(&self, method: &str, path: &str, body: Option<Value>) -> (u16, Value) {
        let request = self.request(method, path);
        let request = if let Some(body) = body { request.json(&body) } else { request };
        let reply = request.send().await.unwrap();
        let status = reply.status().as_u16();
        (status, serde_json::from_str(&reply.text().await.unwrap()).unwrap_or(Value::Null))
    }

    /// Begins a conversation.
    pub async fn conversation(&self) -> String {
        let (status, body) = self.call("POST", "/v1/conversations", Some(json!({}))).await;
        assert_eq!(status, 201, "{body}");
        body["id"].as_str().unwrap().to_owned()
    }

    /// Sends a message; returns the status and the answer.
    pub async fn send(&self, conversation: &str, message: Value) -> (u16, Value) {
        self.call("POST", &format!("/v1/chat/{conversation}/messages"), Some(message)).await
    }

    /// Asks a scripted model; returns the turn.
    pub async fn ask(&self, conversation: &str, model: &str, words: &str) -> TurnView {
        let message = json!({ "content": words, "model": format!("openai/{model}") });
        let (status, body) = self.send(conversation, message).await;
        assert_eq!(status, 202, "{body}");
        serde_json::from_value(body).unwrap()
    }

    /// Follows a turn from an event on, to its end or until `enough`.
    pub async fn follow(
        &self,
        turn: &str,
        after: u64,
        enough: impl Fn(&[TurnEvent]) -> bool,
    ) -> Vec<TurnEvent> {
        let path = format!("/v1/turns/{turn}/events?after={after}");
        let mut reply =
            self.request("GET", &path).header("accept", "text/event-stream").send().await.unwrap();
        assert!(reply.status().is_success(), "{} {}", reply.status(), reply.text().await.unwrap());
        let (mut bytes, mut events) = (Vec::new(), Vec::new());
        while let Ok(Some(chunk)) = reply.chunk().await {
            bytes.extend_from_slice(&chunk);
            while let Some(end) = bytes.windows(2).position(|pair| pair == b"\n\n") {
                let block: Vec<u8> = bytes.drain(..end + 2).collect();
                events.extend(event(&String::from_utf8(block).unwrap()));
                if enough(&events) {
                    return events;
                }
            }
        }
        events
    }

    /// Follows a turn to its end.
    pub async fn to_end(&self, turn: &TurnView) -> Vec<TurnEvent> {
        self.follow(&turn.id.to_string(), 0, |_| false).await
    }

    /// Reads the visible branch.
    pub async fn window(&self, conversation: &str) -> MessageWindow {
        let (status, body) =
            self.call("GET", &format!("/v1/conversations/{conversation}/messages"), None).await;
        assert_eq!(status, 200, "{body}");
        serde_json::from_value(body).unwrap()
    }
}

/// Reads one server-sent event; comments give none.
fn event(block: &str) -> Option<TurnEvent> {
    let field = |name: &str| block.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
    let data: Value = serde_json::from_str(field("data:")?).unwrap();
    let seq: u64 = field("id:")?.parse().unwrap();
    Some(serde_json::from_value(json!({ "seq": seq, "turnId": data["turnId"], "body": data })).unwrap())
}

/// Joins the words of events by their offsets.
pub fn words(events: &[TurnEvent], start: usize) -> String {
    let mut text = vec![b'?'; start];
    for event in events {
        if let TurnEventBody::Delta(delta) = &event.body {
            let offset = usize::try_from(delta.offset).unwrap();
            assert!(offset <= text.len(), "a hole before event {}", event.seq);
            text.truncate(offset);
            text.extend_from_slice(delta.text.as_bytes());
        }
    }
    String::from_utf8(text.split_off(start)).unwrap()
}

/// Returns the words of a message's parts.
pub fn said(message: &penny_types::conversations::MessageView) -> String {
    message
        .parts
        .iter()
        .filter_map(|part| match &part.body {
            penny_types::conversations::PartBody::Text(text) => Some(text.text.as_str()),
            _ => None,
        })
        .collect()
}

/// Waits for a condition.
pub async fn wait(patience: Duration, mut is_so: impl AsyncFnMut() -> bool) {
    let deadline = tokio::time::Instant::now() + patience;
    while !is_so().await {
        assert!(tokio::time::Instant::now() < deadline, "waited {patience:?} in vain");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}
