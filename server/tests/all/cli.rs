//! The command line: serve, token, tenant, link, ask, turn follow, schema and doctor.

use crate::fresh_app::Browser;
use penny_testkit::models::{MockModelList, MockModelServer};
use reqwest::{Method, StatusCode};
use serde_json::Value;
use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Output, Stdio},
    sync::mpsc,
    time::Duration,
};

/// Returns a command of the program with its own data folder and an otherwise empty environment.
fn penny(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_penny"));
    command
        .env_clear()
        .env("PENNY__DATA__DIR", folder.join("data"))
        .env("PENNY__HTTP__ADDR", "127.0.0.1:0")
        .env("PENNY__DEMO__ENABLED", "false")
        .env("PENNY__MODELS__OLLAMA__BASE_URL", "")
        .current_dir(folder)
        .stdin(Stdio::null());
    command
}

fn run(command: &mut Command) -> Output {
    command.output().unwrap()
}

fn out(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn err(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// A `penny serve` process, killed when dropped.
struct ServeProcess {
    child: Child,
    url: String,
    link: Option<String>,
    /// Everything it printed after its URL.
    output: String,
}

impl Drop for ServeProcess {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl ServeProcess {
    /// Starts the process and waits until it has printed its URL.
    fn start(mut command: Command) -> Self {
        let mut child = command.arg("serve").stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let (send, receive) = mpsc::channel();
        std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                let _ = send.send(line);
            }
        });
        let next =
            || receive.recv_timeout(Duration::from_secs(60)).expect("the server did not print its URL");
        let url = loop {
            if let Some(address) = next().split("http://").nth(1) {
                break format!("http://{address}");
            }
        };
        // A sign-in link, if any, is printed directly after the URL.
        let (mut link, mut output) = (None, String::new());
        while let Ok(line) = receive.recv_timeout(Duration::from_millis(300)) {
            if line.contains("/auth/link/") {
                link = Some(line.trim().to_owned());
            }
            output.push_str(&line);
        }
        Self { child, url, link, output }
    }

    /// Sends SIGTERM and waits for the exit status.
    fn terminate(&mut self) -> std::process::ExitStatus {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
        self.child.wait().unwrap()
    }
}

const ROOT: [(&str, &str); 2] = [
    ("PENNY__BOOTSTRAP__EMAIL", "root@acme.example"),
    ("PENNY__BOOTSTRAP__PASSWORD", "correct horse battery"),
];

#[test]
fn schema_prints_only_the_contract() {
    let folder = tempfile::tempdir().unwrap();
    let config = run(penny(folder.path()).args(["schema", "config"]));
    assert_eq!(out(&config), penny::config::REFERENCE);
    let graphql = run(penny(folder.path()).args(["schema", "graphql"]));
    assert!(out(&graphql).contains("type Query") && err(&graphql).is_empty());
    let openapi = run(penny(folder.path()).args(["schema", "openapi"]));
    assert!(serde_json::from_str::<Value>(&out(&openapi)).unwrap()["paths"].is_object());
    let pages = out(&run(penny(folder.path()).args(["schema", "pages"])));
    let pages: Vec<Value> = serde_json::from_str(&pages).unwrap();
    let settings = pages.iter().find(|page| page["name"] == "settings").unwrap();
    assert_eq!(settings["path"], "/settings");
    assert_eq!(settings["group"], "account");
    assert_eq!(settings["needsSignIn"], true);
    assert!(!folder.path().join("data").exists(), "printing a schema creates no files");
}

#[test]
fn an_invalid_configuration_is_explained() {
    let folder = tempfile::tempdir().unwrap();
    for (name, value, message) in [
        ("PENNY__HTTP__PORT", "80", "unknown key `http.port`"),
        ("PENNY__DATABASE__URL", "mysql://root:hunter2@x/y", "database.url must start with"),
        ("PENNY_CONFIG", "/nowhere.toml", "the configuration file /nowhere.toml does not exist"),
    ] {
        let output = run(penny(folder.path()).arg("serve").env(name, value));
        assert_eq!(output.status.code(), Some(1));
        assert!(err(&output).contains(message) && !err(&output).contains("hunter2"), "{}", err(&output));
        assert!(out(&output).is_empty() && !err(&output).contains("panicked"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn token_create_prints_only_the_token_which_works_on_a_running_server() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = penny(folder.path());
    let mut serving = ServeProcess::start({
        command.envs(ROOT);
        command
    });
    assert!(serving.link.is_none());
    let create = [
        "token",
        "create",
        "--email",
        "root@acme.example",
        "--name",
        "ci",
        "--scope",
        "chat",
        "--expires",
        "30d",
    ];
    let created = run(penny(folder.path()).args(create));
    assert_eq!(created.status.code(), Some(0), "{}", err(&created));
    let token = out(&created).strip_suffix('\n').unwrap().to_owned();
    assert!(token.starts_with("pny_") && token.len() == 76 && !token.contains('\n'), "{token}");
    let header = format!("Bearer {token}");
    let browser = Browser::at(serving.url.clone());
    let listed = browser.send(Method::GET, "/v1/conversations", None, &[("authorization", &header)]).await;
    assert_eq!(listed.status, StatusCode::OK);
    for (args, message) in [
        (&["--email", "nobody@acme.example", "--name", "x"][..], "There is no account"),
        (
            &["--email", "root@acme.example", "--name", "x", "--scope", "everything"],
            "There is no such scope.",
        ),
        (&["--email", "root@acme.example", "--name", "x", "--tenant", "globex"], "There is no company"),
        (&["--email", "root@acme.example", "--name", "x", "--expires", "soon"], "expected a positive number"),
    ] {
        let refused = run(penny(folder.path()).args(["token", "create"]).args(args));
        assert!(!refused.status.success() && out(&refused).is_empty());
        assert!(err(&refused).contains(message), "{}", err(&refused));
    }
    assert!(serving.terminate().success(), "the server exits successfully on SIGTERM");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_can_be_created_for_the_first_administrator() {
    let folder = tempfile::tempdir().unwrap();
    let serving = ServeProcess::start(penny(folder.path()));
    assert!(serving.output.contains("Sign in as admin@localhost with this link"), "{}", serving.output);
    let create = ["token", "create", "--email", "admin@localhost", "--name", "me"];
    let created = run(penny(folder.path()).args(create));
    assert_eq!(created.status.code(), Some(0), "{}", err(&created));
    let header = format!("Bearer {}", out(&created).trim());
    let browser = Browser::at(serving.url.clone());
    let listed = browser.send(Method::GET, "/v1/tools", None, &[("authorization", &header)]).await;
    assert_eq!(listed.status, StatusCode::OK);
}

#[test]
fn an_error_is_printed_once_as_one_line() {
    let folder = tempfile::tempdir().unwrap();
    let root = |args: &[&str]| run(penny(folder.path()).envs(ROOT).args(args));
    let token = ["token", "create", "--email"];
    let cases: [(&[&str], &str); 4] = [
        (&["root@acme.example", "--name", "x", "--scope", "everything"], "There is no such scope."),
        (&["root@acme.example", "--name", ""], "A token has a name of 1 to 80 characters."),
        (
            &["nobody@acme.example", "--name", "x"],
            "There is no account with the address nobody@acme.example.",
        ),
        (
            &["root@acme.example", "--name", "x", "--tenant", "globex"],
            "There is no company with the short name globex.",
        ),
    ];
    for (args, message) in cases {
        let refused = root(&[&token[..], args].concat());
        assert_eq!(
            (err(&refused).as_str(), refused.status.code()),
            (format!("penny: {message}\n").as_str(), Some(1))
        );
    }
    let link = root(&["link", "create", "--email", "nobody"]);
    assert_eq!(err(&link), "penny: There is no account with the address nobody.\n");
    let company = ["tenant", "create", "--slug", "acme", "--name", "Acme"];
    assert!(root(&company).status.success());
    assert_eq!(err(&root(&company)), "penny: Another company already has this short name.\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn tenant_create_works_while_the_server_runs() {
    let folder = tempfile::tempdir().unwrap();
    let serving = ServeProcess::start(penny(folder.path()));
    let link = serving.link.clone().expect("a sign-in link is printed");
    let (secret, logo) = (folder.path().join("secret"), folder.path().join("logo.svg"));
    std::fs::write(&secret, "correct horse battery\n").unwrap();
    std::fs::write(&logo, "<svg xmlns=\"http://www.w3.org/2000/svg\"><path d=\"M0 0h8v8z\"/></svg>").unwrap();
    let mut create = penny(folder.path());
    create.args(["tenant", "create", "--slug", "globex", "--name", "Globex", "--host", "globex.example"]);
    create.args([
        "--product-name",
        "Desk",
        "--accent",
        "#7c3aed",
        "--locale",
        "es",
        "--admin",
        "hank@globex.example",
    ]);
    create.arg("--admin-password-file").arg(&secret).arg("--logo").arg(&logo);
    let created = run(&mut create);
    assert!(out(&created).starts_with("ten_") && out(&created).lines().count() == 1, "{}", err(&created));
    assert!(err(&run(&mut create)).contains("already has this short name"));

    let globex_browser = Browser::at(serving.url.clone()).with_host("globex.example");
    assert_eq!(globex_browser.sign_in("hank@globex.example", "correct horse battery").await.location(), "/");
    let brand = &globex_browser.viewer().await.unwrap()["brand"];
    assert_eq!((&brand["productName"], &brand["accent"]), (&"Desk".into(), &"#7c3aed".into()));
    assert!(brand["logoUrl"].as_str().unwrap().starts_with("data:image/svg+xml;base64,"));
    let path = link.strip_prefix(&serving.url).unwrap();
    assert_eq!(
        globex_browser.post(path, &[]).await.location(),
        "/sign-in?error=link",
        "the link is not valid on another tenant's host"
    );
    let link = [
        "link",
        "create",
        "--email",
        "hank@globex.example",
        "--tenant",
        "globex",
        "--url",
        "http://globex.example",
    ];
    let printed = run(penny(folder.path()).args(link));
    let path = out(&printed).trim().strip_prefix("http://globex.example").unwrap().to_owned();
    let fresh = Browser::at(serving.url.clone()).with_host("globex.example");
    assert_eq!(fresh.post(&path, &[]).await.location(), "/");
}

#[tokio::test(flavor = "multi_thread")]
async fn ask_and_turn_follow_print_a_turn() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = penny(folder.path());
    let serving = ServeProcess::start({
        command.envs(ROOT);
        command
    });
    let token = out(&run(penny(folder.path()).args([
        "token",
        "create",
        "--email",
        "root@acme.example",
        "--name",
        "cli",
    ])));
    let connection = ["--url", serving.url.as_str(), "--token", token.trim()];
    let response = run(penny(folder.path()).args(["ask", "Hello", "there"]).args(connection));
    assert!(
        response.status.success() && out(&response).trim().len() > 10,
        "{} {}",
        out(&response),
        err(&response)
    );
    let turn = err(&response).split_whitespace().find(|word| word.starts_with("trn_")).unwrap().to_owned();

    let follow_turn = |after: &str| -> Vec<Value> {
        let output = run(penny(folder.path())
            .args(["turn", "follow", &turn, "--after", after, "--json"])
            .args(connection));
        assert!(output.status.success(), "{}", err(&output));
        out(&output).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    };
    let all = follow_turn("0");
    assert_eq!(all.first().unwrap()["event"], "started");
    assert_eq!(all.last().unwrap()["event"], "finished");
    let text = |events: &[Value]| -> String {
        events.iter().filter(|e| e["event"] == "delta").map(|e| e["data"]["text"].as_str().unwrap()).collect()
    };
    assert_eq!(text(&all).trim(), out(&response).trim());
    let middle = all[all.len() / 2]["seq"].as_u64().unwrap();
    let rest = follow_turn(&middle.to_string());
    assert!(rest.iter().all(|event| event["seq"].as_u64().unwrap() > middle));
    let whole = text(&all);
    assert!(whole.ends_with(&text(&rest)), "text is lost or duplicated");
    let detached = run(penny(folder.path()).args(["ask", "--detach", "Again"]).args(connection));
    assert!(out(&detached).starts_with("trn_"));
    let rejected = run(penny(folder.path()).args(["ask", "x", "--url", &serving.url, "--token", "pny_x"]));
    assert!(!rejected.status.success() && err(&rejected).contains("401"), "{}", err(&rejected));
}

#[test]
fn the_doctor_reports_problems_and_how_to_fix_them() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = penny(folder.path());
    command.arg("doctor").env("LANG", "es_ES.UTF-8").env("PENNY__HTTP__SITE_DIR", folder.path());
    command.env("PENNY__MODELS__OPENAI_COMPATIBLE__BASE_URL", "http://127.0.0.1:9/v1");
    let output = run(&mut command);
    assert_eq!(output.status.code(), Some(1), "problems set the exit code");
    let report = out(&output);
    for part in [
        "✓ Configuración",
        "· Carpeta de datos",
        "· Base de datos",
        "✗ Modelos",
        "✗ Interfaz web",
        "→ Ejecuta `make build`",
    ] {
        assert!(report.contains(part), "{part} is missing in\n{report}");
    }
    assert!(!report.contains("doctor-"), "a message is missing:\n{report}");
    assert!(!folder.path().join("data").exists(), "the doctor creates no files");
    let invalid_config = run(penny(folder.path()).arg("doctor").env("PENNY__HTTP__PORT", "1"));
    assert!(out(&invalid_config).contains("✗ Configuration") && out(&invalid_config).contains("http.port"));
}

/// Runs `doctor` and returns its output.
fn doctor_report(command: &mut Command) -> String {
    out(&run(command.arg("doctor")))
}

#[test]
fn the_doctor_reports_a_data_folder_that_cannot_be_created() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, "").unwrap();
    for dir in [Path::new("/proc/x"), &file.join("deep/data")] {
        let report = doctor_report(penny(folder.path()).env("PENNY__DATA__DIR", dir));
        assert!(
            report.contains("✗ Data folder") && !report.contains("Database"),
            "{}: {report}",
            dir.display()
        );
    }
    let report = doctor_report(penny(folder.path()).env("PENNY__DATA__DIR", folder.path().join("deep/data")));
    assert!(report.contains("· Data folder") && !folder.path().join("deep").exists(), "{report}");
}

#[test]
fn the_doctor_reports_whether_the_address_is_in_use() {
    let folder = tempfile::tempdir().unwrap();
    let other = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let report_for = |address: &str| doctor_report(penny(folder.path()).env("PENNY__HTTP__ADDR", address));
    let report = report_for(&other.local_addr().unwrap().to_string());
    assert!(report.contains("✗ Address: another program listens at"), "{report}");
    let serving = ServeProcess::start(penny(folder.path()));
    let report = report_for(serving.url.strip_prefix("http://").unwrap());
    assert!(report.contains("· Address: PENNY is already running at"), "{report}");
    // TEST-NET-1 (RFC 5737) is assigned to no machine.
    assert!(report_for("192.0.2.1:80").contains("✗ Address"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_doctor_distinguishes_an_empty_or_missing_model_list_from_an_unreachable_provider() {
    let folder = tempfile::tempdir().unwrap();
    for (model_list, expected) in [
        (MockModelList::default(), "✓ Models"),
        (MockModelList::not_found(), "· Models"),
        (MockModelList::with_names(&[]), "· Models"),
    ] {
        let server = MockModelServer::start_with_list(model_list).await;
        let url = server.openai_url();
        let report =
            doctor_report(penny(folder.path()).env("PENNY__MODELS__OPENAI_COMPATIBLE__BASE_URL", url));
        assert!(report.contains(expected), "{expected} is missing in\n{report}");
    }
    // A missing Ollama is a problem only when its URL is not on this machine (`.invalid` never resolves, RFC
    // 2606).
    for (url, expected) in [
        ("http://127.0.0.1:9", "· Models: only the built-in demo"),
        ("http://ollama.invalid:11434", "✗ Models: Ollama is not reachable"),
    ] {
        let report = doctor_report(penny(folder.path()).env("PENNY__MODELS__OLLAMA__BASE_URL", url));
        assert!(report.contains(expected), "{expected} is missing in\n{report}");
    }
}

#[test]
fn the_doctor_checks_the_audit_trail() {
    let folder = tempfile::tempdir().unwrap();
    ServeProcess::start(penny(folder.path())).terminate();
    let report = doctor_report(penny(folder.path()).env("LANG", "es"));
    assert!(report.contains("✓ Registro de auditoría: está íntegro ("), "{report}");
    assert!(!report.contains("(0 "), "records of the start must be chained when the server stops: {report}");
}
