//! Reads the corpus files; the notation is described in `corpus/heldout/README.md`.

use std::{fs, path::Path, rc::Rc};

use jiff::Zoned;
use saydo_domain::{PendingKind, TaskNumber};
use saydo_lang::{Context, DateOrder, Moment, PendingContext};

use crate::want::Want;

/// What is called with the phrase.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    Understand,
    Line,
    Due,
    Recurrence,
    Resolve,
}

/// A task that exists, for the resolution corpus.
#[derive(Debug, Clone)]
pub(crate) struct KnownTask {
    pub(crate) number: TaskNumber,
    pub(crate) title: String,
    pub(crate) completed: bool,
}

/// One phrase and what it means.
#[derive(Debug, Clone)]
pub(crate) struct Case {
    pub(crate) tag: String,
    /// `file:line`
    pub(crate) place: String,
    pub(crate) mode: Mode,
    pub(crate) context: Context,
    pub(crate) tasks: Rc<Vec<KnownTask>>,
    pub(crate) phrase: String,
    /// Acceptable meanings; the first is the one a person would name.
    pub(crate) wants: Vec<Want>,
    pub(crate) meaning: String,
}

struct Reader {
    tag: String,
    mode: Mode,
    context: Context,
    tasks: Rc<Vec<KnownTask>>,
    meaning: Option<String>,
}

/// All cases of all `*.txt` files in name order, and the lines that could not be read.
pub(crate) fn read_folder(folder: &Path) -> (Vec<Case>, Vec<String>) {
    let (mut cases, mut mistakes) = (Vec::new(), Vec::new());
    let mut files: Vec<_> = fs::read_dir(folder)
        .map(|entries| entries.filter_map(Result::ok).map(|entry| entry.path()).collect())
        .unwrap_or_default();
    files.sort();
    for file in files.iter().filter(|file| file.extension().is_some_and(|extension| extension == "txt")) {
        let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        match fs::read_to_string(file) {
            Ok(text) => read(&name, &text, &mut cases, &mut mistakes),
            Err(error) => mistakes.push(format!("{name}: {error}")),
        }
    }
    (cases, mistakes)
}

fn read(name: &str, text: &str, cases: &mut Vec<Case>, mistakes: &mut Vec<String>) {
    let Ok(now) = "2026-03-11T10:00:00[Europe/Berlin]".parse::<Zoned>() else { return };
    let mut reader = Reader {
        tag: name.trim_end_matches(".txt").to_owned(),
        mode: Mode::Understand,
        context: Context::new(Moment::new(now)),
        tasks: Rc::default(),
        meaning: None,
    };
    for (index, line) in text.lines().enumerate() {
        let place = format!("{name}:{}", index + 1);
        match reader.line(line.trim(), &place) {
            Ok(Some(case)) => cases.push(case),
            Ok(None) => {}
            Err(mistake) => mistakes.push(format!("{place}: {mistake}")),
        }
    }
}

impl Reader {
    fn line(&mut self, line: &str, place: &str) -> Result<Option<Case>, String> {
        if line.is_empty() || line.starts_with("##") {
            return Ok(None);
        }
        if let Some(directive) = line.strip_prefix('@') {
            self.directive(directive)?;
            return Ok(None);
        }
        if let Some(meaning) = line.strip_prefix("= ") {
            self.meaning = Some(meaning.trim().to_owned());
            return Ok(None);
        }
        if let Some(task) = line.strip_prefix("* ") {
            let task = known_task(task)?;
            Rc::make_mut(&mut self.tasks).push(task);
            return Ok(None);
        }
        let (phrase, meaning) = match line.rsplit_once(" => ") {
            Some((phrase, meaning)) => (phrase, meaning.to_owned()),
            None => (line, self.meaning.clone().ok_or("no meaning given")?),
        };
        let phrase =
            phrase.trim().strip_prefix('\\').unwrap_or(phrase.trim()).replace("\\n", "\n").replace("\\t", "\t");
        let wants = meaning.split(" || ").map(Want::parse).collect::<Result<_, _>>()?;
        Ok(Some(Case {
            tag: self.tag.clone(),
            place: place.to_owned(),
            mode: self.mode,
            context: self.context.clone(),
            tasks: Rc::clone(&self.tasks),
            phrase,
            wants,
            meaning,
        }))
    }

    fn directive(&mut self, directive: &str) -> Result<(), String> {
        let (name, value) = directive.split_once(' ').unwrap_or((directive, ""));
        let value = value.trim();
        match name {
            "tag" => {
                value.clone_into(&mut self.tag);
                self.meaning = None;
            }
            "now" => {
                self.context.moment.now = value.parse().map_err(|error: jiff::Error| error.to_string())?;
            }
            "order" => {
                self.context.moment.order = if value == "mdy" { DateOrder::MonthDay } else { DateOrder::DayMonth };
            }
            "mode" => self.mode = mode(value)?,
            "tasks" => self.tasks = Rc::default(),
            "reset" => self.context = Context::new(self.context.moment.clone()),
            "pending" => self.context.pending = Some(pending(value)?),
            "listing" => self.context.listing = numbers(value)?,
            "focus" => self.context.focus = numbers(value)?,
            "lastadd" => self.context.last_was_add = value != "no",
            _ => return Err(format!("unknown directive @{name}")),
        }
        Ok(())
    }
}

fn mode(value: &str) -> Result<Mode, String> {
    Ok(match value {
        "understand" => Mode::Understand,
        "line" => Mode::Line,
        "due" => Mode::Due,
        "recurrence" => Mode::Recurrence,
        "resolve" => Mode::Resolve,
        _ => return Err(format!("unknown mode {value}")),
    })
}

fn number(text: &str) -> Result<TaskNumber, String> {
    text.parse().map_err(|_| format!("“{text}” is not a task number"))
}

fn numbers(value: &str) -> Result<Vec<TaskNumber>, String> {
    value.split_whitespace().map(number).collect()
}

/// `12 Buy milk`, or `12 x Buy milk` for a completed task.
fn known_task(text: &str) -> Result<KnownTask, String> {
    let (digits, title) = text.trim().split_once(' ').ok_or("a task line is `* number title`")?;
    let done = title.strip_prefix("x ");
    Ok(KnownTask { number: number(digits)?, title: done.unwrap_or(title).trim().to_owned(), completed: done.is_some() })
}

/// `choose 4 Call mom; 9 Call the dentist`
fn pending(value: &str) -> Result<PendingContext, String> {
    let (kind, tasks) = value.split_once(' ').unwrap_or((value, ""));
    let kind = match kind {
        "choose" => PendingKind::Choose,
        "confirm" => PendingKind::Confirm,
        "ask" => PendingKind::Ask,
        _ => return Err(format!("unknown pending kind {kind}")),
    };
    let tasks = tasks
        .split(';')
        .filter(|task| !task.trim().is_empty())
        .map(|task| known_task(task).map(|task| (task.number, task.title)))
        .collect::<Result<_, _>>()?;
    Ok(PendingContext { kind, tasks, deletes: false })
}
