//! Watches the built page, so that a new one is embedded; without one an empty folder stands in.

fn main() {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../../ui/dist");
    // A folder that is not there counts as changed at every build. If it cannot be made, builds are slower and right.
    let _ = std::fs::create_dir_all(page);
    println!("cargo::rerun-if-changed={page}");
}
