//! The program itself, as an operator runs it: serving, making tokens and companies, asking, the doctor.

use crate::sign_in_app::Browser;
use penny_testkit::models::{Listing, MockModels};
use reqwest::{Method, StatusCode};
use serde_json::Value;
use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Output, Stdio},
    sync::mpsc,
    time::Duration,
};

/// The program with a data folder of its own and none of our variables.
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

/// A serving program; killed when dropped.
struct Serving {
    child: Child,
    url: String,
    link: Option<String>,
    /// What it printed beside where it is.
    said: String,
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Serving {
    /// Starts to serve and waits for the lines that say where.
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
            || receive.recv_timeout(Duration::from_secs(60)).expect("the server says that it is ready");
        let url = loop {
            if let Some(at) = next().split("http://").nth(1) {
                break format!("http://{at}");
            }
        };
        // The link follows at once where there is one.
        let (mut link, mut said) = (None, String::new());
        while let Ok(line) = receive.recv_timeout(Duration::from_millis(300)) {
            if line.contains("/auth/link/") {
                link = Some(line.trim().to_owned());
            }
            said.push_str(&line);
        }
        Self { child, url, link, said }
    }

    fn end(&mut self) -> std::process::ExitStatus {
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
fn contracts_are_printed_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let config = run(penny(folder.path()).args(["schema", "config"]));
    assert_eq!(out(&config), penny::config::REFERENCE);
    let graphql = run(penny(folder.path()).args(["schema", "graphql"]));
    assert!(out(&graphql).contains("type Query") && err(&graphql).is_empty());
    let openapi = run(penny(folder.path()).args(["schema", "openapi"]));
    assert!(serde_json::from_str::<Value>(&out(&openapi)).unwrap()["paths"].is_object());
    assert!(!folder.path().join("data").exists(), "printing a contract touches nothing");
}

#[test]
fn a_wrong_configuration_is_said_in_words() {
    let folder = tempfile::tempdir().unwrap();
    for (name, value, words) in [
        ("PENNY__HTTP__PORT", "80", "there is no key `http.port`"),
        ("PENNY__DATABASE__URL", "mysql://root:hunter2@x/y", "database.url must begin with"),
        ("PENNY_CONFIG", "/nowhere.toml", "there is no configuration file /nowhere.toml"),
    ] {
        let output = run(penny(folder.path()).arg("serve").env(name, value));
        assert_eq!(output.status.code(), Some(1));
        assert!(err(&output).contains(words) && !err(&output).contains("hunter2"), "{}", err(&output));
        assert!(out(&output).is_empty() && !err(&output).contains("panicked"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_is_printed_alone_and_works_while_the_server_runs() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = penny(folder.path());
    let mut serving = Serving::start({
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
    let made = run(penny(folder.path()).args(create));
    assert_eq!(made.status.code(), Some(0), "{}", err(&made));
    let token = out(&made).strip_suffix('\n').unwrap().to_owned();
    assert!(token.starts_with("pny_") && token.len() == 76 && !token.contains('\n'), "{token}");
    let header = format!("Bearer {token}");
    let browser = Browser::at(serving.url.clone());
    let listed = browser.send(Method::GET, "/v1/conversations", None, &[("authorization", &header)]).await;
    assert_eq!(listed.status, StatusCode::OK);
    for (args, words) in [
        (&["--email", "nobody@acme.example", "--name", "x"][..], "There is no account"),
        (
            &["--email", "root@acme.example", "--name", "x", "--scope", "everything"],
            "There is no such scope.",
        ),
        (&["--email", "root@acme.example", "--name", "x", "--tenant", "globex"], "There is no company"),
        (&["--email", "root@acme.example", "--name", "x", "--expires", "soon"], "a duration is"),
    ] {
        let refused = run(penny(folder.path()).args(["token", "create"]).args(args));
        assert!(!refused.status.success() && out(&refused).is_empty());
        assert!(err(&refused).contains(words), "{}", err(&refused));
    }
    assert!(serving.end().success(), "asked to end, it ends well");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_administrator_has_an_address_by_which_a_token_is_made() {
    let folder = tempfile::tempdir().unwrap();
    let serving = Serving::start(penny(folder.path()));
    assert!(serving.said.contains("Sign in as admin@localhost with this link"), "{}", serving.said);
    let create = ["token", "create", "--email", "admin@localhost", "--name", "me"];
    let made = run(penny(folder.path()).args(create));
    assert_eq!(made.status.code(), Some(0), "{}", err(&made));
    let header = format!("Bearer {}", out(&made).trim());
    let browser = Browser::at(serving.url.clone());
    let listed = browser.send(Method::GET, "/v1/tools", None, &[("authorization", &header)]).await;
    assert_eq!(listed.status, StatusCode::OK);
}

#[test]
fn what_goes_wrong_is_said_once_and_in_a_persons_words() {
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
    for (args, words) in cases {
        let refused = root(&[&token[..], args].concat());
        assert_eq!(
            (err(&refused).as_str(), refused.status.code()),
            (format!("penny: {words}\n").as_str(), Some(1))
        );
    }
    let link = root(&["link", "create", "--email", "nobody"]);
    assert_eq!(err(&link), "penny: There is no account with the address nobody.\n");
    let company = ["tenant", "create", "--slug", "acme", "--name", "Acme"];
    assert!(root(&company).status.success());
    assert_eq!(err(&root(&company)), "penny: Another company already has this short name.\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_company_is_made_beside_a_running_server() {
    let folder = tempfile::tempdir().unwrap();
    let serving = Serving::start(penny(folder.path()));
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
    let made = run(&mut create);
    assert!(out(&made).starts_with("ten_") && out(&made).lines().count() == 1, "{}", err(&made));
    assert!(err(&run(&mut create)).contains("already has this short name"));

    let there = Browser::at(serving.url.clone()).by_host("globex.example");
    assert_eq!(there.sign_in("hank@globex.example", "correct horse battery").await.location(), "/");
    let brand = &there.viewer().await.unwrap()["brand"];
    assert_eq!((&brand["productName"], &brand["accent"]), (&"Desk".into(), &"#7c3aed".into()));
    assert!(brand["logoUrl"].as_str().unwrap().starts_with("data:image/svg+xml;base64,"));
    let path = link.strip_prefix(&serving.url).unwrap();
    assert_eq!(
        there.post(path, &[]).await.location(),
        "/sign-in?error=link",
        "not at another company's door"
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
    let place = out(&printed).trim().strip_prefix("http://globex.example").unwrap().to_owned();
    let fresh = Browser::at(serving.url.clone()).by_host("globex.example");
    assert_eq!(fresh.post(&place, &[]).await.location(), "/");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_turn_is_asked_for_and_followed_from_the_command_line() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = penny(folder.path());
    let serving = Serving::start({
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
    let at = ["--url", serving.url.as_str(), "--token", token.trim()];
    let asked = run(penny(folder.path()).args(["ask", "Hello", "there"]).args(at));
    assert!(asked.status.success() && out(&asked).trim().len() > 10, "{} {}", out(&asked), err(&asked));
    let turn = err(&asked).split_whitespace().find(|word| word.starts_with("trn_")).unwrap().to_owned();

    let events = |after: &str| -> Vec<Value> {
        let output =
            run(penny(folder.path()).args(["turn", "follow", &turn, "--after", after, "--json"]).args(at));
        assert!(output.status.success(), "{}", err(&output));
        out(&output).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    };
    let all = events("0");
    assert_eq!(all.first().unwrap()["event"], "started");
    assert_eq!(all.last().unwrap()["event"], "finished");
    let text = |events: &[Value]| -> String {
        events.iter().filter(|e| e["event"] == "delta").map(|e| e["data"]["text"].as_str().unwrap()).collect()
    };
    assert_eq!(text(&all).trim(), out(&asked).trim());
    let middle = all[all.len() / 2]["seq"].as_u64().unwrap();
    let rest = events(&middle.to_string());
    assert!(rest.iter().all(|event| event["seq"].as_u64().unwrap() > middle));
    let whole = text(&all);
    assert!(whole.ends_with(&text(&rest)), "nothing lost, nothing doubled");
    let detached = run(penny(folder.path()).args(["ask", "--detach", "Again"]).args(at));
    assert!(out(&detached).starts_with("trn_"));
    let wrong = run(penny(folder.path()).args(["ask", "x", "--url", &serving.url, "--token", "pny_x"]));
    assert!(!wrong.status.success() && err(&wrong).contains("401"), "{}", err(&wrong));
}

#[test]
fn the_doctor_says_what_is_off_and_how_to_mend_it() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = penny(folder.path());
    command.arg("doctor").env("LANG", "es_ES.UTF-8").env("PENNY__HTTP__SITE_DIR", folder.path());
    command.env("PENNY__MODELS__OPENAI_COMPATIBLE__BASE_URL", "http://127.0.0.1:9/v1");
    let output = run(&mut command);
    assert_eq!(output.status.code(), Some(1), "what is off shows in the exit code");
    let words = out(&output);
    for part in [
        "✓ Configuración",
        "· Carpeta de datos",
        "· Base de datos",
        "✗ Modelos",
        "✗ Página",
        "→ Ejecuta `make build`",
    ] {
        assert!(words.contains(part), "{part} is missing in\n{words}");
    }
    assert!(!words.contains("doctor-"), "every sentence exists:\n{words}");
    assert!(!folder.path().join("data").exists(), "looking changes nothing");
    let wrong = run(penny(folder.path()).arg("doctor").env("PENNY__HTTP__PORT", "1"));
    assert!(out(&wrong).contains("✗ Configuration") && out(&wrong).contains("http.port"));
}

/// What the doctor says about one thing, on one line each.
fn diagnosis(command: &mut Command) -> String {
    out(&run(command.arg("doctor")))
}

#[test]
fn the_doctor_sees_a_folder_that_cannot_be_made() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, "").unwrap();
    for dir in [Path::new("/proc/x"), &file.join("deep/data")] {
        let words = diagnosis(penny(folder.path()).env("PENNY__DATA__DIR", dir));
        assert!(words.contains("✗ Data folder") && !words.contains("Database"), "{}: {words}", dir.display());
    }
    let words = diagnosis(penny(folder.path()).env("PENNY__DATA__DIR", folder.path().join("deep/data")));
    assert!(words.contains("· Data folder") && !folder.path().join("deep").exists(), "{words}");
}

#[test]
fn the_doctor_sees_who_has_the_port() {
    let folder = tempfile::tempdir().unwrap();
    let other = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let at = |address: &str| diagnosis(penny(folder.path()).env("PENNY__HTTP__ADDR", address));
    let words = at(&other.local_addr().unwrap().to_string());
    assert!(words.contains("✗ Address: another program listens at"), "{words}");
    let serving = Serving::start(penny(folder.path()));
    let words = at(serving.url.strip_prefix("http://").unwrap());
    assert!(words.contains("· Address: a PENNY answers at"), "{words}");
    // TEST-NET-1 (RFC 5737): no machine has it.
    assert!(at("192.0.2.1:80").contains("✗ Address"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_doctor_tells_a_provider_without_a_list_from_one_that_does_not_answer() {
    let folder = tempfile::tempdir().unwrap();
    for (listing, words) in
        [(Listing::default(), "✓ Models"), (Listing::none(), "· Models"), (Listing::of(&[]), "· Models")]
    {
        let server = MockModels::start_listing(listing).await;
        let url = server.openai_url();
        let said = diagnosis(penny(folder.path()).env("PENNY__MODELS__OPENAI_COMPATIBLE__BASE_URL", url));
        assert!(said.contains(words), "{words} is missing in\n{said}");
    }
    // On this machine it is only looked for; on another it was wanted (RFC 2606: no machine has that name).
    for (url, words) in [
        ("http://127.0.0.1:9", "· Models: none but the built-in demo"),
        ("http://ollama.invalid:11434", "✗ Models: no Ollama answers"),
    ] {
        let said = diagnosis(penny(folder.path()).env("PENNY__MODELS__OLLAMA__BASE_URL", url));
        assert!(said.contains(words), "{words} is missing in\n{said}");
    }
}

#[test]
fn the_doctor_checks_the_audit_trail() {
    let folder = tempfile::tempdir().unwrap();
    Serving::start(penny(folder.path())).end();
    let words = diagnosis(penny(folder.path()).env("LANG", "es"));
    assert!(words.contains("✓ Registro de auditoría: está íntegro ("), "{words}");
    assert!(!words.contains("(0 "), "what was done at the start is chained at the end: {words}");
}
