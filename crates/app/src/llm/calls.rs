//! Calls put together from pieces, as servers of all kinds send them.
//!
//! The standard way: each piece has the call's index; the first also its id and name. Seen besides: no index; index 0
//! on every call; the id or the name on every piece, or an empty one; no id; arguments as an object; calls in one piece.

use serde_json::Value;

use super::ModelError;

/// Most calls in one answer.
pub(super) const MAX_CALLS: usize = 64;
/// Most bytes of one call's name and arguments.
pub(super) const MAX_ARGUMENTS: usize = 64 * 1024;

/// A call that may still grow.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Draft {
    /// What the server counts it by.
    index: Option<u64>,
    /// The id the server gave.
    pub id: Option<String>,
    /// The tool.
    pub name: String,
    /// The arguments so far.
    pub arguments: String,
}

/// A piece of a call.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Piece<'a> {
    /// What the server counts the call by.
    pub index: Option<u64>,
    /// The call's id.
    pub id: Option<&'a str>,
    /// The tool.
    pub name: Option<&'a str>,
    /// A string is added to the arguments; an object is the arguments.
    pub arguments: Option<&'a Value>,
}

/// The calls of one answer.
#[derive(Debug, Default)]
pub(super) struct CallDrafts {
    drafts: Vec<Draft>,
}

impl CallDrafts {
    /// Adds a piece to the call it belongs to.
    ///
    /// # Errors
    /// Too many calls, or one that is too long.
    pub(super) fn add(&mut self, piece: &Piece<'_>) -> Result<(), ModelError> {
        let id = piece.id.filter(|id| !id.is_empty());
        let name = piece.name.filter(|name| !name.is_empty());
        let at = match self.belongs_to(piece.index, id, name) {
            Some(at) => at,
            // A piece of nothing (some servers end with one) makes no call.
            None if id.is_none() && name.is_none() && is_empty(piece.arguments) => return Ok(()),
            None if self.drafts.len() >= MAX_CALLS => {
                return Err(ModelError::Malformed(format!("more than {MAX_CALLS} calls")));
            }
            None => {
                self.drafts.push(Draft { index: piece.index, ..Draft::default() });
                self.drafts.len() - 1
            }
        };
        let draft = &mut self.drafts[at];
        if draft.id.is_none() {
            draft.id = id.map(ToOwned::to_owned);
        }
        if draft.name.is_empty() {
            name.unwrap_or_default().clone_into(&mut draft.name);
        }
        match piece.arguments {
            None | Some(Value::Null) => {}
            Some(Value::String(more)) => draft.arguments.push_str(more),
            Some(whole) => draft.arguments = whole.to_string(),
        }
        if draft.name.len() + draft.arguments.len() > MAX_ARGUMENTS {
            return Err(ModelError::Malformed(format!("a call of more than {} KiB", MAX_ARGUMENTS / 1024)));
        }
        Ok(())
    }

    /// Replaces the arguments collected for a call by the whole ones the server sends at its end.
    ///
    /// # Errors
    /// As [`Self::add`].
    pub(super) fn set(&mut self, piece: &Piece<'_>) -> Result<(), ModelError> {
        if let Some(at) = self.drafts.iter().position(|draft| draft.index == piece.index) {
            self.drafts[at].arguments.clear();
        }
        self.add(piece)
    }

    /// How many calls there are.
    pub(super) const fn len(&self) -> usize {
        self.drafts.len()
    }

    /// The calls, in the order they began.
    pub(super) fn take(&mut self) -> Vec<Draft> {
        std::mem::take(&mut self.drafts)
    }

    fn belongs_to(&self, index: Option<u64>, id: Option<&str>, name: Option<&str>) -> Option<usize> {
        let same_index = |draft: &Draft| index.is_none() || draft.index == index;
        // The newest, as servers that give every call index 0 mean that one.
        let at = self.drafts.iter().rposition(same_index)?;
        let draft = &self.drafts[at];
        if let (Some(id), Some(known)) = (id, draft.id.as_deref()) {
            if id == known {
                return Some(at);
            }
            // Without an index the id may name an earlier call.
            return self.drafts.iter().position(|draft| same_index(draft) && draft.id.as_deref() == Some(id));
        }
        match name {
            Some(name) if begins_another(draft, name) => None,
            _ => Some(at),
        }
    }
}

/// Whether a piece with this name starts a call after `draft`: another tool, or the same one after whole arguments.
fn begins_another(draft: &Draft, name: &str) -> bool {
    !draft.name.is_empty() && (draft.name != name || serde_json::from_str::<Value>(&draft.arguments).is_ok())
}

fn is_empty(arguments: Option<&Value>) -> bool {
    match arguments {
        None | Some(Value::Null) => true,
        Some(Value::String(text)) => text.is_empty(),
        Some(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// `(index, id, name, arguments)` pieces to `(id, name, arguments)` calls.
    fn calls(pieces: &[(Option<u64>, &str, &str, Value)]) -> Vec<(Option<String>, String, String)> {
        let mut drafts = CallDrafts::default();
        for (index, id, name, arguments) in pieces {
            let piece = Piece { index: *index, id: Some(id), name: Some(name), arguments: Some(arguments) };
            drafts.add(&piece).unwrap();
        }
        drafts.take().into_iter().map(|draft| (draft.id, draft.name, draft.arguments)).collect()
    }

    fn call(id: &str, name: &str, arguments: &str) -> (Option<String>, String, String) {
        (Some(id.to_owned()).filter(|id| !id.is_empty()), name.to_owned(), arguments.to_owned())
    }

    #[test]
    fn the_standard_way_interleaved() {
        let got = calls(&[
            (Some(0), "a", "add", json!("")),
            (Some(1), "b", "find", json!("{\"q\"")),
            (Some(0), "", "", json!("{\"t\":")),
            (Some(1), "", "", json!(":1}")),
            (Some(0), "", "", json!("2}")),
        ]);
        assert_eq!(got, [call("a", "add", "{\"t\":2}"), call("b", "find", "{\"q\":1}")]);
    }

    #[test]
    fn index_zero_on_every_call() {
        let got = calls(&[(Some(0), "a", "add", json!("{}")), (Some(0), "b", "add", json!("{\"x\":1}"))]);
        assert_eq!(got, [call("a", "add", "{}"), call("b", "add", "{\"x\":1}")]);
    }

    #[test]
    fn no_index_and_no_id() {
        let got = calls(&[
            (None, "", "add", json!("{\"a\":")),
            (None, "", "", json!("1}")),
            (None, "", "add", json!({"b": 2})),
            (None, "", "find", json!("{}")),
        ]);
        assert_eq!(got, [call("", "add", "{\"a\":1}"), call("", "add", "{\"b\":2}"), call("", "find", "{}")]);
    }

    #[test]
    fn id_and_name_on_every_piece() {
        let got = calls(&[
            (Some(0), "a", "add", json!("{\"t\"")),
            (Some(0), "a", "add", json!(":1")),
            (Some(0), "a", "add", json!("}")),
        ]);
        assert_eq!(got, [call("a", "add", "{\"t\":1}")]);
    }

    #[test]
    fn pieces_by_id_alone_and_pieces_of_nothing() {
        let got = calls(&[
            (None, "a", "add", json!("{")),
            (None, "b", "find", json!("{")),
            (None, "a", "", json!("}")),
            (None, "b", "", json!("}")),
            (None, "", "", json!("")),
        ]);
        assert_eq!(got, [call("a", "add", "{}"), call("b", "find", "{}")]);
    }

    #[test]
    fn bounds() {
        let mut drafts = CallDrafts::default();
        let many = (0..=MAX_CALLS as u64)
            .map(|index| drafts.add(&Piece { index: Some(index), name: Some("add"), ..Piece::default() }))
            .filter(Result::is_err)
            .count();
        assert_eq!(many, 1);
        let long = json!("x".repeat(MAX_ARGUMENTS));
        let piece = Piece { index: Some(0), arguments: Some(&long), ..Piece::default() };
        assert!(matches!(drafts.add(&piece), Err(ModelError::Malformed(_))));
        // An index is only compared: a huge one allocates nothing.
        let mut far = CallDrafts::default();
        far.add(&Piece { index: Some(u64::MAX), name: Some("add"), ..Piece::default() }).unwrap();
        assert_eq!(far.take().len(), 1);
    }
}
