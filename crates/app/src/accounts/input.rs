//! What clients send about accounts, and the checks on it. All mistakes are reported together.

use saydo_domain::{Email, Field, PersonName, ValidationError};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use super::password::{self, Password};
use crate::chat::PlannerChoice;

/// The body of `POST /api/auth/signup`.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"email": "grace@example.com", "password": "a long sentence is best", "name": "Grace"}))]
pub struct SignUpInput {
    /// The address; case does not matter.
    #[schema(example = "ada@example.com")]
    pub email: String,
    /// 8 to 72 bytes of UTF-8, exactly as typed.
    #[schema(value_type = String, min_length = 8, max_length = 72)]
    pub password: SecretString,
    /// What to call the person.
    #[serde(default)]
    pub name: Option<String>,
}

/// The body of `POST /api/auth/login`.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"email": "ada@example.com", "password": "correct horse battery"}))]
pub struct LogInInput {
    /// The address; case does not matter.
    #[schema(example = "ada@example.com")]
    pub email: String,
    /// The password, exactly as typed.
    #[schema(value_type = String)]
    pub password: SecretString,
}

/// The body of `PATCH /api/auth/me`: absent keeps, `null` clears.
#[derive(Debug, Clone, Default, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(example = json!({"timezone": "Europe/Berlin", "planner": "auto"}))]
pub struct ProfileInput {
    /// What to call the person.
    #[schema(value_type = Option<String>)]
    pub name: Field<String>,
    /// An IANA time zone such as `Europe/Berlin`.
    #[schema(value_type = Option<String>, example = "Europe/Berlin")]
    pub timezone: Field<String>,
    /// Which planner answers: `auto`, `llm` or `offline`; `null` for the server's choice.
    #[schema(value_type = Option<PlannerChoice>)]
    pub planner: Field<PlannerChoice>,
}

/// The body of `POST /api/auth/password`.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"current_password": "correct horse battery", "new_password": "a long sentence is best"}))]
pub struct NewPasswordInput {
    /// The password in force; any text when there is none, with a token that is at most five minutes old.
    #[schema(value_type = String)]
    pub current_password: SecretString,
    /// The password from now on: 8 to 72 bytes of UTF-8.
    #[schema(value_type = String, min_length = 8, max_length = 72)]
    pub new_password: SecretString,
}

/// The body of `DELETE /api/account`.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"password": "correct horse battery"}))]
pub struct PasswordInput {
    /// The password in force; any text when there is none, with a token that is at most five minutes old.
    #[schema(value_type = String)]
    pub password: SecretString,
}

/// A sign-up that can be carried out.
#[derive(Debug)]
pub(super) struct NewAccount {
    pub(super) email: Email,
    pub(super) password: Password,
    pub(super) name: PersonName,
}

impl SignUpInput {
    /// Checks every field.
    pub(super) fn validate(self) -> Result<NewAccount, ValidationError> {
        let email = Email::new(&self.email);
        let password = password::check("password", self.password.expose_secret());
        let name = PersonName::new(self.name.as_deref().unwrap_or_default());
        match (email, password, name) {
            (Ok(email), Ok(password), Ok(name)) => Ok(NewAccount { email, password, name }),
            (email, password, name) => {
                let refused = [email.err(), password.err(), name.err()];
                Err(ValidationError { errors: refused.into_iter().flatten().flat_map(|e| e.errors).collect() })
            }
        }
    }
}

impl ProfileInput {
    /// Checks every field and returns the name and the zone to set; `None` keeps what there is.
    pub(super) fn validate(self) -> Result<(Option<PersonName>, Option<Option<String>>), ValidationError> {
        let name = match self.name {
            Field::Keep => Ok(None),
            Field::Clear => PersonName::new("").map(Some),
            Field::Set(name) => PersonName::new(&name).map(Some),
        };
        let zone = match self.timezone {
            Field::Keep => Ok(None),
            Field::Clear => Ok(Some(None)),
            Field::Set(zone) => known_zone(&zone).map(|zone| Some(Some(zone))),
        };
        match (name, zone) {
            (Ok(name), Ok(zone)) => Ok((name, zone)),
            (name, zone) => {
                let refused = [name.err(), zone.err()];
                Err(ValidationError { errors: refused.into_iter().flatten().flat_map(|e| e.errors).collect() })
            }
        }
    }
}

/// The canonical spelling of an IANA zone.
fn known_zone(text: &str) -> Result<String, ValidationError> {
    let unknown = || ValidationError::new("timezone", "Give an IANA time zone like Europe/Berlin.");
    let zone = jiff::tz::TimeZone::get(text.trim()).map_err(|_| unknown())?;
    zone.iana_name().map(str::to_owned).ok_or_else(unknown)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sign_up_names_every_mistake() {
        let input: SignUpInput = serde_json::from_str(r#"{"email":"nobody","password":"short"}"#).unwrap();
        let fields: Vec<String> = input.validate().unwrap_err().errors.into_iter().map(|e| e.field).collect();
        assert_eq!(fields, ["email", "password"]);
    }

    #[test]
    fn zones_are_checked_and_spelt_as_in_the_database() {
        assert_eq!(known_zone("europe/berlin").unwrap(), "Europe/Berlin");
        assert_eq!(known_zone("Mars/Olympus").unwrap_err().errors[0].field, "timezone");
    }

    #[test]
    fn inputs_never_print_passwords() {
        let input: LogInInput = serde_json::from_str(r#"{"email":"a@b.c","password":"correct horse"}"#).unwrap();
        assert!(!format!("{input:?}").contains("horse"));
    }
}
