//! An account and its tokens.

use saydo_domain::{AccessToken, TokenScope, User};
use serde::Serialize;

/// An account as the API shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct UserView {
    /// Its id.
    pub id: String,
    /// The e-mail, if any.
    pub email: Option<String>,
    /// What to call the person.
    pub name: String,
    /// The account's IANA zone, if set.
    pub timezone: Option<String>,
    /// When it was made (RFC 3339, UTC).
    pub created_at: String,
}

impl From<&User> for UserView {
    fn from(user: &User) -> Self {
        Self {
            id: user.id.to_string(),
            email: user.email.as_ref().map(ToString::to_string),
            name: user.name.to_string(),
            timezone: user.timezone.clone(),
            created_at: user.created_at.to_string(),
        }
    }
}

/// A personal access token as the API shows it: without its secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct AccessTokenView {
    /// Its id.
    pub id: String,
    /// What its owner calls it.
    pub name: String,
    /// What it may do: `read` or `write`.
    #[schema(value_type = String, example = "read")]
    pub scope: TokenScope,
    /// When it was made (RFC 3339, UTC).
    pub created_at: String,
    /// When it stops working (RFC 3339, UTC), if ever.
    pub expires_at: Option<String>,
    /// When it was last used (RFC 3339, UTC), to the minute or so.
    pub last_used_at: Option<String>,
}

impl From<&AccessToken> for AccessTokenView {
    fn from(token: &AccessToken) -> Self {
        Self {
            id: token.id.to_string(),
            name: token.name.to_string(),
            scope: token.scope,
            created_at: token.created_at.to_string(),
            expires_at: token.expires_at.map(|at| at.to_string()),
            last_used_at: token.last_used_at.map(|at| at.to_string()),
        }
    }
}
