//! Feeds the language engine what nobody would type, and a little of what somebody would.
//!
//! `cargo run --release -p saydo-lang --example lang_fuzz [inputs] [seed]`, or `make fuzz`. It prints each kind of finding
//! once, shortened, and the slowest inputs; its exit status is 1 when there was a finding. Beside single inputs it
//! compares texts with texts four times as long: time must grow no faster than the text, near enough. What it calls time
//! is that of the processor in this thread: a busy machine makes nothing slow.

mod check;
mod generate;

use std::{
    collections::BTreeSet,
    hint::black_box,
    process::ExitCode,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use cpu_time::ThreadTime;

use check::{Scene, finding, read, shrink};
use generate::{Generator, pieces, repeated};

/// How findings of time begin.
const SLOWNESS: &str = "slow: ";
/// A finding when one input takes longer than this, and this for each of its bytes.
const SLOW: (Duration, Duration) = (Duration::from_millis(4), Duration::from_micros(4));
/// A finding when four times the text takes more than this many times the time (linear: 4, quadratic: 16).
const GROWTH: f64 = 8.0;
/// The lengths from which growth is measured, to four times of each: a long message, and the longest.
const SHORT: [usize; 2] = [300, 2_500];

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1).filter_map(|argument| argument.parse::<u64>().ok());
    let inputs = arguments.next().unwrap_or(1_000_000);
    let seed = arguments.next().unwrap_or(20_260_311);
    let Ok(mut generator) = Generator::new(seed) else {
        eprintln!("The corpus cannot be read.");
        return ExitCode::FAILURE;
    };
    let mut findings = Findings::listening();
    let mut slowest = Slowest::default();
    let started = Instant::now();
    for n in 0..inputs {
        let text = generator.input();
        let scene = Scene::random(&mut generator);
        let began = ThreadTime::now();
        let found = finding(&text, &scene);
        let took = began.elapsed();
        if let Some(found) = found {
            findings.tell(&found, &text, &scene);
        }
        slowest.see(&text, &scene, took, &mut findings);
        if n % 20_000 == 19_999 {
            eprintln!("{:>9} inputs, {:>4} s, {} findings", n + 1, started.elapsed().as_secs(), findings.kinds.len());
        }
    }
    eprintln!("{inputs} inputs of seed {seed} in {:.0} s", started.elapsed().as_secs_f64());
    slowest.report();
    growth(&mut generator, &mut findings);
    eprintln!("{} kinds of findings", findings.kinds.len());
    if findings.kinds.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// The kinds of findings so far, and where the last panic was.
struct Findings {
    kinds: BTreeSet<String>,
    place: Arc<Mutex<String>>,
}

impl Findings {
    fn listening() -> Self {
        let place = Arc::new(Mutex::new(String::new()));
        let heard = Arc::clone(&place);
        std::panic::set_hook(Box::new(move |panic| {
            let at = panic.location().map(ToString::to_string).unwrap_or_default();
            *heard.lock().unwrap_or_else(PoisonError::into_inner) = at;
        }));
        Self { kinds: BTreeSet::new(), place }
    }

    fn tell(&mut self, found: &str, text: &str, scene: &Scene) {
        let panicked = found.starts_with("panic");
        // One kind is one place of a panic, or one sentence without its particulars.
        let kind = if panicked { self.place() } else { found.split(['{', '[']).next().unwrap_or(found).to_owned() };
        if self.kinds.len() < 50 && self.kinds.insert(kind.clone()) {
            // What is slow is not wrong when it is shorter.
            let input = if found.starts_with(SLOWNESS) { text.to_owned() } else { shrink(text, scene) };
            eprintln!("FINDING {found}\n  at {kind}\n  input {}", shown(&input));
            eprintln!("  context {:?}", scene.context);
        }
    }

    fn place(&self) -> String {
        self.place.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

fn shown(text: &str) -> String {
    let start: String = text.chars().take(300).collect();
    format!("{start:?} ({} bytes)", text.len())
}

/// The inputs that took longest, in all and for each byte.
#[derive(Default)]
struct Slowest {
    whole: Option<(Duration, String)>,
    by_byte: Option<(f64, String)>,
}

impl Slowest {
    fn see(&mut self, text: &str, scene: &Scene, took: Duration, findings: &mut Findings) {
        let bytes = text.len().max(64);
        let each = |took: Duration| took.as_secs_f64() / f64::from(u32::try_from(bytes).unwrap_or(u32::MAX));
        let longest = self.whole.as_ref().is_none_or(|(longest, _)| took > *longest);
        let dearest = self.by_byte.as_ref().is_none_or(|(dearest, _)| each(took) > *dearest);
        let allowed = SLOW.0 + SLOW.1 * u32::try_from(text.len()).unwrap_or(u32::MAX);
        if !(longest || dearest || took > allowed) {
            return;
        }
        // A busy machine costs processor time, too (caches, the other half of a core): only what is slow again counts.
        let took = took.min(best_of(12, || read(text, scene)));
        if self.whole.as_ref().is_none_or(|(longest, _)| took > *longest) {
            self.whole = Some((took, text.to_owned()));
        }
        if self.by_byte.as_ref().is_none_or(|(dearest, _)| each(took) > *dearest) {
            self.by_byte = Some((each(took), text.to_owned()));
        }
        if took > allowed {
            let start: String = text.chars().take(6).collect();
            findings.tell(&format!("{SLOWNESS}{start:?} [{took:?}]"), text, scene);
        }
    }

    fn report(&self) {
        if let Some((took, text)) = &self.whole {
            eprintln!("longest: {took:?} for {}", shown(text));
        }
        if let Some((each, text)) = &self.by_byte {
            eprintln!("most for a byte: {:.0} ns, {}", each * 1e9, shown(text));
        }
    }
}

fn best_of(times: usize, work: impl Fn()) -> Duration {
    let once = || {
        let began = ThreadTime::now();
        work();
        began.elapsed()
    };
    (0..times).map(|_| once()).min().unwrap_or_default()
}

/// Compares texts with texts four times as long, for each piece.
fn growth(generator: &mut Generator, findings: &mut Findings) {
    let scene = Scene::random(generator);
    for (piece, from) in pieces().iter().flat_map(|piece| SHORT.map(|from| (piece, from))) {
        let texts = [from, 4 * from].map(|length| repeated(piece, length));
        let measured = |times| texts.each_ref().map(|text| best_of(times, || read(black_box(text), &scene)));
        let ratio = |[short, long]: [Duration; 2]| long.as_secs_f64() / short.as_secs_f64().max(1e-9);
        let mut took = measured(5);
        if ratio(took) > GROWTH {
            took = measured(25);
        }
        let times = ratio(took);
        eprintln!("{:>12.1?} {:>12.1?}  ×{times:<5.1} {from:>5} bytes of {piece:?}", took[0], took[1]);
        if times > GROWTH && findings.kinds.insert(format!("growth: {piece:?}")) {
            eprintln!("FINDING grows ×{times:.1} over ×4 text: {piece:?}");
        }
    }
}
