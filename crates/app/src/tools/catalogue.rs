//! The one table of tools: what planners and MCP clients are told about them.

use std::sync::LazyLock;

use schemars::{JsonSchema, generate::SchemaSettings};
use serde_json::Value;

use super::{
    AddTaskArgs, CompleteTaskArgs, DeleteTaskArgs, FetchArgs, FindTaskArgs, ListTasksArgs, SearchArgs, UndoArgs,
    UpdateTaskArgs,
    output::{CompleteOutput, DeleteOutput, FetchOutput, FindOutput, ListOutput, SearchOutput, TaskOutput, UndoOutput},
};

/// What there is to know about a tool before it is called.
#[derive(Debug, Clone)]
pub struct ToolSpec {
    /// Its name.
    pub name: &'static str,
    /// What it is called for people.
    pub title: &'static str,
    /// What it does and when to use it.
    pub description: &'static str,
    /// JSON Schema of the arguments.
    pub input_schema: Value,
    /// JSON Schema of the result.
    pub output_schema: Value,
    /// Whether it changes nothing.
    pub read_only: bool,
    /// Whether it takes something away.
    pub destructive: bool,
    /// Whether doing it twice is the same as doing it once.
    pub idempotent: bool,
    /// Whether the assistant's own planner has it; the others are for outside clients only.
    pub for_planner: bool,
}

/// How a tool behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Nature {
    Reads,
    Adds,
    Sets,
    Removes,
    PutsBack,
}

static TOOLS: LazyLock<Vec<ToolSpec>> = LazyLock::new(|| {
    use Nature::{Adds, PutsBack, Reads, Removes, Sets};
    vec![
        spec::<AddTaskArgs, TaskOutput>("add_task", "Add a task", ADD, Adds),
        spec::<ListTasksArgs, ListOutput>("list_tasks", "List tasks", LIST, Reads),
        spec::<FindTaskArgs, FindOutput>("find_task", "Find tasks by title", FIND, Reads),
        spec::<CompleteTaskArgs, CompleteOutput>("complete_task", "Complete or reopen a task", COMPLETE, Sets),
        spec::<UpdateTaskArgs, TaskOutput>("update_task", "Change a task", UPDATE, Sets),
        spec::<DeleteTaskArgs, DeleteOutput>("delete_task", "Delete a task", DELETE, Removes),
        spec::<UndoArgs, UndoOutput>("undo", "Undo a change", UNDO, PutsBack),
        ToolSpec { for_planner: false, ..spec::<SearchArgs, SearchOutput>("search", "Search tasks", SEARCH, Reads) },
        ToolSpec { for_planner: false, ..spec::<FetchArgs, FetchOutput>("fetch", "Read a task", FETCH, Reads) },
    ]
});

const ADD: &str = "Add one task to the list. due_date and recurrence may be given in words, such as “friday 3pm” or \
                   “every weekday”.";
const LIST: &str = "List tasks by status, priority, label, due or words, those due first first.";
const FIND: &str =
    "Find tasks by words of their titles, best first; typos are forgiven. Use it to get a task's number.";
const COMPLETE: &str = "Mark a task as done, or open it again with completed: false.";
const UPDATE: &str = "Change fields of a task: a field that is left out stays as it is, null clears it. labels replaces \
                      all labels.";
const DELETE: &str = "Put one task into the trash. Only when the person asked for a deletion.";
const UNDO: &str = "Put back the newest change, or the one named. Only when the person asked to undo something.";
const SEARCH: &str = "Search tasks by words of title, description or label.";
const FETCH: &str = "Read one task in full by the id that search gave.";

/// All tools, in the order they are shown.
#[must_use]
pub fn all() -> &'static [ToolSpec] {
    &TOOLS
}

/// A tool by its name.
#[must_use]
pub fn find(name: &str) -> Option<&'static ToolSpec> {
    TOOLS.iter().find(|spec| spec.name == name)
}

fn spec<I: JsonSchema, O: JsonSchema>(
    name: &'static str,
    title: &'static str,
    description: &'static str,
    nature: Nature,
) -> ToolSpec {
    ToolSpec {
        name,
        title,
        description,
        input_schema: schema::<I>(),
        output_schema: schema::<O>(),
        read_only: nature == Nature::Reads,
        destructive: matches!(nature, Nature::Removes | Nature::PutsBack),
        idempotent: matches!(nature, Nature::Reads | Nature::Sets | Nature::Removes),
        for_planner: true,
    }
}

/// A schema without references and names: some servers of models know neither.
fn schema<T: JsonSchema>() -> Value {
    let settings = SchemaSettings::draft2020_12().with(|settings| {
        settings.inline_subschemas = true;
        settings.meta_schema = None;
    });
    let mut schema = Value::from(settings.into_generator().into_root_schema_for::<T>());
    if let Some(fields) = schema.as_object_mut() {
        fields.remove("title");
        // Written about the type, not for its readers.
        fields.remove("description");
        fields.entry("properties").or_insert_with(|| Value::Object(serde_json::Map::new()));
    }
    schema
}
