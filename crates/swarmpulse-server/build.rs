//! Watches the built page, so that a new one is embedded; without one an empty folder stands in.

#![expect(clippy::print_stdout, reason = "this is how a build script speaks to cargo")]

fn main() {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../../ui/dist");
    // A folder that is not there counts as changed at every build. If it cannot be made, builds are slower and right.
    let _ = std::fs::create_dir_all(page);
    println!("cargo::rerun-if-changed={page}");
}
