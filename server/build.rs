//! Has a release program compiled again when the site that it carries was built again.

#[expect(clippy::disallowed_methods, reason = "cargo speaks to build scripts by the environment")]
fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    if std::env::var("PROFILE").as_deref() == Ok("release") {
        println!("cargo:rerun-if-changed=../target/site/manifest.json");
    }
}
