//! Makes sure there is a web app to embed: without one, a page that says how to build it.

use std::{fs, io, path::Path};

const PLACEHOLDER: &str = "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<title>Saydo</title>\n\
    <p>The web app is not built yet: run <code>make run</code>. The API is at <a href=\"/docs/\">/docs</a>.</p>\n</html>\n";

fn main() -> io::Result<()> {
    let dist = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../web/dist");
    let index = dist.join("index.html");
    if !index.exists() {
        fs::create_dir_all(&dist)?;
        fs::write(&index, PLACEHOLDER)?;
    }
    // Embedding reads the folder at compile time: compile again when it changes.
    println!("cargo:rerun-if-changed=../../web/dist");
    println!("cargo:rerun-if-changed=../../web/dist/index.html");
    Ok(())
}
