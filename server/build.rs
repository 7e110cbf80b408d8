//! What a release program needs: the site that it carries, as last built, and a linker that leaves out doubles.

#[expect(clippy::disallowed_methods, reason = "cargo speaks to build scripts by the environment")]
fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    if std::env::var("PROFILE").as_deref() == Ok("release") {
        println!("cargo:rerun-if-changed=../target/site/manifest.json");
        // Functions that came out alike are kept once: less to read, less in memory. Where rustup's Rust links by
        // its own lld, which alone knows how.
        if std::env::var("TARGET").as_deref() == Ok("x86_64-unknown-linux-gnu") {
            println!("cargo:rustc-link-arg-bins=-Wl,--icf=all");
        }
    }
}
