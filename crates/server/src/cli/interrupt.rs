//! The wish of whoever started a command that it should end.

/// Resolves when the person at the terminal, or a service manager, wants an end, or when the terminal is closed; not the
/// last for who was started to outlive it (nohup(1)).
pub(crate) async fn interrupted() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            // Listening for it would end what it was to leave alone.
            let hangup = if outlives_its_terminal() { None } else { signal(SignalKind::hangup()).ok() };
            let hung_up = async {
                match hangup {
                    Some(mut hangup) => drop(hangup.recv().await),
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                _ = terminate.recv() => {}
                () = hung_up => {}
                _ = tokio::signal::ctrl_c() => {}
            }
            return;
        }
    }
    drop(tokio::signal::ctrl_c().await);
}

/// Whether this process was started with SIGHUP ignored: the lowest bit of `SigIgn` in proc_pid_status(5). Asked before
/// anything listens for it, for then it is not ignored any more.
#[cfg(unix)]
fn outlives_its_terminal() -> bool {
    static IGNORED: std::sync::LazyLock<bool> = std::sync::LazyLock::new(|| {
        let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
        let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:")).map(str::trim);
        mask.and_then(|mask| u64::from_str_radix(mask, 16).ok()).is_some_and(|mask| mask & 1 == 1)
    });
    *IGNORED
}
