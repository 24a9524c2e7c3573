//! What clients send to make or change a task, and how it becomes a valid command. All mistakes are reported together.

use saydo_domain::{
    Description, Due, Field, FieldError, Label, NewTask, Priority, Recurrence, RepeatFrom, TaskPatch, Title,
    ValidationError,
};
use saydo_lang::Moment;
use serde::{Deserialize, Serialize};

/// The body of `POST /api/tasks`, and the arguments of `add_task`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"title": "Water the plants", "due_date": "tomorrow 8am", "recurrence": "every other day", "labels": ["home"]}))]
pub struct TaskInput {
    /// 1 to 200 characters after trimming.
    pub title: String,
    /// At most 1000 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// `high`, `medium` (the default) or `low`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub priority: Option<String>,
    /// A day, an RFC 3339 date-time with offset, or words (`friday 3pm`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_date: Option<String>,
    /// A rule, or words (`every friday`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recurrence: Option<RecurrenceInput>,
    /// Labels of letters, digits, `-` and `_`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub labels: Option<Vec<String>>,
}

/// A recurrence as a client may send it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema, utoipa::ToSchema)]
#[serde(untagged)]
pub enum RecurrenceInput {
    /// In words.
    Words(String),
    /// As a rule.
    Rule(RuleInput),
}

/// A recurrence rule as a client may send it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RuleInput {
    /// The RRULE (RFC 5545 §3.3.10).
    pub rrule: String,
    /// `due` (the default) or `completion`.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    #[schemars(with = "String")]
    pub from: RepeatFrom,
    /// The rule in words.
    #[serde(default)]
    pub text: String,
}

/// The body of `PUT` and `PATCH /api/tasks/{id}`: absent keeps, `null` clears.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(example = json!({"priority": "high", "due_date": "2026-03-13T15:00:00+01:00", "description": null}))]
pub struct TaskPatchInput {
    /// 1 to 200 characters after trimming; cannot be cleared.
    #[serde(skip_serializing_if = "Field::is_keep")]
    #[schema(value_type = Option<String>)]
    pub title: Field<String>,
    /// At most 1000 characters.
    #[serde(skip_serializing_if = "Field::is_keep")]
    #[schema(value_type = Option<String>)]
    pub description: Field<String>,
    /// `high`, `medium` or `low`; `null` is `medium`.
    #[serde(skip_serializing_if = "Field::is_keep")]
    #[schema(value_type = Option<String>)]
    pub priority: Field<String>,
    /// A day, an RFC 3339 date-time with offset, or words.
    #[serde(skip_serializing_if = "Field::is_keep")]
    #[schema(value_type = Option<String>)]
    pub due_date: Field<String>,
    /// A rule, or words.
    #[serde(skip_serializing_if = "Field::is_keep")]
    #[schema(value_type = Option<RecurrenceInput>)]
    pub recurrence: Field<RecurrenceInput>,
    /// All labels from now on.
    #[serde(skip_serializing_if = "Field::is_keep")]
    #[schema(value_type = Option<Vec<String>>)]
    pub labels: Field<Vec<String>>,
    /// Done or open.
    #[serde(skip_serializing_if = "Field::is_keep")]
    #[schema(value_type = Option<bool>)]
    pub completed: Field<bool>,
}

/// Collects refusals so that a person sees all mistakes at once.
#[derive(Debug, Default)]
struct Mistakes(Vec<FieldError>);

impl Mistakes {
    fn take<T>(&mut self, result: Result<T, ValidationError>) -> Option<T> {
        result.map_err(|error| self.0.extend(error.errors)).ok()
    }

    fn field<T, U>(&mut self, field: Field<T>, convert: impl FnOnce(T) -> Result<U, ValidationError>) -> Field<U> {
        self.take(field.try_map(convert)).unwrap_or_default()
    }

    fn refuse(&mut self, field: &str, message: &str) {
        self.0.push(FieldError { field: field.to_owned(), message: message.to_owned() });
    }

    fn finish<T>(self, value: Option<T>) -> Result<T, ValidationError> {
        match value {
            Some(value) if self.0.is_empty() => Ok(value),
            _ => Err(ValidationError { errors: self.0 }),
        }
    }
}

/// Reads a due in wire form or in words.
///
/// # Errors
/// When it is neither.
pub fn due(text: &str, moment: &Moment) -> Result<Due, ValidationError> {
    text.parse().ok().or_else(|| saydo_lang::parse_due(text, moment)).ok_or_else(|| {
        let help =
            "Give a day (2026-03-12), a date-time with offset (2026-03-12T15:00:00+01:00) or words like “friday 3pm”.";
        ValidationError::new("due_date", help)
    })
}

/// Reads a recurrence as a rule or in words.
///
/// # Errors
/// When it is neither.
pub fn recurrence(input: RecurrenceInput, moment: &Moment) -> Result<Recurrence, ValidationError> {
    match input {
        RecurrenceInput::Words(words) => saydo_lang::parse_recurrence(&words, moment)
            .or_else(|| Recurrence::from_rrule(&words).ok())
            .ok_or_else(|| ValidationError::new("recurrence", "Say it like “every friday” or give an RRULE.")),
        RecurrenceInput::Rule(rule) => {
            if rule.text.chars().count() > saydo_domain::TITLE_MAX {
                return Err(ValidationError::new("recurrence", "The text of the recurrence is too long."));
            }
            if rule.text.contains('\0') {
                return Err(ValidationError::new("recurrence", "The text cannot contain the NUL character."));
            }
            let rrule = rule
                .rrule
                .parse()
                .map_err(|error: saydo_domain::RRuleError| ValidationError::new("recurrence", error.to_string()))?;
            Ok(Recurrence { rrule, from: rule.from, text: rule.text })
        }
    }
}

fn labels(texts: &[String]) -> Result<Vec<Label>, ValidationError> {
    if texts.len() > 50 {
        return Err(ValidationError::new("labels", "A task has at most 50 labels."));
    }
    texts.iter().map(|text| Label::new(text)).collect()
}

impl TaskInput {
    /// The valid task this describes.
    ///
    /// # Errors
    /// With every field that cannot be accepted.
    pub fn validate(self, moment: &Moment) -> Result<NewTask, ValidationError> {
        let mut mistakes = Mistakes::default();
        let title = mistakes.take(Title::new(&self.title));
        let description = self.description.and_then(|text| mistakes.take(Description::new(&text)));
        let priority: Option<Priority> = self.priority.and_then(|text| mistakes.take(text.parse()));
        let due = self.due_date.and_then(|text| mistakes.take(due(&text, moment)));
        let recurrence = self.recurrence.and_then(|input| mistakes.take(recurrence(input, moment)));
        let labels = mistakes.take(labels(&self.labels.unwrap_or_default())).unwrap_or_default();
        let priority = priority.unwrap_or_default();
        mistakes.finish(title.map(|title| NewTask { title, description, priority, due, recurrence, labels }))
    }
}

impl TaskPatchInput {
    /// The valid patch this describes, and what to do about completion.
    ///
    /// # Errors
    /// With every field that cannot be accepted; also when no field is given at all.
    pub fn validate(self, moment: &Moment) -> Result<(TaskPatch, Option<bool>), ValidationError> {
        let mut mistakes = Mistakes::default();
        let title = match mistakes.field(self.title, |text| Title::new(&text)) {
            Field::Keep => None,
            Field::Set(title) => Some(title),
            Field::Clear => {
                mistakes.refuse("title", "Title cannot be empty.");
                None
            }
        };
        let patch = TaskPatch {
            title,
            description: mistakes.field(self.description, |text| Description::new(&text)),
            priority: match mistakes.field(self.priority, |text| text.parse()) {
                Field::Keep => None,
                Field::Clear => Some(Priority::default()),
                Field::Set(priority) => Some(priority),
            },
            due: mistakes.field(self.due_date, |text| due(&text, moment)),
            recurrence: mistakes.field(self.recurrence, |input| recurrence(input, moment)),
            labels: match mistakes.field(self.labels, |texts| labels(&texts)) {
                Field::Keep => None,
                Field::Clear => Some(Vec::new()),
                Field::Set(labels) => Some(labels),
            },
            add_labels: Vec::new(),
            remove_labels: Vec::new(),
        };
        let completed = match self.completed {
            Field::Keep => None,
            Field::Set(completed) => Some(completed),
            Field::Clear => {
                mistakes.refuse("completed", "completed must be true or false.");
                None
            }
        };
        if mistakes.0.is_empty() && patch.is_empty() && completed.is_none() {
            mistakes.refuse(
                "body",
                "Give at least one of title, description, priority, due_date, recurrence, labels, completed.",
            );
        }
        mistakes.finish(Some((patch, completed)))
    }
}

impl From<Recurrence> for RecurrenceInput {
    fn from(recurrence: Recurrence) -> Self {
        let Recurrence { rrule, from, text } = recurrence;
        Self::Rule(RuleInput { rrule: rrule.to_string(), from, text })
    }
}
