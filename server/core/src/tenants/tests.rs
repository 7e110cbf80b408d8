use super::rules::{NewTenant, checked, host_name};

#[test]
fn a_host_is_compared_without_port_case_or_final_dot() {
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
fn a_companys_names_are_checked_one_by_one() {
    let fine = NewTenant {
        hosts: vec!["B.example:1".into(), "a.example".into(), "b.example".into()],
        ..NewTenant::named("globex", " Globex ")
    };
    let new = checked(fine.clone()).unwrap();
    assert_eq!(
        (new.name.as_str(), new.hosts),
        ("Globex", vec!["a.example".to_owned(), "b.example".to_owned()])
    );
    for (what, bad) in [
        ("slug", NewTenant { slug: "Globex".into(), ..fine.clone() }),
        ("slug", NewTenant { slug: "-x".into(), ..fine.clone() }),
        ("name", NewTenant { name: "\t".into(), ..fine.clone() }),
        ("currency", NewTenant { currency: "euro".into(), ..fine.clone() }),
        ("timeZone", NewTenant { time_zone: "Mars/Olympus".into(), ..fine.clone() }),
        ("host", NewTenant { hosts: vec!["10.0.0.1".into()], ..fine.clone() }),
    ] {
        let error = checked(bad).unwrap_err();
        assert!(error.to_string().starts_with(what), "{what}: {error}");
    }
}
