//! What a message means: intents whose targets are still references, in ranked readings.

use saydo_domain::{Due, Field, Label, PendingKind, Priority, Recurrence, TaskNumber};

use crate::{Moment, Problem, Span};

/// What a message is read against. Everything here comes from the database, so any replica reads it the same way.
#[derive(Debug, Clone)]
pub struct Context {
    /// When, where and by whose habits.
    pub moment: Moment,
    /// The question that waits for an answer, if any.
    pub pending: Option<PendingContext>,
    /// The numbers of the list last shown, in the order shown.
    pub listing: Vec<TaskNumber>,
    /// The tasks the last change or single-task answer was about: what “it” and “them” mean.
    pub focus: Vec<TaskNumber>,
    /// Whether the last turn added tasks: “make that 4pm instead” and “no, friday” correct it.
    pub last_was_add: bool,
    /// Whether the last turn gave a task another name: “no, annual report” corrects it.
    pub last_was_rename: bool,
    /// What the last turn asked of the list, if that is all it did: “and on friday?” goes on from it, and “those” are
    /// the tasks in `listing`.
    pub last_query: Option<ListQuery>,
}

impl Context {
    /// A context without history.
    #[must_use]
    pub const fn new(moment: Moment) -> Self {
        Self {
            moment,
            pending: None,
            listing: Vec::new(),
            focus: Vec::new(),
            last_was_add: false,
            last_was_rename: false,
            last_query: None,
        }
    }
}

/// The waiting question, as far as understanding an answer needs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PendingContext {
    /// What kind of answer is awaited.
    pub kind: PendingKind,
    /// The tasks shown with the question: number and title, in the order shown.
    pub tasks: Vec<(TaskNumber, String)>,
    /// Whether something is deleted when it is answered: only a clear yes counts then, not “great”.
    pub deletes: bool,
}

/// Everything a message may mean, best reading first; never empty.
#[derive(Debug, Clone, PartialEq)]
pub struct Understanding {
    /// The readings, best first.
    pub readings: Vec<Reading>,
}

/// One way to read a message.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    /// The commands, in the order said.
    pub intents: Vec<Intent>,
    /// 0 to 1. From [`Reading::SURE`] on the engine acts; from [`Reading::CLOSE`] on it may ask; below, it is lost.
    pub confidence: f32,
    /// This reading holds only if its task references by words find a task; else the next reading is tried.
    /// (“complete the tax form” completes a task of that name, and otherwise is a thing to do.)
    pub only_if_found: bool,
    /// The name of the rule that made it.
    pub rule: &'static str,
}

impl Reading {
    /// Confidence from which the engine acts.
    pub const SURE: f32 = 0.75;
    /// Confidence from which the engine asks rather than giving up.
    pub const CLOSE: f32 = 0.45;
}

/// A command whose targets are still references.
#[derive(Debug, Clone, PartialEq)]
pub enum Intent {
    /// Make these tasks (at least one; titles not empty).
    Add(Vec<Draft>),
    /// A verb without its object: ask for the title, e.g. “What would you like to buy?”.
    AskTitle {
        /// The bare verb as typed, lower case (`buy`); empty for a bare `add task`.
        verb: String,
    },
    /// Show or count tasks.
    List(ListQuery),
    /// Mark as done (`completed: true`) or open again.
    Complete {
        /// Which tasks; empty: ask which.
        targets: Vec<TaskRef>,
        /// Done, or open again.
        completed: bool,
    },
    /// Change tasks.
    Update {
        /// Which tasks; empty: ask which.
        targets: Vec<TaskRef>,
        /// What to change; an edit that is empty asks what to change.
        edit: Box<Edit>,
    },
    /// Delete tasks.
    Delete {
        /// Which tasks; empty: ask which.
        targets: Vec<TaskRef>,
    },
    /// Leave out what is due next of repeating tasks, and go on with what comes after it: “skip yoga this week”. Only for
    /// tasks that repeat; of others the next reading holds.
    Skip {
        /// Which tasks.
        targets: Vec<TaskRef>,
        /// The days that are left out; `None`: only the next time.
        on: Option<Window>,
    },
    /// Take tasks out of the trash.
    Restore {
        /// Which tasks; empty: ask which.
        targets: Vec<TaskRef>,
    },
    /// Show what is in the trash.
    ShowTrash,
    /// What was just done or shown was meant for these tasks instead: “no, I meant the other report”.
    Instead {
        /// Which tasks; empty: only that it was the wrong one.
        targets: Vec<TaskRef>,
    },
    /// What was just done or added was not meant for these tasks: “oh wait, not the eggs”.
    NotThese {
        /// Which tasks.
        targets: Vec<TaskRef>,
    },
    /// Put back the newest changes.
    Undo {
        /// How many; at least 1.
        count: u32,
    },
    /// Put back all changes of this conversation.
    UndoAll,
    /// Do again what was undone last.
    Redo,
    /// The answer to the waiting question.
    Answer(Answer),
    /// “What did you just do?”
    WhatDidYouDo,
    /// “Why that date?”
    WhyThatDate,
    /// Talk that is no command: answered with a friendly line, never a task.
    Talk(Topic),
    /// Not understood.
    Unknown,
}

/// A task to make.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Draft {
    /// The title, tidied.
    pub title: String,
    /// The note.
    pub description: Option<String>,
    /// When it is due.
    pub due: Option<Due>,
    /// A due that hangs on another task (“before that” is the moment the referenced draft is due): the index of that
    /// draft in the same `Add`. `due` is already computed from it.
    pub relative_to: Option<usize>,
    /// How it repeats.
    pub recurrence: Option<Recurrence>,
    /// How much it matters, when said.
    pub priority: Option<Priority>,
    /// Its labels.
    pub labels: Vec<Label>,
    /// What was recognised where in the whole message.
    pub spans: Vec<Span>,
    /// What should be asked first.
    pub problems: Vec<Problem>,
}

/// What to change on a task.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Edit {
    /// New title.
    pub title: Option<String>,
    /// Whether the title corrects what was heard (“I meant Anne”): a word that looks like one of the old title's
    /// takes its place, and the rest stays.
    pub title_corrects: bool,
    /// New description, or none.
    pub description: Field<String>,
    /// Text to add as a new line of the description.
    pub append_description: Option<String>,
    /// New priority.
    pub priority: Option<Priority>,
    /// New due, or none.
    pub due: Field<Due>,
    /// Only the time of day was said (“make that 4pm”): keep the task's own date if it has one.
    pub due_time_only: bool,
    /// Only the date was said (“move it to friday”): keep the task's own time of day if it has one.
    pub due_date_only: bool,
    /// No date was said: the day of `due` is only the first one of the new repetition (“make it weekly”). A task that
    /// has a day which fits keeps it.
    pub day_of_repetition: bool,
    /// Move each task's own due by this much (“postpone by two days”); added to today when it has none.
    pub shift: Option<Shift>,
    /// New repetition, or none.
    pub recurrence: Field<Recurrence>,
    /// Labels to add.
    pub add_labels: Vec<Label>,
    /// Labels to take away.
    pub remove_labels: Vec<Label>,
    /// What was recognised where.
    pub spans: Vec<Span>,
}

/// How far to move a due, in calendar units first: months, then days, then minutes. Negative: earlier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Shift {
    /// Calendar months.
    pub months: i32,
    /// Calendar days.
    pub days: i32,
    /// Minutes of elapsed time.
    pub minutes: i64,
}

/// A reference to one or more tasks.
#[derive(Debug, Clone, PartialEq)]
pub enum TaskRef {
    /// By number: `task 5`, `#5`.
    Number(TaskNumber),
    /// By place in the list last shown.
    Place(Place),
    /// By words of the title.
    Words(String),
    /// What the last change or answer was about: `it`, `that`, `them`.
    Focus,
    /// The other one of two just named or shown.
    Other,
    /// Every task that fits.
    Filter(TaskFilter),
    /// All of these but those.
    Except(Box<TaskRef>, Vec<TaskRef>),
}

/// A place in the list last shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// The n-th, counted from 1.
    Nth(u32),
    /// The n-th from the end, counted from 1.
    FromEnd(u32),
    /// The first n.
    Top(u32),
    /// The last n.
    Bottom(u32),
    /// All of them.
    All,
}

/// A span of days for listing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Window {
    /// Due today (and, when listing what to do, what is overdue).
    Today,
    /// Due before now.
    Overdue,
    /// Due within this calendar week, from today.
    Week,
    /// Without a due date.
    None,
    /// Due on the days from the first to the last, both included.
    Days(jiff::civil::Date, jiff::civil::Date),
}

/// Which tasks.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TaskFilter {
    /// Only completed or only open; `None`: both.
    pub completed: Option<bool>,
    /// Only of this priority.
    pub priority: Option<Priority>,
    /// Only with this label.
    pub label: Option<Label>,
    /// Only due then.
    pub due: Option<Window>,
    /// Whether the days of `due` are those of completion: “what did I finish this week?”.
    pub by_completion: bool,
    /// Only whose title or description has these words.
    pub query: Option<String>,
}

/// What is asked about the tasks.
#[derive(Debug, Clone, PartialEq)]
pub enum ListQuestion {
    /// Show them.
    Show,
    /// Only the first one to do.
    Next,
    /// How many.
    Count,
    /// Whether this one is done (“did I finish the report?”).
    IsDone(TaskRef),
    /// When this one is due.
    WhenDue(TaskRef),
    /// All about this one (“what's task 5?”).
    Details(TaskRef),
}

/// A listing.
#[derive(Debug, Clone, PartialEq)]
pub struct ListQuery {
    /// What is asked.
    pub question: ListQuestion,
    /// About which tasks.
    pub filter: TaskFilter,
}

/// The answer to a waiting question.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// Yes, go ahead.
    Accept,
    /// No, leave it.
    Reject,
    /// These of the tasks shown (indices into the pending tasks, from 0).
    Pick(Vec<usize>),
    /// Of the tasks shown only these are meant, but nobody said to go ahead (“the figs can stay”): it is asked again
    /// about them. All of them: what was to be left out is none of those shown.
    Narrow(Vec<usize>),
    /// Those of the tasks shown that these mean; finding out needs more than their numbers and titles (“the overdue
    /// one”).
    Among {
        /// Which.
        targets: Vec<TaskRef>,
        /// Whether more than one may be meant (“the overdue ones”).
        several: bool,
    },
    /// None of the tasks shown, but these (“neither, the garage one”).
    Others(Vec<TaskRef>),
    /// What was the question? (“what?”, “which ones?”)
    Again,
    /// The text asked for, as a draft (“milk tomorrow” to “What would you like to buy?”).
    Text(Box<Draft>),
}

/// Talk that is no command.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Topic {
    /// `hi`
    Greeting,
    /// `thanks!`
    Thanks,
    /// `bye`
    Goodbye,
    /// `what can you do?`
    Help,
    /// `who are you?`
    Identity,
    /// `how are you?`
    HowAreYou,
    /// `sorry`, `great`, `ok`
    Acknowledgement,
    /// `no`, though nothing was asked
    Refusal,
    /// Something this assistant does not do: weather, sports, arithmetic, e-mail.
    OutOfScope,
    /// An attempt to give the assistant new instructions; just text.
    Injection,
}
