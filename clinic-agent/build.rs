//! Makes sure that there is something to embed: the web application is built by npm, not by cargo.

use std::path::Path;

fn main() {
    let dist = Path::new("web/dist");
    println!("cargo:rerun-if-changed=web/dist");
    if dist.join("index.html").exists() {
        return;
    }
    let page = "<!doctype html><meta charset=utf-8><title>云诊</title>\n\
        <h1>The web application is not built</h1>\n\
        <p>Run <code>npm ci &amp;&amp; npm run build</code> in the project's folder, then build this program again. <code>make demo</code> does both.</p>\n";
    let written = std::fs::create_dir_all(dist).and_then(|()| std::fs::write(dist.join("index.html"), page));
    if let Err(error) = written {
        println!("cargo:warning=clinic-agent/web/dist/index.html cannot be written: {error}");
    }
}
