//! What people say, and what must come of it: read back over REST, whatever the reply's words are.

use std::time::Instant;

use futures_util::FutureExt as _;
use jiff::{ToSpan as _, civil::Date};
use reqwest::header::{ACCEPT, CONTENT_TYPE};
use serde_json::Value;

use super::{
    super::{events::Events, site::send, span::told},
    scene::{Fault, Scene, failed, must},
};

/// A task added, with its date.
pub(super) async fn add(scene: &mut Scene) -> Result<String, Fault> {
    scene.ada()?;
    let word = scene.words[0].clone();
    let before = today(scene).await?;
    scene.say(None, &format!("add buy {word} tomorrow")).await?;
    let task = scene.only_task_about(&word).await?;
    scene.task = task["id"].as_i64();
    let due = task["due_date"].as_str().and_then(|date| date.get(..10)?.parse::<Date>().ok());
    // It may be midnight by now.
    let tomorrows = [before, today(scene).await?].map(|day| day.saturating_add(1.day()));
    must(due.is_some_and(|due| tomorrows.contains(&due)), || format!("it is not due tomorrow: {}", task["due_date"]))?;
    must(task["completed"] == false, || "it is completed already".to_owned())?;
    Ok(format!("task {}, due tomorrow", task["id"]))
}

/// The day it is for the server.
async fn today(scene: &Scene) -> Result<Date, Fault> {
    let health = send(scene.site.request(reqwest::Method::GET, "/health")).await?;
    let stamp = health.json["timestamp"].as_str().and_then(|stamp| stamp.get(..10)?.parse().ok());
    stamp.ok_or_else(|| Fault::Failed("/health does not tell the time".to_owned()))
}

/// The task that all this is about.
fn task(scene: &Scene) -> Result<(i64, String), Fault> {
    let id = scene.task.ok_or(Fault::Skipped("there is no task"))?;
    Ok((id, format!("buy {}", scene.words[0])))
}

/// Whether a list the assistant read has this task.
fn is_listed(tool_calls: &Value, id: i64) -> bool {
    let calls = tool_calls.as_array().into_iter().flatten();
    let tasks = calls.flat_map(|call| call["result"]["tasks"].as_array().into_iter().flatten());
    tasks.into_iter().any(|task| task["task_id"] == id)
}

/// The list was really read, has the task, is kept with the conversation, and nothing was changed.
pub(super) async fn list(scene: &mut Scene) -> Result<String, Fault> {
    let (id, _) = task(scene)?;
    let before = scene.task(id).await?;
    let reply = scene.say(None, "what is due tomorrow?").await?;
    must(is_listed(&reply["tool_calls"], id), || format!("task {id} was not read from the list"))?;
    let path = format!("/api/conversations/{}/messages", reply["conversation_id"]);
    let history = scene.ada()?.get(&path).await?.expect(200)?.json;
    let messages = history["messages"].as_array().cloned().unwrap_or_default();
    let kept = messages.last().is_some_and(|message| is_listed(&message["tool_calls"], id));
    must(kept, || "the conversation does not keep what was read".to_owned())?;
    must(scene.task(id).await? == before, || "reading the list changed the task".to_owned())?;
    Ok(format!("task {id} was read"))
}

pub(super) async fn update(scene: &mut Scene) -> Result<String, Fault> {
    let (id, title) = task(scene)?;
    let before = scene.task(id).await?;
    scene.say(None, &format!("change the priority of {title} to high")).await?;
    let after = scene.task(id).await?;
    must(after["priority"] == "high", || format!("the priority is {}", after["priority"]))?;
    must(after["title"] == before["title"], || format!("the title became {}", after["title"]))?;
    Ok(format!("task {id}: {} to high", before["priority"].as_str().unwrap_or_default()))
}

pub(super) async fn complete(scene: &mut Scene) -> Result<String, Fault> {
    let (id, title) = task(scene)?;
    scene.say(None, &format!("mark {title} as done")).await?;
    let after = scene.task(id).await?;
    must(after["completed"] == true, || format!("task {id} is not completed"))?;
    must(after["completed_at"].is_string(), || "nobody knows when it was completed".to_owned())?;
    Ok(format!("task {id} is completed"))
}

pub(super) async fn delete(scene: &mut Scene) -> Result<String, Fault> {
    let (id, title) = task(scene)?;
    let reply = scene.say(None, &format!("delete {title}")).await?;
    let gone = scene.ada()?.get(&format!("/api/tasks/{id}")).await?;
    must(gone.status == 404, || format!("task {id} is still there"))?;
    scene.deletion = reply["change_id"].as_str().map(str::to_owned);
    must(scene.deletion.is_some(), || "the reply names no change to undo".to_owned())?;
    Ok(format!("task {id} is gone"))
}

/// What was deleted comes back as it was.
pub(super) async fn undo(scene: &mut Scene) -> Result<String, Fault> {
    let (id, _) = task(scene)?;
    let change = scene.deletion.clone().ok_or(Fault::Skipped("nothing was deleted"))?;
    scene.ada()?.post("/api/undo", serde_json::json!({"change_id": change})).await?.expect(200)?;
    let back = scene.ada()?.get(&format!("/api/tasks/{id}")).await?;
    must(back.status == 200, || format!("task {id} did not come back"))?;
    Ok(format!("task {id} is back"))
}

/// “It” is what was spoken of last.
pub(super) async fn reference(scene: &mut Scene) -> Result<String, Fault> {
    let word = scene.words[1].clone();
    let reply = scene.say(None, &format!("add visit {word}")).await?;
    let task = scene.only_task_about(&word).await?;
    let (Some(id), Some(conversation)) = (task["id"].as_i64(), reply["conversation_id"].as_i64()) else {
        return failed("the task or the conversation has no number");
    };
    scene.say(Some(conversation), "make it high priority").await?;
    let after = scene.task(id).await?;
    must(after["priority"] == "high", || format!("“it” was not understood: the priority is {}", after["priority"]))?;
    scene.talk = Some((conversation, id));
    Ok(format!("“it” was task {id}"))
}

/// Somebody comes back on another device: the conversation is there, word by word, and goes on.
pub(super) async fn resume(scene: &mut Scene) -> Result<String, Fault> {
    let (conversation, id) = scene.talk.ok_or(Fault::Skipped("there is no conversation"))?;
    let later = scene.ada()?.at(scene.site.afresh(scene.timeout)?);
    let path = format!("/api/conversations/{conversation}/messages");
    let history = later.get(&path).await?.expect(200)?.json;
    let said = said(&history);
    let expected = [format!("add visit {}", scene.words[1]), "make it high priority".to_owned()];
    must(said == expected, || format!("the conversation does not hold what was said: {said:?}"))?;
    let latest = later.get("/api/conversations/latest").await?.expect(200)?.json;
    must(latest["conversation_id"] == conversation, || "it is not the latest conversation".to_owned())?;
    let reply = scene.say(Some(conversation), "mark it as done").await?;
    must(reply["conversation_id"] == conversation, || "another conversation was begun".to_owned())?;
    must(scene.task(id).await?["completed"] == true, || format!("task {id} is not completed: “it” was forgotten"))?;
    let count = later.get(&path).await?.expect(200)?.json["messages"].as_array().map_or(0, Vec::len);
    must(count == 6, || format!("{count} messages are kept instead of 6"))?;
    Ok(format!("conversation {conversation} went on, {count} messages"))
}

/// What the person said in a conversation.
fn said(history: &Value) -> Vec<String> {
    let messages = history["messages"].as_array().into_iter().flatten();
    let own = messages.filter(|message| message["role"] == "user");
    own.map(|message| message["content"].as_str().unwrap_or_default().to_owned()).collect()
}

/// A turn as it happens: what is between here and the server lets it through, to its end.
pub(super) async fn stream(scene: &mut Scene) -> Result<String, Fault> {
    let word = scene.words[2].clone();
    let begun = Instant::now();
    let request = scene.ada()?.message(None, &format!("add call {word}")).header(ACCEPT, "text/event-stream");
    let response = request.send().await.map_err(|error| Fault::Failed(error.to_string()))?;
    let kind = response.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    must(kind.starts_with("text/event-stream"), || format!("the answer ({}) is no stream", response.status()))?;
    let mut events = Events::of(response);
    let (mut first, mut types) = (None, Vec::new());
    while let Some(event) = events.next().boxed().await {
        first.get_or_insert_with(|| begun.elapsed());
        let event: Value = serde_json::from_str(&event.data).unwrap_or_default();
        if let Some(id) = event["threadId"].as_str().and_then(|id| id.parse().ok()) {
            scene.remember(id);
        }
        types.push(event["type"].as_str().unwrap_or_default().to_owned());
    }
    let ended =
        types.first().is_some_and(|kind| kind == "RUN_STARTED") && types.iter().any(|kind| kind == "RUN_FINISHED");
    must(ended, || format!("the stream has no beginning or no end: {}", types.join(", ")))?;
    scene.turns.push(begun.elapsed());
    scene.only_task_about(&word).await?;
    Ok(format!("{} events, the first after {}", types.len(), told(first.unwrap_or_default())))
}
