//! Validation of the redirect target after a sign-in, against open redirects.

use url::Url;

/// The maximum length of a redirect target, in bytes.
const MAX_LENGTH: usize = 2000;

/// Returns `next` if it is a path of this site outside the sign-in endpoints, otherwise `/`.
#[must_use]
pub fn safe_path(next: Option<&str>) -> String {
    next.and_then(normalised_path).unwrap_or_else(|| "/".to_owned())
}

/// Resolves the path as a browser does, and checks the result.
fn normalised_path(next: &str) -> Option<String> {
    if next.len() > MAX_LENGTH || !next.starts_with('/') || next.chars().any(char::is_control) {
        return None;
    }
    let base = Url::parse("http://penny.invalid/").ok()?;
    let target = base.join(next).ok()?;
    let is_same_site =
        target.origin() == base.origin() && target.username().is_empty() && target.password().is_none();
    let is_sign_in = target.path() == "/sign-in" || target.path().starts_with("/auth/");
    // A browser may interpret a path that starts with `//` as another host.
    if !is_same_site || is_sign_in || target.path().starts_with("//") {
        return None;
    }
    let query = target.query().map(|query| format!("?{query}")).unwrap_or_default();
    let fragment = target.fragment().map(|fragment| format!("#{fragment}")).unwrap_or_default();
    Some(format!("{}{query}{fragment}", target.path()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_paths_of_this_site_are_redirect_targets() {
        for (next, expected) in [
            (None, "/"),
            (Some(""), "/"),
            (Some("/"), "/"),
            (Some("/c/cnv_1?x=1#y"), "/c/cnv_1?x=1#y"),
            (Some("/d/company-health"), "/d/company-health"),
            (Some("/a/../d/x"), "/d/x"),
            (Some("//evil.example"), "/"),
            (Some("/\\evil.example"), "/"),
            (Some("/\t/evil.example"), "/"),
            (Some("/..//evil.example"), "/"),
            (Some("https://evil.example/"), "/"),
            (Some("javascript:alert(1)"), "/"),
            (Some("evil"), "/"),
            (Some("/sign-in?next=/sign-in"), "/"),
            (Some("/auth/sign-out"), "/"),
            (Some("/\u{1}"), "/"),
        ] {
            assert_eq!(safe_path(next), expected, "{next:?}");
        }
        assert_eq!(safe_path(Some(&format!("/{}", "x".repeat(3000)))), "/");
    }
}
