//! Patterns: `mark {ref} as? $done` as data, compiled once.
//!
//! A word stands for itself, `$class` for any member of a class, `{slot}` for one or more words of the message,
//! `(a|b c)` for one of several, and `?` after any of these means that it may be missing.

use super::vocabulary::{ClassId, Vocabulary, WordId};

/// What a slot takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Slot {
    /// One or more tasks.
    Ref,
    /// One or more tasks, by anything but words.
    Hard,
    /// Nothing but attributes.
    Edit,
    /// A new title or note.
    New,
    /// Any words.
    Text,
    /// Words that say which tasks to list.
    What,
    /// A label.
    Label,
    /// A count.
    Count,
}

impl Slot {
    fn named(name: &str) -> Option<Self> {
        Some(match name {
            "ref" => Self::Ref,
            "hard" => Self::Hard,
            "edit" => Self::Edit,
            "new" => Self::New,
            "text" => Self::Text,
            "what" => Self::What,
            "label" => Self::Label,
            "n" => Self::Count,
            _ => return None,
        })
    }

    /// How many units it takes at most: what is longer is not read as such anyway.
    pub(crate) const fn most_units(self) -> usize {
        match self {
            Self::Ref => 60,
            Self::Edit | Self::Label => 24,
            Self::Count => 8,
            Self::Hard | Self::New | Self::Text | Self::What => usize::MAX,
        }
    }
}

/// A verb form of things to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum VerbForm {
    /// `buy`
    Base,
    /// `bought`
    Past,
    /// `buying`
    Gerund,
}

/// A piece of a pattern.
#[derive(Debug)]
pub(crate) enum Node {
    /// This word.
    Word(WordId),
    /// Any member of the class.
    Class(ClassId),
    /// A verb of things to do (`$todo`, `$past`, `$gerund`).
    Verb(VerbForm),
    /// A slot.
    Slot(Slot),
    /// May be missing.
    Maybe(Box<[Node]>),
    /// One of these.
    Either(Box<[Box<[Node]>]>),
}

/// A pattern with what must be there for it to match at all.
#[derive(Debug)]
pub(crate) struct Pattern {
    /// What to match.
    pub(crate) nodes: Box<[Node]>,
}

/// Compiles a pattern; `None` when it is malformed.
pub(crate) fn compile(source: &'static str, vocabulary: &mut Vocabulary) -> Option<Pattern> {
    let mut reader = Reader { rest: source, vocabulary };
    let nodes = reader.sequence()?;
    reader.rest.is_empty().then_some(Pattern { nodes })
}

struct Reader<'v> {
    rest: &'static str,
    vocabulary: &'v mut Vocabulary,
}

impl Reader<'_> {
    /// Nodes up to `|`, `)` or the end.
    fn sequence(&mut self) -> Option<Box<[Node]>> {
        let mut nodes = Vec::new();
        loop {
            self.rest = self.rest.trim_start();
            let Some(c) = self.rest.chars().next() else { break };
            if matches!(c, '|' | ')') {
                break;
            }
            let mut node = if c == '(' { self.group()? } else { self.atom()? };
            if let Some(rest) = self.rest.strip_prefix('?') {
                self.rest = rest;
                node = vec![Node::Maybe(node.into_boxed_slice())];
            }
            nodes.extend(node);
        }
        Some(nodes.into_boxed_slice())
    }

    fn group(&mut self) -> Option<Vec<Node>> {
        self.rest = self.rest.strip_prefix('(')?;
        let mut options = vec![self.sequence()?];
        while let Some(rest) = self.rest.strip_prefix('|') {
            self.rest = rest;
            options.push(self.sequence()?);
        }
        self.rest = self.rest.strip_prefix(')')?;
        Some(vec![Node::Either(options.into_boxed_slice())])
    }

    fn atom(&mut self) -> Option<Vec<Node>> {
        let end = self.rest.find([' ', '|', ')', '?', '(']).unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest;
        if let Some(name) = word.strip_prefix('{') {
            return Some(vec![Node::Slot(Slot::named(name.strip_suffix('}')?)?)]);
        }
        if let Some(name) = word.strip_prefix('$') {
            return Some(vec![match name {
                "todo" => Node::Verb(VerbForm::Base),
                "past" => Node::Verb(VerbForm::Past),
                "gerund" => Node::Verb(VerbForm::Gerund),
                _ => Node::Class(self.vocabulary.class(name)?),
            }]);
        }
        let words = self.vocabulary.intern_phrase(word);
        (!words.is_empty()).then(|| words.into_iter().map(Node::Word).collect())
    }
}
