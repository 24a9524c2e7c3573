//! Who administrates: accounts of named e-mails that somebody vouched for. Nobody proves an e-mail at sign-up, so that a
//! name alone makes nobody an administrator ([decision 11](../../../../docs/adr/0011-who-administrates.md)).

use saydo_domain::{Email, User, UserId};
use saydo_store::{Store, StoreError, Tx};
use serde_json::{Value, json};

use super::Accounts;
use crate::AppError;

/// In the settings of an account: its e-mail is the person's own. No request writes it.
const VOUCHED: &str = "email_vouched";

/// How it stands with an e-mail that is named as an administrator's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It has no account, and no request can make it.
    NoAccount,
    /// It has one, and nobody said that it is the right person's.
    NotVouched,
    /// Its account administrates.
    Administrates,
}

impl Accounts {
    /// Whether this person administrates.
    ///
    /// # Errors
    /// When the store refuses.
    pub async fn is_administrator(&self, user: &User) -> Result<bool, AppError> {
        if !user.email.as_ref().is_some_and(|email| self.names(email)) {
            return Ok(false);
        }
        let settings = self.store().read().await?.user_settings_find(&user.id).await?;
        Ok(is_vouched(settings.as_ref()))
    }

    /// Whether this e-mail is named as an administrator's.
    pub(super) fn names(&self, email: &Email) -> bool {
        self.inner.administrators.contains(email)
    }
}

fn is_vouched(settings: Option<&Value>) -> bool {
    settings.is_some_and(|settings| settings[VOUCHED] == json!(true))
}

/// How it stands with an e-mail that is named as an administrator's.
///
/// # Errors
/// When the store refuses.
pub async fn standing(store: &Store, email: &Email) -> Result<Standing, StoreError> {
    let mut connection = store.read().await?;
    let Some((user, _)) = connection.user_find_by_email(email).await? else { return Ok(Standing::NoAccount) };
    let settings = connection.user_settings_find(&user.id).await?;
    Ok(if is_vouched(settings.as_ref()) { Standing::Administrates } else { Standing::NotVouched })
}

/// Notes that the e-mail of an account is the person's own.
pub(super) async fn vouch(tx: &mut Tx, user: &UserId) -> Result<(), StoreError> {
    let mut settings = tx.user_settings_find(user).await?.filter(Value::is_object).unwrap_or_else(|| json!({}));
    settings[VOUCHED] = json!(true);
    tx.user_set_settings(user, &settings).await.map(drop)
}
