use super::{
    email,
    password::{self, Hasher, PasswordWeakness},
    secrets::{self, SecretHasher},
    throttle::Throttle,
    tokens::scopes,
};
use chrono::{DateTime, TimeDelta, Utc};
use penny_kernel::ctx::SystemPorts;
use penny_ports::system::{Clock, IdGenerator, RandomSource};
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
struct SequentialPorts(AtomicU64);

impl Clock for SequentialPorts {
    fn now(&self) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH
    }
}

impl IdGenerator for SequentialPorts {
    fn new_id(&self) -> Uuid {
        Uuid::from_u128(self.0.fetch_add(1, Ordering::Relaxed).into())
    }
}

impl RandomSource for SequentialPorts {
    fn fill_bytes(&self, buffer: &mut [u8]) {
        for byte in buffer {
            *byte = self.0.fetch_add(1, Ordering::Relaxed).to_le_bytes()[0];
        }
    }
}

fn system() -> SystemPorts {
    let all = Arc::new(SequentialPorts::default());
    SystemPorts { clock: all.clone(), ids: all.clone(), random: all }
}

fn secret(text: &str) -> SecretString {
    SecretString::from(text.to_owned())
}

#[test]
fn email_addresses_are_normalised() {
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
fn display_names_are_derived_from_addresses() {
    for (address, name) in
        [("alice.liddell@x.y", "Alice Liddell"), ("bob@x.y", "Bob"), ("_@x.y", "_@x.y"), ("ñu-o@x.y", "Ñu O")]
    {
        assert_eq!(email::display_name_from(address), name);
    }
}

#[test]
fn weak_passwords_are_rejected() {
    for (given, expected) in [
        ("short", Err(PasswordWeakness::TooShort)),
        ("ñññññññññ", Err(PasswordWeakness::TooShort)),
        ("Password123", Err(PasswordWeakness::Guessable)),
        ("aaaaaaaaaaaa", Err(PasswordWeakness::Guessable)),
        ("1234567890", Err(PasswordWeakness::Guessable)),
        ("0987654321", Err(PasswordWeakness::Guessable)),
        ("alice-was-here", Err(PasswordWeakness::Guessable)),
        ("changeme1!", Err(PasswordWeakness::Guessable)),
        ("correct horse battery", Ok(())),
        ("contraseña larga y rara", Ok(())),
    ] {
        assert_eq!(password::check(given, "alice@acme.example"), expected, "{given}");
    }
    assert_eq!(password::check(&"ab1 ".repeat(400), "a@b.c"), Err(PasswordWeakness::TooLong));
}

#[tokio::test]
async fn only_the_correct_password_verifies() {
    let hasher = Hasher::default();
    let hash = hasher.hash(&secret("correct horse"), [7; 16]).await.unwrap();
    assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
    assert!(hasher.verify(&secret("correct horse"), Some(&hash)).await.unwrap());
    for wrong in ["", "correct horse ", "Correct horse"] {
        assert!(!hasher.verify(&secret(wrong), Some(&hash)).await.unwrap(), "{wrong}");
    }
    assert!(!hasher.verify(&secret("correct horse"), None).await.unwrap());
    assert!(!hasher.verify(&secret("dummy password"), None).await.unwrap());
    assert!(!hasher.verify(&secret("correct horse"), Some("not a hash")).await.unwrap());
    assert!(!hasher.verify(&secret(&"x".repeat(5000)), Some(&hash)).await.unwrap());
}

#[tokio::test]
async fn an_unknown_account_takes_as_long_as_a_known_one() {
    let hasher = Hasher::default();
    let hash = hasher.hash(&secret("correct horse"), [7; 16]).await.unwrap();
    let clock = || std::time::Instant::now();
    // The first verification computes the dummy hash, so it is not measured.
    hasher.verify(&secret("x"), None).await.unwrap();
    let mut spent = [std::time::Duration::ZERO; 2];
    for _ in 0..5 {
        for (slot, known) in spent.iter_mut().zip([Some(hash.as_str()), None]) {
            let began = clock();
            hasher.verify(&secret("wrong"), known).await.unwrap();
            *slot += began.elapsed();
        }
    }
    let ratio = spent[0].as_secs_f64() / spent[1].as_secs_f64();
    assert!((0.3..3.0).contains(&ratio), "known {:?}, unknown {:?}", spent[0], spent[1]);
}

#[test]
fn malformed_tokens_are_recognised_without_a_lookup() {
    let (system, hash) = (system(), SecretHasher::new([1; 32]));
    let issued = secrets::generate_token(&system, &hash);
    let token = issued.secret.expose_secret().to_owned();
    assert!(token.starts_with("pny_") && token.len() == 76 && issued.prefix == token[..12]);
    assert!(secrets::is_well_formed(&issued.secret));
    assert_eq!(issued.hash, hash.hash(token.as_bytes()));
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
        assert!(!secrets::is_well_formed(&secret(bad)), "{bad} was accepted");
    }
}

#[test]
fn stored_hashes_depend_on_the_installation_key() {
    let system = system();
    let issued = secrets::generate_link_secret(&system, &SecretHasher::new([1; 32]));
    let text = issued.secret.expose_secret();
    assert!(text.len() == 43 && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_'));
    assert_ne!(issued.hash, SecretHasher::new([2; 32]).hash(text.as_bytes()));
    assert!(!format!("{:?}", SecretHasher::new([1; 32])).contains('1'));
}

#[test]
fn scopes_are_sorted_and_unique() {
    let all = scopes();
    assert!(all.contains(&"chat") && all.contains(&"tools") && all.windows(2).all(|pair| pair[0] < pair[1]));
}

struct ThrottleFixture {
    throttle: Throttle,
    tenant: TenantId,
    now: DateTime<Utc>,
}

impl ThrottleFixture {
    fn new() -> Self {
        Self {
            throttle: Throttle::default(),
            tenant: TenantId(Uuid::from_u128(1)),
            now: DateTime::UNIX_EPOCH,
        }
    }

    fn fail(&mut self, account: &str, address: &str, times: u32) {
        for _ in 0..times {
            self.throttle.record_attempt(self.tenant, account, address.parse().ok(), self.now);
        }
    }

    fn wait(&self, account: &str, address: &str) -> u64 {
        let address: Option<IpAddr> = address.parse().ok();
        self.throttle.wait_seconds(self.tenant, account, address, self.now)
    }
}

#[test]
fn waits_grow_with_failures_and_expire() {
    let mut fixture = ThrottleFixture::new();
    fixture.fail("alice", "10.0.0.1", 4);
    assert_eq!(fixture.wait("alice", "10.0.0.1"), 0);
    for expected in [1, 2, 4, 8] {
        fixture.fail("alice", "10.0.0.1", 1);
        assert_eq!(fixture.wait("alice", "10.0.0.1"), expected);
        fixture.now += TimeDelta::seconds(i64::try_from(expected).unwrap());
        assert_eq!(fixture.wait("alice", "10.0.0.1"), 0);
    }
    fixture.fail("alice", "10.0.0.1", 30);
    assert_eq!(fixture.wait("alice", "10.0.0.1"), 300);
    fixture.now += TimeDelta::minutes(15);
    assert_eq!(fixture.wait("alice", "10.0.0.1"), 0);
    fixture.fail("alice", "10.0.0.1", 1);
    assert_eq!(fixture.wait("alice", "10.0.0.1"), 0, "the count was not reset");
}

#[test]
fn guessing_delays_only_the_guessing_address() {
    let mut fixture = ThrottleFixture::new();
    fixture.fail("alice", "10.6.6.6", 40);
    assert!(fixture.wait("alice", "10.6.6.6") > 0);
    assert_eq!(fixture.wait("alice", "10.0.0.1"), 0, "alice at another address");
    assert_eq!(fixture.wait("bob", "10.6.6.6"), 0, "another account from the same address");
    fixture.fail("carol", "10.6.6.6", 15);
    assert!(fixture.wait("bob", "10.6.6.6") > 0, "an address that tries many accounts");
}

#[test]
fn addresses_of_one_ipv6_network_share_a_count() {
    let mut fixture = ThrottleFixture::new();
    for host in 1..=9 {
        fixture.fail("alice", &format!("2001:db8::{host}"), 1);
    }
    assert!(fixture.wait("alice", "2001:db8::ffff") > 0);
    assert_eq!(fixture.wait("alice", "2001:db8:0:1::1"), 0);
    fixture.fail("bob", "::ffff:10.0.0.9", 9);
    assert!(fixture.wait("bob", "10.0.0.9") > 0);
}

#[test]
fn a_success_clears_the_account_but_not_the_address() {
    let mut fixture = ThrottleFixture::new();
    fixture.fail("alice", "10.0.0.1", 9);
    fixture.throttle.record_success(fixture.tenant, "alice", "10.0.0.1".parse().ok());
    assert_eq!(fixture.wait("alice", "10.0.0.1"), 0);
    fixture.fail("bob", "10.0.0.1", 60);
    fixture.throttle.record_success(fixture.tenant, "alice", "10.0.0.1".parse().ok());
    assert!(fixture.wait("alice", "10.0.0.1") > 0);
}

#[test]
fn the_number_of_counts_is_bounded() {
    let mut fixture = ThrottleFixture::new();
    for number in 0..30_000_u32 {
        fixture.now += TimeDelta::milliseconds(1);
        fixture.throttle.record_attempt(fixture.tenant, &format!("user{number}"), None, fixture.now);
    }
    assert!(fixture.throttle.len() <= 20_001, "{}", fixture.throttle.len());
    fixture.fail("alice", "10.0.0.1", 9);
    assert!(fixture.wait("alice", "10.0.0.1") > 0, "the newest counts were not kept");
}

#[test]
fn counts_are_separate_for_each_tenant() {
    let mut fixture = ThrottleFixture::new();
    for account in ["alice", "bob", "carol", "dave"] {
        fixture.fail(account, "10.6.6.6", 20);
    }
    assert!(fixture.wait("erin", "10.6.6.6") > 0);
    fixture.tenant = TenantId(Uuid::from_u128(2));
    assert_eq!(fixture.wait("erin", "10.6.6.6"), 0);
}

#[test]
fn each_wait_is_recorded_once() {
    let mut fixture = ThrottleFixture::new();
    let is_first = |fixture: &ThrottleFixture| {
        fixture.throttle.mark_recorded(fixture.tenant, "alice", "10.0.0.1".parse().ok())
    };
    fixture.fail("alice", "10.0.0.1", 5);
    assert_eq!((is_first(&fixture), is_first(&fixture)), (true, false));
    fixture.fail("alice", "10.0.0.1", 1);
    assert_eq!((is_first(&fixture), is_first(&fixture)), (true, false));
}

#[test]
fn masked_addresses_keep_the_first_letter_and_the_domain() {
    for (typed, expected) in [
        ("alice@acme.example", "a***@acme.example"),
        ("a b@c@d.example", "a***@d.example"),
        ("@acme.example", "***@acme.example"),
        ("correct horse", "***"),
        ("", "***"),
    ] {
        assert_eq!(email::mask(typed), expected);
    }
}
