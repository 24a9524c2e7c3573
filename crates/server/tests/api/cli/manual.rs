//! `saydo completions` and `saydo man`.

use super::{run, saydo, succeed};

#[test]
fn shells_and_readers_are_told_of_every_command() {
    let folder = tempfile::tempdir().unwrap();
    let commands = ["serve", "migrate", "backup", "user", "chat", "mcp", "smoke", "load", "health"];
    for shell in ["bash", "zsh", "fish"] {
        let script = succeed(saydo(folder.path(), &["completions", shell]), "");
        let missing: Vec<&str> = commands.into_iter().filter(|command| !script.contains(command)).collect();
        assert!(missing.is_empty() && script.contains("saydo"), "{shell}: {missing:?}");
    }
    assert_eq!(run(saydo(folder.path(), &["completions", "tcl"]), "").status.code(), Some(2));
    let page = succeed(saydo(folder.path(), &["man"]), "");
    assert!(page.contains(".TH saydo 1") && commands.iter().all(|command| page.contains(command)), "{page}");
    let pages = folder.path().join("man1");
    succeed(saydo(folder.path(), &["man", "--dir", pages.to_str().unwrap()]), "");
    for command in commands {
        let page = std::fs::read_to_string(pages.join(format!("saydo-{command}.1"))).unwrap();
        assert!(page.starts_with(".ie") && page.contains(&format!(".TH saydo-{command} 1")), "{page}");
    }
}

#[test]
fn bash_takes_the_completions() {
    let folder = tempfile::tempdir().unwrap();
    let script = succeed(saydo(folder.path(), &["completions", "bash"]), "");
    let mut bash = std::process::Command::new("bash");
    bash.args(["--norc", "-c"]).arg(format!("{script}\ncomplete -p saydo"));
    assert!(succeed(bash, "").contains("-F _saydo"));
}
