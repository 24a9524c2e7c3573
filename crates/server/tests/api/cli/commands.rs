//! `config`, `migrate`, `user`, `health`, `chat`.

use super::{Server, run, saydo, succeed};
use crate::support::{PASSWORD, SECRET};

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

#[test]
fn all_mistakes_are_told_at_once_with_status_2() {
    let folder = folder();
    for command in ["serve", "config", "migrate"] {
        let arguments = if command == "migrate" { vec!["migrate", "up"] } else { vec![command] };
        let mut command = saydo(folder.path(), &arguments);
        command.env("BETTER_AUTH_SECRET", "short").env("SAYDO_PROFILE", "production").env("SAYDO_NOW", "noon");
        let output = run(command, "");
        assert_eq!(output.status.code(), Some(2));
        let told = String::from_utf8(output.stderr).unwrap();
        for name in ["BETTER_AUTH_SECRET", "SAYDO_NOW"] {
            assert!(told.lines().any(|line| line.starts_with(name)), "{name} in {told}");
        }
    }
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "nothing was made");
}

#[test]
fn config_shows_what_is_in_force_and_hides_secrets() {
    let folder = folder();
    std::fs::write(folder.path().join(".env"), format!("BETTER_AUTH_SECRET={SECRET}\nJWT_EXPIRY_DAYS=3\n")).unwrap();
    let text = succeed(saydo(folder.path(), &["config", "--listen", "127.0.0.1:9"]), "");
    let line = |name: &str| text.lines().find(|line| line.starts_with(name)).unwrap_or_default().to_owned();
    assert!(line("JWT_EXPIRY_DAYS").contains("3 ") && line("JWT_EXPIRY_DAYS").contains("# .env;"), "{text}");
    assert!(line("SAYDO_LISTEN").contains("127.0.0.1:9") && line("SAYDO_LISTEN").contains("# flag;"), "{text}");
    assert!(line("BETTER_AUTH_SECRET").contains("(hidden)") && !text.contains(SECRET), "{text}");
}

#[test]
fn a_misspelt_setting_is_told_wherever_it_stands() {
    let folder = folder();
    let told = |environment: &[(&str, &str)]| {
        let mut command = saydo(folder.path(), &["config"]);
        command.envs(environment.iter().copied());
        let output = run(command, "");
        (output.status.code(), String::from_utf8(output.stderr).unwrap())
    };
    let (status, text) = told(&[("SAYDO_BACKUP_EVRY", "24")]);
    assert_eq!(status, Some(2));
    assert!(text.contains("\nSAYDO_BACKUP_EVRY is no setting; is SAYDO_BACKUP_EVERY meant?"), "{text}");
    // What a container platform says of a service of this name.
    assert_eq!(told(&[("SAYDO_SERVICE_HOST", "10.0.0.7"), ("SAYDO_PORT", "tcp://10.0.0.7:80")]).0, Some(0));
    std::fs::write(folder.path().join(".env"), "BETTER_AUTH_SECERT=x\nPOSTGRES_PASSWORD=y\n").unwrap();
    let (status, text) = told(&[]);
    assert_eq!(status, Some(2));
    assert!(text.contains("\n.env: BETTER_AUTH_SECERT is no setting; is BETTER_AUTH_SECRET meant?"), "{text}");
}

#[test]
fn a_reader_that_has_seen_enough_ends_a_command_without_a_word() {
    let home = folder();
    succeed(saydo(home.path(), &["user", "create", "ada@example.com"]), PASSWORD);
    for arguments in [&["config"][..], &["config", "--example"], &["user", "list"], &["backup", "list"], &["audit"]] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let output = saydo(home.path(), arguments).stdout(writer).output().unwrap();
        let told = String::from_utf8(output.stderr).unwrap();
        assert_eq!((output.status.code(), told.as_str()), (Some(141), ""), "{arguments:?}");
    }
}

#[test]
fn what_systemd_hands_over_is_a_setting() {
    let (home, folder) = (folder(), folder());
    std::fs::write(home.path().join(".env"), "JWT_EXPIRY_DAYS=3\nSAYDO_LISTEN=127.0.0.1:9\n").unwrap();
    let hand_over = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    let config = || {
        let mut command = saydo(home.path(), &["config"]);
        command.env("CREDENTIALS_DIRECTORY", folder.path()).env("SAYDO_BACKUP_KEEP_DAYS", "9");
        command
    };
    hand_over("saydo_BETTER_AUTH_SECRET", &format!("{SECRET}\n"));
    hand_over("JWT_EXPIRY_DAYS", "4\n");
    hand_over("SAYDO_BACKUP_KEEP_DAYS", "8");
    hand_over("tls.key", "of another program");
    let text = succeed(config(), "");
    let line = |name: &str| text.lines().find(|line| line.starts_with(name)).unwrap_or_default().to_owned();
    assert!(line("BETTER_AUTH_SECRET").contains("# credential;") && !text.contains(SECRET), "{text}");
    assert!(line("JWT_EXPIRY_DAYS").contains("4 "), "over .env: {text}");
    assert!(line("SAYDO_BACKUP_KEEP_DAYS").contains("9 "), "under the environment: {text}");
    hand_over("saydo_BETTER_AUTH_SECERT", "misspelt");
    let output = run(config(), "");
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8(output.stderr).unwrap().contains("BETTER_AUTH_SECERT is no setting"));
}

#[tokio::test]
async fn who_is_asked_to_stop_can_wait_until_nobody_is_sent_there_any_more() {
    let folder = folder();
    let server = Server::start(folder.path(), &[("SAYDO_STOP_DELAY", "60")]);
    // Each on a connection of its own: it must still be taken.
    let status = async |path: &str| {
        let client = reqwest::Client::builder().pool_max_idle_per_host(0).build().unwrap();
        client.get(format!("{}{path}", server.base)).send().await.unwrap().status().as_u16()
    };
    assert_eq!(status("/readyz").await, 200);
    let mut ask = std::process::Command::new("kill");
    ask.args(["-TERM", &server.pid().to_string()]);
    assert!(run(ask, "").status.success());
    while status("/readyz").await != 503 {
        tokio::task::yield_now().await;
    }
    assert_eq!((status("/livez").await, status("/health").await), (200, 200));
    // Asked once more, it ends at once.
    let (code, log) = server.stop();
    assert_eq!(code, Some(0));
    assert!(log.contains("stopping soon") && log.contains("saydo has stopped"), "{log}");
}

#[test]
fn a_password_in_the_wrong_place_is_not_printed() {
    let folder = folder();
    for arguments in
        [["migrate", "copy", "postgres://ada:geheim@db/x"], ["serve", "--now", "postgres://ada:geheim@db/x"]]
    {
        let output = run(saydo(folder.path(), &arguments), "");
        let told = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{told}");
        assert!(told.contains("unexpected argument") && !told.contains("geheim"), "{told}");
    }
}

#[test]
fn migrations_go_up_and_down() {
    let folder = folder();
    let migrate = |step: &str| succeed(saydo(folder.path(), &["migrate", step]), "");
    assert!(migrate("status").contains("waiting"));
    assert!(migrate("up").contains("up to date"));
    assert!(!migrate("status").contains("waiting"));
    assert_eq!(migrate("up"), "The schema is up to date.\n");
    assert!(migrate("down").starts_with("Took back migration"));
    assert!(migrate("status").contains("waiting"));
    migrate("up");
    let back = |to: &str| run(saydo(folder.path(), &["migrate", "down", "--to", to]), "");
    let refused = back("99");
    assert_eq!(refused.status.code(), Some(1));
    assert!(String::from_utf8(refused.stderr).unwrap().contains("99 is not behind it"));
    assert!(back("3").status.success());
    let applied = migrate("status").lines().filter(|line| line.contains("applied")).count();
    assert_eq!(applied, 3);
    assert_eq!(String::from_utf8(back("3").stdout).unwrap(), "There is nothing to take back.\n");
    assert!(back("0").status.success());
    assert!(!migrate("status").contains("applied"));
    assert_eq!(migrate("down"), "There is nothing to take back.\n");
}

#[test]
fn the_last_step_back_deletes_everybody_only_when_it_is_said() {
    let folder = folder();
    succeed(saydo(folder.path(), &["user", "create", "ada@example.com"]), "correct horse battery");
    let back = |arguments: &[&str]| run(saydo(folder.path(), &[&["migrate", "down"], arguments].concat()), "");
    assert!(back(&["--to", "1"]).status.success());
    for arguments in [&[][..], &["--to", "0"]] {
        let refused = back(arguments);
        assert_eq!(refused.status.code(), Some(1));
        assert!(String::from_utf8(refused.stderr).unwrap().contains("--delete-everything"));
    }
    succeed(saydo(folder.path(), &["migrate", "up"]), "");
    assert!(succeed(saydo(folder.path(), &["user", "list"]), "").contains("ada@example.com"));
    assert!(back(&["--to", "0", "--delete-everything"]).status.success());
    succeed(saydo(folder.path(), &["migrate", "up"]), "");
    assert!(!succeed(saydo(folder.path(), &["user", "list"]), "").contains("ada@example.com"));
}

#[test]
fn a_server_that_may_not_migrate_says_how() {
    let folder = folder();
    let mut command = saydo(folder.path(), &["serve"]);
    command.env("SAYDO_MIGRATE", "off");
    let output = run(command, "");
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8(output.stderr).unwrap().contains("saydo migrate up"));
}

#[test]
fn the_operator_manages_accounts() {
    let folder = folder();
    let user = |arguments: &[&str], input: &str| {
        let arguments: Vec<&str> = ["user"].iter().chain(arguments).copied().collect();
        succeed(saydo(folder.path(), &arguments), input)
    };
    assert!(user(&["create", "ada@example.com", "--name", "Ada"], &format!("{PASSWORD}\n")).starts_with("Made "));
    assert!(user(&["list"], "").contains("ada@example.com  Ada"));
    assert_eq!(user(&["token", "ada@example.com"], "").trim().split('.').count(), 3);
    let pat = user(&["token", "ada@example.com", "--name", "Robot", "--scope", "read", "--days", "7"], "");
    assert!(pat.starts_with("saydo_pat_") && pat.trim().len() == 53, "{pat}");
    let odd = run(saydo(folder.path(), &["user", "token", "ada@example.com", "--name", "Robot", "--scope", "all"]), "");
    assert_eq!(odd.status.code(), Some(2));
    assert!(user(&["vouch", "ada@example.com"], "").contains("is vouched for; it was made on 20"));
    assert!(user(&["password", "ada@example.com"], "another password\n").contains("sessions have ended"));
    let unsure = run(saydo(folder.path(), &["user", "delete", "ada@example.com"]), "");
    assert_eq!(unsure.status.code(), Some(1));
    assert!(user(&["delete", "ada@example.com", "--yes"], "").starts_with("Erased"));
    assert_eq!(user(&["list"], ""), "");
}

#[test]
fn a_terminal_talks_over_the_same_api() {
    let folder = folder();
    succeed(saydo(folder.path(), &["user", "create", "ada@example.com"]), PASSWORD);
    let server = Server::start(folder.path(), &[]);
    let health = succeed(saydo(folder.path(), &["health", "--base-url", &server.base]), "");
    assert!(health.contains("\"healthy\""), "{health}");
    let said =
        format!("ada@example.com\n{PASSWORD}\nadd water the plants\nshow my tasks\nquit\nadd what is never heard\n");
    let heard = succeed(saydo(folder.path(), &["chat", "--base-url", &server.base]), &said);
    assert_eq!(heard.to_lowercase().matches("water the plants").count(), 2, "{heard}");
    assert!(heard.trim_end().ends_with("Goodbye. Your list is safe here."), "{heard}");
    let wrong = run(saydo(folder.path(), &["chat", "--base-url", &server.base]), "ada@example.com\nwrong password\n");
    assert_eq!(wrong.status.code(), Some(1));
    assert!(String::from_utf8(wrong.stderr).unwrap().contains("Invalid credentials"));
    let (code, _) = server.stop();
    assert_eq!(code, Some(0));
    let away = run(saydo(folder.path(), &["health", "--base-url", "http://127.0.0.1:9"]), "");
    assert_eq!(away.status.code(), Some(1));
    let alone = run(saydo(folder.path(), &["chat", "--base-url", "http://127.0.0.1:9", "hello"]), "");
    let told = String::from_utf8(alone.stderr).unwrap();
    assert!(told.contains("Nothing answers at http://127.0.0.1:9: is the server running?"), "{told}");
    assert!(!String::from_utf8(alone.stdout).unwrap().contains("Password"), "asked for nothing");
}

#[test]
fn nobody_writes_into_anothers_terminal() {
    let folder = folder();
    let name = "Ada\u{1b}[2J\nroot\u{202e}";
    succeed(saydo(folder.path(), &["user", "create", "ada@example.com", "--name", name]), PASSWORD);
    let list = succeed(saydo(folder.path(), &["user", "list"]), "");
    assert!(list.ends_with("Ada\u{fffd}[2J\u{fffd}root\u{fffd}\n") && list.lines().count() == 1, "{list:?}");
    let server = Server::start(folder.path(), &[]);
    let said = format!("ada@example.com\n{PASSWORD}\nadd paint \u{1b}[31m walls\nshow my tasks\n");
    let heard = succeed(saydo(folder.path(), &["chat", "--base-url", &server.base]), &said);
    assert_eq!(heard.matches("aint  [31m walls").count(), 2, "{heard:?}");
    assert!(!heard.contains('\u{1b}'), "{heard:?}");
    server.stop();
}
