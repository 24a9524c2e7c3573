//! What can be asked of a list of tasks.

use jiff::{Timestamp, Zoned, civil::Date};
use saydo_domain::{Due, Label, Priority};

use crate::TaskCursor;

/// Which tasks, in which order, which page. Tasks in the trash are never among them.
#[derive(Debug, Clone, PartialEq)]
pub struct TaskQuery {
    /// Only completed, or only open ones.
    pub completed: Option<bool>,
    /// Only of this priority.
    pub priority: Option<Priority>,
    /// Only with this label.
    pub label: Option<Label>,
    /// Only due then.
    pub due: Option<DueFilter>,
    /// Only completed from the first instant on and before the second.
    pub completed_between: Option<(Timestamp, Timestamp)>,
    /// Only with this text in title or description, whatever the case.
    pub text: Option<String>,
    /// Only about this: with this text in title or description, or with a label of that name.
    pub topic: Option<String>,
    /// The order.
    pub sort: TaskSort,
    /// At most so many.
    pub limit: u32,
    /// Only what comes after this place.
    pub cursor: Option<TaskCursor>,
}

impl Default for TaskQuery {
    fn default() -> Self {
        Self {
            completed: None,
            priority: None,
            label: None,
            due: None,
            completed_between: None,
            text: None,
            topic: None,
            sort: TaskSort::default(),
            limit: 50,
            cursor: None,
        }
    }
}

/// Which dues fit. A day is compared by the wall clock, a moment by its instant.
#[derive(Debug, Clone, PartialEq)]
pub enum DueFilter {
    /// Strictly after one bound and strictly before another. A bound that is a day means days, wherever they are said;
    /// a bound that is a moment means that instant, and whole days then count from their midnight on its wall clock.
    Bounds {
        /// The due must be later.
        after: Option<Due>,
        /// The due must be earlier.
        before: Option<Due>,
    },
    /// On one of these days, the last one included.
    Days {
        /// The first day.
        first: Date,
        /// The last day.
        last: Date,
    },
    /// Whole days before today, moments before now.
    Overdue(Zoned),
    /// No due at all.
    None,
}

/// The order of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TaskSort {
    /// By what.
    pub key: TaskSortKey,
    /// Which end first.
    pub direction: SortDirection,
}

/// By what a list is ordered; equals come in the order of their numbers, in the same direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TaskSortKey {
    /// The order in which they were made.
    #[default]
    Created,
    /// When they last changed.
    Updated,
    /// By the wall clock, a whole day at its beginning; those without a due last in both directions.
    Due,
    /// High before low.
    Priority,
    /// By the letters' code points, whatever the case.
    Title,
    /// Their numbers.
    Number,
}

/// Which end of the order comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SortDirection {
    /// The least first.
    Ascending,
    /// The greatest first.
    #[default]
    Descending,
}

impl SortDirection {
    /// The other one.
    #[must_use]
    pub const fn reversed(self) -> Self {
        match self {
            Self::Ascending => Self::Descending,
            Self::Descending => Self::Ascending,
        }
    }
}
