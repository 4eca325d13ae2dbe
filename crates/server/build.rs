//! A change of the migrations, or of the app that goes into the program, is a change of the program.

fn main() {
    println!("cargo:rerun-if-changed=migrations");
    if std::env::var_os("CARGO_FEATURE_EMBED_APP").is_some() {
        println!("cargo:rerun-if-changed=../../dist");
    }
}
