//! What attackers try, at every door. docs/SECURITY.md says which threat each test stands for.

mod bombs;
mod headers;
mod logins;
mod naughty;
mod origins;
mod outgoing;
mod schemas;
mod tokens;
mod turns;
