//! Where somebody may be led after signing in: only somewhere in PENNY.

use url::Url;

const MOST: usize = 2000;

/// Returns the path asked for when it lies in PENNY and is no way in itself, else `/`.
#[must_use]
pub fn safe_path(next: Option<&str>) -> String {
    next.and_then(checked).unwrap_or_else(|| "/".to_owned())
}

/// Reads the path as a browser would, since that is who follows it.
fn checked(next: &str) -> Option<String> {
    if next.len() > MOST || !next.starts_with('/') || next.chars().any(char::is_control) {
        return None;
    }
    let here = Url::parse("http://penny.invalid/").ok()?;
    let there = here.join(next).ok()?;
    let is_inside =
        there.origin() == here.origin() && there.username().is_empty() && there.password().is_none();
    let is_way_in = there.path() == "/sign-in" || there.path().starts_with("/auth/");
    // What is left may still look like another host to a browser that normalises differently.
    if !is_inside || is_way_in || there.path().starts_with("//") {
        return None;
    }
    let query = there.query().map(|query| format!("?{query}")).unwrap_or_default();
    let fragment = there.fragment().map(|fragment| format!("#{fragment}")).unwrap_or_default();
    Some(format!("{}{query}{fragment}", there.path()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_led_out_of_the_house() {
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
