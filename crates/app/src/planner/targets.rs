//! A reference becomes tasks, or a reason why not.

use jiff::{ToSpan as _, civil::Date};
use saydo_domain::{Label, Task, TaskNumber};
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

/// Of more tasks than this it is asked openly which is meant.
const MOST_CHOICES: usize = 8;

/// What references resolve to.
#[derive(Debug, Clone, PartialEq)]
pub enum Found {
    /// These tasks, each once, in the order referred to.
    Tasks(Vec<Task>),
    /// These tasks, but not those named here.
    Partly(Vec<Task>, Vec<String>),
    /// One of these, but which?
    Several(Vec<Task>),
    /// Of several names some are clear, and one is not.
    Mixed(Box<Mixed>),
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

/// What several names mean of which one could be more than one task.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Mixed {
    /// The tasks that are clear.
    pub clear: Vec<Task>,
    /// What the unclear ones may mean.
    pub several: Vec<Task>,
    /// Names that nothing is called by.
    pub missing: Vec<String>,
}

impl Mixed {
    /// Takes in what one more reference means; what cannot stand beside others is given back.
    fn take(&mut self, found: Found) -> Result<(), Found> {
        match found {
            Found::Tasks(tasks) => add(&mut self.clear, tasks),
            Found::Missing(name) => self.missing.push(name),
            Found::Several(tasks) => add(&mut self.several, tasks),
            Found::Partly(tasks, names) => {
                add(&mut self.clear, tasks);
                self.missing.extend(names);
            }
            Found::Mixed(mixed) => {
                add(&mut self.clear, mixed.clear);
                add(&mut self.several, mixed.several);
                self.missing.extend(mixed.missing);
            }
            other => return Err(other),
        }
        Ok(())
    }

    fn found(self) -> Found {
        match (self.clear.is_empty(), self.several.is_empty(), self.missing.is_empty()) {
            (false, false, _) => Found::Mixed(Box::new(self)),
            (true, false, _) => Found::Several(self.several),
            (false, true, true) => Found::Tasks(self.clear),
            (false, true, false) => Found::Partly(self.clear, self.missing),
            (true, true, false) => Found::Missing(self.missing.join(", ")),
            (true, true, true) => Found::Nothing,
        }
    }
}

/// Each task once, in the order referred to.
fn add(known: &mut Vec<Task>, tasks: Vec<Task>) {
    for task in tasks {
        if !known.iter().any(|other| other.number == task.number) {
            known.push(task);
        }
    }
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
        self.names.look_up(self.conn, targets, scope, &self.without).await?;
        if let [only] = targets {
            return self.find_one(only, scope).await;
        }
        let mut mixed = Mixed::default();
        for target in targets {
            let found = self.find_one(target, scope).await?;
            if let Err(unclear) = mixed.take(found) {
                return Ok(unclear);
            }
        }
        Ok(mixed.found())
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
                // Of several that may be meant by what is left out, all are.
                let (Found::Tasks(without) | Found::Several(without)) = Box::pin(self.find(without, scope)).await?
                else {
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
        let shown = if self.memory.listing.is_empty() && self.memory.query.is_none() {
            let args = ListTasksArgs { status: Some(Status::Pending), ..ListTasksArgs::default() };
            let listing = crate::tools::list(self.caller, self.moment, self.conn, &args).await?;
            listing.tasks.iter().map(|task| task.number).collect()
        } else {
            self.memory.listing.clone()
        };
        let numbers = at(place, &shown);
        let tasks = self.load(&numbers).await?;
        Ok(if tasks.is_empty() { Found::Missing("that place in the list".to_owned()) } else { Found::Tasks(tasks) })
    }

    async fn by_words(&mut self, words: &str, scope: Scope) -> Result<Found, AppError> {
        let whole = self.by_name(words, scope).await?;
        let parts = names_in(words);
        let covered = |tasks: &[Task]| tasks.iter().any(|task| covers(task.title.as_str(), words));
        if parts.len() < 2 || matches!(&whole, Found::Tasks(tasks) if covered(tasks)) {
            return Ok(whole);
        }
        // “The milk and the bread”: each by itself, unless that finds nothing.
        let mut mixed = Mixed::default();
        for part in &parts {
            let found = self.by_name(part, scope).await?;
            if let Err(unclear) = mixed.take(found) {
                return Ok(unclear);
            }
        }
        Ok(match mixed.found() {
            Found::Missing(_) | Found::Several(_) => whole,
            apart => apart,
        })
    }

    /// What one name means.
    async fn by_name(&mut self, name: &str, scope: Scope) -> Result<Found, AppError> {
        let Some(found) = self.names.find(self.conn, name, scope, &self.without).await? else {
            return Ok(Found::TooManyNames);
        };
        match found {
            Match::None => Ok(Found::Missing(name.to_owned())),
            Match::One(one) => self.by_number(one.number).await,
            Match::Several(several) => {
                let numbers: Vec<_> = several.iter().map(|scored| scored.number).collect();
                self.load(&numbers).await.map(Found::Several)
            }
        }
    }

    async fn by_focus(&mut self) -> Result<Found, AppError> {
        let Memory { focus, listing, query, undecided, since, .. } = self.memory;
        let shown_since = query.is_some();
        let (numbers, clear) = match (focus.as_slice(), listing.as_slice()) {
            (_, [only]) if shown_since || focus.is_empty() => (vec![*only], true),
            ([one], shown) if shown_since => {
                let near = *since <= 1 && (shown.is_empty() || shown.contains(one));
                if near { (vec![*one], true) } else { (shown.to_vec(), false) }
            }
            (_, shown) if shown_since => (shown.to_vec(), false),
            (focus, _) => (focus.to_vec(), !undecided || focus.len() == 1),
        };
        let tasks = self.load(&numbers).await?;
        Ok(match tasks.len() {
            0 => Found::NoFocus,
            _ if clear => Found::Tasks(tasks),
            1..=MOST_CHOICES => Found::Several(tasks),
            _ => Found::NoFocus,
        })
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
        let args = list_args(&TaskFilter { completed, ..filter.clone() }, self.moment.now.date());
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

/// More names than this are no names.
const MOST_NAMES: usize = 8;

/// The names between commas and “and”: `the milk and the bread`.
fn names_in(words: &str) -> Vec<&str> {
    let parts: Vec<&str> = words
        .split([',', '&'])
        .flat_map(|part| part.split(" and "))
        .map(|part| part.trim().trim_start_matches("and ").trim())
        .filter(|part| part.chars().any(char::is_alphanumeric))
        .collect();
    if parts.len() > MOST_NAMES { Vec::new() } else { parts }
}

/// Whether a title has all the words, give or take their endings: `flights booked` and “Book flights to Lisbon”.
pub(super) fn covers(title: &str, words: &str) -> bool {
    const SMALL: [&str; 7] = ["the", "and", "my", "a", "an", "of", "our"];
    let cut = |text: &str| -> Vec<String> {
        text.to_lowercase()
            .split(|c: char| !c.is_alphanumeric())
            .filter(|word| !word.is_empty())
            .map(ToOwned::to_owned)
            .collect()
    };
    let title = cut(title);
    let same = |a: &str, b: &str| {
        let shared = a.chars().zip(b.chars()).take_while(|(a, b)| a == b).count();
        let shorter = a.chars().count().min(b.chars().count());
        shared == shorter && shorter >= 3 || shared >= 4 || a == b
    };
    let said = cut(words);
    said.iter().filter(|word| !SMALL.contains(&word.as_str())).all(|word| title.iter().any(|other| same(other, word)))
}

/// What stands at a place of a list.
pub(super) fn at(place: Place, shown: &[TaskNumber]) -> Vec<TaskNumber> {
    let length = shown.len();
    let at = |n: u32| usize::try_from(n).unwrap_or(usize::MAX);
    let range = match place {
        Place::Nth(n) => at(n).checked_sub(1).filter(|i| *i < length).map(|i| i..i + 1),
        Place::FromEnd(n) => length.checked_sub(at(n)).filter(|i| *i < length).map(|i| i..i + 1),
        Place::Top(n) => Some(0..at(n).min(length)),
        Place::Bottom(n) => Some(length - at(n).min(length)..length),
        Place::All => Some(0..length),
    };
    range.map(|range| shown[range].to_vec()).unwrap_or_default()
}

/// A filter as the arguments of `list_tasks`.
#[must_use]
pub fn list_args(filter: &TaskFilter, today: Date) -> ListTasksArgs {
    let done_then = filter.by_completion;
    let (due, days) = match filter.due {
        None => (None, None),
        Some(Window::Today) if done_then => (None, Some((today, today))),
        Some(Window::Week) if done_then => (None, Some((monday(today), today))),
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
        due_from: days.map(|(first, _)| first).filter(|_| !done_then),
        due_to: days.map(|(_, last)| last).filter(|_| !done_then),
        completed_from: days.map(|(first, _)| first).filter(|_| done_then),
        completed_to: days.map(|(_, last)| last).filter(|_| done_then),
        query: filter.query.clone(),
        limit: None,
        cursor: None,
    }
}

/// Monday of this week (ISO 8601).
fn monday(today: Date) -> Date {
    let passed = i64::from(today.weekday().to_monday_zero_offset());
    today.checked_sub(passed.days()).unwrap_or(today)
}

/// The arguments of `list_tasks` as a filter.
#[must_use]
pub fn filter_of(args: &ListTasksArgs) -> TaskFilter {
    let due = match (args.due, args.due_from, args.due_to) {
        (Some(DueWindow::Today), ..) => Some(Window::Today),
        (Some(DueWindow::Overdue), ..) => Some(Window::Overdue),
        (Some(DueWindow::Week), ..) => Some(Window::Week),
        (Some(DueWindow::None), ..) => Some(Window::None),
        (None, Some(first), Some(last)) => Some(Window::Days(first, last)),
        (None, ..) => args.completed_from.zip(args.completed_to).map(|(first, last)| Window::Days(first, last)),
    };
    TaskFilter {
        completed: match args.status {
            Some(Status::Pending) => Some(false),
            Some(Status::Completed) => Some(true),
            Some(Status::All) | None => None,
        },
        priority: args.priority,
        label: args.label.as_ref().and_then(|label| Label::new(label).ok()),
        due,
        by_completion: args.completed_from.is_some(),
        query: args.query.clone(),
    }
}
