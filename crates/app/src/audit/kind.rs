//! The kinds of events.

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AuditKind {
    /// An account was made.
    SignedUp,
    /// Somebody signed in.
    LoggedIn,
    /// A login with a wrong e-mail or password.
    LoginFailed,
    /// A password that was turned away unread, after too many wrong ones.
    LoginThrottled,
    /// A signed-in person gave a wrong password where theirs is asked for again.
    PasswordRefused,
    /// A token that is not good: forged, revoked or over.
    TokenRefused,
    /// A session was ended.
    LoggedOut,
    /// All sessions of an account were ended.
    LoggedOutEverywhere,
    /// A password was changed.
    PasswordChanged,
    /// A personal access token was made.
    TokenCreated,
    /// A personal access token was used for the first time.
    TokenFirstUsed,
    /// A personal access token was revoked.
    TokenRevoked,
    /// What a program did on a day was undone.
    AgentUndone,
    /// Somebody asked for what is another user's.
    OtherUserRefused,
    /// A browser sent something on behalf of another site.
    OriginRefused,
    /// Too many sign-ins from one address.
    SignInLimited,
    /// All conversations of an account were deleted.
    ConversationsDeleted,
    /// All data of an account was handed out.
    AccountExported,
    /// An account was erased.
    AccountErased,
    /// The operator did something to an account on the command line.
    AdminCommand,
    /// The schema was changed.
    Migrated,
    /// A backup was made.
    BackupCreated,
    /// A backup was restored.
    BackupRestored,
    /// A server started.
    ServerStarted,
}

impl AuditKind {
    /// All of them.
    pub const ALL: [Self; 24] = [
        Self::SignedUp,
        Self::LoggedIn,
        Self::LoginFailed,
        Self::LoginThrottled,
        Self::PasswordRefused,
        Self::TokenRefused,
        Self::LoggedOut,
        Self::LoggedOutEverywhere,
        Self::PasswordChanged,
        Self::TokenCreated,
        Self::TokenFirstUsed,
        Self::TokenRevoked,
        Self::AgentUndone,
        Self::OtherUserRefused,
        Self::OriginRefused,
        Self::SignInLimited,
        Self::ConversationsDeleted,
        Self::AccountExported,
        Self::AccountErased,
        Self::AdminCommand,
        Self::Migrated,
        Self::BackupCreated,
        Self::BackupRestored,
        Self::ServerStarted,
    ];

    /// The word in the table, the log and the figures.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SignedUp => "signed_up",
            Self::LoggedIn => "logged_in",
            Self::LoginFailed => "login_failed",
            Self::LoginThrottled => "login_throttled",
            Self::PasswordRefused => "password_refused",
            Self::TokenRefused => "token_refused",
            Self::LoggedOut => "logged_out",
            Self::LoggedOutEverywhere => "logged_out_everywhere",
            Self::PasswordChanged => "password_changed",
            Self::TokenCreated => "token_created",
            Self::TokenFirstUsed => "token_first_used",
            Self::TokenRevoked => "token_revoked",
            Self::AgentUndone => "agent_undone",
            Self::OtherUserRefused => "other_user_refused",
            Self::OriginRefused => "origin_refused",
            Self::SignInLimited => "sign_in_limited",
            Self::ConversationsDeleted => "conversations_deleted",
            Self::AccountExported => "account_exported",
            Self::AccountErased => "account_erased",
            Self::AdminCommand => "admin_command",
            Self::Migrated => "migrated",
            Self::BackupCreated => "backup_created",
            Self::BackupRestored => "backup_restored",
            Self::ServerStarted => "server_started",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_a_word_of_its_own() {
        let words: std::collections::BTreeSet<_> = AuditKind::ALL.iter().map(|kind| kind.as_str()).collect();
        assert_eq!(words.len(), AuditKind::ALL.len());
    }
}
