//! What a model says about its own deeds is held back: that is told by our receipts, from the rows as committed.
//!
//! Sentence by sentence, as the text comes in. A sentence that claims, announces or affirms a change never reaches the
//! person; everything else does. When in doubt a sentence is held back: a missing one is a smaller harm.

use std::sync::LazyLock;

/// Words by which a claim is known.
struct Words {
    deeds: Vec<String>,
    promises: Vec<String>,
    affirmations: Vec<String>,
    elsewhere: Vec<String>,
    questions: Vec<String>,
}

static WORDS: LazyLock<Words> = LazyLock::new(|| {
    let lists = include_str!("claims.txt").replace("\n ", " ");
    let list = |name: &str| -> Vec<String> {
        let words = lists.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
        let words = words.unwrap_or_default().split(',').map(str::trim);
        words.map(ToOwned::to_owned).collect()
    };
    Words {
        deeds: list("deeds"),
        promises: list("promises"),
        affirmations: list("affirmations"),
        elsewhere: list("elsewhere"),
        questions: list("questions"),
    }
});

/// Lets through what is no claim.
#[derive(Debug, Default)]
pub struct Claims {
    /// Text of which the end has not come yet.
    waiting: String,
    /// White space before the next sentence that is let through.
    space: String,
    /// Whether the person asked about the state of things: `“Report” is completed` is an answer then.
    asked: bool,
    held: bool,
    /// Whether anything was let through.
    spoken: bool,
}

impl Claims {
    /// A filter for the answer to this message.
    #[must_use]
    pub fn new(message: &str) -> Self {
        Self { asked: message.trim_end().ends_with('?'), ..Self::default() }
    }

    /// Whether anything was held back.
    #[must_use]
    pub const fn held(&self) -> bool {
        self.held
    }

    /// Takes more text; gives what can be said now.
    pub fn push(&mut self, text: &str) -> String {
        self.waiting.push_str(text);
        let mut said = String::new();
        while let Some(end) = sentence_end(&self.waiting) {
            let rest = self.waiting.split_off(end);
            let sentence = std::mem::replace(&mut self.waiting, rest);
            self.judge(&sentence, &mut said);
        }
        said
    }

    /// The text is complete; gives what is left to say. A next text begins on a new line.
    pub fn finish(&mut self) -> String {
        let mut said = String::new();
        let sentence = std::mem::take(&mut self.waiting);
        self.judge(&sentence, &mut said);
        self.space = "\n".to_owned();
        said
    }

    fn judge(&mut self, sentence: &str, said: &mut String) {
        let body = sentence.trim();
        if body.is_empty() {
            self.space.push_str(sentence);
            return;
        }
        let tail = &sentence[sentence.trim_end().len()..];
        if is_claim(body, self.asked) {
            self.held = true;
            // Of the space around it, only the end of the line counts.
            if tail.contains('\n') && !self.space.contains('\n') {
                self.space.push('\n');
            }
            return;
        }
        if self.spoken {
            said.push_str(&self.space);
            said.push_str(&sentence[..sentence.len() - sentence.trim_start().len()]);
        }
        said.push_str(body);
        self.spoken = true;
        tail.clone_into(&mut self.space);
    }
}

/// Where the first sentence ends: after its stop and the white space, or after a line.
fn sentence_end(text: &str) -> Option<usize> {
    let mut stopped = false;
    for (at, c) in text.char_indices() {
        match c {
            '\n' => return Some(at + 1),
            '.' | '!' | '?' | '。' | '！' | '？' | '…' => stopped = true,
            // What closes a sentence may stand after its stop.
            '"' | '”' | '\'' | '’' | ')' | ']' | '*' | '_' if stopped => {}
            c if stopped && c.is_whitespace() => return Some(at),
            _ => stopped = false,
        }
    }
    None
}

/// Whether a sentence claims, announces or affirms a change.
fn is_claim(sentence: &str, asked: bool) -> bool {
    let lower = sentence.to_lowercase().replace('’', "'");
    let plain = lower.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, '*' | '_' | '-' | '#' | '>' | '['));
    if plain.starts_with("tools used") || WORDS.affirmations.iter().any(|word| begins_with(plain, word)) {
        return true;
    }
    let spoken = unquoted(plain);
    let words: Vec<&str> =
        spoken.split(|c: char| !c.is_alphanumeric() && c != '\'').filter(|w| !w.is_empty()).collect();
    if words.iter().any(|word| WORDS.elsewhere.iter().any(|claim| word.starts_with(claim.as_str()))) {
        return true;
    }
    let deed = |word: &&str| is_in(&WORDS.deeds, word);
    // `Added “Buy milk”.`
    if words.first().is_some_and(|word| deed(word) || word.ends_with("ing") && is_in(&WORDS.promises, word)) {
        return true;
    }
    let question = plain.ends_with('?') && words.first().is_some_and(|word| is_in(&WORDS.questions, word));
    // `Should I mark it as done?`
    if question && matches!(words.get(1), Some(&("i" | "we"))) {
        return false;
    }
    let state_is_news = !asked && !question;
    (0..words.len()).any(|at| speaks_of_itself(&words[at..]) || state_is_news && affirms(&words[at..]))
        || words.windows(2).any(|pair| matches!(pair, ["been" | "now" | "successfully", word] if deed(word)))
}

/// `I added`, `we've just removed`, `I'll go ahead and delete`, `let me mark`.
fn speaks_of_itself(words: &[&str]) -> bool {
    let near = |words: &[&str], list: &[String]| {
        let clause =
            words.iter().take(6).take_while(|word| !matches!(**word, "can" | "could" | "cannot" | "you" | "not"));
        clause.into_iter().any(|word| is_in(list, word))
    };
    match words {
        ["i" | "we" | "i've" | "we've" | "saydo" | "system" | "assistant", rest @ ..] if near(rest, &WORDS.deeds) => {
            true
        }
        ["i'll" | "we'll" | "i'm" | "we're", rest @ ..] => near(rest, &WORDS.promises) || near(rest, &WORDS.deeds),
        ["i" | "we", "will" | "am" | "are" | "shall", rest @ ..] | ["let", "me", rest @ ..] => {
            near(rest, &WORDS.promises)
        }
        _ => false,
    }
}

/// `the task is deleted`, `they were added`: a claim unless the person asked how things are.
fn affirms(words: &[&str]) -> bool {
    match words {
        ["is" | "are" | "was" | "were" | "got", rest @ ..] => {
            rest.iter().take(3).take_while(|word| **word != "not").any(|word| is_in(&WORDS.deeds, word))
        }
        _ => false,
    }
}

fn is_in(list: &[String], word: &str) -> bool {
    list.iter().any(|known| known == word)
}

fn begins_with(text: &str, start: &str) -> bool {
    text.strip_prefix(start).is_some_and(|rest| !rest.starts_with(char::is_alphanumeric))
}

/// The sentence without what stands in quotes: titles say what they like.
fn unquoted(sentence: &str) -> String {
    let mut text = String::with_capacity(sentence.len());
    let mut until: Option<char> = None;
    for c in sentence.chars() {
        match (until, c) {
            (Some(close), c) if c == close => until = None,
            (Some(_), _) => {}
            (None, '“') => until = Some('”'),
            (None, '"') => until = Some('"'),
            (None, '«') => until = Some('»'),
            (None, c) => text.push(c),
        }
    }
    // A quote that is never closed hides nothing.
    if until.is_some() { sentence.to_owned() } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(message: &str, text: &str) -> (String, bool) {
        let mut claims = Claims::new(message);
        let mut said = claims.push(text);
        said.push_str(&claims.finish());
        (said, claims.held())
    }

    #[test]
    fn claims_are_held_back() {
        for text in [
            "I've added “Buy milk” to your list.",
            "I have just deleted it for you!",
            "Deleted “Call mom”.",
            "Done!",
            "All set, anything else?",
            "✅ Milk",
            "Your task has been successfully marked as complete.",
            "The task was removed from your list.",
            "I went ahead and moved the dentist to friday.",
            "I'll delete it now.",
            "Let me add that for you.",
            "Adding it to the list...",
            "“Buy milk” is now completed.",
            "Ich habe die Aufgabe gelöscht.",
            "J'ai ajouté la tâche.",
            "**Done** - all 12 tasks are deleted.",
            "[tools used: add_task]",
            "Did you see that I deleted it?",
            "The task is deleted, okay?",
        ] {
            assert_eq!(said("buy milk", text), (String::new(), true), "{text}");
        }
    }

    #[test]
    fn answers_and_questions_pass() {
        for text in [
            "You have three tasks due today: milk, bread and eggs.",
            "Would you like me to delete it?",
            "I can add that if you tell me when it is due.",
            "I couldn't find a task about the dentist.",
            "“Added wings to the model” is due on Friday.",
            "Start with the report, it is the most urgent.",
            "1. Call mom (due tomorrow)\n2. Pay rent",
            "You could delete the old ones.",
            "I can create one if you like, be as creative as you want.",
            "Which of them is done?",
            "Should I mark it as done?",
        ] {
            assert_eq!(said("what should I do first", text), (text.to_owned(), false), "{text}");
        }
        let text = "Yes, the report was completed on Monday.";
        assert_eq!(said("did I finish the report?", text), (text.to_owned(), false));
        assert!(said("finish the report", text).1);
    }

    #[test]
    fn sentences_are_judged_one_by_one_wherever_the_text_is_cut() {
        let text = "You have two tasks. I've deleted both of them. Anything else?\nBuy milk is open.";
        let want = "You have two tasks. Anything else?\nBuy milk is open.";
        for size in 1..12 {
            let mut claims = Claims::new("how are things");
            let chars: Vec<char> = text.chars().collect();
            let mut said = String::new();
            for piece in chars.chunks(size) {
                said.push_str(&claims.push(&piece.iter().collect::<String>()));
            }
            said.push_str(&claims.finish());
            assert_eq!(said, want, "{size}");
            assert!(claims.held());
        }
    }
}
