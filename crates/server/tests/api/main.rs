//! Tests at the door: real HTTP on a real database file. The modules mirror the URLs.

mod accounts;
mod cli;
mod cors;
mod errors;
mod idempotency;
mod limits;
mod matrix;
mod openapi;
mod service;
mod support;
mod web;
