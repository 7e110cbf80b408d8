use super::rules::{NewTenant, host_name, validate};

#[test]
fn hosts_are_normalised() {
    for (given, expected) in [
        ("Penny.Example", Some("penny.example")),
        ("penny.example:8443", Some("penny.example")),
        ("penny.example.", Some("penny.example")),
        ("bücher.example", Some("xn--bcher-kva.example")),
        ("localhost:3000", Some("localhost")),
        ("127.0.0.1:3000", None),
        ("[::1]:3000", None),
        ("a b", None),
        ("user@penny.example", None),
        ("penny.example/x", None),
        ("penny.example:http", None),
        ("", None),
    ] {
        assert_eq!(host_name(given).as_deref(), expected, "{given}");
    }
}

#[test]
fn tenant_fields_are_validated() {
    let valid = NewTenant {
        hosts: vec!["B.example:1".into(), "a.example".into(), "b.example".into()],
        ..NewTenant::with_defaults("globex", " Globex ")
    };
    let new = validate(valid.clone()).unwrap();
    assert_eq!(
        (new.name.as_str(), new.hosts),
        ("Globex", vec!["a.example".to_owned(), "b.example".to_owned()])
    );
    for (field, bad) in [
        ("slug", NewTenant { slug: "Globex".into(), ..valid.clone() }),
        ("slug", NewTenant { slug: "-x".into(), ..valid.clone() }),
        ("name", NewTenant { name: "\t".into(), ..valid.clone() }),
        ("currency", NewTenant { currency: "euro".into(), ..valid.clone() }),
        ("timeZone", NewTenant { time_zone: "Mars/Olympus".into(), ..valid.clone() }),
        ("host", NewTenant { hosts: vec!["10.0.0.1".into()], ..valid.clone() }),
    ] {
        let error = validate(bad).unwrap_err();
        assert!(error.to_string().starts_with(field), "{field}: {error}");
    }
}
