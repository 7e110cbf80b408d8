use super::{
    email,
    password::{self, Hasher, Weakness},
    secrets::{self, SecretHash},
    throttle::Throttle,
    tokens::scopes,
};
use crate::ctx::World;
use chrono::{DateTime, TimeDelta, Utc};
use penny_ports::world::{Clock, Entropy, IdSource};
use penny_types::TenantId;
use secrecy::{ExposeSecret, SecretString};
use std::{
    net::IpAddr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};
use uuid::Uuid;

#[derive(Debug, Default)]
struct Counter(AtomicU64);

impl Clock for Counter {
    fn now(&self) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH
    }
}

impl IdSource for Counter {
    fn mint(&self) -> Uuid {
        Uuid::from_u128(self.0.fetch_add(1, Ordering::Relaxed).into())
    }
}

impl Entropy for Counter {
    fn fill(&self, buffer: &mut [u8]) {
        for byte in buffer {
            *byte = self.0.fetch_add(1, Ordering::Relaxed).to_le_bytes()[0];
        }
    }
}

fn world() -> World {
    let all = Arc::new(Counter::default());
    World { clock: all.clone(), ids: all.clone(), entropy: all }
}

fn secret(text: &str) -> SecretString {
    SecretString::from(text.to_owned())
}

#[test]
fn one_address_has_one_spelling() {
    for (given, expected) in [
        (" Alice@Acme.Example ", Some("alice@acme.example")),
        ("alice+x@acme.example", Some("alice+x@acme.example")),
        ("josé@bücher.example", Some("josé@xn--bcher-kva.example")),
        ("alice", None),
        ("@acme.example", None),
        ("alice@", None),
        ("alice@a b", None),
        ("a b@acme.example", None),
        ("alice@[127.0.0.1]", None),
        ("alice@10.0.0.1", None),
        ("a@b@acme.example", None),
        ("<alice@acme.example>", None),
        ("alice@acme.example\u{0}", None),
    ] {
        assert_eq!(email::normalise(given).as_deref(), expected, "{given}");
    }
    assert_eq!(email::normalise(&format!("{}@acme.example", "x".repeat(65))), None);
}

#[test]
fn a_name_is_made_from_an_address() {
    for (address, name) in
        [("alice.liddell@x.y", "Alice Liddell"), ("bob@x.y", "Bob"), ("_@x.y", "_@x.y"), ("ñu-o@x.y", "Ñu O")]
    {
        assert_eq!(email::name_from(address), name);
    }
}

#[test]
fn a_password_that_is_easily_guessed_is_refused() {
    for (given, expected) in [
        ("short", Err(Weakness::TooShort)),
        ("ñññññññññ", Err(Weakness::TooShort)),
        ("Password123", Err(Weakness::Guessable)),
        ("aaaaaaaaaaaa", Err(Weakness::Guessable)),
        ("1234567890", Err(Weakness::Guessable)),
        ("0987654321", Err(Weakness::Guessable)),
        ("alice-was-here", Err(Weakness::Guessable)),
        ("changeme1!", Err(Weakness::Guessable)),
        ("correct horse battery", Ok(())),
        ("contraseña larga y rara", Ok(())),
    ] {
        assert_eq!(password::check(given, "alice@acme.example"), expected, "{given}");
    }
    assert_eq!(password::check(&"ab1 ".repeat(400), "a@b.c"), Err(Weakness::TooLong));
}

#[tokio::test]
async fn only_the_right_password_is_right() {
    let hasher = Hasher::default();
    let hash = hasher.hash(&secret("correct horse"), [7; 16]).await.unwrap();
    assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
    assert!(hasher.is_right(&secret("correct horse"), Some(&hash)).await.unwrap());
    for wrong in ["", "correct horse ", "Correct horse"] {
        assert!(!hasher.is_right(&secret(wrong), Some(&hash)).await.unwrap(), "{wrong}");
    }
    assert!(!hasher.is_right(&secret("correct horse"), None).await.unwrap());
    assert!(!hasher.is_right(&secret("nobody's password"), None).await.unwrap());
    assert!(!hasher.is_right(&secret("correct horse"), Some("not a hash")).await.unwrap());
    assert!(!hasher.is_right(&secret(&"x".repeat(5000)), Some(&hash)).await.unwrap());
}

#[tokio::test]
async fn an_account_that_is_not_there_costs_as_much_as_one_that_is() {
    let hasher = Hasher::default();
    let hash = hasher.hash(&secret("correct horse"), [7; 16]).await.unwrap();
    let clock = || std::time::Instant::now();
    // The first comparison makes the decoy; what counts is every one after it.
    hasher.is_right(&secret("x"), None).await.unwrap();
    let mut spent = [std::time::Duration::ZERO; 2];
    for _ in 0..5 {
        for (slot, known) in spent.iter_mut().zip([Some(hash.as_str()), None]) {
            let began = clock();
            hasher.is_right(&secret("wrong"), known).await.unwrap();
            *slot += began.elapsed();
        }
    }
    let ratio = spent[0].as_secs_f64() / spent[1].as_secs_f64();
    assert!((0.3..3.0).contains(&ratio), "known {:?}, unknown {:?}", spent[0], spent[1]);
}

#[test]
fn a_token_is_told_from_a_slip_of_the_pen_without_a_look() {
    let (world, hash) = (world(), SecretHash::new([1; 32]));
    let minted = secrets::mint_token(&world, &hash);
    let token = minted.secret.expose_secret().to_owned();
    assert!(token.starts_with("pny_") && token.len() == 76 && minted.prefix == token[..12]);
    assert!(secrets::is_well_formed(&minted.secret));
    assert_eq!(minted.hash, hash.of(token.as_bytes()));
    let mut flipped = token.clone();
    flipped.replace_range(10..11, if &token[10..11] == "0" { "1" } else { "0" });
    for bad in [
        &token[..75],
        &token[1..],
        &token.to_uppercase(),
        &format!("{token}0"),
        &flipped,
        "",
        "pny_",
        "pny_é",
    ] {
        assert!(!secrets::is_well_formed(&secret(bad)), "{bad} was taken");
    }
}

#[test]
fn what_is_stored_depends_on_the_installations_key() {
    let world = world();
    let minted = secrets::mint_link(&world, &SecretHash::new([1; 32]));
    let text = minted.secret.expose_secret();
    assert!(text.len() == 43 && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_'));
    assert_ne!(minted.hash, SecretHash::new([2; 32]).of(text.as_bytes()));
    assert!(!format!("{:?}", SecretHash::new([1; 32])).contains('1'));
}

#[test]
fn every_scope_is_known_once() {
    let all = scopes();
    assert!(all.contains(&"chat") && all.contains(&"tools") && all.windows(2).all(|pair| pair[0] < pair[1]));
}

struct Door {
    throttle: Throttle,
    tenant: TenantId,
    now: DateTime<Utc>,
}

impl Door {
    fn new() -> Self {
        Self {
            throttle: Throttle::default(),
            tenant: TenantId(Uuid::from_u128(1)),
            now: DateTime::UNIX_EPOCH,
        }
    }

    fn fail(&mut self, account: &str, address: &str, times: u32) {
        for _ in 0..times {
            self.throttle.attempt(self.tenant, account, address.parse().ok(), self.now);
        }
    }

    fn wait(&self, account: &str, address: &str) -> u64 {
        let address: Option<IpAddr> = address.parse().ok();
        self.throttle.wait_seconds(self.tenant, account, address, self.now)
    }
}

#[test]
fn waits_grow_with_failures_and_end() {
    let mut door = Door::new();
    door.fail("alice", "10.0.0.1", 4);
    assert_eq!(door.wait("alice", "10.0.0.1"), 0);
    for expected in [1, 2, 4, 8] {
        door.fail("alice", "10.0.0.1", 1);
        assert_eq!(door.wait("alice", "10.0.0.1"), expected);
        door.now += TimeDelta::seconds(i64::try_from(expected).unwrap());
        assert_eq!(door.wait("alice", "10.0.0.1"), 0);
    }
    door.fail("alice", "10.0.0.1", 30);
    assert_eq!(door.wait("alice", "10.0.0.1"), 300);
    door.now += TimeDelta::minutes(15);
    assert_eq!(door.wait("alice", "10.0.0.1"), 0);
    door.fail("alice", "10.0.0.1", 1);
    assert_eq!(door.wait("alice", "10.0.0.1"), 0, "all was forgiven");
}

#[test]
fn somebody_who_guesses_slows_down_only_themselves() {
    let mut door = Door::new();
    door.fail("alice", "10.6.6.6", 40);
    assert!(door.wait("alice", "10.6.6.6") > 0);
    assert_eq!(door.wait("alice", "10.0.0.1"), 0, "alice at her own desk");
    assert_eq!(door.wait("bob", "10.6.6.6"), 0, "a colleague behind the same address");
    door.fail("carol", "10.6.6.6", 15);
    assert!(door.wait("bob", "10.6.6.6") > 0, "an address that guesses at everybody");
}

#[test]
fn an_ipv6_household_counts_as_one() {
    let mut door = Door::new();
    for host in 1..=9 {
        door.fail("alice", &format!("2001:db8::{host}"), 1);
    }
    assert!(door.wait("alice", "2001:db8::ffff") > 0);
    assert_eq!(door.wait("alice", "2001:db8:0:1::1"), 0);
    door.fail("bob", "::ffff:10.0.0.9", 9);
    assert!(door.wait("bob", "10.0.0.9") > 0);
}

#[test]
fn the_right_password_forgives_the_account_and_not_the_guessing() {
    let mut door = Door::new();
    door.fail("alice", "10.0.0.1", 9);
    door.throttle.succeeded(door.tenant, "alice", "10.0.0.1".parse().ok());
    assert_eq!(door.wait("alice", "10.0.0.1"), 0);
    door.fail("bob", "10.0.0.1", 60);
    door.throttle.succeeded(door.tenant, "alice", "10.0.0.1".parse().ok());
    assert!(door.wait("alice", "10.0.0.1") > 0);
}

#[test]
fn strangers_cannot_fill_the_memory() {
    let mut door = Door::new();
    for number in 0..30_000_u32 {
        door.now += TimeDelta::milliseconds(1);
        door.throttle.attempt(door.tenant, &format!("user{number}"), None, door.now);
    }
    assert!(door.throttle.len() <= 20_001, "{}", door.throttle.len());
    door.fail("alice", "10.0.0.1", 9);
    assert!(door.wait("alice", "10.0.0.1") > 0, "the newest are kept");
}

#[test]
fn guessing_at_one_company_slows_nobody_down_at_another() {
    let mut door = Door::new();
    for account in ["alice", "bob", "carol", "dave"] {
        door.fail(account, "10.6.6.6", 20);
    }
    assert!(door.wait("erin", "10.6.6.6") > 0);
    door.tenant = TenantId(Uuid::from_u128(2));
    assert_eq!(door.wait("erin", "10.6.6.6"), 0);
}

#[test]
fn a_wait_that_is_not_kept_is_news_once() {
    let mut door = Door::new();
    let news = |door: &Door| door.throttle.is_news(door.tenant, "alice", "10.0.0.1".parse().ok());
    door.fail("alice", "10.0.0.1", 5);
    assert_eq!((news(&door), news(&door)), (true, false));
    door.fail("alice", "10.0.0.1", 1);
    assert_eq!((news(&door), news(&door)), (true, false));
}

#[test]
fn an_address_is_kept_by_its_first_letter_and_its_domain() {
    for (typed, expected) in [
        ("alice@acme.example", "a***@acme.example"),
        ("a b@c@d.example", "a***@d.example"),
        ("@acme.example", "***@acme.example"),
        ("correct horse", "***"),
        ("", "***"),
    ] {
        assert_eq!(email::masked(typed), expected);
    }
}
