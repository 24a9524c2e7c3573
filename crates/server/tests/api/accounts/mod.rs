//! `/api/auth` and `/api/account`.

mod login;
mod outside;
mod profile;
mod revoke;
mod signup;
