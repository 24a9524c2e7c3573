//! `/api/auth` and `/api/account`.

mod administrators;
mod login;
mod outside;
mod profile;
mod revoke;
mod signup;
