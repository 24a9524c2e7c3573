//! What a piece of text says besides its title: due, repetition, priority, labels, note, and how far to move a due.
//!
//! [`extract`] is the one way to it, for quick add, for words in `due_date` and for every intent. It never cuts text
//! away itself: it marks tokens as consumed, and [`Extraction::title`] gives what is left.

mod description;
mod due;
mod extraction;
mod labels;
mod names;
mod priority;
mod repeating;
mod shift;
mod title;

pub(crate) use extraction::{DueMatch, Extraction, Found, Mode, Options};

use crate::{
    Moment,
    dates::Cx,
    token::{Token, TokenKind},
};

/// Takes the attributes out of a run of tokens of `text` (all of its tokens, or the ones of one command).
pub(crate) fn extract(tokens: &[Token<'_>], text: &str, moment: &Moment, options: Options) -> Extraction {
    let mut found = Extraction::empty(tokens.len());
    let mut cx = Cx::new(tokens, text, moment, options);
    if !options.keep_description {
        description::description(&mut cx, &mut found);
    }
    if options.mode == Mode::Line {
        names::protect(&mut cx);
    }
    labels::labels(&mut cx, &mut found);
    priority::clear(&mut cx, &mut found);
    if options.shift {
        shift::shift(&mut cx, &mut found);
    }
    due::due(&mut cx, &mut found);
    priority::by_place(&mut cx, &mut found);
    found.work = cx.work();
    found.found.sort_by_key(|found| found.start);
    absorb_hanging(&mut found, tokens);
    found
}

/// Words left hanging at the end (`maybe` in `maybe tomorrow`) go with what they introduced, so that its span tells
/// all that is missing from the title.
fn absorb_hanging(found: &mut Extraction, tokens: &[Token<'_>]) {
    for at in (0..tokens.len()).rev() {
        if found.consumed[at] || tokens[at].kind == TokenKind::Punct {
            continue;
        }
        let Some(next) = tokens.get(at + 1).map(|token| token.start) else { break };
        let piece = found.found.iter_mut().find(|piece| piece.start == next);
        // `…, and it repeats weekly`
        let subject =
            tokens[at].is("it") && tokens.get(at + 1).is_some_and(|next| next.is("repeats") || next.is("recurs"));
        match piece.filter(|_| subject || title::hangs(&tokens[at])) {
            Some(piece) => piece.start = tokens[at].start,
            None => break,
        }
        found.consumed[at] = true;
    }
}
