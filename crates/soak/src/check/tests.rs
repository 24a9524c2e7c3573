//! A harness that cannot fail proves nothing: each way of breaking a promise is a finding.

use serde_json::{Value, json};

use super::{all, prefix};
use crate::{
    facts::{Change, Everything, Facts, Message, Snapshots, Stored},
    ledger::{
        Ledger,
        ask::Ask,
        marker,
        task::{Task, Tasks},
    },
    user::Answer,
};

/// A way to break a promise.
type Way = Box<dyn Fn(&mut Facts)>;

fn wire(number: i64, title: &str) -> Value {
    json!({"id": number, "task_id": number, "uid": format!("uid{number}"), "title": title, "description": null,
        "completed": false, "completed_at": null, "priority": "high", "labels": [], "version": 1})
}

/// A user who made a task and said two things in one breath.
fn promised() -> Ledger {
    let mut ledger = Ledger::new("ann".to_owned(), 0);
    let title = format!("Dust lamp {}", marker::of_title(&ledger.marker(), 0));
    ledger.ask(Ask::Create { title: title.clone(), description: None, priority: "high", labels: Vec::new() });
    ledger.answered(&Answer { status: 201, change: Some("c1".to_owned()), body: wire(1, &title).to_string() });
    let titles: Vec<String> =
        (0..2).map(|at| format!("Dust vase {}", marker::of_title(&ledger.marker(), at))).collect();
    let call = |at: usize| json!({"tool": "add_task", "result": wire(at as i64 + 2, &titles[at])});
    let body = json!({"conversation_id": 1, "response": "Added 2 tasks.", "change_id": "c2",
        "tool_calls": [call(0), call(1)]});
    ledger.ask(Ask::Say { titles: titles.clone(), conversation: None, stream: false });
    ledger.answered(&Answer { status: 200, change: None, body: body.to_string() });
    assert_eq!((ledger.entries.len(), ledger.findings.len()), (2, 0), "{:?}", ledger.findings);
    ledger
}

/// The rows that keep all of a ledger's promises.
fn kept(ledger: &Ledger) -> Facts {
    let mut facts = Facts { next_number: 4, tasks: ledger.tasks.clone(), ..Facts::default() };
    for (at, entry) in ledger.entries.iter().enumerate() {
        let effects = entry.effects.iter().map(|effect| {
            let title = effect.after.as_ref().map(|task| task.title.clone()).unwrap_or_default();
            Snapshots { number: effect.number, before: None, after: Some(wire(effect.number, &title)) }
        });
        let (id, effects) = (entry.change.clone().unwrap(), effects.collect());
        facts.changes.push(Change { seq: at as i64 + 1, id, undone_by: None, effects });
        let stored = Stored { status: if at == 0 { 201 } else { 200 }, change: None, body: entry.body.clone() };
        facts.answers.insert(entry.key.clone(), stored);
        if let (Some(message), Some(reply)) = (entry.ask.message(), &entry.reply) {
            let said = Message { is_user: true, text: message, change: None };
            let replied = Message { is_user: false, text: reply.text.clone(), change: entry.change.clone() };
            facts.conversations.insert(reply.conversation, vec![said, replied]);
        }
    }
    facts
}

fn found(ledger: &Ledger, facts: Facts) -> Vec<String> {
    all(std::slice::from_ref(ledger), &Everything::from([("ann".to_owned(), facts)]))
}

#[test]
fn kept_promises_are_no_finding() {
    let ledger = promised();
    assert_eq!(found(&ledger, kept(&ledger)), Vec::<String>::new());
}

#[test]
fn every_broken_promise_is_a_finding() {
    let ledger = promised();
    let double = |tasks: &mut Tasks| drop(tasks.insert(4, Task { ..tasks[&3].clone() }));
    let ways: [(&str, Way); 10] = [
        ("a task is lost", Box::new(|facts| drop(facts.tasks.remove(&2)))),
        ("a task is there twice", Box::new(move |facts| double(&mut facts.tasks))),
        ("a task is another", Box::new(|facts| facts.tasks.get_mut(&1).unwrap().completed = true)),
        ("a version is skipped", Box::new(|facts| facts.tasks.get_mut(&1).unwrap().version = 3)),
        ("a change is lost", Box::new(|facts| drop(facts.changes.remove(1)))),
        ("a change is half", Box::new(|facts| drop(facts.changes[1].effects.pop()))),
        ("a change is undone", Box::new(|facts| facts.changes[0].undone_by = Some("c9".to_owned()))),
        ("a reply is lost", Box::new(|facts| drop(facts.conversations.get_mut(&1).unwrap().pop()))),
        ("an answer is lost", Box::new(|facts| drop(facts.answers.remove("ann-1")))),
        ("a number comes again", Box::new(|facts| facts.next_number = 3)),
    ];
    for (what, break_it) in ways {
        let mut facts = kept(&ledger);
        break_it(&mut facts);
        assert!(!found(&ledger, facts).is_empty(), "{what}");
    }
}

#[test]
fn what_had_no_answer_is_there_whole_or_not_at_all() {
    let whole = promised();
    let mut ledger = promised();
    let last = ledger.entries.pop().unwrap();
    // As if the server had died before the second answer came.
    let mut asked = ledger.prefix(1, &std::collections::BTreeSet::new());
    asked.ask(Ask::Create { title: String::new(), description: None, priority: "high", labels: Vec::new() });
    let pending = asked.pending.as_mut().unwrap();
    (pending.key, pending.ask) = (last.key.clone(), last.ask.clone());
    assert_eq!(found(&asked, kept(&whole)), Vec::<String>::new());
    let mut nothing = kept(&whole);
    nothing.tasks.retain(|number, _| *number == 1);
    nothing.changes.truncate(1);
    nothing.answers.remove(&last.key);
    nothing.conversations.clear();
    assert_eq!(found(&asked, nothing), Vec::<String>::new());
    let mut half = kept(&whole);
    half.answers.remove(&last.key);
    assert!(!found(&asked, half).is_empty());
}

#[test]
fn a_backup_has_no_holes() {
    let ledger = promised();
    let everything = |facts| Everything::from([("ann".to_owned(), facts)]);
    assert_eq!(prefix(std::slice::from_ref(&ledger), &everything(kept(&ledger))), Vec::<String>::new());
    let mut hole = kept(&ledger);
    hole.answers.remove("ann-0");
    assert!(!prefix(&[ledger], &everything(hole)).is_empty());
}
