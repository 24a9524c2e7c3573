//! Inputs from a seed: the same seed gives the same inputs, so a finding can be repeated.

use std::{fs, io, path::Path};

/// `SplitMix64` (Steele, Lea, Flood 2014): small, and good enough to choose inputs.
#[derive(Debug)]
pub(crate) struct Random(u64);

impl Random {
    pub(crate) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number below `end` (0 when that is 0).
    pub(crate) fn below(&mut self, end: usize) -> usize {
        let end = u64::try_from(end.max(1)).unwrap_or(u64::MAX);
        usize::try_from(self.next() % end).unwrap_or(0)
    }

    pub(crate) fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    pub(crate) fn pick<'a, T: ?Sized>(&mut self, from: &[&'a T]) -> Option<&'a T> {
        from.get(self.below(from.len())).copied()
    }
}

/// Words that rules look at, and what stands between them.
const WORDS: &str = "add task tasks delete remove mark done as the 5 2 and , milk call mom to friday fri mon-wed 3pm \
    17:30 change it all but not what is my next undo redo last two no yes i meant rename priority high low p1 !! of \
    \"x\" \" ' #home @ every! every other day days week month year remind me in 20 minutes ? . ! - * [ ] [x] notes \
    note: // description: with first second one due remove from list before after that these 's ✅ don't \
    99999999999999999999 4294967296 0 -1 tomorrow tmrw buy everything except show how many overdue until for times \
    between half past quarter noon midnight tonight june may march 20th 31.4. 20/1 1/0 2026-02-30 0000-00-00 24:00 \
    christmas easter q2 eom eod mid- ½ 1.5 1e9 first monday of twenty-one hundred thousand dozen and a by push \
    postpone move later earlier starting from ; : ( ) — … & + = clear completed finished did i when is number no. # \
    both none other never mind just only instead rather than wait actually please thanks tagged label it";

/// Pieces that nest or repeat.
const PIECES: [&str; 24] = [
    "two days before ",
    "half past ",
    "twenty one hundred ",
    "a week from ",
    "every other ",
    "the first monday of the ",
    "between 2 and ",
    "and ",
    "add milk and ",
    "delete 5, ",
    "not ",
    "no ",
    "\n- ",
    "\"",
    "((",
    "1",
    "9.",
    "#a ",
    "!",
    "buy milk tomorrow at 5pm and ",
    "next ",
    "\u{301}",
    "👩‍👩‍👧",
    "change 3 to ",
];

const MARKS: [char; 24] = [
    '"', '\'', '“', '”', '’', ',', '.', ';', ':', '-', '–', '—', '/', '#', '@', '!', '?', '(', ')', '\n', '\t', '+',
    '%', '…',
];

/// Makes inputs.
#[derive(Debug)]
pub(crate) struct Generator {
    pub(crate) random: Random,
    phrases: Vec<String>,
    words: Vec<&'static str>,
}

impl Generator {
    /// Reads the phrases of our own corpora (not of the held-out one).
    pub(crate) fn new(seed: u64) -> io::Result<Self> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
        let mut files: Vec<_> = fs::read_dir(folder)?.collect::<Result<Vec<_>, _>>()?;
        files.retain(|file| file.path().extension().is_some_and(|end| end == "txt"));
        files.sort_by_key(fs::DirEntry::path);
        let mut phrases = Vec::new();
        for file in files {
            let text = fs::read_to_string(file.path())?;
            let said = text.lines().filter(|line| !line.is_empty() && !line.starts_with(['#', '@', '=', '~']));
            phrases.extend(said.map(|line| line.replace("\\n", "\n")));
        }
        Ok(Self { random: Random::new(seed), phrases, words: WORDS.split_whitespace().collect() })
    }

    /// The next input, mostly short, now and then as long as a message may be.
    pub(crate) fn input(&mut self) -> String {
        match self.random.below(400) {
            0..50 => self.unicode(80),
            50..250 => self.mutated(),
            250..355 => self.joined(16),
            355..380 => self.numbers(),
            380..399 => self.marks(),
            _ => self.long(),
        }
    }

    /// A phrase as somebody wrote it.
    pub(crate) fn phrase(&mut self) -> String {
        let at = self.random.below(self.phrases.len());
        self.phrases.get(at).cloned().unwrap_or_default()
    }

    fn character(&mut self) -> char {
        let random = &mut self.random;
        let (first, size) = match random.below(12) {
            0..4 => (0x20, 0x5F),
            4 => (0x00, 0x20),
            5 => (0xA0, 0x160),
            6 => (0x300, 0x70),
            7 => (0x5D0, 0x150),
            8 => (0x2000, 0x70),
            9 => (0x4E00, 0x5000),
            10 => (0x1F300, 0x400),
            _ => (0, 0x11_0000),
        };
        u32::try_from(first + random.below(size)).ok().and_then(char::from_u32).unwrap_or('\u{FFFD}')
    }

    fn unicode(&mut self, most: usize) -> String {
        (0..self.random.below(most)).map(|_| self.character()).collect()
    }

    fn word(&mut self) -> &'static str {
        self.random.pick(&self.words).unwrap_or("the")
    }

    fn joined(&mut self, most: usize) -> String {
        let mut text = String::new();
        for _ in 0..=self.random.below(most) {
            text.push_str(self.word());
            text.push_str(self.random.pick(&[" ", " ", " ", " ", "", "  ", ", ", "\n"]).unwrap_or(" "));
        }
        text
    }

    /// A phrase with slips, or two phrases run together.
    fn mutated(&mut self) -> String {
        let mut letters: Vec<char> = self.phrase().chars().collect();
        for _ in 0..=self.random.below(4) {
            let at = self.random.below(letters.len() + 1).min(letters.len().saturating_sub(1));
            match self.random.below(9) {
                0 if !letters.is_empty() => drop(letters.remove(at)),
                1 => letters.insert(at, self.character()),
                2 if at + 1 < letters.len() => letters.swap(at, at + 1),
                3 => letters = letters.iter().flat_map(|letter| letter.to_uppercase()).collect(),
                4 => letters.truncate(at),
                5 => letters.splice(at..at, format!(" {} ", self.word()).chars()).for_each(drop),
                6 => {
                    let tail: Vec<char> = self.phrase().chars().collect();
                    letters
                        .push(self.random.pick(&[" ", "\n", ",", "."]).and_then(|s| s.chars().next()).unwrap_or(' '));
                    letters.extend(tail);
                }
                7 => letters.insert(at, MARKS[self.random.below(MARKS.len())]),
                _ => letters.splice(at..at, self.number().chars()).for_each(drop),
            }
        }
        letters.into_iter().collect()
    }

    fn number(&mut self) -> String {
        let digits = if self.random.one_in(20) { 400 } else { 1 + self.random.below(12) };
        (0..digits).map(|_| char::from(b'0'.saturating_add(u8::try_from(self.random.below(10)).unwrap_or(0)))).collect()
    }

    /// Numbers in figures and words, nested in dates and durations.
    fn numbers(&mut self) -> String {
        let mut text = String::new();
        for _ in 0..=self.random.below(20) {
            if self.random.one_in(2) {
                text.push_str(&self.number());
                text.push_str(
                    self.random.pick(&[" ", "/", ":", "-", ".", "pm ", "th ", " days ", "h", ","]).unwrap_or(" "),
                );
            } else {
                text.push_str(PIECES[self.random.below(8)]);
            }
        }
        text
    }

    fn marks(&mut self) -> String {
        let mut text = String::new();
        for _ in 0..self.random.below(40) {
            if self.random.one_in(3) {
                text.push_str(self.word());
            }
            text.push(MARKS[self.random.below(MARKS.len())]);
        }
        text
    }

    /// One thing over and over, or much of everything.
    fn long(&mut self) -> String {
        let most = if self.random.one_in(10) { 9800 } else { 1800 };
        let length = 200 + self.random.below(most);
        match self.random.below(4) {
            0 => self.joined(length / 5),
            1 => self.unicode(length),
            2 => format!("{} ", self.word()).repeat(length / 6),
            _ => repeated(PIECES[self.random.below(PIECES.len())], length),
        }
    }
}

/// The pieces whose repetition must cost no more than its length.
pub(crate) fn pieces() -> Vec<String> {
    let words = [
        "the ",
        "a b ",
        "mark 5 done and ",
        "friday 3pm ",
        "every 2 weeks on tue ",
        "x",
        "delete ",
        "7 ",
        "not the ",
        "call ",
    ];
    PIECES.iter().chain(&words).map(|piece| (*piece).to_owned()).collect()
}

/// A piece as often as fits into `length` bytes.
pub(crate) fn repeated(piece: &str, length: usize) -> String {
    piece.repeat((length / piece.len()).max(1))
}
