//! A reference becomes tasks, or a reason why not.

use saydo_domain::{Task, TaskNumber};
use saydo_lang::{Match, Moment, Place, TaskFilter, TaskRef, Window};
use saydo_store::Conn;

use crate::{
    AppError, Caller,
    chat::memory::Memory,
    planner::candidates::{Names, Scope},
    tools::{DueWindow, ListTasksArgs, Status},
};

/// More tasks than this are never changed by one message.
pub const MOST: u32 = 1000;

/// What references resolve to.
#[derive(Debug, Clone, PartialEq)]
pub enum Found {
    /// These tasks, each once, in the order referred to.
    Tasks(Vec<Task>),
    /// These tasks, but not those named here.
    Partly(Vec<Task>, Vec<String>),
    /// One of these, but which?
    Several(Vec<Task>),
    /// Nothing by these words or this number.
    Missing(String),
    /// “It”, and nothing was mentioned before.
    NoFocus,
    /// Nothing fits the filter.
    Nothing,
    /// More than [`MOST`] fit the filter.
    TooMany(i64),
    /// More names than can be looked up for one message.
    TooManyNames,
}

/// Looks references up, loading titles only once and only when needed.
pub struct Finder<'a> {
    /// A connection to read from.
    pub conn: &'a mut Conn,
    /// Whose tasks.
    pub caller: &'a Caller,
    /// When and where.
    pub moment: &'a Moment,
    /// What was shown and talked about.
    pub memory: &'a Memory,
    /// Tasks that words, places and filters do not mean: “the *other* report”.
    pub without: Vec<TaskNumber>,
    names: &'a mut Names,
}

impl std::fmt::Debug for Finder<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Finder").finish_non_exhaustive()
    }
}

impl<'a> Finder<'a> {
    /// A finder for one turn.
    pub(crate) const fn new(
        conn: &'a mut Conn,
        caller: &'a Caller,
        moment: &'a Moment,
        memory: &'a Memory,
        names: &'a mut Names,
    ) -> Self {
        Self { conn, caller, moment, memory, without: Vec::new(), names }
    }

    /// All references together. The first that is not clear decides.
    ///
    /// # Errors
    /// When the store refuses.
    pub async fn find(&mut self, targets: &[TaskRef], scope: Scope) -> Result<Found, AppError> {
        let mut tasks: Vec<Task> = Vec::new();
        let mut missing = Vec::new();
        self.names.look_up(self.conn, targets, scope, &self.without).await?;
        for target in targets {
            match self.find_one(target, scope).await? {
                Found::Tasks(found) => {
                    for task in found {
                        if !tasks.iter().any(|known| known.number == task.number) {
                            tasks.push(task);
                        }
                    }
                }
                Found::Missing(what) if targets.len() > 1 => missing.push(what),
                unclear => return Ok(unclear),
            }
        }
        Ok(match (tasks.is_empty(), missing.is_empty()) {
            (true, false) => Found::Missing(missing.join(", ")),
            (false, false) => Found::Partly(tasks, missing),
            _ => Found::Tasks(tasks),
        })
    }

    async fn find_one(&mut self, target: &TaskRef, scope: Scope) -> Result<Found, AppError> {
        match target {
            TaskRef::Number(number) => self.by_number(*number).await,
            TaskRef::Place(place) => self.by_place(*place).await,
            TaskRef::Words(words) => self.by_words(words, scope).await,
            TaskRef::Focus => self.by_focus().await,
            TaskRef::Other => self.other().await,
            TaskRef::Filter(filter) => self.by_filter(filter, scope).await,
            TaskRef::Except(base, without) => {
                let Found::Tasks(mut tasks) = Box::pin(self.find_one(base, scope)).await? else {
                    return Ok(Found::Nothing);
                };
                let Found::Tasks(without) = Box::pin(self.find(without, scope)).await? else {
                    return Ok(Found::Nothing);
                };
                tasks.retain(|task| !without.iter().any(|other| other.number == task.number));
                Ok(if tasks.is_empty() { Found::Nothing } else { Found::Tasks(tasks) })
            }
        }
    }

    async fn by_number(&mut self, number: TaskNumber) -> Result<Found, AppError> {
        let found = self.conn.task_find(self.caller.id(), number).await?;
        Ok(found.map_or_else(|| Found::Missing(format!("#{number}")), |task| Found::Tasks(vec![task])))
    }

    async fn load(&mut self, numbers: &[TaskNumber]) -> Result<Vec<Task>, AppError> {
        Ok(self.conn.tasks_find(self.caller.id(), numbers).await?)
    }

    /// By place in the list last shown; before any list was shown, in the list of open tasks as it would be shown.
    async fn by_place(&mut self, place: Place) -> Result<Found, AppError> {
        let shown = if self.memory.listing.is_empty() {
            let args = ListTasksArgs { status: Some(Status::Pending), ..ListTasksArgs::default() };
            let listing = crate::tools::list(self.caller, self.moment, self.conn, &args).await?;
            listing.tasks.iter().map(|task| task.number).collect()
        } else {
            self.memory.listing.clone()
        };
        let length = shown.len();
        let at = |n: u32| usize::try_from(n).unwrap_or(usize::MAX);
        let range = match place {
            Place::Nth(n) => at(n).checked_sub(1).filter(|i| *i < length).map(|i| i..i + 1),
            Place::FromEnd(n) => length.checked_sub(at(n)).filter(|i| *i < length).map(|i| i..i + 1),
            Place::Top(n) => Some(0..at(n).min(length)),
            Place::Bottom(n) => Some(length - at(n).min(length)..length),
            Place::All => Some(0..length),
        };
        let numbers = range.map(|range| shown[range].to_vec()).unwrap_or_default();
        let tasks = self.load(&numbers).await?;
        Ok(if tasks.is_empty() { Found::Missing("that place in the list".to_owned()) } else { Found::Tasks(tasks) })
    }

    async fn by_words(&mut self, words: &str, scope: Scope) -> Result<Found, AppError> {
        let Some(found) = self.names.find(self.conn, words, scope, &self.without).await? else {
            return Ok(Found::TooManyNames);
        };
        match found {
            Match::None => Ok(Found::Missing(words.to_owned())),
            Match::One(one) => self.by_number(one.number).await,
            Match::Several(several) => {
                let numbers: Vec<_> = several.iter().map(|scored| scored.number).collect();
                self.load(&numbers).await.map(Found::Several)
            }
        }
    }

    async fn by_focus(&mut self) -> Result<Found, AppError> {
        let numbers = match (self.memory.focus.as_slice(), self.memory.listing.as_slice()) {
            ([], [only]) => vec![*only],
            (focus, _) => focus.to_vec(),
        };
        let tasks = self.load(&numbers).await?;
        Ok(if tasks.is_empty() { Found::NoFocus } else { Found::Tasks(tasks) })
    }

    /// “The other one”: of the tasks last shown or asked about, those that were not meant.
    async fn other(&mut self) -> Result<Found, AppError> {
        let mut numbers = self.memory.listing.clone();
        numbers.retain(|number| !self.memory.focus.contains(number) && !self.without.contains(number));
        let tasks = self.load(&numbers).await?;
        Ok(match tasks.len() {
            0 => Found::NoFocus,
            1 => Found::Tasks(tasks),
            _ => Found::Several(tasks),
        })
    }

    async fn by_filter(&mut self, filter: &TaskFilter, scope: Scope) -> Result<Found, AppError> {
        let completed = filter.completed.or(match scope {
            Scope::Open => Some(false),
            Scope::Completed => Some(true),
            Scope::Any => None,
        });
        let args = list_args(&TaskFilter { completed, ..filter.clone() });
        let mut query = args.query(&self.moment.now)?;
        query.limit = MOST;
        let total = self.conn.tasks_count(self.caller.id(), &query).await?;
        if total > i64::from(MOST) {
            return Ok(Found::TooMany(total));
        }
        let mut tasks = self.conn.tasks_list(self.caller.id(), &query).await?;
        tasks.retain(|task| !self.without.contains(&task.number));
        crate::reply::list::sort(&mut tasks, &self.moment.now);
        Ok(if tasks.is_empty() { Found::Nothing } else { Found::Tasks(tasks) })
    }
}

/// A filter as the arguments of `list_tasks`.
#[must_use]
pub fn list_args(filter: &TaskFilter) -> ListTasksArgs {
    let (due, days) = match filter.due {
        None => (None, None),
        Some(Window::Today) => (Some(DueWindow::Today), None),
        Some(Window::Overdue) => (Some(DueWindow::Overdue), None),
        Some(Window::Week) => (Some(DueWindow::Week), None),
        Some(Window::None) => (Some(DueWindow::None), None),
        Some(Window::Days(first, last)) => (None, Some((first, last))),
    };
    ListTasksArgs {
        status: Some(match filter.completed {
            None => Status::All,
            Some(false) => Status::Pending,
            Some(true) => Status::Completed,
        }),
        priority: filter.priority,
        label: filter.label.as_ref().map(ToString::to_string),
        due,
        due_from: days.map(|(first, _)| first),
        due_to: days.map(|(_, last)| last),
        query: filter.query.clone(),
        limit: None,
        cursor: None,
    }
}
