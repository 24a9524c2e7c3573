//! A test-only MCP server with the tools, resources and prompts the official conformance suite asks for, on Saydo's
//! own MCP door. Nobody has to prove who they are here: it has nothing to protect.

mod answers;
mod asking;
mod handler;

use std::{error::Error, sync::Arc};

use axum::{
    Router,
    body::Body,
    extract::{Request, State},
    http::{Response, StatusCode},
    response::IntoResponse as _,
    routing::post,
};
use saydo_app::{Clock, accounts::Sealer, counters::Counters};
use saydo_server::{
    http::{Shutdown, serve},
    mcp::{Door, site},
};
use secrecy::SecretString;

use handler::Fixture;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    // The same line by which a test finds a Saydo.
    eprintln!("{{\"address\":\"{}\"}}", listener.local_addr()?);
    let stop = Shutdown::new();
    let sealer = Sealer::new(&SecretString::from(uuid::Uuid::new_v4().to_string()));
    let fixture = Fixture { sealer: sealer.clone() };
    let door = Door::new(move || fixture.clone(), sealer, Clock::System, &Counters::in_process(), stop.clone());
    let router = Router::new().route("/mcp", post(call).get(call).delete(call)).with_state(Arc::new(door));
    serve(listener, router, stop).await?;
    Ok(())
}

async fn call(State(door): State<Arc<Door<Fixture>>>, request: Request) -> Response<Body> {
    let (parts, body) = request.into_parts();
    if site::is_foreign(&parts, &[], true) {
        return StatusCode::FORBIDDEN.into_response();
    }
    match axum::body::to_bytes(body, 1024 * 1024).await {
        Ok(body) => door.handle(parts, body, "anybody").await,
        Err(_) => StatusCode::PAYLOAD_TOO_LARGE.into_response(),
    }
}
